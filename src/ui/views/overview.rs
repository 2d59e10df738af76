//! What takes up space, and since when. Every mark leads to its files, by a filter.

use std::collections::BTreeMap;

use egui::{
    Align, Color32, CornerRadius, CursorIcon, Frame, Label, Layout, Margin, Rect, RichText,
    ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2,
};

use crate::catalogue::query::{quoted, short_type, written_type};
use crate::catalogue::{
    Catalogue, FolderSum, Month, MonthSum, Overview, Repeat, RowIx, Sum, TypeSum, families,
};
use crate::model::{UNSTORED_LIFE_HOURS, size, text};
use crate::ui::command::Command;
use crate::ui::engine::Engine;
use crate::ui::overview::{Measure, OverviewPane, Side};
use crate::ui::parts;
use crate::ui::theme::{self, Tokens};
use crate::ui::widgets::bar_chart::{Bar, BarStyle, bar_chart};
use crate::ui::widgets::treemap::{Mark, TreemapStyle, treemap};
use crate::ui::workspace::Workspace;

const MAP: f32 = 280.0;
const CHART: f32 = 128.0;
const LIST_ROW: f32 = 24.0;
const LIST: f32 = 10.0 * LIST_ROW;
/// Marks of a map that are told apart; the rest of a set is one mark.
const MARKS: usize = 48;
/// Months that a chart shows: twenty years.
const MONTHS: usize = 240;

/// A mark, and the filter that shows its files.
struct Lead {
    mark: Mark,
    filter: String,
    inside: Vec<String>,
}

/// Draws the overview.
pub fn ui(ui: &mut Ui, engine: &Engine, workspace: &mut Workspace, send: &mut Vec<Command>) {
    let ctx = ui.ctx().clone();
    workspace.overview.tick(engine, &workspace.catalogue, &ctx);
    let Some(counts) = workspace.overview.shown.clone() else {
        return super::empty::ui(ui, "Counting…", "The first page is on its way.", &[], send);
    };
    if counts.all.files == 0 {
        let words = "Once there are files, this shows what takes up space.";
        return super::empty::ui(ui, "This project has no files", words, &[], send);
    }
    let unstored = workspace.can().unstored;
    let (pane, catalogue) = (&mut workspace.overview, &workspace.catalogue);
    let frame = Frame::new().inner_margin(Margin::symmetric(16, 14));
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        frame.show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 8.0;
            space(ui, pane, &counts, send);
            ui.add_space(14.0);
            months(ui, pane, &counts, send);
            ui.add_space(14.0);
            lists(ui, catalogue, &counts, send);
            if unstored {
                ui.add_space(14.0);
                hours(ui, &counts, send);
            }
        });
    });
}

/// `4.2 GB · 3,211 files`.
fn words_of(sum: Sum) -> String {
    let files = size::counted(sum.files, "file", "files");
    format!("{} · {files}", size::bytes(sum.bytes))
}

fn titled(ui: &mut Ui, title: &str, note: &str, right: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.set_min_height(theme::FIELD);
        parts::strong(ui, title);
        if !note.is_empty() {
            let ink = Tokens::of(ui).weak;
            let words = RichText::new(note).font(theme::caption()).color(ink);
            ui.add(Label::new(words).selectable(false).truncate());
        }
        ui.with_layout(Layout::right_to_left(Align::Center), right);
    });
}

fn space(ui: &mut Ui, pane: &mut OverviewPane, counts: &Overview, send: &mut Vec<Command>) {
    titled(ui, "What takes up space", &words_of(counts.all), |ui| {
        let mut sides = vec![("By month", Side::Months), ("By type", Side::Types)];
        if !counts.folders.is_empty() {
            sides.insert(0, ("By folder", Side::Folders));
        }
        choose(ui, &sides, &mut pane.side);
    });
    let leads = match pane.side {
        Side::Types => by_type(&counts.types),
        Side::Months => by_month(&counts.months),
        Side::Folders => by_folder(&counts.folders),
    };
    let marks: Vec<Mark> = leads.iter().map(|lead| lead.mark.clone()).collect();
    if let Some((n, inner)) = treemap(ui, &marks, MAP, &map_style(ui)) {
        let lead = &leads[n];
        let filter = inner.and_then(|m| lead.inside.get(m));
        send.push(Command::FilterBy(filter.unwrap_or(&lead.filter).clone()));
    }
}

