//! A search at the service: what was asked, and what was found, as a list of its own.

use super::files::{FileList, View};

/// A search.
pub struct Search {
    /// The expression as it is being typed.
    pub text: String,
    /// The expression that was sent last.
    pub sent: Option<String>,
    /// What was found.
    pub list: FileList,
}

impl Search {
    /// Nothing was asked yet; columns and order are those of the list that it takes the place of.
    pub fn beside(files: &FileList) -> Self {
        let mut list = FileList::new(View::Found);
        list.table = files.table.clone();
        list.sort = files.sort;
        Self {
            text: String::new(),
            sent: None,
            list,
        }
    }
}
