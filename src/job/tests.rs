//! Whole jobs against a service in memory: whatever happens to calls, outcomes equal what it keeps.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::fake::{Fake, Trouble};
use super::{Engine, JobError, Observer, Pace, Progress, fixture};
use crate::ledger::{Ledger, LedgerErrorKind};
use crate::model::{ItemId, JobId, JobState, JobSummary, Outcome, PlanItem, Settled, Verb};
use crate::service::ErrorKind;

const FAST: Pace = Pace {
    sends: 3,
    repeats: 4,
    rereads: 2,
    rounds: 8,
    first_wait: Duration::from_millis(1),
    longest_wait: Duration::from_millis(4),
};

#[derive(Default)]
struct Seen {
    settled: Mutex<Vec<Settled>>,
    progress: Mutex<Vec<Progress>>,
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
struct Bench {
    _dir: tempfile::TempDir,
    fake: Arc<Fake>,
    engine: Engine,
    job: JobId,
    seen: Arc<Seen>,
    stop: CancellationToken,
}

impl Bench {
    async fn new(files: usize, strangers: usize) -> Self {
        Self::with(Fake::new(files, true), files + strangers, Verb::Delete).await
    }

    async fn with(fake: Fake, items: usize, verb: Verb) -> Self {
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

    async fn run(&self) -> Result<JobSummary, JobError> {
        self.seen.settled.lock().unwrap().clear();
        self.seen.progress.lock().unwrap().clear();
        self.engine
            .run_at(self.job, FAST, self.stop.clone(), self.seen.clone())
            .await
    }

    fn outcome(&self, n: u32) -> (Outcome, String) {
        let item = self
            .engine
            .ledger
            .items(self.job, n..n + 1)
            .unwrap()
            .remove(0);
        let settled = item.settled.unwrap();
        (settled.outcome, settled.problem)
    }

    fn told(&self, outcome: Outcome) -> u64 {
        let told = self.seen.settled.lock().unwrap();
        told.iter().filter(|one| one.outcome == outcome).count() as u64
    }

    /// Each outcome is the truth, and the observer saw each of this run's outcomes once.
    fn check(&self) {
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

fn counts(summary: &JobSummary) -> [u64; 5] {
    let tally = summary.tally;
    [
        tally.done,
        tally.absent,
        tally.refused,
        tally.not_sent,
        tally.unknown,
    ]
}

fn dice(number: usize, sides: usize) -> usize {
    fastrand::Rng::with_seed(number as u64).usize(..sides)
}

#[tokio::test]
async fn a_plain_job_ends_with_every_item_accounted_for() {
    let bench = Bench::new(95, 5).await;
    bench.fake.lock(7);
    let summary = bench.run().await.unwrap();
    assert_eq!(summary.state, JobState::Ended);
    assert_eq!(counts(&summary), [94, 5, 1, 0, 0]);
    assert_eq!((summary.calls, summary.retries), (10, 0));
    assert_eq!(bench.outcome(7), (Outcome::Refused, "Locked".into()));
    assert_eq!(
        bench.outcome(99),
        (Outcome::Absent, "Missing in the project".into())
    );
    bench.check();
    let again = bench
        .engine
        .run(bench.job, bench.stop.clone(), bench.seen.clone())
        .await;
    assert_eq!(again.unwrap(), summary, "an ended job does not run again");
}

#[tokio::test]
async fn lost_answers_do_not_lose_or_invent_outcomes() {
    for repeatable in [true, false] {
        let bench = Bench::with(Fake::new(195, repeatable), 200, Verb::Delete).await;
        bench.fake.lock(7);
        bench.fake.on_batch(|number, _| match dice(number, 4) {
            0 => Trouble::Before(ErrorKind::Lost),
            1 => Trouble::After(ErrorKind::Lost),
            2 => Trouble::Names3rd,
            _ => Trouble::None,
        });
        bench.fake.on_read(|number, _| match dice(number, 5) {
            0 => Trouble::Before(ErrorKind::Lost),
            _ => Trouble::None,
        });
        let summary = bench.run().await.unwrap();
        assert_eq!(summary.state, JobState::Ended);
        let tally = summary.tally;
        assert_eq!(tally.items(), 200);
        assert!(tally.done >= 180, "{tally:?}");
        assert!(bench.fake.rereads() > 0);
        bench.check();
    }
}

#[tokio::test]
async fn a_repeat_tells_what_the_lost_answer_said() {
    let bench = Bench::new(40, 0).await;
    bench.fake.on_batch(|number, _| match number {
        0..4 => Trouble::After(ErrorKind::Lost),
        _ => Trouble::None,
    });
    let summary = bench.run().await.unwrap();
    assert_eq!(counts(&summary), [40, 0, 0, 0, 0]);
    assert_eq!((bench.fake.batches(), bench.fake.rereads()), (8, 0));
    assert_eq!((summary.calls, summary.retries), (8, 4));
    assert_eq!(bench.outcome(0), (Outcome::Done, String::new()));
    bench.check();
}

#[tokio::test]
async fn a_refusal_without_names_ends_at_the_one_item() {
    let bench = Bench::new(100, 0).await;
    let bad = fixture::id(33);
    bench.fake.on_batch(move |_, ids| match ids.contains(&bad) {
        true => Trouble::Refused,
        false => Trouble::None,
    });
    let summary = bench.run().await.unwrap();
    assert_eq!(counts(&summary), [99, 0, 1, 0, 0]);
    assert_eq!(bench.outcome(33), (Outcome::Refused, "Bad request".into()));
    bench.check();
}

#[tokio::test]
async fn an_item_that_breaks_its_calls_fails_alone() {
    let bench = Bench::new(100, 0).await;
    let bad = fixture::id(33);
    bench.fake.on_batch(move |_, ids| match ids.contains(&bad) {
        true => Trouble::Before(ErrorKind::Lost),
        false => Trouble::None,
    });
    let summary = bench.run().await.unwrap();
    assert_eq!(summary.state, JobState::Ended, "{}", summary.reason);
    assert_eq!((summary.tally.done, summary.tally.failed), (99, 1));
    assert!(bench.outcome(33).1.contains("not done in 3 tries"));
    bench.check();
}

#[tokio::test]
async fn refused_keys_stop_the_job_and_it_continues_with_good_ones() {
    let bench = Bench::new(100, 0).await;
    bench.fake.on_batch(|number, _| match number {
        0..3 => Trouble::None,
        _ => Trouble::Before(ErrorKind::Unauthenticated),
    });
    let summary = bench.run().await.unwrap();
    assert_eq!(
        (summary.state, summary.reason.as_str()),
        (JobState::Halted, "Unauthenticated.")
    );
    assert_eq!(counts(&summary), [30, 0, 0, 70, 0]);
    assert!(
        bench.fake.batches() <= 7,
        "no call leaves after the refusal"
    );
    bench.check();
    bench.fake.heal();
    let summary = bench.run().await.unwrap();
    assert_eq!(
        (summary.state, summary.reason.as_str()),
        (JobState::Ended, "")
    );
    assert_eq!(counts(&summary), [100, 0, 0, 0, 0]);
    bench.check();
}

#[tokio::test]
async fn keys_of_another_account_send_nothing() {
    let bench = Bench::new(10, 0).await;
    bench.fake.set_account("other-key");
    let summary = bench.run().await.unwrap();
    assert_eq!(summary.state, JobState::Halted);
    for part in ["shop-key", "other-key"] {
        assert!(summary.reason.contains(part), "{}", summary.reason);
    }
    assert_eq!((bench.fake.batches(), summary.tally.not_sent), (0, 10));
    bench.check();

    bench.fake.set_account("");
    let error = bench.run().await.unwrap_err();
    assert!(matches!(error, JobError::Service(error) if error.is_about_keys()));
    let summary = bench.engine.ledger.summary(bench.job).unwrap();
    assert_eq!(
        (summary.state, summary.tally.not_sent),
        (JobState::Halted, 10)
    );

    bench.fake.set_account("shop-key");
    assert_eq!(bench.run().await.unwrap().tally.done, 10);
}

#[tokio::test]
async fn no_network_halts_with_everything_unsent() {
    let bench = Bench::new(50, 0).await;
    bench
        .fake
        .on_batch(|_, _| Trouble::Before(ErrorKind::Unreachable));
    let summary = bench.run().await.unwrap();
    assert_eq!(summary.state, JobState::Halted);
    assert!(
        summary.reason.contains("Unreachable."),
        "{}",
        summary.reason
    );
    assert_eq!(counts(&summary), [0, 0, 0, 50, 0]);
    let item = bench
        .engine
        .ledger
        .items(bench.job, 0..1)
        .unwrap()
        .remove(0);
    assert_eq!((item.attempts, item.first_sent_at), (0, None));
    bench.check();
    bench.fake.heal();
    assert_eq!(counts(&bench.run().await.unwrap()), [50, 0, 0, 0, 0]);
}

#[tokio::test]
async fn a_short_outage_is_waited_out() {
    let bench = Bench::new(50, 0).await;
    bench.fake.on_batch(|number, _| match number {
        2..10 => Trouble::Before(ErrorKind::Unreachable),
        10..12 => Trouble::Before(ErrorKind::Throttled),
        _ => Trouble::None,
    });
    let summary = bench.run().await.unwrap();
    assert_eq!(summary.state, JobState::Ended, "{}", summary.reason);
    assert_eq!(counts(&summary), [50, 0, 0, 0, 0]);
    bench.check();
}

#[tokio::test]
async fn where_nothing_comes_back_the_sent_are_unknown_until_continued() {
    let bench = Bench::new(100, 0).await;
    bench.fake.on_batch(|_, _| Trouble::After(ErrorKind::Lost));
    bench.fake.on_read(|_, _| Trouble::Before(ErrorKind::Lost));
    let summary = bench.run().await.unwrap();
    assert_eq!(summary.state, JobState::Halted);
    assert!(summary.tally.unknown >= 10 && summary.tally.not_sent > 0);
    assert_eq!(summary.tally.unknown + summary.tally.not_sent, 100);
    bench.check();
    bench.fake.heal();
    let summary = bench.run().await.unwrap();
    assert_eq!(
        (summary.state, counts(&summary)),
        (JobState::Ended, [100, 0, 0, 0, 0])
    );
    bench.check();
}

#[tokio::test]
async fn where_only_reads_work_nothing_stays_unknown() {
    let bench = Bench::new(100, 0).await;
    bench.fake.on_batch(|number, _| match number % 2 {
        0 => Trouble::After(ErrorKind::Lost),
        _ => Trouble::Before(ErrorKind::Lost),
    });
    let summary = bench.run().await.unwrap();
    assert_eq!(summary.state, JobState::Halted);
    assert_eq!(summary.tally.unknown, 0);
    assert_eq!(summary.tally.done + summary.tally.not_sent, 100);
    assert!(summary.tally.done > 0);
    bench.check();
}

#[tokio::test]
async fn an_item_gone_after_our_lost_call_says_so() {
    let bench = Bench::new(10, 1).await;
    bench.fake.on_batch(|number, _| match number {
        0..2 => Trouble::Before(ErrorKind::Lost),
        _ => Trouble::None,
    });
    let summary = bench.run().await.unwrap();
    assert_eq!(counts(&summary), [10, 1, 0, 0, 0]);
    assert!(
        bench
            .outcome(10)
            .1
            .contains("gone after a call of ours whose answer was lost")
    );
}

#[tokio::test]
async fn a_stopped_job_ends_its_calls_and_continues() {
    let bench = Bench::new(400, 0).await;
    let stop = bench.stop.clone();
    bench.fake.on_batch(move |number, _| {
        if number == 12 {
            stop.cancel();
        }
        Trouble::None
    });
    let summary = bench.run().await.unwrap();
    assert_eq!(
        (summary.state, summary.reason.as_str()),
        (JobState::Stopped, "")
    );
    assert!(
        summary.tally.done >= 120 && summary.tally.done <= 160,
        "{:?}",
        summary.tally
    );
    assert_eq!(summary.tally.done + summary.tally.not_sent, 400);
    assert!(bench.fake.batches() <= 16);
    bench.check();
    let bench = Bench {
        stop: CancellationToken::new(),
        ..bench
    };
    let summary = bench.run().await.unwrap();
    assert_eq!(
        (summary.state, counts(&summary)),
        (JobState::Ended, [400, 0, 0, 0, 0])
    );
    // A call that was written when the stop came never left; its items went with another.
    assert!((40..=44).contains(&summary.calls), "{}", summary.calls);
    bench.check();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_cut_off_anywhere_is_continued_to_the_truth() {
    for cut in 0..12_u64 {
        let bench = Bench::new(195, 5).await;
        bench.fake.on_batch(|number, _| match dice(number, 3) {
            0 => Trouble::After(ErrorKind::Lost),
            _ => Trouble::None,
        });
        let cut = Duration::from_millis(1 + 7 * cut);
        let first = tokio::time::timeout(cut, bench.run()).await;
        let summary = bench.run().await.unwrap();
        assert_eq!(summary.state, JobState::Ended, "{first:?}");
        assert_eq!(counts(&summary), [195, 5, 0, 0, 0]);
        assert!(
            bench
                .engine
                .ledger
                .unanswered(bench.job)
                .unwrap()
                .is_empty()
        );
    }
}

/// Trouble of every kind, stops and cuts, drawn by chance: each seed is another history of a job.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_history_leads_to_the_truth() {
    for seed in 0..12_u64 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut bench = Bench::with(Fake::new(115, rng.bool()), 120, Verb::Delete).await;
        bench.fake.lock(7);
        for run in 0..6 {
            let (bad, salt) = (rng.usize(1..6), rng.usize(..1_000));
            bench
                .fake
                .on_batch(move |number, _| trouble(number + salt, bad));
            bench
                .fake
                .on_read(move |number, _| trouble(number + salt + 50, 1));
            bench.stop = CancellationToken::new();
            let (stop, after) = (bench.stop.clone(), rng.u64(5..60));
            match rng.u8(..3) {
                0 => drop(tokio::time::timeout(Duration::from_millis(after), bench.run()).await),
                1 => {
                    let stopping = async {
                        tokio::time::sleep(Duration::from_millis(after)).await;
                        stop.cancel();
                    };
                    let (summary, ()) = tokio::join!(bench.run(), stopping);
                    assert_eq!(summary.unwrap().tally.items(), 120, "{seed} {run}");
                    bench.check();
                }
                _ => {
                    bench.run().await.unwrap();
                    bench.check();
                }
            }
        }
        bench.fake.heal();
        bench.stop = CancellationToken::new();
        let summary = bench.run().await.unwrap();
        assert_eq!(summary.state, JobState::Ended, "{seed}");
        assert_eq!(summary.tally.unknown, 0, "{seed}: {:?}", summary.tally);
        let record = bench.engine.ledger.record(bench.job).unwrap();
        for row in &record.items {
            let kept = bench.fake.kept(&row.item.id);
            let removed = kept.is_some_and(|kept| kept.removed.is_some());
            assert_eq!(
                row.outcome() == Some(Outcome::Done),
                removed,
                "{seed}: {row:?}"
            );
        }
    }
}

/// Of ten calls `bad` go wrong.
fn trouble(number: usize, bad: usize) -> Trouble {
    let lot = dice(number, 10);
    if lot >= bad {
        return Trouble::None;
    }
    match dice(number + 7_777, 8) {
        0 | 1 => Trouble::Before(ErrorKind::Lost),
        2 | 3 => Trouble::After(ErrorKind::Lost),
        4 => Trouble::Names3rd,
        5 => Trouble::Refused,
        6 => Trouble::Before(ErrorKind::Unreachable),
        _ => Trouble::Before(ErrorKind::Throttled),
    }
}

#[tokio::test]
async fn one_job_has_one_runner() {
    let bench = Bench::new(400, 0).await;
    let (first, second) = tokio::join!(bench.run(), async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        bench
            .engine
            .run(bench.job, bench.stop.clone(), bench.seen.clone())
            .await
    });
    let sent = bench.fake.batches();
    assert_eq!((first.unwrap().tally.done, sent), (400, 40));
    match second {
        Ok(summary) => assert_eq!(summary.tally.done, 400),
        Err(JobError::Ledger(error)) => assert_eq!(error.kind, LedgerErrorKind::Busy),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_full_disk_stops_the_job_before_the_next_call() {
    let bench = Bench::new(400, 0).await;
    let ledger = bench.engine.ledger.clone();
    bench.fake.on_batch(move |number, _| {
        if number == 8 {
            ledger.fill_disk();
        }
        Trouble::None
    });
    let error = bench.run().await.unwrap_err();
    let JobError::Ledger(error) = error else {
        panic!("{error}");
    };
    assert_eq!(error.kind, LedgerErrorKind::DiskFull);
    assert!(error.message.contains("Free some space"), "{error}");
    assert!(bench.fake.batches() < 40, "{}", bench.fake.batches());
    let last = bench.seen.progress.lock().unwrap().last().unwrap().clone();
    assert_eq!((last.state, last.reason), (JobState::Halted, error.message));
    assert_eq!(
        last.tally.done,
        bench.told(Outcome::Done),
        "what was seen is shown"
    );
    bench.engine.ledger.free_disk();
    bench.fake.heal();
    let summary = bench.run().await.unwrap();
    assert_eq!(
        (summary.state, counts(&summary)),
        (JobState::Ended, [400, 0, 0, 0, 0])
    );
    bench.check();
}

#[tokio::test]
async fn guarded_items_are_never_sent() {
    let bench = Bench::new(0, 0).await;
    let mut items: Vec<_> = (0..3).map(|n| PlanItem::bare(fixture::id(n))).collect();
    items
        .iter_mut()
        .for_each(|item| item.guard = Some("changed since".into()));
    let job = bench
        .engine
        .start(&fixture::plan(Verb::Delete, items))
        .await
        .unwrap();
    let summary = bench
        .engine
        .run(job, bench.stop.clone(), bench.seen.clone())
        .await
        .unwrap();
    assert_eq!((summary.state, summary.tally.skipped), (JobState::Ended, 3));
    assert_eq!(bench.fake.batches(), 0);
}

#[tokio::test]
async fn storing_and_restoring_need_the_stored_sign() {
    for verb in [Verb::Store, Verb::Restore] {
        let bench = Bench::with(Fake::new(30, false), 30, verb).await;
        bench.fake.on_batch(|number, _| match number {
            0 => Trouble::After(ErrorKind::Lost),
            1 => Trouble::Before(ErrorKind::Lost),
            _ => Trouble::None,
        });
        let summary = bench.run().await.unwrap();
        assert_eq!(counts(&summary), [30, 0, 0, 0, 0], "{verb}");
        let ids: Vec<ItemId> = (0..30).map(fixture::id).collect();
        assert!(
            ids.iter()
                .all(|id| bench.fake.kept(id).unwrap().stored.is_some())
        );
    }
}

#[tokio::test]
async fn a_verb_that_the_service_lacks_is_refused_at_once() {
    let bench = Bench::new(1, 0).await;
    let plan = fixture::plan(Verb::DeleteGroups, vec![PlanItem::bare(fixture::id(0))]);
    let error = bench.engine.start(&plan).await.unwrap_err();
    assert!(matches!(error, JobError::Service(error) if error.kind == ErrorKind::Unsupported));
}

#[tokio::test]
async fn progress_is_told_seldom_and_at_the_end() {
    let mut fake = Fake::new(2_000, true);
    fake.latency = Duration::ZERO;
    let bench = Bench::with(fake, 2_000, Verb::Delete).await;
    let began = std::time::Instant::now();
    bench.run().await.unwrap();
    let most = began.elapsed().as_millis() / 33 + 3;
    let told = bench.seen.progress.lock().unwrap().len();
    assert!(told as u128 <= most, "{told} of {most}");
    bench.check();
}