fn choose<T: Copy + PartialEq>(ui: &mut Ui, choices: &[(&str, T)], chosen: &mut T) {
    ui.spacing_mut().item_spacing.x = 14.0;
    for (title, choice) in choices {
        let on = chosen == choice;
        let tokens = Tokens::of(ui);
        let ink = if on { tokens.text } else { tokens.weak };
        let words = RichText::new(*title).font(theme::caption()).color(ink);
        let label = egui::Label::new(words).selectable(false);
        let response = ui
            .add(label.sense(Sense::click()))
            .on_hover_cursor(CursorIcon::PointingHand);
        response.widget_info(|| WidgetInfo::selected(egui::Role::RadioButton, true, on, *title));
        if on {
            let under = response.rect.translate(vec2(0.0, 3.0));
            let stroke = egui::Stroke::new(2.0, tokens.accent);
            ui.painter().hline(under.x_range(), under.bottom(), stroke);
        }
        if response.clicked() {
            *chosen = *choice;
        }
    }
}

fn lead(label: String, sum: Sum, filter: String) -> Lead {
    Lead {
        mark: Mark {
            words: format!("{label}: {}", words_of(sum)),
            label,
            short: String::new(),
            value: sum.bytes as f64,
            inside: Vec::new(),
        },
        filter,
        inside: Vec::new(),
    }
}

/// Puts the parts of a set into its mark; those beyond [`MARKS`] become one that leads to the whole set.
fn fill(set: &mut Lead, parts: impl Iterator<Item = (String, Sum, String)>) {
    let mut rest = Sum::default();
    let mut more = 0;
    for (label, sum, filter) in parts {
        if set.inside.len() < MARKS {
            let inner = lead(label, sum, filter);
            set.mark.inside.push(inner.mark);
            set.inside.push(inner.filter);
        } else {
            rest = rest.plus(sum);
            more += 1;
        }
    }
    if more > 0 {
        let inner = lead(format!("{more} more"), rest, set.filter.clone());
        set.mark.inside.push(inner.mark);
        set.inside.push(inner.filter);
    }
}

fn by_type(types: &[TypeSum]) -> Vec<Lead> {
    families(types)
        .into_iter()
        .map(|(family, sum, members)| {
            let label = if family.is_empty() {
                "no type".to_owned()
            } else {
                text::visible(&family).into_owned()
            };
            let mut set = lead(label, sum, family_filter(&family));
            let members = members.into_iter().map(|kind| {
                let label = short_type(&kind.mime).to_owned();
                (
                    text::visible(&label).into_owned(),
                    kind.sum,
                    type_filter(&kind.mime),
                )
            });
            fill(&mut set, members);
            set
        })
        .collect()
}

fn by_month(months: &[MonthSum]) -> Vec<Lead> {
    let mut years: Vec<(i16, Vec<MonthSum>)> = Vec::new();
    for sum in months {
        match years.last_mut().filter(|(year, _)| *year == sum.month.year) {
            Some((_, months)) => months.push(*sum),
            None => years.push((sum.month.year, vec![*sum])),
        }
    }
    let total = |months: &[MonthSum]| {
        let sums = months.iter().map(|month| month.sum);
        sums.fold(Sum::default(), Sum::plus)
    };
    years.sort_by_key(|(_, months)| std::cmp::Reverse(total(months).bytes));
    years
        .into_iter()
        .map(|(year, mut months)| {
            months.sort_by_key(|month| std::cmp::Reverse(month.sum.bytes));
            let year = format!("{year:04}");
            let mut set = lead(year.clone(), total(&months), format!("uploaded:{year}"));
            let names: Vec<&str> = months.iter().map(|sum| sum.month.name()).collect();
            let parts = months.iter().map(|month| {
                let name = month.month.to_string();
                (name.clone(), month.sum, format!("uploaded:{name}"))
            });
            fill(&mut set, parts);
            for (mark, name) in set.mark.inside.iter_mut().zip(names) {
                mark.short = name.to_owned();
            }
            set
        })
        .collect()
}

