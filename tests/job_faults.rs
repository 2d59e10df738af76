//! Jobs of 5,000 items through the real client against the demo service, under each of its faults.
//! Whatever happens, the ledger's outcomes must equal the service's own books.

#![allow(clippy::unwrap_used)]

mod job_bench;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use job_bench::{Bench, FAST, ITEMS, MALFORMED, MISSING, Watcher, open, open_hastily, open_ledger};
use tallyman::demo::{Fault, RetryAfter, Rule, SECRET_KEY, Target};
use tallyman::job::{Engine, JobError};
use tallyman::model::{CallPurpose, Evidence, JobRecord, JobState, Outcome, Verb};
use tokio_util::sync::CancellationToken;

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
    let mut bench = Bench::new(Verb::Delete, ITEMS).await;
    if matches!(kind, Fault::StallAfter(_)) {
        bench.engine.service = open_hastily(&bench.server, SECRET_KEY);
    }
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
    let bench = Bench::new(Verb::Delete, ITEMS).await;
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
    assert_eq!(bench.record().summary.tally.not_sent, ITEMS as u64);
    assert_eq!(bench.record().summary.calls, 0);

    bench.server.faults().clear();
    bench.fault(Fault::ErrorAfter(500), Target::Writes, 1.0, None);
    // Only the account is told.
    bench.server.faults().hold(Target::Reads, 1);
    let stop = CancellationToken::new();
    let run = bench.run_watched(&watcher, stop);
    let reads_fail = async {
        wait_for_writes(&bench, 1).await;
        bench.fault(Fault::CutBefore, Target::Reads, 1.0, None);
        bench.server.faults().release();
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
    let mut bench = Bench::new(Verb::Delete, ITEMS).await;
    bench.engine.service = open(&bench.server, SECRET_KEY);
    let watcher = Arc::new(Watcher::default());
    bench.server.faults().hold(Target::Writes, 10);
    let refuse = async {
        wait_for_writes(&bench, 10).await;
        bench.fault(Fault::ErrorBefore(401), Target::Writes, 1.0, None);
        bench.server.faults().release();
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

async fn wait_for_writes(bench: &Bench, writes: u64) {
    let began = Instant::now();
    while bench.server.books().writes() < writes {
        assert!(began.elapsed() < Duration::from_secs(120), "no call came");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// The runtime is dropped in the middle, as a crash would: nothing is written any more, calls are cut.
/// Then the ledger is opened anew and the job continued.
#[test]
fn a_crash_anywhere_is_continued_to_the_truth() {
    let life = tokio::runtime::Runtime::new().unwrap();
    for writes in [1, 20] {
        let mut bench = life.block_on(Bench::new(Verb::Delete, ITEMS));
        // More are not worked on before the crash, so the job cannot be over.
        bench.server.faults().hold(Target::Writes, writes + 10);
        bench.fault(Fault::CutAfter, Target::Writes, 0.2, None);
        let crashing = tokio::runtime::Runtime::new().unwrap();
        let engine = Engine {
            service: open(&bench.server, SECRET_KEY),
            ledger: bench.engine.ledger.clone(),
        };
        let job = bench.job;
        let (stop, observer) = (CancellationToken::new(), Arc::<Watcher>::default());
        let run = crashing.spawn(async move { engine.run_at(job, FAST, stop, observer).await });
        life.block_on(wait_for_writes(&bench, writes.into()));
        crashing.shutdown_timeout(Duration::from_secs(5));
        drop(run);
        life.block_on(bench.server.quiet());
        bench.server.faults().release();
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
        kept_as_told(&bench, verb, "cut and failing").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn storing_and_restoring_under_each_fault() {
    let kinds = [
        Fault::Throttle { retry_after: None },
        Fault::ErrorBefore(503),
        Fault::ErrorAfter(502),
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::TruncateAfter,
        Fault::GarbageAfter,
    ];
    for verb in [Verb::Store, Verb::Restore] {
        for kind in kinds {
            let bench = Bench::new(verb, 1_000).await;
            bench.fault(kind, Target::Any, 0.15, None);
            kept_as_told(&bench, verb, &format!("{kind:?}")).await;
        }
    }
}

/// Runs a store or restore to its end; what it tells is what the books have.
async fn kept_as_told(bench: &Bench, verb: Verb, what: &str) {
    let summary = bench.run().await.unwrap();
    assert_eq!(summary.state, JobState::Ended, "{verb}, {what}");
    let books = bench.server.books();
    for row in &bench.record().items {
        let settled = row.settled.as_ref().unwrap();
        let stored = books
            .file(row.item.id.as_str())
            .and_then(|file| file.stored);
        match settled.outcome {
            Outcome::Done => assert!(
                stored.is_some() && settled.service_time == stored,
                "{what}: {row:?}"
            ),
            outcome => {
                assert!(stored.is_none(), "{what}: {row:?}");
                // A deleted file whose stores were all lost is not brought back.
                let left_out = verb == Verb::Store && outcome == Outcome::Skipped;
                assert!(
                    left_out || matches!(outcome, Outcome::Absent | Outcome::Refused),
                    "{what}: {row:?}"
                );
            }
        }
    }
    // An id that is none is refused in the answer, or has no address to be re-read at.
    let tally = summary.tally;
    assert!(tally.refused <= MALFORMED as u64, "{what}: {tally:?}");
    assert_eq!(
        tally.absent + tally.refused,
        (MISSING + MALFORMED) as u64,
        "{what}: {tally:?}"
    );
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
