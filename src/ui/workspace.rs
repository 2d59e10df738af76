//! What the window holds of one profile: its session, its lists, its selection, its problems, its job.

use std::collections::HashMap;
use std::sync::Arc;

use egui::Context;
use tokio_util::sync::CancellationToken;

use super::cached::CacheState;
use super::command::{Command, FolderAct, Place};
use super::details::Details;
use super::engine::{Engine, OpenError, Session, question};
use super::files::{FileList, Known, View};
use super::folders::Folders;
use super::groups::GroupList;
use super::item_list::Items;
use super::looking::Looking;
use super::overview::OverviewPane;
use super::pictures::Pictures;
use super::saved::{Rows, Watch};
use super::search::Search;
use super::things::Things;
use super::usage::UsageState;
use crate::catalogue::{Catalogue, Change, Filter, ProblemIndex};
use crate::job::Guard;
use crate::job::Progress;
use crate::model::{
    FileRow, ItemId, ItemKind, JobId, JobRecord, JobState, JobSummary, Outcome, Plan, ServiceKind,
    Settled, Verb, size,
};
use crate::profile::{Profile, Secrets};
use crate::service::{self, Capabilities, Listing, Page, ServiceError};

/// Whether the profile is open.
pub enum State {
    /// Nobody asked yet.
    Closed,
    /// The keyring and the service are being asked.
    Opening,
    /// Open.
    Open(Session),
    /// It could not be opened.
    Failed(OpenError),
}

/// What went wrong with one item, until it is cleared.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The service's words, or the last error.
    pub words: String,
    /// What it means.
    pub outcome: Outcome,
    /// What was tried.
    pub verb: Verb,
}

impl Problem {
    /// The problem that an item's end is, if it is one.
    pub fn of(verb: Verb, end: &Settled) -> Option<Self> {
        let words = match end.problem.as_str() {
            "" => end.outcome.words(),
            words => words,
        };
        end.outcome.is_problem().then(|| Self {
            words: words.to_owned(),
            outcome: end.outcome,
            verb,
        })
    }
}

/// A job that runs, or is about to.
pub struct Running {
    /// The number, once the ledger has given one.
    pub job: Option<JobId>,
    /// What it does.
    pub verb: Verb,
    /// The id of each item, by `seq`.
    pub ids: Arc<[ItemId]>,
    /// How it goes.
    pub progress: Option<Progress>,
    /// Stops it after the calls in flight.
    pub stop: CancellationToken,
    /// When it began, for speed and time left.
    pub began: std::time::Instant,
    /// Items that already had an outcome when it began.
    pub before: u64,
}

/// What a job's end says until it is closed.
#[derive(Clone, Debug)]
pub struct Toast {
    /// The job, if the ledger has it.
    pub job: Option<JobId>,
    /// What its items are.
    pub kind: ItemKind,
    /// What happened.
    pub text: String,
    /// What is open, in words; empty if nothing is.
    pub more: String,
    /// Whether anything went wrong.
    pub bad: bool,
    /// Whether rows have problems that can be shown.
    pub problems: bool,
    /// Whether *Restore* can bring back what went.
    pub restore: bool,
    /// Whether there is something left to continue.
    pub unfinished: bool,
}

impl Running {
    /// Items that ended, of a hundred.
    pub fn percent(&self) -> u64 {
        let settled = self
            .progress
            .as_ref()
            .map_or(0, |progress| progress.tally.settled());
        settled * 100 / (self.ids.len() as u64).max(1)
    }
}

impl Running {
    /// `Deleting 12 of 500 in Shop.`
    pub fn words(&self, profile: &str) -> String {
        let settled = self
            .progress
            .as_ref()
            .map_or(0, |progress| progress.tally.settled());
        format!(
            "{} {} of {} in {profile}.",
            self.verb.running(),
            size::count(settled),
            size::count(self.ids.len() as u64)
        )
    }
}

impl Toast {
    /// What the end of a job says.
    pub fn of(summary: &JobSummary, can_restore: bool) -> Self {
        let tally = &summary.tally;
        let problems = tally.problems() > 0;
        Self {
            job: Some(summary.id),
            kind: summary.verb.kind(),
            text: summary.sentence(),
            more: summary.reason.clone(),
            bad: problems || summary.state != JobState::Ended,
            problems,
            restore: can_restore && summary.verb == Verb::Delete && tally.done > 0,
            unfinished: summary.can_continue(),
        }
    }
}

