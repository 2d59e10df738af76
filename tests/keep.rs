//! What is on the keep list, or changed since the plan was made, is not deleted: by the books of the service.

#![allow(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

#[allow(dead_code, reason = "not every test needs all of it")]
mod job_bench;

use std::collections::HashSet;
use std::sync::Arc;

use job_bench::{Watcher, open, open_ledger};
use tallyman::catalogue::Catalogue;
use tallyman::demo::{Options, SECRET_KEY, Server};
use tallyman::job::{Engine, Guard, hold_changed};
use tallyman::model::{
    FileRow, ItemId, JobState, Keep, Outcome, Plan, PlanItem, ProfileId, ServiceKind, Source, Verb,
};
use tallyman::service::{Listing, Page};
use tokio_util::sync::CancellationToken;

struct House {
    server: Server,
    engine: Engine,
    _dir: tempfile::TempDir,
}

impl House {
    async fn new(files: usize) -> Self {
        let options = Options {
            files,
            groups: 5,
            ..Options::default()
        };
        let server = Server::start(options).await.unwrap();
        let dir = tempfile::tempdir().unwrap();
        let engine = Engine {
            service: open(&server, SECRET_KEY),
            ledger: open_ledger(dir.path()),
        };
        Self {
            server,
            engine,
            _dir: dir,
        }
    }

    async fn rows(&self) -> Vec<FileRow> {
        let (sender, mut pages) = tokio::sync::mpsc::channel::<Page<FileRow>>(4);
        let take = async {
            let mut rows = Vec::new();
            while let Some(page) = pages.recv().await {
                rows.extend(page.rows);
            }
            rows
        };
        let listing = self.engine.service.list(Listing::Existing, sender);
        let (listed, rows) = tokio::join!(listing, take);
        listed.unwrap();
        rows
    }

    async fn plan(&self, verb: Verb, items: Vec<PlanItem>) -> Plan {
        let source = Source {
            service: ServiceKind::Uploadcare,
            profile: ProfileId("p".into()),
            profile_name: "Demo".into(),
            account: self.engine.service.account().await.unwrap(),
            api_base: self.server.base(),
        };
        Plan::new(verb, source, items)
    }

    async fn run(&self, plan: &Plan) -> tallyman::model::JobRecord {
        let job = self.engine.start(plan).await.unwrap();
        let (stop, watcher) = (CancellationToken::new(), Arc::<Watcher>::default());
        self.engine.run(job, stop, watcher).await.unwrap();
        self.engine.ledger.record(job).unwrap()
    }
}

