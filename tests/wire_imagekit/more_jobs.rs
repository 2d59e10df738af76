//! Whole jobs with tags, copies, moves, new names, purges and folders, under each fault of the demo service.
//! Whatever happens, the ledger's outcomes must equal the service's own books.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tallyman::demo::imagekit::{BookFile, PRIVATE_KEY, Quirks};
use tallyman::demo::{self, Fault, Options, Rule, Server, Target};
use tallyman::job::{
    Engine, Guard, Observer, Pace, Progress, find_addresses, purge_after, purge_owed,
};
use tallyman::ledger::Ledger;
use tallyman::model::{
    CallPurpose, ItemRecord, JobId, JobRecord, JobState, Keep, Outcome, Plan, PlanArgs, PlanItem,
    ServiceKind, Settled, Source, Time, Verb,
};
use tallyman::service::{self, Service};
use tokio_util::sync::CancellationToken;

use super::jobs::limits;
use super::{credentials, source};

struct Silent;

impl Observer for Silent {
    fn progress(&self, _: &Progress) {}
    fn settled(&self, _: JobId, _: &[Settled]) {}
}

struct House {
    server: Server,
    engine: Engine,
    source: Source,
    _dir: tempfile::TempDir,
    /// The files before anything was done.
    before: HashMap<String, BookFile>,
}

impl House {
    async fn new() -> Self {
        Self::under(None).await
    }

    /// With a client for that fault.
    async fn under(fault: Option<Fault>) -> Self {
        let options = Options {
            files: 5,
            imagekit_files: 600,
            quirks: demo::Quirks {
                imagekit: Quirks::default(),
                ..demo::Quirks::default()
            },
            ..Options::default()
        };
        let server = Server::start(options).await.unwrap();
        let credentials = credentials(&server.base_of(ServiceKind::ImageKit), PRIVATE_KEY);
        let stalls = matches!(fault, Some(Fault::StallAfter(_)));
        let service = service::open_with(&credentials, limits(stalls)).unwrap();
        let source = source(&*service).await;
        let dir = tempfile::tempdir().unwrap();
        let books = server.imagekit_books();
        let ids = books.file_ids().into_iter();
        let before = ids
            .map(|id| (id.clone(), books.file(&id).unwrap()))
            .collect();
        Self {
            engine: Engine {
                service,
                ledger: Arc::new(Ledger::open(dir.path()).unwrap()),
            },
            server,
            source,
            _dir: dir,
            before,
        }
    }

    /// Good files in the order of their ids, each with its path.
    fn items(&self, count: usize) -> Vec<PlanItem> {
        let mut files: Vec<&BookFile> = self.before.values().filter(|file| !file.stuck).collect();
        files.sort_by(|a, b| a.id.cmp(&b.id));
        let files = files.into_iter().take(count);
        files
            .map(|file| PlanItem {
                name: file.name.clone(),
                path: file.path.clone(),
                ..PlanItem::bare(file.id.as_str().into())
            })
            .collect()
    }

    async fn run(&self, verb: Verb, args: PlanArgs, items: Vec<PlanItem>) -> JobRecord {
        let plan = Plan::new(verb, self.source.clone(), items).with_args(args);
        self.run_plan(&plan).await
    }

    async fn run_plan(&self, plan: &Plan) -> JobRecord {
        let job = self.engine.start(plan).await.unwrap();
        let observer: Arc<dyn Observer> = Arc::new(Silent);
        // A lost copy is looked for once more, which would take its time.
        let pace = Pace {
            last_look: Duration::from_millis(800),
            ..Pace::default()
        };
        let summary = self
            .engine
            .run_at(job, pace, CancellationToken::new(), observer)
            .await;
        let summary = summary.unwrap();
        assert_eq!(summary.state, JobState::Ended, "{}", summary.reason);
        self.engine.ledger.record(job).unwrap()
    }

