//! The filter box: completion under it, the wrong part underlined, a star to save it, a card that explains.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use egui::text::{LayoutJob, TextFormat};
use egui::{
    EventFilter, Galley, Margin, Popup, PopupCloseBehavior, Rect, RectAlign, Response, RichText,
    Sense, Stroke, Suggestion, Ui, WidgetInfo, pos2, vec2,
};

use super::header::filter_id;
use crate::catalogue::Seen;
use crate::catalogue::query::{Completion, HELP, complete};
use crate::ui::command::Command;
use crate::ui::files::FileList;
use crate::ui::parts::{self, Icon};
use crate::ui::theme::{self, Tokens};

/// What the box is called.
const NAME: &str = "Filter by name or id";
/// The longest that has room is shown.
const HINTS: [&str; 4] = [
    "Filter: words, type:image, size>10mb, …  ·  press /",
    "Filter: words, type:image, size>10mb, …",
    "Filter: words, type:image, …",
    "Filter",
];
/// Letters of a key that are typed before keys are suggested: Enter must not turn words into keys.
const ENOUGH: usize = 2;
/// Later than the moment at which letters are a word.
const LATER: Duration = Duration::from_millis(20);
const BUTTON: f32 = 22.0;
/// Width of a box in which keys have their meaning beside them.
const ROOM: f32 = 380.0;

/// Shows the box.
pub fn ui(ui: &mut Ui, list: &mut FileList, seen: &Seen, width: f32, send: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let wrong = list.typed.wrong_in(&list.text).map(|w| w.span.clone());
    let can_save = !list.text.trim().is_empty() && wrong.is_none();
    let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, _: f32| {
        let wrong = wrong.clone();
        laid_out(
            ui,
            text.as_str(),
            wrong.filter(|span| text.as_str().is_char_boundary(span.end)),
        )
    };
    let edit = egui::TextEdit::singleline(&mut list.text)
        .hint_text(RichText::new(hint(ui, width - 110.0)).color(tokens.faint))
        .margin(Margin {
            left: 30,
            right: 76,
            top: 7,
            bottom: 7,
        })
        .event_filter(EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            escape: true,
            tab: false,
        })
        .desired_width(width)
        .min_size(vec2(0.0, theme::FIELD + 2.0))
        .layouter(&mut layouter);
    let output = egui::CompletionPopup::new(filter_id())
        .align(RectAlign::BOTTOM_START)
        .max_height(300.0)
        .word_boundary(|c| c.is_whitespace() || c == '(')
        .show(ui, edit, |query| {
            let start = byte(query.text, query.word_range.start.0);
            let cursor = byte(query.text, query.word_range.end.0);
            suggestions(query.text, start..cursor, seen, width >= ROOM)
        });
    list.completing = output.is_open;
    let cursor = output
        .text_edit
        .cursor_range
        .map(|range| range.primary.index.0);
    let response = output.text_edit.response.response.accessible_name(NAME);
    let lens = Rect::from_center_size(
        response.rect.left_center() + vec2(16.0, 0.0),
        vec2(12.0, 12.0),
    );
    Icon::Search.paint(ui.painter(), lens, tokens.faint);
    if response.has_focus() && !list.completing && !list.shown.is_empty() {
        let none = egui::Modifiers::NONE;
        list.enter = ui.input_mut(|input| input.consume_key(none, egui::Key::ArrowDown));
    }
    if response.has_focus() && ui.input(|input| input.key_pressed(egui::Key::Escape)) {
        if list.text.is_empty() {
            response.surrender_focus();
        }
        list.text.clear();
    }
    wait_for_key(ui, &response, list, cursor);
    buttons(ui, &response, list, can_save, send);
}