/// The folders of the root, each with those in it; and what is in each itself.
fn by_folder(folders: &[FolderSum]) -> Vec<Lead> {
    let mut tops: BTreeMap<&str, BTreeMap<&str, Sum>> = BTreeMap::new();
    for folder in folders {
        let parts = || folder.folder.trim_matches('/').split('/');
        let top = parts().next().unwrap_or_default();
        let below = parts().nth(1).unwrap_or_default();
        let sum = tops.entry(top).or_default().entry(below).or_default();
        *sum = sum.plus(folder.sum);
    }
    let names: Vec<String> = tops
        .keys()
        .filter(|top| !top.is_empty())
        .map(|top| format!("/{top}"))
        .collect();
    let mut leads: Vec<Lead> = tops
        .into_iter()
        .map(|(top, below)| match top {
            "" => {
                let sum = below.into_values().fold(Sum::default(), Sum::plus);
                lead("/".to_owned(), sum, itself("/", &names))
            }
            top => folder_lead(&format!("/{top}"), below),
        })
        .collect();
    leads.sort_by(|a, b| b.mark.value.total_cmp(&a.mark.value));
    leads
}

fn folder_lead(path: &str, below: BTreeMap<&str, Sum>) -> Lead {
    let all = below.values().copied().fold(Sum::default(), Sum::plus);
    let shown = text::visible(path).into_owned();
    let mut set = lead(shown, all, format!("path:{}", quoted(path)));
    let name = |name: &str| format!("{path}/{name}");
    let names: Vec<String> = below
        .keys()
        .filter(|b| !b.is_empty())
        .map(|b| name(b))
        .collect();
    let mut parts: Vec<(String, Sum, String)> = below
        .into_iter()
        .map(|(part, sum)| match part {
            "" => ("files in it".to_owned(), sum, itself(path, &names)),
            part => {
                let filter = format!("path:{}", quoted(&name(part)));
                (text::visible(part).into_owned(), sum, filter)
            }
        })
        .collect();
    parts.sort_by_key(|(_, sum, _)| std::cmp::Reverse(sum.bytes));
    fill(&mut set, parts.into_iter());
    set
}

/// The files of a folder without those below it; with them, where too much would have to be taken away.
fn itself(path: &str, below: &[String]) -> String {
    const MOST: usize = 20;
    let mut filter = format!("path:{}", quoted(path));
    for folder in below.iter().filter(|_| below.len() <= MOST) {
        filter += &format!(" -path:{}", quoted(folder));
    }
    filter
}

fn family_filter(family: &str) -> String {
    match family {
        "" => "type:none".to_owned(),
        family => format!("type:{}", quoted(&format!("{family}/*"))),
    }
}

fn type_filter(mime: &str) -> String {
    match mime {
        "" => "type:none".to_owned(),
        mime => format!("type:{}", written_type(mime)),
    }
}

fn map_style(ui: &Ui) -> TreemapStyle {
    let tokens = Tokens::of(ui);
    TreemapStyle {
        font: theme::pill(),
        heading: theme::caption(),
        hues: tokens
            .hues
            .iter()
            .map(|pair| (pair.ink, pair.tint))
            .collect(),
        accent: tokens.accent,
    }
}

