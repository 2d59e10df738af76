//! Jobs that are stopped, cut off, run twice or run out of disk, and are continued to the truth.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::JobError;
use super::bench::{Bench, counts, dice};
use super::fake::{Fake, Trouble};
use crate::ledger::LedgerErrorKind;
use crate::model::{Evidence, JobState, Outcome, Settled, Time, Verb};
use crate::service::ErrorKind;

#[tokio::test]
async fn a_stopped_job_ends_its_calls_and_continues() {
    let mut bench = Bench::new(400, 0).await;
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
    bench.stop = CancellationToken::new();
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
async fn a_disk_that_is_full_now_and_then_only_takes_time() {
    for seed in 0..12 {
        let bench = Bench::new(400, 0).await;
        let ledger = bench.engine.ledger.clone();
        bench.fake.on_batch(move |number, _| {
            if dice(number + seed * 1_000, 5) == 0 {
                ledger.fill_disk();
            }
            trouble(number + seed * 1_000, 3)
        });
        let ledger = bench.engine.ledger.clone();
        let freeing = tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(7)).await;
                ledger.free_disk();
            }
        });
        let summary = bench.run().await.unwrap();
        freeing.abort();
        assert_eq!(summary.state, JobState::Ended, "{seed}: {}", summary.reason);
        let tally = summary.tally;
        assert_eq!(tally.done + tally.failed + tally.refused, 400, "{tally:?}");
        bench.check();
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_leaves_nothing_unknown_that_can_be_read() {
    for trouble in [
        Trouble::After(ErrorKind::Lost),
        Trouble::Before(ErrorKind::Lost),
    ] {
        let bench = Bench::new(400, 0).await;
        let stop = bench.stop.clone();
        bench.fake.on_batch(move |number, _| match number {
            0..8 => Trouble::None,
            8 => {
                stop.cancel();
                trouble
            }
            _ => trouble,
        });
        let summary = bench.run_patiently().await.unwrap();
        assert_eq!(
            (summary.state, summary.reason.as_str()),
            (JobState::Stopped, "")
        );
        let tally = summary.tally;
        assert_eq!((tally.done + tally.not_sent, tally.unknown), (400, 0));
        let sent = bench.fake.batches();
        assert!(sent <= 12, "a stop changes nothing more: {sent} batches");
        assert!(bench.fake.rereads() >= 10);
        bench.check();
    }
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_service_that_is_gone() {
    let bench = Bench::new(400, 0).await;
    let stop = bench.stop.clone();
    bench.fake.on_batch(move |number, _| match number {
        0..8 => Trouble::None,
        _ => {
            stop.cancel();
            Trouble::After(ErrorKind::Lost)
        }
    });
    bench
        .fake
        .on_read(|_, _| Trouble::Before(ErrorKind::Unreachable));
    let ended = tokio::time::timeout(Duration::from_secs(5), bench.run());
    let summary = ended.await.unwrap().unwrap();
    assert_eq!(
        (summary.state, summary.reason.as_str()),
        (JobState::Stopped, "")
    );
    let tally = summary.tally;
    assert!(tally.unknown >= 10, "{tally:?}");
    assert_eq!(tally.done + tally.not_sent + tally.unknown, 400);
    bench.check();
}

#[tokio::test]
async fn a_stop_before_the_keys_are_known_reads_nothing() {
    let mut bench = Bench::new(40, 0).await;
    bench.fake.on_batch(|_, _| Trouble::After(ErrorKind::Lost));
    bench.fake.on_read(|_, _| Trouble::Before(ErrorKind::Lost));
    let summary = bench.run().await.unwrap();
    let (unknown, rereads) = (summary.tally.unknown, bench.fake.rereads());
    assert!(unknown > 0);
    bench.stop = CancellationToken::new();
    bench.stop.cancel();
    let summary = bench.run().await.unwrap();
    assert_eq!(
        (summary.state, summary.tally.unknown),
        (JobState::Stopped, unknown)
    );
    assert_eq!(bench.fake.rereads(), rereads);
    bench.check();
}

#[tokio::test]
async fn a_continued_store_does_not_bring_back_what_was_deleted_since() {
    let mut bench = Bench::with(Fake::new(10, true), 10, Verb::Store).await;
    let stop = bench.stop.clone();
    bench.fake.on_batch(move |_, _| {
        stop.cancel();
        Trouble::After(ErrorKind::Lost)
    });
    bench
        .fake
        .on_read(|_, _| Trouble::Before(ErrorKind::Unreachable));
    assert_eq!(bench.run().await.unwrap().tally.unknown, 10);
    bench.fake.remove(3);
    bench.fake.heal();
    bench.stop = CancellationToken::new();
    let summary = bench.run().await.unwrap();
    assert_eq!(
        (summary.state, summary.tally.done, summary.tally.skipped),
        (JobState::Ended, 9, 1)
    );
    let (outcome, words) = bench.outcome(3);
    assert!(words.contains("bring it back"), "{outcome}: {words}");
    let kept = bench.fake.kept(&super::fixture::id(3)).unwrap();
    assert!(kept.removed.is_some(), "{kept:?}");
}

#[tokio::test]
async fn a_job_cut_off_before_its_end_was_written_can_be_ended() {
    let bench = Bench::new(0, 2).await;
    let ledger = &bench.engine.ledger;
    let settled = [0, 1].map(|seq| Settled {
        seq,
        outcome: Outcome::Absent,
        problem: "Missing in the project".into(),
        evidence: Some(Evidence::Answer),
        service_time: None,
        settled_at: Time(1),
    });
    ledger.settle(bench.job, &settled).unwrap();
    let cut = ledger.summary(bench.job).unwrap();
    assert_eq!((cut.state, cut.tally.pending), (JobState::Running, 0));
    assert!(cut.can_continue(), "nobody would ever end it");
    let summary = bench.run().await.unwrap();
    assert_eq!(
        (summary.state, summary.can_continue()),
        (JobState::Ended, false)
    );
    assert_eq!(bench.fake.batches(), 0);
}
