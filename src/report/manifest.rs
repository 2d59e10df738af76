//! `manifest.json`: name, length and SHA-256 of each file of a bundle, and the writer that counts them.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The manifest's own name.
pub(super) const MANIFEST: &str = "manifest.json";

/// What a manifest says it is.
const FORMAT: &str = "tallyman-manifest";

/// The file that holds the whole job.
pub(super) const DOCUMENT: &str = "report.json";

/// The signature of the manifest, where the report is signed.
pub(super) const SIGNATURE: &str = "manifest.json.minisig";

/// The public key that the signature can be verified with.
pub(super) const PUBLIC_KEY: &str = "signing-key.pub";

/// The files that a manifest names, sorted.
pub(super) const FILES: [&str; 4] = ["items.csv", "problems.csv", "report.html", DOCUMENT];

/// The file.
#[derive(Serialize, Deserialize)]
pub(super) struct Manifest {
    format: String,
    version: u32,
    /// Whether names were left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    redacted: bool,
    pub(super) files: Vec<Entry>,
}

/// One file as it was written.
#[derive(Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

impl Manifest {
    /// A manifest of the files, sorted by name.
    pub(super) fn of(mut files: Vec<Entry>, redacted: bool) -> Self {
        files.sort_by(|one, other| one.name.cmp(&other.name));
        Self {
            format: FORMAT.into(),
            version: 1,
            redacted,
            files,
        }
    }

    /// Reads a manifest; `None` if the text is none.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Self>(bytes)
            .ok()
            .filter(|manifest| manifest.format == FORMAT)
    }

    /// Its text.
    pub(super) fn to_text(&self) -> io::Result<String> {
        Ok(format!("{}\n", serde_json::to_string_pretty(self)?))
    }
}

/// The length and hash of bytes that are there already.
pub(super) fn entry_of(name: &str, bytes: &[u8]) -> Entry {
    Entry {
        name: name.into(),
        bytes: bytes.len() as u64,
        sha256: hex::encode(Sha256::digest(bytes)),
    }
}

/// A file that is counted and hashed while it is written.
pub(super) struct Sink {
    file: BufWriter<File>,
    hash: Sha256,
    bytes: u64,
}

impl Sink {
    /// Writes one file whole, down to the disk.
    pub(super) fn fill(
        folder: &Path,
        name: &str,
        write: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<Entry> {
        let mut sink = Self {
            file: BufWriter::new(File::create_new(folder.join(name))?),
            hash: Sha256::new(),
            bytes: 0,
        };
        write(&mut sink)?;
        let file = sink.file.into_inner().map_err(|error| error.into_error())?;
        file.sync_all()?;
        Ok(Entry {
            name: name.into(),
            bytes: sink.bytes,
            sha256: hex::encode(sink.hash.finalize()),
        })
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
