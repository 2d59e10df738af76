//! What the delivery network still holds of files that were deleted or went elsewhere, and what was purged.

use std::collections::HashMap;

use crate::model::Time;

use super::library::Version;

/// Copies at the edge, and the purges that were asked for.
#[derive(Default)]
pub(super) struct Edge {
    copies: HashMap<String, (Version, Time)>,
    purges: Vec<Purge>,
}

/// One purge that was asked for.
struct Purge {
    id: String,
    address: String,
    polls: u32,
}

impl Edge {
    /// Keeps what was at a path.
    pub fn keep(&mut self, path: String, content: &Version, now: Time) {
        self.copies.insert(path, (content.clone(), now));
    }

    /// The copy of a path, unless it is older than this.
    pub fn copy(&self, path: &str, not_before: Time) -> Option<&Version> {
        let (content, since) = self.copies.get(path)?;
        (*since > not_before).then_some(content)
    }

    /// Drops the copies of a path, or of all that begin so if it ends in `*`.
    pub fn purge(&mut self, id: String, address: String, path: &str) {
        match path.strip_suffix('*') {
            Some(beginning) => self.copies.retain(|known, _| !known.starts_with(beginning)),
            None => self.copies.retain(|known, _| known != path),
        }
        self.purges.push(Purge {
            id,
            address,
            polls: 0,
        });
    }

    pub fn purges(&self) -> usize {
        self.purges.len()
    }

    /// The addresses that were purged, oldest first.
    pub fn purged(&self) -> Vec<String> {
        self.purges
            .iter()
            .map(|purge| purge.address.clone())
            .collect()
    }

    /// Counts that a purge was asked about; how often so far, or `None` if there is none.
    pub fn poll(&mut self, id: &str) -> Option<u32> {
        let purge = self.purges.iter_mut().find(|purge| purge.id == id)?;
        purge.polls += 1;
        Some(purge.polls)
    }
}
