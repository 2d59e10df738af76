//! The table of groups, and the members of the one at the cursor.

use egui::{Align, Frame, Margin, Panel, RichText, ScrollArea, Sense, Ui, vec2};

use crate::catalogue::{Key, Modifiers};
use crate::model::{FileState, GroupDetails, ItemKind, size, text};
use crate::ui::command::Command;
use crate::ui::engine::Engine;
use crate::ui::files::Progress;
use crate::ui::groups::{GroupColumn, GroupList};
use crate::ui::parts;
use crate::ui::theme::{self, Tokens};
use crate::ui::widgets::table::{
    CellPainter, RowStyle, Table, TableColumn, TableEvent, TableRows, TableState,
};
use crate::ui::workspace::Workspace;

const COLUMNS: [TableColumn; 3] = [
    TableColumn::new("id", "Group", 330.0).always().grows(),
    TableColumn::new("files", "Files", 86.0).right(),
    TableColumn::new("created", "Made", 150.0),
];

const BY: [GroupColumn; 3] = [GroupColumn::Id, GroupColumn::Files, GroupColumn::Created];

const MEMBER_ROW: f32 = 26.0;

/// A table's state at first.
pub fn table_state() -> TableState {
    TableState::new(&COLUMNS, theme::ROW)
}

/// Draws the groups, and the members of one beside them.
pub fn ui(ui: &mut Ui, engine: &Engine, workspace: &mut Workspace, send: &mut Vec<Command>) {
    if let Some((title, words)) = nothing(&workspace.groups) {
        let commands = if workspace.groups.is_new() {
            vec![]
        } else {
            vec![Command::Refresh]
        };
        return super::empty::ui(ui, title, &words, &commands, send);
    }
    members(ui, engine, workspace, send);
    let groups = &mut workspace.groups;
    let mut table = std::mem::replace(&mut groups.table, table_state());
    let mut rows = Groups {
        tokens: Tokens::of(ui),
        zone: jiff::tz::TimeZone::system(),
        groups,
    };
    let sorted = BY
        .iter()
        .position(|column| *column == rows.groups.sort.0)
        .unwrap_or_default();
    let output = Table::new("Groups", &COLUMNS)
        .sorted(sorted, rows.groups.sort.1)
        .checkboxes(rows.groups.selection.coverage(&rows.groups.shown))
        .show(ui, &mut table, &theme::table(ui), &mut rows);
    super::take_idle_focus(ui, output.id);
    for event in output.events {
        take(groups, &mut table, event);
    }
    groups.table = table;
}

fn nothing(groups: &GroupList) -> Option<(&'static str, String)> {
    if !groups.shown.is_empty() {
        return None;
    }
    Some(match &groups.progress {
        Progress::Failed(error) => ("The groups could not be listed", error.clone()),
        Progress::New | Progress::Cached | Progress::Loading => {
            ("Loading…", "The first page is on its way.".into())
        }
        Progress::Loaded(_) if groups.is_empty() => {
            ("No groups", "This project has no groups of files.".into())
        }
        Progress::Loaded(_) => (
            "No group matches the filter",
            "A group is found by its id.".into(),
        ),
    })
}

fn take(groups: &mut GroupList, table: &mut TableState, event: TableEvent) {
    let shown = &groups.shown;
    match event {
        TableEvent::Click { place, held } => groups.selection.click(shown, place, held),
        TableEvent::Checkbox { place, held } => groups.selection.click_checkbox(shown, place, held),
        TableEvent::ToggleAll => groups.selection.toggle_all(shown),
        TableEvent::Sort { column, .. } => {
            let (by, descending) = groups.sort;
            groups.sort = (
                BY[column],
                if by == BY[column] {
                    !descending
                } else {
                    column != 0
                },
            );
            groups.arrange();
        }
        TableEvent::Key { key, held } => {
            groups.selection.key(shown, key, held, table.page_rows());
            if let Some(place) = groups.selection.place_of_cursor(shown) {
                table.reveal(place);
            }
        }
        TableEvent::Context { place, .. } => {
            groups.selection.click(shown, place, Modifiers::default());
        }
        TableEvent::DoubleClick { .. } | TableEvent::Blank { .. } | TableEvent::Enter => {}
    }
    // Escape selects nothing; the pane of members goes with it.
    if matches!(
        event,
        TableEvent::Key {
            key: Key::Escape,
            ..
        }
    ) {
        groups.open = None;
    }
}

struct Groups<'a> {
    tokens: &'static Tokens,
    zone: jiff::tz::TimeZone,
    groups: &'a GroupList,
}

impl TableRows for Groups<'_> {
    fn row_count(&self) -> usize {
        self.groups.shown.len()
    }

    fn row_key(&self, place: usize) -> u64 {
        self.groups.shown.order[place].into()
    }

    fn row_label(&self, place: usize) -> String {
        let row = self.groups.row(self.groups.shown.order[place]);
        format!("{}, {}", row.id, size::counted(row.files, "file", "files"))
    }

    fn row_style(&self, place: usize) -> RowStyle {
        let row = self.groups.shown.order[place];
        RowStyle {
            selected: self.groups.selection.contains(row),
            cursor: self.groups.selection.cursor() == Some(row),
            ..RowStyle::default()
        }
    }

    fn cell(&mut self, place: usize, column: usize, cell: &mut CellPainter<'_>) {
        let row = self.groups.row(self.groups.shown.order[place]);
        match BY[column] {
            GroupColumn::Id => cell.mono(row.id.as_str(), self.tokens.text),
            GroupColumn::Files => cell.text(&size::count(row.files), self.tokens.weak, Align::Max),
            GroupColumn::Created => {
                let made = row
                    .created
                    .map(|time| time.to_minute(&self.zone))
                    .unwrap_or_default();
                cell.text(&made, self.tokens.weak, Align::Min);
            }
        }
    }
}

fn members(ui: &mut Ui, engine: &Engine, workspace: &mut Workspace, send: &mut Vec<Command>) {
    let cursor = workspace.groups.selection.cursor();
    let id = cursor.map(|row| workspace.groups.row(row).id.clone());
    if let Some(id) = id
        && workspace
            .groups
            .open
            .as_ref()
            .is_none_or(|open| open.id != id)
    {
        workspace.open_group(engine, id);
    }
    let Some(open) = &workspace.groups.open else {
        return;
    };
    let tokens = Tokens::of(ui);
    let frame = Frame::new().fill(tokens.panel).inner_margin(Margin {
        left: 16,
        right: 16,
        top: 14,
        bottom: 12,
    });
    Panel::right("members")
        .exact_size(theme::DETAILS)
        .resizable(false)
        .frame(frame)
        .show(ui, |ui| {
            parts::strong(ui, "Members");
            ui.label(
                RichText::new(open.id.as_str())
                    .font(theme::mono())
                    .color(tokens.weak),
            );
            ui.add_space(4.0);
            match open.answer.ready() {
                None => drop(parts::weak(ui, "Asking the service…")),
                Some(Err(error)) => {
                    drop(ui.label(RichText::new(&error.message).color(tokens.bad.ink)))
                }
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
