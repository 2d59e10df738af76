//! The columns of 4096 rows: the unit that is copied when a snapshot still holds it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::model::{FileRow, FileState, Time};

use super::fold::Folded;
use super::id::{BYTES, Id};
use super::mask::Mask;
use super::query::Date;
use super::types::Shared;

/// Rows of a full segment. A power of two: a row's segment and place are a shift and a mask.
pub(super) const ROWS: usize = 1 << 12;
/// Longest name or text id that is kept, in bytes: 4096 rows then always fit the arena's 32 bits.
pub(super) const MAX_TEXT: usize = 65_535;

/// The time of what never happened.
pub(super) const NEVER: i64 = i64::MIN;

const READY: u8 = 1;
const IMAGE: u8 = 1 << 1;
const GONE: u8 = 1 << 2;
const ID_UUID: u8 = 1 << 3;
const ID_HEX: u8 = 1 << 4;
const ID_TEXT: u8 = 1 << 5;
const ID_KINDS: u8 = ID_UUID | ID_HEX | ID_TEXT;

#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    len: u16,
}

/// A row to put in, its texts borrowed.
#[derive(Clone, Copy, Debug)]
pub(super) struct NewRow<'a> {
    /// At most [`MAX_TEXT`] long if it is a text.
    pub id: Id<'a>,
    pub name: &'a str,
    pub shared: Shared,
    pub size: u64,
    pub uploaded: Option<Time>,
    pub stored: Option<Time>,
    pub removed: Option<Time>,
    pub ready: bool,
    pub image: bool,
    pub odd: Option<&'a str>,
}

impl<'a> NewRow<'a> {
    /// A listed row.
    pub fn of(row: &'a FileRow, shared: Shared) -> Self {
        Self {
            id: Id::of(row.id.as_str()),
            name: &row.name,
            shared,
            size: row.size,
            uploaded: row.uploaded,
            stored: row.stored,
            removed: row.removed,
            ready: row.ready,
            image: row.image,
            odd: row.odd.as_deref(),
        }
    }
}

/// Up to 4096 rows, a column a field.
#[derive(Clone, Debug, Default)]
pub(super) struct Segment {
    flags: Vec<u8>,
    /// Packed ids; of a text id, its place in `text`.
    ids: Vec<[u8; BYTES]>,
    name_starts: Vec<u32>,
    name_lens: Vec<u16>,
    types: Vec<u32>,
    folders: Vec<u32>,
    keys: Vec<u32>,
    sizes: Vec<u64>,
    uploaded: Vec<i64>,
    stored: Vec<i64>,
    removed: Vec<i64>,
    odd: BTreeMap<u16, Box<str>>,
    /// Names and text ids. A changed name is put at the end.
    text: String,
    /// Bytes of `text` that nothing points at any more.
    waste: usize,
    has_text_ids: bool,
    /// Made when first asked for, or when the segment is full; gone when a name changes.
    folded: OnceLock<Folded>,
}

impl Segment {
    /// Rows in it.
    pub fn len(&self) -> usize {
        self.flags.len()
    }

    /// Whether no row fits any more.
    pub fn is_full(&self) -> bool {
        self.len() == ROWS
    }

    /// Adds a row.
    pub fn push(&mut self, row: &NewRow<'_>) {
        self.folded.take();
        let name = self.put_text(cut(row.name));
        let (id_flag, id) = self.put_id(row.id);
        self.flags.push(id_flag | flags_of(row.ready, row.image));
        self.ids.push(id);
        self.name_starts.push(name.start);
        self.name_lens.push(name.len);
        self.types.push(row.shared.kind);
        self.folders.push(row.shared.folder);
        self.keys.push(row.shared.keys);
        self.sizes.push(row.size);
        self.uploaded.push(pack_time(row.uploaded));
        self.stored.push(pack_time(row.stored));
        self.removed.push(pack_time(row.removed));
        self.put_odd(self.len() - 1, row.odd);
        if self.is_full() {
            self.shrink();
            self.folded();
        }
    }

    /// Overwrites everything but the id.
    pub fn set(&mut self, at: usize, row: &FileRow, shared: Shared) {
        if self.name(at) != cut(&row.name) {
            self.set_name(at, cut(&row.name));
        }
        self.flags[at] = self.flags[at] & ID_KINDS | flags_of(row.ready, row.image);
        self.types[at] = shared.kind;
        self.folders[at] = shared.folder;
        self.keys[at] = shared.keys;
        self.sizes[at] = row.size;
        self.uploaded[at] = pack_time(row.uploaded);
        self.stored[at] = pack_time(row.stored);
        self.removed[at] = pack_time(row.removed);
        self.put_odd(at, row.odd.as_deref());
    }

