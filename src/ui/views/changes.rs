//! What the service is doing to folders: a line each, until it is closed.

use egui::{RichText, Sense, Ui, vec2};

use crate::ui::command::Command;
use crate::ui::folders::{Change, ChangeState};
use crate::ui::parts::{self, Icon};
use crate::ui::theme::{self, Tokens};

/// Draws one change: what is done on the left, where it stands on the right.
pub fn left(ui: &mut Ui, change: &Change) {
    let tokens = Tokens::of(ui);
    let (icon, ink) = match &change.state {
        ChangeState::Sending | ChangeState::Pending => (Icon::Refresh, tokens.weak),
        ChangeState::Completed => (Icon::Check, tokens.ok.ink),
        ChangeState::Partial(_) => (Icon::Warning, tokens.warn.ink),
        ChangeState::Failed(_) => (Icon::Warning, tokens.bad.ink),
    };
    let (rect, _) = ui.allocate_exact_size(vec2(16.0, 16.0), Sense::hover());
    icon.paint(ui.painter(), rect, ink);
    ui.add_space(2.0);
    parts::text(ui, RichText::new(&change.words).font(theme::strong()));
    if let ChangeState::Partial(words) | ChangeState::Failed(words) = &change.state {
        ui.add(egui::Label::new(RichText::new(words).color(ink)).truncate());
    }
}

/// Where the change stands, and the cross that closes it.
pub fn right(ui: &mut Ui, n: usize, change: &Change, send: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let (words, pair) = match &change.state {
        ChangeState::Sending | ChangeState::Pending => ("Pending", tokens.plain),
        ChangeState::Completed => ("Completed", tokens.ok),
        ChangeState::Partial(_) => ("Partial", tokens.warn),
        ChangeState::Failed(_) => ("Not done", tokens.bad),
    };
    parts::pill(ui, words, pair);
    if !change.is_open() && parts::icon_button(ui, Icon::Close, "Dismiss").clicked() {
        send.push(Command::CloseChange(n));
    }
}
