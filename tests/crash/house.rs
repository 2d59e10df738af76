//! A stand-in of its own for each history, a plan with every kind of id, and the program to run on both.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::ExposeSecret as _;
use tallyman::demo::Server;
use tallyman::model::Verb;
use tallyman::service::{Priority, Service, Target, Work};
use tokio_util::sync::CancellationToken;

use crate::case::{Case, Kit, open, start};
use crate::history::{History, Kill};

pub const KITS: [&Kit; 3] = [
    &crate::uploadcare::KIT,
    &crate::imagekit::KIT,
    &crate::templated::KIT,
];

/// Files of the stand-in; some of them are no part of the plan.
const FILES: usize = 330;
/// Good ids of the plan: three calls or more on each service.
const GOOD: usize = 230;
/// The same for a verb that takes one item a call.
const ONE_BY_ONE: usize = 24;

/// Why an id is in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Good,
    /// Deleted before the plan was made.
    Stale,
    Missing,
}

pub struct House {
    pub server: Server,
    pub case: Box<dyn Case>,
    pub plan: BTreeMap<String, Fate>,
    /// Files of which the program must keep its hands.
    pub others: Vec<String>,
    pub removed_before: BTreeSet<String>,
    /// The file with the ids of the plan.
    pub ids: String,
    pub data: tempfile::TempDir,
}

/// How a run of the program ended.
pub struct Ended {
    pub crashed: bool,
    pub code: Option<i32>,
    pub text: String,
    pub words: String,
}

/// Names another build of the program to kill than the one that belongs to the tests.
pub const BINARY: &str = "CRASH_BINARY";

impl House {
    pub async fn new(history: &History) -> Self {
        let (server, case) = start(KITS[history.service], FILES).await;
        let kept: BTreeSet<String> = case.kept().into_iter().collect();
        let mut free = case.existing();
        free.retain(|id| !kept.contains(id));
        let service = open(&*case);
        let stale: Vec<String> = free.drain(..6).collect();
        act(&service, Verb::Delete, &stale).await;
        let count = match history.verb {
            Verb::Move => ONE_BY_ONE,
            _ => GOOD,
        };
        let good: Vec<String> = free.drain(..count).collect();
        if history.verb == Verb::Restore {
            act(&service, Verb::Delete, &good).await;
        }
        let missing = (0..4).map(|number| (case.missing(number), Fate::Missing));
        let mut plan: BTreeMap<_, _> = good.into_iter().map(|id| (id, Fate::Good)).collect();
        plan.extend(missing);
        if history.verb == Verb::Delete {
            plan.extend(stale.into_iter().map(|id| (id, Fate::Stale)));
        }
        let data = tempfile::tempdir().unwrap();
        let ids = data.path().join("ids.txt");
        let lines: Vec<&str> = plan.keys().map(String::as_str).collect();
        std::fs::write(&ids, lines.join("\n")).unwrap();
        Self {
            removed_before: case.removed().into_iter().collect(),
            others: free,
            ids: ids.display().to_string(),
            server,
            case,
            plan,
            data,
        }
    }

    pub fn resume(&self, kill: &Kill) -> Ended {
        self.run(&["resume", "--json"], kill)
    }

    /// Runs the program until it ends or is killed.
    pub fn run(&self, args: &[&str], kill: &Kill) -> Ended {
        let mut command = self.command(args);
        if let Kill::At(point) = kill {
            command.env("TALLYMAN_CRASH_AT", point);
        }
        let before = self.case.writes();
        let mut child = command.spawn().unwrap();
        match kill {
            Kill::After(time) => {
                std::thread::sleep(*time);
                let _ = child.kill();
            }
            Kill::AfterWrite(time) => {
                self.wait_for_write(before, &mut child);
                std::thread::sleep(*time);
                let _ = child.kill();
            }
            Kill::At(_) | Kill::Never => {}
        }
        ended(child)
    }

    fn wait_for_write(&self, before: u64, child: &mut Child) {
        let began = Instant::now();
        while self.case.writes() == before
            && child.try_wait().unwrap().is_none()
            && began.elapsed() < Duration::from_secs(20)
        {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let keys = self.case.credentials();
        let own = env!("CARGO_BIN_EXE_tallyman");
        let mut command = Command::new(std::env::var_os(BINARY).unwrap_or_else(|| own.into()));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TALLYMAN_")) {
            command.env_remove(name);
        }
        command
            .args(args)
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .env("TALLYMAN_DATA_DIR", self.folder())
            .env("TALLYMAN_SERVICE", keys.service.key())
            .env("TALLYMAN_PUBLIC_KEY", &keys.public_key)
            .env("TALLYMAN_SECRET_KEY", keys.secret.expose_secret())
            .env("TALLYMAN_API_BASE", keys.api_base.unwrap())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn folder(&self) -> std::path::PathBuf {
        self.data.path().join("data")
    }
}

/// Waits for the end; a program that hangs is killed and told.
fn ended(mut child: Child) -> Ended {
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_secs(240) {
            let _ = child.kill();
            panic!("the program hangs");
        }
        std::thread::sleep(Duration::from_millis(3));
    }
    let status = child.wait().unwrap();
    let mut read = (String::new(), String::new());
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    out.read_to_string(&mut read.0).unwrap();
    err.read_to_string(&mut read.1).unwrap();
    Ended {
        crashed: status.signal() == Some(9),
        code: status.code(),
        text: read.0,
        words: read.1,
    }
}

/// Does a verb to ids without the program.
async fn act(service: &Arc<dyn Service>, verb: Verb, ids: &[String]) {
    for ids in ids.chunks(service.can().batch_limit(verb)) {
        let items: Vec<Target> = ids.iter().map(|id| id.as_str().into()).collect();
        let pass = service.gate().enter(Priority::Job).await;
        let stop = CancellationToken::new();
        let work = Work::from(verb);
        service.batch(pass, &work, &items, &stop).await.unwrap();
    }
}
