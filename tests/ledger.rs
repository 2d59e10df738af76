//! The ledger through its public methods: order of writing, sums, locks, versions, damage.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;

use tallyman::ledger::{CallEnd, Ledger, LedgerErrorKind};
use tallyman::model::{
    Account, CallPurpose, Evidence, ItemId, JobId, JobState, Outcome, Plan, PlanArgs, PlanItem,
    ProfileId, ServiceKind, Settled, Source, Time, Verb,
};

fn plan(items: u32) -> Plan {
    let source = Source {
        service: ServiceKind::Uploadcare,
        profile: ProfileId("p1".into()),
        profile_name: "Shop".into(),
        account: Account {
            name: "shop".into(),
            key: "shop-key".into(),
        },
        api_base: "https://api.uploadcare.com".into(),
    };
    let items = (0..items)
        .map(|n| PlanItem {
            name: format!("Фото {n}.jpg"),
            size: Some(u64::from(n)),
            mime: "image/jpeg".into(),
            uploaded: Some(Time(i64::from(n))),
            ..PlanItem::bare(ItemId::new(format!("id-{n}")))
        })
        .collect();
    Plan::new(Verb::Delete, source, items)
}

fn settled(seq: u32, outcome: Outcome) -> Settled {
    Settled {
        seq,
        outcome,
        problem: String::new(),
        evidence: Some(Evidence::Answer),
        service_time: Some(Time(7)),
        settled_at: Time(8),
    }
}

fn answered(attempts: u32) -> CallEnd {
    CallEnd {
        http_status: Some(200),
        request_id: Some("req-1".into()),
        attempts,
        throttled: attempts.saturating_sub(1),
        error: String::new(),
    }
}

/// A ledger with one job of `items`.
fn with_job(dir: &Path, items: u32) -> (Ledger, JobId) {
    let ledger = Ledger::open(dir).unwrap();
    let job = ledger.create_job(&plan(items)).unwrap();
    (ledger, job)
}

fn broken<T: std::fmt::Debug>(result: Result<T, tallyman::ledger::LedgerError>) {
    assert_eq!(result.unwrap_err().kind, LedgerErrorKind::Broken);
}

#[test]
fn a_job_round_trips() {
    let dir = tempfile::tempdir().unwrap();
    let mut frozen = plan(3);
    let mut items = frozen.items().to_vec();
    items[2].guard = Some("protected".into());
    items[1].path = "/products/Фото 1.jpg".into();
    items[1].url = Some("https://ik.imagekit.io/x/1.jpg".into());
    let args = PlanArgs {
        tags: vec!["summer".into()],
        folder: Some("/archive".into()),
        name: None,
        purge: true,
    };
    frozen = Plan::new(frozen.verb, frozen.source.clone(), items).with_args(args.clone());
    let ledger = Ledger::open(dir.path()).unwrap();
    let job = ledger.create_job(&frozen).unwrap();
    let call = ledger.begin_call(job, CallPurpose::Send, &[0, 1]).unwrap();
    let outcomes = [settled(0, Outcome::Done), settled(1, Outcome::Refused)];
    ledger.finish_call(call, &answered(2), &outcomes).unwrap();
    ledger.end_job(job, JobState::Ended, "", 1.5).unwrap();
    drop(ledger);

    let ledger = Ledger::open(dir.path()).unwrap();
    let record = ledger.record(job).unwrap();
    assert_eq!(record.summary.source, frozen.source);
    assert_eq!(record.summary.args, args);
    assert_eq!(record.summary.created, frozen.created);
    assert_eq!(record.summary.state, JobState::Ended);
    assert_eq!((record.summary.calls, record.summary.retries), (1, 1));
    assert_eq!((record.summary.throttled, record.summary.bytes), (1, 3));
    assert!(record.summary.ended.is_some());
    assert!((record.summary.seconds - 1.5).abs() < 1e-9);
    let tally = record.summary.tally;
    assert_eq!((tally.done, tally.refused, tally.skipped), (1, 1, 1));
    assert_eq!(tally.items(), 3);
    let kept: Vec<_> = record.items.iter().map(|row| row.item.clone()).collect();
    assert_eq!(kept, frozen.items());
    assert_eq!(record.items[0].settled.as_ref(), Some(&outcomes[0]));
    assert_eq!(record.items[0].attempts, 2);
    assert_eq!(record.items[0].http_status, Some(200));
    assert_eq!(record.items[0].request_id.as_deref(), Some("req-1"));
    let skipped = record.items[2].settled.as_ref().unwrap();
    assert_eq!(skipped.outcome, Outcome::Skipped);
    assert_eq!(skipped.problem, "protected");
    assert_eq!(skipped.evidence, None);
    assert_eq!((record.items[2].attempts, record.items[2].call), (0, None));
    assert_eq!(record.calls[0].seqs, [0, 1]);
    assert!(record.calls[0].ended_at >= Some(record.calls[0].sent_at));
}

