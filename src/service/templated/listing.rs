//! Walking the pages of uploads, which are told apart by number alone: no total, no cursor, no known order.
//!
//! A page may be shorter than asked, so only an empty page ends a walk, or pages that bring nothing new. A
//! file that somebody deletes moves the ones behind it onto pages that were read already, so one walk may
//! miss some: walks are repeated until one brings nothing new.

use std::collections::{HashMap, HashSet};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::model::{FileRow, ItemId};
use crate::service::http::Answer;
use crate::service::{CallMeta, ErrorKind, Page, Pass, ServiceError};

use super::Templated;
use super::known::key;
use super::wire::rows::{self, Upload};

/// Files asked for a page: what the service's own clients ask for. It is free to give fewer.
const PAGE: u32 = 25;

/// Most walks of one listing.
const WALKS: usize = 4;

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

/// One walk over the pages.
#[derive(Debug, Default)]
pub(super) struct Walk(Course);

/// A page that was read.
pub(super) struct Read {
    pub answer: Answer,
    pub uploads: Vec<Upload>,
}

impl Walk {
    /// The next page, until there is none.
    pub(super) async fn next(
        &mut self,
        of: &Templated,
        asker: &mut Asker<'_>,
    ) -> Result<Option<Read>, ServiceError> {
        if self.0.over {
            return Ok(None);
        }
        let read = of.page(self.0.page, asker).await?;
        of.known.note(self.0.page, &read.uploads);
        self.0
            .took(read.uploads.iter().map(|upload| upload.row.id.as_str()));
        Ok(Some(read))
    }
}

/// A whole listing: walk after walk, each id once.
#[derive(Debug, Default)]
pub(super) struct Whole {
    walk: Walk,
    walks: usize,
    handed: HashSet<ItemId>,
    /// How many were known when this walk began.
    before: usize,
}

impl Whole {
    /// The next page's rows that were not there before, until a walk has brought none.
    pub(super) async fn next(
        &mut self,
        of: &Templated,
        asker: &mut Asker<'_>,
    ) -> Result<Option<Vec<FileRow>>, ServiceError> {
        loop {
            if let Some(read) = self.walk.next(of, asker).await? {
                let mut rows: Vec<_> = read.uploads.into_iter().map(|upload| upload.row).collect();
                rows.retain(|row| self.is_new(&row.id));
                return Ok(Some(rows));
            }
            self.walks += 1;
            if self.handed.len() == self.before || self.walks == WALKS {
                return Ok(None);
            }
            self.before = self.handed.len();
            self.walk = Walk::default();
        }
    }

    /// Rows without an id cannot be told apart: those of the first walk count.
    fn is_new(&mut self, id: &ItemId) -> bool {
        if id.as_str().is_empty() {
            self.walks == 0
        } else {
            self.handed.insert(id.clone())
        }
    }
}

impl Templated {
    /// One page by its number.
    pub(super) async fn page(
        &self,
        number: u32,
        asker: &mut Asker<'_>,
    ) -> Result<Read, ServiceError> {
        let url = self.route(&format!("uploads?page={number}&limit={PAGE}"));
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
        let uploads = rows::raw(&answer.text()).map(|raw| rows::uploads(&raw, &self.base));
        match uploads {
            Some(uploads) => Ok(Read { answer, uploads }),
            None => Err(self.nonsense(&answer)),
        }
    }

    /// Hands all uploads on, page by page.
    pub(super) async fn stream(
        &self,
        pages: mpsc::Sender<Page<FileRow>>,
    ) -> Result<(), ServiceError> {
        let mut whole = Whole::default();
        while !pages.is_closed()
            && let Some(rows) = whole.next(self, &mut Asker::List).await?
        {
            // A walk that only checks brings nothing to hand on.
            if !rows.is_empty() && pages.send(Page { rows, total: None }).await.is_err() {
                break;
            }
        }
        Ok(())
    }

    /// All uploads as they are while no delete of ours is under way, by their ids without regard to case.
    pub(super) async fn all(
        &self,
        asker: &mut Asker<'_>,
    ) -> Result<HashMap<String, FileRow>, ServiceError> {
        let (mut whole, mut all) = (Whole::default(), HashMap::new());
        while let Some(rows) = whole.next(self, asker).await? {
            all.extend(rows.into_iter().map(|row| (key(&row.id), row)));
        }
        Ok(all)
    }

    /// The page that has the id now: the one that had it last, or whichever has it.
    pub(super) async fn page_of(&self, id: &ItemId) -> Result<Read, ServiceError> {
        let has = |read: &Read| {
            let mut ids = read.uploads.iter().map(|upload| &upload.row.id);
            ids.any(|one| key(one) == key(id))
        };
        let asker = &mut Asker::List;
        if let Some(page) = self.known.page(id) {
            let read = self.page(page, asker).await?;
            if has(&read) {
                return Ok(read);
            }
        }
        let mut walk = Walk::default();
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
