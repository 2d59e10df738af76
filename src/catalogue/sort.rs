//! Sorts rows: by the last key first, each time leaving equal rows as they were.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::Time;

use super::segment::{ROWS, Segment};
use super::{Catalogue, Column, Order, ProblemIndex, RowIx, Sort, natural, radix};

/// Where the ranks of a text column come from.
pub(super) trait Ranks {
    /// The rank of each row by its number, from 1; 0 without a text. Those of `rows` at least.
    fn ranks(&self, catalogue: &Catalogue, rows: &[RowIx], column: Column) -> Arc<Vec<u32>>;
}

/// Rows in order. `rows` ascend.
pub(super) fn sorted(
    catalogue: &Catalogue,
    rows: &[RowIx],
    order: Order,
    problems: &ProblemIndex,
    ranks: &impl Ranks,
) -> Vec<RowIx> {
    let newest_first = Sort {
        column: Column::Uploaded,
        descending: true,
    };
    let keys = [Some(newest_first), order.second, Some(order.first)];
    let mut rows = rows.to_vec();
    let mut before = None;
    for key in keys.into_iter().flatten() {
        if before != Some(key) {
            rows = by(catalogue, &rows, key, problems, ranks);
        }
        before = Some(key);
    }
    rows
}

fn by(
    catalogue: &Catalogue,
    rows: &[RowIx],
    sort: Sort,
    problems: &ProblemIndex,
    ranks: &impl Ranks,
) -> Vec<RowIx> {
    let sorted = |key: &dyn Fn(&Segment, usize, RowIx) -> Option<u64>| {
        radix::sorted(rows, sort.descending, |row| {
            let (segment, at) = catalogue.at(row);
            key(segment, at, row)
        })
    };
    match sort.column {
        Column::Name | Column::Id => {
            let ranks = ranks.ranks(catalogue, rows, sort.column);
            let rank = |row: RowIx| ranks[row as usize];
            radix::sorted(rows, sort.descending, |row| {
                (rank(row) > 0).then(|| rank(row).into())
            })
        }
        Column::Type => {
            let places = places(catalogue.types().names());
            sorted(&|segment, at, _| places[segment.kind(at) as usize])
        }
        Column::Path => {
            let places = places(catalogue.folders().names());
            sorted(&|segment, at, _| places[segment.folder(at) as usize])
        }
        Column::Problem => {
            let places = numbered(problems.words().collect());
            sorted(&|_, _, row| places.get(problems.get(row)?).copied())
        }
        Column::State => sorted(&|segment, at, _| Some(segment.state(at) as u64)),
        Column::Size => sorted(&|segment, at, _| Some(segment.size(at))),
        Column::Uploaded => sorted(&|segment, at, _| segment.uploaded(at).map(rising)),
        Column::Stored => sorted(&|segment, at, _| segment.stored(at).map(rising)),
    }
}

impl Catalogue {
    /// A row's segment and its place there.
    pub(super) fn at(&self, row: RowIx) -> (&Segment, usize) {
        let row = row as usize;
        (&self.segments()[row / ROWS], row % ROWS)
    }
}

/// The place of each text in natural order; empty ones have none.
fn places(names: &[Arc<str>]) -> Vec<Option<u64>> {
    let places = numbered(names.iter().map(Arc::as_ref).collect());
    let place = |name: &Arc<str>| places.get(&**name).copied();
    names.iter().map(place).collect()
}

/// Words by their place in natural order.
fn numbered(mut words: Vec<&str>) -> HashMap<&str, u64> {
    words.retain(|words| !words.is_empty());
    words.sort_by(|a, b| natural::compare(a, b).then_with(|| a.cmp(b)));
    words.into_iter().zip(1..).collect()
}

fn rising(time: Time) -> u64 {
    (time.0 as u64) ^ (1 << 63)
}
