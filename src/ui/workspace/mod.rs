//! What the window holds of one profile: its session, its lists, its selection, its problems, its job.

mod frame;
mod jobs;
mod lists;
mod may;
mod members;
mod problems;
mod running;
mod shown;

use std::collections::HashMap;

use egui::Context;

use crate::catalogue::{Catalogue, ProblemIndex};
use crate::model::{ItemId, ItemKind, ServiceKind};
use crate::profile::{Profile, Secrets};
use crate::service::{self, Capabilities};
use crate::ui::cached::CacheState;
use crate::ui::command::Place;
use crate::ui::details::Details;
use crate::ui::engine::{Engine, OpenError, Session, question};
use crate::ui::files::{FileList, View};
use crate::ui::folders::Folders;
use crate::ui::groups::GroupList;
use crate::ui::looking::Looking;
use crate::ui::overview::OverviewPane;
use crate::ui::pictures::Pictures;
use crate::ui::saved::Watch;
use crate::ui::search::Search;
use crate::ui::things::Things;
use crate::ui::usage::UsageState;

pub use running::{Problem, Running, Toast};
pub use shown::shown_of;

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
    /// Whether the profile was edited since that began: it is opened anew once the job has ended.
    pub edited: bool,
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
            edited: false,
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
