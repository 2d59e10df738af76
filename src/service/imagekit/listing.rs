//! Listings: windows of the whole, several under way, each reaching back into the one before it.
//!
//! The service pages by counting rows, so a file that is deleted meanwhile moves all older ones up, out of the
//! windows that were not read yet. Two windows that share a file prove that nothing was lost between them;
//! where they share none, the listing goes back until they do.

use std::collections::HashSet;

use futures_util::stream::{self, StreamExt};
use jiff::tz::TimeZone;
use tokio::sync::mpsc;

use crate::model::{FileRow, ItemId, Time};
use crate::service::http::escaped;
use crate::service::{ErrorKind, Page, ServiceError};

use super::ImageKit;
use super::wire::rows::{self, Window};

/// Rows of one window: the most that the service gives.
const ROWS: usize = 1000;

/// How many rows a window shares with the one before it: at first, and at most. Each gap asks for more.
const OVERLAP: (usize, usize) = (20, ROWS / 2);

/// Windows under way once the first one was full.
const AHEAD: usize = 4;

/// How often a listing goes back before it is given up.
const BACKS: usize = 100;

/// Full windows in a row that may bring no new file, each further on than any before and than there are files.
const BARREN: u32 = 100;

/// Where a listing goes on.
enum Next {
    /// After the window that skipped so many rows.
    On(usize),
    /// With an earlier one: there was a gap.
    Back(usize),
    /// Nowhere.
    End,
}

impl ImageKit {
    /// All files, newest first; or those that were made at `since` or later.
    pub(super) async fn files(
        &self,
        since: Option<Time>,
        pages: mpsc::Sender<Page<FileRow>>,
    ) -> Result<(), ServiceError> {
        if since.is_none() {
            self.places.clear();
        }
        self.stream_of(&which(since), pages).await
    }

    /// The files that the service's own search finds, newest first. What a query says beside files is left out.
    pub(super) async fn found(
        &self,
        query: &str,
        pages: mpsc::Sender<Page<FileRow>>,
    ) -> Result<(), ServiceError> {
        let query = match query.trim() {
            "" => "type = \"file\"".to_owned(),
            query => format!("({query}) AND type = \"file\""),
        };
        let which = format!("searchQuery={}", escaped(&query));
        self.stream_of(&which, pages).await
    }

    async fn stream_of(
        &self,
        which: &str,
        pages: mpsc::Sender<Page<FileRow>>,
    ) -> Result<(), ServiceError> {
        let mut chain = Chain::default();
        // A small account costs one call: only a full window makes others leave.
        let (mut skip, mut windows, mut overlap, mut backs) = (0, 1, OVERLAP.0, 0);
        loop {
            let step = ROWS - overlap;
            let skips = (skip..).step_by(step).take(windows);
            match self.stretch(&mut chain, which, skips, &pages).await? {
                Next::End => return Ok(()),
                Next::Back(_) if backs == BACKS => return Err(restless()),
                Next::Back(earlier) => {
                    backs += 1;
                    overlap = (overlap * 5).min(OVERLAP.1);
                    skip = earlier;
                }
                Next::On(last) => skip = last + step,
            }
            windows = usize::MAX;
        }
    }

    /// Reads windows in a row until the end or a gap.
    async fn stretch(
        &self,
        chain: &mut Chain,
        which: &str,
        skips: impl Iterator<Item = usize> + Send,
        pages: &mpsc::Sender<Page<FileRow>>,
    ) -> Result<Next, ServiceError> {
        let reads = skips.map(|skip| async move { (skip, self.window(which, skip).await) });
        let mut reads = stream::iter(reads).buffered(AHEAD);
        let mut last_skip = 0;
        while let Some((skip, window)) = reads.next().await {
            let window = window?;
            self.places.keep(&window.files);
            match chain.join(skip, window) {
                Joined::Gap(back) => return Ok(Next::Back(back)),
                Joined::Same => return Err(repeated()),
                Joined::New { rows, last } => {
                    let wanted = pages.send(Page { rows, total: None }).await.is_ok();
                    if last || !wanted {
                        return Ok(Next::End);
                    }
                }
            }
            last_skip = skip;
        }
        Ok(Next::On(last_skip))
    }

    async fn window(&self, which: &str, skip: usize) -> Result<Window, ServiceError> {
        let query = format!("v1/files?{which}&sort=DESC_CREATED&limit={ROWS}&skip={skip}");
        let answer = self.look(&self.route(&query)).await?;
        if !answer.is_success() {
            return Err(self.refuse(&answer, ErrorKind::NotTheService));
        }
        rows::window(&answer.text()).ok_or_else(|| self.nonsense(&answer))
    }
}

