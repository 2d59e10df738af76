//! The bars under the rows: what is selected and what can be done to it, what runs, what has ended.

use std::collections::BTreeMap;
use std::time::Duration;

use egui::{
    CornerRadius, Frame, Margin, Panel, Rect, RichText, Stroke, Ui, UiBuilder, WidgetInfo, pos2,
    vec2,
};

use super::changes;
use crate::catalogue::ProblemIndex;
use crate::model::{ItemKind, Verb, size};
use crate::ui::command::{Command, Place};
use crate::ui::files::Counts;
use crate::ui::item_list::Items;
use crate::ui::parts::{self, Icon, Weight};
use crate::ui::sides::sides;
use crate::ui::theme::{self, Tokens};
use crate::ui::workspace::{Running, Toast, Workspace, shown_of};

/// Draws the bars, the lowest first.
pub fn ui(
    ui: &mut Ui,
    workspace: &mut Workspace,
    toast: &mut Option<Toast>,
    send: &mut Vec<Command>,
) {
    if let Some(running) = &workspace.running {
        bar(ui, "job", |ui| strip(ui, running, send));
    }
    for (n, change) in workspace.folders.changes.iter().enumerate() {
        let name = format!("change {n}");
        bar(ui, &name, |ui| {
            let right = |ui: &mut Ui, send: &mut Vec<Command>| changes::right(ui, n, change, send);
            sides(ui, &name, send, |ui, _| changes::left(ui, change), right);
        });
    }
    if toast.is_some() {
        bar(ui, "toast", |ui| toast_ui(ui, toast, send));
    }
    selection(ui, workspace, send);
    if let Some(items) = workspace.items() {
        if items.only_problems() {
            bar(ui, "problems", |ui| {
                item_problems(ui, workspace, items, send)
            });
        }
    } else if let Some(list) = workspace.shown()
        && (list.only_problems || list.reason.is_some())
    {
        bar(ui, "problems", |ui| problems(ui, workspace, send));
    }
}

fn bar(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui)) {
    let tokens = Tokens::of(ui);
    let frame = Frame::new()
        .fill(tokens.panel)
        .inner_margin(Margin::symmetric(16, 9));
    Panel::bottom(("bar", name))
        .frame(frame)
        .resizable(false)
        .show_separator_line(true)
        .show(ui, |ui| {
            ui.set_min_height(theme::FIELD);
            add(ui);
        });
}

fn selection(ui: &mut Ui, workspace: &mut Workspace, send: &mut Vec<Command>) {
    match workspace.place {
        Place::Files | Place::Removed => {
            let (files, removed) = (&mut workspace.files, &mut workspace.removed);
            let Some(list) = shown_of(workspace.place, files, removed, &mut workspace.search)
            else {
                return;
            };
            let counts = list.counts(&workspace.catalogue);
            if counts.files > 0 {
                bar(ui, "selection", |ui| {
                    files_selected(ui, counts, workspace, send)
                });
            }
        }
        Place::Groups | Place::Renders | Place::Templates => {
            if let Some(items) = workspace.items()
                && items.selected().0 > 0
            {
                bar(ui, "selection", |ui| {
                    items_selected(ui, items, workspace, send)
                });
            }
        }
        Place::Overview | Place::History => {}
    }
}

fn files_selected(ui: &mut Ui, counts: Counts, workspace: &Workspace, send: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    sides(
        ui,
        "selection",
        send,
        |ui, send| {
            ui.spacing_mut().item_spacing.x = 5.0;
            parts::strong(ui, format!("{} selected", size::count(counts.files)));
            let bytes = format!("· {}", size::bytes(counts.bytes));
            if width_of(ui, &bytes) + room_of_hidden(ui, counts.hidden) <= ui.available_width() {
                parts::text(ui, RichText::new(bytes).color(tokens.weak));
            }
            if counts.hidden > 0 {
                let hidden = hidden_words(ui, counts.hidden);
                parts::text(ui, RichText::new(hidden).color(tokens.weak));
                if parts::link(ui, "Drop hidden").clicked() {
                    send.push(Command::DropHidden);
                }
            }
        },
        |ui, send| {
            let removed = workspace.place == Place::Removed;
            let verbs: &[Verb] = if removed {
                &[Verb::Restore]
            } else {
                &[Verb::Store, Verb::AddTags, Verb::Move, Verb::Delete]
            };
            let can = workspace.can();
            more_actions(ui, workspace, send);
            for &verb in verbs.iter().filter(|verb| can.can(**verb)) {
                if verb == Verb::Delete {
                    copy_button(ui, workspace, send);
                }
                verb_button(ui, verb, workspace, send);
            }
        },
    );
}

