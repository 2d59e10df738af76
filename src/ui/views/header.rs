//! The header over the rows: whose project, how much of it is loaded, what is filtered.

use egui::{
    Align, Color32, CornerRadius, Frame, Id, Layout, Margin, RichText, Sense, Stroke, StrokeKind,
    Ui, WidgetInfo, vec2,
};

use crate::catalogue::Catalogue;
use crate::model::{FileState, ServiceKind, size, text};
use crate::ui::cached;
use crate::ui::command::{Command, Place};
use crate::ui::files::{FileList, Progress};
use crate::ui::parts::{self, Icon};
use crate::ui::tags;
use crate::ui::theme::{self, Tokens};
use crate::ui::workspace::{State, Workspace};

/// The id of the filter field, for the command that puts the cursor there.
pub fn filter_id() -> Id {
    Id::unique("filter")
}

/// Draws the header.
pub fn ui(ui: &mut Ui, workspace: &mut Workspace, send: &mut Vec<Command>) {
    Frame::new()
        .inner_margin(Margin {
            left: 16,
            right: 16,
            top: 10,
            bottom: 10,
        })
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 8.0;
            title(ui, workspace, send);
            match workspace.place {
                Place::Files if workspace.search.is_some() => {
                    super::search::ui(ui, workspace, send);
                }
                Place::Files | Place::Removed => {
                    filters(ui, workspace, send);
                    folder_chip(ui, workspace, send);
                }
                Place::Groups | Place::Renders | Place::Templates => {
                    item_filter(ui, workspace, send)
                }
                Place::Overview | Place::History => {}
            }
        });
}

fn title(ui: &mut Ui, workspace: &Workspace, send: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let tags = tags_of(ui, workspace);
    let whole = status(workspace);
    let name = text::visible(account(workspace));
    let width = |words: &str, font| {
        let galley = ui
            .painter()
            .layout_no_wrap(words.to_owned(), font, tokens.text);
        galley.size().x
    };
    let tagged: f32 = tags
        .iter()
        .map(|(tag, _)| width(tag, theme::pill()) + TAG)
        .sum();
    let room = ui.available_width() - tagged - REFRESH;
    // The status gives way first, down to its first words; then the name is cut.
    let beside = room - width(&name, theme::project());
    let shown = fitting(&whole, |words| width(words, theme::body()) <= beside);
    let rest = room - width(&shown, theme::body());
    let name = parts::elide_middle(ui.painter(), &name, &theme::project(), rest);
    egui::Sides::new().height(28.0).shrink_left().show(
        ui,
        |ui| {
            ui.label(RichText::new(name).font(theme::project()));
            ui.add_space(2.0);
            for (tag, ink) in &tags {
                parts::tag(ui, tag, *ink);
            }
        },
        |ui| {
            if parts::icon_button(ui, Icon::Refresh, "Refresh").clicked() {
                send.push(Command::Refresh);
            }
            let said = parts::text(ui, RichText::new(&shown).color(tokens.weak));
            if shown != whole {
                said.on_hover_text(whole);
            }
        },
    );
}

/// Room of a tag beside its words, and of the button at the right with what parts it from both ends.
const TAG: f32 = 26.0;
const REFRESH: f32 = 26.0 + 40.0;

/// The project's name as the service tells it.
fn account(workspace: &Workspace) -> &str {
    let profile = &workspace.profile;
    match workspace.session() {
        Some(session) => session.account.label(),
        None => profile
            .account
            .as_ref()
            .map_or(profile.name.as_str(), |account| account.label()),
    }
}

fn tags_of(ui: &Ui, workspace: &Workspace) -> Vec<(&'static str, Color32)> {
    let (profile, weak) = (&workspace.profile, Tokens::of(ui).weak);
    let color = crate::ui::readable(profile.colour, ui.visuals().dark_mode);
    let mut tags = vec![(service_name(profile.service), weak)];
    tags.extend(profile.protected.then_some(("Protected", color)));
    tags.extend(profile.read_only.then_some(("Read-only", color)));
    match workspace.place {
        Place::Removed => tags.push(("Removed files", weak)),
        Place::Files => {}
        place => tags.push((place.title(), weak)),
    }
    tags
}

