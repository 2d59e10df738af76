//! Names, words and links that want to do harm: what the command line prints of them, and where they lead.

#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

#[path = "wire_http/raw.rs"]
#[allow(dead_code, reason = "shared with tests that need all of it")]
mod raw;

use std::process::{Command, Output, Stdio};

use raw::{Raw, typed};
use serde_json::{Value, json};

const SECRET: &str = "a-secret-that-is-long";
const PROJECT: &str =
    r#"{"collaborators": [], "name": "Shop\u001b[2J\u202e\r\nEND", "pub_key": "public"}"#;

/// What a terminal, a spreadsheet, a browser or a file system may fall for.
const NAMES: [&str; 12] = [
    "\u{1b}[2J\u{1b}]0;owned\u{7}.png",
    "\u{9b}31mred.png",
    "a\u{202E}gpj.exe",
    "\u{2066}x\u{2069}",
    "two\nlines\r\n.png",
    "back\u{8}\u{8}space",
    "../../../etc/passwd",
    "=HYPERLINK(\"http://x\")",
    "@SUM(A1)",
    "<script>alert(1)</script>",
    "\u{200B}\u{FEFF}",
    "nul\u{0}byte",
];

fn page() -> String {
    let rows: Vec<Value> = NAMES
        .iter()
        .enumerate()
        .map(|(place, name)| {
            json!({
                "uuid": format!("21975c81-7f57-4c7a-aef9-acfe287{place:05}"),
                "original_filename": name,
                "mime_type": format!("image/{name}"),
                "size": place,
                "is_ready": true,
                "datetime_uploaded": "2022-09-28T15:53:36.082137Z",
                "datetime_stored": null,
            })
        })
        .collect();
    json!({"next": null, "total": 1, "results": rows}).to_string()
}

/// A service of which every word is hostile.
async fn service() -> Raw {
    Raw::start(|_, asked| {
        let typed = |status: u16, body: &str| {
            let mime = "application/vnd.uploadcare-v0.7+json";
            typed(status, mime, "", body.as_bytes())
        };
        let words = "no\u{1b}[31m\u{202E}\u{9b}way\r\nTallyman: all done";
        match asked.line.split(['?', ' ']).nth(1) {
            Some("/project/") => typed(200, PROJECT),
            Some("/files/") if asked.line.starts_with("GET") => typed(200, &page()),
            _ => typed(403, &json!({ "detail": words }).to_string()),
        }
    })
    .await
}

