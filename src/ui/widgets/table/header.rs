//! The header: titles that sort, edges that resize, a menu of columns.

use egui::accesskit::SortDirection;
use egui::{
    Align, Align2, Color32, CursorIcon, Popup, PopupCloseBehavior, Rect, Response, Role, Sense,
    SetOpenCommand, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use super::check::{self, Mark};
use super::{Frame, Placed, TableColumn, TableEvent, TableState};
use crate::catalogue::Coverage;

const EDGE: f32 = 4.0;
const ARROW: f32 = 14.0;
const DIGIT: f32 = 9.0;

/// What was done to the header's edges.
pub(super) enum Resize {
    /// An edge was drawn by so many points.
    By(usize, f32),
    /// An edge was clicked twice.
    Fit(usize),
}

/// Shows the header; returns what was done to the columns' edges.
pub(super) fn ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    rect: Rect,
    state: &mut TableState,
    events: &mut Vec<TableEvent>,
) -> Option<Resize> {
    let style = frame.style;
    let all = ui.interact(rect, frame.id.with("header"), Sense::CLICK);
    ui.painter().rect_filled(rect, 0.0, style.header_background);
    let line = Stroke::new(1.0, style.line);
    ui.painter()
        .hline(rect.x_range(), rect.bottom() - 0.5, line);
    let mut resize = None;
    for placed in frame.placed {
        let cell = frame.cell(placed, rect);
        title_ui(ui, frame, placed, cell, rect, events);
        resize = resize.or(edge_ui(ui, frame, placed, cell, rect));
    }
    if let Some(coverage) = frame.checks {
        let cell = Rect::from_min_size(rect.min, vec2(style.check_width, rect.height()));
        if check_all_ui(ui, frame, cell, coverage).clicked() {
            events.push(TableEvent::ToggleAll);
        }
    }
    menu(&all, frame.columns, state);
    resize
}

fn title_ui(
    ui: &Ui,
    frame: &Frame<'_>,
    placed: &Placed,
    cell: Rect,
    header: Rect,
    events: &mut Vec<TableEvent>,
) {
    let column = &frame.columns[placed.column];
    let sorted = mark_of(frame, placed.column);
    let clip = frame.seen(placed, header).intersect(cell);
    if column.sortable && clip.is_positive() {
        let id = frame.id.with(("title", column.id));
        let response = ui.interact(clip, id, Sense::click());
        let label = || format!("Sort by {}", column.title);
        response.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, true, label()));
        if let Some(mark) = sorted {
            let direction = if mark.descending {
                SortDirection::Descending
            } else {
                SortDirection::Ascending
            };
            ui.accesskit_node_builder(id, |node| {
                node.set_sort_direction(direction);
                if mark.number > 0 {
                    node.set_description(format!("sort key {}", mark.number));
                }
            });
        }
        if response.clicked() {
            let add = ui.input(|i| i.modifiers.shift);
            events.push(TableEvent::Sort {
                column: placed.column,
                add,
            });
        }
        if response.has_focus() {
            let ring = Stroke::new(1.0, frame.style.accent);
            let inside = clip.shrink(2.0);
            ui.painter()
                .rect_stroke(inside, 3.0, ring, egui::StrokeKind::Inside);
        }
    }
    paint_title(ui, frame, column, cell, clip, sorted);
}

/// How a column takes part in the order.
#[derive(Clone, Copy)]
struct SortMark {
    descending: bool,
    /// 1 or 2 where there are two keys, else 0.
    number: u8,
}

fn mark_of(frame: &Frame<'_>, column: usize) -> Option<SortMark> {
    let here = |key: Option<(usize, bool)>| key.filter(|(by, _)| *by == column);
    let number = |number: u8| if frame.second.is_some() { number } else { 0 };
    let mark = |number: u8| move |(_, descending): (usize, bool)| SortMark { descending, number };
    let first = here(frame.sort).map(mark(number(1)));
    first.or_else(|| here(frame.second).map(mark(2)))
}

