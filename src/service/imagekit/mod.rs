//! ImageKit, media API v1: listing, details and bulk delete.
//!
//! It asks and reads; how often, how fast and how long is the gate's and the executor's business.

mod api;
mod auth;
mod listing;
mod places;
mod refusal;
mod verbs;
mod wire;

use std::sync::OnceLock;

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::model::{
    Account, FileDetails, FileRow, GroupDetails, GroupRow, ItemId, ServiceKind, Time, Verb,
};

use super::http::{Http, Limits, is_loopback, parse_base};
use super::work::ids_of;
use super::{
    Answered, BatchAnswer, Capabilities, Credentials, ErrorKind, Gate, Listing, Page, Pass, Seen,
    Service, ServiceError, Target, Work, no_verb,
};
use auth::Key;
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
    verbs: &[Verb::Delete],
    batch_limit: 100,
    groups: false,
    removed_list: false,
    restore: false,
    repeatable: &[],
    unstored: false,
    ..Capabilities::PLAIN
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
            gate: Gate::new(CALLS.0, CALLS.1),
            places,
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
            verb => Err(no_verb(ServiceKind::ImageKit, verb)),
        }
    }
}

fn unsupported(message: &str) -> ServiceError {
    ServiceError::new(ErrorKind::Unsupported, message)
}

fn no_groups() -> ServiceError {
    unsupported("ImageKit has no groups")
}
