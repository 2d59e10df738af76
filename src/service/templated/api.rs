//! Templated's routes: a question becomes one or more requests, an answer becomes what it means.

use std::sync::Arc;

use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{Client, Method, Request};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::model::{FileDetails, ItemId};
use crate::service::http::{Answer, Call, Carries, Intent, same_origin};
use crate::service::wire::{Fields, Types, indent};
use crate::service::{
    Answered, BatchAnswer, CallMeta, ErrorKind, Fact, Pass, Priority, Seen, ServiceError, redact,
};

use super::known::{Sight, key};
use super::listing::Asker;
use super::wire::{batch, facts, rows};
use super::{Templated, refusal};

impl Templated {
    /// An address of the API. `path` is ours and needs no care.
    pub(super) fn route(&self, path: &str) -> Url {
        self.base
            .join(&format!("v1/{path}"))
            .expect("a route is a relative path of plain ASCII")
    }

    /// Reads an address of the API for a person who waits.
    pub(super) async fn look(&self, url: &Url) -> Result<Answer, ServiceError> {
        let mut pass = self.gate.enter(Priority::List).await;
        self.get(&mut pass, url, &CancellationToken::new()).await
    }

    /// Reads an address of the API once. The caller keeps the pass.
    pub(super) async fn get(
        &self,
        pass: &mut Pass,
        url: &Url,
        stop: &CancellationToken,
    ) -> Result<Answer, ServiceError> {
        self.ask(pass, Intent::Read, Method::GET, url, stop).await
    }

    pub(super) async fn ask(
        &self,
        pass: &mut Pass,
        intent: Intent,
        method: Method,
        url: &Url,
        stop: &CancellationToken,
    ) -> Result<Answer, ServiceError> {
        let build = |client: &Client| {
            let mut request = plain(client, &method, url)?;
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert(ACCEPT, json);
            self.key.sign(&mut request)?;
            Ok(request)
        };
        let call = Call {
            intent,
            carries: Carries::Json,
            build: &build,
        };
        self.api
            .send_on(pass, call, stop)
            .await
            .map_err(|error| redact::error(self.key.secret(), error))
    }

    /// What an answer that is no success means.
    pub(super) fn refuse(&self, answer: &Answer) -> ServiceError {
        redact::error(self.key.secret(), refusal::of(answer))
    }

    /// An error for a good status with a body that answers something else.
    pub(super) fn nonsense(&self, answer: &Answer) -> ServiceError {
        let message =
            "The answer is not one that Templated gives. Check the API base and the proxy";
        ServiceError {
            words: None,
            ..answer.error(ErrorKind::NotTheService, message)
        }
    }

    /// One upload, out of the page that lists it.
    pub(super) async fn one(&self, id: &ItemId) -> Result<FileDetails, ServiceError> {
        let read = self.page_of(id).await?;
        let text = read.answer.text();
        let page = rows::raw(&text).unwrap_or_default();
        let found = rows::find(&page, id).and_then(|raw| Some((raw, Fields::of(raw.get())?)));
        let (raw, fields) = found.ok_or_else(|| self.nonsense(&read.answer))?;
        let upload = rows::upload(&fields, &self.base, &mut Types::default());
        Ok(FileDetails {
            editable: None,
            row: upload.row,
            facts: facts::facts(&fields),
            metadata: Vec::new(),
            url: upload.address.map(String::from),
            json: indent(raw.get()),
        })
    }

    /// Deletes with one call. All of the ids go, or none.
    pub(super) async fn delete(
        &self,
        mut pass: Pass,
        ids: &[ItemId],
        stop: &CancellationToken,
    ) -> Result<Answered<BatchAnswer>, ServiceError> {
        let url = match batch::address(&self.route("uploads"), ids) {
            Ok(url) => url,
            Err(value) => {
                let meta = CallMeta::default();
                return Ok(Answered { value, meta });
            }
        };
        self.known.delete_leaves();
        let answer = self
            .ask(&mut pass, Intent::Write, Method::DELETE, &url, stop)
            .await?;
        let value = self.deleted(ids, &answer)?;
        Ok(Answered {
            value,
            meta: answer.meta,
        })
    }

