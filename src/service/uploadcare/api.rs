//! Uploadcare's routes: a question becomes one or more requests, an answer becomes what it means.

use std::time::SystemTime;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Method, Request};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::model::{ItemId, Time};
use crate::service::http::{Answer, Call, Carries, Intent, segment};
use crate::service::wire::{Fields, Types};
use crate::service::{Answered, ErrorKind, Pass, Priority, Seen, ServiceError, redact};

use super::Uploadcare;
use super::refusal;
use super::wire::rows;

const VERSION: &str = "application/vnd.uploadcare-v0.7+json";
const JSON: &str = "application/json";

impl Uploadcare {
    /// Reads an address of the API once.
    pub(super) async fn get(
        &self,
        pass: Pass,
        url: &Url,
        stop: &CancellationToken,
    ) -> Result<Answer, ServiceError> {
        self.ask(pass, Intent::Read, Method::GET, url, &[], stop)
            .await
    }

    /// Reads an address of the API for a person who waits.
    pub(super) async fn look(&self, url: &Url) -> Result<Answer, ServiceError> {
        let pass = self.gate.enter(Priority::List).await;
        self.get(pass, url, &CancellationToken::new()).await
    }

    pub(super) async fn ask(
        &self,
        pass: Pass,
        intent: Intent,
        method: Method,
        url: &Url,
        body: &[u8],
        stop: &CancellationToken,
    ) -> Result<Answer, ServiceError> {
        let build = |client: &Client| self.request(client, &method, url, body);
        let call = Call {
            intent,
            carries: Carries::Json,
            build: &build,
        };
        self.send(pass, call, stop).await
    }

    /// Reads a page that the caller takes apart at once: only that shows whether it is JSON.
    pub(super) async fn get_page(&self, pass: Pass, url: &Url) -> Result<Answer, ServiceError> {
        let build = |client: &Client| self.request(client, &Method::GET, url, &[]);
        let call = Call {
            intent: Intent::Read,
            carries: Carries::Page,
            build: &build,
        };
        self.send(pass, call, &CancellationToken::new()).await
    }

    async fn send(
        &self,
        pass: Pass,
        call: Call<'_>,
        stop: &CancellationToken,
    ) -> Result<Answer, ServiceError> {
        let sent = self.api.send(pass, call, stop).await;
        sent.map_err(|error| redact::error(self.keys.secret(), error))
    }

    /// A request, signed for now.
    fn request(
        &self,
        client: &Client,
        method: &Method,
        url: &Url,
        body: &[u8],
    ) -> Result<Request, ServiceError> {
        let mut builder = client
            .request(method.clone(), url.clone())
            .header(ACCEPT, VERSION)
            .header(CONTENT_TYPE, JSON);
        if !body.is_empty() {
            builder = builder.body(body.to_vec());
        }
        let mut request = builder.build().map_err(|error| {
            ServiceError::new(ErrorKind::Config, error.without_url().to_string())
        })?;
        self.keys.sign(&mut request, SystemTime::now())?;
        Ok(request)
    }

    /// An address of the API. `path` is ours and needs no care.
    pub(super) fn route(&self, path: &str) -> Url {
        self.base
            .join(path)
            .expect("a route is a relative path of plain ASCII")
    }

    /// The address of one item, if its id can stand in a path.
    pub(super) fn item(&self, before: &str, id: &ItemId, after: &str) -> Option<Url> {
        Some(self.route(&format!("{before}/{}/{after}", segment(&id.plain())?)))
    }

    /// What an answer that is no success means. `missing` is what a 404 in JSON means here.
    pub(super) fn refuse(&self, answer: &Answer, missing: ErrorKind) -> ServiceError {
        redact::error(
            self.keys.secret(),
            refusal::of(answer, missing, Time::now(), self.keys.is_signed()),
        )
    }

    /// An error for a good status with a body that answers something else.
    pub(super) fn nonsense(&self, answer: &Answer) -> ServiceError {
        let message =
            "The answer is not one that Uploadcare gives. Check the API base and the proxy";
        ServiceError {
            words: None,
            ..answer.error(ErrorKind::NotTheService, message)
        }
    }

    /// The service's words in a refusal, or its status if it said none.
    pub(super) fn words(&self, answer: &Answer) -> String {
        let words = answer
            .words()
            .map(|words| redact::text(self.keys.secret(), words));
        words.unwrap_or_else(|| format!("status {}", answer.status))
    }

