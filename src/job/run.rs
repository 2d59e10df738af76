//! Drives a job: asks the queue what may leave, lets the gate decide how much, stops and halts.

mod ending;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::crash;
use crate::ledger::{CallEnd, Claim, Ledger, LedgerError};
use crate::model::{CallPurpose, JobId, JobRecord, JobState, JobSummary};
use crate::service::{Pass, Priority, ServiceError};

use super::call::{Closed, Line};
use super::chunk::Pace;
use super::drift::look;
use super::guard::Guard;
use super::queue::{Next, Queue};
use super::resume::{Left, left};
use super::settle::Sky;
use super::verify::same_account;
use super::watch::Watch;
use super::{Engine, JobError, Observer, Progress, blocking};
use ending::Unwritten;

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
    let touched = record.summary.tally.done > 0 || !left.unsettled.is_empty();
    let emptied = touched && record.summary.verb.destroys();
    let mut run = Run::new(line, &record.summary, left, observer);
    if summary.state != JobState::Running || summary.calls > 0 {
        run.queue = run.queue.look_first();
    }
    let refused = run.check_account(&record.summary, emptied).await;
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
    /// Why the ledger cannot be used any more.
    failure: Option<LedgerError>,
    /// Why it could not be written when it last could not.
    no_room: Option<LedgerError>,
    /// Calls under way that may do something.
    writes: usize,
    /// The job was stopped; until then what is in doubt is re-read.
    parting: Option<Instant>,
    /// Calls whose end could not be written. Nothing leaves before it is.
    unwritten: Vec<Unwritten>,
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
            no_room: None,
            writes: 0,
            parting: None,
            unwritten: Vec::new(),
            line,
        }
    }

    /// Halts the job unless the keys still belong to the plan's account. Returns why nobody could be asked.
    /// `emptied`: the job may have deleted all files of it.
    async fn check_account(&mut self, summary: &JobSummary, emptied: bool) -> Option<ServiceError> {
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
                if let Err(words) = same_account(&summary.source.account, &found, emptied) {
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
        if !Guard::minds(record.summary.verb) || self.queue.is_shut() {
            return;
        }
        let waiting = self.queue.waiting();
        if waiting.is_empty() {
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
        // Stopped, or waited for in vain: what was to be held back is not sent.
        if !held.is_empty()
            && let Err(failure) = self.write_patiently(write).await
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
            if self.is_owed_due() {
                self.write_owed().await;
                continue;
            }
            let next = self.next();
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

    /// What can be done now. While ends of calls are not written, that is nothing but to wait.
    fn next(&self) -> Next {
        let now = self.began.elapsed();
        match self.owes() {
            true => Next::Wait(now + self.queue.pause(now)),
            false => self.queue.peek(now),
        }
    }

    /// Whether the ledger has to take something before anything leaves, and somebody waits for that.
    fn owes(&self) -> bool {
        !self.unwritten.is_empty() && !self.queue.is_shut()
    }

    fn is_owed_due(&self) -> bool {
        self.owes() && self.queue.pause(self.began.elapsed()).is_zero()
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
            self.queue.stop(self.began.elapsed());
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
        if !closed.begun {
            self.watch.now.calls -= 1;
            self.watch.now.retries -= u64::from(closed.closing.purpose != CallPurpose::Send);
        }
        let retries = closed.meta.attempts.saturating_sub(1);
        self.watch.now.retries += u64::from(retries);
        self.watch.now.throttled += u64::from(closed.meta.throttled);
        match closed.unwritten {
            Some((call, end)) => {
                let settled = std::mem::take(&mut closed.judgement.settled);
                self.unwritten.push(Unwritten { call, end, settled });
            }
            None => self.watch.settled(&closed.judgement.settled),
        }
        if closed.failure.is_some() {
            // How the service is says nothing of the ledger, and lets nothing leave.
            closed.judgement.sky = Sky::Unseen;
        }
        self.queue
            .close(closed.closing, &mut closed.judgement, self.began.elapsed());
        if let Some(failure) = closed.failure {
            self.not_written(failure, Some(closed.closing.epoch));
        }
        self.shut_if_over();
    }

    /// Where no further call leaves, those under way are told.
    fn shut_if_over(&self) {
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
        now.away = self.queue.away();
        self.queue.reason().clone_into(&mut now.reason);
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
