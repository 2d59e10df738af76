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
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

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
    /// Empty while the ledger can only be read.
    writing: OnceLock<Writing>,
    /// When it was last tried to write after all.
    tried: Mutex<Option<Instant>>,
    notice: Option<String>,
    running: Mutex<HashSet<JobId>>,
}

/// The right to write, and the way.
#[derive(Debug)]
struct Writing {
    connection: Mutex<Connection>,
    /// Held for life; the system frees it even after `kill -9`.
    _lock: File,
}

/// How often a ledger that can only be read asks whether it may write by now.
const ASKS_EVERY: Duration = Duration::from_secs(1);

impl Ledger {
    /// Opens or makes `ledger.sqlite` in the folder, which is made too (for its owner alone).
    ///
    /// Another window on the folder, or a folder that cannot be written, gives a ledger that can only be
    /// read. A damaged file is renamed, never overwritten, and a new one made; [`Ledger::notice`] says so.
    ///
    /// # Errors
    /// [`LedgerErrorKind::Newer`] for the file of a newer program, which is not touched.
    pub fn open(data_dir: &Path) -> Result<Self, LedgerError> {
        Ok(Self::of(open::open(data_dir)?))
    }

    /// Opens the folder's ledger to read it. Takes no lock and makes nothing; `None` if there is no ledger.
    ///
    /// # Errors
    /// Those of [`Ledger::open`], and [`LedgerErrorKind::Damaged`] for a file that cannot be read: it stays
    /// where it is.
    pub fn open_to_read(data_dir: &Path) -> Result<Option<Self>, LedgerError> {
        Ok(open::open_to_read(data_dir)?.map(Self::of))
    }

    /// Whether a program has the folder's ledger open for writing.
    pub fn is_in_use(data_dir: &Path) -> bool {
        open::is_in_use(data_dir)
    }

    fn of(opened: open::Opened) -> Self {
        let writing = OnceLock::new();
        if let Some((connection, lock)) = opened.writer {
            let _ = writing.set(Writing::new(connection, lock));
        }
        Self {
            path: opened.path,
            reader: Mutex::new(opened.reader),
            writing,
            tried: Mutex::default(),
            notice: opened.notice,
            running: Mutex::default(),
        }
    }

    /// Whether jobs can be read but not run.
    pub fn is_read_only(&self) -> bool {
        self.writing.get().is_none()
    }

    /// Whether another window has the folder, and the ledger can only be read for that.
    pub fn is_held_elsewhere(&self) -> bool {
        self.is_read_only() && self.path.parent().is_some_and(Self::is_in_use)
    }

    /// Whether jobs can be run. Where they could not, it is tried again, at most once a second: the other
    /// window may have been closed, or the folder made writable.
    pub fn can_write(&self) -> bool {
        if !self.is_read_only() {
            return true;
        }
        let mut tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        if tried.is_none_or(|at| at.elapsed() >= ASKS_EVERY) {
            self.take_over();
            *tried = Some(Instant::now());
        }
        !self.is_read_only()
    }

    fn take_over(&self) {
        let Ok((connection, lock)) = open::take_over(&self.path) else {
            return;
        };
        // What was opened in a folder that could not be written does not see what is written there from now on.
        let Ok(reader) = open::read_only(&self.path, "") else {
            return;
        };
        *self.reader() = reader;
        let _ = self.writing.set(Writing::new(connection, lock));
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
        if !self.can_write() {
            let why = self.notice.clone();
            return Err(LedgerError::new(
                LedgerErrorKind::ReadOnly,
                why.unwrap_or_else(|| "This ledger was opened to be read.".to_owned()),
            ));
        }
        let writing = self.writing.get();
        let writing = writing.ok_or_else(|| LedgerError::broken("the right to write is gone"))?;
        Ok(writing
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes every further write fail as a full disk does: the file cannot grow, and each write needs room that its
    /// pages do not have.
    #[cfg(test)]
    pub(crate) fn fill_disk(&self) {
        let needs_room = |act: &str, table: &str| {
            format!(
                "CREATE TEMP TRIGGER IF NOT EXISTS {act}_{table} AFTER {act} ON main.{table}
                 BEGIN INSERT INTO ballast VALUES (zeroblob(100000)); END;"
            )
        };
        let sql = "CREATE TABLE IF NOT EXISTS ballast (bytes);".to_owned()
            + &each_write(needs_room)
            + "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA max_page_count = 1";
        self.writer().unwrap().execute_batch(&sql).unwrap();
    }

    /// Undoes [`Ledger::fill_disk`].
    #[cfg(test)]
    pub(crate) fn free_disk(&self) {
        let sql = "PRAGMA max_page_count = 1073741823;".to_owned()
            + &each_write(|act, table| format!("DROP TRIGGER IF EXISTS {act}_{table};"))
            + "DROP TABLE IF EXISTS ballast";
        self.writer().unwrap().execute_batch(&sql).unwrap();
    }
}

/// Statements for each way in which a table is written.
#[cfg(test)]
fn each_write(sql: impl Fn(&str, &str) -> String) -> String {
    let tables = ["jobs", "items", "calls"];
    let both = |table| ["INSERT", "UPDATE"].map(|act| sql(act, table)).concat();
    tables.map(both).concat()
}

impl Writing {
    fn new(connection: Connection, lock: File) -> Self {
        Self {
            connection: Mutex::new(connection),
            _lock: lock,
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Plan, PlanItem, Source, Verb};

    #[test]
    fn a_folder_that_was_made_writable_shows_what_is_written() {
        let dir = tempfile::tempdir().unwrap();
        drop(Ledger::open(dir.path()).unwrap());
        let path = dir.path().join("ledger.sqlite");
        let reader = open::read_only(&path, "?immutable=1").unwrap();
        let ledger = Ledger::of(open::Opened {
            path,
            reader,
            writer: None,
            notice: None,
        });
        assert_eq!(ledger.jobs().unwrap().len(), 0);
        let plan = Plan::new(
            Verb::Delete,
            Source::example(),
            vec![PlanItem::bare("a".into())],
        );
        let job = ledger.create_job(&plan).unwrap();
        assert_eq!(ledger.summary(job).unwrap().tally.pending, 1);
    }
}
