//! The catalogue as bytes, to be kept on disk from one start to the next.
//!
//! A magic word, a version, then blocks: a header that says whose rows these are, and chunks of rows. Each
//! block has its length and a checksum over number, length and content. Nothing of it is trusted: what does
//! not fit in every respect is refused whole. It knows readers and writers, not files.

mod chunk;

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use crate::model::{Account, ProfileId, ServiceKind, Time};

use super::Catalogue;
use chunk::Builder;

const MAGIC: [u8; 8] = *b"TLYCACHE";
const VERSION: u32 = 2;

/// Longest block. A chunk is closed long before.
const MAX_BLOCK: u32 = 4 << 20;
/// Most rows of one cache.
const MAX_ROWS: u32 = 1 << 24;

/// Whose rows a cache holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The profile.
    pub profile: ProfileId,
    /// Its service.
    pub service: ServiceKind,
    /// The account that its keys open.
    pub account: Account,
}

/// When the lists were whole; `None` for one that never was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AsOf {
    /// The list of existing files.
    pub files: Option<Time>,
    /// The list of removed files.
    pub removed: Option<Time>,
}

/// What a cache held.
#[derive(Clone, Debug)]
pub struct Cached {
    /// The rows.
    pub catalogue: Catalogue,
    /// As of when.
    pub as_of: AsOf,
}

/// Why a cache cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// It does not begin as a cache does.
    #[error("it is not a list of Tallyman's")]
    Foreign,
    /// A newer program wrote it.
    #[error("a newer Tallyman wrote it (its version is {0}, this program knows {VERSION})")]
    Newer(u32),
    /// An older program wrote it.
    #[error("an older Tallyman wrote it")]
    Older,
    /// It holds the rows of another profile or account.
    #[error("it holds the files of another project")]
    Other,
    /// It is not as it was written.
    #[error("it is damaged: {0}")]
    Damaged(&'static str),
    /// It could not be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
}

impl Owner {
    /// Whether nothing but one account can be both. Where a service tells no key, the names must do.
    pub fn is(&self, other: &Self) -> bool {
        let (one, two) = (&self.account, &other.account);
        self.profile == other.profile
            && self.service == other.service
            && one.key == two.key
            && (!one.key.is_empty() || one.name == two.name)
    }
}

#[derive(Serialize, Deserialize)]
struct Header<'a> {
    profile: &'a str,
    service: &'a str,
    account_name: &'a str,
    account_key: &'a str,
    files_as_of: Option<i64>,
    removed_as_of: Option<i64>,
    rows: u32,
}

/// Writes all rows but tombstones. Types and remarks longer than 64 KiB are cut.
///
/// # Errors
/// The writer's; more rows than a cache may hold.
pub fn write(
    out: &mut impl Write,
    owner: &Owner,
    as_of: AsOf,
    catalogue: &Catalogue,
) -> io::Result<()> {
    let rows = catalogue.totals().all().files;
    let header = Header {
        profile: &owner.profile.0,
        service: owner.service.key(),
        account_name: &owner.account.name,
        account_key: &owner.account.key,
        files_as_of: as_of.files.map(|time| time.0),
        removed_as_of: as_of.removed.map(|time| time.0),
        rows: u32::try_from(rows)
            .ok()
            .filter(|rows| *rows <= MAX_ROWS)
            .ok_or_else(|| io::Error::other("there are too many files to keep their list"))?,
    };
    out.write_all(&MAGIC)?;
    out.write_all(&VERSION.to_le_bytes())?;
    let mut number = 0;
    put_block(out, &mut number, &packed(&header)?)?;
    let mut chunk = Builder::default();
    let shared = (catalogue.types(), catalogue.folders(), catalogue.keys());
    for segment in catalogue.segments() {
        for at in (0..segment.len()).filter(|&at| !segment.is_gone(at)) {
            chunk.push(segment, at, shared);
            if chunk.is_full() {
                put_block(out, &mut number, &chunk.take(shared)?)?;
            }
        }
    }
    if !chunk.is_empty() {
        put_block(out, &mut number, &chunk.take(shared)?)?;
    }
    out.flush()
}

