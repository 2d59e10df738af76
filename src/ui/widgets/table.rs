//! One table for files, groups, members and history: exact at any of a million rows, and as fast with
//! them as with a hundred. It shows rows that it does not hold, and tells what was done to them.
//!
//! ```no_run
//! use egui::{Align, Ui};
//! use tallyman::catalogue::{Arrangement, Catalogue, RowIx, Selection};
//! use tallyman::ui::widgets::table::*;
//!
//! const COLUMNS: [TableColumn; 2] = [
//!     TableColumn::new("name", "Name", 300.0).always().grows(),
//!     TableColumn::new("size", "Size", 90.0).right(),
//! ];
//!
//! struct Files<'a> {
//!     catalogue: &'a Catalogue,
//!     shown: &'a Arrangement,
//!     selection: &'a Selection,
//!     text: egui::Color32,
//! }
//!
//! impl TableRows for Files<'_> {
//!     fn row_count(&self) -> usize {
//!         self.shown.len()
//!     }
//!     fn row_key(&self, place: usize) -> u64 {
//!         self.shown.order[place].into()
//!     }
//!     fn row_label(&self, place: usize) -> String {
//!         self.catalogue.row(self.shown.order[place]).name().to_owned()
//!     }
//!     fn row_style(&self, place: usize) -> RowStyle {
//!         let row = self.shown.order[place];
//!         RowStyle {
//!             selected: self.selection.contains(row),
//!             cursor: self.selection.cursor() == Some(row),
//!             ..RowStyle::default()
//!         }
//!     }
//!     fn cell(&mut self, place: usize, column: usize, cell: &mut CellPainter<'_>) {
//!         let row = self.catalogue.row(self.shown.order[place]);
//!         match COLUMNS[column].id {
//!             "name" => cell.name(row.name(), self.text),
//!             _ => cell.text(&row.size().to_string(), self.text, Align::Max),
//!         }
//!     }
//! }
//!
//! fn files_ui(
//!     ui: &mut Ui,
//!     state: &mut TableState, // kept: TableState::new(&COLUMNS, 28.0)
//!     catalogue: &Catalogue,
//!     shown: &Arrangement,
//!     selection: &mut Selection,
//! ) {
//!     let style = TableStyle::of(ui.style());
//!     let text = ui.visuals().text_color();
//!     let mut rows = Files { catalogue, shown, selection, text };
//!     let output = Table::new("Files", &COLUMNS)
//!         .sorted(1, true)
//!         .checkboxes(rows.selection.coverage(shown))
//!         .show(ui, state, &style, &mut rows);
//!     for event in output.events {
//!         match event {
//!             TableEvent::Click { place, held } => selection.click(shown, place, held),
//!             TableEvent::Checkbox { place, held } => selection.click_checkbox(shown, place, held),
//!             TableEvent::ToggleAll => selection.toggle_all(shown),
//!             TableEvent::DragFrom { place, held } => selection.drag_from(shown, place, held),
//!             TableEvent::DragTo { place } => selection.drag_to(shown, place),
//!             TableEvent::DragEnd => selection.drag_end(),
//!             TableEvent::Key { key, held } => {
//!                 selection.key(shown, key, held, state.page_rows());
//!                 if let Some(place) = selection.place_of_cursor(shown) {
//!                     state.reveal(place);
//!                 }
//!             }
//!             other => println!("sort, open, show a menu: {other:?}"),
//!         }
//!     }
//! }
//! ```

mod bars;
mod body;
mod cell;
mod check;
mod drag;
mod elide;
mod header;
mod layout;
mod state;
mod style;
mod table_rows;

use std::ops::Range;

use egui::{
    Event, EventFilter, Id, Popup, Rect, Response, Role, Sense, Shape, Stroke, Ui, UiBuilder,
};

use crate::catalogue::Coverage;

use bars::{Axis, Bar};
use body::View;
use header::Resize;
use layout::{Areas, Frame, Placed};

pub use cell::{CellPainter, Icon};
pub use state::{ColumnState, MAX_WIDTH, MIN_WIDTH, TableColumn, TableState};
pub use style::TableStyle;
pub use table_rows::{RowStyle, TableEvent, TableRows};

/// A table, to be shown.
pub struct Table<'a> {
    label: &'a str,
    columns: &'a [TableColumn],
    sort: Option<(usize, bool)>,
    second: Option<(usize, bool)>,
    checks: Option<Coverage>,
}

/// What a frame of a table brought.
pub struct TableOutput {
    /// What was done, in order.
    pub events: Vec<TableEvent>,
    /// The space of the rows: for `container_context_menu`, and for words when there are no rows.
    pub body: Response,
    /// Places in view: whose thumbnails to fetch.
    pub visible: Range<usize>,
    /// The table's id: `request_focus` on it gives the table the keyboard.
    pub id: Id,
}