/// As many of the words as fit: first what stands between the first and the last goes, then the last.
fn fitting(whole: &str, fits: impl Fn(&str) -> bool) -> String {
    let parts: Vec<&str> = whole.split(" · ").collect();
    let (first, last) = (parts[0], parts[parts.len() - 1]);
    let both = format!("{first} · {last}");
    let mut shorter = vec![whole];
    shorter.extend((parts.len() > 2).then_some(both.as_str()));
    let found = shorter.into_iter().find(|words| fits(words));
    found.unwrap_or(first).to_owned()
}

fn service_name(service: ServiceKind) -> &'static str {
    service.title()
}

/// How much is loaded of how much, and as of when.
pub fn status(workspace: &Workspace) -> String {
    let checking = !matches!(workspace.state, State::Closed | State::Failed(_));
    if let Some(list) = workspace.shown()
        && list.unchecked().is_some()
    {
        return file_status(list, &workspace.catalogue, checking);
    }
    match (&workspace.state, workspace.place) {
        (State::Opening, _) => "Opening…".into(),
        (State::Closed | State::Failed(_), _) => String::new(),
        (State::Open(_), Place::Groups | Place::Renders | Place::Templates) => {
            item_status(workspace)
        }
        (State::Open(_), Place::Overview) => {
            whole_status(&workspace.files, &workspace.catalogue, checking)
        }
        (State::Open(_), Place::Files) => {
            let list = workspace.shown().unwrap_or(&workspace.files);
            file_status(list, &workspace.catalogue, checking)
        }
        (State::Open(_), Place::Removed) => {
            file_status(&workspace.removed, &workspace.catalogue, checking)
        }
        (State::Open(_), Place::History) => String::new(),
    }
}

fn item_status(workspace: &Workspace) -> String {
    let noun = noun_of(workspace.place);
    let Some(items) = workspace.items() else {
        return String::new();
    };
    let all = items.len() as u64;
    if items.is_filtered() && !matches!(items.progress(), Progress::Loading) {
        let shown = size::count(items.shown_len() as u64);
        return format!("{shown} of {} {noun} match", size::count(all));
    }
    status_of(items.progress(), all, items.total(), noun, None)
}

fn noun_of(place: Place) -> &'static str {
    place.verb().map_or("", |verb| verb.kind().noun(2))
}

fn file_status(list: &FileList, catalogue: &Catalogue, checking: bool) -> String {
    let unchecked = list
        .unchecked()
        .map(|at| cached::unchecked_words(list, at, checking));
    if list.is_filtered() && (unchecked.is_some() || !list.is_loading()) {
        let (shown, whole) = (list.shown.sum(), list.sum(catalogue));
        let all = size::counted(whole.files, "file", "files");
        let matches = match list.typed.wrong_in(&list.text) {
            Some(_) => by_last_right(list.typed.good(), &size::count(shown.files), &all),
            None if shown.files == 0 => format!("0 of {all} match"),
            None => format!(
                "{} of {all} match · {}",
                size::count(shown.files),
                size::bytes(shown.bytes)
            ),
        };
        return match unchecked {
            Some(words) => format!("{matches} · {words}"),
            None => matches,
        };
    }
    if list.is_loaded() && unchecked.is_none() && list.typed.wrong_in(&list.text).is_some() {
        let all = size::counted(list.sum(catalogue).files, "file", "files");
        return format!("All {all} shown, not what is typed");
    }
    whole_status(list, catalogue, checking)
}

/// While what is typed is no filter, the count is that of the last right one, and says so.
fn by_last_right(good: &str, shown: &str, all: &str) -> String {
    const LONGEST: usize = 28;
    let good = text::visible(good.trim());
    let cut: String = good.chars().take(LONGEST).collect();
    let cut = match good.chars().count() > LONGEST {
        true => format!("{cut}…"),
        false => cut,
    };
    match cut.as_str() {
        "" => format!("{shown} of {all} shown, not what is typed"),
        good => format!("{shown} of {all} match “{good}”, not what is typed"),
    }
}

