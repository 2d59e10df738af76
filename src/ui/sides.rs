//! The two ends of a bar. Both are built from left to right, so that Tab goes through them as one reads.
//!
//! What stands at the right end is measured in one frame and put in its place in the next.

use egui::{Align, Id, Layout, Rect, Sense, TextWrapMode, Ui, UiBuilder, vec2};

use super::theme;

/// Space between the two ends.
const GAP: f32 = 12.0;

/// Draws what `left` adds, cut off where there is no room, and what `right` adds at the right end.
/// `state` is for both, one after the other; `name` tells bars of one window apart.
pub fn sides<S: ?Sized>(
    ui: &mut Ui,
    name: &str,
    state: &mut S,
    left: impl FnOnce(&mut Ui, &mut S),
    right: impl FnOnce(&mut Ui, &mut S),
) {
    let id = Id::unique(("right end of", name));
    let known = ui.data(|data| data.get_temp::<f32>(id));
    let (rect, _) =
        ui.allocate_exact_size(vec2(ui.available_width(), theme::FIELD), Sense::hover());
    let split = rect.right() - known.unwrap_or_default().min(rect.width());
    let rest = rect.with_max_x((split - GAP).max(rect.left()));
    end(ui, id.with("left"), rest, |ui| {
        // The ring of what has the keyboard stands a little over its edge.
        ui.shrink_clip_rect(rest.expand2(vec2(4.0, 4.0)));
        left(ui, state);
    });
    let shown = end(ui, id, rect.with_min_x(split), |ui| {
        ui.style_mut().wrap_mode = Some(TextWrapMode::Extend);
        right(ui, state);
    });
    let wanted = shown.width().ceil();
    if known != Some(wanted) {
        ui.data_mut(|data| data.insert_temp(id, wanted));
        ui.ctx().request_discard("the right end of a bar moved");
    }
}

/// What comes and goes above must not hand the keyboard to another button: an end has ids of its own.
fn end(ui: &mut Ui, id: Id, rect: Rect, add: impl FnOnce(&mut Ui)) -> Rect {
    let builder = UiBuilder::new()
        .scope_id(id)
        .max_rect(rect)
        .layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(builder, |ui| {
        add(ui);
        ui.min_rect()
    })
    .inner
}
