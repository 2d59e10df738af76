//! The details pane: everything known of the file at the cursor, its picture, its raw JSON.

mod edit;
mod field;
mod versions;

use std::borrow::Cow;
use std::time::{Duration, Instant};

use egui::{
    Align, Color32, CornerRadius, Grid, Image, Label, Layout, Rect, RichText, ScrollArea, Sense,
    TextureHandle, Ui, Vec2, vec2,
};
use poll_promise::Promise;

use self::edit::Editor;
use self::versions::Versions;
use super::command::Command;
use super::engine::{Engine, Session};
use super::parts::{self, Icon, Weight};
use super::pictures::{Look, Pictures};
use super::theme::{self, Tokens};
use crate::model::{
    Editable, FieldRow, FileDetails, FileRow, FileState, ProfileId, Time, UNSTORED_LIFE_HOURS,
    size, text,
};
use crate::profile::Profile;
use crate::service::ServiceError;

/// A cursor that rests this long is worth a question.
const REST: Duration = Duration::from_millis(150);

/// Pixels asked for of the large picture.
pub const PICTURE: u32 = 640;

/// How the pane writes an instant.
const TO_SECOND: &str = "%Y-%m-%d %H:%M:%S";

/// Width of the column of names, at least.
const NAMES: f32 = 78.0;

/// Which part of the pane is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tab {
    #[default]
    Details,
    Metadata,
    Versions,
    Json,
}

/// The pane's state.
#[derive(Default)]
pub struct Details {
    tab: Tab,
    shown: Option<(FileRow, Instant)>,
    answer: Option<Promise<Result<FileDetails, ServiceError>>>,
    /// Whether there is nobody to ask.
    closed: bool,
    fields: Option<Promise<Result<Vec<FieldRow>, ServiceError>>>,
    editor: Editor,
    versions: Versions,
    /// Why the file is never deleted; `None` if it may be.
    pub(super) kept: Option<String>,
}

impl Details {
    /// Forgets what was asked, so that it is asked again.
    pub fn forget(&mut self) {
        (self.answer, self.fields) = (None, None);
        self.versions = Versions::default();
    }