/// Of all files, whatever is filtered.
fn whole_status(list: &FileList, catalogue: &Catalogue, checking: bool) -> String {
    let unchecked = list
        .unchecked()
        .map(|at| cached::unchecked_words(list, at, checking));
    let sum = list.sum(catalogue);
    if let Some(words) = unchecked {
        let files = size::counted(sum.files, "file", "files");
        return format!("{files} · {} · {words}", size::bytes(sum.bytes));
    }
    let loaded = if list.is_loading() {
        list.loaded
    } else {
        sum.files
    };
    status_of(&list.progress, loaded, list.total, "files", Some(sum.bytes))
}

fn status_of(
    progress: &Progress,
    loaded: u64,
    total: Option<i64>,
    noun: &str,
    bytes: Option<u64>,
) -> String {
    let bytes = bytes
        .map(|bytes| format!(" · {}", size::bytes(bytes)))
        .unwrap_or_default();
    match progress {
        Progress::New | Progress::Cached => String::new(),
        Progress::Loading => match total
            .and_then(|total| u64::try_from(total).ok())
            .filter(|total| *total >= loaded)
        {
            Some(total) => format!(
                "{} of about {} {noun}{bytes} · loading…",
                size::count(loaded),
                size::count(total)
            ),
            None => format!("{} {noun}{bytes} · loading…", size::count(loaded)),
        },
        Progress::Loaded(at) => {
            let as_of = cached::as_of(*at);
            format!("{} {noun}{bytes} · {as_of}", size::count(loaded))
        }
        Progress::Failed(_) => format!("{} {noun}{bytes} · not all", size::count(loaded)),
    }
}

fn filters(ui: &mut Ui, workspace: &mut Workspace, send: &mut Vec<Command>) {
    let removed = workspace.place == Place::Removed;
    let unstored = workspace.can().unstored;
    let segments = segments_of(workspace, removed, unstored);
    let server = workspace.can().search;
    let seen = workspace.watch.seen();
    let groups = workspace.group_words();
    let Some(list) = workspace.shown_mut() else {
        return;
    };
    let row = vec2(ui.available_width(), theme::FIELD + 2.0);
    ui.allocate_ui_with_layout(row, Layout::right_to_left(Align::Center), |ui| {
        if segments.len() > 1 {
            let on = |segment: &Segment| {
                list.only_problems == segment.problems
                    && (segment.problems || list.state == segment.state)
            };
            let brief = segments_width(ui, &segments) + BOX > ui.available_width();
            match draw_segments(ui, egui::Role::RadioButton, &segments, brief, on) {
                Some(segment) if segment.problems => send.push(Command::ShowProblems(true)),
                Some(segment) => {
                    list.only_problems = false;
                    list.state = segment.state;
                }
                None => {}
            }
        }
        ui.add_space(2.0);
        let room = ui.available_size();
        ui.allocate_ui_with_layout(room, Layout::left_to_right(Align::Center), |ui| {
            if server && !removed {
                super::search::mode(ui, false, send);
            }
            let width = ui.available_width();
            super::filter::ui(ui, list, &seen, width, send);
        });
    });
    super::filter::trouble(ui, list, groups.as_deref());
}

/// The folder that is shown, and whether what is below it is.
fn folder_chip(ui: &mut Ui, workspace: &Workspace, send: &mut Vec<Command>) {
    let list = workspace.shown();
    let Some((list, folder)) = list.and_then(|list| Some((list, list.folder.as_deref()?))) else {
        return;
    };
    let tokens = Tokens::of(ui);
    ui.horizontal(|ui| {
        parts::text(ui, RichText::new("In folder").color(tokens.weak));
        let words = match folder {
            "/" => "/ (top level)".to_owned(),
            folder => text::visible(folder).into_owned(),
        };
        if tags::chip(ui, &words, "Show all folders") {
            send.push(Command::ShowFolder(None));
        }
        ui.add_space(4.0);
        let mut below = list.below;
        if ui.checkbox(&mut below, "Include subfolders").changed() {
            send.push(Command::ShowBelow(below));
        }
        // The sidebar counts what is below too; the table does so only when asked.
        let node = workspace.folders.tree.find(folder);
        if let Some(node) = node.filter(|node| !below && node.all > node.own) {
            let words = format!("{} with them", size::count(node.all));
            parts::text(ui, RichText::new(words).color(tokens.faint));
        }
    });
}

