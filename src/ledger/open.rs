//! Opening the ledger: the folder, the lock, the version, the damaged file that is kept aside.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::model::Time;

use super::schema;
use super::{LedgerError, LedgerErrorKind};

/// How long a write waits for another writer.
const BUSY: Duration = Duration::from_secs(5);

/// Files up to this size are checked page by page when they are opened (about a quarter of a second).
const CHECKED_BYTES: u64 = 32 * 1024 * 1024;

/// What opening brought. `writer` is `None` where the ledger can only be read.
pub struct Opened {
    pub path: PathBuf,
    pub reader: Connection,
    pub writer: Option<(Connection, File)>,
    pub notice: Option<String>,
}

/// Beside the ledger; who may write holds it locked.
const LOCK: &str = "ledger.lock";

/// How often the lock is asked for, and how far apart: a question whether it is held takes it for an instant.
const ASKED: u32 = 10;
const APART: Duration = Duration::from_millis(30);

/// Opens or makes `ledger.sqlite` in the folder.
pub fn open(dir: &Path) -> Result<Opened, LedgerError> {
    let path = dir.join("ledger.sqlite");
    make_folder(dir).map_err(|error| LedgerError::from_io(&path, &error))?;
    match wait_for_lock(&dir.join(LOCK)) {
        Ok(lock) => open_for_writing(path, lock),
        Err(TryLockError::WouldBlock) => open_beside(path),
        Err(TryLockError::Error(error)) => {
            let error = LedgerError::from_io(&path, &error);
            if error.kind == LedgerErrorKind::ReadOnly && path.exists() {
                let notice = format!("{} Jobs can be read, not run.", error.message);
                return open_for_reading(path, Some(notice));
            }
            Err(error)
        }
    }
}