    /// Draws the pane for a file.
    #[expect(
        clippy::too_many_arguments,
        reason = "the pane reads from many places and owns none"
    )]
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        engine: &Engine,
        profile: &Profile,
        session: Option<&Session>,
        row: &FileRow,
        pictures: &mut Pictures,
        send: &mut Vec<Command>,
    ) {
        self.ask(ui, engine, session, row);
        ui.spacing_mut().item_spacing.y = 6.0;
        if let Some(saved) = self.editor.take_saved() {
            self.answer = Some(Promise::from_ready(Ok(saved)));
        }
        picture(ui, engine, &profile.id, session, row, pictures);
        ui.add_space(6.0);
        let name = if row.name.is_empty() {
            row.id.as_str()
        } else {
            &row.name
        };
        ui.add(Label::new(RichText::new(text::visible(name)).font(theme::strong())).wrap())
            .on_hover_text("The file's name");
        if let Some(why) = &self.kept {
            let plain = Tokens::of(ui).plain;
            let words = format!("A delete leaves this file out: {why}.");
            parts::pill(ui, "Never deleted", plain).on_hover_text(text::visible(&words));
        }
        self.tabs(
            ui,
            session.is_some_and(|session| session.service.can().versions),
        );
        let height = (ui.available_height() - 48.0).max(60.0);
        ScrollArea::vertical()
            .max_height(height)
            .auto_shrink([false, false])
            .show(ui, |ui| match self.tab {
                Tab::Details => {
                    if let Some(problem) = &row.odd {
                        let tokens = Tokens::of(ui);
                        parts::notice_links(
                            ui,
                            Icon::Warning,
                            tokens.bad,
                            &text::visible(problem),
                            &[],
                        );
                        ui.add_space(6.0);
                    }
                    let states = session.is_none_or(|session| session.service.can().unstored);
                    let edited = session.filter(|session| self.editable(session).is_some());
                    if let Some(session) = edited {
                        self.take_editable(session, row);
                        self.editor.tags_ui(ui, engine, session);
                        ui.add_space(10.0);
                    }
                    self.facts(ui, row, states);
                    if let Some(session) = edited {
                        ui.add_space(10.0);
                        self.editor.description_ui(ui, engine, session);
                    }
                }
                Tab::Metadata => {
                    let fields = session.filter(|session| self.editable(session).is_some());
                    match fields {
                        Some(session) => self.fields_ui(ui, engine, session, row),
                        None => self.metadata(ui),
                    }
                }
                Tab::Versions => {
                    if let Some(session) = session {
                        let words = "This profile is read-only: nothing is deleted with it.";
                        let read_only = profile.read_only.then_some(words);
                        let versions = &mut self.versions;
                        if versions.ui(ui, engine, session, &row.id, read_only) {
                            self.answer = None;
                        }
                    }
                }
                Tab::Json => self.json(ui),
            });
        ui.with_layout(Layout::bottom_up(Align::Min), |ui| {
            ui.add_space(2.0);
            ui.horizontal(|ui| buttons(ui, session, row, self.tab, self.ready(), send));
        });
    }

    fn ready(&self) -> Option<&FileDetails> {
        self.answer.as_ref()?.ready()?.as_ref().ok()
    }

    /// What can be changed of the file, as it is now.
    fn take_editable(&mut self, session: &Session, row: &FileRow) {
        if let Some(editable) = self.editable(session) {
            self.editor.show(&row.id, &editable);
        }
    }

    /// The account's own fields, where the service has any.
    fn fields_ui(&mut self, ui: &mut Ui, engine: &Engine, session: &Session, row: &FileRow) {
        self.take_editable(session, row);
        let service = session.service.clone();
        let fields = self
            .fields
            .get_or_insert_with(|| engine.ask(async move { service.fields().await }));
        match fields.ready() {
            None => drop(parts::weak(ui, "Asking the service for the fields…")),
            Some(Err(error)) => {
                let ink = Tokens::of(ui).bad.ink;
                ui.add(Label::new(RichText::new(&error.message).color(ink)).wrap());
            }
            Some(Ok(fields)) => self.editor.fields_ui(ui, engine, session, fields),
        }
        ui.add_space(10.0);
    }

    fn editable(&self, session: &Session) -> Option<Editable> {
        let can = session.service.can().edit;
        self.ready().filter(|_| can)?.editable.clone()
    }

    fn ask(&mut self, ui: &Ui, engine: &Engine, session: Option<&Session>, row: &FileRow) {
        self.closed = session.is_none();
        if self.shown.as_ref().is_none_or(|(shown, _)| shown != row) {
            self.shown = Some((row.clone(), Instant::now()));
            self.answer = None;
        }
        let Some((_, since)) = &self.shown else {
            return;
        };
        if self.answer.is_some() || row.id.as_str().is_empty() {
            return;
        }
        let rested = since.elapsed();
        if rested < REST {
            ui.request_repaint_after(REST - rested);
            return;
        }
        if let Some(session) = session {
            let (service, id) = (session.service.clone(), row.id.clone());
            let promise = engine.ask(async move { service.details(&id).await });
            self.answer = Some(promise);
        }
    }

    fn tabs(&mut self, ui: &mut Ui, versions: bool) {
        if !versions && self.tab == Tab::Versions {
            self.tab = Tab::Details;
        }
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 16.0;
            for (tab, title) in [
                (Tab::Details, "Details"),
                (Tab::Metadata, "Metadata"),
                (Tab::Versions, "Versions"),
                (Tab::Json, "JSON"),
            ] {
                if tab == Tab::Versions && !versions {
                    continue;
                }
                let tokens = Tokens::of(ui);
                let on = self.tab == tab;
                let ink = if on { tokens.text } else { tokens.weak };
                let label = Label::new(RichText::new(title).color(ink).family(theme::medium()))
                    .selectable(false);
                let response = ui.add(label.sense(Sense::click()));
                response
                    .widget_info(|| egui::WidgetInfo::selected(egui::Role::Tab, true, on, title));
                if on {
                    let rect = response.rect;
                    let under = Rect::from_min_max(
                        rect.left_bottom() + vec2(0.0, 4.0),
                        rect.right_bottom() + vec2(0.0, 6.0),
                    );
                    ui.painter()
                        .rect_filled(under, CornerRadius::same(1), tokens.accent);
                }
                if response.clicked() {
                    self.tab = tab;
                }
            }
        });
        ui.add_space(8.0);
    }

    fn facts(&self, ui: &mut Ui, row: &FileRow, states: bool) {
        Grid::new("facts")
            .num_columns(2)
            .spacing([12.0, 7.0])
            .min_row_height(17.0)
            .min_col_width(NAMES)
            .show(ui, |ui| {
                let zone = jiff::tz::TimeZone::system();
                let details = self.ready();
                for (name, value) in own_facts(details.map_or(row, |details| &details.row), states)
                {
                    fact(ui, &name, &value);
                }
                for (name, value) in details
                    .map(|details| details.facts.as_slice())
                    .unwrap_or_default()
                    .iter()
                    .filter(|(_, value)| **value != *row.mime)
                    .filter(|(name, _)| !self.is_edited(name))
                {
                    fact(ui, name, &local(value, &zone));
                }
                id_fact(ui, row.id.as_str());
            });
        self.trouble(ui);
    }

    /// Whether a fact is shown where it can be changed.
    fn is_edited(&self, name: &str) -> bool {
        let can = self
            .ready()
            .is_some_and(|details| details.editable.is_some());
        can && matches!(name, "Tags" | "Description")
    }

    fn metadata(&self, ui: &mut Ui) {
        match self.ready() {
            Some(details) if details.metadata.is_empty() => {
                drop(parts::weak(ui, "This file has no metadata."))
            }
            Some(details) => {
                let keys = details.metadata.iter().map(|(key, _)| key.as_str());
                Grid::new("metadata")
                    .num_columns(2)
                    .spacing([12.0, 7.0])
                    .min_row_height(17.0)
                    .min_col_width(widest(ui, keys).clamp(NAMES, 2.0 * NAMES))
                    .show(ui, |ui| {
                        for (key, value) in &details.metadata {
                            fact(ui, key, value);
                        }
                    });
            }
            None => self.trouble(ui),
        }
    }

    fn json(&self, ui: &mut Ui) {
        match self.ready() {
            Some(details) => {
                ui.add(Label::new(RichText::new(&details.json).font(theme::mono())).wrap());
            }
            None => self.trouble(ui),
        }
    }

    fn trouble(&self, ui: &mut Ui) {
        let tokens = Tokens::of(ui);
        match self.answer.as_ref().map(Promise::ready) {
            Some(Some(Err(error))) => {
                ui.label(RichText::new(&error.message).color(tokens.bad.ink));
            }
            Some(Some(Ok(_))) => {}
            None if self.closed => drop(parts::weak(ui, "More is known once the profile is open.")),
            _ => drop(parts::weak(ui, "Asking the service…")),
        }
    }
}

