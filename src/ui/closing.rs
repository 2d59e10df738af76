//! Closing the window while jobs run: it is asked first, and no job's end answers for the person.

use egui::{Context, ViewportCommand};

use super::app::App;
use super::sheets::close::{self, Answer};
use super::workspace::Workspace;
use crate::model::{ProfileId, text};

/// How far closing has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Closing {
    /// Nobody wants it.
    #[default]
    No,
    /// It is being asked; jobs of these profiles ran when the question was put.
    Asked(Vec<ProfileId>),
    /// The window closes when all jobs have stopped.
    Agreed,
}

impl App {
    pub(super) fn close_politely(&mut self, ctx: &Context) {
        let asked = ctx.input(|input| input.viewport().close_requested());
        match self.closing {
            // A request while jobs are stopping closes at once: the ledger knows what is open.
            Closing::Agreed if self.is_idle() => ctx.send_viewport_cmd(ViewportCommand::Close),
            Closing::Agreed => {}
            _ if asked && !self.is_idle() => {
                let busy = self.workspaces.iter().filter(|one| one.is_busy());
                self.closing = Closing::Asked(busy.map(|one| one.profile.id.clone()).collect());
                ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            }
            _ => {}
        }
    }

    /// Whether it is being asked what to do with jobs.
    pub(super) fn is_asked_to_close(&self) -> bool {
        matches!(self.closing, Closing::Asked(_))
    }

    pub(super) fn close_question(&mut self, ctx: &Context) {
        let Closing::Asked(profiles) = &self.closing else {
            return;
        };
        let asked = |one: &&Workspace| one.is_busy() || profiles.contains(&one.profile.id);
        let jobs: Vec<String> = self.workspaces.iter().filter(asked).map(words).collect();
        let running = self.workspaces.iter().filter(|one| one.is_busy()).count();
        match close::ui(ctx, running, &jobs) {
            Some(Answer::Close) => {
                if running == 0 {
                    self.see_all();
                }
                self.stop_and_close();
            }
            Some(Answer::Keep) => self.closing = Closing::No,
            None => {}
        }
    }

    /// Stops all jobs; the window closes when they have stopped.
    fn stop_and_close(&mut self) {
        self.closing = Closing::Agreed;
        self.workspaces
            .iter()
            .filter_map(|workspace| workspace.running.as_ref())
            .for_each(|running| running.stop.cancel());
    }
}

/// How a profile's job goes, or what became of it.
fn words(workspace: &Workspace) -> String {
    let name = text::visible(&workspace.profile.name);
    match (&workspace.running, &workspace.toast) {
        (Some(running), _) => running.words(&name),
        (None, Some(toast)) => {
            let words = format!(
                "{name}: {}. {}",
                toast.text.trim_end_matches('.'),
                toast.more
            );
            words.trim_end().to_owned()
        }
        (None, None) => format!("{name}: it has ended."),
    }
}
