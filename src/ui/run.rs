//! Commands, run once a frame, in one place.

use std::sync::Arc;

use egui::Context;

use super::app::{App, Continuing, Sheet};
use super::command::{Command, Place};
use super::files::{FileList, Progress};
use super::flash;
use super::item_list::Items;
use super::saved::SavedFilter;
use super::sheets::filter::FilterSheet;
use super::sheets::keep::KeepSheet;
use super::sheets::plan::PlanSheet;
use super::sheets::profile::ProfileSheet;
use super::sheets::report::ReportSheet;
use super::views::header::filter_id;
use super::workspace::Workspace;
use crate::job::Guard;
use crate::model::{ItemKind, JobId, Keep, Outcome, PlanItem, ProfileId, Time, Verb, size, text};
use crate::profile::Profile;

/// Why no folder can be planned to be deleted yet.
const UNLISTED: &str = "This profile has a keep list, and only the whole list of files tells which folders hold a file of \
                        it. Wait until it is read, or refresh it.";

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

    fn plan(&mut self, verb: Verb) {
        let Some(workspace) = self.workspaces.get(self.current) else {
            return;
        };
        // The Delete key means what is shown.
        let verb = match (verb, workspace.place.verb()) {
            (Verb::Delete, Some(verb)) => verb,
            (Verb::Delete, None) => return,
            (verb, _) => verb,
        };
        if workspace.why_not_do(&Command::Plan(verb)).is_some() {
            return;
        }
        let notes = selection_notes(workspace, verb);
        if let Some(items) = workspace.items() {
            let items = items.selected_items();
            if !items.is_empty() {
                self.open_plan(self.current, verb, move || Ok(items));
                self.mark_plan(None, notes);
            }
        } else if let Some(list) = workspace.shown()
            && !list.selection.is_empty()
        {
            let frozen = list.freeze(&workspace.catalogue);
            let unchecked = list.unchecked();
            let service = workspace.session().map(|session| session.service.clone());
            let purges =
                verb == Verb::Purge || verb == Verb::Delete && workspace.can().can(Verb::Purge);
            self.open_plan(self.current, verb, move || {
                let mut items = frozen.items();
                // The address outlives the file: it is what the delivery network is asked to forget.
                if let Some(service) = service.filter(|_| purges) {
                    items
                        .iter_mut()
                        .for_each(|item| item.url = service.file_url(&item.id));
                }
                Ok(items)
            });
            self.mark_plan(unchecked, notes);
        }
    }

    pub(super) fn open_plan(
        &mut self,
        at: usize,
        verb: Verb,
        make: impl FnOnce() -> Result<Vec<PlanItem>, String> + Send + 'static,
    ) {
        let id = self.workspaces[at].profile.id.clone();
        self.refresh_keep(&id);
        let workspace = &self.workspaces[at];
        let Some(session) = workspace.session() else {
            return;
        };
        let (keep, catalogue) = (workspace.profile.keep.clone(), workspace.catalogue.clone());
        let whole = workspace.files.is_loaded();
        let make = move || {
            let guard = Guard::of(&keep, verb)?;
            if verb.kind() == ItemKind::Folder && guard.needs_list(verb) && !whole {
                return Err(UNLISTED.to_owned());
            }
            let mut items = make()?;
            guard.mark(verb, &catalogue, &mut items);
            Ok(items)
        };
        let folders = &workspace.folders;
        let sheet = PlanSheet::open(
            &self.engine,
            &workspace.profile,
            session,
            verb,
            folders,
            make,
        );
        self.sheet = Some(Sheet::Plan {
            profile: workspace.profile.id.clone(),
            sheet: Box::new(sheet),
        });
    }

    /// Lets the open plan say what to know of its selection, and whether its rows come from a list that was not
    /// checked to its end.
    fn mark_plan(&mut self, unchecked: Option<Time>, selection: Vec<String>) {
        if let Some(Sheet::Plan { sheet, .. }) = &mut self.sheet {
            sheet.unchecked = unchecked;
            sheet.selection = selection;
        }
    }

    fn copy(&mut self, ctx: &Context, urls: bool) {
        let Some(workspace) = self.workspaces.get(self.current) else {
            return;
        };
        let lines = match workspace.items() {
            Some(items) => lines_of(items, urls),
            None => file_lines(workspace, urls),
        };
        let (one, many) = if urls { ("URL", "URLs") } else { ("id", "ids") };
        let what = size::counted(lines.len() as u64, one, many);
        flash::copy(ctx, lines.join("\n"), &what);
    }

    /// Takes over a profile's keep list from its file: `tallyman keep` may have changed it while the window is open.
    pub(super) fn refresh_keep(&mut self, id: &ProfileId) {
        // A file that cannot be read takes nothing off the list.
        drop(self.profiles.refresh());
        let keep = self.profiles.get(id).map(|profile| profile.keep.clone());
        let mut workspaces = self.workspaces.iter_mut();
        let workspace = workspaces.find(|workspace| workspace.profile.id == *id);
        if let (Some(keep), Some(workspace)) = (keep, workspace) {
            workspace.profile.keep = keep;
        }
    }

    /// Puts the selected files on the profile's keep list, or takes them off.
    fn keep_selected(&mut self, ctx: &Context, on: bool) {
        if let Some(workspace) = self.workspaces.get(self.current) {
            let id = workspace.profile.id.clone();
            self.refresh_keep(&id);
        }
        let Some(workspace) = self.workspaces.get(self.current) else {
            return;
        };
        let Some(list) = workspace.shown() else {
            return;
        };
        let ids = list.freeze(&workspace.catalogue).ids();
        let (id, mut keep) = (workspace.profile.id.clone(), workspace.profile.keep.clone());
        if on {
            keep.add(ids);
        } else {
            keep.remove(&ids);
        }
        self.keep_list(ctx, &id, keep);
    }

    /// Saves a profile's keep list; its files and jobs stay as they are.
    pub(super) fn keep_list(&mut self, ctx: &Context, id: &ProfileId, keep: Keep) {
        let Some(workspace) = self.workspaces.iter_mut().find(|w| w.profile.id == *id) else {
            return;
        };
        let words = match keep.words() {
            empty if empty.is_empty() => "Nothing is on the keep list".to_owned(),
            words => format!("Never deleted: {words}"),
        };
        let profile = Profile {
            keep,
            ..workspace.profile.clone()
        };
        match self.profiles.put(profile.clone()) {
            Ok(()) => {
                workspace.profile = profile;
                flash::say(ctx, words);
            }
            Err(error) => self.notify(error.to_string()),
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

    fn retry(&mut self) {
        let Some(workspace) = self.workspaces.get(self.current) else {
            return;
        };
        if let Some(items) = workspace.items() {
            if let Some((verb, items)) = items.to_retry() {
                self.open_plan(self.current, verb, move || Ok(items));
            }
            return;
        }
        let Some((verb, ids)) = workspace.to_retry() else {
            return;
        };
        let catalogue = workspace.catalogue.clone();
        let unchecked = workspace.files.unchecked();
        self.open_plan(self.current, verb, move || {
            let item = |id: crate::model::ItemId| match catalogue.find(id.as_str()) {
                Some(row) => PlanItem::from_file(&catalogue.row(row).file_row()),
                None => PlanItem::bare(id),
            };
            Ok(ids.into_iter().map(item).collect())
        });
        self.mark_plan(unchecked, Vec::new());
    }

    /// Goes to the profile that a job belongs to, if it is still in the list and open. One that is not is opened,
    /// and the command waits for it.
    fn go_to_profile_of(&mut self, job: JobId, then: Command) -> Option<usize> {
        let source = self.history.job(job)?.source.clone();
        let at = self
            .workspaces
            .iter()
            .position(|workspace| workspace.profile.id == source.profile);
        let Some(at) = at else {
            self.notify(format!(
                "Job {job} belongs to the profile {}, which is not in the list any more. Add it again to go on.",
                source.profile_name
            ));
            return None;
        };
        if self.workspaces[at].session().is_none() {
            self.wait_for_profile(at, job, then);
            return None;
        }
        self.waiting = None;
        self.current = at;
        Some(at)
    }

    fn restore_job(&mut self, job: JobId) {
        let Some(at) = self.go_to_profile_of(job, Command::RestoreJob(job)) else {
            return;
        };
        let Ok(ledger) = self.ledger.clone() else {
            return;
        };
        self.open_plan(at, Verb::Restore, move || {
            let record = ledger.record(job).map_err(|error| error.to_string())?;
            let done = record
                .items
                .into_iter()
                .filter(|item| item.outcome() == Some(Outcome::Done));
            Ok(done.map(|item| item.item).collect())
        });
    }

    fn continue_job(&mut self, job: JobId) {
        let Some(at) = self.go_to_profile_of(job, Command::Continue(job)) else {
            return;
        };
        let Ok(ledger) = self.ledger.clone() else {
            return;
        };
        if self.workspaces[at].running.is_some() {
            self.notices
                .push("A job of this profile is running. Continue when it has ended.".into());
            return;
        }
        let profile = self.workspaces[at].profile.id.clone();
        let record = self.engine.ask_blocking(move || ledger.record(job));
        self.continuing.push(Continuing {
            profile,
            job,
            record,
        });
    }

    /// Starts jobs whose items have been read.
    pub(super) fn continue_ready(&mut self) {
        let (ready, waiting) = std::mem::take(&mut self.continuing)
            .into_iter()
            .partition(|one| one.record.ready().is_some());
        self.continuing = waiting;
        for one in ready {
            let one: Continuing = one;
            match one.record.try_take() {
                Ok(Ok(record)) => {
                    let Ok(ledger) = self.ledger.clone() else {
                        continue;
                    };
                    self.refresh_keep(&one.profile);
                    let engine = &self.engine;
                    let workspace = self
                        .workspaces
                        .iter_mut()
                        .find(|w| w.profile.id == one.profile);
                    if let Some(workspace) = workspace {
                        workspace.toast = None;
                        let gone_on = workspace.go_on(engine, ledger, &record);
                        self.notices.extend(gone_on.err());
                    }
                }
                Ok(Err(error)) => self.notify(error.to_string()),
                Err(_) => {}
            }
        }
    }

    fn save_report(&mut self, job: JobId) {
        let Some(summary) = self.history.job(job) else {
            self.refresh_history();
            return;
        };
        let home = etcetera::home_dir().unwrap_or_else(|_| std::env::temp_dir());
        self.sheet = Some(Sheet::Report(Box::new(ReportSheet::new(
            summary.clone(),
            home,
        ))));
    }

    fn ask_forget(&mut self, id: &ProfileId) {
        let busy = self
            .workspaces
            .iter()
            .any(|workspace| workspace.profile.id == *id && workspace.is_busy());
        if busy {
            self.notices
                .push("A job of this profile is running. Stop it first.".into());
        } else if let Some(profile) = self.profiles.get(id) {
            self.sheet = Some(Sheet::Forget(Box::new(profile.clone())));
        }
    }

    pub(super) fn forget(&mut self, id: ProfileId) {
        if let Err(error) = self.profiles.remove(&id) {
            self.notify(error.to_string());
            return;
        }
        self.engine.caches.forget(&self.engine, &id);
        self.workspaces
            .retain(|workspace| workspace.profile.id != id);
        self.current = self.current.min(self.workspaces.len().saturating_sub(1));
        self.open_current();
        let secrets = self.secrets.clone();
        // A keyring that is gone cannot be asked to forget; the profile is forgotten all the same.
        drop(self.engine.ask(async move { secrets.forget(&id).await }));
    }

    pub(super) fn save_profile(&mut self, mut profile: Profile) {
        // The sheet that it comes from has no keep list: one that is new has none, an old one's stays as it is.
        drop(self.profiles.refresh());
        if let Some(known) = self.profiles.get(&profile.id) {
            profile.keep = known.keep.clone();
        }
        if let Err(error) = self.profiles.put(profile.clone()) {
            self.notify(error.to_string());
            return;
        }
        match self
            .workspaces
            .iter()
            .position(|workspace| workspace.profile.id == profile.id)
        {
            Some(at) if self.workspaces[at].running.is_some() => {
                self.workspaces[at].profile = profile;
                self.current = at;
            }
            Some(at) => {
                self.workspaces[at] = Workspace::new(profile);
                self.current = at;
            }
            None => {
                self.workspaces.push(Workspace::new(profile));
                self.current = self.workspaces.len() - 1;
            }
        }
        self.settle_workspaces();
        self.open_current();
    }
}

/// What to know of the selection before it is planned: what of it is not seen, whether it is everything, and
/// whether the box above it holds a filter at all.
fn selection_notes(workspace: &Workspace, verb: Verb) -> Vec<String> {
    let shown = workspace.shown().filter(|_| workspace.items().is_none());
    let ((selected, hidden), all) = match (shown, workspace.items()) {
        (Some(list), _) => (list.selected(), list.whole(&workspace.catalogue)),
        (None, Some(items)) => {
            let is_whole = matches!(items.progress(), Progress::Loaded(_));
            (items.selected(), is_whole.then(|| items.len() as u64))
        }
        (None, None) => return Vec::new(),
    };
    let mut notes = Vec::new();
    let kind = verb.kind();
    if verb.destroys() && all == Some(selected) && selected > 1 {
        let account = workspace.session().map(|session| session.account.label());
        let account = text::visible(account.unwrap_or_default()).into_owned();
        notes.push(format!(
            "The selection is every {} of {account}.",
            kind.noun(1)
        ));
    }
    if verb.destroys() && hidden > 0 {
        let noun = kind.noun(selected);
        notes.push(match (selected, hidden) {
            (1, _) => format!("The filter hides the selected {noun}."),
            _ if hidden == selected => format!("The filter hides all of the selected {noun}."),
            _ => {
                let hidden = size::counted(hidden, "is", "are");
                let selected = size::count(selected);
                format!("Of the {selected} selected {noun}, {hidden} hidden by the filter.")
            }
        });
    }
    notes.extend(shown.and_then(FileList::wrong_words));
    notes
}

/// The selected items, a line each.
fn lines_of(items: &dyn Items, urls: bool) -> Vec<String> {
    if urls {
        return items.selected_urls();
    }
    let ids = items.selected_items().into_iter();
    ids.map(|item| item.id.to_string()).collect()
}

/// The selected files, a line each.
fn file_lines(workspace: &Workspace, urls: bool) -> Vec<String> {
    let ids = match workspace.shown() {
        Some(list) => list.freeze(&workspace.catalogue).ids(),
        None => Vec::new(),
    };
    let service = workspace.session().map(|session| session.service.clone());
    let line = |id: &crate::model::ItemId| match &service {
        Some(service) if urls => service.file_url(id).unwrap_or_else(|| id.to_string()),
        _ => id.to_string(),
    };
    ids.iter().map(line).collect()
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
