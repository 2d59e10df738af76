//! The list of files that is kept on disk: shown at once, checked against the service, written again.
//!
//! Rows from disk are never taken for true: no plan is made before the account is verified, and the first
//! listing after it goes through all of them. Reading and writing happen off the window's thread.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::engine::{Engine, Event, question};
use super::files::{FileList, Progress, View};
use super::workspace::Workspace;
use crate::catalogue::{AsOf, CacheError, Cached, Catalogue, Owner};
use crate::model::{Account, ProfileId, Time};
use crate::profile::cache;
use crate::service::Listing;

/// A list from disk with its newest upload, if there is one; or why it cannot be used.
pub type ReadList = Result<Option<Box<(Cached, Option<Time>)>>, String>;

/// What leaving may wait for the lists to be written.
const LEAVING: Duration = Duration::from_secs(3);

/// Where lists are kept, and the turns of those who write them.
#[derive(Clone, Default)]
pub struct Caches {
    folder: Option<PathBuf>,
    may_write: bool,
    /// The newest turn of each profile; an older one has nothing to write any more.
    turns: Arc<Mutex<HashMap<ProfileId, u64>>>,
    writing: Arc<Mutex<()>>,
}

impl Caches {
    /// Lists in a data folder. Only the window that owns the folder may write.
    pub fn new(folder: PathBuf, may_write: bool) -> Self {
        if may_write {
            cache::sweep(&folder);
        }
        Self {
            folder: Some(folder),
            may_write,
            ..Self::default()
        }
    }

    /// Lets nothing be written any more of what was asked for until now.
    fn skip_writes(&self, profile: &ProfileId) -> u64 {
        let turn = question();
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.insert(profile.clone(), turn);
        turn
    }

    /// Throws away what is kept of a profile, also what is just being written.
    pub fn forget(&self, engine: &Engine, profile: &ProfileId) {
        self.skip_writes(profile);
        let (caches, profile) = (self.clone(), profile.clone());
        engine.run_blocking(move || {
            let Some(folder) = &caches.folder else { return };
            let _one_at_a_time = caches
                .writing
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            cache::forget(folder, &profile);
        });
    }

    fn write(&self, turn: u64, snapshot: &Snapshot) {
        let Some(folder) = &self.folder else { return };
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = {
            let turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            turns.get(&snapshot.owner.profile).copied()
        };
        if newest != Some(turn) {
            return;
        }
        let (owner, as_of) = (&snapshot.owner, snapshot.as_of);
        if let Err(error) = cache::save(folder, owner, as_of, &snapshot.catalogue) {
            tracing::debug!("the list of files could not be kept: {error}");
        }
    }
}

/// What is to be written of one profile.
struct Snapshot {
    owner: Owner,
    as_of: AsOf,
    catalogue: Catalogue,
}

/// What a workspace knows of its kept list.
#[derive(Default)]
pub struct CacheState {
    /// The question whose answer is waited for; listing waits too.
    awaits: Option<u64>,
    asked: bool,
    /// Whose rows were asked for, and then shown, from disk.
    owner: Option<Owner>,
    /// The newest upload among them.
    newest: Option<Time>,
    /// What is on disk: the rows' generation, and as of when.
    written: Option<(u64, AsOf)>,
}

impl CacheState {
    /// Whether the rows are still on their way from the disk.
    pub fn is_reading(&self) -> bool {
        self.awaits.is_some()
    }
}

impl Workspace {
    /// Asks for the kept list, once.
    pub(super) fn read_cache(&mut self, engine: &Engine) {
        let Some(folder) = engine.caches.folder.clone() else {
            return;
        };
        if std::mem::replace(&mut self.cache.asked, true) {
            return;
        }
        let Some(account) = &self.profile.account else {
            return;
        };
        self.cache.owner = Some(cache::owner(&self.profile, account));
        let (profile, question) = (self.profile.clone(), question());
        self.cache.awaits = Some(question);
        let may_write = engine.caches.may_write;
        engine.tell_blocking(move || {
            let read = cache::load(&folder, &profile);
            if read.is_err() && may_write {
                cache::forget(&folder, &profile.id);
            }
            let result = read.map(|cached| {
                cached.map(|cached| {
                    let newest = cached.catalogue.newest();
                    Box::new((cached, newest))
                })
            });
            Event::Cached {
                profile: profile.id,
                question,
                result,
            }
        });
    }

    /// Shows the kept list; whom the keys belong to may be known by now. Returns what a person must know.
    pub(super) fn cache_arrived(
        &mut self,
        engine: &Engine,
        question: u64,
        result: ReadList,
    ) -> Option<String> {
        self.cache.awaits.take_if(|awaited| *awaited == question)?;
        let notice = match result {
            Ok(Some(read)) => {
                let (cached, newest) = *read;
                self.take_cached(cached, newest)
            }
            unused => {
                self.cache.owner = None;
                unused.err()
            }
        };
        if self.session().is_some() {
            self.first_lists(engine);
        }
        notice
    }

    fn take_cached(&mut self, cached: Cached, newest: Option<Time>) -> Option<String> {
        let as_of = cached.as_of.files?;
        self.catalogue = cached.catalogue;
        self.files.take_cached_at(as_of);
        if let Some(as_of) = cached.as_of.removed {
            self.removed.take_cached_at(as_of);
        }
        self.cache.newest = newest;
        self.cache.written = Some((self.catalogue.generation(), cached.as_of));
        match self.session().map(|session| session.account.clone()) {
            Some(account) => self.check_cache(&account),
            None => None,
        }
    }

