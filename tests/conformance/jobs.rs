//! Whole jobs where nothing goes wrong but the user stops them.

use tallyman::demo::{Fault, Target};
use tallyman::model::{JobState, Outcome};
use tokio_util::sync::CancellationToken;

use crate::bench::{Bench, Fate};
use crate::case::Kit;

pub async fn a_quiet_job_equals_the_books(kit: &'static Kit) {
    let bench = Bench::new(kit).await;
    let record = bench.run("quiet").await;
    assert_eq!(record.summary.retries, 0);
    for row in &record.items {
        let expected = match bench.fate(row) {
            Fate::Good => vec![Outcome::Done],
            Fate::Stale if bench.case.kit.knows_deleted => vec![Outcome::Done],
            Fate::Stale | Fate::Missing => vec![Outcome::Absent],
            Fate::Kept | Fate::Foreign => vec![Outcome::Refused],
            Fate::Malformed => vec![Outcome::Refused, Outcome::Absent],
        };
        assert!(expected.contains(&row.outcome().unwrap()), "{row:?}");
        // A call that was refused for another's sake is made again without that one, and not more often.
        let writes = bench.case.writes_on(&row.item.id.plain());
        if bench.fate(row) == Fate::Good {
            let most = if bench.case.kit.all_or_none { 3 } else { 1 };
            assert!((1..=most).contains(&writes), "{writes} writes: {row:?}");
        }
    }
}

/// Some answers are lost, and calls go one by one: those that are held are not worked on before the job is stopped,
/// however slow the machine is.
async fn held(kit: &'static Kit) -> Bench {
    let bench = Bench::one_by_one(kit).await;
    bench.fault(Fault::CutAfter, Target::Writes, 0.4, None);
    bench
}

pub async fn a_stopped_job_continues_to_the_truth(kit: &'static Kit) {
    let bench = held(kit).await;
    for writes in [2, 3] {
        bench.server.faults().hold(Target::Writes, writes);
        let stop = CancellationToken::new();
        let wanted = bench.case.writes() + u64::from(writes);
        let stopper = async {
            bench.wait_for(wanted).await;
            stop.cancel();
            bench.server.faults().release();
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

pub async fn a_job_cut_off_continues_to_the_truth(kit: &'static Kit) {
    let mut bench = held(kit).await;
    for writes in [1, 3] {
        bench.server.faults().hold(Target::Writes, writes);
        bench.cut_off_after(writes.into()).await;
        bench.server.quiet().await;
        bench.server.faults().release();
        let left = bench.summary();
        assert!(left.tally.pending > 0 && left.can_continue());
    }
    bench.server.faults().clear();
    bench.fault(Fault::CutAfter, Target::Writes, 0.3, None);
    bench.run("continued").await;
}
