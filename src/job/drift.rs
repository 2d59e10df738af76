//! What is not any more what it was when the plan was made, as far as the service lets it be seen.
//!
//! A continued delete looks before it sends: at few files one by one, else at the whole list.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::catalogue::{Catalogue, RowRef};
use crate::model::{FileRow, ItemKind, PlanItem, Verb};
use crate::service::{ErrorKind, Listing, Service, ServiceError, each_page};

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

/// The files as they are now. Those that the service does not have are not among them.
///
/// # Errors
/// If the service cannot be asked.
pub(super) async fn look(
    service: &Arc<dyn Service>,
    items: &[PlanItem],
) -> Result<Catalogue, ServiceError> {
    let rows = match items.len() {
        ..=FEW => one_by_one(service, items).await,
        _ => None,
    };
    let mut catalogue = Catalogue::new();
    let epoch = catalogue.begin();
    match rows {
        Some(rows) => catalogue.merge(epoch, rows?),
        None => {
            let list = |pages| service.list(Listing::Existing, pages);
            each_page(8, list, |page| catalogue.merge(epoch, page.rows)).await?;
        }
    }
    catalogue.finish(epoch);
    Ok(catalogue)
}

/// `None` where the service cannot be asked for one file.
async fn one_by_one(
    service: &Arc<dyn Service>,
    items: &[PlanItem],
) -> Option<Result<Vec<FileRow>, ServiceError>> {
    let mut asked = JoinSet::new();
    for id in items.iter().map(|item| item.id.clone()) {
        let service = Arc::clone(service);
        asked.spawn(async move { service.details(&id).await });
    }
    let mut rows = Vec::with_capacity(items.len());
    while let Some(Ok(answer)) = asked.join_next().await {
        match answer {
            Ok(details) => rows.push(details.row),
            Err(error) if error.kind == ErrorKind::NotFound => {}
            Err(error) if error.kind == ErrorKind::Unsupported => return None,
            Err(error) => return Some(Err(error)),
        }
    }
    Some(Ok(rows))
}

/// Whether files of this verb are looked at before a continued job sends them.
pub(super) fn is_looked_at(verb: Verb) -> bool {
    verb == Verb::Delete && verb.kind() == ItemKind::File
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Time;

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
