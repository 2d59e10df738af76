//! Content types, kept once for all the rows that have them.

use std::collections::HashSet;
use std::sync::Arc;

/// Content types met so far: a page of a thousand rows has few.
#[derive(Default)]
pub(crate) struct Types {
    known: HashSet<Arc<str>>,
    /// What most rows have for a folder or keys.
    empty: Arc<str>,
}

impl Types {
    /// The text as one that all rows of its kind share.
    pub(crate) fn share(&mut self, text: impl AsRef<str>) -> Arc<str> {
        let text = text.as_ref();
        if text.is_empty() {
            return self.empty.clone();
        }
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let shared: Arc<str> = Arc::from(text);
        self.known.insert(shared.clone());
        shared
    }
}