fn paint_title(
    ui: &Ui,
    frame: &Frame<'_>,
    column: &TableColumn,
    cell: Rect,
    clip: Rect,
    sorted: Option<SortMark>,
) {
    let style = frame.style;
    let painter = ui.painter().with_clip_rect(clip);
    let inner = cell.shrink2(vec2(style.padding, 0.0));
    let arrow = match sorted {
        Some(mark) if mark.number > 0 => ARROW + DIGIT,
        Some(_) => ARROW,
        None => 0.0,
    };
    let color = match sorted {
        Some(_) => style.header_strong,
        None => style.header_text,
    };
    let title = painter.layout_no_wrap(
        column.title.to_owned(),
        style.header_font.clone(),
        Color32::PLACEHOLDER,
    );
    let side = if column.right { Align::Max } else { Align::Min };
    let size = title.size() + vec2(arrow, 0.0);
    let place = Align2([side, Align::Center]).align_size_within_rect(size, inner);
    painter.galley(place.min, title, color);
    if let Some(SortMark { descending, number }) = sorted {
        let center = pos2(place.right() - arrow + ARROW / 2.0 + 2.0, inner.center().y);
        if number > 0 {
            let font = egui::FontId::new(10.0, style.header_font.family.clone());
            let at = pos2(place.right() - DIGIT + 2.0, inner.center().y);
            painter.text(at, Align2::LEFT_CENTER, number, font, color);
        }
        let tip = if descending { 4.0 } else { -4.0 };
        let stroke = Stroke::new(1.3, color);
        let end = center + vec2(0.0, tip);
        painter.line_segment([center - vec2(0.0, tip), end], stroke);
        for side in [-3.0, 3.0] {
            let barb = center + vec2(side, tip - tip.signum() * 3.0);
            painter.line_segment([end, barb], stroke);
        }
    }
}

fn edge_ui(
    ui: &Ui,
    frame: &Frame<'_>,
    placed: &Placed,
    cell: Rect,
    header: Rect,
) -> Option<Resize> {
    let edge = Rect::from_x_y_ranges(cell.right() - EDGE..=cell.right() + EDGE, header.y_range());
    let seen = frame.seen(placed, header);
    let edge = edge.intersect(seen);
    if !edge.is_positive() || cell.right() < seen.left() {
        return None;
    }
    let id = frame.id.with(("edge", frame.columns[placed.column].id));
    let response = ui.interact(edge, id, Sense::CLICK | Sense::DRAG);
    let in_hand = response.dragged();
    if response.hovered() || in_hand {
        ui.set_cursor_icon(CursorIcon::ResizeHorizontal);
        let stroke = Stroke::new(1.0, frame.style.line);
        ui.painter()
            .vline(cell.right() - 0.5, header.y_range().shrink(6.0), stroke);
    }
    if response.double_clicked() {
        return Some(Resize::Fit(placed.column));
    }
    in_hand.then(|| Resize::By(placed.column, response.drag_delta().x))
}

fn check_all_ui(ui: &Ui, frame: &Frame<'_>, cell: Rect, coverage: Coverage) -> Response {
    let response = ui.interact(cell, frame.id.with("all"), Sense::click());
    let (mark, checked) = match coverage {
        Coverage::None => (Mark::Empty, Some(false)),
        Coverage::Some => (Mark::Some, None),
        Coverage::All => (Mark::Checked, Some(true)),
    };
    response.widget_info(|| WidgetInfo {
        selected: checked,
        ..WidgetInfo::labeled(Role::CheckBox, true, "Select all")
    });
    let ring = response.hovered() || response.has_focus();
    check::paint(ui.painter(), cell.center(), mark, ring, frame.style);
    response
}

/// The menu that shows and hides columns.
fn menu(header: &Response, columns: &[TableColumn], state: &mut TableState) {
    let open = header.container_secondary_clicked();
    Popup::menu(header)
        .open_memory(open.then_some(SetOpenCommand::Bool(true)))
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .at_pointer_fixed()
        .show(|ui| {
            ui.set_min_width(120.0);
            let columns = columns.iter().zip(&mut state.columns);
            for (column, state) in columns.filter(|(_, state)| state.offered) {
                ui.add_enabled_ui(column.hideable, |ui| {
                    ui.checkbox(&mut state.visible, column.title);
                });
            }
        });
}
