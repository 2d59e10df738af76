//! A stretch of the time axis: from the key down to which it was read, to its lower end.

use std::collections::HashSet;

use crate::model::{FileRow, ItemId};

use super::Lost;

/// How often the walk through one instant goes back over files that moved up before it is given up.
const BACKS: u32 = 100;

/// How often one page may come again before it is clear that nothing is skipped.
const SAME: u32 = 2;

/// Pages in a row that may bring nothing new before the axis is given up.
const BARREN: u32 = 10;

/// What a page was to its stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Went {
    /// The stretch goes on.
    On,
    /// It is read.
    Over,
    /// The page proves nothing: files that were skipped may have moved. It is asked for further up.
    Back,
}

/// Keys from `low` to `key`, both included, are still to be read.
#[derive(Debug)]
pub(super) struct Stretch {
    key: i64,
    low: i64,
    /// Whether some of the files at `key` were read.
    begun: bool,
    asked: bool,
    tie: Option<Tie>,
    /// Pages in a row that brought nothing new.
    barren: u32,
}

/// The walk through files of one instant that fill whole pages.
#[derive(Debug, Default)]
struct Tie {
    /// How many files of it the next page skips, and how many the last one did.
    skip: usize,
    at: usize,
    /// The most that a page skipped.
    furthest: usize,
    /// How many files the next page is to share with the last one.
    shared: usize,
    last: HashSet<ItemId>,
    /// All that it was shown.
    shown: HashSet<ItemId>,
    backs: u32,
    same: u32,
}

impl Stretch {
    /// A stretch that goes on below a page.
    pub(super) fn begun(key: i64, low: i64) -> Self {
        Self {
            key,
            low,
            begun: true,
            asked: false,
            tie: None,
            barren: 0,
        }
    }

    pub(super) fn key(&self) -> i64 {
        self.key
    }

    pub(super) fn low(&self) -> i64 {
        self.low
    }

    pub(super) fn is_begun(&self) -> bool {
        self.begun
    }

    pub(super) fn is_asked(&self) -> bool {
        self.asked
    }

    /// Where its next page begins, and how many files are skipped there.
    pub(super) fn ask(&mut self) -> (i64, usize) {
        self.asked = true;
        (self.key, self.tie.as_ref().map_or(0, |tie| tie.skip))
    }

    /// Nothing of it lies below the key.
    pub(super) fn rise(&mut self, low: i64) {
        self.low = self.low.max(low);
    }

    /// Whether nothing of it is left to be asked for.
    pub(super) fn is_read(&self) -> bool {
        !self.asked && self.low > self.key
    }

    /// How much of the axis could be split; nothing if its end is not known.
    pub(super) fn length(&self) -> i64 {
        let length = self.key.checked_sub(self.low);
        length.filter(|length| *length > 1).unwrap_or(0)
    }

    /// Gives its lower half away.
    pub(super) fn split(&mut self) -> Self {
        let middle = self.low + (self.key - self.low) / 2;
        let lower = Self {
            begun: false,
            ..Self::begun(middle, self.low)
        };
        self.low = middle + 1;
        lower
    }

    /// Takes its next page in. `full` is the length of the longest page so far.
    pub(super) fn goes_on(
        &mut self,
        rows: &[FileRow],
        more: bool,
        full: usize,
    ) -> Result<Went, Lost> {
        self.asked = false;
        let above = first_key(rows).is_some_and(|first| first > self.key.saturating_add(1));
        if above || !descends(rows) {
            return Err(Lost::Axis);
        }
        if self.lost_touch(rows) {
            return self.back();
        }
        let last = last_key(rows);
        if rows.is_empty() || !more || last.is_some_and(|last| last < self.low) {
            return Ok(Went::Over);
        }
        let last = last.ok_or(Lost::Axis)?;
        if last >= self.key {
            return self.through_tie(rows, full);
        }
        *self = Self {
            barren: self.barren,
            ..Self::begun(last, self.low)
        };
        Ok(Went::On)
    }

    /// Takes note of how many files of its last page were listed nowhere before. Whether it goes on and
    /// on without anything new. Within an instant that is what the walk itself has not seen: where a service includes
    /// the bound, it also shows files that another stretch is to list. On a way back known files come for good reason.
    pub(super) fn is_spent(&mut self, new: usize) -> bool {
        let (is_new, is_ahead) = match &mut self.tie {
            None => (new > 0, true),
            Some(tie) => {
                let is_ahead = tie.at >= tie.furthest;
                let before = tie.shown.len();
                tie.furthest = tie.furthest.max(tie.at);
                tie.shown.extend(tie.last.iter().cloned());
                (tie.shown.len() > before, is_ahead)
            }
        };
        if is_new {
            self.barren = 0;
        } else if is_ahead {
            self.barren += 1;
        }
        self.barren > BARREN
    }

    /// Whether files may have moved up between the page before and this one, which was to share some with it.
    fn lost_touch(&self, rows: &[FileRow]) -> bool {
        self.tie.as_ref().is_some_and(|tie| {
            tie.skip > 0 && tie.shared > 0 && !rows.iter().any(|row| tie.last.contains(&row.id))
        })
    }

    fn back(&mut self) -> Result<Went, Lost> {
        let tie = self.tie.as_mut().ok_or(Lost::Tie)?;
        tie.backs += 1;
        if tie.backs > BACKS {
            return Err(Lost::Tie);
        }
        let far = tie.last.len().max(1) << (tie.backs - 1).min(16);
        tie.skip = tie.skip.saturating_sub(far);
        Ok(Went::Back)
    }

    /// All files of the page share one instant, which may hold more of them.
    fn through_tie(&mut self, rows: &[FileRow], full: usize) -> Result<Went, Lost> {
        let ids: HashSet<ItemId> = rows.iter().map(|row| row.id.clone()).collect();
        let mut tie = self.tie.take().unwrap_or_default();
        // By chance files above may go just so that one page comes again; a service that skips nothing gives
        // no other.
        let again = tie.skip > tie.at && tie.last == ids;
        tie.same = if again { tie.same + 1 } else { 0 };
        if tie.same > SAME {
            // A page that has room for more shows all there is.
            return match rows.len() < full {
                true => Ok(Went::Over),
                false => Err(Lost::Tie),
            };
        }
        self.begun = true;
        tie.shared = (rows.len() / 10).max(usize::from(rows.len() > 1));
        tie.at = tie.skip;
        tie.skip += rows.len() - tie.shared;
        tie.last = ids;
        self.tie = Some(tie);
        Ok(Went::On)
    }
}

/// The key of the first row that has one.
pub(super) fn first_key(rows: &[FileRow]) -> Option<i64> {
    rows.iter().find_map(|row| row.uploaded).map(|time| time.0)
}

/// The key of the last row that has one.
pub(super) fn last_key(rows: &[FileRow]) -> Option<i64> {
    let mut newest_last = rows.iter().rev();
    newest_last.find_map(|row| row.uploaded).map(|time| time.0)
}

/// Whether the keys go down, or stay.
pub(super) fn descends(rows: &[FileRow]) -> bool {
    rows.iter()
        .filter_map(|row| row.uploaded)
        .is_sorted_by(|a, b| a >= b)
}
