//! The table of files: what is in each cell, and what a click or a key does.

use egui::{Align, Ui};

use crate::catalogue::query::short_type;
use crate::catalogue::{
    Arrangement, Catalogue, Column, Key, Modifiers, ProblemIndex, RowIx, RowRef, Selection,
};
use crate::model::{FileState, ItemId, ProfileId, Time, UNSTORED_LIFE_HOURS, Verb, size};
use crate::service::{self, Capabilities};
use crate::ui::command::{Command, Place};
use crate::ui::engine::{Engine, Session};
use crate::ui::files::{FileList, Progress};
use crate::ui::pictures::{Look, Pictures};
use crate::ui::theme::{self, Tokens};
use crate::ui::widgets::table::{
    CellPainter, Icon, RowStyle, Table, TableColumn, TableEvent, TableRows, TableState,
};
use crate::ui::workspace::{State, Workspace, shown_of};

/// Pixels asked for of a thumbnail: twice what is drawn, for dense screens.
const THUMBNAIL: u32 = 48;

/// Width of a column of times, and of one of days.
const WHOLE_TIME: f32 = 140.0;
const DAY: f32 = 100.0;
/// Width of states that tell their day.
const DATED: f32 = 160.0;
/// What names give up before times are cut to their day.
const GIVEN: f32 = 40.0;
/// Beside the columns: checkboxes and the scroll bar.
const BESIDE: f32 = 48.0;

/// The columns, in the order of [`Column::ALL`].
const COLUMNS: [TableColumn; 9] = [
    // Where room is short it gives up to a fifth of this, and then the table scrolls sideways.
    TableColumn::new("name", "Name", 256.0).always().grows(),
    TableColumn::new("path", "Path", 150.0),
    TableColumn::new("size", "Size", 86.0).right().gives(1),
    TableColumn::new("type", "Type", 62.0).gives(3),
    TableColumn::new("uploaded", "Uploaded", WHOLE_TIME).gives(2),
    TableColumn::new("state", "State", 142.0),
    TableColumn::new("stored", "Stored", 140.0).hidden(),
    TableColumn::new("id", "Id", 270.0).hidden(),
    TableColumn::new("problem", "Problem", 150.0).hidden(),
];

/// The width in which no column has to give way and names have room.
pub fn roomy(table: &TableState) -> f32 {
    const NAMES: f32 = 320.0;
    wanted(table) - COLUMNS[0].width + NAMES
}

/// The width of all columns that are shown, as they start or were set by hand.
fn wanted(table: &TableState) -> f32 {
    let columns = table.columns.iter().zip(&COLUMNS);
    let shown = columns.filter(|(column, _)| column.visible);
    let widths = shown.map(|(column, start)| match column.fixed {
        true => column.width,
        false => start.width,
    });
    widths.sum::<f32>() + BESIDE
}

/// A table's state at first.
pub fn table_state() -> TableState {
    TableState::new(&COLUMNS, theme::ROW)
}

/// Draws the rows of the view that is shown, or why there are none.
pub fn ui(ui: &mut Ui, engine: &Engine, workspace: &mut Workspace, send: &mut Vec<Command>) {
    if let Some((title, words, commands)) = nothing(workspace) {
        return super::empty::ui(ui, &title, &words, &commands, send);
    }
    let is_removed = workspace.place == Place::Removed;
    let (files, removed) = (&mut workspace.files, &mut workspace.removed);
    let Some(list) = shown_of(workspace.place, files, removed, &mut workspace.search) else {
        return;
    };
    let session = match &workspace.state {
        State::Open(session) => Some(session),
        _ => None,
    };
    let mut rows = Files {
        tokens: Tokens::of(ui),
        zone: jiff::tz::TimeZone::system(),
        now: Time::now(),
        engine,
        session,
        profile: &workspace.profile.id,
        removed: is_removed,
        catalogue: &workspace.catalogue,
        problems: &workspace.problem_rows,
        shown: &list.shown,
        selection: &list.selection,
        pictures: &mut workspace.pictures,
    };
    let sorted = Column::ALL
        .iter()
        .position(|column| *column == list.sort.first.column)
        .unwrap_or_default();
    let second = list.sort.second.and_then(|second| {
        let column = Column::ALL.iter().position(|c| *c == second.column)?;
        Some((column, second.descending))
    });
    widen(&mut list.table, ui.available_width(), is_removed);
    let output = Table::new(if is_removed { "Removed files" } else { "Files" }, &COLUMNS)
        .sorted(sorted, list.sort.first.descending)
        .then_sorted(second)
        .checkboxes(list.selection.coverage(&list.shown))
        .show(ui, &mut list.table, &theme::table(ui), &mut rows);
    super::take_idle_focus(ui, output.id);
    if std::mem::take(&mut list.enter) {
        ui.memory_mut(|memory| memory.request_focus(output.id));
        enter(list);
    }
    for event in output.events {
        take(list, event);
    }
    output.body.container_context_menu(|ui| {
        ui.set_min_width(150.0);
        for (n, commands) in menu_of(workspace).into_iter().enumerate() {
            if n > 0 {
                ui.separator();
            }
            for command in commands {
                super::menu_item(ui, workspace, command, send);
            }
        }
    });
}

