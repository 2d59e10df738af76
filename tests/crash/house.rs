//! A stand-in of its own for each history, a plan with every kind of id, and the program to run on both.

use std::io::Read as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use secrecy::ExposeSecret as _;
use tallyman::demo::Server;

use crate::case::{Case, open, start};
use crate::history::{History, Kill};
use crate::stage::Stage;

/// Files of the stand-in; some of them are no part of the plan.
const FILES: usize = 330;

pub struct House {
    pub server: Server,
    pub case: Case,
    pub stage: Stage,
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
        let (server, case) = start(history.task.kit(), FILES).await;
        let service = open(&case);
        let stage = Stage::set(&history.task, history.seed, &server, &case, &service).await;
        let data = tempfile::tempdir().unwrap();
        let ids = data.path().join("ids.txt");
        let lines: Vec<&str> = stage.plan.keys().map(String::as_str).collect();
        std::fs::write(&ids, lines.join("\n")).unwrap();
        Self {
            ids: ids.display().to_string(),
            server,
            case,
            stage,
            data,
        }
    }

    /// The addresses that ImageKit was told to purge.
    pub fn purged(&self) -> Vec<String> {
        let purged = self.server.imagekit_books().purged().into_iter();
        let plain = |url: String| url.split(['?', '#']).next().unwrap_or_default().to_owned();
        purged.map(plain).collect()
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
        let keys = &self.case.credentials;
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
            .env("TALLYMAN_API_BASE", keys.api_base.as_ref().unwrap())
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
