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
    /// How long the service has told us to wait, or the job waits for what hinders it.
    pub pause: Option<Duration>,
    /// What hinders the job, while it waits for that to pass.
    pub away: Option<Away>,
    /// Where the job stands.
    pub state: JobState,
    /// Why it is being halted, in words; empty otherwise.
    pub reason: String,
}

/// What no call can leave without, and what comes back by itself or by somebody's hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The service cannot be reached.
    Network,
    /// The service refuses what is signed by this computer's clock.
    Clock,
    /// The ledger cannot be written: a full disk, a quota.
    Ledger,
}

impl Cause {
    /// `no connection`: in a line of progress.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Network => "no connection",
            Self::Clock => "wrong clock",
            Self::Ledger => "the ledger cannot be written",
        }
    }

    /// When the job goes on, as a sentence.
    pub const fn hope(self) -> &'static str {
        match self {
            Self::Network => "The job goes on by itself when the service can be reached again.",
            Self::Clock => "The job goes on by itself when the clock is right.",
            Self::Ledger => "The job goes on by itself when there is room. Nothing is sent before.",
        }
    }

    /// What was, for so long that the job is halted.
    pub(super) fn was(self, long: &str) -> String {
        match self {
            Self::Network => format!("The service could not be reached for {long}"),
            Self::Clock => format!("The service has refused this computer's clock for {long}"),
            Self::Ledger => format!("The ledger could not be written for {long}"),
        }
    }

    /// What to do before the job is continued.
    pub(super) const fn remedy(self) -> &'static str {
        match self {
            Self::Network => "Check the network and the service's status page",
            Self::Clock => "Set the clock right",
            Self::Ledger => "Make room for the ledger",
        }
    }
}

/// What a job waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Away {
    /// What is missing.
    pub cause: Cause,
    /// What happened and what to do, in a sentence or two.
    pub why: String,
}

/// Watches a job. Called from the job's own task: it must not block.
pub trait Observer: Send + Sync {
    /// At most about 30 times a second, and once at the end.
    fn progress(&self, progress: &Progress);

    /// Outcomes that are in the ledger now. Each is told exactly once a run.
    fn settled(&self, job: JobId, settled: &[Settled]);
}
