//! The parts of the window, one file each. They draw and send commands; they change nothing else.

pub mod bars;
pub mod cached;
pub mod empty;
pub mod files;
pub mod groups;
pub mod header;
pub mod history;
pub mod items;
pub mod sidebar;
pub mod things;

/// Gives the table the keyboard when nothing else has it and no sheet or menu is open.
fn take_idle_focus(ui: &egui::Ui, table: egui::Id) {
    let idle = ui.memory(|memory| memory.focused().is_none() && memory.top_modal_layer().is_none());
    if idle && !ui.ctx().any_popup_open() {
        ui.memory_mut(|memory| memory.request_focus(table));
    }
}
