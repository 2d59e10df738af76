//! What is read: jobs, their items and calls, and what happened to an id.

use std::ops::Range;
use std::str::FromStr;

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::model::{
    Account, CallId, CallPurpose, CallRecord, Evidence, ItemId, ItemRecord, JobId, JobRecord,
    JobSummary, Outcome, PlanArgs, PlanItem, ProfileId, Settled, Source, Tally, Time,
};

use super::{Ledger, LedgerError, Trouble, no_such_job, seqs};

const JOB: &str = "SELECT id, verb, service, profile, profile_name, account_name, account_key,
    api_base, state, reason, created, ended, seconds, bytes, calls, retries, throttled,
    pending, done, absent, refused, failed, skipped, not_sent, unknown, args FROM jobs";

const ITEM: &str = "SELECT i.seq, i.id, i.name, i.size, i.mime, i.uploaded, i.stored, i.removed,
    i.guard, i.outcome, i.problem, i.evidence, i.service_time, i.settled_at, i.attempts,
    i.first_sent_at, i.call, c.http_status, c.request_id, i.path, i.url
    FROM items i LEFT JOIN calls c ON c.id = i.call";

const CALL: &str = "SELECT id, purpose, seqs, sent_at, ended_at, http_status, request_id, attempts,
    throttled, error FROM calls";

impl Ledger {
    /// All jobs, newest first.
    pub fn jobs(&self) -> Result<Vec<JobSummary>, LedgerError> {
        self.read(jobs)
    }

    /// One job in one line.
    pub fn summary(&self, job: JobId) -> Result<JobSummary, LedgerError> {
        self.read(|db| summary(db, job))
    }

    /// A whole job as it is at this moment.
    pub fn record(&self, job: JobId) -> Result<JobRecord, LedgerError> {
        self.read(|db| {
            Ok(JobRecord {
                summary: summary(db, job)?,
                items: items(db, job, 0..u32::MAX)?,
                calls: calls(db, job, "")?,
            })
        })
    }

    /// Items by their place in the plan.
    pub fn items(&self, job: JobId, range: Range<u32>) -> Result<Vec<ItemRecord>, LedgerError> {
        self.read(|db| items(db, job, range))
    }

    /// Calls that left and whose end was never written.
    pub fn unanswered(&self, job: JobId) -> Result<Vec<CallRecord>, LedgerError> {
        self.read(|db| calls(db, job, "AND ended_at IS NULL"))
    }

    /// What happened to an id: items with exactly this id first, then those whose id or name has every
    /// word of the text in any case; newest jobs first, at most `limit`.
    pub fn find(
        &self,
        id_or_name_part: &str,
        limit: usize,
    ) -> Result<Vec<(JobSummary, ItemRecord)>, LedgerError> {
        let text = id_or_name_part.trim();
        if text.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        self.read(|db| {
            let mut hits = with_id(db, text, limit)?;
            if hits.len() < limit {
                hits.extend(with_words(db, text, limit - hits.len())?);
            }
            described(db, &hits)
        })
    }

    /// Reads in one transaction, so that what is read belongs together.
    fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Trouble>,
    ) -> Result<T, LedgerError> {
        let reader = self.reader();
        let in_one = || -> Result<T, Trouble> {
            let tx = reader.unchecked_transaction()?;
            let value = work(&tx)?;
            tx.commit()?;
            Ok(value)
        };
        in_one().map_err(|trouble| trouble.at(&self.path))
    }
}

/// The counts that the job's row holds.
pub(super) fn tally(db: &Connection, job: JobId) -> Result<Tally, Trouble> {
    Ok(summary(db, job)?.tally)
}

/// The counts that its items add up to.
pub(super) fn counted(db: &Connection, job: JobId) -> Result<Tally, Trouble> {
    let mut tally = Tally::default();
    let mut query = db.prepare_cached("SELECT outcome FROM items WHERE job = ?1")?;
    let mut rows = query.query([job.0])?;
    while let Some(row) = rows.next()? {
        tally.add(word(row, 0)?);
    }
    Ok(tally)
}

