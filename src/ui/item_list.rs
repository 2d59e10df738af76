//! A list of items that are not files: groups, renders, templates. How far it is listed, how it is filtered and
//! sorted, what is selected, and what went wrong with which.
//!
//! Such lists are short: a few thousand rows are put in order within a frame. It asks no service.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use poll_promise::Promise;

use super::files::Progress;
use super::widgets::table::{TableColumn, TableState};
use super::workspace::Problem;
use crate::catalogue::{Arrangement, RowIx, RowSet, Selection};
use crate::model::{ItemId, Outcome, PlanItem, Settled, Time, Verb};
use crate::service::{Page, ServiceError};

/// A row of such a list.
pub trait ListRow: Clone + 'static {
    /// What the rows can be sorted by.
    type Column: Copy + PartialEq + 'static;
    /// What the service says of one of them.
    type Answer: Send + 'static;

    /// The table's columns; the last is for problems.
    const COLUMNS: &'static [TableColumn];
    /// What each column but the last sorts by.
    const BY: &'static [Self::Column];
    /// What they are sorted by at first, and whether descending.
    const FIRST: (Self::Column, bool);

    /// Empty if the service gave none: such a row is shown and cannot be selected.
    fn id(&self) -> &ItemId;

    /// Whether all these words, in lower case, are in it.
    fn has(&self, words: &str) -> bool;

    /// The order by a column.
    fn compare(&self, other: &Self, by: Self::Column) -> Ordering;

    /// The row as an item of a plan.
    fn item(&self) -> PlanItem;

    /// Where anybody can fetch it.
    fn url(&self) -> Option<&str>;
}

/// The items of one kind of one profile.
pub struct ItemList<R: ListRow> {
    rows: Vec<Held<R>>,
    places: HashMap<ItemId, usize>,
    /// Order shown; its rows are places in the list.
    pub shown: Arrangement,
    /// Selected items, as rows.
    pub selection: Selection,
    /// How far the listing is.
    pub progress: Progress,
    /// How many the service says there are.
    pub total: Option<i64>,
    /// Scroll place and columns.
    pub table: TableState,
    /// What it is sorted by, and whether descending.
    pub sort: (R::Column, bool),
    /// Words to filter by.
    pub text: String,
    /// What went wrong with which item.
    pub problems: HashMap<ItemId, Problem>,
    /// Whether only rows with problems are shown.
    pub only_problems: bool,
    /// Only rows with exactly these words against them.
    pub reason: Option<String>,
    /// The item that the pane beside the table shows.
    pub open: Option<OpenItem<R::Answer>>,
    run: u64,
    stale: bool,
}

struct Held<R> {
    row: R,
    /// The run of the listing that showed it last.
    run: u64,
    gone: bool,
}

/// An item that is looked at.
pub struct OpenItem<A: Send + 'static> {
    /// Which.
    pub id: ItemId,
    /// Since when.
    pub since: Instant,
    /// What the service says of it, once it was asked.
    pub answer: Option<Promise<Result<A, ServiceError>>>,
}

impl<R: ListRow> Default for ItemList<R> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            places: HashMap::new(),
            shown: Arrangement::default(),
            selection: Selection::default(),
            progress: Progress::New,
            total: None,
            table: TableState::new(R::COLUMNS, super::theme::ROW),
            sort: R::FIRST,
            text: String::new(),
            problems: HashMap::new(),
            only_problems: false,
            reason: None,
            open: None,
            run: 0,
            stale: false,
        }
    }
}

impl<R: ListRow> ItemList<R> {
    /// One row of the list.
    pub fn row(&self, place: RowIx) -> &R {
        &self.rows[place as usize].row
    }

    /// Ids of the rows that are there.
    pub fn ids(&self) -> impl Iterator<Item = &ItemId> {
        let there = self.rows.iter().filter(|held| !held.gone);
        there.map(|held| held.row.id())
    }

    /// The row at the cursor, if it is shown.
    pub fn at_cursor(&self) -> Option<&R> {
        let row = self.selection.cursor()?;
        let held = self.rows.get(row as usize)?;
        (!held.gone).then_some(&held.row)
    }

