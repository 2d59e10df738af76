//! Jobs of a profile: one at a time; rows change only by what was said of them.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::{Problem, Running, Workspace};
use crate::catalogue::Change;
use crate::job::Guard;
use crate::ledger::Ledger;
use crate::model::{ItemId, JobId, JobRecord, Outcome, Plan, Settled, Verb};
use crate::ui::engine::{Engine, Session};

impl Workspace {
    /// Starts a job from a confirmed plan, or says why it cannot.
    pub fn start(
        &mut self,
        engine: &Engine,
        ledger: Arc<Ledger>,
        plan: Plan,
    ) -> Result<(), String> {
        let session = self.session_for(plan.verb)?;
        let keep = Guard::of(&self.profile.keep, plan.verb)?;
        let stop = CancellationToken::new();
        self.running = Some(Running {
            job: None,
            verb: plan.verb,
            ids: plan.items().iter().map(|item| item.id.clone()).collect(),
            progress: None,
            stop: stop.clone(),
            began: std::time::Instant::now(),
            before: 0,
        });
        let newest = self.catalogue.clone();
        engine.start_job(session, ledger, (plan, newest, keep), stop);
        Ok(())
    }

    /// Goes on with a job that was cut off, stopped or halted, or says why it cannot.
    pub fn go_on(
        &mut self,
        engine: &Engine,
        ledger: Arc<Ledger>,
        record: &JobRecord,
    ) -> Result<(), String> {
        let session = self.session_for(record.summary.verb)?;
        let keep = Guard::of(&self.profile.keep, record.summary.verb)?;
        let stop = CancellationToken::new();
        let summary = &record.summary;
        let open = summary.tally.pending + summary.tally.not_sent + summary.tally.unknown;
        self.running = Some(Running {
            job: Some(summary.id),
            verb: summary.verb,
            ids: record
                .items
                .iter()
                .map(|item| item.item.id.clone())
                .collect(),
            progress: None,
            stop: stop.clone(),
            began: std::time::Instant::now(),
            before: summary.tally.items() - open,
        });
        let job = (summary.id, keep);
        engine.continue_job(session, ledger, self.profile.id.clone(), job, stop);
        Ok(())
    }

    /// The session, if a job may begin now. One job of a profile at a time: a second would take the first
    /// one's place in the window, and nobody could stop it.
    fn session_for(&self, verb: Verb) -> Result<Session, String> {
        match (self.why_not(verb), self.session()) {
            (None, Some(session)) => Ok(session.clone()),
            (why, _) => Err(why.unwrap_or_default()),
        }
    }

    /// Takes the running job away if it is the one that ended; `None` is one that was never written down.
    pub fn job_over(&mut self, job: Option<JobId>) -> Option<Running> {
        self.running.take_if(|running| running.job == job)
    }

    /// Takes in how items of the running job ended: rows change only by what was said of them.
    pub fn settled(&mut self, job: JobId, settled: &[Settled]) {
        let Some(running) = self
            .running
            .as_mut()
            .filter(|running| running.job == Some(job))
        else {
            return;
        };
        let (ids, verb) = (running.ids.clone(), running.verb);
        // Rows and the bar below them show the same state of the job: its own numbers come a little later.
        if let Some(progress) = &mut running.progress {
            let open = usize::try_from(progress.tally.pending).unwrap_or(usize::MAX);
            for end in settled.iter().take(open) {
                progress.tally.settle(end.outcome);
            }
        }
        let mut changed = false;
        for end in settled {
            if let Some(id) = ids.get(end.seq as usize) {
                changed |= self.note(id, verb, end);
            }
        }
        if changed {
            self.index_problems();
        }
    }

    /// Takes one item's end in; whether the problems changed by it.
    pub(super) fn note(&mut self, id: &ItemId, verb: Verb, end: &Settled) -> bool {
        if let Some(items) = self.items_of(verb.kind()) {
            items.settled(id, verb, end);
            return false;
        }
        if let Some(problem) = Problem::of(verb, end) {
            self.problems.insert(id.clone(), problem);
            return true;
        }
        let at = end.service_time.unwrap_or(end.settled_at);
        let change = match (verb, end.outcome) {
            (_, Outcome::Skipped | Outcome::NotSent) => return false,
            (
                Verb::DeleteGroups
                | Verb::DeleteFolders
                | Verb::DeleteRenders
                | Verb::DeleteTemplates,
                _,
            ) => None,
            (_, Outcome::Absent) => Some(Change::Gone),
            (Verb::Delete, _) => Some(Change::Removed(at)),
            (Verb::Store, _) => Some(Change::Stored(at)),
            (Verb::Restore, _) => Some(Change::Restored(Some(at))),
            (
                Verb::AddTags
                | Verb::RemoveTags
                | Verb::Copy
                | Verb::Move
                | Verb::Rename
                | Verb::Purge,
                _,
            ) => None,
        };
        if let (Some(change), Some(row)) = (change, self.catalogue.find(id.as_str())) {
            self.catalogue.apply(row, change);
        }
        self.problems.remove(id).is_some()
    }
}

#[cfg(test)]
mod tests {
    use egui::Context;

    use super::*;
    use crate::model::{Account, PlanItem, ProfileId, ServiceKind};
    use crate::profile::Profile;
    use crate::ui::workspace::State;

    fn open_workspace() -> Workspace {
        let profile = Profile {
            public_key: "public".into(),
            api_base: Some("http://127.0.0.1:1".into()),
            ..Profile::new(ProfileId("p".into()), "Shop", ServiceKind::Uploadcare)
        };
        let keys = profile.credentials("secret".to_owned().into());
        let account = Account {
            name: "shop".into(),
            key: "public".into(),
        };
        let service = crate::service::open(&keys).unwrap();
        Workspace {
            state: State::Open(Session { service, account }),
            ..Workspace::new(profile)
        }
    }

    fn plan(workspace: &Workspace, id: &str) -> Plan {
        let session = workspace.session().unwrap();
        let base = session.service.api_base();
        let source = workspace.profile.source(session.account.clone(), base);
        Plan::new(Verb::Delete, source, vec![PlanItem::bare(id.into())])
    }

    #[test]
    fn a_job_that_runs_is_not_replaced_by_another() {
        let engine = Engine::new(Context::default()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let ledger = Arc::new(Ledger::open(dir.path()).unwrap());
        let mut workspace = open_workspace();
        let (one, other) = (plan(&workspace, "a"), plan(&workspace, "b"));
        let job = ledger.create_job(&other).unwrap();
        let record = ledger.record(job).unwrap();
        workspace
            .start(&engine, ledger.clone(), one.clone())
            .unwrap();
        workspace
            .go_on(&engine, ledger.clone(), &record)
            .unwrap_err();
        workspace.start(&engine, ledger.clone(), other).unwrap_err();
        let running = workspace.running.as_ref().unwrap();
        assert_eq!(running.ids[0].as_str(), "a");

        assert!(workspace.job_over(Some(job)).is_none(), "not its end");
        assert!(workspace.running.is_some());
        assert!(workspace.job_over(None).is_some());
    }

    #[test]
    fn a_read_only_profile_does_not_go_on_with_a_job() {
        let engine = Engine::new(Context::default()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let ledger = Arc::new(Ledger::open(dir.path()).unwrap());
        let mut workspace = open_workspace();
        let job = ledger.create_job(&plan(&workspace, "a")).unwrap();
        let record = ledger.record(job).unwrap();
        workspace.profile.read_only = true;
        let words = workspace.go_on(&engine, ledger, &record).unwrap_err();
        assert!(words.contains("read-only"), "{words}");
        assert!(workspace.running.is_none());
    }
}
