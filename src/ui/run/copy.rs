//! Copying what is selected.

use egui::Context;

use crate::model::size;
use crate::ui::app::App;
use crate::ui::flash;
use crate::ui::item_list::Items;
use crate::ui::workspace::Workspace;

impl App {
    pub(super) fn copy(&mut self, ctx: &Context, urls: bool) {
        let Some(workspace) = self.workspaces.get(self.current) else {
            return;
        };
        let lines = match workspace.items() {
            Some(items) => lines_of(items, urls),
            None => file_lines(workspace, urls),
        };
        let (one, many) = if urls { ("URL", "URLs") } else { ("id", "ids") };
        let what = size::counted(lines.len() as u64, one, many);
        flash::copy(ctx, lines.join("\n"), &what);
    }
}

/// The selected items, a line each.
fn lines_of(items: &dyn Items, urls: bool) -> Vec<String> {
    if urls {
        return items.selected_urls();
    }
    let ids = items.selected_items().into_iter();
    ids.map(|item| item.id.to_string()).collect()
}

/// The selected files, a line each.
fn file_lines(workspace: &Workspace, urls: bool) -> Vec<String> {
    let ids = match workspace.shown() {
        Some(list) => list.freeze(&workspace.catalogue).ids(),
        None => Vec::new(),
    };
    let service = workspace.session().map(|session| session.service.clone());
    let line = |id: &crate::model::ItemId| match &service {
        Some(service) if urls => service.file_url(id).unwrap_or_else(|| id.to_string()),
        _ => id.to_string(),
    };
    ids.iter().map(line).collect()
}
