//! Jobs under each thing that can go wrong on the way to a service and back.

use std::time::Duration;

use tallyman::demo::{Fault, RetryAfter, Target};
use tallyman::model::{CallPurpose, JobRecord};

use crate::bench::{Bench, FAST};
use crate::case::Kit;

/// Longer than an impatient client waits, which is half of it.
const LONG: Duration = Duration::from_millis(600);

/// Each kind of fault once.
pub const KINDS: &[Fault] = &[
    Fault::Throttle { retry_after: None },
    Fault::Throttle {
        retry_after: Some(RetryAfter::Seconds(0)),
    },
    Fault::Throttle {
        retry_after: Some(RetryAfter::Date(Duration::ZERO)),
    },
    Fault::ErrorBefore(500),
    Fault::ErrorBefore(503),
    Fault::ErrorAfter(502),
    Fault::ErrorAfter(504),
    Fault::CutBefore,
    Fault::CutAfter,
    Fault::TruncateAfter,
    Fault::GarbageAfter,
];

/// A job of which some writes and fewer reads go wrong.
async fn under(kit: &'static Kit, kind: Fault) -> JobRecord {
    strike(Bench::new(kit).await, kind, None).await
}

async fn strike(bench: Bench, kind: Fault, times: Option<u32>) -> JobRecord {
    bench.fault(kind, Target::Writes, 0.3, times);
    bench.fault(kind, Target::Reads, 0.08, times);
    let record = bench.run(&format!("{kind:?}")).await;
    assert!(bench.server.faults().struck() > 0, "{kind:?}");
    record
}

pub async fn throttled(kit: &'static Kit) {
    for kind in &KINDS[..3] {
        let record = under(kit, *kind).await;
        assert!(record.summary.throttled > 0, "{kind:?}");
        assert!(record.summary.retries >= record.summary.throttled);
        let sends = |call: &CallPurpose| *call == CallPurpose::Send;
        let purposes = record.calls.iter().map(|call| call.purpose);
        assert!(purposes.clone().all(|call| sends(&call)), "nothing is lost");
        assert_eq!(record.summary.tally.failed, 0, "{kind:?}");
    }
}

pub async fn failed_before_the_work(kit: &'static Kit) {
    for status in [500, 503] {
        under(kit, Fault::ErrorBefore(status)).await;
    }
}

pub async fn failed_after_the_work(kit: &'static Kit) {
    for status in [502, 504] {
        under(kit, Fault::ErrorAfter(status)).await;
    }
}

pub async fn cut(kit: &'static Kit) {
    under(kit, Fault::CutBefore).await;
    let record = under(kit, Fault::CutAfter).await;
    let asked = |call: &&_| matches!(call, CallPurpose::Repeat | CallPurpose::Reread);
    let purposes: Vec<_> = record.calls.iter().map(|call| call.purpose).collect();
    assert!(purposes.iter().filter(asked).count() > 0);
    assert!(record.summary.retries > 0);
}

pub async fn broken_answers(kit: &'static Kit) {
    under(kit, Fault::TruncateAfter).await;
    under(kit, Fault::GarbageAfter).await;
}

pub async fn stalled(kit: &'static Kit) {
    let bench = Bench::impatient(kit, LONG / 2).await;
    strike(bench, Fault::StallAfter(LONG), Some(4)).await;
}

pub async fn everything_at_once(kit: &'static Kit) {
    let bench = Bench::impatient(kit, LONG / 2).await;
    for kind in KINDS {
        bench.fault(*kind, Target::Any, 0.03, None);
    }
    bench.fault(Fault::StallAfter(LONG), Target::Any, 0.03, Some(4));
    bench.run("everything").await;
}

/// Every kind alone, seldom and often, on whatever is asked.
pub async fn every_kind_alone(kit: &'static Kit) {
    for kind in KINDS {
        for chance in [0.05, 0.2] {
            let bench = Bench::new(kit).await;
            bench.fault(*kind, Target::Any, chance, None);
            bench.run(&format!("{kind:?} at {chance}")).await;
        }
    }
    for chance in [0.05, 0.2] {
        let bench = Bench::impatient(kit, LONG / 2).await;
        bench.fault(Fault::StallAfter(LONG), Target::Any, chance, Some(6));
        bench.run(&format!("stalled at {chance}")).await;
    }
}

/// Answers are lost, and the work is done when nobody waits for it any more.
pub async fn late_writes(kit: &'static Kit) {
    // A worse storm than this would end the job by right, and it does where calls go one by one.
    let storm = Some(FAST.rounds - 1);
    for (late, chance, times) in [(5, 0.3, None), (30, 0.3, None), (30, 0.8, storm)] {
        let bench = Bench::new(kit).await;
        let kind = Fault::WorkLate(Duration::from_millis(late));
        bench.fault(kind, Target::Writes, chance, times);
        bench.run(&format!("{late} ms late")).await;
        tokio::time::sleep(Duration::from_millis(late * 3)).await;
        bench.check(&format!("after {late} ms"));
    }
}

/// Two to four kinds together, each at 5 to 20 percent: other ones with every seed.
pub async fn mixtures(kit: &'static Kit) {
    for seed in 0..8 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let bench = Bench::new(kit).await;
        let mut mixture = Vec::new();
        for _ in 0..rng.usize(2..=4) {
            let (kind, chance) = (KINDS[rng.usize(0..KINDS.len())], 0.05 + 0.15 * rng.f64());
            bench.fault(kind, Target::Any, chance, None);
            mixture.push((kind, chance));
        }
        bench.run(&format!("{mixture:?}")).await;
    }
}
