//! Sorts rows: by the first key, what is equal in it by the next. Rows that are equal in all stand as they did.

use std::cell::LazyCell;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{FileState, Time};

use super::segment::{ROWS, Segment};
use super::{Catalogue, Column, Order, ProblemIndex, RowIx, Sort, natural, radix};

/// Up to so many equal rows are compared pair by pair: that takes no memory.
const PAIRS: usize = 20;

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
    let key = |sort: Sort| Key {
        descending: sort.descending,
        number: LazyCell::new(Box::new(move || {
            number_of(catalogue, rows, sort.column, problems, ranks)
        })),
    };
    let last = order.second.unwrap_or(order.first);
    let mut keys = vec![key(order.first)];
    keys.extend(order.second.map(key));
    if last.column == Column::State {
        keys.push(Key {
            descending: last.descending,
            number: LazyCell::new(Box::new(move || beside_state(catalogue))),
        });
    }
    keys.push(key(newest_first));
    let mut sorted = rows.to_vec();
    refine(&mut sorted, &keys);
    sorted
}

/// What a row is sorted by; nothing if it has nothing in the column.
type Number<'a> = Box<dyn Fn(RowIx) -> Option<u64> + 'a>;

/// One key. Its numbers are made when they are first needed: a second key often is not.
struct Key<'a> {
    descending: bool,
    number: LazyCell<Number<'a>, Box<dyn FnOnce() -> Number<'a> + 'a>>,
}

impl Key<'_> {
    /// Rows without a number come last in both directions.
    fn compare(&self, a: RowIx, b: RowIx) -> Ordering {
        match ((self.number)(a), (self.number)(b)) {
            (Some(a), Some(b)) if self.descending => b.cmp(&a),
            (Some(a), Some(b)) => a.cmp(&b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        }
    }
}

/// Sorts rows that are equal in all keys before these.
fn refine(rows: &mut [RowIx], keys: &[Key<'_>]) {
    let Some((first, rest)) = keys.split_first() else {
        return;
    };
    if rows.len() > PAIRS {
        let number = &**first.number;
        return radix::sort(rows, first.descending, number, &mut |run| refine(run, rest));
    }
    rows.sort_by(|&a, &b| {
        let mut orders = keys.iter().map(|key| key.compare(a, b));
        orders
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    });
}

fn number_of<'a>(
    catalogue: &'a Catalogue,
    rows: &[RowIx],
    column: Column,
    problems: &'a ProblemIndex,
    ranks: &impl Ranks,
) -> Number<'a> {
    fn of<'a>(
        catalogue: &'a Catalogue,
        number: impl Fn(&Segment, usize) -> Option<u64> + 'a,
    ) -> Number<'a> {
        Box::new(move |row| {
            let (segment, at) = catalogue.at(row);
            number(segment, at)
        })
    }
    match column {
        Column::Name | Column::Id => {
            let ranks = ranks.ranks(catalogue, rows, column);
            Box::new(move |row| {
                let rank = ranks[row as usize];
                (rank > 0).then_some(rank.into())
            })
        }
        Column::Type => {
            let places = places(catalogue.types().names());
            of(catalogue, move |segment, at| {
                places[segment.kind(at) as usize]
            })
        }
        Column::Path => {
            let places = places(catalogue.folders().names());
            of(catalogue, move |segment, at| {
                places[segment.folder(at) as usize]
            })
        }
        Column::Problem => {
            let places = numbered(problems.words().collect());
            Box::new(move |row| places.get(problems.get(row)?).copied())
        }
        Column::State => of(catalogue, |segment, at| Some(segment.state(at) as u64)),
        Column::Size => of(catalogue, |segment, at| Some(segment.size(at))),
        Column::Uploaded => of(catalogue, |segment, at| segment.uploaded(at).map(rising)),
        Column::Stored => of(catalogue, |segment, at| segment.stored(at).map(rising)),
    }
}

/// Unstored files by the hours that are left to them, removed ones by the time they went: it stands beside
/// their state.
fn beside_state(catalogue: &Catalogue) -> Number<'_> {
    Box::new(move |row| {
        let (segment, at) = catalogue.at(row);
        let time = match segment.state(at) {
            FileState::Unstored => segment.uploaded(at),
            FileState::Removed => segment.removed(at),
            FileState::Stored | FileState::Processing => None,
        };
        time.map(rising)
    })
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
