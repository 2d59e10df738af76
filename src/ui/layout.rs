//! How the window is laid out, and what stands where.

use egui::{CentralPanel, Context, Frame, Margin, Panel, Ui};

use super::app::{App, Sheet};
use super::command::{Command, Place};
use super::flash;
use super::parts::{self, Icon};
use super::sheets::{self, Stay};
use super::theme::{self, Tokens};
use super::views;
use super::workspace::State;
use crate::job::Guard;
use crate::model::{JobId, JobState, JobSummary, ProfileId, Verb, text};

/// Room that the rows need beside the details: with less the details give way.
const TABLE: f32 = 560.0;

/// The least room for rows, with details that were asked for in a narrow window.
const LEAST_TABLE: f32 = 340.0;

/// A window that has no room for rows and details.
#[derive(Default)]
pub(super) struct Narrow {
    is: bool,
    /// Whether details are wanted all the same; not kept, and nothing that a wide window goes by.
    details: bool,
}

impl App {
    pub(super) fn layout(&mut self, ui: &mut Ui) {
        let tokens = Tokens::of(ui);
        ui.painter().rect_filled(ui.max_rect(), 0.0, tokens.bg);
        self.band(ui);
        let side = Frame::new()
            .fill(tokens.panel)
            .inner_margin(Margin::symmetric(8, 0));
        Panel::left("sidebar")
            .exact_size(theme::SIDEBAR)
            .resizable(false)
            .frame(side)
            .show(ui, |ui| {
                self.sidebar(ui);
            });
        self.details_pane(ui);
        self.bottom(ui);
        CentralPanel::no_frame().show(ui, |ui| self.center(ui));
        self.sheet_ui(ui);
        self.close_question(ui.ctx());
        sheets::keyboard::give_back(ui.ctx());
        flash::ui(ui.ctx());
    }

    fn band(&self, ui: &mut Ui) {
        let color = self
            .workspaces
            .get(self.current)
            .map_or(Tokens::of(ui).line, |workspace| {
                super::color(workspace.profile.colour)
            });
        let frame = Frame::new().fill(color);
        Panel::top("band")
            .exact_size(theme::BAND)
            .resizable(false)
            .show_separator_line(false)
            .frame(frame)
            .show(ui, |_| {});
    }

    fn sidebar(&mut self, ui: &mut Ui) {
        let lines: Vec<_> = self
            .workspaces
            .iter()
            .enumerate()
            .map(|(n, workspace)| views::sidebar::Line {
                workspace,
                current: n == self.current,
            })
            .collect();
        let unfinished = self.history.unfinished(&self.running_jobs()).count();
        let saved = &self.settings.filters;
        views::sidebar::ui(ui, &lines, saved, unfinished, &mut self.commands);
    }

    fn details_pane(&mut self, ui: &mut Ui) {
        let rest = ui.available_width() - theme::DETAILS;
        if !self.shows_details(rest) {
            return;
        }
        let Some(workspace) = self.workspaces.get_mut(self.current) else {
            return;
        };
        if let Some(kind) = workspace.shown_things() {
            return views::things::pane(ui, &self.engine, workspace, kind, &mut self.commands);
        }
        let Some(list) = workspace.shown() else {
            return;
        };
        let mut row = list.at_cursor(&workspace.catalogue);
        if row.is_none() && rest < views::files::roomy(&list.table) {
            return;
        }
        if let Some(row) = &mut row
            && let Some(problem) = workspace.problems.get(&row.id)
        {
            row.odd = Some(problem.words.clone());
        }
        let tokens = Tokens::of(ui);
        parts::side(ui, "details", |ui| {
            let Some(row) = row else {
                ui.centered_and_justified(|ui| {
                    parts::text(
                        ui,
                        egui::RichText::new("Select a file to see its details").color(tokens.faint),
                    );
                });
                return;
            };
            let session = match &workspace.state {
                State::Open(session) => Some(session.clone()),
                _ => None,
            };
            let kept = Guard::of(&workspace.profile.keep, Verb::Delete);
            let kept = kept.ok().and_then(|guard| guard.why(&row));
            let (pictures, details) = (&mut workspace.pictures, &mut workspace.details);
            details.kept = kept;
            details.ui(
                ui,
                &self.engine,
                &workspace.profile,
                session.as_ref(),
                &row,
                pictures,
                &mut self.commands,
            );
        });
    }

    /// Whether details are wanted, with this much room beside them: in a narrow window only once asked for.
    fn shows_details(&mut self, rest: f32) -> bool {
        let narrow = &mut self.narrow;
        narrow.is = rest < TABLE;
        match narrow.is {
            true => narrow.details && rest >= LEAST_TABLE,
            false => self.settings.details,
        }
    }

