//! The sidebar: profiles, and the places of the one that is open.

use egui::{
    Align, Color32, CornerRadius, CursorIcon, FontId, Layout, Rect, Response, RichText, Sense, Ui,
    UiBuilder, WidgetInfo, pos2, vec2,
};

use crate::model::{Usage, size};
use crate::ui::command::{Command, Place};
use crate::ui::files::Progress;
use crate::ui::item_list::Items;
use crate::ui::parts::{self, Icon};
use crate::ui::saved::SavedFilter;
use crate::ui::theme::{self, Tokens};
use crate::ui::workspace::Workspace;

const ROW: f32 = 30.0;
/// Saved filters stand under their title.
const SAVED_INDENT: f32 = 10.0;

/// One profile's line.
pub struct Line<'a> {
    /// The profile and what is known of it.
    pub workspace: &'a Workspace,
    /// Whether it is the one that is open.
    pub current: bool,
}

/// Draws the sidebar.
pub fn ui(
    ui: &mut Ui,
    lines: &[Line<'_>],
    saved: &[SavedFilter],
    unfinished: usize,
    send: &mut Vec<Command>,
) {
    ui.spacing_mut().item_spacing = vec2(0.0, 2.0);
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        ui.add_space(10.0);
        parts::text(
            ui,
            RichText::new("Tallyman").font(FontId::new(15.0, theme::semibold())),
        );
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(6.0);
            menu(ui, lines, send);
        });
    });
    ui.add_space(14.0);
    section(ui, "Profiles");
    for (n, line) in lines.iter().enumerate() {
        profile(ui, n, line, unfinished, lines.len() - n - 1, send);
    }
    if let Some(line) = lines.iter().find(|line| line.current) {
        filters(ui, line.workspace, saved, send);
    }
    footer(ui, send);
}

