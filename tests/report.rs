//! A report: what is in it, what comes back from it, and what its check finds.

#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::fs;
use std::path::Path;

use tallyman::model::{
    Account, CallId, CallPurpose, CallRecord, Evidence, ItemId, ItemRecord, JobId, JobRecord,
    JobState, JobSummary, Outcome, PlanArgs, PlanItem, ProfileId, ServiceKind, Settled, Source,
    Tally, Time, Verb,
};
use tallyman::report::{
    COLUMNS, Checked, Finding, How, PublicKey, ReportError, ReportErrorKind, SigningKey, Written,
    can_write, check, default_folder_name, read_ids,
};

const COMMITTED: i64 = 1_795_255_200_000_000;

/// Names that a spreadsheet, a browser, a terminal or a parser may trip over.
const NAMES: [&str; 16] = [
    "hero@2x.png",
    "=HYPERLINK(\"http://x\",\"y\")",
    "+1",
    "-2",
    "@SUM(A1:A9)",
    "\t=1",
    "\r=1",
    "'already quoted'",
    "'=both",
    "a,b;c\t\"d\"",
    "two\r\nlines\nand more",
    "</script></td><script>alert(1)</script>&amp;",
    "a\u{202E}gpj.exe",
    "👩‍👩‍👧 day ✨.heic",
    "صورة المنتج.jpg",
    "",
];

const ENDS: [Option<Outcome>; 8] = [
    Some(Outcome::Done),
    Some(Outcome::Absent),
    Some(Outcome::Refused),
    Some(Outcome::Failed),
    Some(Outcome::Skipped),
    Some(Outcome::NotSent),
    Some(Outcome::Unknown),
    None,
];

fn item(seq: u32, outcome: Option<Outcome>) -> ItemRecord {
    let name = NAMES[seq as usize % NAMES.len()];
    let at = |seconds: i64| Time(COMMITTED + seconds * 1_000_000 + 123_456);
    let sent = !matches!(outcome, None | Some(Outcome::Skipped | Outcome::NotSent));
    let settled = outcome.map(|outcome| Settled {
        seq,
        outcome,
        problem: match outcome {
            Outcome::Done => String::new(),
            Outcome::Refused => "=cmd|' /C calc'!A0 <b>locked</b>".into(),
            _ => format!("reason of {outcome}"),
        },
        evidence: sent.then_some(Evidence::Reread),
        service_time: (outcome == Outcome::Done).then(|| at(3)),
        settled_at: at(4),
    });
    ItemRecord {
        seq,
        item: PlanItem {
            name: name.into(),
            size: (!seq.is_multiple_of(3)).then_some(u64::from(seq) * 1_000),
            mime: "image/png".into(),
            uploaded: Some(at(-90_000)),
            stored: None,
            removed: None,
            guard: None,
            ..PlanItem::bare(ItemId::new(format!(
                "{}-{seq}",
                if seq == 5 { "=id" } else { "id" }
            )))
        },
        settled,
        attempts: u32::from(sent),
        first_sent_at: sent.then(|| at(1)),
        call: sent.then_some(CallId(7)),
        http_status: sent.then_some(200),
        request_id: sent.then(|| "req-1".into()),
    }
}

fn record(state: JobState, ends: impl IntoIterator<Item = Option<Outcome>>) -> JobRecord {
    let items: Vec<_> = ends
        .into_iter()
        .enumerate()
        .map(|(seq, outcome)| item(seq as u32, outcome))
        .collect();
    let mut tally = Tally::default();
    for item in &items {
        tally.add(item.outcome());
    }
    JobRecord {
        summary: JobSummary {
            id: JobId(12),
            verb: Verb::Delete,
            args: PlanArgs::default(),
            source: Source {
                service: ServiceKind::Uploadcare,
                profile: ProfileId("p".into()),
                profile_name: "Shop <main>".into(),
                account: Account {
                    name: "=Shop & Söhne".into(),
                    key: "demopublickey".into(),
                },
                api_base: "https://api.uploadcare.com".into(),
            },
            state,
            reason: String::new(),
            created: Time(COMMITTED),
            ended: (state != JobState::Running).then_some(Time(COMMITTED + 9_000_000)),
            tally,
            bytes: items.iter().filter_map(|item| item.item.size).sum(),
            calls: 1,
            retries: 2,
            throttled: 3,
            seconds: 12.5,
        },
        calls: vec![CallRecord {
            id: CallId(7),
            purpose: CallPurpose::Send,
            seqs: (0..items.len() as u32).collect(),
            sent_at: Time(COMMITTED),
            ended_at: None,
            http_status: None,
            request_id: None,
            attempts: 1,
            throttled: 0,
            error: "cut".into(),
        }],
        items,
    }
}

