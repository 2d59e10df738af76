//! Which groups hold files that are about to go. There is no other way to learn it than to read every group.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::task::JoinSet;

use crate::model::ItemId;
use crate::service::{Service, ServiceError, each_page};

/// Groups that are looked through for the files of a delete without being asked to.
const GROUPS_AT_MOST: usize = 2_000;

/// A group, and those of its files that are about to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holds {
    /// The group.
    pub group: ItemId,
    /// Its files among those that were asked for.
    pub files: Vec<ItemId>,
}

/// Which groups hold which of the files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InGroups {
    /// Groups that hold any of them, in the order of the service's list.
    pub groups: Vec<Holds>,
    /// Groups that were not read: too many, or the service would not.
    pub unread: usize,
}

impl InGroups {
    /// Files that are in a group, each once.
    pub fn files(&self) -> HashSet<ItemId> {
        let files = self.groups.iter().flat_map(|holds| &holds.files);
        files.cloned().collect()
    }
}

/// How far a look into the groups is.
#[derive(Debug, Default)]
pub struct Looked {
    read: AtomicUsize,
    all: AtomicUsize,
}

impl Looked {
    /// How many groups were read, of how many. Before they are listed there are none.
    pub fn groups(&self) -> (u64, u64) {
        let number = |of: &AtomicUsize| of.load(Ordering::Relaxed) as u64;
        (number(&self.read), number(&self.all))
    }
}

/// Reads all groups and their members, up to a couple of thousand. A service without groups has none.
pub async fn look_into_groups(
    service: Arc<dyn Service>,
    ids: HashSet<ItemId>,
    looked: Arc<Looked>,
) -> Result<InGroups, ServiceError> {
    if !service.can().groups || ids.is_empty() {
        return Ok(InGroups::default());
    }
    let mut groups = list(&service).await?;
    let unread = groups.len().saturating_sub(GROUPS_AT_MOST);
    groups.truncate(GROUPS_AT_MOST);
    looked.all.store(groups.len(), Ordering::Relaxed);
    let mut reads = JoinSet::new();
    for group in groups.iter().cloned() {
        let service = Arc::clone(&service);
        reads.spawn(async move { (service.group(&group).await, group) });
    }
    let mut found = HashMap::new();
    let mut failed = 0;
    while let Some(read) = reads.join_next().await {
        looked.read.fetch_add(1, Ordering::Relaxed);
        match read {
            Ok((Ok(details), group)) => {
                let members = details.members.into_iter().flatten().map(|row| row.id);
                let files: Vec<ItemId> = members.filter(|id| ids.contains(id)).collect();
                found.insert(group, files);
            }
            _ => failed += 1,
        }
    }
    let held = groups.into_iter().filter_map(|group| {
        let files = found.remove(&group).filter(|files| !files.is_empty())?;
        Some(Holds { group, files })
    });
    Ok(InGroups {
        groups: held.collect(),
        unread: unread + failed,
    })
}

async fn list(service: &Arc<dyn Service>) -> Result<Vec<ItemId>, ServiceError> {
    let mut groups = Vec::new();
    each_page(
        4,
        |pages| service.groups(pages),
        |page| groups.extend(page.rows.into_iter().map(|row| row.id)),
    )
    .await?;
    Ok(groups)
}
