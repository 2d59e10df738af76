//! Jobs of 5,000 items through the real client against the demo service, under each of its faults.
//! Whatever happens, the ledger's outcomes must equal the service's own books.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tallyman::demo::{Fault, Options, PUBLIC_KEY, RetryAfter, Rule, SECRET_KEY, Server, Target};
use tallyman::job::{Engine, JobError, Observer, Pace, Progress};
use tallyman::ledger::Ledger;
use tallyman::model::{
    CallPurpose, Evidence, ItemId, JobId, JobRecord, JobState, JobSummary, Outcome, Plan, PlanItem,
    ProfileId, ServiceKind, Settled, Source, Verb,
};
use tallyman::service::{self, Credentials, Limits, Patience, Service};
use tokio_util::sync::CancellationToken;

const ITEMS: usize = 5_000;
/// Well-formed ids that the project never had.
const MISSING: usize = 20;
/// Texts that are no ids.
const MALFORMED: usize = 10;

const FAST: Pace = Pace {
    sends: 3,
    repeats: 4,
    rereads: 2,
    rounds: 8,
    first_wait: Duration::from_millis(2),
    longest_wait: Duration::from_millis(20),
};

fn open(server: &Server, secret: &str) -> Arc<dyn Service> {
    let credentials = Credentials {
        service: ServiceKind::Uploadcare,
        public_key: PUBLIC_KEY.to_owned(),
        secret: secret.to_owned().into(),
        api_base: Some(server.base()),
        cdn_base: None,
        simple_auth: false,
    };
    let limits = Limits {
        idle: Duration::from_millis(250),
        patience: Patience {
            first_wait: Duration::from_millis(2),
            longest_wait: Duration::from_millis(20),
            throttle_least: Duration::from_millis(5),
            throttle_most: Duration::from_millis(20),
            ..Patience::default()
        },
        ..Limits::default()
    };
    service::open_with(&credentials, limits).unwrap()
}

#[derive(Default)]
struct Watcher {
    settled: Mutex<Vec<Settled>>,
    last: Mutex<Option<Progress>>,
    /// Stops the job when so many items are done.
    stop: Mutex<Option<(u64, CancellationToken)>>,
}

impl Observer for Watcher {
    fn progress(&self, progress: &Progress) {
        *self.last.lock().unwrap() = Some(progress.clone());
    }

    fn settled(&self, _: JobId, settled: &[Settled]) {
        let mut all = self.settled.lock().unwrap();
        all.extend_from_slice(settled);
        if let Some((after, stop)) = &*self.stop.lock().unwrap()
            && all.len() as u64 >= *after
        {
            stop.cancel();
        }
    }
}

/// A project, a ledger and one job.
struct Bench {
    server: Server,
    dir: tempfile::TempDir,
    engine: Engine,
    job: JobId,
    /// Ids that the plan names although they were removed before.
    removed_before: HashSet<String>,
}

impl Bench {
    /// A project from which the verb takes `items`, missing and malformed ids among them.
    async fn new(verb: Verb, items: usize) -> Self {
        let options = Options {
            files: items + items / 10,
            groups: 60,
            ..Options::default()
        };
        let server = Server::start(options).await.unwrap();
        let service = open(&server, SECRET_KEY);
        let account = service.account().await.unwrap();
        let source = Source {
            service: ServiceKind::Uploadcare,
            profile: ProfileId("p".into()),
            profile_name: "Demo".into(),
            account,
            api_base: server.base(),
        };
        let ids = ids(&server, verb, items);
        let plan = Plan::new(verb, source, ids.into_iter().map(PlanItem::bare).collect());
        let dir = tempfile::tempdir().unwrap();
        let engine = Engine {
            service,
            ledger: open_ledger(dir.path()),
        };
        let removed_before = server.books().removed_ids().into_iter().collect();
        let job = engine.start(&plan).await.unwrap();
        Self {
            server,
            dir,
            engine,
            job,
            removed_before,
        }
    }

    fn fault(&self, kind: Fault, on: Target, chance: f64, times: Option<u32>) {
        self.server.faults().add(Rule {
            kind,
            on,
            chance,
            times,
        });
    }

