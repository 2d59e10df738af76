//! Where a job could say what is not so: late writes, pages for answers, changes since the plan, no network.
//! Clocks are paused where a test waits, so that hours pass at once and every run is the same.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::bench::{Bench, counts};
use super::fake::{Fake, Trouble};
use super::{Pace, fixture};
use crate::model::{Evidence, JobState, Outcome, Verb};
use crate::service::ErrorKind;

const SECOND: Duration = Duration::from_secs(1);

impl Bench {
    /// Whether the job told that nothing got through.
    fn was_away(&self) -> bool {
        let told = self.seen.progress.lock().unwrap();
        told.iter().any(|progress| progress.away.is_some())
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_write_is_not_told_as_failed() {
    let bench = Bench::with(Fake::new(10, false), 10, Verb::Delete).await;
    let bad = fixture::id(3);
    bench.fake.on_batch(move |_, ids| match ids {
        [id] if *id == bad => Trouble::Late(4 * SECOND),
        ids if ids.contains(&bad) => Trouble::Before(ErrorKind::Lost),
        _ => Trouble::None,
    });
    let summary = bench.run_patiently().await.unwrap();
    assert_eq!(summary.state, JobState::Ended);
    assert_eq!(counts(&summary), [10, 0, 0, 0, 0]);
    bench.check();
}

#[tokio::test(start_paused = true)]
async fn what_was_never_done_fails_after_a_last_look() {
    let bench = Bench::with(Fake::new(10, false), 10, Verb::Delete).await;
    let bad = fixture::id(3);
    bench.fake.on_batch(move |_, ids| match ids.contains(&bad) {
        true => Trouble::Before(ErrorKind::Lost),
        false => Trouble::None,
    });
    let began = Instant::now();
    let summary = bench.run_patiently().await.unwrap();
    assert_eq!((summary.tally.done, summary.tally.failed), (9, 1));
    assert!(began.elapsed() >= Pace::default().last_look);
    assert!(bench.outcome(3).1.contains("not done in 3 tries"));
    bench.check();
}

#[tokio::test]
async fn a_page_for_an_answer_to_a_re_read_halts_nothing() {
    for lasting in [false, true] {
        let bench = Bench::with(Fake::new(50, false), 50, Verb::Delete).await;
        let bad = fixture::id(3);
        // Which call comes first is chance; the one that is lost has to hold the file that cannot be read.
        let lost = bad.clone();
        let once = std::sync::atomic::AtomicBool::new(true);
        bench.fake.on_batch(move |_, ids| {
            let first =
                ids.contains(&lost) && once.swap(false, std::sync::atomic::Ordering::SeqCst);
            match first {
                true => Trouble::After(ErrorKind::Lost),
                false => Trouble::None,
            }
        });
        let seen = std::sync::atomic::AtomicBool::new(false);
        bench.fake.on_read(move |_, ids| {
            let first = !seen.load(std::sync::atomic::Ordering::SeqCst);
            if ids.contains(&bad) && (lasting || first) {
                seen.store(true, std::sync::atomic::Ordering::SeqCst);
                return Trouble::Before(ErrorKind::NotTheService);
            }
            Trouble::None
        });
        let summary = bench.run().await.unwrap();
        assert_eq!(summary.state, JobState::Ended, "{}", summary.reason);
        let unknown = u64::from(lasting);
        assert_eq!(counts(&summary), [50 - unknown, 0, 0, 0, unknown]);
        bench.check();
        bench.fake.heal();
        assert_eq!(counts(&bench.run().await.unwrap()), [50, 0, 0, 0, 0]);
    }
}

#[tokio::test]
async fn a_continued_store_looks_before_it_sends() {
    let mut bench = Bench::with(Fake::new(40, true), 40, Verb::Store).await;
    let stop = bench.stop.clone();
    bench.fake.on_batch(move |_, _| {
        stop.cancel();
        Trouble::None
    });
    let first = bench.run().await.unwrap();
    assert!(first.tally.not_sent > 0, "{:?}", first.tally);
    let unsent = (0..40).filter(|n| bench.outcome(*n).0 == Outcome::NotSent);
    let unsent: Vec<u32> = unsent.collect();
    // Somebody deletes one and stores another meanwhile.
    bench.fake.remove(unsent[0] as usize);
    bench.fake.heal();
    bench.stop = CancellationToken::new();
    let summary = bench.run().await.unwrap();
    assert_eq!(summary.state, JobState::Ended);
    assert_eq!((summary.tally.done, summary.tally.skipped), (39, 1));
    let (outcome, words) = bench.outcome(unsent[0]);
    assert_eq!(outcome, Outcome::Skipped);
    assert!(words.contains("bring it back"), "{words}");
    let kept = bench.fake.kept(&fixture::id(unsent[0] as usize)).unwrap();
    assert!(kept.removed.is_some());
}

#[tokio::test]
async fn a_continued_store_leaves_alone_what_it_cannot_look_at() {
    let mut bench = Bench::with(Fake::new(40, true), 40, Verb::Store).await;
    let stop = bench.stop.clone();
    bench.fake.on_batch(move |_, _| {
        stop.cancel();
        Trouble::None
    });
    let first = bench.run().await.unwrap();
    let unsent = (0..40).find(|n| bench.outcome(*n).0 == Outcome::NotSent);
    let blind = unsent.unwrap_or_else(|| panic!("{:?}", first.tally));
    let id = fixture::id(blind as usize);
    bench.fake.on_batch(|_, _| Trouble::None);
    bench.fake.on_read(move |_, ids| match ids.contains(&id) {
        true => Trouble::Before(ErrorKind::Lost),
        false => Trouble::None,
    });
    bench.stop = CancellationToken::new();
    let summary = bench.run().await.unwrap();
    assert_eq!(summary.state, JobState::Halted);
    assert!(summary.reason.contains("Continue"), "{}", summary.reason);
    assert_eq!((summary.tally.done, summary.tally.not_sent), (39, 1));
    assert!(bench.outcome(blind).1.contains("could not be looked at"));
    let kept = bench.fake.kept(&fixture::id(blind as usize)).unwrap();
    assert_eq!(kept.stored, None);
    bench.fake.heal();
    assert_eq!(bench.run().await.unwrap().tally.done, 40);
}

#[tokio::test]
async fn an_id_that_cannot_be_asked_for_is_not_left_unknown() {
    let bench = Bench::with(Fake::new(9, false), 10, Verb::Delete).await;
    let odd = fixture::id(9);
    bench.fake.on_batch(|number, _| match number {
        0 => Trouble::After(ErrorKind::Lost),
        _ => Trouble::None,
    });
    bench.fake.on_read(move |_, ids| match ids.contains(&odd) {
        true => Trouble::Before(ErrorKind::NotFound),
        false => Trouble::None,
    });
    let summary = bench.run().await.unwrap();
    assert_eq!(summary.state, JobState::Ended);
    assert_eq!((summary.tally.done, summary.tally.failed), (9, 1));
    bench.check();
}

#[tokio::test(start_paused = true)]
async fn a_network_that_goes_for_minutes_is_waited_for() {
    let bench = Bench::new(100, 0).await;
    let began = Instant::now();
    bench.fake.on_batch(move |number, _| match number {
        0..2 => Trouble::None,
        _ if began.elapsed() < 600 * SECOND => Trouble::Before(ErrorKind::Unreachable),
        _ => Trouble::None,
    });
    let summary = bench.run_patiently().await.unwrap();
    assert_eq!(summary.state, JobState::Ended, "{}", summary.reason);
    assert_eq!(counts(&summary), [100, 0, 0, 0, 0]);
    assert!(bench.was_away());
    let took = began.elapsed();
    assert!((600..620).contains(&took.as_secs()), "{took:?}");
    // At most every eighth second a try, and one alone.
    assert!(
        (75..110).contains(&bench.fake.batches()),
        "{}",
        bench.fake.batches()
    );
    let last = bench.seen.progress.lock().unwrap().last().unwrap().clone();
    assert_eq!((last.away, last.reason.as_str()), (None, ""));
    bench.check();
}

#[tokio::test(start_paused = true)]
async fn a_network_that_stays_away_halts_the_job_which_can_be_continued() {
    let bench = Bench::new(100, 0).await;
    bench.fake.on_batch(|number, _| match number {
        0 => Trouble::After(ErrorKind::Lost),
        _ => Trouble::Before(ErrorKind::Unreachable),
    });
    bench
        .fake
        .on_read(|_, _| Trouble::Before(ErrorKind::Unreachable));
    let began = Instant::now();
    let summary = bench.run_patiently().await.unwrap();
    assert_eq!(summary.state, JobState::Halted);
    assert!(began.elapsed() >= Pace::default().outage);
    for part in ["30 minutes", "Unreachable", "continue the job"] {
        assert!(summary.reason.contains(part), "{}", summary.reason);
    }
    assert_eq!(counts(&summary), [0, 0, 0, 90, 10]);
    bench.check();
    bench.fake.heal();
    let summary = bench.run_patiently().await.unwrap();
    assert_eq!(counts(&summary), [100, 0, 0, 0, 0]);
    let evidence = bench.engine.ledger.items(bench.job, 0..1).unwrap();
    let settled = evidence[0].settled.as_ref().unwrap();
    assert_eq!(settled.evidence, Some(Evidence::Answer));
    bench.check();
}

#[tokio::test(start_paused = true)]
async fn a_stop_while_the_network_is_away_is_at_once() {
    let bench = Bench::new(100, 0).await;
    bench
        .fake
        .on_batch(|_, _| Trouble::Before(ErrorKind::Unreachable));
    let stop = bench.stop.clone();
    let stopping = async {
        tokio::time::sleep(61 * SECOND).await;
        stop.cancel();
        Instant::now()
    };
    let (summary, stopped) = tokio::join!(bench.run_patiently(), stopping);
    let summary = summary.unwrap();
    assert_eq!(
        (summary.state, summary.reason.as_str()),
        (JobState::Stopped, "")
    );
    assert_eq!(counts(&summary), [0, 0, 0, 100, 0]);
    assert!(stopped.elapsed() < SECOND, "{:?}", stopped.elapsed());
    bench.check();
}

#[tokio::test(start_paused = true)]
async fn a_stop_while_the_service_wants_a_wait_is_at_once() {
    let bench = Bench::new(100, 0).await;
    bench.fake.on_batch(|number, _| match number {
        0..2 => Trouble::None,
        _ => Trouble::Before(ErrorKind::Throttled),
    });
    let stop = bench.stop.clone();
    let stopping = async {
        tokio::time::sleep(5 * SECOND).await;
        stop.cancel();
        Instant::now()
    };
    let (summary, stopped) = tokio::join!(bench.run_patiently(), stopping);
    assert_eq!(summary.unwrap().state, JobState::Stopped);
    assert!(stopped.elapsed() < SECOND, "{:?}", stopped.elapsed());
    bench.check();
}

#[tokio::test(start_paused = true)]
async fn an_item_that_cannot_be_looked_at_fails_alone_while_others_are_answered() {
    let bench = Bench::with(Fake::new(40, false).one_by_one(), 40, Verb::Delete).await;
    let bad = fixture::id(3);
    bench.fake.on_batch(move |_, ids| match ids.contains(&bad) {
        true => Trouble::Before(ErrorKind::NotTried),
        false => Trouble::None,
    });
    let began = Instant::now();
    let summary = bench.run_patiently().await.unwrap();
    assert_eq!(summary.state, JobState::Ended, "{}", summary.reason);
    assert_eq!((summary.tally.done, summary.tally.failed), (39, 1));
    assert!(began.elapsed() < 120 * SECOND, "{:?}", began.elapsed());
    let (outcome, words) = bench.outcome(3);
    assert_eq!(outcome, Outcome::Failed);
    assert!(words.contains("could not be looked at"), "{words}");
    bench.check();
}

#[tokio::test(start_paused = true)]
async fn a_last_item_that_is_answered_in_vain_halts_nothing() {
    let bench = Bench::with(Fake::new(1, false).one_by_one(), 1, Verb::Delete).await;
    bench
        .fake
        .on_batch(|_, _| Trouble::Before(ErrorKind::NotTried));
    let began = Instant::now();
    let summary = bench.run_patiently().await.unwrap();
    assert_eq!(summary.state, JobState::Ended, "{}", summary.reason);
    assert_eq!(summary.tally.failed, 1);
    assert!(began.elapsed() < 120 * SECOND, "{:?}", began.elapsed());
    bench.check();
}

#[tokio::test(start_paused = true)]
async fn a_service_that_fails_every_look_for_a_while_costs_no_item() {
    let bench = Bench::with(Fake::new(40, false).one_by_one(), 40, Verb::Delete).await;
    let began = Instant::now();
    bench.fake.on_batch(move |number, _| match number {
        5.. if began.elapsed() < 25 * SECOND => Trouble::Before(ErrorKind::NotTried),
        _ => Trouble::None,
    });
    let summary = bench.run_patiently().await.unwrap();
    assert_eq!(summary.state, JobState::Ended, "{}", summary.reason);
    assert_eq!(counts(&summary), [40, 0, 0, 0, 0]);
    assert!(bench.was_away());
    bench.check();
}