#[test]
fn a_call_that_looks_first_marks_when_it_leaves() {
    let dir = tempfile::tempdir().unwrap();
    let (ledger, job) = with_job(dir.path(), 3);
    let call = ledger.begin_call(job, CallPurpose::Send, &[0]).unwrap();
    assert_eq!(ledger.unanswered(job).unwrap()[0].attempts, 0);
    ledger.mark_call(call).unwrap();
    drop(ledger);

    let ledger = Ledger::open(dir.path()).unwrap();
    assert_eq!(ledger.unanswered(job).unwrap()[0].attempts, 1);
    ledger.finish_call(call, &answered(1), &[]).unwrap();
    broken(ledger.mark_call(call));
}

#[test]
fn a_call_that_left_is_known_without_its_answer() {
    let dir = tempfile::tempdir().unwrap();
    let (ledger, job) = with_job(dir.path(), 3);
    let call = ledger.begin_call(job, CallPurpose::Send, &[2, 0]).unwrap();
    drop(ledger);

    let ledger = Ledger::open(dir.path()).unwrap();
    let open = ledger.unanswered(job).unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!((open[0].id, open[0].seqs.as_slice()), (call, &[0, 2][..]));
    let items = ledger.items(job, 0..3).unwrap();
    assert_eq!(items[0].attempts, 1, "it may have gone over the wire");
    assert!(items[0].first_sent_at.is_some() && items[1].first_sent_at.is_none());
    assert_eq!(items[0].call, Some(call));

    let nothing_left = CallEnd {
        error: "no network".into(),
        ..CallEnd::default()
    };
    ledger.finish_call(call, &nothing_left, &[]).unwrap();
    let item = ledger.items(job, 0..1).unwrap().remove(0);
    assert_eq!((item.attempts, item.first_sent_at), (0, None));
    assert!(ledger.unanswered(job).unwrap().is_empty());
}

#[test]
fn what_was_only_looked_at_was_never_sent() {
    let dir = tempfile::tempdir().unwrap();
    let (ledger, job) = with_job(dir.path(), 1);
    let send = |attempts| {
        let call = ledger.begin_call(job, CallPurpose::Send, &[0]).unwrap();
        ledger.finish_call(call, &answered(attempts), &[]).unwrap();
        ledger.items(job, 0..1).unwrap().remove(0)
    };
    let look = ledger.begin_call(job, CallPurpose::Reread, &[0]).unwrap();
    ledger.finish_call(look, &answered(2), &[]).unwrap();
    // The call did not leave this machine.
    let item = send(0);
    assert_eq!((item.attempts, item.first_sent_at), (2, None));
    let first = send(1).first_sent_at;
    assert!(first.is_some());
    assert_eq!(send(0).first_sent_at, first);
}

#[test]
fn an_item_settles_once_and_only_in_its_call() {
    let dir = tempfile::tempdir().unwrap();
    let (ledger, job) = with_job(dir.path(), 3);
    let call = ledger.begin_call(job, CallPurpose::Send, &[0, 1]).unwrap();
    broken(ledger.finish_call(call, &answered(1), &[settled(2, Outcome::Done)]));
    let twice = [settled(0, Outcome::Done), settled(0, Outcome::Done)];
    broken(ledger.finish_call(call, &answered(1), &twice));
    assert_eq!(
        ledger.summary(job).unwrap().tally.pending,
        3,
        "all or nothing"
    );
    ledger
        .finish_call(call, &answered(1), &[settled(0, Outcome::Done)])
        .unwrap();
    broken(ledger.finish_call(call, &answered(1), &[settled(1, Outcome::Done)]));
    broken(ledger.settle(job, &[settled(0, Outcome::Failed)]));
    broken(ledger.settle(job, &[settled(9, Outcome::Failed)]));
    broken(ledger.begin_call(job, CallPurpose::Send, &[0]));
    broken(ledger.begin_call(job, CallPurpose::Send, &[1, 1]));
    let tally = ledger.summary(job).unwrap().tally;
    assert_eq!((tally.done, tally.pending, tally.items()), (1, 2, 3));
    assert_eq!(ledger.summary(job).unwrap().calls, 1);
}

