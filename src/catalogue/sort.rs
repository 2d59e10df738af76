//! Sorts rows by a column: a small key for each row, two halves on two threads, and a merge from both ends.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{FileState, Time};

use super::segment::{ROWS, Segment};
use super::two::at_once;
use super::{Catalogue, Column, ProblemIndex, RowIx, Sort, natural, sort_text};

/// Below this many rows a second thread costs more than it brings.
pub(super) const WORTH_A_THREAD: usize = 20_000;

/// The rows in the order of `sort`.
pub(super) fn sorted(
    catalogue: &Catalogue,
    rows: &[RowIx],
    sort: Sort,
    problems: &ProblemIndex,
) -> Vec<RowIx> {
    match sort.column {
        Column::Name | Column::Id => sort_text::sorted(catalogue, rows, sort),
        _ => Numbers::new(catalogue, sort, problems).sorted(rows),
    }
}

/// A key whose order is the order of rows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    value: u64,
    age: u64,
    row: RowIx,
}

/// Sorts by a column whose values are numbers, or can be numbered.
struct Numbers<'a> {
    catalogue: &'a Catalogue,
    sort: Sort,
    /// The number of each type, by the type's own.
    types: Vec<Option<u64>>,
    /// The number of each folder, by the folder's own.
    folders: Vec<Option<u64>>,
    /// The number of each problem's words.
    words: HashMap<&'a str, u64>,
    problems: &'a ProblemIndex,
}

impl<'a> Numbers<'a> {
    fn new(catalogue: &'a Catalogue, sort: Sort, problems: &'a ProblemIndex) -> Self {
        Self {
            catalogue,
            sort,
            types: ranks(catalogue.types().names()),
            folders: match sort.column {
                Column::Path => ranks(catalogue.folders().names()),
                _ => Vec::new(),
            },
            words: numbered(problems.words().collect()),
            problems,
        }
    }

    fn sorted(&self, rows: &[RowIx]) -> Vec<RowIx> {
        if rows.len() < WORTH_A_THREAD {
            return self.keys(rows).into_iter().map(|key| key.row).collect();
        }
        let (left, right) = rows.split_at(rows.len() / 2);
        let (left, right) = at_once(|| self.keys(left), || self.keys(right));
        merge(&left, &right, Key::cmp, |key| key.row)
    }

    fn keys(&self, rows: &[RowIx]) -> Vec<Key> {
        let mut keys: Vec<Key> = rows.iter().map(|&row| self.key(row)).collect();
        keys.sort_unstable();
        keys
    }

    fn key(&self, row: RowIx) -> Key {
        let (segment, at) = self.catalogue.at(row);
        let turned = |value: u64| if self.sort.descending { !value } else { value };
        Key {
            // Nothing comes last in both directions.
            value: self.value(row, segment, at).map_or(u64::MAX, turned),
            age: age(segment.uploaded(at)),
            row,
        }
    }

    fn value(&self, row: RowIx, segment: &Segment, at: usize) -> Option<u64> {
        match self.sort.column {
            Column::State => Some(state_number(segment.state(at))),
            Column::Size => Some(segment.size(at)),
            Column::Uploaded => segment.uploaded(at).map(rising),
            Column::Stored => segment.stored(at).map(rising),
            Column::Type => self.types[segment.kind(at) as usize],
            Column::Path => self.folders[segment.folder(at) as usize],
            Column::Problem => self.words.get(self.problems.get(row)?).copied(),
            Column::Name | Column::Id => None,
        }
    }
}

/// Merges two sorted halves, each end on its own thread. No two items may be equal.
pub(super) fn merge<T: Sync>(
    left: &[T],
    right: &[T],
    compare: impl Fn(&T, &T) -> Ordering + Sync,
    row: impl Fn(&T) -> RowIx + Sync,
) -> Vec<RowIx> {
    let mut out = vec![0; left.len() + right.len()];
    let (front, back) = out.split_at_mut((left.len() + right.len()) / 2);
    let fill_front = || {
        let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
        for out in front {
            let from_left = match (left.peek(), right.peek()) {
                (Some(l), Some(r)) => compare(l, r).is_lt(),
                (l, _) => l.is_some(),
            };
            let next = if from_left { left.next() } else { right.next() };
            *out = next.map_or(0, &row);
        }
    };
    let fill_back = || {
        let (mut left, mut right) = (left.iter().rev().peekable(), right.iter().rev().peekable());
        for out in back.iter_mut().rev() {
            let from_left = match (left.peek(), right.peek()) {
                (Some(l), Some(r)) => compare(l, r).is_gt(),
                (l, _) => l.is_some(),
            };
            let next = if from_left { left.next() } else { right.next() };
            *out = next.map_or(0, &row);
        }
    };
    at_once(fill_front, fill_back);
    out
}

impl Catalogue {
    /// A row's segment and its place there.
    pub(super) fn at(&self, row: RowIx) -> (&Segment, usize) {
        let row = row as usize;
        (&self.segments()[row / ROWS], row % ROWS)
    }
}

/// The place of each text in natural order; empty ones have none.
fn ranks(names: &[Arc<str>]) -> Vec<Option<u64>> {
    let ranks = numbered(names.iter().map(Arc::as_ref).collect());
    let rank = |name: &Arc<str>| ranks.get(&**name).copied();
    names.iter().map(rank).collect()
}

/// Words by their place in natural order. From 1: turned over, 0 would be the key of rows without words.
fn numbered(mut words: Vec<&str>) -> HashMap<&str, u64> {
    words.retain(|words| !words.is_empty());
    words.sort_by(|a, b| natural::compare(a, b).then_with(|| a.cmp(b)));
    words.into_iter().zip(1..).collect()
}

fn state_number(state: FileState) -> u64 {
    match state {
        FileState::Stored => 0,
        FileState::Unstored => 1,
        FileState::Processing => 2,
        FileState::Removed => 3,
    }
}

fn rising(time: Time) -> u64 {
    (time.0 as u64) ^ (1 << 63)
}

/// Rises from the newest to the oldest; unknown is oldest.
pub(super) fn age(time: Option<Time>) -> u64 {
    time.map_or(u64::MAX, |time| !rising(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_any_length_merge() {
        let cases: [(&[RowIx], &[RowIx]); 5] = [
            (&[], &[]),
            (&[1], &[]),
            (&[], &[1, 2]),
            (&[1, 2, 3], &[4, 5]),
            (&[4, 5, 9], &[1, 6, 7, 10, 11]),
        ];
        for (left, right) in cases {
            let mut sorted = [left, right].concat();
            sorted.sort_unstable();
            assert_eq!(merge(left, right, RowIx::cmp, |&row| row), sorted);
        }
    }
}
