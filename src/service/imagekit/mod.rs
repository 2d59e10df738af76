//! ImageKit, media API v1: files, folders, versions and fields; bulk delete, tags, copies, moves, names, purges.
//!
//! It asks and reads; how often, how fast and how long is the gate's and the executor's business.

mod api;
mod auth;
mod edit;
mod folders;
mod listing;
mod moves;
mod places;
mod purge;
mod refusal;
mod tags;
mod usage;
mod verbs;
mod versions;
mod wire;

use std::sync::OnceLock;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::model::{
    Account, Edit, FieldRow, FileDetails, FileRow, FolderChange, FolderJob, FolderRow,
    GroupDetails, GroupRow, ItemId, ServiceKind, Time, Usage, Verb, VersionRow,
};

use super::http::{Http, Limits, is_loopback, parse_base};
use super::work::ids_of;
use super::{
    Answered, BatchAnswer, CallMeta, Capabilities, Credentials, ErrorKind, Gate, Listing, Page,
    Pass, Seen, Service, ServiceError, Target, Work, no_verb,
};
use auth::Key;
use moves::Placing;
use places::Places;

/// Where the API is.
pub const API_BASE: &str = "https://api.imagekit.io";

/// Where files are delivered, unless their addresses say otherwise.
const DELIVERY: &str = "https://ik.imagekit.io";

/// The header in which the service names a request.
const REQUEST_ID: &str = "x-ik-requestid";

/// The header in which the service tells for how many milliseconds it wants no further request.
const RESET: &str = "x-ratelimit-reset";

/// Calls under way: at the start, and at most.
const CALLS: (usize, usize) = (4, 6);

pub(super) static CAN: Capabilities = Capabilities {
    verbs: &[
        Verb::Delete,
        Verb::AddTags,
        Verb::RemoveTags,
        Verb::Copy,
        Verb::Move,
        Verb::Rename,
        Verb::Purge,
        Verb::DeleteFolders,
    ],
    batch_limit: 100,
    groups: false,
    removed_list: false,
    restore: false,
    // Once and twice are the same; of a folder, the second answer tells that it is gone.
    repeatable: &[
        Verb::AddTags,
        Verb::RemoveTags,
        Verb::Purge,
        Verb::DeleteFolders,
    ],
    marked: &[Verb::Copy],
    unstored: false,
    folders: true,
    versions: true,
    edit: true,
    metadata: true,
    search: true,
    purges_a_month: Some(1000),
    pace: Duration::ZERO,
};

/// One account.
#[derive(Debug)]
pub struct ImageKit {
    key: Key,
    base: Url,
    api: Http,
    pictures: Http,
    gate: Gate,
    places: Places,
    placing: Placing,
    told: OnceLock<Account>,
}

impl ImageKit {
    /// Opens an account. Nothing is sent. `cdn_base` is the URL endpoint through which the account's files are
    /// to be fetched, in place of the one in their addresses.
    pub fn open(credentials: &Credentials, limits: Limits) -> Result<Self, ServiceError> {
        let base = parse_base(credentials.api_base.as_deref().unwrap_or(API_BASE))?;
        let key = Key::new(credentials)?;
        let places = Places::new(credentials.cdn_base.as_deref(), &base)?;
        let api = Http::new(&base, limits, REQUEST_ID)?.with_reset(RESET);
        // A demo on a machine without CA certificates delivers from the same place.
        let pictures = match credentials.cdn_base.as_deref() {
            None if is_loopback(&base) => api.clone(),
            own => Http::new(&parse_base(own.unwrap_or(DELIVERY))?, limits, REQUEST_ID)?,
        };
        Ok(Self {
            key,
            base,
            api,
            pictures,
            gate: Gate::new(CALLS.0, CALLS.1.min(limits.calls)),
            places,
            placing: Placing::default(),
            told: OnceLock::new(),
        })
    }
}

#[async_trait]
impl Service for ImageKit {
    fn kind(&self) -> ServiceKind {
        ServiceKind::ImageKit
    }

    fn api_base(&self) -> String {
        self.base.as_str().trim_end_matches('/').to_owned()
    }

    fn can(&self) -> &Capabilities {
        &CAN
    }

    fn gate(&self) -> &Gate {
        &self.gate
    }

    /// ImageKit has no route that names the account. The addresses of its files do: they begin with the
    /// account's URL endpoint. An account without files cannot be told from any other, and its key is then
    /// empty; [`Account::may_be`] takes that for no contradiction.
    async fn account(&self) -> Result<Account, ServiceError> {
        self.whose().await
    }

    async fn list(
        &self,
        listing: Listing,
        pages: mpsc::Sender<Page<FileRow>>,
    ) -> Result<(), ServiceError> {
        match listing {
            Listing::Existing => self.files(None, pages).await,
            Listing::Removed => Err(unsupported("ImageKit does not list deleted files")),
        }
    }

