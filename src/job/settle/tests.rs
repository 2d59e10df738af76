//! Tables: what a call brought, and what follows from it.

use super::super::chunk::Pace;
use super::*;
use crate::model::FileRow;

const NOW: Time = Time(1_000);

fn terms(verb: Verb, repeatable: bool) -> Terms {
    Terms {
        verb,
        limit: 100,
        repeatable,
        once: verb == Verb::Copy,
        pace: Pace::default(),
    }
}

fn entry(name: &str) -> Entry {
    let seq = u32::from(name.as_bytes()[0] - b'a');
    Entry::new(seq, name)
}

fn chunk(purpose: CallPurpose, names: &[&str]) -> Chunk {
    let mut chunk = Chunk::new(purpose, names.iter().map(|name| entry(name)).collect());
    if purpose != CallPurpose::Send {
        for entry in &mut chunk.entries {
            *entry = entry.clone().in_doubt(Doubt::Lost, "cut off");
            entry.sends = 1;
        }
    }
    chunk
}

fn fact(name: &str, fact: Fact) -> (ItemId, Fact) {
    (name.into(), fact)
}

fn done(at: i64) -> Fact {
    Fact::Done { at: Some(Time(at)) }
}

fn absent() -> Fact {
    Fact::Absent {
        words: "Missing in the project".into(),
    }
}

fn locked() -> Fact {
    Fact::Refused {
        words: "Locked".into(),
    }
}

