//! ImageKit's routes: a question becomes one or more requests, an answer becomes what it means.

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use reqwest::{Body, Client, Method, Request};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::model::{Account, FileDetails, ItemId};
use crate::service::http::{Answer, Call, Carries, Intent, segment};
use crate::service::wire::{Fields, Types, indent};
use crate::service::{Answered, ErrorKind, Pass, Priority, Seen, ServiceError};

use super::ImageKit;
use super::places::Place;
use super::refusal;
use super::wire::rows::Listed;
use super::wire::{account, edit, facts, rows};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The oldest files: they tell whose account it is, and stay the same ones the longest.
const ACCOUNT_ROUTE: &str = "v1/files?type=file&sort=ASC_CREATED&limit=5";

impl ImageKit {
    /// Reads an address of the API for a person who waits.
    pub(super) async fn look(&self, url: &Url) -> Result<Answer, ServiceError> {
        self.look_as(Priority::List, url).await
    }

    async fn look_as(&self, priority: Priority, url: &Url) -> Result<Answer, ServiceError> {
        let mut pass = self.gate.enter(priority).await;
        let stop = CancellationToken::new();
        self.ask(&mut pass, Intent::Read, Method::GET, url, &[], &stop)
            .await
    }

    pub(super) async fn ask(
        &self,
        pass: &mut Pass,
        intent: Intent,
        method: Method,
        url: &Url,
        body: &[u8],
        stop: &CancellationToken,
    ) -> Result<Answer, ServiceError> {
        let build = |_: &Client| {
            let mut request = Request::new(method.clone(), url.clone());
            request.headers_mut().insert(ACCEPT, JSON);
            if !body.is_empty() {
                request.headers_mut().insert(CONTENT_TYPE, JSON);
                *request.body_mut() = Some(Body::from(body.to_vec()));
            }
            self.key.sign(&mut request)?;
            Ok(request)
        };
        let call = Call {
            intent,
            carries: Carries::Json,
            build: &build,
        };
        let answer = self.api.send_on(pass, call, stop).await;
        answer.map_err(|error| self.key.clean_error(error))
    }

    /// An address of the API. `path` is ours and needs no care.
    pub(super) fn route(&self, path: &str) -> Url {
        self.base
            .join(path)
            .expect("a route is a relative path of plain ASCII")
    }

    /// An address of one file, if its id can stand in a path.
    fn file_route(&self, id: &ItemId, what: &str) -> Option<Url> {
        Some(self.route(&format!("v1/files/{}/{what}", segment(id.as_str())?)))
    }

    /// What an answer to a read means that is no success. `missing` is what a 404 in JSON means here.
    pub(super) fn refuse(&self, answer: &Answer, missing: ErrorKind) -> ServiceError {
        self.refuse_for(answer, missing, Intent::Read)
    }

    pub(super) fn refuse_for(
        &self,
        answer: &Answer,
        missing: ErrorKind,
        intent: Intent,
    ) -> ServiceError {
        self.key.clean_error(refusal::of(answer, missing, intent))
    }

    /// An error for a good status with a body that answers something else.
    pub(super) fn nonsense(&self, answer: &Answer) -> ServiceError {
        let message = "The answer is not one that ImageKit gives. Check the API base and the proxy";
        ServiceError {
            words: None,
            ..answer.error(ErrorKind::NotTheService, message)
        }
    }

    /// The service's words in a refusal, or its status if it said none.
    pub(super) fn words(&self, answer: &Answer) -> String {
        let words = answer.words().map(|words| self.key.clean(words));
        words.unwrap_or_else(|| format!("status {}", answer.status))
    }

    /// Whose files the key opens, by the addresses of the oldest ones.
    pub(super) async fn whose(&self) -> Result<Account, ServiceError> {
        let answer = self.look(&self.route(ACCOUNT_ROUTE)).await?;
        if !answer.is_success() {
            return Err(self.refuse(&answer, ErrorKind::NotTheService));
        }
        let files = rows::window(&answer.text()).ok_or_else(|| self.nonsense(&answer))?;
        let told = account::account(&files);
        if told.key.is_empty() {
            return Ok(self.told.get().cloned().unwrap_or(told));
        }
        // A key opens one account for life: what it told once holds when the last file is gone.
        Ok(self.told.get_or_init(|| told.clone()).clone())
    }

    /// Everything known of a file. How many versions there are is nice to know, and asked for on the side.
    pub(super) async fn describe(&self, id: &ItemId) -> Result<FileDetails, ServiceError> {
        let versions = self.file_route(id, "versions").ok_or_else(unaskable)?;
        let (answer, versions) =
            futures_util::future::join(self.one(Priority::List, id), self.look(&versions)).await;
        let answer = answer?;
        let text = answer.text();
        let fields = Fields::of(&text).ok_or_else(|| self.nonsense(&answer))?;
        let file = rows::file(&fields, &mut Types::default());
        self.places.keep([&file]);
        let versions = versions.ok().filter(Answer::is_success);
        let versions = versions.and_then(|answer| facts::versions(&answer.text()));
        Ok(FileDetails {
            facts: facts::facts(&fields, versions),
            metadata: facts::metadata(&fields),
            editable: Some(edit::editable(&fields)),
            url: self.places.of(&file).map(|place| place.url),
            row: file.row,
            json: indent(&text),
        })
    }

