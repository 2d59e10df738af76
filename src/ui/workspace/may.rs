//! What can be done now, and why not.

use super::{State, Workspace};
use crate::model::{ItemId, Verb};
use crate::ui::command::{Command, FolderAct};

impl Workspace {
    /// Why a verb cannot be planned now; `None` if it can.
    pub fn why_not(&self, verb: Verb) -> Option<String> {
        match self.state {
            State::Open(_) => {}
            State::Failed(_) => {
                return Some(
                    "Whose files these are could not be verified. Try again first.".into(),
                );
            }
            State::Opening => return Some("Whose files these are is being verified.".into()),
            State::Closed => return Some("The profile is not open.".into()),
        }
        if !self.can().verbs.contains(&verb) {
            return Some(format!("{} cannot do this.", self.profile.service));
        }
        if self.profile.read_only && verb.destroys() {
            return Some("This profile is read-only: nothing is deleted with it.".into());
        }
        if self.running.is_some() {
            return Some("A job of this profile is running.".into());
        }
        self.blocked.clone()
    }

    /// Why a command cannot be done now; `None` if it can.
    pub fn why_not_do(&self, command: &Command) -> Option<String> {
        match command {
            Command::Plan(Verb::Rename) if self.selected() != 1 => {
                Some("Select one file: names are given one by one.".into())
            }
            Command::CopyUrls => self.why_no_urls(),
            Command::Plan(verb) => self.why_not(*verb),
            Command::DeleteFolder(path) if **path == *"/" => {
                Some("This is the whole library.".into())
            }
            Command::DeleteFolder(_) => self.why_not(Verb::DeleteFolders),
            Command::Folder(act, path) => self.why_not_change(*act, path),
            _ => None,
        }
    }

    fn why_not_change(&self, act: FolderAct, path: &str) -> Option<String> {
        if path == "/" && act != FolderAct::New {
            return Some("This is the whole library.".into());
        }
        if self.session().is_none() {
            return Some("The profile is not open.".into());
        }
        // A copy or a new folder takes nothing away.
        let takes = matches!(act, FolderAct::Rename | FolderAct::Move);
        if takes && self.profile.read_only {
            return Some("This profile is read-only: nothing is moved or renamed with it.".into());
        }
        if takes && self.running.is_some() {
            return Some("A job of this profile is running.".into());
        }
        None
    }

    /// What *Retry* would do: the verb that most problems came from, and their ids.
    pub fn to_retry(&self) -> Option<(Verb, Vec<ItemId>)> {
        let count = |verb: &Verb| {
            self.problems
                .values()
                .filter(|problem| problem.verb == *verb)
                .count()
        };
        let verb = Verb::ALL
            .into_iter()
            .filter(|verb| count(verb) > 0)
            .max_by_key(count)?;
        let mut ids: Vec<ItemId> = self
            .problems
            .iter()
            .filter(|(_, problem)| problem.verb == verb)
            .map(|(id, _)| id.clone())
            .collect();
        ids.sort();
        Some((verb, ids))
    }
}
