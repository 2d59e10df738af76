//! The secret is nowhere: not in a file, a report, what is printed, the log, or the arguments.

#![allow(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tallyman::demo::{self, Options, Server};

#[test]
fn a_whole_job_leaves_the_secret_nowhere() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let options = Options {
        files: 600,
        groups: 5,
        ..Options::default()
    };
    let server = runtime.block_on(Server::start(options)).unwrap();
    let home = tempfile::tempdir().unwrap();
    let ids = server.books().file_ids();
    let list = home.path().join("ids.txt");
    fs::write(&list, ids.join("\n")).unwrap();
    let report = home.path().join("report");

    let child = tallyman(&server, home.path())
        .args(["delete", "--yes", "--json", "--ids"])
        .arg(&list)
        .arg("--report")
        .arg(&report)
        .spawn()
        .unwrap();
    if cfg!(target_os = "linux") {
        let arguments = fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
        assert_clean("the argument list", &arguments);
    }
    let output = child.wait_with_output().unwrap();
    assert!(output.status.code().is_some_and(|code| code <= 1));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("TRACE"),
        "nothing was logged"
    );
    check(&output);
    assert!(report.join("report.json").exists());

    // Wrong keys and a refused address are where errors could tell too much.
    for (name, value) in [
        ("TALLYMAN_PUBLIC_KEY", "unknown"),
        ("TALLYMAN_API_BASE", "http://127.0.0.1:9"),
        ("TALLYMAN_API_BASE", "http://example.com"),
    ] {
        let output = tallyman(&server, home.path())
            .env(name, value)
            .arg("ls")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(3));
        check(&output);
    }
    for args in [
        &["jobs", "--json"][..],
        &["profiles"],
        &["report", "1", "--out", "again"],
    ] {
        check(&tallyman(&server, home.path()).args(args).output().unwrap());
    }
    assert!(files_checked(home.path()) > 8);
}

/// The binary on the demo's project, with all that it can log.
fn tallyman(server: &Server, home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tallyman"));
    command
        .current_dir(home)
        .env("TALLYMAN_DATA_DIR", home.join("data"))
        .env("TALLYMAN_SERVICE", "uploadcare")
        .env("TALLYMAN_PUBLIC_KEY", demo::PUBLIC_KEY)
        .env("TALLYMAN_SECRET_KEY", demo::SECRET_KEY)
        .env("TALLYMAN_API_BASE", server.base())
        .env("TALLYMAN_LOG", "trace")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn check(output: &Output) {
    assert_clean("standard output", &output.stdout);
    assert_clean("standard error", &output.stderr);
}

/// Looks into every file below a folder; how many there are.
fn files_checked(dir: &Path) -> usize {
    let mut files = 0;
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files += files_checked(&path);
        } else {
            assert_clean(&path.display().to_string(), &fs::read(&path).unwrap());
            files += 1;
        }
    }
    files
}

fn assert_clean(place: &str, bytes: &[u8]) {
    let secret = demo::SECRET_KEY.as_bytes();
    assert!(secret.len() >= 12, "too short to be recognised");
    let found = bytes.windows(secret.len()).any(|window| window == secret);
    assert!(!found, "the secret is in {place}");
}
