//! Deleting: a hundred files with one call. Only what the service names is settled.
//!
//! A call with an id that is not there deletes nothing and names it. One that is refused without a name is
//! halved by whoever asked, down to one id: that goes by its own route, where the answer can mean no other.

use reqwest::Method;
use tokio_util::sync::CancellationToken;

use crate::model::ItemId;
use crate::service::http::{Answer, Intent, segment};
use crate::service::{Answered, BatchAnswer, CallMeta, ErrorKind, Fact, Pass, ServiceError};

use super::ImageKit;
use super::api::is_plain_id;
use super::wire::batch::{DELETED, Sent};

const BATCH_ROUTE: &str = "v1/files/batch/deleteByFileIds";

impl ImageKit {
    /// Deletes files with all their versions: one call, evidence per id.
    pub(super) async fn delete(
        &self,
        mut pass: Pass,
        ids: &[ItemId],
        stop: &CancellationToken,
    ) -> Result<Answered<BatchAnswer>, ServiceError> {
        let (good, bad): (Vec<_>, Vec<_>) = ids.iter().cloned().partition(is_sendable);
        let sent = Sent::new(&good);
        let mut answered = match good.is_empty() {
            true => evidence(Vec::new(), CallMeta::default()),
            false => self.delete_batch(&mut pass, &sent, stop).await?,
        };
        if let (Some(id), true) = (sent.only(), is_unnamed(&answered.value)) {
            answered = self.delete_one(&mut pass, id, answered, stop).await?;
        }
        let (BatchAnswer::Evidence(facts) | BatchAnswer::RefusedWhole { named: facts, .. }) =
            &mut answered.value;
        facts.extend(bad.into_iter().map(unsendable));
        Ok(answered)
    }

    async fn delete_batch(
        &self,
        pass: &mut Pass,
        sent: &Sent<'_>,
        stop: &CancellationToken,
    ) -> Result<Answered<BatchAnswer>, ServiceError> {
        let url = self.route(BATCH_ROUTE);
        let answer = self
            .ask(pass, Intent::Write, Method::POST, &url, &sent.body(), stop)
            .await?;
        self.bulk_answer(&answer, sent, DELETED)
    }

    /// What the answer to a call with many ids proves; what is done it names under `key`.
    pub(super) fn bulk_answer(
        &self,
        answer: &Answer,
        sent: &Sent<'_>,
        key: &str,
    ) -> Result<Answered<BatchAnswer>, ServiceError> {
        let value = match answer.status {
            200..=299 => {
                let facts = sent.evidence(key, &answer.text());
                let facts = facts.ok_or_else(|| self.lost(answer))?;
                BatchAnswer::Evidence(self.key.clean_facts(facts))
            }
            404 if answer.is_object() => BatchAnswer::RefusedWhole {
                named: sent.missing(&answer.text(), &self.words(answer)),
                words: self.words(answer),
            },
            400 | 413 | 422 => BatchAnswer::RefusedWhole {
                named: Vec::new(),
                words: self.words(answer),
            },
            _ => return Err(self.refuse_write(answer)),
        };
        Ok(Answered {
            value,
            meta: answer.meta.clone(),
        })
    }

    /// Deletes one file after a bulk call with it alone was refused without its name.
    async fn delete_one(
        &self,
        pass: &mut Pass,
        id: &ItemId,
        refused: Answered<BatchAnswer>,
        stop: &CancellationToken,
    ) -> Result<Answered<BatchAnswer>, ServiceError> {
        if !is_plain_id(id.as_str()) {
            return Ok(refused);
        }
        let url = self.route(&format!("v1/files/{id}"));
        let answer = self
            .ask(pass, Intent::Write, Method::DELETE, &url, &[], stop)
            .await
            .map_err(|error| ServiceError {
                meta: after(&refused.meta, &error.meta),
                ..error
            })?;
        let words = || self.words(&answer);
        let fact = match answer.status {
            200 | 204 => Fact::Done { at: None },
            200..=299 => return Err(self.lost(&answer)),
            404 if answer.is_object() => Fact::Absent { words: words() },
            400 | 409 | 410 | 422 | 423 => Fact::Refused { words: words() },
            _ => return Err(self.refuse_write(&answer)),
        };
        let meta = after(&refused.meta, &answer.meta);
        Ok(evidence(vec![(id.clone(), fact)], meta))
    }

    /// What an answer to a change means that is no success.
    pub(super) fn refuse_write(&self, answer: &Answer) -> ServiceError {
        self.refuse_for(answer, ErrorKind::NotTheService, Intent::Write)
    }

    /// A good status with a body that names nothing: the call may have been done.
    pub(super) fn lost(&self, answer: &Answer) -> ServiceError {
        ServiceError {
            words: None,
            ..answer.error(ErrorKind::Lost, "The answer does not say what was done")
        }
    }
}

/// Whether an id can be sent, and asked for again should the answer be lost.
pub(super) fn is_sendable(id: &ItemId) -> bool {
    segment(id.as_str()).is_some()
}

/// Whether a call was refused for nobody's sake.
pub(super) fn is_unnamed(value: &BatchAnswer) -> bool {
    matches!(value, BatchAnswer::RefusedWhole { named, .. } if named.is_empty())
}

/// What is told of two requests that were one call.
fn after(first: &CallMeta, second: &CallMeta) -> CallMeta {
    CallMeta {
        status: second.status,
        request_id: second.request_id.clone(),
        attempts: first.attempts + second.attempts,
        throttled: first.throttled + second.throttled,
    }
}

pub(super) fn unsendable(id: ItemId) -> (ItemId, Fact) {
    let words = "Tallyman: this is not an id that can be sent".to_owned();
    (id, Fact::Refused { words })
}

pub(super) fn evidence(facts: Vec<(ItemId, Fact)>, meta: CallMeta) -> Answered<BatchAnswer> {
    Answered {
        value: BatchAnswer::Evidence(facts),
        meta,
    }
}

/// Of some ids that can be sent and some that cannot, the latter are refused before anything is sent: were
/// the answer lost, they would count as sent too.
pub(super) fn refused_unsent(ids: &[ItemId]) -> Option<Answered<BatchAnswer>> {
    let bad = ids.iter().filter(|id| !is_sendable(id));
    let named: Vec<_> = bad.cloned().map(unsendable).collect();
    let mixed = !named.is_empty() && named.len() < ids.len();
    mixed.then(|| Answered {
        value: BatchAnswer::RefusedWhole {
            named,
            words: "Tallyman: not sent, for some ids must not be".to_owned(),
        },
        meta: CallMeta::default(),
    })
}