impl<'a> Table<'a> {
    /// A table with a name of its own among its neighbours.
    pub fn new(label: &'a str, columns: &'a [TableColumn]) -> Self {
        Self {
            label,
            columns,
            sort: None,
            second: None,
            checks: None,
        }
    }

    /// Marks the column that the rows are sorted by.
    pub fn sorted(self, column: usize, descending: bool) -> Self {
        Self {
            sort: Some((column, descending)),
            ..self
        }
    }

    /// Marks the column that rows equal in the first are sorted by.
    pub fn then_sorted(self, second: Option<(usize, bool)>) -> Self {
        Self { second, ..self }
    }

    /// Checkboxes before the rows, and one for all of them in the header.
    pub fn checkboxes(self, all: Coverage) -> Self {
        Self {
            checks: Some(all),
            ..self
        }
    }

    /// Shows the table in all the space that is left.
    pub fn show(
        self,
        ui: &mut Ui,
        state: &mut TableState,
        style: &TableStyle,
        rows: &mut dyn TableRows,
    ) -> TableOutput {
        let rect = ui.available_rect_before_wrap();
        let id = ui.scope_id().with(("table", self.label));
        let builder = UiBuilder::new()
            .scope_id(id)
            .max_rect(rect)
            .sense(Sense::focusable_noninteractive())
            .accessibility_role(Role::Table)
            .accessibility_label(self.label);
        let focused = ui.memory(|memory| memory.has_focus(id));
        let show = |ui: &mut Ui| {
            ui.shrink_clip_rect(rect);
            ui.advance_cursor_after_rect(rect);
            self.frame(ui, Whole { id, rect, focused }, state, style, rows)
        };
        let output = ui.scope_builder(builder, show).inner;
        // Only now: a click on a row is a click beside the table to egui, which takes the keyboard away
        // when the table's own scope ends.
        if was_pressed(ui, output.body.rect) {
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        output
    }

    fn frame(
        self,
        ui: &mut Ui,
        whole: Whole,
        state: &mut TableState,
        style: &TableStyle,
        rows: &mut dyn TableRows,
    ) -> TableOutput {
        let Whole { id, rect, focused } = whole;
        let count = rows.row_count();
        describe(ui, id, rect, count);
        let check_width = if self.checks.is_some() {
            style.check_width
        } else {
            0.0
        };
        let height = state.height(count);
        let sorted = [self.sort, self.second].into_iter().flatten();
        let kept: Vec<usize> = sorted.map(|(column, _)| column).collect();
        let areas = Areas::of(
            rect,
            self.columns,
            &kept,
            state,
            style.header_height,
            check_width,
            height,
        );
        state.settle(count, areas.body.height());
        scroll_by_wheel(ui, &areas, state, count);
        ui.painter().rect_filled(rect, 0.0, style.background);

        let mut frame = self.lay_out(id, &areas, state, style);
        let mut events = take_keys(ui, id);
        let thumbs = scroll_bars_ui(ui, &frame, &areas, state, count);
        frame.across = areas.scrolled(state);
        let view = view_of(ui, focused, &areas, state, count);
        let clip = ui.clip_rect();
        ui.set_clip_rect(clip.intersect(view.ground));
        let body = body::ui(ui, &frame, &view, rows, &mut events);
        ui.set_clip_rect(clip);
        drag::ui(ui, &body, &frame, &view, state, &mut events);
        ui.painter().extend(thumbs.into_iter().flatten());
        let resize = header::ui(ui, &frame, areas.header, state, &mut events);
        paint_fold(ui, &frame, areas.header.with_max_y(areas.body.bottom()));
        resize_column(ui, &frame, &view, state, rows, resize);
        TableOutput {
            events,
            body,
            visible: view.places(),
            id,
        }
    }

    fn lay_out<'b>(
        &'b self,
        id: Id,
        areas: &'b Areas,
        state: &TableState,
        style: &'b TableStyle,
    ) -> Frame<'b> {
        Frame {
            id,
            style,
            columns: self.columns,
            sort: self.sort,
            second: self.second,
            checks: self.checks,
            placed: &areas.placed,
            across: areas.scrolled(state),
        }
    }
}

/// What is known of a table before its own scope opens.
#[derive(Clone, Copy)]
struct Whole {
    id: Id,
    rect: Rect,
    focused: bool,
}

fn was_pressed(ui: &Ui, body: Rect) -> bool {
    let pressed = ui.input(|input| input.pointer.any_pressed() || input.pointer.any_click());
    pressed && ui.is_enabled() && ui.rect_contains_pointer(body)
}