/// One profile in the window.
pub struct Workspace {
    /// The profile.
    pub profile: Profile,
    /// Whether it is open.
    pub state: State,
    opening: u64,
    /// What is known of its list on disk.
    pub(super) cache: CacheState,
    /// All files that are known, removed ones too.
    pub catalogue: Catalogue,
    /// Files that exist.
    pub files: FileList,
    /// Files that were deleted.
    pub removed: FileList,
    /// Groups.
    pub groups: GroupList,
    /// What was made from templates.
    pub renders: Things,
    /// What renders are made from.
    pub templates: Things,
    /// How much of its plan the account has used.
    pub usage: UsageState,
    /// Which files are in which group, as far as filters asked.
    pub looking: Looking,
    /// What saved filters find.
    pub watch: Watch,
    /// Where the window is in it.
    pub place: Place,
    /// What went wrong with which item.
    pub problems: HashMap<ItemId, Problem>,
    /// The same, by row.
    pub problem_rows: ProblemIndex,
    problem_version: u64,
    /// Whether rows that exist, and whether removed ones, had problems when that was last looked at.
    problem_lists: [bool; 2],
    pruned: u64,
    /// The job of this profile, if one runs.
    pub running: Option<Running>,
    /// What the last job's end says, until it is closed.
    pub toast: Option<Toast>,
    /// Why no job can be written down; `None` if one can.
    pub blocked: Option<String>,
    /// What takes up space.
    pub overview: OverviewPane,
    /// Thumbnails.
    pub pictures: Pictures,
    /// The details pane.
    pub details: Details,
    /// A search at the service, while that is what the box is for.
    pub search: Option<Search>,
    /// Folders, where the service has them.
    pub folders: Folders,
}

impl Workspace {
    /// A closed workspace.
    pub fn new(profile: Profile) -> Self {
        Self {
            profile,
            state: State::Closed,
            opening: 0,
            cache: CacheState::default(),
            catalogue: Catalogue::new(),
            files: FileList::new(View::Existing),
            removed: FileList::new(View::Removed),
            groups: GroupList::default(),
            renders: Things::new(ItemKind::Render),
            templates: Things::new(ItemKind::Template),
            usage: UsageState::default(),
            looking: Looking::default(),
            watch: Watch::default(),
            place: Place::Files,
            problems: HashMap::new(),
            problem_rows: ProblemIndex::default(),
            problem_version: 0,
            problem_lists: [false; 2],
            pruned: 0,
            running: None,
            toast: None,
            blocked: None,
            overview: OverviewPane::default(),
            pictures: Pictures::default(),
            details: Details::default(),
            search: None,
            folders: Folders::default(),
        }
    }

    /// Asks the disk, the keyring and the service, unless that is under way or done.
    pub fn open(&mut self, engine: &Engine, secrets: &Secrets) {
        self.read_cache(engine);
        if matches!(self.state, State::Closed | State::Failed(_)) {
            self.state = State::Opening;
            self.opening = question();
            engine.open(self.profile.clone(), secrets.clone(), self.opening);
        }
    }

    /// Whether the answer to this question is what [`open`](Self::open) waits for.
    pub fn awaits(&self, question: u64) -> bool {
        self.opening == question
    }

    /// Takes the answer of [`open`](Self::open) and starts listing what is shown.
    pub fn opened(&mut self, engine: &Engine, result: Result<Session, OpenError>) {
        match result {
            Ok(session) => {
                self.state = State::Open(session);
                self.first_lists(engine);
                self.ask_usage(engine);
            }
            Err(error) => self.state = State::Failed(error),
        }
    }

    /// Lists what is shown, and the files in any case.
    pub(super) fn first_lists(&mut self, engine: &Engine) {
        self.show(engine, self.place);
        if self.place != Place::Files {
            self.refresh_files(engine, Listing::Existing);
        }
    }

    /// Why it could not be opened, and what to do.
    pub fn failure(&self) -> Option<String> {
        match &self.state {
            State::Failed(error) => Some(format!("{} {}", error.message, error.hint)),
            _ => None,
        }
    }

    /// The session, if open.
    pub fn session(&self) -> Option<&Session> {
        match &self.state {
            State::Open(session) => Some(session),
            _ => None,
        }
    }

