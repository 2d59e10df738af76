//! One row of the catalogue, read in place.

use std::borrow::Cow;
use std::sync::Arc;

use crate::model::{FileRow, FileState, ItemId, Time};

use super::segment::Segment;

/// One row, borrowed from its catalogue.
#[derive(Clone, Copy, Debug)]
pub struct RowRef<'a> {
    pub(super) segment: &'a Segment,
    pub(super) at: usize,
    pub(super) kind: &'a Arc<str>,
    pub(super) folder: &'a Arc<str>,
    pub(super) keys: &'a Arc<str>,
}

impl<'a> RowRef<'a> {
    /// The service's id; empty if the service listed it without one.
    pub fn id(&self) -> Cow<'a, str> {
        self.segment.id(self.at).text()
    }

    /// Whether it can be named to the service at all.
    pub fn has_id(&self) -> bool {
        self.segment.has_id(self.at)
    }

    /// The uploader's name of the file; may be empty, hostile.
    pub fn name(&self) -> &'a str {
        self.segment.name(self.at)
    }

    /// Bytes.
    pub fn size(&self) -> u64 {
        self.segment.size(self.at)
    }

    /// Content type; may be empty.
    pub fn mime(&self) -> &'a str {
        self.kind
    }

    /// Keys of its own metadata, sorted, one a line.
    pub fn keys(&self) -> &'a str {
        self.keys
    }

    /// The folder that it is in, as `/products/summer`; empty where the service has no folders.
    pub fn folder(&self) -> &'a str {
        self.folder
    }

    /// When it was uploaded.
    pub fn uploaded(&self) -> Option<Time> {
        self.segment.uploaded(self.at)
    }

    /// When it was stored.
    pub fn stored(&self) -> Option<Time> {
        self.segment.stored(self.at)
    }

    /// When it was removed.
    pub fn removed(&self) -> Option<Time> {
        self.segment.removed(self.at)
    }

    /// Its state; a tombstone's is the last one known.
    pub fn state(&self) -> FileState {
        self.segment.state(self.at)
    }

    /// Whether a thumbnail can be had.
    pub fn is_image(&self) -> bool {
        self.segment.is_image(self.at)
    }

    /// What was wrong with the listing's row.
    pub fn odd(&self) -> Option<&'a str> {
        self.segment.odd(self.at)
    }

    /// Whether it is a tombstone: neither the listing nor an outcome says that it is there.
    pub fn is_gone(&self) -> bool {
        self.segment.is_gone(self.at)
    }

    /// Whether it can be selected: it has an id and is not a tombstone.
    pub fn is_selectable(&self) -> bool {
        self.has_id() && !self.is_gone()
    }

    /// The row as the model has it.
    pub fn file_row(&self) -> FileRow {
        FileRow {
            id: ItemId::new(self.id().as_ref()),
            name: self.name().to_owned(),
            size: self.size(),
            mime: self.kind.clone(),
            uploaded: self.uploaded(),
            stored: self.stored(),
            removed: self.removed(),
            ready: self.segment.is_ready(self.at),
            image: self.is_image(),
            folder: self.folder.clone(),
            keys: self.keys.clone(),
            odd: self.odd().map(str::to_owned),
        }
    }
}