/// What the listing says. Where every file is stored, its state is not worth a line.
fn own_facts(row: &FileRow, states: bool) -> Vec<(String, String)> {
    let zone = jiff::tz::TimeZone::system();
    let mut facts = Vec::new();
    if states {
        facts.push(("State".to_owned(), state_words(row, Time::now())));
    }
    facts.push((
        "Size".into(),
        format!(
            "{} ({} bytes)",
            size::bytes(row.size),
            size::count(row.size)
        ),
    ));
    if !row.mime.is_empty() {
        facts.push(("Type".into(), row.mime.to_string()));
    }
    let dates = [
        ("Uploaded", row.uploaded),
        ("Stored", row.stored.filter(|_| states)),
        ("Removed", row.removed),
    ];
    for (name, time) in dates {
        if let Some(time) = time {
            facts.push((name.into(), time.format(&zone, TO_SECOND)));
        }
    }
    facts
}

/// An instant in a service's answer as the pane writes all of them: in local time. Other words stay.
fn local<'a>(value: &'a str, zone: &jiff::tz::TimeZone) -> Cow<'a, str> {
    // A time without an offset is not ours to move: a camera's, say.
    let is_instant = value.as_bytes().get(10) == Some(&b'T') && value.ends_with('Z');
    match Time::parse(value).filter(|_| is_instant) {
        Some(time) => time.format(zone, TO_SECOND).into(),
        None => value.into(),
    }
}

/// `Unstored, 3 h left`: a state, and what it means now.
pub fn state_words(row: &FileRow, now: Time) -> String {
    let state = row.state();
    match (state, row.uploaded) {
        (FileState::Unstored, Some(uploaded)) => {
            format!(
                "{}, {} h left",
                state.title(),
                uploaded.hours_left(UNSTORED_LIFE_HOURS, now)
            )
        }
        _ => state.title().to_owned(),
    }
}

/// Width of the longest of these as captions.
fn widest<'a>(ui: &Ui, names: impl Iterator<Item = &'a str>) -> f32 {
    let width = |name: &str| {
        let name = text::visible(name).into_owned();
        let galley = ui
            .painter()
            .layout_no_wrap(name, theme::caption(), Color32::WHITE);
        galley.size().x.ceil()
    };
    names.map(width).fold(0.0, f32::max)
}

