//! The table of groups, and the members of the one at the cursor.

use std::time::Instant;

use egui::{Align, RichText, ScrollArea, Sense, Ui, vec2};

use super::items::{self, Drawn, Pen, Words};
use crate::model::{FileState, GroupDetails, GroupRow, ItemId, ItemKind, size, text};
use crate::ui::command::Command;
use crate::ui::engine::Engine;
use crate::ui::groups::GroupColumn;
use crate::ui::item_list::OpenItem;
use crate::ui::parts;
use crate::ui::theme::{self, Tokens};
use crate::ui::widgets::table::CellPainter;
use crate::ui::workspace::Workspace;

const WORDS: Words = Words {
    table: "Groups",
    noun: "groups",
    none: "This project has no groups of files.",
    filter: "A group is found by its id.",
};

const MEMBER_ROW: f32 = 26.0;

/// Draws the groups, and the members of one beside them.
pub fn ui(ui: &mut Ui, engine: &Engine, workspace: &mut Workspace, send: &mut Vec<Command>) {
    members(ui, engine, workspace, send);
    let mut pen = Pen {
        tokens: Tokens::of(ui),
        zone: jiff::tz::TimeZone::system(),
        picture: &mut |_| None,
    };
    items::ui(ui, &mut workspace.groups, &WORDS, &mut pen, send);
}

impl Drawn for GroupRow {
    fn label(&self) -> String {
        format!(
            "{}, {}",
            self.id,
            size::counted(self.files, "file", "files")
        )
    }

    fn cell(&self, by: GroupColumn, pen: &mut Pen<'_>, cell: &mut CellPainter<'_>) {
        match by {
            GroupColumn::Id => cell.mono(self.id.as_str(), pen.tokens.text),
            GroupColumn::Files => cell.text(&size::count(self.files), pen.tokens.weak, Align::Max),
            GroupColumn::Created => pen.time(self.created, cell),
        }
    }
}

/// Asks for the members of the group at the cursor, once.
fn open_at_cursor(engine: &Engine, workspace: &mut Workspace) {
    let groups = &workspace.groups;
    let id = match groups.at_cursor() {
        Some(row) if !groups.selection.is_empty() => row.id.clone(),
        _ => return workspace.groups.open = None,
    };
    let Some(session) = workspace.session().cloned() else {
        return;
    };
    if workspace
        .groups
        .open
        .as_ref()
        .is_none_or(|open| open.id != id)
    {
        let asked: ItemId = id.clone();
        let answer = engine.ask(async move { session.service.group(&asked).await });
        workspace.groups.open = Some(OpenItem {
            id,
            since: Instant::now(),
            answer: Some(answer),
        });
    }
}

fn members(ui: &mut Ui, engine: &Engine, workspace: &mut Workspace, send: &mut Vec<Command>) {
    open_at_cursor(engine, workspace);
    let Some(open) = &workspace.groups.open else {
        return;
    };
    let tokens = Tokens::of(ui);
    parts::side(ui, "members", |ui| {
        ui.spacing_mut().item_spacing.y = 5.0;
        parts::strong(ui, "Members");
        ui.label(
            RichText::new(open.id.as_str())
                .font(theme::mono())
                .color(tokens.weak),
        );
        ui.add_space(4.0);
        match open.answer.as_ref().and_then(|answer| answer.ready()) {
            None => drop(parts::weak(ui, "Asking the service…")),
            Some(Err(error)) => drop(ui.label(RichText::new(&error.message).color(tokens.bad.ink))),
            Some(Ok(details)) => member_rows(ui, details),
        }
        ui.with_layout(egui::Layout::bottom_up(Align::Min), |ui| {
            if parts::button(ui, parts::Weight::Plain, "Copy id").clicked() {
                send.push(Command::Copy(open.id.to_string()));
            }
        });
    });
}

fn member_rows(ui: &mut Ui, details: &GroupDetails) {
    let tokens = Tokens::of(ui);
    let gone = details
        .members
        .iter()
        .filter(|member| is_gone(member.as_ref()))
        .count() as u64;
    let count = details.members.len() as u64;
    let mut words = format!("{} {}", size::count(count), ItemKind::File.noun(count));
    if gone > 0 {
        words.push_str(&format!(", {} removed", size::count(gone)));
    }
    parts::weak(ui, words);
    ui.add_space(4.0);
    ui.spacing_mut().item_spacing.y = 0.0;
    let height = (ui.available_height() - 44.0).max(80.0);
    ScrollArea::vertical()
        .max_height(height)
        .auto_shrink([false, true])
        .show_rows(ui, MEMBER_ROW, details.members.len(), |ui, range| {
            for member in &details.members[range] {
                let (rect, response) =
                    ui.allocate_exact_size(vec2(ui.available_width(), MEMBER_ROW), Sense::hover());
                let (name, note, ink) = match member {
                    Some(row) if row.state() == FileState::Removed => {
                        (row.name.as_str(), "removed".into(), tokens.faint)
                    }
                    Some(row) => (row.name.as_str(), size::bytes(row.size), tokens.text),
                    None => ("Removed for good", String::new(), tokens.faint),
                };
                let note_rect = ui.painter().text(
                    rect.right_center(),
                    egui::Align2::RIGHT_CENTER,
                    note,
                    theme::body(),
                    tokens.weak,
                );
                let room = note_rect.left() - rect.left() - 8.0;
                let shown =
                    parts::elide_middle(ui.painter(), &text::visible(name), &theme::body(), room);
                ui.painter().text(
                    rect.left_center(),
                    egui::Align2::LEFT_CENTER,
                    shown,
                    theme::body(),
                    ink,
                );
                response
                    .widget_info(|| egui::WidgetInfo::labeled(egui::Role::ListItem, true, name));
            }
        });
}

fn is_gone(member: Option<&crate::model::FileRow>) -> bool {
    member.is_none_or(|row| row.state() == FileState::Removed)
}
