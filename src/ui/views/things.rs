//! The table of renders or of templates, and what is known of the one at the cursor.

use std::time::{Duration, Instant};

use egui::{Align, Grid, Label, Layout, RichText, ScrollArea, Ui};

use super::items::{self, Drawn, Pen, Words};
use crate::model::{ItemKind, ThingDetails, ThingRow, text};
use crate::ui::command::Command;
use crate::ui::details::{PICTURE, fact, id_fact, picture_frame};
use crate::ui::engine::Engine;
use crate::ui::item_list::{Items as _, OpenItem};
use crate::ui::parts::{self, Weight};
use crate::ui::pictures::Look;
use crate::ui::theme::{self, Ink, Tokens};
use crate::ui::things::{ThingColumn, Things};
use crate::ui::widgets::table::{CellPainter, Icon, TableState};
use crate::ui::workspace::{State, Workspace};

/// Pixels asked for of a thumbnail: twice what is drawn, for dense screens.
const THUMBNAIL: u32 = 48;

/// A cursor that rests this long is worth a question.
const REST: Duration = Duration::from_millis(150);

const RENDERS: Words = Words {
    table: "Renders",
    noun: "renders",
    none: "What is rendered from this account's templates shows up here after a refresh.",
    filter: "A render is found by its name, template, format, status and id.",
};

const TEMPLATES: Words = Words {
    table: "Templates",
    noun: "templates",
    none: "Templates of this account show up here after a refresh.",
    filter: "A template is found by its name and id.",
};

/// Draws the rows.
pub fn ui(
    ui: &mut Ui,
    engine: &Engine,
    workspace: &mut Workspace,
    kind: ItemKind,
    send: &mut Vec<Command>,
) {
    let profile = workspace.profile.id.clone();
    let Some(session) = workspace.session().cloned() else {
        return;
    };
    let blocked = workspace
        .place
        .verb()
        .and_then(|verb| workspace.why_not(verb));
    let verb = workspace.place.verb();
    let Some(Things { list, pictures }) = workspace.things_mut(kind) else {
        return;
    };
    let mut picture = |id: &crate::model::ItemId| {
        let look = pictures.look(id, THUMBNAIL, |stop| {
            let service = session.service.clone();
            engine.thing_picture(
                profile.clone(),
                service,
                (kind, id.clone()),
                THUMBNAIL,
                stop,
            );
        });
        match look {
            Look::Ready(texture) => Some((texture.id(), texture.size_vec2())),
            Look::StandIn => None,
        }
    };
    widen_templates(&mut list.table, ui.available_width());
    let mut pen = Pen {
        tokens: Tokens::of(ui),
        zone: jiff::tz::TimeZone::system(),
        picture: &mut picture,
    };
    let words = match kind {
        ItemKind::Template => &TEMPLATES,
        _ => &RENDERS,
    };
    let Some(output) = items::ui(ui, list, words, &mut pen, send) else {
        return;
    };
    let mut commands = vec![Command::Refresh];
    if list.selected().0 > 0 {
        commands = vec![Command::CopyIds, Command::SelectNone];
        if !list.selected_urls().is_empty() {
            commands.insert(0, Command::CopyUrls);
        }
        commands.extend(verb.map(Command::Plan));
    }
    output.body.container_context_menu(|ui| {
        for command in commands {
            let plans = matches!(command, Command::Plan(_));
            let reason = blocked.as_ref().filter(|_| plans);
            let button = egui::Button::new(command.title());
            let response = ui.add_enabled(reason.is_none(), button);
            if response.clicked() {
                send.push(command);
                ui.close();
            }
            if let Some(reason) = reason {
                response.on_disabled_hover_text(reason);
            }
        }
    });
}

/// Names of templates get a part of what there is, unless the column's width was set by hand.
fn widen_templates(table: &mut TableState, width: f32) {
    let mut columns = table.columns.iter_mut();
    let column = columns.find(|column| column.id == "template");
    if let Some(column) = column.filter(|column| !column.fixed) {
        column.width = (width * 0.18).clamp(108.0, 260.0);
    }
}

impl Drawn for ThingRow {
    fn label(&self) -> String {
        match self.template.as_str() {
            template if template.is_empty() || template == self.name => {
                ThingRow::label(self).into()
            }
            template => format!("{}, {template}", ThingRow::label(self)),
        }
    }