pub(super) fn fact(ui: &mut Ui, name: &str, value: &str) {
    fact_in(ui, name, RichText::new(text::visible(value)));
}

/// Height of a line of facts.
const LINE: f32 = 16.0;

/// The id, its figures all of one width.
pub(super) fn id_fact(ui: &mut Ui, id: &str) {
    let id = RichText::new(text::visible(id))
        .font(theme::mono())
        .line_height(Some(LINE));
    fact_in(ui, "Id", id);
}

fn fact_in(ui: &mut Ui, name: &str, value: RichText) {
    // Both at the top: a value of several lines must not push its name down.
    let top = Layout::top_down(Align::Min);
    ui.with_layout(top, |ui| parts::caption(ui, &text::visible(name)));
    ui.with_layout(top, |ui| ui.add(Label::new(value).wrap()));
    ui.end_row();
}

fn buttons(
    ui: &mut Ui,
    session: Option<&Session>,
    row: &FileRow,
    tab: Tab,
    details: Option<&FileDetails>,
    send: &mut Vec<Command>,
) {
    let url = session.and_then(|session| session.service.file_url(&row.id));
    let blocked = match (&url, row.removed) {
        (None, _) => Some("This file has no address."),
        (Some(_), Some(_)) => Some("The file is removed."),
        _ => None,
    };
    if parts::button_if(ui, Weight::Plain, "Copy URL", blocked).clicked()
        && let Some(url) = &url
    {
        send.push(Command::Copy(url.clone()));
    }
    if parts::button_if(ui, Weight::Plain, "Open", blocked).clicked()
        && let Some(url) = url
    {
        ui.ctx().open_url(egui::OpenUrl::new_tab(url));
    }
    if tab == Tab::Json {
        let blocked = details.is_none().then_some("The answer is not here yet.");
        if parts::button_if(ui, Weight::Plain, "Copy JSON", blocked).clicked()
            && let Some(details) = details
        {
            send.push(Command::Copy(details.json.clone()));
        }
    } else if parts::button(ui, Weight::Plain, "Copy id").clicked() {
        send.push(Command::Copy(row.id.to_string()));
    }
}

fn picture(
    ui: &mut Ui,
    engine: &Engine,
    profile: &ProfileId,
    session: Option<&Session>,
    row: &FileRow,
    pictures: &mut Pictures,
) {
    picture_frame(ui, |_| {
        let session = session.filter(|_| row.image && row.removed.is_none() && row.ready)?;
        let look = pictures.look(&row.id, PICTURE, |stop| {
            engine.picture(
                profile.clone(),
                session.service.clone(),
                row.id.clone(),
                PICTURE,
                stop,
            );
        });
        match look {
            Look::Ready(texture) => Some(texture.clone()),
            Look::StandIn => None,
        }
    });
}

/// The space of the large picture, with the picture or a stand-in in it.
pub(super) fn picture_frame(ui: &mut Ui, look: impl FnOnce(&Ui) -> Option<TextureHandle>) {
    let width = ui.available_width();
    let (rect, _) = ui.allocate_exact_size(Vec2::new(width, 188.0), Sense::hover());
    let tokens = Tokens::of(ui);
    let radius = CornerRadius::same(8);
    ui.painter().rect_filled(rect, radius, tokens.bg);
    if let Some(texture) = look(ui) {
        let fit = fit(texture.size_vec2(), rect);
        Image::new(&texture)
            .corner_radius(radius)
            .alt_text("Preview")
            .paint_at(ui, fit);
        return;
    }
    let icon = Rect::from_center_size(rect.center(), Vec2::splat(34.0));
    Icon::File.paint(ui.painter(), icon, tokens.faint);
}

/// The largest rectangle of the picture's shape inside `room`, never enlarged.
fn fit(size: Vec2, room: Rect) -> Rect {
    let scale = (room.width() / size.x).min(room.height() / size.y).min(1.0);
    Rect::from_center_size(room.center(), size * scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_in_one_form() {
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(2));
        let cases = [
            ("2026-11-22T03:49:59.880Z", "2026-11-22 05:49:59"),
            ("2026-10-31T13:36:42", "2026-10-31T13:36:42"),
            ("sale, summer", "sale, summer"),
            ("", ""),
        ];
        for (value, shown) in cases {
            assert_eq!(local(value, &zone), shown);
        }
    }
}
