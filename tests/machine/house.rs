//! A stand-in, a proxy before it, a data folder, and the program on both.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tallyman::demo::{self, Books, Options, Server};
use tallyman::ledger::Ledger;
use tallyman::model::Outcome;

use crate::proxy::Proxy;

/// Fifteen calls of a hundred.
pub const FILES: usize = 1_500;

pub struct House {
    pub server: Server,
    pub proxy: Proxy,
    /// The ids of the plan.
    pub ids: Vec<String>,
    dir: tempfile::TempDir,
    pub runtime: tokio::runtime::Runtime,
}

impl House {
    pub fn new() -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let options = Options {
            files: FILES,
            groups: 0,
            imagekit_files: 1,
            templated_uploads: 1,
            ..Options::default()
        };
        let server = runtime.block_on(Server::start(options)).unwrap();
        let proxy = runtime.block_on(Proxy::start(&server.base()));
        let locked: BTreeSet<_> = server.books().locked_ids().into_iter().collect();
        let mut ids = server.books().file_ids();
        // A temporary file goes by itself where the service's clock is ahead.
        let is_stored = |id: &str| server.books().file(id).unwrap().stored.is_some();
        ids.retain(|id| !locked.contains(id) && is_stored(id));
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("ids.txt"), ids.join("\n")).unwrap();
        std::fs::create_dir(dir.path().join("data")).unwrap();
        Self {
            server,
            proxy,
            ids,
            dir,
            runtime,
        }
    }

    pub fn books(&self) -> Books {
        self.server.books()
    }

    /// How many files of the plan are gone by the books.
    pub fn gone(&self) -> u64 {
        let removed = |id: &&String| self.books().file(id).unwrap().removed.is_some();
        self.ids.iter().filter(removed).count() as u64
    }

    pub fn folder(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub fn ids_file(&self) -> String {
        self.dir.path().join("ids.txt").display().to_string()
    }

    /// Another program with the program's environment.
    pub fn dressed(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TALLYMAN_")) {
            command.env_remove(name);
        }
        command
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .env("TALLYMAN_DATA_DIR", self.folder())
            .env("TALLYMAN_SERVICE", "uploadcare")
            .env("TALLYMAN_PUBLIC_KEY", demo::PUBLIC_KEY)
            .env("TALLYMAN_SECRET_KEY", demo::SECRET_KEY)
            .env("TALLYMAN_API_BASE", &self.proxy.base)
            .env("PROGRAM", env!("CARGO_BIN_EXE_tallyman"))
            .env("DATA", self.folder())
            .env("IDS", self.ids_file())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// A shell that knows `$PROGRAM`, `$DATA` and `$IDS`; `before` stands before it.
    pub fn shell(&self, before: &[&str], script: &str) -> Told {
        let mut words = before.to_vec();
        words.extend(["sh", "-c", script]);
        let output = self.dressed(words[0]).args(&words[1..]).output().unwrap();
        Told::of(&output)
    }

    pub fn spawn(&self, args: &[&str]) -> Child {
        let mut command = self.dressed(env!("CARGO_BIN_EXE_tallyman"));
        command.args(args).spawn().unwrap()
    }

    pub fn run(&self, args: &[&str]) -> Told {
        Told::of(&self.spawn(args).wait_with_output().unwrap())
    }

    pub fn delete(&self) -> Child {
        self.spawn(&["delete", "--ids", &self.ids_file(), "--yes", "--json"])
    }

    /// Waits until the stand-in has worked on so many calls.
    pub fn wait_for_writes(&self, count: u64) {
        let began = Instant::now();
        while self.books().writes() < count {
            assert!(began.elapsed() < Duration::from_secs(60), "no call came");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Resumes to the end; every outcome is the books'.
    pub fn check_resumed(&self) {
        let told = self.run(&["resume", "--json"]);
        assert_eq!(told.code, 0, "{told:?}");
        self.check_ended(&told);
    }

    /// The last line is a job that ended with all of the plan done, and the books agree.
    pub fn check_ended(&self, told: &Told) {
        let object = told.object();
        assert_eq!(object["state"], "ended", "{told:?}");
        assert_eq!(object["outcomes"]["done"], self.ids.len(), "{told:?}");
        assert_eq!(self.gone(), self.ids.len() as u64);
    }

    /// What the ledger holds of the first job is true so far: of done, not sent and unknown.
    pub fn check_true_so_far(&self) {
        let Some(ledger) = Ledger::open_to_read(&self.folder()).unwrap() else {
            return;
        };
        for job in ledger.jobs().unwrap() {
            for row in ledger.record(job.id).unwrap().items {
                let removed = self.books().file(&row.item.id.plain()).unwrap().removed;
                match row.outcome() {
                    Some(Outcome::Done) => assert!(removed.is_some(), "{row:?}"),
                    Some(Outcome::NotSent) => assert!(removed.is_none(), "{row:?}"),
                    None | Some(Outcome::Unknown) => {}
                    Some(other) => panic!("{other}: {row:?}"),
                }
            }
        }
    }
}

/// What a program says from now on, until it says this.
pub fn heard_until(child: &mut Child, part: &str) -> String {
    let (mut heard, mut byte) = (Vec::new(), [0]);
    while !heard.ends_with(part.as_bytes()) {
        let read = child.stderr.as_mut().unwrap().read(&mut byte).unwrap();
        assert_eq!(read, 1, "{part:?} was never said");
        heard.push(byte[0]);
    }
    String::from_utf8(heard).unwrap()
}

/// How a program ended.
#[derive(Debug)]
pub struct Told {
    pub code: i32,
    pub text: String,
    pub words: String,
}

impl Told {
    pub fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            text: String::from_utf8_lossy(&output.stdout).into_owned(),
            words: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The last line as JSON.
    pub fn object(&self) -> Value {
        let last = self.text.lines().last().unwrap_or_default();
        serde_json::from_str(last).unwrap_or_else(|_| panic!("{self:?}"))
    }

    pub fn says(&self, parts: &[&str]) {
        for part in parts {
            assert!(self.words.contains(part), "{part:?} is missing: {self:?}");
        }
    }
}
