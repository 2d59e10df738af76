//! What is not any more what it was when the plan was made, as far as the service lets it be seen.
//!
//! A continued delete looks before it sends, also before it asks again after a lost answer: at few files one by
//! one, else at the whole list.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use tokio::task::JoinSet;

use super::call::Line;
use super::chunk::Entry;
use super::guard::Guard;
use crate::catalogue::{Catalogue, RowRef};
use crate::model::{
    Evidence, FileRow, FolderRow, ItemKind, JobRecord, Outcome, PlanItem, Settled, Time, Verb,
};
use crate::service::{ErrorKind, Listing, Seen, Service, ServiceError, each_page};

/// Up to so many files are asked for one by one, as many at once as the gate allows.
const FEW: usize = 100;

/// Guards the items that changed since they were planned, by rows that are newer.
pub fn hold_changed(verb: Verb, catalogue: &Catalogue, items: &mut [PlanItem]) {
    if verb != Verb::Delete {
        return;
    }
    for item in items.iter_mut().filter(|item| item.guard.is_none()) {
        let row = catalogue.find(item.id.as_str());
        let row = row
            .map(|row| catalogue.row(row))
            .filter(|row| !row.is_gone());
        item.guard = row.and_then(|row| changed(item, &row)).map(str::to_owned);
    }
}

/// Why a file must not be deleted by a plan that knew another. What the plan did not know cannot have changed;
/// that it was deleted meanwhile is for the service to say.
fn changed(item: &PlanItem, row: &RowRef<'_>) -> Option<&'static str> {
    if row.removed().is_some() || item.uploaded.is_none() {
        return None;
    }
    if row.uploaded() != item.uploaded || item.size.is_some_and(|size| size != row.size()) {
        return Some("it was uploaded anew since the plan was made");
    }
    match (item.stored, row.stored()) {
        (None, Some(_)) => Some("it was stored since the plan was made"),
        (Some(then), Some(now)) if then != now => {
            Some("it was stored or restored again since the plan was made")
        }
        _ => None,
    }
}

/// Guards folders that are others than those that were planned: gone meanwhile, and made anew under the same path.
fn hold_made_anew(planned: Time, folders: &[FolderRow], items: &mut [PlanItem]) {
    for item in items.iter_mut().filter(|item| item.guard.is_none()) {
        let created = folder(folders, item).and_then(|row| row.created);
        item.guard = created.filter(|at| *at > planned).map(|at| {
            let at = at.to_minute(&TimeZone::UTC);
            format!("it was made after the plan, at {at} UTC")
        });
    }
}

fn folder<'a>(folders: &'a [FolderRow], item: &PlanItem) -> Option<&'a FolderRow> {
    let path = item.id.as_str().trim_end_matches('/');
    folders.iter().find(|row| row.path == path)
}

/// What the service has of a job's items now.
#[derive(Default)]
pub(super) struct Looked {
    catalogue: Catalogue,
    folders: Vec<FolderRow>,
    /// Items that could not be looked at, and why.
    pub unseen: HashMap<u32, String>,
}

/// Looks at the items that wait for a call.
///
/// # Errors
/// If the service cannot be asked at all.
pub(super) async fn look(
    line: &Line,
    keep: &Guard,
    waiting: &[Entry],
) -> Result<Looked, ServiceError> {
    let verb = line.terms.verb;
    let mut looked = Looked::default();
    if verb.kind() == ItemKind::Folder {
        looked.folders = line.service.folders().await?;
        if keep.needs_list(verb) {
            looked.catalogue = listed(&line.service).await?;
        }
    } else if waiting.len() <= FEW {
        let (rows, unseen) = one_by_one(line, waiting).await?;
        let epoch = looked.catalogue.begin();
        looked.catalogue.merge(epoch, rows);
        looked.catalogue.finish(epoch);
        looked.unseen = unseen;
    } else {
        looked.catalogue = listed(&line.service).await?;
    }
    Ok(looked)
}

async fn listed(service: &Arc<dyn Service>) -> Result<Catalogue, ServiceError> {
    let mut catalogue = Catalogue::new();
    let epoch = catalogue.begin();
    let list = |pages| service.list(Listing::Existing, pages);
    each_page(8, list, |page| catalogue.merge(epoch, page.rows)).await?;
    catalogue.finish(epoch);
    Ok(catalogue)
}

