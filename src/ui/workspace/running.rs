//! A job in the window: how far it is, what its end says, what went wrong with an item of it.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::job::Progress;
use crate::model::{ItemId, ItemKind, JobId, JobState, JobSummary, Outcome, Settled, Verb, size};

/// What went wrong with one item, until it is cleared.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The service's words, or the last error.
    pub words: String,
    /// What it means.
    pub outcome: Outcome,
    /// What was tried.
    pub verb: Verb,
}

impl Problem {
    /// The problem that an item's end is, if it is one.
    pub fn of(verb: Verb, end: &Settled) -> Option<Self> {
        let words = match end.problem.as_str() {
            "" => end.outcome.words(),
            words => words,
        };
        end.outcome.is_problem().then(|| Self {
            words: words.to_owned(),
            outcome: end.outcome,
            verb,
        })
    }
}

/// A job that runs, or is about to.
pub struct Running {
    /// The number, once the ledger has given one.
    pub job: Option<JobId>,
    /// What it does.
    pub verb: Verb,
    /// The id of each item, by `seq`.
    pub ids: Arc<[ItemId]>,
    /// How it goes.
    pub progress: Option<Progress>,
    /// Stops it after the calls in flight.
    pub stop: CancellationToken,
    /// When it began, for speed and time left.
    pub began: std::time::Instant,
    /// Items that already had an outcome when it began.
    pub before: u64,
}

impl Running {
    /// Items that ended.
    fn settled(&self) -> u64 {
        let progress = self.progress.as_ref();
        progress.map_or(0, |progress| progress.tally.settled())
    }

    /// The same, of a hundred.
    pub fn percent(&self) -> u64 {
        self.settled() * 100 / (self.ids.len() as u64).max(1)
    }

    /// `Deleting 12 of 500 in Shop.`
    pub fn words(&self, profile: &str) -> String {
        format!(
            "{} {} of {} in {profile}.",
            self.verb.running(),
            size::count(self.settled()),
            size::count(self.ids.len() as u64)
        )
    }
}

/// What a job's end says until it is closed.
#[derive(Clone, Debug)]
pub struct Toast {
    /// The job, if the ledger has it.
    pub job: Option<JobId>,
    /// What its items are.
    pub kind: ItemKind,
    /// What happened.
    pub text: String,
    /// What is open, in words; empty if nothing is.
    pub more: String,
    /// Whether anything went wrong.
    pub bad: bool,
    /// Whether rows have problems that can be shown.
    pub problems: bool,
    /// Whether *Restore* can bring back what went.
    pub restore: bool,
    /// Whether there is something left to continue.
    pub unfinished: bool,
}

impl Toast {
    /// What the end of a job says.
    pub fn of(summary: &JobSummary, can_restore: bool) -> Self {
        let tally = &summary.tally;
        let problems = tally.problems() > 0;
        Self {
            job: Some(summary.id),
            kind: summary.verb.kind(),
            text: summary.sentence(),
            more: summary.reason.clone(),
            bad: problems || summary.state != JobState::Ended,
            problems,
            restore: can_restore && summary.verb == Verb::Delete && tally.done > 0,
            unfinished: summary.can_continue(),
        }
    }
}
