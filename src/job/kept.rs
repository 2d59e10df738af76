//! Continued deletes: what may not be deleted any more by then is neither sent nor asked for again.

use super::bench::{Bench, counts};
use super::fake::{Fake, Trouble};
use super::{Guard, fixture};
use crate::model::{Evidence, JobState, JobSummary, Keep, Outcome, Verb};
use crate::service::ErrorKind;

/// A delete of ten files, all with a call that had no answer, and none that can be read.
async fn cut_off(trouble: Trouble) -> Bench {
    let bench = Bench::with(Fake::new(10, true), 10, Verb::Delete).await;
    let stop = bench.stop.clone();
    bench.fake.on_batch(move |_, _| {
        stop.cancel();
        trouble
    });
    bench
        .fake
        .on_read(|_, _| Trouble::Before(ErrorKind::Unreachable));
    assert_eq!(bench.run().await.unwrap().tally.unknown, 10);
    bench.fake.heal();
    bench
}

fn keep(n: usize) -> Guard {
    let mut keep = Keep::default();
    keep.add([fixture::id(n)]);
    Guard::of(&keep, Verb::Delete).unwrap()
}

impl Bench {
    async fn go_on(&self, keep: Guard) -> JobSummary {
        self.seen.settled.lock().unwrap().clear();
        self.seen.progress.lock().unwrap().clear();
        let (stop, seen) = (Default::default(), self.seen.clone());
        let gone_on = self.engine.go_on(self.job, keep, stop, seen).await;
        let summary = gone_on.unwrap();
        self.check();
        summary
    }
}

#[tokio::test]
async fn what_a_lost_call_did_not_delete_can_still_be_kept() {
    let bench = cut_off(Trouble::Before(ErrorKind::Lost)).await;
    let summary = bench.go_on(keep(3)).await;
    assert_eq!(summary.state, JobState::Ended, "{}", summary.reason);
    assert_eq!((summary.tally.done, summary.tally.skipped), (9, 1));
    let (outcome, words) = bench.outcome(3);
    assert!(words.contains("keep list"), "{outcome}: {words}");
    let items = bench.engine.ledger.items(bench.job, 3..4).unwrap();
    let settled = items[0].settled.as_ref().unwrap();
    assert_eq!(settled.evidence, Some(Evidence::Reread));
    assert_eq!(bench.fake.kept(&fixture::id(3)).unwrap().removed, None);
}

#[tokio::test]
async fn what_a_lost_call_deleted_is_told_as_deleted() {
    let bench = cut_off(Trouble::After(ErrorKind::Lost)).await;
    let summary = bench.go_on(keep(3)).await;
    assert_eq!(counts(&summary), [10, 0, 0, 0, 0]);
}

#[tokio::test]
async fn a_file_that_cannot_be_looked_at_does_not_hold_up_the_others() {
    let bench = Bench::with(Fake::new(10, true), 10, Verb::Delete).await;
    bench.stop.cancel();
    assert_eq!(bench.run().await.unwrap().tally.not_sent, 10);
    let odd = fixture::id(4);
    bench.fake.on_read(move |_, ids| match ids.contains(&odd) {
        true => Trouble::Before(ErrorKind::Refused),
        false => Trouble::None,
    });
    // That it is kept is known without a look.
    for (kept, left) in [(5, 1), (4, 0)] {
        let summary = bench.go_on(keep(kept)).await;
        assert_eq!(summary.tally.not_sent, left, "{}", summary.reason);
        assert_eq!(summary.tally.done, 8);
        assert_eq!(bench.fake.kept(&fixture::id(4)).unwrap().removed, None);
    }
    let (outcome, words) = bench.outcome(4);
    assert_eq!(outcome, Outcome::Skipped, "{words}");
}