    fn cell(&self, by: ThingColumn, pen: &mut Pen<'_>, cell: &mut CellPainter<'_>) {
        let tokens = pen.tokens;
        match by {
            ThingColumn::Name => name(self, pen, cell),
            ThingColumn::Template => cell.text(&self.template, tokens.weak, Align::Min),
            ThingColumn::Format => cell.text(&self.format, tokens.weak, Align::Min),
            ThingColumn::Size => cell.text(&self.size(), tokens.weak, Align::Max),
            ThingColumn::Status => status(&self.status, tokens, cell),
            ThingColumn::Created => pen.time(self.created, cell),
            ThingColumn::Id => cell.mono(self.id.as_str(), tokens.weak),
        }
    }
}

fn name(row: &ThingRow, pen: &mut Pen<'_>, cell: &mut CellPainter<'_>) {
    let tokens = pen.tokens;
    let known = if row.image {
        (pen.picture)(&row.id)
    } else {
        None
    };
    match (known, row.format.as_str()) {
        (Some((texture, size)), _) => cell.thumbnail(texture, size),
        (None, "pdf") => cell.icon(Icon::Page, tokens.faint, tokens.hover),
        (None, "mp4") => cell.icon(Icon::Play, tokens.faint, tokens.hover),
        (None, _) => cell.icon(Icon::Picture, tokens.faint, tokens.hover),
    }
    match (row.name.as_str(), &row.odd) {
        ("", Some(odd)) => cell.warning(odd, tokens.bad.ink),
        ("", None) => cell.name(row.id.as_str(), tokens.weak),
        (name, _) => cell.name(name, tokens.text),
    }
}

/// Only what is not the rule stands out.
fn status(status: &str, tokens: &Tokens, cell: &mut CellPainter<'_>) {
    let pill = |cell: &mut CellPainter<'_>, ink: Ink| cell.pill(status, ink.ink, ink.tint);
    match status {
        "completed" => cell.text(status, tokens.weak, Align::Min),
        "failed" => pill(cell, tokens.bad),
        "" => {}
        _ => pill(cell, tokens.warn),
    }
}

/// Draws the pane beside the table: the picture and all that is known of the thing at the cursor.
pub fn pane(
    ui: &mut Ui,
    engine: &Engine,
    workspace: &mut Workspace,
    kind: ItemKind,
    send: &mut Vec<Command>,
) {
    let tokens = Tokens::of(ui);
    parts::side(ui, "details", |ui| {
        ask(ui, engine, workspace, kind);
        let things = workspace.things(kind);
        let row = things.and_then(|things| things.list.at_cursor()).cloned();
        let Some(row) = row else {
            ui.centered_and_justified(|ui| {
                let words = format!("Select a {} to see its details", kind.noun(1));
                parts::text(ui, RichText::new(words).color(tokens.faint));
            });
            return;
        };
        known(ui, engine, workspace, kind, &row, send);
    });
}

/// Asks the service for what is at the cursor, once the cursor rests.
fn ask(ui: &Ui, engine: &Engine, workspace: &mut Workspace, kind: ItemKind) {
    let State::Open(session) = &workspace.state else {
        return;
    };
    let service = session.service.clone();
    let Some(Things { list, .. }) = workspace.things_mut(kind) else {
        return;
    };
    let Some(id) = list.at_cursor().map(|row| row.id.clone()) else {
        list.open = None;
        return;
    };
    if list.open.as_ref().is_none_or(|open| open.id != id) {
        list.open = Some(OpenItem {
            id: id.clone(),
            since: Instant::now(),
            answer: None,
        });
    }
    let Some(open) = list.open.as_mut() else {
        return;
    };
    if open.answer.is_some() || id.as_str().is_empty() {
        return;
    }
    let rested = open.since.elapsed();
    if rested < REST {
        ui.request_repaint_after(REST - rested);
        return;
    }
    open.answer = Some(engine.ask(async move { service.thing(kind, &id).await }));
}