/// The files that are there, and those that could not be read.
async fn one_by_one(
    line: &Line,
    waiting: &[Entry],
) -> Result<(Vec<FileRow>, HashMap<u32, String>), ServiceError> {
    let mut asked = JoinSet::new();
    for (seq, item) in waiting.iter().map(|entry| (entry.seq, entry.target())) {
        let line = line.clone();
        asked.spawn(async move { (seq, line.see(&item).await) });
    }
    let (mut rows, mut unseen) = (Vec::with_capacity(waiting.len()), HashMap::new());
    while let Some(Ok((seq, answer))) = asked.join_next().await {
        match answer {
            Ok(Seen::File(row)) => rows.push(*row),
            Ok(_) => {}
            Err(error) => match error.kind {
                ErrorKind::NotFound => {}
                ErrorKind::Lost
                | ErrorKind::NotTheService
                | ErrorKind::Refused
                | ErrorKind::Unsupported => drop(unseen.insert(seq, error.message)),
                _ => return Err(error),
            },
        }
    }
    Ok((rows, unseen))
}

impl Looked {
    /// The ends of those that must not be sent, or not again. What an earlier run may have done is held only if it
    /// is seen not to be done.
    pub fn held(&self, record: &JobRecord, keep: &Guard, waiting: &[Entry]) -> Arc<[Settled]> {
        let verb = record.summary.verb;
        let planned = |entry: &Entry| record.items.get(entry.seq as usize);
        let (entries, mut items): (Vec<&Entry>, Vec<PlanItem>) = waiting
            .iter()
            .filter_map(|entry| Some((entry, planned(entry)?.item.clone())))
            .unzip();
        hold_changed(verb, &self.catalogue, &mut items);
        hold_made_anew(record.summary.created, &self.folders, &mut items);
        keep.mark_seen(verb, &self.catalogue, &mut items);
        let held = entries.into_iter().zip(&items).filter_map(|(entry, item)| {
            let why = item.guard.clone()?;
            let (problem, evidence) = match entry.open {
                false => (why, None),
                true if !self.has(verb, item) => return None,
                true => (
                    format!("{why}; a call of an earlier run had no answer, and it is there"),
                    Some(Evidence::Reread),
                ),
            };
            Some(Settled {
                seq: entry.seq,
                outcome: Outcome::Skipped,
                problem,
                evidence,
                service_time: None,
                settled_at: Time::now(),
            })
        });
        held.collect()
    }

    fn has(&self, verb: Verb, item: &PlanItem) -> bool {
        if verb.kind() == ItemKind::Folder {
            return folder(&self.folders, item).is_some();
        }
        let row = self.catalogue.find(item.id.as_str());
        row.map(|row| self.catalogue.row(row))
            .is_some_and(|row| !row.is_gone() && row.removed().is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(uploaded: i64, stored: Option<i64>, size: u64) -> FileRow {
        FileRow {
            uploaded: Some(Time(uploaded)),
            stored: stored.map(Time),
            size,
            ..FileRow::unknown("a".into())
        }
    }

    #[test]
    fn what_changed_since_is_held_back() {
        let known = row(1, Some(2), 3);
        let cases = [
            (row(1, Some(2), 3), None),
            (row(1, None, 3), None),
            (row(9, Some(2), 3), Some("uploaded anew")),
            (row(1, Some(2), 4), Some("uploaded anew")),
            (row(1, Some(7), 3), Some("restored again")),
            (
                FileRow {
                    removed: Some(Time(9)),
                    ..row(1, None, 3)
                },
                None,
            ),
        ];
        for (now, held) in cases {
            let mut catalogue = Catalogue::new();
            let epoch = catalogue.begin();
            catalogue.merge(epoch, vec![now.clone()]);
            let mut items = [PlanItem::from_file(&known), PlanItem::bare("a".into())];
            hold_changed(Verb::Delete, &catalogue, &mut items);
            let words = items[0].guard.as_deref();
            assert_eq!(words.is_some(), held.is_some(), "{now:?}: {words:?}");
            assert!(words.unwrap_or_default().contains(held.unwrap_or_default()));
            assert_eq!(items[1].guard, None, "nothing was known of it");
            hold_changed(Verb::Restore, &catalogue, &mut items);
        }
    }
}
