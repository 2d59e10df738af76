//! Commands that open a plan.

use crate::job::Guard;
use crate::model::{ItemKind, PlanItem, Time, Verb, size, text};
use crate::ui::app::{App, Sheet};
use crate::ui::command::Command;
use crate::ui::files::{FileList, Progress};
use crate::ui::sheets::plan::PlanSheet;
use crate::ui::workspace::Workspace;

/// Why no folder can be planned to be deleted yet.
const UNLISTED: &str = "This profile has a keep list, and only the whole list of files tells which folders hold a file of \
                        it. Wait until it is read, or refresh it.";

impl App {
    pub(super) fn plan(&mut self, verb: Verb) {
        let Some(workspace) = self.workspaces.get(self.current) else {
            return;
        };
        // The Delete key means what is shown.
        let verb = match (verb, workspace.place.verb()) {
            (Verb::Delete, Some(verb)) => verb,
            (Verb::Delete, None) => return,
            (verb, _) => verb,
        };
        if workspace.why_not_do(&Command::Plan(verb)).is_some() {
            return;
        }
        let notes = selection_notes(workspace, verb);
        if let Some(items) = workspace.items() {
            let items = items.selected_items();
            if !items.is_empty() {
                self.open_plan(self.current, verb, move || Ok(items));
                self.mark_plan(None, notes);
            }
        } else if let Some(list) = workspace.shown()
            && !list.selection.is_empty()
        {
            let frozen = list.freeze(&workspace.catalogue);
            let unchecked = list.unchecked();
            let service = workspace.session().map(|session| session.service.clone());
            let purges =
                verb == Verb::Purge || verb == Verb::Delete && workspace.can().can(Verb::Purge);
            self.open_plan(self.current, verb, move || {
                let mut items = frozen.items();
                // The address outlives the file: it is what the delivery network is asked to forget.
                if let Some(service) = service.filter(|_| purges) {
                    items
                        .iter_mut()
                        .for_each(|item| item.url = service.file_url(&item.id));
                }
                Ok(items)
            });
            self.mark_plan(unchecked, notes);
        }
    }

    pub(in crate::ui) fn open_plan(
        &mut self,
        at: usize,
        verb: Verb,
        make: impl FnOnce() -> Result<Vec<PlanItem>, String> + Send + 'static,
    ) {
        let id = self.workspaces[at].profile.id.clone();
        self.refresh_keep(&id);
        let workspace = &self.workspaces[at];
        let Some(session) = workspace.session() else {
            return;
        };
        let (keep, catalogue) = (workspace.profile.keep.clone(), workspace.catalogue.clone());
        let whole = workspace.files.is_loaded();
        let make = move || {
            let guard = Guard::of(&keep, verb)?;
            if verb.kind() == ItemKind::Folder && guard.needs_list(verb) && !whole {
                return Err(UNLISTED.to_owned());
            }
            let mut items = make()?;
            guard.mark(verb, &catalogue, &mut items);
            Ok(items)
        };
        let folders = &workspace.folders;
        let sheet = PlanSheet::open(
            &self.engine,
            &workspace.profile,
            session,
            verb,
            folders,
            make,
        );
        self.sheet = Some(Sheet::Plan {
            profile: workspace.profile.id.clone(),
            sheet: Box::new(sheet),
        });
    }

    /// Lets the open plan say what to know of its selection, and whether its rows come from a list that was not
    /// checked to its end.
    fn mark_plan(&mut self, unchecked: Option<Time>, selection: Vec<String>) {
        if let Some(Sheet::Plan { sheet, .. }) = &mut self.sheet {
            sheet.unchecked = unchecked;
            sheet.selection = selection;
        }
    }

    pub(super) fn retry(&mut self) {
        let Some(workspace) = self.workspaces.get(self.current) else {
            return;
        };
        if let Some(items) = workspace.items() {
            if let Some((verb, items)) = items.to_retry() {
                self.open_plan(self.current, verb, move || Ok(items));
            }
            return;
        }
        let Some((verb, ids)) = workspace.to_retry() else {
            return;
        };
        let catalogue = workspace.catalogue.clone();
        let unchecked = workspace.files.unchecked();
        self.open_plan(self.current, verb, move || {
            let item = |id: crate::model::ItemId| match catalogue.find(id.as_str()) {
                Some(row) => PlanItem::from_file(&catalogue.row(row).file_row()),
                None => PlanItem::bare(id),
            };
            Ok(ids.into_iter().map(item).collect())
        });
        self.mark_plan(unchecked, Vec::new());
    }
}

/// What to know of the selection before it is planned: what of it is not seen, whether it is everything, and
/// whether the box above it holds a filter at all.
fn selection_notes(workspace: &Workspace, verb: Verb) -> Vec<String> {
    let shown = workspace.shown().filter(|_| workspace.items().is_none());
    let ((selected, hidden), all) = match (shown, workspace.items()) {
        (Some(list), _) => (list.selected(), list.whole(&workspace.catalogue)),
        (None, Some(items)) => {
            let is_whole = matches!(items.progress(), Progress::Loaded(_));
            (items.selected(), is_whole.then(|| items.len() as u64))
        }
        (None, None) => return Vec::new(),
    };
    let mut notes = Vec::new();
    let kind = verb.kind();
    if verb.destroys() && all == Some(selected) && selected > 1 {
        let account = workspace.session().map(|session| session.account.label());
        let account = text::visible(account.unwrap_or_default()).into_owned();
        notes.push(format!(
            "The selection is every {} of {account}.",
            kind.noun(1)
        ));
    }
    if verb.destroys() && hidden > 0 {
        let noun = kind.noun(selected);
        notes.push(match (selected, hidden) {
            (1, _) => format!("The filter hides the selected {noun}."),
            _ if hidden == selected => format!("The filter hides all of the selected {noun}."),
            _ => {
                let hidden = size::counted(hidden, "is", "are");
                let selected = size::count(selected);
                format!("Of the {selected} selected {noun}, {hidden} hidden by the filter.")
            }
        });
    }
    notes.extend(shown.and_then(FileList::wrong_words));
    notes
}
