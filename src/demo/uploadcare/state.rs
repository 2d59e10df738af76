//! The project's files and groups, and what can happen to them. Knows nothing of HTTP or JSON.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::demo::{Expired, Options};
use crate::model::Time;

use super::data;
use super::ids;

const NEVER: i64 = i64::MIN;

/// One file. Files are kept in the order of their upload times, which are all different.
#[derive(Clone)]
pub(in crate::demo) struct File {
    pub uuid: u128,
    pub uploaded: Time,
    stored: i64,
    removed: i64,
    pub size: u64,
    pub name: Box<str>,
    /// Place in the table of content kinds.
    pub kind: u8,
    pub ready: bool,
    /// A delete is refused.
    pub locked: bool,
    /// Expired without a trace.
    pub gone: bool,
}

impl File {
    pub fn new(uuid: u128, uploaded: Time, kind: u8, name: Box<str>, size: u64) -> Self {
        Self {
            uuid,
            uploaded,
            stored: NEVER,
            removed: NEVER,
            size,
            name,
            kind,
            ready: true,
            locked: false,
            gone: false,
        }
    }

    pub fn stored(&self) -> Option<Time> {
        (self.stored != NEVER).then_some(Time(self.stored))
    }

    pub fn removed(&self) -> Option<Time> {
        (self.removed != NEVER).then_some(Time(self.removed))
    }

    pub fn set_stored(&mut self, at: Option<Time>) {
        self.stored = at.map_or(NEVER, |at| at.0);
    }

    pub fn set_removed(&mut self, at: Option<Time>) {
        self.removed = at.map_or(NEVER, |at| at.0);
    }

    pub fn uuid_text(&self) -> String {
        ids::text(self.uuid)
    }
}

/// One group. Groups are kept in the order of their making.
pub(in crate::demo) struct Group {
    pub uuid: u128,
    pub created: Time,
    pub members: Box<[u32]>,
    pub deleted: bool,
}

impl Group {
    pub fn id_text(&self) -> String {
        format!("{}~{}", ids::text(self.uuid), self.members.len())
    }
}

/// What somebody wrote over the made-up metadata or tags of a file.
#[derive(Clone, Default)]
pub(in crate::demo) struct Edits {
    pub metadata: Option<Vec<(String, String)>>,
    pub tags: Option<Vec<String>>,
}

/// How many files are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::demo) struct Counts {
    pub removed: i64,
    pub stored: i64,
    pub unstored: i64,
}

/// All of a project's data.
pub(in crate::demo) struct Project {
    files: Vec<File>,
    by_uuid: HashMap<u128, u32>,
    groups: Vec<Group>,
    group_by_uuid: HashMap<u128, u32>,
    counts: Counts,
    edits: HashMap<usize, Edits>,
    /// Copies, and when they are complete.
    fresh: HashMap<usize, Time>,
    /// Files before this one were looked at for expiry.
    swept: usize,
    life: i64,
    expired: Expired,
    writes: u64,
    writes_on: HashMap<u128, u64>,
}

impl Project {
    pub fn new(files: Vec<File>, groups: Vec<Group>, options: &Options) -> Self {
        let mut project = Self {
            by_uuid: index(files.iter().map(|file| file.uuid)),
            group_by_uuid: index(groups.iter().map(|group| group.uuid)),
            files,
            groups,
            counts: Counts::default(),
            edits: HashMap::new(),
            fresh: HashMap::new(),
            swept: 0,
            life: options.quirks.unstored_life.as_micros() as i64,
            expired: options.quirks.expired,
            writes: 0,
            writes_on: HashMap::new(),
        };
        for ix in 0..project.files.len() {
            project.count(ix, 1);
        }
        project
    }

    pub fn files(&self) -> &[File] {
        &self.files
    }

    pub fn file(&self, ix: usize) -> &File {
        &self.files[ix]
    }

    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The file with this id, unless it is gone without a trace.
    pub fn find(&self, uuid: u128) -> Option<usize> {
        let ix = *self.by_uuid.get(&uuid)? as usize;
        (!self.files[ix].gone).then_some(ix)
    }

    pub fn find_text(&self, uuid: &str) -> Option<usize> {
        self.find(ids::parse(uuid)?)
    }

    /// The group with this id, count included, unless it was deleted.
    pub fn find_group(&self, id: &str) -> Option<usize> {
        let (uuid, count) = id.split_once('~')?;
        let ix = *self.group_by_uuid.get(&ids::parse(uuid)?)? as usize;
        let group = &self.groups[ix];
        (!group.deleted && count == group.members.len().to_string()).then_some(ix)
    }

