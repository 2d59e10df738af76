//! Jobs off the window's thread: what they tell, and how their end is heard of whatever happens.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::{Engine, Event, Session, Teller};
use crate::catalogue::Catalogue;
use crate::job::{self, Guard, Observer, Progress};
use crate::ledger::Ledger;
use crate::model::{JobId, JobState, JobSummary, Plan, ProfileId, Settled};

/// What a job says that ended by a fault of the program itself.
const BROKE_OFF: &str = "The job broke off by a fault of Tallyman's own. Nothing is lost: \
                         it can be checked and continued in the history.";

/// The same of one that was not written down yet.
const NEVER_BEGUN: &str = "The job did not begin, by a fault of Tallyman's own. Nothing was sent.";

impl Engine {
    /// Writes a plan into the ledger and runs it.
    pub fn start_job(
        &self,
        session: Session,
        ledger: Arc<Ledger>,
        (plan, newest, keep): (Plan, Catalogue, Guard),
        stop: CancellationToken,
    ) {
        let tell = self.teller();
        let profile = plan.source.profile.clone();
        self.runtime().spawn(async move {
            let plan = tokio::task::spawn_blocking(move || held(plan, &newest, &keep)).await;
            let Ok(plan) = plan else {
                return tell.say(Event::JobEnded {
                    profile,
                    job: None,
                    result: Err(NEVER_BEGUN.to_owned()),
                });
            };
            let engine = job::Engine {
                service: session.service,
                ledger,
            };
            match engine.start(&plan).await {
                Ok(job) => run_job(engine, profile, (job, None), stop, tell).await,
                Err(error) => tell.say(Event::JobEnded {
                    profile,
                    job: None,
                    result: Err(error.to_string()),
                }),
            }
        });
    }

    /// Continues a job that was cut off, stopped or halted.
    pub fn continue_job(
        &self,
        session: Session,
        ledger: Arc<Ledger>,
        profile: ProfileId,
        (job, keep): (JobId, Guard),
        stop: CancellationToken,
    ) {
        let tell = self.teller();
        self.runtime().spawn(async move {
            let engine = job::Engine {
                service: session.service,
                ledger,
            };
            run_job(engine, profile, (job, Some(keep)), stop, tell).await;
        });
    }
}

/// The plan without what changed in the list since it was made, or came onto the keep list.
fn held(plan: Plan, newest: &Catalogue, keep: &Guard) -> Plan {
    let verb = plan.verb;
    plan.guarded(|items| {
        job::hold_changed(verb, newest, items);
        keep.mark(verb, newest, items);
    })
}

async fn run_job(
    engine: job::Engine,
    profile: ProfileId,
    (job, keep): (JobId, Option<Guard>),
    stop: CancellationToken,
    tell: Teller,
) {
    tell.say(Event::JobStarted {
        profile: profile.clone(),
        job,
    });
    let observer = Arc::new(Watcher { tell: tell.clone() });
    // A task of its own: if it breaks, the window still hears of the job's end.
    let ledger = engine.ledger.clone();
    let running = tokio::spawn(async move {
        match keep {
            Some(keep) => engine.go_on(job, keep, stop, observer).await,
            None => engine.run(job, stop, observer).await,
        }
    });
    let result = match running.await {
        Ok(Ok(summary)) => Ok(summary),
        Ok(Err(error)) => halted(&ledger, job).ok_or_else(|| error.to_string()),
        Err(_) => Err(BROKE_OFF.to_owned()),
    };
    tell.say(Event::JobEnded {
        profile,
        job: Some(job),
        result: result.map(Box::new),
    });
}

/// A job that was halted before it could end, as the ledger has it.
fn halted(ledger: &Ledger, job: JobId) -> Option<JobSummary> {
    let summary = ledger.summary(job).ok()?;
    (summary.state == JobState::Halted).then_some(summary)
}

/// Passes on what a job tells; how often it tells is the job's own care.
struct Watcher {
    tell: Teller,
}

impl Observer for Watcher {
    fn progress(&self, progress: &Progress) {
        self.tell.say(Event::Job(progress.clone()));
    }

    fn settled(&self, job: JobId, settled: &[Settled]) {
        self.tell.say(Event::Settled {
            job,
            settled: settled.to_vec(),
        });
    }
}
