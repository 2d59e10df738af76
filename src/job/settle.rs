//! From what a call brought to outcomes. Pure: no clock, no network, no ledger.
//!
//! An outcome comes from evidence alone: the service named the id, or a re-read showed a positive sign.

use std::collections::HashMap;

use crate::model::{CallPurpose, Evidence, ItemId, Outcome, Settled, Time, Verb};
use crate::service::{BatchAnswer, ErrorKind, Fact, Seen, ServiceError};

use super::chunk::{Chunk, Doubt, Entry, Terms};
use super::progress::Cause;

/// Whether the service could be talked to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sky {
    /// It answered.
    #[default]
    Fine,
    /// It wants us to wait: nothing was done.
    Closed,
    /// No call can leave, or be accepted, before something has passed: nothing was done.
    Away(Cause),
    /// The answer was lost.
    Lost,
    /// The call says nothing about it.
    Unseen,
}

/// What follows from a call.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Judgement {
    /// Outcomes, to be written with the call's end.
    pub settled: Vec<Settled>,
    /// What went wrong with the call; empty if nothing did.
    pub error: String,
    /// Calls that have to follow.
    pub again: Vec<Chunk>,
    /// Items known not to be done, to be sent again.
    pub resend: Vec<Entry>,
    /// Items that were never sent, and will not be in this run: they could not be looked at before.
    pub leave: Vec<Entry>,
    pub sky: Sky,
    /// Why the job cannot go on.
    pub halt: Option<String>,
}

/// What follows from the answer to a batch, or from the lack of one.
pub(super) fn judge_batch(
    terms: &Terms,
    chunk: Chunk,
    said: Result<BatchAnswer, ServiceError>,
    now: Time,
) -> Judgement {
    match said {
        Ok(BatchAnswer::Evidence(facts)) => answered(terms, chunk, &facts, now),
        Ok(BatchAnswer::RefusedWhole { named, words }) => {
            refused(terms, chunk, &named, &words, now)
        }
        Err(error) => match error.kind {
            ErrorKind::Lost => lost(terms, chunk, &error.message),
            ErrorKind::NotTried => not_tried(terms, chunk, &error, now),
            ErrorKind::Refused => {
                let words = error.words.as_deref().unwrap_or(&error.message);
                refused(terms, chunk, &[], words, now)
            }
            _ => put_back(chunk, error),
        },
    }
}

/// What follows from re-reading one item.
pub(super) fn judge_reread(
    terms: &Terms,
    mut chunk: Chunk,
    said: Result<Seen, ServiceError>,
    now: Time,
) -> Judgement {
    let error = match said {
        Ok(seen) => return reread(terms, chunk, &seen, now),
        Err(error) => error,
    };
    if error.kind == ErrorKind::NotFound {
        return impossible(&chunk, error, now);
    }
    let sky = match error.kind {
        // A page in place of an answer tells nothing of the item, and of the service only that it, or a
        // proxy, is unwell: the other calls will show.
        ErrorKind::Lost | ErrorKind::NotTheService => Sky::Lost,
        ErrorKind::Refused | ErrorKind::Unsupported => Sky::Fine,
        _ => return put_back(chunk, error),
    };
    chunk.lost += 1;
    let mut judgement = Judgement {
        error: error.message.clone(),
        sky,
        ..Judgement::default()
    };
    if sky == Sky::Lost && chunk.lost < terms.pace.rereads {
        judgement.again.push(chunk);
    } else {
        let words = error.words.as_deref().unwrap_or(&error.message);
        for mut entry in chunk.entries {
            if entry.never_sent() {
                words.clone_into(&mut entry.words);
                judgement.leave.push(entry);
            } else {
                judgement.settled.push(unreadable(&entry, words, now));
            }
        }
    }
    judgement
}

/// There is no such id that could be asked for: no call can have done anything to it.
fn impossible(chunk: &Chunk, error: ServiceError, now: Time) -> Judgement {
    let words = error.message.trim_end_matches('.');
    let failed = |entry| {
        end(
            entry,
            Outcome::Failed,
            format!("not done: {words}"),
            None,
            now,
        )
    };
    Judgement {
        settled: chunk.entries.iter().map(failed).collect(),
        error: error.message.clone(),
        sky: Sky::Unseen,
        ..Judgement::default()
    }
}

