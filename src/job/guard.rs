//! The keep list, held against a plan: what must not be deleted is left out, with the reason.

use std::collections::HashSet;

use crate::catalogue::{Catalogue, Filter, ProblemIndex, Query, RowSet, Sort, arrange};
use crate::model::path::is_within;
use crate::model::{FileRow, ItemId, ItemKind, Keep, PlanItem, Verb, size};

const KEPT: &str = "it is on the keep list";
const NOT_LISTED: &str =
    "it is not in the list of files, so it could not be held against the keep list";

/// A keep list, ready to be asked.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    ids: HashSet<String>,
    rules: Vec<(Filter, String)>,
}

impl Guard {
    /// Whether the verb deletes files: a keep list matters, and a continued job looks before it sends.
    pub fn minds(verb: Verb) -> bool {
        matches!(verb, Verb::Delete | Verb::DeleteFolders)
    }

    /// Why one file is never deleted; `None` if it may be.
    pub fn why(&self, file: &FileRow) -> Option<String> {
        if self.is_empty() {
            return None;
        }
        let mut catalogue = Catalogue::new();
        let epoch = catalogue.begin();
        catalogue.merge(epoch, vec![file.clone()]);
        let mut items = [PlanItem::from_file(file)];
        self.mark(Verb::Delete, &catalogue, &mut items);
        let [item] = items;
        item.guard
    }

    /// Reads a keep list. It minds verbs that delete files, and no others.
    ///
    /// # Errors
    /// Where its filter is none, in words; then nothing may be deleted, for nobody knows what was to be kept.
    pub fn of(keep: &Keep, verb: Verb) -> Result<Self, String> {
        if !Self::minds(verb) {
            return Ok(Self::default());
        }
        let mut rules = Vec::new();
        let filter = keep.filter.trim();
        if !filter.is_empty() {
            let words = format!("the keep list's filter “{filter}” matches it");
            let read = Filter::of(filter).map_err(|wrong| {
                format!("The filter of the keep list is wrong: {wrong}. Nothing is deleted before it is mended.")
            })?;
            if !read.groups().is_empty() {
                return Err("The filter of a keep list cannot use in: groups change.".to_owned());
            }
            rules.push((read, words));
        }
        let key = keep.metadata_key.trim();
        if !key.is_empty() {
            let words = format!("it has the metadata key “{key}” of the keep list");
            rules.push((Filter::has_key(key), words));
        }
        Ok(Self {
            ids: keep.ids.iter().map(|id| id.plain().into_owned()).collect(),
            rules,
        })
    }

    fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.rules.is_empty()
    }

    /// Whether all files have to be known to tell what of a plan is kept: for a rule, and for a folder, which may
    /// hold a file that is kept by its id.
    pub fn needs_list(&self, verb: Verb) -> bool {
        !self.rules.is_empty() || (verb.kind() == ItemKind::Folder && !self.ids.is_empty())
    }

    /// Guards the items that must be kept. What the catalogue does not know is kept too where ids alone do not
    /// tell; a folder is kept that holds a file to keep.
    pub fn mark(&self, verb: Verb, catalogue: &Catalogue, items: &mut [PlanItem]) {
        if self.is_empty() {
            return;
        }
        let rules = self.rows(catalogue);
        if verb.kind() == ItemKind::Folder {
            return self.mark_folders(catalogue, &rules, items);
        }
        let unlisted = (!rules.is_empty()).then_some(NOT_LISTED);
        self.mark_files(catalogue, &rules, unlisted, items);
    }

    /// The same by files that the service was just asked for: what is not among them is not there.
    pub(super) fn mark_seen(&self, verb: Verb, catalogue: &Catalogue, items: &mut [PlanItem]) {
        let rules = self.rows(catalogue);
        match verb.kind() {
            ItemKind::Folder => self.mark_folders(catalogue, &rules, items),
            _ => self.mark_files(catalogue, &rules, None, items),
        }
    }

    fn mark_files(
        &self,
        catalogue: &Catalogue,
        rules: &[Rule<'_>],
        unlisted: Option<&str>,
        items: &mut [PlanItem],
    ) {
        for item in items.iter_mut().filter(|item| item.guard.is_none()) {
            item.guard = match catalogue.find(item.id.as_str()) {
                _ if self.has(&item.id) => Some(KEPT.to_owned()),
                Some(row) if !catalogue.row(row).is_gone() => reason(rules, row),
                _ => unlisted.map(str::to_owned),
            };
        }
    }

    fn mark_folders(&self, catalogue: &Catalogue, rules: &[Rule<'_>], items: &mut [PlanItem]) {
        let mut kept: Vec<u64> = vec![0; items.len()];
        for ix in 0..catalogue.slots() as u32 {
            let row = catalogue.row(ix);
            let is_kept = || self.has(&ItemId::new(row.id())) || reason(rules, ix).is_some();
            if row.is_gone() || row.removed().is_some() || !is_kept() {
                continue;
            }
            for (count, item) in kept.iter_mut().zip(items.iter()) {
                *count += u64::from(is_within(row.folder(), item.id.as_str()));
            }
        }
        for (item, files) in items.iter_mut().zip(kept) {
            if files > 0 && item.guard.is_none() {
                let files = size::counted(files, "file", "files");
                item.guard = Some(format!("it holds {files} of the keep list"));
            }
        }
    }

    fn has(&self, id: &ItemId) -> bool {
        !self.ids.is_empty() && self.ids.contains(&*id.plain())
    }

    fn rows(&self, catalogue: &Catalogue) -> Vec<Rule<'_>> {
        let found = |filter: &Filter| -> RowSet {
            let query = Query {
                filter: filter.clone(),
                ..Query::default()
            };
            let shown = arrange(catalogue, &query, Sort::default(), &ProblemIndex::default());
            shown.order.iter().copied().collect()
        };
        let rules = self.rules.iter();
        rules
            .map(|(filter, words)| (found(filter), words.as_str()))
            .collect()
    }
}

/// Rows that a rule keeps, and why.
type Rule<'a> = (RowSet, &'a str);

fn reason(rules: &[Rule<'_>], row: u32) -> Option<String> {
    let rule = rules.iter().find(|(rows, _)| rows.contains(row));
    rule.map(|(_, words)| (*words).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FileRow;

    #[test]
    fn what_left_the_list_cannot_be_held_against_a_rule() {
        let keep = Keep {
            filter: "name:logo".to_owned(),
            ..Keep::default()
        };
        let guard = Guard::of(&keep, Verb::Delete).unwrap();
        let mut catalogue = Catalogue::new();
        let mut list = |names: &[&str]| {
            let row = |name: &&str| FileRow {
                name: (*name).to_owned(),
                ..FileRow::unknown((*name).into())
            };
            let epoch = catalogue.begin();
            catalogue.merge(epoch, names.iter().map(row).collect());
            catalogue.finish(epoch);
            let mut items = ["logo", "plain"].map(|id| PlanItem::bare(id.into()));
            guard.mark(Verb::Delete, &catalogue, &mut items);
            items.map(|item| item.guard)
        };
        let [logo, plain] = list(&["logo", "plain"]);
        assert!(logo.is_some_and(|why| why.contains("“name:logo”")) && plain.is_none());
        // Somebody restores it later.
        let [logo, plain] = list(&["plain"]);
        assert_eq!((logo.as_deref(), plain), (Some(NOT_LISTED), None));
    }
}