/// The part of a query that chooses the files. A search takes the place of a type, and whole seconds.
fn which(since: Option<Time>) -> String {
    let Some(since) = since else {
        return "type=file".to_owned();
    };
    let since = since.format(&TimeZone::UTC, "%Y-%m-%dT%H:%M:%S");
    let search = format!("type = \"file\" AND createdAt >= \"{since}\"");
    format!("searchQuery={}", escaped(&search))
}

/// What a window adds to the ones before it.
#[derive(Debug, PartialEq, Eq)]
enum Joined {
    /// Rows that were not there yet; the last ones?
    New { rows: Vec<FileRow>, last: bool },
    /// It shares nothing with the one before: go back to this place.
    Gap(usize),
    /// It is the one before, or one of too many that bring nothing new.
    Same,
}

/// The windows so far.
#[derive(Debug, Default)]
struct Chain {
    seen: HashSet<ItemId>,
    /// The last window that joined: how many rows it skipped, and its files.
    skip: usize,
    before: Vec<ItemId>,
    /// Gaps in a row.
    gaps: u32,
    /// The most that a window skipped, and how many in a row brought nothing new there.
    furthest: usize,
    barren: u32,
}

impl Chain {
    fn join(&mut self, skip: usize, window: Window) -> Joined {
        let ids: Vec<ItemId> = window
            .files
            .iter()
            .map(|file| file.row.id.clone())
            .collect();
        let last = window.came < ROWS;
        let before: HashSet<&ItemId> = self.before.iter().filter(|id| is_told(id)).collect();
        let shared = ids.iter().rposition(|id| before.contains(id));
        if skip > 0 && shared.is_none() && !before.is_empty() {
            return self.gap(skip);
        }
        if skip > self.skip && !last && ids == self.before {
            return Joined::Same;
        }
        let old = shared.map_or(0, |at| at + 1);
        let known = self.seen.len();
        let mut rows = Vec::with_capacity(ids.len() - old);
        for (at, file) in window.files.into_iter().enumerate() {
            // A row without an id is new if it comes after all that was there before.
            let new = match is_told(&file.row.id) {
                true => self.seen.insert(file.row.id.clone()),
                false => at >= old,
            };
            if new {
                rows.push(file.row);
            }
        }
        (self.skip, self.before, self.gaps) = (skip, ids, 0);
        if self.is_spent(skip, self.seen.len() > known) && !last {
            return Joined::Same;
        }
        Joined::New { rows, last }
    }

    /// Whether too many windows brought nothing new. Going back shows known files for good reason. Rows without
    /// an id cannot be told apart, so they are never new.
    fn is_spent(&mut self, skip: usize, new: bool) -> bool {
        if new {
            self.barren = 0;
        } else if skip >= self.furthest && skip > self.seen.len() {
            self.barren += 1;
        }
        self.furthest = self.furthest.max(skip);
        self.barren > BARREN
    }

    /// Half a window back the first time, twice as far each further time.
    fn gap(&mut self, skip: usize) -> Joined {
        let far = (ROWS / 2).saturating_mul(1 << self.gaps.min(30));
        self.gaps += 1;
        Joined::Gap(skip.saturating_sub(far))
    }
}

fn is_told(id: &ItemId) -> bool {
    !id.as_str().is_empty()
}

fn repeated() -> ServiceError {
    ServiceError::new(
        ErrorKind::NotTheService,
        "ImageKit gave the same page twice; the listing was ended there and may lack files. Check the API base \
         and the proxy, then refresh it",
    )
}

fn restless() -> ServiceError {
    ServiceError::new(
        ErrorKind::Refused,
        "So many files are being deleted that the listing cannot keep up; it may lack files. Refresh it later",
    )
}

#[cfg(test)]
mod tests {
    use super::super::wire::rows::Listed;
    use super::*;