/// What becomes of an item that a stopped or halted job leaves behind.
pub(super) fn left_behind(entry: &Entry, why: &str, now: Time) -> Settled {
    let words = &entry.words;
    let (outcome, problem) = match (entry.open, entry.sends) {
        (true, _) => (
            Outcome::Unknown,
            format!("sent, but not settled before the job was {why}: {words}"),
        ),
        (false, 0) if words.is_empty() => (
            Outcome::NotSent,
            format!("the job was {why} before it was sent"),
        ),
        (false, 0) => (
            Outcome::NotSent,
            format!("not sent, because it could not be looked at before: {words}"),
        ),
        (false, _) => (
            Outcome::NotSent,
            format!(
                "not done when it was re-read ({words}); the job was {why} before it was sent again"
            ),
        ),
    };
    end(entry, outcome, problem, None, now)
}

fn answered(terms: &Terms, chunk: Chunk, facts: &[(ItemId, Fact)], now: Time) -> Judgement {
    let facts = by_id(facts);
    let mut judgement = Judgement::default();
    let sent = chunk.entries.len();
    let mut unnamed = Vec::new();
    for entry in &chunk.entries {
        match facts.get(entry.id.as_str()) {
            Some(Some(fact)) => judgement.settled.push(from_fact(terms, entry, fact, now)),
            named => {
                let words = match named {
                    None => "the service did not name it in its answer",
                    Some(_) => "the service's answer says two things of it",
                };
                let mut entry = entry.clone().in_doubt(Doubt::Unnamed, words);
                entry.sends += u8::from(chunk.purpose == CallPurpose::Send);
                unnamed.push(entry);
            }
        }
    }
    if !unnamed.is_empty() {
        judgement.error = format!(
            "{} of {sent} ids were not settled by the answer",
            unnamed.len()
        );
        judgement.again = ask_again(terms, &chunk, unnamed);
    }
    judgement
}

/// The same question once more where the service allows it, else item by item.
fn ask_again(terms: &Terms, chunk: &Chunk, entries: Vec<Entry>) -> Vec<Chunk> {
    let mut next = Chunk::new(CallPurpose::Repeat, entries);
    next.old = chunk.old;
    if terms.repeatable && chunk.purpose == CallPurpose::Send {
        vec![next]
    } else {
        next.into_rereads()
    }
}

fn lost(terms: &Terms, chunk: Chunk, words: &str) -> Judgement {
    let first = chunk.purpose == CallPurpose::Send;
    let sends = |entry: &Entry| entry.sends + u8::from(first);
    let tries = chunk.entries.iter().map(sends).max().unwrap_or_default();
    // Found not to be done and sent again: a re-read tells soonest whether its own items are to blame.
    // Only the last try, where they go one by one, is as stubborn as the first.
    let resent = tries > 1;
    let repeats = if first {
        !resent || tries >= terms.pace.sends
    } else {
        chunk.lost < terms.pace.repeats
    };
    let again = terms.repeatable && repeats;
    let mut next = Chunk {
        purpose: CallPurpose::Repeat,
        lost: if first { 1 } else { chunk.lost + 1 },
        ..chunk
    };
    for entry in &mut next.entries {
        let sends = sends(entry);
        *entry = entry.clone().in_doubt(Doubt::Lost, words);
        entry.sends = sends;
    }
    Judgement {
        error: words.to_owned(),
        again: if again {
            vec![next]
        } else {
            next.into_rereads()
        },
        // Of the service at large it says little: the re-reads of the same items will.
        sky: if resent { Sky::Unseen } else { Sky::Lost },
        ..Judgement::default()
    }
}

/// Nothing was done. Named items are why; the rest goes again, in halves if none is named.
fn refused(
    terms: &Terms,
    chunk: Chunk,
    named: &[(ItemId, Fact)],
    words: &str,
    now: Time,
) -> Judgement {
    let facts = by_id(named);
    let mut judgement = Judgement {
        error: words.to_owned(),
        ..Judgement::default()
    };
    let mut rest = Vec::new();
    for entry in &chunk.entries {
        match facts.get(entry.id.as_str()) {
            Some(Some(fact)) => judgement.settled.push(from_fact(terms, entry, fact, now)),
            _ => rest.push(entry.clone()),
        }
    }
    if !judgement.settled.is_empty() {
        judgement
            .again
            .extend((!rest.is_empty()).then(|| chunk.with(rest)));
    } else if rest.len() > 1 {
        let second = rest.split_off(rest.len() / 2);
        judgement.again = vec![chunk.with(rest), chunk.with(second)];
    } else if rest.iter().any(|entry| entry.open) {
        // An earlier call may have done what this one refuses to do.
        judgement.again = chunk.with(rest).into_rereads();
    } else {
        let words = words.to_owned();
        let alone = rest
            .iter()
            .map(|entry| by_answer(entry, Outcome::Refused, words.clone(), now));
        judgement.settled = alone.collect();
    }
    judgement
}

