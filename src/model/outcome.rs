//! How an item of a job ended, and the counts that must add up.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Time;

/// How one item of a job ended. A closed set, the same for all services and verbs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The service named this id as done, or a re-read shows it so by a positive sign.
    Done,
    /// The service says that the id is not there.
    Absent,
    /// The service named this id with a reason of its own.
    Refused,
    /// Known not to be done, tries used up.
    Failed,
    /// A guard left it out.
    Skipped,
    /// The job was stopped before this item was sent.
    NotSent,
    /// Sent, never answered, and could not be re-read.
    Unknown,
}

impl Outcome {
    /// All outcomes, in the order of reports.
    pub const ALL: [Self; 7] = [
        Self::Done,
        Self::Absent,
        Self::Refused,
        Self::Failed,
        Self::Skipped,
        Self::NotSent,
        Self::Unknown,
    ];

    /// `done`, `absent`, …, `not_sent`, `unknown`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Absent => "absent",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::NotSent => "not_sent",
            Self::Unknown => "unknown",
        }
    }

    /// As a sentence says it: `5 were not there`.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Absent => "not there",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::NotSent => "not sent",
            Self::Unknown => "unknown",
        }
    }

    /// Whether a person has to look at the item: the service or the network had a problem with it.
    pub const fn is_problem(self) -> bool {
        matches!(self, Self::Refused | Self::Failed | Self::Unknown)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Outcome {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.key() == text)
            .ok_or_else(|| format!("{text:?} is no outcome"))
    }
}

/// What an outcome rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Evidence {
    /// The service's answer to the call that carried the item.
    #[serde(rename = "answer")]
    Answer,
    /// Reading the item again.
    #[serde(rename = "re-read")]
    Reread,
}

impl Evidence {
    /// `answer` or `re-read`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Reread => "re-read",
        }
    }
}

/// One item's end, as it goes into the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// Place in the plan, from 0.
    pub seq: u32,
    /// The end.
    pub outcome: Outcome,
    /// The service's words, the last error, or the guard's reason; empty for a plain `done`.
    pub problem: String,
    /// What it rests on; `None` for items that no service was asked about.
    pub evidence: Option<Evidence>,
    /// When the service says it happened (`datetime_removed`, `datetime_stored`).
    pub service_time: Option<Time>,
    /// When Tallyman knew.
    pub settled_at: Time,
}

/// How many items ended how. `pending` items have no outcome yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Named as done.
    pub done: u64,
    /// Not there.
    pub absent: u64,
    /// Refused with a reason.
    pub refused: u64,
    /// Not done, tries used up.
    pub failed: u64,
    /// Left out by a guard.
    pub skipped: u64,
    /// Stopped before it was sent.
    pub not_sent: u64,
    /// Never answered, not re-read.
    pub unknown: u64,
    /// Without an outcome yet; 0 once a job has ended.
    #[serde(default)]
    pub pending: u64,
}

impl Tally {
    /// A job of `items` that has not begun.
    pub fn pending(items: u64) -> Self {
        Self {
            pending: items,
            ..Self::default()
        }
    }

    /// The count of one outcome.
    pub fn get(&self, outcome: Outcome) -> u64 {
        match outcome {
            Outcome::Done => self.done,
            Outcome::Absent => self.absent,
            Outcome::Refused => self.refused,
            Outcome::Failed => self.failed,
            Outcome::Skipped => self.skipped,
            Outcome::NotSent => self.not_sent,
            Outcome::Unknown => self.unknown,
        }
    }

    fn slot(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome {
            Outcome::Done => &mut self.done,
            Outcome::Absent => &mut self.absent,
            Outcome::Refused => &mut self.refused,
            Outcome::Failed => &mut self.failed,
            Outcome::Skipped => &mut self.skipped,
            Outcome::NotSent => &mut self.not_sent,
            Outcome::Unknown => &mut self.unknown,
        }
    }

    /// Counts an item that had no place in the tally before.
    pub fn add(&mut self, outcome: Option<Outcome>) {
        match outcome {
            Some(outcome) => *self.slot(outcome) += 1,
            None => self.pending += 1,
        }
    }

    /// Moves one item from `pending` to its outcome.
    ///
    /// # Panics
    /// If nothing is pending: an item would be counted twice.
    pub fn settle(&mut self, outcome: Outcome) {
        self.pending = self
            .pending
            .checked_sub(1)
            .expect("an item can settle only while it is pending");
        *self.slot(outcome) += 1;
    }

    /// Items with an outcome.
    pub fn settled(&self) -> u64 {
        super::size::sum(Outcome::ALL.into_iter().map(|outcome| self.get(outcome)))
    }

    /// All items: outcomes and pending ones.
    pub fn items(&self) -> u64 {
        self.settled().saturating_add(self.pending)
    }

    /// Items that a person has to look at.
    pub fn problems(&self) -> u64 {
        super::size::sum([self.refused, self.failed, self.unknown].into_iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_counted_once() {
        let mut tally = Tally::pending(7);
        for outcome in Outcome::ALL {
            tally.settle(outcome);
            assert_eq!(tally.items(), 7);
        }
        assert_eq!(tally.pending, 0);
        assert_eq!(tally.problems(), 3);
    }

    #[test]
    #[should_panic(expected = "pending")]
    fn an_item_cannot_settle_twice() {
        let mut tally = Tally::pending(1);
        tally.settle(Outcome::Done);
        tally.settle(Outcome::Done);
    }

    #[test]
    fn keys_round_trip() {
        for outcome in Outcome::ALL {
            assert_eq!(outcome.key().parse::<Outcome>(), Ok(outcome));
        }
        assert!("gone".parse::<Outcome>().is_err());
    }
}