fn jobs(db: &Connection) -> Result<Vec<JobSummary>, Trouble> {
    let mut query = db.prepare_cached(&format!("{JOB} ORDER BY id DESC"))?;
    let rows = query.query_map([], job_from)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn summary(db: &Connection, job: JobId) -> Result<JobSummary, Trouble> {
    db.prepare_cached(&format!("{JOB} WHERE id = ?1"))?
        .query_row([job.0], job_from)
        .optional()?
        .ok_or_else(|| no_such_job(job).into())
}

fn items(db: &Connection, job: JobId, range: Range<u32>) -> Result<Vec<ItemRecord>, Trouble> {
    let mut query = db.prepare_cached(&format!(
        "{ITEM} WHERE i.job = ?1 AND i.seq >= ?2 AND i.seq < ?3 ORDER BY i.seq"
    ))?;
    let rows = query.query_map(params![job.0, range.start, range.end], item_from)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn calls(db: &Connection, job: JobId, only: &str) -> Result<Vec<CallRecord>, Trouble> {
    let mut query = db.prepare_cached(&format!("{CALL} WHERE job = ?1 {only} ORDER BY id"))?;
    let rows = query.query_map([job.0], call_from)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn with_id(db: &Connection, id: &str, limit: usize) -> Result<Vec<(JobId, u32)>, Trouble> {
    let mut query =
        db.prepare_cached("SELECT job, seq FROM items WHERE id = ?1 ORDER BY job DESC LIMIT ?2")?;
    let rows = query.query_map(params![id, limit as i64], |row| {
        Ok((JobId(row.get(0)?), row.get(1)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Compared here and not by SQLite, which folds the case of ASCII alone.
fn with_words(db: &Connection, text: &str, limit: usize) -> Result<Vec<(JobId, u32)>, Trouble> {
    let folded = text.to_lowercase();
    let words: Vec<_> = folded.split_whitespace().collect();
    let mut hits = Vec::new();
    let mut jobs = db.prepare_cached("SELECT id FROM jobs ORDER BY id DESC")?;
    let mut items = db.prepare_cached("SELECT seq, id, name FROM items WHERE job = ?1")?;
    let ids = jobs.query_map([], |row| row.get(0))?;
    for job in ids.collect::<Result<Vec<i64>, _>>()? {
        let mut rows = items.query([job])?;
        while let Some(row) = rows.next()? {
            let id = row.get_ref(1)?.as_str().unwrap_or_default();
            if id == text {
                continue;
            }
            let name = row.get_ref(2)?.as_str().unwrap_or_default();
            let (id, name) = (id.to_lowercase(), name.to_lowercase());
            if words
                .iter()
                .all(|word| id.contains(word) || name.contains(word))
            {
                hits.push((JobId(job), row.get(0)?));
                if hits.len() == limit {
                    return Ok(hits);
                }
            }
        }
    }
    Ok(hits)
}

fn described(
    db: &Connection,
    hits: &[(JobId, u32)],
) -> Result<Vec<(JobSummary, ItemRecord)>, Trouble> {
    let mut out: Vec<(JobSummary, ItemRecord)> = Vec::with_capacity(hits.len());
    for &(job, seq) in hits {
        let summary = match out.last() {
            Some((last, _)) if last.id == job => last.clone(),
            _ => summary(db, job)?,
        };
        let found = items(db, job, seq..seq + 1)?;
        out.extend(found.into_iter().map(|item| (summary.clone(), item)));
    }
    Ok(out)
}

fn job_from(row: &Row<'_>) -> rusqlite::Result<JobSummary> {
    Ok(JobSummary {
        id: JobId(row.get(0)?),
        verb: needed(row, 1)?,
        args: args_from(row, 25)?,
        source: Source {
            service: needed(row, 2)?,
            profile: ProfileId(row.get(3)?),
            profile_name: row.get(4)?,
            account: Account {
                name: row.get(5)?,
                key: row.get(6)?,
            },
            api_base: row.get(7)?,
        },
        state: needed(row, 8)?,
        reason: row.get(9)?,
        created: Time(row.get(10)?),
        ended: row.get::<_, Option<i64>>(11)?.map(Time),
        seconds: finite(12, row.get(12)?)?,
        bytes: number(row, 13)?,
        calls: number(row, 14)?,
        retries: number(row, 15)?,
        throttled: number(row, 16)?,
        tally: Tally {
            pending: number(row, 17)?,
            done: number(row, 18)?,
            absent: number(row, 19)?,
            refused: number(row, 20)?,
            failed: number(row, 21)?,
            skipped: number(row, 22)?,
            not_sent: number(row, 23)?,
            unknown: number(row, 24)?,
        },
    })
}

/// What the verb is told.
fn args_from(row: &Row<'_>, column: usize) -> rusqlite::Result<PlanArgs> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text).map_err(|_| strange(column, text))
}

fn item_from(row: &Row<'_>) -> rusqlite::Result<ItemRecord> {
    let time = |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(Time));
    let seq = row.get(0)?;
    Ok(ItemRecord {
        seq,
        item: PlanItem {
            id: ItemId::new(row.get::<_, String>(1)?),
            name: row.get(2)?,
            size: row.get::<_, Option<i64>>(3)?.map(|size| size as u64),
            mime: row.get(4)?,
            uploaded: time(5)?,
            stored: time(6)?,
            removed: time(7)?,
            path: row.get(19)?,
            url: row.get(20)?,
            processing: false,
            guard: row.get(8)?,
        },
        settled: settled_from(row, seq)?,
        attempts: row.get(14)?,
        first_sent_at: time(15)?,
        call: row.get::<_, Option<i64>>(16)?.map(CallId),
        http_status: row.get(17)?,
        request_id: row.get(18)?,
    })
}

fn settled_from(row: &Row<'_>, seq: u32) -> rusqlite::Result<Option<Settled>> {
    let Some(outcome) = word::<Outcome>(row, 9)? else {
        return Ok(None);
    };
    let evidence = row.get::<_, Option<String>>(11)?;
    Ok(Some(Settled {
        seq,
        outcome,
        problem: row.get(10)?,
        evidence: [Evidence::Answer, Evidence::Reread]
            .into_iter()
            .find(|kind| Some(kind.key()) == evidence.as_deref()),
        service_time: row.get::<_, Option<i64>>(12)?.map(Time),
        settled_at: Time(row.get(13)?),
    }))
}

fn call_from(row: &Row<'_>) -> rusqlite::Result<CallRecord> {
    let text: String = row.get(2)?;
    Ok(CallRecord {
        id: CallId(row.get(0)?),
        purpose: needed::<CallPurpose>(row, 1)?,
        seqs: seqs::from_text(&text).ok_or_else(|| strange(2, &text))?,
        sent_at: Time(row.get(3)?),
        ended_at: row.get::<_, Option<i64>>(4)?.map(Time),
        http_status: row.get(5)?,
        request_id: row.get(6)?,
        attempts: row.get(7)?,
        throttled: row.get(8)?,
        error: row.get(9)?,
    })
}

/// A count or a size. Stored as SQLite's signed number, bit for bit.
fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)? as u64)
}

fn needed<T: FromStr>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    word(row, column)?.ok_or_else(|| strange(column, "nothing"))
}

/// One of a closed set of words, or nothing.
fn word<T: FromStr>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>> {
    let value = row.get_ref(column)?;
    let Some(text) = value.as_str_or_null()? else {
        return Ok(None);
    };
    text.parse().map(Some).map_err(|_| strange(column, text))
}

/// A number that JSON, and so a report, can hold.
fn finite(column: usize, number: f64) -> rusqlite::Result<f64> {
    match number.is_finite() {
        true => Ok(number),
        false => Err(strange(column, &number.to_string())),
    }
}

fn strange(column: usize, text: &str) -> rusqlite::Error {
    let what = format!("the ledger holds {text:?}, which this version does not know");
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, what.into())
}