    /// What went wrong with a row.
    pub fn problem(&self, row: &R) -> Option<&Problem> {
        self.problems.get(row.id())
    }

    /// A new run. Rows without an id cannot be told apart, so those of the run before go.
    pub fn begin(&mut self) -> u64 {
        self.run = super::engine::question();
        for held in &mut self.rows {
            held.gone |= held.row.id().as_str().is_empty();
        }
        self.progress = Progress::Loading;
        self.open = None;
        self.run
    }

    /// Takes a page in.
    pub fn arrived(&mut self, run: u64, page: Page<R>) {
        if run != self.run {
            return;
        }
        self.total = page.total.or(self.total);
        for row in page.rows {
            let id = row.id().clone();
            let held = Held {
                row,
                run,
                gone: false,
            };
            match self.places.get(&id) {
                Some(&place) => self.rows[place] = held,
                None => {
                    if !id.as_str().is_empty() {
                        self.places.insert(id, self.rows.len());
                    }
                    self.rows.push(held);
                }
            }
        }
        self.stale = true;
    }

    /// Takes the end in: rows that were not seen are gone only if the listing was whole.
    pub fn ended(&mut self, run: u64, result: Result<(), ServiceError>) {
        if run != self.run {
            return;
        }
        match result {
            Ok(()) => {
                for held in &mut self.rows {
                    held.gone |= held.run != run;
                }
                self.prune();
                self.progress = Progress::Loaded(Time::now());
            }
            Err(error) => self.progress = Progress::Failed(error.message),
        }
        self.stale = true;
    }

    fn prune(&mut self) {
        let gone = |row: RowIx| self.rows[row as usize].gone;
        if self.selection.iter().any(gone) {
            let rest: RowSet = self.selection.iter().filter(|&row| !gone(row)).collect();
            self.selection.set(rest);
        }
    }

    /// Which rows, in which order.
    fn order(&self) -> Vec<RowIx> {
        let words = self.text.to_lowercase();
        let shows = |held: &Held<R>| {
            let problem = self.problem(&held.row);
            let wanted = match (&self.reason, self.only_problems) {
                (Some(reason), _) => problem.is_some_and(|problem| problem.words == *reason),
                (None, true) => problem.is_some(),
                (None, false) => true,
            };
            !held.gone && wanted && held.row.has(&words)
        };
        let mut order: Vec<RowIx> = (0..self.rows.len() as u32)
            .filter(|&place| shows(&self.rows[place as usize]))
            .collect();
        let (column, descending) = self.sort;
        order.sort_by(|&a, &b| {
            let ordering = self.row(a).compare(self.row(b), column);
            if descending {
                ordering.reverse()
            } else {
                ordering
            }
        });
        order
    }
}

/// What the window does with such a list, whatever is in it.
pub trait Items {
    /// How far the listing is.
    fn progress(&self) -> &Progress;
    /// Items that are there.
    fn len(&self) -> usize;
    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Items that the filter shows.
    fn shown_len(&self) -> usize;
    /// How many the service says there are.
    fn total(&self) -> Option<i64>;
    /// Words to filter by.
    fn text_mut(&mut self) -> &mut String;
    /// Whether a filter hides rows.
    fn is_filtered(&self) -> bool;
    /// Shows all rows again.
    fn clear_filter(&mut self);
    /// How many are selected, and how many of those the filter hides.
    fn selected(&self) -> (u64, u64);
    /// The selected items, in the order shown; those that the filter hides come last.
    fn selected_items(&self) -> Vec<PlanItem>;
    /// The addresses of the selected items that have one.
    fn selected_urls(&self) -> Vec<String>;
    /// Selects nothing.
    fn select_none(&mut self);
    /// Drops selected rows that the filter hides.
    fn drop_hidden(&mut self);
    /// What went wrong with which item.
    fn problems(&self) -> &HashMap<ItemId, Problem>;
    /// Whether only rows with problems are shown.
    fn only_problems(&self) -> bool;
    /// The one reason whose rows are shown.
    fn reason(&self) -> Option<&str>;
    /// Shows only rows with problems, or with one, or all again.
    fn show_problems(&mut self, on: bool, reason: Option<String>);
    /// Forgets all problems.
    fn clear_problems(&mut self);
    /// Items that had problems, as far as they are known, to be planned again, with the verb for them.
    fn to_retry(&self) -> Option<(Verb, Vec<PlanItem>)>;
    /// Takes in how one item of a job ended.
    fn settled(&mut self, id: &ItemId, verb: Verb, end: &Settled);
    /// Orders the rows anew.
    fn arrange(&mut self);
    /// Orders them anew if something changed. Once a frame.
    fn tidy(&mut self);
    /// Asks again what the pane shows.
    fn forget_open(&mut self);
}