    /// Goes to a place and lists it if it never was.
    pub fn show(&mut self, engine: &Engine, place: Place) {
        self.place = place;
        match place {
            Place::Files | Place::Overview if !self.files.was_listed() => {
                self.refresh_files(engine, Listing::Existing)
            }
            Place::Removed if !self.removed.was_listed() => {
                self.refresh_files(engine, Listing::Removed);
            }
            Place::Files | Place::Overview | Place::Removed | Place::History => {}
            _ if self.items().is_some_and(is_new) => self.refresh_items(engine),
            _ => {}
        }
    }

    /// Lists again what is shown.
    pub fn refresh(&mut self, engine: &Engine) {
        match self.place {
            Place::Overview => self.refresh_files(engine, Listing::Existing),
            Place::Files => {
                self.refresh_files(engine, Listing::Existing);
                if self.found_list().is_some() {
                    self.search(engine);
                }
            }
            Place::Removed => self.refresh_files(engine, Listing::Removed),
            Place::Groups | Place::Renders | Place::Templates => self.refresh_items(engine),
            Place::History => {}
        }
        self.ask_usage(engine);
    }

    fn ask_usage(&mut self, engine: &Engine) {
        if let State::Open(session) = &self.state {
            self.usage.ask(engine, session);
        }
    }

    /// Lists files again, once the rows from disk are here.
    pub fn refresh_files(&mut self, engine: &Engine, listing: Listing) {
        let Some(session) = self.session().cloned().filter(|_| !self.cache.is_reading()) else {
            return;
        };
        let id = self.profile.id.clone();
        if self.can().folders && listing == Listing::Existing {
            self.folders.refresh(engine, &session);
        }
        let newer = self.newer_than(listing);
        let (list, catalogue) = self.list_mut(listing);
        let (run, stop) = list.begin(catalogue);
        engine.list(id, session.service, (listing, newer), run, stop);
    }

    /// Lists groups, renders or templates again, whichever are shown.
    fn refresh_items(&mut self, engine: &Engine) {
        let Some(session) = self.session().cloned() else {
            return;
        };
        let profile = self.profile.id.clone();
        if self.place == Place::Groups {
            self.refresh_groups(engine);
        } else if let Some(kind) = self.shown_things()
            && let Some(things) = self.things_mut(kind)
        {
            let run = things.list.begin();
            engine.list_things(profile, session.service, kind, run);
        }
    }

    /// Lists groups again.
    fn refresh_groups(&mut self, engine: &Engine) {
        let Some(session) = self.session().cloned() else {
            return;
        };
        self.looking.forget();
        let run = self.groups.begin();
        engine.list_groups(self.profile.id.clone(), session.service, run);
    }

    /// Renders or templates.
    pub fn things(&self, kind: ItemKind) -> Option<&Things> {
        match kind {
            ItemKind::Render => Some(&self.renders),
            ItemKind::Template => Some(&self.templates),
            ItemKind::File | ItemKind::Group | ItemKind::Folder => None,
        }
    }

    /// Renders or templates, to change.
    pub fn things_mut(&mut self, kind: ItemKind) -> Option<&mut Things> {
        match kind {
            ItemKind::Render => Some(&mut self.renders),
            ItemKind::Template => Some(&mut self.templates),
            ItemKind::File | ItemKind::Group | ItemKind::Folder => None,
        }
    }

    /// The kind of what is shown, if it is renders or templates.
    pub fn shown_things(&self) -> Option<ItemKind> {
        match self.place {
            Place::Renders => Some(ItemKind::Render),
            Place::Templates => Some(ItemKind::Template),
            Place::Files | Place::Overview | Place::Groups | Place::Removed | Place::History => {
                None
            }
        }
    }

    /// The list that is shown, if it is one of items other than files.
    pub fn items(&self) -> Option<&dyn Items> {
        match self.place {
            Place::Groups => Some(&self.groups),
            Place::Renders => Some(&self.renders.list),
            Place::Templates => Some(&self.templates.list),
            Place::Files | Place::Overview | Place::Removed | Place::History => None,
        }
    }

    /// The list that is shown, to change.
    pub fn items_mut(&mut self) -> Option<&mut dyn Items> {
        match self.place {
            Place::Groups => Some(&mut self.groups),
            Place::Renders => Some(&mut self.renders.list),
            Place::Templates => Some(&mut self.templates.list),
            Place::Files | Place::Overview | Place::Removed | Place::History => None,
        }
    }

