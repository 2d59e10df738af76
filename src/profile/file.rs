//! The text of `profiles.toml`: what it says, and how it is written again without loss.
//!
//! Keys that this version does not know, and entries that it cannot read, stay as they are.

use serde::Deserialize as _;
use toml::{Table, Value};

use super::{Colour, Profile};

/// The version that is written.
const VERSION: i64 = 1;

/// What a text turned out to be.
#[derive(Debug)]
pub(super) enum Text {
    /// A list, with a word on each entry that could not be read.
    Good(Document, Vec<String>),
    /// Written by a newer Tallyman.
    Newer(i64),
    /// No list at all; why.
    Broken(String),
}

/// The file as a table, of which the profiles are a part.
#[derive(Clone, Debug, Default)]
pub(super) struct Document {
    table: Table,
    pub(super) list: Vec<Profile>,
    /// Entries that could not be read, as they were.
    odd: Vec<Value>,
}

impl Document {
    /// Adds the profile, or replaces the one with its id, in its place.
    pub(super) fn put(&mut self, profile: Profile) {
        match self.list.iter_mut().find(|other| other.id == profile.id) {
            Some(other) => *other = profile,
            None => self.list.push(profile),
        }
    }

    /// Takes the entries over, and returns a word on each that cannot be read.
    fn read_all(&mut self, entries: Vec<Value>) -> Vec<String> {
        let mut words = Vec::new();
        for (place, entry) in entries.into_iter().enumerate() {
            let is_twin = |profile: &Profile| self.list.iter().any(|one| one.id == profile.id);
            let why = match read(&entry) {
                Ok(profile) if is_twin(&profile) => "its id is another profile's".into(),
                Ok(profile) => {
                    self.list.push(profile);
                    continue;
                }
                Err(error) => error,
            };
            words.push(format!("profile {}: {why}", place + 1));
            self.odd.push(entry);
        }
        words
    }

    /// The whole file's text.
    pub(super) fn to_text(&self) -> Result<String, toml::ser::Error> {
        let mut table = self.table.clone();
        table.insert("version".into(), Value::Integer(VERSION));
        let old = match table.remove("profile") {
            Some(Value::Array(entries)) => entries,
            _ => Vec::new(),
        };
        let mut entries = Vec::with_capacity(self.list.len());
        for profile in &self.list {
            let before = old.iter().find(|entry| id_of(entry) == Some(&profile.id.0));
            entries.push(merge(before, profile)?);
        }
        entries.extend(self.odd.iter().cloned());
        table.insert("profile".into(), Value::Array(entries));
        let text = toml::to_string(&table)?;
        Ok(format!(
            "# Tallyman's profiles. Secrets are not here: they are in your keyring.\n{text}"
        ))
    }
}

/// Reads a text of any version.
pub(super) fn parse(text: &str) -> Text {
    let mut table: Table = match text.parse() {
        Ok(table) => table,
        Err(error) => return Text::Broken(error.to_string().trim_end().to_owned()),
    };
    match table.get("version") {
        None => migrate_0(&mut table),
        Some(Value::Integer(VERSION)) => {}
        Some(Value::Integer(newer)) if *newer > VERSION => return Text::Newer(*newer),
        Some(_) => return Text::Broken("its version is none that Tallyman ever wrote".into()),
    }
    let entries = match table.get("profile") {
        None => Vec::new(),
        Some(Value::Array(entries)) => entries.clone(),
        Some(_) => return Text::Broken("its profiles are not written as [[profile]]".into()),
    };
    let mut document = Document {
        table,
        ..Document::default()
    };
    let words = document.read_all(entries);
    Text::Good(document, words)
}

/// Version 0 had neither a version nor colours.
fn migrate_0(table: &mut Table) {
    table.insert("version".into(), Value::Integer(VERSION));
    let Some(Value::Array(entries)) = table.get_mut("profile") else {
        return;
    };
    for (place, entry) in entries.iter_mut().enumerate() {
        if let Value::Table(entry) = entry {
            let colour = Colour::at(place).to_string();
            entry.entry("colour").or_insert(Value::String(colour));
        }
    }
}

