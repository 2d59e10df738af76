//! What is written: plans, calls before they leave, outcomes when they return. One transaction each.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};

use crate::crash;
use crate::model::{CallId, CallPurpose, JobId, JobState, Outcome, Plan, Settled, Tally, Time};

use super::{Ledger, LedgerError, Trouble, no_such_job, read, seqs};

/// How a call ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallEnd {
    /// Status of the last answer; `None` where none came.
    pub http_status: Option<u16>,
    /// The service's own id of the request.
    pub request_id: Option<String>,
    /// Tries over the wire; 0 if none left this machine.
    pub attempts: u32,
    /// Tries that were throttled.
    pub throttled: u32,
    /// What went wrong; empty if nothing did.
    pub error: String,
}

impl Ledger {
    /// Writes a plan with its items. Guarded items are `skipped` from the start.
    pub fn create_job(&self, plan: &Plan) -> Result<JobId, LedgerError> {
        self.write("create_job", |tx| {
            let job = insert_job(tx, plan)?;
            insert_items(tx, job, plan)?;
            Ok(job)
        })
        .map_err(|error| error.of_plan(plan.items().len()))
    }

    /// Writes that a call is about to leave with these items.
    ///
    /// # Errors
    /// [`Broken`](super::LedgerErrorKind::Broken) if one of the items is settled or not in the plan.
    pub fn begin_call(
        &self,
        job: JobId,
        purpose: CallPurpose,
        seqs: &[u32],
    ) -> Result<CallId, LedgerError> {
        self.write("begin_call", |tx| {
            let now = Time::now().0;
            let looks = purpose == CallPurpose::Reread;
            let settling = i64::from(purpose != CallPurpose::Send);
            tx.prepare_cached(
                "UPDATE jobs SET calls = calls + 1, retries = retries + ?2 WHERE id = ?1",
            )?
            .execute(params![job.0, settling])?;
            tx.prepare_cached(
                "INSERT INTO calls (job, purpose, seqs, sent_at) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![job.0, purpose.key(), seqs::to_text(seqs), now])?;
            let call = tx.last_insert_rowid();
            let mut carry = tx.prepare_cached(
                "UPDATE items SET attempts = attempts + 1, call = ?3,
                     first_sent_at = coalesce(first_sent_at, ?4)
                 WHERE job = ?1 AND seq = ?2 AND outcome IS NULL AND call IS NOT ?3",
            )?;
            let sent = (!looks).then_some(now);
            for seq in seqs {
                if carry.execute(params![job.0, seq, call, sent])? != 1 {
                    return Err(LedgerError::broken(format!(
                        "item {seq} of job {job} is settled, missing or sent twice at once"
                    ))
                    .into());
                }
            }
            Ok(CallId(call))
        })
    }

    /// Writes that a call that looked first now leaves to do its work.
    ///
    /// # Errors
    /// [`Broken`](super::LedgerErrorKind::Broken) if the call has ended, or never began.
    pub fn mark_call(&self, call: CallId) -> Result<(), LedgerError> {
        self.write("mark_call", |tx| {
            let marked = tx
                .prepare_cached("UPDATE calls SET attempts = 1 WHERE id = ?1 AND ended_at IS NULL")?
                .execute([call.0])?;
            match marked {
                1 => Ok(()),
                _ => Err(LedgerError::broken(format!("call {call} is not under way")).into()),
            }
        })
    }

    /// Writes how a call ended and what it settled.
    ///
    /// # Errors
    /// [`Broken`](super::LedgerErrorKind::Broken) if the call ended before, or an item was not in it or is
    /// settled already.
    pub fn finish_call(
        &self,
        call: CallId,
        end: &CallEnd,
        settled: &[Settled],
    ) -> Result<(), LedgerError> {
        self.write("finish_call", |tx| {
            let (job, carried) = close_call(tx, call, end)?;
            let tries = i64::from(end.attempts);
            tx.prepare_cached(
                "UPDATE jobs SET retries = retries + ?2, throttled = throttled + ?3 WHERE id = ?1",
            )?
            .execute(params![job.0, (tries - 1).max(0), end.throttled])?;
            correct_attempts(tx, (job, call), &carried, tries)?;
            let carried: HashSet<u32> = carried.into_iter().collect();
            if let Some(stray) = settled.iter().find(|one| !carried.contains(&one.seq)) {
                let seq = stray.seq;
                return Err(
                    LedgerError::broken(format!("call {call} did not carry item {seq}")).into(),
                );
            }
            settle(tx, job, settled)
        })
    }

    /// Writes outcomes that no call brought: not sent, failed after all tries, unknown.
    pub fn settle(&self, job: JobId, settled: &[Settled]) -> Result<(), LedgerError> {
        self.write("settle", |tx| settle(tx, job, settled))
    }

    /// Opens a job again: what was not sent or is unknown has no outcome any more.
    pub fn reopen(&self, job: JobId) -> Result<(), LedgerError> {
        self.write("reopen", |tx| {
            let before = read::tally(tx, job)?;
            let freed = tx
                .prepare_cached(
                    "UPDATE items SET outcome = NULL, problem = '', evidence = NULL,
                         service_time = NULL, settled_at = NULL
                     WHERE job = ?1 AND outcome IN ('not_sent', 'unknown')",
                )?
                .execute([job.0])?;
            if freed as u64 != before.not_sent + before.unknown {
                return Err(LedgerError::broken(format!(
                    "job {job} counts {} items to continue and has {freed}",
                    before.not_sent + before.unknown
                ))
                .into());
            }
            tx.prepare_cached(
                "UPDATE jobs SET pending = pending + not_sent + unknown, not_sent = 0, unknown = 0,
                     state = 'running', reason = '', ended = NULL
                 WHERE id = ?1",
            )?
            .execute([job.0])?;
            Ok(())
        })
    }

    /// Writes where a job stands after a run that took `seconds`. `reason` says why it was halted.
    ///
    /// # Errors
    /// [`Broken`](super::LedgerErrorKind::Broken) if its sums are wrong, or if it is said to have ended
    /// while items are pending or not sent.
    pub fn end_job(
        &self,
        job: JobId,
        state: JobState,
        reason: &str,
        seconds: f64,
    ) -> Result<(), LedgerError> {
        self.write("end_job", |tx| {
            let tally = read::tally(tx, job)?;
            let counted = read::counted(tx, job)?;
            if tally != counted {
                return Err(LedgerError::broken(format!(
                    "job {job} says {tally:?} and has {counted:?}"
                ))
                .into());
            }
            if state == JobState::Ended && tally.pending + tally.not_sent > 0 {
                return Err(LedgerError::broken(format!(
                    "job {job} cannot have ended: {} items have no outcome and {} were not sent",
                    tally.pending, tally.not_sent
                ))
                .into());
            }
            tx.prepare_cached(
                "UPDATE jobs SET state = ?2, reason = ?3, seconds = seconds + ?4, ended = ?5
                 WHERE id = ?1",
            )?
            .execute(params![job.0, state.key(), reason, seconds, Time::now().0])?;
            Ok(())
        })
    }

    fn write<T>(
        &self,
        act: &str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Trouble>,
    ) -> Result<T, LedgerError> {
        let mut writer = self.writer()?;
        let in_one = || -> Result<T, Trouble> {
            crash::point(act, "before");
            let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = work(&tx)?;
            crash::point(act, "inside");
            tx.commit()?;
            crash::point(act, "after");
            Ok(value)
        };
        in_one().map_err(|trouble| trouble.at(&self.path))
    }
}

fn insert_job(tx: &Transaction<'_>, plan: &Plan) -> Result<JobId, Trouble> {
    let source = &plan.source;
    let args = serde_json::to_string(&plan.args)
        .map_err(|error| LedgerError::broken(format!("the plan cannot be written: {error}")))?;
    let items = plan.items().len() as i64;
    let skipped = plan
        .items()
        .iter()
        .filter(|item| item.guard.is_some())
        .count() as i64;
    tx.prepare_cached(
        "INSERT INTO jobs (verb, service, profile, profile_name, account_name, account_key, api_base,
             state, created, bytes, items, pending, skipped, args)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?
    .execute(params![
        plan.verb.key(),
        source.service.key(),
        source.profile.0,
        source.profile_name,
        source.account.name,
        source.account.key,
        source.api_base,
        JobState::Running.key(),
        plan.created.0,
        plan.bytes() as i64,
        items,
        items - skipped,
        skipped,
        args
    ])?;
    Ok(JobId(tx.last_insert_rowid()))
}

fn insert_items(tx: &Transaction<'_>, job: JobId, plan: &Plan) -> Result<(), Trouble> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO items (job, seq, id, name, size, mime, uploaded, stored, removed, guard,
             outcome, problem, settled_at, path, url)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    )?;
    let now = Time::now().0;
    for (seq, item) in plan.items().iter().enumerate() {
        let skipped = item.guard.as_ref().map(|_| Outcome::Skipped.key());
        insert.execute(params![
            job.0,
            seq as i64,
            item.id.as_str(),
            item.name,
            item.size.map(|size| size as i64),
            item.mime,
            item.uploaded.map(|time| time.0),
            item.stored.map(|time| time.0),
            item.removed.map(|time| time.0),
            item.guard,
            skipped,
            item.guard.as_deref().unwrap_or_default(),
            skipped.map(|_| now),
            item.path,
            item.url,
        ])?;
    }
    Ok(())
}

