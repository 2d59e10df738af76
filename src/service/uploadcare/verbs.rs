//! What changes something: batches of files, and groups one by one. Only evidence settles an id.

use reqwest::Method;
use tokio_util::sync::CancellationToken;

use crate::model::{ItemId, Verb};
use crate::service::http::{Answer, Intent};
use crate::service::{
    Answered, BatchAnswer, CallMeta, ErrorKind, Fact, Pass, ServiceError, redact,
};

use super::Uploadcare;
use super::api::is_group_id;
use super::wire::batch::Sent;

/// The route of all batches.
const BATCH_ROUTE: &str = "files/storage/";

impl Uploadcare {
    /// Store, delete or restore: one call, evidence per id.
    pub(super) async fn batch_files(
        &self,
        pass: Pass,
        verb: Verb,
        ids: &[ItemId],
        stop: &CancellationToken,
    ) -> Result<Answered<BatchAnswer>, ServiceError> {
        let method = if verb.destroys() {
            Method::DELETE
        } else {
            Method::PUT
        };
        let sent = Sent::new(ids);
        let url = self.route(BATCH_ROUTE);
        let answer = self
            .ask(pass, Intent::Write, method, &url, &sent.body(), stop)
            .await?;
        let value = match answer.status {
            200..=299 => {
                let facts = sent
                    .evidence(verb, &answer.text())
                    .ok_or_else(|| self.lost(&answer))?;
                BatchAnswer::Evidence(redact::facts(self.keys.secret(), facts))
            }
            400 | 413 | 422 => BatchAnswer::RefusedWhole {
                named: Vec::new(),
                words: self.words(&answer),
            },
            _ => return Err(self.refuse(&answer, ErrorKind::NotTheService)),
        };
        Ok(Answered {
            value,
            meta: answer.meta,
        })
    }

    /// Removes one group. Its files stay.
    pub(super) async fn delete_group(
        &self,
        pass: Pass,
        id: &ItemId,
        stop: &CancellationToken,
    ) -> Result<Answered<BatchAnswer>, ServiceError> {
        let Some(url) = self.item("groups", id, "") else {
            let words = "Tallyman: this is not an id that can be sent".to_owned();
            return Ok(named(id, Fact::Refused { words }, CallMeta::default()));
        };
        let answer = self
            .ask(pass, Intent::Write, Method::DELETE, &url, &[], stop)
            .await?;
        let words = || self.words(&answer);
        let fact = match answer.status {
            204 => Fact::Done { at: None },
            200..=299 => return Err(self.lost(&answer)),
            404 if answer.is_object() => Fact::Absent { words: words() },
            404 if !is_group_id(id.as_str()) => Fact::Refused { words: words() },
            400 | 409 | 410 | 414 | 422 => Fact::Refused { words: words() },
            _ => return Err(self.refuse(&answer, ErrorKind::NotTheService)),
        };
        Ok(named(id, fact, answer.meta.clone()))
    }

    /// A good status with a body that names nothing: the call may have been done.
    fn lost(&self, answer: &Answer) -> ServiceError {
        ServiceError {
            words: None,
            ..answer.error(ErrorKind::Lost, "The answer does not say what was done")
        }
    }
}

fn named(id: &ItemId, fact: Fact, meta: CallMeta) -> Answered<BatchAnswer> {
    Answered {
        value: BatchAnswer::Evidence(vec![(id.clone(), fact)]),
        meta,
    }
}
