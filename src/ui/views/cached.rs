//! What stands over rows that could not be checked: as of when they are, why, and what to do.

use egui::{Frame, Margin, Ui};

use crate::ui::cached;
use crate::ui::command::Command;
use crate::ui::parts::{self, Icon};
use crate::ui::theme::Tokens;
use crate::ui::workspace::{State, Workspace};

/// Draws the words, where there are any.
pub fn ui(ui: &mut Ui, workspace: &Workspace, send: &mut Vec<Command>) {
    let Some(words) = cached::trouble(workspace) else {
        return;
    };
    let closed = matches!(workspace.state, State::Failed(_));
    let again = if closed {
        Command::Reopen
    } else {
        Command::Refresh
    };
    let mut offers = vec![("Try again", again)];
    if closed {
        let edit = Command::EditProfile(workspace.profile.id.clone());
        offers.push(("Edit profile", edit));
    }
    let links: Vec<&str> = offers.iter().map(|(words, _)| *words).collect();
    Frame::new()
        .inner_margin(Margin {
            left: 12,
            right: 12,
            top: 10,
            bottom: 10,
        })
        .show(ui, |ui| {
            let warn = Tokens::of(ui).warn;
            if let Some(n) = parts::notice_links(ui, Icon::Warning, warn, &words, &links) {
                send.push(offers.swap_remove(n).1);
            }
        });
}
