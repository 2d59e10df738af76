//! The account's own books: what is true of each upload, for tests to hold outcomes against.

use std::sync::Arc;

use crate::demo::server::Shared;
use crate::model::{ServiceKind, Time};

use super::account::{Account, Upload};

/// A handle onto an account, read anew at each question. It stays readable after the server stopped.
#[derive(Clone)]
pub struct Books(Arc<Shared>);

/// What is true of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookUpload {
    /// A UUID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Its content type.
    pub mime: String,
    /// When it was uploaded.
    pub uploaded: Time,
    /// When it was deleted.
    pub removed: Option<Time>,
    /// Whether it is another account's.
    pub foreign: bool,
}

impl Books {
    pub(in crate::demo) fn new(shared: Arc<Shared>) -> Self {
        Self(shared)
    }

    /// The upload with this id, deleted ones and other accounts' included.
    pub fn file(&self, id: &str) -> Option<BookUpload> {
        self.account(|account| {
            let upload = account.find_any(id)?;
            Some(BookUpload {
                id: upload.id.clone(),
                name: upload.name.clone(),
                size: upload.size,
                mime: upload.mime.to_owned(),
                uploaded: upload.created,
                removed: upload.removed,
                foreign: upload.foreign,
            })
        })
    }

    /// Ids of the account's uploads that exist, newest first.
    pub fn file_ids(&self) -> Vec<String> {
        self.ids(|upload| upload.removed.is_none() && !upload.foreign)
    }

    /// Ids of the uploads that were deleted, newest upload first.
    pub fn removed_ids(&self) -> Vec<String> {
        self.ids(|upload| upload.removed.is_some())
    }

    /// Ids of other accounts' uploads.
    pub fn foreign_ids(&self) -> Vec<String> {
        self.ids(|upload| upload.foreign)
    }

    /// Ids of the renders, newest first.
    pub fn render_ids(&self) -> Vec<String> {
        self.account(|account| {
            account
                .renders
                .iter()
                .rev()
                .map(|one| one.id.clone())
                .collect()
        })
    }

    /// Ids of the templates, newest first.
    pub fn template_ids(&self) -> Vec<String> {
        self.account(|account| {
            account
                .templates
                .iter()
                .rev()
                .map(|one| one.id.clone())
                .collect()
        })
    }

    /// Ids of the folders, oldest first.
    pub fn folder_ids(&self) -> Vec<String> {
        self.account(|account| account.folders.iter().map(|one| one.id.clone()).collect())
    }

    /// Requests received so far, refused and cut ones included.
    pub fn requests(&self) -> u64 {
        self.0.requests(ServiceKind::Templated)
    }

    /// Calls that were worked on and could change something.
    pub fn writes(&self) -> u64 {
        self.account(Account::writes)
    }

    /// How many of those named this upload, render, template or folder.
    pub fn writes_per_id(&self, id: &str) -> u64 {
        self.account(|account| account.writes_on(id))
    }

    fn ids(&self, shows: impl Fn(&Upload) -> bool) -> Vec<String> {
        self.account(|account| {
            let newest_first = account.uploads.iter().rev();
            let shown = newest_first.filter(|upload| shows(upload));
            shown.map(|upload| upload.id.clone()).collect()
        })
    }

    fn account<T>(&self, read: impl FnOnce(&Account) -> T) -> T {
        read(&self.0.templated.current())
    }
}
