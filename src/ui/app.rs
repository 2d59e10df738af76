//! The window's state, and what it does once a frame.

use std::sync::Arc;
use std::time::Duration;

use egui::{Context, Popup, Ui};
use poll_promise::Promise;

use super::cached::{self, Caches, ReadList};
use super::closing::Closing;
use super::command::Command;
use super::engine::{Engine, Event};
use super::history::History;
use super::layout::Narrow;
use super::purge_after::Purging;
use super::settings::Settings;
use super::sheets;
use super::start::{self, Setup};
use super::theme::{self, Tokens};
use super::waiting::Waiting;
use super::workspace::{Toast, Workspace};
use crate::demo;
use crate::ledger::{Ledger, LedgerError};
use crate::model::{ItemKind, JobId, JobRecord, JobSummary, Plan, ProfileId, Verb};
use crate::profile::{Profile, Profiles, Secrets};

/// What one frame may spend on events.
const BUDGET: Duration = Duration::from_millis(8);

/// The sheet that is open.
pub(super) enum Sheet {
    Profile(Box<sheets::profile::ProfileSheet>),
    Forget(Box<Profile>),
    Keep(Box<sheets::keep::KeepSheet>),
    Plan {
        profile: ProfileId,
        sheet: Box<sheets::plan::PlanSheet>,
    },
    Folder {
        profile: ProfileId,
        sheet: Box<sheets::folder::FolderSheet>,
    },
    Report(Box<sheets::report::ReportSheet>),
    Filter(Box<sheets::filter::FilterSheet>),
    Keys,
}

/// A job that is about to be continued: its items are being read.
pub(super) struct Continuing {
    pub(super) profile: ProfileId,
    pub(super) job: JobId,
    pub(super) record: Promise<Result<JobRecord, LedgerError>>,
}

/// The window.
pub struct App {
    pub(super) engine: Engine,
    pub(super) profiles: Profiles,
    pub(super) secrets: Secrets,
    pub(super) ledger: Result<Arc<Ledger>, String>,
    pub(super) workspaces: Vec<Workspace>,
    pub(super) current: usize,
    pub(super) history: History,
    pub(super) sheet: Option<Sheet>,
    pub(super) continuing: Vec<Continuing>,
    pub(super) purging: Vec<Purging>,
    pub(super) settings: Settings,
    saved: Settings,
    /// What went wrong at the start or with a file of ours, until it is closed.
    pub(super) notices: Vec<String>,
    pub(super) commands: Vec<Command>,
    pub(super) closing: Closing,
    pub(super) narrow: Narrow,
    /// What was asked of a job whose profile is not open yet.
    pub(super) waiting: Option<Waiting>,
    /// Jobs that ended with problems before this start, while nobody read of it.
    pub(super) earlier: Vec<JobId>,
    demo: Option<demo::Server>,
    setup: Setup,
}

impl App {
    /// Opens profiles, ledger and, for `--demo`, the embedded service.
    ///
    /// # Errors
    /// If the system gives no threads or no loopback port.
    pub fn new(ctx: &Context, setup: Setup) -> Result<Self, String> {
        theme::install(ctx);
        let settings = Settings::load(&setup.data_dir());
        ctx.set_theme(settings.theme());
        let mut engine = Engine::new(ctx.clone())
            .map_err(|error| format!("No threads can be started: {error}"))?;
        let data_dir = setup.data_dir();
        let mut notices = Vec::new();
        let mut profiles = Profiles::load(&data_dir).map_err(|error| error.to_string())?;
        notices.extend(profiles.notice().map(str::to_owned));
        let secrets = Secrets::new(setup.keyring.clone());
        let demo = if setup.start.demo {
            Some(start::demo(&engine, &mut profiles, &secrets)?)
        } else {
            None
        };
        let ledger = start::ledger(&data_dir, &mut notices);
        if setup.keeps_data() {
            let owns = ledger.as_ref().is_ok_and(|ledger| !ledger.is_read_only());
            engine.caches = Caches::new(data_dir, owns);
        }
        let mut app = Self {
            workspaces: profiles
                .list()
                .iter()
                .cloned()
                .map(Workspace::new)
                .collect(),
            engine,
            profiles,
            secrets,
            ledger,
            current: 0,
            history: History::default(),
            sheet: None,
            continuing: Vec::new(),
            purging: Vec::new(),
            saved: settings.clone(),
            earlier: settings.unseen.clone(),
            settings,
            notices,
            commands: Vec::new(),
            closing: Closing::No,
            narrow: Narrow::default(),
            waiting: None,
            demo,
            setup,
        };
        app.settle_workspaces();
        app.refresh_history();
        app.open_current();
        Ok(app)
    }

