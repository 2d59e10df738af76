//! Walking the pages of a list, which are told apart by number alone: no total, no cursor, no known order.
//!
//! A page may be shorter than asked, so only an empty page ends a walk, or pages that bring nothing new. A
//! file that somebody deletes moves the ones behind it onto pages that were read already, so one walk may
//! miss some: walks are repeated until one brings nothing new and shows all that the walk before it showed.

use std::collections::{HashMap, HashSet};

use futures_util::future::join;
use serde_json::value::RawValue;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::model::{FileRow, ItemId, ItemKind};
use crate::service::http::Answer;
use crate::service::{CallMeta, ErrorKind, Page, Pass, ServiceError};

use super::Templated;
use super::known::{Known, key};
use super::wire::rows::{self, Upload};
use super::wire::things::{self, Thing};

/// Rows asked for a page: what the service's own clients ask for. It is free to give fewer.
const PAGE: u32 = 25;

/// Most walks of one listing. More than two are needed only while files go.
const WALKS: usize = 10;

/// Pages in a row that bring nothing new before a walk ends: one may come of files that were added meanwhile.
const BARREN: u8 = 2;

/// Who asks for the pages.
pub(super) enum Asker<'a> {
    /// Somebody who waits at the gate for each page.
    List,
    /// A job that goes through all pages under one pass: no delete of ours comes in between.
    Job {
        pass: &'a mut Pass,
        stop: &'a CancellationToken,
        /// Adds up over the pages.
        meta: &'a mut CallMeta,
    },
}

/// How far a walk has come. It asks nobody.
#[derive(Debug, Default)]
struct Course {
    page: u32,
    seen: HashSet<String>,
    barren: u8,
    over: bool,
}

impl Course {
    /// Takes in the ids of the page that was asked for.
    fn took<'a>(&mut self, ids: impl ExactSizeIterator<Item = &'a str>) {
        let empty = ids.len() == 0;
        let mut new = false;
        for id in ids {
            new |= !id.is_empty() && self.seen.insert(id.to_owned());
        }
        self.barren = if new { 0 } else { self.barren + 1 };
        self.over = empty || self.barren >= BARREN;
        self.page += 1;
    }
}

/// Whether the walks of a listing have shown all there is. It asks nobody.
#[derive(Debug, Default)]
struct Proof {
    walks: usize,
    last: HashSet<String>,
}

impl Proof {
    /// Takes in what a walk saw, and whether some of it was `new`. The first file that hides another by going was
    /// seen by then, since nothing had moved before it; so if all files of a walk are seen again by the next one,
    /// none was hidden from it.
    fn is_whole(&mut self, seen: HashSet<String>, new: bool) -> bool {
        self.walks += 1;
        let is_quiet = self.last.is_subset(&seen);
        self.last = seen;
        is_quiet && !new || self.walks == WALKS
    }
}

/// A row of a list.
pub(super) trait Listed: Sized + Send {
    /// What is handed on of it.
    type Row: Send;

    /// The rows of a page. As many as came, whatever they hold.
    fn read(rows: &[&RawValue], base: &Url) -> Vec<Self>;

    /// Empty if the service gave none.
    fn id(&self) -> &ItemId;

    /// Keeps what single questions need later.
    fn note(known: &Known, kind: ItemKind, page: u32, rows: &[Self]);

    /// Hands it on.
    fn into_row(self) -> Self::Row;
}

impl Listed for Upload {
    type Row = FileRow;

    fn read(rows: &[&RawValue], base: &Url) -> Vec<Self> {
        rows::uploads(rows, base)
    }

    fn id(&self) -> &ItemId {
        &self.row.id
    }

    fn note(known: &Known, _: ItemKind, page: u32, rows: &[Self]) {
        known.note(page, rows);
    }

    fn into_row(self) -> FileRow {
        self.row
    }
}

impl Listed for Thing {
    type Row = crate::model::ThingRow;

    fn read(rows: &[&RawValue], base: &Url) -> Vec<Self> {
        things::things(rows, base)
    }