/// The keyboard comes from the filter box to the first row; what is selected stays.
fn enter(list: &mut FileList) {
    let held = Modifiers {
        ctrl: !list.selection.is_empty(),
        ..Modifiers::default()
    };
    list.selection.key(&list.shown, Key::Home, held, 1);
    list.table.reveal(0);
}

/// The service's words and the paths get a part of a wide table, times their day alone in a narrow one,
/// unless a column's width was set by hand.
fn widen(table: &mut TableState, width: f32, removed: bool) {
    let over = width - wanted(table);
    let is_narrow = over < -GIVEN;
    for column in table.columns.iter_mut().filter(|column| !column.fixed) {
        match column.id {
            "problem" => column.width = (150.0 + over).clamp(150.0, 340.0),
            "state" if removed => column.width = DATED,
            "uploaded" => column.width = if is_narrow { DAY } else { WHOLE_TIME },
            "path" => column.width = (width * 0.18).clamp(150.0, 300.0),
            _ => {}
        }
    }
}

/// What can be done with the rows that are shown. Asked only while the menu is open: a keep list may be long.
fn menu_of(workspace: &Workspace) -> Vec<Vec<Command>> {
    let Some(list) = workspace.shown() else {
        return Vec::new();
    };
    let ids = workspace.profile.keep.ids.iter();
    let rows = ids.filter_map(|id| workspace.catalogue.find(id.as_str()));
    let kept = rows.filter(|row| list.selection.contains(*row)).count();
    let can = service::capabilities(workspace.profile.service);
    let removed = workspace.place == Place::Removed;
    menu(removed, list.selection.len(), kept, can)
}

/// What can be done with the rows, in parts: with the selection, with the files, and what destroys them. `kept`
/// of the selected ones are on the keep list.
fn menu(removed: bool, selected: usize, kept: usize, can: &Capabilities) -> Vec<Vec<Command>> {
    if selected == 0 {
        return vec![vec![Command::Refresh]];
    }
    let verbs: &[Verb] = if removed {
        &[Verb::Restore]
    } else {
        &[
            Verb::Store,
            Verb::AddTags,
            Verb::Move,
            Verb::Copy,
            Verb::Rename,
            Verb::Purge,
            Verb::Delete,
        ]
    };
    let selection = vec![Command::CopyUrls, Command::CopyIds, Command::SelectNone];
    let mut keep = Vec::new();
    if !removed {
        keep.extend((kept < selected).then_some(Command::Keep(true)));
        keep.extend((kept > 0).then_some(Command::Keep(false)));
    }
    let verbs = verbs.iter().filter(|verb| can.verbs.contains(verb));
    let (destroys, changes): (Vec<_>, Vec<_>) = verbs.partition(|verb| verb.destroys());
    let plans = |verbs: Vec<&Verb>| verbs.into_iter().map(|verb| Command::Plan(*verb)).collect();
    let mut parts = vec![selection, plans(changes), keep, plans(destroys)];
    parts.retain(|part| !part.is_empty());
    parts
}

