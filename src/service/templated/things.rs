//! Renders and templates: one address each, deleted one by one. What a 404 there means is the one hard part.

use std::sync::Arc;

use reqwest::Method;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::model::{ItemId, ItemKind, ThingDetails, Time, Usage};
use crate::service::http::{Answer, Intent, segment};
use crate::service::wire::{Fields, indent};
use crate::service::{
    Answered, BatchAnswer, CallMeta, ErrorKind, Fact, Pass, Seen, ServiceError, redact,
};

use super::known::{Shelf, key};
use super::listing::Asker;
use super::refusal::{self, Missing};
use super::wire::{self, things};
use super::{Templated, unsupported};

/// What is known of an id whose address answers 404.
enum Gone {
    /// It is not there, in these words.
    Yes(String),
    /// Its list has it all the same.
    No,
}

impl Templated {
    /// The address of one render or template; `None` for an id that must not be sent. Servers trim blanks:
    /// such an id could name another item than the one that it is.
    fn thing_route(&self, kind: ItemKind, id: &ItemId) -> Option<Url> {
        let id = id.plain();
        let sound = id.trim() == id;
        let place = segment(&id).filter(|_| sound)?;
        Some(self.route(&format!("{}/{place}", kind.key())))
    }

    /// Deletes one render or one template.
    ///
    /// More than one id is [`BatchAnswer::RefusedWhole`] with no names, and nothing is sent: whoever asked
    /// halves the list.
    pub(super) async fn delete_thing(
        &self,
        mut pass: Pass,
        kind: ItemKind,
        ids: &[ItemId],
        stop: &CancellationToken,
    ) -> Result<Answered<BatchAnswer>, ServiceError> {
        let [id] = ids else {
            let words = "Tallyman: not sent, for the service takes one at a time".to_owned();
            let named = Vec::new();
            return Ok(Answered {
                value: BatchAnswer::RefusedWhole { named, words },
                meta: CallMeta::default(),
            });
        };
        let Some(url) = self.thing_route(kind, id) else {
            let words = "Tallyman: not sent, for this is not an id that can be".to_owned();
            return Ok(self.named(id, Fact::Refused { words }, CallMeta::default()));
        };
        let answer = self
            .ask(&mut pass, Intent::Write, Method::DELETE, &url, stop)
            .await?;
        let mut meta = answer.meta.clone();
        let words = || self.words(&answer);
        let fact = match answer.status {
            204 => Fact::Done { at: None },
            200..=299 => return Err(lost(&answer)),
            404 => match self
                .gone(&mut pass, kind, id, &answer, stop, &mut meta)
                .await?
            {
                Gone::Yes(words) => Fact::Absent { words },
                Gone::No => Fact::Refused { words: words() },
            },
            400 | 409 | 410 | 413 | 414 | 422 | 431 => Fact::Refused { words: words() },
            _ => return Err(self.refuse(&answer)),
        };
        Ok(self.named(id, fact, meta))
    }

    /// Reads one render or template again.
    pub(super) async fn see_thing(
        &self,
        mut pass: Pass,
        kind: ItemKind,
        id: &ItemId,
        stop: &CancellationToken,
    ) -> Result<Answered<Seen>, ServiceError> {
        let url = self.thing_route(kind, id).ok_or_else(not_an_id)?;
        let answer = self.get(&mut pass, &url, stop).await?;
        let mut meta = answer.meta.clone();
        let value = match answer.status {
            200..=299 => {
                self.row_of(id, &answer)?;
                Seen::NotDone
            }
            404 => match self
                .gone(&mut pass, kind, id, &answer, stop, &mut meta)
                .await?
            {
                Gone::Yes(words) => Seen::Absent { words },
                Gone::No => Seen::NotDone,
            },
            _ => return Err(self.refuse(&answer)),
        };
        Ok(Answered { value, meta })
    }