fn item_filter(ui: &mut Ui, workspace: &mut Workspace, send: &mut Vec<Command>) {
    let name = match workspace.place {
        Place::Renders => "Filter by name, template, format or status",
        Place::Templates => "Filter by name or id",
        _ => "Filter by id",
    };
    let Some(items) = workspace.items_mut() else {
        return;
    };
    let segment = |name: &'static str, count: usize, problems: bool| Segment {
        text: format!("{name} {}", size::count(count as u64)),
        name,
        state: None,
        problems,
    };
    let problems = items.problems().len();
    let segments = [
        segment("All", items.len(), false),
        segment("Problems", problems, true),
    ];
    let row = vec2(ui.available_width(), theme::FIELD + 2.0);
    ui.allocate_ui_with_layout(row, Layout::right_to_left(Align::Center), |ui| {
        if problems > 0 {
            let only = items.only_problems();
            let on = |segment: &Segment| segment.problems == only;
            let clicked = draw_segments(ui, egui::Role::RadioButton, &segments, false, on);
            if let Some(segment) = clicked {
                send.push(Command::ShowProblems(segment.problems));
            }
        }
        ui.add_space(2.0);
        let width = ui.available_width();
        if search(ui, items.text_mut(), name, width) {
            items.arrange();
        }
    });
}

/// A filter field with a lens, and a cross once there is something to take away.
pub fn search(ui: &mut Ui, words: &mut String, name: &str, width: f32) -> bool {
    let tokens = Tokens::of(ui);
    let hint = RichText::new(format!("{name}  ·  press /")).color(tokens.faint);
    let edit = egui::TextEdit::singleline(words)
        .id(filter_id())
        .hint_text(hint)
        .margin(Margin {
            left: 30,
            right: 26,
            top: 7,
            bottom: 7,
        })
        .desired_width(width)
        .min_size(vec2(0.0, theme::FIELD + 2.0));
    let response = ui.add(edit).accessible_name(name);
    let lens = egui::Rect::from_center_size(
        response.rect.left_center() + vec2(16.0, 0.0),
        vec2(12.0, 12.0),
    );
    Icon::Search.paint(ui.painter(), lens, tokens.faint);
    let mut changed = response.changed();
    if response.has_focus()
        && ui.input(|input| input.key_pressed(egui::Key::Escape))
        && !words.is_empty()
    {
        words.clear();
        changed = true;
    }
    if !words.is_empty() {
        let cross = egui::Rect::from_center_size(
            response.rect.right_center() - vec2(15.0, 0.0),
            vec2(18.0, 18.0),
        );
        let clear = ui.interact(cross, response.id.with("clear"), Sense::click());
        Icon::Close.paint(
            ui.painter(),
            cross.shrink(5.0),
            if clear.hovered() {
                tokens.text
            } else {
                tokens.faint
            },
        );
        clear.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, "Clear the field"));
        if clear.clicked() {
            words.clear();
            changed = true;
        }
    }
    changed
}

struct Segment {
    text: String,
    name: &'static str,
    state: Option<FileState>,
    problems: bool,
}

fn segments_of(workspace: &Workspace, removed: bool, unstored: bool) -> Vec<Segment> {
    let list = if removed {
        &workspace.removed
    } else {
        &workspace.files
    };
    let totals = workspace.catalogue.totals();
    let problems = workspace.problem_rows.len() as u64;
    let all = format!("All {}", size::count(list.len(&workspace.catalogue)));
    let mut segments = vec![Segment {
        text: all,
        name: "All",
        state: None,
        problems: false,
    }];
    if !removed && unstored {
        for state in [
            FileState::Stored,
            FileState::Unstored,
            FileState::Processing,
        ] {
            let count = totals.of(state).files;
            if count > 0 || state != FileState::Processing {
                let text = format!("{} {}", state.title(), size::count(count));
                segments.push(Segment {
                    text,
                    name: state.title(),
                    state: Some(state),
                    problems: false,
                });
            }
        }
    }
    if problems > 0 && !removed {
        let text = format!("Problems {}", size::count(problems));
        segments.push(Segment {
            text,
            name: "Problems",
            state: None,
            problems: true,
        });
    }
    segments
}