#[test]
fn a_job_ends_only_with_a_right_sum() {
    let dir = tempfile::tempdir().unwrap();
    let (ledger, job) = with_job(dir.path(), 3);
    broken(ledger.end_job(job, JobState::Ended, "", 1.0));
    let rest = [settled(0, Outcome::Done), settled(1, Outcome::NotSent)];
    ledger.settle(job, &rest).unwrap();
    ledger.settle(job, &[settled(2, Outcome::Unknown)]).unwrap();
    broken(ledger.end_job(job, JobState::Ended, "", 1.0));
    ledger
        .end_job(job, JobState::Halted, "no keys", 1.0)
        .unwrap();
    let halted = ledger.summary(job).unwrap();
    assert_eq!(
        (halted.state, halted.reason.as_str()),
        (JobState::Halted, "no keys")
    );
    assert!(halted.can_continue());

    ledger.reopen(job).unwrap();
    let open = ledger.summary(job).unwrap();
    assert_eq!((open.state, open.ended), (JobState::Running, None));
    assert_eq!((open.tally.pending, open.tally.done), (2, 1));
    let rest = [settled(1, Outcome::Done), settled(2, Outcome::Absent)];
    ledger.settle(job, &rest).unwrap();
    ledger.end_job(job, JobState::Ended, "", 2.0).unwrap();
    let ended = ledger.summary(job).unwrap();
    assert!((ended.seconds - 3.0).abs() < 1e-9, "runs add up");
    assert!(!ended.can_continue());
}

#[test]
fn retries_are_counted_as_documented() {
    let dir = tempfile::tempdir().unwrap();
    let (ledger, job) = with_job(dir.path(), 1);
    for (purpose, attempts) in [
        (CallPurpose::Send, 3),
        (CallPurpose::Repeat, 1),
        (CallPurpose::Reread, 2),
        (CallPurpose::Send, 0),
    ] {
        let call = ledger.begin_call(job, purpose, &[0]).unwrap();
        ledger.finish_call(call, &answered(attempts), &[]).unwrap();
    }
    let summary = ledger.summary(job).unwrap();
    assert_eq!(
        (summary.calls, summary.retries, summary.throttled),
        (4, 5, 3)
    );
    assert_eq!(ledger.items(job, 0..1).unwrap()[0].attempts, 6);
}

#[test]
fn what_happened_to_an_id_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let (ledger, first) = with_job(dir.path(), 20);
    let second = ledger.create_job(&plan(20)).unwrap();
    let seqs = |text: &str, limit| -> Vec<(JobId, u32)> {
        let hits = ledger.find(text, limit).unwrap();
        hits.iter().map(|(job, item)| (job.id, item.seq)).collect()
    };
    let exact_first = [(second, 1), (first, 1), (second, 10), (second, 11)];
    assert_eq!(seqs("id-1", 4), exact_first);
    assert_eq!(seqs("id-7", 10), [(second, 7), (first, 7)]);
    assert_eq!(seqs("фото 19", 10), [(second, 19), (first, 19)]);
    assert_eq!(seqs("%", 10), []);
    assert_eq!(seqs("  ", 10), []);
}

#[test]
fn find_wants_every_word_and_not_the_phrase() {
    let dir = tempfile::tempdir().unwrap();
    let (ledger, _) = with_job(dir.path(), 20);
    let seqs = |text: &str| -> Vec<u32> {
        let hits = ledger.find(text, 30).unwrap();
        hits.iter().map(|(_, item)| item.seq).collect()
    };
    assert_eq!(seqs("19 фото"), [19]);
    assert_eq!(seqs("  ФОТО   19 "), [19]);
    assert_eq!(
        seqs("id-17 фото"),
        [17],
        "one word in the id, one in the name"
    );
    assert_eq!(seqs("фото").len(), 20);
    assert_eq!(seqs("фото nowhere"), [0; 0]);
}

#[test]
fn jobs_are_listed_newest_first() {
    let dir = tempfile::tempdir().unwrap();
    let (ledger, first) = with_job(dir.path(), 1);
    let second = ledger.create_job(&plan(0)).unwrap();
    let ids: Vec<_> = ledger.jobs().unwrap().iter().map(|job| job.id).collect();
    assert_eq!(ids, [second, first]);
    let missing = ledger.summary(JobId(99)).unwrap_err();
    assert_eq!(missing.kind, LedgerErrorKind::Missing);
    assert!(missing.message.contains("99"));
}

