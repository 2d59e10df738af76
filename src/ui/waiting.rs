//! What was asked of a job whose profile is not open: it waits until the profile is, and says why it waits.

use super::app::App;
use super::command::{Command, Place};
use super::workspace::{State, Workspace};
use crate::model::{JobId, ProfileId, text};

/// A command that waits for its profile.
pub(super) struct Waiting {
    job: JobId,
    profile: ProfileId,
    command: Command,
    /// Whether the profile could not be opened since: then nothing starts without another click.
    failed: bool,
}

impl App {
    /// Goes to the profile, opens it, and runs the command when that has worked.
    pub(super) fn wait_for_profile(&mut self, at: usize, job: JobId, command: Command) {
        self.current = at;
        let workspace = &mut self.workspaces[at];
        workspace.show(&self.engine, Place::Files);
        workspace.open(&self.engine, &self.secrets);
        self.waiting = Some(Waiting {
            job,
            profile: workspace.profile.id.clone(),
            command,
            failed: false,
        });
    }

    /// Runs what waited once its profile is open. Once a frame.
    pub(super) fn waiting_ready(&mut self) {
        let state = self.awaited().map(|workspace| match workspace.state {
            State::Open(_) => Some(true),
            State::Failed(_) => Some(false),
            State::Closed | State::Opening => None,
        });
        let cut_off = self.cut_off().map(|(job, _)| job);
        let Some(waiting) = &mut self.waiting else {
            return;
        };
        match state {
            None => self.waiting = None,
            Some(Some(false)) => waiting.failed = true,
            Some(Some(true)) if !waiting.failed => {
                self.commands.push(waiting.command.clone());
                self.waiting = None;
            }
            // The line over the files offers to go on with a job that was cut off.
            Some(Some(true)) if cut_off == Some(waiting.job) => self.waiting = None,
            _ => {}
        }
    }

    fn awaited(&self) -> Option<&Workspace> {
        let waiting = self.waiting.as_ref()?;
        let mut workspaces = self.workspaces.iter();
        workspaces.find(|one| one.profile.id == waiting.profile)
    }

    /// Why it waits, and what can be done.
    pub(super) fn waiting_words(&self) -> Option<(String, Vec<Command>)> {
        let (waiting, workspace) = (self.waiting.as_ref()?, self.awaited()?);
        let name = text::visible(&workspace.profile.name);
        let job = waiting.job;
        let command = waiting.command.clone();
        Some(match &workspace.state {
            State::Open(_) => (
                format!("{name} is open. Job {job} can go on."),
                vec![command],
            ),
            State::Failed(error) => {
                let words = format!("Job {job} cannot go on: {} {}", error.message, error.hint);
                let edit = Command::EditProfile(waiting.profile.clone());
                let offers = match error.about_keys {
                    true => vec![edit],
                    false => vec![command, edit],
                };
                (words.trim_end().to_owned(), offers)
            }
            State::Closed | State::Opening => (
                format!("{name} is being opened. Job {job} goes on then."),
                Vec::new(),
            ),
        })
    }
}
