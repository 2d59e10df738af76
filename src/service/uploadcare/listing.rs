//! Listings: files in parallel along the time axis, as [`plan`] says; groups, and files whose pages do not
//! follow the axis, along the service's own links.

mod links;
mod plan;

use std::collections::VecDeque;

use futures_util::future::{BoxFuture, FutureExt, join};
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::mpsc;
use url::Url;

use crate::model::{FileRow, GroupRow, Time};
use crate::service::http::{Answer, escaped};
use crate::service::{ErrorKind, Page, Pass, Priority, ServiceError};

use super::Uploadcare;
use super::wire::rows::{self, Listed};
use links::{Links, Row};
use plan::{Ask, Lost, Plan};

/// Pages that may wait for the receiver before no more are asked for.
const AHEAD: usize = 16;

/// A page of files on its way.
type Reading<'a> = BoxFuture<'a, Result<(Ask, Listed<FileRow>), ServiceError>>;

/// How a listing along the axis ended.
enum End {
    /// Everything was read, or nobody listens any more.
    Over,
    /// It has to go along the links, which begin with this page if it was read already.
    Links(Option<Listed<FileRow>>),
}

impl Uploadcare {
    /// Lists the files that the query chooses: all, or those uploaded at `low` or later.
    pub(super) async fn files(
        &self,
        query: &str,
        low: Option<Time>,
        pages: mpsc::Sender<Page<FileRow>>,
    ) -> Result<(), ServiceError> {
        let mut plan = Plan::new(low.map(|low| low.0));
        let mut out = VecDeque::new();
        let end = self
            .along_the_axis(query, &mut plan, &mut out, &pages)
            .await;
        for page in out {
            if pages.send(page).await.is_err() {
                return Ok(());
            }
        }
        let End::Links(first) = end? else {
            return Ok(());
        };
        let mut seen = plan.into_seen();
        let keep = |mut rows: Vec<FileRow>| {
            rows.retain(|row| row.id.as_str().is_empty() || seen.insert(&row.id));
            rows
        };
        let url = self.address(query, Ask::Newest);
        self.along_the_links(url, first, rows::files_page, keep, pages)
            .await
    }

    /// Lists groups.
    pub(super) async fn all_groups(
        &self,
        pages: mpsc::Sender<Page<GroupRow>>,
    ) -> Result<(), ServiceError> {
        let url = self.route("groups/?limit=1000&ordering=-datetime_created");
        let read = |text: &str| rows::groups_page(text, self.cdn.as_str());
        self.along_the_links(url, None, read, |rows| rows, pages)
            .await
    }

    /// Reads as many pages at once as the gate lets through, and hands their rows on as they come. What was
    /// not taken when it ends stays in `out`.
    async fn along_the_axis(
        &self,
        query: &str,
        plan: &mut Plan,
        out: &mut VecDeque<Page<FileRow>>,
        pages: &mpsc::Sender<Page<FileRow>>,
    ) -> Result<End, ServiceError> {
        let mut reading: FuturesUnordered<Reading<'_>> = FuturesUnordered::new();
        let mut entering: Option<BoxFuture<'_, Pass>> = None;
        loop {
            if plan.wants() && out.len() < AHEAD {
                entering.get_or_insert_with(|| self.gate.enter(Priority::List).boxed());
            } else {
                entering = None;
            }
            if entering.is_none() && reading.is_empty() && out.is_empty() {
                return Ok(End::Over);
            }
            tokio::select! {
                biased;
                () = pages.closed() => return Ok(End::Over),
                Ok(room) = pages.reserve(), if !out.is_empty() => {
                    if let Some(page) = out.pop_front() {
                        room.send(page);
                    }
                }
                Some(read) = reading.next() => {
                    let (ask, listed) = read?;
                    if let Some(end) = take_in(plan, ask, listed, out)? {
                        return Ok(end);
                    }
                }
                Some(pass) = entered(&mut entering) => {
                    entering = None;
                    if let Some(ask) = plan.claim() {
                        reading.push(self.read(pass, query, ask).boxed());
                    }
                }
            }
        }
    }

