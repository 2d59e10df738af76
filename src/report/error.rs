//! Why a report could not be written, checked or read.

use std::fmt;

/// What went wrong, by meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReportErrorKind {
    /// The folder holds something that is not an older report of the same job.
    NotEmpty,
    /// The folder is no report.
    NotABundle,
    /// The report was written by a newer Tallyman.
    Newer,
    /// The job's own counts do not add up.
    Unsound,
    /// There is no room on the disk.
    DiskFull,
    /// The folder may not be written.
    ReadOnly,
    /// A list of ids cannot be read.
    Input,
    /// Anything else with files.
    Io,
}

/// An error of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportError {
    /// What it means.
    pub kind: ReportErrorKind,
    /// What happened and what to do next.
    pub message: String,
}

impl ReportError {
    pub(super) fn new(kind: ReportErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }
}

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReportError {}
