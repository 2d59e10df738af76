//! What can be done to items.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a plan does to each of its items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// Keep a temporary file for good.
    Store,
    /// Remove a file.
    Delete,
    /// Bring a removed file back.
    Restore,
    /// Remove a group; its files stay.
    DeleteGroups,
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemKind {
    /// An uploaded file.
    File,
    /// A group of files.
    Group,
}

impl ItemKind {
    /// `file` or `group`, as in reports.
    pub const fn key(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Group => "group",
        }
    }

    /// `file`/`files`, `group`/`groups`, by number.
    pub const fn noun(self, number: u64) -> &'static str {
        match (self, number) {
            (Self::File, 1) => "file",
            (Self::File, _) => "files",
            (Self::Group, 1) => "group",
            (Self::Group, _) => "groups",
        }
    }
}

impl Verb {
    /// All verbs.
    pub const ALL: [Self; 4] = [Self::Store, Self::Delete, Self::Restore, Self::DeleteGroups];

    /// `store`, `delete`, `restore`, `delete-groups`: in files, arguments and reports.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Delete => "delete",
            Self::Restore => "restore",
            Self::DeleteGroups => "delete-groups",
        }
    }

    /// `Store`, `Delete`, `Restore`: what a button says.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Store => "Store",
            Self::Delete | Self::DeleteGroups => "Delete",
            Self::Restore => "Restore",
        }
    }

    /// `Storing`, `Deleting`, `Restoring`: what runs.
    pub const fn running(self) -> &'static str {
        match self {
            Self::Store => "Storing",
            Self::Delete | Self::DeleteGroups => "Deleting",
            Self::Restore => "Restoring",
        }
    }

    /// `stored`, `deleted`, `restored`: what is done.
    pub const fn past(self) -> &'static str {
        match self {
            Self::Store => "stored",
            Self::Delete | Self::DeleteGroups => "deleted",
            Self::Restore => "restored",
        }
    }

    /// What the verb's items are.
    pub const fn kind(self) -> ItemKind {
        match self {
            Self::DeleteGroups => ItemKind::Group,
            Self::Store | Self::Delete | Self::Restore => ItemKind::File,
        }
    }

    /// Whether something is gone afterwards.
    pub const fn destroys(self) -> bool {
        matches!(self, Self::Delete | Self::DeleteGroups)
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Verb {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|verb| verb.key() == text)
            .ok_or_else(|| format!("{text:?} is no verb"))
    }
}