    /// Whether [`set`](Self::set) would change nothing.
    pub fn is_same(&self, at: usize, row: &FileRow, shared: Shared) -> bool {
        self.flags[at] & (READY | IMAGE) == flags_of(row.ready, row.image)
            && self.types[at] == shared.kind
            && self.folders[at] == shared.folder
            && self.keys[at] == shared.keys
            && self.sizes[at] == row.size
            && self.uploaded[at] == pack_time(row.uploaded)
            && self.stored[at] == pack_time(row.stored)
            && self.removed[at] == pack_time(row.removed)
            && self.odd(at) == row.odd.as_deref()
            && self.name(at) == cut(&row.name)
    }

    /// Sets the two dates that outcomes change.
    pub fn set_dates(&mut self, at: usize, stored: Option<Time>, removed: Option<Time>) {
        self.stored[at] = pack_time(stored);
        self.removed[at] = pack_time(removed);
    }

    /// Makes the row a tombstone, or a row again.
    pub fn set_gone(&mut self, at: usize, gone: bool) {
        if gone {
            self.flags[at] |= GONE;
        } else {
            self.flags[at] &= !GONE;
        }
    }

    pub fn id(&self, at: usize) -> Id<'_> {
        let bytes = self.ids[at];
        match self.flags[at] & ID_KINDS {
            ID_UUID => Id::Uuid(bytes),
            ID_HEX => Id::Hex(bytes),
            ID_TEXT => Id::Text(self.text_at(unpack_span(bytes))),
            _ => Id::Text(""),
        }
    }

    /// Whether some id is kept as text.
    pub fn has_text_ids(&self) -> bool {
        self.has_text_ids
    }

    /// Whether the service gave it an id.
    pub fn has_id(&self, at: usize) -> bool {
        self.flags[at] & ID_KINDS != 0
    }

    pub fn name(&self, at: usize) -> &str {
        self.text_at(self.name_span(at))
    }

    /// The names without case.
    pub fn folded(&self) -> &Folded {
        self.folded
            .get_or_init(|| Folded::of((0..self.len()).map(|at| self.name(at))))
    }

    pub fn kind(&self, at: usize) -> u32 {
        self.types[at]
    }

    pub fn folder(&self, at: usize) -> u32 {
        self.folders[at]
    }

    pub fn size(&self, at: usize) -> u64 {
        self.sizes[at]
    }

    pub fn uploaded(&self, at: usize) -> Option<Time> {
        unpack_time(self.uploaded[at])
    }

    pub fn stored(&self, at: usize) -> Option<Time> {
        unpack_time(self.stored[at])
    }

    pub fn removed(&self, at: usize) -> Option<Time> {
        unpack_time(self.removed[at])
    }

    pub fn is_ready(&self, at: usize) -> bool {
        self.flags[at] & READY != 0
    }

    pub fn is_image(&self, at: usize) -> bool {
        self.flags[at] & IMAGE != 0
    }

    pub fn is_gone(&self, at: usize) -> bool {
        self.flags[at] & GONE != 0
    }

    pub fn odd(&self, at: usize) -> Option<&str> {
        self.odd.get(&(at as u16)).map(|words| &**words)
    }

    /// What was wrong with rows of the listing.
    pub fn odd_rows(&self) -> impl Iterator<Item = (usize, &str)> {
        self.odd.iter().map(|(&at, words)| (at.into(), &**words))
    }

    /// The types' numbers.
    pub fn types(&self) -> &[u32] {
        &self.types
    }

    /// The folders' numbers.
    pub fn folders(&self) -> &[u32] {
        &self.folders
    }

    /// The numbers of the sets of metadata keys.
    pub fn keys(&self) -> &[u32] {
        &self.keys
    }

    /// Bytes of the files.
    pub fn sizes(&self) -> &[u64] {
        &self.sizes
    }

    /// Microseconds since 1970; [`NEVER`] where there is none.
    pub fn times(&self, date: Date) -> &[i64] {
        match date {
            Date::Uploaded => &self.uploaded,
            Date::Stored => &self.stored,
            Date::Removed => &self.removed,
        }
    }

    /// Rows of one of the two views, tombstones left out.
    pub fn viewed(&self, removed: bool) -> Mask {
        let view =
            |at: usize| (self.flags[at] & GONE == 0) & ((self.removed[at] != NEVER) == removed);
        Mask::of(self.len(), view)
    }

    /// As [`FileRow::state`].
    pub fn state(&self, at: usize) -> FileState {
        if self.removed[at] != NEVER {
            FileState::Removed
        } else if !self.is_ready(at) {
            FileState::Processing
        } else if self.stored[at] != NEVER {
            FileState::Stored
        } else {
            FileState::Unstored
        }
    }

    /// Bytes on the heap, about.
    pub fn heap_bytes(&self) -> usize {
        let odd: usize = self.odd.values().map(|words| words.len() + 32).sum();
        self.flags.capacity()
            + BYTES * self.ids.capacity()
            + 4 * (self.name_starts.capacity()
                + self.types.capacity()
                + self.folders.capacity()
                + self.keys.capacity())
            + 2 * self.name_lens.capacity()
            + 8 * (self.sizes.capacity() + self.uploaded.capacity())
            + 8 * (self.stored.capacity() + self.removed.capacity())
            + self.text.capacity()
            + self.folded.get().map_or(0, Folded::heap_bytes)
            + odd
    }

    fn name_span(&self, at: usize) -> Span {
        Span {
            start: self.name_starts[at],
            len: self.name_lens[at],
        }
    }

    fn text_at(&self, span: Span) -> &str {
        &self.text[span.range()]
    }

    fn put_text(&mut self, text: &str) -> Span {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        Span {
            start,
            len: text.len() as u16,
        }
    }

    fn put_id(&mut self, id: Id<'_>) -> (u8, [u8; BYTES]) {
        match id {
            Id::Uuid(bytes) => (ID_UUID, bytes),
            Id::Hex(bytes) => (ID_HEX, bytes),
            Id::Text("") => (0, [0; BYTES]),
            Id::Text(text) => {
                self.has_text_ids = true;
                (ID_TEXT, pack_span(self.put_text(text)))
            }
        }
    }

    fn put_odd(&mut self, at: usize, odd: Option<&str>) {
        match odd {
            Some(words) => self.odd.insert(at as u16, words.into()),
            None => self.odd.remove(&(at as u16)),
        };
    }

    fn set_name(&mut self, at: usize, name: &str) {
        self.folded.take();
        self.waste += usize::from(self.name_lens[at]);
        let span = self.put_text(name);
        self.name_starts[at] = span.start;
        self.name_lens[at] = span.len;
        if self.waste > self.text.len() / 2 {
            self.repack_text();
        }
    }

    fn repack_text(&mut self) {
        let old = std::mem::take(&mut self.text);
        self.waste = 0;
        for at in 0..self.len() {
            let name = self.put_text(&old[self.name_span(at).range()]);
            self.name_starts[at] = name.start;
            if self.flags[at] & ID_KINDS == ID_TEXT {
                let id = self.put_text(&old[unpack_span(self.ids[at]).range()]);
                self.ids[at] = pack_span(id);
            }
        }
    }

    fn shrink(&mut self) {
        self.flags.shrink_to_fit();
        self.ids.shrink_to_fit();
        self.name_starts.shrink_to_fit();
        self.name_lens.shrink_to_fit();
        self.types.shrink_to_fit();
        self.folders.shrink_to_fit();
        self.keys.shrink_to_fit();
        self.sizes.shrink_to_fit();
        self.uploaded.shrink_to_fit();
        self.stored.shrink_to_fit();
        self.removed.shrink_to_fit();
        self.text.shrink_to_fit();
    }
}

