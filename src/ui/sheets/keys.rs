//! The list of keys.

use egui::{Context, Grid};

use super::keyboard::rest_on;
use super::{Stay, show};
use crate::ui::command::KEYS;
use crate::ui::parts::{self, Weight};
use crate::ui::theme;

/// Shows the list.
pub fn ui(ctx: &Context) -> Stay {
    show(ctx, "Keyboard shortcuts", 560.0, None, |ui| {
        ui.label(egui::RichText::new("Keyboard shortcuts").font(theme::title()));
        ui.add_space(8.0);
        Grid::new("keys")
            .num_columns(2)
            .spacing([24.0, 8.0])
            .show(ui, |ui| {
                for (keys, what) in KEYS {
                    parts::strong(ui, *keys);
                    parts::text(ui, *what);
                    ui.end_row();
                }
            });
        ui.add_space(12.0);
        let mut stay = Stay::Open;
        super::buttons(ui, "keys", |ui| {
            let close = parts::button(ui, Weight::Plain, "Close");
            rest_on(ui, &close);
            if close.clicked() {
                stay = Stay::Close;
            }
        });
        stay
    })
}