impl<R: ListRow> Items for ItemList<R> {
    fn progress(&self) -> &Progress {
        &self.progress
    }

    fn len(&self) -> usize {
        self.rows.iter().filter(|held| !held.gone).count()
    }

    fn shown_len(&self) -> usize {
        self.shown.len()
    }

    fn total(&self) -> Option<i64> {
        self.total
    }

    fn text_mut(&mut self) -> &mut String {
        &mut self.text
    }

    fn is_filtered(&self) -> bool {
        !self.text.trim().is_empty() || self.only_problems || self.reason.is_some()
    }

    fn clear_filter(&mut self) {
        self.text.clear();
        self.show_problems(false, None);
    }

    fn selected(&self) -> (u64, u64) {
        let hidden = self.selection.hidden(&self.shown);
        (self.selection.len() as u64, hidden as u64)
    }

    fn selected_items(&self) -> Vec<PlanItem> {
        self.selected_rows().map(|row| row.item()).collect()
    }

    fn selected_urls(&self) -> Vec<String> {
        let urls = self.selected_rows().filter_map(|row| row.url());
        urls.map(str::to_owned).collect()
    }

    fn select_none(&mut self) {
        self.selection.clear();
    }

    fn drop_hidden(&mut self) {
        let shown = self.shown.clone();
        self.selection.drop_hidden(&shown);
    }

    fn problems(&self) -> &HashMap<ItemId, Problem> {
        &self.problems
    }

    fn only_problems(&self) -> bool {
        self.only_problems || self.reason.is_some()
    }

    fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    fn show_problems(&mut self, on: bool, reason: Option<String>) {
        (self.only_problems, self.reason) = (on, reason);
        self.arrange();
    }

    fn clear_problems(&mut self) {
        self.problems.clear();
        self.arrange();
    }

    fn to_retry(&self) -> Option<(Verb, Vec<PlanItem>)> {
        let verb = self.problems.values().next()?.verb;
        let item = |id: &ItemId| match self.places.get(id) {
            Some(&place) => self.rows[place].row.item(),
            None => PlanItem::bare(id.clone()),
        };
        let mut items: Vec<PlanItem> = self.problems.keys().map(item).collect();
        items.sort_by(|a, b| a.id.cmp(&b.id));
        Some((verb, items))
    }

    fn settled(&mut self, id: &ItemId, verb: Verb, end: &Settled) {
        if let Some(problem) = Problem::of(verb, end) {
            self.problems.insert(id.clone(), problem);
        } else if !matches!(end.outcome, Outcome::Skipped | Outcome::NotSent) {
            self.problems.remove(id);
            if let Some(&place) = self.places.get(id) {
                self.rows[place].gone = true;
                self.prune();
            }
        }
        self.stale = true;
    }

    fn arrange(&mut self) {
        self.stale = false;
        if self.problems.is_empty() {
            (self.only_problems, self.reason) = (false, None);
        }
        self.table.set_visible("problem", !self.problems.is_empty());
        let order = self.order();
        let can = |row: &RowIx| !self.row(*row).id().as_str().is_empty();
        self.shown = Arrangement {
            selectable: Arc::new(order.iter().copied().filter(can).collect()),
            order: order.into(),
            ..Arrangement::default()
        };
    }

    fn tidy(&mut self) {
        if self.stale {
            self.arrange();
        }
    }

    fn forget_open(&mut self) {
        self.open = None;
    }
}

