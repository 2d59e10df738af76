//! The history: jobs of all profiles, the items of one, and what happened to an id.

use egui::{
    Color32, Frame, Label, Margin, Rect, RichText, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2,
    vec2,
};

use crate::model::{
    ItemRecord, JobId, JobRecord, JobState, JobSummary, Outcome, ProfileId, Verb, size, text,
};
use crate::ui::command::Command;
use crate::ui::history::{FOUND, Found, History, Which, state_words};
use crate::ui::parts::{self, Weight};
use crate::ui::theme::{self, Ink, Tokens};
use crate::ui::views::header;

const JOB_ROW: f32 = 52.0;
const ITEM_ROW: f32 = 26.0;

/// What the history may do besides showing.
pub struct Can<'a> {
    /// Jobs that run now.
    pub running: &'a [JobId],
    /// Why nothing may be continued or restored; `None` if it may.
    pub blocked: Option<&'a str>,
    /// The profile that is open.
    pub profile: Option<&'a ProfileId>,
    /// The colours of the profiles in the list.
    pub colours: &'a [(ProfileId, Color32)],
}

/// Draws the history.
pub fn ui(ui: &mut Ui, history: &mut History, can: &Can<'_>, send: &mut Vec<Command>) {
    Frame::new()
        .inner_margin(Margin {
            left: 16,
            right: 16,
            top: 12,
            bottom: 8,
        })
        .show(ui, |ui| {
            if history.open.is_some() {
                return job_ui(ui, history, can, send);
            }
            let width = ui.available_width();
            header::search(
                ui,
                &mut history.words,
                "What happened to this id or name",
                width,
            );
            ui.add_space(4.0);
            if let Some(trouble) = &history.trouble {
                let tokens = Tokens::of(ui);
                parts::notice(ui, parts::Icon::Warning, tokens.bad, |ui| {
                    drop(ui.label(trouble))
                });
            }
            match &history.found {
                Some(found) => found_ui(ui, found, send),
                None => jobs_ui(ui, history, can, send),
            }
        });
}

fn jobs_ui(ui: &mut Ui, history: &mut History, can: &Can<'_>, send: &mut Vec<Command>) {
    if history.jobs.is_empty() {
        let words = "What is done to files is written down here, item by item, before it is sent.";
        return super::empty::ui(ui, "No jobs yet", words, &[], send);
    }
    which_profile(ui, history, can);
    let shown: Vec<&JobSummary> = history
        .jobs
        .iter()
        .filter(|job| history.everywhere || can.is_here(job))
        .collect();
    if shown.is_empty() {
        let words = "This profile has none. Those of other profiles are under “All profiles”.";
        return super::empty::ui(ui, "No jobs yet", words, &[], send);
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical()
        .auto_shrink([false, false])
        .show_rows(ui, JOB_ROW, shown.len(), |ui, range| {
            for &job in &shown[range] {
                job_row(ui, job, can, send);
            }
        });
}

/// The choice between the open profile's jobs and all, where that makes a difference.
fn which_profile(ui: &mut Ui, history: &mut History, can: &Can<'_>) {
    let elsewhere = |job: &&JobSummary| !can.is_here(job);
    let others = history.jobs.iter().filter(elsewhere).count();
    if others == 0 {
        return;
    }
    let all = history.jobs.len();
    let waits = |job: &&JobSummary| job.can_continue() && !can.running.contains(&job.id);
    let waiting = history.jobs.iter().filter(elsewhere).filter(waits).count() as u64;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        for (everywhere, words, count) in [
            (false, "This profile", all - others),
            (true, "All profiles", all),
        ] {
            let words = format!("{words} {}", size::count(count as u64));
            let on = history.everywhere == everywhere;
            if ui.add(egui::Button::selectable(on, words)).clicked() {
                history.everywhere = everywhere;
            }
        }
        if waiting > 0 && !history.everywhere {
            let jobs = size::counted(waiting, "job", "jobs");
            parts::weak(ui, format!("{jobs} of other profiles can be continued"));
        }
    });
    ui.add_space(4.0);
}

impl Can<'_> {
    /// Whether the job is of the open profile.
    fn is_here(&self, job: &JobSummary) -> bool {
        self.profile == Some(&job.source.profile)
    }
}

