//! Lists, profiles and the demo service: what is printed, and to whom.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _};

use serde_json::Value;
use tallyman::demo;

use crate::{House, bare, code, stderr, stdout};

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

#[cfg(target_os = "linux")]
#[test]
fn without_a_display_the_window_says_so() {
    let data = tempfile::tempdir().unwrap();
    let output = bare(&["--demo", "--data-dir"])
        .arg(data.path())
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .output()
        .unwrap();
    assert_eq!(code(&output), 3);
    let words = stderr(&output);
    assert!(words.contains("needs a display"), "{words}");
    assert!(!words.contains("panicked"), "{words}");
}

#[test]
fn the_demo_is_the_service_that_is_named() {
    for (service, command, word) in [
        ("imagekit", "folders", "/"),
        ("templated", "renders", "ID"),
        ("uploadcare", "groups", "~"),
    ] {
        let output = bare(&[command, "--demo"])
            .env("TALLYMAN_SERVICE", service)
            .output()
            .unwrap();
        assert_eq!(code(&output), 0, "{service}: {}", stderr(&output));
        assert!(stdout(&output).contains(word), "{service}");
    }
    let output = bare(&["ls", "--demo"])
        .env("TALLYMAN_SERVICE", "other")
        .output()
        .unwrap();
    assert_eq!(code(&output), 2);
}
