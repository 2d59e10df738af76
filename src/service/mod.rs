//! The services behind one trait. Nothing outside this room names an HTTP library.
//!
//! A service turns a question into requests and an answer into evidence. It never retries or paces by
//! itself: the profile's [`Gate`] and the executor in `http` do.

mod error;
mod gate;
mod http;
pub mod imagekit;
mod redact;
pub mod templated;
pub mod uploadcare;
mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::model::{
    Account, FileDetails, FileRow, GroupDetails, GroupRow, ItemId, ItemKind, ServiceKind, Time,
    Verb,
};

pub use error::{ErrorKind, ServiceError};
pub use gate::{Gate, Pass, Priority};
pub use http::{Limits, Patience, parse_base, user_agent};

/// What a service can do. The window and the command line offer nothing else.
#[derive(Clone, Debug)]
pub struct Capabilities {
    /// Verbs.
    pub verbs: &'static [Verb],
    /// Most ids in one delete, store or restore call.
    pub batch_limit: usize,
    /// Whether it has groups.
    pub groups: bool,
    /// Whether deleted files can be listed.
    pub removed_list: bool,
    /// Whether a delete can be undone.
    pub restore: bool,
    /// Whether the same batch can be sent again to learn what a lost answer said.
    pub repeatable: bool,
    /// Whether files may be temporary.
    pub unstored: bool,
}

impl Capabilities {
    /// Most items that one call of the verb may carry.
    pub fn batch_limit(&self, verb: Verb) -> usize {
        match verb {
            Verb::DeleteGroups => 1,
            Verb::Store | Verb::Delete | Verb::Restore => self.batch_limit,
        }
    }
}

/// What a profile needs to talk to its service.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The service.
    pub service: ServiceKind,
    /// Uploadcare's public key; empty elsewhere.
    pub public_key: String,
    /// The secret key.
    pub secret: SecretString,
    /// API base (https, or http on loopback); `None` is the service's own.
    pub api_base: Option<String>,
    /// CDN base; `None` is the service's own.
    pub cdn_base: Option<String>,
    /// Uploadcare: send `Uploadcare.Simple` in place of a signature (https only).
    pub simple_auth: bool,
}

/// Which files to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listing {
    /// Files that exist, newest first.
    #[default]
    Existing,
    /// Files that were deleted, newest upload first.
    Removed,
}

/// One page of a listing.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// Rows, odd ones included.
    pub rows: Vec<T>,
    /// How many the service claims there are. Shown as "about", never relied on.
    pub total: Option<i64>,
}

/// What came with an answer, or with the lack of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallMeta {
    /// Status of the last answer.
    pub status: Option<u16>,
    /// The service's own id of the request.
    pub request_id: Option<String>,
    /// Tries over the wire; 0 if none left this machine.
    pub attempts: u32,
    /// Tries that were throttled.
    pub throttled: u32,
}

/// A value and what came with it.
#[derive(Clone, Debug)]
pub struct Answered<T> {
    /// The value.
    pub value: T,
    /// About the call.
    pub meta: CallMeta,
}

/// What a service said of one id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// It named the id as done, at its own time where it tells one.
    Done {
        /// `datetime_removed`, `datetime_stored`.
        at: Option<Time>,
    },
    /// It says that the id is not there.
    Absent {
        /// Its words.
        words: String,
    },
    /// It named the id with a reason of its own.
    Refused {
        /// Its words.
        words: String,
    },
}

/// What a batch call brought. Ids that were sent and are not named stay unsettled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatchAnswer {
    /// What the service said of each id that it named (ids as they were sent).
    Evidence(Vec<(ItemId, Fact)>),
    /// The call was refused as a whole and nothing was done. `named` ids are why; the others were refused
    /// only for their sake and may be sent again. None named: halve.
    RefusedWhole {
        /// Ids with a reason.
        named: Vec<(ItemId, Fact)>,
        /// The service's words for the whole call.
        words: String,
    },
}

/// What a re-read showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The file as it is now.
    File(Box<FileRow>),
    /// The group exists.
    Group,
    /// The service says that the id is not there.
    Absent {
        /// Its words.
        words: String,
    },
}

