//! One call: written to the ledger, sent, judged, its outcomes written.

use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::crash;
use crate::ledger::{CallEnd, Claim, Ledger, LedgerError};
use crate::model::{CallId, CallPurpose, JobId, JobSummary, Time};
use crate::service::{
    Answered, CallMeta, ErrorKind, Mark, Pass, Priority, Seen, Service, ServiceError, Target, Work,
};

use super::Engine;
use super::blocking;
use super::chunk::{Chunk, Entry, Pace, Terms};
use super::queue::Closing;
use super::settle::{Judgement, Sky, judge_batch, judge_reread};

/// What every call of a job needs.
#[derive(Clone)]
pub(super) struct Line {
    pub service: Arc<dyn Service>,
    ledger: Arc<Ledger>,
    /// Held by each piece of work on the ledger too: a run that is dropped lets go of the job only when
    /// its last write is over.
    claim: Arc<Claim>,
    pub job: JobId,
    pub terms: Terms,
    work: Arc<Work>,
    /// Cancelled when nothing more may be done: the user, refused keys or the ledger said so.
    pub stop: CancellationToken,
    /// Cancelled when nothing may be read either. A stop alone lets what was sent be re-read.
    pub reads: CancellationToken,
}

/// Why a call could not mark that it leaves, if it could not.
#[derive(Clone, Default)]
struct Unmarked(Arc<Mutex<Option<LedgerError>>>);

impl Unmarked {
    fn put(&self, failure: LedgerError) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
    }

    fn take(&self) -> Option<LedgerError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A call that is over.
pub(super) struct Closed {
    pub closing: Closing,
    pub meta: CallMeta,
    pub judgement: Judgement,
    /// Whether the ledger has it.
    pub begun: bool,
    /// The ledger failed; the call is in `unwritten` if it had begun.
    pub failure: Option<LedgerError>,
    pub unwritten: Option<(CallId, CallEnd)>,
}

impl Line {
    pub fn new(
        engine: &Engine,
        claim: Claim,
        summary: &JobSummary,
        pace: Pace,
        stop: CancellationToken,
    ) -> Self {
        let can = engine.service.can();
        let terms = Terms {
            verb: summary.verb,
            limit: can.batch_limit(summary.verb).max(1),
            repeatable: can.is_repeatable(summary.verb),
            once: can.is_marked(summary.verb),
            pace,
        };
        Self {
            service: Arc::clone(&engine.service),
            ledger: Arc::clone(&engine.ledger),
            claim: Arc::new(claim),
            job: summary.id,
            terms,
            work: Arc::new(Work {
                verb: summary.verb,
                args: summary.args.clone(),
            }),
            stop,
            reads: CancellationToken::new(),
        }
    }

    /// Works on the ledger.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Ledger) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let claim = Arc::clone(&self.claim);
        blocking(&self.ledger, move |ledger| {
            let result = work(ledger);
            drop(claim);
            result
        })
        .await
    }

    /// Makes one call. Dropped at any point, it leaves a ledger from which the job can be continued.
    pub async fn call(self, chunk: Chunk, pass: Pass) -> Closed {
        let closing = Closing::from(&chunk);
        let purpose = chunk.purpose;
        let (job, seqs) = (self.job, chunk.seqs());
        let begun = self.write(move |ledger| ledger.begin_call(job, purpose, &seqs));
        let call = match begun.await {
            Ok(call) => call,
            Err(failure) => return Closed::never_left(closing, chunk, failure),
        };
        let unmarked = Unmarked::default();
        let pass = match self.terms.once {
            true => pass.with_mark(self.mark(call, &unmarked)),
            false => pass,
        };
        let (meta, mut judgement) = match purpose {
            CallPurpose::Send | CallPurpose::Repeat => self.batch(chunk, pass).await,
            CallPurpose::Reread => self.reread(chunk, pass).await,
        };
        if judgement.halt.is_some() {
            // At once, not only when the ledger has it. Reads first: a stop alone lets them go on.
            self.reads.cancel();
            self.stop.cancel();
        }
        let end = CallEnd {
            http_status: meta.status,
            request_id: meta.request_id.clone(),
            attempts: meta.attempts,
            throttled: meta.throttled,
            error: judgement.error.clone(),
        };
        let (settled, written) = (std::mem::take(&mut judgement.settled), end.clone());
        let finished = self.write(move |ledger| {
            let result = ledger.finish_call(call, &written, &settled);
            Ok((settled, result.err()))
        });
        let failure = match finished.await {
            Ok((settled, failure)) => {
                judgement.settled = settled;
                failure
            }
            Err(failure) => Some(failure),
        };
        Closed {
            closing,
            meta,
            judgement,
            begun: true,
            unwritten: failure.is_some().then_some((call, end)),
            failure: failure.or_else(|| unmarked.take()),
        }
    }

    /// What a call does that looked first and now leaves: nothing leaves before that is written.
    fn mark(&self, call: CallId, unmarked: &Unmarked) -> Mark {
        let (line, unmarked) = (self.clone(), unmarked.clone());
        Box::new(move || {
            Box::pin(async move {
                let marked = line.write(move |ledger| ledger.mark_call(call)).await;
                marked.map_err(|failure| {
                    let words = failure.message.clone();
                    unmarked.put(failure);
                    ServiceError::new(ErrorKind::Stopped, words)
                })
            })
        })
    }

    /// Reads an item for a look before anything is sent. It is no call of the job.
    pub async fn see(&self, item: &Target) -> Result<Seen, ServiceError> {
        let pass = self.service.gate().enter(Priority::Job).await;
        let seen = self.service.reread(pass, &self.work, item, &self.reads);
        Ok(seen.await?.value)
    }

    async fn batch(&self, chunk: Chunk, pass: Pass) -> (CallMeta, Judgement) {
        crash::point("call", "before");
        crash::soon("call", "during");
        let said = self
            .service
            .batch(pass, &self.work, &chunk.targets(), &self.stop)
            .await;
        crash::point("call", "after");
        let (meta, said) = apart(said);
        (meta, judge_batch(&self.terms, chunk, said, Time::now()))
    }

    async fn reread(&self, chunk: Chunk, pass: Pass) -> (CallMeta, Judgement) {
        let Some(item) = chunk.entries.first().map(Entry::target) else {
            return Default::default();
        };
        crash::point("reread", "before");
        let said = self
            .service
            .reread(pass, &self.work, &item, &self.reads)
            .await;
        crash::point("reread", "after");
        let (meta, said) = apart(said);
        (meta, judge_reread(&self.terms, chunk, said, Time::now()))
    }
}

impl Closed {
    fn never_left(closing: Closing, chunk: Chunk, failure: LedgerError) -> Self {
        Self {
            closing,
            meta: CallMeta::default(),
            judgement: Judgement {
                again: vec![chunk],
                sky: Sky::Unseen,
                ..Judgement::default()
            },
            begun: false,
            failure: Some(failure),
            unwritten: None,
        }
    }
}

fn apart<T>(said: Result<Answered<T>, ServiceError>) -> (CallMeta, Result<T, ServiceError>) {
    match said {
        Ok(answered) => (answered.meta, Ok(answered.value)),
        Err(error) => (error.meta.clone(), Err(error)),
    }
}
