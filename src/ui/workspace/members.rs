//! Groups that a filter names, and which files are in them.

use super::Workspace;
use crate::catalogue::Filter;
use crate::ui::engine::Engine;

impl Workspace {
    /// Lists groups and reads those that a filter names.
    pub(super) fn look_into_groups(&mut self, engine: &Engine) {
        if let Some(open) = &self.groups.open
            && let Some(answer) = &open.answer
            && let Some(Ok(details)) = answer.ready()
        {
            self.looking.note(details);
        }
        let wanted = self.wanted_groups();
        let Some(session) = self.session().cloned() else {
            return;
        };
        if wanted.is_empty() || !self.can().groups {
            return;
        }
        if self.groups.progress.is_new() {
            self.refresh_groups(engine);
        }
        let groups = self.groups.ids();
        self.looking.tick(engine, &session.service, groups, &wanted);
    }

    pub(super) fn wanted_groups(&self) -> Vec<String> {
        let lists = [&self.files, &self.removed];
        lists
            .into_iter()
            .flat_map(|list| list.typed.groups())
            .collect()
    }

    /// Whether the members of groups that the filter names are still being asked for.
    pub fn is_looking(&self) -> bool {
        let named = self
            .shown()
            .is_some_and(|list| !list.typed.groups().is_empty());
        named && self.can().groups && (self.looking.is_busy() || self.groups.progress.is_loading())
    }

    /// What a filter that names groups does not know, in words.
    pub fn group_words(&self) -> Option<String> {
        if self.shown()?.typed.groups().is_empty() {
            return None;
        }
        if !self.can().groups {
            return Some(format!("{} has no groups.", self.profile.service));
        }
        if let crate::ui::files::Progress::Failed(error) = &self.groups.progress {
            return Some(format!("The groups could not be listed: {error}"));
        }
        if self.groups.progress.is_loading() {
            return Some("Listing the groups…".to_owned());
        }
        self.looking.words()
    }

    /// Whether the members of all groups that a filter names are known: before, nothing is known of what it
    /// finds.
    pub(super) fn knows_groups_of(&self, filter: &str) -> bool {
        let named = Filter::of(filter).map(|filter| filter.groups());
        let named = named.unwrap_or_default();
        let listed = matches!(self.groups.progress, crate::ui::files::Progress::Loaded(_));
        named.is_empty() || listed && self.looking.covers(self.groups.ids(), &named)
    }
}