/// Reads the rows of `owner` back.
///
/// # Errors
/// Anything but a whole cache of this version and this owner. Memory stays in line with what was read.
pub fn read(input: &mut impl Read, owner: &Owner) -> Result<Cached, CacheError> {
    check_start(input)?;
    let mut blocks = Blocks {
        input,
        number: 0,
        bytes: Vec::new(),
    };
    let header: Header<'_> =
        postcard::from_bytes(blocks.next()?).map_err(|_| CacheError::Damaged("its header"))?;
    let (as_of, rows) = (check_header(&header, owner)?, header.rows);
    let mut catalogue = Catalogue::new();
    while (catalogue.slots() as u64) < u64::from(rows) {
        chunk::restore(blocks.next()?, &mut catalogue).map_err(CacheError::Damaged)?;
    }
    if catalogue.slots() as u64 != u64::from(rows) {
        return Err(CacheError::Damaged("it has more files than it says"));
    }
    blocks.end()?;
    Ok(Cached { catalogue, as_of })
}

fn check_start(input: &mut impl Read) -> Result<(), CacheError> {
    let mut magic = [0; MAGIC.len()];
    let mut version = [0; 4];
    fill(input, &mut magic).map_err(|error| match error {
        CacheError::Damaged(_) => CacheError::Foreign,
        error => error,
    })?;
    if magic != MAGIC {
        return Err(CacheError::Foreign);
    }
    fill(input, &mut version)?;
    match u32::from_le_bytes(version) {
        VERSION => Ok(()),
        newer if newer > VERSION => Err(CacheError::Newer(newer)),
        0 => Err(CacheError::Damaged("its version")),
        _ => Err(CacheError::Older),
    }
}

fn check_header(header: &Header<'_>, owner: &Owner) -> Result<AsOf, CacheError> {
    let service = header.service.parse::<ServiceKind>();
    let found = Owner {
        profile: ProfileId(header.profile.to_owned()),
        service: service.map_err(|_| CacheError::Damaged("its header"))?,
        account: Account {
            name: header.account_name.to_owned(),
            key: header.account_key.to_owned(),
        },
    };
    if !found.is(owner) {
        return Err(CacheError::Other);
    }
    if header.rows > MAX_ROWS {
        return Err(CacheError::Damaged("it has more files than can be"));
    }
    let time = |time: Option<i64>| time.map(chunk::time).transpose();
    Ok(AsOf {
        files: time(header.files_as_of).map_err(CacheError::Damaged)?,
        removed: time(header.removed_as_of).map_err(CacheError::Damaged)?,
    })
}

fn packed(value: &impl Serialize) -> io::Result<Vec<u8>> {
    postcard::to_stdvec(value).map_err(io::Error::other)
}

fn put_block(out: &mut impl Write, number: &mut u32, content: &[u8]) -> io::Result<()> {
    let len = u32::try_from(content.len())
        .ok()
        .filter(|len| *len <= MAX_BLOCK)
        .ok_or_else(|| io::Error::other("a block of the list became too long"))?;
    out.write_all(&len.to_le_bytes())?;
    out.write_all(&checksum(*number, content).to_le_bytes())?;
    out.write_all(content)?;
    *number += 1;
    Ok(())
}

/// The number is part of it: blocks that changed places are found too.
fn checksum(number: u32, content: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&number.to_le_bytes());
    hasher.update(&(content.len() as u32).to_le_bytes());
    hasher.update(content);
    hasher.finalize()
}

struct Blocks<'a, R> {
    input: &'a mut R,
    number: u32,
    bytes: Vec<u8>,
}

impl<R: Read> Blocks<'_, R> {
    fn next(&mut self) -> Result<&[u8], CacheError> {
        let mut word = [0; 4];
        fill(self.input, &mut word)?;
        let len = u32::from_le_bytes(word);
        fill(self.input, &mut word)?;
        let told = u32::from_le_bytes(word);
        if len > MAX_BLOCK {
            return Err(CacheError::Damaged("a block is too long"));
        }
        // Grows with what is there, not with what the length says.
        self.bytes.clear();
        let read = self
            .input
            .by_ref()
            .take(u64::from(len))
            .read_to_end(&mut self.bytes)?;
        if read as u64 != u64::from(len) {
            return Err(CacheError::Damaged("its end is missing"));
        }
        if checksum(self.number, &self.bytes) != told {
            return Err(CacheError::Damaged("a checksum is wrong"));
        }
        self.number += 1;
        Ok(&self.bytes)
    }

    fn end(self) -> Result<(), CacheError> {
        match fill(self.input, &mut [0]) {
            Err(CacheError::Damaged(_)) => Ok(()),
            Err(error) => Err(error),
            Ok(()) => Err(CacheError::Damaged("something follows its end")),
        }
    }
}

fn fill(input: &mut impl Read, bytes: &mut [u8]) -> Result<(), CacheError> {
    input.read_exact(bytes).map_err(|error| {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            CacheError::Damaged("its end is missing")
        } else {
            CacheError::Io(error)
        }
    })
}
