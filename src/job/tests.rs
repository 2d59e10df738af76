//! Whole jobs against a service in memory: whatever happens to calls, outcomes equal what it keeps.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::bench::{Bench, counts, dice};
use super::fake::{Fake, Trouble};
use super::{JobError, fixture};
use crate::model::{ItemId, JobState, Outcome, PlanItem, Verb};
use crate::service::ErrorKind;

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
    let bench = Bench::new(400, 0).await;
    bench.fake.on_batch(|_, _| Trouble::After(ErrorKind::Lost));
    bench.fake.on_read(|_, _| Trouble::Before(ErrorKind::Lost));
    let summary = bench.run().await.unwrap();
    assert_eq!(summary.state, JobState::Halted);
    let tally = summary.tally;
    assert!(tally.unknown >= 10 && tally.not_sent > 0, "{tally:?}");
    assert_eq!(summary.tally.unknown + summary.tally.not_sent, 400);
    bench.check();
    bench.fake.heal();
    let summary = bench.run().await.unwrap();
    assert_eq!(
        (summary.state, counts(&summary)),
        (JobState::Ended, [400, 0, 0, 0, 0])
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
    let (gone, was_lost) = (fixture::id(10), AtomicBool::new(false));
    bench.fake.on_batch(move |_, ids| {
        match ids.contains(&gone) && !was_lost.swap(true, Ordering::SeqCst) {
            true => Trouble::Before(ErrorKind::Lost),
            false => Trouble::None,
        }
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

/// Trouble of every kind, stops and cuts, drawn by chance: each seed is another history of a job.
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
