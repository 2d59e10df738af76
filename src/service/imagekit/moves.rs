//! Copying, moving and renaming one file. The service takes paths, a plan holds ids.
//!
//! Nothing is done to a path before the file's own details say that the planned file is there, nor to one
//! where another file is: the service would make the two versions of one. What is seen otherwise is left out.

use std::sync::{Arc, PoisonError};

use reqwest::Method;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::model::{ItemId, Verb, path};
use crate::service::http::{Answer, Intent, escaped};
use crate::service::{
    Answered, BatchAnswer, CallMeta, ErrorKind, Fact, Pass, Seen, ServiceError, Target, Work,
};

use super::ImageKit;
use super::verbs::{evidence, is_sendable, unsendable};
use super::wire::rows::{self, Listed, folder};

/// What is to become of a file.
struct Way {
    /// Where it is.
    from: String,
    /// Where it is to be.
    to: String,
}

/// What a look before the deed showed.
enum Before {
    Go(Way),
    /// Something is to be said of the item, and nothing done.
    Say(Fact),
    /// It is where it is to be: a re-read settles it.
    There,
}

impl ImageKit {
    /// Copies, moves or renames one file.
    pub(super) async fn relocate(
        &self,
        mut pass: Pass,
        work: &Work,
        item: &Target,
        stop: &CancellationToken,
    ) -> Result<Answered<BatchAnswer>, ServiceError> {
        if !is_sendable(&item.id) {
            return Ok(evidence(
                vec![unsendable(item.id.clone())],
                CallMeta::default(),
            ));
        }
        let (file, meta) = match self.file_now(&mut pass, &item.id, stop).await {
            Ok(found) => found,
            Err(error) => return Err(before_acting(error)),
        };
        let said = |fact| Ok(evidence(vec![(item.id.clone(), fact)], meta.clone()));
        let file = match file {
            Ok(file) => file,
            Err(words) => return said(Fact::Absent { words }),
        };
        let way = match way(work, item, &file) {
            Before::Go(way) => way,
            Before::Say(fact) => return said(fact),
            Before::There => return Ok(evidence(Vec::new(), meta)),
        };
        // Two files of one name must not both find the place free.
        let place = self.placing.of(&way.to);
        let _alone = place.lock().await;
        match self.occupant(&mut pass, &way.to, stop).await {
            Err(error) => return Err(before_acting(error)),
            Ok(None) => {}
            Ok(Some(other)) if other.row.id == item.id => {
                return Ok(evidence(Vec::new(), meta));
            }
            // It may be the copy of an earlier call.
            Ok(Some(_)) if work.verb == Verb::Copy && item.sent => {
                return Ok(evidence(Vec::new(), meta));
            }
            Ok(Some(_)) => return said(occupied(&way.to)),
        }
        pass.leaving().await?;
        let answer = self.send_way(&mut pass, work, &way, stop).await?;
        self.places.forget(&item.id);
        self.moved(&answer, item)
    }

    async fn send_way(
        &self,
        pass: &mut Pass,
        work: &Work,
        way: &Way,
        stop: &CancellationToken,
    ) -> Result<Answer, ServiceError> {
        let (from, target) = (&way.from, folder(&way.to));
        let (method, route, body) = match work.verb {
            Verb::Rename => (
                Method::PUT,
                "v1/files/rename",
                json!({"filePath": from, "newFileName": work.args.name, "purgeCache": false}),
            ),
            Verb::Move => (
                Method::POST,
                "v1/files/move",
                json!({"sourceFilePath": from, "destinationPath": target}),
            ),
            _ => (
                Method::POST,
                "v1/files/copy",
                json!({"sourceFilePath": from, "destinationPath": target, "includeFileVersions": false}),
            ),
        };
        let (url, body) = (self.route(route), body.to_string().into_bytes());
        self.ask(pass, Intent::Write, method, &url, &body, stop)
            .await
    }

    /// What the answer proves. A path that is not there any more is looked into, not guessed at.
    fn moved(&self, answer: &Answer, item: &Target) -> Result<Answered<BatchAnswer>, ServiceError> {
        let fact = match answer.status {
            // A 207 says that the name is new and only the purge failed, which nobody asked for.
            200 | 204 | 207 => Fact::Done { at: None },
            200..=299 => return Ok(evidence(Vec::new(), answer.meta.clone())),
            404 if answer.is_object() => return Ok(evidence(Vec::new(), answer.meta.clone())),
            400 | 409 | 422 | 423 => Fact::Refused {
                words: self.words(answer),
            },
            _ => return Err(self.refuse_write(answer)),
        };
        Ok(evidence(vec![(item.id.clone(), fact)], answer.meta.clone()))
    }

