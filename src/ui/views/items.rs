//! The table of any list of items: what a click or a key does, and why there is no row. What stands in the
//! cells is the row's own business.

use egui::{Align, TextureId, Ui, Vec2};

use crate::model::text;
use crate::ui::command::Command;
use crate::ui::files::Progress;
use crate::ui::item_list::{ItemList, Items as _, ListRow};
use crate::ui::theme::{self, Tokens};
use crate::ui::widgets::table::{
    CellPainter, RowStyle, Table, TableEvent, TableOutput, TableRows, TableState,
};

/// What a row is drawn with.
pub struct Pen<'a> {
    /// Colours.
    pub tokens: &'static Tokens,
    /// Where the reader is.
    pub zone: jiff::tz::TimeZone,
    /// The thumbnail of a row, if it is here; else it is asked for.
    pub picture: &'a mut dyn FnMut(&crate::model::ItemId) -> Option<(TextureId, Vec2)>,
}

impl Pen<'_> {
    /// A time, to the minute.
    pub fn time(&self, time: Option<crate::model::Time>, cell: &mut CellPainter<'_>) {
        let words = time
            .map(|time| time.to_minute(&self.zone))
            .unwrap_or_default();
        cell.text(&words, self.tokens.weak, Align::Min);
    }
}

/// A row that can be drawn.
pub trait Drawn: ListRow {
    /// What the row is called, for screen readers and tests.
    fn label(&self) -> String;

    /// Paints a cell.
    fn cell(&self, by: Self::Column, pen: &mut Pen<'_>, cell: &mut CellPainter<'_>);
}

/// What a list says of itself.
pub struct Words {
    /// The table's name: `Groups`.
    pub table: &'static str,
    /// `groups`.
    pub noun: &'static str,
    /// What there is to say where there is none.
    pub none: &'static str,
    /// What the filter looks at.
    pub filter: &'static str,
}

/// Draws the table, or says why it is empty. `None`: it was.
pub fn ui<R: Drawn>(
    ui: &mut Ui,
    list: &mut ItemList<R>,
    words: &Words,
    pen: &mut Pen<'_>,
    send: &mut Vec<Command>,
) -> Option<TableOutput> {
    if let Some((title, more, commands)) = nothing(list, words) {
        super::empty::ui(ui, &title, &more, &commands, send);
        return None;
    }
    let mut table = std::mem::replace(&mut list.table, TableState::new(&[], theme::ROW));
    let sorted = R::BY.iter().position(|column| *column == list.sort.0);
    let coverage = list.selection.coverage(&list.shown);
    let mut rows = Rows { list, pen };
    let mut output = Table::new(words.table, R::COLUMNS)
        .sorted(sorted.unwrap_or_default(), rows.list.sort.1)
        .checkboxes(coverage)
        .show(ui, &mut table, &theme::table(ui), &mut rows);
    super::take_idle_focus(ui, output.id);
    for event in output.events.drain(..) {
        take(list, &mut table, event);
    }
    list.table = table;
    Some(output)
}

fn nothing<R: ListRow>(
    list: &ItemList<R>,
    words: &Words,
) -> Option<(String, String, Vec<Command>)> {
    if !list.shown.is_empty() {
        return None;
    }
    let noun = words.noun;
    let some = |title: String, more: &str, commands| Some((title, more.to_owned(), commands));
    match &list.progress {
        Progress::Failed(error) => some(
            format!("The {noun} could not be listed"),
            error,
            vec![Command::Refresh],
        ),
        Progress::New | Progress::Cached | Progress::Loading => some(
            "Loading…".into(),
            "The first page is on its way.",
            Vec::new(),
        ),
        Progress::Loaded(_) if list.is_empty() => {
            some(format!("No {noun}"), words.none, vec![Command::Refresh])
        }
        Progress::Loaded(_) => some(
            format!("None of the {noun} matches the filter"),
            words.filter,
            vec![Command::ClearFilter],
        ),
    }
}

fn take<R: ListRow>(list: &mut ItemList<R>, table: &mut TableState, event: TableEvent) {
    let shown = &list.shown;
    match event {
        TableEvent::Click { place, held } => list.selection.click(shown, place, held),
        TableEvent::Checkbox { place, held } => list.selection.click_checkbox(shown, place, held),
        TableEvent::ToggleAll => list.selection.toggle_all(shown),
        TableEvent::DragFrom { place, held } => list.selection.drag_from(shown, place, held),
        TableEvent::DragTo { place } => list.selection.drag_to(shown, place),
        TableEvent::DragEnd => list.selection.drag_end(),
        TableEvent::Sort { column, .. } => {
            let Some(&column) = R::BY.get(column) else {
                return;
            };
            let (by, descending) = list.sort;
            // Names begin at their start, everything else with the newest or most.
            let first = column != R::BY[0];
            list.sort = (column, if by == column { !descending } else { first });
            list.arrange();
        }
        TableEvent::Key { key, held } => {
            list.selection.key(shown, key, held, table.page_rows());
            if let Some(place) = list.selection.place_of_cursor(shown) {
                table.reveal(place);
            }
        }
        TableEvent::Context { place, .. } => {
            let row = shown.row(place);
            if !row.is_some_and(|row| list.selection.contains(row)) {
                list.selection.click(shown, place, Default::default());
            }
        }
        TableEvent::DoubleClick { .. } | TableEvent::Blank { .. } | TableEvent::Enter => {}
    }
}

struct Rows<'a, 'p, R: Drawn> {
    list: &'a ItemList<R>,
    pen: &'a mut Pen<'p>,
}

impl<R: Drawn> Rows<'_, '_, R> {
    fn row(&self, place: usize) -> &R {
        self.list.row(self.list.shown.order[place])
    }
}

impl<R: Drawn> TableRows for Rows<'_, '_, R> {
    fn row_count(&self) -> usize {
        self.list.shown.len()
    }

    fn row_key(&self, place: usize) -> u64 {
        self.list.shown.order[place].into()
    }

    fn row_label(&self, place: usize) -> String {
        let row = self.row(place);
        let label = row.label();
        match self.list.problem(row) {
            Some(problem) => format!("{label}, problem: {}", problem.words),
            None => label,
        }
    }

    fn row_style(&self, place: usize) -> RowStyle {
        let row = self.list.shown.order[place];
        RowStyle {
            selected: self.list.selection.contains(row),
            cursor: self.list.selection.cursor() == Some(row),
            problem: self.list.problem(self.row(place)).is_some(),
            fixed: !self.list.shown.selectable.contains(row),
        }
    }

    fn cell(&mut self, place: usize, column: usize, cell: &mut CellPainter<'_>) {
        let row = self.list.row(self.list.shown.order[place]);
        match R::BY.get(column) {
            Some(&by) => row.cell(by, self.pen, cell),
            None => {
                if let Some(problem) = self.list.problem(row) {
                    let words = text::visible(&problem.words);
                    cell.warning(&words, self.pen.tokens.bad.ink);
                }
            }
        }
    }
}
