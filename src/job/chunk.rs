//! What travels through a job: items without an outcome, the chunks they are sent in, how patient a job is.

use std::time::Duration;

use crate::model::{CallPurpose, ItemId, Verb};
use crate::service::Target;

/// How often and how long a job tries before it gives an item, or itself, up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Times that an item is sent, if re-reads show that it was not done.
    pub sends: u8,
    /// Times that a batch with a lost answer is repeated before its items are re-read.
    pub repeats: u8,
    /// Times that an item is re-read before it is `unknown`.
    pub rereads: u8,
    /// Rounds without any usable answer after which the job is halted. With the service's own tries in
    /// each round that is about a minute.
    pub rounds: u32,
    /// The first wait; each further one is twice as long.
    pub first_wait: Duration,
    /// The longest wait.
    pub longest_wait: Duration,
    /// How long a stopped job still re-reads what it had sent, once its last call is over: longer than
    /// [`Pace::last_look`].
    pub parting: Duration,
    /// How long a job waits for the network, the right clock or room for its ledger, before it is halted.
    pub outage: Duration,
    /// How long after the last lost send an item is looked at once more before it has `failed`: the service
    /// may carry a call out long after its answer was given up.
    pub last_look: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            sends: 3,
            repeats: 4,
            rereads: 2,
            rounds: 8,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(8),
            parting: Duration::from_secs(20),
            outage: Duration::from_secs(30 * 60),
            last_look: Duration::from_secs(10),
        }
    }
}

impl Pace {
    /// The wait before the try that follows `failures` failed ones.
    pub(super) fn wait(&self, failures: u32) -> Duration {
        match failures.checked_sub(1) {
            None => Duration::ZERO,
            Some(doublings) => self
                .first_wait
                .saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX))
                .min(self.longest_wait),
        }
    }
}

/// What a job does and what its service can do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub verb: Verb,
    /// Most items in one call.
    pub limit: usize,
    /// Whether a batch may be sent again to learn what a lost answer said.
    pub repeatable: bool,
    /// Whether twice is not the same as once.
    pub once: bool,
    pub pace: Pace,
}

/// Why an item that is gone may be gone by our own doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Doubt {
    #[default]
    None,
    /// A call of ours was answered without a word on the item.
    Unnamed,
    /// A call of ours with the item was never answered.
    Lost,
}

/// An item that has no outcome yet, with what its calls have shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub seq: u32,
    pub id: ItemId,
    /// The path and the address that it was planned with.
    pub path: String,
    pub url: Option<String>,
    /// Sends that the service got, or may have got.
    pub sends: u8,
    /// A call of ours may have done it, and nothing has shown yet whether it did.
    pub open: bool,
    pub doubt: Doubt,
    /// The last trouble with it, for its row.
    pub words: String,
}

impl Entry {
    pub fn new(seq: u32, target: impl Into<Target>) -> Self {
        let Target { id, path, url, .. } = target.into();
        Self {
            seq,
            id,
            path,
            url,
            sends: 0,
            open: false,
            doubt: Doubt::None,
            words: String::new(),
        }
    }

    /// As its service is asked about it.
    pub fn target(&self) -> Target {
        Target {
            id: self.id.clone(),
            path: self.path.clone(),
            url: self.url.clone(),
            sent: !self.never_sent(),
        }
    }

    /// Whether no call of ours can have done it.
    pub fn never_sent(&self) -> bool {
        self.sends == 0 && !self.open
    }

    /// Marks that a call may have done it.
    pub fn in_doubt(mut self, doubt: Doubt, words: &str) -> Self {
        self.open = true;
        self.doubt = self.doubt.max(doubt);
        words.clone_into(&mut self.words);
        self
    }
}

/// The items of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub purpose: CallPurpose,
    pub entries: Vec<Entry>,
    /// Answers to these items that were lost in a row.
    pub lost: u8,
    /// From an earlier run: settled before anything new is sent.
    pub old: bool,
    /// A re-read after which there is no other.
    pub last: bool,
    /// How many calls of the job had been answered when its trouble began.
    pub fine: u32,
    /// Stamped by the queue when it leaves.
    pub epoch: u32,
    /// Stamped likewise: whether another call was answered since its trouble began.
    pub others_fine: bool,
}

impl Chunk {
    pub fn new(purpose: CallPurpose, entries: Vec<Entry>) -> Self {
        Self {
            purpose,
            entries,
            lost: 0,
            old: false,
            last: false,
            fine: 0,
            epoch: 0,
            others_fine: false,
        }
    }

    /// The same call for other items.
    pub fn with(&self, entries: Vec<Entry>) -> Self {
        Self {
            lost: self.lost,
            old: self.old,
            last: self.last,
            fine: self.fine,
            ..Self::new(self.purpose, entries)
        }
    }

    /// One re-read for each item.
    pub fn into_rereads(self) -> Vec<Self> {
        let old = self.old;
        self.entries
            .into_iter()
            .map(|entry| Self {
                old,
                ..Self::new(CallPurpose::Reread, vec![entry])
            })
            .collect()
    }

    /// One more look at an item, a while later. It holds nothing up.
    pub fn last_look(entry: Entry) -> Self {
        Self {
            last: true,
            ..Self::new(CallPurpose::Reread, vec![entry])
        }
    }

    /// How long it is held back.
    pub fn wait(&self, pace: &Pace) -> Duration {
        match (self.last, self.lost) {
            (true, 0) => pace.last_look,
            (_, lost) => pace.wait(u32::from(lost)),
        }
    }

    pub fn seqs(&self) -> Vec<u32> {
        self.entries.iter().map(|entry| entry.seq).collect()
    }

    pub fn targets(&self) -> Vec<Target> {
        self.entries.iter().map(Entry::target).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit() {
        let pace = Pace::default();
        assert_eq!(pace.wait(0), Duration::ZERO);
        assert_eq!(pace.wait(1), Duration::from_millis(500));
        assert_eq!(pace.wait(4), Duration::from_secs(4));
        assert_eq!(pace.wait(60), pace.longest_wait);
        let all: Duration = (0..=pace.rounds).map(|n| pace.wait(n)).sum();
        assert!((30..45).contains(&all.as_secs()), "{all:?}");
    }
}