/// A look before the deed brought nothing of use, so nothing was done. It goes again as if the service could not be
/// reached, unless the trouble is the item's own: other calls were answered since it began, or the service
/// answered, only not of use, as often as would halt a job.
fn not_tried(terms: &Terms, mut chunk: Chunk, error: &ServiceError, now: Time) -> Judgement {
    chunk.lost = chunk.lost.saturating_add(1);
    let tries = chunk.lost;
    for entry in &mut chunk.entries {
        error.message.clone_into(&mut entry.words);
    }
    let mut judgement = Judgement {
        error: error.message.clone(),
        sky: Sky::Away(Cause::Network),
        ..Judgement::default()
    };
    let others_fare_better = chunk.others_fine && tries >= terms.pace.sends;
    let answered_in_vain = error.meta.status.is_some() && u32::from(tries) >= terms.pace.rounds;
    if !others_fare_better && !answered_in_vain {
        judgement.again.push(chunk);
        return judgement;
    }
    if others_fare_better {
        judgement.sky = Sky::Unseen;
    }
    // What an earlier call may have done is no failure before it was read.
    let (open, closed): (Vec<_>, Vec<_>) = chunk.entries.drain(..).partition(|entry| entry.open);
    judgement.again = chunk.with(open).into_rereads();
    let words = error.message.trim_end_matches('.');
    let problem =
        format!("not done: it could not be looked at before, in {tries} tries; the last: {words}");
    judgement.settled = closed
        .iter()
        .map(|entry| end(entry, Outcome::Failed, problem.clone(), None, now))
        .collect();
    judgement
}

/// The call as one that may have worked.
fn doubted(chunk: Chunk, words: &str) -> Chunk {
    let doubt = |entry: &Entry| {
        let mut entry = entry.clone().in_doubt(Doubt::Lost, words);
        entry.sends += 1;
        entry
    };
    let entries = chunk.entries.iter().map(doubt).collect();
    Chunk {
        purpose: CallPurpose::Repeat,
        ..chunk.with(entries)
    }
}

/// Nothing was done, and not for the sake of any item: the same call may go again, if the job goes on.
fn put_back(mut chunk: Chunk, error: ServiceError) -> Judgement {
    // Whoever redirects a call may have carried it out before.
    let redirected = error
        .meta
        .status
        .is_some_and(|status| (300..400).contains(&status));
    if redirected && chunk.purpose == CallPurpose::Send {
        chunk = doubted(chunk, &error.message);
    }
    let sky = match error.kind {
        ErrorKind::Unreachable => Sky::Away(Cause::Network),
        ErrorKind::Clock => Sky::Away(Cause::Clock),
        ErrorKind::Throttled => Sky::Closed,
        _ => Sky::Unseen,
    };
    let goes_on = sky != Sky::Unseen || error.kind == ErrorKind::Stopped;
    Judgement {
        halt: (!goes_on).then(|| error.message.clone()),
        error: error.message,
        again: vec![chunk],
        sky,
        ..Judgement::default()
    }
}

fn reread(terms: &Terms, mut chunk: Chunk, seen: &Seen, now: Time) -> Judgement {
    let mut judgement = Judgement::default();
    let last = chunk.last;
    for mut entry in chunk.entries.drain(..) {
        let by_reread =
            |outcome, problem| end(&entry, outcome, problem, Some(Evidence::Reread), now);
        match sign(terms.verb, seen) {
            Sign::Done(at) => judgement.settled.push(Settled {
                service_time: at,
                ..by_reread(Outcome::Done, String::new())
            }),
            Sign::Absent(words) => {
                let problem = absent_words(terms.verb, &entry, words);
                judgement.settled.push(by_reread(Outcome::Absent, problem));
            }
            Sign::Changed(words) => {
                let left_out = by_reread(Outcome::Skipped, words.to_owned());
                judgement.settled.push(left_out);
            }
            Sign::Unclear(words) => judgement.settled.push(unclear(&entry, words, now)),
            // Done a second time it would be there twice, and the service may still be at work on the first.
            Sign::NotDone if terms.once && entry.doubt == Doubt::Lost && !last => {
                judgement.again.push(Chunk::last_look(entry));
            }
            Sign::NotDone if entry.sends < terms.pace.sends => {
                entry.open = false;
                judgement.resend.push(entry);
            }
            // The service may still be at work on a call whose answer was lost.
            Sign::NotDone if entry.doubt == Doubt::Lost && !last => {
                judgement.again.push(Chunk::last_look(entry));
            }
            Sign::NotDone => {
                let problem = format!(
                    "not done in {} tries; the last: {}",
                    entry.sends, entry.words
                );
                judgement.settled.push(by_reread(Outcome::Failed, problem));
            }
        }
    }
    judgement
}