fn catalogue(rows: &[FileRow]) -> Catalogue {
    let mut catalogue = Catalogue::new();
    let epoch = catalogue.begin();
    catalogue.merge(epoch, rows.to_vec());
    catalogue.finish(epoch);
    catalogue
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_on_the_keep_list_is_not_deleted() {
    let house = House::new(900).await;
    let rows = house.rows().await;
    let with_keys = rows.iter().find(|row| !row.keys.is_empty()).unwrap();
    let key = with_keys.keys.lines().next().unwrap().to_owned();
    let mut keep = Keep {
        filter: "ext:pdf".to_owned(),
        metadata_key: key.clone(),
        ..Keep::default()
    };
    let by_id = rows[7].id.as_str().to_uppercase();
    keep.add([ItemId::new(by_id)]);
    let must_stay: HashSet<&str> = rows
        .iter()
        .filter(|row| {
            row.name.to_lowercase().ends_with(".pdf")
                || row.keys.lines().any(|own| own.eq_ignore_ascii_case(&key))
                || row.id == rows[7].id
        })
        .map(|row| row.id.as_str())
        .collect();
    assert!(must_stay.len() > 10 && must_stay.len() < rows.len() / 2);

    let mut items: Vec<PlanItem> = rows.iter().map(PlanItem::from_file).collect();
    items.push(PlanItem::bare(
        "11111111-2222-4333-8444-555555555555".into(),
    ));
    let guard = Guard::of(&keep, Verb::Delete).unwrap();
    guard.mark(Verb::Delete, &catalogue(&rows), &mut items);
    let record = house.run(&house.plan(Verb::Delete, items).await).await;
    let books = house.server.books();
    for row in &record.items {
        let id = row.item.id.as_str();
        let there = books.file(id).is_some_and(|file| file.removed.is_none());
        let skipped = row.outcome() == Some(Outcome::Skipped);
        if must_stay.contains(id) {
            assert!(skipped && there, "{row:?}");
            assert_eq!(books.writes_per_id(id), 0);
            assert!(row.settled.as_ref().unwrap().problem.contains("keep list"));
        } else {
            assert_eq!(skipped, row.item.uploaded.is_none(), "{row:?}");
        }
    }
    assert_eq!(record.summary.tally.skipped, must_stay.len() as u64 + 1);
}

#[test]
fn a_keep_list_that_cannot_be_read_deletes_nothing() {
    for filter in ["size>", "in:any"] {
        let keep = Keep {
            filter: filter.to_owned(),
            ..Keep::default()
        };
        assert!(Guard::of(&keep, Verb::Delete).is_err(), "{filter}");
        assert!(Guard::of(&keep, Verb::Store).is_ok(), "it deletes nothing");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_before_the_plan_was_confirmed_is_left_out() {
    let house = House::new(300).await;
    let before = house.rows().await;
    let unstored = before.iter().find(|row| row.stored.is_none() && row.ready);
    let unstored = unstored.unwrap().id.clone();
    let store = vec![PlanItem::bare(unstored.clone())];
    house.run(&house.plan(Verb::Store, store).await).await;
    let now = catalogue(&house.rows().await);
    let mut items: Vec<PlanItem> = before.iter().map(PlanItem::from_file).collect();
    hold_changed(Verb::Delete, &now, &mut items);
    let held: Vec<&PlanItem> = items.iter().filter(|item| item.guard.is_some()).collect();
    assert_eq!(held.len(), 1, "{held:?}");
    assert_eq!(held[0].id, unstored);
}

/// Few files are asked for one by one, many by the list.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_continued_delete_looks_before_it_sends() {
    for files in [60, 600] {
        let house = House::new(files).await;
        let mut rows = house.rows().await;
        rows.retain(|row| row.ready);
        let items: Vec<PlanItem> = rows.iter().map(PlanItem::from_file).collect();
        let plan = house.plan(Verb::Delete, items).await;
        let job = house.engine.start(&plan).await.unwrap();
        let stopped = JobState::Stopped;
        house.engine.ledger.end_job(job, stopped, "", 0.0).unwrap();
        let mut unstored = rows.iter().filter(|row| row.stored.is_none());
        let stored = unstored.next().unwrap().id.clone();
        let kept = rows.iter().find(|row| row.id != stored).unwrap().id.clone();

        let store = vec![PlanItem::bare(stored.clone())];
        house.run(&house.plan(Verb::Store, store).await).await;
        let mut keep = Keep::default();
        keep.add([kept.clone()]);
        let guard = Guard::of(&keep, Verb::Delete).unwrap();
        let watcher = Arc::<Watcher>::default();
        let stop = CancellationToken::new();
        let last = house
            .engine
            .go_on(job, guard, stop, watcher.clone())
            .await
            .unwrap();
        assert_eq!(last.state, JobState::Ended, "{}", last.reason);
        assert_eq!(last.tally.skipped, 2, "{:?}", last.tally);
        let record = house.engine.ledger.record(job).unwrap();
        let books = house.server.books();
        for (id, words) in [(&stored, "stored since"), (&kept, "keep list")] {
            let row = record.items.iter().find(|row| row.item.id == *id).unwrap();
            let settled = row.settled.as_ref().unwrap();
            assert_eq!(settled.outcome, Outcome::Skipped);
            assert!(settled.problem.contains(words), "{}", settled.problem);
            assert!(books.file(id.as_str()).unwrap().removed.is_none());
        }
        let told = watcher.settled.lock().unwrap().len() as u64;
        assert_eq!(told, rows.len() as u64);
    }
}

/// They are in the plan as they were typed, and each has to end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_continued_delete_settles_what_can_be_no_files_id() {
    let house = House::new(60).await;
    let odd = ["what is", "storage", "not-a-uuid", "..", "a/b"];
    let items = odd.map(|id| PlanItem::bare(id.into())).to_vec();
    let plan = house.plan(Verb::Delete, items).await;
    let job = house.engine.start(&plan).await.unwrap();
    let stopped = JobState::Stopped;
    house.engine.ledger.end_job(job, stopped, "", 0.0).unwrap();
    let (stop, watcher) = (CancellationToken::new(), Arc::<Watcher>::default());
    let gone_on = house.engine.go_on(job, Guard::default(), stop, watcher);
    let last = gone_on.await.unwrap();
    assert_eq!(last.state, JobState::Ended, "{}", last.reason);
    assert_eq!(last.tally.refused, odd.len() as u64, "{:?}", last.tally);
}
