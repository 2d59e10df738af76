//! One runner a job: two runs of one job in this process would send its items twice.

use std::sync::{Arc, PoisonError};

use crate::model::JobId;

use super::{Ledger, LedgerError, LedgerErrorKind};

/// The right to run a job. Dropped, it lets another run begin.
#[derive(Debug)]
pub struct Claim {
    ledger: Arc<Ledger>,
    job: JobId,
}

impl Claim {
    /// Takes the job for its one runner.
    ///
    /// # Errors
    /// [`LedgerErrorKind::Busy`] while another run has it.
    pub fn take(ledger: &Arc<Ledger>, job: JobId) -> Result<Self, LedgerError> {
        let mut running = ledger
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !running.insert(job) {
            return Err(LedgerError::new(
                LedgerErrorKind::Busy,
                format!("Job {job} is running already. Wait for it to end, or stop it first."),
            ));
        }
        Ok(Self {
            ledger: Arc::clone(ledger),
            job,
        })
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.ledger
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.job);
    }
}