/// Lets letters that may become a key wait for its sign, so that the rows stay meanwhile.
fn wait_for_key(ui: &Ui, field: &Response, list: &mut FileList, cursor: Option<usize>) {
    match cursor.filter(|_| field.has_focus()) {
        Some(chars) if field.changed() => {
            let cursor = byte(&list.text, chars);
            list.typed.typing(&list.text, cursor);
        }
        Some(_) => {}
        None => list.typed.typed(),
    }
    if let Some(left) = list.typed.waits(&list.text) {
        // A frame early would find it waiting still.
        ui.request_repaint_after(left + LATER);
    }
}

fn hint(ui: &Ui, room: f32) -> &'static str {
    let ink = Tokens::of(ui).faint;
    let fits = |hint: &&str| {
        let galley = ui
            .painter()
            .layout_no_wrap((*hint).to_owned(), theme::body(), ink);
        galley.size().x <= room
    };
    HINTS.into_iter().find(fits).unwrap_or(HINTS[3])
}

fn byte(text: &str, chars: usize) -> usize {
    text.char_indices()
        .nth(chars)
        .map_or(text.len(), |(at, _)| at)
}

/// Suggestions for the word of a text; each takes the place of the whole word. In a narrow box keys stand
/// without their meaning, which would break the lines; values keep their counts.
fn suggestions(text: &str, word: Range<usize>, seen: &Seen, wide: bool) -> Vec<Suggestion> {
    let found = complete(text, word.end, seen);
    let head = &text[word.start..found.replace.start.clamp(word.start, word.end)];
    let piece = &text[word.start + head.len()..word.end];
    if head.trim_start_matches('-').is_empty() && piece.len() < ENOUGH {
        return Vec::new();
    }
    let is_new = |item: &&Completion| item.insert.trim_end() != piece;
    let suggestion = |item: &Completion| {
        let plain = Suggestion::new(format!("{head}{}", item.insert)).content(item.label.clone());
        if wide || item.about.len() + item.label.len() < 34 {
            plain.description(item.about.clone())
        } else {
            plain
        }
    };
    found.items.iter().filter(is_new).map(suggestion).collect()
}

/// The text on one line, the wrong part of it underlined.
fn laid_out(ui: &Ui, text: &str, wrong: Option<Range<usize>>) -> Arc<Galley> {
    let tokens = Tokens::of(ui);
    let plain = TextFormat::simple(theme::body(), tokens.text);
    let mut job = LayoutJob::default();
    job.wrap.max_width = f32::INFINITY;
    job.break_on_newline = false;
    let wrong = wrong.filter(|span| text.get(span.clone()).is_some());
    let Some(span) = wrong else {
        job.append(text, 0.0, plain);
        return ui.fonts_mut(|fonts| fonts.layout_job(job));
    };
    let marked = TextFormat {
        underline: Stroke::new(1.5, tokens.bad.ink),
        color: tokens.bad.ink,
        ..plain.clone()
    };
    job.append(&text[..span.start], 0.0, plain.clone());
    job.append(&text[span.clone()], 0.0, marked);
    job.append(&text[span.end..], 0.0, plain);
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

fn buttons(
    ui: &mut Ui,
    field: &Response,
    list: &mut FileList,
    can_save: bool,
    send: &mut Vec<Command>,
) {
    let at = |place: f32| {
        let center = pos2(
            field.rect.right() - 15.0 - place * BUTTON,
            field.rect.center().y,
        );
        Rect::from_center_size(center, vec2(BUTTON, BUTTON))
    };
    let help = button(ui, field, at(0.0), "Filter help", |painter, rect, ink| {
        let font = egui::FontId::new(14.0, theme::semibold());
        painter.text(rect.center(), egui::Align2::CENTER_CENTER, "?", font, ink);
    });
    card(&help);
    if list.text.is_empty() {
        return;
    }
    let clear = button(
        ui,
        field,
        at(1.0),
        "Clear the field",
        |painter, rect, ink| {
            Icon::Close.paint(painter, rect.shrink(7.0), ink);
        },
    );
    if clear.clicked() {
        list.text.clear();
    }
    if can_save {
        let save = button(ui, field, at(2.0), "Save filter", star);
        if save.clicked() {
            send.push(Command::SaveFilter);
        }
    }
}

fn button(
    ui: &Ui,
    field: &Response,
    rect: Rect,
    name: &'static str,
    paint: impl FnOnce(&egui::Painter, Rect, egui::Color32),
) -> Response {
    let tokens = Tokens::of(ui);
    let response = ui.interact(rect, field.id.with(name), Sense::click());
    if response.has_focus() {
        ui.painter().rect_filled(rect, 5.0, tokens.hover);
    }
    let lit = response.hovered() || response.has_focus();
    paint(
        ui.painter(),
        rect,
        if lit { tokens.text } else { tokens.faint },
    );
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, name));
    response
        .on_hover_cursor(egui::CursorIcon::PointingHand)
        .on_hover_text(name)
}