    /// A window of files by their numbers.
    fn window(numbers: impl IntoIterator<Item = usize>) -> Window {
        let files: Vec<Listed> = numbers
            .into_iter()
            .map(|number| {
                let json = format!(r#"[{{"fileId": "id-{number}"}}]"#);
                rows::window(&json).unwrap().files.remove(0)
            })
            .collect();
        Window {
            came: files.len(),
            files,
        }
    }

    fn numbers(joined: Joined) -> (Vec<usize>, bool) {
        let Joined::New { rows, last } = joined else {
            panic!("{joined:?}");
        };
        let number = |row: &FileRow| row.id.as_str()[3..].parse().unwrap();
        (rows.iter().map(number).collect(), last)
    }

    #[test]
    fn windows_in_a_row() {
        let mut chain = Chain::default();
        let (rows, last) = numbers(chain.join(0, window(0..1000)));
        assert_eq!((rows, last), ((0..1000).collect(), false));
        let (rows, last) = numbers(chain.join(980, window(980..1980)));
        assert_eq!((rows, last), ((1000..1980).collect(), false));
        let (rows, last) = numbers(chain.join(1960, window(1960..2100)));
        assert_eq!((rows, last), ((1980..2100).collect(), true));
    }

    #[test]
    fn an_account_of_just_a_window() {
        let mut chain = Chain::default();
        assert!(!numbers(chain.join(0, window(0..1000))).1);
        let end = numbers(chain.join(980, window(980..1000)));
        assert_eq!(end, (vec![], true));
        assert_eq!(
            numbers(Chain::default().join(0, window([]))),
            (vec![], true)
        );
    }

    #[test]
    fn files_that_were_added_are_not_listed_twice() {
        let mut chain = Chain::default();
        chain.join(0, window(100..1100));
        // Fifty came on top.
        let (rows, _) = numbers(chain.join(980, window(1030..2030)));
        assert_eq!(rows, (1100..2030).collect::<Vec<_>>());
        // So many that the window holds nothing new.
        let (rows, _) = numbers(chain.join(1960, window(1000..2000)));
        assert!(rows.is_empty(), "{rows:?}");
    }

    #[test]
    fn deleted_files_make_the_listing_go_back() {
        let mut chain = Chain::default();
        chain.join(0, window(0..1000));
        // Ten were deleted: the windows still share ten.
        let (rows, _) = numbers(chain.join(980, window(990..1990)));
        assert_eq!(rows, (1000..1990).collect::<Vec<_>>());
        // Five hundred were: nothing is shared.
        assert_eq!(chain.join(1960, window(2460..3460)), Joined::Gap(1460));
        let (rows, _) = numbers(chain.join(1460, window(1960..2960)));
        assert_eq!(rows, (1990..2960).collect::<Vec<_>>());
    }

    #[test]
    fn the_way_back_ends_at_the_top() {
        let mut chain = Chain::default();
        chain.join(0, window(0..1000));
        chain.join(980, window(980..1980));
        let mut skip = 1960;
        let mut ways = Vec::new();
        while let Joined::Gap(back) = chain.join(skip, window(9000..10000)) {
            skip = back;
            ways.push(back);
        }
        assert_eq!(ways, [1460, 460, 0], "at the top whatever is there joins");
        // Everything was deleted.
        let mut chain = Chain::default();
        chain.join(0, window(0..1000));
        assert_eq!(chain.join(980, window([])), Joined::Gap(480));
        assert_eq!(chain.join(480, window([])), Joined::Gap(0));
        assert_eq!(numbers(chain.join(0, window([]))), (vec![], true));
    }

    #[test]
    fn a_service_that_does_not_skip_is_found_out() {
        let mut chain = Chain::default();
        chain.join(0, window(0..1000));
        assert_eq!(chain.join(980, window(0..1000)), Joined::Same);
    }

    #[test]
    fn windows_that_differ_and_bring_nothing_new_come_to_an_end() {
        let mut chain = Chain::default();
        chain.join(0, window(0..1000));
        // The same files each time, in another order.
        let turned = |by: usize| window((0..1000).map(move |number| (number + by) % 1000));
        let ends = (1..1_000).find(|by| chain.join(by * 980, turned(*by)) == Joined::Same);
        assert_eq!(ends, Some(BARREN as usize + 2));
    }

    #[test]
    fn a_long_way_back_over_known_files_is_no_end() {
        let mut chain = Chain::default();
        for skip in (0..40_000).step_by(980) {
            numbers(chain.join(skip, window(skip..skip + 1000)));
        }
        for skip in (0..40_000).step_by(500) {
            numbers(chain.join(skip, window(skip..skip + 1000)));
        }
    }

    #[test]
    fn rows_without_an_id_are_listed_once() {
        let with_odd = |numbers: std::ops::Range<usize>, odd: usize| {
            let mut window = window(numbers);
            window.files[odd].row.id = "".into();
            window
        };
        let mut chain = Chain::default();
        let Joined::New { rows, .. } = chain.join(0, with_odd(0..1000, 990)) else {
            panic!()
        };
        assert_eq!(rows.len(), 1000);
        let Joined::New { rows, .. } = chain.join(980, with_odd(980..1500, 10)) else {
            panic!()
        };
        assert_eq!(rows.len(), 500, "the one in the overlap was there before");
        let mut folders = window(0..0);
        folders.came = 1000;
        let mut chain = Chain::default();
        assert_eq!(numbers(chain.join(0, folders)), (vec![], false));
        assert_eq!(numbers(chain.join(980, window(0..3))).0, [0, 1, 2]);
    }
}