/// How many rows of the selection the filter hides, so that the link behind it has room.
fn hidden_words(ui: &Ui, hidden: u64) -> String {
    let short = short_hidden(hidden);
    let long = format!("{short} by the filter");
    if width_of(ui, &long) + LINK <= ui.available_width() {
        long
    } else {
        short
    }
}

/// Width of the link that drops what is hidden.
const LINK: f32 = 96.0;

fn short_hidden(hidden: u64) -> String {
    format!("· {} hidden", size::count(hidden))
}

/// What the words of hidden rows and their link need at least.
fn room_of_hidden(ui: &Ui, hidden: u64) -> f32 {
    match hidden {
        0 => 0.0,
        _ => width_of(ui, &short_hidden(hidden)) + LINK,
    }
}

fn width_of(ui: &Ui, words: &str) -> f32 {
    let (font, ink) = (theme::body(), Tokens::of(ui).weak);
    let galley = ui.painter().layout_no_wrap(words.to_owned(), font, ink);
    galley.size().x
}

/// What there is no room for in the bar.
fn more_actions(ui: &mut Ui, workspace: &Workspace, send: &mut Vec<Command>) {
    const VERBS: [Verb; 3] = [Verb::Copy, Verb::Rename, Verb::Purge];
    let can = workspace.can();
    if workspace.place != Place::Files || !VERBS.iter().any(|verb| can.can(*verb)) {
        return;
    }
    let button = parts::icon_button(ui, Icon::More, "More actions");
    egui::Popup::menu(&button).show(|ui| {
        ui.set_min_width(170.0);
        let verbs = VERBS.into_iter().filter(|verb| can.can(*verb));
        for command in verbs.map(Command::Plan).chain([Command::CopyIds]) {
            super::menu_item(ui, workspace, command, send);
        }
    });
}

fn items_selected(ui: &mut Ui, items: &dyn Items, workspace: &Workspace, send: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let Some(verb) = workspace.place.verb() else {
        return;
    };
    let (count, hidden) = items.selected();
    sides(
        ui,
        "items",
        send,
        |ui, send| {
            let what = size::counted(count, verb.kind().noun(1), verb.kind().noun(2));
            parts::strong(ui, format!("{what} selected"));
            if hidden > 0 {
                let words = hidden_words(ui, hidden);
                parts::text(ui, RichText::new(words).color(tokens.weak));
                if parts::link(ui, "Drop hidden").clicked() {
                    send.push(Command::DropHidden);
                }
            }
        },
        |ui, send| {
            if verb.kind() == ItemKind::Render
                && !items.selected_urls().is_empty()
                && parts::button(ui, Weight::Plain, "Copy URLs").clicked()
            {
                send.push(Command::CopyUrls);
            }
            if parts::button(ui, Weight::Plain, "Copy ids").clicked() {
                send.push(Command::CopyIds);
            }
            verb_button(ui, verb, workspace, send);
        },
    );
}

/// Addresses are known only of a service that is open.
fn copy_button(ui: &mut Ui, workspace: &Workspace, send: &mut Vec<Command>) {
    let command = match workspace.why_no_urls() {
        None => Command::CopyUrls,
        Some(_) => Command::CopyIds,
    };
    if parts::button(ui, Weight::Plain, &command.title()).clicked() {
        send.push(command);
    }
}

fn verb_button(ui: &mut Ui, verb: Verb, workspace: &Workspace, send: &mut Vec<Command>) {
    let weight = match verb {
        _ if verb.destroys() => Weight::Danger,
        Verb::Restore => Weight::Primary,
        _ => Weight::Plain,
    };
    let command = Command::Plan(verb);
    let blocked = workspace.why_not(verb);
    if parts::button_if(ui, weight, &command.title(), blocked.as_deref()).clicked() {
        send.push(command);
    }
}

fn strip(ui: &mut Ui, running: &Running, send: &mut Vec<Command>) {
    let all = running.ids.len() as u64;
    let tally = running
        .progress
        .as_ref()
        .map(|progress| progress.tally)
        .unwrap_or_default();
    let (settled, problems) = (tally.settled(), tally.problems());
    sides(
        ui,
        "job",
        send,
        |ui, _| {
            parts::strong(ui, running.verb.running());
            parts::text(
                ui,
                format!("{} of {}", size::count(settled), size::count(all)),
            );
            progress_bar(ui, settled - problems, problems, all);
        },
        |ui, send| {
            let tokens = Tokens::of(ui);
            if problems > 0 {
                let words = size::counted(problems, "problem", "problems");
                parts::text(ui, RichText::new(words).color(tokens.bad.ink));
            }
            let away = running.progress.as_ref().and_then(|now| now.away.as_ref());
            let ink = if away.is_some() {
                tokens.warn.ink
            } else {
                tokens.weak
            };
            let words = RichText::new(pace(running, settled, all)).color(ink);
            let told = parts::text(ui, words);
            if let Some(away) = away {
                let why = away.why.trim_end_matches('.');
                told.on_hover_text(format!("{why}. {}", away.cause.hope()));
            }
            if let Some(job) = running.job
                && parts::button(ui, Weight::Plain, "Save report").clicked()
            {
                send.push(Command::SaveReport(job));
            }
            let stopping = running.stop.is_cancelled();
            let blocked = stopping.then_some("It stops after the calls in flight.");
            if parts::button_if(ui, Weight::Plain, "Stop", blocked).clicked() {
                send.push(Command::StopJob);
            }
        },
    );
}

