//! The library's files, versions and folders, and what can happen to them. Knows nothing of HTTP or JSON.

use std::collections::{BTreeMap, HashMap};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use fastrand::Rng;
use serde_json::{Map, Value};

use crate::demo::Options;
use crate::model::Time;

use super::edge::Edge;
use super::fields::Field;
use super::jobs::Job;
use super::{data, jobs};

/// One content that a file has or had.
#[derive(Clone)]
pub(super) struct Version {
    /// 24 hex digits, as every id here.
    pub id: String,
    /// Counted from 1.
    pub number: u32,
    pub created: Time,
    /// Place in the table of content kinds.
    pub kind: u8,
    pub size: u64,
    /// In pixels, or 0 by 0.
    pub sides: (u32, u32),
    /// What decides its picture.
    pub bits: u64,
}

/// A tag that a machine gave: the word, how sure it was, and which machine.
#[derive(Clone)]
pub(super) struct AiTag {
    pub name: String,
    pub confidence: f64,
    pub source: &'static str,
}

/// One file.
#[derive(Clone)]
pub(super) struct File {
    pub id: String,
    pub name: String,
    /// The path of its folder, `/` for the root.
    pub folder: String,
    pub created: Time,
    pub updated: Time,
    pub tags: Vec<String>,
    pub ai_tags: Vec<AiTag>,
    pub coordinates: Option<String>,
    pub private: bool,
    pub published: bool,
    pub metadata: Map<String, Value>,
    pub description: Option<String>,
    /// Never empty, oldest first; the last one is current.
    pub versions: Vec<Version>,
    pub removed: Option<Time>,
    /// The service fails whenever it is to change this one.
    pub stuck: bool,
}

impl File {
    pub fn path(&self) -> String {
        join(&self.folder, &self.name)
    }

    /// The current content.
    pub fn current(&self) -> &Version {
        &self.versions[self.versions.len() - 1]
    }

    pub fn older(&self) -> &[Version] {
        &self.versions[..self.versions.len() - 1]
    }
}

/// One folder. Its path is its key.
#[derive(Clone)]
pub(super) struct Folder {
    pub id: String,
    pub created: Time,
    pub updated: Time,
}

/// All of the account's data.
pub(super) struct Library {
    /// In the order of their making, deleted ones included.
    pub files: Vec<File>,
    by_id: HashMap<String, usize>,
    /// Of the files that exist.
    by_path: HashMap<String, usize>,
    pub folders: BTreeMap<String, Folder>,
    /// Custom metadata fields, deleted ones included.
    pub fields: Vec<Field>,
    pub jobs: Vec<Job>,
    pub edge: Edge,
    /// Bytes that were uploaded since the start.
    pub uploaded: u64,
    writes: u64,
    writes_on: HashMap<String, u64>,
    rng: Rng,
}

impl Library {
    pub fn new(seed: u64) -> Self {
        Self {
            files: Vec::new(),
            by_id: HashMap::new(),
            by_path: HashMap::new(),
            folders: BTreeMap::new(),
            fields: Vec::new(),
            jobs: Vec::new(),
            edge: Edge::default(),
            uploaded: 0,
            writes: 0,
            writes_on: HashMap::new(),
            rng: Rng::with_seed(seed ^ 0x1d5),
        }
    }

    /// A new id. It begins with the second of its making, as ids of this service do.
    pub fn id(&mut self, at: Time) -> String {
        let second = at.0.div_euclid(1_000_000) as u32;
        let rest = self.rng.u64(..);
        format!("{second:08x}{rest:016x}")
    }

    /// The name with a random suffix before its extension.
    pub fn unique(&mut self, name: &str) -> String {
        data::with_suffix(&mut self.rng, name)
    }

    /// Adds a file at a path where none is.
    pub fn add(&mut self, file: File) -> usize {
        let ix = self.files.len();
        self.by_id.insert(file.id.clone(), ix);
        self.by_path.insert(file.path(), ix);
        self.files.push(file);
        ix
    }

    /// The file with this id, if it exists.
    pub fn find(&self, id: &str) -> Option<usize> {
        let ix = *self.by_id.get(id)?;
        self.files[ix].removed.is_none().then_some(ix)
    }

    /// The file with this id, deleted or not.
    pub fn find_any(&self, id: &str) -> Option<&File> {
        Some(&self.files[*self.by_id.get(id)?])
    }