    pub(super) fn toggle_details(&mut self) {
        let shown = match self.narrow.is {
            true => &mut self.narrow.details,
            false => &mut self.settings.details,
        };
        *shown = !*shown;
    }

    fn bottom(&mut self, ui: &mut Ui) {
        if let Some(workspace) = self.workspaces.get_mut(self.current) {
            let mut toast = workspace.toast.take();
            views::bars::ui(ui, workspace, &mut toast, &mut self.commands);
            workspace.toast = toast;
        }
        self.see_toast(ui.ctx());
    }

    fn center(&mut self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = 0.0;
        self.notices_ui(ui);
        let Some(workspace) = self.workspaces.get_mut(self.current) else {
            let words = "A profile is one project on one service. Its secret key is kept in your system's keyring. To look around first, start `tallyman --demo`.";
            return views::empty::ui(
                ui,
                "Add your first project",
                words,
                &[Command::AddProfile],
                &mut self.commands,
            );
        };
        views::header::ui(ui, workspace, &mut self.commands);
        views::bars::line(ui);
        if workspace.place == Place::History {
            return self.history_ui(ui);
        }
        views::cached::ui(ui, workspace, &mut self.commands);
        if super::cached::shows_rows(workspace) {
            return views::files::ui(ui, &self.engine, workspace, &mut self.commands);
        }
        match &workspace.state {
            State::Failed(error) => {
                let words = format!("{}\n{}", error.message, error.hint);
                let id = workspace.profile.id.clone();
                let mut commands = vec![Command::Reopen, Command::EditProfile(id)];
                if error.about_keys {
                    commands.reverse();
                }
                views::empty::ui(
                    ui,
                    "This profile could not be opened",
                    &words,
                    &commands,
                    &mut self.commands,
                );
            }
            State::Closed | State::Opening => {
                views::empty::ui(
                    ui,
                    "Opening…",
                    "Asking the keyring and the service.",
                    &[],
                    &mut self.commands,
                );
            }
            State::Open(_) if workspace.place == Place::Overview => {
                views::overview::ui(ui, &self.engine, workspace, &mut self.commands);
            }
            State::Open(_) if workspace.place == Place::Groups => {
                views::groups::ui(ui, &self.engine, workspace, &mut self.commands);
            }
            State::Open(_) if let Some(kind) = workspace.shown_things() => {
                views::things::ui(ui, &self.engine, workspace, kind, &mut self.commands);
            }
            State::Open(_) => views::files::ui(ui, &self.engine, workspace, &mut self.commands),
        }
    }

    fn history_ui(&mut self, ui: &mut Ui) {
        let running = self.running_jobs();
        let blocked = self.ledger_trouble();
        let colours: Vec<_> = self
            .workspaces
            .iter()
            .map(|one| (one.profile.id.clone(), super::color(one.profile.colour)))
            .collect();
        let can = views::history::Can {
            running: &running,
            blocked: blocked.as_deref(),
            profile: self.workspaces.get(self.current).map(|one| &one.profile.id),
            colours: &colours,
        };
        views::history::ui(ui, &mut self.history, &can, &mut self.commands);
    }

