//! The ledger: jobs, calls and outcomes in one SQLite file. Nothing outside this room names SQL.
//!
//! A plan is written before its first call, a call before it leaves, its outcomes when it returns, each in
//! one transaction that is on the disk when the method returns. All methods block: async callers put them
//! on a blocking thread.

mod claim;
mod error;
mod open;
mod read;
mod schema;
mod seqs;
mod write;

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use crate::model::JobId;

pub use claim::Claim;
pub use error::{LedgerError, LedgerErrorKind};
pub use write::CallEnd;

/// The jobs of one data folder. Shared between threads as `Arc<Ledger>`.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    /// Reads never wait for a job's writes.
    reader: Mutex<Connection>,
    writer: Option<Mutex<Connection>>,
    notice: Option<String>,
    running: Mutex<HashSet<JobId>>,
    _lock: Option<File>,
}

impl Ledger {
    /// Opens or makes `ledger.sqlite` in the folder, which is made too (for its owner alone).
    ///
    /// Another window on the folder, or a folder that cannot be written, gives a ledger that can only be
    /// read. A damaged file is renamed, never overwritten, and a new one made; [`Ledger::notice`] says so.
    ///
    /// # Errors
    /// [`LedgerErrorKind::Newer`] for the file of a newer program, which is not touched.
    pub fn open(data_dir: &Path) -> Result<Self, LedgerError> {
        let opened = open::open(data_dir)?;
        Ok(Self {
            path: opened.path,
            reader: Mutex::new(opened.reader),
            writer: opened.writer.map(Mutex::new),
            notice: opened.notice,
            running: Mutex::default(),
            _lock: opened.lock,
        })
    }

    /// Whether jobs can be read but not run.
    pub fn is_read_only(&self) -> bool {
        self.writer.is_none()
    }

    /// What the user should know of the opening: a damaged file kept aside, or why it is read-only.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn reader(&self) -> MutexGuard<'_, Connection> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writer(&self) -> Result<MutexGuard<'_, Connection>, LedgerError> {
        let Some(writer) = &self.writer else {
            return Err(LedgerError::new(
                LedgerErrorKind::ReadOnly,
                self.notice.clone().unwrap_or_default(),
            ));
        };
        Ok(writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes every further growth of the file fail as a full disk does.
    #[cfg(test)]
    pub(crate) fn fill_disk(&self) {
        let writer = self.writer().unwrap();
        writer
            .execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA max_page_count = 1")
            .unwrap();
    }

    /// Undoes [`Ledger::fill_disk`].
    #[cfg(test)]
    pub(crate) fn free_disk(&self) {
        let writer = self.writer().unwrap();
        writer
            .execute_batch("PRAGMA max_page_count = 1073741823")
            .unwrap();
    }
}

/// Why a piece of work on the file failed; becomes a [`LedgerError`] where the path is known.
enum Trouble {
    Sql(rusqlite::Error),
    Ledger(LedgerError),
}

impl Trouble {
    fn at(self, path: &Path) -> LedgerError {
        match self {
            Self::Sql(error) => LedgerError::from_sqlite(path, &error),
            Self::Ledger(error) => error,
        }
    }
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<LedgerError> for Trouble {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

fn no_such_job(job: JobId) -> LedgerError {
    LedgerError::new(
        LedgerErrorKind::Missing,
        format!("There is no job {job} in this ledger. `tallyman jobs` lists those that it has."),
    )
}
