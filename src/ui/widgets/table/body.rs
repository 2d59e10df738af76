//! The rows in view: one interaction each, cells painted under a clip.

use egui::{Color32, Event, Pos2, Rect, Response, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::catalogue::Modifiers;
use crate::model::size::count;

use super::cell::CellPainter;
use super::check::{self, Mark};
use super::table_rows::held;
use super::{Frame, RowStyle, TableEvent, TableRows};

const PROBLEM_BAR: f32 = 3.0;

/// Where the rows of this frame are.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    pub body: Rect,
    /// The body with the scroll bar beside it: rows are coloured from edge to edge.
    pub ground: Rect,
    /// The first row in view.
    pub first: usize,
    /// Where its top is.
    pub top: f32,
    pub row_height: f32,
    pub rows: usize,
    /// Whether the table has the keyboard.
    pub focused: bool,
}

impl View {
    /// Places in view, whole or in part.
    pub fn places(&self) -> std::ops::Range<usize> {
        let room = (self.body.bottom() - self.top) / self.row_height;
        let end = self.first + room.ceil().max(0.0) as usize;
        self.first..end.min(self.rows)
    }

    /// The row at a height, if there is one.
    pub fn place_at(&self, y: f32) -> Option<usize> {
        let place = self.first + ((y - self.top).max(0.0) / self.row_height) as usize;
        (self.body.y_range().contains(y) && place < self.rows).then_some(place)
    }

    fn rect(&self, place: usize) -> Rect {
        let top = self.top + (place - self.first) as f32 * self.row_height;
        let size = vec2(self.body.width(), self.row_height);
        Rect::from_min_size(pos2(self.body.left(), top), size)
    }
}

/// Shows the rows. Returns the response of the space behind them.
pub(super) fn ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    view: &View,
    rows: &mut dyn TableRows,
    events: &mut Vec<TableEvent>,
) -> Response {
    let held = held_at_click(ui);
    // Rows are clicked, and what is behind them is dragged: it stays where it is while they scroll.
    let sense = Sense::CLICK | Sense::DRAG;
    let blank = ui.interact(view.body, frame.id.with("blank"), sense);
    if blank.clicked() {
        events.push(TableEvent::Blank { held });
    }
    ui.allow_widget_id_changes_in(view.body);
    for place in view.places() {
        row_ui(ui, frame, view, place, rows, events);
    }
    blank
}

/// The keys that were held when the button was let go, not at the end of the frame: under load both may
/// be in one frame.
fn held_at_click(ui: &Ui) -> Modifiers {
    let of = |event: &Event| match event {
        Event::PointerButton { modifiers, .. } => Some(*modifiers),
        _ => None,
    };
    held(ui.input(|i| i.events.iter().rev().find_map(of).unwrap_or(i.modifiers)))
}

fn row_ui(
    ui: &Ui,
    frame: &Frame<'_>,
    view: &View,
    place: usize,
    rows: &mut dyn TableRows,
    events: &mut Vec<TableEvent>,
) {
    let rect = view.rect(place);
    let style = rows.row_style(place);
    let id = frame.id.with(rows.row_key(place));
    let response = ui.interact(rect, id, Sense::CLICK);
    describe_row(ui, frame, view, place, style, &response, rows);
    paint_ground(ui, frame, view, rect, style, response.hovered());
    paint_cells(ui, frame, view, place, style, rect, &response, rows);
    row_events(ui, place, &response, events);
    if frame.checks.is_some() && !style.fixed {
        check_ui(ui, frame, view, place, style, rect, id, rows, events);
    }
    paint_edges(ui, frame, view, rect, style);
}

fn row_events(ui: &Ui, place: usize, response: &Response, events: &mut Vec<TableEvent>) {
    if response.clicked() {
        let held = held_at_click(ui);
        events.push(TableEvent::Click { place, held });
    }
    if response.double_clicked() {
        events.push(TableEvent::DoubleClick { place });
    }
    if response.secondary_clicked() {
        let at = response.interact_pointer_pos().unwrap_or(Pos2::ZERO);
        events.push(TableEvent::Context { place, at });
    }
}

fn describe_row(
    ui: &Ui,
    frame: &Frame<'_>,
    view: &View,
    place: usize,
    style: RowStyle,
    response: &Response,
    rows: &dyn TableRows,
) {
    let label = || crate::model::text::visible(&rows.row_label(place)).into_owned();
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, label()));
    ui.accesskit_node_builder(response.id, |node| {
        node.set_row_index(place);
        node.set_selected(style.selected);
        let (number, all) = (count(place as u64 + 1), count(view.rows as u64));
        node.set_description(format!("row {number} of {all}"));
    });
    if style.cursor {
        ui.accesskit_node_builder(frame.id, |node| {
            node.set_active_descendant(response.id.accesskit_id());
        });
    }
}