/// `a done; b absent: Missing`, for what was settled.
fn told(settled: &[Settled]) -> String {
    let one = |one: &Settled| {
        let name = char::from(b'a' + one.seq as u8);
        match one.problem.as_str() {
            "" => format!("{name} {}", one.outcome),
            problem => format!("{name} {}: {problem}", one.outcome),
        }
    };
    settled.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// `repeat ab; reread c`, for what follows.
fn follows(judgement: &Judgement) -> String {
    let again = judgement.again.iter().map(|chunk| {
        let names: String = chunk
            .entries
            .iter()
            .map(|entry| entry.id.as_str())
            .collect();
        format!("{} {names}", chunk.purpose.key())
    });
    let resend = judgement
        .resend
        .iter()
        .map(|entry| format!("resend {}", entry.id));
    again.chain(resend).collect::<Vec<_>>().join("; ")
}

fn evidence(facts: Vec<(ItemId, Fact)>) -> Result<BatchAnswer, ServiceError> {
    Ok(BatchAnswer::Evidence(facts))
}

fn whole(named: Vec<(ItemId, Fact)>) -> Result<BatchAnswer, ServiceError> {
    Ok(BatchAnswer::RefusedWhole {
        named,
        words: "Bad request".into(),
    })
}

fn error<T>(kind: ErrorKind) -> Result<T, ServiceError> {
    Err(ServiceError::new(kind, "cut off"))
}

#[test]
fn answers_settle_what_they_name_and_nothing_else() {
    use CallPurpose::{Repeat, Send};
    let three = || vec![fact("a", done(5)), fact("b", absent()), fact("c", locked())];
    let cases = [
        (
            "all named",
            Send,
            true,
            "abc",
            three(),
            "a done; b absent: Missing in the project; c refused: Locked",
            "",
        ),
        (
            "not ours",
            Send,
            true,
            "a",
            vec![fact("a", done(5)), fact("z", done(5))],
            "a done",
            "",
        ),
        (
            "some unnamed",
            Send,
            true,
            "abc",
            vec![fact("b", done(5))],
            "b done",
            "repeat ac",
        ),
        ("none named", Send, true, "ab", vec![], "", "repeat ab"),
        (
            "unnamed again",
            Repeat,
            true,
            "ab",
            vec![fact("a", done(5))],
            "a done",
            "reread b",
        ),
        (
            "unnamed, not repeatable",
            Send,
            false,
            "ab",
            vec![],
            "",
            "reread a; reread b",
        ),
        (
            "named twice alike",
            Send,
            true,
            "a",
            vec![fact("a", done(5)), fact("a", done(6))],
            "a done",
            "",
        ),
        (
            "named twice unlike",
            Send,
            true,
            "a",
            vec![fact("a", done(5)), fact("a", locked())],
            "",
            "repeat a",
        ),
        (
            "absent after our own call",
            Repeat,
            true,
            "b",
            vec![fact("b", absent())],
            "b absent: Missing in the project (gone after a call of ours whose answer was lost)",
            "",
        ),
        (
            "done before our repeat",
            Repeat,
            true,
            "a",
            vec![fact("a", done(5))],
            "a done",
            "",
        ),
    ];
    for (what, purpose, repeatable, names, facts, settled, next) in cases {
        let names: Vec<_> = names.split("").filter(|name| !name.is_empty()).collect();
        let terms = terms(Verb::Delete, repeatable);
        let judgement = judge_batch(&terms, chunk(purpose, &names), evidence(facts), NOW);
        assert_eq!(told(&judgement.settled), settled, "{what}");
        assert_eq!(follows(&judgement), next, "{what}");
        assert_eq!(judgement.error.is_empty(), next.is_empty(), "{what}");
        assert_eq!((judgement.sky, judgement.halt), (Sky::Fine, None), "{what}");
    }
}

#[test]
fn a_named_time_is_kept_with_its_evidence() {
    let facts = evidence(vec![fact("a", done(5))]);
    let judgement = judge_batch(
        &terms(Verb::Delete, true),
        chunk(CallPurpose::Send, &["a"]),
        facts,
        NOW,
    );
    let settled = &judgement.settled[0];
    assert_eq!(settled.service_time, Some(Time(5)));
    assert_eq!(settled.evidence, Some(Evidence::Answer));
    assert_eq!(settled.settled_at, NOW);
}

#[test]
fn unnamed_items_are_in_doubt() {
    let judgement = judge_batch(
        &terms(Verb::Delete, true),
        chunk(CallPurpose::Send, &["a"]),
        evidence(vec![]),
        NOW,
    );
    let entry = &judgement.again[0].entries[0];
    assert_eq!(
        (entry.open, entry.doubt, entry.sends),
        (true, Doubt::Unnamed, 1)
    );
    let next = judge_batch(
        &terms(Verb::Delete, true),
        judgement.again[0].clone(),
        evidence(vec![fact("a", absent())]),
        NOW,
    );
    assert!(
        next.settled[0]
            .problem
            .contains("whose answer did not name it")
    );
}

#[test]
fn lost_answers_are_settled_by_asking_again() {
    let delete = terms(Verb::Delete, true);
    let mut call = chunk(CallPurpose::Send, &["a", "b"]);
    for round in 1..=delete.pace.repeats {
        let judgement = judge_batch(&delete, call, error(ErrorKind::Lost), NOW);
        assert_eq!(follows(&judgement), "repeat ab");
        assert_eq!(
            (judgement.sky, judgement.error.as_str()),
            (Sky::Lost, "cut off")
        );
        call = judgement.again[0].clone();
        assert_eq!(call.lost, round);
        assert!(
            call.entries
                .iter()
                .all(|entry| entry.open && entry.sends == 1)
        );
    }
    let judgement = judge_batch(&delete, call, error(ErrorKind::Lost), NOW);
    assert_eq!(follows(&judgement), "reread a; reread b");
    assert_eq!(judgement.again[0].lost, 0);

    let once = judge_batch(
        &terms(Verb::Delete, false),
        chunk(CallPurpose::Send, &["a", "b"]),
        error(ErrorKind::Lost),
        NOW,
    );
    assert_eq!(follows(&once), "reread a; reread b");
}

#[test]
fn whole_refusals_name_or_halve() {
    use CallPurpose::{Repeat, Send};
    let cases = [
        (
            "some named",
            Send,
            "abc",
            vec![fact("b", absent())],
            "b absent: Missing in the project",
            "send ac",
        ),
        (
            "all named",
            Send,
            "a",
            vec![fact("a", locked())],
            "a refused: Locked",
            "",
        ),
        ("none named", Send, "abcde", vec![], "", "send ab; send cde"),
        (
            "only others named",
            Send,
            "ab",
            vec![fact("z", locked())],
            "",
            "send a; send b",
        ),
        ("alone", Send, "a", vec![], "a refused: Bad request", ""),
        ("a repeat", Repeat, "ab", vec![], "", "repeat a; repeat b"),
        ("a repeat, alone", Repeat, "a", vec![], "", "reread a"),
    ];
    for (what, purpose, names, named, settled, next) in cases {
        let names: Vec<_> = names.split("").filter(|name| !name.is_empty()).collect();
        let judgement = judge_batch(
            &terms(Verb::Delete, true),
            chunk(purpose, &names),
            whole(named),
            NOW,
        );
        assert_eq!(told(&judgement.settled), settled, "{what}");
        assert_eq!(follows(&judgement), next, "{what}");
        assert_eq!(judgement.error, "Bad request", "{what}");
    }
    let plain = judge_batch(
        &terms(Verb::Delete, true),
        chunk(Send, &["a"]),
        error(ErrorKind::Refused),
        NOW,
    );
    assert_eq!(told(&plain.settled), "a refused: cut off");
}

#[test]
fn errors_that_concern_no_item_put_the_call_back() {
    use ErrorKind as Kind;
    let cases = [
        (Kind::Unauthenticated, Sky::Unseen, true),
        (Kind::Forbidden, Sky::Unseen, true),
        (Kind::NotFound, Sky::Unseen, true),
        (Kind::NotTheService, Sky::Unseen, true),
        (Kind::Config, Sky::Unseen, true),
        (Kind::Unsupported, Sky::Unseen, true),
        (Kind::Unreachable, Sky::Away(Cause::Network), false),
        (Kind::Clock, Sky::Away(Cause::Clock), false),
        (Kind::Throttled, Sky::Closed, false),
        (Kind::Stopped, Sky::Unseen, false),
    ];
    for (kind, sky, halts) in cases {
        let call = chunk(CallPurpose::Send, &["a", "b"]);
        let judgement = judge_batch(&terms(Verb::Delete, true), call.clone(), error(kind), NOW);
        assert_eq!(judgement.again, [call], "{kind:?}");
        assert_eq!(judgement.sky, sky, "{kind:?}");
        assert_eq!(judgement.halt.is_some(), halts, "{kind:?}");
        assert!(judgement.settled.is_empty(), "{kind:?}");
    }
}

#[test]
fn a_redirected_call_is_no_call_that_was_not_sent() {
    let mut said = error::<BatchAnswer>(ErrorKind::NotTheService).unwrap_err();
    said.meta.status = Some(303);
    let call = chunk(CallPurpose::Send, &["a"]);
    let judgement = judge_batch(&terms(Verb::Delete, true), call, Err(said), NOW);
    assert!(judgement.halt.is_some());
    let entry = &judgement.again[0].entries[0];
    assert_eq!((entry.open, entry.sends), (true, 1));
    assert_eq!(left_behind(entry, "halted", NOW).outcome, Outcome::Unknown);
}

#[test]
fn a_reread_needs_a_positive_sign() {
    let file = |removed: Option<i64>, stored: Option<i64>| {
        Seen::File(Box::new(FileRow {
            removed: removed.map(Time),
            stored: stored.map(Time),
            ..FileRow::unknown("a".into())
        }))
    };
    let gone = || Seen::Absent {
        words: "Not found.".into(),
    };
    let lost = "a absent: Not found. (gone after a call of ours whose answer was lost)";
    let deleted = "a skipped: the file is deleted now, and storing it again would bring it back";
    let cases = [
        (Verb::Delete, file(Some(3), None), "a done", ""),
        (Verb::Delete, file(None, Some(3)), "", "resend a"),
        (Verb::Delete, file(None, None), "", "resend a"),
        (Verb::Delete, gone(), lost, ""),
        (Verb::Store, file(None, Some(3)), "a done", ""),
        (Verb::Store, file(None, None), "", "resend a"),
        (Verb::Store, file(Some(3), None), deleted, ""),
        (Verb::Restore, file(None, Some(3)), "a done", ""),
        (Verb::Restore, file(Some(3), None), "", "resend a"),
        (Verb::Restore, file(None, None), "", "resend a"),
        (Verb::DeleteGroups, Seen::Group, "", "resend a"),
        (Verb::DeleteGroups, gone(), lost, ""),
    ];
    for (verb, seen, settled, next) in cases {
        let judgement = judge_reread(
            &terms(verb, true),
            chunk(CallPurpose::Reread, &["a"]),
            Ok(seen.clone()),
            NOW,
        );
        assert_eq!(told(&judgement.settled), settled, "{verb} {seen:?}");
        assert_eq!(follows(&judgement), next, "{verb} {seen:?}");
        for one in &judgement.settled {
            assert_eq!(one.evidence, Some(Evidence::Reread));
        }
        assert!(judgement.resend.iter().all(|entry| !entry.open));
    }
}

#[test]
fn what_was_looked_at_before_the_deed_is_left_out() {
    let moved = Fact::Skipped {
        words: "it is elsewhere now".into(),
    };
    let said = Ok(BatchAnswer::Evidence(vec![fact("a", moved)]));
    let judgement = judge_batch(
        &terms(Verb::Move, false),
        chunk(CallPurpose::Send, &["a"]),
        said,
        NOW,
    );
    assert_eq!(told(&judgement.settled), "a skipped: it is elsewhere now");
    assert_eq!(judgement.settled[0].evidence, Some(Evidence::Reread));
}

#[test]
fn a_reread_of_another_verb_says_what_it_saw() {
    let words = || "words".to_owned();
    let cases = [
        (Seen::Done { at: None }, "a done", ""),
        (Seen::NotDone, "", "resend a"),
        (Seen::Skipped { words: words() }, "a skipped: words", ""),
        // Nothing was deleted by us: what is gone is not laid at our door.
        (Seen::Absent { words: words() }, "a absent: words", ""),
    ];
    for (seen, settled, next) in cases {
        let call = chunk(CallPurpose::Reread, &["a"]);
        let judgement = judge_reread(&terms(Verb::AddTags, true), call, Ok(seen.clone()), NOW);
        assert_eq!(told(&judgement.settled), settled, "{seen:?}");
        assert_eq!(follows(&judgement), next, "{seen:?}");
    }
    let call = chunk(CallPurpose::Reread, &["a"]);
    let unclear = Seen::Unclear { words: words() };
    let judgement = judge_reread(&terms(Verb::Copy, false), call, Ok(unclear), NOW);
    assert_eq!(judgement.settled[0].outcome, Outcome::Unknown);
    assert_eq!(judgement.settled[0].evidence, None);
    let problem = &judgement.settled[0].problem;
    assert!(
        problem.contains("cut off") && problem.ends_with("words"),
        "{problem}"
    );
}

#[test]
fn a_lost_copy_is_looked_for_once_more_before_it_is_made_again() {
    let copy = terms(Verb::Copy, false);
    let call = chunk(CallPurpose::Reread, &["a"]);
    let mut first = judge_reread(&copy, call, Ok(Seen::NotDone), NOW);
    assert_eq!(follows(&first), "reread a");
    let call = first.again.remove(0);
    assert_eq!(call.wait(&copy.pace), copy.pace.last_look);
    let second = judge_reread(&copy, call.clone(), Ok(Seen::NotDone), NOW);
    assert_eq!(
        (follows(&second).as_str(), told(&second.settled)),
        ("resend a", String::new())
    );
    let mut spent = call;
    spent.entries[0].sends = copy.pace.sends;
    let third = judge_reread(&copy, spent, Ok(Seen::NotDone), NOW);
    assert!(told(&third.settled).starts_with("a failed"));
}

#[test]
fn an_item_that_is_never_done_fails_with_the_last_words() {
    let delete = terms(Verb::Delete, true);
    let mut call = chunk(CallPurpose::Reread, &["a"]);
    call.entries[0].sends = delete.pace.sends;
    let seen = Seen::File(Box::new(FileRow::unknown("a".into())));
    let mut judgement = judge_reread(&delete, call, Ok(seen.clone()), NOW);
    assert_eq!(
        (follows(&judgement).as_str(), told(&judgement.settled)),
        ("reread a", String::new())
    );
    let call = judgement.again.remove(0);
    assert_eq!(call.wait(&delete.pace), delete.pace.last_look);
    let judgement = judge_reread(&delete, call, Ok(seen), NOW);
    assert_eq!(
        told(&judgement.settled),
        "a failed: not done in 3 tries; the last: cut off"
    );
    assert_eq!(judgement.settled[0].evidence, Some(Evidence::Reread));
}

#[test]
fn what_cannot_be_reread_is_unknown() {
    let delete = terms(Verb::Delete, true);
    let first = judge_reread(
        &delete,
        chunk(CallPurpose::Reread, &["a"]),
        error(ErrorKind::Lost),
        NOW,
    );
    assert_eq!(
        (follows(&first).as_str(), first.sky),
        ("reread a", Sky::Lost)
    );
    let second = judge_reread(&delete, first.again[0].clone(), error(ErrorKind::Lost), NOW);
    assert_eq!(second.settled[0].outcome, Outcome::Unknown);
    assert_eq!(second.settled[0].evidence, None);
    let refused = judge_reread(
        &delete,
        chunk(CallPurpose::Reread, &["a"]),
        error(ErrorKind::Refused),
        NOW,
    );
    assert_eq!(refused.settled[0].outcome, Outcome::Unknown);
    let keys = judge_reread(
        &delete,
        chunk(CallPurpose::Reread, &["a"]),
        error(ErrorKind::Forbidden),
        NOW,
    );
    assert!(keys.settled.is_empty() && keys.halt.is_some());
    let away = judge_reread(
        &delete,
        chunk(CallPurpose::Reread, &["a"]),
        error(ErrorKind::Unreachable),
        NOW,
    );
    assert_eq!(
        (follows(&away).as_str(), away.sky),
        ("reread a", Sky::Away(Cause::Network))
    );
}

#[test]
fn what_is_left_behind_says_whether_it_was_sent() {
    let sent = left_behind(
        &chunk(CallPurpose::Repeat, &["a"]).entries[0],
        "stopped",
        NOW,
    );
    assert_eq!(
        told(&[sent]),
        "a unknown: sent, but not settled before the job was stopped: cut off"
    );
    let waiting = left_behind(&entry("b"), "halted", NOW);
    assert_eq!(
        told(&[waiting]),
        "b not_sent: the job was halted before it was sent"
    );
    let mut read = chunk(CallPurpose::Repeat, &["c"]).entries.remove(0);
    read.open = false;
    let again = left_behind(&read, "halted", NOW);
    assert_eq!(
        told(&[again]),
        "c not_sent: not done when it was re-read (cut off); the job was halted before it was sent again"
    );
}

#[test]
fn what_was_sent_again_is_read_sooner_but_for_its_last_try() {
    let delete = terms(Verb::Delete, true);
    for (sends, next) in [(1, "reread a; reread b"), (2, "repeat ab")] {
        let mut call = chunk(CallPurpose::Send, &["a", "b"]);
        call.entries
            .iter_mut()
            .for_each(|entry| entry.sends = sends);
        let judgement = judge_batch(&delete, call, error(ErrorKind::Lost), NOW);
        assert_eq!(
            (follows(&judgement).as_str(), judgement.sky),
            (next, Sky::Unseen)
        );
        assert_eq!(judgement.again[0].entries[0].sends, sends + 1);
    }
}

#[test]
fn a_look_in_vain_fails_an_item_only_where_it_is_its_own_trouble() {
    let verb = terms(Verb::Move, false);
    let vain = |status| {
        let mut error = ServiceError::new(ErrorKind::NotTried, "status 500.");
        error.meta.status = status;
        Err(error)
    };
    // Tries before, whether others are answered, the status, and what follows.
    let cases = [
        (0, true, Some(500), "send a"),
        (1, true, Some(500), "send a"),
        (2, true, Some(500), ""),
        (2, true, None, ""),
        (2, false, Some(500), "send a"),
        (6, false, Some(500), "send a"),
        (7, false, Some(500), ""),
        (200, false, None, "send a"),
    ];
    for (lost, others_fine, status, next) in cases {
        let call = Chunk {
            lost,
            others_fine,
            ..chunk(CallPurpose::Send, &["a"])
        };
        let judgement = judge_batch(&verb, call, vain(status), NOW);
        let what = format!("{lost} {others_fine} {status:?}");
        assert_eq!(follows(&judgement), next, "{what}");
        let failed = match next {
            "" => format!(
                "a failed: not done: it could not be looked at before, in {} tries; the last: status 500",
                lost + 1
            ),
            _ => String::new(),
        };
        assert_eq!(told(&judgement.settled), failed, "{what}");
        assert_eq!(
            judgement.sky == Sky::Unseen,
            others_fine && next.is_empty(),
            "{what}"
        );
    }
    // What an earlier call may have done is read first.
    let mut call = chunk(CallPurpose::Repeat, &["a"]);
    (call.lost, call.others_fine) = (9, true);
    let judgement = judge_batch(&verb, call, vain(None), NOW);
    assert_eq!(
        (follows(&judgement).as_str(), judgement.settled.len()),
        ("reread a", 0)
    );
}
