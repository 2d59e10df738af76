//! Purging: the delivery network is told to forget an address. It does so in its own time.
//!
//! An order twice given does no harm but to the month's quota, so a lost answer is asked for again.

use reqwest::Method;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::service::http::Intent;
use crate::service::wire::Fields;
use crate::service::{Answered, BatchAnswer, CallMeta, Fact, Pass, Seen, ServiceError, Target};

use super::ImageKit;
use super::moves::before_acting;
use super::verbs::evidence;

impl ImageKit {
    /// Orders one purge: of the address that was planned, else of the one that the file has now.
    pub(super) async fn purge(
        &self,
        mut pass: Pass,
        item: &Target,
        stop: &CancellationToken,
    ) -> Result<Answered<BatchAnswer>, ServiceError> {
        let said = |fact, meta| Ok(evidence(vec![(item.id.clone(), fact)], meta));
        let url = match &item.url {
            Some(url) => url.clone(),
            None => match self.address(&mut pass, item, stop).await? {
                Ok(url) => url,
                Err((fact, meta)) => return said(fact, meta),
            },
        };
        let route = self.route("v1/files/purge");
        let body = json!({ "url": plain(&url) }).to_string().into_bytes();
        let answer = self
            .ask(&mut pass, Intent::Write, Method::POST, &route, &body, stop)
            .await?;
        let words = || self.words(&answer);
        let fact = match answer.status {
            200..=299 => {
                match Fields::of(&answer.text()).and_then(|told| told.words("requestId")) {
                    Some(_) => Fact::Done { at: None },
                    None => return Err(self.lost(&answer)),
                }
            }
            400 | 402 | 409 | 422 => Fact::Refused { words: words() },
            _ => return Err(self.refuse_write(&answer)),
        };
        said(fact, answer.meta.clone())
    }

    /// Where the file is delivered, or what is to be said of it.
    async fn address(
        &self,
        pass: &mut Pass,
        item: &Target,
        stop: &CancellationToken,
    ) -> Result<Result<String, (Fact, CallMeta)>, ServiceError> {
        let looked = self.look_at(pass, &item.id, stop).await;
        let looked = looked.map_err(before_acting)?;
        let file = match looked.value {
            Ok(text) => self.read_file(&text)?,
            Err(words) => return Ok(Err((Fact::Absent { words }, looked.meta))),
        };
        let none = || {
            let words = "ImageKit names no address of this file".to_owned();
            (Fact::Refused { words }, looked.meta.clone())
        };
        Ok(file.url.ok_or_else(none))
    }
}

/// The address without its query: all its forms are purged.
fn plain(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

/// What a re-read shows of a purge: nothing.
pub(super) fn seen() -> Seen {
    Seen::Unclear {
        words: "ImageKit does not tell what was purged. Purging again does no harm".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_their_query() {
        let url = "https://ik.imagekit.io/demo_id/a.jpg";
        for given in [
            url.to_owned(),
            format!("{url}?updatedAt=1&tr=x"),
            format!("{url}#x"),
        ] {
            assert_eq!(plain(&given), url);
        }
    }
}