    async fn run(&self) -> Result<JobSummary, JobError> {
        self.run_watched(&Arc::default(), CancellationToken::new())
            .await
    }

    async fn run_watched(
        &self,
        watcher: &Arc<Watcher>,
        stop: CancellationToken,
    ) -> Result<JobSummary, JobError> {
        let observer = Arc::clone(watcher);
        self.engine.run_at(self.job, FAST, stop, observer).await
    }

    fn record(&self) -> JobRecord {
        self.engine.ledger.record(self.job).unwrap()
    }

    /// Every outcome of a delete is what the books say.
    fn check_deleted(&self) -> JobRecord {
        let record = self.record();
        let books = self.server.books();
        for row in &record.items {
            let id = row.item.id.as_str();
            let file = books.file(id);
            let removed = file.as_ref().and_then(|file| file.removed);
            let settled = row.settled.as_ref().unwrap();
            match settled.outcome {
                Outcome::Done => {
                    assert!(removed.is_some(), "{row:?}");
                    assert_eq!(settled.service_time, removed, "{row:?}");
                    assert!(settled.problem.is_empty(), "{row:?}");
                }
                Outcome::Absent => assert!(file.is_none(), "{row:?}"),
                Outcome::Refused | Outcome::Failed | Outcome::NotSent => {
                    let gone = removed.is_some() && !self.removed_before.contains(id);
                    assert!(!gone, "{row:?}");
                    assert!(!settled.problem.is_empty(), "{row:?}");
                }
                Outcome::Skipped => panic!("{row:?}"),
                Outcome::Unknown => {}
            }
        }
        let planned: HashSet<_> = record
            .items
            .iter()
            .map(|row| row.item.id.as_str())
            .collect();
        for id in books.removed_ids() {
            let ours = planned.contains(id.as_str()) || self.removed_before.contains(&id);
            assert!(ours, "{id} was removed and never in the plan");
        }
        assert_eq!(record.summary.tally.items(), record.items.len() as u64);
        assert!(self.engine.ledger.unanswered(self.job).unwrap().is_empty());
        record
    }

    /// The job ended, and nothing but the bad ids and the locked files is not done.
    fn check_ended(&self, what: &str) -> JobRecord {
        let record = self.check_deleted();
        let tally = record.summary.tally;
        assert_eq!(
            record.summary.state,
            JobState::Ended,
            "{what}: {}",
            record.summary.reason
        );
        let locked = self.server.books().locked_ids().len() as u64;
        assert!(locked > 0);
        // A malformed id is refused by a batch, and not there for a re-read.
        let (missing, malformed) = (MISSING as u64, MALFORMED as u64);
        assert_eq!(
            tally.absent + tally.refused,
            missing + malformed + locked,
            "{what}"
        );
        assert!(tally.absent >= missing && tally.refused >= locked, "{what}");
        let rest = [tally.failed, tally.skipped, tally.not_sent, tally.unknown];
        assert_eq!(rest, [0; 4], "{what}");
        record
    }
}

fn open_ledger(dir: &Path) -> Arc<Ledger> {
    Arc::new(Ledger::open(dir).unwrap())
}