    fn id(&self) -> &ItemId {
        &self.row.id
    }

    fn note(known: &Known, kind: ItemKind, _: u32, rows: &[Self]) {
        known.note_things(kind, rows);
    }

    fn into_row(self) -> Self::Row {
        self.row
    }
}

/// Where a kind of item is listed.
fn shelf(kind: ItemKind) -> Result<&'static str, ServiceError> {
    match kind {
        ItemKind::File => Ok("uploads"),
        ItemKind::Render => Ok("renders"),
        ItemKind::Template => Ok("templates"),
        ItemKind::Group | ItemKind::Folder => Err(super::unsupported(super::NO_GROUPS)),
    }
}

/// One walk over the pages.
#[derive(Debug)]
pub(super) struct Walk {
    kind: ItemKind,
    course: Course,
}

/// A page that was read.
pub(super) struct Read<T> {
    pub answer: Answer,
    pub rows: Vec<T>,
}

impl Walk {
    /// From the first page.
    pub(super) fn new(kind: ItemKind) -> Self {
        Self {
            kind,
            course: Course::default(),
        }
    }

    /// The next page, until there is none.
    pub(super) async fn next<T: Listed>(
        &mut self,
        of: &Templated,
        asker: &mut Asker<'_>,
    ) -> Result<Option<Read<T>>, ServiceError> {
        if self.course.over {
            return Ok(None);
        }
        let read: Read<T> = of.page(self.kind, self.course.page, asker).await?;
        T::note(&of.known, self.kind, self.course.page, &read.rows);
        self.course
            .took(read.rows.iter().map(|row| row.id().as_str()));
        Ok(Some(read))
    }
}

/// A whole listing: walk after walk, each id once.
#[derive(Debug)]
pub(super) struct Whole {
    walk: Walk,
    proof: Proof,
    handed: HashSet<ItemId>,
    /// How many were known when this walk began.
    before: usize,
}

impl Whole {
    /// From the first page.
    pub(super) fn new(kind: ItemKind) -> Self {
        Self {
            walk: Walk::new(kind),
            proof: Proof::default(),
            handed: HashSet::new(),
            before: 0,
        }
    }

    /// The next page's rows that were not there before, until the walks have shown all.
    pub(super) async fn next<T: Listed>(
        &mut self,
        of: &Templated,
        asker: &mut Asker<'_>,
    ) -> Result<Option<Vec<T>>, ServiceError> {
        loop {
            if let Some(read) = self.walk.next::<T>(of, asker).await? {
                let mut rows = read.rows;
                rows.retain(|row| self.is_new(row.id()));
                return Ok(Some(rows));
            }
            let seen = std::mem::take(&mut self.walk.course.seen);
            let new = self.handed.len() > self.before;
            if self.proof.is_whole(seen, new) {
                return Ok(None);
            }
            self.before = self.handed.len();
            self.walk = Walk::new(self.walk.kind);
        }
    }

    /// Rows without an id cannot be told apart: those of the first walk count.
    fn is_new(&mut self, id: &ItemId) -> bool {
        if id.as_str().is_empty() {
            self.proof.walks == 0
        } else {
            self.handed.insert(id.clone())
        }
    }
}

impl Templated {
    /// One page by its number.
    pub(super) async fn page<T: Listed>(
        &self,
        kind: ItemKind,
        number: u32,
        asker: &mut Asker<'_>,
    ) -> Result<Read<T>, ServiceError> {
        let url = self.route(&format!("{}?page={number}&limit={PAGE}", shelf(kind)?));
        let answer = match asker {
            Asker::List => self.look(&url).await?,
            Asker::Job { pass, stop, meta } => {
                if meta.attempts > 0 {
                    // The pace, and a pause, hold for each page.
                    tokio::select! {
                        biased;
                        () = stop.cancelled() => return Err(stopped()),
                        () = pass.again() => {}
                    }
                }
                let asked = self.get(pass, &url, stop).await;
                match &asked {
                    Ok(answer) => add(meta, &answer.meta),
                    Err(error) => add(meta, &error.meta),
                }
                asked?
            }
        };
        if !answer.is_success() {
            return Err(self.refuse(&answer));
        }
        let rows = rows::raw(&answer.text()).map(|raw| T::read(&raw, &self.base));
        match rows {
            Some(rows) => Ok(Read { answer, rows }),
            None => Err(self.nonsense(&answer)),
        }
    }

