//! What a verb needs to know beside its items: tags, a folder, a name.

use serde::{Deserialize, Serialize};

use super::Verb;
use super::text::visible;

/// What a plan's verb is told, the same for all its items.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanArgs {
    /// Tags to add or to take away.
    pub tags: Vec<String>,
    /// The folder to copy or move to: a path that begins with a slash.
    pub folder: Option<String>,
    /// The new name.
    pub name: Option<String>,
    /// After a delete: make the delivery network forget what was deleted, in a job of its own.
    pub purge: bool,
}

impl PlanArgs {
    /// Whether the verb is told nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Why the verb cannot be done with these, in words for whoever gave them.
    pub fn check(&self, verb: Verb) -> Result<(), String> {
        let wants = |what: &str| Err(format!("{} needs {what}.", verb.title()));
        match verb {
            Verb::AddTags | Verb::RemoveTags if self.tags.is_empty() => wants("at least one tag"),
            Verb::AddTags | Verb::RemoveTags => check_tags(&self.tags),
            Verb::Copy | Verb::Move => match self.folder.as_deref() {
                Some(folder) => check_folder(folder),
                None => wants("a folder to go to"),
            },
            Verb::Rename => match self.name.as_deref() {
                Some(name) => check_name(name),
                None => wants("a new name"),
            },
            _ => Ok(()),
        }
    }

    /// What comes after `142 files tagged`: ` 'summer'`, ` to /archive`. Empty where there is nothing to say.
    pub fn words(&self, verb: Verb) -> String {
        match verb {
            Verb::AddTags | Verb::RemoveTags => {
                let tags: Vec<_> = self
                    .tags
                    .iter()
                    .map(|tag| format!("'{}'", visible(tag)))
                    .collect();
                match tags.is_empty() {
                    true => String::new(),
                    false => format!(" {}", tags.join(", ")),
                }
            }
            Verb::Copy | Verb::Move => match &self.folder {
                Some(folder) => format!(" to {}", visible(folder)),
                None => String::new(),
            },
            Verb::Rename => match &self.name {
                Some(name) => format!(" to {}", visible(name)),
                None => String::new(),
            },
            _ => String::new(),
        }
    }
}

/// Tags as services take them: none empty, none with a comma or a percent sign, 500 characters together.
fn check_tags(tags: &[String]) -> Result<(), String> {
    let bad = |tag: &&String| tag.trim().is_empty() || tag.contains([',', '%']);
    if let Some(tag) = tags.iter().find(bad) {
        return Err(format!(
            "{:?} is no tag: a tag is not empty and has neither a comma nor a percent sign.",
            visible(tag)
        ));
    }
    let long: usize = tags.iter().map(|tag| tag.chars().count()).sum();
    match long > 500 {
        true => Err(format!(
            "The tags have {long} characters together; at most 500 are taken."
        )),
        false => Ok(()),
    }
}

/// A full path without `.` and `..`.
pub fn check_folder(folder: &str) -> Result<(), String> {
    let dots = folder.split('/').any(|part| part == "." || part == "..");
    match folder.starts_with('/') && !dots && !folder.contains("//") {
        true => Ok(()),
        false => Err(format!(
            "{:?} is no folder: write its whole path, as /products/summer.",
            visible(folder)
        )),
    }
}

/// What the service makes of the path of a folder that is to be made, where that is another one: all but
/// letters, digits, `.`, `_` and `-` becomes `_`.
pub fn folder_becomes(folder: &str) -> Option<String> {
    let kept = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
    let made: String = folder
        .chars()
        .map(|c| if kept(c) { c } else { '_' })
        .collect();
    (made != folder).then_some(made)
}

/// One name, no path.
pub fn check_name(name: &str) -> Result<(), String> {
    match name.trim().is_empty() || name.contains('/') || name == "." || name == ".." {
        true => Err(format!(
            "{:?} is no name for a file or a folder: it is not empty and has no slash.",
            visible(name)
        )),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(tags: &[&str]) -> PlanArgs {
        PlanArgs {
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..PlanArgs::default()
        }
    }

    fn folder(folder: &str) -> PlanArgs {
        PlanArgs {
            folder: Some(folder.to_owned()),
            ..PlanArgs::default()
        }
    }

    fn name(name: &str) -> PlanArgs {
        PlanArgs {
            name: Some(name.to_owned()),
            ..PlanArgs::default()
        }
    }

    #[test]
    fn what_a_verb_needs() {
        let none = PlanArgs::default();
        let cases = [
            (Verb::Delete, none.clone(), true),
            (Verb::AddTags, none.clone(), false),
            (Verb::AddTags, tags(&["a", "b c"]), true),
            (Verb::RemoveTags, tags(&[""]), false),
            (Verb::AddTags, tags(&["a,b"]), false),
            (Verb::AddTags, tags(&["100%"]), false),
            (Verb::AddTags, tags(&[&"x".repeat(501)]), false),
            (Verb::Copy, none.clone(), false),
            (Verb::Copy, folder("/a/b"), true),
            (Verb::Move, folder("/"), true),
            (Verb::Move, folder("a"), false),
            (Verb::Move, folder("/a/../b"), false),
            (Verb::Rename, none, false),
            (Verb::Rename, name("a.jpg"), true),
            (Verb::Rename, name("a/b.jpg"), false),
            (Verb::Rename, name(".."), false),
        ];
        for (verb, args, good) in cases {
            assert_eq!(args.check(verb).is_ok(), good, "{verb} {args:?}");
        }
    }

    #[test]
    fn folders_that_would_be_called_otherwise() {
        let cases = [
            ("/a/b-1_c.d", None),
            ("/größe/日本", None),
            ("/new dir/?x", Some("/new_dir/_x")),
        ];
        for (folder, made) in cases {
            assert_eq!(folder_becomes(folder).as_deref(), made);
        }
    }

    #[test]
    fn words_for_a_sentence() {
        let cases = [
            (Verb::AddTags, tags(&["summer", "new"]), " 'summer', 'new'"),
            (Verb::Move, folder("/archive"), " to /archive"),
            (Verb::Rename, name("b.jpg"), " to b.jpg"),
            (Verb::Delete, folder("/archive"), ""),
            (Verb::Copy, PlanArgs::default(), ""),
        ];
        for (verb, args, words) in cases {
            assert_eq!(args.words(verb), words);
        }
    }
}