fn describe(ui: &Ui, id: Id, rect: Rect, rows: usize) {
    ui.accesskit_node_builder(id, |node| {
        node.set_row_count(rows);
        // The scope's own rect is not known to egui before the scope ends.
        node.set_bounds(egui::accesskit::Rect {
            x0: rect.left().into(),
            y0: rect.top().into(),
            x1: rect.right().into(),
            y1: rect.bottom().into(),
        });
    });
}

fn view_of(ui: &Ui, focused: bool, areas: &Areas, state: &TableState, rows: usize) -> View {
    let (first, above) = state.first();
    let pixels = ui.pixels_per_point();
    // Whole pixels keep text sharp while a touchpad scrolls by parts of them.
    let above = (above * pixels).round() / pixels;
    View {
        body: areas.body,
        ground: areas.body.with_max_x(areas.header.right()),
        first,
        top: areas.body.top() - above,
        row_height: state.row_height(),
        rows,
        focused,
    }
}

/// Where columns slide below the one that stays.
fn paint_fold(ui: &Ui, frame: &Frame<'_>, rect: Rect) {
    if frame.across.is_over {
        let x = frame.across.begin + frame.across.stays - 0.5;
        let line = Stroke::new(1.0, frame.style.fold);
        ui.painter().vline(x, rect.y_range(), line);
    }
}

fn scroll_by_wheel(ui: &Ui, areas: &Areas, state: &mut TableState, rows: usize) {
    let delta = if ui.is_enabled() && ui.rect_contains_pointer(areas.body) {
        ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta))
    } else {
        egui::Vec2::ZERO
    };
    let (top, left) = (state.max_top(rows), areas.max_left());
    state.top_px = (state.top_px - f64::from(delta.y)).clamp(0.0, top);
    state.left_px = (state.left_px - f64::from(delta.x)).clamp(0.0, left);
}

fn scroll_bars_ui(
    ui: &Ui,
    frame: &Frame<'_>,
    areas: &Areas,
    state: &mut TableState,
    rows: usize,
) -> [Option<Shape>; 2] {
    let [mut down, mut across] = state.grabs;
    let down_thumb = areas.down.map(|track| {
        let bar = Bar {
            axis: Axis::Vertical,
            track,
            view: f64::from(areas.body.height()),
            content: state.height(rows),
        };
        let id = frame.id.with("down");
        bar.ui(ui, id, frame.style, &mut down, &mut state.top_px)
    });
    let across_thumb = areas.across.map(|track| {
        let bar = Bar {
            axis: Axis::Horizontal,
            track,
            // A page is what is seen beside the column that stays.
            view: f64::from(areas.columns_view - areas.stays_at_least()),
            content: f64::from(areas.columns_width() - areas.stays_at_least()),
        };
        let id = frame.id.with("across");
        bar.ui(ui, id, frame.style, &mut across, &mut state.left_px)
    });
    state.grabs = [down, across];
    [down_thumb, across_thumb]
}

fn resize_column(
    ui: &Ui,
    frame: &Frame<'_>,
    view: &View,
    state: &mut TableState,
    rows: &mut dyn TableRows,
    resize: Option<Resize>,
) {
    match resize {
        Some(Resize::By(column, points)) => {
            let now = frame.placed.iter().find(|placed| placed.column == column);
            let width = now.map_or(0.0, |placed| frame.width(placed)) + points;
            state.set_width(frame.columns[column].id, width);
        }
        Some(Resize::Fit(column)) => {
            let wants = body::measure(ui, frame, view, column, rows);
            let width = wants + 2.0 * frame.style.padding;
            state.set_width(frame.columns[column].id, width);
        }
        None => {}
    }
}

/// Takes the keys that mean something to a table, while it has the keyboard.
fn take_keys(ui: &Ui, id: Id) -> Vec<TableEvent> {
    if !ui.memory(|memory| memory.has_focus(id)) {
        return Vec::new();
    }
    // A menu is drawn after the rows that it hangs over, and the keys are its own: only egui's memory knows
    // that early in a frame that it is open.
    if Popup::is_any_open(ui.ctx()) {
        return Vec::new();
    }
    let filter = EventFilter {
        vertical_arrows: true,
        escape: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    let mut taken = Vec::new();
    ui.input_mut(|input| {
        input.events.retain(|event| {
            let Event::Key {
                key,
                modifiers,
                pressed: true,
                ..
            } = event
            else {
                return true;
            };
            let meant = table_rows::key_event(*key, *modifiers);
            let keep = meant.is_none();
            taken.extend(meant);
            keep
        });
    });
    taken
}
