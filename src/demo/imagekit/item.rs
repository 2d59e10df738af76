//! One row of a list before it is written: a file, an older version, or a folder.

use serde_json::Value;

use crate::model::Time;

use super::library::{File, Folder, Version, split};
use super::{Visit, json};

/// What a list can show.
#[derive(Clone, Copy)]
pub(super) enum Item<'a> {
    File(&'a File),
    Version(&'a File, &'a Version),
    Folder(&'a str, &'a Folder),
}

impl<'a> Item<'a> {
    /// `file`, `file-version` or `folder`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::File(_) => "file",
            Self::Version(..) => "file-version",
            Self::Folder(..) => "folder",
        }
    }

    pub fn name(&self) -> &'a str {
        match self {
            Self::File(file) | Self::Version(file, _) => &file.name,
            Self::Folder(path, _) => split(path).1,
        }
    }

    /// The folder that it lies in.
    pub fn place(&self) -> &'a str {
        match self {
            Self::File(file) | Self::Version(file, _) => &file.folder,
            Self::Folder(path, _) => split(path).0,
        }
    }

    pub fn id(&self) -> &'a str {
        match self {
            Self::File(file) | Self::Version(file, _) => &file.id,
            Self::Folder(_, folder) => &folder.id,
        }
    }

    pub fn created(&self) -> Time {
        match self {
            Self::File(file) => file.created,
            Self::Version(_, version) => version.created,
            Self::Folder(_, folder) => folder.created,
        }
    }

    pub fn updated(&self) -> Time {
        match self {
            Self::File(file) => file.updated,
            Self::Version(_, version) => version.created,
            Self::Folder(_, folder) => folder.updated,
        }
    }

    pub fn file(&self) -> Option<&'a File> {
        match self {
            Self::File(file) | Self::Version(file, _) => Some(file),
            Self::Folder(..) => None,
        }
    }

    /// The content; folders have none.
    pub fn content(&self) -> Option<&'a Version> {
        match self {
            Self::File(file) => Some(file.current()),
            Self::Version(_, version) => Some(version),
            Self::Folder(..) => None,
        }
    }

    pub fn json(&self, visit: &Visit<'_>) -> Value {
        match self {
            Self::File(file) => json::file(visit, file),
            Self::Version(file, version) => json::version(visit, file, version),
            Self::Folder(path, folder) => json::folder(path, folder),
        }
    }
}