    fn strike(&self, fault: Option<Fault>) {
        let Some(kind) = fault else {
            return;
        };
        for (on, chance) in [(Target::Writes, 0.3), (Target::Reads, 0.05)] {
            self.server.faults().add(Rule {
                kind,
                on,
                chance,
                times: None,
            });
        }
    }

    fn now(&self, row: &ItemRecord) -> Option<BookFile> {
        let file = self.server.imagekit_books().file(row.item.id.as_str());
        file.filter(|file| file.removed.is_none())
    }
}

fn faults() -> Vec<Option<Fault>> {
    vec![
        None,
        Some(Fault::Throttle { retry_after: None }),
        Some(Fault::ErrorBefore(503)),
        Some(Fault::ErrorAfter(502)),
        Some(Fault::CutBefore),
        Some(Fault::CutAfter),
        Some(Fault::TruncateAfter),
        Some(Fault::GarbageAfter),
        Some(Fault::StallAfter(Duration::from_millis(600))),
    ]
}

fn args(tags: &[&str], folder: Option<&str>, name: Option<&str>) -> PlanArgs {
    PlanArgs {
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        folder: folder.map(str::to_owned),
        name: name.map(str::to_owned),
        purge: false,
    }
}

fn count(record: &JobRecord, outcome: Outcome) -> usize {
    let rows = record.items.iter();
    rows.filter(|row| row.outcome() == Some(outcome)).count()
}

