//! What could be typed next: keys, and the values that the files at hand have.

use std::ops::Range;

use super::super::Seen;
use super::super::fold::fold;
use super::key::Key;
use super::kind::{names_type, short_type};
use super::{quoted, written_type};

/// Suggestions at most.
const MOST: usize = 12;

/// One suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What the list shows.
    pub label: String,
    /// What comes in place of the piece that is being typed.
    pub insert: String,
    /// A few words beside it.
    pub about: String,
}

/// Suggestions for one piece of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// Bytes of the text that a suggestion replaces.
    pub replace: Range<usize>,
    /// The suggestions, the likeliest first.
    pub items: Vec<Completion>,
}

/// Suggests how the piece at the cursor could go on. `cursor` is a byte of the text; one that is not, or
/// lies within a character, suggests nothing.
pub fn complete(text: &str, cursor: usize, seen: &Seen) -> Completions {
    if !text.is_char_boundary(cursor) {
        return Completions::default();
    }
    let before = &text[..cursor];
    let quotes = before.matches('"').count();
    if quotes % 2 == 1 || before.ends_with('"') {
        return Completions::default();
    }
    let starts = |c: char| c.is_whitespace() || c == '(' || c == '"';
    let start = before.rfind(starts).map_or(0, |at| {
        at + before[at..].chars().next().map_or(1, char::len_utf8)
    });
    let start = start + (before[start..].len() - before[start..].trim_start_matches('-').len());
    let end = text[cursor..]
        .find(|c: char| c.is_whitespace() || c == ')' || c == '"')
        .map_or(text.len(), |at| cursor + at);
    let piece = &text[start..cursor];
    match split(piece) {
        Some((key, head)) => values(key, start + head, cursor, end, text, seen),
        None => Completions {
            replace: start..end,
            items: keys(piece),
        },
    }
}

/// The key of a piece, and how many bytes key and comparison take.
fn split(piece: &str) -> Option<(Key, usize)> {
    let letters = piece.bytes().take_while(u8::is_ascii_alphabetic).count();
    let rest = &piece[letters..];
    let signs = rest.bytes().take_while(|b| b":<>=".contains(b)).count();
    let key = Key::of(&piece[..letters])?;
    (signs > 0).then_some((key, letters + signs))
}

fn keys(piece: &str) -> Vec<Completion> {
    let piece = piece.to_ascii_lowercase();
    let begins = |key: &Key| key.word().starts_with(&piece);
    let keys = Key::ALL.into_iter().filter(begins);
    keys.map(|key| Completion {
        label: key.example().to_owned(),
        insert: format!("{}{}", key.word(), key.usual()),
        about: key.about().to_owned(),
    })
    .collect()
}

fn values(
    key: Key,
    start: usize,
    cursor: usize,
    end: usize,
    text: &str,
    seen: &Seen,
) -> Completions {
    let typed = &text[start..cursor];
    let lists = matches!(key, Key::Ext | Key::Type | Key::State);
    let comma = typed.rfind(',').filter(|_| lists).map_or(0, |at| at + 1);
    let word = fold(&typed[comma..]);
    let fits = |(value, _): &(String, String)| fold(value).starts_with(&word);
    let items = candidates(key, seen).into_iter().filter(fits).take(MOST);
    let items: Vec<Completion> = items
        .map(|(value, about)| Completion {
            insert: match key {
                Key::Type => format!("{} ", type_of(&value, seen)),
                _ => format!("{} ", quoted(&value)),
            },
            label: value,
            about,
        })
        .collect();
    Completions {
        replace: start + comma..end,
        items,
    }
}

fn candidates(key: Key, seen: &Seen) -> Vec<(String, String)> {
    let fixed = |values: &[(&str, &str)]| -> Vec<(String, String)> {
        let own = |(value, about): &(&str, &str)| ((*value).to_owned(), (*about).to_owned());
        values.iter().map(own).collect()
    };
    let files = |count: u32| crate::model::size::counted(count.into(), "file", "files");
    match key {
        Key::Type => types(seen),
        Key::Ext => {
            let exts = seen.extensions.iter();
            exts.map(|(ext, count)| (ext.clone(), files(*count)))
                .collect()
        }
        Key::Path => {
            let folders = seen.folders.iter();
            folders.map(|(f, n)| (f.clone(), files(*n))).collect()
        }
        Key::Has => {
            let keys = seen.keys.iter();
            keys.map(|(key, n)| (key.clone(), files(*n))).collect()
        }
        Key::State => fixed(&[
            ("stored", "kept for good"),
            ("unstored", "temporary"),
            ("processing", "not usable yet"),
            ("removed", "deleted"),
        ]),
        Key::In => {
            let mut groups = fixed(&[("any", "any group that is known")]);
            groups.extend(seen.groups.iter().map(|(id, n)| (id.clone(), files(*n))));
            groups
        }
        Key::Problem => {
            let mut words = fixed(&[("any", "any problem"), ("none", "no problem")]);
            words.extend(seen.problems.iter().map(|(w, n)| (w.clone(), files(*n))));
            words
        }
        Key::Uploaded | Key::Stored | Key::Removed => fixed(&[
            ("today", ""),
            ("yesterday", ""),
            ("any", "has this date"),
            ("none", "has no such date"),
        ]),
        Key::Size => fixed(&[("1mb", ""), ("10mb", ""), ("100mb", ""), ("1gb", "")]),
        Key::Age => fixed(&[("1h", ""), ("1d", ""), ("7d", ""), ("30d", ""), ("1y", "")]),
        Key::Name | Key::Id => Vec::new(),
    }
}

/// A type's name as a filter writes it: one that is not known to the language stands for what the files have.
fn type_of(name: &str, seen: &Seen) -> String {
    if names_type(name) {
        return quoted(name);
    }
    let mimes = || seen.types.iter().map(|(mime, _)| fold(mime));
    let is_main = |mime: String| mime.split_once('/').is_some_and(|(main, _)| main == name);
    if mimes().any(is_main) {
        return quoted(&format!("{name}/*"));
    }
    let full = mimes().find(|mime| short_type(mime) == name);
    written_type(full.as_deref().unwrap_or(name))
}

/// The parts before the slash, then the short names, the most frequent first.
fn types(seen: &Seen) -> Vec<(String, String)> {
    let mut mains: Vec<(String, u32)> = Vec::new();
    let mut subs: Vec<(String, u32)> = Vec::new();
    let mut add = |to_main: bool, name: &str, count: u32| {
        let list = if to_main { &mut mains } else { &mut subs };
        match list.iter_mut().find(|(known, _)| known == name) {
            Some((_, sum)) => *sum += count,
            None if !name.is_empty() => list.push((name.to_owned(), count)),
            None => {}
        }
    };
    for (mime, count) in &seen.types {
        let mime = fold(mime);
        let main = mime.split_once('/').map_or("", |(main, _)| main);
        add(true, main, *count);
        add(false, short_type(&mime), *count);
    }
    for list in [&mut mains, &mut subs] {
        list.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    }
    let files = |count: u32| crate::model::size::counted(count.into(), "file", "files");
    mains
        .into_iter()
        .chain(subs)
        .map(|(name, count)| (name, files(count)))
        .collect()
}
