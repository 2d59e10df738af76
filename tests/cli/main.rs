//! The real binary against the demo service: what it prints, what it does, and how it ends.

#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod batches;
mod imagekit;
mod jobs;
mod lists;
mod things;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tallyman::demo::{self, Books, Options, Server};

const FILES: usize = 1_500;

/// A demo service in this process, and a data folder for the binary.
struct House {
    _runtime: tokio::runtime::Runtime,
    server: Server,
    data: tempfile::TempDir,
}

impl House {
    fn new() -> Self {
        Self::with(Options::default())
    }

    fn with(options: Options) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let options = Options {
            files: FILES,
            groups: 12,
            ..options
        };
        let server = runtime.block_on(Server::start(options)).unwrap();
        Self {
            _runtime: runtime,
            server,
            data: tempfile::tempdir().unwrap(),
        }
    }

    fn books(&self) -> Books {
        self.server.books()
    }

    /// Ids of files that exist and that the service will delete.
    fn deletable(&self) -> Vec<String> {
        let locked: BTreeSet<_> = self.books().locked_ids().into_iter().collect();
        let mut ids = self.books().file_ids();
        ids.retain(|id| !locked.contains(id));
        ids
    }

    fn path(&self, name: &str) -> String {
        self.data.path().join(name).display().to_string()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = bare(args);
        command
            .env("TALLYMAN_DATA_DIR", self.data.path().join("data"))
            .env("TALLYMAN_SERVICE", "uploadcare")
            .env("TALLYMAN_PUBLIC_KEY", demo::PUBLIC_KEY)
            .env("TALLYMAN_SECRET_KEY", demo::SECRET_KEY)
            .env("TALLYMAN_API_BASE", self.server.base());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn run_with_input(&self, args: &[&str], input: &str) -> Output {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        drop(stdin);
        child.wait_with_output().unwrap()
    }
}

/// The binary with an environment of its own: no project, no keyring, no input.
fn bare(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tallyman"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TALLYMAN_")) {
        command.env_remove(name);
    }
    command
        .args(args)
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The one object of `--json`, whose counts must add up.
fn object(output: &Output) -> Value {
    let text = stdout(output);
    assert_eq!(text.lines().count(), 1, "{text}{}", stderr(output));
    let object: Value = serde_json::from_str(&text).unwrap();
    let keys: Vec<_> = object.as_object().unwrap().keys().collect();
    let expected = [
        "job",
        "verb",
        "state",
        "items",
        "outcomes",
        "calls",
        "retries",
        "throttled",
        "seconds",
    ];
    assert_eq!(keys, expected);
    let outcomes = object["outcomes"].as_object().unwrap();
    let expected = [
        "done", "absent", "refused", "failed", "skipped", "not_sent", "unknown",
    ];
    assert_eq!(outcomes.keys().collect::<Vec<_>>(), expected);
    let sum: u64 = outcomes.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(sum, object["items"].as_u64().unwrap(), "{text}");
    object
}
