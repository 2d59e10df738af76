//! Whole jobs through the client against the demo service. Whatever happens, the ledger's outcomes must
//! equal the service's own books.

use std::sync::Arc;
use std::time::Duration;

use tallyman::demo::templated::{API_KEY, Quirks as Own};
use tallyman::demo::{Fault, Options, Quirks, RetryAfter, Rule, Server, Target};
use tallyman::job::{Engine, Observer, Pace, Progress};
use tallyman::ledger::Ledger;
use tallyman::model::{
    ItemId, JobId, JobRecord, JobState, Outcome, Plan, PlanItem, ProfileId, ServiceKind, Settled,
    Source, Verb,
};
use tallyman::service::{self, Limits};
use tokio_util::sync::CancellationToken;

use super::{credentials, hasty};

const FILES: usize = 400;
pub const PACE: Pace = Pace {
    sends: 3,
    repeats: 4,
    rereads: 2,
    rounds: 8,
    first_wait: Duration::from_millis(2),
    longest_wait: Duration::from_millis(20),
    parting: Duration::from_secs(10),
    outage: Duration::from_secs(10),
    last_look: Duration::from_millis(50),
};

struct Nobody;

impl Observer for Nobody {
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

pub async fn server(own: Own) -> Server {
    let options = Options {
        files: 10,
        groups: 0,
        imagekit_files: 10,
        templated_uploads: FILES + 100,
        quirks: Quirks {
            templated: own,
            ..Quirks::default()
        },
        ..Options::default()
    };
    Server::start(options).await.unwrap()
}

/// Files of the account, and among them ids that it never had, others' and texts that are no ids.
fn ids(server: &Server) -> Vec<String> {
    let books = server.templated_books();
    let mut ids = books.file_ids();
    ids.truncate(FILES);
    let strange = (0..8).map(|number| format!("{number:08}-5169-4b2b-a543-496cf2813dff"));
    let strange = strange.chain(books.foreign_ids());
    let odd = ["no id", "../x", "a&ids=b", "é", "a,b", "%2C"];
    let strange = strange.chain(odd.map(str::to_owned));
    let long = std::iter::once("x".repeat(300));
    for (number, id) in strange.chain(long).enumerate() {
        ids.insert((number * 17).min(ids.len()), id);
    }
    ids
}

/// Runs a job over the ids and holds every outcome against the books.
async fn run(what: &str, server: &Server, ids: &[String]) -> JobRecord {
    let base = server.base_of(ServiceKind::Templated);
    let limits = limits(what.contains("Stall"));
    let service = service::open_with(&credentials(&base, API_KEY), limits).unwrap();
    let source = Source {
        service: ServiceKind::Templated,
        profile: ProfileId("p".into()),
        profile_name: "Demo".into(),
        account: service.account().await.unwrap(),
        api_base: base,
    };
    let items = ids.iter().map(|id| PlanItem::bare(ItemId::from(&**id)));
    let plan = Plan::new(Verb::Delete, source, items.collect());
    let dir = tempfile::tempdir().unwrap();
    let ledger = Arc::new(Ledger::open(dir.path()).unwrap());
    let engine = Engine {
        service,
        ledger: ledger.clone(),
    };
    let job = engine.start(&plan).await.unwrap();
    let stop = CancellationToken::new();
    let summary = engine.run_at(job, PACE, stop, Arc::new(Nobody)).await;
    let summary = summary.unwrap();
    assert_eq!(summary.state, JobState::Ended, "{what}: {}", summary.reason);
    let record = ledger.record(job).unwrap();
    assert_eq!(record.items.len(), ids.len());
    check(what, server, &record);
    record
}

fn check(what: &str, server: &Server, record: &JobRecord) {
    let books = server.templated_books();
    for row in &record.items {
        let id = row.item.id.as_str();
        let settled = row.settled.as_ref().unwrap();
        let outcome = settled.outcome;
        let told = format!("{what}: {id}: {outcome:?} {}", settled.problem);
        match books.file(id) {
            _ if id.contains(',') => assert_eq!(outcome, Outcome::Refused, "{told}"),
            None => assert_eq!(outcome, Outcome::Absent, "{told}"),
            Some(book) if book.foreign => {
                assert!(book.removed.is_none(), "{told}");
                assert_eq!(outcome, Outcome::Refused, "{told}");
            }
            Some(book) if book.removed.is_none() => assert_eq!(outcome, Outcome::Failed, "{told}"),
            // Gone by a call whose answer was lost, or as the service said.
            Some(_) if settled.problem.contains("answer") => {
                assert_eq!(outcome, Outcome::Absent, "{told}");
            }
            Some(_) => assert_eq!(outcome, Outcome::Done, "{told}"),
        }
    }
}

fn count(record: &JobRecord, outcome: Outcome) -> usize {
    let settled = record.items.iter().flat_map(|row| &row.settled);
    settled.filter(|settled| settled.outcome == outcome).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quiet_job_equals_the_books() {
    let server = server(Own::default()).await;
    let ids = ids(&server);
    let record = run("quiet", &server, &ids).await;
    assert_eq!(count(&record, Outcome::Done), FILES);
    // Each full call once, and once more without those that it was refused for.
    let calls = record.calls.len();
    assert!(calls <= 2 * ids.len().div_ceil(50) + 2, "{calls} calls");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn few_calls_where_one_id_in_forty_is_stale() {
    let server = server(Own::default()).await;
    let mut ids = server.templated_books().file_ids();
    for number in 0..ids.len() / 40 {
        ids[number * 40] = format!("{number:08}-5169-4b2b-a543-496cf2813dff");
    }
    let record = run("stale", &server, &ids).await;
    assert_eq!(count(&record, Outcome::Absent), ids.len() / 40);
    let missing = |id: &String| server.templated_books().file(id).is_none();
    let twice = ids
        .chunks(50)
        .filter(|call| call.iter().any(missing))
        .count();
    assert_eq!(record.calls.len(), ids.len().div_ceil(50) + twice);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_ways_of_the_service() {
    let cases = [
        (
            "forgets one",
            Own {
                forgets_one: true,
                ..Own::default()
            },
        ),
        (
            "omits empty lists",
            Own {
                omit_empty: true,
                ..Own::default()
            },
        ),
        (
            "short addresses",
            Own {
                url_limit: 700,
                too_long: 431,
                ..Own::default()
            },
        ),
    ];
    for (what, own) in cases {
        let server = server(own).await;
        let ids = ids(&server);
        run(what, &server, &ids).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_of_writes_and_reads() {
    let now = RetryAfter::Seconds(0);
    let faults = [
        Fault::Throttle {
            retry_after: Some(now),
        },
        Fault::Throttle { retry_after: None },
        Fault::ErrorBefore(500),
        Fault::ErrorAfter(500),
        Fault::ErrorAfter(502),
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::TruncateAfter,
        Fault::StallAfter(Duration::from_millis(500)),
        Fault::GarbageAfter,
    ];
    for kind in faults {
        let server = server(Own::default()).await;
        let ids = ids(&server);
        for (on, chance) in [(Target::Writes, 0.3), (Target::Reads, 0.1)] {
            server.faults().add(Rule {
                kind,
                on,
                chance,
                times: None,
            });
        }
        let record = run(&format!("{kind:?}"), &server, &ids).await;
        let gone = count(&record, Outcome::Done) + count(&record, Outcome::Absent);
        assert!(gone >= FILES, "{kind:?}: {gone}");
        assert!(server.faults().struck() > 0, "{kind:?}");
        let calls = record.calls.len();
        assert!(calls < 200, "{kind:?}: {calls} calls");
    }
}
