//! How many calls a job needs.

use tallyman::model::{Outcome, Verb};

use crate::bench::{Bench, Fate, ITEMS};
use crate::case::Kit;

pub async fn few_where_one_id_in_forty_is_stale(kit: &'static Kit) {
    let bench = Bench::with_stale(kit, ITEMS / 40).await;
    let limit = bench.service.can().batch_limit(Verb::Delete);
    let fewest = fewest(&bench, limit);
    let before = bench.case.writes();
    let record = bench.run("stale").await;
    let calls = bench.case.writes() - before;
    assert!(calls * 2 <= fewest * 3, "{calls} calls, {fewest} would do");
    assert_eq!(calls, record.calls.len() as u64, "all of them are written");
    assert_eq!(record.summary.retries, 0);
    for row in &record.items {
        let stale = bench.fate(row) == Fate::Stale;
        let gone = stale && !bench.case.kit.knows_deleted;
        let expected = if gone { Outcome::Absent } else { Outcome::Done };
        assert_eq!(row.outcome(), Some(expected), "{row:?}");
    }
}

/// The fewest calls for one who does not know which ids are stale. Where one stale id keeps a call from being
/// done, such a call only tells which they are, and the others have to leave once more.
fn fewest(bench: &Bench, limit: usize) -> u64 {
    let calls = bench.plan.chunks(limit);
    let first = calls.len();
    let stale = |id: &&String| bench.fates[id.as_str()] == Fate::Stale;
    let again: usize = calls
        .map(|ids| (ids.len(), ids.iter().filter(stale).count()))
        .filter(|(_, stale)| bench.case.kit.all_or_none && *stale > 0)
        .map(|(all, stale)| all - stale)
        .sum();
    (first + again.div_ceil(limit)) as u64
}
