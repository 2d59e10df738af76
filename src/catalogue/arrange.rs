//! Which rows are shown, and in what order: a pure function of a snapshot, for any thread.

use std::sync::Arc;

use crate::model::FileState;

use super::fold::fold;
use super::id::{Id, TEXT};
use super::segment::{ROWS, Segment};
use super::sort::sorted;
use super::two::at_once;
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
    /// Only files in this folder or below it, as `/products`.
    pub folder: Option<String>,
    /// Not what is below the folder.
    pub flat: bool,
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
    let finder = Finder::new(query, catalogue);
    if segments.len() < WORTH_A_THREAD {
        return finder.find(0, segments);
    }
    let middle = segments.len() / 2;
    let (left, right) = segments.split_at(middle);
    let (mut found, rest) = at_once(|| finder.find(0, left), || finder.find(middle, right));
    found.rows.extend(rest.rows);
    found.totals.join(&rest.totals);
    found.selectable.add(&rest.selectable);
    found
}

struct Finder<'a> {
    query: &'a Query,
    words: Vec<String>,
    /// Which folders are shown, by number; `None`: all.
    folders: Option<Vec<bool>>,
    slots: usize,
}

impl<'a> Finder<'a> {
    fn new(query: &'a Query, catalogue: &Catalogue) -> Self {
        let names = catalogue.folders().names();
        let is_in = |name: &str, wanted: &str| match query.flat {
            true => name == wanted,
            false => is_within(name, wanted),
        };
        let folders = |wanted: &String| names.iter().map(|name| is_in(name, wanted)).collect();
        Self {
            query,
            words: query.text.split_whitespace().map(fold).collect(),
            folders: query.folder.as_ref().map(folders),
            slots: catalogue.slots(),
        }
    }

    fn find(&self, first: usize, segments: &[Arc<Segment>]) -> Found {
        let mut found = Found {
            selectable: RowSet::with_slots(self.slots),
            ..Found::default()
        };
        for (number, segment) in (first..).zip(segments) {
            if !self.may_have(segment) {
                continue;
            }
            for at in 0..segment.len() {
                let ix = (number * ROWS + at) as RowIx;
                if self.is_shown(ix, segment, at) && self.has_words(segment, at) {
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
            && self
                .folders
                .as_ref()
                .is_none_or(|shown| shown[segment.folder(at) as usize])
            && self.query.only.as_ref().is_none_or(|set| set.contains(ix))
    }

    /// Whether it is worth looking at the segment's rows one by one.
    fn may_have(&self, segment: &Segment) -> bool {
        let names = |word: &String| segment.folded().may_have(word);
        let ids = |word: &String| is_id_word(word) || segment.has_text_ids();
        self.words.iter().all(|word| ids(word) || names(word))
    }

    fn has_words(&self, segment: &Segment, at: usize) -> bool {
        self.words.is_empty() || {
            let name = segment.folded().name(at);
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

/// Whether a folder is the wanted one or below it.
fn is_within(folder: &str, wanted: &str) -> bool {
    let rest = folder.strip_prefix(wanted.trim_end_matches('/'));
    rest.is_some_and(|rest| !folder.is_empty() && (rest.is_empty() || rest.starts_with('/')))
}

/// Whether the word may be part of an id. Shorter ones may still be a whole id.
fn is_id_word(word: &str) -> bool {
    word.len() >= ID_WORD && word.chars().count() >= ID_WORD
}

fn id_has(segment: &Segment, at: usize, word: &str) -> bool {
    match segment.id(at) {
        Id::Text(id) => {
            let id = fold(id);
            id == word || is_id_word(word) && id.contains(word)
        }
        packed => is_id_word(word) && packed.text_in(&mut [0; TEXT]).contains(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_what_is_below() {
        let cases = [
            ("/products", "/products", true),
            ("/products/summer", "/products", true),
            ("/products/summer", "/products/", true),
            ("/products2", "/products", false),
            ("/", "/products", false),
            ("/products", "/", true),
            ("/", "/", true),
            ("", "/", false),
        ];
        for (folder, wanted, within) in cases {
            assert_eq!(is_within(folder, wanted), within, "{folder} in {wanted}");
        }
    }
}
