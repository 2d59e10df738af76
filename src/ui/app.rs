//! The window's state, what it does once a frame, and how it is laid out.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use egui::{CentralPanel, Context, Frame, Margin, Panel, Ui, ViewportCommand};
use poll_promise::Promise;

use super::command::{Command, Place};
use super::engine::{Engine, Event};
use super::history::History;
use super::parts::{self, Icon};
use super::settings::Settings;
use super::sheets::{self, Stay};
use super::start::Start;
use super::theme::{self, Tokens};
use super::views::{self, bars::Toast};
use super::workspace::{State, Workspace};
use crate::demo;
use crate::ledger::{Ledger, LedgerError};
use crate::model::{
    Account, JobId, JobRecord, JobState, JobSummary, ProfileId, ServiceKind, Verb, sentence,
};
use crate::profile::{Colour, Keyring, Profile, Profiles, Secrets};

/// What one frame may spend on events.
const BUDGET: Duration = Duration::from_millis(8);

/// All that a window needs to open. Cheap to clone: a second renderer may have to try.
#[derive(Clone)]
pub struct Setup {
    start: Start,
    keyring: Keyring,
    /// Lives as long as the window; `None` where the person named a folder.
    scratch: Option<Arc<tempfile::TempDir>>,
}

impl Setup {
    /// Decides where the data is.
    ///
    /// # Errors
    /// If there is no room for a temporary folder.
    pub fn new(start: Start, keyring: Keyring) -> Result<Self, String> {
        let scratch = if start.demo && !start.data_dir_given {
            let made = tempfile::Builder::new().prefix("tallyman-demo-").tempdir();
            Some(Arc::new(made.map_err(|error| {
                format!("No temporary folder can be made: {error}")
            })?))
        } else {
            None
        };
        Ok(Self {
            start,
            keyring,
            scratch,
        })
    }

    fn data_dir(&self) -> PathBuf {
        match &self.scratch {
            Some(scratch) => scratch.path().to_path_buf(),
            None => self.start.data_dir.clone(),
        }
    }
}

