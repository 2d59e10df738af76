//! Reports: one job as a folder of CSV, JSON, HTML and a manifest, and the check of such a folder.
//!
//! A report can be written for a job in any state. It is made of what the ledger holds and of
//! nothing else, so no secret can be in it. It is signed where the caller has a key to sign with.

mod bundle;
mod check;
mod counting;
mod document;
mod error;
mod html;
mod ids;
mod manifest;
mod redact;
mod signing;
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
pub use signing::{PublicKey, SigningKey};
pub use table::{COLUMNS, guarded};

use document::{Document, Whose};
use manifest::{DOCUMENT, MANIFEST, Manifest, PUBLIC_KEY, SIGNATURE, Sink};

/// How a bundle is written.
#[derive(Clone, Copy, Debug)]
pub struct How<'a> {
    /// The key that signs it, or why there is none: a sentence for people, that the report tells.
    pub key: Result<&'a SigningKey, &'a str>,
    /// Whether names, and whatever else would tell of contents, are left out.
    pub redacted: bool,
}

impl Default for How<'_> {
    /// Whole, and with no key to sign with.
    fn default() -> Self {
        Self {
            key: Err("No key was given to sign it with."),
            redacted: false,
        }
    }
}

/// A bundle that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The folder.
    pub dir: PathBuf,
    /// Rows of `items.csv`.
    pub items: u64,
    /// Rows of `problems.csv`.
    pub problems: u64,
    /// The key that it is signed with, or why it is not signed.
    pub signed: Result<PublicKey, String>,
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
    /// The key whose good signature the bundle carries, or in words why there is none.
    pub signed: Result<PublicKey, String>,
    /// Whether names were left out.
    pub redacted: bool,
}

impl Checked {
    /// Holds the signature against a key that is known from elsewhere: any other, or none, is a finding.
    pub fn expect_key(&mut self, key: &PublicKey) {
        let what = match &self.signed {
            Ok(found) if found == key => return,
            Ok(found) => format!(
                "was made with the key {}, not with the given one, {}",
                found.id(),
                key.id()
            ),
            Err(why) => format!("there is no good signature: {why}"),
        };
        self.findings.push(Finding {
            file: SIGNATURE.into(),
            what,
        });
    }
}

/// One thing that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file.
    pub file: String,
    /// What is wrong with it.
    pub what: String,
}

/// `tallyman-delete-12-2026-11-21`: the verb, the job's number and the day (UTC) of its plan;
/// `-redacted` after it for that variant.
pub fn default_folder_name(summary: &JobSummary, redacted: bool) -> String {
    let day = summary.created.to_day(&TimeZone::UTC);
    let end = if redacted { "-redacted" } else { "" };
    format!("tallyman-{}-{}-{day}{end}", summary.verb, summary.id)
}

/// Writes the bundle of a job, which becomes the folder `into`: a new one, an empty one, or an older
/// bundle of the same job, which is replaced.
///
/// # Errors
/// The folder holds something else, be it the bundle of another job; it cannot be written; the record's
/// counts do not add up. What was there before is untouched then.
pub fn write(record: &JobRecord, into: &Path, how: &How<'_>) -> Result<Written, ReportError> {
    if let Some(why) = document::unsound(record) {
        let message = format!(
            "No report was written: the counts of job {} do not add up ({why}). The ledger may be damaged.",
            record.summary.id
        );
        return Err(ReportError::new(ReportErrorKind::Unsound, message));
    }
    let without_names = how.redacted.then(|| redact::redacted(record));
    let record = without_names.as_ref().unwrap_or(record);
    let now = Time::now();
    let mut problems = 0;
    let whose = Whose::of(&record.summary, how.redacted);
    let dir = bundle::write(into, whose, |folder| {
        problems = write_files(record, how, now, folder)?;
        Ok(())
    })?;
    Ok(Written {
        dir,
        items: record.items.len() as u64,
        problems,
        signed: how
            .key
            .map(|key| key.public().clone())
            .map_err(str::to_owned),
    })
}

/// The files of the manifest, the manifest and its signature. How many rows `problems.csv` has.
fn write_files(record: &JobRecord, how: &How<'_>, now: Time, folder: &Path) -> io::Result<u64> {
    let summary = &record.summary;
    let mut problems = 0;
    let row = |item| table::row(summary, item);
    let files = vec![
        Sink::fill(folder, "items.csv", |out| {
            table::write(out, how.redacted, record.items.iter().map(row)).map(drop)
        })?,
        Sink::fill(folder, "problems.csv", |out| {
            let items = record.items.iter().filter(|item| table::is_not_done(item));
            problems = table::write(out, how.redacted, items.map(row))?;
            Ok(())
        })?,
        Sink::fill(folder, DOCUMENT, |out| {
            Document::new(record, how, now).write(out)
        })?,
        Sink::fill(folder, "report.html", |out| {
            out.write_all(html::page(record, how, now).as_bytes())
        })?,
    ];
    let manifest = Manifest::of(files, how.redacted).to_text()?;
    Sink::fill(folder, MANIFEST, |out| out.write_all(manifest.as_bytes()))?;
    if let Ok(key) = how.key {
        let comment = Whose::of(summary, how.redacted).to_string();
        let signature = key
            .sign(manifest.as_bytes(), &comment, now)
            .ok_or_else(|| io::Error::other("the signing key does not sign"))?;
        let public = key.public().to_file();
        Sink::fill(folder, PUBLIC_KEY, |out| out.write_all(public.as_bytes()))?;
        Sink::fill(folder, SIGNATURE, |out| out.write_all(signature.as_bytes()))?;
    }
    Ok(problems)
}
