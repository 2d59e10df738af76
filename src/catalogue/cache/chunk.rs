//! The rows of one block, as columns: to bytes and back.
//!
//! Reading takes nothing on trust: every column must hold exactly what the flags of its rows ask for.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::catalogue::Catalogue;
use crate::catalogue::id::{BYTES, HEX_BYTES, Id};
use crate::catalogue::segment::{NewRow, ROWS, Segment, cut};
use crate::catalogue::types::{Shared, Types};
use crate::model::Time;

/// Text after which a chunk is closed, whatever its rows.
const MAX_TEXTS: usize = 1 << 20;

const READY: u8 = 1;
const IMAGE: u8 = 1 << 1;
const UUID: u8 = 1 << 2;
const HEX: u8 = 2 << 2;
const TEXT: u8 = 3 << 2;
const ID_KINDS: u8 = 3 << 2;
const UPLOADED: u8 = 1 << 4;
const STORED: u8 = 1 << 5;
const REMOVED: u8 = 1 << 6;
const ODD: u8 = 1 << 7;

/// Columns. Texts of a row follow each other: name, id where it is a text, remark.
#[derive(Serialize, Deserialize)]
struct Columns<'a> {
    flags: &'a [u8],
    ids: &'a [u8],
    texts: &'a str,
    lens: Vec<u16>,
    types: Vec<&'a str>,
    kinds: Vec<u16>,
    folders: Vec<&'a str>,
    places: Vec<u16>,
    keys: Vec<&'a str>,
    key_places: Vec<u16>,
    sizes: Vec<u64>,
    /// Each upload as the way from the one before, the other two as the way from the upload.
    times: Vec<i64>,
}

/// Texts that many rows share: each once, and its place for each row.
#[derive(Default)]
struct Shares {
    numbers: Vec<u32>,
    bytes: usize,
    known: HashMap<u32, u16>,
    places: Vec<u16>,
}

impl Shares {
    fn put(&mut self, number: u32, texts: &Types) {
        let next = self.numbers.len() as u16;
        let place = *self.known.entry(number).or_insert(next);
        if place == next {
            self.numbers.push(number);
            self.bytes += cut(texts.name(number)).len();
        }
        self.places.push(place);
    }

    fn texts<'a>(&self, texts: &'a Types) -> Vec<&'a str> {
        let numbers = self.numbers.iter();
        numbers.map(|&number| cut(texts.name(number))).collect()
    }
}

/// Gathers the rows of one chunk.
#[derive(Default)]
pub(super) struct Builder {
    flags: Vec<u8>,
    ids: Vec<u8>,
    texts: String,
    lens: Vec<u16>,
    types: Shares,
    folders: Shares,
    keys: Shares,
    sizes: Vec<u64>,
    times: Vec<i64>,
    base: i64,
}

impl Builder {
    pub fn is_empty(&self) -> bool {
        self.flags.is_empty()
    }

    pub fn is_full(&self) -> bool {
        self.flags.len() == ROWS
            || self.texts.len() + self.types.bytes + self.folders.bytes + self.keys.bytes
                >= MAX_TEXTS
    }

    pub fn push(
        &mut self,
        segment: &Segment,
        at: usize,
        (types, folders, keys): (&Types, &Types, &Types),
    ) {
        let flag = |on: bool, flag: u8| if on { flag } else { 0 };
        self.put_text(segment.name(at));
        let id = self.put_id(segment.id(at));
        if let Some(odd) = segment.odd(at) {
            self.put_text(odd);
        }
        self.flags.push(
            id | flag(segment.is_ready(at), READY)
                | flag(segment.is_image(at), IMAGE)
                | flag(segment.uploaded(at).is_some(), UPLOADED)
                | flag(segment.stored(at).is_some(), STORED)
                | flag(segment.removed(at).is_some(), REMOVED)
                | flag(segment.odd(at).is_some(), ODD),
        );
        self.types.put(segment.kind(at), types);
        self.folders.put(segment.folder(at), folders);
        self.keys.put(segment.keys()[at], keys);
        self.sizes.push(segment.size(at));
        if let Some(time) = segment.uploaded(at) {
            self.times.push(time.0.wrapping_sub(self.base));
            self.base = time.0;
        }
        for time in [segment.stored(at), segment.removed(at)] {
            self.times
                .extend(time.map(|time| time.0.wrapping_sub(self.base)));
        }
    }

    /// The bytes of what was gathered; the next chunk begins.
    pub fn take(
        &mut self,
        (types, folders, keys): (&Types, &Types, &Types),
    ) -> io::Result<Vec<u8>> {
        let done = std::mem::take(self);
        super::packed(&Columns {
            flags: &done.flags,
            ids: &done.ids,
            texts: &done.texts,
            lens: done.lens,
            types: done.types.texts(types),
            kinds: done.types.places,
            folders: done.folders.texts(folders),
            places: done.folders.places,
            keys: done.keys.texts(keys),
            key_places: done.keys.places,
            sizes: done.sizes,
            times: done.times,
        })
    }

    fn put_text(&mut self, text: &str) {
        let text = cut(text);
        self.texts.push_str(text);
        self.lens.push(text.len() as u16);
    }

