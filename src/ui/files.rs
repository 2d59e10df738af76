//! A view of the profile's files: how far its listing is, how it is filtered and sorted, what is selected.
//!
//! The rows themselves are in the profile's catalogue, which the views of existing and of removed files share.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::engine::{Engine, question};
use super::filter::Typed;
use super::widgets::table::TableState;
use crate::catalogue::{
    Arrangement, Arranger, Catalogue, Members, Order, ProblemIndex, Query, RowIx, RowSet, Selection,
};
use crate::model::{FileRow, FileState, ItemId, PlanItem, ProfileId, Time};
use crate::service::{Listing, Page, ServiceError};

/// How far a listing is.
#[derive(Clone, Debug)]
pub enum Progress {
    /// Nobody asked yet.
    New,
    /// The rows are from disk and were not checked yet.
    Cached,
    /// Pages are coming.
    Loading,
    /// All is here, as of then.
    Loaded(Time),
    /// It ended early; what came before is kept.
    Failed(String),
}

/// Which files a view shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Those that exist.
    Existing,
    /// Those that were deleted.
    Removed,
    /// Those that the service's own search found.
    Found,
}

impl From<Listing> for View {
    fn from(listing: Listing) -> Self {
        match listing {
            Listing::Existing => Self::Existing,
            Listing::Removed => Self::Removed,
        }
    }
}

impl Progress {
    /// Whether nobody asked yet.
    pub fn is_new(&self) -> bool {
        matches!(self, Self::New)
    }

    /// Whether pages are coming.
    pub fn is_loading(&self) -> bool {
        matches!(self, Self::Loading)
    }
}

/// One view of files.
pub struct FileList {
    view: View,
    /// What was found, of a view of that.
    found: Arc<RowSet>,
    /// Which rows are selected.
    pub selection: Selection,
    /// Scroll place and columns.
    pub table: TableState,
    /// The order that is shown.
    pub shown: Arrangement,
    /// The order of rows.
    pub sort: Order,
    /// What is typed to filter by.
    pub text: String,
    /// What of it was last right, and what is wrong.
    pub typed: Typed,
    /// Whether suggestions hang under the box.
    pub completing: bool,
    /// Whether the keyboard goes from the box to the first row.
    pub enter: bool,
    /// State to filter by.
    pub state: Option<FileState>,
    /// Whether only rows with problems are shown.
    pub only_problems: bool,
    /// Only rows with exactly these words against them.
    pub reason: Option<Arc<str>>,
    /// Only files in this folder.
    pub folder: Option<Arc<str>>,
    /// Whether files below the folder are shown too.
    pub below: bool,
    /// How far the listing is.
    pub progress: Progress,
    /// When it was last whole, also in an earlier run of the program.
    pub whole: Option<Time>,
    /// How many the service says there are.
    pub total: Option<i64>,
    /// Rows that came in this run.
    pub loaded: u64,
    run: u64,
    epoch: u64,
    stop: CancellationToken,
    asked: Option<Wish>,
    question: u64,
    arranging: bool,
    arranger: Arc<Arranger>,
    moved: Moved,
    counted: Option<(Counted, Counts)>,
}

/// What an order is made of.
#[derive(Clone, PartialEq)]
struct Wish {
    generation: u64,
    problems: u64,
    members: u64,
    text: String,
    state: Option<FileState>,
    only_problems: bool,
    reason: Option<Arc<str>>,
    folder: Option<Arc<str>>,
    below: bool,
    sort: Order,
}

/// Why the next order will differ from the one that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Moved {
    /// Rows came, changed or went.
    #[default]
    Rows,
    Sort,
    Filter,
}

/// What an order rests on, besides the list's own wishes.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// The rows.
    pub catalogue: &'a Catalogue,
    /// What was said against them, and its version.
    pub problems: (&'a ProblemIndex, u64),
    /// The groups whose members are known, and their version.
    pub members: (&'a Members, u64),
}

/// What the counts of a selection rest on.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Counted {
    revision: u64,
    catalogue: u64,
    order: usize,
}

/// What is selected, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Selected files, hidden ones included.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Those of them that the filter hides.
    pub hidden: u64,
}

