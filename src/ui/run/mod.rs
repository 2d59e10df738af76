//! Commands, run once a frame, in one place.

mod copy;
mod folders;
mod jobs;
mod plans;
mod profiles;

use std::sync::Arc;

use egui::Context;

use crate::model::ItemKind;
use crate::ui::app::{App, Sheet};
use crate::ui::command::{Command, Place};
use crate::ui::flash;
use crate::ui::saved::SavedFilter;
use crate::ui::sheets::filter::FilterSheet;
use crate::ui::sheets::keep::KeepSheet;
use crate::ui::sheets::profile::ProfileSheet;
use crate::ui::views::header::filter_id;
use crate::ui::workspace::Workspace;

impl App {
    pub(super) fn run_commands(&mut self, ctx: &Context) {
        for command in std::mem::take(&mut self.commands) {
            self.run(ctx, command);
        }
    }

    fn run(&mut self, ctx: &Context, command: Command) {
        match command {
            Command::AddProfile
            | Command::EditProfile(_)
            | Command::EditKeep(_)
            | Command::Keep(_)
            | Command::ForgetProfile(_)
                if self.only_looks() =>
            {
                self.notify(
                    "Another window has this data folder open. Change profiles there.".into(),
                );
            }
            Command::AddProfile => {
                let sheet = ProfileSheet::add(self.profiles.list()).in_memory(self.is_demo());
                self.sheet = Some(Sheet::Profile(Box::new(sheet)));
            }
            Command::EditProfile(id) => {
                if let Some(profile) = self.profiles.get(&id) {
                    let sheet = ProfileSheet::edit(profile.clone()).in_memory(self.is_demo());
                    self.sheet = Some(Sheet::Profile(Box::new(sheet)));
                }
            }
            Command::ForgetProfile(id) => self.ask_forget(&id),
            Command::EditKeep(id) => {
                self.refresh_keep(&id);
                let workspace = self.workspaces.iter().find(|one| one.profile.id == id);
                if let (Some(profile), Some(workspace)) = (self.profiles.get(&id), workspace) {
                    let sheet = KeepSheet::new(profile.clone(), &workspace.catalogue);
                    self.sheet = Some(Sheet::Keep(Box::new(sheet)));
                }
            }
            Command::Keep(on) => self.keep_selected(ctx, on),
            Command::SwitchTo(n) => self.switch_to(n),
            Command::Go(place) => self.go(place),
            Command::Refresh => self.refresh(),
            Command::Reopen => self.open_current(),
            Command::FocusFilter => ctx.memory_mut(|memory| memory.request_focus(filter_id())),
            Command::FilterBy(words) => self.filter_by(words),
            Command::ClearFilter => self.with_current(|workspace| {
                if let Some(items) = workspace.items_mut() {
                    items.clear_filter();
                } else if let Some(list) = workspace.shown_mut() {
                    list.show_only(String::new());
                }
            }),
            Command::SaveFilter => {
                let list = self.workspaces.get(self.current).and_then(Workspace::shown);
                if let Some(list) = list {
                    let sheet = FilterSheet::save(&list.text);
                    self.sheet = Some(Sheet::Filter(Box::new(sheet)));
                }
            }
            Command::UseFilter(n) => self.use_filter(n),
            Command::RenameFilter(n) => {
                if let Some(filter) = self.settings.filters.get(n) {
                    let sheet = FilterSheet::rename(n, filter.clone());
                    self.sheet = Some(Sheet::Filter(Box::new(sheet)));
                }
            }
            Command::RemoveFilter(n) => {
                if n < self.settings.filters.len() {
                    self.settings.filters.remove(n);
                    self.save_settings();
                }
            }
            Command::Plan(verb) => self.plan(verb),
            Command::CopyUrls => self.copy(ctx, true),
            Command::CopyIds => self.copy(ctx, false),
            Command::Copy(text) => flash::copy(ctx, text, ""),
            Command::DropHidden => self.with_current(|workspace| {
                if let Some(items) = workspace.items_mut() {
                    items.drop_hidden();
                } else if let Some(list) = workspace.shown_mut() {
                    let shown = list.shown.clone();
                    list.selection.drop_hidden(&shown);
                }
            }),
            Command::SelectNone => self.with_current(|workspace| {
                if let Some(items) = workspace.items_mut() {
                    items.select_none();
                } else if let Some(list) = workspace.shown_mut() {
                    list.selection.clear();
                }
            }),
            Command::ShowProblems(on) => self.show_problems(on),
            Command::ShowProblemsOf(kind) => self.show_problems_of(kind),
            Command::ShowReason(words) => self.with_current(|workspace| {
                if let Some(items) = workspace.items_mut() {
                    items.show_problems(true, words);
                } else if let Some(list) = workspace.shown_mut() {
                    list.only_problems = true;
                    list.reason = words.map(Arc::from);
                }
            }),
            Command::ClearProblems => self.with_current(|workspace| match workspace.items_mut() {
                Some(items) => items.clear_problems(),
                None => workspace.clear_problems(),
            }),
            Command::Retry => self.retry(),
            Command::StopJob => self.with_current(|workspace| {
                if let Some(running) = &workspace.running {
                    running.stop.cancel();
                }
            }),
            Command::Continue(job) => self.continue_job(job),
            Command::RestoreJob(job) => self.restore_job(job),
            Command::SaveReport(job) => self.save_report(job),
            Command::OpenJob(job) => {
                self.go(Place::History);
                self.see(job);
                if let Ok(ledger) = &self.ledger {
                    self.history.open(&self.engine, &ledger.clone(), job);
                }
            }
            Command::SearchServer(on) => {
                self.with_current(|workspace| workspace.search_server(on));
                ctx.memory_mut(|memory| memory.request_focus(filter_id()));
            }
            Command::Search => {
                let engine = &self.engine;
                if let Some(workspace) = self.workspaces.get_mut(self.current) {
                    workspace.search(engine);
                }
            }
            Command::ToggleFolder(path) => {
                self.with_current(|workspace| workspace.folders.toggle(&path));
            }
            Command::ShowFolder(path) => self.show_folder(path),
            Command::ShowBelow(on) => self.with_current(|workspace| workspace.files.below = on),
            Command::Folder(act, path) => self.folder_sheet(act, &path),
            Command::DeleteFolder(path) => self.plan_folder(&path),
            Command::CloseChange(n) => self.with_current(|workspace| {
                if n < workspace.folders.changes.len() {
                    workspace.folders.changes.remove(n);
                }
            }),
            Command::ToggleDetails => self.toggle_details(),
            Command::NextTheme => {
                next_theme(ctx);
                let theme = ctx.options(|options| options.theme_preference);
                self.settings.set_theme(theme);
            }
            Command::Keys => self.sheet = Some(Sheet::Keys),
        }
    }

