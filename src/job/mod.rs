//! Jobs: a plan is written, run, settled and ended. Services are known through their trait alone.
//!
//! The core is pure: `queue` says what leaves next, `settle` turns answers into outcomes, `resume` reads
//! what an earlier run left. `run` and `call` are the thin edge with a clock, a ledger and a service.

#[cfg(test)]
mod bench;
mod call;
mod chunk;
#[cfg(test)]
mod doubts;
mod drift;
mod error;
mod facts;
#[cfg(test)]
mod fake;
#[cfg(test)]
mod fixture;
mod groups;
mod guard;
#[cfg(test)]
mod histories;
#[cfg(test)]
mod kept;
mod notes;
#[cfg(test)]
mod pauses;
mod progress;
mod purge;
mod queue;
mod resume;
mod run;
mod settle;
#[cfg(test)]
mod tests;
mod verify;
mod wanted;
mod watch;
mod weather;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::ledger::{Ledger, LedgerError};
use crate::model::{JobId, JobSummary, Plan, Verb};
use crate::service::{ErrorKind, Service, ServiceError};

pub use chunk::Pace;
pub use drift::hold_changed;
pub use error::JobError;
pub use facts::{PlanFacts, plan_facts};
pub use groups::{Holds, InGroups, Looked, look_into_groups};
pub use guard::Guard;
pub use notes::{PlanNote, Tone, at_least, left_out, plan_notes, purges};
pub use progress::{Away, Cause, Observer, Progress};
pub use purge::{find_addresses, purge_after, purge_owed};
pub use wanted::Wanted;

/// Runs jobs of one profile.
#[derive(Clone)]
pub struct Engine {
    /// The profile's service.
    pub service: Arc<dyn Service>,
    /// Where jobs are written before anything is sent.
    pub ledger: Arc<Ledger>,
}

impl Engine {
    /// Writes a plan to the ledger. Nothing is sent.
    pub async fn start(&self, plan: &Plan) -> Result<JobId, JobError> {
        self.check_verb(plan.verb)?;
        let wrong = |words| ServiceError::new(ErrorKind::Unsupported, words);
        plan.args.check(plan.verb).map_err(wrong)?;
        let plan = plan.clone();
        Ok(blocking(&self.ledger, move |ledger| ledger.create_job(&plan)).await?)
    }

    /// Runs a job that was started, or continues one that was stopped, halted or cut off by a crash.
    ///
    /// The keys' account is compared with the plan's first. Calls of an earlier run whose answers are not
    /// known are settled before anything new is sent. Returns the summary also of a stopped or halted job.
    ///
    /// After `stop` nothing more is done: calls under way come to their end, and items whose answers were
    /// lost are re-read for as long as [`Pace::parting`] says.
    ///
    /// # Errors
    /// [`JobError::Service`] if nobody could be asked whom the keys belong to (the job is halted), or the
    /// service cannot do the verb; [`JobError::Ledger`] if the ledger cannot be written: nothing is sent
    /// without it, and the observer has seen every outcome that was known by then.
    pub async fn run(
        &self,
        job: JobId,
        stop: CancellationToken,
        observer: Arc<dyn Observer>,
    ) -> Result<JobSummary, JobError> {
        self.run_at(job, Pace::default(), stop, observer).await
    }

    /// Continues a job as [`Engine::run`] does. A delete first looks at what is left: what changed since the plan was
    /// made, or is to be kept, ends as skipped, and so does what a lost call of an earlier run did not delete.
    ///
    /// # Errors
    /// As [`Engine::run`].
    pub async fn go_on(
        &self,
        job: JobId,
        keep: Guard,
        stop: CancellationToken,
        observer: Arc<dyn Observer>,
    ) -> Result<JobSummary, JobError> {
        run::run(self, job, Pace::default(), Some(keep), stop, observer).await
    }

    /// Like [`Engine::run`], with another patience.
    pub async fn run_at(
        &self,
        job: JobId,
        pace: Pace,
        stop: CancellationToken,
        observer: Arc<dyn Observer>,
    ) -> Result<JobSummary, JobError> {
        run::run(self, job, pace, None, stop, observer).await
    }

    fn check_verb(&self, verb: Verb) -> Result<(), ServiceError> {
        if self.service.can().verbs.contains(&verb) {
            return Ok(());
        }
        Err(ServiceError::new(
            ErrorKind::Unsupported,
            format!("{} has no {}; nothing was sent.", self.service.kind(), verb),
        ))
    }
}

/// Works on the ledger where blocking is allowed.
async fn blocking<T: Send + 'static>(
    ledger: &Arc<Ledger>,
    work: impl FnOnce(&Ledger) -> Result<T, LedgerError> + Send + 'static,
) -> Result<T, LedgerError> {
    let ledger = Arc::clone(ledger);
    tokio::task::spawn_blocking(move || work(&ledger))
        .await
        .unwrap_or_else(|failed| match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(LedgerError::broken("the program is ending")),
        })
}