fn months(ui: &mut Ui, pane: &mut OverviewPane, counts: &Overview, send: &mut Vec<Command>) {
    titled(ui, "Uploads a month", &months_note(counts), |ui| {
        let measures = [("Files", Measure::Files), ("Bytes", Measure::Bytes)];
        choose(ui, &measures, &mut pane.measure);
    });
    let months = row_of_months(&counts.months);
    let bars: Vec<Bar> = months
        .iter()
        .enumerate()
        .map(|(n, sum)| Bar {
            value: match pane.measure {
                Measure::Bytes => sum.sum.bytes as f64,
                Measure::Files => sum.sum.files as f64,
            },
            words: format!("{}: {}", sum.month, words_of(sum.sum)),
            mark: match (n, sum.month.month) {
                // Late in a year, the next year's mark would not fit beside it.
                (0, ..=9) | (_, 1) => format!("{:04}", sum.month.year),
                _ => String::new(),
            },
        })
        .collect();
    if let Some(n) = bar_chart(ui, "months", &bars, CHART, &bar_style(ui)) {
        send.push(Command::FilterBy(format!("uploaded:{}", months[n].month)));
    }
}

/// The fullest month, and what has none.
fn months_note(counts: &Overview) -> String {
    let most = counts.months.iter().max_by_key(|month| month.sum.bytes);
    let most = most.map(|most| format!("most in {}: {}", most.month, words_of(most.sum)));
    let undated = (counts.undated.files > 0).then(|| {
        let files = size::counted(counts.undated.files, "file", "files");
        format!("{files} without a date")
    });
    let notes: Vec<String> = most.into_iter().chain(undated).collect();
    notes.join(" · ")
}

/// Every month from the first to the last, at most [`MONTHS`] of them: the newest.
fn row_of_months(months: &[MonthSum]) -> Vec<MonthSum> {
    let Some(last) = months.last() else {
        return Vec::new();
    };
    let index = |month: Month| i32::from(month.year) * 12 + i32::from(month.month);
    let first = index(last.month) - MONTHS as i32;
    let mut row: Vec<MonthSum> = Vec::new();
    for sum in months.iter().filter(|sum| index(sum.month) > first) {
        while let Some(before) = row.last().filter(|before| before.month.next() < sum.month) {
            row.push(MonthSum {
                month: before.month.next(),
                sum: Sum::default(),
            });
        }
        row.push(*sum);
    }
    row
}

fn bar_style(ui: &Ui) -> BarStyle {
    let tokens = Tokens::of(ui);
    BarStyle {
        font: theme::pill(),
        fill: tokens.accent.gamma_multiply(0.55),
        strong: tokens.accent,
        line: tokens.line,
        ink: tokens.weak,
    }
}

fn lists(ui: &mut Ui, catalogue: &Catalogue, counts: &Overview, send: &mut Vec<Command>) {
    ui.columns(2, |columns| {
        let ui = &mut columns[0];
        titled(ui, "Largest files", "", |_| {});
        list(ui, "largest", counts.largest.len(), send, |n| {
            largest(catalogue, counts.largest[n])
        });
        let ui = &mut columns[1];
        let note = match counts.wasted.files {
            0 => "none".to_owned(),
            files => format!(
                "{} more than one of each · {}",
                size::counted(files, "file", "files"),
                size::bytes(counts.wasted.bytes)
            ),
        };
        titled(ui, "Same name and size", &note, |_| {});
        list(ui, "repeats", counts.repeats.len(), send, |n| {
            repeat(catalogue, &counts.repeats[n])
        });
    });
}

/// A line of a list: name, note, and the filter that it leads to.
struct Entry {
    name: String,
    note: String,
    filter: String,
}

fn largest(catalogue: &Catalogue, ix: RowIx) -> Option<Entry> {
    let row = catalogue.get(ix)?;
    let id = row.id();
    Some(Entry {
        name: if row.name().is_empty() {
            id.clone().into_owned()
        } else {
            text::visible(row.name()).into_owned()
        },
        note: size::bytes(row.size()),
        filter: format!("id:{}", quoted(&id)),
    })
}

