//! Selecting by drawing over rows: where it began, which row it is at, and the scrolling at the edges.

use egui::{PointerButton, Response, Ui};

use super::body::View;
use super::table_rows::held;
use super::{Frame, TableEvent, TableState};

/// Points from the edge of the rows at which they begin to scroll.
const EDGE: f32 = 10.0;
/// A frame that took longer scrolls as if it had taken this long.
const LONGEST: f32 = 0.1;

/// Tells what was drawn over, and scrolls while the pointer is at an edge or beyond it.
pub(super) fn ui(
    ui: &Ui,
    blank: &Response,
    frame: &Frame<'_>,
    view: &View,
    state: &mut TableState,
    events: &mut Vec<TableEvent>,
) {
    if blank.drag_started_by(PointerButton::Primary) {
        let pressed = ui.input(|input| input.pointer.press_origin());
        let on_row = pressed.and_then(|at| Some((at, view.place_at(at.y)?)));
        if let Some((at, place)) = on_row {
            let mut held = held(ui.input(|input| input.modifiers));
            held.ctrl |= at.x < frame.across.begin;
            events.push(TableEvent::DragFrom { place, held });
            state.drawn = Some(place);
        }
    }
    let Some(drawn) = state.drawn else { return };
    let is_held = blank.dragged_by(PointerButton::Primary);
    if let Some(at) = ui.input(|input| input.pointer.latest_pos()) {
        let y = at.y - view.body.top();
        let speed = speed(y, view.body.height());
        if is_held && speed != 0.0 {
            let seconds = ui.input(|input| input.stable_dt).min(LONGEST);
            state.scroll_by(f64::from(speed * seconds), view.rows);
            ui.request_repaint();
        }
        // After the scrolling: what comes into view is selected with it.
        let place = state.nearest(y, view.rows);
        if place != drawn {
            events.push(TableEvent::DragTo { place });
            state.drawn = Some(place);
        }
    }
    if !is_held {
        state.drawn = None;
        events.push(TableEvent::DragEnd);
    }
}

/// Points a second for a pointer at `y` of rows that are `height` high: faster the farther out it is.
fn speed(y: f32, height: f32) -> f32 {
    let (above, below) = (EDGE - y, y - (height - EDGE));
    let faster = |out: f32| 12.0 * out + 0.5 * out * out;
    match (above > 0.0, below > 0.0) {
        (true, _) => -faster(above),
        (_, true) => faster(below),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_scrolls_at_the_edges_alone() {
        for y in [10.0, 150.0, 290.0] {
            assert_eq!(speed(y, 300.0), 0.0, "at {y}");
        }
        assert!(speed(5.0, 300.0) < 0.0 && speed(-100.0, 300.0) < speed(5.0, 300.0));
        assert!(speed(295.0, 300.0) > 0.0 && speed(400.0, 300.0) > 20.0 * speed(295.0, 300.0));
    }
}