fn menu(ui: &mut Ui, lines: &[Line<'_>], send: &mut Vec<Command>) {
    let button = parts::icon_button(ui, Icon::More, "Menu");
    egui::Popup::menu(&button).show(|ui| {
        ui.set_min_width(190.0);
        if let Some(line) = lines.iter().find(|line| line.current) {
            let id = &line.workspace.profile.id;
            let own = [
                Command::EditProfile(id.clone()),
                Command::EditKeep(id.clone()),
                Command::ForgetProfile(id.clone()),
            ];
            for command in own {
                if ui.button(command.title()).clicked() {
                    send.push(command);
                    ui.close();
                }
            }
            ui.separator();
        }
        for command in [Command::ToggleDetails, Command::NextTheme, Command::Keys] {
            let title = match command {
                Command::NextTheme => theme_title(ui),
                _ => command.title(),
            };
            if ui.button(title).clicked() {
                send.push(command);
                ui.close();
            }
        }
    });
}

fn theme_title(ui: &Ui) -> String {
    let next = match ui.ctx().options(|options| options.theme_preference) {
        egui::ThemePreference::System => "Light",
        egui::ThemePreference::Light => "Dark",
        egui::ThemePreference::Dark => "As the system",
    };
    format!("Theme: {next}")
}

fn section(ui: &mut Ui, title: &str) {
    ui.horizontal(|ui| {
        ui.add_space(10.0);
        let faint = Tokens::of(ui).faint;
        parts::text(ui, RichText::new(title).font(theme::pill()).color(faint));
    });
    ui.add_space(2.0);
}

fn profile(
    ui: &mut Ui,
    n: usize,
    line: &Line<'_>,
    unfinished: usize,
    after: usize,
    send: &mut Vec<Command>,
) {
    let workspace = line.workspace;
    let profile = &workspace.profile;
    let count = match &workspace.running {
        Some(running) => format!("{} %", running.percent()),
        None if workspace.files.is_new() => profile.service.title().to_owned(),
        None => size::count(workspace.catalogue.len() as u64),
    };
    let lit = line.current.then(|| Tokens::of(ui).selection);
    let item = Item {
        indent: 30.0,
        name: &profile.name,
        note: &count,
        note_ink: None,
        ground: lit,
        strong: true,
    };
    let response = item.ui(ui);
    let center = pos2(response.rect.left() + 14.0, response.rect.center().y);
    ui.painter()
        .circle_filled(center, 4.5, crate::ui::color(profile.colour));
    if response.clicked() {
        send.push(Command::SwitchTo(n));
    }
    response.context_menu(|ui| {
        for command in [
            Command::EditProfile(profile.id.clone()),
            Command::EditKeep(profile.id.clone()),
            Command::ForgetProfile(profile.id.clone()),
        ] {
            if ui.button(command.title()).clicked() {
                send.push(command);
                ui.close();
            }
        }
    });
    if line.current {
        places(ui, workspace, unfinished, after, send);
    }
}

fn places(
    ui: &mut Ui,
    workspace: &Workspace,
    unfinished: usize,
    after: usize,
    send: &mut Vec<Command>,
) {
    let tokens = Tokens::of(ui);
    for place in workspace.places() {
        let known = |new: bool, count: u64| {
            if new {
                String::new()
            } else {
                size::count(count)
            }
        };
        let of_items = |items: &dyn Items| {
            let new = matches!(items.progress(), Progress::New);
            known(new, items.len() as u64)
        };
        let note = match place {
            Place::Files | Place::Overview => String::new(),
            Place::Groups => of_items(&workspace.groups),
            Place::Renders => of_items(&workspace.renders.list),
            Place::Templates => of_items(&workspace.templates.list),
            Place::Removed => known(
                workspace.removed.is_new(),
                workspace.removed.len(&workspace.catalogue),
            ),
            Place::History if unfinished > 0 => format!("{unfinished} to continue"),
            Place::History => String::new(),
        };
        let here = workspace.place == place;
        let item = Item {
            indent: 30.0,
            name: workspace.title_of(place),
            note: &note,
            note_ink: (place == Place::History).then_some(tokens.warn.ink),
            ground: here.then_some(tokens.selection),
            strong: here,
        };
        if item.ui(ui).clicked() {
            send.push(Command::Go(place));
        }
        if place == Place::Files && workspace.can().folders {
            // What stands below keeps its room: other places, other profiles, the foot.
            let rows = (workspace.places().count() - 1 + after) as f32;
            let foot = ui.max_rect().bottom() - 2.0 * ROW - 8.0;
            let used = workspace.usage.shown().map_or(0.0, |_| USAGE);
            let room = foot - ui.cursor().top() - rows * (ROW + 2.0) - used;
            super::folders::ui(ui, workspace, room, send);
        }
    }
    if let Some(usage) = workspace.usage.shown() {
        usage_ui(ui, usage);
    }
}

/// Room that is kept for what is used, with what parts it from its neighbours.
const USAGE: f32 = 74.0;

/// How much of the plan is used: a thin bar, the figures, and as of when.
fn usage_ui(ui: &mut Ui, usage: &Usage) {
    let tokens = Tokens::of(ui);
    let zone = jiff::tz::TimeZone::system();
    let as_of = format!("as of {}", usage.at.format(&zone, "%H:%M"));
    let more = match usage.plan_words() {
        plan if plan.is_empty() => as_of,
        plan => format!("{plan} · {as_of}"),
    };
    // Without a bound there is no bar.
    let bar = if usage.share().is_some() { 7.0 } else { 0.0 };
    ui.add_space(10.0);
    let size = vec2(ui.available_width(), 55.0 + bar);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let inner = Rect::from_min_max(
        pos2(rect.left() + 30.0, rect.top()),
        pos2(rect.right() - 10.0, rect.bottom()),
    );
    let line = |top: f32, text: &str, ink: Color32| {
        let text = crate::model::text::visible(text);
        let text = parts::elide_middle(ui.painter(), &text, &theme::caption(), inner.width());
        let (at, font) = (pos2(inner.left(), inner.top() + top), theme::caption());
        ui.painter()
            .text(at, egui::Align2::LEFT_TOP, text, font, ink);
    };
    line(0.0, &capital(usage.what), tokens.weak);
    line(18.0 + bar, &usage.figures(), tokens.weak);
    line(36.0 + bar, &more, tokens.faint);
    if let Some(share) = usage.share() {
        let at = pos2(inner.right(), inner.top());
        let percent = format!("{:.0} %", share * 100.0);
        let font = theme::caption();
        ui.painter()
            .text(at, egui::Align2::RIGHT_TOP, percent, font, tokens.weak);
        let track = Rect::from_min_size(inner.min + vec2(0.0, 18.0), vec2(inner.width(), 3.0));
        let used = Rect::from_min_size(track.min, vec2(track.width() * share as f32, 3.0));
        let radius = CornerRadius::same(2);
        ui.painter().rect_filled(track, radius, tokens.line);
        ui.painter().rect_filled(used, radius, tokens.weak);
    }
    let label = format!("{}, {more}", usage.words());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, &label));
    response.on_hover_text(match usage.stored {
        Some(_) => "As the account tells it, for days in UTC. It tells no bound.",
        None => "As the account tells it. It says nothing of storage.",
    });
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

