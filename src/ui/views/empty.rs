//! What stands where rows would: why there are none, and what to do next.

use egui::{RichText, Ui};

use crate::ui::command::Command;
use crate::ui::parts::{self, Weight};
use crate::ui::theme::{self, Tokens};

/// A title, a sentence, and the commands that help.
pub fn ui(ui: &mut Ui, title: &str, words: &str, commands: &[Command], send: &mut Vec<Command>) {
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.32).max(24.0));
        let tokens = Tokens::of(ui);
        ui.label(RichText::new(title).font(theme::project()));
        ui.add_space(6.0);
        ui.scope(|ui| {
            ui.set_max_width(440.0);
            ui.label(RichText::new(words).color(tokens.weak));
        });
        ui.add_space(14.0);
        for (n, command) in commands.iter().enumerate() {
            let weight = if n == 0 {
                Weight::Primary
            } else {
                Weight::Plain
            };
            if parts::button(ui, weight, &command.title()).clicked() {
                send.push(command.clone());
            }
        }
    });
}
