//! The tree of folders in the sidebar. Only the lines in view are drawn.

use egui::{
    CornerRadius, CursorIcon, Rect, RichText, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2,
};

use super::menu_item;
use crate::model::{size, text::visible};
use crate::ui::command::{Command, FolderAct};
use crate::ui::folders::tree::Node;
use crate::ui::parts::{self, Icon};
use crate::ui::theme::{self, Tokens};
use crate::ui::workspace::Workspace;

const ROW: f32 = 26.0;
const STEP: f32 = 14.0;

/// Draws the tree in at most `room` of height.
pub fn ui(ui: &mut Ui, workspace: &Workspace, room: f32, send: &mut Vec<Command>) {
    let folders = &workspace.folders;
    if let Some(trouble) = &folders.trouble {
        ui.horizontal(|ui| {
            ui.add_space(30.0);
            let tokens = Tokens::of(ui);
            let words = RichText::new("Folders could not be listed").color(tokens.warn.ink);
            parts::text(ui, words).on_hover_text(trouble);
        });
    }
    let lines = folders.lines();
    if lines.is_empty() {
        return;
    }
    let height = (lines.len() as f32 * ROW).min(room.max(4.0 * ROW));
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical()
            .id_salt(("folders", &workspace.profile.id.0))
            .max_height(height)
            .min_scrolled_height(height)
            .auto_shrink([false, true])
            .show_rows(ui, ROW, lines.len(), |ui, range| {
                for &place in &lines[range] {
                    let node = &folders.tree.nodes()[place];
                    line(ui, workspace, node, node.end > place + 1, send);
                }
            });
    });
}

fn line(ui: &mut Ui, workspace: &Workspace, node: &Node, parent: bool, send: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let (rect, row) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let root = &*node.path == "/";
    let left = rect.left() + 30.0 + STEP * f32::from(node.depth);
    let id = ui.scope_id().with(("folder", &*node.path));
    let response = ui.interact(rect, id, Sense::click());
    let shown = workspace.files.folder.as_deref() == Some(&*node.path);
    if shown || response.hovered() || response.has_focus() {
        let ground = if shown {
            tokens.selection
        } else {
            tokens.hover
        };
        ui.painter()
            .rect_filled(rect, CornerRadius::same(6), ground);
    }
    let files = if root { node.own } else { node.all };
    words(ui, rect, left + 16.0, node, files, shown);
    response.widget_info(|| {
        let name = format!("Folder {}", node.path);
        WidgetInfo::selected(egui::Role::Button, true, shown, name)
    });
    if response.clicked() {
        let path = (!shown).then(|| node.path.clone());
        send.push(Command::ShowFolder(path));
    }
    drop(row);
    if parent && !root {
        fold(
            ui,
            rect,
            left,
            node,
            workspace.folders.is_open(&node.path),
            send,
        );
    }
    response
        .on_hover_cursor(CursorIcon::PointingHand)
        .context_menu(|ui| menu(ui, workspace, node, send));
}

fn words(ui: &Ui, rect: Rect, left: f32, node: &Node, files: u64, shown: bool) {
    let tokens = Tokens::of(ui);
    let note = size::count(files);
    let note = ui
        .painter()
        .layout_no_wrap(note, theme::body(), tokens.faint);
    let note_at = pos2(
        rect.right() - 10.0 - note.size().x,
        rect.center().y - note.size().y / 2.0,
    );
    ui.painter().galley(note_at, note, tokens.faint);
    let name = match node.name() {
        "/" => "Top level".into(),
        name => visible(name),
    };
    let room = (note_at.x - left - 8.0).max(20.0);
    let name = parts::elide_middle(ui.painter(), &name, &theme::body(), room);
    let ink = if shown { tokens.text } else { tokens.weak };
    let galley = ui.painter().layout_no_wrap(name, theme::body(), ink);
    let at = pos2(left, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, ink);
}

fn fold(ui: &Ui, rect: Rect, left: f32, node: &Node, open: bool, send: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let room = Rect::from_center_size(pos2(left + 5.0, rect.center().y), vec2(20.0, ROW));
    let id = ui.scope_id().with(("fold", &*node.path));
    let response = ui.interact(room, id, Sense::click());
    let ink = if response.hovered() || response.has_focus() {
        tokens.text
    } else {
        tokens.faint
    };
    let sign = Rect::from_center_size(room.center(), vec2(9.0, 9.0));
    let icon = if open { Icon::Open } else { Icon::Closed };
    icon.paint(ui.painter(), sign, ink);
    response.widget_info(|| {
        let verb = if open { "Fold" } else { "Unfold" };
        WidgetInfo::selected(
            egui::Role::DisclosureTriangle,
            true,
            open,
            format!("{verb} {}", node.path),
        )
    });
    if response.clicked() {
        send.push(Command::ToggleFolder(node.path.clone()));
    }
}

fn menu(ui: &mut Ui, workspace: &Workspace, node: &Node, send: &mut Vec<Command>) {
    ui.set_min_width(170.0);
    let path = &node.path;
    let acts = [
        FolderAct::New,
        FolderAct::Rename,
        FolderAct::Move,
        FolderAct::Copy,
    ];
    let acts = acts.map(|act| Command::Folder(act, path.clone()));
    for command in acts {
        menu_item(ui, workspace, command, send);
    }
    menu_item(ui, workspace, Command::DeleteFolder(path.clone()), send);
    ui.separator();
    if ui.button("Copy path").clicked() {
        send.push(Command::Copy(path.to_string()));
        ui.close();
    }
}
