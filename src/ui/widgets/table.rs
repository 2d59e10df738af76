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
mod elide;
mod header;
mod state;
mod style;
mod table_rows;

use std::ops::Range;

use egui::{Event, EventFilter, Id, Rect, Response, Role, Sense, Ui, UiBuilder, pos2, vec2};

use crate::catalogue::Coverage;

use bars::{Axis, BAR, Bar};
use body::View;
use header::Resize;

pub use cell::{CellPainter, Icon};
pub use state::{ColumnState, MAX_WIDTH, MIN_WIDTH, TableColumn, TableState};
pub use style::TableStyle;
pub use table_rows::{RowStyle, TableEvent, TableRows};

/// A table, to be shown.
pub struct Table<'a> {
    label: &'a str,
    columns: &'a [TableColumn],
    sort: Option<(usize, bool)>,
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

/// A column of this frame.
#[derive(Clone, Copy, Debug)]
struct Placed {
    column: usize,
    /// From the left of all columns.
    x: f32,
    width: f32,
}

impl Placed {
    fn rect(&self, left: f32, row: Rect) -> Rect {
        Rect::from_min_size(
            pos2(left + self.x, row.top()),
            vec2(self.width, row.height()),
        )
    }
}

/// What all parts of a frame share.
struct Frame<'a> {
    id: Id,
    style: &'a TableStyle,
    columns: &'a [TableColumn],
    sort: Option<(usize, bool)>,
    checks: Option<Coverage>,
    placed: Vec<Placed>,
    /// Where the first column begins, scrolled as it is.
    left: f32,
    /// Where the columns that scroll begin to be seen.
    clip_left: f32,
}

impl Frame<'_> {
    /// The part of a rect in which columns scroll: right of the checkboxes.
    fn scrolled(&self, rect: Rect) -> Rect {
        rect.with_min_x(self.clip_left)
    }
}

impl<'a> Table<'a> {
    /// A table with a name of its own among its neighbours.
    pub fn new(label: &'a str, columns: &'a [TableColumn]) -> Self {
        Self {
            label,
            columns,
            sort: None,
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
        let areas = Areas::of(&self, rect, state, style, count);
        state.settle(count, areas.body.height());
        scroll_by_wheel(ui, &areas, state, count);
        ui.painter().rect_filled(rect, 0.0, style.background);

        let mut frame = self.lay_out(id, &areas, state, style);
        let mut events = take_keys(ui, id);
        scroll_bars_ui(ui, &frame, &areas, state, count);
        frame.left = areas.left(state);
        let view = view_of(ui, focused, &areas, state, count);
        let clip = ui.clip_rect();
        ui.set_clip_rect(clip.intersect(areas.body));
        let body = body::ui(ui, &frame, &view, rows, &mut events);
        ui.set_clip_rect(clip);
        let resize = header::ui(ui, &frame, areas.header, state, &mut events);
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
        areas: &Areas,
        state: &TableState,
        style: &'b TableStyle,
    ) -> Frame<'b> {
        Frame {
            id,
            style,
            columns: self.columns,
            sort: self.sort,
            checks: self.checks,
            placed: place_columns(self.columns, state, areas.columns_view),
            left: areas.left(state),
            clip_left: areas.columns_left,
        }
    }

    fn check_width(&self, style: &TableStyle) -> f32 {
        if self.checks.is_some() {
            style.check_width
        } else {
            0.0
        }
    }
}

/// How the table's space is divided.
struct Areas {
    header: Rect,
    body: Rect,
    /// Tracks of the scroll bars, where there are any.
    down: Option<Rect>,
    across: Option<Rect>,
    columns_left: f32,
    /// Width in which columns are seen.
    columns_view: f32,
    /// Width of all columns.
    columns_width: f32,
}

impl Areas {
    fn of(
        table: &Table<'_>,
        rect: Rect,
        state: &TableState,
        style: &TableStyle,
        rows: usize,
    ) -> Self {
        let header_bottom = (rect.top() + style.header_height).min(rect.bottom());
        let header = rect.with_max_y(header_bottom);
        let below = rect.with_min_y(header_bottom);
        let columns_left = rect.left() + table.check_width(style);
        let columns_width: f32 = visible(state).map(|column| column.width).sum();

        let room = |down: bool| rect.right() - columns_left - if down { BAR } else { 0.0 };
        let rows_height = state.height(rows);
        let mut down = rows_height > f64::from(below.height());
        let across = columns_width > room(down) + 0.5;
        let body_height = below.height() - if across { BAR } else { 0.0 };
        down |= rows_height > f64::from(body_height);

        let body = Rect::from_min_max(
            below.min,
            pos2(
                below.right() - if down { BAR } else { 0.0 },
                below.top() + body_height.max(0.0),
            ),
        );
        Self {
            header,
            body,
            down: down.then(|| Rect::from_x_y_ranges(body.right()..=rect.right(), body.y_range())),
            across: across.then(|| {
                Rect::from_x_y_ranges(columns_left..=body.right(), body.bottom()..=rect.bottom())
            }),
            columns_left,
            columns_view: room(down).max(0.0),
            columns_width,
        }
    }

    fn left(&self, state: &TableState) -> f32 {
        self.columns_left - state.left_px as f32
    }

    fn max_left(&self) -> f64 {
        f64::from((self.columns_width - self.columns_view).max(0.0))
    }
}

fn visible(state: &TableState) -> impl Iterator<Item = &ColumnState> {
    state.columns.iter().filter(|column| column.visible)
}

fn place_columns(columns: &[TableColumn], state: &TableState, view: f32) -> Vec<Placed> {
    let shown: Vec<usize> = (0..columns.len().min(state.columns.len()))
        .filter(|&column| state.columns[column].visible)
        .collect();
    let width = |column: usize| state.columns[column].width;
    let left_over = (view - shown.iter().map(|&column| width(column)).sum::<f32>()).max(0.0);
    let grows = |column: &usize| columns[*column].grows && !state.columns[*column].fixed;
    let grower = shown.iter().copied().find(grows);
    let mut x = 0.0;
    let place = |column| {
        let extra = if grower == Some(column) {
            left_over
        } else {
            0.0
        };
        let placed = Placed {
            column,
            x,
            width: width(column) + extra,
        };
        x += placed.width;
        placed
    };
    shown.into_iter().map(place).collect()
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
        first,
        top: areas.body.top() - above,
        row_height: state.row_height(),
        rows,
        focused,
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

fn scroll_bars_ui(ui: &Ui, frame: &Frame<'_>, areas: &Areas, state: &mut TableState, rows: usize) {
    let [down, across] = &mut state.grabs.clone();
    if let Some(track) = areas.down {
        let bar = Bar {
            axis: Axis::Vertical,
            track,
            view: f64::from(areas.body.height()),
            content: state.height(rows),
        };
        bar.ui(
            ui,
            frame.id.with("down"),
            frame.style,
            down,
            &mut state.top_px,
        );
    }
    if let Some(track) = areas.across {
        let bar = Bar {
            axis: Axis::Horizontal,
            track,
            view: f64::from(areas.columns_view),
            content: f64::from(areas.columns_width),
        };
        bar.ui(
            ui,
            frame.id.with("across"),
            frame.style,
            across,
            &mut state.left_px,
        );
    }
    state.grabs = [*down, *across];
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
            let width = now.map_or(0.0, |placed| placed.width) + points;
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