    /// The list of items of a kind, if it is none of files.
    fn items_of(&mut self, kind: ItemKind) -> Option<&mut dyn Items> {
        match kind {
            ItemKind::Group => Some(&mut self.groups),
            ItemKind::Render => Some(&mut self.renders.list),
            ItemKind::Template => Some(&mut self.templates.list),
            ItemKind::File | ItemKind::Folder => None,
        }
    }

    /// The view of a listing, and the rows.
    fn list_mut(&mut self, listing: Listing) -> (&mut FileList, &mut Catalogue) {
        let list = match listing {
            Listing::Existing => &mut self.files,
            Listing::Removed => &mut self.removed,
        };
        (list, &mut self.catalogue)
    }

    /// What a search found, if one was sent.
    fn found_list(&self) -> Option<&FileList> {
        let search = self.search.as_ref()?;
        search.sent.is_some().then_some(&search.list)
    }

    /// The view that is shown, if files are shown, and the rows.
    pub fn shown(&self) -> Option<&FileList> {
        match self.place {
            Place::Files => Some(self.found_list().unwrap_or(&self.files)),
            Place::Removed => Some(&self.removed),
            _ => None,
        }
    }

    /// The view that is shown, if files are shown.
    pub fn shown_mut(&mut self) -> Option<&mut FileList> {
        match self.place {
            Place::Files => match &mut self.search {
                Some(search) if search.sent.is_some() => Some(&mut search.list),
                _ => Some(&mut self.files),
            },
            Place::Removed => Some(&mut self.removed),
            _ => None,
        }
    }

    /// Begins or ends searching at the service in place of filtering what is loaded.
    pub fn search_server(&mut self, on: bool) {
        if !on {
            self.search = None;
        } else if self.search.is_none() && self.can().search {
            self.search = Some(Search::beside(&self.files));
        }
    }

    /// Sends what was typed to the service's search.
    pub fn search(&mut self, engine: &Engine) {
        let Some(session) = self.session().cloned() else {
            return;
        };
        let id = self.profile.id.clone();
        let Some(search) = &mut self.search else {
            return;
        };
        let query = search.text.trim().to_owned();
        search.sent = Some(query.clone());
        search.list.selection.clear();
        let (run, stop) = search.list.begin(&mut self.catalogue);
        engine.search(id, session.service, query, run, stop);
    }

    /// Takes a page of what was found in.
    pub fn found(&mut self, run: u64, page: Page<FileRow>) {
        if let Some(search) = &mut self.search {
            search.list.arrived(&mut self.catalogue, run, page);
        }
    }

    /// Takes the end of a search in.
    pub fn found_ended(&mut self, run: u64, result: Result<(), ServiceError>) {
        if let Some(search) = &mut self.search {
            search.list.ended(&mut self.catalogue, run, result);
        }
        self.index_problems();
    }

    /// Takes a page of files in.
    pub fn files_arrived(&mut self, listing: Listing, run: u64, page: Page<FileRow>) {
        let (list, catalogue) = self.list_mut(listing);
        list.arrived(catalogue, run, page);
    }

    /// Takes the end of a listing in.
    pub fn files_ended(&mut self, listing: Listing, run: u64, result: Result<(), ServiceError>) {
        let (list, catalogue) = self.list_mut(listing);
        list.ended(catalogue, run, result);
        self.index_problems();
    }

    /// Takes an order in.
    pub fn arranged(
        &mut self,
        view: View,
        question: u64,
        arrangement: crate::catalogue::Arrangement,
    ) {
        match (view, &mut self.search) {
            (View::Existing, _) => self.files.arranged(question, arrangement),
            (View::Removed, _) => self.removed.arranged(question, arrangement),
            (View::Found, Some(search)) => search.list.arranged(question, arrangement),
            (View::Found, None) => {}
        }
    }

    /// Starts a job from a confirmed plan, or says why it cannot.
    pub fn start(
        &mut self,
        engine: &Engine,
        ledger: Arc<crate::ledger::Ledger>,
        plan: Plan,
    ) -> Result<(), String> {
        let session = self.session_for(plan.verb)?;
        let keep = Guard::of(&self.profile.keep, plan.verb)?;
        let stop = CancellationToken::new();
        self.running = Some(Running {
            job: None,
            verb: plan.verb,
            ids: plan.items().iter().map(|item| item.id.clone()).collect(),
            progress: None,
            stop: stop.clone(),
            began: std::time::Instant::now(),
            before: 0,
        });
        let newest = self.catalogue.clone();
        engine.start_job(session, ledger, (plan, newest, keep), stop);
        Ok(())
    }

