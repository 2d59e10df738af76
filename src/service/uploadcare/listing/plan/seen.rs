//! The ids that were listed so far, small enough for a million: a uuid is kept as its sixteen bytes.

use std::collections::HashSet;

use uuid::Uuid;

use crate::model::{FileRow, ItemId};

/// Ids that were listed.
#[derive(Debug, Default)]
pub(in super::super) struct Seen {
    uuids: HashSet<u128>,
    others: HashSet<ItemId>,
}

impl Seen {
    /// Of the rows those between the keys that were not listed before. A row without a time stands where the
    /// one before it does. Rows without an id cannot be told apart: at the upper key they count only if
    /// nothing was read there before (`first`).
    pub(in super::super) fn fresh(
        &mut self,
        mut rows: Vec<FileRow>,
        low: i64,
        high: i64,
        first: bool,
    ) -> Vec<FileRow> {
        let mut key = high;
        rows.retain(|row| {
            key = row.uploaded.map_or(key, |time| time.0);
            let within = (low..=high).contains(&key);
            within
                && match row.id.as_str() {
                    "" => first || key < high,
                    _ => self.insert(&row.id),
                }
        });
        rows
    }

    /// Notes an id. Whether it is new.
    pub(in super::super) fn insert(&mut self, id: &ItemId) -> bool {
        match Uuid::try_parse(id.as_str()) {
            Ok(uuid) if id.as_str().len() == 36 => self.uuids.insert(uuid.as_u128()),
            _ => self.others.insert(id.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Time;

    #[test]
    fn rows_between_the_keys_once() {
        let row = |id: &str, key: Option<i64>| FileRow {
            uploaded: key.map(Time),
            ..FileRow::unknown(id.into())
        };
        let page = || {
            vec![
                row("above", Some(11)),
                row("", Some(10)),
                row("at", Some(10)),
                row("", None),
                row("in", Some(7)),
                row("timeless", None),
                row("", Some(6)),
                row("21975c81-7f57-4c7a-aef9-acfe28779f78", Some(5)),
                row("21975C81-7F57-4C7A-AEF9-ACFE28779F78", Some(5)),
                row("below", Some(4)),
                row("", None),
            ]
        };
        let ids = |rows: Vec<FileRow>| {
            let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
            ids.join(" ")
        };
        let uuid = "21975c81-7f57-4c7a-aef9-acfe28779f78";
        let mut seen = Seen::default();
        let all = format!(" at  in timeless  {uuid}");
        assert_eq!(ids(seen.fresh(page(), 5, 10, true)), all);
        assert_eq!(
            ids(seen.fresh(page(), 5, 10, false)),
            "",
            "one without an id"
        );
        assert_eq!(ids(seen.fresh(page(), 4, 11, false)), "above    below ");
    }
}
