//! What services said against rows, kept until cleared.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{RowIx, RowSet};

/// A reason, and how many rows have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The service's words.
    pub words: Arc<str>,
    /// Rows with these words.
    pub rows: usize,
}

/// Rows with a problem and its words. A clone shares all of it until one of the two changes.
#[derive(Clone, Debug, Default)]
pub struct ProblemIndex(Arc<Inner>);

#[derive(Clone, Debug, Default)]
struct Inner {
    words: HashMap<RowIx, Arc<str>>,
    counts: HashMap<Arc<str>, usize>,
}

impl Inner {
    fn remove(&mut self, row: RowIx) {
        let Some(words) = self.words.remove(&row) else {
            return;
        };
        if let Some(count) = self.counts.get_mut(&words) {
            *count -= 1;
            if *count == 0 {
                self.counts.remove(&words);
            }
        }
    }

    fn insert(&mut self, row: RowIx, words: &str) {
        let words = match self.counts.get_key_value(words) {
            Some((known, _)) => known.clone(),
            None => Arc::from(words),
        };
        *self.counts.entry(words.clone()).or_default() += 1;
        self.words.insert(row, words);
    }
}

impl ProblemIndex {
    /// Notes a row's problem in place of an older one.
    pub fn set(&mut self, row: RowIx, words: &str) {
        let inner = Arc::make_mut(&mut self.0);
        inner.remove(row);
        inner.insert(row, words);
    }

    /// Forgets a row's problem.
    pub fn clear(&mut self, row: RowIx) {
        if self.0.words.contains_key(&row) {
            Arc::make_mut(&mut self.0).remove(row);
        }
    }

    /// Forgets all.
    pub fn clear_all(&mut self) {
        *self = Self::default();
    }

    /// A row's problem.
    pub fn get(&self, row: RowIx) -> Option<&str> {
        self.0.words.get(&row).map(|words| &**words)
    }

    /// Each reason's words once, in no order.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.0.counts.keys().map(|words| &**words)
    }

    /// Rows with a problem.
    pub fn len(&self) -> usize {
        self.0.words.len()
    }

    /// Whether no row has a problem.
    pub fn is_empty(&self) -> bool {
        self.0.words.is_empty()
    }

    /// The rows, for [`Query::only`](super::Query::only).
    pub fn rows(&self) -> Arc<RowSet> {
        Arc::new(self.0.words.keys().copied().collect())
    }

    /// The rows with exactly these words.
    pub fn rows_with(&self, words: &str) -> Arc<RowSet> {
        let with = |entry: &(&RowIx, &Arc<str>)| &**entry.1 == words;
        Arc::new(
            self.0
                .words
                .iter()
                .filter(with)
                .map(|(&row, _)| row)
                .collect(),
        )
    }

    /// The rows whose words fit.
    pub(super) fn rows_where(&self, fits: impl Fn(&str) -> bool) -> RowSet {
        let counts = self.0.counts.keys();
        let wanted: HashSet<&str> = counts.map(|words| &**words).filter(|w| fits(w)).collect();
        let with = self
            .0
            .words
            .iter()
            .filter(|(_, words)| wanted.contains(&***words));
        with.map(|(&row, _)| row).collect()
    }

    /// The reasons, the most frequent first.
    pub fn reasons(&self) -> Vec<Reason> {
        let mut reasons: Vec<Reason> = self
            .0
            .counts
            .iter()
            .map(|(words, &rows)| Reason {
                words: words.clone(),
                rows,
            })
            .collect();
        reasons.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.words.cmp(&b.words)));
        reasons
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_counted_through_changes() {
        let mut problems = ProblemIndex::default();
        for row in 0..5 {
            problems.set(row, "locked");
        }
        problems.set(0, "missing");
        let before = problems.clone();
        problems.clear(1);
        problems.clear(99);
        let counts = |index: &ProblemIndex| -> Vec<(String, usize)> {
            let reasons = index.reasons().into_iter();
            reasons.map(|r| (r.words.to_string(), r.rows)).collect()
        };
        assert_eq!(
            counts(&problems),
            [("locked".into(), 3), ("missing".into(), 1)]
        );
        assert_eq!(
            counts(&before),
            [("locked".into(), 4), ("missing".into(), 1)]
        );
        assert_eq!(
            problems.rows_with("locked").iter().collect::<Vec<_>>(),
            [2, 3, 4]
        );
        assert_eq!(problems.rows().iter().collect::<Vec<_>>(), [0, 2, 3, 4]);
        problems.clear(0);
        assert_eq!(counts(&problems), [("locked".into(), 3)]);
    }
}
