//! The real binary against the demo service: what it prints, what it does, and how it ends.

#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

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

#[test]
fn ls_prints_every_file_once_newest_first() {
    let house = House::new();
    let output = house.run(&["ls", "--format", "jsonl"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let lines: Vec<Value> = stdout(&output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let ids: Vec<_> = lines
        .iter()
        .map(|line| line["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, house.books().file_ids());
    for line in &lines {
        for key in ["name", "size", "mime_type", "uploaded_at", "state"] {
            assert!(!line[key].is_null(), "{key} of {line}");
        }
        let file = house.books().file(line["id"].as_str().unwrap()).unwrap();
        assert_eq!(line["name"].as_str().unwrap(), file.name);
        assert_eq!(line["size"].as_u64().unwrap(), file.size);
        let state = if file.stored.is_some() {
            "stored"
        } else {
            "unstored"
        };
        assert!([state, "processing"].contains(&line["state"].as_str().unwrap()));
    }
}

#[test]
fn ls_filters_by_state_and_words() {
    let house = House::new();
    let ids = |args: &[&str]| -> BTreeSet<String> {
        let output = house.run(&[&["ls", "--format", "csv"], args].concat());
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
        assert_eq!(&reader.headers().unwrap()[0], "item_id");
        reader
            .records()
            .map(|row| row.unwrap()[0].to_owned())
            .collect()
    };
    let books = house.books();
    let unstored: BTreeSet<_> = books
        .file_ids()
        .into_iter()
        .filter(|id| books.file(id).unwrap().stored.is_none())
        .collect();
    assert!(!unstored.is_empty());
    assert_eq!(
        ids(&["--filter", "state:unstored"]),
        ids(&["--state", "unstored"])
    );
    assert!(ids(&["--state", "unstored"]).is_subset(&unstored));
    let removed: BTreeSet<_> = books.removed_ids().into_iter().collect();
    assert!(!removed.is_empty());
    assert_eq!(ids(&["--state", "removed"]), removed);
    let one = &books.file_ids()[7];
    assert_eq!(ids(&["--filter", one]), BTreeSet::from([one.clone()]));
    assert_eq!(code(&house.run(&["ls", "--filter", "state:gone"])), 2);
}

#[test]
fn a_closed_pipe_ends_a_listing_quietly() {
    let house = House::new();
    for format in ["jsonl", "csv", "table"] {
        let mut child = house.command(&["ls", "--format", format]).spawn().unwrap();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        reader.read_line(&mut first).unwrap();
        drop(reader);
        let output = child.wait_with_output().unwrap();
        assert_eq!(code(&output), 0, "{format}");
        assert!(!stderr(&output).contains("panic"), "{}", stderr(&output));
    }
}

#[test]
fn delete_accounts_for_every_id_it_was_given() {
    let house = House::new();
    let good: Vec<String> = house.deletable().into_iter().take(250).collect();
    let locked = house.books().locked_ids();
    assert!(!locked.is_empty());
    let gone = house.books().removed_ids()[0].clone();
    let mut lines = good.clone();
    lines.extend(good[..20].iter().cloned());
    lines.extend(locked.iter().cloned());
    lines.push("00000000-0000-4000-8000-000000000000".to_owned());
    lines.push("not an id".to_owned());
    lines.push(gone);
    let ids = house.path("ids.txt");
    fs::write(&ids, lines.join("\n")).unwrap();

    let output = house.run(&["delete", "--ids", &ids, "--yes", "--json"]);
    let object = object(&output);
    assert_eq!(code(&output), 1, "locked files are not deleted");
    assert_eq!(object["verb"], "delete");
    assert_eq!(object["state"], "ended");
    assert_eq!(object["items"], good.len() + locked.len() + 3);
    // What was removed before is named as done, with the time of then; a malformed id is refused.
    let outcomes = &object["outcomes"];
    assert_eq!(outcomes["done"], good.len() + 1);
    assert_eq!(outcomes["absent"], 1);
    assert_eq!(outcomes["refused"], locked.len() + 1);
    for id in &good {
        assert!(house.books().file(id).unwrap().removed.is_some(), "{id}");
        assert_eq!(house.books().writes_per_id(id), 1, "{id} was sent twice");
    }
    for id in &locked {
        assert!(house.books().file(id).unwrap().removed.is_none(), "{id}");
    }
}

#[test]
fn absent_files_count_as_done_for_a_delete_only() {
    let house = House::new();
    let missing = "00000000-0000-4000-8000-000000000000";
    let output = house.run(&["delete", missing, "--yes", "--json"]);
    assert_eq!(object(&output)["outcomes"]["absent"], 1);
    assert_eq!(code(&output), 0);
    let output = house.run(&["store", missing, "--json"]);
    assert_eq!(object(&output)["outcomes"]["absent"], 1);
    assert_eq!(code(&output), 1);
}

#[test]
fn ids_come_from_standard_input_and_from_a_report() {
    let house = House::new();
    let ids = house.deletable();
    let three = ids[..3].join("\n");
    let report = house.path("report");
    let args = [
        "delete", "--ids", "-", "--yes", "--json", "--report", &report,
    ];
    let output = house.run_with_input(&args, &three);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(object(&output)["outcomes"]["done"], 3);

    let items = format!("{report}/items.csv");
    let output = house.run(&["restore", "--ids", &items, "--json"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(object(&output)["outcomes"]["done"], 3);
    for id in &ids[..3] {
        assert!(house.books().file(id).unwrap().removed.is_none(), "{id}");
    }
}

#[test]
fn a_filter_names_the_files_of_a_batch() {
    let house = House::new();
    let id = house.deletable()[5].clone();
    let args = ["delete", "--filter", &id, "--yes", "--json"];
    assert_eq!(object(&house.run(&args))["outcomes"]["done"], 1);
    let args = ["restore", "--filter", &id, "--json"];
    assert_eq!(object(&house.run(&args))["outcomes"]["done"], 1);
    let nothing = house.run(&[
        "delete",
        "--filter",
        "no-such-name-anywhere",
        "--yes",
        "--json",
    ]);
    assert_eq!(code(&nothing), 0);
    assert_eq!(object(&nothing)["items"], 0);
}

#[test]
fn store_keeps_temporary_files() {
    let house = House::new();
    let output = house.run(&["ls", "--state", "unstored", "--format", "csv"]);
    let output = house.run_with_input(&["store", "--ids", "-", "--json"], &stdout(&output));
    let object = object(&output);
    assert_eq!(
        object["outcomes"]["done"],
        object["items"],
        "{}",
        stderr(&output)
    );
    assert_ne!(object["items"], 0);
    let left = house.run(&["ls", "--state", "unstored", "--format", "jsonl"]);
    assert_eq!(stdout(&left), "");
}

#[test]
fn groups_go_and_their_files_stay() {
    let house = House::new();
    let output = house.run(&["groups", "--format", "jsonl"]);
    let listed: BTreeSet<String> = stdout(&output)
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let known: BTreeSet<_> = house.books().group_ids().into_iter().collect();
    assert_eq!(listed, known);
    let files = house.books().file_ids().len();
    let two: Vec<&str> = listed.iter().map(String::as_str).take(2).collect();
    let output = house.run(&[&["delete-groups", "--yes", "--json"], &two[..]].concat());
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(object(&output)["verb"], "delete-groups");
    assert_eq!(house.books().group_ids().len(), known.len() - 2);
    assert_eq!(house.books().file_ids().len(), files);
}

#[test]
fn a_dry_run_changes_nothing() {
    let house = House::new();
    let ids = house.deletable()[..150].join("\n");
    let output = house.run_with_input(&["delete", "--ids", "-", "--dry-run"], &ids);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    assert!(
        text.contains("150 files") && text.contains("2 calls"),
        "{text}"
    );
    assert!(text.contains(demo::PROJECT_NAME), "{text}");
    let output = house.run(&["delete", "--filter", "state:stored", "--dry-run", "--json"]);
    let plan: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(plan["dry_run"], true);
    assert_eq!(plan["items"], plan["stored"]);
    assert_eq!(house.books().writes(), 0);
    assert_eq!(stdout(&house.run(&["jobs", "--json"])), "[]\n");
}

#[test]
fn nothing_is_deleted_unasked() {
    let house = House::new();
    let id = house.deletable()[0].clone();
    let requests = house.books().requests();
    for verb in ["delete", "delete-groups"] {
        let output = house.run(&[verb, &id]);
        assert_eq!(code(&output), 2);
        assert!(stderr(&output).contains("--yes"), "{}", stderr(&output));
    }
    assert_eq!(house.books().requests(), requests);
}

#[test]
fn wrong_usage_is_2_and_a_false_start_is_3() {
    let house = House::new();
    let no_source = bare(&["ls"])
        .env("TALLYMAN_DATA_DIR", house.data.path())
        .output()
        .unwrap();
    assert_eq!(code(&no_source), 2);
    assert!(stderr(&no_source).contains("--demo"));
    assert_eq!(code(&house.run(&["delete", "--yes"])), 2);
    assert_eq!(code(&house.run(&["ls", "--profile", "nobody"])), 2);
    assert_eq!(code(&house.run(&["--demo", "jobs"])), 2);
    assert_eq!(
        code(&house.run(&["delete", "--ids", "/no/such/file", "--yes"])),
        2
    );
    let strange = house.path("strange");
    fs::create_dir(&strange).unwrap();
    fs::write(format!("{strange}/mine.txt"), "mine").unwrap();
    assert_eq!(
        code(&house.run(&["delete", "x", "--yes", "--report", &strange])),
        2
    );
    assert_eq!(house.books().writes(), 0);

    let start = |name: &str, value: &str, args: &[&str]| {
        let output = house.command(args).env(name, value).output().unwrap();
        assert_eq!(code(&output), 3, "{name}: {}", stderr(&output));
        assert!(stdout(&output).is_empty());
        stderr(&output)
    };
    let nowhere = "http://127.0.0.1:9";
    for args in [&["ls"][..], &["delete", "x", "--yes", "--json"]] {
        start("TALLYMAN_API_BASE", nowhere, args);
        start("TALLYMAN_API_BASE", "http://example.com", args);
        start("TALLYMAN_PUBLIC_KEY", "nobody", args);
        let words = start("TALLYMAN_SECRET_KEY", "a-wrong-secret", args);
        assert!(!words.contains("a-wrong-secret"), "{words}");
    }
    start(
        "TALLYMAN_DATA_DIR",
        "/proc/nowhere",
        &["delete", "x", "--yes"],
    );
    assert_eq!(house.books().writes(), 0);
}

#[test]
fn jobs_are_listed_newest_first() {
    let house = House::new();
    let id = house.deletable()[0].clone();
    house.run(&["delete", &id, "--yes"]);
    house.run(&["restore", &id]);
    let jobs: Value = serde_json::from_str(&stdout(&house.run(&["jobs", "--json"]))).unwrap();
    let verbs: Vec<_> = jobs
        .as_array()
        .unwrap()
        .iter()
        .map(|job| &job["verb"])
        .collect();
    assert_eq!(verbs, ["restore", "delete"]);
    let table = stdout(&house.run(&["jobs"]));
    assert!(table.contains("1 of 1 deleted"), "{table}");
    assert!(table.contains(demo::PROJECT_NAME), "{table}");
    let none = house.run(&["resume"]);
    assert_eq!(code(&none), 0);
    assert!(stderr(&none).contains("No job"), "{}", stderr(&none));
}

#[test]
fn a_report_is_checked_and_a_changed_one_is_found() {
    let house = House::new();
    let ids = house.deletable()[..120].join("\n");
    let dir = house.path("out/report");
    let args = ["delete", "--ids", "-", "--yes", "--report", &dir];
    let output = house.run_with_input(&args, &ids);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let output = house.run(&["check-report", &dir]);
    assert_eq!(code(&output), 0, "{}", stdout(&output));

    let again = house.path("again");
    assert_eq!(code(&house.run(&["report", "1", "--out", &again])), 0);
    assert_eq!(code(&house.run(&["report", "9", "--out", &again])), 3);
    assert_eq!(code(&house.run(&["check-report", &again])), 0);

    let items = Path::new(&dir).join("items.csv");
    let text = fs::read_to_string(&items).unwrap();
    fs::write(&items, text.replacen(",done,", ",absent,", 1)).unwrap();
    let output = house.run(&["check-report", &dir]);
    assert_eq!(code(&output), 1);
    assert!(stdout(&output).contains("items.csv"), "{}", stdout(&output));
    assert_eq!(
        code(&house.run(&["check-report", &house.path("nowhere")])),
        3
    );
}

#[test]
fn a_profile_is_not_saved_without_a_keyring() {
    let house = House::new();
    let base = house.server.base();
    let args = [
        "profiles",
        "add",
        "shop",
        "--public-key",
        demo::PUBLIC_KEY,
        "--api-base",
        &base,
    ];
    let output = house.run_with_input(&args, &format!("{}\n", demo::SECRET_KEY));
    assert_eq!(code(&output), 3);
    let words = stderr(&output);
    assert!(
        words.contains("keyring") && words.contains("TALLYMAN_SECRET_KEY"),
        "{words}"
    );
    assert!(!words.contains(demo::SECRET_KEY));
    assert_eq!(code(&house.run(&args)), 2, "no key was given");
    let wrong = house.run_with_input(&args, "wrong\n");
    assert_eq!(code(&wrong), 3);
    let listed = house.run(&["profiles"]);
    assert_eq!((code(&listed), stdout(&listed).as_str()), (0, ""));
    assert_eq!(code(&house.run(&["profiles", "remove", "shop"])), 2);
    assert_eq!(code(&house.run(&["profiles", "verify", "shop"])), 2);
}

#[test]
fn the_demo_is_at_hand_for_every_command() {
    let data = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let output = bare(args)
            .arg("--data-dir")
            .arg(data.path())
            .output()
            .unwrap();
        assert_eq!(code(&output), 0, "{args:?}: {}", stderr(&output));
        stdout(&output)
    };
    let listed = run(&["--demo", "groups", "--format", "csv"]);
    assert!(listed.starts_with("item_id,"), "{listed}");
    let deleted = run(&[
        "delete",
        "--demo",
        "--filter",
        "state:unstored",
        "--dry-run",
    ]);
    assert!(deleted.contains(demo::PROJECT_NAME));
}

/// A batch that takes its time: 15 calls of 100 files, a few at once, each answered late.
fn slow_delete(house: &House) -> (Child, usize) {
    let ids = house.deletable();
    let file = house.path("ids.txt");
    fs::write(&file, ids.join("\n")).unwrap();
    house
        .server
        .faults()
        .set_latency(Duration::from_millis(400));
    let child = house
        .command(&["delete", "--ids", &file, "--yes", "--json"])
        .spawn()
        .unwrap();
    let mut waits = 0..400;
    while house.books().writes() == 0 && waits.next().is_some() {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_ne!(house.books().writes(), 0, "no call came");
    (child, ids.len())
}

fn check_resumed(house: &House, items: usize) {
    house.server.faults().set_latency(Duration::ZERO);
    let output = house.run(&["resume", "--json"]);
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
    let object = object(&output);
    assert_eq!(object["state"], "ended");
    assert_eq!(object["items"], items);
    assert_eq!(object["outcomes"]["done"], items, "{object}");
    assert!(house.deletable().is_empty());
}

#[cfg(unix)]
#[test]
fn a_killed_job_is_resumed_to_the_true_end() {
    let house = House::new();
    let (mut child, items) = slow_delete(&house);
    child.kill().unwrap();
    child.wait().unwrap();
    let jobs: Value = serde_json::from_str(&stdout(&house.run(&["jobs", "--json"]))).unwrap();
    assert_eq!(jobs[0]["state"], "running");
    assert_eq!(jobs[0]["can_resume"], true);
    check_resumed(&house, items);
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_cleanly_and_the_job_can_be_resumed() {
    use rustix::process::{Pid, Signal, kill_process};
    let house = House::new();
    let (child, items) = slow_delete(&house);
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(code(&output), 130, "{}", stderr(&output));
    let stopped = object(&output);
    assert_eq!(stopped["state"], "stopped");
    assert_eq!(stopped["outcomes"]["unknown"], 0);
    assert_ne!(stopped["outcomes"]["not_sent"], 0);
    let removed = items - house.deletable().len();
    assert_eq!(stopped["outcomes"]["done"], removed);
    check_resumed(&house, items);
}

#[cfg(unix)]
#[test]
fn the_demo_service_tells_where_it_is_and_ends_when_told() {
    use rustix::process::{Pid, Signal, kill_process};
    let mut service = bare(&["demo-service", "--files", "300"]).spawn().unwrap();
    let mut lines = BufReader::new(service.stdout.take().unwrap()).lines();
    let mut next = || lines.next().unwrap().unwrap();
    let (base, public, secret) = (next(), next(), next());
    assert!(base.starts_with("http://127.0.0.1:"), "{base}");
    let data = tempfile::tempdir().unwrap();
    let output = bare(&["ls", "--format", "jsonl"])
        .env("TALLYMAN_DATA_DIR", data.path())
        .env("TALLYMAN_PUBLIC_KEY", public)
        .env("TALLYMAN_SECRET_KEY", secret)
        .env("TALLYMAN_API_BASE", base)
        .output()
        .unwrap();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let files = stdout(&output).lines().count();
    assert!(
        (200..=300).contains(&files),
        "{files} files, removed ones left out"
    );
    kill_process(Pid::from_child(&service), Signal::TERM).unwrap();
    assert_eq!(service.wait().unwrap().code(), Some(0));
    let mut rest = String::new();
    service
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut rest)
        .unwrap();
    assert!(!rest.contains("panic"), "{rest}");
}