    fn use_filter(&mut self, n: usize) {
        let Some(filter) = self.settings.filters.get(n).cloned() else {
            return;
        };
        self.filter_by(filter.text);
    }

    /// Goes to the files and shows those that the filter matches.
    fn filter_by(&mut self, words: String) {
        self.go(Place::Files);
        self.with_current(|workspace| {
            workspace.search = None;
            workspace.files.show_only(words);
        });
    }

    /// Keeps a filter that was named; a place that is gone meanwhile is a new one.
    pub(super) fn keep_filter(&mut self, at: Option<usize>, filter: SavedFilter) {
        let place = at.and_then(|at| self.settings.filters.get_mut(at));
        match place {
            Some(known) => *known = filter,
            None => self.settings.filters.push(filter),
        }
        self.save_settings();
    }

    /// Says something until it is closed; what is said already is not said again.
    pub(super) fn notify(&mut self, words: String) {
        if !self.notices.contains(&words) {
            self.notices.push(words);
        }
    }

    /// Whether another window has the data folder: this one changes nothing in it.
    fn only_looks(&self) -> bool {
        self.ledger.as_ref().is_ok_and(|ledger| !ledger.can_write())
    }

    fn with_current(&mut self, act: impl FnOnce(&mut Workspace)) {
        if let Some(workspace) = self.workspaces.get_mut(self.current) {
            act(workspace);
        }
    }

    fn switch_to(&mut self, n: usize) {
        if n < self.workspaces.len() {
            self.current = n;
            self.open_current();
        }
    }

    fn go(&mut self, place: Place) {
        if place == Place::History {
            self.history.open = None;
            self.refresh_history();
        }
        let engine = &self.engine;
        if let Some(workspace) = self.workspaces.get_mut(self.current) {
            if place == Place::Files && workspace.place == Place::Files {
                workspace.files.folder = None;
            }
            workspace.show(engine, place);
        }
    }

    fn refresh(&mut self) {
        self.refresh_history();
        let engine = &self.engine;
        if let Some(workspace) = self.workspaces.get_mut(self.current) {
            if workspace.session().is_none() {
                workspace.open(engine, &self.secrets);
            }
            workspace.details.forget();
            if let Some(items) = workspace.items_mut() {
                items.forget_open();
            }
            workspace.refresh(engine);
        }
    }

    fn show_problems(&mut self, on: bool) {
        let engine = &self.engine;
        if let Some(workspace) = self.workspaces.get_mut(self.current) {
            if let Some(items) = workspace.items_mut() {
                return items.show_problems(on, None);
            }
            if on && workspace.shown().is_none() {
                workspace.show(engine, Place::Files);
            }
            if let Some(list) = workspace.shown_mut() {
                list.only_problems = on;
                list.reason = None;
            }
        }
    }

    /// Goes to where the items are, unless files that can have problems are shown already.
    fn show_problems_of(&mut self, kind: ItemKind) {
        let engine = &self.engine;
        if let Some(workspace) = self.workspaces.get_mut(self.current) {
            let files = kind == ItemKind::File && workspace.shown().is_some();
            if !files {
                workspace.show(engine, Place::of(kind));
            }
        }
        self.show_problems(true);
    }
}

fn next_theme(ctx: &Context) {
    use egui::ThemePreference::{Dark, Light, System};
    let next = match ctx.options(|options| options.theme_preference) {
        System => Light,
        Light => Dark,
        Dark => System,
    };
    ctx.set_theme(next);
}