    /// Hands all items of a kind on, page by page. The next page is asked for while this one is handed on.
    pub(super) async fn stream<T: Listed>(
        &self,
        kind: ItemKind,
        pages: mpsc::Sender<Page<T::Row>>,
    ) -> Result<(), ServiceError> {
        let mut whole = Whole::new(kind);
        let mut read = whole.next::<T>(self, &mut Asker::List).await?;
        while let Some(rows) = read {
            let rows = rows.into_iter().map(T::into_row).collect();
            let mut asker = Asker::List;
            let next = whole.next::<T>(self, &mut asker);
            let (next, wanted) = join(next, hand_on(rows, &pages)).await;
            if !wanted {
                break;
            }
            read = next?;
        }
        Ok(())
    }

    /// All uploads as they are while no delete of ours is under way, by their ids without regard to case.
    pub(super) async fn all(
        &self,
        asker: &mut Asker<'_>,
    ) -> Result<HashMap<String, FileRow>, ServiceError> {
        let (mut whole, mut all) = (Whole::new(ItemKind::File), HashMap::new());
        while let Some(rows) = whole.next::<Upload>(self, asker).await? {
            all.extend(rows.into_iter().map(|one| (key(&one.row.id), one.row)));
        }
        Ok(all)
    }

    /// The ids of all renders or all templates, without regard to case.
    pub(super) async fn all_ids(
        &self,
        kind: ItemKind,
        asker: &mut Asker<'_>,
    ) -> Result<HashSet<String>, ServiceError> {
        let (mut whole, mut all) = (Whole::new(kind), HashSet::new());
        while let Some(rows) = whole.next::<Thing>(self, asker).await? {
            all.extend(rows.into_iter().map(|one| key(&one.row.id)));
        }
        Ok(all)
    }

    /// The page that has the id now: the one that had it last, or whichever has it.
    pub(super) async fn page_of(&self, id: &ItemId) -> Result<Read<Upload>, ServiceError> {
        let has = |read: &Read<Upload>| {
            let mut ids = read.rows.iter().map(|upload| &upload.row.id);
            ids.any(|one| key(one) == key(id))
        };
        let asker = &mut Asker::List;
        if let Some(page) = self.known.page(id) {
            let read = self.page(ItemKind::File, page, asker).await?;
            if has(&read) {
                return Ok(read);
            }
        }
        let mut walk = Walk::new(ItemKind::File);
        while let Some(read) = walk.next(self, asker).await? {
            if has(&read) {
                return Ok(read);
            }
        }
        Err(ServiceError::new(
            ErrorKind::NotFound,
            "Templated does not list this id in this account",
        ))
    }
}

/// Hands rows on, if there are any: a walk that only checks brings none. Whether somebody still listens.
async fn hand_on<R>(rows: Vec<R>, pages: &mpsc::Sender<Page<R>>) -> bool {
    if rows.is_empty() {
        return !pages.is_closed();
    }
    pages.send(Page { rows, total: None }).await.is_ok()
}

/// Adds a page's tries to those of the whole: what is beyond one a page are retries.
fn add(sum: &mut CallMeta, page: &CallMeta) {
    *sum = CallMeta {
        status: page.status,
        request_id: page.request_id.clone(),
        attempts: page.attempts + sum.attempts.saturating_sub(1),
        throttled: page.throttled + sum.throttled,
    };
}

