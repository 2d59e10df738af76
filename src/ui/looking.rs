//! Which files are in the groups that a filter names: asked for when somebody types `in:`, and not before.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use poll_promise::Promise;

use super::engine::Engine;
use crate::catalogue::Members;
use crate::model::{GroupDetails, ItemId};
use crate::service::Service;

/// Groups that are looked into at most, so that a filter does not become a thousand requests.
pub const GROUPS_AT_MOST: usize = 2_000;
/// Groups that are read at once.
const READS: usize = 8;

type Answers = Vec<(ItemId, Option<Vec<ItemId>>)>;

/// The groups whose members are known in one profile, and those that are being read.
#[derive(Default)]
pub struct Looking {
    members: Members,
    version: u64,
    tried: HashSet<ItemId>,
    unread: usize,
    task: Option<Promise<Answers>>,
}

impl Looking {
    /// What is known.
    pub fn members(&self) -> &Members {
        &self.members
    }

    /// Different after each change of what is known.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Whether groups are being read.
    pub fn is_busy(&self) -> bool {
        self.task.is_some()
    }

    /// Forgets everything: the groups are being listed again.
    pub fn forget(&mut self) {
        *self = Self {
            version: self.version + 1,
            ..Self::default()
        };
    }

    /// Takes in a group that was opened anyway.
    pub fn note(&mut self, details: &GroupDetails) {
        let id = details.row.id.as_str();
        if !self.members.knows(id) {
            let members = details.members.iter().flatten();
            let members = members.map(|file| file.id.clone()).collect();
            self.members.set(id, members);
            self.version += 1;
        }
    }

    /// Takes answers in and asks for groups of which nothing is known yet.
    pub fn tick<'a>(
        &mut self,
        engine: &Engine,
        service: &Arc<dyn Service>,
        groups: impl Iterator<Item = &'a ItemId>,
        wanted: &[String],
    ) {
        self.take();
        if self.task.is_some() {
            return;
        }
        let room = GROUPS_AT_MOST.saturating_sub(self.tried.len());
        let new: Vec<ItemId> = groups
            .filter(|id| !self.tried.contains(*id) && !self.members.knows(id.as_str()))
            .filter(|id| is_meant(id, wanted))
            .take(room)
            .cloned()
            .collect();
        if new.is_empty() {
            return;
        }
        self.tried.extend(new.iter().cloned());
        let service = service.clone();
        self.task = Some(engine.ask(async move {
            let read = |id: ItemId| {
                let service = service.clone();
                async move {
                    let answer = service.group(&id).await.ok();
                    let members = answer.map(|details| {
                        let files = details.members.into_iter().flatten();
                        files.map(|file| file.id).collect()
                    });
                    (id, members)
                }
            };
            stream::iter(new)
                .map(read)
                .buffer_unordered(READS)
                .collect()
                .await
        }));
    }

    fn take(&mut self) {
        match self.task.take().map(Promise::try_take) {
            Some(Ok(answers)) => {
                for (id, members) in answers {
                    match members {
                        Some(members) => self.members.set(id.as_str(), members),
                        None => self.unread += 1,
                    }
                }
                self.version += 1;
            }
            Some(Err(waiting)) => self.task = Some(waiting),
            None => {}
        }
    }

    /// Whether it was looked into every one of these groups that is meant.
    pub fn covers<'a>(
        &self,
        mut groups: impl Iterator<Item = &'a ItemId>,
        wanted: &[String],
    ) -> bool {
        groups.all(|id| !is_meant(id, wanted) || self.members.knows(id.as_str()))
    }

    /// What is not known, in words; `None` if every group that was meant was read.
    pub fn words(&self) -> Option<String> {
        if self.is_busy() {
            return Some("Looking into the groups…".to_owned());
        }
        if self.tried.len() >= GROUPS_AT_MOST {
            return Some(format!(
                "Only the first {GROUPS_AT_MOST} groups were looked into. Type more of the group's id."
            ));
        }
        (self.unread > 0).then(|| {
            let groups = crate::model::size::counted(self.unread as u64, "group", "groups");
            format!("{groups} could not be read. Refresh the groups to try again.")
        })
    }
}

fn is_meant(id: &ItemId, wanted: &[String]) -> bool {
    let id = id.as_str().to_lowercase();
    wanted.iter().any(|start| id.starts_with(start.as_str()))
}