impl Span {
    fn range(self) -> std::ops::Range<usize> {
        let start = self.start as usize;
        start..start + usize::from(self.len)
    }
}

fn flags_of(ready: bool, image: bool) -> u8 {
    let ready = if ready { READY } else { 0 };
    let image = if image { IMAGE } else { 0 };
    ready | image
}

/// As much of a text as is kept.
pub(super) fn cut(name: &str) -> &str {
    &name[..name.floor_char_boundary(MAX_TEXT)]
}

fn pack_time(time: Option<Time>) -> i64 {
    time.map_or(NEVER, |time| time.0)
}

fn unpack_time(time: i64) -> Option<Time> {
    (time != NEVER).then_some(Time(time))
}

fn pack_span(span: Span) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    bytes[..4].copy_from_slice(&span.start.to_le_bytes());
    bytes[4..6].copy_from_slice(&span.len.to_le_bytes());
    bytes
}

fn unpack_span(bytes: [u8; BYTES]) -> Span {
    let [a, b, c, d, e, f, ..] = bytes;
    Span {
        start: u32::from_le_bytes([a, b, c, d]),
        len: u16::from_le_bytes([e, f]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, name: &str) -> FileRow {
        FileRow {
            name: name.into(),
            ..FileRow::unknown(id.into())
        }
    }

    #[test]
    fn a_thousand_renames_do_not_pile_up() {
        let mut segment = Segment::default();
        for (id, name) in [("a", "one"), ("b", "two"), ("", "three")] {
            segment.push(&NewRow::of(&row(id, name), Shared::default()));
        }
        for turn in 0..1000 {
            segment.set(1, &row("b", &format!("turn {turn}")), Shared::default());
        }
        assert!(segment.text.len() < 100, "{}", segment.text.len());
        let names: Vec<_> = (0..3).map(|at| segment.name(at)).collect();
        assert_eq!(names, ["one", "turn 999", "three"]);
        let ids: Vec<_> = (0..3).map(|at| segment.id(at).text()).collect();
        assert_eq!(ids, ["a", "b", ""]);
    }

    #[test]
    fn an_endless_name_is_cut_between_characters() {
        let mut segment = Segment::default();
        segment.push(&NewRow::of(
            &row("a", &"ö".repeat(MAX_TEXT)),
            Shared::default(),
        ));
        assert_eq!(segment.name(0).len(), MAX_TEXT - 1);
        assert!(segment.is_same(0, &row("a", &"ö".repeat(MAX_TEXT)), Shared::default()));
    }
}