/// Ends the call; returns its job and what it carried.
fn close_call(
    tx: &Transaction<'_>,
    call: CallId,
    end: &CallEnd,
) -> Result<(JobId, Vec<u32>), Trouble> {
    let carried: Option<(i64, String)> = tx
        .prepare_cached(
            "UPDATE calls SET ended_at = ?2, http_status = ?3, request_id = ?4, attempts = ?5,
                 throttled = ?6, error = ?7
             WHERE id = ?1 AND ended_at IS NULL RETURNING job, seqs",
        )?
        .query_row(
            params![
                call.0,
                Time::now().0,
                end.http_status,
                end.request_id,
                end.attempts,
                end.throttled,
                end.error
            ],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let Some((job, text)) = carried else {
        return Err(LedgerError::broken(format!("call {call} ended twice, or never began")).into());
    };
    let seqs = seqs::from_text(&text)
        .ok_or_else(|| LedgerError::broken(format!("call {call} carried {text:?}")))?;
    Ok((JobId(job), seqs))
}

/// A call was counted as one try when it began; it may have taken more, or none.
fn correct_attempts(
    tx: &Transaction<'_>,
    (job, call): (JobId, CallId),
    seqs: &[u32],
    tries: i64,
) -> Result<(), Trouble> {
    if tries == 1 {
        return Ok(());
    }
    let mut correct = tx.prepare_cached(
        "UPDATE items SET attempts = attempts + ?3,
             first_sent_at = CASE WHEN ?3 < 0
                 THEN nullif(first_sent_at, (SELECT sent_at FROM calls WHERE id = ?4))
                 ELSE first_sent_at END
         WHERE job = ?1 AND seq = ?2",
    )?;
    for seq in seqs {
        correct.execute(params![job.0, seq, tries - 1, call.0])?;
    }
    Ok(())
}

/// Gives items their outcome and moves them in the job's counts.
fn settle(tx: &Transaction<'_>, job: JobId, settled: &[Settled]) -> Result<(), Trouble> {
    let mut give = tx.prepare_cached(
        "UPDATE items SET outcome = ?3, problem = ?4, evidence = ?5, service_time = ?6,
             settled_at = ?7
         WHERE job = ?1 AND seq = ?2 AND outcome IS NULL",
    )?;
    let mut moved = Tally::default();
    for one in settled {
        let changed = give.execute(params![
            job.0,
            one.seq,
            one.outcome.key(),
            one.problem,
            one.evidence.map(|evidence| evidence.key()),
            one.service_time.map(|time| time.0),
            one.settled_at.0
        ])?;
        if changed != 1 {
            let seq = one.seq;
            return Err(LedgerError::broken(format!(
                "item {seq} of job {job} has an outcome already, or is not in the plan"
            ))
            .into());
        }
        moved.add(Some(one.outcome));
    }
    count(tx, job, &moved)
}

fn count(tx: &Transaction<'_>, job: JobId, moved: &Tally) -> Result<(), Trouble> {
    if moved.items() == 0 {
        return Ok(());
    }
    let changed = tx
        .prepare_cached(
            "UPDATE jobs SET pending = pending - ?2, done = done + ?3, absent = absent + ?4,
                 refused = refused + ?5, failed = failed + ?6, skipped = skipped + ?7,
                 not_sent = not_sent + ?8, unknown = unknown + ?9
             WHERE id = ?1",
        )?
        .execute(params![
            job.0,
            moved.items() as i64,
            moved.done as i64,
            moved.absent as i64,
            moved.refused as i64,
            moved.failed as i64,
            moved.skipped as i64,
            moved.not_sent as i64,
            moved.unknown as i64
        ])?;
    if changed == 1 {
        Ok(())
    } else {
        Err(no_such_job(job).into())
    }
}
