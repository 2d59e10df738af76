//! Listing files, and one file: info, store, delete.

use serde::Serialize;

use super::json;
use super::paging::{self, Shelf};
use super::reply::{Refusal, Reply};
use super::state::{Counts, Project};
use super::{Visit, ids};

/// What a delete of a locked file is refused with.
pub(super) const LOCKED: &str = "File is locked by a running conversion";

/// About the bytes of a file's object.
const FILE_BYTES: usize = 800;

#[derive(Serialize)]
struct FileList<'a> {
    next: Option<String>,
    previous: Option<String>,
    total: i64,
    totals: Totals,
    per_page: usize,
    results: json::Files<'a>,
}

#[derive(Serialize)]
struct Totals {
    removed: i64,
    stored: i64,
    unstored: i64,
}

/// Which files a list shows.
#[derive(Clone, Copy)]
struct Filter {
    removed: bool,
    stored: Option<bool>,
}

struct Filtered<'a> {
    project: &'a Project,
    filter: Filter,
}

impl Shelf for Filtered<'_> {
    fn len(&self) -> usize {
        self.project.files().len()
    }

    fn key(&self, ix: usize) -> i64 {
        self.project.file(ix).uploaded.0
    }

    fn shows(&self, ix: usize) -> bool {
        let file = self.project.file(ix);
        let stored = self.filter.stored;
        !file.gone
            && file.removed().is_some() == self.filter.removed
            && stored.is_none_or(|stored| file.stored().is_some() == stored)
    }
}

impl Filter {
    fn read(query: &[(String, String)]) -> Result<Self, Refusal> {
        Ok(Self {
            removed: flag(query, "removed")?.unwrap_or(false),
            stored: flag(query, "stored")?,
        })
    }

    fn count(self, counts: Counts) -> i64 {
        match (self.removed, self.stored) {
            (true, Some(true)) => 0,
            (true, _) => counts.removed,
            (false, Some(true)) => counts.stored,
            (false, Some(false)) => counts.unstored,
            (false, None) => counts.stored + counts.unstored,
        }
    }
}

fn flag(query: &[(String, String)], name: &str) -> Result<Option<bool>, Refusal> {
    let Some((_, value)) = query.iter().rev().find(|(key, _)| key == name) else {
        return Ok(None);
    };
    match value.to_ascii_lowercase().as_str() {
        "" => Ok(None),
        "true" => Ok(Some(true)),
        "false" => Ok(Some(false)),
        _ => Err(Refusal::bad(format!(
            "`{name}` should be `true` or `false`."
        ))),
    }
}

/// `GET /files/`
pub(super) fn list(visit: &Visit<'_>) -> Result<Reply, Refusal> {
    let query = visit.ask.query();
    let inclusive = visit.shared.quirks.inclusive_from;
    let wanted = paging::wanted(&query, "datetime_uploaded")?.inclusive(inclusive);
    let filter = Filter::read(&query)?;
    let project = visit.shared.uploadcare.current(visit.now);
    let shelf = Filtered {
        project: &project,
        filter,
    };
    let page = paging::page(&shelf, &wanted);
    let (next, previous) = paging::links(visit, &page);
    let counts = project.counts();
    let wrong = visit.shared.quirks.wrong_counters;
    let list = FileList {
        next,
        previous,
        total: if wrong { 0 } else { filter.count(counts) },
        totals: Totals {
            removed: counts.removed,
            stored: if wrong { -32_094 } else { counts.stored },
            unstored: counts.unstored,
        },
        per_page: wanted.limit,
        results: json::Files {
            project: &project,
            items: &page.items,
            visit,
        },
    };
    Ok(Reply::long(&list, FILE_BYTES * page.items.len()))
}

/// `GET /files/{uuid}/`
pub(super) fn info(visit: &Visit<'_>, uuid: &str) -> Result<Reply, Refusal> {
    let project = visit.shared.uploadcare.current(visit.now);
    let ix = project.find_text(uuid).ok_or_else(Refusal::not_found)?;
    Ok(Reply::json(&json::file(&project, ix, visit)))
}

/// `PUT /files/{uuid}/storage/`: stores, and restores what was removed.
pub(super) fn store(visit: &Visit<'_>, uuid: &str) -> Result<Reply, Refusal> {
    change(visit, uuid, |project, ix| {
        project.store(ix, visit.now);
        Ok(())
    })
}

/// `DELETE /files/{uuid}/storage/`
pub(super) fn delete(visit: &Visit<'_>, uuid: &str) -> Result<Reply, Refusal> {
    change(visit, uuid, |project, ix| {
        let file = project.file(ix);
        if file.locked && file.removed().is_none() {
            return Err(Refusal::bad(LOCKED));
        }
        project.remove(ix, visit.now);
        Ok(())
    })
}

fn change(
    visit: &Visit<'_>,
    uuid: &str,
    work: impl FnOnce(&mut Project, usize) -> Result<(), Refusal>,
) -> Result<Reply, Refusal> {
    let mut project = visit.shared.uploadcare.change(visit.now);
    project.note_write(ids::parse(uuid));
    let ix = project.find_text(uuid).ok_or_else(Refusal::not_found)?;
    work(&mut project, ix)?;
    Ok(Reply::json(&json::file(&project, ix, visit)))
}