    /// Drops the rows from disk where the keys turn out to open another account. Returns the words for it.
    pub(super) fn check_cache(&mut self, account: &Account) -> Option<String> {
        if self.cache.is_reading() {
            return None;
        }
        let now = cache::owner(&self.profile, account);
        let shown = self.cache.owner.take_if(|owner| !owner.is(&now))?;
        self.catalogue = Catalogue::new();
        self.files = self.files.emptied(Listing::Existing);
        self.removed = self.removed.emptied(Listing::Removed);
        self.cache.newest = None;
        self.cache.written = None;
        self.start_over();
        let words = cache::thrown_away(&self.profile, &CacheError::Other);
        // Rows that no account can be told by are dropped without a fuss.
        (!shown.account.key.is_empty() && !account.key.is_empty()).then_some(words)
    }

    /// From when on a first listing after the start should ask, before it goes through all.
    pub(super) fn newer_than(&self, listing: Listing) -> Option<Time> {
        match listing {
            Listing::Existing if self.files.is_cached() => self.cache.newest,
            _ => None,
        }
    }

    /// Why addresses of files cannot be told; `None` if they can.
    pub fn why_no_urls(&self) -> Option<String> {
        let closed = self.session().is_none();
        closed.then(|| "Addresses are known once the profile is open. Ids can be copied.".into())
    }

    /// Writes the list to disk if it was whole once and has changed since.
    pub(super) fn keep(&mut self, engine: &Engine) {
        if let Some(snapshot) = self.snapshot(engine) {
            let caches = engine.caches.clone();
            let turn = caches.skip_writes(&snapshot.owner.profile);
            engine.run_blocking(move || caches.write(turn, &snapshot));
        }
    }

    fn snapshot(&mut self, engine: &Engine) -> Option<Snapshot> {
        // Rows from before an edit may be another account's.
        if engine.caches.folder.is_none() || !engine.caches.may_write || self.edited {
            return None;
        }
        let as_of = AsOf {
            files: Some(self.files.whole?),
            removed: self.removed.whole,
        };
        let now = (self.catalogue.generation(), as_of);
        if self.cache.written == Some(now) {
            return None;
        }
        let account = &self.session()?.account;
        let snapshot = Snapshot {
            owner: cache::owner(&self.profile, account),
            as_of,
            catalogue: self.catalogue.clone(),
        };
        self.cache.written = Some(now);
        Some(snapshot)
    }
}

/// Writes what is left to write before the window closes, as far as there is time.
pub fn leave(engine: &Engine, workspaces: &mut [Workspace]) {
    let (done, ended) = std::sync::mpsc::channel();
    let mut waiting = 0;
    for workspace in workspaces {
        if let Some(snapshot) = workspace.snapshot(engine) {
            let (caches, done) = (engine.caches.clone(), done.clone());
            let turn = caches.skip_writes(&snapshot.owner.profile);
            engine.run_blocking(move || {
                caches.write(turn, &snapshot);
                // Nobody may wait any more.
                let _ = done.send(());
            });
            waiting += 1;
        }
    }
    let until = Instant::now() + LEAVING;
    for _ in 0..waiting {
        let left = until.saturating_duration_since(Instant::now());
        if ended.recv_timeout(left).is_err() {
            return;
        }
    }
}

impl FileList {
    /// Takes over what was whole then, in an earlier run of the program.
    fn take_cached_at(&mut self, whole: Time) {
        self.progress = Progress::Cached;
        self.whole = Some(whole);
    }

    /// The same view of other files.
    fn emptied(&mut self, listing: Listing) -> Self {
        let mut list = Self::new(View::from(listing));
        std::mem::swap(&mut list.table, &mut self.table);
        list.sort = self.sort;
        list
    }

    /// Whether its rows are from disk, and nobody asked the service yet.
    pub fn is_cached(&self) -> bool {
        matches!(self.progress, Progress::Cached)
    }

    /// Whether the service was asked in this run of the program.
    pub fn was_listed(&self) -> bool {
        !self.is_new() && !self.is_cached()
    }

    /// As of when its rows are, while the service's list was not read to its end since.
    pub fn unchecked(&self) -> Option<Time> {
        match self.progress {
            Progress::New | Progress::Loaded(_) => None,
            Progress::Cached | Progress::Loading | Progress::Failed(_) => self.whole,
        }
    }

    /// Why the last listing ended early.
    fn failure(&self) -> Option<&str> {
        match &self.progress {
            Progress::Failed(words) => Some(words),
            _ => None,
        }
    }
}

/// Whether rows from disk stand where the profile is not open.
pub fn shows_rows(workspace: &Workspace) -> bool {
    let rows = |list: &FileList| list.unchecked().is_some() && list.len(&workspace.catalogue) > 0;
    workspace.session().is_none() && workspace.shown().is_some_and(rows)
}

/// Why a list that is shown cannot be checked, in words for a person; `None` if it can, or nothing is shown.
pub fn trouble(workspace: &Workspace) -> Option<String> {
    let list = workspace.shown()?;
    let at = list.unchecked()?;
    if list.len(&workspace.catalogue) == 0 {
        return None;
    }
    let listing = || list.failure().map(str::to_owned);
    let why = workspace.failure().or_else(listing)?;
    Some(format!("These files are {}. {why}", as_of(at)))
}

/// `as of 14:05`, with the day where it is not today.
pub fn as_of(at: Time) -> String {
    let zone = jiff::tz::TimeZone::system();
    if at.to_day(&zone) == Time::now().to_day(&zone) {
        format!("as of {}", at.format(&zone, "%H:%M"))
    } else {
        format!("as of {}", at.to_minute(&zone))
    }
}

/// What a list says of itself whose rows are not known to be as the service has them now.
pub fn unchecked_words(list: &FileList, at: Time, can_check: bool) -> String {
    let end = if can_check && list.failure().is_none() {
        "checking…"
    } else {
        "not checked"
    };
    format!("{}, {end}", as_of(at))
}
