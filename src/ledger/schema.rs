//! The tables, as a list of steps from one version to the next. Steps are only ever appended.

use rusqlite::{Connection, Transaction};

/// Marks the file as a ledger of Tallyman: `TALY`.
pub const APPLICATION_ID: i32 = 0x5441_4c59;

/// The version that this program writes.
pub const VERSION: i32 = STEPS.len() as i32;

/// Step `n` leads from version `n` to `n + 1`.
///
/// `jobs` holds the counts of its items and calls; each is changed in the transaction that changes
/// what it counts. `calls.seqs` is a list of ranges: `0-99,105`. `jobs.args` is an object of JSON.
const STEPS: &[&str] = &[
    "
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    verb TEXT NOT NULL,
    service TEXT NOT NULL,
    profile TEXT NOT NULL,
    profile_name TEXT NOT NULL,
    account_name TEXT NOT NULL,
    account_key TEXT NOT NULL,
    api_base TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    created INTEGER NOT NULL,
    ended INTEGER,
    seconds REAL NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL,
    items INTEGER NOT NULL,
    calls INTEGER NOT NULL DEFAULT 0,
    retries INTEGER NOT NULL DEFAULT 0,
    throttled INTEGER NOT NULL DEFAULT 0,
    pending INTEGER NOT NULL CHECK (pending >= 0),
    done INTEGER NOT NULL DEFAULT 0,
    absent INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    not_sent INTEGER NOT NULL DEFAULT 0,
    unknown INTEGER NOT NULL DEFAULT 0,
    CHECK (pending + done + absent + refused + failed + skipped + not_sent + unknown = items)
) STRICT;
CREATE TABLE calls (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job INTEGER NOT NULL REFERENCES jobs (id),
    purpose TEXT NOT NULL,
    seqs TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    ended_at INTEGER,
    http_status INTEGER,
    request_id TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    throttled INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX calls_of_job ON calls (job, id);
CREATE INDEX calls_unanswered ON calls (job) WHERE ended_at IS NULL;
CREATE TABLE items (
    job INTEGER NOT NULL REFERENCES jobs (id),
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    size INTEGER,
    mime TEXT NOT NULL,
    uploaded INTEGER,
    stored INTEGER,
    removed INTEGER,
    guard TEXT,
    outcome TEXT CHECK (outcome IN
        ('done', 'absent', 'refused', 'failed', 'skipped', 'not_sent', 'unknown')),
    problem TEXT NOT NULL DEFAULT '',
    evidence TEXT,
    service_time INTEGER,
    settled_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    first_sent_at INTEGER,
    call INTEGER REFERENCES calls (id),
    PRIMARY KEY (job, seq),
    CHECK ((outcome IS NULL) = (settled_at IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX items_by_id ON items (id);
",
    "
ALTER TABLE jobs ADD COLUMN args TEXT NOT NULL DEFAULT '{}';
ALTER TABLE items ADD COLUMN path TEXT NOT NULL DEFAULT '';
ALTER TABLE items ADD COLUMN url TEXT;
",
];

/// The version of a file: 0 for an empty one.
pub fn version(connection: &Connection) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Whether the file is empty, or says that it is ours.
pub fn is_ours(connection: &Connection) -> rusqlite::Result<bool> {
    let id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(id == APPLICATION_ID || (id == 0 && tables == 0))
}

/// Brings the file to [`VERSION`] in one transaction.
pub fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let from = version(connection)?;
    if from == VERSION {
        return Ok(());
    }
    let transaction = connection.transaction()?;
    for step in STEPS.iter().skip(from.max(0) as usize) {
        transaction.execute_batch(step)?;
    }
    stamp(&transaction)?;
    transaction.commit()
}

fn stamp(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrating_is_repeatable() {
        let mut connection = Connection::open_in_memory().unwrap();
        assert!(is_ours(&connection).unwrap());
        assert_eq!(version(&connection).unwrap(), 0);
        for _ in 0..2 {
            migrate(&mut connection).unwrap();
            assert_eq!(version(&connection).unwrap(), VERSION);
        }
        assert!(is_ours(&connection).unwrap());
    }

    #[test]
    fn a_job_of_the_first_version_is_kept() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(STEPS[0]).unwrap();
        connection
            .execute_batch(
                "PRAGMA user_version = 1;
                 INSERT INTO jobs (verb, service, profile, profile_name, account_name, account_key, api_base,
                     state, created, bytes, items, pending)
                 VALUES ('delete', 'uploadcare', 'p', 'Shop', 'shop', 'k', 'https://x', 'running', 1, 0, 1, 1);
                 INSERT INTO items (job, seq, id, name, mime) VALUES (1, 0, 'a', '', '');",
            )
            .unwrap();
        migrate(&mut connection).unwrap();
        let told: (String, String, Option<String>) = connection
            .query_row(
                "SELECT args, path, url FROM jobs JOIN items ON job = jobs.id",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .unwrap();
        assert_eq!(told, ("{}".to_owned(), String::new(), None));
        assert_eq!(version(&connection).unwrap(), VERSION);
    }

    #[test]
    fn a_file_of_another_program_is_not_ours() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (x)").unwrap();
        assert!(!is_ours(&connection).unwrap());
    }
}