    fn put_id(&mut self, id: Id<'_>) -> u8 {
        match id {
            Id::Uuid(bytes) => {
                self.ids.extend(bytes);
                UUID
            }
            Id::Hex(bytes) => {
                self.ids.extend(&bytes[..HEX_BYTES]);
                HEX
            }
            Id::Text("") => 0,
            Id::Text(text) => {
                self.put_text(text);
                TEXT
            }
        }
    }
}

/// Puts a chunk's rows into the catalogue.
pub(super) fn restore(bytes: &[u8], catalogue: &mut Catalogue) -> Result<(), &'static str> {
    let (columns, rest) =
        postcard::take_from_bytes::<Columns<'_>>(bytes).map_err(|_| "a block cannot be read")?;
    if columns.flags.is_empty() || !rest.is_empty() {
        return Err("a block is not as long as its rows");
    }
    let texts = |texts: &[&str]| {
        texts
            .iter()
            .copied()
            .map(Arc::from)
            .collect::<Vec<Arc<str>>>()
    };
    let (types, folders) = (texts(&columns.types), texts(&columns.folders));
    let keys = texts(&columns.keys);
    let keys: Vec<u32> = keys.iter().map(|text| catalogue.keys_of(text)).collect();
    let kinds: Vec<u32> = types.iter().map(|text| catalogue.kind_of(text)).collect();
    let folders: Vec<u32> = folders
        .iter()
        .map(|text| catalogue.folder_of(text))
        .collect();
    let mut rows = Rows {
        texts: columns.texts,
        lens: columns.lens.iter(),
        ids: columns.ids,
        kinds: columns.kinds.iter(),
        places: columns.places.iter(),
        key_places: columns.key_places.iter(),
        sizes: columns.sizes.iter(),
        times: columns.times.iter(),
        base: 0,
    };
    for &flags in columns.flags {
        let row = rows
            .next(flags, [&kinds, &folders, &keys])
            .ok_or("a row lacks something")?;
        if !catalogue.restore(&row) {
            return Err("a file is in it twice");
        }
    }
    rows.end()
}

/// A time that the calendar has.
pub(super) fn time(micros: i64) -> Result<Time, &'static str> {
    let range = Timestamp::MIN.as_microsecond()..=Timestamp::MAX.as_microsecond();
    range
        .contains(&micros)
        .then_some(Time(micros))
        .ok_or("a time is out of range")
}

/// What is left of the columns.
struct Rows<'a, 'b> {
    texts: &'a str,
    lens: std::slice::Iter<'b, u16>,
    ids: &'a [u8],
    kinds: std::slice::Iter<'b, u16>,
    places: std::slice::Iter<'b, u16>,
    key_places: std::slice::Iter<'b, u16>,
    sizes: std::slice::Iter<'b, u64>,
    times: std::slice::Iter<'b, i64>,
    base: i64,
}

impl<'a> Rows<'a, '_> {
    fn next(&mut self, flags: u8, [kinds, folders, keys]: [&[u32]; 3]) -> Option<NewRow<'a>> {
        let name = self.text()?;
        let id = self.id(flags & ID_KINDS)?;
        let odd = match flags & ODD {
            0 => None,
            _ => Some(self.text()?),
        };
        let uploaded = self.time(flags & UPLOADED)?;
        self.base = uploaded.map_or(self.base, |time| time.0);
        Some(NewRow {
            id,
            name,
            shared: Shared {
                kind: *kinds.get(usize::from(*self.kinds.next()?))?,
                folder: *folders.get(usize::from(*self.places.next()?))?,
                keys: *keys.get(usize::from(*self.key_places.next()?))?,
            },
            size: *self.sizes.next()?,
            uploaded,
            stored: self.time(flags & STORED)?,
            removed: self.time(flags & REMOVED)?,
            ready: flags & READY != 0,
            image: flags & IMAGE != 0,
            odd,
        })
    }

    fn text(&mut self) -> Option<&'a str> {
        let (text, rest) = self.texts.split_at_checked((*self.lens.next()?).into())?;
        self.texts = rest;
        Some(text)
    }

    fn id(&mut self, kind: u8) -> Option<Id<'a>> {
        match kind {
            UUID => Some(Id::Uuid(*self.bytes::<BYTES>()?)),
            HEX => {
                let mut bytes = [0; BYTES];
                bytes[..HEX_BYTES].copy_from_slice(self.bytes::<HEX_BYTES>()?);
                Some(Id::Hex(bytes))
            }
            // A text that would have been packed is not as it was written.
            TEXT => match Id::of(self.text()?) {
                Id::Text("") | Id::Uuid(_) | Id::Hex(_) => None,
                id => Some(id),
            },
            _ => Some(Id::Text("")),
        }
    }

    fn bytes<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (bytes, rest) = self.ids.split_first_chunk::<N>()?;
        self.ids = rest;
        Some(bytes)
    }

    /// `None` if the column has nothing left or no time.
    fn time(&mut self, wanted: u8) -> Option<Option<Time>> {
        if wanted == 0 {
            return Some(None);
        }
        let micros = self.times.next()?.wrapping_add(self.base);
        Some(Some(time(micros).ok()?))
    }

    fn end(mut self) -> Result<(), &'static str> {
        let over = self.texts.is_empty()
            && self.ids.is_empty()
            && self.lens.next().is_none()
            && self.kinds.next().is_none()
            && self.places.next().is_none()
            && self.key_places.next().is_none()
            && self.sizes.next().is_none()
            && self.times.next().is_none();
        over.then_some(()).ok_or("a block holds more than its rows")
    }
}
