//! Jobs that ended with problems while nobody was there to read of it: told once, at the next start.

use egui::Context;

use super::app::App;
use super::closing::Closing;
use super::command::Command;
use crate::model::{JobId, JobSummary, size, text};

impl App {
    /// Notes a job that ended with problems, until somebody has seen it.
    pub(super) fn note_unseen(&mut self, summary: &JobSummary) {
        if summary.tally.problems() > 0 && !self.settings.unseen.contains(&summary.id) {
            self.settings.unseen.push(summary.id);
            self.save_settings();
        }
    }

    /// The end of a job stands in the window; whoever moves or types there has it before their eyes.
    pub(super) fn see_toast(&mut self, ctx: &Context) {
        let there = ctx.input(|input| !input.events.is_empty());
        let covered = self.sheet.is_some() || self.closing != Closing::No;
        let toast = self.workspaces.get(self.current);
        let job = toast.and_then(|workspace| workspace.toast.as_ref()?.job);
        if let Some(job) = job.filter(|_| there && !covered) {
            self.see(job);
        }
    }

    /// Somebody knows how the job ended.
    pub(super) fn see(&mut self, job: JobId) {
        self.earlier.retain(|one| *one != job);
        if self.settings.unseen.contains(&job) {
            self.settings.unseen.retain(|one| *one != job);
            self.save_settings();
        }
    }

    /// Somebody has read of all of them.
    pub(super) fn see_all(&mut self) {
        for job in self.settings.unseen.clone() {
            self.see(job);
        }
    }

    /// The newest job that ended so before this start, and what to say of it.
    pub(super) fn earlier_words(&self) -> Option<(JobId, String)> {
        let known = self.earlier.iter().rev();
        let job = known.filter_map(|id| self.history.job(*id)).next()?;
        let zone = jiff::tz::TimeZone::system();
        let ended = job.ended.unwrap_or(job.created).to_minute(&zone);
        let others = match self.earlier.len() as u64 - 1 {
            0 => String::new(),
            more => format!(
                " So did {}.",
                size::counted(more, "other job", "other jobs")
            ),
        };
        let name = text::visible(&job.source.profile_name);
        let words = format!(
            "Job {} of {name} ended at {ended} with problems: {}.{others}",
            job.id,
            job.sentence()
        );
        Some((job.id, words))
    }

    /// What was clicked of the line that tells of them.
    pub(super) fn earlier_clicked(&mut self, job: JobId, shows: bool) {
        if shows {
            self.see(job);
            self.commands.push(Command::OpenJob(job));
        } else {
            self.see_all();
        }
    }
}