    /// Whether all lists show their newest order: nothing is being filtered or sorted.
    pub fn is_settled(&self) -> bool {
        self.workspaces.iter().all(Workspace::is_settled)
    }

    /// Whether no job runs.
    pub fn is_idle(&self) -> bool {
        !self.workspaces.iter().any(Workspace::is_busy)
    }

    /// The plan that the open sheet shows, once it is made.
    pub fn shown_plan(&self) -> Option<&Plan> {
        match &self.sheet {
            Some(Sheet::Plan { sheet, .. }) => sheet.plan(),
            _ => None,
        }
    }

    /// The embedded service, if this window runs on one.
    pub fn demo(&self) -> Option<&demo::Server> {
        self.demo.as_ref()
    }

    /// Whether keys are kept in memory only.
    pub(super) fn is_demo(&self) -> bool {
        self.setup.start.demo
    }

    /// Tells each workspace what it cannot know: whether jobs can be written down, how columns are set.
    pub(super) fn settle_workspaces(&mut self) {
        let blocked = self.ledger_trouble();
        for workspace in &mut self.workspaces {
            workspace.blocked = blocked.clone();
            if workspace.files.is_new() {
                self.settings.dress(&mut workspace.files.table);
                self.settings.dress(&mut workspace.removed.table);
                workspace.withdraw_columns();
            }
        }
    }

    /// Why no job can be written down; `None` if one can.
    pub(super) fn ledger_trouble(&self) -> Option<String> {
        match &self.ledger {
            Ok(ledger) if !ledger.can_write() => Some(match ledger.notice() {
                Some(why) if !ledger.is_held_elsewhere() => why.to_owned(),
                _ => "Another window has this data folder open. This one only looks.".into(),
            }),
            Ok(_) => None,
            Err(error) => Some(error.clone()),
        }
    }

    /// Writes the window's settings at once.
    pub(super) fn save_settings(&mut self) {
        self.settings.save(&self.setup.data_dir());
        self.saved = self.settings.clone();
    }

    pub(super) fn refresh_history(&mut self) {
        if let Ok(ledger) = &self.ledger {
            self.history.refresh(&self.engine, ledger);
        }
    }

    pub(super) fn open_current(&mut self) {
        if let Some(workspace) = self.workspaces.get_mut(self.current) {
            workspace.open(&self.engine, &self.secrets);
        }
    }

    pub(super) fn workspace(&mut self, id: &ProfileId) -> Option<&mut Workspace> {
        self.workspaces
            .iter_mut()
            .find(|workspace| workspace.profile.id == *id)
    }

    pub(super) fn running_jobs(&self) -> Vec<JobId> {
        self.workspaces
            .iter()
            .filter_map(|workspace| workspace.running.as_ref())
            .filter_map(|running| running.job)
            .collect()
    }

