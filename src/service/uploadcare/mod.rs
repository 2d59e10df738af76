//! Uploadcare, REST API v0.7: listing, details, groups, batch store, delete and restore.
//!
//! It asks and reads; how often, how fast and how long is the gate's and the executor's business.

mod api;
mod auth;
mod cdn;
mod listing;
mod refusal;
mod verbs;
mod wire;

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::model::{
    Account, FileDetails, FileRow, GroupDetails, GroupRow, ItemId, ServiceKind, Time, Verb,
};

use super::http::{Http, Limits, is_loopback, parse_base, segment};
use super::wire::{Fields, Types, indent};
use super::work::ids_of;
use super::{
    Answered, BatchAnswer, CallMeta, Capabilities, Credentials, ErrorKind, Gate, Listing, Page,
    Pass, Seen, Service, ServiceError, Target, Work, no_verb,
};
use auth::Keys;
use wire::{facts, rows};

/// Where the API is.
pub const API_BASE: &str = "https://api.uploadcare.com";

/// The rows of a page of files, read as a listing reads them; `None` if the text is no page.
pub fn read_page(json: &str) -> Option<Vec<FileRow>> {
    rows::files_page(json).map(|page| page.rows)
}

/// The header in which the service names a request.
const REQUEST_ID: &str = "x-uploadcare-request-id";

/// Calls under way: at the start, and at most.
const CALLS: (usize, usize) = (4, 16);

/// What Uploadcare can do.
pub(super) static CAN: Capabilities = Capabilities {
    verbs: VERBS,
    batch_limit: 100,
    groups: true,
    removed_list: true,
    restore: true,
    repeatable: VERBS,
    unstored: true,
    metadata: true,
    ..Capabilities::PLAIN
};

const VERBS: &[Verb] = &[Verb::Store, Verb::Delete, Verb::Restore, Verb::DeleteGroups];

/// One project.
#[derive(Debug)]
pub struct Uploadcare {
    keys: Keys,
    base: Url,
    cdn: Url,
    api: Http,
    pictures: Http,
    gate: Gate,
}

impl Uploadcare {
    /// Opens a project. Nothing is sent.
    pub fn open(credentials: &Credentials, limits: Limits) -> Result<Self, ServiceError> {
        let base = parse_base(credentials.api_base.as_deref().unwrap_or(API_BASE))?;
        let keys = Keys::new(credentials, &base)?;
        let cdn = match credentials.cdn_base.as_deref() {
            Some(own) => parse_base(own)?,
            None => cdn::base(keys.public())?,
        };
        // A demo on a machine without CA certificates has no CDN of its own to reach.
        let api = Http::new(&base, limits, REQUEST_ID)?;
        let pictures = if is_loopback(&base) && credentials.cdn_base.is_none() {
            api.clone()
        } else {
            Http::new(&cdn, limits, REQUEST_ID)?
        };
        Ok(Self {
            keys,
            base,
            cdn,
            api,
            pictures,
            gate: Gate::new(CALLS.0, CALLS.1.min(limits.calls)),
        })
    }
}

#[async_trait]
impl Service for Uploadcare {
    fn kind(&self) -> ServiceKind {
        ServiceKind::Uploadcare
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
        let answer = self.look(&self.route("project/")).await?;
        if !answer.is_success() {
            return Err(self.refuse(&answer, ErrorKind::NotTheService));
        }
        wire::account(&answer.text(), self.keys.public()).ok_or_else(|| self.nonsense(&answer))
    }

    async fn list(
        &self,
        listing: Listing,
        pages: mpsc::Sender<Page<FileRow>>,
    ) -> Result<(), ServiceError> {
        let which = match listing {
            Listing::Existing => "",
            Listing::Removed => "removed=true&",
        };
        self.files(which, None, pages).await
    }

    async fn list_newer(
        &self,
        than: Time,
        pages: mpsc::Sender<Page<FileRow>>,
    ) -> Result<(), ServiceError> {
        self.files("", Some(than), pages).await
    }

    async fn groups(&self, pages: mpsc::Sender<Page<GroupRow>>) -> Result<(), ServiceError> {
        self.all_groups(pages).await
    }

    async fn group(&self, id: &ItemId) -> Result<GroupDetails, ServiceError> {
        let answer = self.one("groups", id, "").await?;
        let text = answer.text();
        let fields = Fields::of(&text).ok_or_else(|| self.nonsense(&answer))?;
        Ok(GroupDetails {
            row: rows::group(Some(&fields), self.cdn.as_str()),
            members: rows::members(&fields),
            json: indent(&text),
        })
    }

    async fn details(&self, id: &ItemId) -> Result<FileDetails, ServiceError> {
        let answer = self.one("files", id, "?include=appdata").await?;
        let text = answer.text();
        let fields = Fields::of(&text).ok_or_else(|| self.nonsense(&answer))?;
        let row = rows::file_of(&fields, &mut Types::default());
        let url = row
            .removed
            .is_none()
            .then(|| self.file_url(&row.id))
            .flatten();
        Ok(FileDetails {
            facts: facts::facts(&fields),
            metadata: facts::metadata(&fields),
            editable: None,
            url,
            row,
            json: indent(&text),
        })
    }

    async fn thumbnail(&self, id: &ItemId, side: u32) -> Result<Vec<u8>, ServiceError> {
        self.picture(id, side).await
    }

    fn file_url(&self, id: &ItemId) -> Option<String> {
        Some(format!("{}{}/", self.cdn, segment(&id.plain())?))
    }

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
            (Verb::DeleteGroups, [id]) => self.delete_group(pass, id, stop).await,
            (Verb::DeleteGroups, _) => Err(ServiceError::new(
                ErrorKind::Unsupported,
                "Uploadcare removes one group a call",
            )),
            (Verb::Store | Verb::Delete | Verb::Restore, ids) => {
                self.batch_files(pass, work.verb, ids, stop).await
            }
            (verb, _) => Err(no_verb(ServiceKind::Uploadcare, verb)),
        }
    }

    async fn reread(
        &self,
        pass: Pass,
        work: &Work,
        item: &Target,
        stop: &CancellationToken,
    ) -> Result<Answered<Seen>, ServiceError> {
        let route = match work.verb {
            Verb::DeleteGroups => "groups",
            _ => "files",
        };
        self.see(pass, route, &item.id, stop).await
    }
}