/// Waits, speed, time left: only what is known.
pub fn pace(running: &Running, settled: u64, all: u64) -> String {
    if running.stop.is_cancelled() {
        return "stopping after the calls in flight".into();
    }
    let Some(progress) = &running.progress else {
        return "starting…".into();
    };
    let pause = progress.pause.filter(|wait| *wait > Duration::ZERO);
    if let Some(away) = &progress.away {
        let next = pause.map(|wait| format!("next try in {} s", wait.as_secs().max(1)));
        let next = next.as_deref().unwrap_or("trying");
        return format!("{} · {next}", away.cause.words());
    }
    if let Some(wait) = pause {
        return format!("waiting {} s for the service", wait.as_secs().max(1));
    }
    let elapsed = running.began.elapsed().as_secs_f64();
    let here = settled.saturating_sub(running.before);
    if here == 0 || elapsed < 0.5 {
        return "starting…".into();
    }
    let speed = here as f64 / elapsed;
    let left = (all - settled) as f64 / speed;
    format!(
        "{} a second · {} left",
        size::count(speed.round() as u64),
        duration(left)
    )
}

/// `4 s`, `3 min`, `2 h`.
pub fn duration(seconds: f64) -> String {
    match seconds.ceil() as u64 {
        s @ 0..=99 => format!("{s} s"),
        s @ 100..=5_999 => format!("{} min", s.div_ceil(60)),
        s => format!("{} h", s.div_ceil(3_600)),
    }
}

fn progress_bar(ui: &mut Ui, good: u64, bad: u64, all: u64) {
    let tokens = Tokens::of(ui);
    let width = ui.available_width().max(40.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 20.0), egui::Sense::hover());
    let track = Rect::from_center_size(rect.center(), vec2(width, 6.0));
    let radius = CornerRadius::same(3);
    ui.painter().rect_filled(track, radius, tokens.line);
    let part = |count: u64| track.width() * count as f32 / all.max(1) as f32;
    let (good, bad) = (part(good), part(bad));
    let upto = |from: f32, width: f32| {
        Rect::from_min_max(
            pos2(track.left() + from, track.top()),
            pos2(track.left() + from + width, track.bottom()),
        )
    };
    ui.painter()
        .rect_filled(upto(0.0, good), radius, tokens.accent);
    ui.painter()
        .rect_filled(upto(good, bad), CornerRadius::ZERO, tokens.bad.ink);
    let percent = f64::from((good + bad) / track.width());
    response.widget_info(|| WidgetInfo {
        value: Some(percent * 100.0),
        ..WidgetInfo::labeled(egui::Role::ProgressIndicator, true, "Progress")
    });
}

fn toast_ui(ui: &mut Ui, slot: &mut Option<Toast>, send: &mut Vec<Command>) {
    let Some(toast) = slot.clone() else { return };
    let tokens = Tokens::of(ui);
    let mut close = false;
    sides(
        ui,
        "toast",
        send,
        |ui, _| {
            let (icon, ink) = if toast.bad {
                (Icon::Warning, tokens.bad.ink)
            } else {
                (Icon::Check, tokens.ok.ink)
            };
            let (rect, _) = ui.allocate_exact_size(vec2(16.0, 16.0), egui::Sense::hover());
            icon.paint(ui.painter(), rect, ink);
            ui.add_space(2.0);
            let text = RichText::new(&toast.text).font(theme::strong());
            if toast.more.is_empty() {
                ui.add(egui::Label::new(text).truncate());
            } else {
                ui.add(egui::Label::new(text));
                ui.add(egui::Label::new(RichText::new(&toast.more).color(tokens.weak)).truncate());
            }
        },
        |ui, send| {
            for command in toast_commands(&toast).into_iter().rev() {
                if parts::button(ui, Weight::Plain, &command.title()).clicked() {
                    send.push(command);
                }
            }
            if parts::icon_button(ui, Icon::Close, "Dismiss").clicked() {
                close = true;
            }
        },
    );
    if close {
        *slot = None;
    }
}