    /// Goes on with a job that was cut off, stopped or halted, or says why it cannot.
    pub fn go_on(
        &mut self,
        engine: &Engine,
        ledger: Arc<crate::ledger::Ledger>,
        record: &JobRecord,
    ) -> Result<(), String> {
        let session = self.session_for(record.summary.verb)?;
        let keep = Guard::of(&self.profile.keep, record.summary.verb)?;
        let stop = CancellationToken::new();
        let summary = &record.summary;
        let open = summary.tally.pending + summary.tally.not_sent + summary.tally.unknown;
        self.running = Some(Running {
            job: Some(summary.id),
            verb: summary.verb,
            ids: record
                .items
                .iter()
                .map(|item| item.item.id.clone())
                .collect(),
            progress: None,
            stop: stop.clone(),
            began: std::time::Instant::now(),
            before: summary.tally.items() - open,
        });
        let job = (summary.id, keep);
        engine.continue_job(session, ledger, self.profile.id.clone(), job, stop);
        Ok(())
    }

    /// The session, if a job may begin now. One job of a profile at a time: a second would take the first
    /// one's place in the window, and nobody could stop it.
    fn session_for(&self, verb: Verb) -> Result<Session, String> {
        match (self.why_not(verb), self.session()) {
            (None, Some(session)) => Ok(session.clone()),
            (why, _) => Err(why.unwrap_or_default()),
        }
    }

    /// Takes the running job away if it is the one that ended; `None` is one that was never written down.
    pub fn job_over(&mut self, job: Option<JobId>) -> Option<Running> {
        self.running.take_if(|running| running.job == job)
    }

