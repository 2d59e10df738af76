//! The server's own books: what is true of each file, for tests to hold outcomes against.

use std::sync::Arc;

use crate::model::{ServiceKind, Time};

use super::server::Shared;

/// A handle onto a server's state, read anew at each question. It stays readable after the server stopped.
#[derive(Clone)]
pub struct Books(Arc<Shared>);

/// What is true of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookFile {
    /// Id, in lower case.
    pub uuid: String,
    /// The uploader's name of it.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// When it was uploaded.
    pub uploaded: Time,
    /// When it was stored, unless it is temporary or removed.
    pub stored: Option<Time>,
    /// When it was removed.
    pub removed: Option<Time>,
    /// Whether a delete is refused.
    pub locked: bool,
}

impl Books {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self(shared)
    }

    /// The file with this id, removed ones included.
    pub fn file(&self, uuid: &str) -> Option<BookFile> {
        let project = self.0.uploadcare.current(self.0.now());
        let ix = project.find_text(uuid)?;
        let file = project.file(ix);
        Some(BookFile {
            uuid: file.uuid_text(),
            name: file.name.to_string(),
            size: file.size,
            uploaded: file.uploaded,
            stored: file.stored(),
            removed: file.removed(),
            locked: file.locked,
        })
    }

    /// Ids of the files that exist, newest first.
    pub fn file_ids(&self) -> Vec<String> {
        self.ids(|file| file.removed().is_none())
    }

    /// Ids of the files that were removed, newest upload first.
    pub fn removed_ids(&self) -> Vec<String> {
        self.ids(|file| file.removed().is_some())
    }

    /// Ids of the files that cannot be deleted, newest first.
    pub fn locked_ids(&self) -> Vec<String> {
        self.ids(|file| file.locked)
    }

    /// Ids of the groups, newest first.
    pub fn group_ids(&self) -> Vec<String> {
        let project = self.0.uploadcare.current(self.0.now());
        let groups = project.groups().iter().rev();
        groups
            .filter(|group| !group.deleted)
            .map(|group| group.id_text())
            .collect()
    }

    /// Ids of the files that a group was made of, in its order, removed ones included.
    pub fn group_members(&self, id: &str) -> Option<Vec<String>> {
        let project = self.0.uploadcare.current(self.0.now());
        let group = project.find_group(id)?;
        let members = project.groups()[group].members.iter();
        Some(
            members
                .map(|ix| project.file(*ix as usize).uuid_text())
                .collect(),
        )
    }

    /// Requests received so far, refused and cut ones included.
    pub fn requests(&self) -> u64 {
        self.0.requests(ServiceKind::Uploadcare)
    }

    /// Calls that were worked on and could change something: each store, delete, restore, copy or edit.
    pub fn writes(&self) -> u64 {
        self.0.uploadcare.current(self.0.now()).writes()
    }

    /// How many of those named this file or group.
    pub fn writes_per_id(&self, uuid: &str) -> u64 {
        self.0.uploadcare.current(self.0.now()).writes_on(uuid)
    }

    fn ids(&self, shows: impl Fn(&super::uploadcare::File) -> bool) -> Vec<String> {
        let project = self.0.uploadcare.current(self.0.now());
        let newest_first = project.files().iter().rev();
        newest_first
            .filter(|file| !file.gone && shows(file))
            .map(|file| file.uuid_text())
            .collect()
    }
}

/// What is true of a file, whichever service keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileTruth {
    /// Its name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// When it was deleted.
    pub removed: Option<Time>,
}

/// What the books of each service tell alike of an account's files.
pub trait FileBooks: Send + Sync {
    /// Ids of the files that exist, newest first.
    fn existing(&self) -> Vec<String>;
    /// Ids of the files that were deleted.
    fn removed(&self) -> Vec<String>;
    /// Ids of the files that are not deleted when that is asked for: locked, stuck, of other accounts.
    fn refused(&self) -> Vec<String>;
    /// A file, be it deleted or another account's.
    fn truth(&self, id: &str) -> Option<FileTruth>;
    /// Calls that were worked on and could change something.
    fn all_writes(&self) -> u64;
    /// How many of those named the id.
    fn writes_naming(&self, id: &str) -> u64;
}

macro_rules! file_books {
    ($books:ty, $refused:ident) => {
        impl FileBooks for $books {
            fn existing(&self) -> Vec<String> {
                self.file_ids()
            }
            fn removed(&self) -> Vec<String> {
                self.removed_ids()
            }
            fn refused(&self) -> Vec<String> {
                self.$refused()
            }
            fn truth(&self, id: &str) -> Option<FileTruth> {
                let file = self.file(id)?;
                Some(FileTruth {
                    name: file.name,
                    size: file.size,
                    removed: file.removed,
                })
            }
            fn all_writes(&self) -> u64 {
                self.writes()
            }
            fn writes_naming(&self, id: &str) -> u64 {
                self.writes_per_id(id)
            }
        }
    };
}

file_books!(Books, locked_ids);
file_books!(super::imagekit::Books, stuck_ids);
file_books!(super::templated::Books, foreign_ids);
