//! A word that something was done, gone by itself after two seconds and a half: `Copied 3 ids`.

use std::time::Duration;

use egui::{Align2, Area, Context, Frame, Id, Margin, Order, RichText, vec2};

use super::parts;
use super::theme::{self, Tokens};

/// How long it stands, in seconds.
const STANDS: f64 = 2.5;

/// What was done, and since when it stands.
#[derive(Clone, Debug)]
struct Flash {
    words: String,
    since: f64,
}

fn id() -> Id {
    Id::unique("flash")
}

/// Says something for a moment, in place of what was said before.
pub fn say(ctx: &Context, words: impl Into<String>) {
    let flash = Flash {
        words: words.into(),
        since: ctx.input(|input| input.time),
    };
    ctx.data_mut(|data| data.insert_temp(id(), flash));
    ctx.request_repaint();
}

/// Copies a text and says so: `Copied`, or what was copied.
pub fn copy(ctx: &Context, text: String, what: &str) {
    ctx.copy_text(text);
    say(ctx, format!("Copied {what}").trim_end());
}

/// Draws what is said over the foot of the window, as long as it stands.
pub fn ui(ctx: &Context) {
    let Some(flash) = ctx.data(|data| data.get_temp::<Flash>(id())) else {
        return;
    };
    let left = flash.since + STANDS - ctx.input(|input| input.time);
    if left <= 0.0 {
        ctx.data_mut(|data| data.remove::<Flash>(id()));
        return;
    }
    ctx.request_repaint_after(Duration::from_secs_f64(left));
    Area::new(id())
        .order(Order::Tooltip)
        .interactable(false)
        .anchor(Align2::CENTER_BOTTOM, vec2(0.0, -64.0))
        .show(ctx, |ui| {
            let dark = ui.visuals().dark_mode;
            // The other theme's ground: it stands out from all that is under it.
            let tokens = Tokens::of_dark(!dark);
            let ground = if dark { tokens.panel } else { tokens.raised };
            Frame::new()
                .fill(ground)
                .corner_radius(theme::RADIUS)
                .shadow(ui.visuals().popup_shadow)
                .inner_margin(Margin::symmetric(14, 8))
                .show(ui, |ui| {
                    let words = RichText::new(&flash.words).color(tokens.text);
                    parts::text(ui, words);
                });
        });
}
