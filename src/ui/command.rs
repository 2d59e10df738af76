//! Every command of the window in one table: its words, its shortcut. Views send commands; the app runs
//! them once a frame.

use std::sync::Arc;

use egui::{Key, KeyboardShortcut, Modifiers};

use crate::model::{ItemKind, JobId, ProfileId, Verb};

/// Where in a profile the window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Files that exist.
    Files,
    /// What takes up space.
    Overview,
    /// Groups.
    Groups,
    /// Files that were deleted.
    Removed,
    /// What was made from templates.
    Renders,
    /// What renders are made from.
    Templates,
    /// Jobs of all profiles.
    History,
}

impl Place {
    /// All places, in the order of the sidebar.
    pub const ALL: [Self; 7] = [
        Self::Files,
        Self::Overview,
        Self::Groups,
        Self::Removed,
        Self::Renders,
        Self::Templates,
        Self::History,
    ];

    /// What the sidebar says.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Files => "Files",
            Self::Overview => "Overview",
            Self::Groups => "Groups",
            Self::Removed => "Removed",
            Self::Renders => "Renders",
            Self::Templates => "Templates",
            Self::History => "History",
        }
    }

    /// The place that lists items of this kind.
    pub const fn of(kind: ItemKind) -> Self {
        match kind {
            ItemKind::Group => Self::Groups,
            ItemKind::Render => Self::Renders,
            ItemKind::Template => Self::Templates,
            ItemKind::File | ItemKind::Folder => Self::Files,
        }
    }

    /// What deletes the items that are listed there, if anything does.
    pub const fn verb(self) -> Option<Verb> {
        match self {
            Self::Files => Some(Verb::Delete),
            Self::Groups => Some(Verb::DeleteGroups),
            Self::Renders => Some(Verb::DeleteRenders),
            Self::Templates => Some(Verb::DeleteTemplates),
            Self::Overview | Self::Removed | Self::History => None,
        }
    }
}

/// What can be done to a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FolderAct {
    /// Make a folder in it.
    New,
    /// Give it another name.
    Rename,
    /// Move it into another folder.
    Move,
    /// Copy it into another folder.
    Copy,
}

/// What a person can ask for.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Open the sheet for a new profile.
    AddProfile,
    /// Open the sheet of a profile.
    EditProfile(ProfileId),
    /// Open the sheet of a profile's keep list.
    EditKeep(ProfileId),
    /// Put what is selected on the keep list, or take it off.
    Keep(bool),
    /// Ask whether to forget a profile.
    ForgetProfile(ProfileId),
    /// Switch to the n-th profile, from 0.
    SwitchTo(usize),
    /// Go to a place of the current profile.
    Go(Place),
    /// List again.
    Refresh,
    /// Open the current profile again after it failed.
    Reopen,
    /// Put the cursor into the filter.
    FocusFilter,
    /// Show the files that this filter matches.
    FilterBy(String),
    /// Show all rows again.
    ClearFilter,
    /// Open the sheet that saves the filter.
    SaveFilter,
    /// Show what a saved filter finds.
    UseFilter(usize),
    /// Open the sheet that names a saved filter anew.
    RenameFilter(usize),
    /// Forget a saved filter.
    RemoveFilter(usize),
    /// Open the plan sheet for what is selected.
    Plan(Verb),
    /// Copy the addresses of what is selected.
    CopyUrls,
    /// Copy the ids of what is selected.
    CopyIds,
    /// Copy this text.
    Copy(String),
    /// Drop selected rows that the filter hides.
    DropHidden,
    /// Select nothing.
    SelectNone,
    /// Show only rows with problems, or all again.
    ShowProblems(bool),
    /// Go to where items of a kind are and show only those with problems.
    ShowProblemsOf(ItemKind),
    /// Show only rows with exactly these words against them, or all problems again.
    ShowReason(Option<String>),
    /// Forget all problems of the profile's rows.
    ClearProblems,
    /// Plan the verb again for the rows that had problems.
    Retry,
    /// Stop the current profile's job after the calls in flight.
    StopJob,
    /// Settle what is open in a job and go on.
    Continue(JobId),
    /// Plan a restore of what a delete job removed.
    RestoreJob(JobId),
    /// Open the sheet that saves a job's report.
    SaveReport(JobId),
    /// Open a job in the history.
    OpenJob(JobId),
    /// Search at the service in place of filtering what is loaded, or the other way.
    SearchServer(bool),
    /// Send what was typed to the service's search.
    Search,
    /// Fold a folder up, or unfold it.
    ToggleFolder(Arc<str>),
    /// Show only the files of a folder, or those of all.
    ShowFolder(Option<Arc<str>>),
    /// Show what is below the folder too, or not.
    ShowBelow(bool),
    /// Open the sheet that does this to a folder.
    Folder(FolderAct, Arc<str>),
    /// Open the plan sheet that deletes a folder.
    DeleteFolder(Arc<str>),
    /// Close what a folder's change said.
    CloseChange(usize),
    /// Show or hide the details pane.
    ToggleDetails,
    /// Next of: as the system, light, dark.
    NextTheme,
    /// Show the list of keys.
    Keys,
}

