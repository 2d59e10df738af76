//! Which rows are shown: a pure function of a snapshot, for any thread.

use std::sync::Arc;

use crate::model::FileState;

use super::arranger::Arranger;
use super::mask::{Mask, WORDS};
use super::matching::{Node, Over};
use super::segment::Segment;
use super::two::at_once;
use super::{Catalogue, Filter, Members, Order, ProblemIndex, RowIx, RowSet, Sum, Totals};

/// Segments from which on a second thread is worth its start.
const WORTH_A_THREAD: usize = 8;

/// Which rows to show.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// What a person typed.
    pub filter: Filter,
    /// Only this state.
    pub state: Option<FileState>,
    /// Only these rows.
    pub only: Option<Arc<RowSet>>,
    /// Only files in this folder or below it, as `/products`.
    pub folder: Option<String>,
    /// Not what is below the folder.
    pub flat: bool,
    /// The removed files in place of the existing ones.
    pub removed_view: bool,
    /// The groups whose members are known, for `in:`.
    pub members: Members,
}

/// Rows in the order to show, and what they add up to.
#[derive(Clone, Debug)]
pub struct Arrangement {
    /// Rows by place.
    pub order: Arc<[RowIx]>,
    /// Bytes of all of them.
    pub bytes: u64,
    /// The catalogue's generation that it shows.
    pub generation: u64,
    /// Files and bytes for each state among them.
    pub totals: Totals,
    /// Those of them that can be selected.
    pub selectable: Arc<RowSet>,
}

/// Nothing.
impl Default for Arrangement {
    fn default() -> Self {
        Self {
            order: Arc::from([]),
            bytes: 0,
            generation: 0,
            totals: Totals::default(),
            selectable: Arc::default(),
        }
    }
}

impl Arrangement {
    /// Rows that no catalogue holds, all of them selectable: groups, members, jobs. Their sums stay 0.
    pub fn of(order: Vec<RowIx>) -> Self {
        Self {
            selectable: Arc::new(order.iter().copied().collect()),
            order: order.into(),
            ..Self::default()
        }
    }

    /// How many rows it shows.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether it shows no row.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The row at a place.
    pub fn row(&self, place: usize) -> Option<RowIx> {
        self.order.get(place).copied()
    }

    /// The place of a row, looked up one by one: 0.3 ms for a million.
    pub fn place(&self, row: RowIx) -> Option<usize> {
        self.order.iter().position(|&shown| shown == row)
    }

    /// Files and bytes shown.
    pub fn sum(&self) -> Sum {
        self.totals.all()
    }
}

/// Filters and sorts, remembering nothing. A view that is asked again and again keeps an [`Arranger`].
pub fn arrange(
    catalogue: &Catalogue,
    query: &Query,
    order: impl Into<Order>,
    problems: &ProblemIndex,
) -> Arrangement {
    Arranger::default().arrange(catalogue, query, order, problems)
}

/// Files and bytes that match, for each state.
pub fn count(catalogue: &Catalogue, query: &Query, problems: &ProblemIndex) -> Totals {
    find(catalogue, query, problems).totals
}

/// What matches: a bit a row.
#[derive(Default)]
pub(super) struct Found {
    pub words: Vec<u64>,
    selectable: Vec<u64>,
    pub totals: Totals,
}

impl Found {
    /// What is found, in an order.
    pub fn arrangement(&self, order: Arc<[RowIx]>, generation: u64) -> Arrangement {
        Arrangement {
            order,
            bytes: self.totals.all().bytes,
            generation,
            totals: self.totals,
            selectable: Arc::new(RowSet::of_words(&self.selectable)),
        }
    }

    fn add(&mut self, segment: &Segment, rows: &Mask) {
        self.words.extend(rows.0);
        let selectable = rows.keep(segment.len(), |at| segment.has_id(at));
        self.selectable.extend(selectable.0);
        rows.each(|at| self.totals.add(segment.state(at), segment.size(at)));
    }
}

/// Looks for what matches.
pub(super) fn find(catalogue: &Catalogue, query: &Query, problems: &ProblemIndex) -> Found {
    let over = Over {
        catalogue,
        problems,
        members: &query.members,
    };
    let mut node = Node::of(query.filter.expr(), over);
    if let Some(folder) = &query.folder {
        node = Node::And(vec![Node::folder(catalogue, folder, query.flat), node]);
    }
    let segments = catalogue.segments();
    if segments.len() < WORTH_A_THREAD {
        return find_in(&node, query, 0, segments);
    }
    let middle = segments.len() / 2;
    let (left, right) = segments.split_at(middle);
    let (mut found, rest) = at_once(
        || find_in(&node, query, 0, left),
        || find_in(&node, query, middle, right),
    );
    found.words.extend(rest.words);
    found.selectable.extend(rest.selectable);
    found.totals.join(&rest.totals);
    found
}

fn find_in(node: &Node, query: &Query, first: usize, segments: &[Arc<Segment>]) -> Found {
    let mut found = Found::default();
    found.words.reserve(segments.len() * WORDS);
    found.selectable.reserve(segments.len() * WORDS);
    for (number, segment) in (first..).zip(segments) {
        let mut rows = segment.viewed(query.removed_view);
        if let Some(only) = &query.only {
            rows = rows.and(&only.mask(number));
        }
        if let Some(state) = query.state {
            rows = rows.keep(segment.len(), |at| segment.state(at) == state);
        }
        found.add(segment, &node.find(segment, number, &rows));
    }
    found
}

/// The rows whose bits are set, ascending.
pub(super) fn rows_of(words: &[u64]) -> Vec<RowIx> {
    let count: u32 = words.iter().map(|word| word.count_ones()).sum();
    let mut rows = Vec::with_capacity(count as usize);
    for (number, &word) in words.iter().enumerate() {
        let mut left = word;
        while left != 0 {
            rows.push(64 * number as RowIx + left.trailing_zeros());
            left &= left - 1;
        }
    }
    rows
}

/// Those rows of an order that were found. One more slot than there are rows lets every row be written
/// without a branch.
pub(super) fn walk(order: &[RowIx], found: &Found) -> Vec<RowIx> {
    let count: u32 = found.words.iter().map(|word| word.count_ones()).sum();
    let mut rows = vec![0; count as usize + 1];
    let mut next = 0;
    for &row in order {
        rows[next] = row;
        let bit = found.words[row as usize / 64] >> (row % 64) & 1;
        next += bit as usize;
    }
    rows.truncate(next);
    rows
}