fn known(
    ui: &mut Ui,
    engine: &Engine,
    workspace: &mut Workspace,
    kind: ItemKind,
    row: &ThingRow,
    send: &mut Vec<Command>,
) {
    ui.spacing_mut().item_spacing.y = 6.0;
    large_picture(ui, engine, workspace, kind, row);
    ui.add_space(6.0);
    let name = text::visible(ThingRow::label(row));
    ui.add(Label::new(RichText::new(name).font(theme::strong())).wrap());
    let Some(things) = workspace.things(kind) else {
        return;
    };
    let problem = things
        .list
        .problem(row)
        .map(|problem| problem.words.clone());
    let open = things.list.open.as_ref();
    let answer = open.and_then(|open| open.answer.as_ref()?.ready());
    let details = answer.and_then(|answer| answer.as_ref().ok());
    let height = (ui.available_height() - 48.0).max(60.0);
    ScrollArea::vertical()
        .max_height(height)
        .auto_shrink([false, false])
        .show(ui, |ui| {
            facts(ui, row, details, problem);
            match answer {
                None => drop(parts::weak(ui, "Asking the service…")),
                Some(Err(error)) => {
                    let ink = Tokens::of(ui).bad.ink;
                    ui.label(RichText::new(&error.message).color(ink));
                }
                Some(Ok(details)) => json(ui, details, send),
            }
        });
    ui.with_layout(Layout::bottom_up(Align::Min), |ui| {
        ui.add_space(2.0);
        ui.horizontal(|ui| buttons(ui, row, send));
    });
}

fn facts(ui: &mut Ui, row: &ThingRow, details: Option<&ThingDetails>, problem: Option<String>) {
    let zone = jiff::tz::TimeZone::system();
    let row = details.map_or(row, |details| &details.row);
    let made = row
        .created
        .map(|time| time.format(&zone, "%Y-%m-%d %H:%M:%S"));
    let own = [
        ("Template", row.template.clone()),
        ("Format", row.format.clone()),
        ("Pixels", row.size()),
        ("Status", row.status.clone()),
        ("Made", made.unwrap_or_default()),
    ];
    let trouble = problem.or_else(|| row.odd.clone()).unwrap_or_default();
    Grid::new("facts")
        .num_columns(2)
        .spacing([12.0, 7.0])
        .min_row_height(17.0)
        .min_col_width(78.0)
        .show(ui, |ui| {
            for (name, value) in own.iter().filter(|(_, value)| !value.is_empty()) {
                fact(ui, name, value);
            }
            for (name, value) in details.map_or(&[][..], |details| &details.facts) {
                fact(ui, name, value);
            }
            if !trouble.is_empty() {
                fact(ui, "Problem", &trouble);
            }
            id_fact(ui, row.id.as_str());
        });
}

/// The service's answer, to be opened and copied.
fn json(ui: &mut Ui, details: &ThingDetails, send: &mut Vec<Command>) {
    ui.add_space(8.0);
    egui::CollapsingHeader::new("JSON")
        .id_salt("thing json")
        .show(ui, |ui| {
            if parts::link(ui, "Copy JSON").clicked() {
                send.push(Command::Copy(details.json.clone()));
            }
            ui.add(Label::new(RichText::new(&details.json).font(theme::mono())).wrap());
        });
}

fn buttons(ui: &mut Ui, row: &ThingRow, send: &mut Vec<Command>) {
    if let Some(url) = &row.url {
        if parts::button(ui, Weight::Plain, "Copy URL").clicked() {
            send.push(Command::Copy(url.clone()));
        }
        if parts::button(ui, Weight::Plain, "Open").clicked() {
            ui.ctx().open_url(egui::OpenUrl::new_tab(url));
        }
    }
    if parts::button(ui, Weight::Plain, "Copy id").clicked() {
        send.push(Command::Copy(row.id.to_string()));
    }
}

fn large_picture(
    ui: &mut Ui,
    engine: &Engine,
    workspace: &mut Workspace,
    kind: ItemKind,
    row: &ThingRow,
) {
    let profile = workspace.profile.id.clone();
    let session = workspace.session().cloned();
    let (Some(session), Some(things)) = (session, workspace.things_mut(kind)) else {
        return;
    };
    picture_frame(ui, |_| {
        if !row.image {
            return None;
        }
        let look = things.pictures.look(&row.id, PICTURE, |stop| {
            let asked = (kind, row.id.clone());
            engine.thing_picture(profile, session.service, asked, PICTURE, stop);
        });
        match look {
            Look::Ready(texture) => Some(texture.clone()),
            Look::StandIn => None,
        }
    });
}
