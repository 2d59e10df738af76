//! A word that something was done, gone by itself after two seconds and a half: `Copied 3 ids`.

use std::time::Duration;

use egui::{Align2, Area, Context, Frame, Id, Margin, Order, RichText, vec2};

use super::parts;
use super::theme::{self, Tokens};

/// How long it stands, in seconds.
const STANDS: f64 = 2.5;

/// What was done, and since when it stands.
#[derive(Clone, Debug)]
pub struct Flash {
    words: String,
    since: f64,
}

impl Flash {
    /// Stands from now on.
    pub fn new(ctx: &Context, words: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            since: ctx.input(|input| input.time),
        }
    }

    /// Draws it over the foot of the window; `false` once its time is over.
    pub fn ui(&self, ctx: &Context) -> bool {
        let left = self.since + STANDS - ctx.input(|input| input.time);
        if left <= 0.0 {
            return false;
        }
        ctx.request_repaint_after(Duration::from_secs_f64(left));
        Area::new(Id::unique("flash"))
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
                        let words = RichText::new(&self.words).color(tokens.text);
                        parts::text(ui, words);
                    });
            });
        true
    }
}
