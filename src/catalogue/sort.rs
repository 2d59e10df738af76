//! Sorts rows by a column: a small key for each row first, the texts only where two keys are equal.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{FileState, Time};

use super::id::TEXT;
use super::natural;
use super::{Catalogue, Column, ProblemIndex, RowIx, RowRef, Sort};

/// Below this many rows a second thread costs more than it brings.
const WORTH_A_THREAD: usize = 20_000;

/// Plain order of keys is the order of rows, except where texts agree in their first 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    first: u64,
    second: u64,
    row: RowIx,
}

/// The rows in the order of `sort`.
pub(super) fn sorted(
    catalogue: &Catalogue,
    rows: &[RowIx],
    sort: Sort,
    problems: &ProblemIndex,
) -> Vec<RowIx> {
    let sorter = Sorter::new(catalogue, sort, problems);
    if rows.len() < WORTH_A_THREAD {
        let keys = sorter.keys(rows);
        return keys.into_iter().map(|key| key.row).collect();
    }
    let (left, right) = rows.split_at(rows.len() / 2);
    let (left, right) = std::thread::scope(|scope| {
        let other = scope.spawn(|| sorter.keys(left));
        let right = sorter.keys(right);
        (other.join(), right)
    });
    match left {
        Ok(left) => merge(&left, &right, |a, b| sorter.compare(a, b)),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

fn merge(left: &[Key], right: &[Key], compare: impl Fn(&Key, &Key) -> Ordering) -> Vec<RowIx> {
    let mut out = Vec::with_capacity(left.len() + right.len());
    let (mut l, mut r) = (0, 0);
    while l < left.len() && r < right.len() {
        if compare(&left[l], &right[r]).is_le() {
            out.push(left[l].row);
            l += 1;
        } else {
            out.push(right[r].row);
            r += 1;
        }
    }
    out.extend(left[l..].iter().chain(&right[r..]).map(|key| key.row));
    out
}

struct Sorter<'a> {
    catalogue: &'a Catalogue,
    sort: Sort,
    /// Place of each type, or of each problem's words, in natural order.
    ranks: HashMap<&'a str, u64>,
    problems: &'a ProblemIndex,
}

impl<'a> Sorter<'a> {
    fn new(catalogue: &'a Catalogue, sort: Sort, problems: &'a ProblemIndex) -> Self {
        let words = match sort.column {
            Column::Type => catalogue.types().names().iter().map(Arc::as_ref).collect(),
            Column::Problem => problems.words().collect(),
            _ => Vec::new(),
        };
        Self {
            catalogue,
            sort,
            ranks: ranks(words),
            problems,
        }
    }

    fn keys(&self, rows: &[RowIx]) -> Vec<Key> {
        let mut keys: Vec<Key> = rows.iter().map(|&row| self.key(row)).collect();
        if self.is_by_text() {
            keys.sort_unstable_by(|a, b| self.compare(a, b));
        } else {
            keys.sort_unstable();
        }
        keys
    }

    fn is_by_text(&self) -> bool {
        matches!(self.sort.column, Column::Name | Column::Id)
    }

    fn key(&self, ix: RowIx) -> Key {
        let row = self.catalogue.row(ix);
        let (first, second) = if self.is_by_text() {
            let key = self.text_key(&row).map(|key| self.turned(key));
            let key = key.unwrap_or(u128::MAX);
            ((key >> 64) as u64, key as u64)
        } else {
            let key = self.number_key(ix, &row).map(|key| self.turned(key.into()));
            (key.map_or(u64::MAX, |key| key as u64), age(row.uploaded()))
        };
        Key {
            first,
            second,
            row: ix,
        }
    }

    fn turned(&self, key: u128) -> u128 {
        if self.sort.descending { !key } else { key }
    }

    fn number_key(&self, ix: RowIx, row: &RowRef<'_>) -> Option<u64> {
        match self.sort.column {
            Column::State => Some(state_rank(row.state())),
            Column::Size => Some(row.size()),
            Column::Uploaded => row.uploaded().map(rising),
            Column::Stored => row.stored().map(rising),
            Column::Type => self.rank(Some(row.mime())),
            Column::Problem => self.rank(self.problems.get(ix)),
            Column::Name | Column::Id => None,
        }
    }

    fn rank(&self, words: Option<&str>) -> Option<u64> {
        let words = words.filter(|words| !words.is_empty())?;
        self.ranks.get(words).copied()
    }

    fn text_key(&self, row: &RowRef<'_>) -> Option<u128> {
        match self.sort.column {
            Column::Name => Some(row.name())
                .filter(|name| !name.is_empty())
                .map(natural::prefix),
            Column::Id => row.with_id(|id| (!id.is_empty()).then(|| start_of(id))),
            _ => None,
        }
    }

    fn compare(&self, a: &Key, b: &Key) -> Ordering {
        let quick = (a.first, a.second).cmp(&(b.first, b.second));
        if !quick.is_eq() {
            return quick;
        }
        if !self.is_by_text() {
            return a.row.cmp(&b.row);
        }
        let (left, right) = (self.catalogue.row(a.row), self.catalogue.row(b.row));
        self.compare_text(&left, &right)
            .then_with(|| age(left.uploaded()).cmp(&age(right.uploaded())))
            .then_with(|| a.row.cmp(&b.row))
    }

    fn compare_text(&self, a: &RowRef<'_>, b: &RowRef<'_>) -> Ordering {
        let turn = |order: Ordering| match self.sort.descending {
            true => order.reverse(),
            false => order,
        };
        if self.sort.column == Column::Name {
            let empty = a.name().is_empty().cmp(&b.name().is_empty());
            empty.then_with(|| turn(natural::compare(a.name(), b.name())))
        } else {
            let empty = b.has_id().cmp(&a.has_id());
            empty.then_with(|| turn(a.with_id(|a| b.with_id(|b| a.cmp(b)))))
        }
    }
}

impl RowRef<'_> {
    /// Looks at the id's text without keeping it.
    pub(super) fn with_id<T>(&self, look: impl FnOnce(&str) -> T) -> T {
        look(self.segment.id(self.at).text_in(&mut [0; TEXT]))
    }
}

fn ranks(mut words: Vec<&str>) -> HashMap<&str, u64> {
    words.sort_by(|a, b| natural::compare(a, b).then_with(|| a.cmp(b)));
    words
        .into_iter()
        .enumerate()
        .map(|(rank, words)| (words, rank as u64))
        .collect()
}

fn state_rank(state: FileState) -> u64 {
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
fn age(time: Option<Time>) -> u64 {
    time.map_or(u64::MAX, |time| !rising(time))
}

fn start_of(text: &str) -> u128 {
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(text.bytes()) {
        *to = from;
    }
    u128::from_be_bytes(bytes)
}
