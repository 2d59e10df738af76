//! Deleting: a hundred files with one call, or one by its own route. Only what the service names is settled.
//!
//! A bulk delete with an id that is not there deletes nothing and names it. One that is refused without a name
//! is halved by whoever asked; a single id is asked for by its own route, where the answer can mean no other.

use reqwest::Method;
use tokio_util::sync::CancellationToken;

use crate::model::ItemId;
use crate::service::http::{Answer, Intent, segment};
use crate::service::{Answered, BatchAnswer, CallMeta, ErrorKind, Fact, Pass, ServiceError};

use super::ImageKit;
use super::api::is_plain_id;
use super::wire::batch::Sent;

const BATCH_ROUTE: &str = "v1/files/batch/deleteByFileIds";

impl ImageKit {
    /// Deletes files with all their versions: one call, evidence per id.
    pub(super) async fn delete(
        &self,
        pass: Pass,
        ids: &[ItemId],
        stop: &CancellationToken,
    ) -> Result<Answered<BatchAnswer>, ServiceError> {
        let (good, bad): (Vec<_>, Vec<_>) = ids.iter().cloned().partition(is_sendable);
        let sent = Sent::new(&good);
        let mut answered = match sent.only() {
            Some(id) if is_plain_id(id.as_str()) => self.delete_one(pass, id, stop).await?,
            _ if good.is_empty() => evidence(Vec::new(), CallMeta::default()),
            _ => self.delete_batch(pass, &sent, stop).await?,
        };
        let (BatchAnswer::Evidence(facts) | BatchAnswer::RefusedWhole { named: facts, .. }) =
            &mut answered.value;
        facts.extend(bad.into_iter().map(unsendable));
        Ok(answered)
    }

    async fn delete_batch(
        &self,
        pass: Pass,
        sent: &Sent<'_>,
        stop: &CancellationToken,
    ) -> Result<Answered<BatchAnswer>, ServiceError> {
        let url = self.route(BATCH_ROUTE);
        let answer = self
            .ask(pass, Intent::Write, Method::POST, &url, &sent.body(), stop)
            .await?;
        let value = match answer.status {
            200..=299 => {
                let facts = sent.evidence(&answer.text());
                let facts = facts.ok_or_else(|| self.lost(&answer))?;
                BatchAnswer::Evidence(self.key.clean_facts(facts))
            }
            404 if answer.is_object() => BatchAnswer::RefusedWhole {
                named: sent.missing(&answer.text(), &self.words(&answer)),
                words: self.words(&answer),
            },
            400 | 413 | 422 => BatchAnswer::RefusedWhole {
                named: Vec::new(),
                words: self.words(&answer),
            },
            _ => return Err(self.refuse_write(&answer)),
        };
        Ok(Answered {
            value,
            meta: answer.meta,
        })
    }

    async fn delete_one(
        &self,
        pass: Pass,
        id: &ItemId,
        stop: &CancellationToken,
    ) -> Result<Answered<BatchAnswer>, ServiceError> {
        let url = self.route(&format!("v1/files/{id}"));
        let answer = self
            .ask(pass, Intent::Write, Method::DELETE, &url, &[], stop)
            .await?;
        let words = || self.words(&answer);
        let fact = match answer.status {
            200 | 204 => Fact::Done { at: None },
            200..=299 => return Err(self.lost(&answer)),
            404 if answer.is_object() => Fact::Absent { words: words() },
            400 | 409 | 410 | 422 | 423 => Fact::Refused { words: words() },
            _ => return Err(self.refuse_write(&answer)),
        };
        Ok(evidence(vec![(id.clone(), fact)], answer.meta.clone()))
    }

    fn refuse_write(&self, answer: &Answer) -> ServiceError {
        self.refuse_for(answer, ErrorKind::NotTheService, Intent::Write)
    }

    /// A good status with a body that names nothing: the call may have been done.
    fn lost(&self, answer: &Answer) -> ServiceError {
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

fn unsendable(id: ItemId) -> (ItemId, Fact) {
    let words = "Tallyman: this is not an id that can be sent".to_owned();
    (id, Fact::Refused { words })
}

fn evidence(facts: Vec<(ItemId, Fact)>, meta: CallMeta) -> Answered<BatchAnswer> {
    Answered {
        value: BatchAnswer::Evidence(facts),
        meta,
    }
}
