//! Whole jobs where nothing goes wrong but the user stops them.

use std::time::Duration;

use tallyman::demo::{Fault, Target};
use tallyman::model::{JobState, Outcome};
use tokio_util::sync::CancellationToken;

use crate::bench::{Bench, Fate};
use crate::case::Kit;

pub async fn a_quiet_job_equals_the_books(kit: &Kit) {
    let bench = Bench::new(kit).await;
    let record = bench.run("quiet").await;
    assert_eq!(record.summary.retries, 0);
    for row in &record.items {
        let expected = match bench.fate(row) {
            Fate::Good => vec![Outcome::Done],
            Fate::Stale if bench.case.knows_deleted() => vec![Outcome::Done],
            Fate::Stale | Fate::Missing => vec![Outcome::Absent],
            Fate::Kept | Fate::Foreign => vec![Outcome::Refused],
            Fate::Malformed => vec![Outcome::Refused, Outcome::Absent],
        };
        assert!(expected.contains(&row.outcome().unwrap()), "{row:?}");
        // A call that was refused for another's sake is made again without that one, and not more often.
        let writes = bench.case.writes_on(&row.item.id.plain());
        if bench.fate(row) == Fate::Good {
            let most = if bench.case.all_or_none() { 3 } else { 1 };
            assert!((1..=most).contains(&writes), "{writes} writes: {row:?}");
        }
    }
}

/// Some answers are lost, and writes come through so slowly that the job is not over before it is stopped.
fn slow(bench: &Bench) {
    let never = Fault::Throttle { retry_after: None };
    bench.fault(never, Target::Writes, 0.8, None);
    bench.fault(Fault::CutAfter, Target::Writes, 0.4, None);
    bench.server.faults().set_latency(Duration::from_millis(3));
}

pub async fn a_stopped_job_continues_to_the_truth(kit: &Kit) {
    let bench = Bench::new(kit).await;
    slow(&bench);
    for writes in [2, 3] {
        let stop = CancellationToken::new();
        let wanted = bench.case.writes() + writes;
        let stopper = async {
            bench.wait_for(wanted).await;
            stop.cancel();
        };
        let (summary, ()) = tokio::join!(bench.run_until(stop.clone()), stopper);
        assert_eq!(summary.state, JobState::Stopped, "{}", summary.reason);
        assert!(summary.tally.not_sent + summary.tally.unknown > 0);
        bench.check("stopped");
    }
    bench.server.faults().clear();
    bench.fault(Fault::CutAfter, Target::Writes, 0.3, None);
    bench.run("continued").await;
}

pub async fn a_job_cut_off_continues_to_the_truth(kit: &Kit) {
    let mut bench = Bench::new(kit).await;
    slow(&bench);
    for writes in [1, 3] {
        bench.cut_off_after(writes).await;
        let left = bench.summary();
        assert!(left.tally.pending > 0 && left.can_continue());
    }
    bench.server.faults().clear();
    bench.fault(Fault::CutAfter, Target::Writes, 0.3, None);
    bench.run("continued").await;
}
