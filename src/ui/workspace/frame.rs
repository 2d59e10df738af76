//! What follows the rows once a frame.

use egui::Context;

use super::Workspace;
use crate::ui::engine::Engine;
use crate::ui::files::Known;
use crate::ui::item_list::Items;
use crate::ui::saved::Rows;

impl Workspace {
    /// Follows the service's folders and what it does to them. Once a frame; `true` if files have to be
    /// listed again.
    pub fn tick_folders(&mut self, ctx: &Context, engine: &Engine) -> bool {
        if !self.can().folders {
            return false;
        }
        self.folders.tick(engine, &self.catalogue);
        let session = self.session().cloned();
        let mut changed = false;
        for change in &mut self.folders.changes {
            changed |= change.tick(ctx, engine, session.as_ref());
        }
        changed
    }

    /// Keeps selections and orders in step with the rows. Once a frame.
    pub fn arrange(&mut self, engine: &Engine) {
        if self.pruned != self.catalogue.generation() {
            self.pruned = self.catalogue.generation();
            self.files.prune(&self.catalogue);
            self.removed.prune(&self.catalogue);
            if let Some(search) = &mut self.search {
                search.list.prune(&self.catalogue);
            }
        }
        self.groups.tidy();
        self.renders.list.tidy();
        self.templates.list.tidy();
        self.usage.tidy();
        self.look_into_groups(engine);
        let id = self.profile.id.clone();
        let known = Known {
            catalogue: &self.catalogue,
            problems: (&self.problem_rows, self.problem_version),
            members: (self.looking.members(), self.looking.version()),
        };
        let found = self.search.as_mut().map(|search| &mut search.list);
        let lists = [&mut self.files, &mut self.removed].into_iter();
        for list in lists.chain(found) {
            list.arrange(engine, &id, known);
        }
    }

    /// Counts what saved filters find, if something changed. Once a frame, for the profile that is shown.
    pub fn count(&mut self, ctx: &Context, engine: &Engine, mut filters: Vec<String>) {
        filters.retain(|filter| self.knows_groups_of(filter));
        let rows = Rows {
            catalogue: &self.catalogue,
            problems: (&self.problem_rows, self.problem_version),
            members: (self.looking.members(), self.looking.version()),
        };
        if !self.files.is_new() {
            self.watch.tick(ctx, engine, &rows, filters);
        }
    }

    /// Whether all lists show their newest order.
    pub fn is_settled(&self) -> bool {
        let known = Known {
            catalogue: &self.catalogue,
            problems: (&self.problem_rows, self.problem_version),
            members: (self.looking.members(), self.looking.version()),
        };
        let found = self.search.as_ref().map(|search| &search.list);
        let mut lists = [&self.files, &self.removed].into_iter().chain(found);
        let asks = self.looking.is_busy() || self.groups.progress.is_loading();
        lists.all(|list| list.is_settled(known)) && (self.wanted_groups().is_empty() || !asks)
    }
}
