//! Drives a job: asks the queue what may leave, lets the gate decide how much, stops, halts and ends.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::crash;
use crate::ledger::{CallEnd, Claim, Ledger, LedgerError};
use crate::model::{CallId, CallPurpose, JobId, JobRecord, JobState, JobSummary, Settled, Time};
use crate::service::{Pass, Priority, ServiceError};

use super::call::{Closed, Line};
use super::chunk::Pace;
use super::drift::{is_looked_at, look};
use super::guard::Guard;
use super::queue::{Next, Queue};
use super::resume::{Left, left};
use super::settle::left_behind;
use super::verify::same_account;
use super::watch::Watch;
use super::{Engine, JobError, Observer, Progress, blocking};

/// How often waits are looked at while nothing else happens.
const TICK: std::time::Duration = std::time::Duration::from_millis(250);

/// Runs the job to its end, its stop or its halt.
pub(super) async fn run(
    engine: &Engine,
    job: JobId,
    pace: Pace,
    keep: Option<Guard>,
    stop: CancellationToken,
    observer: Arc<dyn Observer>,
) -> Result<JobSummary, JobError> {
    let claim = claim(&engine.ledger, job).await?;
    let summary = blocking(&engine.ledger, move |ledger| ledger.summary(job)).await?;
    if !summary.can_continue() && summary.state == JobState::Ended {
        observer.progress(&first_progress(&summary));
        return Ok(summary);
    }
    engine.check_verb(summary.verb)?;
    let line = Line::new(engine, claim, &summary, pace, stop.child_token());
    let marked = line.terms.once;
    let reopened = line.write(move |ledger| reopen(ledger, job, marked));
    let (record, left) = reopened.await?;
    let mut run = Run::new(line, &record.summary, left, observer);
    if summary.state != JobState::Running || summary.calls > 0 {
        run.queue = run.queue.look_first();
    }
    let refused = run.check_account(&record.summary).await;
    if let Some(keep) = keep {
        run.hold_back(&record, &keep).await;
    }
    run.drive().await;
    let ended = run.end().await;
    match refused {
        Some(error) => Err(error.into()),
        None => ended,
    }
}

/// The job for this run alone. A run that was dropped may need a moment to let go of it.
async fn claim(ledger: &Arc<Ledger>, job: JobId) -> Result<Claim, LedgerError> {
    for _ in 0..100 {
        if let Ok(claim) = Claim::take(ledger, job) {
            return Ok(claim);
        }
        tokio::time::sleep(TICK / 25).await;
    }
    Claim::take(ledger, job)
}

/// Frees what was not sent or is unknown, and ends calls that a crash left open.
fn reopen(ledger: &Ledger, job: JobId, marked: bool) -> Result<(JobRecord, Left), LedgerError> {
    ledger.reopen(job)?;
    let record = ledger.record(job)?;
    let left = left(&record, marked);
    for &(call, left) in &left.unanswered {
        let before = if left { "the answer came" } else { "it left" };
        let end = CallEnd {
            attempts: u32::from(left),
            error: format!("Tallyman ended before {before}"),
            ..CallEnd::default()
        };
        ledger.finish_call(call, &end, &[])?;
    }
    Ok((record, left))
}

struct Run {
    line: Line,
    queue: Queue,
    watch: Watch,
    tasks: JoinSet<Closed>,
    began: Instant,
    failure: Option<LedgerError>,
    /// Calls under way that may do something.
    writes: usize,
    /// The job was stopped; until then what is in doubt is re-read.
    parting: Option<Instant>,
    /// Calls whose end could not be written, with their outcomes.
    unwritten: Vec<(CallId, CallEnd, Vec<Settled>)>,
}

/// What woke the driver.
enum Woken {
    Call(Box<Result<Closed, tokio::task::JoinError>>),
    Pass(Pass),
    Stop,
    Time,
}

impl Run {
    fn new(line: Line, summary: &JobSummary, left: Left, observer: Arc<dyn Observer>) -> Self {
        Self {
            queue: Queue::new(line.terms, left.fresh, left.unsettled),
            watch: Watch::new(first_progress(summary), observer),
            tasks: JoinSet::new(),
            began: Instant::now(),
            failure: None,
            writes: 0,
            parting: None,
            unwritten: Vec::new(),
            line,
        }
    }

