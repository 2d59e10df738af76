//! The services behind one trait. Nothing outside this room names an HTTP library.
//!
//! A service turns a question into requests and an answer into evidence. It never retries or paces by
//! itself: the profile's [`Gate`] and the executor in `http` do.

mod error;
mod gate;
mod http;
pub mod imagekit;
mod pages;
mod redact;
pub mod templated;
pub mod uploadcare;
mod wire;
mod work;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::model::{
    Account, Edit, FieldRow, FileDetails, FileRow, FolderChange, FolderJob, FolderRow,
    GroupDetails, GroupRow, ItemId, ItemKind, ServiceKind, ThingDetails, ThingRow, Time, Usage,
    Verb, VersionRow,
};

pub use error::{ErrorKind, ServiceError};
pub use gate::{Gate, Mark, Pass, Priority};
pub use http::{Limits, Patience, parse_base, user_agent};
pub use pages::each_page;
pub use work::{Target, Work};

/// Files in one call that adds or removes tags.
const TAGGED_AT_ONCE: usize = 50;

/// What a service can do. The window and the command line offer nothing else.
#[derive(Clone, Debug)]
pub struct Capabilities {
    /// Verbs.
    pub verbs: &'static [Verb],
    /// Most ids in one delete, store or restore call; for a verb, ask [`Capabilities::batch_limit`].
    pub batch_limit: usize,
    /// Whether it has groups.
    pub groups: bool,
    /// Whether deleted files can be listed.
    pub removed_list: bool,
    /// Whether a delete can be undone.
    pub restore: bool,
    /// Verbs whose same batch can be sent again to learn what a lost answer said.
    pub repeatable: &'static [Verb],
    /// Verbs that are not the same twice as once. Their calls look first, and mark when what does the work leaves
    /// ([`Pass::with_mark`]): a call without the mark has done nothing.
    pub marked: &'static [Verb],
    /// Whether files may be temporary.
    pub unstored: bool,
    /// Whether files are in folders, which can be listed and made.
    pub folders: bool,
    /// Whether files have versions, which can be listed, deleted and restored.
    pub versions: bool,
    /// Whether a file's tags, description and fields can be changed.
    pub edit: bool,
    /// Whether files have metadata of their own.
    pub metadata: bool,
    /// Whether it searches by itself, in its own language.
    pub search: bool,
    /// Purges that an account has in a month, as documented; `None` where there is no purging.
    pub purges_a_month: Option<u32>,
    /// The least time between two requests that it wants; nothing where it wants none. For an account, ask [`pace`].
    pub pace: Duration,
}

impl Capabilities {
    /// A service that lists files and nothing else.
    pub const PLAIN: Self = Self {
        verbs: &[],
        batch_limit: 1,
        groups: false,
        removed_list: false,
        restore: false,
        repeatable: &[],
        marked: &[],
        unstored: false,
        folders: false,
        versions: false,
        edit: false,
        metadata: false,
        search: false,
        purges_a_month: None,
        pace: Duration::ZERO,
    };

    /// Whether it has the verb.
    pub fn can(&self, verb: Verb) -> bool {
        self.verbs.contains(&verb)
    }

    /// Whether it has renders, or templates: only what can be deleted is listed.
    pub fn has(&self, kind: ItemKind) -> bool {
        self.verbs.iter().any(|verb| verb.kind() == kind)
    }

    /// Most items that one call of the verb may carry.
    pub fn batch_limit(&self, verb: Verb) -> usize {
        match verb {
            Verb::Store | Verb::Delete | Verb::Restore => self.batch_limit,
            Verb::AddTags | Verb::RemoveTags => TAGGED_AT_ONCE,
            Verb::DeleteGroups
            | Verb::Copy
            | Verb::Move
            | Verb::Rename
            | Verb::Purge
            | Verb::DeleteFolders
            | Verb::DeleteRenders
            | Verb::DeleteTemplates => 1,
        }
    }

    /// Whether the verb's same batch can be sent again to learn what a lost answer said.
    pub fn is_repeatable(&self, verb: Verb) -> bool {
        self.repeatable.contains(&verb)
    }

