//! Where words go: results to standard output, all else to standard error, and how a command ends.
//!
//! A reader that closes the pipe (`| head`) ends a listing quietly; a full disk does not.

use std::fmt;
use std::io::{self, Write};

use serde::Serialize;

use crate::job::JobError;
use crate::ledger::LedgerError;
use crate::model::text::{is_hidden, printable};
use crate::profile::{KeyringError, ProfileError, ProfileErrorKind, VerifyError};
use crate::report::ReportError;
use crate::service::{ErrorKind, ServiceError};

/// All done.
pub const DONE: u8 = 0;
/// Some item is not done, or what was checked is not sound.
pub const NOT_ALL: u8 = 1;
/// Wrong usage.
pub const USAGE: u8 = 2;
/// Could not start.
pub const START: u8 = 3;

/// Why a command ended early, and the exit status for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The exit status.
    pub code: u8,
    /// What happened and what to do next; empty where there is nothing to say.
    pub message: String,
}

impl Failure {
    /// Wrong usage.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            code: USAGE,
            message: message.into(),
        }
    }

    /// Could not start, or not go on: keys, network, ledger, disk.
    pub fn start(message: impl Into<String>) -> Self {
        Self {
            code: START,
            message: message.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        Self::start(error.message)
    }
}

impl From<JobError> for Failure {
    fn from(error: JobError) -> Self {
        match error {
            JobError::Ledger(error) => error.into(),
            JobError::Service(error) => error.into(),
        }
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        match error.kind {
            ErrorKind::Unsupported => Self::usage(error.message),
            _ => Self::start(error.message),
        }
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        Self::start(format!("{} {}", error.message, error.hint).trim())
    }
}

impl From<KeyringError> for Failure {
    fn from(error: KeyringError) -> Self {
        Self::start(error.for_commands())
    }
}

impl From<ProfileError> for Failure {
    fn from(error: ProfileError) -> Self {
        match error.kind {
            ProfileErrorKind::Frozen | ProfileErrorKind::Io => Self::start(error.message),
            _ => Self::usage(error.message),
        }
    }
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        Self::start(error.to_string())
    }
}

/// What printing came to.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self {
                code: DONE,
                message: String::new(),
            },
            _ => Self::start(format!("The output could not be written: {error}.")),
        }
    }
}

/// Prints a line of the result. Nothing in it steers a terminal.
pub fn line(text: impl fmt::Display) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", printable(&text.to_string()))?;
    Ok(out.flush()?)
}

/// A value as JSON on one line, with every hidden character written as its escape: the same value to
/// a program, and harmless on a terminal.
pub fn to_json(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value)
        .map(|text| escaped(&text))
        .map_err(|error| Failure::start(format!("The result could not be written: {error}.")))
}

/// JSON has such characters only within strings.
fn escaped(json: &str) -> String {
    if !json.chars().any(is_hidden) {
        return json.to_owned();
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if is_hidden(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Prints a line about the work. Nobody has to be there to read it.
pub fn note(text: impl fmt::Display) {
    drop(writeln!(io::stderr(), "{}", printable(&text.to_string())));
}

/// Prints the columns of a table, each as wide as its widest cell but the last. `right` columns are
/// figures.
pub fn table(right: &[usize], rows: &[Vec<String>]) -> Result<(), Failure> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = io::BufWriter::new(io::stdout().lock());
    for row in rows {
        let mut text = String::new();
        for (column, cell) in row.iter().enumerate() {
            let width = widths[column];
            if right.contains(&column) {
                text.push_str(&format!("{cell:>width$}  "));
            } else {
                text.push_str(&format!("{cell:<width$}  "));
            }
        }
        writeln!(out, "{}", printable(text.trim_end()))?;
    }
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_stays_the_same_value() {
        let text = "a\u{1b}[2J\u{9b}m\u{7f}\u{202E}\u{2028}\"\\👩‍👩‍👧\n";
        let json = to_json(&text).unwrap();
        assert!(!json.chars().any(is_hidden), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }

    #[test]
    fn a_closed_pipe_is_no_failure_and_a_full_disk_is() {
        let closed = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!((closed.code, closed.message.as_str()), (DONE, ""));
        let full = Failure::from(io::Error::from(io::ErrorKind::StorageFull));
        assert_eq!(full.code, START);
        assert!(!full.message.is_empty());
    }

    #[test]
    fn what_a_service_cannot_do_is_wrong_usage() {
        let cases = [
            (ErrorKind::Unsupported, USAGE),
            (ErrorKind::Unauthenticated, START),
            (ErrorKind::Unreachable, START),
        ];
        for (kind, code) in cases {
            assert_eq!(Failure::from(ServiceError::new(kind, "x")).code, code);
        }
    }
}