impl Command {
    /// What a button or menu says.
    pub fn title(&self) -> String {
        match self {
            Self::AddProfile => "Add profile".into(),
            Self::EditProfile(_) => "Edit profile…".into(),
            Self::EditKeep(_) => "Keep list…".into(),
            Self::Keep(true) => "Never delete".into(),
            Self::Keep(false) => "Take off the keep list".into(),
            Self::ForgetProfile(_) => "Forget profile…".into(),
            Self::SwitchTo(n) => format!("Profile {}", n + 1),
            Self::Go(place) => place.title().into(),
            Self::Refresh => "Refresh".into(),
            Self::Reopen => "Try again".into(),
            Self::FocusFilter => "Filter".into(),
            Self::FilterBy(_) => "Show these files".into(),
            Self::ClearFilter => "Clear filter".into(),
            Self::Plan(Verb::AddTags) => "Tags…".into(),
            Self::Plan(Verb::Purge) => "Purge CDN cache…".into(),
            Self::SaveFilter => "Save filter".into(),
            Self::UseFilter(n) => format!("Filter {}", n + 1),
            Self::RenameFilter(_) => "Rename…".into(),
            Self::RemoveFilter(_) => "Remove".into(),
            Self::Plan(verb) => format!("{}…", verb.title()),
            Self::SearchServer(true) => "Search at the service".into(),
            Self::SearchServer(false) => "Back to all files".into(),
            Self::Search => "Search".into(),
            Self::ToggleFolder(_) => "Fold or unfold".into(),
            Self::ShowFolder(Some(_)) => "Show its files".into(),
            Self::ShowFolder(None) => "Show all folders".into(),
            Self::ShowBelow(_) => "Include subfolders".into(),
            Self::Folder(FolderAct::New, _) => "New folder…".into(),
            Self::Folder(FolderAct::Rename, _) => "Rename…".into(),
            Self::Folder(FolderAct::Move, _) => "Move…".into(),
            Self::Folder(FolderAct::Copy, _) => "Copy…".into(),
            Self::DeleteFolder(_) => "Delete folder…".into(),
            Self::CloseChange(_) => "Dismiss".into(),
            Self::CopyUrls => "Copy URLs".into(),
            Self::CopyIds => "Copy ids".into(),
            Self::Copy(_) => "Copy".into(),
            Self::DropHidden => "Drop hidden".into(),
            Self::SelectNone => "Select none".into(),
            Self::ShowProblems(true) => "Show problems".into(),
            Self::ShowProblems(false) => "Show all".into(),
            Self::ShowProblemsOf(_) => "Show problems".into(),
            Self::ShowReason(_) => "Reason".into(),
            Self::ClearProblems => "Clear problems".into(),
            Self::Retry => "Retry".into(),
            Self::StopJob => "Stop".into(),
            Self::Continue(_) => "Check and continue".into(),
            Self::RestoreJob(_) => "Restore".into(),
            Self::SaveReport(_) => "Save report".into(),
            Self::OpenJob(_) => "Open".into(),
            Self::ToggleDetails => "Show or hide details".into(),
            Self::NextTheme => "Theme".into(),
            Self::Keys => "Keyboard shortcuts".into(),
        }
    }

    /// Commands that answer to a key anywhere in the window, unless text is being typed.
    pub fn keyed() -> Vec<(KeyboardShortcut, Self)> {
        let ctrl = |key| KeyboardShortcut::new(Modifiers::COMMAND, key);
        let plain = |key| KeyboardShortcut::new(Modifiers::NONE, key);
        let numbers = [
            Key::Num1,
            Key::Num2,
            Key::Num3,
            Key::Num4,
            Key::Num5,
            Key::Num6,
            Key::Num7,
            Key::Num8,
            Key::Num9,
        ];
        let mut keyed: Vec<_> = numbers
            .into_iter()
            .enumerate()
            .map(|(n, key)| (ctrl(key), Self::SwitchTo(n)))
            .collect();
        keyed.extend([
            (ctrl(Key::F), Self::FocusFilter),
            (plain(Key::Slash), Self::FocusFilter),
            (ctrl(Key::R), Self::Refresh),
            (plain(Key::F5), Self::Refresh),
            (ctrl(Key::N), Self::AddProfile),
            (ctrl(Key::D), Self::ToggleDetails),
            (plain(Key::Delete), Self::Plan(Verb::Delete)),
            (plain(Key::F1), Self::Keys),
        ]);
        keyed
    }
}

/// The keys, for people: what to press, what it does.
pub const KEYS: &[(&str, &str)] = &[
    ("Ctrl+1 … 9", "Switch to a profile"),
    ("Ctrl+N", "Add a profile"),
    ("Ctrl+F or /", "Filter"),
    ("F5 or Ctrl+R", "Refresh"),
    ("Ctrl+D", "Show or hide details"),
    (
        "Click, Ctrl+click, Shift+click",
        "Select one, add one, select a range",
    ),
    ("Ctrl+Shift+click", "Add a range"),
    (
        "Click, Shift+click a column",
        "Sort by it, by it as the next key",
    ),
    (
        "Up, Down, Home, End, PageUp, PageDown",
        "Move; with Shift extend, with Ctrl move only",
    ),
    ("Space", "Add or drop the row at the cursor"),
    ("Ctrl+A", "Select all that match the filter"),
    ("Ctrl+I", "Invert the selection"),
    ("Esc", "Select nothing; close a sheet"),
    ("Delete", "Plan a delete of what is selected"),
    ("Ctrl + and Ctrl −", "Larger, smaller"),
];