fn job_row(ui: &mut Ui, job: &JobSummary, can: &Can<'_>, send: &mut Vec<Command>) {
    let running = can.running.contains(&job.id);
    let tokens = Tokens::of(ui);
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), JOB_ROW), Sense::click());
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 6.0, tokens.hover);
    }
    parts::row_ring(ui, &response, rect, 6);
    ui.painter().hline(
        rect.x_range(),
        rect.bottom() - 0.5,
        Stroke::new(1.0, tokens.line),
    );
    let title = job.sentence();
    let left = rect.left() + 10.0;
    let state = state_words(job, running);
    let pair = state_ink(job, running, tokens);
    let pill = ui
        .painter()
        .layout_no_wrap(state.to_owned(), theme::pill(), pair.ink);
    let pill_rect = Rect::from_center_size(
        pos2(rect.right() - 20.0 - pill.size().x / 2.0, rect.center().y),
        pill.size() + vec2(14.0, 6.0),
    );
    ui.painter().rect_filled(pill_rect, 5.0, pair.tint);
    ui.painter()
        .galley(pill_rect.center() - pill.size() / 2.0, pill, pair.ink);
    let room = pill_rect.left() - left - 16.0;
    let name = parts::elide_middle(ui.painter(), &title, &theme::strong(), room);
    ui.painter().text(
        pos2(left, rect.top() + 9.0),
        egui::Align2::LEFT_TOP,
        name,
        theme::strong(),
        tokens.text,
    );
    let colour = can.colours.iter().find(|(id, _)| *id == job.source.profile);
    let colour = colour.map_or(tokens.faint, |(_, colour)| *colour);
    ui.painter()
        .circle_filled(pos2(left + 4.0, rect.top() + 36.0), 4.0, colour);
    let under = parts::elide_middle(ui.painter(), &caption(job), &theme::body(), room - 16.0);
    ui.painter().text(
        pos2(left + 16.0, rect.top() + 28.0),
        egui::Align2::LEFT_TOP,
        under,
        theme::body(),
        tokens.weak,
    );
    response.widget_info(|| {
        let name = text::visible(&job.source.profile_name);
        let words = format!("Job {}: {title} ({name}, {state})", job.id);
        WidgetInfo::labeled(egui::Role::Button, true, words)
    });
    if response.clicked() {
        send.push(Command::OpenJob(job.id));
    }
}

fn caption(job: &JobSummary) -> String {
    let zone = jiff::tz::TimeZone::system();
    let calls = size::counted(job.calls, "call", "calls");
    format!(
        "{} · {} · job {} · {} · {calls}",
        text::visible(&job.source.profile_name),
        text::visible(job.source.account.label()),
        job.id,
        job.created.to_minute(&zone),
    )
}

fn state_ink(job: &JobSummary, running: bool, tokens: &Tokens) -> Ink {
    if running {
        Ink {
            ink: tokens.accent,
            tint: tokens.selection,
        }
    } else if job.can_continue() {
        tokens.warn
    } else if job.tally.problems() > 0 {
        tokens.bad
    } else {
        tokens.ok
    }
}

fn job_ui(ui: &mut Ui, history: &mut History, can: &Can<'_>, send: &mut Vec<Command>) {
    let Some(open) = &mut history.open else {
        return;
    };
    let mut back = false;
    let shown = open.shown();
    match open.answer.ready() {
        None => drop(parts::weak(ui, "Reading the job…")),
        Some(Err(error)) => {
            back = parts::link(ui, "‹ All jobs").clicked();
            ui.label(error.to_string());
        }
        Some(Ok(record)) => {
            let running = can.running.contains(&record.summary.id);
            back = job_head(ui, &record.summary, running, can, send);
            outcomes(ui, record, &mut open.which);
            items(ui, record, &shown);
        }
    }
    if back {
        history.open = None;
    }
}