    /// Whether the verb's calls mark when they leave.
    pub fn is_marked(&self, verb: Verb) -> bool {
        self.marked.contains(&verb)
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
    /// It was looked at before anything was done to it, and is not any more what was planned: it was left
    /// out.
    Skipped {
        /// Why, in words of ours.
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
    /// A positive sign that the verb was done, at the service's own time where it tells one.
    Done {
        /// When.
        at: Option<Time>,
    },
    /// A positive sign that the verb was not done; it can be sent again.
    NotDone,
    /// It is not any more what was planned, and must not be acted on.
    Skipped {
        /// Why, in words of ours.
        words: String,
    },
    /// What is seen proves neither that it was done nor that it was not.
    Unclear {
        /// Why, in words of ours.
        words: String,
    },
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

    /// Like [`list`](Service::list), for renders or templates, newest first or as the service orders them.
    async fn things(
        &self,
        kind: ItemKind,
        _pages: mpsc::Sender<Page<ThingRow>>,
    ) -> Result<(), ServiceError> {
        Err(has_none(self.kind(), kind.noun(2)))
    }

    /// Everything known of one render or template.
    async fn thing(&self, kind: ItemKind, _id: &ItemId) -> Result<ThingDetails, ServiceError> {
        Err(has_none(self.kind(), kind.noun(2)))
    }

    /// Like [`thumbnail`](Service::thumbnail), of a render or template that was listed.
    async fn thing_picture(
        &self,
        kind: ItemKind,
        _id: &ItemId,
        _side: u32,
    ) -> Result<Vec<u8>, ServiceError> {
        Err(has_none(self.kind(), kind.noun(2)))
    }

    /// How much of its plan the account has used; `None` where the service does not tell.
    async fn usage(&self) -> Result<Option<Usage>, ServiceError> {
        Ok(None)
    }

    /// Everything known of one file.
    async fn details(&self, id: &ItemId) -> Result<FileDetails, ServiceError>;

    /// A small picture of the file as encoded bytes: at most `side` pixels each way where the service can
    /// make it so, else whatever picture the service has of it.
    async fn thumbnail(&self, id: &ItemId, side: u32) -> Result<Vec<u8>, ServiceError>;

    /// Where anybody can fetch the file's bytes.
    fn file_url(&self, id: &ItemId) -> Option<String>;

    /// Does the verb to the items (at most [`Capabilities::batch_limit`]) with one call.
    ///
    /// A throttled call waits and goes again, until `stop`; it is then [`ErrorKind::Stopped`], and known
    /// not to have been done. Nothing else is sent twice: a lost answer is the caller's to settle.
    async fn batch(
        &self,
        pass: Pass,
        work: &Work,
        items: &[Target],
        stop: &CancellationToken,
    ) -> Result<Answered<BatchAnswer>, ServiceError>;

    /// Reads one item again, to see whether the work was done to it. Tries as often as any read.
    async fn reread(
        &self,
        pass: Pass,
        work: &Work,
        item: &Target,
        stop: &CancellationToken,
    ) -> Result<Answered<Seen>, ServiceError>;

    /// Sends pages of files that the service's own search finds, by a query in its own language.
    async fn search(
        &self,
        _query: &str,
        _: mpsc::Sender<Page<FileRow>>,
    ) -> Result<(), ServiceError> {
        Err(has_none(self.kind(), "search of its own"))
    }

    /// All folders but the root, by path.
    async fn folders(&self) -> Result<Vec<FolderRow>, ServiceError> {
        Err(has_none(self.kind(), "folders"))
    }

    /// Makes a folder, with those above it that are missing. One that is there is no error.
    async fn create_folder(&self, _path: &str) -> Result<(), ServiceError> {
        Err(has_none(self.kind(), "folders"))
    }

    /// Has the service begin a change of a folder. Returns its name for [`Service::folder_job`].
    async fn change_folder(&self, _change: &FolderChange) -> Result<String, ServiceError> {
        Err(has_none(self.kind(), "folders"))
    }

    /// Where a change of a folder stands.
    async fn folder_job(&self, _job: &str) -> Result<FolderJob, ServiceError> {
        Err(has_none(self.kind(), "folders"))
    }

    /// The versions of a file, the current one first.
    async fn versions(&self, _id: &ItemId) -> Result<Vec<VersionRow>, ServiceError> {
        Err(has_none(self.kind(), "versions of files"))
    }

    /// Deletes one version that is not the current one.
    async fn delete_version(&self, _id: &ItemId, _version: &str) -> Result<(), ServiceError> {
        Err(has_none(self.kind(), "versions of files"))
    }

    /// Makes a version the current one.
    async fn restore_version(&self, _id: &ItemId, _version: &str) -> Result<(), ServiceError> {
        Err(has_none(self.kind(), "versions of files"))
    }

    /// The fields that the account's files may have.
    async fn fields(&self) -> Result<Vec<FieldRow>, ServiceError> {
        Err(has_none(self.kind(), "fields of files"))
    }

    /// Changes a file's tags, description and fields. Returns the file as it is then.
    async fn edit(&self, _id: &ItemId, _edit: &Edit) -> Result<FileDetails, ServiceError> {
        Err(has_none(self.kind(), "way to change a file's details"))
    }
}

/// The error for what a service does not have.
fn has_none(service: ServiceKind, what: &str) -> ServiceError {
    let message = format!("{service} has no {what}");
    ServiceError::new(ErrorKind::Unsupported, message)
}

/// The error for a verb that a service does not have.
fn no_verb(service: ServiceKind, verb: Verb) -> ServiceError {
    has_none(service, verb.key())
}

/// What a service can do, known before its keys are.
pub fn capabilities(service: ServiceKind) -> &'static Capabilities {
    match service {
        ServiceKind::Uploadcare => &uploadcare::CAN,
        ServiceKind::ImageKit => &imagekit::CAN,
        ServiceKind::Templated => &templated::CAN,
    }
}

/// The least time between two requests that a service wants; nothing where it wants none, or on this machine.
pub fn pace(service: ServiceKind, api_base: &str) -> Duration {
    let is_here = parse_base(api_base).is_ok_and(|base| http::is_loopback(&base));
    if is_here {
        Duration::ZERO
    } else {
        capabilities(service).pace
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
