//! Sheets: one pattern for everything that asks before it acts. One is open at a time; Esc closes it.

pub mod ask;
pub mod close;
pub mod filter;
pub mod folder;
pub mod forget;
pub mod keep;
pub mod keyboard;
pub mod keys;
pub mod place;
pub mod plan;
pub mod plan_groups;
pub mod profile;
pub mod report;

use egui::{
    Color32, Context, CornerRadius, Frame, Id, Key, Margin, Modal, Modifiers, Rect, ScrollArea,
    Stroke, Ui, Vec2,
};

use super::parts::{self, Weight};
use super::sides::sides;
use super::theme::{self, Tokens};

/// Whether a sheet stays open after a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stay {
    /// It does.
    Open,
    /// It closes.
    Close,
}

/// Shows a sheet with a band of the profile's colour. `Close` if the person turned away.
pub fn show(
    ctx: &Context,
    name: &str,
    width: f32,
    band: Option<Color32>,
    add: impl FnOnce(&mut Ui) -> Stay,
) -> Stay {
    let tokens = Tokens::of_dark(ctx.global_style().visuals.dark_mode);
    let frame = Frame::new()
        .fill(tokens.raised)
        .stroke(Stroke::new(1.0, tokens.line))
        .corner_radius(CornerRadius::same(theme::SHEET_RADIUS))
        .shadow(ctx.global_style().visuals.window_shadow)
        .inner_margin(Margin {
            left: 24,
            right: 24,
            top: 24,
            bottom: 20,
        });
    let id = Id::unique(("sheet", name));
    keyboard::take(ctx, id);
    let response = Modal::new(id)
        .frame(frame)
        .backdrop_color(Color32::from_black_alpha(
            if ctx.global_style().visuals.dark_mode {
                140
            } else {
                90
            },
        ))
        .show(ctx, |ui| {
            let most = (ctx.content_rect().width() - 80.0).max(280.0);
            ui.set_width((width - 48.0).min(most));
            ui.spacing_mut().item_spacing = Vec2::new(8.0, 8.0);
            label_dialog(ui, name);
            let visuals = ui.visuals_mut();
            visuals.text_edit_bg_color = Some(tokens.bg);
            visuals.widgets.inactive.bg_fill = tokens.bg;
            visuals.widgets.inactive.bg_stroke.color = tokens.edge;
            visuals.widgets.hovered.bg_stroke.color = tokens.faint;
            let stay = fitted(ui, name, add);
            if let Some(color) = band {
                paint_band(ui, color);
            }
            stay
        });
    // A click beside it does not close a sheet: what was typed into it would be gone.
    let free = response.is_top_modal && !response.any_popup_open;
    let esc = free && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
    if esc || response.response.should_close() {
        Stay::Close
    } else {
        response.inner
    }
}

/// A sheet that was taller than the window in the last frame scrolls.
fn fitted(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui) -> Stay) -> Stay {
    let room = (ui.ctx().content_rect().height() - 76.0).max(160.0);
    let id = Id::unique(("height of sheet", name));
    let tall = ui
        .data(|data| data.get_temp::<f32>(id))
        .is_some_and(|height| height > room);
    let (stay, height) = if tall {
        let scrolled = ScrollArea::vertical()
            .min_scrolled_height(room)
            .max_height(room)
            .auto_shrink(false)
            .show(ui, add);
        (scrolled.inner, scrolled.content_size.y)
    } else {
        let shown = ui.scope(add);
        (shown.inner, shown.response.rect.height())
    };
    ui.data_mut(|data| data.insert_temp(id, height));
    stay
}

/// The buttons of a sheet at its right end, the one that goes on last.
pub fn buttons(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui)) {
    sides(ui, name, &mut (), |_, ()| {}, |ui, ()| add(ui));
}

/// The way out of a sheet, and where the keyboard is while nothing else of the sheet has it.
pub fn cancel(ui: &mut Ui) -> Stay {
    let cancel = parts::button(ui, Weight::Plain, "Cancel");
    keyboard::rest_on(ui, &cancel);
    if cancel.clicked() {
        Stay::Close
    } else {
        Stay::Open
    }
}

fn label_dialog(ui: &Ui, name: &str) {
    ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
        node.set_role(egui::Role::Dialog);
        node.set_label(name);
    });
}

/// The band's ends follow the sheet's round corners.
fn paint_band(ui: &Ui, color: Color32) {
    let sheet = ui.min_rect().expand2(Vec2::new(24.0, 0.0));
    let top = sheet.top() - 24.0;
    let radius = CornerRadius {
        nw: theme::SHEET_RADIUS,
        ne: theme::SHEET_RADIUS,
        sw: 0,
        se: 0,
    };
    let whole = Rect::from_x_y_ranges(sheet.x_range(), top..=sheet.top());
    let band = Rect::from_x_y_ranges(sheet.x_range(), top..=top + theme::BAND);
    ui.painter()
        .with_clip_rect(band)
        .rect_filled(whole, radius, color);
}
