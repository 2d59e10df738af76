//! The parts of the window, one file each. They draw and send commands; they change nothing else.

pub mod bars;
pub mod cached;
pub mod changes;
pub mod empty;
pub mod files;
pub mod filter;
pub mod folders;
pub mod groups;
pub mod header;
pub mod history;
pub mod items;
pub mod overview;
pub mod search;
pub mod sidebar;
pub mod things;

use super::command::Command;
use super::workspace::Workspace;

/// A command in a menu; one that cannot be done now says why on hover.
fn menu_item(ui: &mut egui::Ui, workspace: &Workspace, command: Command, send: &mut Vec<Command>) {
    let blocked = workspace.why_not_do(&command);
    let response = ui.add_enabled(blocked.is_none(), egui::Button::new(command.title()));
    if response.clicked() {
        send.push(command);
        ui.close();
    }
    if let Some(reason) = blocked {
        response.on_disabled_hover_text(reason);
    }
}

/// Gives the table the keyboard when nothing else has it and no sheet or menu is open.
fn take_idle_focus(ui: &egui::Ui, table: egui::Id) {
    let idle = ui.memory(|memory| memory.focused().is_none() && memory.top_modal_layer().is_none());
    if idle && !egui::Popup::is_any_open(ui.ctx()) {
        ui.memory_mut(|memory| memory.request_focus(table));
    }
}