    /// Everything known of one render or template.
    pub(super) async fn one_thing(
        &self,
        kind: ItemKind,
        id: &ItemId,
    ) -> Result<ThingDetails, ServiceError> {
        let url = self.thing_route(kind, id).ok_or_else(not_an_id)?;
        let answer = self.look(&url).await?;
        if answer.status == 404 && refusal::missing(&answer, kind.key()) != Missing::Other {
            let message = format!("Templated has no such {} any more", kind.key());
            return Err(answer.error(ErrorKind::NotFound, message));
        }
        if !answer.is_success() {
            return Err(self.refuse(&answer));
        }
        self.row_of(id, &answer)
    }

    /// A picture of one render or template, from where its listing said that it is.
    pub(super) async fn picture_of(
        &self,
        kind: ItemKind,
        id: &ItemId,
    ) -> Result<Vec<u8>, ServiceError> {
        let url = self.known.thing_picture(kind, id).flatten();
        let url = url.ok_or_else(|| {
            let message = format!("Templated lists no picture of this {}", kind.key());
            ServiceError::new(ErrorKind::NotFound, message)
        })?;
        self.fetch(&url).await
    }

    /// How many render credits the account has used.
    pub(super) async fn credits(&self) -> Result<Option<Usage>, ServiceError> {
        let answer = self.look(&self.route("account")).await?;
        if !answer.is_success() {
            return Err(self.refuse(&answer));
        }
        Ok(wire::usage(&answer.text(), Time::now()))
    }

    /// The item that an answer describes; any other than the one asked for is no answer.
    fn row_of(&self, id: &ItemId, answer: &Answer) -> Result<ThingDetails, ServiceError> {
        let text = answer.text();
        let fields = Fields::of(&text).ok_or_else(|| self.nonsense(answer))?;
        let thing = things::thing(&fields, &self.base);
        if key(&thing.row.id) != key(id) {
            return Err(self.nonsense(answer));
        }
        Ok(ThingDetails {
            facts: things::facts(&fields),
            row: thing.row,
            json: indent(&text),
        })
    }

    /// What a 404 at an item's own address proves. One that does not say what is missing could be the address
    /// itself: then the list has the word.
    async fn gone(
        &self,
        pass: &mut Pass,
        kind: ItemKind,
        id: &ItemId,
        answer: &Answer,
        stop: &CancellationToken,
        meta: &mut CallMeta,
    ) -> Result<Gone, ServiceError> {
        match refusal::missing(answer, kind.key()) {
            Missing::Item => Ok(Gone::Yes(self.words(answer))),
            Missing::Other => Err(self.refuse(answer)),
            Missing::Unclear => {
                let shelf = self.shelf(pass, (kind, id), stop, meta).await?;
                let words = format!(
                    "{}; not in the list of {}",
                    self.words(answer),
                    kind.noun(2)
                );
                Ok(match shelf.contains(&key(id)) {
                    true => Gone::No,
                    false => Gone::Yes(words),
                })
            }
        }
    }

    /// The ids of all renders or all templates, read once for all that ask at about the same time.
    async fn shelf(
        &self,
        pass: &mut Pass,
        (kind, id): (ItemKind, &ItemId),
        stop: &CancellationToken,
        meta: &mut CallMeta,
    ) -> Result<Shelf, ServiceError> {
        if let Some(shelf) = self.known.shelf(kind, id) {
            return Ok(shelf);
        }
        let mut asker = Asker::Job { pass, stop, meta };
        let ids = self.all_ids(kind, &mut asker).await;
        let shelf: Shelf = Arc::new(ids.map_err(|error| ServiceError {
            meta: meta.clone(),
            ..error
        })?);
        self.known.keep_shelf(kind, &shelf);
        Ok(shelf)
    }

    fn named(&self, id: &ItemId, fact: Fact, meta: CallMeta) -> Answered<BatchAnswer> {
        let facts = redact::facts(self.key.secret(), vec![(id.clone(), fact)]);
        Answered {
            value: BatchAnswer::Evidence(facts),
            meta,
        }
    }
}

/// A good status that is not the one of a delete: it may have been done.
fn lost(answer: &Answer) -> ServiceError {
    ServiceError {
        words: None,
        ..answer.error(ErrorKind::Lost, "The answer does not say what was deleted")
    }
}

fn not_an_id() -> ServiceError {
    unsupported("This is not an id that can be sent")
}
