//! What a running job tells whoever watches.

use std::time::Duration;

use crate::model::{JobId, JobState, Settled, Tally, Verb};

/// How far a job is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// The job.
    pub job: JobId,
    /// What it does.
    pub verb: Verb,
    /// How many items ended how.
    pub tally: Tally,
    /// Calls under way.
    pub in_flight: usize,
    /// Calls so far, over all runs of the job.
    pub calls: u64,
    /// Tries beyond the first of a call, and calls made to settle lost answers.
    pub retries: u64,
    /// Answers that said "too many requests".
    pub throttled: u64,
    /// How long the service has told us to wait, or the job waits for a service that does not answer.
    pub pause: Option<Duration>,
    /// Why the service cannot be reached, while the job waits for the network to come back.
    pub away: Option<String>,
    /// Where the job stands.
    pub state: JobState,
    /// Why it is being halted, in words; empty otherwise.
    pub reason: String,
}

/// Watches a job. Called from the job's own task: it must not block.
pub trait Observer: Send + Sync {
    /// At most about 30 times a second, and once at the end.
    fn progress(&self, progress: &Progress);

    /// Outcomes that are in the ledger now. Each is told exactly once a run.
    fn settled(&self, job: JobId, settled: &[Settled]);
}