/// The filters that were saved, and what each finds among the files that exist.
fn filters(ui: &mut Ui, workspace: &Workspace, saved: &[SavedFilter], send: &mut Vec<Command>) {
    if saved.is_empty() {
        return;
    }
    ui.add_space(14.0);
    section(ui, "Saved filters");
    let room = ui.available_height() - 2.0 * ROW;
    egui::ScrollArea::vertical()
        .id_salt("saved filters")
        .max_height(room.max(ROW))
        .show(ui, |ui| {
            for (n, filter) in saved.iter().enumerate() {
                saved_filter(ui, workspace, n, filter, send);
            }
        });
}

fn saved_filter(
    ui: &mut Ui,
    workspace: &Workspace,
    n: usize,
    filter: &SavedFilter,
    send: &mut Vec<Command>,
) {
    let tokens = Tokens::of(ui);
    let sum = workspace.watch.sum(&filter.text);
    let files = sum.map_or(String::new(), |sum| size::count(sum.files));
    let whole = match sum {
        Some(sum) if sum.files > 0 => format!("{files} · {}", size::bytes(sum.bytes)),
        _ => files.clone(),
    };
    // The name comes first: bytes stand beside it only where there is room for both.
    let room = ui.available_width() - SAVED_INDENT - 18.0;
    let wide = |words: &str| {
        let galley = ui
            .painter()
            .layout_no_wrap(words.to_owned(), theme::body(), tokens.weak);
        galley.size().x
    };
    let fits = wide(&filter.name) + wide(&whole) <= room;
    let note = if fits { &whole } else { &files };
    let here = workspace.place == Place::Files && workspace.files.text == filter.text;
    let item = Item {
        indent: SAVED_INDENT,
        name: &filter.name,
        note,
        note_ink: None,
        ground: here.then_some(tokens.selection),
        strong: here,
    };
    let told = match whole.as_str() {
        "" => filter.text.clone(),
        whole => format!("{}\n{whole}", filter.text),
    };
    let response = item.ui(ui).on_hover_text(told);
    if response.clicked() {
        send.push(Command::UseFilter(n));
    }
    response.context_menu(|ui| {
        for command in [Command::RenameFilter(n), Command::RemoveFilter(n)] {
            if ui.button(command.title()).clicked() {
                send.push(command);
                ui.close();
            }
        }
    });
}

fn footer(ui: &mut Ui, send: &mut Vec<Command>) {
    let rect = Rect::from_min_max(
        pos2(ui.max_rect().left(), ui.max_rect().bottom() - ROW - 12.0),
        pos2(ui.max_rect().right(), ui.max_rect().bottom() - 12.0),
    );
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        let item = Item {
            indent: 30.0,
            name: "Add profile",
            note: "",
            note_ink: None,
            ground: None,
            strong: false,
        };
        let response = item.ui(ui);
        let icon = Rect::from_center_size(
            pos2(response.rect.left() + 15.0, response.rect.center().y),
            vec2(11.0, 11.0),
        );
        Icon::Plus.paint(ui.painter(), icon, Tokens::of(ui).weak);
        if response.clicked() {
            send.push(Command::AddProfile);
        }
    });
}

struct Item<'a> {
    indent: f32,
    name: &'a str,
    note: &'a str,
    note_ink: Option<Color32>,
    ground: Option<Color32>,
    strong: bool,
}

impl Item<'_> {
    fn ui(&self, ui: &mut Ui) -> Response {
        let tokens = Tokens::of(ui);
        let (rect, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
        let ground = self
            .ground
            .or((response.hovered() || response.has_focus()).then_some(tokens.hover));
        if let Some(ground) = ground {
            ui.painter()
                .rect_filled(rect, CornerRadius::same(6), ground);
        }
        parts::row_ring(ui, &response, rect, 6);
        let note = ui.painter().layout_no_wrap(
            self.note.to_owned(),
            theme::body(),
            self.note_ink.unwrap_or(tokens.weak),
        );
        let note_at = pos2(
            rect.right() - 10.0 - note.size().x,
            rect.center().y - note.size().y / 2.0,
        );
        ui.painter().galley(note_at, note.clone(), tokens.weak);
        let ink = if self.strong {
            tokens.text
        } else {
            tokens.weak
        };
        let font = if self.strong {
            FontId::new(13.0, theme::medium())
        } else {
            theme::body()
        };
        let room = note_at.x - rect.left() - self.indent - 8.0;
        let name = parts::elide_middle(
            ui.painter(),
            &crate::model::text::visible(self.name),
            &font,
            room,
        );
        let galley = ui.painter().layout_no_wrap(name, font, ink);
        let at = pos2(
            rect.left() + self.indent,
            rect.center().y - galley.size().y / 2.0,
        );
        ui.painter().galley(at, galley, ink);
        response.widget_info(|| {
            WidgetInfo::selected(egui::Role::Button, true, self.ground.is_some(), self.name)
        });
        response.on_hover_cursor(CursorIcon::PointingHand)
    }
}
