//! Reports: one job as a folder of CSV, JSON, HTML and a manifest, and the check of such a folder.
//!
//! A report can be written for a job in any state. It is made of what the ledger holds and of
//! nothing else, so no secret can be in it.

mod error;

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use crate::model::{ItemId, JobRecord, JobSummary};

pub use error::{ReportError, ReportErrorKind};

/// A bundle that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The folder.
    pub dir: PathBuf,
    /// Rows of `items.csv`.
    pub items: u64,
    /// Rows of `problems.csv`.
    pub problems: u64,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Files that the manifest names.
    pub files: usize,
    /// Items of the job.
    pub items: u64,
    /// What is not as it was written. Empty: the bundle is sound.
    pub findings: Vec<Finding>,
}

/// One thing that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file.
    pub file: String,
    /// What is wrong with it.
    pub what: String,
}

/// `tallyman-delete-12-2026-11-21`: the verb, the job's number and the day (UTC) of its plan.
pub fn default_folder_name(summary: &JobSummary) -> String {
    let day = summary.created.to_day(&TimeZone::UTC);
    format!("tallyman-{}-{}-{day}", summary.verb, summary.id)
}

/// Writes the bundle of a job, which becomes the folder `into`.
///
/// # Errors
/// The folder holds something that is not an older bundle; it cannot be written; the record's
/// counts do not add up. What was there before is untouched then.
pub fn write(record: &JobRecord, into: &Path) -> Result<Written, ReportError> {
    let _ = record;
    Err(ReportError::new(
        ReportErrorKind::Io,
        into.display().to_string(),
    ))
}

/// Recomputes hashes and sums of a bundle and compares its files with each other.
///
/// # Errors
/// The folder cannot be read, is no bundle, or was written by a newer Tallyman.
pub fn check(dir: &Path) -> Result<Checked, ReportError> {
    Err(ReportError::new(
        ReportErrorKind::NotABundle,
        dir.display().to_string(),
    ))
}

/// The ids of a list, one a line, or of a CSV with an `item_id` column; each once, in order.
///
/// # Errors
/// Names the line that is not UTF-8, not CSV, or has no id.
pub fn read_ids(text: &[u8]) -> Result<Vec<ItemId>, ReportError> {
    let _ = text;
    Err(ReportError::new(ReportErrorKind::Input, "no ids"))
}