    /// Reads the file again to see where it is. A copy is looked for where it was to be.
    pub(super) async fn see_moved(
        &self,
        mut pass: Pass,
        work: &Work,
        item: &Target,
        stop: &CancellationToken,
    ) -> Result<Answered<Seen>, ServiceError> {
        let (file, meta) = self.file_now(&mut pass, &item.id, stop).await?;
        let value = match (work.verb, file) {
            (Verb::Copy, file) => {
                let source = file.as_ref().ok();
                // It was to have the name that the source had then.
                let known = match item.path.as_str() {
                    "" => source.map_or("", |file| file.path.as_str()),
                    planned => planned,
                };
                if known.is_empty() {
                    let words = "the file is gone, and its name was not known".to_owned();
                    Seen::Unclear { words }
                } else {
                    let to = goal(work, known);
                    let copy = self.occupant(&mut pass, &to, stop).await?;
                    seen_copy(item, &to, source, copy.as_ref())
                }
            }
            (_, Err(words)) => Seen::Absent { words },
            (_, Ok(file)) => match way(work, item, &file) {
                Before::Go(_) => Seen::NotDone,
                Before::There => Seen::Done { at: None },
                // It has another name than it was to have, and than it had: the service may have chosen it.
                Before::Say(Fact::Skipped { words }) if work.verb == Verb::Rename => {
                    Seen::Unclear { words }
                }
                Before::Say(Fact::Skipped { words }) => Seen::Skipped { words },
                Before::Say(_) => Seen::NotDone,
            },
        };
        Ok(Answered { value, meta })
    }

    /// The file as its details say now, or the words with which it is said not to be there.
    async fn file_now(
        &self,
        pass: &mut Pass,
        id: &ItemId,
        stop: &CancellationToken,
    ) -> Result<(Result<Listed, String>, CallMeta), ServiceError> {
        let looked = self.look_at(pass, id, stop).await?;
        let file = match looked.value {
            Ok(text) => Ok(self.read_file(&text)?),
            Err(words) => Err(words),
        };
        Ok((file, looked.meta))
    }

    /// The file at a path, if there is one. A list may lag behind, so its word is checked.
    pub(super) async fn occupant(
        &self,
        pass: &mut Pass,
        path: &str,
        stop: &CancellationToken,
    ) -> Result<Option<Listed>, ServiceError> {
        let name = path.rsplit('/').next().unwrap_or_default();
        let query = format!("type = \"file\" AND name = {}", quoted(name));
        let url = self.route(&format!(
            "v1/files?path={}&searchQuery={}&limit=100",
            escaped(&folder(path)),
            escaped(&query)
        ));
        let answer = self
            .ask(pass, Intent::Read, Method::GET, &url, &[], stop)
            .await?;
        if !answer.is_success() {
            return Err(self.refuse(&answer, ErrorKind::NotTheService));
        }
        let window = rows::window(&answer.text()).ok_or_else(|| self.nonsense(&answer))?;
        for file in window.files {
            if file.path != path || file.row.id.as_str().is_empty() {
                continue;
            }
            let (now, _) = self.file_now(pass, &file.row.id, stop).await?;
            if let Some(now) = now.ok().filter(|now| now.path == path) {
                return Ok(Some(now));
            }
        }
        Ok(None)
    }
}

/// A text of the search language.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Where the file at `from` is to be. The service writes an underscore for what a name may not hold.
fn goal(work: &Work, from: &str) -> String {
    let name = from.rsplit('/').next().unwrap_or_default();
    match work.verb {
        Verb::Rename => {
            let name = clean(work.args.name.as_deref().unwrap_or_default());
            path::join(&folder(from), &name)
        }
        _ => path::join(work.args.folder.as_deref().unwrap_or("/"), name),
    }
}

/// A name as the service keeps it (contract section 11).
fn clean(name: &str) -> String {
    let kept = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    name.chars()
        .map(|c| if kept(c) { c } else { '_' })
        .collect()
}

/// What is to be done to a file that is where it is, if it is still the planned one.
fn way(work: &Work, item: &Target, file: &Listed) -> Before {
    let from = &file.path;
    if from.is_empty() {
        let words = "ImageKit names no path of this file".to_owned();
        return Before::Say(Fact::Refused { words });
    }
    let planned = match item.path.as_str() {
        "" => from,
        planned => planned,
    };
    let to = goal(work, planned);
    if work.verb != Verb::Copy && *from == to {
        return Before::There;
    }
    if from != planned {
        let words = format!("it was at {planned} when the plan was made and is at {from} now");
        return Before::Say(Fact::Skipped { words });
    }
    if to == *from {
        let words = "the copy would be the file itself".to_owned();
        return Before::Say(Fact::Refused { words });
    }
    Before::Go(Way {
        from: from.clone(),
        to,
    })
}