#[test]
fn a_second_window_reads_and_does_not_write() {
    let dir = tempfile::tempdir().unwrap();
    let (first, job) = with_job(dir.path(), 2);
    let second = Ledger::open(dir.path()).unwrap();
    assert!(!first.is_read_only() && second.is_read_only());
    assert!(second.notice().unwrap().contains("Another Tallyman"));
    let refused = second.create_job(&plan(1)).unwrap_err();
    assert_eq!(refused.kind, LedgerErrorKind::ReadOnly);
    first.settle(job, &[settled(0, Outcome::Done)]).unwrap();
    assert_eq!(second.summary(job).unwrap().tally.done, 1);
    drop(first);
    let third = Ledger::open(dir.path()).unwrap();
    assert!(!third.is_read_only(), "the lock is free again");
}

#[test]
fn a_newer_ledger_is_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    drop(with_job(dir.path(), 1));
    let file = dir.path().join("ledger.sqlite");
    let mut bytes = std::fs::read(&file).unwrap();
    // Bytes 60..64 of an SQLite file are its user_version, big-endian.
    bytes[60..64].copy_from_slice(&900_u32.to_be_bytes());
    std::fs::write(&file, &bytes).unwrap();
    let error = Ledger::open(dir.path()).unwrap_err();
    assert_eq!(error.kind, LedgerErrorKind::Newer);
    assert!(error.message.contains("900") && error.message.contains("Update Tallyman"));
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
}

#[test]
fn a_damaged_ledger_is_kept_aside() {
    type Damage = fn(&mut Vec<u8>);
    let damages: [(&str, Damage); 3] = [
        ("no database", |bytes| {
            *bytes = b"this is no database".repeat(300)
        }),
        ("cut short", |bytes| bytes.truncate(bytes.len() / 2)),
        ("overwritten", |bytes| bytes[4096..].fill(0x5a)),
    ];
    for (what, damage) in damages {
        let dir = tempfile::tempdir().unwrap();
        drop(with_job(dir.path(), 500));
        let file = dir.path().join("ledger.sqlite");
        let mut bytes = std::fs::read(&file).unwrap();
        damage(&mut bytes);
        std::fs::write(&file, &bytes).unwrap();

        let ledger = Ledger::open(dir.path()).unwrap();
        assert!(ledger.jobs().unwrap().is_empty(), "{what}");
        assert!(!ledger.is_read_only(), "{what}");
        let aside = std::fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .find(|path| path.to_string_lossy().contains("ledger.damaged-"))
            .unwrap();
        assert_eq!(std::fs::read(&aside).unwrap(), bytes, "{what}");
        assert!(ledger.notice().unwrap().contains(&*aside.to_string_lossy()));
        ledger.create_job(&plan(1)).unwrap();
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let error = Ledger::open(&file.join("data")).unwrap_err();
    assert!(error.message.contains("ledger.sqlite"), "{error}");
}

#[cfg(unix)]
#[test]
fn files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("new").join("data");
    drop(with_job(&data, 1));
    for (path, mode) in [(data.clone(), 0o700), (data.join("ledger.sqlite"), 0o600)] {
        let found = path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(found, mode, "{}", path.display());
    }
}

#[test]
fn several_threads_write_without_loss() {
    let dir = tempfile::tempdir().unwrap();
    let (ledger, job) = with_job(dir.path(), 40);
    let ledger = Arc::new(ledger);
    let threads: Vec<_> = (0..4)
        .map(|lane| {
            let ledger = Arc::clone(&ledger);
            std::thread::spawn(move || {
                for seq in (0..40).filter(|seq| seq % 4 == lane) {
                    let call = ledger.begin_call(job, CallPurpose::Send, &[seq]).unwrap();
                    let done = [settled(seq, Outcome::Done)];
                    ledger.finish_call(call, &answered(1), &done).unwrap();
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    ledger.end_job(job, JobState::Ended, "", 0.1).unwrap();
    assert_eq!(ledger.summary(job).unwrap().tally.done, 40);
}

#[test]
fn a_large_plan_is_one_transaction() {
    let dir = tempfile::tempdir().unwrap();
    let (ledger, job) = with_job(dir.path(), 100_000);
    assert_eq!(ledger.summary(job).unwrap().tally.pending, 100_000);
    let last = ledger.items(job, 99_999..100_000).unwrap();
    assert_eq!(last[0].item.id.as_str(), "id-99999");
}