fn paint_ground(
    ui: &Ui,
    frame: &Frame<'_>,
    view: &View,
    rect: Rect,
    style: RowStyle,
    hovered: bool,
) {
    let colors = frame.style;
    let ground = match (style.problem, style.selected, hovered) {
        (true, _, _) => colors.problem,
        (_, true, _) => colors.selection,
        (_, _, true) => colors.hover,
        _ => return,
    };
    let rect = rect.with_max_x(view.ground.right());
    let painter = ui.painter().with_clip_rect(view.ground);
    painter.rect_filled(rect, 0.0, ground);
    if style.problem {
        let bar = rect.with_max_x(rect.left() + PROBLEM_BAR);
        painter.rect_filled(bar, 0.0, colors.problem_ink);
    }
}

fn paint_edges(ui: &Ui, frame: &Frame<'_>, view: &View, rect: Rect, style: RowStyle) {
    if !style.cursor {
        return;
    }
    let color = if view.focused {
        frame.style.accent
    } else {
        frame.style.line
    };
    let rect = rect.with_max_x(view.ground.right());
    let painter = ui.painter().with_clip_rect(view.ground);
    for y in [rect.top() + 0.5, rect.bottom() - 0.5] {
        painter.hline(rect.x_range(), y, Stroke::new(1.0, color));
    }
}

#[expect(clippy::too_many_arguments)] // One row's facts, all of them small.
fn paint_cells(
    ui: &Ui,
    frame: &Frame<'_>,
    view: &View,
    place: usize,
    style: RowStyle,
    rect: Rect,
    response: &Response,
    rows: &mut dyn TableRows,
) {
    let pointer = response.hover_pos();
    for placed in frame.placed {
        let cell = frame.cell(placed, rect);
        let clip = cell.intersect(frame.seen(placed, view.body));
        if !clip.is_positive() {
            continue;
        }
        let inner = cell.shrink2(vec2(frame.style.padding, 0.0));
        let painter = ui.painter().with_clip_rect(clip);
        let mut cell = CellPainter::new(painter, frame.style, style, inner, false);
        rows.cell(place, placed.column, &mut cell);
        let under_pointer = pointer.is_some_and(|pointer| clip.contains(pointer));
        if let Some(whole) = cell.into_cut().filter(|_| under_pointer) {
            let id = response.id.with(("cell", placed.column));
            ui.interact(clip, id, Sense::hover()).on_hover_text(whole);
        }
    }
}

#[expect(clippy::too_many_arguments)] // As above.
fn check_ui(
    ui: &Ui,
    frame: &Frame<'_>,
    view: &View,
    place: usize,
    style: RowStyle,
    rect: Rect,
    id: egui::Id,
    rows: &dyn TableRows,
    events: &mut Vec<TableEvent>,
) {
    let area = rect.with_max_x(rect.left() + frame.style.check_width);
    let response = ui.interact(area, id.with("check"), Sense::CLICK);
    response.widget_info(|| {
        let label = format!("Select {}", rows.row_label(place));
        let label = crate::model::text::visible(&label).into_owned();
        WidgetInfo::selected(Role::CheckBox, true, style.selected, label)
    });
    let mark = if style.selected {
        Mark::Checked
    } else {
        Mark::Empty
    };
    let painter = ui.painter().with_clip_rect(view.body);
    check::paint(
        &painter,
        area.center(),
        mark,
        response.hovered(),
        frame.style,
    );
    if response.clicked() {
        let held = held_at_click(ui);
        events.push(TableEvent::Checkbox { place, held });
    }
}

/// The width that a column's cells in view would like to have, padding left out.
pub(super) fn measure(
    ui: &Ui,
    frame: &Frame<'_>,
    view: &View,
    column: usize,
    rows: &mut dyn TableRows,
) -> f32 {
    let mut painter = ui.painter().clone();
    painter.set_invisible();
    let title = painter.layout_no_wrap(
        frame.columns[column].title.to_owned(),
        frame.style.header_font.clone(),
        Color32::PLACEHOLDER,
    );
    let mut widest = title.size().x + 16.0;
    for place in view.places() {
        let style = rows.row_style(place);
        let room = Rect::from_min_size(view.body.min, vec2(f32::MAX, view.row_height));
        let mut cell = CellPainter::new(painter.clone(), frame.style, style, room, true);
        rows.cell(place, column, &mut cell);
        widest = widest.max(cell.wants());
    }
    widest.ceil()
}