fn repeat(catalogue: &Catalogue, repeat: &Repeat) -> Option<Entry> {
    let row = catalogue.get(repeat.row)?;
    let bytes = size::bytes(row.size());
    Some(Entry {
        name: text::visible(row.name()).into_owned(),
        note: format!("{} × {bytes}", size::count(repeat.files)),
        filter: format!("name:{} size:{}", quoted(row.name()), row.size()),
    })
}

fn list(
    ui: &mut Ui,
    name: &str,
    count: usize,
    send: &mut Vec<Command>,
    entry: impl Fn(usize) -> Option<Entry>,
) {
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical()
        .id_salt(name)
        .max_height(LIST)
        .auto_shrink([false, true])
        .show_rows(ui, LIST_ROW, count, |ui, shown| {
            for entry in shown.filter_map(entry) {
                if line(ui, &entry) {
                    send.push(Command::FilterBy(entry.filter));
                }
            }
        });
}

fn line(ui: &mut Ui, entry: &Entry) -> bool {
    let tokens = Tokens::of(ui);
    let size = vec2(ui.available_width(), LIST_ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| {
        let words = format!("{}, {}", entry.name, entry.note);
        WidgetInfo::labeled(egui::Role::Button, true, words)
    });
    if response.hovered() || response.has_focus() {
        ui.painter()
            .rect_filled(rect, CornerRadius::same(5), tokens.hover);
    }
    parts::row_ring(ui, &response, rect, 5);
    let inner = rect.shrink2(vec2(6.0, 0.0));
    let note = right(ui, &entry.note, inner, tokens.weak);
    let room = note.left() - inner.left() - 12.0;
    let name = parts::elide_middle(ui.painter(), &entry.name, &theme::body(), room);
    let galley = ui
        .painter()
        .layout_no_wrap(name, theme::body(), tokens.text);
    let at = pos2(inner.left(), rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, tokens.text);
    response.clicked()
}

fn right(ui: &Ui, words: &str, rect: Rect, ink: Color32) -> Rect {
    let align = egui::Align2::RIGHT_CENTER;
    let at = rect.right_center();
    ui.painter().text(at, align, words, theme::body(), ink)
}

/// Temporary files by how long the service still keeps them.
fn hours(ui: &mut Ui, counts: &Overview, send: &mut Vec<Command>) {
    let all = counts.hours_left.iter().copied();
    let all = all.fold(Sum::default(), Sum::plus);
    let note = match all.files {
        0 => "none".to_owned(),
        _ => words_of(all),
    };
    titled(ui, "Unstored files by hours left", &note, |_| {});
    if all.files == 0 {
        return;
    }
    let bars: Vec<Bar> = counts
        .hours_left
        .iter()
        .enumerate()
        .map(|(left, sum)| Bar {
            value: sum.files as f64,
            words: format!("{left} h left: {}", words_of(*sum)),
            mark: if left % 6 == 0 {
                format!("{left} h")
            } else {
                String::new()
            },
        })
        .collect();
    let style = BarStyle {
        fill: Tokens::of(ui).warn.ink.gamma_multiply(0.6),
        strong: Tokens::of(ui).warn.ink,
        ..bar_style(ui)
    };
    if let Some(left) = bar_chart(ui, "hours", &bars, CHART, &style) {
        send.push(Command::FilterBy(hours_filter(left as i64)));
    }
}

/// Files with so many whole hours left. The first place also holds those that have none.
fn hours_filter(left: i64) -> String {
    let (least, most) = (UNSTORED_LIFE_HOURS - 1 - left, UNSTORED_LIFE_HOURS - left);
    let least = (least > 0).then(|| format!(" age>{least}h"));
    let most = (left > 0).then(|| format!(" age<={most}h"));
    let ages = [least, most].into_iter().flatten();
    "state:unstored".to_owned() + &ages.collect::<String>()
}
