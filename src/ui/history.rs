//! What the window holds of the ledger: the jobs, the one that is open, and a search for one id.

use std::sync::Arc;
use std::time::{Duration, Instant};

use poll_promise::Promise;

use super::engine::Engine;
use crate::ledger::{Ledger, LedgerError};
use crate::model::{ItemRecord, JobId, JobRecord, JobState, JobSummary, Outcome};

/// Most items that a search shows.
pub const FOUND: usize = 500;

/// Typing that rests this long is searched for.
const REST: Duration = Duration::from_millis(200);

type Answer<T> = Promise<Result<T, LedgerError>>;

/// A search result: the job, and what became of the item in it.
pub type Found = (JobSummary, ItemRecord);

/// The history's state.
#[derive(Default)]
pub struct History {
    /// The jobs as last read, newest first.
    pub jobs: Vec<JobSummary>,
    /// Why they could not be read.
    pub trouble: Option<String>,
    reading: Option<Answer<Vec<JobSummary>>>,
    again: bool,
    /// The job that is open.
    pub open: Option<OpenJob>,
    /// Whether jobs of all profiles are shown, and not of the open one alone.
    pub everywhere: bool,
    /// What is searched for.
    pub words: String,
    /// What was found.
    pub found: Option<Vec<Found>>,
    searched: String,
    typed: Option<(String, Instant)>,
    searching: Option<Answer<Vec<Found>>>,
}

/// Which items of a job are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    All,
    /// Those without an outcome.
    Open,
    /// Those that ended so.
    Ended(Outcome),
}

impl Which {
    fn takes(self, outcome: Option<Outcome>) -> bool {
        match self {
            Self::All => true,
            Self::Open => outcome.is_none(),
            Self::Ended(wanted) => outcome == Some(wanted),
        }
    }
}

/// A job with its items.
pub struct OpenJob {
    /// Which.
    pub id: JobId,
    /// The items, once read.
    pub answer: Answer<JobRecord>,
    /// Which outcome is shown alone.
    pub which: Which,
    /// Places of the items shown, and what they were made of.
    shown: Option<(Which, Arc<[u32]>)>,
}

impl OpenJob {
    /// The record, once read.
    pub fn record(&self) -> Option<&JobRecord> {
        self.answer.ready()?.as_ref().ok()
    }

    /// Places of the items that are shown.
    pub fn shown(&mut self) -> Arc<[u32]> {
        if let Some((which, places)) = &self.shown
            && *which == self.which
        {
            return places.clone();
        }
        let Some(record) = self.answer.ready().and_then(|answer| answer.as_ref().ok()) else {
            return Arc::from([]);
        };
        let which = self.which;
        let places: Arc<[u32]> = record
            .items
            .iter()
            .filter(|item| which.takes(item.outcome()))
            .map(|item| item.seq)
            .collect();
        self.shown = Some((which, places.clone()));
        places
    }
}

impl History {
    /// Reads the jobs again.
    pub fn refresh(&mut self, engine: &Engine, ledger: &Arc<Ledger>) {
        if self.reading.is_some() {
            self.again = true;
            return;
        }
        let ledger = ledger.clone();
        self.reading = Some(engine.ask_blocking(move || ledger.jobs()));
    }

    /// Opens a job.
    pub fn open(&mut self, engine: &Engine, ledger: &Arc<Ledger>, id: JobId) {
        let ledger = ledger.clone();
        let answer = engine.ask_blocking(move || ledger.record(id));
        self.open = Some(OpenJob {
            id,
            answer,
            which: Which::All,
            shown: None,
        });
    }

    /// Takes answers in, and searches for what was typed. Once a frame.
    pub fn tick(&mut self, engine: &Engine, ledger: &Arc<Ledger>, ctx: &egui::Context) {
        if let Some(promise) = self.reading.take() {
            match promise.try_take() {
                Ok(Ok(jobs)) => (self.jobs, self.trouble) = (jobs, None),
                Ok(Err(error)) => self.trouble = Some(error.to_string()),
                Err(promise) => self.reading = Some(promise),
            }
            if self.reading.is_none() && std::mem::take(&mut self.again) {
                self.refresh(engine, ledger);
            }
        }
        self.search(engine, ledger, ctx);
    }

    fn search(&mut self, engine: &Engine, ledger: &Arc<Ledger>, ctx: &egui::Context) {
        if let Some(promise) = self.searching.take() {
            match promise.try_take() {
                Ok(Ok(found)) => self.found = Some(found),
                Ok(Err(error)) => self.trouble = Some(error.to_string()),
                Err(promise) => self.searching = Some(promise),
            }
        }
        let words = self.words.trim().to_owned();
        if words.is_empty() {
            (self.found, self.typed, self.searched) = (None, None, String::new());
            return;
        }
        if words == self.searched || self.searching.is_some() {
            return;
        }
        if self.typed.as_ref().is_none_or(|(typed, _)| *typed != words) {
            self.typed = Some((words.clone(), Instant::now()));
        }
        let Some((_, since)) = &self.typed else {
            return;
        };
        if since.elapsed() < REST {
            ctx.request_repaint_after(REST - since.elapsed());
            return;
        }
        self.searched = words.clone();
        let ledger = ledger.clone();
        self.searching = Some(engine.ask_blocking(move || ledger.find(&words, FOUND)));
    }

    /// Jobs that were cut off or stopped and have something left to do; those that run now are not among them.
    pub fn unfinished<'a>(&'a self, running: &'a [JobId]) -> impl Iterator<Item = &'a JobSummary> {
        self.jobs
            .iter()
            .filter(|job| job.can_continue() && !running.contains(&job.id))
    }

    /// Takes a job's end in at once; the ledger is read again anyway.
    pub fn note(&mut self, summary: &JobSummary) {
        match self.jobs.iter_mut().find(|job| job.id == summary.id) {
            Some(job) => *job = summary.clone(),
            None => self.jobs.insert(0, summary.clone()),
        }
    }

    /// A job as last read.
    pub fn job(&self, id: JobId) -> Option<&JobSummary> {
        self.jobs.iter().find(|job| job.id == id)
    }
}

/// Where a job stands, in a word or two.
pub fn state_words(job: &JobSummary, running: bool) -> &'static str {
    match job.state {
        _ if running => "Running",
        JobState::Running => "Cut off",
        JobState::Stopped => "Stopped",
        JobState::Halted => "Halted",
        JobState::Ended if job.tally.unknown > 0 => "Ended, some unknown",
        JobState::Ended if job.tally.problems() > 0 => "Ended with problems",
        JobState::Ended => "Ended",
    }
}