    /// Stores a file, or restores a removed one. What is stored already keeps its time.
    pub fn store(&mut self, ix: usize, now: Time) {
        let file = &self.files[ix];
        if file.stored().is_none() || file.removed().is_some() {
            self.set_dates(ix, Some(now), None);
        }
    }

    /// Removes a file. What is removed already keeps its time.
    pub fn remove(&mut self, ix: usize, now: Time) {
        if self.files[ix].removed().is_none() {
            self.set_dates(ix, None, Some(now));
        }
    }

    pub fn delete_group(&mut self, ix: usize) {
        self.groups[ix].deleted = true;
    }

    /// Adds a copy of a file, without content until `complete`.
    pub fn copy(&mut self, of: usize, stored: bool, now: Time, complete: Time) -> usize {
        let newest = self.files.last().map_or(i64::MIN, |file| file.uploaded.0);
        let uploaded = Time(now.0.max(newest + 1));
        let source = &self.files[of];
        let mut file = File::new(
            uuid::Uuid::new_v4().as_u128(),
            uploaded,
            source.kind,
            source.name.clone(),
            source.size,
        );
        file.set_stored(stored.then_some(uploaded));
        let ix = self.files.len();
        self.by_uuid.insert(file.uuid, ix as u32);
        self.files.push(file);
        self.count(ix, 1);
        self.fresh.insert(ix, complete);
        ix
    }

    /// Whether a copy has no content yet.
    pub fn is_fresh(&self, ix: usize, now: Time) -> bool {
        self.fresh.get(&ix).is_some_and(|complete| now < *complete)
    }

    pub fn edits(&self, ix: usize) -> Option<&Edits> {
        self.edits.get(&ix)
    }

    pub fn edit(&mut self, ix: usize) -> &mut Edits {
        self.edits.entry(ix).or_default()
    }

    /// Takes down that a call was worked on, and the items that it named.
    pub fn note_write(&mut self, named: impl IntoIterator<Item = u128>) {
        self.writes += 1;
        for uuid in named {
            *self.writes_on.entry(uuid).or_default() += 1;
        }
    }

    pub fn writes(&self) -> u64 {
        self.writes
    }

    pub fn writes_on(&self, id: &str) -> u64 {
        let uuid = id.split('~').next().and_then(ids::parse);
        uuid.and_then(|uuid| self.writes_on.get(&uuid).copied())
            .unwrap_or_default()
    }

    fn has_expired(&self, now: Time) -> bool {
        let next = self.files.get(self.swept);
        next.is_some_and(|file| file.uploaded.0 + self.life < now.0)
    }

    /// Lets go of the temporary files whose time is up.
    fn sweep(&mut self, now: Time) {
        while self.has_expired(now) {
            let ix = self.swept;
            self.swept += 1;
            let file = &self.files[ix];
            if file.stored().is_some() || file.removed().is_some() {
                continue;
            }
            match self.expired {
                Expired::Removed => {
                    let at = Time(file.uploaded.0 + self.life);
                    self.set_dates(ix, None, Some(at));
                }
                Expired::Gone => {
                    self.count(ix, -1);
                    self.files[ix].gone = true;
                }
            }
        }
    }

    fn set_dates(&mut self, ix: usize, stored: Option<Time>, removed: Option<Time>) {
        self.count(ix, -1);
        self.files[ix].set_stored(stored);
        self.files[ix].set_removed(removed);
        self.count(ix, 1);
    }

    fn count(&mut self, ix: usize, step: i64) {
        let file = &self.files[ix];
        let slot = match (file.removed(), file.stored()) {
            (Some(_), _) => &mut self.counts.removed,
            (None, Some(_)) => &mut self.counts.stored,
            (None, None) => &mut self.counts.unstored,
        };
        *slot += step;
    }
}

fn index(uuids: impl ExactSizeIterator<Item = u128>) -> HashMap<u128, u32> {
    uuids.zip(0..).collect()
}

/// The project behind its lock.
pub(in crate::demo) struct Desk(RwLock<Project>);

impl Desk {
    /// Makes the data as of now.
    pub fn open(options: &Options, now: Time) -> Self {
        Self(RwLock::new(data::make(options, now)))
    }

    /// The project as it is now, to read.
    pub fn current(&self, now: Time) -> RwLockReadGuard<'_, Project> {
        let project = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if !project.has_expired(now) {
            return project;
        }
        drop(project);
        drop(self.change(now));
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The project as it is now, to change.
    pub fn change(&self, now: Time) -> RwLockWriteGuard<'_, Project> {
        let mut project = self.0.write().unwrap_or_else(PoisonError::into_inner);
        project.sweep(now);
        project
    }
}
