//! The purge that a delete asked for: a job of its own, begun when the delete is over.

use poll_promise::Promise;

use super::app::App;
use crate::job;
use crate::ledger::LedgerError;
use crate::model::{JobState, JobSummary, Plan, ProfileId};

/// A purge whose items are being read.
pub(super) struct Purging {
    profile: ProfileId,
    plan: Promise<Result<Option<Plan>, LedgerError>>,
}

impl App {
    /// Reads what a delete deleted, if it asked for a purge of that.
    pub(super) fn purge_later(&mut self, profile: &ProfileId, summary: &JobSummary) {
        let over = summary.state == JobState::Ended && summary.tally.done > 0;
        let (true, true, Ok(ledger)) = (summary.args.purge, over, &self.ledger) else {
            return;
        };
        let (ledger, summary) = (ledger.clone(), summary.clone());
        let read = move || job::purge_owed(&ledger, &summary);
        self.purging.push(Purging {
            profile: profile.clone(),
            plan: self.engine.ask_blocking(read),
        });
    }

    /// Begins purges whose items have been read.
    pub(super) fn purge_ready(&mut self) {
        let waiting = std::mem::take(&mut self.purging);
        for Purging { profile, plan } in waiting {
            match plan.try_take() {
                Ok(Ok(Some(plan))) => self.purge(&profile, plan),
                Ok(Ok(None)) => {}
                Ok(Err(error)) => self.notify(format!("Nothing was purged: {error}")),
                Err(plan) => self.purging.push(Purging { profile, plan }),
            }
        }
    }

    fn purge(&mut self, profile: &ProfileId, plan: Plan) {
        let Ok(ledger) = self.ledger.clone() else {
            return;
        };
        let engine = &self.engine;
        let mut workspaces = self.workspaces.iter_mut();
        let workspace = workspaces.find(|workspace| workspace.profile.id == *profile);
        let Some(workspace) = workspace else { return };
        if let Err(why) = workspace.start(engine, ledger, plan) {
            self.notify(format!(
                "What was deleted was not purged from the CDN: {why}"
            ));
        }
    }
}