fn star(painter: &egui::Painter, rect: Rect, ink: egui::Color32) {
    let center = rect.center() + vec2(0.0, 0.5);
    let point = |step: usize| {
        let turn = (step as f32 / 10.0 - 0.25) * std::f32::consts::TAU;
        let far = if step.is_multiple_of(2) { 6.5 } else { 2.8 };
        center + far * vec2(turn.cos(), turn.sin())
    };
    let points = (0..10).map(point).collect();
    painter.add(egui::Shape::closed_line(points, Stroke::new(1.3, ink)));
}

/// The language on a card, below the button.
fn card(button: &Response) {
    let foot = button.ctx.data(|data| data.get_temp::<f32>(trouble_id()));
    let below = foot.map_or(0.0, |foot| foot - button.rect.bottom());
    Popup::menu(button)
        .align(RectAlign::BOTTOM_END)
        .gap(8.0 + below.max(0.0))
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .width(560.0)
        .show(|ui| {
            let tokens = Tokens::of(ui);
            egui::Frame::new().inner_margin(8.0).show(ui, |ui| {
                parts::strong(ui, "What can be typed");
                ui.add_space(4.0);
                egui::Grid::new("filter help")
                    .num_columns(2)
                    .spacing([20.0, 5.0])
                    .show(ui, |ui| {
                        for (typed, means) in HELP {
                            parts::text(ui, RichText::new(*typed).font(theme::mono()));
                            parts::text(ui, RichText::new(*means).color(tokens.weak));
                            ui.end_row();
                        }
                    });
                ui.add_space(4.0);
                let words = "Words beside each other must all fit. A group's members are read when \
                             a filter first names them.";
                let left = egui::Layout::top_down(egui::Align::Min);
                ui.with_layout(left, |ui| {
                    parts::text(ui, RichText::new(words).color(tokens.weak));
                });
            });
        });
}

/// Where the foot of the line under the box is, while there is one: the card hangs below it.
fn trouble_id() -> egui::Id {
    egui::Id::unique("line under the filter")
}

/// What is wrong, in a line under the box; nothing while it is only unfinished.
pub fn trouble(ui: &mut Ui, list: &FileList, groups: Option<&str>) {
    let top = ui.cursor().top();
    trouble_ui(ui, list, groups);
    let foot = ui.min_rect().bottom();
    ui.data_mut(|data| {
        if foot > top {
            data.insert_temp(trouble_id(), foot);
        } else {
            data.remove::<f32>(trouble_id());
        }
    });
}

fn trouble_ui(ui: &mut Ui, list: &FileList, groups: Option<&str>) {
    let tokens = Tokens::of(ui);
    if let Some(wrong) = list.typed.wrong_in(&list.text).filter(|_| !list.completing) {
        let still = match list.typed.good().trim() {
            "" => "All files are shown meanwhile.".to_owned(),
            good => format!("Shown meanwhile: {good}"),
        };
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let why = RichText::new(format!("{}.", wrong.why)).color(tokens.bad.ink);
            parts::text(ui, why);
            parts::text(ui, RichText::new(still).color(tokens.weak));
        });
    } else if let Some(words) = groups {
        parts::text(ui, RichText::new(words).color(tokens.weak));
    }
}
