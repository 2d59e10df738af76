//! The catalogue itself: listings merge into it, outcomes change it, snapshots of it are cheap.

use std::sync::Arc;

use crate::model::{FileRow, Time};

use super::id::Id;
use super::index::IdIndex;
use super::segment::{MAX_TEXT, NewRow, ROWS, Segment};
use super::types::{Shared, Types};
use super::{RowIx, RowRef, RowSet, Totals};

/// What an outcome does to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Kept for good since then.
    Stored(Time),
    /// Deleted then; it stays as a removed file.
    Removed(Time),
    /// Brought back, and stored since then where the service says so.
    Restored(Option<Time>),
    /// Not there any more, not even as a removed file.
    Gone,
}

/// What a listing lists, and so which rows it may miss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Covers {
    Existing,
    Removed,
}

/// A listing that is under way.
#[derive(Clone, Debug)]
struct Listing {
    epoch: u64,
    covers: Covers,
    /// Rows there were at its beginning.
    slots: usize,
    seen: Arc<RowSet>,
    touched: Arc<RowSet>,
}

/// One profile's files in columns. A clone shares everything until one of the two changes.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    segments: Vec<Arc<Segment>>,
    index: IdIndex,
    types: Arc<Types>,
    folders: Arc<Types>,
    keys: Arc<Types>,
    totals: Totals,
    generation: u64,
    texts: u64,
    last_epoch: u64,
    listings: Vec<Listing>,
}

impl Catalogue {
    /// A catalogue without rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// A listing of existing files starts. The epoch names it in [`merge`](Self::merge) and
    /// [`finish`](Self::finish).
    pub fn begin(&mut self) -> u64 {
        self.begin_listing(Covers::Existing)
    }

    /// A listing of removed files starts. When it finishes, only removed rows can be missing from it.
    pub fn begin_removed(&mut self) -> u64 {
        self.begin_listing(Covers::Removed)
    }

    fn begin_listing(&mut self, covers: Covers) -> u64 {
        self.last_epoch += 1;
        self.listings.push(Listing {
            epoch: self.last_epoch,
            covers,
            slots: self.slots(),
            seen: Arc::default(),
            touched: Arc::default(),
        });
        self.last_epoch
    }

    /// Puts a page's rows in, by id. A row that an outcome touched since the listing began keeps what the
    /// outcome said. Pages of a listing that has ended are dropped.
    pub fn merge(&mut self, epoch: u64, rows: Vec<FileRow>) {
        let Some(at) = self.listings.iter().position(|l| l.epoch == epoch) else {
            return;
        };
        for row in rows {
            let ix = self.merge_row(at, row);
            Arc::make_mut(&mut self.listings[at].seen).insert(ix);
        }
        self.generation += 1;
    }

    /// A listing came to its end. Rows from before it that it did not show become gone, except those that
    /// an outcome touched meanwhile. Returns how many.
    pub fn finish(&mut self, epoch: u64) -> usize {
        let Some(at) = self.listings.iter().position(|l| l.epoch == epoch) else {
            return 0;
        };
        let listing = self.listings.swap_remove(at);
        let missing: Vec<RowIx> = (0..listing.slots as RowIx)
            .filter(|&ix| self.is_missing(&listing, ix))
            .collect();
        for &ix in &missing {
            self.change(ix, |segment, at| segment.set_gone(at, true));
        }
        missing.len()
    }

    /// A listing ended early: what it brought stays, what it did not bring stays too.
    pub fn abandon(&mut self, epoch: u64) {
        self.listings.retain(|listing| listing.epoch != epoch);
    }

    /// Writes an outcome into a row.
    pub fn apply(&mut self, ix: RowIx, change: Change) {
        for listing in &mut self.listings {
            Arc::make_mut(&mut listing.touched).insert(ix);
        }
        self.change(ix, |segment, at| {
            let stored = segment.stored(at);
            segment.set_gone(at, change == Change::Gone);
            match change {
                Change::Stored(time) => segment.set_dates(at, Some(time), None),
                Change::Removed(time) => segment.set_dates(at, None, Some(time)),
                Change::Restored(time) => segment.set_dates(at, time, None),
                Change::Gone => segment.set_dates(at, stored, segment.removed(at)),
            }
        });
    }

