//! The account's uploads, renders, templates and folders. Knows nothing of HTTP or JSON.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use fastrand::Rng;

use crate::demo::Options;
use crate::model::Time;

use super::data;

/// One uploaded picture.
#[derive(Clone)]
pub(super) struct Upload {
    pub id: String,
    pub name: String,
    pub size: u64,
    pub mime: &'static str,
    pub created: Time,
    pub tags: Vec<String>,
    pub external: Option<String>,
    pub sides: (u32, u32),
    pub removed: Option<Time>,
    /// Another account's.
    pub foreign: bool,
}

/// One template.
#[derive(Clone)]
pub(super) struct Template {
    pub id: String,
    pub name: String,
    pub sides: (u32, u32),
    pub created: Time,
    pub tags: Vec<String>,
    pub folder: Option<String>,
}

/// One render of a template.
#[derive(Clone)]
pub(super) struct Render {
    pub id: String,
    /// The template's id, name and size as they were.
    pub template: (String, String, (u32, u32)),
    pub format: &'static str,
    pub status: &'static str,
    pub created: Time,
    pub external: Option<String>,
    pub folder: Option<String>,
}

/// One folder of templates and renders.
#[derive(Clone)]
pub(super) struct Folder {
    pub id: String,
    pub name: String,
    pub created: Time,
    pub updated: Time,
}

/// All of the account's data.
pub(super) struct Account {
    /// In the order of their making, deleted ones and other accounts' included.
    pub uploads: Vec<Upload>,
    by_id: HashMap<String, usize>,
    pub templates: Vec<Template>,
    pub renders: Vec<Render>,
    pub folders: Vec<Folder>,
    /// Render credits spent: no delete gives any back.
    pub credits: usize,
    writes: u64,
    writes_on: HashMap<String, u64>,
    rng: Rng,
}

impl Account {
    pub fn new(seed: u64) -> Self {
        Self {
            uploads: Vec::new(),
            by_id: HashMap::new(),
            templates: Vec::new(),
            renders: Vec::new(),
            folders: Vec::new(),
            credits: 5_170,
            writes: 0,
            writes_on: HashMap::new(),
            rng: Rng::with_seed(seed ^ 0x7e3),
        }
    }

    /// A new id.
    pub fn id(&mut self) -> String {
        let bytes = self.rng.u128(..).to_be_bytes();
        uuid::Builder::from_random_bytes(bytes)
            .into_uuid()
            .to_string()
    }

    pub fn add(&mut self, upload: Upload) {
        self.by_id.insert(upload.id.clone(), self.uploads.len());
        self.uploads.push(upload);
    }

    /// The upload with this id, if it exists, whoever's it is.
    pub fn find(&self, id: &str) -> Option<usize> {
        let ix = *self.by_id.get(id)?;
        self.uploads[ix].removed.is_none().then_some(ix)
    }

    /// The upload with this id, deleted or not.
    pub fn find_any(&self, id: &str) -> Option<&Upload> {
        Some(&self.uploads[*self.by_id.get(id)?])
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

/// The account behind its lock.
pub(in crate::demo) struct Desk(RwLock<Account>);

impl Desk {
    /// Makes the data as of now.
    pub fn open(options: &Options, now: Time) -> Self {
        Self(RwLock::new(data::make(options, now)))
    }

    /// The account, to read.
    pub(super) fn current(&self) -> RwLockReadGuard<'_, Account> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The account, to change.
    pub(super) fn change(&self) -> RwLockWriteGuard<'_, Account> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
