//! Commands about jobs of the history: continue, restore, report.

use crate::model::{JobId, Outcome, Verb, text};
use crate::ui::app::{App, Continuing, Sheet};
use crate::ui::command::Command;
use crate::ui::sheets::report::ReportSheet;

impl App {
    /// Goes to the profile that a job belongs to, if it is still in the list and open. One that is not is opened,
    /// and the command waits for it.
    fn go_to_profile_of(&mut self, job: JobId, then: Command) -> Option<usize> {
        let source = self.history.job(job)?.source.clone();
        let at = self
            .workspaces
            .iter()
            .position(|workspace| workspace.profile.id == source.profile);
        let Some(at) = at else {
            self.notify(format!(
                "Job {job} belongs to the profile {}, which is not in the list any more. Add it again to go on.",
                source.profile_name
            ));
            return None;
        };
        if self.workspaces[at].session().is_none() {
            self.wait_for_profile(at, job, then);
            return None;
        }
        self.waiting = None;
        self.current = at;
        Some(at)
    }

    pub(super) fn restore_job(&mut self, job: JobId) {
        let Some(at) = self.go_to_profile_of(job, Command::RestoreJob(job)) else {
            return;
        };
        if let Some(words) = self.is_of_another(job, at) {
            return self.notify(words);
        }
        let Ok(ledger) = self.ledger.clone() else {
            return;
        };
        self.open_plan(at, Verb::Restore, move || {
            let record = ledger.record(job).map_err(|error| error.to_string())?;
            let done = record
                .items
                .into_iter()
                .filter(|item| item.outcome() == Some(Outcome::Done));
            Ok(done.map(|item| item.item).collect())
        });
    }

    /// Why the keys of the profile cannot bring back what a job took; `None` if they can.
    fn is_of_another(&self, job: JobId, at: usize) -> Option<String> {
        let was = &self.history.job(job)?.source.account;
        let now = &self.workspaces[at].session()?.account;
        (!was.may_be(now)).then(|| {
            format!(
                "Job {job} was of “{}” ({}), but the profile's keys open “{}” ({}) now. Give it the keys of the \
                 first, then restore.",
                text::visible(was.label()),
                was.key,
                text::visible(now.label()),
                now.key
            )
        })
    }

    pub(super) fn continue_job(&mut self, job: JobId) {
        let Some(at) = self.go_to_profile_of(job, Command::Continue(job)) else {
            return;
        };
        let Ok(ledger) = self.ledger.clone() else {
            return;
        };
        if self.workspaces[at].running.is_some() {
            self.notices
                .push("A job of this profile is running. Continue when it has ended.".into());
            return;
        }
        let profile = self.workspaces[at].profile.id.clone();
        let record = self.engine.ask_blocking(move || ledger.record(job));
        self.continuing.push(Continuing {
            profile,
            job,
            record,
        });
    }

    /// Starts jobs whose items have been read.
    pub(in crate::ui) fn continue_ready(&mut self) {
        let (ready, waiting) = std::mem::take(&mut self.continuing)
            .into_iter()
            .partition(|one| one.record.ready().is_some());
        self.continuing = waiting;
        for one in ready {
            let one: Continuing = one;
            match one.record.try_take() {
                Ok(Ok(record)) => {
                    let Ok(ledger) = self.ledger.clone() else {
                        continue;
                    };
                    self.refresh_keep(&one.profile);
                    let engine = &self.engine;
                    let workspace = self
                        .workspaces
                        .iter_mut()
                        .find(|w| w.profile.id == one.profile);
                    if let Some(workspace) = workspace {
                        workspace.toast = None;
                        let gone_on = workspace.go_on(engine, ledger, &record);
                        self.notices.extend(gone_on.err());
                    }
                }
                Ok(Err(error)) => self.notify(error.to_string()),
                Err(_) => {}
            }
        }
    }

    pub(super) fn save_report(&mut self, job: JobId) {
        let Some(summary) = self.history.job(job) else {
            self.refresh_history();
            return;
        };
        let home = etcetera::home_dir().unwrap_or_else(|_| std::env::temp_dir());
        self.sheet = Some(Sheet::Report(Box::new(ReportSheet::new(
            summary.clone(),
            home,
        ))));
    }
}