fn take(list: &mut FileList, event: TableEvent) {
    let shown = &list.shown;
    match event {
        TableEvent::Click { place, held } => list.selection.click(shown, place, held),
        TableEvent::Checkbox { place, held } => list.selection.click_checkbox(shown, place, held),
        TableEvent::ToggleAll => list.selection.toggle_all(shown),
        TableEvent::DragFrom { place, held } => list.selection.drag_from(shown, place, held),
        TableEvent::DragTo { place } => list.selection.drag_to(shown, place),
        TableEvent::DragEnd => list.selection.drag_end(),
        TableEvent::Context { place, .. } => {
            let selected = shown
                .row(place)
                .is_some_and(|row| list.selection.contains(row));
            if !selected {
                list.selection.click(shown, place, Default::default());
            }
        }
        TableEvent::Sort { column, add } => {
            if let Some(column) = Column::ALL.get(column) {
                list.sort = list.sort.clicked(*column, add);
            }
        }
        TableEvent::Key { key, held } => {
            list.selection.key(shown, key, held, list.table.page_rows());
            if let Some(place) = list.selection.place_of_cursor(shown) {
                list.table.reveal(place);
            }
        }
        TableEvent::DoubleClick { .. } | TableEvent::Blank { .. } | TableEvent::Enter => {}
    }
}

/// Why there is no row to show, and what to do about it.
fn nothing(workspace: &Workspace) -> Option<(String, String, Vec<Command>)> {
    let list = workspace.shown()?;
    if !list.shown.is_empty() {
        return None;
    }
    let some = |title: &str, words: &str, commands: Vec<Command>| {
        Some((title.to_owned(), words.to_owned(), commands))
    };
    let filtered = list.is_filtered();
    if workspace
        .search
        .as_ref()
        .is_some_and(|search| search.sent.is_some())
    {
        return match &list.progress {
            Progress::Failed(_) => some(
                "The service could not search for this",
                "Its words stand under the box. The help beside it lists the fields.",
                Vec::new(),
            ),
            Progress::Loaded(_) => some(
                "The service found nothing",
                "Try another expression, or go back to all files.",
                vec![Command::SearchServer(false)],
            ),
            _ => some("Searching…", "The service is looking.", Vec::new()),
        };
    }
    match &list.progress {
        Progress::Failed(error) => some(
            "The files could not be listed",
            error,
            vec![Command::Refresh],
        ),
        Progress::Cached => some(
            "Reading the kept list…",
            "It is checked against the service next.",
            Vec::new(),
        ),
        Progress::New | Progress::Loading => {
            some("Loading…", "The first page is on its way.", Vec::new())
        }
        Progress::Loaded(_)
            if list.len(&workspace.catalogue) == 0 && workspace.place == Place::Removed =>
        {
            some(
                "Nothing was removed",
                "Files that you delete are listed here and can be restored.",
                Vec::new(),
            )
        }
        Progress::Loaded(_) if list.len(&workspace.catalogue) == 0 => some(
            "This project has no files",
            "Files that are uploaded show up here after a refresh.",
            vec![Command::Refresh],
        ),
        Progress::Loaded(_) if workspace.is_looking() => some(
            "Looking into the groups…",
            "Which files are in the groups of the filter is not known yet.",
            Vec::new(),
        ),
        Progress::Loaded(_) if filtered => some(
            "No file matches the filter",
            if list.folder.is_some() {
                "Try fewer words, another state, or include subfolders."
            } else if list.typed.is_all() {
                "Choose another state above, or all of them."
            } else {
                "Try fewer words. The ? in the box shows what can be typed."
            },
            vec![Command::ClearFilter],
        ),
        Progress::Loaded(_) => None,
    }
}

struct Files<'a> {
    tokens: &'static Tokens,
    zone: jiff::tz::TimeZone,
    now: Time,
    engine: &'a Engine,
    /// `None` while the rows are only those from disk.
    session: Option<&'a Session>,
    profile: &'a ProfileId,
    /// Whether these are the removed files: each tells when it went.
    removed: bool,
    catalogue: &'a Catalogue,
    problems: &'a ProblemIndex,
    shown: &'a Arrangement,
    selection: &'a Selection,
    pictures: &'a mut Pictures,
}

impl<'a> Files<'a> {
    fn ix(&self, place: usize) -> RowIx {
        self.shown.order[place]
    }

