//! What the ledger says at the end against what the books of the stand-in say.

use tallyman::ledger::Ledger;
use tallyman::model::{ItemRecord, JobRecord, JobState, Outcome, Tally, Verb};

use crate::history::{FOLDER, History, MARK};
use crate::house::{Fate, House};

/// Every item once, with the outcome that the books have; and nothing else touched.
pub fn check(history: &History, house: &House) -> Result<(), String> {
    check_books(house)?;
    let Some(record) = job(house)? else {
        let writes: u64 = house.plan.keys().map(|id| house.case.writes_on(id)).sum();
        let mut allowed = house
            .plan
            .values()
            .filter(|fate| **fate == Fate::Stale)
            .count();
        if history.verb == Verb::Restore {
            allowed += house.plan.len();
        }
        return require(writes <= allowed as u64, || "sent without a job".to_owned());
    };
    let state = record.summary.state;
    require(state == JobState::Ended, || format!("it is {state}"))?;
    require(record.items.len() == house.plan.len(), || {
        format!("{} items of {}", record.items.len(), house.plan.len())
    })?;
    let mut tally = Tally::default();
    for row in &record.items {
        tally.add(row.outcome());
        require(right(history, house, row), || told(house, row))?;
    }
    require(tally == record.summary.tally, || format!("{tally:?}"))
}

/// The one job of the folder, if it came to be.
fn job(house: &House) -> Result<Option<JobRecord>, String> {
    let ledger = Ledger::open_to_read(&house.folder()).map_err(|error| error.to_string())?;
    let Some(ledger) = ledger else {
        return Ok(None);
    };
    let jobs = ledger.jobs().map_err(|error| error.to_string())?;
    require(jobs.len() <= 1, || format!("{} jobs", jobs.len()))?;
    let Some(job) = jobs.first() else {
        return Ok(None);
    };
    let open = ledger.unanswered(job.id).unwrap();
    require(open.is_empty(), || {
        format!("calls without an end: {open:?}")
    })?;
    Ok(Some(ledger.record(job.id).unwrap()))
}

/// Nothing was sent, and nothing is gone, that is no part of the plan.
fn check_books(house: &House) -> Result<(), String> {
    for id in &house.others {
        require(house.case.writes_on(id) == 0, || format!("{id} was sent"))?;
    }
    for id in house.case.removed() {
        let ours = house.plan.contains_key(&id) || house.removed_before.contains(&id);
        require(ours, || format!("{id} is gone and was in no plan"))?;
    }
    Ok(())
}

fn right(history: &History, house: &House, row: &ItemRecord) -> bool {
    let id = row.item.id.plain();
    let Some(settled) = &row.settled else {
        return false;
    };
    let fate = house.plan[&*id];
    let file = house.case.file(&id);
    let removed = file.and_then(|file| file.removed);
    let knows = house.case.knows_deleted();
    match (history.verb, fate, settled.outcome) {
        (_, Fate::Missing, outcome) => outcome == Outcome::Absent,
        (Verb::Delete, Fate::Good, Outcome::Done) => {
            removed.is_some() && (!knows || settled.service_time == removed)
        }
        // It went with a call of ours that could not say so.
        (Verb::Delete, Fate::Good, Outcome::Absent) => {
            !knows && removed.is_some() && settled.problem.contains("call of ours")
        }
        (Verb::Delete, Fate::Good, Outcome::Failed) => removed.is_none(),
        (Verb::Delete, Fate::Stale, Outcome::Done) => knows && removed.is_some(),
        (Verb::Delete, Fate::Stale, Outcome::Absent) => !knows,
        (Verb::Store | Verb::Restore, Fate::Good, outcome) => {
            let stored = house.server.books().file(&id).and_then(|file| file.stored);
            match outcome {
                Outcome::Done => stored.is_some() && removed.is_none(),
                Outcome::Failed => stored.is_none() || removed.is_some(),
                _ => false,
            }
        }
        (Verb::AddTags | Verb::Move, Fate::Good, outcome) => {
            let file = house.server.imagekit_books().file(&id);
            let done = file.is_some_and(|file| match history.verb {
                Verb::Move => file.path.starts_with(&format!("{FOLDER}/")),
                _ => file.tags.iter().any(|tag| tag == MARK),
            });
            match outcome {
                Outcome::Done => done,
                Outcome::Failed | Outcome::Refused => !done,
                _ => false,
            }
        }
        _ => false,
    }
}

fn told(house: &House, row: &ItemRecord) -> String {
    let id = row.item.id.plain();
    let file = house.case.file(&id);
    format!("{:?}, by the books {file:?}: {row:?}", house.plan[&*id])
}

fn require(is: bool, words: impl FnOnce() -> String) -> Result<(), String> {
    if is { Ok(()) } else { Err(words()) }
}