/// Every name with every outcome, and some without.
fn hostile() -> JobRecord {
    record(
        JobState::Stopped,
        ENDS.into_iter().cycle().take(NAMES.len() * 9),
    )
}

/// All done but what is given.
fn ended() -> JobRecord {
    let ends = (0..40).map(|seq| match seq {
        3 => Some(Outcome::Absent),
        5 => Some(Outcome::Refused),
        _ => Some(Outcome::Done),
    });
    record(JobState::Ended, ends)
}

/// Writes it whole and unsigned.
fn write(record: &JobRecord, into: &Path) -> Result<Written, ReportError> {
    tallyman::report::write(record, into, &How::default())
}

fn rows(path: &Path) -> Vec<Vec<String>> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .from_path(path)
        .unwrap()
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

/// What a spreadsheet cell holds that a report has guarded.
fn plain(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\'']) => rest,
        _ => cell,
    }
}

fn text(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn a_bundle_of_hostile_names_is_sound_and_whole() {
    let base = tempfile::tempdir().unwrap();
    let record = hostile();
    let dir = base
        .path()
        .join(default_folder_name(&record.summary, false));
    assert!(dir.ends_with("tallyman-delete-12-2026-11-21"), "{dir:?}");
    let written = write(&record, &dir).unwrap();
    assert_eq!(written.items, 144);
    assert_eq!(written.problems, 144 - 18);

    let checked = check(&dir).unwrap();
    assert_eq!(checked.findings, []);
    assert_eq!((checked.files, checked.items), (4, 144));

    let table = rows(&dir.join("items.csv"));
    assert_eq!(table[0], COLUMNS);
    assert_eq!(
        COLUMNS.join(" "),
        "seq kind service project profile item_id name size_bytes mime_type uploaded_at stored_at verb outcome problem http_status attempts first_sent_at settled_at call request_id service_time evidence"
    );
    assert_eq!(table.len(), 145);
    for (place, row) in table[1..].iter().enumerate() {
        assert_eq!(row[0], (place + 1).to_string());
        assert_eq!(plain(&row[6]), NAMES[place % NAMES.len()]);
        assert_eq!(row[12], ENDS[place % 8].map_or("", Outcome::key));
        assert!(
            !row.iter()
                .any(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']))
        );
    }
    assert_eq!(
        table[1][16..],
        [
            "2026-11-21T10:00:01.123456Z",
            "2026-11-21T10:00:04.123456Z",
            "7",
            "req-1",
            "2026-11-21T10:00:03.123456Z",
            "re-read"
        ]
    );

    let problems = rows(&dir.join("problems.csv"));
    let not_done: Vec<_> = table.iter().filter(|row| row[12] != "done").collect();
    assert_eq!(problems.iter().collect::<Vec<_>>(), not_done);
}

/// The job with other numbers for its items.
fn counted(mut job: JobRecord, number: fn(u32) -> u32) -> JobRecord {
    for item in &mut job.items {
        item.seq = number(item.seq);
        if let Some(settled) = &mut item.settled {
            settled.seq = number(settled.seq);
        }
    }
    for seq in job.calls.iter_mut().flat_map(|call| &mut call.seqs) {
        *seq = number(*seq);
    }
    job
}

#[test]
fn the_json_is_lossless() {
    let base = tempfile::tempdir().unwrap();
    for record in [hostile(), ended()] {
        write(&record, base.path()).unwrap();
        let json: serde_json::Value =
            serde_json::from_str(&text(base.path().join("report.json"))).unwrap();
        let job: JobRecord = serde_json::from_value(json["job"].clone()).unwrap();
        assert_eq!(job, counted(record.clone(), |seq| seq + 1));
        assert_eq!(json["format"], "tallyman-report");
        assert_eq!(json["sum"]["items"], record.items.len());
    }
}

#[test]
fn the_first_line_says_what_happened_in_any_state() {
    let cases = [
        (ended(), "38 of 40 deleted, 1 was not there, 1 refused"),
        (record(JobState::Ended, []), "No files to delete"),
        (
            record(JobState::Running, [None, None, Some(Outcome::Done)]),
            "Not ended: 1 of 3 deleted, 2 without an outcome yet",
        ),
        (
            record(JobState::Halted, [Some(Outcome::NotSent)]),
            "Halted: 0 of 1 deleted, 1 not sent",
        ),
    ];
    for (record, says) in cases {
        let base = tempfile::tempdir().unwrap();
        write(&record, base.path()).unwrap();
        let json: serde_json::Value =
            serde_json::from_str(&text(base.path().join("report.json"))).unwrap();
        assert_eq!(json["says"], says);
        let html = text(base.path().join("report.html"));
        let (_, body) = html.split_once("<body>").unwrap();
        assert!(
            body.starts_with(&format!("<header><h1>{says}</h1>")),
            "{says}"
        );
        assert!(html.contains("What this report does not prove"));
        assert_eq!(check(base.path()).unwrap().findings, []);
    }
}

#[test]
fn the_page_runs_and_fetches_nothing() {
    let base = tempfile::tempdir().unwrap();
    write(&hostile(), base.path()).unwrap();
    let html = text(base.path().join("report.html"));
    for never in [
        "<script",
        "src=",
        "href=",
        "url(",
        "@import",
        "\u{202E}",
        "<b>locked",
    ] {
        assert!(!html.contains(never), "{never}");
    }
    for shown in [
        "&lt;/script&gt;",
        "‹U+202E›",
        "👩‍👩‍👧 day",
        "صورة المنتج.jpg",
        "without an outcome",
    ] {
        assert!(html.contains(shown), "{shown}");
    }
}

#[test]
fn a_long_table_is_cut_and_says_so() {
    let base = tempfile::tempdir().unwrap();
    let many = record(JobState::Ended, vec![Some(Outcome::Refused); 5_100]);
    write(&many, base.path()).unwrap();
    let html = text(base.path().join("report.html"));
    assert!(html.contains("The first 5,000 of 5,100 are shown here"));
    assert_eq!(html.matches("<tr>").count(), 5_001);
    assert!(html.contains("and 5,050 more in problems.csv"));
    assert_eq!(rows(&base.path().join("items.csv")).len(), 5_101);
    assert_eq!(check(base.path()).unwrap().findings, []);
}

#[test]
fn items_can_be_fed_back() {
    let base = tempfile::tempdir().unwrap();
    let record = hostile();
    write(&record, base.path()).unwrap();
    let ids = read_ids(&fs::read(base.path().join("items.csv")).unwrap()).unwrap();
    let planned: Vec<_> = record
        .items
        .iter()
        .map(|item| item.item.id.clone())
        .collect();
    assert_eq!(ids, planned);
    assert_eq!(ids[5].as_str(), "=id-5");
    let ids = read_ids(&fs::read(base.path().join("problems.csv")).unwrap()).unwrap();
    assert_eq!(ids.len(), 144 - 18);
}

/// Writes a sound bundle, changes it, and returns what the check finds.
fn findings(change: impl FnOnce(&Path)) -> Vec<Finding> {
    let base = tempfile::tempdir().unwrap();
    write(&ended(), base.path()).unwrap();
    change(base.path());
    check(base.path()).unwrap().findings
}

fn replace(file: &Path, old: &str, new: &str) {
    let before = text(file);
    assert!(before.contains(old), "{old}");
    fs::write(file, before.replacen(old, new, 1)).unwrap();
}

/// Makes the manifest agree with a file again, as somebody would who covers his tracks.
fn cover(dir: &Path, name: &str) {
    use sha2::Digest as _;
    let bytes = fs::read(dir.join(name)).unwrap();
    let path = dir.join("manifest.json");
    let mut manifest: serde_json::Value = serde_json::from_str(&text(&path)).unwrap();
    for file in manifest["files"].as_array_mut().unwrap() {
        if file["name"] == name {
            file["bytes"] = bytes.len().into();
            file["sha256"] = hex::encode(sha2::Sha256::digest(&bytes)).into();
        }
    }
    fs::write(path, manifest.to_string()).unwrap();
}

#[test]
fn every_change_is_named() {
    type Change = fn(&Path);
    let cases: [(&str, Change, &str, &str); 14] = [
        (
            "one byte",
            |dir| replace(&dir.join("report.html"), "38", "39"),
            "report.html",
            "SHA-256",
        ),
        (
            "longer",
            |dir| replace(&dir.join("report.html"), "38", "138"),
            "report.html",
            "bytes",
        ),
        (
            "missing",
            |dir| fs::remove_file(dir.join("problems.csv")).unwrap(),
            "problems.csv",
            "missing",
        ),
        (
            "no json",
            |dir| fs::remove_file(dir.join("report.json")).unwrap(),
            "report.json",
            "missing",
        ),
        (
            "no manifest",
            |dir| fs::remove_file(dir.join("manifest.json")).unwrap(),
            "manifest.json",
            "missing",
        ),
        (
            "bad manifest",
            |dir| fs::write(dir.join("manifest.json"), "{}").unwrap(),
            "manifest.json",
            "no manifest",
        ),
        (
            "extra",
            |dir| fs::write(dir.join("more.csv"), "").unwrap(),
            "more.csv",
            "no part",
        ),
        (
            "broken json",
            |dir| replace(&dir.join("report.json"), "{", "["),
            "report.json",
            "no report",
        ),
        (
            "unlisted",
            |dir| replace(&dir.join("manifest.json"), "items.csv", "other.csv"),
            "manifest.json",
            "does not name items.csv",
        ),
        (
            "path",
            |dir| replace(&dir.join("manifest.json"), "items.csv", "../../etc/passwd"),
            "../../etc/passwd",
            "no part",
        ),
        (
            "outcome in the table",
            |dir| {
                replace(&dir.join("items.csv"), ",refused,", ",done,");
                cover(dir, "items.csv");
            },
            "items.csv",
            "item 6: outcome is “done”, report.json says “refused”",
        ),
        (
            "row gone",
            |dir| {
                let table = text(dir.join("problems.csv"));
                let lines: Vec<_> = table.split_inclusive("\r\n").collect();
                fs::write(dir.join("problems.csv"), lines[..2].concat()).unwrap();
                cover(dir, "problems.csv");
            },
            "problems.csv",
            "item 6 is missing",
        ),
        (
            "counts",
            |dir| {
                replace(
                    &dir.join("report.json"),
                    "\"outcome\": \"refused\"",
                    "\"outcome\": \"done\"",
                );
                cover(dir, "report.json");
            },
            "report.json",
            "do not add up",
        ),
        (
            "sentence",
            |dir| {
                replace(
                    &dir.join("report.json"),
                    "38 of 40 deleted",
                    "40 of 40 deleted",
                );
                cover(dir, "report.json");
            },
            "report.json",
            "does not say what happened",
        ),
    ];
    assert_eq!(findings(|_| {}), []);
    for (case, change, file, what) in cases {
        let found = findings(change);
        assert!(
            found
                .iter()
                .any(|one| one.file == file && one.what.contains(what)),
            "{case}: {found:?}"
        );
    }
}

#[test]
fn rows_too_many_and_strange_columns_are_named() {
    let found = findings(|dir| {
        let path = dir.join("items.csv");
        let table = text(&path).replacen("seq,kind", "kind,seq", 1);
        let last = table.lines().last().unwrap().to_owned();
        fs::write(&path, format!("{table}{last}\r\n")).unwrap();
    });
    let whats: Vec<_> = found.iter().map(|one| one.what.as_str()).collect();
    assert!(
        whats.iter().any(|what| what.contains("columns")),
        "{whats:?}"
    );
    assert!(
        whats.iter().any(|what| what.contains("1 rows too many")),
        "{whats:?}"
    );
}

/// Changes the report as a writer of another version would have written it.
fn rewrite(dir: &Path, change: impl FnOnce(&mut serde_json::Value)) {
    let path = dir.join("report.json");
    let mut json: serde_json::Value = serde_json::from_str(&text(&path)).unwrap();
    change(&mut json);
    fs::write(path, json.to_string()).unwrap();
    cover(dir, "report.json");
}

#[test]
fn items_are_counted_from_1_in_the_json_as_in_the_table() {
    let base = tempfile::tempdir().unwrap();
    write(&ended(), base.path()).unwrap();
    let json: serde_json::Value =
        serde_json::from_str(&text(base.path().join("report.json"))).unwrap();
    let table = rows(&base.path().join("items.csv"));
    for (item, row) in json["job"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .zip(&table[1..])
    {
        assert_eq!(item["seq"].to_string(), row[0]);
        assert_eq!(item["settled"]["seq"], item["seq"]);
        assert_eq!(item["item"]["id"], plain(&row[5]));
    }
    let first: Vec<_> = json["job"]["calls"].as_array().unwrap().iter().collect();
    assert_eq!(first[0]["seqs"][0], 1);
}

#[test]
fn reports_that_count_from_0_are_still_sound() {
    for version in [1, 2] {
        let found = findings(|dir| {
            rewrite(dir, |json| {
                let job = serde_json::from_value(json["job"].clone()).unwrap();
                json["version"] = version.into();
                json["job"] = serde_json::to_value(counted(job, |seq| seq - 1)).unwrap();
            });
        });
        assert_eq!(found, [], "version {version}");
    }
    let found = findings(|dir| {
        rewrite(dir, |json| json["job"]["items"][0]["seq"] = 0.into());
    });
    assert!(
        found.iter().any(|one| one.what.contains("number 0")),
        "{found:?}"
    );
}

#[test]
fn what_is_no_report_is_told() {
    let base = tempfile::tempdir().unwrap();
    for dir in [base.path().to_owned(), base.path().join("nowhere")] {
        let error = check(&dir).unwrap_err();
        assert_eq!(error.kind, ReportErrorKind::NotABundle);
        assert!(error.message.contains(dir.to_str().unwrap()), "{error}");
    }
    write(&ended(), base.path()).unwrap();
    replace(
        &base.path().join("report.json"),
        "\"version\": 3",
        "\"version\": 4",
    );
    assert_eq!(check(base.path()).unwrap_err().kind, ReportErrorKind::Newer);
}

#[test]
fn a_job_whose_counts_do_not_add_up_gets_no_report() {
    let base = tempfile::tempdir().unwrap();
    let dir = base.path().join("report");
    let mut wrong = vec![ended(), ended(), ended()];
    wrong[0].summary.tally.done += 1;
    wrong[1].items.swap(1, 2);
    wrong[2] = record(JobState::Running, [None]);
    wrong[2].summary.state = JobState::Ended;
    for record in wrong {
        let error = write(&record, &dir).unwrap_err();
        assert_eq!(error.kind, ReportErrorKind::Unsound, "{error}");
        assert!(!dir.exists());
    }
}

#[test]
fn an_older_report_is_replaced_and_nothing_else() {
    let base = tempfile::tempdir().unwrap();
    let dir = base.path().join("report");
    write(&hostile(), &dir).unwrap();
    write(&ended(), &dir).unwrap();
    assert_eq!(check(&dir).unwrap().items, 40);
    fs::write(dir.join("mine.txt"), "mine").unwrap();
    let error = write(&ended(), &dir).unwrap_err();
    assert_eq!(error.kind, ReportErrorKind::NotEmpty);
    assert!(error.message.contains("mine.txt"), "{error}");
    assert_eq!(fs::read_dir(base.path()).unwrap().count(), 1);
}

#[test]
fn the_report_of_another_job_is_not_replaced() {
    let base = tempfile::tempdir().unwrap();
    let dir = base.path().join("report");
    let first = ended();
    write(&first, &dir).unwrap();
    let before = text(dir.join("report.json"));
    let (mut number, mut folder) = (first.clone(), first.clone());
    number.summary.id = JobId(13);
    folder.summary.created.0 += 1;
    for other in [number, folder] {
        let error = write(&other, &dir).unwrap_err();
        assert_eq!(error.kind, ReportErrorKind::NotEmpty);
        assert!(error.message.contains("report of job 12"), "{error}");
        assert_eq!(text(dir.join("report.json")), before);
    }
    assert!(can_write(&dir).is_err(), "a job to come is another one");
    write(&first, &dir).unwrap();
    fs::write(dir.join("report.json"), "{}").unwrap();
    assert!(write(&first, &dir).is_err(), "nobody can tell whose it is");
    assert_eq!(fs::read_dir(base.path()).unwrap().count(), 1);
}

fn key() -> SigningKey {
    SigningKey::read(&SigningKey::make().unwrap()).unwrap()
}

fn write_signed(record: &JobRecord, dir: &Path, key: &SigningKey, redacted: bool) -> Written {
    let how = How {
        key: Ok(key),
        redacted,
    };
    tallyman::report::write(record, dir, &how).unwrap()
}

/// Writes a signed bundle, changes it, and checks it.
fn checked(change: impl FnOnce(&Path)) -> Checked {
    let base = tempfile::tempdir().unwrap();
    write_signed(&ended(), base.path(), &key(), false);
    change(base.path());
    check(base.path()).unwrap()
}

#[test]
fn a_signed_report_says_whose_it_is() {
    let base = tempfile::tempdir().unwrap();
    let (mine, other) = (key(), key());
    let written = write_signed(&hostile(), base.path(), &mine, false);
    assert_eq!(written.signed.as_ref(), Ok(mine.public()));
    let mut checked = check(base.path()).unwrap();
    assert_eq!((checked.files, checked.findings.len()), (4, 0));
    assert_eq!(checked.signed.as_ref(), Ok(mine.public()));

    checked.expect_key(mine.public());
    assert_eq!(checked.findings, []);
    checked.expect_key(other.public());
    assert_eq!(checked.findings[0].file, "manifest.json.minisig");
    assert!(checked.findings[0].what.contains(&other.public().id()));

    let file = text(base.path().join("signing-key.pub"));
    assert_eq!(PublicKey::parse(&file).as_ref(), Some(mine.public()));
    let html = text(base.path().join("report.html"));
    for shown in [mine.public().id(), mine.public().to_string()] {
        assert!(html.contains(&shown), "{shown}");
    }
    assert!(html.contains("minisign -Vm manifest.json"));
    assert!(html.contains("More than who exported it"));
    let signature = text(base.path().join("manifest.json.minisig"));
    assert!(signature.contains("report of job 12"), "{signature}");
}

#[test]
fn a_signature_that_is_gone_or_swapped_is_named() {
    type Change = fn(&Path);
    let cases: [(&str, Change, &str, &str); 9] = [
        (
            "no signature",
            |dir| fs::remove_file(dir.join("manifest.json.minisig")).unwrap(),
            "manifest.json.minisig",
            "is missing",
        ),
        (
            "no key",
            |dir| fs::remove_file(dir.join("signing-key.pub")).unwrap(),
            "signing-key.pub",
            "is missing",
        ),
        (
            "neither",
            |dir| {
                fs::remove_file(dir.join("manifest.json.minisig")).unwrap();
                fs::remove_file(dir.join("signing-key.pub")).unwrap();
            },
            "signing-key.pub",
            "the report was signed with the key",
        ),
        (
            "of another report",
            |dir| {
                let other = tempfile::tempdir().unwrap();
                write_signed(&hostile(), other.path(), &key(), false);
                let name = "manifest.json.minisig";
                fs::copy(other.path().join(name), dir.join(name)).unwrap();
            },
            "manifest.json.minisig",
            "another key",
        ),
        (
            "signed anew by somebody else",
            |dir| {
                let other = tempfile::tempdir().unwrap();
                write_signed(&ended(), other.path(), &key(), false);
                for name in ["manifest.json.minisig", "signing-key.pub"] {
                    fs::copy(other.path().join(name), dir.join(name)).unwrap();
                }
            },
            "signing-key.pub",
            "is not the key that report.json names",
        ),
        (
            "covered tracks",
            |dir| {
                replace(&dir.join("report.html"), "38", "39");
                cover(dir, "report.html");
            },
            "manifest.json.minisig",
            "is not the signature of this manifest",
        ),
        (
            "garbled",
            |dir| fs::write(dir.join("manifest.json.minisig"), [0xFF, 0]).unwrap(),
            "manifest.json.minisig",
            "no signature that can be read",
        ),
        (
            "short",
            |dir| {
                let path = dir.join("manifest.json.minisig");
                let short = text(&path).trim_end()[..text(&path).len() - 30].to_owned();
                fs::write(path, short).unwrap();
            },
            "manifest.json.minisig",
            "no signature that can be read",
        ),
        (
            "no key at all",
            |dir| fs::write(dir.join("signing-key.pub"), "key").unwrap(),
            "signing-key.pub",
            "no public key",
        ),
    ];
    assert_eq!(checked(|_| {}).findings, []);
    for (case, change, file, what) in cases {
        let found = checked(change);
        let named = |one: &Finding| one.file == file && one.what.contains(what);
        assert!(found.findings.iter().any(named), "{case}: {found:?}");
        assert!(found.signed.is_err(), "{case}");
    }
}

#[test]
fn an_unsigned_report_says_why_and_cannot_claim_a_signature() {
    let base = tempfile::tempdir().unwrap();
    let how = How {
        key: Err("There was <no> keyring."),
        redacted: false,
    };
    let written = tallyman::report::write(&ended(), base.path(), &how).unwrap();
    assert!(written.signed.is_err());
    let mut checked = check(base.path()).unwrap();
    assert_eq!(checked.findings, []);
    assert_eq!(checked.signed, Err("There was <no> keyring.".to_owned()));
    let html = text(base.path().join("report.html"));
    assert!(html.contains("This report is not signed. There was &lt;no&gt; keyring."));
    assert!(html.contains("Who wrote it: it is not signed."));
    assert_eq!(fs::read_dir(base.path()).unwrap().count(), 5);
    checked.expect_key(key().public());
    assert_eq!(checked.findings.len(), 1);

    let other = tempfile::tempdir().unwrap();
    write_signed(&ended(), other.path(), &key(), false);
    for name in ["manifest.json.minisig", "signing-key.pub"] {
        fs::copy(other.path().join(name), base.path().join(name)).unwrap();
    }
    let found = check(base.path()).unwrap();
    assert!(found.findings.len() >= 2, "{found:?}");
}

#[test]
fn a_redacted_report_tells_nothing_of_contents() {
    let mut record = hostile();
    let secret = "very-secret-name";
    record.summary.state = JobState::Halted;
    record.summary.reason = format!("halted at {secret}.png");
    record.summary.source.profile_name = format!("profile {secret}");
    record.summary.source.account.name = format!("project {secret}");
    record.summary.args.tags = vec![secret.into()];
    record.summary.args.folder = Some(format!("/{secret}"));
    record.summary.args.name = Some(secret.into());
    record.items[1].item.id = format!("/folder/{secret}").as_str().into();
    record.calls[0].error = format!("GET https://x/{secret}.png");
    record.calls[0].request_id = Some(format!("id of {secret}.png"));
    for item in &mut record.items {
        item.item.name = format!("{secret}.jpg");
        item.item.path = format!("/{secret}/a.jpg");
        item.item.url = Some(format!("https://x/{secret}"));
        item.item.mime = format!("image/png; name={secret}");
        item.item.guard = item.settled.as_ref().map(|_| format!("guard {secret}"));
        item.request_id = Some(format!("{secret}.png"));
        if let Some(settled) = &mut item.settled {
            settled.problem = format!("{secret} is locked");
        }
    }
    let base = tempfile::tempdir().unwrap();
    let dir = base.path().join(default_folder_name(&record.summary, true));
    assert!(dir.ends_with("tallyman-delete-12-2026-11-21-redacted"));
    write_signed(&record, &dir, &key(), true);
    for file in fs::read_dir(&dir).unwrap() {
        let path = file.unwrap().path();
        let text = text(&path);
        assert!(!text.contains(secret), "{}", path.display());
        if path.extension().is_none_or(|ending| ending != "pub") {
            assert!(text.contains("redacted"), "{}", path.display());
        }
    }
    let found = check(&dir).unwrap();
    assert_eq!((found.findings.len(), found.redacted), (0, true));
    let table = rows(&dir.join("items.csv"));
    assert_eq!(table[0][6], "name_redacted");
    assert_eq!(
        (&*table[0][3], &*table[1][3]),
        ("project_redacted", "[redacted]")
    );
    let ids = read_ids(&fs::read(dir.join("items.csv")).unwrap()).unwrap();
    assert_eq!(ids.len(), record.items.len(), "ids stay");
    assert_eq!(table[1][12], "done", "outcomes stay");

    // One variant never takes the other's place.
    for redacted in [true, false] {
        let dir = base.path().join(format!("of {redacted}"));
        write_signed(&record, &dir, &key(), redacted);
        write_signed(&record, &dir, &key(), redacted);
        let how = How {
            redacted: !redacted,
            ..How::default()
        };
        let error = tallyman::report::write(&record, &dir, &how).unwrap_err();
        assert_eq!(error.kind, ReportErrorKind::NotEmpty);
    }
}