impl FileList {
    /// An empty view.
    pub fn new(view: View) -> Self {
        Self {
            view,
            found: Arc::default(),
            selection: Selection::default(),
            table: super::views::files::table_state(),
            shown: Arrangement::default(),
            sort: Order::default(),
            text: String::new(),
            typed: Typed::default(),
            completing: false,
            enter: false,
            state: None,
            only_problems: false,
            reason: None,
            folder: None,
            below: false,
            progress: Progress::New,
            whole: None,
            total: None,
            loaded: 0,
            run: 0,
            epoch: 0,
            stop: CancellationToken::new(),
            asked: None,
            question: 0,
            arranging: false,
            arranger: Arc::default(),
            moved: Moved::Rows,
            counted: None,
        }
    }

    /// Whether it was never listed.
    pub fn is_new(&self) -> bool {
        matches!(self.progress, Progress::New)
    }

    /// Whether pages are coming.
    pub fn is_loading(&self) -> bool {
        matches!(self.progress, Progress::Loading)
    }

    /// Whether its rows are those that the service listed, to the end.
    pub fn is_loaded(&self) -> bool {
        matches!(self.progress, Progress::Loaded(_))
    }

    /// Whether a filter hides rows.
    pub fn is_filtered(&self) -> bool {
        !self.typed.is_all() || self.state.is_some() || self.only_problems || self.folder.is_some()
    }

    /// How many files are selected, and how many of those the filter hides.
    pub fn selected(&self) -> (u64, u64) {
        let hidden = self.selection.hidden(&self.shown);
        (self.selection.len() as u64, hidden as u64)
    }

    /// How many files there are in all; `None` while the list is not whole, or is only a part by its nature.
    pub fn whole(&self, catalogue: &Catalogue) -> Option<u64> {
        let is_whole = self.view == View::Existing && self.is_loaded();
        is_whole.then(|| self.len(catalogue))
    }

    /// That what is typed is no filter, and by what the rows are chosen that are shown all the same.
    pub fn wrong_words(&self) -> Option<String> {
        self.typed.wrong_in(&self.text)?;
        Some(match self.typed.good().trim() {
            "" => {
                "What is typed in the filter box is no filter yet, so files were not chosen by it."
                    .to_owned()
            }
            good => format!(
                "What is typed in the filter box is no filter yet; the files shown match “{good}”."
            ),
        })
    }

    /// Filters by this text and by nothing else; an empty one shows all rows.
    pub fn show_only(&mut self, text: String) {
        self.text = text;
        (self.state, self.only_problems, self.reason) = (None, false, None);
        self.folder = None;
    }

    fn is_removed(&self) -> bool {
        self.view == View::Removed
    }

    /// How many files the view has, whatever the filter.
    pub fn len(&self, catalogue: &Catalogue) -> u64 {
        self.sum(catalogue).files
    }

    /// Files and bytes of the view, whatever the filter.
    pub fn sum(&self, catalogue: &Catalogue) -> crate::catalogue::Sum {
        let totals = catalogue.totals();
        match self.view {
            View::Removed => totals.of(FileState::Removed),
            View::Existing => totals.existing(),
            View::Found => crate::catalogue::Sum {
                files: self.found.len() as u64,
                bytes: self.shown.bytes,
            },
        }
    }

    /// A new run; an older one that still goes is dropped.
    pub fn begin(&mut self, catalogue: &mut Catalogue) -> (u64, CancellationToken) {
        self.stop.cancel();
        catalogue.abandon(self.epoch);
        self.stop = CancellationToken::new();
        self.epoch = if self.is_removed() {
            catalogue.begin_removed()
        } else {
            catalogue.begin()
        };
        self.progress = Progress::Loading;
        self.found = Arc::default();
        self.loaded = 0;
        self.run = question();
        (self.run, self.stop.clone())
    }

    /// Takes a page in.
    pub fn arrived(&mut self, catalogue: &mut Catalogue, run: u64, page: Page<FileRow>) {
        if run != self.run {
            return;
        }
        self.loaded += page.rows.len() as u64;
        self.total = page.total.or(self.total);
        let ids: Vec<ItemId> = match self.view {
            View::Found => page.rows.iter().map(|row| row.id.clone()).collect(),
            _ => Vec::new(),
        };
        catalogue.merge(self.epoch, page.rows);
        for row in ids.iter().filter_map(|id| catalogue.find(id.as_str())) {
            Arc::make_mut(&mut self.found).insert(row);
        }
    }

