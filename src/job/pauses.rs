//! What the machine does to a job: a full disk, a clock that jumps. The job waits, says why, and goes on by itself.
//! Clocks are paused, so that hours pass at once.

use std::time::Duration;

use tokio::time::Instant;

use super::bench::{Bench, counts};
use super::fake::Trouble;
use super::{Away, Cause, JobError, Pace, fixture};
use crate::ledger::LedgerErrorKind;
use crate::model::{JobState, JobSummary, PlanItem, Verb};
use crate::service::ErrorKind;

const SECOND: Duration = Duration::from_secs(1);

impl Bench {
    /// Fills the disk at a call, and frees it so long after.
    async fn run_on_a_disk_full_for(&self, call: usize, time: Duration) -> Run {
        let ledger = self.engine.ledger.clone();
        self.fake.on_batch(move |number, _| {
            if number == call {
                ledger.fill_disk();
            }
            Trouble::None
        });
        let ledger = self.engine.ledger.clone();
        let began = Instant::now();
        let freeing = tokio::spawn(async move {
            tokio::time::sleep(time).await;
            ledger.free_disk();
        });
        let result = self.run_patiently().await;
        freeing.abort();
        (result, began.elapsed())
    }

    /// The disk has room again: the job is continued to its whole end.
    async fn end_with_room(self) {
        self.engine.ledger.free_disk();
        self.fake.heal();
        let bench = self.afresh();
        let summary = bench.run_patiently().await.unwrap();
        assert_eq!(counts(&summary), [400, 0, 0, 0, 0]);
        bench.check();
    }

    /// What the job told that it waits for.
    fn waited_for(&self) -> Option<Away> {
        let told = self.seen.progress.lock().unwrap();
        told.iter().find_map(|progress| progress.away.clone())
    }
}

type Run = (Result<JobSummary, JobError>, Duration);

#[tokio::test(start_paused = true)]
async fn a_full_disk_is_waited_for_and_nothing_leaves_meanwhile() {
    // In the middle, and when the last answers come.
    for call in [8, 39] {
        let bench = Bench::new(400, 0).await;
        let (summary, took) = bench.run_on_a_disk_full_for(call, 600 * SECOND).await;
        let summary = summary.unwrap();
        assert_eq!(summary.state, JobState::Ended, "{}", summary.reason);
        assert_eq!(counts(&summary), [400, 0, 0, 0, 0]);
        assert_eq!(bench.fake.batches(), 40, "each was sent once");
        assert!((600..620).contains(&took.as_secs()), "{call}: {took:?}");
        let away = bench.waited_for().unwrap();
        assert_eq!(away.cause, Cause::Ledger);
        for part in ["disk is full", "Free some space for the folder", "8 MB"] {
            assert!(away.why.contains(part), "{}", away.why);
        }
        bench.check();
    }
}

#[tokio::test(start_paused = true)]
async fn a_disk_that_stays_full_halts_the_job_which_can_be_continued() {
    let bench = Bench::new(400, 0).await;
    let (error, took) = bench.run_on_a_disk_full_for(8, 3_000 * SECOND).await;
    let error = match error.unwrap_err() {
        JobError::Ledger(error) => error,
        error => panic!("{error}"),
    };
    assert_eq!(error.kind, LedgerErrorKind::DiskFull);
    for part in ["for 30 minutes", "disk is full", "continue the job"] {
        assert!(error.message.contains(part), "{error}");
    }
    assert!(took >= Pace::default().outage);
    let sent = bench.fake.batches();
    let written = bench.engine.ledger.record(bench.job).unwrap().calls.len();
    assert_eq!(sent, written, "no call leaves that is not written");
    assert!(sent < 40);
    let last = bench.seen.progress.lock().unwrap().last().unwrap().clone();
    assert_eq!((last.state, last.reason), (JobState::Halted, error.message));
    assert_eq!(last.tally.done, sent as u64 * 10, "what was seen is shown");
    bench.end_with_room().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_while_the_disk_is_full_is_at_once() {
    let bench = Bench::new(400, 0).await;
    let stop = bench.stop.clone();
    let stopping = async {
        tokio::time::sleep(61 * SECOND).await;
        stop.cancel();
        Instant::now()
    };
    let (run, stopped) = tokio::join!(bench.run_on_a_disk_full_for(8, 3_000 * SECOND), stopping);
    assert!(stopped.elapsed() < SECOND, "{:?}", stopped.elapsed());
    // The stop itself cannot be written either.
    let said = run.0.map(|summary| summary.state);
    assert!(matches!(said, Err(JobError::Ledger(_))), "{said:?}");
    assert!(bench.fake.batches() < 40);
    bench.end_with_room().await;
}

#[tokio::test]
async fn a_plan_without_room_says_how_much_it_needs() {
    let bench = Bench::new(1, 0).await;
    bench.engine.ledger.fill_disk();
    let items = (0..40_000).map(|n| PlanItem::bare(fixture::id(n)));
    let plan = fixture::plan(Verb::Delete, items.collect());
    let JobError::Ledger(error) = bench.engine.start(&plan).await.unwrap_err() else {
        panic!("no error of the ledger");
    };
    for part in [
        "disk is full",
        "8 MB",
        "The plan itself needs 20.0 MB more.",
    ] {
        assert!(error.message.contains(part), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_jumps_is_waited_for() {
    let bench = Bench::new(100, 0).await;
    let began = Instant::now();
    bench.fake.on_batch(move |number, _| match number {
        0..3 => Trouble::None,
        _ if began.elapsed() < 600 * SECOND => Trouble::Before(ErrorKind::Clock),
        _ => Trouble::None,
    });
    let summary = bench.run_patiently().await.unwrap();
    assert_eq!(summary.state, JobState::Ended, "{}", summary.reason);
    assert_eq!(counts(&summary), [100, 0, 0, 0, 0]);
    assert_eq!(bench.waited_for().unwrap().cause, Cause::Clock);
    let took = began.elapsed();
    assert!((600..620).contains(&took.as_secs()), "{took:?}");
    bench.check();
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_stays_wrong_halts_the_job_which_can_be_continued() {
    let bench = Bench::new(100, 0).await;
    bench.fake.on_batch(|number, _| match number {
        0..3 => Trouble::None,
        _ => Trouble::Before(ErrorKind::Clock),
    });
    let summary = bench.run_patiently().await.unwrap();
    assert_eq!(summary.state, JobState::Halted);
    for part in ["clock for 30 minutes", "Set the clock right, then continue"] {
        assert!(summary.reason.contains(part), "{}", summary.reason);
    }
    assert_eq!(counts(&summary), [30, 0, 0, 70, 0]);
    bench.check();
    bench.fake.heal();
    let bench = bench.afresh();
    assert_eq!(bench.run_patiently().await.unwrap().tally.done, 100);
    bench.check();
}
