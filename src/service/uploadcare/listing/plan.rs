//! The plan of a parallel listing: the time axis in stretches, each read downward by one request at a time,
//! split for whoever is idle. It sends nothing and reads no clock.
//!
//! A stretch goes on from the last key that it saw, that key included, so neither files that share one
//! instant nor a `from` that includes its bound cost or repeat a file. No counter is ever looked at.

mod seen;
mod stretch;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::model::FileRow;

pub(super) use seen::Seen;
use stretch::{Stretch, Went, descends, first_key, last_key};

/// A stretch is worth a split when it is thought to hold so many pages.
const WORTH: f64 = 2.0;

/// Which page is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// The newest files.
    Newest,
    /// The oldest files, oldest first: they tell where the axis begins.
    Oldest,
    /// Newest first from the key on, which is included; so many are skipped.
    Down { stretch: u32, key: i64, skip: usize },
}

/// Why a listing cannot go on along the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// The pages do not follow the axis: the service's own links have to be followed.
    Axis,
    /// More files than a page holds share one instant, and no more of them can be had.
    Tie,
}

/// Whether pages like this one can be told apart by their keys.
pub(super) fn follows_the_axis(rows: &[FileRow]) -> bool {
    descends(rows) && last_key(rows).is_some()
}

/// Where the search for the axis' beginning stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bottom {
    Known,
    Wanted,
    Asked,
}

/// The stretches that are still to be read.
#[derive(Debug)]
pub(super) struct Plan {
    low: i64,
    started: bool,
    bottom: Bottom,
    stretches: BTreeMap<u32, Stretch>,
    cuts: u32,
    /// Rows of the longest page so far.
    page: usize,
    read: Read,
    seen: Seen,
}

/// How much of the axis was read downward, and how many files were on it. What is still unread is thought to be
/// like it: a single page says little, since files come in bursts.
#[derive(Debug, Default)]
struct Read {
    files: f64,
    length: f64,
}

impl Read {
    fn add(&mut self, files: usize, high: i64, low: i64) {
        self.files += files as f64;
        self.length += high.saturating_sub(low).max(0) as f64;
    }

    /// Files a microsecond.
    fn density(&self) -> f64 {
        self.files / self.length.max(1.0)
    }
}

impl Plan {
    /// A plan for the files at the key or above; for all files without one.
    pub(super) fn new(low: Option<i64>) -> Self {
        Self {
            low: low.unwrap_or(i64::MIN),
            started: false,
            bottom: Bottom::Known,
            stretches: BTreeMap::new(),
            cuts: 0,
            page: 1,
            read: Read::default(),
            seen: Seen::default(),
        }
    }

    /// Whether there is something to ask for now.
    pub(super) fn wants(&self) -> bool {
        let begins = !self.started || self.bottom == Bottom::Wanted;
        begins || self.idle().is_some() || self.largest().is_some()
    }

    /// The next page to ask for: of what waits the newest, else half of the largest stretch.
    pub(super) fn claim(&mut self) -> Option<Ask> {
        if !self.started {
            self.started = true;
            return Some(Ask::Newest);
        }
        if let Some(number) = self.idle() {
            return self.ask(number);
        }
        if self.bottom == Bottom::Wanted {
            self.bottom = Bottom::Asked;
            return Some(Ask::Oldest);
        }
        let number = self.largest()?;
        let lower = self.stretches.get_mut(&number)?.split();
        let number = self.add(lower);
        self.ask(number)
    }

    /// Takes a page in. Returns the rows that were not there before.
    pub(super) fn took(
        &mut self,
        ask: Ask,
        rows: Vec<FileRow>,
        more: bool,
    ) -> Result<Vec<FileRow>, Lost> {
        self.page = self.page.max(rows.len());
        match ask {
            Ask::Newest => self.took_newest(rows, more),
            Ask::Oldest => Ok(self.took_oldest(rows)),
            Ask::Down { stretch, .. } => self.took_down(stretch, rows, more),
        }
    }

    /// What was listed so far.
    pub(super) fn into_seen(self) -> Seen {
        self.seen
    }

    fn took_newest(&mut self, rows: Vec<FileRow>, more: bool) -> Result<Vec<FileRow>, Lost> {
        if more {
            let key = last_key(&rows).ok_or(Lost::Axis)?;
            if !follows_the_axis(&rows) {
                return Err(Lost::Axis);
            }
            self.read
                .add(rows.len(), first_key(&rows).unwrap_or(key), key);
            if key >= self.low {
                self.add(Stretch::begun(key, self.low));
                if self.low == i64::MIN {
                    self.bottom = Bottom::Wanted;
                }
            }
        }
        Ok(self.seen.fresh(rows, self.low, i64::MAX, true))
    }

    /// The oldest page ends the axis, if it is one: its files ascend, and not all share one instant.
    fn took_oldest(&mut self, rows: Vec<FileRow>) -> Vec<FileRow> {
        self.bottom = Bottom::Known;
        let mut keys = rows.iter().filter_map(|row| row.uploaded);
        let (first, last) = (keys.next(), keys.next_back());
        let upward: Vec<FileRow> = rows.into_iter().rev().collect();
        let end = last.filter(|last| first.is_some_and(|first| first < *last));
        let Some(end) = end.filter(|_| descends(&upward)) else {
            return self.seen.fresh(upward, i64::MIN, i64::MAX, false);
        };
        self.stretches.values_mut().for_each(|one| one.rise(end.0));
        self.stretches.retain(|_, one| !one.is_read());
        self.seen.fresh(upward, i64::MIN, end.0, false)
    }

    fn took_down(
        &mut self,
        number: u32,
        rows: Vec<FileRow>,
        more: bool,
    ) -> Result<Vec<FileRow>, Lost> {
        let Some(stretch) = self.stretches.get_mut(&number) else {
            return Ok(Vec::new());
        };
        let (low, high, begun) = (stretch.low(), stretch.key(), stretch.is_begun());
        let went = stretch.goes_on(&rows, more, self.page)?;
        if went == Went::Back {
            return Ok(Vec::new());
        }
        let down_to = match went {
            Went::Over => low,
            _ => stretch.key(),
        };
        let fresh = self.seen.fresh(rows, low, high, !begun);
        self.read.add(fresh.len(), high, down_to);
        if went == Went::Over {
            self.stretches.remove(&number);
        } else if stretch.is_spent(fresh.len()) {
            return Err(Lost::Axis);
        }
        Ok(fresh)
    }

    fn add(&mut self, stretch: Stretch) -> u32 {
        self.cuts += 1;
        self.stretches.insert(self.cuts, stretch);
        self.cuts
    }

    fn ask(&mut self, number: u32) -> Option<Ask> {
        let (key, skip) = self.stretches.get_mut(&number)?.ask();
        Some(Ask::Down {
            stretch: number,
            key,
            skip,
        })
    }

    /// The newest stretch of which no page is under way.
    fn idle(&self) -> Option<u32> {
        let idle = self.stretches.iter().filter(|(_, one)| !one.is_asked());
        idle.max_by_key(|(_, one)| one.key())
            .map(|(number, _)| *number)
    }

    /// The largest stretch that is worth a split, of two alike the newer.
    fn largest(&self) -> Option<u32> {
        let worth = self.page as f64 * WORTH;
        let large = self
            .stretches
            .iter()
            .max_by_key(|(_, one)| (one.length(), one.key()));
        let is_worth = |length: i64| length as f64 * self.read.density() > worth;
        large
            .filter(|(_, one)| is_worth(one.length()))
            .map(|(number, _)| *number)
    }
}