async fn tallyman(raw: &Raw, data: &std::path::Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tallyman"));
    command
        .args(arguments)
        .current_dir(data)
        .env("TALLYMAN_DATA_DIR", data.join("data"))
        .env("TALLYMAN_SERVICE", "uploadcare")
        .env("TALLYMAN_PUBLIC_KEY", "public")
        .env("TALLYMAN_SECRET_KEY", SECRET)
        .env("TALLYMAN_API_BASE", &raw.base)
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
        .stdin(Stdio::null());
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

/// Nothing that steers a terminal, reorders a line or forges one.
#[track_caller]
fn harmless(text: &[u8]) -> String {
    let text = String::from_utf8(text.to_vec()).unwrap();
    let odd = |c: &char| *c != '\n' && tallyman::model::text::is_hidden(*c);
    assert_eq!(text.chars().find(odd), None, "{text:?}");
    assert!(
        !text
            .lines()
            .any(|line| line.starts_with("Tallyman: all done"))
    );
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_printed_steers_a_terminal() {
    let (raw, data) = (service().await, tempfile::tempdir().unwrap());
    let table = tallyman(&raw, data.path(), &["ls"]).await;
    assert_eq!(table.status.code(), Some(0), "{table:?}");
    harmless(&table.stderr);
    let shown = harmless(&table.stdout);
    assert_eq!(shown.lines().count(), NAMES.len() + 1, "{shown}");
    assert!(shown.contains("‹U+001B›[2J"), "{shown}");

    let lines = tallyman(&raw, data.path(), &["ls", "--format", "jsonl"]).await;
    let lines = harmless(&lines.stdout);
    let names: Vec<_> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["name"].clone())
        .collect();
    for name in NAMES {
        assert!(names.iter().any(|one| one == name), "{name:?} in {names:?}");
    }

    for arguments in [
        &["delete", "x", "--yes", "--report", "report"][..],
        &["delete", "--filter", "e", "--dry-run"],
        &["delete", "--filter", "e", "--dry-run", "--json"],
        &["groups"],
        &["jobs"],
        &["jobs", "--json"],
        &["report", "1", "--out", "again"],
        &["check-report", "again"],
        &["check-report", "\u{1b}[2J\u{202E}"],
        &["ls", "--filter", "state:\u{1b}[2J\u{202E}"],
        &["ls", "--profile", "\u{1b}[2J\u{202E}"],
    ] {
        let output = tallyman(&raw, data.path(), arguments).await;
        assert!(output.status.code().is_some(), "{arguments:?}");
        harmless(&output.stdout);
        harmless(&output.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_list_is_run_by_no_spreadsheet_and_comes_back_whole() {
    let (raw, data) = (service().await, tempfile::tempdir().unwrap());
    let listed = tallyman(&raw, data.path(), &["ls", "--format", "csv"]).await;
    let mut reader = csv::Reader::from_reader(&listed.stdout[..]);
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), NAMES.len());
    for row in &rows {
        for cell in row.iter() {
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']),
                "{cell:?}"
            );
        }
    }
    let ids = tallyman::report::read_ids(&listed.stdout).unwrap();
    assert_eq!(ids.len(), NAMES.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_of_hostile_projects_have_tame_names() {
    let (raw, data) = (service().await, tempfile::tempdir().unwrap());
    tallyman(
        &raw,
        data.path(),
        &["delete", "x", "--yes", "--report", "report"],
    )
    .await;
    let mut names: Vec<_> = std::fs::read_dir(data.path().join("report"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let expected = [
        "items.csv",
        "manifest.json",
        "problems.csv",
        "report.html",
        "report.json",
    ];
    assert_eq!(names, expected);
    let html = std::fs::read_to_string(data.path().join("report/report.html")).unwrap();
    harmless(html.as_bytes());
    assert!(
        html.contains("Shop‹U+001B›[2J"),
        "the project's name is shown as it is"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deeply_nested_answer_is_an_error_and_no_crash() {
    let deep = |depth: usize| format!("{{\"name\": {}1{}}}", "[".repeat(depth), "]".repeat(depth));
    for depth in [99, 1_000, 1_000_000] {
        let body = deep(depth);
        let mime = "application/json";
        let raw = Raw::script(vec![typed(200, mime, "", body.as_bytes())]).await;
        let data = tempfile::tempdir().unwrap();
        for command in ["ls", "groups"] {
            let output = tallyman(&raw, data.path(), &[command]).await;
            assert_eq!(output.status.code(), Some(3), "{depth} {output:?}");
        }
    }
    let words = deep(1_000_000);
    for status in [400, 403, 404, 429, 500] {
        let raw = Raw::script(vec![typed(
            status,
            "application/json",
            "",
            words.as_bytes(),
        )])
        .await;
        let service = tallyman::service::open_with(
            &tallyman::service::Credentials {
                service: tallyman::model::ServiceKind::Uploadcare,
                public_key: "public".into(),
                secret: SECRET.to_owned().into(),
                api_base: Some(raw.base.clone()),
                cdn_base: None,
                simple_auth: false,
            },
            tallyman::service::Limits {
                patience: tallyman::service::Patience {
                    tries: 1,
                    throttled_reads: 1,
                    ..Default::default()
                },
                ..Default::default()
            },
        )
        .unwrap();
        assert!(service.account().await.is_err(), "{status}");
    }
}
