//! What a call of a job does, and to what: the verb with what it is told, and items as they were planned.

use crate::model::{ItemId, PlanArgs, PlanItem, Verb};

/// What a call does to its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// The verb.
    pub verb: Verb,
    /// What it is told.
    pub args: PlanArgs,
}

impl From<Verb> for Work {
    fn from(verb: Verb) -> Self {
        Self {
            verb,
            args: PlanArgs::default(),
        }
    }
}

/// An item of a call, as it was planned.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// Its id. What is said of it is said of this.
    pub id: ItemId,
    /// The path that it had when the plan was made; empty where it was not known.
    pub path: String,
    /// Where it was delivered when the plan was made.
    pub url: Option<String>,
    /// A call of ours left for it before: what is seen of it now may be our own doing.
    pub sent: bool,
}

impl From<ItemId> for Target {
    fn from(id: ItemId) -> Self {
        Self {
            id,
            path: String::new(),
            url: None,
            sent: false,
        }
    }
}

impl From<&str> for Target {
    fn from(id: &str) -> Self {
        ItemId::from(id).into()
    }
}

impl From<&PlanItem> for Target {
    fn from(item: &PlanItem) -> Self {
        Self {
            id: item.id.clone(),
            path: item.path.clone(),
            url: item.url.clone(),
            sent: false,
        }
    }
}

/// The ids of items.
pub(super) fn ids_of(items: &[Target]) -> Vec<ItemId> {
    items.iter().map(|item| item.id.clone()).collect()
}