fn job_head(
    ui: &mut Ui,
    job: &JobSummary,
    running: bool,
    can: &Can<'_>,
    send: &mut Vec<Command>,
) -> bool {
    let tokens = Tokens::of(ui);
    let mut back = false;
    egui::Sides::new().height(theme::FIELD).shrink_left().show(
        ui,
        |ui| {
            back = parts::link(ui, "‹ All jobs").clicked();
            ui.add_space(4.0);
            let title = RichText::new(job.sentence()).font(theme::strong());
            ui.add(Label::new(title).truncate());
            parts::pill(
                ui,
                state_words(job, running),
                state_ink(job, running, tokens),
            );
        },
        |ui| {
            if parts::button(ui, Weight::Plain, &Command::SaveReport(job.id).title()).clicked() {
                send.push(Command::SaveReport(job.id));
            }
            if job.verb == Verb::Delete && job.tally.done > 0 {
                let command = Command::RestoreJob(job.id);
                if parts::button_if(ui, Weight::Plain, &command.title(), can.blocked).clicked() {
                    send.push(command);
                }
            }
            if job.can_continue() && !running {
                let command = Command::Continue(job.id);
                // Nothing is left to send: what is unknown is only asked for again.
                let only_unknown = job.tally.pending + job.tally.not_sent == 0;
                let title = if only_unknown && job.state == JobState::Ended {
                    "Check again".to_owned()
                } else {
                    command.title()
                };
                if parts::button_if(ui, Weight::Primary, &title, can.blocked).clicked() {
                    send.push(command);
                }
            }
        },
    );
    ui.horizontal(|ui| {
        parts::text(ui, RichText::new(caption(job)).color(tokens.weak));
        if !job.reason.is_empty() {
            ui.add(
                Label::new(RichText::new(format!("· {}", job.reason)).color(tokens.warn.ink))
                    .wrap(),
            );
        }
    });
    back
}

fn outcomes(ui: &mut Ui, record: &JobRecord, which: &mut Which) {
    let tally = &record.summary.tally;
    ui.add_space(4.0);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let mut choice = |ui: &mut Ui, words: String, what: Which| {
            if ui
                .add(egui::Button::selectable(*which == what, words))
                .clicked()
            {
                *which = what;
            }
        };
        choice(
            ui,
            format!("All {}", size::count(tally.items())),
            Which::All,
        );
        for outcome in Outcome::ALL {
            let count = tally.get(outcome);
            if count > 0 {
                choice(
                    ui,
                    format!("{} {}", outcome.words(), size::count(count)),
                    Which::Ended(outcome),
                );
            }
        }
        if tally.pending > 0 {
            choice(
                ui,
                format!("open {}", size::count(tally.pending)),
                Which::Open,
            );
        }
    });
    ui.add_space(2.0);
}

fn items(ui: &mut Ui, record: &JobRecord, shown: &[u32]) {
    ui.spacing_mut().item_spacing.y = 0.0;
    heads(ui, "What was said");
    ScrollArea::vertical()
        .auto_shrink([false, false])
        .show_rows(ui, ITEM_ROW, shown.len(), |ui, range| {
            for &seq in &shown[range] {
                if let Some(item) = record.items.get(seq as usize) {
                    item_row(ui, item, None);
                }
            }
        });
}

/// Where the cells of a row are.
fn columns(row: Rect) -> [Rect; 5] {
    let (left, wide) = (row.left() + 10.0, row.width() - 20.0);
    let starts = [0.0, 78.0, wide * 0.32, wide * 0.55, wide * 0.69, wide];
    std::array::from_fn(|n| {
        let gap = if n < 4 { 12.0 } else { 0.0 };
        Rect::from_x_y_ranges(left + starts[n]..=left + starts[n + 1] - gap, row.y_range())
    })
}

/// What the columns hold; `last` is what the last one does.
fn heads(ui: &mut Ui, last: &str) {
    let tokens = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ITEM_ROW), Sense::hover());
    ui.painter().hline(
        rect.x_range(),
        rect.bottom() - 0.5,
        Stroke::new(1.0, tokens.line),
    );
    let titles = ["Outcome", "Name", "Id", "Evidence", last];
    for (place, title) in columns(rect).into_iter().zip(titles) {
        ui.painter().text(
            place.left_center(),
            egui::Align2::LEFT_CENTER,
            title,
            theme::caption(),
            tokens.weak,
        );
        let id = ui.scope_id().with(("head", title));
        let head = ui.interact(place, id, Sense::hover());
        head.widget_info(|| WidgetInfo::labeled(egui::Role::ColumnHeader, true, title));
    }
}