    /// Takes the end in: rows that were not seen are gone only if the listing was whole.
    pub fn ended(&mut self, catalogue: &mut Catalogue, run: u64, result: Result<(), ServiceError>) {
        if run != self.run {
            return;
        }
        match result {
            Ok(()) => {
                match self.view {
                    // What a search did not find is not gone.
                    View::Found => catalogue.abandon(self.epoch),
                    _ => drop(catalogue.finish(self.epoch)),
                }
                let now = Time::now();
                self.progress = Progress::Loaded(now);
                self.whole = Some(now);
            }
            Err(error) => {
                catalogue.abandon(self.epoch);
                self.progress = Progress::Failed(error.message);
            }
        }
    }

    /// Takes rows out of the selection that are gone or belong to the other view now.
    pub fn prune(&mut self, catalogue: &Catalogue) {
        self.selection.prune(catalogue, self.is_removed());
    }

    /// The file at the cursor.
    pub fn at_cursor(&self, catalogue: &Catalogue) -> Option<FileRow> {
        let row = catalogue.get(self.selection.cursor()?)?;
        let here = !row.is_gone() && row.removed().is_some() == self.is_removed();
        here.then(|| row.file_row())
    }

    fn wish(&self, known: Known<'_>) -> Wish {
        Wish {
            generation: known.catalogue.generation(),
            problems: known.problems.1,
            members: known.members.1,
            text: self.typed.good().to_owned(),
            state: self.state,
            only_problems: self.only_problems,
            reason: self.reason.clone(),
            folder: self.folder.clone(),
            below: self.below,
            sort: self.sort,
        }
    }

    /// Asks for a new order if one is needed; one at a time, the newest wish wins.
    pub fn arrange(&mut self, engine: &Engine, profile: &ProfileId, known: Known<'_>) {
        self.typed.read(&self.text);
        let problems = known.problems.0;
        if problems.is_empty() {
            self.only_problems = false;
            self.reason = None;
        }
        let wish = self.wish(known);
        if self.is_new() || self.arranging || self.asked.as_ref() == Some(&wish) {
            return;
        }
        let only = match &self.reason {
            Some(words) => Some(problems.rows_with(words)),
            None => self.only_problems.then(|| problems.rows()),
        };
        let only = match (self.view, only) {
            (View::Found, Some(only)) => {
                let both = only.iter().filter(|row| self.found.contains(*row));
                Some(Arc::new(both.collect()))
            }
            (View::Found, None) => Some(self.found.clone()),
            (_, only) => only,
        };
        let query = Query {
            filter: self.typed.filter(),
            state: wish.state,
            only,
            removed_view: self.is_removed(),
            folder: wish.folder.as_deref().map(str::to_owned),
            flat: !wish.below,
            members: known.members.0.clone(),
        };
        self.moved = moved(self.asked.as_ref(), &wish);
        self.asked = Some(wish);
        self.arranging = true;
        let snapshot = (known.catalogue.clone(), problems.clone());
        self.question = question();
        let asked = (self.view, self.question);
        let how = (self.arranger.clone(), self.sort);
        engine.arrange(profile.clone(), asked, snapshot, query, how);
    }

    /// Whether the order shown is the one that is wished for.
    pub fn is_settled(&self, known: Known<'_>) -> bool {
        let is_read = self.typed.good() == self.text || self.typed.wrong_in(&self.text).is_some();
        let is_shown = !self.arranging && self.asked == Some(self.wish(known));
        self.is_new() || (is_read && is_shown)
    }

    /// Takes an order in.
    pub fn arranged(&mut self, question: u64, arrangement: Arrangement) {
        if question != self.question {
            return;
        }
        self.arranging = false;
        let before = std::mem::replace(&mut self.shown, arrangement);
        self.hold_place(&before);
    }