    /// What the service can do.
    pub fn can(&self) -> &'static Capabilities {
        service::capabilities(self.profile.service)
    }

    /// Takes columns away that say nothing here: states where every file is stored, paths without folders.
    pub fn withdraw_columns(&mut self) {
        let can = self.can();
        let states: &[&str] = if can.unstored {
            &[]
        } else {
            &["state", "stored"]
        };
        let paths: &[&str] = if can.folders { &[] } else { &["path"] };
        for list in [&mut self.files, &mut self.removed] {
            for column in states.iter().chain(paths) {
                list.table.withdraw(column);
            }
        }
    }

    /// Follows the service's folders and what it does to them. Once a frame; `true` if files have to be
    /// listed again.
    pub fn tick_folders(&mut self, ctx: &Context, engine: &Engine) -> bool {
        if !self.can().folders {
            return false;
        }
        self.folders.tick(engine, &self.catalogue);
        let session = self.session().cloned();
        let mut changed = false;
        for change in &mut self.folders.changes {
            changed |= change.tick(ctx, engine, session.as_ref());
        }
        changed
    }

    /// Why a command cannot be done now; `None` if it can.
    pub fn why_not_do(&self, command: &Command) -> Option<String> {
        match command {
            Command::Plan(Verb::Rename) if self.selected() != 1 => {
                Some("Select one file: names are given one by one.".into())
            }
            Command::CopyUrls => self.why_no_urls(),
            Command::Plan(verb) => self.why_not(*verb),
            Command::DeleteFolder(path) if **path == *"/" => {
                Some("This is the whole library.".into())
            }
            Command::DeleteFolder(_) => self.why_not(Verb::DeleteFolders),
            Command::Folder(act, path) => self.why_not_change(*act, path),
            _ => None,
        }
    }

    fn why_not_change(&self, act: FolderAct, path: &str) -> Option<String> {
        if path == "/" && act != FolderAct::New {
            return Some("This is the whole library.".into());
        }
        if self.session().is_none() {
            return Some("The profile is not open.".into());
        }
        // A copy or a new folder takes nothing away.
        let takes = matches!(act, FolderAct::Rename | FolderAct::Move);
        if takes && self.profile.read_only {
            return Some("This profile is read-only: nothing is moved or renamed with it.".into());
        }
        if takes && self.running.is_some() {
            return Some("A job of this profile is running.".into());
        }
        None
    }

    /// How many files of the view that is shown are selected.
    pub fn selected(&self) -> usize {
        self.shown().map_or(0, |list| list.selection.len())
    }

    /// The places that the service has.
    pub fn places(&self) -> impl Iterator<Item = Place> {
        let can = self.can();
        Place::ALL.into_iter().filter(move |place| match place {
            Place::Groups => can.groups,
            Place::Removed => can.removed_list,
            Place::Renders => can.has(ItemKind::Render),
            Place::Templates => can.has(ItemKind::Template),
            Place::Files | Place::Overview | Place::History => true,
        })
    }

    /// What a place is called here: Templated calls its files uploads.
    pub fn title_of(&self, place: Place) -> &'static str {
        match (place, self.profile.service) {
            (Place::Files, ServiceKind::Templated) => "Uploads",
            (place, _) => place.title(),
        }
    }

    /// Why a verb cannot be planned now; `None` if it can.
    pub fn why_not(&self, verb: Verb) -> Option<String> {
        match self.state {
            State::Open(_) => {}
            State::Failed(_) => {
                return Some(
                    "Whose files these are could not be verified. Try again first.".into(),
                );
            }
            State::Opening => return Some("Whose files these are is being verified.".into()),
            State::Closed => return Some("The profile is not open.".into()),
        }
        if !self.can().verbs.contains(&verb) {
            return Some(format!("{} cannot do this.", self.profile.service));
        }
        if self.profile.read_only && verb.destroys() {
            return Some("This profile is read-only: nothing is deleted with it.".into());
        }
        if self.running.is_some() {
            return Some("A job of this profile is running.".into());
        }
        self.blocked.clone()
    }

    /// What *Retry* would do: the verb that most problems came from, and their ids.
    pub fn to_retry(&self) -> Option<(Verb, Vec<ItemId>)> {
        let count = |verb: &Verb| {
            self.problems
                .values()
                .filter(|problem| problem.verb == *verb)
                .count()
        };
        let verb = Verb::ALL
            .into_iter()
            .filter(|verb| count(verb) > 0)
            .max_by_key(count)?;
        let mut ids: Vec<ItemId> = self
            .problems
            .iter()
            .filter(|(_, problem)| problem.verb == verb)
            .map(|(id, _)| id.clone())
            .collect();
        ids.sort();
        Some((verb, ids))
    }

    /// Takes in how items of the running job ended: rows change only by what was said of them.
    pub fn settled(&mut self, job: JobId, settled: &[Settled]) {
        let Some(running) = self
            .running
            .as_mut()
            .filter(|running| running.job == Some(job))
        else {
            return;
        };
        let (ids, verb) = (running.ids.clone(), running.verb);
        // Rows and the bar below them show the same state of the job: its own numbers come a little later.
        if let Some(progress) = &mut running.progress {
            let open = usize::try_from(progress.tally.pending).unwrap_or(usize::MAX);
            for end in settled.iter().take(open) {
                progress.tally.settle(end.outcome);
            }
        }
        let mut changed = false;
        for end in settled {
            if let Some(id) = ids.get(end.seq as usize) {
                changed |= self.note(id, verb, end);
            }
        }
        if changed {
            self.index_problems();
        }
    }

    /// Takes one item's end in; whether the problems changed by it.
    fn note(&mut self, id: &ItemId, verb: Verb, end: &Settled) -> bool {
        if let Some(items) = self.items_of(verb.kind()) {
            items.settled(id, verb, end);
            return false;
        }
        if let Some(problem) = Problem::of(verb, end) {
            self.problems.insert(id.clone(), problem);
            return true;
        }
        let at = end.service_time.unwrap_or(end.settled_at);
        let change = match (verb, end.outcome) {
            (_, Outcome::Skipped | Outcome::NotSent) => return false,
            (
                Verb::DeleteGroups
                | Verb::DeleteFolders
                | Verb::DeleteRenders
                | Verb::DeleteTemplates,
                _,
            ) => None,
            (_, Outcome::Absent) => Some(Change::Gone),
            (Verb::Delete, _) => Some(Change::Removed(at)),
            (Verb::Store, _) => Some(Change::Stored(at)),
            (Verb::Restore, _) => Some(Change::Restored(Some(at))),
            (
                Verb::AddTags
                | Verb::RemoveTags
                | Verb::Copy
                | Verb::Move
                | Verb::Rename
                | Verb::Purge,
                _,
            ) => None,
        };
        if let (Some(change), Some(row)) = (change, self.catalogue.find(id.as_str())) {
            self.catalogue.apply(row, change);
        }
        self.problems.remove(id).is_some()
    }

    /// Forgets all problems.
    pub fn clear_problems(&mut self) {
        self.problems.clear();
        self.index_problems();
    }

    /// After all rows were replaced by others.
    pub(super) fn start_over(&mut self) {
        self.pruned = u64::MAX;
        self.details.forget();
        self.index_problems();
    }

    /// Finds the rows of the problems.
    fn index_problems(&mut self) {
        let mut rows = ProblemIndex::default();
        for (id, problem) in &self.problems {
            if let Some(row) = self.catalogue.find(id.as_str()) {
                rows.set(row, &problem.words);
            }
        }
        let is = self.has_problems(&rows);
        let was = std::mem::replace(&mut self.problem_lists, is);
        let found = self.search.as_mut().map(|search| &mut search.list);
        let lists = [(&mut self.files, 0), (&mut self.removed, 1)].into_iter();
        for (list, n) in lists.chain(found.map(|list| (list, 0))) {
            // Whoever hid the column meanwhile keeps it so.
            if was[n] != is[n] {
                list.table.set_visible("problem", is[n]);
            }
        }
        self.problem_rows = rows;
        self.problem_version += 1;
    }

    /// Whether any of these are rows that exist, and whether any are removed ones.
    fn has_problems(&self, problems: &ProblemIndex) -> [bool; 2] {
        let rows = problems.rows();
        let is = |removed| {
            let mut rows = rows.iter().filter_map(|row| self.catalogue.get(row));
            rows.any(|row| row.removed().is_some() == removed)
        };
        [is(false), is(true)]
    }

    /// Keeps selections and orders in step with the rows. Once a frame.
    pub fn arrange(&mut self, engine: &Engine) {
        if self.pruned != self.catalogue.generation() {
            self.pruned = self.catalogue.generation();
            self.files.prune(&self.catalogue);
            self.removed.prune(&self.catalogue);
            if let Some(search) = &mut self.search {
                search.list.prune(&self.catalogue);
            }
        }
        self.groups.tidy();
        self.renders.list.tidy();
        self.templates.list.tidy();
        self.usage.tidy();
        self.look_into_groups(engine);
        let id = self.profile.id.clone();
        let known = Known {
            catalogue: &self.catalogue,
            problems: (&self.problem_rows, self.problem_version),
            members: (self.looking.members(), self.looking.version()),
        };
        let found = self.search.as_mut().map(|search| &mut search.list);
        let lists = [&mut self.files, &mut self.removed].into_iter();
        for list in lists.chain(found) {
            list.arrange(engine, &id, known);
        }
    }

    /// Lists groups and reads those that a filter names.
    fn look_into_groups(&mut self, engine: &Engine) {
        if let Some(open) = &self.groups.open
            && let Some(answer) = &open.answer
            && let Some(Ok(details)) = answer.ready()
        {
            self.looking.note(details);
        }
        let wanted = self.wanted_groups();
        let Some(session) = self.session().cloned() else {
            return;
        };
        if wanted.is_empty() || !self.can().groups {
            return;
        }
        if self.groups.progress.is_new() {
            self.refresh_groups(engine);
        }
        let groups = self.groups.ids();
        self.looking.tick(engine, &session.service, groups, &wanted);
    }

    fn wanted_groups(&self) -> Vec<String> {
        let lists = [&self.files, &self.removed];
        lists
            .into_iter()
            .flat_map(|list| list.typed.groups())
            .collect()
    }

    /// Whether the members of groups that the filter names are still being asked for.
    pub fn is_looking(&self) -> bool {
        let named = self
            .shown()
            .is_some_and(|list| !list.typed.groups().is_empty());
        named && self.can().groups && (self.looking.is_busy() || self.groups.progress.is_loading())
    }

    /// What a filter that names groups does not know, in words.
    pub fn group_words(&self) -> Option<String> {
        if self.shown()?.typed.groups().is_empty() {
            return None;
        }
        if !self.can().groups {
            return Some(format!("{} has no groups.", self.profile.service));
        }
        if let super::files::Progress::Failed(error) = &self.groups.progress {
            return Some(format!("The groups could not be listed: {error}"));
        }
        if self.groups.progress.is_loading() {
            return Some("Listing the groups…".to_owned());
        }
        self.looking.words()
    }

    /// Whether the members of all groups that a filter names are known: before, nothing is known of what it
    /// finds.
    fn knows_groups_of(&self, filter: &str) -> bool {
        let named = Filter::of(filter).map(|filter| filter.groups());
        let named = named.unwrap_or_default();
        let listed = matches!(self.groups.progress, super::files::Progress::Loaded(_));
        named.is_empty() || listed && self.looking.covers(self.groups.ids(), &named)
    }

    /// Counts what saved filters find, if something changed. Once a frame, for the profile that is shown.
    pub fn count(&mut self, ctx: &Context, engine: &Engine, mut filters: Vec<String>) {
        filters.retain(|filter| self.knows_groups_of(filter));
        let rows = Rows {
            catalogue: &self.catalogue,
            problems: (&self.problem_rows, self.problem_version),
            members: (self.looking.members(), self.looking.version()),
        };
        if !self.files.is_new() {
            self.watch.tick(ctx, engine, &rows, filters);
        }
    }

    /// Whether all lists show their newest order.
    pub fn is_settled(&self) -> bool {
        let known = Known {
            catalogue: &self.catalogue,
            problems: (&self.problem_rows, self.problem_version),
            members: (self.looking.members(), self.looking.version()),
        };
        let found = self.search.as_ref().map(|search| &search.list);
        let mut lists = [&self.files, &self.removed].into_iter().chain(found);
        let asks = self.looking.is_busy() || self.groups.progress.is_loading();
        lists.all(|list| list.is_settled(known)) && (self.wanted_groups().is_empty() || !asks)
    }

    /// Takes a decoded picture in.
    pub fn picture(
        &mut self,
        ctx: &Context,
        id: ItemId,
        side: u32,
        image: Option<egui::ColorImage>,
    ) {
        self.pictures.arrived(ctx, id, side, image);
    }

    /// Whether anything here must not be cut off without asking.
    pub fn is_busy(&self) -> bool {
        self.running.is_some()
    }
}

