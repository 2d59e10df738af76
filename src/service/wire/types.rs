//! Content types, kept once for all the rows that have them.

use std::collections::HashMap;
use std::sync::Arc;

/// Content types met so far: a page of a thousand rows has few.
#[derive(Default)]
pub(crate) struct Types(HashMap<String, Arc<str>>);

impl Types {
    /// The text as one that all rows of its kind share.
    pub(crate) fn share(&mut self, text: String) -> Arc<str> {
        if let Some(known) = self.0.get(&text) {
            return known.clone();
        }
        let shared: Arc<str> = Arc::from(text.as_str());
        self.0.insert(text, shared.clone());
        shared
    }
}
