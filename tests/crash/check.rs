//! What the ledger says at the end against what the books of the stand-in say.

use tallyman::ledger::Ledger;
use tallyman::model::{ItemKind, ItemRecord, JobRecord, JobState, Outcome, Tally, Verb};

use crate::history::History;
use crate::house::House;
use crate::stage::Fate;
use crate::truth::Truth;

/// Every item once, with the outcome that the books have; and nothing else touched.
pub fn check(history: &History, house: &House) -> Result<(), String> {
    check_books(history, house)?;
    let jobs = jobs(house)?;
    let [first, then @ ..] = &jobs[..] else {
        let touched = |id: &String| house.case.writes_on(id) != house.stage.writes[id];
        let sent = house.stage.plan.keys().find(|id| touched(id));
        let purged = house.purged();
        return require(sent.is_none() && purged.is_empty(), || {
            format!("sent without a job: {sent:?}, {purged:?}")
        });
    };
    let count = house.stage.plan.len();
    require(first.items.len() == count, || {
        format!("{} items of {count}", first.items.len())
    })?;
    check_job(history, house, first)?;
    match then {
        [] => require(!owes_purge(history, first), || {
            "the purge was never begun".to_owned()
        }),
        [purge] if owes_purge(history, first) => check_purge(house, first, purge),
        more => Err(format!("{} jobs more", more.len())),
    }
}

fn check_job(history: &History, house: &House, record: &JobRecord) -> Result<(), String> {
    check_sums(record)?;
    let truth = Truth::of(&history.task, house);
    for row in &record.items {
        require(truth.has(row), || truth.told(row))?;
    }
    Ok(())
}

fn check_sums(record: &JobRecord) -> Result<(), String> {
    let state = record.summary.state;
    require(state == JobState::Ended, || format!("it is {state}"))?;
    let mut tally = Tally::default();
    for row in &record.items {
        tally.add(row.outcome());
    }
    require(tally == record.summary.tally, || format!("{tally:?}"))
}

/// What a delete did away with, be it that nobody said so.
fn done(record: &JobRecord) -> impl Iterator<Item = &ItemRecord> {
    let rows = record.items.iter();
    rows.filter(|row| match row.settled.as_ref() {
        Some(settled) if settled.outcome == Outcome::Absent => {
            row.item.url.is_some() && settled.problem.contains("gone after a call of ours")
        }
        settled => settled.is_some_and(|settled| settled.outcome == Outcome::Done),
    })
}

fn owes_purge(history: &History, deleted: &JobRecord) -> bool {
    history.task.purge && done(deleted).next().is_some()
}

/// The purge after a delete: of exactly what was deleted, and as the edge has it.
fn check_purge(house: &House, deleted: &JobRecord, purge: &JobRecord) -> Result<(), String> {
    check_sums(purge)?;
    let ids = |row: &ItemRecord| row.item.id.plain().into_owned();
    let gone: Vec<String> = done(deleted).map(ids).collect();
    let named: Vec<String> = purge.items.iter().map(ids).collect();
    require(gone == named && purge.summary.verb == Verb::Purge, || {
        format!("deleted {gone:?}, to purge {named:?}")
    })?;
    let purged = house.purged();
    for row in &purge.items {
        let ordered = purged.contains(&house.stage.addresses[&*row.item.id.plain()]);
        let right = match row.outcome() {
            Some(Outcome::Done) => ordered,
            Some(Outcome::Skipped) => row.item.url.is_none() && !ordered,
            _ => false,
        };
        require(right, || format!("purged {ordered}: {row:?}"))?;
    }
    Ok(())
}

/// The jobs of the folder, oldest first, without calls under way.
fn jobs(house: &House) -> Result<Vec<JobRecord>, String> {
    let ledger = Ledger::open_to_read(&house.folder()).map_err(|error| error.to_string())?;
    let Some(ledger) = ledger else {
        return Ok(Vec::new());
    };
    let mut records = Vec::new();
    for job in ledger.jobs().map_err(|error| error.to_string())? {
        let open = ledger.unanswered(job.id).unwrap();
        require(open.is_empty(), || {
            format!("calls without an end: {open:?}")
        })?;
        records.push(ledger.record(job.id).unwrap());
    }
    records.sort_by_key(|record| record.summary.id);
    Ok(records)
}

/// Nothing was sent, and nothing is gone or changed, that is no part of the plan.
fn check_books(history: &History, house: &House) -> Result<(), String> {
    let stage = &house.stage;
    for id in &stage.others {
        let named = house.case.writes_on(id);
        require(named == stage.writes[id], || format!("{id} was sent"))?;
    }
    for id in house.case.removed() {
        let planned = match history.task.verb.kind() {
            ItemKind::File => stage.plan.contains_key(&id),
            // What was in a folder goes with it.
            ItemKind::Folder => stage.inside.contains(&id),
            _ => false,
        };
        require(planned || stage.removed.contains(&id), || {
            format!("{id} is gone and was in no plan")
        })?;
    }
    for url in house.purged() {
        let planned = stage.addresses.values().any(|planned| *planned == url);
        require(planned, || format!("{url} was purged and was in no plan"))?;
    }
    check_library(history, house)
}

/// No file has a version more, none but those of the plan is elsewhere, and what is new is a copy of one of them.
fn check_library(history: &History, house: &House) -> Result<(), String> {
    let (stage, books) = (&house.stage, house.server.imagekit_books());
    let changes = |id: &String| stage.plan.contains_key(id);
    for (id, before) in &stage.library {
        let now = books.file(id).unwrap();
        require(now.versions == before.versions, || {
            format!("versions of {id}: {:?}", now.versions)
        })?;
        let same = (&now.path, &now.tags) == (&before.path, &before.tags);
        require(same || changes(id), || format!("{id} is {now:?}"))?;
    }
    let copies = books.file_ids().into_iter();
    for id in copies.filter(|id| !stage.library.contains_key(id)) {
        let file = books.file(&id).unwrap();
        let mut sources = stage.of(Fate::Good).map(|id| &stage.library[id].name);
        let ours = history.task.verb == Verb::Copy && sources.any(|name| *name == file.name);
        let once = file.versions.len() == 1;
        require(ours && once, || format!("what is {file:?}?"))?;
    }
    Ok(())
}

fn require(is: bool, words: impl FnOnce() -> String) -> Result<(), String> {
    if is { Ok(()) } else { Err(words()) }
}