fn is_new(items: &dyn Items) -> bool {
    matches!(items.progress(), super::files::Progress::New)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Ledger;
    use crate::model::{Account, PlanItem, ProfileId, ServiceKind};

    fn open_workspace() -> Workspace {
        let profile = Profile {
            public_key: "public".into(),
            api_base: Some("http://127.0.0.1:1".into()),
            ..Profile::new(ProfileId("p".into()), "Shop", ServiceKind::Uploadcare)
        };
        let keys = profile.credentials("secret".to_owned().into());
        let account = Account {
            name: "shop".into(),
            key: "public".into(),
        };
        let service = crate::service::open(&keys).unwrap();
        Workspace {
            state: State::Open(Session { service, account }),
            ..Workspace::new(profile)
        }
    }

    fn plan(workspace: &Workspace, id: &str) -> Plan {
        let session = workspace.session().unwrap();
        let base = session.service.api_base();
        let source = workspace.profile.source(session.account.clone(), base);
        Plan::new(Verb::Delete, source, vec![PlanItem::bare(id.into())])
    }

    #[test]
    fn a_job_that_runs_is_not_replaced_by_another() {
        let engine = Engine::new(Context::default()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let ledger = Arc::new(Ledger::open(dir.path()).unwrap());
        let mut workspace = open_workspace();
        let (one, other) = (plan(&workspace, "a"), plan(&workspace, "b"));
        let job = ledger.create_job(&other).unwrap();
        let record = ledger.record(job).unwrap();
        workspace
            .start(&engine, ledger.clone(), one.clone())
            .unwrap();
        workspace
            .go_on(&engine, ledger.clone(), &record)
            .unwrap_err();
        workspace.start(&engine, ledger.clone(), other).unwrap_err();
        let running = workspace.running.as_ref().unwrap();
        assert_eq!(running.ids[0].as_str(), "a");

        assert!(workspace.job_over(Some(job)).is_none(), "not its end");
        assert!(workspace.running.is_some());
        assert!(workspace.job_over(None).is_some());
    }

    #[test]
    fn a_read_only_profile_does_not_go_on_with_a_job() {
        let engine = Engine::new(Context::default()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let ledger = Arc::new(Ledger::open(dir.path()).unwrap());
        let mut workspace = open_workspace();
        let job = ledger.create_job(&plan(&workspace, "a")).unwrap();
        let record = ledger.record(job).unwrap();
        workspace.profile.read_only = true;
        let words = workspace.go_on(&engine, ledger, &record).unwrap_err();
        assert!(words.contains("read-only"), "{words}");
        assert!(workspace.running.is_none());
    }
}