impl<R: ListRow> ItemList<R> {
    /// The selected rows, in the order shown; those that the filter hides come last.
    fn selected_rows(&self) -> impl Iterator<Item = &R> {
        let mut hidden: RowSet = self.selection.iter().collect();
        let mut rows: Vec<RowIx> = Vec::new();
        for &row in self.shown.order.iter() {
            if hidden.remove(row) {
                rows.push(row);
            }
        }
        rows.extend(hidden.iter());
        rows.into_iter().map(|row| self.row(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{GroupRow, ThingRow};

    fn things(ids: &[&str]) -> Page<ThingRow> {
        let rows = ids.iter().map(|id| ThingRow {
            name: format!("Poster {id}"),
            ..ThingRow::unknown((*id).into())
        });
        Page {
            rows: rows.collect(),
            total: None,
        }
    }

    fn listed(ids: &[&str]) -> ItemList<ThingRow> {
        let mut list = ItemList::default();
        let run = list.begin();
        list.arrived(run, things(ids));
        list.ended(run, Ok(()));
        list.tidy();
        list
    }

    fn end(outcome: Outcome) -> Settled {
        Settled {
            seq: 0,
            outcome,
            problem: "words".into(),
            evidence: None,
            service_time: None,
            settled_at: Time(0),
        }
    }

    #[test]
    fn a_listing_again_drops_what_is_gone_and_keeps_what_it_did_not_finish() {
        let mut list = listed(&["a", "b", "", "c"]);
        assert_eq!((list.len(), list.shown_len()), (4, 4));
        assert_eq!(list.shown.selectable.len(), 3, "not the one without an id");
        let run = list.begin();
        list.arrived(run, things(&["b", "d", ""]));
        list.tidy();
        assert_eq!(list.len(), 5, "a, b, c, d and the new one without an id");
        list.arrived(run + 1, things(&["x"]));
        list.ended(run, Ok(()));
        list.tidy();
        assert_eq!(list.len(), 3);
        let run = list.begin();
        let error = ServiceError::new(crate::service::ErrorKind::Unreachable, "no");
        list.ended(run, Err(error));
        list.tidy();
        assert_eq!(list.len(), 2, "but the row that nothing can name");
    }

    #[test]
    fn a_filter_hides_and_keeps_the_selection() {
        let mut list = listed(&["a1", "a2", "b1"]);
        list.selection.select_all(&list.shown.clone());
        *list.text_mut() = "POSTER A".into();
        list.arrange();
        assert_eq!((list.shown_len(), list.selected()), (2, (3, 1)));
        let ids: Vec<_> = list
            .selected_items()
            .into_iter()
            .map(|item| item.id)
            .collect();
        assert_eq!(ids.len(), 3);
        assert_eq!(ids[2].as_str(), "b1", "hidden ones come last");
        list.drop_hidden();
        assert_eq!(list.selected(), (2, 0));
    }

    #[test]
    fn outcomes_take_rows_away_or_mark_them() {
        let mut list = listed(&["a", "b", "c", "d"]);
        list.selection.select_all(&list.shown.clone());
        let verb = Verb::DeleteRenders;
        list.settled(&"a".into(), verb, &end(Outcome::Done));
        list.settled(&"b".into(), verb, &end(Outcome::Absent));
        list.settled(&"c".into(), verb, &end(Outcome::Refused));
        list.settled(&"d".into(), verb, &end(Outcome::NotSent));
        list.tidy();
        assert_eq!((list.len(), list.selected().0), (2, 2));
        list.show_problems(true, None);
        assert_eq!(list.shown_len(), 1);
        let (again, items) = list.to_retry().unwrap();
        assert_eq!(
            (again, items.len(), items[0].name.as_str()),
            (verb, 1, "Poster c")
        );
        list.settled(&"c".into(), verb, &end(Outcome::Done));
        list.tidy();
        assert!(!list.only_problems() && list.problems().is_empty());
        assert_eq!(list.shown_len(), 1, "all again");
    }

    #[test]
    fn columns_of_every_list_end_with_its_problems() {
        fn check<R: ListRow>() {
            assert_eq!(R::COLUMNS.len(), R::BY.len() + 1);
            assert_eq!(R::COLUMNS.last().map(|column| column.id), Some("problem"));
        }
        check::<GroupRow>();
        check::<ThingRow>();
    }
}
