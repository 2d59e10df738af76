//! One job on one service: its plan with every kind of id, its ledger, and the check of its outcomes.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tallyman::demo::{Fault, Rule, Server, Target};
use tallyman::job::{Engine, Observer, Pace, Progress};
use tallyman::ledger::Ledger;
use tallyman::model::{
    Evidence, ItemId, ItemRecord, JobId, JobRecord, JobState, JobSummary, Outcome, Plan, PlanItem,
    ProfileId, Settled, Source, Tally, Verb,
};
use tallyman::service::{Priority, Service};
use tokio_util::sync::CancellationToken;

use crate::case::{Case, Kit, open, open_alone, open_as, start};

/// Distinct ids of a plan.
pub const ITEMS: usize = 1_000;

/// How long a test waits for a call before it says that none came.
const PATIENCE: Duration = Duration::from_secs(120);

/// Texts that are no ids anywhere.
pub const MALFORMED: &[&str] = &[
    "no id",
    "",
    "..",
    "../x",
    "a,b",
    "a&ids=b",
    "é",
    "%2C",
    " x",
    "\u{202e}\"],[\n",
    concat!(
        "0123456789012345678901234567890123456789012345678901234567890123456789",
        "0123456789012345678901234567890123456789012345678901234567890123456789"
    ),
];

pub const FAST: Pace = Pace {
    sends: 3,
    repeats: 4,
    rereads: 3,
    rounds: 12,
    first_wait: Duration::from_millis(2),
    longest_wait: Duration::from_millis(20),
    parting: Duration::from_secs(10),
    outage: Duration::from_secs(10),
    last_look: Duration::from_millis(50),
};

/// Why an id is in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A file that can be deleted.
    Good,
    /// A file that the service does not delete.
    Kept,
    /// Deleted before the plan was made.
    Stale,
    /// Never there.
    Missing,
    /// Another account's.
    Foreign,
    /// No id at all.
    Malformed,
}

/// A stand-in, a client, a ledger and one delete.
pub struct Bench {
    pub server: Server,
    pub case: Case,
    pub service: Arc<dyn Service>,
    /// Distinct ids in plan order, as the books write them.
    pub plan: Vec<String>,
    pub fates: HashMap<String, Fate>,
    engine: Engine,
    job: JobId,
    removed_before: HashSet<String>,
    told: Arc<Told>,
    /// A run was cut off, and its observer did not hear all.
    cut_off: bool,
    _dir: tempfile::TempDir,
}

/// What the observer saw, over all runs.
#[derive(Default)]
struct Told(Mutex<Vec<Settled>>);

impl Observer for Told {
    fn progress(&self, progress: &Progress) {
        assert_eq!(progress.tally.items(), ITEMS as u64);
    }

    fn settled(&self, _: JobId, settled: &[Settled]) {
        self.0.lock().unwrap().extend_from_slice(settled);
    }
}

impl Bench {
    /// A plan with every kind of id, shuffled, some of them twice.
    pub async fn new(kit: &'static Kit) -> Self {
        let (server, case) = start(kit, ITEMS + 200).await;
        let mut fates = stale(&case, 25).await;
        let named = [
            (case.kept(), Fate::Kept),
            (case.foreign(), Fate::Foreign),
            (
                (0..15).map(|one| case.missing(one)).collect(),
                Fate::Missing,
            ),
            (
                MALFORMED.iter().map(|id| (*id).to_owned()).collect(),
                Fate::Malformed,
            ),
        ];
        for (ids, fate) in named {
            fates.extend(ids.into_iter().map(|id| (id, fate)));
        }
        Self::of(server, case, fates).await
    }

    /// The same with a client that waits for no answer longer than so.
    pub async fn impatient(kit: &'static Kit, idle: Duration) -> Self {
        let mut bench = Self::new(kit).await;
        bench.service = open_as(&bench.case.credentials, idle).unwrap();
        bench.engine.service = bench.service.clone();
        bench
    }

    /// The same with a client that has one call under way at a time.
    pub async fn one_by_one(kit: &'static Kit) -> Self {
        let mut bench = Self::new(kit).await;
        bench.service = open_alone(&bench.case.credentials).unwrap();
        bench.engine.service = bench.service.clone();
        bench
    }

    /// A plan of good ids and so many stale ones.
    pub async fn with_stale(kit: &'static Kit, count: usize) -> Self {
        let (server, case) = start(kit, ITEMS + 200).await;
        let fates = stale(&case, count).await;
        Self::of(server, case, fates).await
    }

