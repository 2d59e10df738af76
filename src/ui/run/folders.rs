//! Commands about folders.

use std::sync::Arc;

use egui::Context;

use crate::model::{FolderRow, PlanItem, ProfileId, Verb};
use crate::service::Listing;
use crate::ui::app::{App, Sheet};
use crate::ui::command::FolderAct;
use crate::ui::folders::Change;
use crate::ui::sheets::Stay;
use crate::ui::sheets::folder::{Done, FolderSheet};
use crate::ui::workspace::Workspace;

impl App {
    /// Shows the files of a folder, or all.
    pub(in crate::ui) fn show_folder(&mut self, path: Option<Arc<str>>) {
        let engine = &self.engine;
        let Some(workspace) = self.workspaces.get_mut(self.current) else {
            return;
        };
        workspace.show(engine, crate::ui::command::Place::Files);
        workspace.search_server(false);
        if let Some(path) = &path {
            // A folder that has files only below it would show nothing.
            let node = workspace.folders.tree.find(path);
            workspace.files.below = node.is_some_and(|node| node.own == 0 && node.all > 0);
            workspace.folders.reveal(path);
        }
        workspace.files.folder = path;
        workspace.files.table.scroll_to(0);
    }

    /// Opens the sheet that does this to a folder.
    pub(in crate::ui) fn folder_sheet(&mut self, act: FolderAct, path: &Arc<str>) {
        let Some(workspace) = self.workspaces.get(self.current) else {
            return;
        };
        let (profile, folders) = (&workspace.profile, &workspace.folders);
        let files = folders.files_in(path);
        let sheet = FolderSheet::new(profile, act, path.clone(), files, folders.tree.clone());
        self.sheet = Some(Sheet::Folder {
            profile: profile.id.clone(),
            sheet: Box::new(sheet),
        });
    }

    /// Opens the plan sheet that deletes a folder.
    pub(in crate::ui) fn plan_folder(&mut self, path: &str) {
        let row = FolderRow {
            path: path.to_owned(),
            created: None,
            updated: None,
        };
        let item = PlanItem::from_folder(&row);
        self.open_plan(self.current, Verb::DeleteFolders, move || Ok(vec![item]));
    }

    pub(in crate::ui) fn folder_ui(
        &mut self,
        ctx: &Context,
        profile: &ProfileId,
        sheet: &mut FolderSheet,
    ) -> Stay {
        let at = |workspace: &Workspace| workspace.profile.id == *profile;
        let Some(at) = self.workspaces.iter().position(at) else {
            return Stay::Close;
        };
        let session = self.workspaces[at].session().cloned();
        let (stay, done) = sheet.ui(ctx, &self.engine, session.as_ref());
        let workspace = &mut self.workspaces[at];
        match (done, session) {
            (Some(Done::Made(path)), Some(session)) => {
                workspace.folders.reveal(&path);
                workspace.folders.refresh(&self.engine, &session);
            }
            (Some(Done::Change(change)), Some(session)) => {
                let change = Change::begin(&self.engine, &session, change);
                workspace.folders.changes.push(change);
            }
            _ => {}
        }
        stay
    }

    /// Lists again what a job may have changed beyond the rows that it named.
    pub(in crate::ui) fn relist(&mut self, profile: &ProfileId, verb: Verb) {
        let engine = &self.engine;
        let mut workspaces = self.workspaces.iter_mut();
        let Some(workspace) = workspaces.find(|workspace| workspace.profile.id == *profile) else {
            return;
        };
        match verb {
            Verb::Restore | Verb::Copy | Verb::Move | Verb::Rename | Verb::DeleteFolders => {
                workspace.details.forget();
                workspace.refresh_files(engine, Listing::Existing);
            }
            Verb::AddTags | Verb::RemoveTags => workspace.details.forget(),
            _ => {}
        }
    }
}
