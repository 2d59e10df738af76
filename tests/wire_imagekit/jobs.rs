//! Whole jobs on ImageKit: stale, stuck and malformed ids among the good ones, under each fault of the demo
//! service. Whatever happens, the ledger's outcomes must equal the service's own books.

use std::sync::Arc;
use std::time::Duration;

use tallyman::demo::imagekit::{Missing, PRIVATE_KEY, Quirks};
use tallyman::demo::{self, Fault, Options, Rule, Server, Target};
use tallyman::job::{Engine, Observer, Progress};
use tallyman::ledger::Ledger;
use tallyman::model::{
    JobId, JobRecord, JobState, Outcome, Plan, PlanItem, ServiceKind, Settled, Verb,
};
use tallyman::service::{self, Limits};
use tokio_util::sync::CancellationToken;

use super::{credentials, hasty, source};

const GOOD: usize = 960;
/// Well-formed ids that the account never had: one in forty.
const STALE: usize = 25;
const MALFORMED: usize = 10;
const STUCK: usize = 5;

pub struct Silent;

impl Observer for Silent {
    fn progress(&self, _: &Progress) {}
    fn settled(&self, _: JobId, _: &[Settled]) {}
}

/// Short waits. Only where answers are held back is one given up soon: a slow machine must not look like that.
pub fn limits(stalls: bool) -> Limits {
    hasty::limits(match stalls {
        true => Duration::from_millis(250),
        false => Duration::from_secs(10),
    })
}

async fn server(imagekit: Quirks) -> Server {
    let options = Options {
        imagekit_files: 4_000,
        quirks: demo::Quirks {
            imagekit,
            ..demo::Quirks::default()
        },
        ..Options::default()
    };
    Server::start(options).await.unwrap()
}

/// The ids of a job, the bad ones spread among the good.
fn ids(server: &Server) -> Vec<String> {
    let books = server.imagekit_books();
    let stuck = books.stuck_ids();
    let free = books
        .file_ids()
        .into_iter()
        .filter(|id| !stuck.contains(id));
    let mut ids: Vec<String> = free.take(GOOD).collect();
    let stale = (0..STALE).map(|number| format!("{number:024x}"));
    let malformed = (0..MALFORMED).map(|number| format!("fake_{number}"));
    let bad: Vec<String> = stale
        .chain(malformed)
        .chain(stuck.iter().take(STUCK).cloned())
        .collect();
    assert_eq!(bad.len(), STALE + MALFORMED + STUCK);
    for (number, id) in bad.into_iter().enumerate() {
        ids.insert(number * 25 + 7, id);
    }
    ids
}

async fn run(server: &Server, stalls: bool, before: impl FnOnce(&Server)) -> JobRecord {
    let credentials = credentials(&server.base_of(ServiceKind::ImageKit), PRIVATE_KEY);
    let service = service::open_with(&credentials, limits(stalls)).unwrap();
    let source = source(&*service).await;
    let ids = ids(server).into_iter();
    let items = ids.map(|id| PlanItem::bare(id.as_str().into())).collect();
    let plan = Plan::new(Verb::Delete, source, items);
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine {
        service,
        ledger: Arc::new(Ledger::open(dir.path()).unwrap()),
    };
    let job = engine.start(&plan).await.unwrap();
    before(server);
    let observer: Arc<dyn Observer> = Arc::new(Silent);
    let summary = engine.run(job, CancellationToken::new(), observer).await;
    let summary = summary.unwrap();
    assert_eq!(summary.state, JobState::Ended, "{}", summary.reason);
    engine.ledger.record(job).unwrap()
}

/// Holds each outcome against the books. Under faults a file may be gone by a call whose answer was lost.
fn check(what: &str, server: &Server, record: &JobRecord) {
    let books = server.imagekit_books();
    let tally = record.summary.tally;
    assert_eq!(tally.unknown + tally.not_sent, 0, "{what}: {tally:?}");
    for row in &record.items {
        let settled = row.settled.as_ref().unwrap();
        let there = books
            .file(row.item.id.as_str())
            .map(|file| file.removed.is_none());
        let (outcome, problem) = (settled.outcome, &settled.problem);
        let true_one = match outcome {
            Outcome::Done => there == Some(false),
            Outcome::Absent => there != Some(true),
            Outcome::Refused | Outcome::Failed => there != Some(false),
            _ => false,
        };
        assert!(
            true_one,
            "{what}: {} is {outcome}, {problem}; there: {there:?}",
            row.item.id
        );
    }
    let planned: Vec<&str> = record
        .items
        .iter()
        .map(|row| row.item.id.as_str())
        .collect();
    let removed = books.removed_ids();
    assert!(
        removed.iter().all(|id| planned.contains(&id.as_str())),
        "{what}: one too many"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quiet_job_takes_few_calls() {
    let server = server(Quirks::default()).await;
    let record = run(&server, false, |_| {}).await;
    check("quiet", &server, &record);
    let tally = record.summary.tally;
    let counts = (tally.done, tally.absent, tally.refused);
    assert_eq!(
        counts,
        (GOOD as u64, (STALE + MALFORMED) as u64, STUCK as u64)
    );
    // Ten calls of a hundred; each with a stale id among them takes a second one.
    assert!(record.summary.calls <= 21, "{} calls", record.summary.calls);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_say_less_than_they_should() {
    let cases = [
        (
            "the first only",
            Quirks {
                missing: Missing::First,
                ..Quirks::default()
            },
        ),
        (
            "nobody named",
            Quirks {
                missing: Missing::Unnamed,
                ..Quirks::default()
            },
        ),
        (
            "malformed refused",
            Quirks {
                malformed_is_missing: false,
                ..Quirks::default()
            },
        ),
        (
            "forgets one",
            Quirks {
                forgets_one: true,
                ..Quirks::default()
            },
        ),
    ];
    for (what, quirks) in cases {
        let server = server(quirks).await;
        let record = run(&server, false, |_| {}).await;
        check(what, &server, &record);
        let tally = record.summary.tally;
        assert!(tally.done > GOOD as u64 * 9 / 10, "{what}: {tally:?}");
        assert_eq!(tally.failed, 0, "{what}: {tally:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault() {
    let kinds = [
        Fault::Throttle { retry_after: None },
        Fault::ErrorBefore(503),
        Fault::ErrorAfter(502),
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::TruncateAfter,
        Fault::GarbageAfter,
        Fault::StallAfter(Duration::from_millis(600)),
    ];
    for kind in kinds {
        let server = server(Quirks::default()).await;
        let stalls = matches!(kind, Fault::StallAfter(_));
        let record = run(&server, stalls, |server| {
            for (on, chance) in [(Target::Writes, 0.3), (Target::Reads, 0.08)] {
                server.faults().add(Rule {
                    kind,
                    on,
                    chance,
                    times: None,
                });
            }
        })
        .await;
        assert!(server.faults().struck() > 0, "{kind:?}");
        check(&format!("{kind:?}"), &server, &record);
    }
}
