//! Templated, API v1: its uploads, listed page by page and deleted in batches that go whole or not at all;
//! its renders and templates, deleted one by one.
//!
//! It asks and reads; how often, how fast and how long is the gate's and the executor's business.

mod api;
mod auth;
mod known;
mod listing;
mod refusal;
mod things;
mod wire;

use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::model::{
    Account, FileDetails, FileRow, GroupDetails, GroupRow, ItemId, ItemKind, ServiceKind,
    ThingDetails, ThingRow, Usage, Verb,
};

use super::http::{Http, Limits, is_loopback, parse_base};
use super::work::ids_of;
use super::{
    Answered, BatchAnswer, CallMeta, Capabilities, Credentials, ErrorKind, Gate, Listing, Page,
    Pass, Seen, Service, ServiceError, Target, Work, no_verb, pace,
};
use auth::Key;
use known::Known;
use wire::rows::Upload;
use wire::things::Thing;

/// Where the API is.
pub const API_BASE: &str = "https://api.templated.io";

/// Where the service keeps its pictures; it may name any other place.
const PICTURES: &str = "https://templated-assets.s3.amazonaws.com";

/// The header in which the service may name a request.
const REQUEST_ID: &str = "x-request-id";

/// Time between two requests. The service names no limits, so we keep well below what it may have. A service
/// on this computer is nobody else's.
const PACE: Duration = Duration::from_millis(500);

/// Pictures under way.
const PICTURES_AT_ONCE: usize = 4;

/// What Templated can do with its uploads.
///
/// A batch goes whole or not at all, so the same one sent again tells what a lost answer said: the ids that
/// it deletes now were not deleted then, and those that are gone or somebody else's are named as such. Only
/// when that fails too are uploads re-read, which cannot tell a foreign id from one that is gone.
pub(super) static CAN: Capabilities = Capabilities {
    verbs: &[Verb::Delete, Verb::DeleteRenders, Verb::DeleteTemplates],
    batch_limit: 50,
    groups: false,
    removed_list: false,
    restore: false,
    repeatable: &[Verb::Delete],
    unstored: false,
    pace: PACE,
    ..Capabilities::PLAIN
};

/// One account.
///
/// Its gate lets one request through at a time: the pages of a listing, told apart by number alone, must not
/// move under a re-read because a delete of ours comes in between.
#[derive(Debug)]
pub struct Templated {
    key: Key,
    base: Url,
    api: Http,
    pictures: Http,
    gate: Gate,
    picture_gate: Gate,
    known: Known,
}

impl Templated {
    /// Opens an account. Nothing is sent.
    pub fn open(credentials: &Credentials, limits: Limits) -> Result<Self, ServiceError> {
        let base = parse_base(credentials.api_base.as_deref().unwrap_or(API_BASE))?;
        let key = Key::new(credentials)?;
        let api = Http::new(&base, limits, REQUEST_ID)?;
        // A demo on a machine without CA certificates has its pictures beside it.
        let pictures = if is_loopback(&base) {
            api.clone()
        } else {
            Http::new(&parse_base(PICTURES)?, limits, REQUEST_ID)?
        };
        let pace = pace(ServiceKind::Templated, base.as_str());
        Ok(Self {
            key,
            base,
            api,
            pictures,
            gate: Gate::single(pace),
            picture_gate: Gate::new(PICTURES_AT_ONCE, PICTURES_AT_ONCE),
            known: Known::default(),
        })
    }
}

#[async_trait]
impl Service for Templated {
    fn kind(&self) -> ServiceKind {
        ServiceKind::Templated
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

    async fn account(&self) -> Result<Account, ServiceError> {
        let answer = self.look(&self.route("account")).await?;
        if !answer.is_success() {
            return Err(self.refuse(&answer));
        }
        wire::account(&answer.text()).ok_or_else(|| self.nonsense(&answer))
    }

    async fn list(
        &self,
        listing: Listing,
        pages: mpsc::Sender<Page<FileRow>>,
    ) -> Result<(), ServiceError> {
        match listing {
            Listing::Existing => self.stream::<Upload>(ItemKind::File, pages).await,
            Listing::Removed => Err(unsupported("Templated keeps no list of deleted files")),
        }
    }

    async fn groups(&self, _: mpsc::Sender<Page<GroupRow>>) -> Result<(), ServiceError> {
        Err(unsupported(NO_GROUPS))
    }

    async fn group(&self, _: &ItemId) -> Result<GroupDetails, ServiceError> {
        Err(unsupported(NO_GROUPS))
    }

    async fn things(
        &self,
        kind: ItemKind,
        pages: mpsc::Sender<Page<ThingRow>>,
    ) -> Result<(), ServiceError> {
        self.stream::<Thing>(made(kind)?, pages).await
    }

    async fn thing(&self, kind: ItemKind, id: &ItemId) -> Result<ThingDetails, ServiceError> {
        self.one_thing(made(kind)?, id).await
    }

    /// The picture as it is: the service makes none smaller.
    async fn thing_picture(
        &self,
        kind: ItemKind,
        id: &ItemId,
        _: u32,
    ) -> Result<Vec<u8>, ServiceError> {
        self.picture_of(made(kind)?, id).await
    }

    /// Render credits, asked of the account.
    async fn usage(&self) -> Result<Option<Usage>, ServiceError> {
        self.credits().await
    }

    async fn details(&self, id: &ItemId) -> Result<FileDetails, ServiceError> {
        self.one(id).await
    }

    /// The picture as it is: the service makes none smaller.
    async fn thumbnail(&self, id: &ItemId, _: u32) -> Result<Vec<u8>, ServiceError> {
        self.picture(id).await
    }

    /// Known of files that were listed, where the service named an address at all.
    fn file_url(&self, id: &ItemId) -> Option<String> {
        self.known.address(id).map(String::from)
    }

    /// An address that would be too long is [`BatchAnswer::RefusedWhole`] with no names, and nothing is sent:
    /// whoever asked halves the list.
    async fn batch(
        &self,
        pass: Pass,
        work: &Work,
        items: &[Target],
        stop: &CancellationToken,
    ) -> Result<Answered<BatchAnswer>, ServiceError> {
        let ids = ids_of(items);
        match (work.verb, &ids[..]) {
            (_, []) => Ok(Answered {
                value: BatchAnswer::Evidence(Vec::new()),
                meta: CallMeta::default(),
            }),
            (Verb::Delete, ids) => self.delete(pass, ids, stop).await,
            (verb @ (Verb::DeleteRenders | Verb::DeleteTemplates), ids) => {
                self.delete_thing(pass, verb.kind(), ids, stop).await
            }
            (verb, _) => Err(no_verb(ServiceKind::Templated, verb)),
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
            verb @ (Verb::DeleteRenders | Verb::DeleteTemplates) => {
                self.see_thing(pass, verb.kind(), &item.id, stop).await
            }
            verb => Err(no_verb(ServiceKind::Templated, verb)),
        }
    }
}

/// A kind of thing that Templated makes.
fn made(kind: ItemKind) -> Result<ItemKind, ServiceError> {
    match kind {
        ItemKind::Render | ItemKind::Template => Ok(kind),
        ItemKind::File | ItemKind::Group | ItemKind::Folder => Err(unsupported(
            "Templated lists renders and templates this way, and nothing else",
        )),
    }
}

const NO_GROUPS: &str = "Templated has no groups of files";

fn unsupported(message: &str) -> ServiceError {
    ServiceError::new(ErrorKind::Unsupported, message)
}
