//! The secret is nowhere: not in a file, a report, what is printed, the log, or the arguments.

#![allow(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tallyman::demo::{self, Options, Server};
use tallyman::model::ServiceKind;
use tallyman::profile::quiet_panics;
use tallyman::service::Credentials;

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
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
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
    for service in ServiceKind::ALL {
        assert_without(key_of(service), place, bytes);
    }
}

fn assert_without(secret: &str, place: &str, bytes: &[u8]) {
    assert!(secret.len() >= 12, "too short to be recognised");
    // Also as a header carries it, alone or as the name of a user without a password.
    for form in [
        secret.to_owned(),
        base64(secret.as_bytes()),
        base64(format!("{secret}:").as_bytes()),
    ] {
        let form = form.trim_end_matches('=').as_bytes();
        let found = bytes.windows(form.len()).any(|window| window == form);
        assert!(!found, "the secret is in {place}");
    }
}

fn key_of(service: ServiceKind) -> &'static str {
    match service {
        ServiceKind::Uploadcare => demo::SECRET_KEY,
        ServiceKind::ImageKit => demo::imagekit::PRIVATE_KEY,
        ServiceKind::Templated => demo::templated::API_KEY,
    }
}

fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let at = |place: usize| u32::from(*three.get(place).unwrap_or(&0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..=three.len() {
            let sign = bits >> (18 - 6 * place) & 63;
            text.push(char::from(SIGNS[sign as usize]));
        }
    }
    text
}

#[test]
fn the_log_of_every_service_is_clean_at_every_level() {
    assert_eq!(base64(b"light work."), "bGlnaHQgd29yay4");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(Server::start(Options::default())).unwrap();
    for service in ServiceKind::ALL {
        let home = tempfile::tempdir().unwrap();
        let run = |arguments: &[&str]| {
            let output = tallyman(&server, home.path())
                .env("TALLYMAN_SERVICE", service.key())
                .env("TALLYMAN_SECRET_KEY", key_of(service))
                .env("TALLYMAN_API_BASE", server.base_of(service))
                .args(arguments)
                .output()
                .unwrap();
            check(&output);
            output
        };
        let listed = run(&["ls", "--format", "jsonl"]);
        let log = String::from_utf8_lossy(&listed.stderr).into_owned();
        assert!(log.contains("TRACE"), "nothing was logged");
        assert_eq!(listed.status.code(), Some(0), "{service}: {log}");
        let first = String::from_utf8(listed.stdout).unwrap();
        let first: serde_json::Value = serde_json::from_str(first.lines().next().unwrap()).unwrap();
        let id = first["id"].as_str().unwrap();
        let deleted = run(&["delete", id, "nonsense", "--yes", "--report", "report"]);
        assert!(
            deleted.status.code().is_some_and(|code| code <= 1),
            "{service}"
        );
        run(&["jobs", "--json"]);
        assert!(files_checked(home.path()) > 5);
    }
}

#[test]
fn credentials_do_not_show_their_key() {
    for service in ServiceKind::ALL {
        let credentials = Credentials {
            service,
            public_key: "public".into(),
            secret: key_of(service).to_owned().into(),
            api_base: None,
            cdn_base: None,
            simple_auth: true,
        };
        assert_clean("the credentials", format!("{credentials:?}").as_bytes());
        let opened = tallyman::service::open(&credentials).map(|service| service.api_base());
        assert_clean("an open service", format!("{opened:?}").as_bytes());
    }
}

/// The process cleans its environment and takes the right to leave an image of its memory away.
#[cfg(target_os = "linux")]
#[test]
fn the_environment_of_a_running_process_has_no_key() {
    use std::io::{BufRead as _, BufReader};
    const SECRET: &str = "only-in-the-environment";
    let home = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_tallyman"))
        .args(["demo-service", "--files", "10"])
        .current_dir(home.path())
        .env("TALLYMAN_SECRET_KEY", SECRET)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let of = |name: &str| fs::read(format!("/proc/{}/{name}", child.id()));
    // Other users, and this one too unless it is root, cannot read it at all.
    let environment = of("environ").unwrap_or_default();
    let limits = String::from_utf8(of("limits").unwrap()).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_without(SECRET, "the environment", &environment);
    let core = limits
        .lines()
        .find(|line| line.contains("core file"))
        .unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
}

/// Runs itself again, as the child that panics.
#[test]
fn a_panic_tells_where_and_not_what() {
    const MARK: &str = "TALLYMAN_TEST_PANIC";
    const NAME: &str = "a_panic_tells_where_and_not_what";
    if std::env::var_os(MARK).is_some() {
        quiet_panics();
        let failed: Result<(), String> = Err(format!("{} was refused", demo::SECRET_KEY));
        std::hint::black_box(failed).unwrap();
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", NAME, "--nocapture"])
        .env(MARK, "1")
        .env("RUST_BACKTRACE", "1")
        .output()
        .unwrap();
    assert!(!output.status.success());
    let told = [output.stdout, output.stderr].concat();
    assert_clean("the panic", &told);
    let told = String::from_utf8_lossy(&told);
    assert!(
        told.contains("a fault of its own at tests/secrets.rs:"),
        "{told}"
    );
    assert!(!told.contains("was refused"), "{told}");
}