    fn take(&mut self, ctx: &Context, event: Event) {
        match event {
            Event::Opened {
                profile,
                question,
                result,
            } => self.opened(&profile, question, result),
            Event::Cached {
                profile,
                question,
                result,
            } => self.cache_arrived(&profile, question, result),
            Event::Files {
                profile,
                listing,
                run,
                page,
            } => {
                self.with(&profile, |workspace| {
                    workspace.files_arrived(listing, run, page)
                });
            }
            Event::FilesEnded {
                profile,
                listing,
                run,
                result,
            } => {
                self.with(&profile, |workspace| {
                    workspace.files_ended(listing, run, result)
                });
                self.keep(&profile);
            }
            Event::Groups { profile, run, page } => {
                self.with(&profile, |workspace| workspace.groups.arrived(run, page));
            }
            Event::GroupsEnded {
                profile,
                run,
                result,
            } => {
                self.with(&profile, |workspace| workspace.groups.ended(run, result));
            }
            Event::Things {
                profile,
                kind,
                run,
                page,
            } => {
                self.with(&profile, |workspace| {
                    if let Some(things) = workspace.things_mut(kind) {
                        things.list.arrived(run, page);
                    }
                });
            }
            Event::ThingsEnded {
                profile,
                kind,
                run,
                result,
            } => {
                self.with(&profile, |workspace| {
                    if let Some(things) = workspace.things_mut(kind) {
                        things.list.ended(run, result);
                    }
                });
            }
            Event::ThingPicture {
                profile,
                kind,
                id,
                side,
                image,
            } => {
                self.with(&profile, |workspace| {
                    if let Some(things) = workspace.things_mut(kind) {
                        things.pictures.arrived(ctx, id, side, image);
                    }
                });
            }
            Event::Arranged {
                profile,
                view,
                question,
                arrangement,
            } => {
                self.with(&profile, |workspace| {
                    workspace.arranged(view, question, arrangement)
                });
            }
            Event::Found { profile, run, page } => {
                self.with(&profile, |workspace| workspace.found(run, page));
            }
            Event::FoundEnded {
                profile,
                run,
                result,
            } => self.with(&profile, |workspace| workspace.found_ended(run, result)),
            Event::Picture {
                profile,
                id,
                side,
                image,
            } => {
                self.with(&profile, |workspace| {
                    workspace.picture(ctx, id, side, image)
                });
            }
            Event::JobStarted { profile, job } => {
                self.with(&profile, |workspace| {
                    if let Some(running) = &mut workspace.running {
                        running.job = Some(job);
                    }
                });
                self.refresh_history();
            }
            Event::Job(progress) => {
                let running = self
                    .workspaces
                    .iter_mut()
                    .filter_map(|workspace| workspace.running.as_mut());
                for running in running.filter(|running| running.job == Some(progress.job)) {
                    running.progress = Some(progress.clone());
                }
            }
            Event::Settled { job, settled } => {
                self.workspaces
                    .iter_mut()
                    .for_each(|workspace| workspace.settled(job, &settled));
            }
            Event::JobEnded {
                profile,
                job,
                result,
            } => self.job_ended(&profile, job, result.map(|summary| *summary)),
        }
    }

    fn cache_arrived(&mut self, id: &ProfileId, question: u64, result: ReadList) {
        let workspaces = &mut self.workspaces;
        let workspace = workspaces.iter_mut().find(|one| one.profile.id == *id);
        let told = workspace.and_then(|one| one.cache_arrived(&self.engine, question, result));
        if let Some(words) = told {
            self.notify(words);
        }
    }

    /// Writes a profile's list to disk, if there is anything new to write.
    fn keep(&mut self, id: &ProfileId) {
        let mut workspaces = self.workspaces.iter_mut();
        if let Some(workspace) = workspaces.find(|one| one.profile.id == *id) {
            workspace.keep(&self.engine);
        }
    }

    fn with(&mut self, id: &ProfileId, act: impl FnOnce(&mut Workspace)) {
        if let Some(workspace) = self.workspace(id) {
            act(workspace);
        }
    }

