//! Reports: one job as a folder of CSV, JSON, HTML and a manifest, and the check of such a folder.
//!
//! A report can be written for a job in any state. It is made of what the ledger holds and of
//! nothing else, so no secret can be in it.

mod bundle;
mod check;
mod document;
mod error;
mod html;
mod ids;
mod manifest;
mod table;
mod words;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use crate::model::{JobRecord, JobSummary, Time};

pub use bundle::can_write;
pub use check::check;
pub use error::{ReportError, ReportErrorKind};
pub use ids::read_ids;
pub use table::{COLUMNS, guarded};

use document::{Document, Whose};
use manifest::{DOCUMENT, MANIFEST, Manifest, Sink};

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

/// Writes the bundle of a job, which becomes the folder `into`: a new one, an empty one, or an older
/// bundle of the same job, which is replaced.
///
/// # Errors
/// The folder holds something else, be it the bundle of another job; it cannot be written; the record's
/// counts do not add up. What was there before is untouched then.
pub fn write(record: &JobRecord, into: &Path) -> Result<Written, ReportError> {
    if let Some(why) = document::unsound(record) {
        let message = format!(
            "No report was written: the counts of job {} do not add up ({why}). The ledger may be damaged.",
            record.summary.id
        );
        return Err(ReportError::new(ReportErrorKind::Unsound, message));
    }
    let now = Time::now();
    let mut problems = 0;
    let dir = bundle::write(into, Whose::of(&record.summary), |folder| {
        problems = write_files(record, now, folder)?;
        Ok(())
    })?;
    Ok(Written {
        dir,
        items: record.items.len() as u64,
        problems,
    })
}

/// The five files. How many rows `problems.csv` has.
fn write_files(record: &JobRecord, now: Time, folder: &Path) -> io::Result<u64> {
    let summary = &record.summary;
    let mut problems = 0;
    let row = |item| table::row(summary, item);
    let files = vec![
        Sink::fill(folder, "items.csv", |out| {
            table::write(out, record.items.iter().map(row)).map(drop)
        })?,
        Sink::fill(folder, "problems.csv", |out| {
            let items = record.items.iter().filter(|item| table::is_not_done(item));
            problems = table::write(out, items.map(row))?;
            Ok(())
        })?,
        Sink::fill(folder, DOCUMENT, |out| {
            Document::new(record, now).write(out)
        })?,
        Sink::fill(folder, "report.html", |out| {
            out.write_all(html::page(record, now).as_bytes())
        })?,
    ];
    let manifest = Manifest::of(files).to_text()?;
    Sink::fill(folder, MANIFEST, |out| out.write_all(manifest.as_bytes()))?;
    Ok(problems)
}