    /// The details of one file, as somebody asks for them who waits.
    async fn one(&self, priority: Priority, id: &ItemId) -> Result<Answer, ServiceError> {
        let url = self.file_route(id, "details").ok_or_else(unaskable)?;
        let answer = self.look_as(priority, &url).await?;
        match answer.status {
            200 => Ok(answer),
            _ => Err(self.refuse(&answer, ErrorKind::NotFound)),
        }
    }

    /// Reads a file again.
    pub(super) async fn see(
        &self,
        mut pass: Pass,
        id: &ItemId,
        stop: &CancellationToken,
    ) -> Result<Answered<Seen>, ServiceError> {
        let looked = self.look_at(&mut pass, id, stop).await?;
        let value = match looked.value {
            Ok(text) => Seen::File(Box::new(self.read_file(&text)?.row)),
            Err(words) => Seen::Absent { words },
        };
        Ok(Answered {
            value,
            meta: looked.meta,
        })
    }

    /// Asks for the details of a file: their text, or the words with which it is said not to be there.
    pub(super) async fn look_at(
        &self,
        pass: &mut Pass,
        id: &ItemId,
        stop: &CancellationToken,
    ) -> Result<Answered<Result<String, String>>, ServiceError> {
        let url = self.file_route(id, "details").ok_or_else(unaskable)?;
        let answer = self
            .ask(pass, Intent::Read, Method::GET, &url, &[], stop)
            .await?;
        let value = match answer.status {
            200 => Ok(self.about(&answer, id)?),
            // A malformed id is refused as such: there is no file that has it.
            404 | 400
                if answer.is_object() && (answer.status == 404 || !is_plain_id(id.as_str())) =>
            {
                Err(self.words(&answer))
            }
            // No file can have an id that the service has no address for.
            404 if !is_plain_id(id.as_str()) => {
                Err(self.refuse(&answer, ErrorKind::Refused).message)
            }
            _ => return Err(self.refuse(&answer, ErrorKind::NotTheService)),
        };
        Ok(Answered {
            value,
            meta: answer.meta,
        })
    }

    /// The text of an answer, if it is about that very file.
    fn about(&self, answer: &Answer, id: &ItemId) -> Result<String, ServiceError> {
        let text = answer.text();
        let fields = Fields::of(&text).ok_or_else(|| self.nonsense(answer))?;
        let named = fields.string("fileId").unwrap_or_default();
        match named.eq_ignore_ascii_case(id.as_str()) {
            true => Ok(text.into_owned()),
            false => Err(self.nonsense(answer)),
        }
    }

    /// A file from the text of its details.
    pub(super) fn read_file(&self, text: &str) -> Result<Listed, ServiceError> {
        let fields = Fields::of(text).ok_or_else(unreadable)?;
        Ok(rows::file(&fields, &mut Types::default()))
    }

    /// A text of the service's without the key.
    pub(super) fn clean(&self, text: String) -> String {
        self.key.clean(text)
    }

    /// A small picture from where the service delivers it. The key does not go there.
    pub(super) async fn picture(&self, id: &ItemId) -> Result<Vec<u8>, ServiceError> {
        let place = match self.places.get(id) {
            Some(place) => place,
            None => self.place(id).await?.ok_or_else(no_picture)?,
        };
        let url = place.thumbnail.and_then(|url| Url::parse(&url).ok());
        let url = url.ok_or_else(no_picture)?;
        let build = |_: &Client| Ok(Request::new(Method::GET, url.clone()));
        let call = Call {
            intent: Intent::Picture,
            carries: Carries::Picture,
            build: &build,
        };
        let pass = self.gate.enter(Priority::Picture).await;
        let stop = CancellationToken::new();
        let answer = self.pictures.at(&url).send(pass, call, &stop).await?;
        if answer.status == 200 && !answer.is_page() {
            return Ok(answer.body.into());
        }
        Err(refusal::of_picture(&answer))
    }

    /// Asks where a file is that no listing told of.
    async fn place(&self, id: &ItemId) -> Result<Option<Place>, ServiceError> {
        let answer = self.one(Priority::Picture, id).await?;
        let text = answer.text();
        let fields = Fields::of(&text).ok_or_else(|| self.nonsense(&answer))?;
        let file: Listed = rows::file(&fields, &mut Types::default());
        self.places.keep([&file]);
        Ok(self.places.of(&file))
    }
}

/// An error for details that are no object.
pub(super) fn unreadable() -> ServiceError {
    let message = "The answer is not one that ImageKit gives. Check the API base and the proxy";
    ServiceError::new(ErrorKind::NotTheService, message)
}

fn unaskable() -> ServiceError {
    ServiceError::new(
        ErrorKind::NotFound,
        "This is not an id that can be asked for",
    )
}

fn no_picture() -> ServiceError {
    ServiceError::new(
        ErrorKind::NotFound,
        "No preview: ImageKit names no picture of this file",
    )
}

/// Whether an id is one that ImageKit gives: 24 hex digits.
pub(super) fn is_plain_id(id: &str) -> bool {
    id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_ids() {
        let cases = [
            ("598821f949c0a938d57563bd", true),
            ("598821F949C0A938D57563BD", true),
            ("598821f949c0a938d57563b", false),
            ("598821f949c0a938d57563bdd", false),
            ("598821f949c0a938d57563bg", false),
            ("fake_123", false),
            ("../x", false),
            ("", false),
        ];
        for (id, is) in cases {
            assert_eq!(is_plain_id(id), is, "{id}");
        }
    }
}