    /// One item by its id, as a person asks for it.
    pub(super) async fn one(
        &self,
        before: &str,
        id: &ItemId,
        query: &str,
    ) -> Result<Answer, ServiceError> {
        let url = self.item(before, id, query).ok_or_else(unsendable)?;
        let answer = self.look(&url).await?;
        if answer.status == 200 {
            return Ok(answer);
        }
        Err(self.refuse(&answer, ErrorKind::NotFound))
    }

    /// Reads a file or a group again.
    pub(super) async fn see(
        &self,
        pass: Pass,
        route: &str,
        id: &ItemId,
        stop: &CancellationToken,
    ) -> Result<Answered<Seen>, ServiceError> {
        let url = self.item(route, id, "").ok_or_else(unsendable)?;
        let answer = self.get(pass, &url, stop).await?;
        let value = match answer.status {
            200 => self.seen(&answer, route, id)?,
            404 if answer.is_object() => Seen::Absent {
                words: self.words(&answer),
            },
            // No file can have an id that the service has no address for, or another one's.
            404 | 405 if !is_plain_id(id.as_str()) => Seen::Absent {
                words: self.refuse(&answer, ErrorKind::Refused).message,
            },
            _ => return Err(self.refuse(&answer, ErrorKind::NotTheService)),
        };
        Ok(Answered {
            value,
            meta: answer.meta,
        })
    }

    /// What a re-read shows, if it is about that very item.
    fn seen(&self, answer: &Answer, route: &str, id: &ItemId) -> Result<Seen, ServiceError> {
        let text = answer.text();
        let fields = Fields::of(&text).ok_or_else(|| self.nonsense(answer))?;
        let (named, seen) = if route == "groups" {
            (fields.string("id").unwrap_or_default(), Seen::Group)
        } else {
            let row = rows::file_of(&fields, &mut Types::default());
            (row.id.to_string(), Seen::File(Box::new(row)))
        };
        if named.eq_ignore_ascii_case(id.as_str()) {
            Ok(seen)
        } else {
            Err(self.nonsense(answer))
        }
    }

    /// A small picture from the CDN. The keys do not go there.
    pub(super) async fn picture(&self, id: &ItemId, side: u32) -> Result<Vec<u8>, ServiceError> {
        let side = side.clamp(1, 3000);
        let tail = format!(
            "{}/-/preview/{side}x{side}/",
            segment(&id.plain()).ok_or_else(unsendable)?
        );
        let url = self.cdn.join(&tail).map_err(|_| unsendable())?;
        let build = |client: &Client| {
            let request = client.get(url.clone()).build();
            request.map_err(|error| {
                ServiceError::new(ErrorKind::Config, error.without_url().to_string())
            })
        };
        let call = Call {
            intent: Intent::Picture,
            carries: Carries::Picture,
            build: &build,
        };
        let pass = self.gate.enter(Priority::Picture).await;
        let answer = self
            .pictures
            .send(pass, call, &CancellationToken::new())
            .await?;
        if answer.status == 200 && !answer.is_page() {
            return Ok(answer.body.into());
        }
        Err(refusal::of_picture(&answer))
    }
}

fn unsendable() -> ServiceError {
    ServiceError::new(
        ErrorKind::NotFound,
        "This is not an id that can be asked for",
    )
}

/// Whether an id is one that a route of the service takes: a uuid, or a group's.
fn is_plain_id(id: &str) -> bool {
    is_uuid(id) || is_group_id(id)
}

fn is_uuid(id: &str) -> bool {
    id.len() == 36 && uuid::Uuid::try_parse(id).is_ok()
}

pub(super) fn is_group_id(id: &str) -> bool {
    id.split_once('~').is_some_and(|(uuid, count)| {
        is_uuid(uuid)
            && !count.is_empty()
            && !count.starts_with('0')
            && count.bytes().all(|b| b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_groups() {
        let cases = [
            ("21975c81-7f57-4c7a-aef9-acfe28779f78~3", true),
            ("21975C81-7F57-4C7A-AEF9-ACFE28779F78~1000", true),
            ("21975c81-7f57-4c7a-aef9-acfe28779f78~0", false),
            ("21975c81-7f57-4c7a-aef9-acfe28779f78~", false),
            ("21975c81-7f57-4c7a-aef9-acfe28779f78~3~3", false),
            ("21975c81-7f57-4c7a-aef9-acfe28779f78", false),
            ("21975c817f574c7aaef9acfe28779f78~3", false),
            ("../x", false),
            ("", false),
        ];
        for (id, is) in cases {
            assert_eq!(is_group_id(id), is, "{id}");
        }
    }
}
