//! A demo project, a ledger and one job; and the check of its outcomes against the project's books.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tallyman::demo::{Fault, Options, PUBLIC_KEY, Rule, SECRET_KEY, Server, Target};
use tallyman::job::{Engine, JobError, Observer, Pace, Progress};
use tallyman::ledger::Ledger;
use tallyman::model::{
    ItemId, JobId, JobRecord, JobState, JobSummary, Outcome, Plan, PlanItem, ProfileId,
    ServiceKind, Settled, Source, Verb,
};
use tallyman::service::{self, Credentials, Limits, Service};
use tokio_util::sync::CancellationToken;

#[path = "../hasty/mod.rs"]
mod hasty;

pub const ITEMS: usize = 5_000;
/// Well-formed ids that the project never had.
pub const MISSING: usize = 20;
/// Texts that are no ids.
pub const MALFORMED: usize = 10;

pub const FAST: Pace = Pace {
    sends: 3,
    repeats: 4,
    rereads: 2,
    rounds: 8,
    first_wait: Duration::from_millis(2),
    longest_wait: Duration::from_millis(20),
    parting: Duration::from_secs(10),
    outage: Duration::from_secs(2),
    last_look: Duration::from_millis(50),
};

/// Waits for an answer: a slow machine must not look like a lost one.
pub fn open(server: &Server, secret: &str) -> Arc<dyn Service> {
    open_for(server, secret, Limits::default().idle)
}

/// Gives an answer up soon, for tests in which answers do not come.
pub fn open_hastily(server: &Server, secret: &str) -> Arc<dyn Service> {
    open_for(server, secret, Duration::from_millis(250))
}

fn open_for(server: &Server, secret: &str, idle: Duration) -> Arc<dyn Service> {
    let credentials = Credentials {
        service: ServiceKind::Uploadcare,
        public_key: PUBLIC_KEY.to_owned(),
        secret: secret.to_owned().into(),
        api_base: Some(server.base()),
        cdn_base: None,
        simple_auth: false,
    };
    service::open_with(&credentials, hasty::limits(idle)).unwrap()
}

#[derive(Default)]
pub struct Watcher {
    pub settled: Mutex<Vec<Settled>>,
    pub last: Mutex<Option<Progress>>,
    /// Stops the job when so many items are done.
    pub stop: Mutex<Option<(u64, CancellationToken)>>,
}

impl Observer for Watcher {
    fn progress(&self, progress: &Progress) {
        *self.last.lock().unwrap() = Some(progress.clone());
    }

    fn settled(&self, _: JobId, settled: &[Settled]) {
        let mut all = self.settled.lock().unwrap();
        all.extend_from_slice(settled);
        if let Some((after, stop)) = &*self.stop.lock().unwrap()
            && all.len() as u64 >= *after
        {
            stop.cancel();
        }
    }
}

/// A project, a ledger and one job.
pub struct Bench {
    pub server: Server,
    pub dir: tempfile::TempDir,
    pub engine: Engine,
    pub job: JobId,
    /// Ids that the plan names although they were removed before.
    removed_before: HashSet<String>,
}