/// One service with one pair of keys.
///
/// All errors are [`ServiceError`]s by meaning. Calls wait for the [`Gate`] by themselves, except [`batch`]
/// and [`reread`], whose caller enters first: the ledger is written between entering and leaving.
///
/// [`batch`]: Service::batch
/// [`reread`]: Service::reread
#[async_trait]
pub trait Service: Send + Sync {
    /// Which service.
    fn kind(&self) -> ServiceKind;

    /// The API base in use, without a trailing slash.
    fn api_base(&self) -> String;

    /// What it can do.
    fn can(&self) -> &Capabilities;

    /// The profile's gate: limits, pauses, adapts.
    fn gate(&self) -> &Gate;

    /// Whom the keys belong to. The cheapest call that proves them.
    async fn account(&self) -> Result<Account, ServiceError>;

    /// Sends pages until the listing ends. A receiver that is dropped ends it early, without an error.
    async fn list(
        &self,
        listing: Listing,
        pages: mpsc::Sender<Page<FileRow>>,
    ) -> Result<(), ServiceError>;

    /// Like [`list`](Service::list) for the existing files that were uploaded at `than` or later, for a
    /// refresh. Older ones may be among them, up to the whole listing where the service cannot choose.
    async fn list_newer(
        &self,
        than: Time,
        pages: mpsc::Sender<Page<FileRow>>,
    ) -> Result<(), ServiceError> {
        let _ = than;
        self.list(Listing::Existing, pages).await
    }

    /// Like [`list`](Service::list), for groups.
    async fn groups(&self, pages: mpsc::Sender<Page<GroupRow>>) -> Result<(), ServiceError>;

    /// One group with its members.
    async fn group(&self, id: &ItemId) -> Result<GroupDetails, ServiceError>;

    /// Everything known of one file.
    async fn details(&self, id: &ItemId) -> Result<FileDetails, ServiceError>;

    /// A small picture of the file as encoded bytes: at most `side` pixels each way where the service can
    /// make it so, else whatever picture the service has of it.
    async fn thumbnail(&self, id: &ItemId, side: u32) -> Result<Vec<u8>, ServiceError>;

    /// Where anybody can fetch the file's bytes.
    fn file_url(&self, id: &ItemId) -> Option<String>;

    /// Does the verb to the ids (at most [`Capabilities::batch_limit`]) with one call.
    ///
    /// A throttled call waits and goes again, until `stop`; it is then [`ErrorKind::Stopped`], and known
    /// not to have been done. Nothing else is sent twice: a lost answer is the caller's to settle.
    async fn batch(
        &self,
        pass: Pass,
        verb: Verb,
        ids: &[ItemId],
        stop: &CancellationToken,
    ) -> Result<Answered<BatchAnswer>, ServiceError>;

    /// Reads one item again. Tries as often as any read.
    async fn reread(
        &self,
        pass: Pass,
        kind: ItemKind,
        id: &ItemId,
        stop: &CancellationToken,
    ) -> Result<Answered<Seen>, ServiceError>;
}

/// What a service can do, known before its keys are.
pub fn capabilities(service: ServiceKind) -> &'static Capabilities {
    match service {
        ServiceKind::Uploadcare => &uploadcare::CAN,
        ServiceKind::ImageKit => &imagekit::CAN,
        ServiceKind::Templated => &templated::CAN,
    }
}

/// Opens a service with the keys. Fails on a base that is neither https nor loopback, on keys that
/// cannot be right, and on a machine without CA certificates. Nothing is sent.
pub fn open(credentials: &Credentials) -> Result<Arc<dyn Service>, ServiceError> {
    open_with(credentials, Limits::default())
}

/// Like [`open`], with time limits and tries of one's own.
pub fn open_with(
    credentials: &Credentials,
    limits: Limits,
) -> Result<Arc<dyn Service>, ServiceError> {
    match credentials.service {
        ServiceKind::Uploadcare => Ok(Arc::new(uploadcare::Uploadcare::open(credentials, limits)?)),
        ServiceKind::ImageKit => Ok(Arc::new(imagekit::ImageKit::open(credentials, limits)?)),
        ServiceKind::Templated => Ok(Arc::new(templated::Templated::open(credentials, limits)?)),
    }
}
