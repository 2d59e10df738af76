//! Tags: added to and taken from fifty files with one call. Only what the service names is settled.
//!
//! Adding a tag twice or taking it away twice is the same as once, so a lost answer is asked for again.

use reqwest::Method;
use tokio_util::sync::CancellationToken;

use crate::model::{ItemId, Verb};
use crate::service::http::Intent;
use crate::service::wire::{Fields, string};
use crate::service::{Answered, BatchAnswer, Fact, Pass, Seen, ServiceError, Work};

use super::ImageKit;
use super::api::unreadable;
use super::verbs::is_unnamed;
use super::wire::batch::{Sent, UPDATED};

impl ImageKit {
    /// Adds or removes the tags: one call, evidence per id.
    pub(super) async fn tag(
        &self,
        mut pass: Pass,
        work: &Work,
        ids: &[ItemId],
        stop: &CancellationToken,
    ) -> Result<Answered<BatchAnswer>, ServiceError> {
        let sent = Sent::new(ids);
        let route = match work.verb {
            Verb::RemoveTags => "v1/files/removeTags",
            _ => "v1/files/addTags",
        };
        let body = sent.body_with(&work.args.tags);
        let url = self.route(route);
        let answer = self
            .ask(&mut pass, Intent::Write, Method::POST, &url, &body, stop)
            .await?;
        let mut answered = self.bulk_answer(&answer, &sent, UPDATED)?;
        if let (Some(id), true) = (sent.only(), is_unnamed(&answered.value)) {
            // Nothing was done. Whether the file is there at all, its details tell.
            let seen = self.see(pass, id, stop).await;
            if let Ok(Seen::Absent { words }) = seen.map(|seen| seen.value) {
                let fact = Fact::Absent { words };
                answered.value = BatchAnswer::Evidence(vec![(id.clone(), fact)]);
            }
        }
        Ok(answered)
    }

    /// Reads a file again to see whether it has the tags, or has none of them any more.
    pub(super) async fn see_tags(
        &self,
        mut pass: Pass,
        work: &Work,
        id: &ItemId,
        stop: &CancellationToken,
    ) -> Result<Answered<Seen>, ServiceError> {
        let looked = self.look_at(&mut pass, id, stop).await?;
        let value = match looked.value {
            Err(words) => Seen::Absent { words },
            Ok(text) => {
                let fields = Fields::of(&text).ok_or_else(unreadable)?;
                let own = tags_of(&fields);
                let has = |tag: &String| own.iter().any(|own| own == tag.trim());
                let done = match work.verb {
                    Verb::RemoveTags => !work.args.tags.iter().any(has),
                    _ => work.args.tags.iter().all(has),
                };
                match done {
                    true => Seen::Done { at: None },
                    false => Seen::NotDone,
                }
            }
        };
        Ok(Answered {
            value,
            meta: looked.meta,
        })
    }
}

/// The tags of a file that people gave it.
pub(super) fn tags_of(file: &Fields<'_>) -> Vec<String> {
    let tags = file.array("tags").unwrap_or_default();
    tags.into_iter().filter_map(string).collect()
}