impl Bench {
    /// A project from which the verb takes `items`, missing and malformed ids among them.
    pub async fn new(verb: Verb, items: usize) -> Self {
        let options = Options {
            files: items + items / 10,
            groups: 60,
            ..Options::default()
        };
        let server = Server::start(options).await.unwrap();
        let service = open(&server, SECRET_KEY);
        let account = service.account().await.unwrap();
        let source = Source {
            service: ServiceKind::Uploadcare,
            profile: ProfileId("p".into()),
            profile_name: "Demo".into(),
            account,
            api_base: server.base(),
        };
        let ids = ids(&server, verb, items);
        let plan = Plan::new(verb, source, ids.into_iter().map(PlanItem::bare).collect());
        let dir = tempfile::tempdir().unwrap();
        let engine = Engine {
            service,
            ledger: open_ledger(dir.path()),
        };
        let removed_before = server.books().removed_ids().into_iter().collect();
        let job = engine.start(&plan).await.unwrap();
        Self {
            server,
            dir,
            engine,
            job,
            removed_before,
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

    pub async fn run(&self) -> Result<JobSummary, JobError> {
        self.run_watched(&Arc::default(), CancellationToken::new())
            .await
    }

    pub async fn run_watched(
        &self,
        watcher: &Arc<Watcher>,
        stop: CancellationToken,
    ) -> Result<JobSummary, JobError> {
        let observer = Arc::clone(watcher);
        self.engine.run_at(self.job, FAST, stop, observer).await
    }

    pub fn record(&self) -> JobRecord {
        self.engine.ledger.record(self.job).unwrap()
    }

    /// Every outcome of a delete is what the books say.
    pub fn check_deleted(&self) -> JobRecord {
        let record = self.record();
        let books = self.server.books();
        for row in &record.items {
            let id = row.item.id.as_str();
            let file = books.file(id);
            let removed = file.as_ref().and_then(|file| file.removed);
            let settled = row.settled.as_ref().unwrap();
            match settled.outcome {
                Outcome::Done => {
                    assert!(removed.is_some(), "{row:?}");
                    assert_eq!(settled.service_time, removed, "{row:?}");
                    assert!(settled.problem.is_empty(), "{row:?}");
                }
                Outcome::Absent => assert!(file.is_none(), "{row:?}"),
                Outcome::Refused | Outcome::Failed | Outcome::NotSent => {
                    let gone = removed.is_some() && !self.removed_before.contains(id);
                    assert!(!gone, "{row:?}");
                    assert!(!settled.problem.is_empty(), "{row:?}");
                }
                Outcome::Skipped => panic!("{row:?}"),
                Outcome::Unknown => {}
            }
        }
        let planned: HashSet<_> = record
            .items
            .iter()
            .map(|row| row.item.id.as_str())
            .collect();
        for id in books.removed_ids() {
            let ours = planned.contains(id.as_str()) || self.removed_before.contains(&id);
            assert!(ours, "{id} was removed and never in the plan");
        }
        assert_eq!(record.summary.tally.items(), record.items.len() as u64);
        assert!(self.engine.ledger.unanswered(self.job).unwrap().is_empty());
        record
    }

    /// The job ended, and nothing but the bad ids and the locked files is not done.
    pub fn check_ended(&self, what: &str) -> JobRecord {
        let record = self.check_deleted();
        let tally = record.summary.tally;
        assert_eq!(
            record.summary.state,
            JobState::Ended,
            "{what}: {}",
            record.summary.reason
        );
        let locked = self.server.books().locked_ids().len() as u64;
        assert!(locked > 0);
        // A malformed id is refused by a batch, and not there for a re-read.
        let (missing, malformed) = (MISSING as u64, MALFORMED as u64);
        assert_eq!(
            tally.absent + tally.refused,
            missing + malformed + locked,
            "{what}"
        );
        assert!(tally.absent >= missing && tally.refused >= locked, "{what}");
        let rest = [tally.failed, tally.skipped, tally.not_sent, tally.unknown];
        assert_eq!(rest, [0; 4], "{what}");
        record
    }
}

pub fn open_ledger(dir: &Path) -> Arc<Ledger> {
    Arc::new(Ledger::open(dir).unwrap())
}

/// Ids for a verb: good ones, twenty that were removed before, missing, malformed, and some given twice.
fn ids(server: &Server, verb: Verb, items: usize) -> Vec<ItemId> {
    let books = server.books();
    let mut ids: Vec<String> = match verb {
        Verb::DeleteGroups => books.group_ids(),
        Verb::Restore => books.removed_ids(),
        _ => {
            let locked = books.locked_ids();
            let good = books
                .file_ids()
                .into_iter()
                .filter(|id| !locked.contains(id));
            let removed = books.removed_ids().into_iter().take(20);
            locked.iter().cloned().chain(removed).chain(good).collect()
        }
    };
    let bad = if verb == Verb::DeleteGroups {
        0
    } else {
        MISSING + MALFORMED
    };
    ids.truncate(items - bad);
    let missing = (0..MISSING).map(|n| format!("00000000-0000-4000-8000-{n:012x}"));
    let malformed = (0..MALFORMED).map(|n| format!("no-id-{n}"));
    if bad > 0 {
        ids.extend(missing.chain(malformed));
    }
    fastrand::Rng::with_seed(3).shuffle(&mut ids);
    let twice: Vec<_> = ids.iter().take(7).cloned().collect();
    ids.extend(twice);
    ids.iter().map(|id| id.as_str().into()).collect()
}