    /// A plan of these ids, and good ones for the rest.
    async fn of(server: Server, case: Case, mut fates: HashMap<String, Fate>) -> Self {
        let kept: HashSet<String> = case.kept().into_iter().collect();
        let good = case.existing().into_iter().filter(|id| !kept.contains(id));
        let wanted = ITEMS - fates.len();
        fates.extend(good.take(wanted).map(|id| (id, Fate::Good)));
        assert_eq!(fates.len(), ITEMS, "the stand-in has too few files");

        let mut plan: Vec<String> = fates.keys().cloned().collect();
        plan.sort_unstable();
        fastrand::Rng::with_seed(11).shuffle(&mut plan);
        let service = open(&case);
        let dir = tempfile::tempdir().unwrap();
        let engine = Engine {
            service: service.clone(),
            ledger: Arc::new(Ledger::open(dir.path()).unwrap()),
        };
        let job = engine
            .start(&planned(&*service, &plan).await)
            .await
            .unwrap();
        Self {
            removed_before: case.removed().into_iter().collect(),
            server,
            case,
            service,
            plan,
            fates,
            engine,
            job,
            told: Arc::default(),
            cut_off: false,
            _dir: dir,
        }
    }

    pub fn fault(&self, kind: Fault, on: Target, chance: f64, times: Option<u32>) {
        self.server.faults().add(Rule {
            kind,
            on,
            chance,
            times,
        });
    }

    pub fn fate(&self, row: &ItemRecord) -> Fate {
        self.fates[&*row.item.id.plain()]
    }

    /// Runs the job to its end. Nothing may be left open then.
    pub async fn run(&self, what: &str) -> JobRecord {
        let summary = self.run_until(CancellationToken::new()).await;
        assert_eq!(summary.state, JobState::Ended, "{what}: {}", summary.reason);
        let record = self.check(what);
        let ends = [
            Outcome::Done,
            Outcome::Absent,
            Outcome::Refused,
            Outcome::Failed,
        ];
        let ended = |row: &&ItemRecord| row.outcome().is_some_and(|one| ends.contains(&one));
        let open: Vec<_> = record.items.iter().filter(|row| !ended(row)).collect();
        assert!(open.is_empty(), "{what}: {open:#?}");
        // Giving up is true too, but no way to get things done. One or two chunks of a hundred may be as
        // unlucky as that: which call draws a fault depends on the order in which calls arrive.
        let good = self.fates.values().filter(|fate| **fate == Fate::Good);
        let (good, failed) = (good.count() as u64, summary.tally.failed);
        assert!(failed * 4 <= good, "{what}: {:?}", summary.tally);
        record
    }

    /// Runs the job until it ends or is stopped.
    pub async fn run_until(&self, stop: CancellationToken) -> JobSummary {
        let run = self.engine.run_at(self.job, FAST, stop, self.told.clone());
        run.await.unwrap()
    }

    /// Runs the job until so many more writes came, and drops it where it stands.
    pub async fn cut_off_after(&mut self, writes: u64) {
        self.cut_off = true;
        let wanted = self.case.writes() + writes;
        let run = self.run_until(CancellationToken::new());
        tokio::select! {
            summary = run => panic!("over before it was cut off: {:?}", summary.tally),
            () = self.wait_for(wanted) => {}
        }
        assert_eq!(self.summary().state, JobState::Running);
    }