fn stopped() -> ServiceError {
    ServiceError::new(ErrorKind::Stopped, "Stopped before all pages were read")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pages asked for until the walk ends; the pages that the server has, and then empty ones.
    fn asked(pages: &[&[&str]]) -> u32 {
        let mut course = Course::default();
        while !course.over {
            let ids: &[&str] = pages.get(course.page as usize).copied().unwrap_or(&[]);
            course.took(ids.iter().copied());
        }
        course.page
    }

    #[test]
    fn where_a_walk_ends() {
        let cases: [(&[&[&str]], u32, &str); 9] = [
            (&[], 1, "an empty list"),
            (&[&["a", "b"]], 2, "a short page is not the end"),
            (&[&["a"], &["b", "c"], &["d"]], 4, "nor are several"),
            (&[&["a"], &[], &["b"]], 2, "an empty one is"),
            (
                &[&["a", "b"], &["a", "b"], &["a", "b"]],
                3,
                "page is ignored",
            ),
            (
                &[&["a"], &["b"], &["b"], &["b"]],
                4,
                "the last page repeats",
            ),
            (
                &[&["a", "b"], &["a", "b"], &["c"]],
                4,
                "a page's worth was added",
            ),
            (&[&["a", ""], &["", "b"], &[]], 3, "rows without an id"),
            (&[&[""], &[""], &["a"]], 2, "nothing but rows without an id"),
        ];
        for (pages, expected, what) in cases {
            assert_eq!(asked(pages), expected, "{what}");
        }
    }

    /// Lists numbers by pages of so many, while one goes before each of these requests, from the first. Returns what
    /// was listed, what stayed, and how many walks it took.
    fn list(
        count: usize,
        page: usize,
        going: &[(usize, usize)],
    ) -> (HashSet<String>, Vec<String>, usize) {
        let mut there: Vec<String> = (0..count).map(|number| number.to_string()).collect();
        let (mut listed, mut proof, mut asked) = (HashSet::new(), Proof::default(), 0);
        loop {
            let (mut course, before) = (Course::default(), listed.len());
            while !course.over {
                for (_, place) in going.iter().filter(|(at, _)| *at == asked) {
                    if !there.is_empty() {
                        there.remove(place % there.len());
                    }
                }
                let ids = there.iter().skip(course.page as usize * page).take(page);
                let ids: Vec<&str> = ids.map(String::as_str).collect();
                listed.extend(ids.iter().map(|id| (*id).to_owned()));
                course.took(ids.into_iter());
                asked += 1;
            }
            if proof.is_whole(course.seen, listed.len() > before) {
                return (listed, there, proof.walks);
            }
        }
    }

    #[test]
    fn a_second_walk_proves_the_first_unless_files_went() {
        assert_eq!(list(0, 5, &[]).2, 1);
        assert_eq!(list(40, 5, &[]).2, 2);
        // One that was seen goes: the next walk finds what it hid, and one more sees all of that again.
        assert_eq!(list(40, 5, &[(4, 0)]).2, 3);
        // 6 is hidden in two walks: that the second brings nothing new proves nothing.
        let (listed, there, walks) = list(10, 2, &[(3, 0), (8, 0), (8, 0)]);
        assert!(there.iter().all(|id| listed.contains(id)), "{listed:?}");
        assert_eq!(walks, 4);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig {
            cases: 1_000,
            failure_persistence: None,
            ..Default::default()
        })]

        // Each file that goes costs two walks at most.
        #[test]
        fn what_stays_is_listed_whatever_goes_meanwhile(
            count in 0..60_usize,
            page in 1..4_usize,
            going in proptest::collection::vec((0..60_usize, 0..60_usize), 0..4),
        ) {
            let (listed, there, walks) = list(count, page, &going);
            proptest::prop_assert!(walks < WALKS);
            proptest::prop_assert!(there.iter().all(|id| listed.contains(id)));
        }
    }

    #[test]
    fn tries_add_up_to_retries() {
        let page = |attempts, throttled| CallMeta {
            status: Some(200),
            request_id: None,
            attempts,
            throttled,
        };
        let mut sum = CallMeta::default();
        for (attempts, throttled) in [(1, 0), (3, 2), (1, 0), (2, 0)] {
            add(&mut sum, &page(attempts, throttled));
        }
        assert_eq!(sum, page(4, 2), "one try and three retries");
    }
}
