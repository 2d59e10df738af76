//! What a job still owes the ledger: ends of calls that it did not take, and the job's own end.
//!
//! A full disk is waited for as a network is. What is known stays in memory until there is room; nothing leaves
//! before it is written, and a program that ends meanwhile leaves calls without an end, which are settled by looking.

use std::sync::Arc;

use crate::ledger::{CallEnd, Ledger, LedgerError};
use crate::model::{CallId, JobState, JobSummary, Settled, Time};

use super::super::settle::left_behind;
use super::super::{JobError, Progress};
use super::{Run, TICK};

/// The end of a call that the ledger has not taken yet, with its outcomes.
pub(super) struct Unwritten {
    pub call: CallId,
    pub end: CallEnd,
    pub settled: Vec<Settled>,
}

/// How a job is left.
struct End {
    state: JobState,
    reason: String,
    left: Arc<[Settled]>,
}

impl Run {
    /// Writes what the ledger did not take before. As long as it takes not all, nothing leaves.
    pub(super) async fn write_owed(&mut self) {
        let owed = std::mem::take(&mut self.unwritten);
        let tried = self.line.write(move |ledger| Ok(write_all(ledger, owed)));
        let (written, rest, failure) = match tried.await {
            Ok(tried) => tried,
            Err(failure) => (Vec::new(), Vec::new(), Some(failure)),
        };
        for one in written {
            self.watch.settled(&one.settled);
        }
        self.unwritten = rest;
        match failure {
            None => self.queue.written(),
            Some(failure) => self.not_written(failure, None),
        }
    }

    /// Has the job wait for room, or halts it if it is nothing that passes. `epoch`: as for [`Queue::unwritten`].
    ///
    /// [`Queue::unwritten`]: super::super::queue::Queue::unwritten
    pub(super) fn not_written(&mut self, failure: LedgerError, epoch: Option<u32>) {
        match failure.passes() {
            true => {
                let now = self.began.elapsed();
                self.queue.unwritten(&failure.message, epoch, now);
                self.no_room = Some(failure);
            }
            false => {
                self.queue.halt(&failure.message);
                self.failure.get_or_insert(failure);
            }
        }
        self.shut_if_over();
    }

    /// Writes outside of calls, for as long as it makes sense to wait for room.
    pub(super) async fn write_patiently(
        &mut self,
        work: impl Fn(&Ledger) -> Result<(), LedgerError> + Clone + Send + 'static,
    ) -> Result<(), LedgerError> {
        loop {
            let Err(failure) = self.line.write(work.clone()).await else {
                self.queue.written();
                return Ok(());
            };
            if !failure.passes() || self.queue.is_shut() || self.line.stop.is_cancelled() {
                return Err(failure);
            }
            self.not_written(failure, None);
            self.pause().await;
        }
    }

    /// Until the ledger is to be tried again, or nobody waits any more.
    async fn pause(&mut self) {
        while !self.queue.is_shut() && !self.line.stop.is_cancelled() {
            let left = self.queue.pause(self.began.elapsed());
            if left.is_zero() {
                return;
            }
            self.look();
            self.watch.tell();
            tokio::select! {
                () = self.line.stop.cancelled() => {}
                () = tokio::time::sleep(left.min(TICK)) => {}
            }
        }
    }

    /// Gives what is left its outcome, checks the sum and writes the end.
    pub(super) async fn end(mut self) -> Result<JobSummary, JobError> {
        if !self.unwritten.is_empty() {
            self.write_owed_at_last().await;
        }
        let end = self.how_it_ends();
        let written = self.write_end(&end).await;
        self.tell_end(&end, written.as_ref().err());
        let job = self.line.job;
        let summary = match (self.failure.take(), written) {
            (None, Ok(())) => self.line.write(move |ledger| ledger.summary(job)).await?,
            (Some(mut failure), _) | (None, Err(mut failure)) => {
                if !end.reason.is_empty() {
                    failure.message = end.reason;
                }
                return Err(failure.into());
            }
        };
        let told = self.watch.now.tally;
        if summary.tally != told {
            let words = format!("job {job} told {told:?} and wrote {:?}", summary.tally);
            return Err(LedgerError::broken(words).into());
        }
        Ok(summary)
    }

    async fn write_end(&mut self, end: &End) -> Result<(), LedgerError> {
        let (job, began) = (self.line.job, self.began);
        let left = end.left.clone();
        self.write_patiently(move |ledger| ledger.settle(job, &left))
            .await?;
        let (state, reason) = (end.state, end.reason.clone());
        self.write_patiently(move |ledger| {
            ledger.end_job(job, state, &reason, began.elapsed().as_secs_f64())
        })
        .await
    }

    /// Outcomes that the ledger did not take get a last chance. If it takes none, they are told all the same.
    async fn write_owed_at_last(&mut self) {
        let earlier = self.failure.take();
        self.write_owed().await;
        if self.unwritten.is_empty() {
            self.failure = earlier.filter(|_| self.watch.now.tally.pending > 0);
            return;
        }
        self.failure = self.failure.take().or(earlier).or(self.no_room.take());
        for one in std::mem::take(&mut self.unwritten) {
            self.watch.settled(&one.settled);
        }
    }

    fn how_it_ends(&mut self) -> End {
        let reason = self.queue.reason().to_owned();
        let left = self.queue.take_left();
        let (state, why) = match (left.is_empty(), reason.is_empty()) {
            (true, _) if self.failure.is_none() => (JobState::Ended, ""),
            (_, true) => (JobState::Stopped, "stopped"),
            (_, false) => (JobState::Halted, "halted"),
        };
        let now = Time::now();
        let left = left.iter().map(|entry| left_behind(entry, why, now));
        End {
            state,
            reason: match state {
                JobState::Halted => reason,
                _ => String::new(),
            },
            left: left.collect(),
        }
    }

    /// Where the ledger fails, what was seen is still shown; the job continues from what was written.
    fn tell_end(&mut self, end: &End, failure: Option<&LedgerError>) {
        self.watch.settled(&end.left);
        self.look();
        let now: &mut Progress = &mut self.watch.now;
        (now.pause, now.away) = (None, None);
        now.state = end.state;
        end.reason.clone_into(&mut now.reason);
        if let (JobState::Ended, Some(failure)) = (end.state, failure) {
            now.state = JobState::Halted;
            failure.message.clone_into(&mut now.reason);
        }
        self.watch.tell_now();
    }
}

/// Writes one after the other; what was written, what was not, and why not.
fn write_all(
    ledger: &Ledger,
    owed: Vec<Unwritten>,
) -> (Vec<Unwritten>, Vec<Unwritten>, Option<LedgerError>) {
    let (mut written, mut owed) = (Vec::new(), owed.into_iter());
    while let Some(one) = owed.next() {
        if let Err(failure) = ledger.finish_call(one.call, &one.end, &one.settled) {
            let rest = std::iter::once(one).chain(owed).collect();
            return (written, rest, Some(failure));
        }
        written.push(one);
    }
    (written, Vec::new(), None)
}