    /// Waits until the stand-in has worked on so many writes in all.
    pub async fn wait_for(&self, writes: u64) {
        let began = Instant::now();
        while self.case.writes() < writes {
            let came = self.case.writes();
            assert!(began.elapsed() < PATIENCE, "{came} of {writes} writes came");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    pub fn summary(&self) -> JobSummary {
        self.engine.ledger.record(self.job).unwrap().summary
    }

    /// Every outcome is what the books say, and they add up.
    pub fn check(&self, what: &str) -> JobRecord {
        let record = self.engine.ledger.record(self.job).unwrap();
        assert_eq!(record.items.len(), self.plan.len(), "{what}");
        let mut tally = Tally::default();
        for row in &record.items {
            tally.add(row.outcome());
            self.check_row(what, row);
        }
        assert_eq!(tally, record.summary.tally, "{what}");
        assert_eq!(tally.items(), self.plan.len() as u64, "{what}");
        self.check_told(what, &record);
        self.check_books(what);
        assert!(self.engine.ledger.unanswered(self.job).unwrap().is_empty());
        record
    }

    /// Nothing is gone that should have stayed.
    fn check_books(&self, what: &str) {
        for id in self.case.removed() {
            let ours = self.fates.get(&id) == Some(&Fate::Good);
            assert!(
                ours || self.removed_before.contains(&id),
                "{what}: {id} was deleted and never to be"
            );
        }
        for id in self.case.foreign().iter().chain(&self.case.kept()) {
            assert_eq!(self.case.file(id).unwrap().removed, None, "{what}");
        }
    }

    fn check_row(&self, what: &str, row: &ItemRecord) {
        let settled = row.settled.as_ref().unwrap();
        let fate = self.fate(row);
        let removed = self
            .case
            .file(&row.item.id.plain())
            .and_then(|file| file.removed);
        let knows = self.case.kit.knows_deleted;
        let told = format!("{what}: {fate:?}, removed {removed:?}: {row:?}");
        let right = match (fate, settled.outcome) {
            (_, Outcome::NotSent | Outcome::Failed) if fate == Fate::Good => removed.is_none(),
            (_, Outcome::NotSent | Outcome::Unknown) => true,
            (Fate::Good, Outcome::Done) => removed.is_some(),
            (Fate::Stale, Outcome::Done) => knows && removed.is_some(),
            // It went with a call of ours that could not say so.
            (Fate::Good, Outcome::Absent) => {
                !knows && removed.is_some() && settled.problem.contains("call of ours")
            }
            (Fate::Stale, Outcome::Absent) => !knows,
            (Fate::Missing, Outcome::Absent) => true,
            (Fate::Kept, Outcome::Refused | Outcome::Failed) => removed.is_none(),
            (Fate::Foreign, Outcome::Refused) => true,
            // To a list of one's own files, others' are not there.
            (Fate::Foreign, Outcome::Absent) => settled.evidence == Some(Evidence::Reread),
            (Fate::Malformed, Outcome::Refused | Outcome::Absent | Outcome::Failed) => true,
            _ => false,
        };
        assert!(right, "{told}");
        if settled.outcome == Outcome::Done {
            assert!(settled.problem.is_empty(), "{told}");
            assert!(!knows || settled.service_time == removed, "{told}");
        } else {
            assert!(!settled.problem.is_empty(), "{told}");
        }
    }

    /// The observer heard the last word on each item, and of an end only once.
    fn check_told(&self, what: &str, record: &JobRecord) {
        if self.cut_off {
            return;
        }
        let told = self.told.0.lock().unwrap();
        let last: HashMap<u32, &Settled> = told.iter().map(|one| (one.seq, one)).collect();
        for row in &record.items {
            let settled = row.settled.as_ref();
            assert_eq!(last.get(&row.seq).copied(), settled, "{what}");
        }
        let ends = |one: &&Settled| !matches!(one.outcome, Outcome::NotSent | Outcome::Unknown);
        let ended: Vec<u32> = told.iter().filter(ends).map(|one| one.seq).collect();
        let once: HashSet<&u32> = ended.iter().collect();
        assert_eq!(once.len(), ended.len(), "{what}: told twice");
    }
}

/// Deletes so many files through another client, some new, some old: their ids are stale now.
async fn stale(case: &Case, count: usize) -> HashMap<String, Fate> {
    let kept: HashSet<String> = case.kept().into_iter().collect();
    let good = case.existing().into_iter().filter(|id| !kept.contains(id));
    let ids: Vec<String> = good.step_by(7).take(count).collect();
    let service = open(case);
    for ids in ids.chunks(service.can().batch_limit(Verb::Delete)) {
        delete(&*service, ids).await;
    }
    let gone = |id: &String| case.file(id).unwrap().removed.is_some();
    assert!(ids.len() == count && ids.iter().all(gone));
    ids.into_iter().map(|id| (id, Fate::Stale)).collect()
}

/// Deletes with one call, without a job.
pub async fn delete(service: &dyn Service, ids: &[String]) {
    let items: Vec<tallyman::service::Target> = ids.iter().map(|id| id.as_str().into()).collect();
    let pass = service.gate().enter(Priority::Job).await;
    let stop = CancellationToken::new();
    let answer = service
        .batch(pass, &Verb::Delete.into(), &items, &stop)
        .await;
    answer.unwrap();
}

/// The plan as a user would bring it: some ids twice, as they are and in capitals.
async fn planned(service: &dyn Service, ids: &[String]) -> Plan {
    let mut items: Vec<ItemId> = ids.iter().map(|id| id.as_str().into()).collect();
    items.extend(ids.iter().step_by(90).map(|id| id.as_str().into()));
    let capitals = ids
        .iter()
        .step_by(110)
        .map(|id| ItemId::new(id.to_uppercase()));
    let uuids = capitals.filter(|id| id.plain() != id.as_str());
    items.extend(uuids);
    let source = Source {
        service: service.kind(),
        profile: ProfileId("p".into()),
        profile_name: "Demo".into(),
        account: service.account().await.unwrap(),
        api_base: service.api_base(),
    };
    let plan = Plan::new(
        Verb::Delete,
        source,
        items.into_iter().map(PlanItem::bare).collect(),
    );
    assert_eq!(
        plan.items().len(),
        ids.len(),
        "an id given twice is one item"
    );
    plan
}