fn read(entry: &Value) -> Result<Profile, String> {
    let profile =
        Profile::deserialize(entry.clone()).map_err(|error| error.message().to_owned())?;
    match profile.id.0.is_empty() {
        true => Err("its id is empty".into()),
        false => Ok(profile),
    }
}

fn id_of(entry: &Value) -> Option<&String> {
    match entry.get("id") {
        Some(Value::String(id)) => Some(id),
        _ => None,
    }
}

/// The profile's keys over those that were there, so that unknown ones stay.
fn merge(before: Option<&Value>, profile: &Profile) -> Result<Value, toml::ser::Error> {
    let mut merged = match before {
        Some(Value::Table(table)) => table.clone(),
        _ => Table::new(),
    };
    // Those that are not written where they are empty.
    for key in ["api_base", "cdn_base", "account", "keep"] {
        merged.remove(key);
    }
    if let Value::Table(own) = Value::try_from(profile)? {
        merged.extend(own);
    }
    Ok(Value::Table(merged))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r##"
version = 1
theme = "dark"
[[profile]]
id = "a"
name = "Shop"
service = "uploadcare"
colour = "#d9480f"
public_key = "pub"
api_base = "https://api.example.com"
note = "mine"
[[profile]]
id = "b"
name = "Old"
service = "floppy"
colour = "#d9480f"
[[profile]]
id = "a"
name = "Twin"
service = "uploadcare"
colour = "#d9480f"
"##;

    fn good(text: &str) -> (Document, Vec<String>) {
        match parse(text) {
            Text::Good(document, odd) => (document, odd),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_unknown_stays() {
        let (mut document, odd) = good(ONE);
        assert_eq!(document.list.len(), 1);
        assert_eq!(odd.len(), 2, "{odd:?}");
        assert!(odd[0].starts_with("profile 2: "), "{odd:?}");
        assert!(odd[1].contains("another profile's"), "{odd:?}");

        let mut profile = document.list[0].clone();
        profile.keep.add(["kept".into()]);
        document.put(profile.clone());
        let (mut document, _) = good(&document.to_text().unwrap());
        assert_eq!(document.list[0].keep, profile.keep);

        profile.name = "Shop 2".into();
        profile.api_base = None;
        profile.keep = Default::default();
        document.put(profile.clone());
        let text = document.to_text().unwrap();
        let (again, odd) = good(&text);
        assert_eq!(again.list, [profile]);
        assert_eq!(odd.len(), 2);
        for kept in ["theme = \"dark\"", "note = \"mine\"", "floppy", "Twin"] {
            assert!(text.contains(kept), "{kept} in {text}");
        }
        assert!(!text.contains("example.com"), "{text}");
    }

    #[test]
    fn a_removed_profile_leaves_nothing_behind() {
        let (mut document, _) = good(ONE);
        document.list.clear();
        let text = document.to_text().unwrap();
        assert!(!text.contains("Shop"), "{text}");
        assert!(text.contains("floppy"), "{text}");
    }

    #[test]
    fn version_0_gets_colours() {
        let text = "[[profile]]\nid = \"a\"\nname = \"A\"\nservice = \"uploadcare\"\n\
                    [[profile]]\nid = \"b\"\nname = \"B\"\nservice = \"imagekit\"\n";
        let (document, odd) = good(text);
        assert!(odd.is_empty(), "{odd:?}");
        let colours: Vec<_> = document.list.iter().map(|one| one.colour).collect();
        assert_eq!(colours, Colour::PALETTE[..2]);
        assert!(document.to_text().unwrap().contains("version = 1"));
    }

    #[test]
    fn other_texts_are_told_apart() {
        for broken in [
            "version = ",
            "version = 0",
            "version = \"1\"",
            "version = 1\nprofile = 3",
        ] {
            assert!(matches!(parse(broken), Text::Broken(_)), "{broken}");
        }
        assert!(matches!(parse("version = 9\nprofile = 3"), Text::Newer(9)));
        assert!(matches!(parse(""), Text::Good(..)));
    }
}