    /// The row of an id, tombstones included. An empty id has none.
    pub fn find(&self, id: &str) -> Option<RowIx> {
        if id.is_empty() {
            return None;
        }
        let id = Id::of(id);
        self.find_hashed(self.index.hash(&id), &id)
    }

    /// The row of an id that is not empty.
    fn find_hashed(&self, hash: u64, id: &Id<'_>) -> Option<RowIx> {
        self.index.find(hash, id, |ix| id_in(&self.segments, ix))
    }

    /// Files that exist: neither removed nor gone.
    pub fn len(&self) -> usize {
        self.totals.existing().files as usize
    }

    /// Whether no file exists.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All rows, removed ones and tombstones included. Row numbers are below it.
    pub fn slots(&self) -> usize {
        let full = self.segments.len().saturating_sub(1) * ROWS;
        full + self.segments.last().map_or(0, |last| last.len())
    }

    /// Bytes of the files that exist.
    pub fn bytes(&self) -> u64 {
        self.totals.existing().bytes
    }

    /// Files and bytes for each state, tombstones left out.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// A row.
    ///
    /// # Panics
    /// If the row is not below [`slots`](Self::slots): rows of a newer catalogue are unknown to an older one.
    pub fn row(&self, ix: RowIx) -> RowRef<'_> {
        let segment = &self.segments[ix as usize / ROWS];
        let at = ix as usize % ROWS;
        RowRef {
            segment,
            at,
            kind: self.types.name(segment.kind(at)),
            folder: self.folders.name(segment.folder(at)),
            keys: self.keys.name(segment.keys()[at]),
        }
    }

    /// A row, if this catalogue has it.
    pub fn get(&self, ix: RowIx) -> Option<RowRef<'_>> {
        ((ix as usize) < self.slots()).then(|| self.row(ix))
    }

    /// The newest upload among the files that exist.
    pub fn newest(&self) -> Option<Time> {
        let rows = (0..self.slots() as RowIx).map(|ix| self.row(ix));
        let here = rows.filter(|row| !row.is_gone() && row.removed().is_none());
        here.filter_map(|row| row.uploaded()).max()
    }

    /// Different after each change.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Different after each change of a name, and after each new row.
    pub(super) fn texts(&self) -> u64 {
        self.texts
    }

    /// Bytes on the heap, about.
    pub fn heap_bytes(&self) -> usize {
        let segments: usize = self.segments.iter().map(|s| s.heap_bytes()).sum();
        let headers = self.segments.len() * (size_of::<Segment>() + 16);
        let set = |set: &RowSet| set.heap_bytes();
        let listings: usize = self
            .listings
            .iter()
            .map(|l| set(&l.seen) + set(&l.touched))
            .sum();
        let shared = [&self.types, &self.folders, &self.keys];
        let shared: usize = shared.iter().map(|texts| texts.heap_bytes()).sum();
        segments + headers + listings + self.index.heap_bytes() + shared
    }

    pub(super) fn segments(&self) -> &[Arc<Segment>] {
        &self.segments
    }

    pub(super) fn types(&self) -> &Types {
        &self.types
    }

    pub(super) fn folders(&self) -> &Types {
        &self.folders
    }

    pub(super) fn keys(&self) -> &Types {
        &self.keys
    }

    fn is_missing(&self, listing: &Listing, ix: RowIx) -> bool {
        let row = self.row(ix);
        let covered = row.removed().is_some() == (listing.covers == Covers::Removed);
        covered && !row.is_gone() && !listing.seen.contains(ix) && !listing.touched.contains(ix)
    }

    fn merge_row(&mut self, listing: usize, mut row: FileRow) -> RowIx {
        if row.id.as_str().len() > MAX_TEXT {
            row.odd = Some("its id is too long to be worked with".to_owned());
            row.id = "".into();
        }
        let shared = self.shared_of(&row);
        let new = NewRow::of(&row, shared);
        let hash = self.index.hash(&new.id);
        let known = match new.id {
            Id::Text("") => None,
            _ => self.find_hashed(hash, &new.id),
        };
        match known {
            Some(ix) if self.listings[listing].touched.contains(ix) => {
                let known = self.row(ix);
                (row.stored, row.removed) = (known.stored(), known.removed());
                let gone = known.is_gone();
                self.update(ix, &row, shared, gone);
                ix
            }
            Some(ix) => {
                self.update(ix, &row, shared, false);
                ix
            }
            None => self.push(&new, hash),
        }
    }

    /// Puts in a row as it was kept; `false` if its id is here already.
    pub(super) fn restore(&mut self, row: &NewRow<'_>) -> bool {
        let hash = self.index.hash(&row.id);
        if row.id != Id::Text("") && self.find_hashed(hash, &row.id).is_some() {
            return false;
        }
        self.push(row, hash);
        self.generation += 1;
        true
    }

    fn shared_of(&mut self, row: &FileRow) -> Shared {
        Shared {
            kind: self.kind_of(&row.mime),
            folder: self.folder_of(&row.folder),
            keys: self.keys_of(&row.keys),
        }
    }

    /// The number of a type, which may be new.
    pub(super) fn kind_of(&mut self, mime: &Arc<str>) -> u32 {
        number(&mut self.types, mime)
    }

    /// The number of a folder, which may be new.
    pub(super) fn folder_of(&mut self, folder: &Arc<str>) -> u32 {
        number(&mut self.folders, folder)
    }

    /// The number of a set of metadata keys, which may be new.
    pub(super) fn keys_of(&mut self, keys: &Arc<str>) -> u32 {
        number(&mut self.keys, keys)
    }

    fn update(&mut self, ix: RowIx, row: &FileRow, shared: Shared, gone: bool) {
        let (segment, at) = (&self.segments[ix as usize / ROWS], ix as usize % ROWS);
        if segment.is_gone(at) == gone && segment.is_same(at, row, shared) {
            return;
        }
        self.texts += u64::from(segment.name(at) != row.name);
        self.change(ix, |segment, at| {
            segment.set(at, row, shared);
            segment.set_gone(at, gone);
        });
    }

    /// Adds a row with the hash of its id.
    fn push(&mut self, row: &NewRow<'_>, hash: u64) -> RowIx {
        let ix = self.slots() as RowIx;
        self.texts += 1;
        match self.segments.last_mut().filter(|last| !last.is_full()) {
            Some(last) => Arc::make_mut(last).push(row),
            None => {
                let mut segment = Segment::default();
                segment.push(row);
                self.segments.push(Arc::new(segment));
            }
        }
        self.totals.add(self.row(ix).state(), row.size);
        if row.id != Id::Text("") {
            let segments = &self.segments;
            self.index.insert(hash, ix, |ix| id_in(segments, ix));
        }
        ix
    }

    /// Changes a row and keeps the totals right. Only here are segments written that hold rows already.
    fn change(&mut self, ix: RowIx, change: impl FnOnce(&mut Segment, usize)) {
        let (segment, at) = (
            Arc::make_mut(&mut self.segments[ix as usize / ROWS]),
            ix as usize % ROWS,
        );
        if !segment.is_gone(at) {
            self.totals.take(segment.state(at), segment.size(at));
        }
        change(segment, at);
        if !segment.is_gone(at) {
            self.totals.add(segment.state(at), segment.size(at));
        }
        self.generation += 1;
    }
}

fn number(texts: &mut Arc<Types>, text: &Arc<str>) -> u32 {
    let known = texts.find(text);
    known.unwrap_or_else(|| Arc::make_mut(texts).add(text))
}

fn id_in(segments: &[Arc<Segment>], ix: RowIx) -> Id<'_> {
    segments[ix as usize / ROWS].id(ix as usize % ROWS)
}
