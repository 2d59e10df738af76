//! A frozen list of what will be done. What is confirmed is what runs.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{
    FileRow, FileState, FolderRow, GroupRow, ItemId, PlanArgs, Source, ThingRow, Time, Verb,
};

/// One item of a plan with what was known of it when the plan was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanItem {
    /// The id to send.
    pub id: ItemId,
    /// Name at plan time; empty where only the id was known.
    pub name: String,
    /// Bytes, where known.
    pub size: Option<u64>,
    /// Content type, where known.
    pub mime: String,
    /// When it was uploaded (a group: made), where known.
    pub uploaded: Option<Time>,
    /// When it was stored, where known.
    pub stored: Option<Time>,
    /// When it was removed, where known.
    pub removed: Option<Time>,
    /// A file's folder and name as one path, where its service has folders; empty where it is not known.
    #[serde(default)]
    pub path: String,
    /// Where it is delivered, where that has to outlive the file.
    #[serde(default)]
    pub url: Option<String>,
    /// Whether the service was still working on it when it was listed. Known to a plan that is shown, not kept.
    #[serde(skip)]
    pub processing: bool,
    /// A guard's reason to leave it out. Such an item is never sent and ends as `skipped`.
    pub guard: Option<String>,
}

impl PlanItem {
    /// An item of which only the id is known.
    pub fn bare(id: ItemId) -> Self {
        Self {
            id,
            name: String::new(),
            size: None,
            mime: String::new(),
            uploaded: None,
            stored: None,
            removed: None,
            path: String::new(),
            url: None,
            processing: false,
            guard: None,
        }
    }

    /// An item from a listed file.
    pub fn from_file(row: &FileRow) -> Self {
        Self {
            name: row.name.clone(),
            size: Some(row.size),
            mime: row.mime.to_string(),
            uploaded: row.uploaded,
            stored: row.stored,
            removed: row.removed,
            path: row.path(),
            processing: row.state() == FileState::Processing,
            ..Self::bare(row.id.clone())
        }
    }

    /// An item from a listed folder.
    pub fn from_folder(row: &FolderRow) -> Self {
        Self {
            name: row.name().to_owned(),
            uploaded: row.created,
            path: row.path.clone(),
            ..Self::bare(row.id())
        }
    }

    /// An item from a listed render or template.
    pub fn from_thing(row: &ThingRow) -> Self {
        Self {
            name: row.name.clone(),
            mime: row.format.clone(),
            uploaded: row.created,
            ..Self::bare(row.id.clone())
        }
    }

    /// An item from a listed group.
    pub fn from_group(row: &GroupRow) -> Self {
        Self {
            uploaded: row.created,
            ..Self::bare(row.id.clone())
        }
    }
}

/// A frozen, ordered list of items, one verb, one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What is done to each item.
    pub verb: Verb,
    /// What the verb is told.
    #[serde(default)]
    pub args: PlanArgs,
    /// Where.
    pub source: Source,
    /// When it was frozen.
    pub created: Time,
    /// Each id once, in order. The place in this list is the item's `seq`.
    items: Vec<PlanItem>,
}

impl Plan {
    /// Freezes a list. An id given twice, in whatever case a uuid is written, is one item: the first stays.
    pub fn new(verb: Verb, source: Source, items: Vec<PlanItem>) -> Self {
        let mut seen = HashSet::with_capacity(items.len());
        let items = items
            .into_iter()
            .filter(|item| seen.insert(item.id.plain().into_owned()))
            .collect();
        Self {
            verb,
            args: PlanArgs::default(),
            source,
            created: Time::now(),
            items,
        }
    }

    /// The same plan with what its verb is told.
    pub fn with_args(self, args: PlanArgs) -> Self {
        Self { args, ..self }
    }

    /// The same plan after guards were given to its items.
    pub fn guarded(mut self, guard: impl FnOnce(&mut [PlanItem])) -> Self {
        guard(&mut self.items);
        self
    }

    /// The items, in order.
    pub fn items(&self) -> &[PlanItem] {
        &self.items
    }

    /// Known bytes in all.
    pub fn bytes(&self) -> u64 {
        super::size::sum(self.items.iter().filter_map(|item| item.size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_given_in_both_cases_is_one_item() {
        let upper = "21975C81-7F57-4C7A-AEF9-ACFE28779F78";
        let lower = upper.to_lowercase();
        let group = format!("{upper}~3");
        let given = [upper, &lower, &group, &group.to_lowercase(), "Odd", "odd"];
        let items = given.map(|id| PlanItem::bare(id.into())).to_vec();
        let plan = Plan::new(Verb::Delete, Source::example(), items);
        let ids: Vec<_> = plan.items().iter().map(|item| item.id.as_str()).collect();
        assert_eq!(ids, [upper, &group, "Odd", "odd"]);
    }

    #[test]
    fn an_id_given_twice_is_one_item() {
        let items = ["b", "a", "b"].map(|id| PlanItem::bare(id.into())).to_vec();
        let plan = Plan::new(Verb::Delete, Source::example(), items);
        let ids: Vec<_> = plan.items().iter().map(|item| item.id.as_str()).collect();
        assert_eq!(ids, ["b", "a"]);
    }
}
