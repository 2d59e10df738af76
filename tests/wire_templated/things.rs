//! Renders and templates: what is listed, what one delete sends, what a 404 means, and whole jobs under faults.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tallyman::demo::templated::{API_KEY, AccountState, Quirks as Own};
use tallyman::demo::{Fault, RetryAfter, Rule, Server, Target as On};
use tallyman::job::{Engine, Observer, Progress};
use tallyman::ledger::Ledger;
use tallyman::model::{
    ItemKind, JobId, JobRecord, JobState, Outcome, Plan, PlanItem, ProfileId, ServiceKind, Settled,
    Source, ThingRow, Verb,
};
use tallyman::service::{
    self, Answered, BatchAnswer, ErrorKind, Fact, Limits, Priority, Seen, Service, ServiceError,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::jobs::{PACE, limits, server};
use super::raw::{Raw, Say, typed};
use super::{credentials, json, number, open};

const KINDS: [(ItemKind, Verb); 2] = [
    (ItemKind::Render, Verb::DeleteRenders),
    (ItemKind::Template, Verb::DeleteTemplates),
];
const MISSING: &str = "cbaf2d73-5169-4b2b-a543-496cf2813dff";

async fn things(
    service: &Arc<dyn Service>,
    kind: ItemKind,
) -> (Vec<ThingRow>, Result<(), ServiceError>) {
    let (sender, mut receiver) = mpsc::channel(2);
    let listing = tokio::spawn({
        let service = service.clone();
        async move { service.things(kind, sender).await }
    });
    let mut rows = Vec::new();
    while let Some(page) = receiver.recv().await {
        rows.extend(page.rows);
    }
    (rows, listing.await.unwrap())
}

async fn delete(
    service: &dyn Service,
    verb: Verb,
    id: &str,
) -> Result<Answered<BatchAnswer>, ServiceError> {
    let pass = service.gate().enter(Priority::Job).await;
    let stop = CancellationToken::new();
    service.batch(pass, &verb.into(), &[id.into()], &stop).await
}

async fn reread(
    service: &dyn Service,
    verb: Verb,
    id: &str,
) -> Result<Answered<Seen>, ServiceError> {
    let pass = service.gate().enter(Priority::Job).await;
    let stop = CancellationToken::new();
    service.reread(pass, &verb.into(), &id.into(), &stop).await
}

/// What a delete proves of its one id.
fn fact(answered: Answered<BatchAnswer>) -> Fact {
    match answered.value {
        BatchAnswer::Evidence(mut facts) if facts.len() == 1 => facts.remove(0).1,
        other => panic!("{other:?}"),
    }
}

fn nothing() -> Say {
    typed(204, "", "", b"")
}

#[tokio::test]
async fn one_call_names_one_item_and_204_is_the_proof() {
    let cases = [
        ("a b/c", "a%20b%2Fc"),
        (
            "21975C81-7F57-4C7A-AEF9-ACFE28779F78",
            "21975c81-7f57-4c7a-aef9-acfe28779f78",
        ),
    ];
    for (kind, verb) in KINDS {
        for (id, path) in cases {
            let raw = Raw::script(vec![nothing()]).await;
            let answered = delete(&*open(&raw), verb, id).await.unwrap();
            assert_eq!(fact(answered), Fact::Done { at: None });
            let asked = raw.asked().remove(0);
            assert_eq!(asked.line, format!("DELETE /v1/{}/{path}", kind.key()));
            assert!(asked.body.is_empty());
        }
    }
}

#[tokio::test]
async fn what_is_no_id_is_never_sent() {
    let raw = Raw::script(vec![]).await;
    let service = open(&raw);
    for id in ["", " ", ".", "..", " a"] {
        let answered = delete(&*service, Verb::DeleteRenders, id).await.unwrap();
        assert!(matches!(fact(answered), Fact::Refused { .. }), "{id:?}");
    }
    let pass = service.gate().enter(Priority::Job).await;
    let stop = CancellationToken::new();
    let two = ["a".into(), "b".into()];
    let answered = service
        .batch(pass, &Verb::DeleteRenders.into(), &two, &stop)
        .await
        .unwrap();
    assert!(matches!(answered.value, BatchAnswer::RefusedWhole { named, .. } if named.is_empty()));
    assert!(raw.lines().is_empty());
}

#[tokio::test]
async fn a_404_is_about_the_item_or_the_account_or_nothing_at_all() {
    let item = |body: &str| json(404, body);
    let cases = [
        (item(r#"{"error":"Render not found"}"#), None, true),
        (item(r#"{"message":"render a not found"}"#), None, true),
        (
            item(r#"{"error":"User not found"}"#),
            Some(ErrorKind::Forbidden),
            false,
        ),
        (
            typed(404, "text/html", "", b"<html>"),
            Some(ErrorKind::NotTheService),
            false,
        ),
    ];
    for (say, kind, absent) in cases {
        let told = format!("{say:?}");
        let raw = Raw::start(move |_, _| say.clone()).await;
        let service = open(&raw);
        let deleted = delete(&*service, Verb::DeleteRenders, "a").await;
        let seen = reread(&*service, Verb::DeleteRenders, "a").await;
        match kind {
            Some(kind) => {
                assert_eq!(deleted.unwrap_err().kind, kind, "{told}");
                assert_eq!(seen.unwrap_err().kind, kind, "{told}");
            }
            None => {
                let fact = fact(deleted.unwrap());
                assert_eq!(matches!(fact, Fact::Absent { .. }), absent, "{told}");
                assert!(matches!(seen.unwrap().value, Seen::Absent { .. }), "{told}");
            }
        }
        assert_eq!(raw.lines().len(), 2, "{told}");
    }
}

#[tokio::test]
async fn a_404_that_does_not_say_what_is_missing_asks_the_list() {
    let vague = r#"{"status":404,"error":"Not Found","path":"/v1/template/a"}"#;
    let raw = Raw::start(move |_, asked| match asked.line.split_once("?page=") {
        None => json(404, vague),
        Some(_) if number(&asked.line) == 0 => json(200, r#"[{"id": "A"}, {"id": "b"}]"#),
        Some(_) => json(200, "[]"),
    })
    .await;
    let service = open(&raw);
    let verb = Verb::DeleteTemplates;
    let listed = fact(delete(&*service, verb, "a").await.unwrap());
    assert!(
        matches!(&listed, Fact::Refused { words } if words == "Not Found"),
        "{listed:?}"
    );
    let gone = fact(delete(&*service, verb, "c").await.unwrap());
    assert!(matches!(&gone, Fact::Absent { words } if words.contains("list of templates")));
    assert_eq!(
        reread(&*service, verb, "b").await.unwrap().value,
        Seen::NotDone
    );
    let lists = raw
        .lines()
        .iter()
        .filter(|line| line.contains("page="))
        .count();
    assert_eq!(lists, 4, "one listing, walked twice, for all three");
}

#[tokio::test]
async fn other_answers_and_what_they_mean() {
    let cases = [
        (json(200, "{}"), Err(ErrorKind::Lost)),
        (json(202, r#"{"ok":true}"#), Err(ErrorKind::Lost)),
        (json(400, r#"{"error":"Bad id"}"#), Ok("Bad id")),
        (json(409, r#"{"error":"In use"}"#), Ok("In use")),
        (typed(400, "text/html", "", b"<html>"), Ok("status 400")),
        (
            json(401, r#"{"error":"Not authorized"}"#),
            Err(ErrorKind::Unauthenticated),
        ),
        (
            json(500, r#"{"error":"An unexpected error occurred"}"#),
            Err(ErrorKind::Lost),
        ),
        (json(405, "{}"), Err(ErrorKind::Refused)),
    ];
    for (say, expected) in cases {
        let raw = Raw::start(move |_, _| say.clone()).await;
        let deleted = delete(&*open(&raw), Verb::DeleteRenders, "a").await;
        match (deleted, expected) {
            (Ok(answered), Ok(said)) => {
                let words = said.to_owned();
                assert_eq!(fact(answered), Fact::Refused { words });
            }
            (Err(error), Err(kind)) => assert_eq!(error.kind, kind, "{error}"),
            (other, expected) => panic!("{other:?}, not {expected:?}"),
        }
    }
}

#[tokio::test]
async fn a_reread_believes_only_the_item_that_was_asked_for() {
    let raw = Raw::start(|_, asked| {
        let id = asked.line.rsplit('/').next().unwrap_or_default();
        match id {
            "other" => json(200, r#"{"id": "x", "name": "n"}"#),
            id => json(200, &format!(r#"{{"id": "{id}", "name": "n"}}"#)),
        }
    })
    .await;
    let service = open(&raw);
    let verb = Verb::DeleteRenders;
    assert_eq!(
        reread(&*service, verb, "a").await.unwrap().value,
        Seen::NotDone
    );
    let error = reread(&*service, verb, "other").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotTheService);
}

// Against the demo service.

fn client(server: &Server, limits: Limits) -> Arc<dyn Service> {
    let base = server.base_of(ServiceKind::Templated);
    service::open_with(&credentials(&base, API_KEY), limits).unwrap()
}

fn ids_of(server: &Server, kind: ItemKind) -> Vec<String> {
    let books = server.templated_books();
    match kind {
        ItemKind::Template => books.template_ids(),
        _ => books.render_ids(),
    }
}

#[tokio::test]
async fn lists_and_single_items_are_as_the_books_have_them() {
    let odd = Own {
        list_cap: 7,
        wrapped_lists: true,
        upper_case_status: true,
        old_spelling: true,
        ..Own::default()
    };
    for own in [Own::default(), odd] {
        let server = server(own).await;
        let service = client(&server, Limits::default());
        for (kind, _) in KINDS {
            let (rows, ended) = things(&service, kind).await;
            ended.unwrap();
            let listed: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
            assert_eq!(listed, ids_of(&server, kind));
            for row in &rows {
                assert!(row.odd.is_none() && row.created.is_some() && row.sides.is_some());
                assert_eq!(row.status, row.status.to_lowercase());
                let renders = kind == ItemKind::Render;
                assert_eq!(
                    (row.url.is_some(), !row.format.is_empty()),
                    (renders, renders)
                );
                assert_eq!(row.image, !renders || row.format != "pdf");
            }
            let pictured = rows.iter().find(|row| row.image).unwrap();
            let bytes = service.thing_picture(kind, &pictured.id, 48).await.unwrap();
            assert!(image::guess_format(&bytes).is_ok());
            let one = service.thing(kind, &rows[3].id).await.unwrap();
            assert_eq!(one.row, rows[3]);
            assert!(one.json.contains(rows[3].id.as_str()));
            let error = service.thing(kind, &MISSING.into()).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::NotFound);
        }
    }
}

#[tokio::test]
async fn usage_is_told_and_a_delete_gives_no_credit_back() {
    let server = server(Own::default()).await;
    let service = client(&server, Limits::default());
    let before = service.usage().await.unwrap().unwrap();
    assert_eq!(
        (before.quota, before.plan.as_str()),
        (Some(10_000), "Scale")
    );
    let id = ids_of(&server, ItemKind::Render).remove(0);
    delete(&*service, Verb::DeleteRenders, &id).await.unwrap();
    let after = service.usage().await.unwrap().unwrap();
    assert_eq!(after.used, before.used);

    let blocked = self::server(Own {
        account: AccountState::Removed,
        ..Own::default()
    })
    .await;
    let error = client(&blocked, limits(false)).usage().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Forbidden);
}

struct Nobody;

impl Observer for Nobody {
    fn progress(&self, _: &Progress) {}
    fn settled(&self, _: JobId, _: &[Settled]) {}
}

/// Runs a job over the ids.
async fn run(server: &Server, verb: Verb, ids: &[String], stalls: bool) -> JobRecord {
    let service = client(server, limits(stalls));
    let source = Source {
        service: ServiceKind::Templated,
        profile: ProfileId("p".into()),
        profile_name: "Demo".into(),
        account: service.account().await.unwrap(),
        api_base: service.api_base(),
    };
    let items = ids.iter().map(|id| PlanItem::bare(id.as_str().into()));
    let plan = Plan::new(verb, source, items.collect());
    let dir = tempfile::tempdir().unwrap();
    let ledger = Arc::new(Ledger::open(dir.path()).unwrap());
    let engine = Engine {
        service,
        ledger: ledger.clone(),
    };
    let job = engine.start(&plan).await.unwrap();
    let stop = CancellationToken::new();
    let end = engine.run_at(job, PACE, stop, Arc::new(Nobody)).await;
    let end = end.unwrap();
    assert_eq!(end.tally.items() as usize, ids.len());
    ledger.record(job).unwrap()
}

/// Every outcome must be what the service's own books say.
fn check(what: &str, server: &Server, kind: ItemKind, before: &[String], record: &JobRecord) {
    let left: BTreeSet<String> = ids_of(server, kind).into_iter().collect();
    for row in &record.items {
        let id = row.item.id.as_str();
        let settled = row.settled.as_ref().unwrap();
        let told = format!("{what}: {id}: {:?} {}", settled.outcome, settled.problem);
        let was = before.iter().any(|one| one == id);
        match (was, left.contains(id)) {
            (false, _) => assert_eq!(settled.outcome, Outcome::Absent, "{told}"),
            (true, true) => assert_eq!(settled.outcome, Outcome::Failed, "{told}"),
            (true, false) if settled.problem.contains("answer was lost") => {
                assert_eq!(settled.outcome, Outcome::Absent, "{told}");
            }
            (true, false) => assert_eq!(settled.outcome, Outcome::Done, "{told}"),
        }
    }
    let named: BTreeSet<_> = record
        .items
        .iter()
        .map(|row| row.item.id.as_str())
        .collect();
    for id in before {
        assert!(
            named.contains(id.as_str()) || left.contains(id),
            "{what}: {id} was not ours"
        );
    }
}

/// What there is but the first, and two ids that never were.
fn targets(before: &[String]) -> Vec<String> {
    let mut ids = before[1..].to_vec();
    ids.insert(2, MISSING.to_owned());
    ids.insert(5, "no id/at all".to_owned());
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quiet_jobs_equal_the_books_with_one_call_an_item() {
    for vague_missing in [false, true] {
        let server = server(Own {
            vague_missing,
            ..Own::default()
        })
        .await;
        for (kind, verb) in KINDS {
            let before = ids_of(&server, kind);
            let ids = targets(&before);
            let record = run(&server, verb, &ids, false).await;
            assert_eq!(record.summary.state, JobState::Ended);
            check("quiet", &server, kind, &before, &record);
            assert_eq!(record.calls.len(), ids.len());
            assert!(record.calls.iter().all(|call| call.seqs.len() == 1));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_under_every_fault_equal_the_books() {
    let faults = [
        Fault::Throttle {
            retry_after: Some(RetryAfter::Seconds(0)),
        },
        Fault::ErrorBefore(500),
        Fault::ErrorAfter(500),
        Fault::ErrorAfter(502),
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::StallAfter(Duration::from_millis(500)),
        Fault::GarbageAfter,
    ];
    for kind in faults {
        let server = server(Own::default()).await;
        let before = ids_of(&server, ItemKind::Render);
        for (on, chance) in [(On::Writes, 0.25), (On::Reads, 0.1)] {
            server.faults().add(Rule {
                kind,
                on,
                chance,
                times: None,
            });
        }
        let stalls = matches!(kind, Fault::StallAfter(_));
        let record = run(&server, Verb::DeleteRenders, &targets(&before), stalls).await;
        let what = format!("{kind:?}");
        assert_eq!(record.summary.state, JobState::Ended, "{what}");
        check(&what, &server, ItemKind::Render, &before, &record);
        assert!(server.faults().struck() > 0, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_is_gone_stops_the_job_and_makes_nothing_absent() {
    let raw = Raw::start(|nth, asked| match (nth, asked.line.as_str()) {
        (_, "GET /v1/account") => json(200, r#"{"email":"ann@example.com","plan":"Scale"}"#),
        (0..4, _) => nothing(),
        _ => json(404, r#"{"error":"User not found"}"#),
    })
    .await;
    let service = open(&raw);
    let source = Source {
        service: ServiceKind::Templated,
        profile: ProfileId("p".into()),
        profile_name: "Raw".into(),
        account: service.account().await.unwrap(),
        api_base: service.api_base(),
    };
    let items = (0..9).map(|n| PlanItem::bare(format!("r{n}").as_str().into()));
    let plan = Plan::new(Verb::DeleteRenders, source, items.collect());
    let dir = tempfile::tempdir().unwrap();
    let ledger = Arc::new(Ledger::open(dir.path()).unwrap());
    let engine = Engine { service, ledger };
    let job = engine.start(&plan).await.unwrap();
    let stop = CancellationToken::new();
    let end = engine
        .run_at(job, PACE, stop, Arc::new(Nobody))
        .await
        .unwrap();
    assert_eq!(end.state, JobState::Halted);
    assert!(end.reason.contains("no account"), "{}", end.reason);
    let tally = end.tally;
    assert_eq!((tally.absent, tally.done + tally.not_sent), (0, 9));
    assert!(tally.done > 0 && tally.not_sent > 0);
}
