//! Listings: page after page along the service's own links, until it gives none.

use std::collections::HashSet;

use futures_util::future::join;
use serde_json::value::RawValue;
use tokio::sync::mpsc;
use url::Url;

use crate::model::Time;
use crate::service::http::{Answer, escaped, same_origin};
use crate::service::{ErrorKind, Page, ServiceError};

use super::Uploadcare;
use super::wire::rows::RawPage;

/// An instant as the service's own links write it.
pub(super) fn cursor(at: Time) -> String {
    escaped(&at.to_string().replace('Z', "+00:00"))
}

impl Uploadcare {
    /// Follows a listing to its end. The next page is asked for while this one is read.
    pub(super) async fn pages<T>(
        &self,
        first: Url,
        read: impl Fn(&[&RawValue]) -> Vec<T>,
        pages: mpsc::Sender<Page<T>>,
    ) -> Result<(), ServiceError> {
        let mut followed = HashSet::from([first.clone()]);
        let mut answer = self.page(&first).await?;
        loop {
            let text = answer.text();
            let page = RawPage::of(&text).ok_or_else(|| self.nonsense(&answer))?;
            let next = self.next(&page, &mut followed);
            let hand_on = async {
                let rows = read(&page.results);
                let total = page.total;
                pages.send(Page { rows, total }).await.is_ok()
            };
            let following = match next {
                Ok(Some(url)) => {
                    let (following, wanted) = join(self.page(&url), hand_on).await;
                    if !wanted {
                        return Ok(());
                    }
                    following?
                }
                end => {
                    hand_on.await;
                    return end.map(|_| ());
                }
            };
            answer = following;
        }
    }

    async fn page(&self, url: &Url) -> Result<Answer, ServiceError> {
        let answer = self.look(url).await?;
        if answer.is_success() {
            return Ok(answer);
        }
        Err(self.refuse(&answer, ErrorKind::NotTheService))
    }

    /// Where the listing goes on. An empty page ends it, whatever its link says; no counter ever does.
    fn next(
        &self,
        page: &RawPage<'_>,
        followed: &mut HashSet<Url>,
    ) -> Result<Option<Url>, ServiceError> {
        let Some(link) = page.next.as_deref().filter(|_| !page.results.is_empty()) else {
            return Ok(None);
        };
        let url = same_origin(&self.base, link)?;
        if followed.insert(url.clone()) {
            return Ok(Some(url));
        }
        Err(ServiceError::new(
            ErrorKind::NotTheService,
            "The listing led back to a page that was read before; it was ended there and may lack files. Refresh it",
        ))
    }
}