fn item_row(ui: &mut Ui, record: &ItemRecord, job: Option<&JobSummary>) -> egui::Response {
    let tokens = Tokens::of(ui);
    let sense = if job.is_some() {
        Sense::click()
    } else {
        Sense::hover()
    };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ITEM_ROW), sense);
    if job.is_some() && response.hovered() {
        ui.painter().rect_filled(rect, 6.0, tokens.hover);
    }
    let (word, pair) = outcome_ink(record.outcome(), tokens);
    let name = if record.item.name.is_empty() {
        record.item.id.as_str()
    } else {
        &record.item.name
    };
    let problem = record
        .settled
        .as_ref()
        .map(|settled| settled.problem.as_str())
        .unwrap_or_default();
    let last = match job {
        Some(job) => format!("Job {} · {} {problem}", job.id, job.verb.past()),
        None => problem.to_owned(),
    };
    let last_ink = match record.outcome().is_some_and(Outcome::is_problem) {
        true => tokens.bad.ink,
        false => tokens.weak,
    };
    let evidence = evidence(record);
    let cells = [
        (word, pair.ink),
        (name, tokens.text),
        (record.item.id.as_str(), tokens.weak),
        (&evidence, tokens.weak),
        (&last, last_ink),
    ];
    for (place, (words, ink)) in columns(rect).into_iter().zip(cells) {
        let words = text::visible(words);
        let words = parts::elide_middle(ui.painter(), &words, &theme::body(), place.width());
        let align = egui::Align2::LEFT_CENTER;
        ui.painter()
            .text(place.left_center(), align, words, theme::body(), ink);
    }
    response.widget_info(|| {
        WidgetInfo::labeled(
            egui::Role::ListItem,
            true,
            format!("{name}: {word} {problem}"),
        )
    });
    response.on_hover_text(hover(record))
}

/// `answer · sent once`, `re-read · sent 2×`: what the outcome rests on.
fn evidence(record: &ItemRecord) -> String {
    let evidence = record.settled.as_ref().and_then(|end| end.evidence);
    let sent = match record.attempts {
        0 => return String::new(),
        1 => "sent once".to_owned(),
        times => format!("sent {times}×"),
    };
    match evidence {
        Some(evidence) => format!("{} · {sent}", evidence.key()),
        None => sent,
    }
}

fn hover(record: &ItemRecord) -> String {
    let settled = record.settled.as_ref();
    let sent = size::counted(u64::from(record.attempts), "time", "times");
    let mut lines = vec![
        text::visible(&record.item.name).into_owned(),
        record.item.id.to_string(),
    ];
    if let Some(settled) = settled {
        lines.push(
            format!("{} {}", settled.outcome.words(), settled.problem)
                .trim_end()
                .to_owned(),
        );
        if let Some(evidence) = settled.evidence {
            lines.push(format!("Evidence: {}", evidence.key()));
        }
    }
    lines.push(format!("Sent {sent}"));
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

fn outcome_ink(outcome: Option<Outcome>, tokens: &Tokens) -> (&'static str, Ink) {
    match outcome {
        Some(outcome @ Outcome::Done) => (outcome.words(), tokens.ok),
        Some(outcome @ (Outcome::Absent | Outcome::Skipped | Outcome::NotSent)) => {
            (outcome.words(), tokens.plain)
        }
        Some(outcome) => (outcome.words(), tokens.bad),
        None => ("open", tokens.warn),
    }
}

fn found_ui(ui: &mut Ui, found: &[Found], send: &mut Vec<Command>) {
    if found.is_empty() {
        let words = "No job of this computer ever had an item with that id or name.";
        return super::empty::ui(ui, "Nothing found", words, &[], send);
    }
    if found.len() == FOUND {
        parts::weak(
            ui,
            format!("The first {} are shown.", size::count(FOUND as u64)),
        );
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    heads(ui, "Job");
    ScrollArea::vertical()
        .auto_shrink([false, false])
        .show_rows(ui, ITEM_ROW, found.len(), |ui, range| {
            for (job, item) in &found[range] {
                if item_row(ui, item, Some(job)).clicked() {
                    send.push(Command::OpenJob(job.id));
                }
            }
        });
}