fn make_folder(dir: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Opens the ledger of the folder to read it; `None` if there is none.
pub fn open_to_read(dir: &Path) -> Result<Option<Opened>, LedgerError> {
    let path = dir.join("ledger.sqlite");
    if !path.try_exists().unwrap_or(true) {
        return Ok(None);
    }
    let outdated = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .and_then(|connection| schema::version(&connection))
        .is_ok_and(|version| version < schema::VERSION);
    if outdated {
        return open(dir).map(Some);
    }
    open_for_reading(path, None).map(Some)
}

/// Whether somebody holds the lock of the folder.
pub fn is_in_use(dir: &Path) -> bool {
    File::open(dir.join(LOCK))
        .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// The right to write a sound ledger that was opened without it.
pub fn take_over(path: &Path) -> Result<(Connection, File), LedgerError> {
    let lock = take_lock(&path.with_file_name(LOCK)).map_err(|error| match error {
        TryLockError::WouldBlock => LedgerError::new(LedgerErrorKind::Busy, "held by another"),
        TryLockError::Error(error) => LedgerError::from_io(path, &error),
    })?;
    let writer = open_sound(path)?;
    if writer.is_readonly("main").unwrap_or(false) {
        return Err(LedgerError::new(LedgerErrorKind::ReadOnly, "read-only"));
    }
    Ok((writer, lock))
}

fn wait_for_lock(path: &Path) -> Result<File, TryLockError> {
    for _ in 1..ASKED {
        match take_lock(path) {
            Err(TryLockError::WouldBlock) => std::thread::sleep(APART),
            other => return other,
        }
    }
    take_lock(path)
}

fn take_lock(path: &Path) -> Result<File, TryLockError> {
    let file = private_file(path).map_err(TryLockError::Error)?;
    file.try_lock()?;
    Ok(file)
}

fn open_for_writing(path: PathBuf, lock: File) -> Result<Opened, LedgerError> {
    private_file(&path).map_err(|error| LedgerError::from_io(&path, &error))?;
    let (writer, notice) = match open_sound(&path) {
        Err(error) if error.kind == LedgerErrorKind::Damaged => {
            let notice = keep_aside(&path).map_err(|error| LedgerError::from_io(&path, &error))?;
            private_file(&path).map_err(|error| LedgerError::from_io(&path, &error))?;
            (open_sound(&path)?, Some(notice))
        }
        other => (other?, None),
    };
    if writer.is_readonly("main").unwrap_or(false) {
        drop(writer);
        let notice = format!(
            "{} is read-only. Jobs can be read, not run.",
            path.display()
        );
        return open_for_reading(path, Some(notice));
    }
    let reader = read_only(&path, "")?;
    Ok(Opened {
        path,
        reader,
        writer: Some((writer, lock)),
        notice,
    })
}

/// A writable connection to a sound file of our version, or why not. A newer file is not touched.
fn open_sound(path: &Path) -> Result<Connection, LedgerError> {
    let fail = |error: rusqlite::Error| LedgerError::from_sqlite(path, &error);
    let mut connection = Connection::open(path).map_err(fail)?;
    connection.busy_timeout(BUSY).map_err(fail)?;
    check(&connection, path)?;
    prepare(&mut connection).map_err(fail)?;
    Ok(connection)
}

fn prepare(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(64);
    if !connection.is_readonly("main")? {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "fullfsync", true)?;
        connection.pragma_update(None, "checkpoint_fullfsync", true)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        schema::migrate(connection)?;
    }
    Ok(())
}

/// Refuses a newer file, and one that is damaged or not ours.
fn check(connection: &Connection, path: &Path) -> Result<(), LedgerError> {
    let fail = |error: rusqlite::Error| LedgerError::from_sqlite(path, &error);
    if !schema::is_ours(connection).map_err(fail)? {
        return Err(damaged(path, "it is a database of another program"));
    }
    let version = schema::version(connection).map_err(fail)?;
    if version > schema::VERSION {
        return Err(LedgerError::new(
            LedgerErrorKind::Newer,
            format!(
                "The ledger {} was written by a newer Tallyman (its version is {version}, this program knows {}). \
                 Update Tallyman, or choose another folder with --data-dir. The file was not touched.",
                path.display(),
                schema::VERSION
            ),
        ));
    }
    if path
        .metadata()
        .is_ok_and(|file| file.len() <= CHECKED_BYTES)
    {
        let verdict: String = connection
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
            .map_err(fail)?;
        if verdict != "ok" {
            return Err(damaged(path, &verdict));
        }
    }
    Ok(())
}

fn damaged(path: &Path, why: &str) -> LedgerError {
    LedgerError::new(
        LedgerErrorKind::Damaged,
        format!(
            "The ledger {} is damaged: {why}. Close every Tallyman that uses this folder and open one again: \
             it keeps the file aside and starts a new one.",
            path.display()
        ),
    )
}

/// Renames the damaged file and its companions; returns what to tell the user.
fn keep_aside(path: &Path) -> std::io::Result<String> {
    let stamp = Time::now().format(&jiff::tz::TimeZone::UTC, "%Y%m%dT%H%M%S%6f");
    let aside = path.with_file_name(format!("ledger.damaged-{stamp}.sqlite"));
    for tail in ["-wal", "-shm", ""] {
        let from = with_tail(path, tail);
        if from.exists() {
            std::fs::rename(&from, with_tail(&aside, tail))?;
        }
    }
    Ok(format!(
        "The ledger was damaged. It is kept as {}, and a new one was started: earlier jobs are not listed.",
        aside.display()
    ))
}

fn with_tail(path: &Path, tail: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(tail);
    PathBuf::from(name)
}

/// Another window has the lock: read beside it. It may be making the file at this moment.
fn open_beside(path: PathBuf) -> Result<Opened, LedgerError> {
    let notice = format!(
        "Another Tallyman uses the folder {}. Here jobs can be read, not run; close the other one to run them, \
         or choose another folder with --data-dir.",
        path.parent().unwrap_or(&path).display()
    );
    let mut tries = 20;
    loop {
        match open_for_reading(path.clone(), Some(notice.clone())) {
            Err(error) if error.kind != LedgerErrorKind::Newer && tries > 0 => {
                tries -= 1;
                std::thread::sleep(Duration::from_millis(50));
            }
            other => return other,
        }
    }
}

fn open_for_reading(path: PathBuf, notice: Option<String>) -> Result<Opened, LedgerError> {
    // A ledger in a read-only folder can be opened without its helper files only if its writer left
    // nothing in the write-ahead log.
    let reader = match usable(read_only(&path, ""), &path) {
        Err(error) if !has_log(&path) => {
            usable(read_only(&path, "?immutable=1"), &path).map_err(|_| error)
        }
        other => other,
    }?;
    Ok(Opened {
        path,
        reader,
        writer: None,
        notice,
    })
}

fn usable(
    connection: Result<Connection, LedgerError>,
    path: &Path,
) -> Result<Connection, LedgerError> {
    let connection = connection?;
    check(&connection, path)?;
    match schema::version(&connection) {
        Ok(0) => Err(LedgerError::new(
            LedgerErrorKind::Busy,
            format!(
                "The ledger {} is only just being made. Try again.",
                path.display()
            ),
        )),
        Ok(version) if version < schema::VERSION => Err(LedgerError::new(
            LedgerErrorKind::ReadOnly,
            format!(
                "The ledger {} was written by an older Tallyman and has to be brought up to date before it can be \
                 read. Close every other Tallyman, make the folder writable, and open it once.",
                path.display()
            ),
        )),
        Ok(_) => Ok(connection),
        Err(error) => Err(LedgerError::from_sqlite(path, &error)),
    }
}

fn has_log(path: &Path) -> bool {
    with_tail(path, "-wal")
        .metadata()
        .is_ok_and(|file| file.len() > 0)
}

pub fn read_only(path: &Path, query: &str) -> Result<Connection, LedgerError> {
    let fail = |error: rusqlite::Error| LedgerError::from_sqlite(path, &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = if query.is_empty() {
        Connection::open_with_flags(path, flags)
    } else {
        let uri = url::Url::from_file_path(std::path::absolute(path).unwrap_or(path.into()))
            .map(|url| format!("{url}{query}"))
            .unwrap_or_default();
        Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)
    }
    .map_err(fail)?;
    connection.busy_timeout(BUSY).map_err(fail)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}