    fn opened(
        &mut self,
        id: &ProfileId,
        question: u64,
        result: Result<super::engine::Session, super::engine::OpenError>,
    ) {
        let Some(at) = self
            .workspaces
            .iter()
            .position(|workspace| workspace.profile.id == *id && workspace.awaits(question))
        else {
            return;
        };
        if let Ok(session) = &result {
            self.refresh_keep(id);
            let profile = &mut self.workspaces[at].profile;
            if profile.account.as_ref() != Some(&session.account) {
                profile.account = Some(session.account.clone());
                if let Err(error) = self.profiles.put(profile.clone()) {
                    self.notices.push(error.to_string());
                }
            }
        }
        if let Ok(session) = &result
            && let Some(words) = self.workspaces[at].check_cache(&session.account)
        {
            self.notify(words);
        }
        self.workspaces[at].opened(&self.engine, result);
    }

    fn job_ended(
        &mut self,
        id: &ProfileId,
        job: Option<JobId>,
        result: Result<JobSummary, String>,
    ) {
        if let Ok(summary) = &result {
            self.history.note(summary);
            self.note_unseen(summary);
            self.purge_later(id, summary);
        }
        let mut ended = None;
        if let Some(workspace) = self.workspace(id) {
            let verb = workspace.job_over(job).map(|running| running.verb);
            let restore = workspace
                .session()
                .is_some_and(|session| session.service.can().restore);
            workspace.toast = Some(match &result {
                Ok(summary) => Toast::of(summary, restore),
                Err(error) => Toast {
                    job,
                    kind: verb.map_or(ItemKind::File, Verb::kind),
                    text: error.clone(),
                    more: String::new(),
                    bad: true,
                    problems: false,
                    restore: false,
                    unfinished: job.is_some(),
                },
            });
            ended = verb;
        }
        if let Some(verb) = ended {
            self.relist(id, verb);
        }
        self.keep(id);
        self.refresh_history();
        if let (Some(open), Some(job), Ok(ledger)) = (&self.history.open, job, &self.ledger)
            && open.id == job
        {
            self.history.open(&self.engine, &ledger.clone(), job);
        }
        self.open_edited(id);
    }

    fn keys(&mut self, ctx: &Context) {
        if self.sheet.is_some() || self.is_asked_to_close() || Popup::is_any_open(ctx) {
            return;
        }
        let typing = ctx.text_edit_focused();
        for (shortcut, command) in Command::keyed() {
            if typing && shortcut.modifiers.is_none() {
                continue;
            }
            if ctx.input_mut(|input| input.consume_shortcut(&shortcut)) {
                if shortcut.logical_key == egui::Key::Slash {
                    // The key focuses the filter; it is not its first letter.
                    ctx.input_mut(|input| input.events.retain(|event| !is_slash(event)));
                }
                self.commands.push(command);
            }
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        let mut events = Vec::new();
        self.engine.drain(BUDGET, |event| events.push(event));
        for event in events {
            self.take(ctx, event);
        }
        self.waiting_ready();
        self.continue_ready();
        self.purge_ready();
        if let Ok(ledger) = &self.ledger {
            self.history.tick(&self.engine, &ledger.clone(), ctx);
        }
        self.close_politely(ctx);
        self.keys(ctx);
        self.run_commands(ctx);
        for workspace in &mut self.workspaces {
            if workspace.tick_folders(ctx, &self.engine) {
                workspace.refresh_files(&self.engine, crate::service::Listing::Existing);
            }
            workspace.arrange(&self.engine);
        }
        if let Some(workspace) = self.workspaces.get_mut(self.current) {
            let filters = self.settings.filters.iter();
            let texts = filters.map(|filter| filter.text.clone()).collect();
            workspace.count(ctx, &self.engine, texts);
        }
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.layout(ui);
        if !self.commands.is_empty() {
            ui.request_repaint();
        }
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        if let Some(workspace) = self.workspaces.get(self.current) {
            self.settings
                .note_columns(&workspace.files.table, &["problem"]);
        }
        if self.settings != self.saved {
            self.settings.save(&self.setup.data_dir());
        }
        cached::leave(&self.engine, &mut self.workspaces);
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        Tokens::of_dark(visuals.dark_mode)
            .bg
            .to_normalized_gamma_f32()
    }
}

fn is_slash(event: &egui::Event) -> bool {
    matches!(event, egui::Event::Text(text) if text == "/")
}
