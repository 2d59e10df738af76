//! Groups as rows of a list.

use std::cmp::Ordering;

use super::item_list::{ItemList, ListRow};
use super::widgets::table::TableColumn;
use crate::model::{GroupDetails, GroupRow, ItemId, PlanItem};

/// What groups can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupColumn {
    /// The id.
    Id,
    /// Files at its making.
    Files,
    /// When it was made.
    Created,
}

/// The groups of one profile.
pub type GroupList = ItemList<GroupRow>;

impl ListRow for GroupRow {
    type Column = GroupColumn;
    type Answer = GroupDetails;

    const COLUMNS: &'static [TableColumn] = &[
        TableColumn::new("id", "Group", 330.0).always().grows(),
        TableColumn::new("files", "Files", 86.0).right(),
        TableColumn::new("created", "Made", 150.0),
        TableColumn::new("problem", "Problem", 200.0)
            .unsortable()
            .hidden(),
    ];
    const BY: &'static [GroupColumn] = &[GroupColumn::Id, GroupColumn::Files, GroupColumn::Created];
    const FIRST: (GroupColumn, bool) = (GroupColumn::Created, true);

    fn id(&self) -> &ItemId {
        &self.id
    }

    fn has(&self, words: &str) -> bool {
        self.id.as_str().to_lowercase().contains(words.trim())
    }

    fn compare(&self, other: &Self, by: GroupColumn) -> Ordering {
        match by {
            GroupColumn::Id => self.id.cmp(&other.id),
            GroupColumn::Files => self.files.cmp(&other.files),
            GroupColumn::Created => self.created.cmp(&other.created),
        }
    }

    fn item(&self) -> PlanItem {
        PlanItem::from_group(self)
    }

    fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }
}