enum Sign<'a> {
    Done(Option<Time>),
    NotDone,
    /// Not done, and not to be done any more.
    Changed(&'a str),
    Unclear(&'a str),
    Absent(&'a str),
}

/// To the service, storing a deleted file is restoring it.
const DELETED: &str = "the file is deleted now, and storing it again would bring it back";

/// What a re-read proves of the verb. Only a date of the service's own, or what the verb was to change, is a
/// positive sign.
fn sign(verb: Verb, seen: &Seen) -> Sign<'_> {
    match seen {
        Seen::Absent { words } => Sign::Absent(words),
        Seen::Group | Seen::NotDone => Sign::NotDone,
        Seen::Done { at } => Sign::Done(*at),
        Seen::Skipped { words } => Sign::Changed(words),
        Seen::Unclear { words } => Sign::Unclear(words),
        Seen::File(file) => match (verb, file.removed, file.stored) {
            (Verb::Delete, Some(at), _) => Sign::Done(Some(at)),
            (Verb::Store | Verb::Restore, None, Some(at)) => Sign::Done(Some(at)),
            (Verb::Store, Some(_), _) => Sign::Changed(DELETED),
            _ => Sign::NotDone,
        },
    }
}

/// Facts by id. `None` for an id of which two different things are said.
fn by_id(facts: &[(ItemId, Fact)]) -> HashMap<&str, Option<&Fact>> {
    let mut out: HashMap<&str, Option<&Fact>> = HashMap::with_capacity(facts.len());
    for (id, fact) in facts {
        let same = |known: &Fact| std::mem::discriminant(known) == std::mem::discriminant(fact);
        out.entry(id.as_str())
            .and_modify(|known| *known = known.filter(|known| same(known)))
            .or_insert(Some(fact));
    }
    out
}

fn from_fact(terms: &Terms, entry: &Entry, fact: &Fact, now: Time) -> Settled {
    match fact {
        Fact::Done { at } => Settled {
            service_time: *at,
            ..by_answer(entry, Outcome::Done, String::new(), now)
        },
        Fact::Absent { words } => {
            let words = absent_words(terms.verb, entry, words);
            by_answer(entry, Outcome::Absent, words, now)
        }
        Fact::Skipped { words } => {
            let seen = Some(Evidence::Reread);
            end(entry, Outcome::Skipped, words.clone(), seen, now)
        }
        Fact::Refused { words } => by_answer(entry, Outcome::Refused, words.clone(), now),
    }
}

/// What is gone may be gone by our own doing, if the verb removes anything.
fn absent_words(verb: Verb, entry: &Entry, words: &str) -> String {
    let ours = match entry.doubt {
        _ if !verb.destroys() => return words.to_owned(),
        Doubt::None => return words.to_owned(),
        Doubt::Unnamed => "gone after a call of ours whose answer did not name it",
        Doubt::Lost => "gone after a call of ours whose answer was lost",
    };
    format!("{words} ({ours})")
}

fn unreadable(entry: &Entry, words: &str, now: Time) -> Settled {
    let problem = format!(
        "sent, not settled by any answer ({}), and it could not be re-read: {words}",
        entry.words
    );
    end(entry, Outcome::Unknown, problem, None, now)
}

fn unclear(entry: &Entry, words: &str, now: Time) -> Settled {
    let problem = format!(
        "sent, not settled by any answer ({}), and reading it again does not tell: {words}",
        entry.words
    );
    end(entry, Outcome::Unknown, problem, None, now)
}

fn by_answer(entry: &Entry, outcome: Outcome, problem: String, now: Time) -> Settled {
    end(entry, outcome, problem, Some(Evidence::Answer), now)
}

fn end(
    entry: &Entry,
    outcome: Outcome,
    problem: String,
    evidence: Option<Evidence>,
    now: Time,
) -> Settled {
    Settled {
        seq: entry.seq,
        outcome,
        problem,
        evidence,
        service_time: None,
        settled_at: now,
    }
}

#[cfg(test)]
mod tests;
