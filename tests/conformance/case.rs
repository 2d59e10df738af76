//! What the suite has to know of a service: how to set up its stand-in, the keys, and what is true.

use std::sync::Arc;
use std::time::Duration;

use tallyman::demo::{FileBooks, FileTruth, Options, Quirks, Server};
use tallyman::model::{FileRow, ServiceKind};
use tallyman::service::{self, Credentials, Limits, Listing, Service, ServiceError};
use tokio::sync::mpsc;

#[path = "../hasty/mod.rs"]
mod hasty;

use crate::raw_http::Request;

/// One service's part of the suite. Ids are in the form that the books keep.
pub struct Kit {
    pub service: ServiceKind,
    /// Asks for so many files of this service.
    pub files: fn(&mut Options, usize),
    /// A good id that no file ever had.
    pub missing: fn(usize) -> String,
    /// Whether one id that is not there keeps its whole call from being done.
    pub all_or_none: bool,
    /// Whether the service knows a deleted file: deleted again it is told as done, with the first time.
    pub knows_deleted: bool,
    /// Whether what it refuses are other accounts' files, not files of the account that it keeps.
    pub refuses_foreign: bool,
    /// A request that adds a file, given one that exists.
    pub addition: fn(&str) -> Request,
}

/// A service's stand-in, and the truth about its files.
pub struct Case {
    pub kit: &'static Kit,
    pub credentials: Credentials,
    books: Box<dyn FileBooks>,
}

impl Case {
    fn new(kit: &'static Kit, server: &Server) -> Self {
        Self {
            kit,
            credentials: keys(server, kit.service),
            books: server.file_books(kit.service),
        }
    }

    /// Ids of the account's files that exist, newest first.
    pub fn existing(&self) -> Vec<String> {
        self.books.existing()
    }

    /// Ids of the files that were deleted.
    pub fn removed(&self) -> Vec<String> {
        self.books.removed()
    }

    /// Ids of existing files that the service refuses to delete.
    pub fn kept(&self) -> Vec<String> {
        self.refused(false)
    }

    /// Ids of existing files of other accounts, where the service tells them from missing ones.
    pub fn foreign(&self) -> Vec<String> {
        self.refused(true)
    }

    fn refused(&self, foreign: bool) -> Vec<String> {
        match foreign == self.kit.refuses_foreign {
            true => self.books.refused(),
            false => Vec::new(),
        }
    }

    /// A good id that no file ever had.
    pub fn missing(&self, number: usize) -> String {
        (self.kit.missing)(number)
    }

    /// A request that adds a file, while there is any.
    pub fn addition(&self) -> Option<Request> {
        self.existing().pop().map(|id| (self.kit.addition)(&id))
    }

    /// The file, be it deleted or another account's.
    pub fn file(&self, id: &str) -> Option<FileTruth> {
        self.books.truth(id)
    }

    /// Calls that were worked on and could change something.
    pub fn writes(&self) -> u64 {
        self.books.all_writes()
    }

    /// How many of those named the id.
    pub fn writes_on(&self, id: &str) -> u64 {
        self.books.writes_naming(id)
    }
}

/// A server with so many files of one service, and few of the others.
pub async fn start(kit: &'static Kit, files: usize) -> (Server, Case) {
    let mut options = Options {
        files: 10,
        groups: 0,
        imagekit_files: 10,
        templated_uploads: 10,
        quirks: Quirks {
            allow_simple: true,
            ..Quirks::default()
        },
        ..Options::default()
    };
    (kit.files)(&mut options, files);
    let server = Server::start(options).await.unwrap();
    let case = Case::new(kit, &server);
    (server, case)
}

/// Credentials at the stand-in.
fn keys(server: &Server, service: ServiceKind) -> Credentials {
    let access = server.access(service);
    Credentials {
        service,
        public_key: access.public_key.to_owned(),
        secret: access.secret.to_owned().into(),
        api_base: Some(access.api_base),
        cdn_base: None,
        simple_auth: false,
    }
}

/// A client that waits for as long as a busy machine may need.
pub fn open(case: &Case) -> Arc<dyn Service> {
    open_as(&case.credentials, Duration::from_secs(10)).unwrap()
}

/// A client with keys of one's own that waits so long for an answer.
pub fn open_as(
    credentials: &Credentials,
    idle: Duration,
) -> Result<Arc<dyn Service>, ServiceError> {
    service::open_with(credentials, hasty::limits(idle))
}

/// A client that has one call under way at a time.
pub fn open_alone(credentials: &Credentials) -> Result<Arc<dyn Service>, ServiceError> {
    let limits = Limits {
        calls: 1,
        ..hasty::limits(Duration::from_secs(10))
    };
    service::open_with(credentials, limits)
}

/// All rows that a client lists.
pub async fn list(service: &Arc<dyn Service>) -> Result<Vec<FileRow>, ServiceError> {
    let (sender, mut receiver) = mpsc::channel(2);
    let service = service.clone();
    let listing = tokio::spawn(async move { service.list(Listing::Existing, sender).await });
    let mut rows = Vec::new();
    while let Some(page) = receiver.recv().await {
        rows.extend(page.rows);
    }
    listing.await.unwrap().map(|()| rows)
}