    /// What the answer to a delete proves.
    fn deleted(&self, ids: &[ItemId], answer: &Answer) -> Result<BatchAnswer, ServiceError> {
        let named = batch::said(ids, answer);
        let value = match (answer.status, named) {
            (200..=299, Some(named)) => BatchAnswer::Evidence(self.settled(named.facts)),
            (200..=299, None) => {
                let message = "The answer does not say what was deleted";
                return Err(ServiceError {
                    words: None,
                    ..answer.error(ErrorKind::Lost, message)
                });
            }
            // It says no and names what it deleted: then all or nothing does not hold, and its words do.
            (400 | 422, Some(named)) if named.deleted => {
                BatchAnswer::Evidence(self.settled(named.facts))
            }
            (400 | 422, named) => BatchAnswer::RefusedWhole {
                named: self.settled(named.map(|named| named.facts).unwrap_or_default()),
                words: self.words(answer),
            },
            (413 | 414 | 431, _) => BatchAnswer::RefusedWhole {
                named: Vec::new(),
                words: self.words(answer),
            },
            _ => return Err(self.refuse(answer)),
        };
        Ok(value)
    }

    fn settled(&self, facts: Vec<(ItemId, Fact)>) -> Vec<(ItemId, Fact)> {
        self.known.forget(&facts);
        redact::facts(self.key.secret(), facts)
    }

    /// The service's words in a refusal, or its status if it said none.
    pub(super) fn words(&self, answer: &Answer) -> String {
        let words = answer.words();
        let words = words.map(|words| redact::text(self.key.secret(), words));
        words.unwrap_or_else(|| format!("status {}", answer.status))
    }

    /// Reads an upload again: the API shows none alone, so all are listed once, for all that ask before the
    /// next delete.
    pub(super) async fn see(
        &self,
        mut pass: Pass,
        id: &ItemId,
        stop: &CancellationToken,
    ) -> Result<Answered<Seen>, ServiceError> {
        let mut meta = CallMeta::default();
        let sight = match self.known.sight(id) {
            Some(sight) => sight,
            None => self.sight(&mut pass, stop, &mut meta).await?,
        };
        let value = match sight.get(&key(id)) {
            Some(row) => Seen::File(Box::new(row.clone())),
            None => Seen::Absent {
                words: "not in the list of uploads".to_owned(),
            },
        };
        Ok(Answered { value, meta })
    }

    async fn sight(
        &self,
        pass: &mut Pass,
        stop: &CancellationToken,
        meta: &mut CallMeta,
    ) -> Result<Sight, ServiceError> {
        let mut asker = Asker::Job { pass, stop, meta };
        let all = self.all(&mut asker).await;
        let sight: Sight = Arc::new(all.map_err(|error| ServiceError {
            meta: meta.clone(),
            ..error
        })?);
        self.known.keep(&sight);
        Ok(sight)
    }

    /// The picture at the address that the service listed.
    pub(super) async fn picture(&self, id: &ItemId) -> Result<Vec<u8>, ServiceError> {
        let known = match self.known.picture(id) {
            Some(known) => known,
            None => {
                let read = self.page_of(id).await?;
                let mut uploads = read.rows.into_iter();
                uploads
                    .find(|upload| key(&upload.row.id) == key(id))
                    .and_then(|upload| upload.picture)
            }
        };
        let url = known.ok_or_else(|| {
            ServiceError::new(
                ErrorKind::NotFound,
                "Templated lists no picture of this file",
            )
        })?;
        self.fetch(&url).await
    }

    /// The bytes of a picture that a listing named. The key does not go there.
    pub(super) async fn fetch(&self, url: &Url) -> Result<Vec<u8>, ServiceError> {
        let build = |client: &Client| plain(client, &Method::GET, url);
        let call = Call {
            intent: Intent::Picture,
            carries: Carries::Picture,
            build: &build,
        };
        let host = match same_origin(&self.base, url.as_str()) {
            Ok(_) => &self.api,
            Err(_) => &self.pictures,
        };
        let pass = self.picture_gate.enter(Priority::Picture).await;
        let answer = host.send(pass, call, &CancellationToken::new()).await?;
        if answer.status == 200 && !answer.is_page() {
            return Ok(answer.body.into());
        }
        Err(refusal::of_picture(&answer))
    }
}

/// A request without a body, and without the key.
fn plain(client: &Client, method: &Method, url: &Url) -> Result<Request, ServiceError> {
    let request = client.request(method.clone(), url.clone()).build();
    request.map_err(|error| ServiceError::new(ErrorKind::Config, error.without_url().to_string()))
}
