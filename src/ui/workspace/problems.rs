//! Which rows have problems.

use super::Workspace;
use crate::catalogue::ProblemIndex;

impl Workspace {
    /// Forgets all problems.
    pub fn clear_problems(&mut self) {
        self.problems.clear();
        self.index_problems();
    }

    /// After all rows were replaced by others.
    pub(in crate::ui) fn start_over(&mut self) {
        self.pruned = u64::MAX;
        self.details.forget();
        self.index_problems();
    }

    /// Finds the rows of the problems.
    pub(super) fn index_problems(&mut self) {
        let mut rows = ProblemIndex::default();
        for (id, problem) in &self.problems {
            if let Some(row) = self.catalogue.find(id.as_str()) {
                rows.set(row, &problem.words);
            }
        }
        let is = self.has_problems(&rows);
        let was = std::mem::replace(&mut self.problem_lists, is);
        let found = self.search.as_mut().map(|search| &mut search.list);
        let lists = [(&mut self.files, 0), (&mut self.removed, 1)].into_iter();
        for (list, n) in lists.chain(found.map(|list| (list, 0))) {
            // Whoever hid the column meanwhile keeps it so.
            if was[n] != is[n] {
                list.table.set_visible("problem", is[n]);
            }
        }
        self.problem_rows = rows;
        self.problem_version += 1;
    }

    /// Whether any of these are rows that exist, and whether any are removed ones.
    fn has_problems(&self, problems: &ProblemIndex) -> [bool; 2] {
        let rows = problems.rows();
        let is = |removed| {
            let mut rows = rows.iter().filter_map(|row| self.catalogue.get(row));
            rows.any(|row| row.removed().is_some() == removed)
        };
        [is(false), is(true)]
    }
}
