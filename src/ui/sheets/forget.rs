//! Forgetting a profile: the list entry and the key in the keyring go, the service keeps everything.

use egui::{Context, RichText};

use super::keyboard::rest_on;
use super::{Stay, show};
use crate::profile::Profile;
use crate::ui::parts::{self, Weight};
use crate::ui::theme;

/// Shows the question; `true` once it was answered with yes.
pub fn ui(ctx: &Context, profile: &Profile) -> (Stay, bool) {
    let mut yes = false;
    let name = "Forget profile";
    let stay = show(
        ctx,
        name,
        460.0,
        Some(crate::ui::color(profile.colour)),
        |ui| {
            ui.label(RichText::new(format!("Forget {}?", profile.name)).font(theme::title()));
            parts::weak(
                ui,
                "The profile leaves the list and its secret key leaves the keyring. Nothing changes at the \
             service. The history keeps its jobs.",
            );
            ui.add_space(12.0);
            let mut stay = Stay::Open;
            super::buttons(ui, "forget", |ui| {
                let keep = parts::button(ui, Weight::Plain, "Keep");
                rest_on(ui, &keep);
                if keep.clicked() {
                    stay = Stay::Close;
                }
                if parts::button(ui, Weight::Danger, "Forget").clicked() {
                    yes = true;
                    stay = Stay::Close;
                }
            });
            stay
        },
    );
    (stay, yes)
}
