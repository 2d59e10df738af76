//! The way of a listing along the service's own links: where it goes on, and when it is believed no more.
//!
//! It sends nothing. No counter of the service is ever looked at.

use std::collections::HashSet;

use url::Url;

use crate::model::{FileRow, GroupRow, ItemId};
use crate::service::http::same_origin;
use crate::service::uploadcare::wire::rows::Listed;
use crate::service::{ErrorKind, ServiceError};

use super::plan::Seen;

/// Pages in a row that may bring nothing new: what is added meanwhile can push a page's worth onto the next.
const BARREN: u32 = 100;

/// A row that can be told from others.
pub(super) trait Row {
    /// Empty if the service gave none.
    fn id(&self) -> &ItemId;
}

impl Row for FileRow {
    fn id(&self) -> &ItemId {
        &self.id
    }
}

impl Row for GroupRow {
    fn id(&self) -> &ItemId {
        &self.id
    }
}

/// How far the links were followed, and what was on the pages.
pub(super) struct Links<'a> {
    base: &'a Url,
    followed: HashSet<Url>,
    seen: Seen,
    barren: u32,
}

impl<'a> Links<'a> {
    /// From the page at `first`. Links lead to nowhere but the base.
    pub(super) fn new(base: &'a Url, first: Url) -> Self {
        Self {
            base,
            followed: HashSet::from([first]),
            seen: Seen::default(),
            barren: 0,
        }
    }

    /// Where the listing goes on after this page. An empty page ends it, whatever its link says.
    pub(super) fn next<T: Row>(&mut self, page: &Listed<T>) -> Result<Option<Url>, ServiceError> {
        let Some(link) = page.next.as_deref().filter(|_| !page.rows.is_empty()) else {
            return Ok(None);
        };
        let url = same_origin(self.base, link)?;
        let is_known = !self.followed.insert(url.clone());
        if is_known || self.is_spent(&page.rows) {
            return Err(ServiceError::new(
                ErrorKind::NotTheService,
                "The listing led back to pages that were read before; it was ended there and may lack some. Refresh it",
            ));
        }
        Ok(Some(url))
    }

    /// Whether too many pages brought nothing new. Rows without an id cannot be told apart, so they are never new.
    fn is_spent<T: Row>(&mut self, rows: &[T]) -> bool {
        let mut new = false;
        for id in rows.iter().map(Row::id) {
            new |= !id.as_str().is_empty() && self.seen.insert(id);
        }
        self.barren = if new { 0 } else { self.barren + 1 };
        self.barren > BARREN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pages read until the listing ends, and whether it ended well. The links all differ.
    fn read(pages: impl Iterator<Item = Vec<String>>) -> (usize, bool) {
        let base = Url::parse("https://api.example.com/").unwrap();
        let mut links = Links::new(&base, base.clone());
        for (number, ids) in pages.enumerate() {
            let row = |id: &String| FileRow::unknown(id.as_str().into());
            let page = Listed {
                rows: ids.iter().map(row).collect(),
                next: Some(format!("https://api.example.com/?page={number}")),
                total: Some(1),
            };
            match links.next(&page) {
                Ok(Some(_)) => {}
                ended => return (number + 1, ended.is_ok()),
            }
        }
        panic!("it goes on after all pages");
    }

    #[test]
    fn links_that_differ_and_bring_nothing_new_come_to_an_end() {
        let page = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        let most = BARREN as usize;
        let same = std::iter::repeat_with(|| page(&["a", "b"]));
        assert_eq!(
            read(same),
            (1 + most + 1, false),
            "one page again and again"
        );
        let two = (0..).map(|number| page(&[["a", "b"][number % 2]]));
        assert_eq!(read(two), (2 + most + 1, false), "two by turns");
        let nameless = std::iter::repeat_with(|| page(&["", ""]));
        assert_eq!(read(nameless), (most + 1, false), "rows without an id");
    }

    #[test]
    fn what_brings_something_new_now_and_then_is_read_to_its_end() {
        let slow = (0..1_000).map(|number| vec![(number / BARREN).to_string()]);
        assert_eq!(read(slow.chain([vec![]])), (1_001, true));
    }
}
