//! The library's own books: what is true of each file, for tests to hold outcomes against.

use std::sync::Arc;

use crate::demo::server::Shared;
use crate::model::{ServiceKind, Time};

use super::library::{File, Library};

/// A handle onto a library, read anew at each question. It stays readable after the server stopped.
#[derive(Clone)]
pub struct Books(Arc<Shared>);

/// What is true of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct BookFile {
    /// 24 hex digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its folder's path and its name.
    pub path: String,
    /// Bytes of the current version.
    pub size: u64,
    /// The current version's content type.
    pub mime: String,
    /// When it was uploaded.
    pub uploaded: Time,
    /// When it was deleted.
    pub removed: Option<Time>,
    /// Whether the service fails on it in bulk calls.
    pub stuck: bool,
    /// Tags that people gave.
    pub tags: Vec<String>,
    /// Tags that a machine gave.
    pub ai_tags: Vec<String>,
    /// Ids of its versions, the current one last.
    pub versions: Vec<String>,
}

impl Books {
    pub(in crate::demo) fn new(shared: Arc<Shared>) -> Self {
        Self(shared)
    }

    /// The file with this id, deleted ones included.
    pub fn file(&self, id: &str) -> Option<BookFile> {
        let library = self.0.imagekit.current(self.0.now());
        let file = library.find_any(id)?;
        Some(BookFile {
            id: file.id.clone(),
            name: file.name.clone(),
            path: file.path(),
            size: file.current().size,
            mime: super::kinds::at(file.current().kind).mime.to_owned(),
            uploaded: file.created,
            removed: file.removed,
            stuck: file.stuck,
            tags: file.tags.clone(),
            ai_tags: file.ai_tags.iter().map(|tag| tag.name.clone()).collect(),
            versions: file
                .versions
                .iter()
                .map(|version| version.id.clone())
                .collect(),
        })
    }

    /// Ids of the files that exist, newest first.
    pub fn file_ids(&self) -> Vec<String> {
        self.ids(|file| file.removed.is_none())
    }

    /// Ids of the files that were deleted, newest upload first.
    pub fn removed_ids(&self) -> Vec<String> {
        self.ids(|file| file.removed.is_some())
    }

    /// Ids of the existing files on which the service fails in bulk calls, newest first.
    pub fn stuck_ids(&self) -> Vec<String> {
        self.ids(|file| file.stuck && file.removed.is_none())
    }

    /// The paths of all folders but the root, sorted.
    pub fn folders(&self) -> Vec<String> {
        self.library(|library| library.folders.keys().cloned().collect())
    }

    /// The addresses that were purged, oldest first.
    pub fn purged(&self) -> Vec<String> {
        self.library(|library| library.edge.purged())
    }

    /// Requests received so far, refused and cut ones included.
    pub fn requests(&self) -> u64 {
        self.0.requests(ServiceKind::ImageKit)
    }

    /// Calls that were worked on and could change something.
    pub fn writes(&self) -> u64 {
        self.library(Library::writes)
    }

    /// How many of those named this id.
    pub fn writes_per_id(&self, id: &str) -> u64 {
        self.library(|library| library.writes_on(id))
    }

    fn ids(&self, shows: impl Fn(&File) -> bool) -> Vec<String> {
        self.library(|library| {
            let newest_first = library.files.iter().rev();
            let shown = newest_first.filter(|file| shows(file));
            shown.map(|file| file.id.clone()).collect()
        })
    }

    fn library<T>(&self, read: impl FnOnce(&Library) -> T) -> T {
        read(&self.0.imagekit.current(self.0.now()))
    }
}
