//! A job on a bench: a service in memory, a ledger on the disk, an observer that keeps what it sees.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::fake::Fake;
use super::{Engine, JobError, Observer, Pace, Progress, fixture};
use crate::ledger::Ledger;
use crate::model::{JobId, JobSummary, Outcome, PlanItem, Settled, Verb};

pub const FAST: Pace = Pace {
    sends: 3,
    repeats: 4,
    rereads: 2,
    rounds: 8,
    first_wait: Duration::from_millis(1),
    longest_wait: Duration::from_millis(4),
    parting: Duration::from_millis(500),
    outage: Duration::from_secs(2),
    last_look: Duration::from_millis(5),
};

#[derive(Default)]
pub struct Seen {
    pub settled: Mutex<Vec<Settled>>,
    pub progress: Mutex<Vec<Progress>>,
}

impl Observer for Seen {
    fn progress(&self, progress: &Progress) {
        assert_eq!(progress.tally.items(), self.total(progress));
        self.progress.lock().unwrap().push(progress.clone());
    }

    fn settled(&self, _: JobId, settled: &[Settled]) {
        self.settled.lock().unwrap().extend_from_slice(settled);
    }
}

impl Seen {
    fn total(&self, progress: &Progress) -> u64 {
        let told = self.progress.lock().unwrap();
        told.first()
            .map_or(progress.tally.items(), |first| first.tally.items())
    }
}

/// A ledger, a service with `files` files, and a job that deletes them and `strangers` more ids.
pub struct Bench {
    _dir: tempfile::TempDir,
    pub fake: Arc<Fake>,
    pub engine: Engine,
    pub job: JobId,
    pub seen: Arc<Seen>,
    pub stop: CancellationToken,
}

impl Bench {
    pub async fn new(files: usize, strangers: usize) -> Self {
        Self::with(Fake::new(files, true), files + strangers, Verb::Delete).await
    }

    pub async fn with(fake: Fake, items: usize, verb: Verb) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let fake = Arc::new(fake);
        let engine = Engine {
            service: fake.clone(),
            ledger: Arc::new(Ledger::open(dir.path()).unwrap()),
        };
        let items = (0..items).map(|n| PlanItem::bare(fixture::id(n))).collect();
        let job = engine.start(&fixture::plan(verb, items)).await.unwrap();
        Self {
            _dir: dir,
            fake,
            engine,
            job,
            seen: Arc::default(),
            stop: CancellationToken::new(),
        }
    }

    pub async fn run(&self) -> Result<JobSummary, JobError> {
        self.run_at(FAST).await
    }

    /// Runs it as the program does: with a paused clock every wait passes at once.
    pub async fn run_patiently(&self) -> Result<JobSummary, JobError> {
        self.run_at(Pace::default()).await
    }

    async fn run_at(&self, pace: Pace) -> Result<JobSummary, JobError> {
        self.seen.settled.lock().unwrap().clear();
        self.seen.progress.lock().unwrap().clear();
        let (stop, seen) = (self.stop.clone(), self.seen.clone());
        self.engine.run_at(self.job, pace, stop, seen).await
    }

    /// The same bench for another run, with an observer that has seen nothing.
    pub fn afresh(self) -> Self {
        Self {
            seen: Arc::default(),
            stop: CancellationToken::new(),
            ..self
        }
    }

    pub fn outcome(&self, n: u32) -> (Outcome, String) {
        let item = self
            .engine
            .ledger
            .items(self.job, n..n + 1)
            .unwrap()
            .remove(0);
        let settled = item.settled.unwrap();
        (settled.outcome, settled.problem)
    }

    /// Each outcome is the truth, and the observer saw each of this run's outcomes once.
    pub fn check(&self) {
        let record = self.engine.ledger.record(self.job).unwrap();
        for row in &record.items {
            let kept = self.fake.kept(&row.item.id);
            let removed = kept.as_ref().is_some_and(|kept| kept.removed.is_some());
            let settled = row.settled.as_ref().unwrap();
            match settled.outcome {
                Outcome::Done => {
                    let time = kept.unwrap().removed;
                    assert!(removed && settled.service_time == time, "{row:?}");
                }
                Outcome::Absent => assert!(kept.is_none(), "{row:?}"),
                Outcome::Refused | Outcome::Failed => assert!(!removed, "{row:?}"),
                Outcome::NotSent => assert!(!removed, "{row:?}"),
                Outcome::Skipped | Outcome::Unknown => {}
            }
        }
        let told = self.seen.settled.lock().unwrap();
        for one in told.iter() {
            let row = &record.items[one.seq as usize];
            assert_eq!(row.settled.as_ref(), Some(one));
        }
        let mut seqs: Vec<_> = told.iter().map(|one| one.seq).collect();
        seqs.sort_unstable();
        seqs.dedup();
        assert_eq!(seqs.len(), told.len(), "an outcome was told twice");
        let last = self.seen.progress.lock().unwrap().last().unwrap().clone();
        assert_eq!(
            (last.tally, last.state),
            (record.summary.tally, record.summary.state)
        );
        assert_eq!(last.calls, record.summary.calls);
        assert_eq!(last.retries, record.summary.retries);
        assert_eq!((last.in_flight, last.pause), (0, None));
        assert!(self.engine.ledger.unanswered(self.job).unwrap().is_empty());
    }
}

pub fn counts(summary: &JobSummary) -> [u64; 5] {
    let tally = summary.tally;
    [
        tally.done,
        tally.absent,
        tally.refused,
        tally.not_sent,
        tally.unknown,
    ]
}

/// A number below `sides`, the same for the same `number`.
pub fn dice(number: usize, sides: usize) -> usize {
    fastrand::Rng::with_seed(number as u64).usize(..sides)
}
