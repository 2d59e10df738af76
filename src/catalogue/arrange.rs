//! Which rows are shown, and in what order: a pure function of a snapshot, for any thread.

use std::sync::Arc;

use crate::model::FileState;

use super::fold::{fold, fold_into};
use super::segment::{ROWS, Segment};
use super::sort::sorted;
use super::{Catalogue, ProblemIndex, RowIx, RowSet, Sort, Sum, Totals};

/// A word this long is looked for in ids too. A shorter one would match random ids by chance, and what
/// matches a filter may be deleted; it has to be the whole id.
const ID_WORD: usize = 8;
const WORTH_A_THREAD: usize = 8;

/// Which rows to show.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Words that must all be in the name, in any case. A word of eight characters or more, or a whole
    /// id, may be in the id instead.
    pub text: String,
    /// Only this state.
    pub state: Option<FileState>,
    /// Only these rows.
    pub only: Option<Arc<RowSet>>,
    /// The removed files in place of the existing ones.
    pub removed_view: bool,
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

/// Filters and sorts. Uses a second thread when there is enough to do.
pub fn arrange(
    catalogue: &Catalogue,
    query: &Query,
    sort: Sort,
    problems: &ProblemIndex,
) -> Arrangement {
    let found = find(catalogue, query);
    let order = sorted(catalogue, &found.rows, sort, problems);
    Arrangement {
        order: order.into(),
        bytes: found.totals.all().bytes,
        generation: catalogue.generation(),
        totals: found.totals,
        selectable: Arc::new(found.selectable),
    }
}

#[derive(Default)]
struct Found {
    rows: Vec<RowIx>,
    totals: Totals,
    selectable: RowSet,
}

fn find(catalogue: &Catalogue, query: &Query) -> Found {
    let segments = catalogue.segments();
    let finder = Finder::new(query, catalogue.slots());
    if segments.len() < WORTH_A_THREAD {
        return finder.find(0, segments);
    }
    let middle = segments.len() / 2;
    let (left, right) = segments.split_at(middle);
    let (left, right) = std::thread::scope(|scope| {
        let left = scope.spawn(|| finder.find(0, left));
        let right = finder.find(middle, right);
        (left.join(), right)
    });
    match left {
        Ok(mut left) => {
            left.rows.extend(right.rows);
            left.totals.join(&right.totals);
            left.selectable.add(&right.selectable);
            left
        }
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

struct Finder<'a> {
    query: &'a Query,
    words: Vec<String>,
    slots: usize,
}

impl<'a> Finder<'a> {
    fn new(query: &'a Query, slots: usize) -> Self {
        Self {
            query,
            words: query.text.split_whitespace().map(fold).collect(),
            slots,
        }
    }

    fn find(&self, first: usize, segments: &[Arc<Segment>]) -> Found {
        let mut found = Found {
            selectable: RowSet::with_slots(self.slots),
            ..Found::default()
        };
        let mut texts = Folded::default();
        for (number, segment) in (first..).zip(segments) {
            texts.enter(segment, !self.words.is_empty());
            for at in 0..segment.len() {
                let ix = (number * ROWS + at) as RowIx;
                if self.is_shown(ix, segment, at) && self.has_words(segment, at, &mut texts) {
                    found.add(ix, segment, at);
                }
            }
        }
        found
    }

    fn is_shown(&self, ix: RowIx, segment: &Segment, at: usize) -> bool {
        let removed = segment.removed(at).is_some();
        !segment.is_gone(at)
            && removed == self.query.removed_view
            && self.query.state.is_none_or(|s| s == segment.state(at))
            && self.query.only.as_ref().is_none_or(|set| set.contains(ix))
    }

    fn has_words(&self, segment: &Segment, at: usize, texts: &mut Folded) -> bool {
        self.words.is_empty() || {
            let name = texts.name(segment, at);
            let has = |word: &String| name.contains(word.as_str()) || id_has(segment, at, word);
            self.words.iter().all(has)
        }
    }
}

impl Found {
    fn add(&mut self, ix: RowIx, segment: &Segment, at: usize) {
        self.rows.push(ix);
        self.totals.add(segment.state(at), segment.size(at));
        if segment.has_id(at) {
            self.selectable.insert(ix);
        }
    }
}

fn id_has(segment: &Segment, at: usize, word: &str) -> bool {
    let mut room = [0; super::id::TEXT];
    let id = segment.id(at);
    let id = id.text_in(&mut room);
    if id.is_ascii() {
        id.eq_ignore_ascii_case(word)
            || word.len() >= ID_WORD && id.to_ascii_lowercase().contains(word)
    } else {
        let id = fold(id);
        id == word || word.chars().count() >= ID_WORD && id.contains(word)
    }
}

/// A segment's names without case. ASCII names, nearly all, are folded together.
#[derive(Default)]
struct Folded {
    ascii: String,
    other: String,
}

impl Folded {
    fn enter(&mut self, segment: &Segment, wanted: bool) {
        self.ascii.clear();
        if wanted {
            self.ascii.push_str(segment.text());
            self.ascii.make_ascii_lowercase();
        }
    }

    fn name(&mut self, segment: &Segment, at: usize) -> &str {
        let name = &self.ascii[segment.name_range(at)];
        if name.is_ascii() {
            return name;
        }
        fold_into(name, &mut self.other);
        &self.other
    }
}
