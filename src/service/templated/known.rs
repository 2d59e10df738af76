//! What listings showed that one file's own questions need: the API has no address for a single upload.
//!
//! Addresses and page numbers are hints for a person's questions. What jobs learn from a re-read is kept
//! apart, and forgotten with the next delete.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::{Duration, Instant};
use url::Url;

use crate::model::{FileRow, ItemId, ItemKind};
use crate::service::Fact;

use super::wire::rows::Upload;
use super::wire::things::Thing;

/// How long a re-read of everything answers for single items that it lacked.
const FRESH: Duration = Duration::from_secs(60);

/// How long it does for those that it had: a delete whose answer was lost may still be under way, and a later look
/// has to be one of its own.
const THERE: Duration = Duration::from_secs(5);

/// Everything that was listed, by ids in lower case.
pub(super) type Sight = Arc<HashMap<String, FileRow>>;

/// The ids of all things of a kind, in lower case.
pub(super) type Shelf = Arc<HashSet<String>>;

/// Hints from listings.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    hints: HashMap<String, Hint>,
    sight: Option<(Instant, Sight)>,
    /// Pictures of renders and templates.
    things: HashMap<(ItemKind, String), Option<Url>>,
    shelves: HashMap<ItemKind, (Instant, Shelf)>,
}

#[derive(Clone, Debug)]
struct Hint {
    page: u32,
    address: Option<Url>,
    picture: Option<Url>,
}

impl Known {
    /// Takes in a page.
    pub(super) fn note(&self, page: u32, uploads: &[Upload]) {
        let mut seen = self.seen();
        for upload in uploads {
            let hint = Hint {
                page,
                address: upload.address.clone(),
                picture: upload.picture.clone(),
            };
            seen.hints.insert(key(&upload.row.id), hint);
        }
    }

    /// Takes in a page of renders or templates.
    pub(super) fn note_things(&self, kind: ItemKind, things: &[Thing]) {
        let mut seen = self.seen();
        for thing in things {
            let place = (kind, key(&thing.row.id));
            seen.things.insert(place, thing.picture.clone());
        }
    }

    /// Where a picture of a render or template is: `None` if it was never listed.
    pub(super) fn thing_picture(&self, kind: ItemKind, id: &ItemId) -> Option<Option<Url>> {
        self.seen().things.get(&(kind, key(id))).cloned()
    }

    /// The ids that a list of renders or templates had not long ago, if it tells of this one. Those that it lacked
    /// stay away: no id comes back.
    pub(super) fn shelf(&self, kind: ItemKind, id: &ItemId) -> Option<Shelf> {
        let seen = self.seen();
        let (at, shelf) = seen.shelves.get(&kind)?;
        tells(*at, shelf.contains(&key(id))).then(|| shelf.clone())
    }

    /// Keeps the ids of a whole list.
    pub(super) fn keep_shelf(&self, kind: ItemKind, shelf: &Shelf) {
        let kept = (Instant::now(), shelf.clone());
        self.seen().shelves.insert(kind, kept);
    }

    /// The page that listed the id last.
    pub(super) fn page(&self, id: &ItemId) -> Option<u32> {
        self.seen().hints.get(&key(id)).map(|hint| hint.page)
    }

    /// Where the file is.
    pub(super) fn address(&self, id: &ItemId) -> Option<Url> {
        self.seen().hints.get(&key(id))?.address.clone()
    }

    /// Where a picture of it is: `None` if the id was never listed, `Some(None)` if it has none.
    pub(super) fn picture(&self, id: &ItemId) -> Option<Option<Url>> {
        let seen = self.seen();
        Some(seen.hints.get(&key(id))?.picture.clone())
    }

    /// What a re-read of everything showed, if no delete left since and it tells of this id.
    pub(super) fn sight(&self, id: &ItemId) -> Option<Sight> {
        let seen = self.seen();
        let (at, sight) = seen.sight.as_ref()?;
        tells(*at, sight.contains_key(&key(id))).then(|| sight.clone())
    }

    /// Keeps what a re-read of everything showed.
    pub(super) fn keep(&self, sight: &Sight) {
        self.seen().sight = Some((Instant::now(), sight.clone()));
    }

    /// A delete is about to leave: what was seen counts no more.
    pub(super) fn delete_leaves(&self) {
        self.seen().sight = None;
    }

    /// Forgets what is gone.
    pub(super) fn forget(&self, facts: &[(ItemId, Fact)]) {
        let mut seen = self.seen();
        for (id, fact) in facts {
            if !matches!(fact, Fact::Refused { .. }) {
                seen.hints.remove(&key(id));
            }
        }
    }

    /// A panic elsewhere leaves it usable: every change of it is whole.
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a list that was read then still tells of an id that it had, or had not.
fn tells(read: Instant, had: bool) -> bool {
    read.elapsed() < if had { THERE } else { FRESH }
}

/// Whether the service tells upper from lower case is not known; a hint may be wrong.
pub(super) fn key(id: &ItemId) -> String {
    id.as_str().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upload(id: &str, url: Option<&str>) -> Upload {
        let url = url.map(|url| Url::parse(url).unwrap());
        Upload {
            row: FileRow::unknown(id.into()),
            address: url.clone(),
            picture: url,
        }
    }

    #[test]
    fn hints_last_until_the_file_is_gone() {
        let known = Known::default();
        let (a, b) = (ItemId::from("a"), ItemId::from("b"));
        known.note(
            0,
            &[upload("a", Some("https://x.example/a")), upload("b", None)],
        );
        known.note(3, &[upload("b", None)]);
        assert_eq!((known.page(&a), known.page(&b)), (Some(0), Some(3)));
        assert_eq!(known.address(&a).unwrap().path(), "/a");
        assert_eq!(known.picture(&b), Some(None), "listed, without a picture");
        assert_eq!(known.picture(&"c".into()), None, "never listed");
        let words = String::new();
        known.forget(&[
            (a.clone(), Fact::Done { at: None }),
            (b.clone(), Fact::Refused { words }),
        ]);
        assert_eq!((known.page(&a), known.page(&b)), (None, Some(3)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_sight_lasts_until_the_next_delete_and_not_for_ever() {
        let known = Known::default();
        let id = ItemId::from("A");
        let sight = Sight::default();
        assert!(known.sight(&id).is_none());
        known.keep(&sight);
        assert!(known.sight(&id).is_some());
        known.delete_leaves();
        assert!(known.sight(&id).is_none());
        known.keep(&sight);
        tokio::time::sleep(FRESH).await;
        assert!(known.sight(&id).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_there_is_looked_at_again_soon() {
        let known = Known::default();
        let (there, gone) = (ItemId::from("A"), ItemId::from("b"));
        let row = FileRow::unknown(there.clone());
        known.keep(&Arc::new(HashMap::from([(key(&there), row)])));
        let shelf = Arc::new(HashSet::from([key(&there)]));
        known.keep_shelf(ItemKind::Render, &shelf);
        assert!(known.sight(&there).is_some());
        tokio::time::sleep(THERE).await;
        assert!(known.sight(&there).is_none() && known.sight(&gone).is_some());
        let shelf = |id| known.shelf(ItemKind::Render, id);
        assert!(shelf(&there).is_none() && shelf(&gone).is_some());
    }
}