    /// The file at this path.
    pub fn at_path(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    /// Deletes a file with all its versions. Copies of it stay at the edge of the network.
    pub fn remove(&mut self, ix: usize, now: Time) {
        let file = &mut self.files[ix];
        file.removed = Some(now);
        self.edge.keep(file.path(), file.current(), now);
        self.by_path.remove(&file.path());
    }

    /// Puts a file to where none is. Copies of it stay under the old address.
    pub fn relocate(&mut self, ix: usize, folder: &str, name: &str, now: Time) {
        let file = &mut self.files[ix];
        self.by_path.remove(&file.path());
        self.edge.keep(file.path(), file.current(), now);
        file.folder = folder.to_owned();
        file.name = name.to_owned();
        self.by_path.insert(file.path(), ix);
    }

    /// Adds a copy of a file to a folder where none of its name is.
    pub fn add_copy(&mut self, source: &File, all_versions: bool, folder: &str, now: Time) {
        let mut file = source.clone();
        file.id = self.id(now);
        file.folder = folder.to_owned();
        (file.created, file.updated) = (now, now);
        file.stuck = false;
        if !all_versions {
            file.versions.drain(..file.versions.len() - 1);
        }
        for (ix, version) in file.versions.iter_mut().enumerate() {
            version.id = if ix == 0 {
                file.id.clone()
            } else {
                self.id(now)
            };
            version.number = ix as u32 + 1;
        }
        self.add(file);
    }

    /// Appends contents to a file's versions, as its newest ones.
    pub fn append(&mut self, ix: usize, contents: &[Version], now: Time) {
        for content in contents {
            let mut content = content.clone();
            content.id = self.id(now);
            content.created = now;
            let versions = &mut self.files[ix].versions;
            let highest = versions.iter().map(|version| version.number).max();
            content.number = highest.unwrap_or_default() + 1;
            versions.push(content);
        }
        self.files[ix].updated = now;
    }

    /// Whether this is the root or a folder that exists.
    pub fn has_folder(&self, path: &str) -> bool {
        path == "/" || self.folders.contains_key(path)
    }

    /// Places of the existing files in a folder and below.
    pub fn files_within(&self, folder: &str) -> Vec<usize> {
        let all = self.files.iter().enumerate();
        let within =
            all.filter(|(_, file)| file.removed.is_none() && is_within(&file.folder, folder));
        within.map(|(ix, _)| ix).collect()
    }

    /// Paths of the folders below a folder, and its own.
    pub fn folders_within(&self, folder: &str) -> Vec<String> {
        let paths = self.folders.keys();
        paths
            .filter(|path| is_within(path, folder))
            .cloned()
            .collect()
    }

    /// How many files, versions and folders a folder holds.
    pub fn nested(&self, folder: &str) -> usize {
        let files = self.files_within(folder);
        let versions: usize = files.iter().map(|ix| self.files[*ix].versions.len()).sum();
        versions + self.folders_within(folder).len()
    }

    /// Adds a folder, and those above it, unless they are there.
    pub fn add_folder(&mut self, path: &str, at: Time) {
        let mut whole = String::new();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            whole = join(if whole.is_empty() { "/" } else { &whole }, name);
            if !self.folders.contains_key(&whole) {
                let folder = Folder {
                    id: self.id(at),
                    created: at,
                    updated: at,
                };
                self.folders.insert(whole.clone(), folder);
            }
        }
    }

    /// Takes down that a call was worked on, and the items that it named.
    pub fn note_write<'a>(&mut self, named: impl IntoIterator<Item = &'a str>) {
        self.writes += 1;
        for id in named {
            *self.writes_on.entry(id.to_owned()).or_default() += 1;
        }
    }

    pub fn writes(&self) -> u64 {
        self.writes
    }

    pub fn writes_on(&self, id: &str) -> u64 {
        self.writes_on.get(id).copied().unwrap_or_default()
    }
}

/// The path of what has this name in that folder.
pub(super) fn join(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}

/// The folder of a path, and the name there.
pub(super) fn split(path: &str) -> (&str, &str) {
    match path.rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some(both) => both,
        None => ("/", path),
    }
}

/// A folder's path as it is kept: one slash before each name, none at the end.
pub(super) fn normal(path: &str) -> String {
    let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
    format!("/{}", names.join("/"))
}

/// Whether a folder is another one or somewhere below it.
pub(super) fn is_within(folder: &str, above: &str) -> bool {
    let rest = folder.strip_prefix(above);
    above == "/" || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a text has the form of an id.
pub(super) fn is_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The library behind its lock.
pub(in crate::demo) struct Desk(RwLock<Library>);

impl Desk {
    /// Makes the data as of now.
    pub fn open(options: &Options, now: Time) -> Self {
        Self(RwLock::new(data::make(options, now)))
    }

    /// The library, to read, its bulk jobs carried out whose time is up.
    pub(super) fn current(&self, now: Time) -> RwLockReadGuard<'_, Library> {
        let library = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if !jobs::are_due(&library, now) {
            return library;
        }
        drop(library);
        drop(self.change(now));
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The library, to change, its bulk jobs carried out whose time is up.
    pub(super) fn change(&self, now: Time) -> RwLockWriteGuard<'_, Library> {
        let mut library = self.0.write().unwrap_or_else(PoisonError::into_inner);
        jobs::carry_out(&mut library, now);
        library
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_apart_and_together() {
        for (path, folder, name) in [
            ("/a.jpg", "/", "a.jpg"),
            ("/x/y/a.jpg", "/x/y", "a.jpg"),
            ("a.jpg", "/", "a.jpg"),
        ] {
            assert_eq!(split(path), (folder, name));
        }
        assert_eq!(join("/", "a"), "/a");
        assert_eq!(join("/x/", "a"), "/x/a");
        assert_eq!(normal("x//y/"), "/x/y");
        assert_eq!(normal(""), "/");
        assert!(is_within("/x/y", "/x") && is_within("/x", "/x") && is_within("/x", "/"));
        assert!(!is_within("/xy", "/x"));
    }

    #[test]
    fn ids_are_24_hex_digits() {
        assert!(is_id(&Library::new(1).id(Time(1_700_000_000_000_000))));
        assert!(!is_id("fake_123"));
    }
}
