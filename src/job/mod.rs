//! Jobs: a plan is written, run, settled and ended. Services are known through their trait alone.

mod error;
mod facts;
#[cfg(test)]
mod fixture;
mod progress;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::ledger::{Ledger, LedgerError};
use crate::model::{JobId, JobSummary, Plan};
use crate::service::{ErrorKind, Service, ServiceError};

pub use crate::model::sentence;
pub use error::JobError;
pub use facts::{PlanFacts, plan_facts};
pub use progress::{Observer, Progress};

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
        if !self.service.can().verbs.contains(&plan.verb) {
            let words = format!("{} cannot {}", self.service.kind(), plan.verb);
            return Err(ServiceError::new(ErrorKind::Unsupported, words).into());
        }
        let plan = plan.clone();
        Ok(blocking(&self.ledger, move |ledger| ledger.create_job(&plan)).await?)
    }

    /// Runs a job that was started, or continues one.
    pub async fn run(
        &self,
        job: JobId,
        _stop: CancellationToken,
        _observer: Arc<dyn Observer>,
    ) -> Result<JobSummary, JobError> {
        Ok(blocking(&self.ledger, move |ledger| ledger.summary(job)).await?)
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