/// Two ways of doing the same, side by side; the place of the one that was clicked.
pub fn switch(ui: &mut Ui, words: [&str; 2], names: [&'static str; 2], on: usize) -> Option<usize> {
    let segment = |n: usize| Segment {
        text: words[n].to_owned(),
        name: names[n],
        state: None,
        problems: false,
    };
    let segments = [segment(0), segment(1)];
    let is_on = |segment: &Segment| segment.name == names[on];
    let clicked = draw_segments(ui, egui::Role::Button, &segments, false, is_on)?;
    segments
        .iter()
        .position(|segment| segment.name == clicked.name)
}

/// What the filter box needs for a filter to be read in it: with less the segments are brief.
const BOX: f32 = 260.0;

impl Segment {
    /// What stands in it: where room is short, counts stand only where the eye is.
    fn words(&self, brief: bool, on: bool) -> &str {
        if brief && !on && !self.problems {
            self.name
        } else {
            &self.text
        }
    }
}

fn segment_width(ui: &Ui, words: &str) -> f32 {
    let font = egui::FontId::new(13.0, theme::medium());
    let galley = ui
        .painter()
        .layout_no_wrap(words.to_owned(), font, Tokens::of(ui).text);
    galley.size().x + 24.0
}

fn segments_width(ui: &Ui, segments: &[Segment]) -> f32 {
    segments
        .iter()
        .map(|segment| segment_width(ui, &segment.text))
        .sum()
}

/// Draws them side by side; the one that was clicked.
fn draw_segments<'a>(
    ui: &mut Ui,
    role: egui::Role,
    segments: &'a [Segment],
    brief: bool,
    is_on: impl Fn(&Segment) -> bool,
) -> Option<&'a Segment> {
    let mut clicked = None;
    let tokens = Tokens::of(ui);
    let font = egui::FontId::new(13.0, theme::medium());
    let widths: Vec<f32> = segments
        .iter()
        .map(|segment| segment_width(ui, segment.words(brief, is_on(segment))))
        .collect();
    let (whole, _) = ui.allocate_exact_size(
        vec2(widths.iter().sum(), theme::FIELD + 2.0),
        Sense::hover(),
    );
    let radius = CornerRadius::same(theme::RADIUS);
    ui.painter().rect_filled(whole, radius, tokens.raised);
    let mut left = whole.left();
    for (n, (segment, width)) in segments.iter().zip(&widths).enumerate() {
        let rect =
            egui::Rect::from_min_size(egui::pos2(left, whole.top()), vec2(*width, whole.height()));
        left += width;
        let id = ui.unique_id().with(("segment", segment.name));
        let response = ui.interact(rect, id, Sense::click());
        let on = is_on(segment);
        if on || response.hovered() || response.has_focus() {
            let ground = if on { tokens.selection } else { tokens.hover };
            ui.painter().rect_filled(
                rect.shrink(1.0),
                CornerRadius::same(theme::RADIUS - 1),
                ground,
            );
        }
        if n > 0 {
            ui.painter()
                .vline(rect.left(), rect.y_range(), Stroke::new(1.0, tokens.line));
        }
        let ink = if segment.problems {
            tokens.bad.ink
        } else if on {
            tokens.text
        } else {
            tokens.weak
        };
        ui.painter().text(
            rect.center(),
            egui::Align2::CENTER_CENTER,
            segment.words(brief, on),
            font.clone(),
            ink,
        );
        if segment.words(brief, on) != segment.text {
            response.clone().on_hover_text(&segment.text);
        }
        parts::row_ring(ui, &response, rect.shrink(1.0), theme::RADIUS - 1);
        response.widget_info(|| WidgetInfo::selected(role, true, on, segment.name));
        if response.clicked() {
            clicked = Some(segment);
        }
    }
    ui.painter().rect_stroke(
        whole,
        radius,
        Stroke::new(1.0, tokens.line),
        StrokeKind::Inside,
    );
    clicked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_gives_way_in_order() {
        let whole = "18,827 files · 822.7 GB · as of 04:03";
        let cases = [
            (99, whole),
            (30, "18,827 files · as of 04:03"),
            (20, "18,827 files"),
            (0, "18,827 files"),
        ];
        for (room, shown) in cases {
            let fits = |words: &str| words.chars().count() <= room;
            assert_eq!(fitting(whole, fits), shown, "in {room}");
        }
        assert_eq!(fitting("", |_| false), "");
    }
}