/// The sheet that is open.
pub(super) enum Sheet {
    Profile(Box<sheets::profile::ProfileSheet>),
    Forget(Profile),
    Plan {
        profile: ProfileId,
        sheet: Box<sheets::plan::PlanSheet>,
    },
    Report(Box<sheets::report::ReportSheet>),
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
    pub(super) settings: Settings,
    saved: Settings,
    /// What went wrong at the start or with a file of ours, until it is closed.
    pub(super) notices: Vec<String>,
    pub(super) commands: Vec<Command>,
    closing: bool,
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
        let engine = Engine::new(ctx.clone())
            .map_err(|error| format!("No threads can be started: {error}"))?;
        let data_dir = setup.data_dir();
        let mut notices = Vec::new();
        let mut profiles = Profiles::load(&data_dir).map_err(|error| error.to_string())?;
        notices.extend(profiles.notice().map(str::to_owned));
        let secrets = Secrets::new(setup.keyring.clone());
        let demo = if setup.start.demo {
            Some(start_demo(&engine, &mut profiles, &secrets)?)
        } else {
            None
        };
        let ledger = open_ledger(&data_dir, &mut notices);
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
            saved: settings.clone(),
            settings,
            notices,
            commands: Vec::new(),
            closing: false,
            demo,
            setup,
        };
        app.settle_workspaces();
        app.refresh_history();
        app.open_current();
        Ok(app)
    }

    /// The embedded service, if this window runs on one.
    pub fn demo(&self) -> Option<&demo::Server> {
        self.demo.as_ref()
    }

    /// Tells each workspace what it cannot know: whether jobs can be written down, how columns are set.
    pub(super) fn settle_workspaces(&mut self) {
        let blocked = self.ledger_trouble();
        for workspace in &mut self.workspaces {
            workspace.blocked = blocked.clone();
            if workspace.files.is_new() {
                self.settings.dress(&mut workspace.files.table);
                self.settings.dress(&mut workspace.removed.table);
            }
        }
    }

    /// Why no job can be written down; `None` if one can.
    pub(super) fn ledger_trouble(&self) -> Option<String> {
        match &self.ledger {
            Ok(ledger) if ledger.is_read_only() => {
                Some("Another window has this data folder open. This one only looks.".into())
            }
            Ok(_) => None,
            Err(error) => Some(error.clone()),
        }
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
            Event::Opened { profile, result } => self.opened(&profile, result),
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
            Event::Arranged {
                profile,
                listing,
                arrangement,
            } => {
                self.with(&profile, |workspace| {
                    workspace.arranged(listing, arrangement)
                });
            }
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
            } => self.job_ended(&profile, job, result),
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
        result: Result<super::engine::Session, super::engine::OpenError>,
    ) {
        let Some(at) = self
            .workspaces
            .iter()
            .position(|workspace| workspace.profile.id == *id)
        else {
            return;
        };
        if let Ok(session) = &result {
            let profile = &mut self.workspaces[at].profile;
            if profile.account.as_ref() != Some(&session.account) {
                profile.account = Some(session.account.clone());
                if let Err(error) = self.profiles.put(profile.clone()) {
                    self.notices.push(error.to_string());
                }
            }
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
        }
        let engine = &self.engine;
        if let Some(workspace) = self
            .workspaces
            .iter_mut()
            .find(|workspace| workspace.profile.id == *id)
        {
            let verb = workspace.running.take().map(|running| running.verb);
            let restore = workspace
                .session()
                .is_some_and(|session| session.service.can().restore);
            workspace.toast = Some(match &result {
                Ok(summary) => toast(summary, restore),
                Err(error) => Toast {
                    job,
                    text: error.clone(),
                    more: String::new(),
                    bad: true,
                    problems: false,
                    restore: false,
                    unfinished: job.is_some(),
                },
            });
            if verb == Some(Verb::Restore) {
                workspace.refresh_files(engine, crate::service::Listing::Existing);
            }
        }
        self.refresh_history();
        if let (Some(open), Some(job), Ok(ledger)) = (&self.history.open, job, &self.ledger)
            && open.id == job
        {
            self.history.open(&self.engine, &ledger.clone(), job);
        }
    }

    fn close_politely(&mut self, ctx: &Context) {
        let busy = self.workspaces.iter().any(Workspace::is_busy);
        if ctx.input(|input| input.viewport().close_requested()) && busy && !self.closing {
            // A second request closes at once: the ledger knows what is open.
            self.closing = true;
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            for running in self
                .workspaces
                .iter()
                .filter_map(|workspace| workspace.running.as_ref())
            {
                running.stop.cancel();
            }
        } else if self.closing && !busy {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
    }

    fn keys(&mut self, ctx: &Context) {
        if self.sheet.is_some() || ctx.any_popup_open() {
            return;
        }
        let typing = ctx.text_edit_focused();
        for (shortcut, command) in Command::keyed() {
            if typing && shortcut.modifiers.is_none() {
                continue;
            }
            if ctx.input_mut(|input| input.consume_shortcut(&shortcut)) {
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
        self.continue_ready();
        if let Ok(ledger) = &self.ledger {
            self.history.tick(&self.engine, &ledger.clone(), ctx);
        }
        self.close_politely(ctx);
        self.keys(ctx);
        self.run_commands(ctx);
        for workspace in &mut self.workspaces {
            workspace.arrange(&self.engine);
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
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        Tokens::of_dark(visuals.dark_mode)
            .bg
            .to_normalized_gamma_f32()
    }
}

impl App {
    fn layout(&mut self, ui: &mut Ui) {
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
        views::sidebar::ui(ui, &lines, unfinished, &mut self.commands);
    }

    fn details_pane(&mut self, ui: &mut Ui) {
        if !self.settings.details || ui.available_width() < 900.0 - theme::SIDEBAR {
            return;
        }
        let Some(workspace) = self.workspaces.get_mut(self.current) else {
            return;
        };
        let Some(list) = workspace.shown() else {
            return;
        };
        let row = list.at_cursor(&workspace.catalogue);
        let tokens = Tokens::of(ui);
        let frame = Frame::new().fill(tokens.panel).inner_margin(Margin {
            left: 16,
            right: 16,
            top: 14,
            bottom: 12,
        });
        Panel::right("details")
            .exact_size(theme::DETAILS)
            .resizable(false)
            .frame(frame)
            .show(ui, |ui| {
                let Some(row) = row else {
                    ui.centered_and_justified(|ui| {
                        parts::text(
                            ui,
                            egui::RichText::new("Select a file to see its details")
                                .color(tokens.faint),
                        );
                    });
                    return;
                };
                let session = match &workspace.state {
                    State::Open(session) => Some(session.clone()),
                    _ => None,
                };
                let (pictures, details) = (&mut workspace.pictures, &mut workspace.details);
                details.ui(
                    ui,
                    &self.engine,
                    &workspace.profile.id,
                    session.as_ref(),
                    &row,
                    pictures,
                    &mut self.commands,
                );
            });
    }

    fn bottom(&mut self, ui: &mut Ui) {
        if let Some(workspace) = self.workspaces.get_mut(self.current) {
            let mut toast = workspace.toast.take();
            views::bars::ui(ui, workspace, &mut toast, &mut self.commands);
            workspace.toast = toast;
        }
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
            State::Open(_) if workspace.place == Place::Groups => {
                views::groups::ui(ui, &self.engine, workspace, &mut self.commands);
            }
            State::Open(_) => views::files::ui(ui, &self.engine, workspace, &mut self.commands),
        }
    }

    fn history_ui(&mut self, ui: &mut Ui) {
        let running = self.running_jobs();
        let blocked = self.ledger_trouble();
        let can = views::history::Can {
            running: &running,
            blocked: blocked.as_deref(),
        };
        views::history::ui(ui, &mut self.history, &can, &mut self.commands);
    }

    fn notices_ui(&mut self, ui: &mut Ui) {
        let cut_off = self.cut_off();
        if self.notices.is_empty() && cut_off.is_none() && self.ledger_trouble().is_none() {
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
    fn cut_off(&self) -> Option<(JobId, String)> {
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
        let words = format!(
            "A job in {} was cut off: {}.",
            job.source.account.label(),
            sentence(job.verb, &job.tally)
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
                Ok(ledger) => sheet.ui(&ctx, &self.engine, ledger),
                Err(_) => Stay::Close,
            },
            Sheet::Plan { profile, sheet } => self.plan_ui(&ctx, &profile.clone(), sheet),
        };
        if stay == Stay::Open {
            self.sheet = Some(sheet);
        }
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
        if let (Some(plan), Some(at), Ok(ledger)) = (confirmed, at, &self.ledger) {
            let ledger = ledger.clone();
            self.workspaces[at].toast = None;
            self.workspaces[at].start(&self.engine, ledger, plan);
        }
        stay
    }
}

/// What the end of a job says.
fn toast(summary: &JobSummary, can_restore: bool) -> Toast {
    let tally = &summary.tally;
    let problems = tally.problems() > 0;
    Toast {
        job: Some(summary.id),
        text: sentence(summary.verb, tally),
        more: summary.reason.clone(),
        bad: problems || summary.state == JobState::Halted,
        problems,
        restore: can_restore && summary.verb == Verb::Delete && tally.done > 0,
        unfinished: summary.can_continue(),
    }
}

fn open_ledger(
    data_dir: &std::path::Path,
    notices: &mut Vec<String>,
) -> Result<Arc<Ledger>, String> {
    let ledger = Ledger::open(data_dir).map_err(|error| error.to_string())?;
    notices.extend(ledger.notice().map(str::to_owned));
    Ok(Arc::new(ledger))
}

fn start_demo(
    engine: &Engine,
    profiles: &mut Profiles,
    secrets: &Secrets,
) -> Result<demo::Server, String> {
    let server = engine
        .block_on(demo::Server::start(demo::Options::default()))
        .map_err(|error| format!("The embedded service could not start: {error}"))?;
    let profile = Profile {
        id: ProfileId("demo".into()),
        name: "Demo shop".into(),
        service: ServiceKind::Uploadcare,
        colour: Colour::PALETTE[0],
        public_key: demo::PUBLIC_KEY.into(),
        api_base: Some(server.base()),
        cdn_base: Some(server.cdn_base()),
        simple_auth: false,
        protected: false,
        read_only: false,
        account: Some(Account {
            name: demo::PROJECT_NAME.into(),
            key: demo::PUBLIC_KEY.into(),
        }),
    };
    secrets.keep_for_session(&profile.id, demo::SECRET_KEY.to_owned().into());
    profiles.put(profile).map_err(|error| error.to_string())?;
    Ok(server)
}