/// Ids for a verb: good ones, twenty that were removed before, missing, malformed, and some given twice.
fn ids(server: &Server, verb: Verb, items: usize) -> Vec<ItemId> {
    let books = server.books();
    let mut ids: Vec<String> = match verb {
        Verb::DeleteGroups => books.group_ids(),
        Verb::Restore => books.removed_ids(),
        Verb::Store | Verb::Delete => {
            let locked = books.locked_ids();
            let good = books
                .file_ids()
                .into_iter()
                .filter(|id| !locked.contains(id));
            let removed = books.removed_ids().into_iter().take(20);
            locked.iter().cloned().chain(removed).chain(good).collect()
        }
    };
    let bad = if verb == Verb::DeleteGroups {
        0
    } else {
        MISSING + MALFORMED
    };
    ids.truncate(items - bad);
    let missing = (0..MISSING).map(|n| format!("00000000-0000-4000-8000-{n:012x}"));
    let malformed = (0..MALFORMED).map(|n| format!("no-id-{n}"));
    if bad > 0 {
        ids.extend(missing.chain(malformed));
    }
    fastrand::Rng::with_seed(3).shuffle(&mut ids);
    let twice: Vec<_> = ids.iter().take(7).cloned().collect();
    ids.extend(twice);
    ids.iter().map(|id| id.as_str().into()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quiet_job_equals_the_books() {
    let bench = Bench::new(Verb::Delete, ITEMS).await;
    let watcher = Arc::new(Watcher::default());
    let summary = bench
        .run_watched(&watcher, CancellationToken::new())
        .await
        .unwrap();
    let record = bench.check_ended("no fault");
    assert_eq!(record.items.len(), ITEMS);
    assert_eq!(
        (summary.calls, summary.retries, summary.throttled),
        (50, 0, 0)
    );
    let mut told = watcher.settled.lock().unwrap().clone();
    told.sort_by_key(|one| one.seq);
    let kept: Vec<_> = record
        .items
        .iter()
        .map(|row| row.settled.clone().unwrap())
        .collect();
    assert_eq!(told, kept);
    let last = watcher.last.lock().unwrap().clone().unwrap();
    assert_eq!((last.tally, last.state), (summary.tally, JobState::Ended));
    for row in &record.items {
        assert_eq!((row.attempts, row.http_status), (1, Some(200)));
        assert!(row.request_id.is_some() && row.first_sent_at.is_some());
    }
}

/// One job under one fault, for writes alone and for reads too.
async fn under(what: &str, kind: Fault, chance: f64, times: Option<u32>) -> JobRecord {
    let bench = Bench::new(Verb::Delete, ITEMS).await;
    bench.fault(kind, Target::Writes, chance, times);
    bench.fault(kind, Target::Reads, chance / 4.0, times);
    bench.run().await.unwrap();
    let record = bench.check_ended(what);
    assert!(bench.server.faults().struck() > 0, "{what}");
    record
}

/// A job under "too many requests": nothing is lost, and nothing is taken for lost.
async fn throttled(retry_after: Option<RetryAfter>) {
    let record = under("429", Fault::Throttle { retry_after }, 0.2, None).await;
    assert!(record.summary.throttled > 0);
    assert!(record.summary.retries >= record.summary.throttled);
    let calls = &record.calls;
    assert!(calls.iter().all(|call| call.purpose == CallPurpose::Send));
    assert_eq!(record.summary.tally.absent, MISSING as u64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn throttled_without_a_wait() {
    throttled(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn throttled_with_seconds() {
    throttled(Some(RetryAfter::Seconds(0))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn throttled_with_a_date() {
    throttled(Some(RetryAfter::Date(Duration::ZERO))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_errors_before_the_work() {
    for status in [500, 503] {
        under("5xx before", Fault::ErrorBefore(status), 0.3, None).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_errors_after_the_work() {
    for status in [502, 504] {
        under("5xx after", Fault::ErrorAfter(status), 0.3, None).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_cut_before_the_work() {
    under("cut before", Fault::CutBefore, 0.3, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_cut_after_the_work() {
    let record = under("cut after", Fault::CutAfter, 0.3, None).await;
    let repeats = record
        .calls
        .iter()
        .filter(|call| call.purpose == CallPurpose::Repeat);
    assert!(repeats.count() > 0);
    assert!(record.summary.retries > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_cut_short() {
    under("truncated", Fault::TruncateAfter, 0.3, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_are_garbage() {
    under("garbage", Fault::GarbageAfter, 0.3, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_never_come() {
    let stall = Fault::StallAfter(Duration::from_millis(600));
    under("stalled", stall, 0.3, Some(8)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_at_once() {
    let bench = Bench::new(Verb::Delete, ITEMS).await;
    let kinds = [
        Fault::Throttle { retry_after: None },
        Fault::ErrorBefore(500),
        Fault::ErrorAfter(503),
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::TruncateAfter,
        Fault::GarbageAfter,
    ];
    for kind in kinds {
        bench.fault(kind, Target::Any, 0.08, None);
    }
    bench.run().await.unwrap();
    bench.check_ended("everything");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_every_write_is_lost_reads_tell_the_truth() {
    let bench = Bench::new(Verb::Delete, 1_000).await;
    bench.fault(Fault::CutAfter, Target::Writes, 1.0, None);
    let summary = bench.run().await.unwrap();
    assert_eq!(
        (summary.state, summary.tally.unknown),
        (JobState::Halted, 0)
    );
    let record = bench.check_deleted();
    let read = record.items.iter().filter_map(|row| row.settled.as_ref());
    let done = read.filter(|one| one.outcome == Outcome::Done);
    assert!(done.clone().count() > 0);
    assert!(
        done.clone()
            .all(|one| one.evidence == Some(Evidence::Reread))
    );
    bench.server.faults().clear();
    bench.run().await.unwrap();
    bench.check_ended("continued");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nothing_answers_the_sent_are_unknown_until_continued() {
    let bench = Bench::new(Verb::Delete, 1_000).await;
    let watcher = Arc::new(Watcher::default());
    // The account is asked first; then everything is lost.
    bench.fault(Fault::ErrorAfter(500), Target::Writes, 1.0, None);
    bench.server.faults().add(Rule {
        kind: Fault::ErrorAfter(500),
        on: Target::Reads,
        chance: 1.0,
        times: None,
    });
    let error = bench
        .run_watched(&watcher, CancellationToken::new())
        .await
        .unwrap_err();
    assert!(
        matches!(error, JobError::Service(_)),
        "nobody could be asked: {error}"
    );
    assert_eq!(bench.record().summary.tally.not_sent, 1_000);
    assert_eq!(bench.record().summary.calls, 0);

    bench.server.faults().clear();
    bench.fault(Fault::ErrorAfter(500), Target::Writes, 1.0, None);
    let stop = CancellationToken::new();
    let run = bench.run_watched(&watcher, stop);
    let reads_fail = async {
        while bench.server.books().writes() == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bench.fault(Fault::CutBefore, Target::Reads, 1.0, None);
    };
    let (summary, ()) = tokio::join!(run, reads_fail);
    let summary = summary.unwrap();
    assert_eq!(summary.state, JobState::Halted, "{:?}", summary.tally);
    assert!(summary.tally.unknown > 0 && summary.tally.not_sent > 0);
    assert!(
        summary.reason.contains("continue the job"),
        "{}",
        summary.reason
    );
    bench.check_deleted();
    bench.server.faults().clear();
    bench.run().await.unwrap();
    bench.check_ended("continued");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_refused_midway_leave_the_rest_unsent() {
    let bench = Bench::new(Verb::Delete, ITEMS).await;
    let watcher = Arc::new(Watcher::default());
    bench.server.faults().set_latency(Duration::from_millis(5));
    let refuse = async {
        while bench.server.books().writes() < 10 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bench.fault(Fault::ErrorBefore(401), Target::Writes, 1.0, None);
    };
    let (summary, ()) = tokio::join!(
        bench.run_watched(&watcher, CancellationToken::new()),
        refuse
    );
    let summary = summary.unwrap();
    assert_eq!(summary.state, JobState::Halted);
    assert!(summary.reason.contains("keys"), "{}", summary.reason);
    let tally = summary.tally;
    assert_eq!((tally.failed, tally.unknown), (0, 0));
    assert!(tally.done > 0 && tally.not_sent > 0, "{tally:?}");
    bench.check_deleted();
    bench.server.faults().clear();
    let summary = bench.run().await.unwrap();
    assert_eq!(summary.calls, bench.record().calls.len() as u64);
    bench.check_ended("continued");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_job_continues() {
    let bench = Bench::new(Verb::Delete, ITEMS).await;
    bench.fault(Fault::CutAfter, Target::Writes, 0.2, None);
    for after in [500, 1_500, 3_000] {
        let stop = CancellationToken::new();
        let watcher = Watcher::default();
        let soon = after - after / 3;
        *watcher.stop.lock().unwrap() = Some((soon, stop.clone()));
        let summary = bench.run_watched(&Arc::new(watcher), stop).await.unwrap();
        if summary.state == JobState::Ended {
            break;
        }
        assert_eq!(
            (summary.state, summary.reason.as_str()),
            (JobState::Stopped, "")
        );
        assert!(summary.tally.not_sent + summary.tally.unknown > 0);
        bench.check_deleted();
    }
    bench.run().await.unwrap();
    bench.check_ended("continued");
}

/// The runtime is dropped in the middle, as a crash would: nothing is written any more, calls are cut.
/// Then the ledger is opened anew and the job continued.
#[test]
fn a_crash_anywhere_is_continued_to_the_truth() {
    let life = tokio::runtime::Runtime::new().unwrap();
    for writes in [1, 20] {
        let mut bench = life.block_on(Bench::new(Verb::Delete, ITEMS));
        bench.server.faults().set_latency(Duration::from_millis(10));
        bench.fault(Fault::CutAfter, Target::Writes, 0.2, None);
        let crashing = tokio::runtime::Runtime::new().unwrap();
        let engine = Engine {
            service: open(&bench.server, SECRET_KEY),
            ledger: bench.engine.ledger.clone(),
        };
        let job = bench.job;
        let (stop, observer) = (CancellationToken::new(), Arc::<Watcher>::default());
        let run = crashing.spawn(async move { engine.run_at(job, FAST, stop, observer).await });
        while bench.server.books().writes() < writes {
            std::thread::sleep(Duration::from_micros(200));
        }
        crashing.shutdown_timeout(Duration::from_secs(5));
        drop(run);
        let cut = bench.record().summary;
        assert_eq!(cut.state, JobState::Running);
        assert!(cut.tally.pending > 0 && cut.can_continue());

        // The old ledger has to go before its lock is free.
        bench.engine.ledger = open_ledger(&bench.dir.path().join("elsewhere"));
        bench.engine.ledger = open_ledger(bench.dir.path());
        assert!(!bench.engine.ledger.is_read_only());
        life.block_on(bench.run()).unwrap();
        bench.check_ended("continued after a crash");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn storing_and_restoring_equal_the_books() {
    for verb in [Verb::Store, Verb::Restore] {
        let bench = Bench::new(verb, ITEMS).await;
        bench.fault(Fault::CutAfter, Target::Writes, 0.3, None);
        bench.fault(Fault::ErrorBefore(500), Target::Writes, 0.2, None);
        let summary = bench.run().await.unwrap();
        assert_eq!(summary.state, JobState::Ended, "{verb}");
        let books = bench.server.books();
        for row in &bench.record().items {
            let settled = row.settled.as_ref().unwrap();
            let stored = books
                .file(row.item.id.as_str())
                .and_then(|file| file.stored);
            match settled.outcome {
                Outcome::Done => assert!(
                    stored.is_some() && settled.service_time == stored,
                    "{row:?}"
                ),
                outcome => {
                    assert!(stored.is_none(), "{row:?}");
                    assert!(
                        matches!(outcome, Outcome::Absent | Outcome::Refused),
                        "{row:?}"
                    );
                }
            }
        }
        assert_eq!(summary.tally.absent, MISSING as u64);
        assert_eq!(summary.tally.refused, MALFORMED as u64);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_go_one_by_one_and_their_files_stay() {
    let bench = Bench::new(Verb::DeleteGroups, 50).await;
    bench.fault(Fault::CutAfter, Target::Writes, 0.3, None);
    let files = bench.server.books().file_ids().len();
    let summary = bench.run().await.unwrap();
    assert_eq!(summary.state, JobState::Ended);
    assert_eq!(
        summary.tally.done + summary.tally.absent,
        50,
        "{:?}",
        summary.tally
    );
    let left: HashSet<_> = bench.server.books().group_ids().into_iter().collect();
    for row in &bench.record().items {
        let settled = row.settled.as_ref().unwrap();
        assert!(!left.contains(row.item.id.as_str()));
        if settled.outcome == Outcome::Absent {
            assert!(
                settled.problem.contains("whose answer was lost"),
                "{}",
                settled.problem
            );
        }
    }
    assert_eq!(bench.server.books().file_ids().len(), files);
}