/// Every item of `record` is what `is_done` says of its file: done if true, anything else but `done` if not.
fn check(what: &str, house: &House, record: &JobRecord, is_done: impl Fn(&BookFile) -> bool) {
    for row in &record.items {
        let settled = row.settled.as_ref().unwrap();
        let (outcome, problem) = (settled.outcome, &settled.problem);
        let file = house.now(row);
        let right = match (outcome, &file) {
            (Outcome::Done, Some(file)) => is_done(file),
            (Outcome::Absent, None) => true,
            (Outcome::Refused | Outcome::Failed | Outcome::Skipped, Some(file)) => !is_done(file),
            _ => false,
        };
        assert!(
            right,
            "{what}: {} is {outcome}, {problem}; {file:?}",
            row.item.id
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tags_under_every_fault() {
    for fault in faults() {
        let house = House::under(fault).await;
        let stuck = house.server.imagekit_books().stuck_ids();
        let mut items = house.items(220);
        items.insert(3, PlanItem::bare("0123456789abcdef01234567".into()));
        items.insert(120, PlanItem::bare("fake_1".into()));
        items.insert(130, PlanItem::bare(stuck[0].as_str().into()));
        house.strike(fault);
        let what = format!("add {fault:?}");
        let record = house
            .run(Verb::AddTags, args(&["winter"], None, None), items.clone())
            .await;
        let tagged = |file: &BookFile| file.tags.iter().any(|tag| tag == "winter");
        check(&what, &house, &record, tagged);
        assert_eq!(count(&record, Outcome::Absent), 2, "{what}");
        assert_eq!(
            count(&record, Outcome::Done) + count(&record, Outcome::Failed),
            220,
            "{what}"
        );
        if fault.is_none() {
            assert_eq!(count(&record, Outcome::Refused), 1, "{what}");
            // Five calls of fifty; two hold an id that is not there, and go twice.
            assert!(record.summary.calls <= 7, "{} calls", record.summary.calls);
        }
        let what = format!("remove {fault:?}");
        let record = house
            .run(Verb::RemoveTags, args(&["winter"], None, None), items)
            .await;
        check(&what, &house, &record, |file| !tagged(file) && !file.stuck);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moves_and_new_names_under_every_fault() {
    for fault in faults() {
        let house = House::under(fault).await;
        let mut items = house.items(30);
        items.push(PlanItem::bare("0123456789abcdef01234567".into()));
        // One was moved by somebody else since the plan.
        items[4].path = "/was/here.jpg".into();
        house.strike(fault);
        let what = format!("move {fault:?}");
        let record = house
            .run(Verb::Move, args(&[], Some("/archive"), None), items)
            .await;
        check(&what, &house, &record, |file| {
            file.path.starts_with("/archive/")
        });
        assert_eq!(record.items[4].outcome(), Some(Outcome::Skipped), "{what}");
        assert!(
            count(&record, Outcome::Done) > 20,
            "{what}: {:?}",
            record.summary.tally
        );
        // Nobody lost a version or a file by it.
        for (id, before) in &house.before {
            let file = house.server.imagekit_books().file(id).unwrap();
            assert_eq!(
                (&file.versions, file.removed),
                (&before.versions, None),
                "{what}"
            );
        }

        let what = format!("rename {fault:?}");
        let one = vec![house.items(40).remove(35)];
        let record = house
            .run(Verb::Rename, args(&[], None, Some("new name.bin")), one)
            .await;
        check(&what, &house, &record, |file| {
            file.path.ends_with("/new_name.bin")
        });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_under_every_fault() {
    for fault in faults() {
        let house = House::under(fault).await;
        let items = house.items(25);
        house.strike(fault);
        let what = format!("copy {fault:?}");
        let record = house
            .run(Verb::Copy, args(&[], Some("/copies"), None), items)
            .await;
        let books = house.server.imagekit_books();
        let copies: Vec<BookFile> = books
            .file_ids()
            .iter()
            .map(|id| books.file(id).unwrap())
            .filter(|file| file.path.starts_with("/copies/"))
            .collect();
        for row in &record.items {
            let mine: Vec<_> = copies
                .iter()
                .filter(|copy| copy.name == row.item.name)
                .collect();
            let outcome = row.outcome().unwrap();
            let problem = &row.settled.as_ref().unwrap().problem;
            match outcome {
                Outcome::Done => {
                    assert_eq!(mine.len(), 1, "{what}: {problem}");
                    assert_eq!(mine[0].versions.len(), 1, "{what}: copied once, not twice");
                }
                // Another item of the same name was there first.
                Outcome::Skipped => assert_eq!(mine.len(), 1, "{what}: {problem}"),
                Outcome::Failed => assert!(mine.is_empty(), "{what}: {problem}"),
                other => panic!("{what}: {other} {problem}"),
            }
        }
        assert_eq!(count(&record, Outcome::Done), copies.len(), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_whose_answers_were_lost_are_settled_by_a_later_run() {
    let mut house = House::new().await;
    let (items, books) = (house.items(12), house.server.imagekit_books());
    // Done at once, and the answers do not come while the first run lives.
    house.server.faults().add(Rule {
        kind: Fault::StallAfter(Duration::from_secs(600)),
        on: Target::Writes,
        chance: 1.0,
        times: None,
    });
    let told = args(&[], Some("/copies"), None);
    let plan = Plan::new(Verb::Copy, house.source.clone(), items).with_args(told);
    let job = house.engine.start(&plan).await.unwrap();
    let running = {
        let engine = house.engine.clone();
        let observer: Arc<dyn Observer> = Arc::new(Silent);
        tokio::spawn(async move { engine.run(job, CancellationToken::new(), observer).await })
    };
    while books.writes() < 4 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
    house.server.faults().clear();

    // A client that saw nothing of it.
    let keys = credentials(&house.server.base_of(ServiceKind::ImageKit), PRIVATE_KEY);
    house.engine.service = service::open_with(&keys, limits(false)).unwrap();
    let observer: Arc<dyn Observer> = Arc::new(Silent);
    let summary = house
        .engine
        .run(job, CancellationToken::new(), observer)
        .await
        .unwrap();
    assert_eq!((summary.state, summary.tally.done), (JobState::Ended, 12));
    assert_eq!(books.writes(), 12, "each was copied once");
    let read_again = |row: &&ItemRecord| {
        row.settled.as_ref().unwrap().evidence == Some(tallyman::model::Evidence::Reread)
    };
    let record = house.engine.ledger.record(job).unwrap();
    let found = record.items.iter().filter(read_again).count();
    assert!((4..=6).contains(&found), "{found} were found by looking");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_delete_removed_is_purged_under_every_fault() {
    for fault in faults() {
        let house = House::under(fault).await;
        let mut items = house.items(30);
        items.push(PlanItem::bare("0123456789abcdef01234567".into()));
        let service: &dyn Service = &*house.engine.service;
        find_addresses(service, &mut items).await;
        assert!(items[..30].iter().all(|item| item.url.is_some()));
        let purge = PlanArgs {
            purge: true,
            ..PlanArgs::default()
        };
        let deleted = house.run(Verb::Delete, purge, items).await;
        house.strike(fault);
        let plan = purge_after(&deleted).unwrap();
        let ledger = &house.engine.ledger;
        // Also after a crash between the two.
        assert!(purge_owed(ledger, &deleted.summary).unwrap().is_some());
        assert_eq!(plan.items().len(), 30);
        let record = house.run_plan(&plan).await;
        assert_eq!(purge_owed(ledger, &deleted.summary).unwrap(), None);
        let purged = house.server.imagekit_books().purged();
        for row in &record.items {
            let url = row.item.url.as_deref().unwrap().split('?').next().unwrap();
            let ordered = purged.iter().any(|purged| purged == url);
            match row.outcome().unwrap() {
                Outcome::Done => assert!(ordered, "{fault:?}"),
                // Nothing can be looked up: what was not answered in any of several tries stays unknown.
                Outcome::Unknown => assert!(fault.is_some()),
                other => panic!("{fault:?}: {other}"),
            }
        }
        let unknown = count(&record, Outcome::Unknown);
        assert!(unknown <= 3, "{fault:?}: {unknown} unknown");
        let said = record.summary.sentence();
        assert!(said.contains("of 30 purged"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_went_with_a_lost_answer_is_purged_too() {
    let house = House::under(Some(Fault::CutAfter)).await;
    let mut items = house.items(5);
    find_addresses(&*house.engine.service, &mut items).await;
    let purge = PlanArgs {
        purge: true,
        ..PlanArgs::default()
    };
    house.server.faults().add(Rule {
        kind: Fault::CutAfter,
        on: Target::Writes,
        chance: 1.0,
        times: Some(1),
    });
    let deleted = house.run(Verb::Delete, purge, items).await;
    assert_eq!(count(&deleted, Outcome::Absent), 5);
    let plan = purge_owed(&house.engine.ledger, &deleted.summary).unwrap();
    let plan = plan.expect("a purge is owed");
    assert_eq!(plan.items().len(), 5);
    house.run_plan(&plan).await;
    assert_eq!(house.server.imagekit_books().purged().len(), 5);
}

/// What a delete could not settle at first is deleted when it is continued: its purge is owed then, and no other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_continued_delete_owes_the_purge_of_what_it_deleted_then() {
    let house = House::new().await;
    let mut items = house.items(2);
    find_addresses(&*house.engine.service, &mut items).await;
    let purge = PlanArgs {
        purge: true,
        ..PlanArgs::default()
    };
    let plan = Plan::new(Verb::Delete, house.source.clone(), items).with_args(purge);
    let ledger = &house.engine.ledger;
    let job = ledger.create_job(&plan).unwrap();
    let end = |seq, outcome| Settled {
        seq,
        outcome,
        problem: String::new(),
        evidence: None,
        service_time: None,
        settled_at: Time(1),
    };
    let first = [end(0, Outcome::Done), end(1, Outcome::Unknown)];
    ledger.settle(job, &first).unwrap();
    ledger.end_job(job, JobState::Ended, "", 0.0).unwrap();
    let owed = || purge_owed(ledger, &ledger.summary(job).unwrap()).unwrap();
    let ids = |plan: Option<Plan>| -> Vec<_> {
        let items = plan.into_iter().flat_map(|plan| plan.items().to_vec());
        items.map(|item| item.id).collect()
    };
    assert_eq!(ids(owed()), [plan.items()[0].id.clone()]);
    ledger.create_job(&owed().unwrap()).unwrap();
    assert_eq!(owed(), None);

    ledger.reopen(job).unwrap();
    ledger.settle(job, &[end(1, Outcome::Done)]).unwrap();
    ledger.end_job(job, JobState::Ended, "", 0.0).unwrap();
    assert_eq!(ids(owed()), [plan.items()[1].id.clone()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn folders_under_every_fault() {
    for fault in faults() {
        let house = House::under(fault).await;
        let books = house.server.imagekit_books();
        for number in 0..12 {
            let path = format!("/folder-{number}/inner");
            house.engine.service.create_folder(&path).await.unwrap();
        }
        let mut items: Vec<PlanItem> = (0..10)
            .map(|number| PlanItem::bare(format!("/folder-{number}").as_str().into()))
            .collect();
        items.push(PlanItem::bare("/never".into()));
        items.push(PlanItem::bare("/".into()));
        house.strike(fault);
        let record = house
            .run(Verb::DeleteFolders, PlanArgs::default(), items)
            .await;
        let left = books.folders();
        for row in &record.items {
            let there = left.iter().any(|path| path == row.item.id.as_str());
            let problem = &row.settled.as_ref().unwrap().problem;
            match row.outcome().unwrap() {
                Outcome::Done | Outcome::Absent => assert!(!there, "{fault:?}: {problem}"),
                Outcome::Failed => assert!(there, "{fault:?}: {problem}"),
                Outcome::Refused => assert_eq!(row.item.id.as_str(), "/", "{fault:?}: {problem}"),
                other => panic!("{fault:?}: {other} {problem}"),
            }
        }
        assert!(
            left.contains(&"/folder-11/inner".to_owned()),
            "{fault:?}: others stay"
        );
    }
}

/// The plan knew another folder, and a keep list of by now holds a file in one more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_continued_delete_of_folders_looks_at_them_first() {
    let house = House::new().await;
    let service = &house.engine.service;
    let kept = house.items(600).into_iter().find_map(|item| {
        let (folder, _) = item.path.rsplit_once('/')?;
        (!folder.is_empty()).then(|| (item.id.clone(), folder.to_owned()))
    });
    let (kept, folder) = kept.unwrap();
    for path in ["/old", "/lost"] {
        service.create_folder(path).await.unwrap();
    }
    let paths = [folder.as_str(), "/old", "/lost", "/anew/"];
    let items = paths.map(|path| PlanItem::bare(path.into())).to_vec();
    let plan = Plan::new(Verb::DeleteFolders, house.source.clone(), items);
    let job = house.engine.start(&plan).await.unwrap();
    let ledger = &house.engine.ledger;
    // Calls of a run that was cut off: the folder of the last was made anew since.
    for seq in [2, 3] {
        ledger.begin_call(job, CallPurpose::Send, &[seq]).unwrap();
    }
    tokio::time::sleep(Duration::from_millis(2)).await;
    service.create_folder("/anew").await.unwrap();

    let mut keep = Keep::default();
    keep.add([kept]);
    let guard = Guard::of(&keep, Verb::DeleteFolders).unwrap();
    let gone_on = house
        .engine
        .go_on(job, guard, CancellationToken::new(), Arc::new(Silent));
    let summary = gone_on.await.unwrap();
    assert_eq!(summary.state, JobState::Ended, "{}", summary.reason);
    let left = house.server.imagekit_books().folders();
    let record = ledger.record(job).unwrap();
    let words = ["keep list", "", "", "made after the plan"];
    for ((row, path), words) in record.items.iter().zip(paths).zip(words) {
        let settled = row.settled.as_ref().unwrap();
        let there = left.iter().any(|one| one == path.trim_end_matches('/'));
        let skipped = settled.outcome == Outcome::Skipped;
        assert_eq!(
            (skipped, there),
            (!words.is_empty(), skipped),
            "{settled:?}"
        );
        assert!(settled.problem.contains(words), "{settled:?}");
    }
}
