//! `report.json`: the whole job without loss, and the sentences of the report.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use crate::model::{JobId, JobRecord, JobState, JobSummary, Outcome, Tally, Time, size};

use super::counting::{FromOne, from_zero};
use super::words;
use super::{How, ReportError, ReportErrorKind};

/// What a `report.json` says it is.
const FORMAT: &str = "tallyman-report";

/// The version that is written, and the newest that is read.
const VERSION: u32 = 3;

/// The first version whose items are counted from 1.
const FROM_ONE: u32 = 3;

/// The file; `J` is the job, borrowed to write and owned to read.
#[derive(Serialize, Deserialize)]
pub(super) struct Document<J> {
    format: String,
    version: u32,
    generator: String,
    pub(super) written_at: Time,
    pub(super) says: String,
    /// Why it says so, for a job that has not ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    pub(super) sum: Sum,
    not_proven: Vec<String>,
    /// Whether names were left out.
    #[serde(default)]
    pub(super) redacted: bool,
    /// Whether it is signed. Reports of version 1 never were, and do not say.
    #[serde(default)]
    pub(super) signature: Option<Signature>,
    pub(super) job: J,
}

/// What a report says of its own signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Signature {
    /// The manifest is signed with this key.
    SignedWith {
        /// Its fingerprint.
        key_id: String,
        /// Its public half.
        public_key: String,
    },
    /// It is not signed; why, in words.
    NotSigned {
        /// A sentence.
        why: String,
    },
}

impl Signature {
    /// What `how` comes to.
    pub(super) fn of(how: &How<'_>) -> Self {
        match how.key {
            Ok(key) => Self::SignedWith {
                key_id: key.public().id(),
                public_key: key.public().to_string(),
            },
            Err(why) => Self::NotSigned { why: why.into() },
        }
    }

    pub(super) fn is_signed(&self) -> bool {
        matches!(self, Self::SignedWith { .. })
    }
}

/// The counts, and the equation that they make.
#[derive(Serialize, Deserialize)]
pub(super) struct Sum {
    pub(super) items: u64,
    pub(super) outcomes: Tally,
    pub(super) equation: String,
    /// The known sizes. Older reports do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<Bytes>,
}

/// The bytes of a job, as far as sizes are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Bytes {
    /// Of all that was planned.
    pub(super) planned: u64,
    /// Of what is done.
    pub(super) done: u64,
    /// Items that are done and whose size is not known.
    pub(super) done_without_size: u64,
}

impl Bytes {
    /// Of a job.
    pub(super) fn of(record: &JobRecord) -> Self {
        let done = |item: &&crate::model::ItemRecord| item.outcome() == Some(Outcome::Done);
        let sizes = record.items.iter().filter(done).map(|item| item.item.size);
        Self {
            planned: record.summary.bytes,
            done: size::sum(sizes.clone().flatten()),
            done_without_size: sizes.filter(Option::is_none).count() as u64,
        }
    }
}

/// What calls itself the writer.
pub(super) fn generator() -> String {
    format!("tallyman {}", env!("CARGO_PKG_VERSION"))
}

impl<'a> Document<FromOne<'a>> {
    /// The document of a job, as of `now`.
    pub(super) fn new(record: &'a JobRecord, how: &How<'_>, now: Time) -> Self {
        let summary = &record.summary;
        let signature = Signature::of(how);
        Self {
            format: FORMAT.into(),
            version: VERSION,
            generator: generator(),
            written_at: now,
            says: words::says(summary),
            state: words::state(summary),
            sum: Sum {
                items: summary.tally.items(),
                outcomes: summary.tally,
                equation: words::equation(summary.verb, &summary.tally),
                bytes: Some(Bytes::of(record)),
            },
            not_proven: words::not_proven(summary.verb, signature.is_signed())
                .into_iter()
                .map(str::to_owned)
                .collect(),
            redacted: how.redacted,
            signature: Some(signature),
            job: FromOne(record),
        }
    }

    /// Writes it indented: people read it too.
    pub(super) fn write(&self, mut out: impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut out, self)?;
        out.write_all(b"\n")
    }
}

impl Document<JobRecord> {
    /// Reads a document of this version or an older one.
    ///
    /// # Errors
    /// `Newer` names the version; `NotABundle` says why it is no such document.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, ReportError> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
            version: u32,
        }
        let broken = |error: serde_json::Error| {
            ReportError::new(
                ReportErrorKind::NotABundle,
                format!("it is no report that can be read: {error}"),
            )
        };
        let head: Head = serde_json::from_slice(bytes).map_err(broken)?;
        if head.format != FORMAT {
            let what = "it is not a report of Tallyman";
            return Err(ReportError::new(ReportErrorKind::NotABundle, what));
        }
        if head.version > VERSION {
            let what = format!(
                "it was written by a newer Tallyman (version {} of the format)",
                head.version
            );
            return Err(ReportError::new(ReportErrorKind::Newer, what));
        }
        let document: Self = serde_json::from_slice(bytes).map_err(broken)?;
        if document.version < FROM_ONE {
            return Ok(document);
        }
        let what = "it is no report that can be read: an item has the number 0, and the first is 1";
        let job = from_zero(document.job)
            .ok_or_else(|| ReportError::new(ReportErrorKind::NotABundle, what))?;
        Ok(Self { job, ..document })
    }
}

/// A job by its number and its beginning (numbers repeat in another data folder), and the variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Whose {
    pub(super) id: JobId,
    created: Time,
    #[serde(default)]
    redacted: bool,
}

impl Whose {
    /// Of a job.
    pub(super) fn of(summary: &JobSummary, redacted: bool) -> Self {
        Self {
            id: summary.id,
            created: summary.created,
            redacted,
        }
    }

    /// Of the text of a `report.json`; `None` if that cannot be told.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Outer {
            #[serde(default)]
            redacted: bool,
            job: Inner,
        }
        #[derive(Deserialize)]
        struct Inner {
            summary: Whose,
        }
        let outer: Option<Outer> = serde_json::from_slice(bytes).ok();
        outer.map(|outer| Self {
            redacted: outer.redacted,
            ..outer.job.summary
        })
    }
}

impl std::fmt::Display for Whose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let variant = if self.redacted { "redacted " } else { "" };
        write!(f, "{variant}report of job {}", self.id)
    }
}

/// What is wrong with the job's own counts, if anything: a report is never made of such a job.
pub(super) fn unsound(record: &JobRecord) -> Option<String> {
    let summary = &record.summary;
    let mut counted = Tally::default();
    for (place, item) in record.items.iter().enumerate() {
        if u64::from(item.seq) != place as u64 {
            let number = u64::from(item.seq) + 1;
            return Some(format!("item {number} stands at place {}", place + 1));
        }
        let seq = item.settled.as_ref().map(|settled| settled.seq);
        if seq.is_some_and(|seq| seq != item.seq) {
            return Some(format!("item {} has the outcome of another", place + 1));
        }
        counted.add(item.outcome());
    }
    if counted != summary.tally {
        let verb = summary.verb;
        return Some(format!(
            "the items make {}, the job says {}",
            words::equation(verb, &counted),
            words::equation(verb, &summary.tally)
        ));
    }
    if summary.state == JobState::Ended && counted.pending > 0 {
        return Some(format!(
            "the job ended with {} items that have no outcome",
            counted.pending
        ));
    }
    None
}