fn toast_commands(toast: &Toast) -> Vec<Command> {
    let Some(job) = toast.job else {
        return Vec::new();
    };
    let mut commands = Vec::new();
    if toast.unfinished {
        commands.push(Command::Continue(job));
    }
    if toast.restore {
        commands.push(Command::RestoreJob(job));
    }
    commands.push(Command::SaveReport(job));
    if toast.problems {
        commands.push(Command::ShowProblemsOf(toast.kind));
    }
    commands
}

fn problems(ui: &mut Ui, workspace: &Workspace, send: &mut Vec<Command>) {
    let chosen = workspace.shown().and_then(|list| list.reason.clone());
    let retry = workspace
        .to_retry()
        .map(|(verb, ids)| (verb, ids.len() as u64));
    let reasons = reasons(&workspace.problem_rows);
    problem_bar(ui, workspace, reasons, chosen.as_deref(), retry, send);
}

fn item_problems(ui: &mut Ui, workspace: &Workspace, items: &dyn Items, send: &mut Vec<Command>) {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for problem in items.problems().values() {
        *counts.entry(&problem.words).or_default() += 1;
    }
    let mut reasons: Vec<_> = counts.into_iter().collect();
    reasons.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
    let reasons = reasons.into_iter().take(REASONS);
    let reasons = reasons.map(|(words, rows)| (words.into(), rows)).collect();
    let retry = items
        .to_retry()
        .map(|(verb, items)| (verb, items.len() as u64));
    problem_bar(ui, workspace, reasons, items.reason(), retry, send);
}

/// The reasons at the left, one of them chosen; what can be done at the right.
fn problem_bar(
    ui: &mut Ui,
    workspace: &Workspace,
    reasons: Vec<(std::sync::Arc<str>, u64)>,
    chosen: Option<&str>,
    retry: Option<(Verb, u64)>,
    send: &mut Vec<Command>,
) {
    sides(
        ui,
        "problems",
        send,
        |ui, send| {
            let ui = &mut outdented(ui);
            for (words, rows) in reasons {
                let on = chosen == Some(&*words);
                let text = format!(
                    "{} · {}",
                    crate::model::text::visible(&words),
                    size::count(rows)
                );
                let button = egui::Button::selectable(on, text).truncate();
                if ui.add(button).clicked() {
                    send.push(Command::ShowReason(if on {
                        None
                    } else {
                        Some(words.to_string())
                    }));
                }
            }
        },
        |ui, send| {
            if parts::button(ui, Weight::Plain, "Show all").clicked() {
                send.push(Command::ShowProblems(false));
            }
            if parts::button(ui, Weight::Plain, "Clear problems").clicked() {
                send.push(Command::ClearProblems);
            }
            if let Some((verb, count)) = retry {
                let blocked = workspace.why_not(verb);
                let text = format!("Retry {}", size::count(count));
                if parts::button_if(ui, Weight::Primary, &text, blocked.as_deref()).clicked() {
                    send.push(Command::Retry);
                }
            }
        },
    );
}

/// Room for buttons without a border whose words begin where those of other bars do: what is around the
/// words goes beyond, and is not counted to the bar.
fn outdented(ui: &mut Ui) -> Ui {
    let by = ui.spacing().button_padding.x;
    let mut rect = ui.available_rect_before_wrap();
    rect.min.x -= by;
    let mut inner = ui.new_child(UiBuilder::new().max_rect(rect).layout(*ui.layout()));
    let clip = inner.clip_rect();
    inner.set_clip_rect(clip.with_min_x(clip.left() - by));
    inner
}

/// How many reasons have room.
const REASONS: usize = 4;

/// The most frequent reasons; the rest are among "all problems".
fn reasons(problems: &ProblemIndex) -> Vec<(std::sync::Arc<str>, u64)> {
    problems
        .reasons()
        .into_iter()
        .take(REASONS)
        .map(|reason| (reason.words, reason.rows as u64))
        .collect()
}

/// A thin line across, under the header.
pub fn line(ui: &mut Ui) {
    let tokens = Tokens::of(ui);
    let rect = ui.max_rect();
    ui.painter().hline(
        rect.x_range(),
        ui.cursor().top(),
        Stroke::new(1.0, tokens.line),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short() {
        let cases = [
            (0.2, "1 s"),
            (59.0, "59 s"),
            (100.0, "2 min"),
            (7_000.0, "2 h"),
        ];
        for (seconds, words) in cases {
            assert_eq!(duration(seconds), words);
        }
    }
}