    async fn list_newer(
        &self,
        than: Time,
        pages: mpsc::Sender<Page<FileRow>>,
    ) -> Result<(), ServiceError> {
        self.files(Some(than), pages).await
    }

    async fn groups(&self, _: mpsc::Sender<Page<GroupRow>>) -> Result<(), ServiceError> {
        Err(no_groups())
    }

    async fn group(&self, _: &ItemId) -> Result<GroupDetails, ServiceError> {
        Err(no_groups())
    }

    /// Bandwidth of this month, and what is stored.
    async fn usage(&self) -> Result<Option<Usage>, ServiceError> {
        self.used(Time::now()).await
    }

    async fn details(&self, id: &ItemId) -> Result<FileDetails, ServiceError> {
        self.describe(id).await
    }

    /// The picture that ImageKit names for the file; its size is ImageKit's choice.
    async fn thumbnail(&self, id: &ItemId, _side: u32) -> Result<Vec<u8>, ServiceError> {
        self.picture(id).await
    }

    /// Known of files that were listed or looked at.
    fn file_url(&self, id: &ItemId) -> Option<String> {
        self.places.get(id).map(|place| place.url)
    }

    async fn batch(
        &self,
        pass: Pass,
        work: &Work,
        items: &[Target],
        stop: &CancellationToken,
    ) -> Result<Answered<BatchAnswer>, ServiceError> {
        let ids = ids_of(items);
        match work.verb {
            Verb::Delete => match verbs::refused_unsent(&ids) {
                Some(refused) => Ok(refused),
                None => self.delete(pass, &ids, stop).await,
            },
            Verb::AddTags | Verb::RemoveTags => match verbs::refused_unsent(&ids) {
                Some(refused) => Ok(refused),
                None => self.tag(pass, work, &ids, stop).await,
            },
            Verb::Copy | Verb::Move | Verb::Rename => {
                self.relocate(pass, work, only(items)?, stop).await
            }
            Verb::Purge => self.purge(pass, only(items)?, stop).await,
            Verb::DeleteFolders => self.delete_folder(pass, only(items)?, stop).await,
            Verb::DeleteGroups => Err(no_groups()),
            Verb::Store => Err(unsupported("ImageKit keeps every file; none needs storing")),
            Verb::Restore => Err(unsupported("ImageKit cannot restore a deleted file")),
            verb => Err(no_verb(ServiceKind::ImageKit, verb)),
        }
    }

    async fn reread(
        &self,
        pass: Pass,
        work: &Work,
        item: &Target,
        stop: &CancellationToken,
    ) -> Result<Answered<Seen>, ServiceError> {
        match work.verb {
            Verb::Delete => self.see(pass, &item.id, stop).await,
            Verb::AddTags | Verb::RemoveTags => self.see_tags(pass, work, &item.id, stop).await,
            Verb::Copy | Verb::Move | Verb::Rename => self.see_moved(pass, work, item, stop).await,
            Verb::Purge => Ok(Answered {
                value: purge::seen(),
                meta: CallMeta::default(),
            }),
            Verb::DeleteFolders => self.see_folder(pass, item, stop).await,
            verb => Err(no_verb(ServiceKind::ImageKit, verb)),
        }
    }

    async fn search(
        &self,
        query: &str,
        pages: mpsc::Sender<Page<FileRow>>,
    ) -> Result<(), ServiceError> {
        self.found(query, pages).await
    }

    async fn folders(&self) -> Result<Vec<FolderRow>, ServiceError> {
        self.all_folders().await
    }

    async fn create_folder(&self, path: &str) -> Result<(), ServiceError> {
        self.make_folder(path).await
    }

    async fn change_folder(&self, change: &FolderChange) -> Result<String, ServiceError> {
        self.begin_change(change).await
    }

    async fn folder_job(&self, job: &str) -> Result<FolderJob, ServiceError> {
        self.change_status(job).await
    }

    async fn versions(&self, id: &ItemId) -> Result<Vec<VersionRow>, ServiceError> {
        self.all_versions(id).await
    }

    async fn delete_version(&self, id: &ItemId, version: &str) -> Result<(), ServiceError> {
        self.drop_version(id, version).await
    }

    async fn restore_version(&self, id: &ItemId, version: &str) -> Result<(), ServiceError> {
        self.take_back(id, version).await
    }

    async fn fields(&self) -> Result<Vec<FieldRow>, ServiceError> {
        self.all_fields().await
    }

    async fn edit(&self, id: &ItemId, edit: &Edit) -> Result<FileDetails, ServiceError> {
        self.change(id, edit).await
    }
}

/// The one item of a call that takes no more.
fn only(items: &[Target]) -> Result<&Target, ServiceError> {
    match items {
        [item] => Ok(item),
        _ => Err(unsupported("ImageKit takes one item a call for this")),
    }
}

fn unsupported(message: &str) -> ServiceError {
    ServiceError::new(ErrorKind::Unsupported, message)
}

fn no_groups() -> ServiceError {
    unsupported("ImageKit has no groups")
}
