//! Files and groups, as a service lists them and as it describes one of them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Editable, ItemId, Time, path};

/// Hours that Uploadcare keeps a file that nobody stored.
pub const UNSTORED_LIFE_HOURS: i64 = 24;

/// What a person sees of a file's state. Derived from the dates, never kept beside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileState {
    /// Kept for good.
    Stored,
    /// Temporary; the service removes it by itself.
    Unstored,
    /// Not usable yet.
    Processing,
    /// Deleted.
    Removed,
}

impl FileState {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 4] = [
        Self::Stored,
        Self::Unstored,
        Self::Processing,
        Self::Removed,
    ];

    /// `stored`, `unstored`, `processing`, `removed`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Unstored => "unstored",
            Self::Processing => "processing",
            Self::Removed => "removed",
        }
    }

    /// The key with a capital.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Stored => "Stored",
            Self::Unstored => "Unstored",
            Self::Processing => "Processing",
            Self::Removed => "Removed",
        }
    }
}

/// One file, as every service's listing gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// The service's id. Empty where the service listed a row without one: such a row is shown,
    /// says so in `odd`, and cannot be selected.
    pub id: ItemId,
    /// The uploader's name of the file; may be empty, any Unicode, hostile.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Content type; the detected one where the service tells it, else the uploader's claim. May be empty.
    pub mime: Arc<str>,
    /// When it was uploaded.
    pub uploaded: Option<Time>,
    /// When it was stored; `None` for a temporary or a deleted file.
    pub stored: Option<Time>,
    /// When it was deleted; `None` while it exists.
    pub removed: Option<Time>,
    /// Whether the service has finished with it.
    pub ready: bool,
    /// Whether a thumbnail can be had.
    pub image: bool,
    /// The folder that it is in, as `/products/summer`; empty where the service has no folders.
    pub folder: Arc<str>,
    /// Keys of its own metadata, sorted, one a line; empty where it has none.
    pub keys: Arc<str>,
    /// What was wrong with the listing's row, if anything.
    pub odd: Option<String>,
}

impl FileRow {
    /// A row of which only the id is known.
    pub fn unknown(id: ItemId) -> Self {
        Self {
            id,
            name: String::new(),
            size: 0,
            mime: Arc::from(""),
            uploaded: None,
            stored: None,
            removed: None,
            ready: true,
            image: false,
            folder: Arc::from(""),
            keys: Arc::from(""),
            odd: None,
        }
    }

    /// The folder and the name as one path; empty where there is no folder.
    pub fn path(&self) -> String {
        path::join_if_any(&self.folder, &self.name)
    }

    /// The state that the dates add up to.
    pub fn state(&self) -> FileState {
        match (self.removed, self.ready, self.stored) {
            (Some(_), _, _) => FileState::Removed,
            (None, false, _) => FileState::Processing,
            (None, true, Some(_)) => FileState::Stored,
            (None, true, None) => FileState::Unstored,
        }
    }
}

/// Everything known of one file.
#[derive(Clone, Debug)]
pub struct FileDetails {
    /// What the listing would say of it now.
    pub row: FileRow,
    /// Label and value, in the order to show: `("Image", "3840 × 1600, RGBA, 72 dpi")`.
    pub facts: Vec<(String, String)>,
    /// The file's own metadata, key and value.
    pub metadata: Vec<(String, String)>,
    /// What of it can be changed, where the service lets it be.
    pub editable: Option<Editable>,
    /// Where anybody can fetch it, if it can be fetched.
    pub url: Option<String>,
    /// The service's answer, indented.
    pub json: String,
}

/// One group, as the listing gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRow {
    /// `<uuid>~<count>` on Uploadcare.
    pub id: ItemId,
    /// When it was made.
    pub created: Option<Time>,
    /// Files at its making; deleting members does not change it.
    pub files: u64,
    /// Where the group can be fetched.
    pub url: Option<String>,
}

/// A group and its members.
#[derive(Clone, Debug)]
pub struct GroupDetails {
    /// What the listing says.
    pub row: GroupRow,
    /// Members in group order. `None` is a member that the service has removed for good.
    pub members: Vec<Option<FileRow>>,
    /// The service's answer, indented.
    pub json: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_follows_the_dates() {
        let at = Some(Time(1));
        let cases = [
            (None, true, at, FileState::Stored),
            (None, true, None, FileState::Unstored),
            (None, false, at, FileState::Processing),
            (at, true, None, FileState::Removed),
            (at, false, at, FileState::Removed),
        ];
        for (removed, ready, stored, state) in cases {
            let row = FileRow {
                removed,
                ready,
                stored,
                ..FileRow::unknown("x".into())
            };
            assert_eq!(row.state(), state);
        }
    }
}