    /// Halts the job unless the keys still belong to the plan's account. Returns why nobody could be asked.
    async fn check_account(&mut self, summary: &JobSummary) -> Option<ServiceError> {
        if summary.tally.pending == 0 {
            return None;
        }
        let asked = tokio::select! {
            biased;
            () = self.line.stop.cancelled() => {
                // Of another account's files nothing would be true.
                self.queue.shut();
                return None;
            }
            asked = self.line.service.account() => asked,
        };
        crash::point("account", "after");
        match asked {
            Ok(found) => {
                if let Err(words) = same_account(&summary.source.account, &found) {
                    self.queue.halt(&words);
                }
                None
            }
            Err(error) => {
                self.queue.halt(&error.message);
                Some(error)
            }
        }
    }

    /// Looks at what waits for a call and ends what must not have one any more.
    async fn hold_back(&mut self, record: &JobRecord, keep: &Guard) {
        let waiting = self.queue.waiting();
        if !is_looked_at(record.summary.verb) || waiting.is_empty() || self.queue.is_shut() {
            return;
        }
        let looked = tokio::select! {
            biased;
            () = self.line.stop.cancelled() => return,
            looked = look(&self.line, keep, &waiting) => looked,
        };
        let looked = match looked {
            Ok(looked) => looked,
            Err(error) => {
                let words = "What is left could not be looked at before it is deleted";
                return self.queue.halt(&format!("{words}: {}", error.message));
            }
        };
        let held = looked.held(record, keep, &waiting);
        let (job, written) = (self.line.job, Arc::clone(&held));
        let write = move |ledger: &Ledger| ledger.settle(job, &written);
        if !held.is_empty()
            && let Err(failure) = self.line.write(write).await
        {
            self.queue.halt(&failure.message);
            self.failure.get_or_insert(failure);
            return;
        }
        self.queue.leave_out(&held);
        self.watch.settled(&held);
        self.queue.leave_unseen(&looked.unseen);
    }

    /// Until nothing is left to do, or nothing may be done and no call is under way.
    async fn drive(&mut self) {
        let gate = self.line.service.gate().clone();
        let mut entering: Option<BoxFuture<'static, Pass>> = None;
        loop {
            self.heed_stop();
            let next = self.queue.peek(self.began.elapsed());
            match next {
                Next::Over => break,
                Next::Ready => {
                    let gate = gate.clone();
                    entering.get_or_insert_with(|| {
                        Box::pin(async move { gate.enter(Priority::Job).await })
                    });
                }
                Next::Wait(_) | Next::Idle => entering = None,
            }
            match self.woken(next, &mut entering).await {
                Woken::Call(closed) => self.close(*closed).await,
                Woken::Pass(pass) => {
                    entering = None;
                    self.launch(pass);
                }
                Woken::Stop | Woken::Time => {}
            }
        }
    }

    async fn woken(
        &mut self,
        next: Next,
        entering: &mut Option<BoxFuture<'static, Pass>>,
    ) -> Woken {
        self.look();
        let mut wake = Instant::now() + TICK;
        wake = self.watch.tell().map_or(wake, |due| wake.min(due));
        if let Next::Wait(until) = next {
            wake = wake.min(self.began + until);
        }
        tokio::select! {
            biased;
            () = self.line.stop.cancelled(), if self.heeds_stop() => Woken::Stop,
            Some(closed) = self.tasks.join_next() => Woken::Call(Box::new(closed)),
            Some(pass) = entered(entering) => Woken::Pass(pass),
            () = tokio::time::sleep_until(wake) => Woken::Time,
        }
    }

    /// Whether a stop would be news.
    fn heeds_stop(&self) -> bool {
        self.parting.is_none() && !self.queue.is_shut()
    }

    /// After a stop nothing more is done. What was sent before is re-read, for a while.
    fn heed_stop(&mut self) {
        if !self.line.stop.is_cancelled() || self.queue.is_shut() {
            return;
        }
        let now = Instant::now();
        let over = self.writes == 0 && self.parting.is_some_and(|until| until <= now);
        if over || self.line.reads.is_cancelled() {
            self.line.reads.cancel();
            self.queue.shut();
        } else if self.parting.is_none() {
            self.parting = Some(now + self.line.terms.pace.parting);
            self.queue.stop();
            if self.queue.is_shut() {
                self.line.reads.cancel();
            }
        }
    }

    fn launch(&mut self, pass: Pass) {
        self.heed_stop();
        if let Some(chunk) = self.queue.take(self.began.elapsed()) {
            self.watch.now.calls += 1;
            self.watch.now.retries += u64::from(chunk.purpose != CallPurpose::Send);
            self.writes += usize::from(chunk.purpose != CallPurpose::Reread);
            self.tasks.spawn(self.line.clone().call(chunk, pass));
        }
    }