    /// Keeps what a person looks at where it is: the row at the cursor if it is in view, else, where rows
    /// came or went, the row on top. A new filter without the cursor's row starts at its top.
    fn hold_place(&mut self, before: &Arrangement) {
        let view = self.table.in_view();
        let held = |row: RowIx, at: usize| Some((at, self.shown.place(row)?));
        let cursor = self.selection.cursor().and_then(|row| {
            let mut places = view.clone();
            let at = places.find(|&place| before.row(place) == Some(row))?;
            held(row, at)
        });
        let on_top = || {
            let mut few = view.clone().skip(1).take(3);
            few.find_map(|place| held(before.row(place)?, place))
        };
        match (cursor, self.moved) {
            (_, Moved::Rows) if self.table.top_px == 0.0 => {}
            (Some((from, to)), _) => self.table.follow(from, to),
            (None, Moved::Rows) => {
                if let Some((from, to)) = on_top() {
                    self.table.follow(from, to);
                }
            }
            (None, Moved::Filter) => self.table.top_px = 0.0,
            (None, Moved::Sort) => {}
        }
    }

    /// What is selected, in numbers; counted anew only when something changed.
    pub fn counts(&mut self, catalogue: &Catalogue) -> Counts {
        let now = Counted {
            revision: self.selection.revision(),
            catalogue: catalogue.generation(),
            order: Arc::as_ptr(&self.shown.order).cast::<RowIx>() as usize,
        };
        if let Some((then, counts)) = self.counted
            && then == now
        {
            return counts;
        }
        let sum = self.selection.totals(catalogue);
        let hidden = self.selection.hidden(&self.shown) as u64;
        let counts = Counts {
            files: sum.files,
            bytes: sum.bytes,
            hidden,
        };
        self.counted = Some((now, counts));
        counts
    }

    /// A frozen copy from which a plan's items are made off the window's thread.
    pub fn freeze(&self, catalogue: &Catalogue) -> Frozen {
        Frozen {
            catalogue: catalogue.clone(),
            selection: self.selection.clone(),
            order: self.shown.order.clone(),
        }
    }
}

fn moved(before: Option<&Wish>, now: &Wish) -> Moved {
    match before {
        Some(before) if before.sort != now.sort => Moved::Sort,
        Some(before)
            if (
                &before.text,
                before.state,
                before.only_problems,
                &before.reason,
            ) != (&now.text, now.state, now.only_problems, &now.reason) =>
        {
            Moved::Filter
        }
        _ => Moved::Rows,
    }
}

/// What was selected when somebody asked.
pub struct Frozen {
    catalogue: Catalogue,
    selection: Selection,
    order: Arc<[RowIx]>,
}

impl Frozen {
    /// The selected rows, in the order shown; those that the filter hides come last.
    fn rows(&self) -> Vec<FileRow> {
        let shown: Vec<RowIx> = self
            .order
            .iter()
            .copied()
            .filter(|&ix| self.selection.contains(ix))
            .collect();
        let mut rest: crate::catalogue::RowSet = self.selection.iter().collect();
        for &ix in &shown {
            rest.remove(ix);
        }
        let all = shown.into_iter().chain(rest.iter());
        all.filter_map(|ix| self.catalogue.get(ix))
            .map(|row| row.file_row())
            .collect()
    }

    /// A plan's items.
    pub fn items(&self) -> Vec<PlanItem> {
        self.rows().iter().map(PlanItem::from_file).collect()
    }

    /// The ids alone.
    pub fn ids(&self) -> Vec<ItemId> {
        self.rows().into_iter().map(|row| row.id).collect()
    }
}

impl Drop for FileList {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_for_a_list_that_was_replaced_are_not_taken() {
        let page = || Page {
            rows: vec![FileRow::unknown("a".into())],
            total: None,
        };
        let (mut old, mut old_rows) = (FileList::new(View::Existing), Catalogue::new());
        let (mut list, mut rows) = (FileList::new(View::Existing), Catalogue::new());
        let (old_run, old_stop) = old.begin(&mut old_rows);
        let (run, _) = list.begin(&mut rows);
        drop(old);
        assert!(old_stop.is_cancelled());
        list.arrived(&mut rows, old_run, page());
        list.ended(&mut rows, old_run, Ok(()));
        assert!(rows.is_empty() && list.is_loading());
        list.arrived(&mut rows, run, page());
        assert_eq!(rows.len(), 1);
        let order = Arrangement {
            order: [7].into(),
            ..Arrangement::default()
        };
        list.arranged(u64::MAX, order);
        assert!(list.shown.order.is_empty(), "rows of other files");
    }
}
