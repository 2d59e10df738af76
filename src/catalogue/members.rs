//! Which files are in which group, as far as anybody asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::ItemId;

use super::fold::fold;
use super::query::Group;
use super::{Catalogue, RowSet};

/// Groups whose members are known. A clone shares all of it until one of the two changes.
#[derive(Clone, Debug, Default)]
pub struct Members(Arc<BTreeMap<String, Arc<[ItemId]>>>);

impl Members {
    /// Notes a group's members in place of older ones.
    pub fn set(&mut self, group: &str, members: Vec<ItemId>) {
        Arc::make_mut(&mut self.0).insert(fold(group), members.into());
    }

    /// Forgets a group.
    pub fn remove(&mut self, group: &str) {
        Arc::make_mut(&mut self.0).remove(&fold(group));
    }

    /// Whether a group's members are known.
    pub fn knows(&self, group: &str) -> bool {
        self.0.contains_key(&fold(group))
    }

    /// How many groups are known.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no group is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each group and how many members it has.
    pub(super) fn counts(&self) -> impl Iterator<Item = (String, u32)> + '_ {
        let groups = self.0.iter();
        groups.map(|(group, members)| (group.clone(), members.len() as u32))
    }

    /// The rows of all members of the groups that are meant.
    pub(super) fn rows(&self, catalogue: &Catalogue, group: &Group) -> RowSet {
        let meant = |id: &str| match group {
            Group::Any => true,
            Group::Begins(start) => id.starts_with(start.as_str()),
        };
        let groups = self.0.iter().filter(|(id, _)| meant(id));
        groups
            .flat_map(|(_, members)| members.iter())
            .filter_map(|id| catalogue.find(id.as_str()))
            .collect()
    }
}