    /// Reads one page of files.
    async fn read(
        &self,
        pass: Pass,
        query: &str,
        ask: Ask,
    ) -> Result<(Ask, Listed<FileRow>), ServiceError> {
        let url = self.address(query, ask);
        let answer = self.get_page(pass, &url).await?;
        if !answer.is_success() {
            return Err(self.refuse(&answer, ErrorKind::NotTheService));
        }
        if let Some(listed) = aside(&answer).await {
            return Ok((ask, listed));
        }
        // A passing hiccup is asked again, as any read; an answer of something else says so itself.
        let answer = match answer.is_json() {
            true => answer,
            false => self.page(&url).await?,
        };
        let listed = aside(&answer).await.ok_or_else(|| self.nonsense(&answer))?;
        Ok((ask, listed))
    }

    /// Where a page is. A cursor is not part of its page, so it lies a microsecond above the first key.
    fn address(&self, query: &str, ask: Ask) -> Url {
        let tail = match ask {
            Ask::Newest => "ordering=-datetime_uploaded".to_owned(),
            Ask::Oldest => "ordering=datetime_uploaded".to_owned(),
            Ask::Down { key, skip, .. } => format!(
                "ordering=-datetime_uploaded&from={}&offset={skip}",
                cursor(Time(key.saturating_add(1)))
            ),
        };
        self.route(&format!("files/?{query}limit=1000&{tail}"))
    }

    /// Follows the links of a listing to its end. The next page is asked for while this one is handed on.
    async fn along_the_links<T: Row>(
        &self,
        url: Url,
        first: Option<Listed<T>>,
        read: impl Fn(&str) -> Option<Listed<T>>,
        mut keep: impl FnMut(Vec<T>) -> Vec<T>,
        pages: mpsc::Sender<Page<T>>,
    ) -> Result<(), ServiceError> {
        let page = async |url: &Url| {
            let answer = self.page(url).await?;
            read(&answer.text()).ok_or_else(|| self.nonsense(&answer))
        };
        let mut links = Links::new(&self.base, url.clone());
        let mut listed = match first {
            Some(first) => first,
            None => page(&url).await?,
        };
        loop {
            let next = links.next(&listed);
            let (rows, total) = (keep(listed.rows), listed.total);
            let hand_on = pages.send(Page { rows, total });
            let Ok(Some(url)) = next else {
                // Of no matter to a receiver that left.
                let _ = hand_on.await;
                return next.map(|_| ());
            };
            let (following, handed_on) = join(page(&url), hand_on).await;
            if handed_on.is_err() {
                return Ok(());
            }
            listed = following?;
        }
    }

    async fn page(&self, url: &Url) -> Result<Answer, ServiceError> {
        let answer = self.look(url).await?;
        if answer.is_success() {
            return Ok(answer);
        }
        Err(self.refuse(&answer, ErrorKind::NotTheService))
    }
}

/// Reads a page on another thread: a thousand rows take a millisecond or two, in which other answers are to
/// come in.
async fn aside(answer: &Answer) -> Option<Listed<FileRow>> {
    let answer = answer.clone();
    let read = tokio::task::spawn_blocking(move || rows::files_page(&answer.text()));
    read.await.ok().flatten()
}

/// Hands a page to the plan, and what is new of it on.
fn take_in(
    plan: &mut Plan,
    ask: Ask,
    listed: Listed<FileRow>,
    out: &mut VecDeque<Page<FileRow>>,
) -> Result<Option<End>, ServiceError> {
    let more = listed.next.is_some() && !listed.rows.is_empty();
    if ask == Ask::Newest && more && !plan::follows_the_axis(&listed.rows) {
        return Ok(Some(End::Links(Some(listed))));
    }
    let total = listed.total;
    match plan.took(ask, listed.rows, more) {
        Ok(rows) if rows.is_empty() && ask != Ask::Newest => Ok(None),
        Ok(rows) => {
            out.push_back(Page { rows, total });
            Ok(None)
        }
        Err(Lost::Axis) => Ok(Some(End::Links(None))),
        Err(Lost::Tie) => Err(ServiceError::new(
            ErrorKind::NotTheService,
            "More files than a page holds were uploaded at one instant, and the service does not show them all; \
             the listing was ended there and lacks files. Refresh it",
        )),
    }
}

/// An instant as the service's own links write it.
fn cursor(at: Time) -> String {
    escaped(&at.to_string().replace('Z', "+00:00"))
}

async fn entered<'a>(entering: &mut Option<BoxFuture<'a, Pass>>) -> Option<Pass> {
    match entering {
        Some(entering) => Some(entering.await),
        None => None,
    }
}
