//! The library's files, versions and folders, and what can happen to them. Knows nothing of HTTP or JSON.

use std::collections::{BTreeMap, HashMap};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use fastrand::Rng;
use serde_json::{Map, Value};

use crate::demo::Options;
use crate::model::Time;

use super::data;

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

    /// Deletes a file with all its versions.
    pub fn remove(&mut self, ix: usize, now: Time) {
        let file = &mut self.files[ix];
        file.removed = Some(now);
        self.by_path.remove(&file.path());
    }

    /// Puts a file to where none is.
    pub fn relocate(&mut self, ix: usize, folder: &str, name: &str) {
        let file = &mut self.files[ix];
        self.by_path.remove(&file.path());
        file.folder = folder.to_owned();
        file.name = name.to_owned();
        self.by_path.insert(file.path(), ix);
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

    /// The library, to read.
    pub(super) fn current(&self) -> RwLockReadGuard<'_, Library> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The library, to change.
    pub(super) fn change(&self) -> RwLockWriteGuard<'_, Library> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
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