    async fn close(&mut self, closed: Result<Closed, tokio::task::JoinError>) {
        let mut closed = match closed {
            Ok(closed) => closed,
            // A panic in a call is a crash of the job: the ledger knows what to settle.
            Err(failed) => match failed.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => std::future::pending().await,
            },
        };
        if closed.closing.purpose != CallPurpose::Reread {
            self.writes -= 1;
            // Its items may have to be re-read, however long it took.
            let until = Instant::now() + self.line.terms.pace.parting;
            self.parting = self.parting.map(|_| until);
        }
        let retries = closed.meta.attempts.saturating_sub(1);
        self.watch.now.retries += u64::from(retries);
        self.watch.now.throttled += u64::from(closed.meta.throttled);
        self.watch.settled(&closed.judgement.settled);
        if let Some((call, end)) = closed.unwritten {
            let settled = std::mem::take(&mut closed.judgement.settled);
            self.unwritten.push((call, end, settled));
        }
        self.queue
            .close(closed.closing, &mut closed.judgement, self.began.elapsed());
        if let Some(failure) = closed.failure {
            self.queue.halt(&failure.message);
            self.failure.get_or_insert(failure);
        }
        if self.queue.is_shut() {
            self.line.reads.cancel();
            self.line.stop.cancel();
        }
    }

    /// Brings the numbers up to date.
    fn look(&mut self) {
        let waits = self.line.service.gate().pause_left();
        let pause = waits.max(self.queue.pause(self.began.elapsed()));
        let now = &mut self.watch.now;
        now.in_flight = self.queue.in_flight();
        now.pause = (!pause.is_zero()).then_some(pause);
        now.away = self.queue.away().map(str::to_owned);
        self.queue.reason().clone_into(&mut now.reason);
    }

    /// Gives what is left its outcome, checks the sum and writes the end.
    async fn end(mut self) -> Result<JobSummary, JobError> {
        self.look();
        (self.watch.now.pause, self.watch.now.away) = (None, None);
        self.write_again().await;
        let reason = self.queue.reason().to_owned();
        let left = self.queue.into_left();
        let (state, why) = match (left.is_empty(), reason.is_empty()) {
            (true, _) if self.failure.is_none() => (JobState::Ended, ""),
            (_, true) => (JobState::Stopped, "stopped"),
            (_, false) => (JobState::Halted, "halted"),
        };
        let reason = if why == "halted" {
            reason
        } else {
            String::new()
        };
        let now = Time::now();
        let left = left.iter().map(|entry| left_behind(entry, why, now));
        let left: Arc<[Settled]> = left.collect();
        self.watch.now.state = state;
        reason.clone_into(&mut self.watch.now.reason);
        let (job, seconds) = (self.line.job, self.began.elapsed().as_secs_f64());
        let rest = Arc::clone(&left);
        let written = self.line.write(move |ledger| {
            ledger.settle(job, &rest)?;
            ledger.end_job(job, state, &reason, seconds)?;
            ledger.summary(job)
        });
        let written = written.await;
        // Where the ledger fails, what was seen is still shown; the job continues from what was written.
        self.watch.settled(&left);
        self.watch.tell_now();
        let summary = match (self.failure, written) {
            (None, Ok(summary)) => summary,
            (Some(failure), _) | (None, Err(failure)) => return Err(failure.into()),
        };
        let told = self.watch.now.tally;
        if summary.tally != told {
            let words = format!("job {job} told {told:?} and wrote {:?}", summary.tally);
            return Err(LedgerError::broken(words).into());
        }
        Ok(summary)
    }

    /// Outcomes that the ledger did not take get a second chance: the disk may have space again.
    async fn write_again(&mut self) {
        let unwritten = std::mem::take(&mut self.unwritten);
        if unwritten.is_empty() {
            return;
        }
        let written = self.line.write(move |ledger| {
            let mut ends = unwritten.iter();
            ends.try_for_each(|(call, end, settled)| ledger.finish_call(*call, end, settled))
        });
        if written.await.is_ok() && self.watch.now.tally.pending == 0 {
            self.failure = None;
        }
    }
}

/// Waits for the gate, if anybody asked it.
async fn entered(entering: &mut Option<BoxFuture<'static, Pass>>) -> Option<Pass> {
    match entering {
        Some(entering) => Some(entering.await),
        None => None,
    }
}

fn first_progress(summary: &JobSummary) -> Progress {
    Progress {
        job: summary.id,
        verb: summary.verb,
        tally: summary.tally,
        in_flight: 0,
        calls: summary.calls,
        retries: summary.retries,
        throttled: summary.throttled,
        pause: None,
        away: None,
        state: summary.state,
        reason: String::new(),
    }
}