    fn notices_ui(&mut self, ui: &mut Ui) {
        let cut_off = self.cut_off();
        let (waits, earlier) = (self.waiting_words(), self.earlier_words());
        let told = cut_off.is_some() || waits.is_some() || earlier.is_some();
        if self.notices.is_empty() && !told && self.ledger_trouble().is_none() {
            return;
        }
        let tokens = Tokens::of(ui);
        Frame::new()
            .inner_margin(Margin {
                left: 12,
                right: 12,
                top: 10,
                bottom: 0,
            })
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 6.0;
                if let Some(trouble) = self.ledger_trouble() {
                    parts::notice_links(ui, Icon::Warning, tokens.bad, &trouble, &[]);
                }
                if let Some((job, words)) = cut_off {
                    let links = ["Check and continue", "Show"];
                    match parts::notice_links(ui, Icon::Warning, tokens.warn, &words, &links) {
                        Some(0) => self.commands.push(Command::Continue(job)),
                        Some(_) => self.commands.push(Command::OpenJob(job)),
                        None => {}
                    }
                }
                if let Some((words, mut offers)) = waits {
                    let titles: Vec<_> = offers.iter().map(Command::title).collect();
                    let links = titles.iter().map(String::as_str).chain(["Close"]);
                    let links: Vec<_> = links.collect();
                    match parts::notice_links(ui, Icon::Info, tokens.warn, &words, &links) {
                        Some(n) if n < offers.len() => {
                            let offer = offers.swap_remove(n);
                            self.commands.push(offer);
                        }
                        Some(_) => self.waiting = None,
                        None => {}
                    }
                }
                if let Some((job, words)) = earlier {
                    let links = ["Show", "Close"];
                    let clicked = parts::notice_links(ui, Icon::Info, tokens.warn, &words, &links);
                    if let Some(n) = clicked {
                        self.earlier_clicked(job, n == 0);
                    }
                }
                let mut closed = None;
                for (n, notice) in self.notices.iter().enumerate() {
                    if parts::notice_links(ui, Icon::Info, tokens.warn, notice, &["Close"])
                        .is_some()
                    {
                        closed = Some(n);
                    }
                }
                if let Some(n) = closed {
                    self.notices.remove(n);
                }
            });
    }

    /// A job that a crash cut off: it says that it runs, and nobody runs it.
    pub(super) fn cut_off(&self) -> Option<(JobId, String)> {
        let running = self.running_jobs();
        let waits = |job: &JobId| {
            self.continuing
                .iter()
                .any(|continuing| continuing.job == *job)
        };
        let job = self
            .history
            .unfinished(&running)
            .find(|job| job.state == JobState::Running && !waits(&job.id))?;
        if self.workspaces.iter().any(|workspace| {
            workspace
                .running
                .as_ref()
                .is_some_and(|running| running.job.is_none())
        }) {
            return None;
        }
        let zone = jiff::tz::TimeZone::system();
        let words = format!(
            "Job {} of {}, begun {}, was cut off: {}.",
            job.id,
            text::visible(&job.source.profile_name),
            job.created.to_minute(&zone),
            job.sentence()
        );
        Some((job.id, words))
    }

    fn sheet_ui(&mut self, ui: &Ui) {
        let ctx = ui.ctx().clone();
        let Some(mut sheet) = self.sheet.take() else {
            return;
        };
        let stay = match &mut sheet {
            Sheet::Keys => sheets::keys::ui(&ctx),
            Sheet::Keep(sheet) => {
                let (stay, saved) = sheet.ui(&ctx);
                if let Some(profile) = saved {
                    self.keep_list(&ctx, &profile.id, profile.keep);
                }
                stay
            }
            Sheet::Filter(sheet) => {
                let (stay, kept) = sheet.ui(&ctx);
                if let Some(filter) = kept {
                    self.keep_filter(sheet.at, filter);
                }
                stay
            }
            Sheet::Forget(profile) => {
                let (stay, yes) = sheets::forget::ui(&ctx, profile);
                if yes {
                    self.forget(profile.id.clone());
                }
                stay
            }
            Sheet::Profile(sheet) => {
                let (stay, done) =
                    sheet.ui(&ctx, &self.engine, &self.secrets, self.profiles.list());
                if let Some(sheets::profile::Done::Save(profile)) = done {
                    self.save_profile(*profile);
                }
                stay
            }
            Sheet::Report(sheet) => match &self.ledger {
                Ok(ledger) => {
                    if let Some(newest) = self.newest(sheet.job()) {
                        sheet.follow(newest);
                    }
                    sheet.ui(&ctx, &self.engine, &self.secrets, ledger)
                }
                Err(_) => Stay::Close,
            },
            Sheet::Plan { profile, sheet } => self.plan_ui(&ctx, &profile.clone(), sheet),
            Sheet::Folder { profile, sheet } => self.folder_ui(&ctx, &profile.clone(), sheet),
        };
        if stay == Stay::Open {
            self.sheet = Some(sheet);
        }
    }

    /// A job as it stands: as last read, with the counts that a run has told since.
    fn newest(&self, job: JobId) -> Option<JobSummary> {
        let mut summary = self.history.job(job)?.clone();
        let running = self
            .workspaces
            .iter()
            .filter_map(|one| one.running.as_ref());
        let mut progress = running.filter_map(|running| running.progress.as_ref());
        if let Some(progress) = progress.find(|progress| progress.job == job) {
            summary.tally = progress.tally;
            summary.state = progress.state;
        }
        Some(summary)
    }

    fn plan_ui(
        &mut self,
        ctx: &Context,
        profile: &ProfileId,
        sheet: &mut sheets::plan::PlanSheet,
    ) -> Stay {
        let at = self
            .workspaces
            .iter()
            .position(|workspace| workspace.profile.id == *profile);
        let session = at.and_then(|at| self.workspaces[at].session().cloned());
        let (stay, confirmed) = sheet.ui(ctx, &self.engine, session.as_ref());
        if confirmed.is_some() {
            self.refresh_keep(profile);
        }
        if let (Some(plan), Some(at), Ok(ledger)) = (confirmed, at, &self.ledger) {
            let ledger = ledger.clone();
            self.workspaces[at].toast = None;
            let started = self.workspaces[at].start(&self.engine, ledger, plan);
            self.notices.extend(started.err());
        }
        stay
    }
}