/// A copy is ours if a call of ours left for it, which it does only when the place was seen to be free, and what
/// is there now is as long as the source.
fn seen_copy(item: &Target, to: &str, source: Option<&Listed>, copy: Option<&Listed>) -> Seen {
    let Some(copy) = copy else {
        return Seen::NotDone;
    };
    let alike = source.is_none_or(|source| source.row.size == copy.row.size);
    match item.sent && alike {
        true => Seen::Done { at: None },
        false => Seen::Unclear {
            words: format!("a file is at {to}, and nothing tells whether this job put it there"),
        },
    }
}

fn occupied(path: &str) -> Fact {
    Fact::Skipped {
        words: format!("a file is at {path} already; this one would become a version of it"),
    }
}

/// Trouble with a look before the deed: nothing was done, so it can be tried again.
pub(super) fn before_acting(error: ServiceError) -> ServiceError {
    let kind = match error.kind {
        ErrorKind::Lost => ErrorKind::NotTried,
        kind => kind,
    };
    let meta = CallMeta {
        attempts: 0,
        ..error.meta.clone()
    };
    ServiceError {
        kind,
        meta,
        ..error
    }
}

/// The places that files are being put to.
#[derive(Debug, Default)]
pub(super) struct Placing(
    std::sync::Mutex<std::collections::HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
);

impl Placing {
    /// The lock of a path: one file at a time is put there.
    fn of(&self, path: &str) -> Arc<tokio::sync::Mutex<()>> {
        // A panic elsewhere leaves the map usable: every change of it is whole.
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, place| Arc::strong_count(place) > 1);
        held.entry(path.to_owned()).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FileRow, PlanArgs};

    fn work(verb: Verb) -> Work {
        let args = PlanArgs {
            folder: Some("/archive".to_owned()),
            name: Some("new name.jpg".to_owned()),
            ..PlanArgs::default()
        };
        Work { verb, args }
    }

    fn at(path: &str) -> Listed {
        Listed {
            row: FileRow::unknown("id".into()),
            path: path.to_owned(),
            url: None,
            thumbnail: None,
        }
    }

    /// What is to be done to a file that was planned at one path and is at another.
    fn told(verb: Verb, planned: &str, now: &str) -> String {
        let mut item = Target::from("id");
        item.path = planned.to_owned();
        match way(&work(verb), &item, &at(now)) {
            Before::Go(way) => format!("{} > {}", way.from, way.to),
            Before::There => "there".to_owned(),
            Before::Say(Fact::Skipped { .. }) => "skipped".to_owned(),
            Before::Say(Fact::Refused { .. }) => "refused".to_owned(),
            Before::Say(fact) => format!("{fact:?}"),
        }
    }

    #[test]
    fn only_the_planned_file_is_touched() {
        let cases = [
            (
                Verb::Move,
                "/a/x.jpg",
                "/a/x.jpg",
                "/a/x.jpg > /archive/x.jpg",
            ),
            (Verb::Move, "", "/a/x.jpg", "/a/x.jpg > /archive/x.jpg"),
            (Verb::Move, "/a/x.jpg", "/archive/x.jpg", "there"),
            (Verb::Move, "/a/x.jpg", "/b/x.jpg", "skipped"),
            (Verb::Move, "/a/x.jpg", "/archive/y.jpg", "skipped"),
            (
                Verb::Copy,
                "/a/x.jpg",
                "/a/x.jpg",
                "/a/x.jpg > /archive/x.jpg",
            ),
            (Verb::Copy, "/a/x.jpg", "/archive/x.jpg", "skipped"),
            (Verb::Copy, "/archive/x.jpg", "/archive/x.jpg", "refused"),
            (
                Verb::Rename,
                "/a/x.jpg",
                "/a/x.jpg",
                "/a/x.jpg > /a/new_name.jpg",
            ),
            (Verb::Rename, "/x.jpg", "/x.jpg", "/x.jpg > /new_name.jpg"),
            (Verb::Rename, "/a/x.jpg", "/a/new_name.jpg", "there"),
            (Verb::Rename, "/a/x.jpg", "/b/x.jpg", "skipped"),
            (Verb::Rename, "/a/x.jpg", "", "refused"),
        ];
        for (verb, planned, now, expected) in cases {
            assert_eq!(told(verb, planned, now), expected, "{verb} {planned} {now}");
        }
    }

    #[test]
    fn texts_of_the_search_language() {
        assert_eq!(quoted(r#"a "b" \ c"#), r#""a \"b\" \\ c""#);
    }

    #[test]
    fn a_look_that_fails_has_done_nothing() {
        let lost = ServiceError::new(ErrorKind::Lost, "timed out");
        let told = before_acting(lost);
        assert!(told.nothing_done() && told.kind == ErrorKind::NotTried);
        let keys = ServiceError::new(ErrorKind::Unauthenticated, "no");
        assert_eq!(before_acting(keys).kind, ErrorKind::Unauthenticated);
    }
}
