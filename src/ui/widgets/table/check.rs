//! The look of a checkbox, painted: a thousand widgets would cost a thousand times as much.

use egui::{Painter, Pos2, Rect, Stroke, StrokeKind, Vec2, vec2};

use super::style::TableStyle;

const SIDE: f32 = 16.0;
const RADIUS: f32 = 4.0;

/// What is in the box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Nothing.
    Empty,
    /// A dash: some of many.
    Some,
    /// A check mark.
    Checked,
}

/// Paints a checkbox; `strong` while the pointer or the keyboard is on it.
pub(super) fn paint(painter: &Painter, center: Pos2, mark: Mark, strong: bool, style: &TableStyle) {
    let rect = Rect::from_center_size(center, Vec2::splat(SIDE));
    let ink = Stroke::new(1.8, style.on_accent);
    let at = |x, y| center + vec2(x, y);
    match mark {
        Mark::Empty => {
            painter.rect_filled(rect, RADIUS, style.check_fill);
            let border = if strong {
                style.accent
            } else {
                style.check_line
            };
            let stroke = Stroke::new(1.2, border);
            painter.rect_stroke(rect, RADIUS, stroke, StrokeKind::Inside);
        }
        Mark::Some => {
            painter.rect_filled(rect, RADIUS, style.accent);
            painter.line_segment([at(-4.0, 0.0), at(4.0, 0.0)], ink);
        }
        Mark::Checked => {
            painter.rect_filled(rect, RADIUS, style.accent);
            painter.line(vec![at(-3.8, 0.3), at(-1.2, 2.9), at(3.8, -2.6)], ink);
        }
    }
}