    fn row(&self, place: usize) -> RowRef<'a> {
        self.catalogue.row(self.ix(place))
    }

    fn name(&mut self, row: &RowRef<'_>, cell: &mut CellPainter<'_>) {
        let tokens = self.tokens;
        self.picture(row, cell);
        match (row.name(), row.odd()) {
            ("", Some(odd)) => cell.warning(odd, tokens.bad.ink),
            ("", None) => cell.name(&row.id(), tokens.weak),
            (name, _) => cell.name(name, tokens.text),
        }
    }

    fn picture(&mut self, row: &RowRef<'_>, cell: &mut CellPainter<'_>) {
        let tokens = self.tokens;
        if let Some(session) = self.session
            && row.is_image()
            && matches!(row.state(), FileState::Stored | FileState::Unstored)
        {
            let id = ItemId::new(row.id().into_owned());
            let (engine, profile) = (self.engine, self.profile);
            let look = self.pictures.look(&id, THUMBNAIL, |stop| {
                engine.picture(
                    profile.clone(),
                    session.service.clone(),
                    id.clone(),
                    THUMBNAIL,
                    stop,
                );
            });
            if let Look::Ready(texture) = look {
                return cell.thumbnail(texture.id(), texture.size_vec2());
            }
        }
        cell.icon(icon_of(row.mime()), tokens.faint, tokens.plain.tint);
    }

    fn state(&self, row: &RowRef<'_>, cell: &mut CellPainter<'_>) {
        let tokens = self.tokens;
        let state = row.state();
        let pair = match state {
            FileState::Stored => tokens.ok,
            FileState::Unstored => tokens.warn,
            FileState::Processing | FileState::Removed => tokens.plain,
        };
        if let Some(removed) = row.removed().filter(|_| self.removed) {
            let words = format!("{} {}", state.title(), removed.to_day(&self.zone));
            return cell.pill(&words, pair.ink, pair.tint);
        }
        match (state, row.uploaded()) {
            (FileState::Unstored, Some(uploaded)) => {
                let left = uploaded.hours_left(UNSTORED_LIFE_HOURS, self.now);
                cell.pill(&format!("Unstored · {left} h left"), pair.ink, pair.tint);
            }
            _ => cell.pill(state.title(), pair.ink, pair.tint),
        }
    }

    fn time(&self, time: Option<Time>, cell: &mut CellPainter<'_>) {
        let whole = cell.rect().width() >= WHOLE_TIME - 25.0;
        let words = time
            .map(|time| match whole {
                true => time.to_minute(&self.zone),
                false => time.to_day(&self.zone),
            })
            .unwrap_or_default();
        cell.text(&words, self.tokens.weak, Align::Min);
    }
}

impl TableRows for Files<'_> {
    fn row_count(&self) -> usize {
        self.shown.len()
    }

    fn row_key(&self, place: usize) -> u64 {
        self.ix(place).into()
    }

    fn row_label(&self, place: usize) -> String {
        let row = self.row(place);
        let name = if row.name().is_empty() {
            row.id()
        } else {
            row.name().into()
        };
        match self.problems.get(self.ix(place)) {
            Some(words) => format!("{name}, problem: {words}"),
            None => name.into_owned(),
        }
    }

    fn row_style(&self, place: usize) -> RowStyle {
        let ix = self.ix(place);
        RowStyle {
            selected: self.selection.contains(ix),
            problem: self.problems.get(ix).is_some(),
            cursor: self.selection.cursor() == Some(ix),
            fixed: !self.row(place).is_selectable(),
        }
    }

    fn cell(&mut self, place: usize, column: usize, cell: &mut CellPainter<'_>) {
        let row = self.row(place);
        let tokens = self.tokens;
        match Column::ALL[column] {
            Column::Name => self.name(&row, cell),
            Column::Size => cell.text(&size::bytes(row.size()), tokens.weak, Align::Max),
            Column::Type => cell.text(short_type(row.mime()), tokens.weak, Align::Min),
            Column::Uploaded => self.time(row.uploaded(), cell),
            Column::State => self.state(&row, cell),
            Column::Stored => self.time(row.stored(), cell),
            Column::Id => cell.mono(&row.id(), tokens.weak),
            Column::Path => cell.name(row.folder(), tokens.weak),
            Column::Problem => {
                if let Some(words) = self.problems.get(self.ix(place)) {
                    cell.warning(words, tokens.bad.ink);
                }
            }
        }
    }
}

fn icon_of(mime: &str) -> Icon {
    match mime.split('/').next() {
        Some("image") => Icon::Picture,
        Some("video" | "audio") => Icon::Play,
        Some("text") => Icon::Page,
        _ if mime == "application/pdf" => Icon::Page,
        _ => Icon::Blank,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_follow_the_catalogue() {
        for (column, table) in Column::ALL.iter().zip(&COLUMNS) {
            assert_eq!((column.key(), column.title()), (table.id, table.title));
        }
    }
}
