//! Errors of the ledger by meaning. Each message names the file and says what to do next.

use std::fmt;
use std::path::Path;

use rusqlite::ErrorCode;

use crate::model::size;

/// What an error of the ledger means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LedgerErrorKind {
    /// The ledger can be read but not written: another window has it, or the folder is read-only.
    ReadOnly,
    /// The disk is full. What was written before is safe.
    DiskFull,
    /// The system does not let the file be written: a quota, a limit on the size of files, a disk in trouble.
    NotWritten,
    /// A newer Tallyman wrote the file.
    Newer,
    /// The file is no ledger, or is damaged.
    Damaged,
    /// Somebody else has been writing for too long, or runs this very job.
    Busy,
    /// No such job or call.
    Missing,
    /// The sums do not add up, or an item would settle twice. A fault of Tallyman; nothing was written.
    Broken,
    /// Any other trouble with the file or the folder.
    Io,
}

/// An error of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerError {
    /// What it means.
    pub kind: LedgerErrorKind,
    /// What happened to which file, and what to do next.
    pub message: String,
}

impl LedgerError {
    pub(super) fn new(kind: LedgerErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// A fault of ours, found before it could be written.
    pub(crate) fn broken(what: impl fmt::Display) -> Self {
        Self::new(
            LedgerErrorKind::Broken,
            format!(
                "The ledger refused an entry that does not add up: {what}. Nothing was written. Please report this; the job can be continued."
            ),
        )
    }

    /// What an error of the file system means for the ledger at `path`.
    pub(super) fn from_io(path: &Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind as Io;
        let kind = match error.kind() {
            Io::StorageFull | Io::QuotaExceeded => LedgerErrorKind::DiskFull,
            Io::ReadOnlyFilesystem | Io::PermissionDenied => LedgerErrorKind::ReadOnly,
            _ => LedgerErrorKind::Io,
        };
        Self::new(kind, explain(kind, path, &error.to_string()))
    }

    /// What an error of SQLite means for the ledger at `path`.
    pub(super) fn from_sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        let kind = match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => LedgerErrorKind::DiskFull,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => LedgerErrorKind::ReadOnly,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => LedgerErrorKind::Damaged,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => LedgerErrorKind::Busy,
            Some(ErrorCode::ConstraintViolation) => return Self::broken(error),
            Some(ErrorCode::SystemIoFailure) if is_about_writing(error) => {
                LedgerErrorKind::NotWritten
            }
            _ => LedgerErrorKind::Io,
        };
        Self::new(kind, explain(kind, path, &error.to_string()))
    }

    /// A large plan needs more room than a job that runs.
    pub(super) fn of_plan(mut self, items: usize) -> Self {
        let room = size::bytes(items as u64 * ITEM);
        if matches!(
            self.kind,
            LedgerErrorKind::DiskFull | LedgerErrorKind::NotWritten
        ) {
            self.message += &format!(" The plan itself needs {room} more.");
        }
        self
    }

    /// Whether it may pass by itself or by somebody's hand, so that the same can be tried again.
    pub fn passes(&self) -> bool {
        use LedgerErrorKind as Kind;
        matches!(self.kind, Kind::DiskFull | Kind::NotWritten | Kind::Busy)
    }
}

/// What a disk that is full may look like: a quota, or a limit on the size of files.
fn is_about_writing(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{
        SQLITE_IOERR_FSYNC, SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_WRITE,
    };
    let writing = [
        SQLITE_IOERR_WRITE,
        SQLITE_IOERR_FSYNC,
        SQLITE_IOERR_TRUNCATE,
        SQLITE_IOERR_SHMSIZE,
    ];
    error
        .sqlite_error()
        .is_some_and(|error| writing.contains(&error.extended_code))
}

/// What the ledger may grow by before SQLite makes it smaller again, and what a large job adds.
const ROOM: &str = "about 8 MB";

/// Bytes that an item of a plan needs: in the log, and then in its place.
const ITEM: u64 = 500;

/// The sentence for a person. `detail` is the system's own wording.
fn explain(kind: LedgerErrorKind, path: &Path, detail: &str) -> String {
    let folder = path.parent().unwrap_or(path).display();
    let path = path.display();
    match kind {
        LedgerErrorKind::ReadOnly => format!(
            "The ledger {path} cannot be written ({detail}). Make its folder writable, or choose another with --data-dir."
        ),
        LedgerErrorKind::DiskFull => format!(
            "The disk is full: the ledger {path} cannot be written ({detail}). What it held is safe. Free some space for the folder {folder}, {ROOM}."
        ),
        LedgerErrorKind::NotWritten => format!(
            "The ledger {path} cannot be written ({detail}). What it held is safe. Check that the disk of the folder {folder} works and has space, {ROOM}, within your quota too."
        ),
        LedgerErrorKind::Damaged => format!(
            "The ledger {path} is damaged ({detail}). Close Tallyman and open it again: it keeps the damaged file aside and starts a new one."
        ),
        LedgerErrorKind::Busy => format!(
            "The ledger {path} is held by another program ({detail}). Close it, then try again."
        ),
        LedgerErrorKind::Newer
        | LedgerErrorKind::Missing
        | LedgerErrorKind::Broken
        | LedgerErrorKind::Io => format!(
            "The ledger {path} could not be used: {detail}. Check that the disk is there and works, then try again."
        ),
    }
}

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for LedgerError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_system_errors_have_a_meaning() {
        use std::io::ErrorKind as Io;
        let cases = [
            (Io::StorageFull, LedgerErrorKind::DiskFull),
            (Io::PermissionDenied, LedgerErrorKind::ReadOnly),
            (Io::ReadOnlyFilesystem, LedgerErrorKind::ReadOnly),
            (Io::NotADirectory, LedgerErrorKind::Io),
        ];
        for (io, kind) in cases {
            let error = LedgerError::from_io(Path::new("/data/ledger.sqlite"), &io.into());
            assert_eq!(error.kind, kind);
            assert!(error.message.contains("/data/ledger.sqlite"), "{error}");
        }
    }
}
