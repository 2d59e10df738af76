//! Commands about profiles and their keep lists.

use egui::Context;

use crate::model::{Keep, ProfileId};
use crate::profile::Profile;
use crate::ui::app::{App, Sheet};
use crate::ui::flash;
use crate::ui::workspace::{Toast, Workspace};

impl App {
    pub(super) fn ask_forget(&mut self, id: &ProfileId) {
        let busy = self
            .workspaces
            .iter()
            .any(|workspace| workspace.profile.id == *id && workspace.is_busy());
        if busy {
            self.notices
                .push("A job of this profile is running. Stop it first.".into());
        } else if let Some(profile) = self.profiles.get(id) {
            self.sheet = Some(Sheet::Forget(Box::new(profile.clone())));
        }
    }

    pub(in crate::ui) fn forget(&mut self, id: ProfileId) {
        if let Err(error) = self.profiles.remove(&id) {
            self.notify(error.to_string());
            return;
        }
        self.engine.caches.forget(&self.engine, &id);
        self.workspaces
            .retain(|workspace| workspace.profile.id != id);
        self.current = self.current.min(self.workspaces.len().saturating_sub(1));
        self.open_current();
        let secrets = self.secrets.clone();
        // A keyring that is gone cannot be asked to forget; the profile is forgotten all the same.
        drop(self.engine.ask(async move { secrets.forget(&id).await }));
    }

    pub(in crate::ui) fn save_profile(&mut self, mut profile: Profile) {
        // The sheet that it comes from has no keep list: one that is new has none, an old one's stays as it is.
        drop(self.profiles.refresh());
        if let Some(known) = self.profiles.get(&profile.id) {
            profile.keep = known.keep.clone();
        }
        if let Err(error) = self.profiles.put(profile.clone()) {
            self.notify(error.to_string());
            return;
        }
        match self
            .workspaces
            .iter()
            .position(|workspace| workspace.profile.id == profile.id)
        {
            Some(at) if self.workspaces[at].running.is_some() => {
                self.workspaces[at].profile = profile;
                self.workspaces[at].edited = true;
                self.current = at;
            }
            Some(at) => {
                self.workspaces[at] = Workspace::new(profile);
                self.current = at;
            }
            None => {
                self.workspaces.push(Workspace::new(profile));
                self.current = self.workspaces.len() - 1;
            }
        }
        self.settle_workspaces();
        self.open_current();
    }

    /// Opens a profile anew that was edited while its job ran: the keys may be others.
    pub(in crate::ui) fn open_edited(&mut self, id: &ProfileId) {
        let mut workspaces = self.workspaces.iter_mut();
        let edited = workspaces.find(|one| one.profile.id == *id && one.edited);
        let Some(workspace) = edited.filter(|one| one.running.is_none()) else {
            return;
        };
        let before = std::mem::replace(workspace, Workspace::new(workspace.profile.clone()));
        workspace.place = before.place;
        // Its rows are listed anew: what was wrong with them is in the history.
        workspace.toast = before.toast.map(|toast| Toast {
            problems: false,
            ..toast
        });
        self.settle_workspaces();
        self.open_current();
    }

    /// Takes over a profile's keep list from its file: `tallyman keep` may have changed it while the window is open.
    pub(in crate::ui) fn refresh_keep(&mut self, id: &ProfileId) {
        // A file that cannot be read takes nothing off the list.
        drop(self.profiles.refresh());
        let keep = self.profiles.get(id).map(|profile| profile.keep.clone());
        let mut workspaces = self.workspaces.iter_mut();
        let workspace = workspaces.find(|workspace| workspace.profile.id == *id);
        if let (Some(keep), Some(workspace)) = (keep, workspace) {
            workspace.profile.keep = keep;
        }
    }

    /// Puts the selected files on the profile's keep list, or takes them off.
    pub(super) fn keep_selected(&mut self, ctx: &Context, on: bool) {
        if let Some(workspace) = self.workspaces.get(self.current) {
            let id = workspace.profile.id.clone();
            self.refresh_keep(&id);
        }
        let Some(workspace) = self.workspaces.get(self.current) else {
            return;
        };
        let Some(list) = workspace.shown() else {
            return;
        };
        let ids = list.freeze(&workspace.catalogue).ids();
        let (id, mut keep) = (workspace.profile.id.clone(), workspace.profile.keep.clone());
        if on {
            keep.add(ids);
        } else {
            keep.remove(&ids);
        }
        self.keep_list(ctx, &id, keep);
    }

    /// Saves a profile's keep list; its files and jobs stay as they are.
    pub(in crate::ui) fn keep_list(&mut self, ctx: &Context, id: &ProfileId, keep: Keep) {
        let Some(workspace) = self.workspaces.iter_mut().find(|w| w.profile.id == *id) else {
            return;
        };
        let words = match keep.words() {
            empty if empty.is_empty() => "Nothing is on the keep list".to_owned(),
            words => format!("Never deleted: {words}"),
        };
        let profile = Profile {
            keep,
            ..workspace.profile.clone()
        };
        match self.profiles.put(profile.clone()) {
            Ok(()) => {
                workspace.profile = profile;
                flash::say(ctx, words);
            }
            Err(error) => self.notify(error.to_string()),
        }
    }
}
