//! What some services have beside plain files: folders, versions, fields of their own, and edits of one file.

use super::{ItemId, Time, path};

/// One folder, as the listing gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderRow {
    /// Its full path, own name included: `/products/summer`.
    pub path: String,
    /// When it was made.
    pub created: Option<Time>,
    /// When it was changed last.
    pub updated: Option<Time>,
}

impl FolderRow {
    /// What it is called in a plan: its path.
    pub fn id(&self) -> ItemId {
        ItemId::from(self.path.as_str())
    }

    /// Its own name.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The path of the folder that it is in; the root's is `/`.
    pub fn parent(&self) -> &str {
        path::parent(&self.path)
    }
}

/// A change of a whole folder, which the service works on by itself for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FolderChange {
    /// Copies it, with all that is in it, into another folder.
    Copy {
        /// Its path.
        from: String,
        /// The folder to copy it into.
        to: String,
        /// With all versions of its files.
        versions: bool,
    },
    /// Moves it into another folder.
    Move {
        /// Its path.
        from: String,
        /// The folder to move it into.
        to: String,
    },
    /// Gives it another name.
    Rename {
        /// Its path.
        from: String,
        /// The new name.
        name: String,
        /// Also make the delivery network forget the old addresses.
        purge: bool,
    },
}

/// Where a change of a folder stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FolderJob {
    /// The service is at it.
    Pending,
    /// It is done.
    Done,
    /// It is done but for something: the service's words.
    Partly(String),
}

/// One version of a file. Its id is good for the versions' own calls and nothing else: it never goes into
/// a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRow {
    /// The version's own id.
    pub version: String,
    /// What the service calls it: `Version 3`.
    pub name: String,
    /// Whether it is the one that is delivered.
    pub current: bool,
    /// Bytes.
    pub size: u64,
    /// Content type; may be empty.
    pub mime: String,
    /// When it was uploaded.
    pub created: Option<Time>,
    /// Where it can be fetched.
    pub url: Option<String>,
}

/// A field that an account's files may have.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldRow {
    /// The service's id of it.
    pub id: String,
    /// Its key in a file's metadata.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// What it holds.
    pub kind: FieldKind,
    /// What may be chosen, where it is a choice.
    pub options: Vec<String>,
    /// Whether it has to be given.
    pub required: bool,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// One line.
    Text,
    /// Many lines.
    Lines,
    /// A number.
    Number,
    /// A date.
    Date,
    /// Yes or no.
    Flag,
    /// One of the options.
    Choice,
    /// Any of the options.
    Choices,
}

/// The value of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue {
    /// Text, a date, or one option.
    Text(String),
    /// A number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// Some options.
    List(Vec<String>),
}

/// What of a file can be changed, as it is now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Editable {
    /// Its tags.
    pub tags: Vec<String>,
    /// Its description; may be empty.
    pub description: String,
    /// Its fields, by their names.
    pub fields: Vec<(String, FieldValue)>,
}

/// A change of one file. What is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Edit {
    /// All its tags from now on.
    pub tags: Option<Vec<String>>,
    /// Its description from now on.
    pub description: Option<String>,
    /// Fields by their names; `None` takes the field away.
    pub fields: Vec<(String, Option<FieldValue>)>,
}

impl Edit {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_parents() {
        for (path, name, parent) in [
            ("/products", "products", "/"),
            ("/products/summer", "summer", "/products"),
        ] {
            let row = FolderRow {
                path: path.to_owned(),
                created: None,
                updated: None,
            };
            assert_eq!((row.name(), row.parent()), (name, parent));
            assert_eq!(row.id().as_str(), path);
        }
    }
}
