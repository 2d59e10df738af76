//! Folders: listed, made, deleted, and changed as a whole, which the service does in its own time.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::model::{FolderChange, FolderJob, FolderRow, check_folder};
use crate::service::http::{Answer, Intent, escaped, segment};
use crate::service::wire::Fields;
use crate::service::{
    Answered, BatchAnswer, CallMeta, ErrorKind, Fact, Pass, Priority, Seen, ServiceError, Target,
};

use super::ImageKit;
use super::moves::quoted;
use super::verbs::evidence;
use super::wire::folders as wire;
use super::wire::rows::folder as parent;

/// Folders of one answer.
const ROWS: usize = 1000;

/// Answers after which a service that always has more is not believed.
const MOST: usize = 1000;

impl ImageKit {
    /// All folders, by path.
    pub(super) async fn all_folders(&self) -> Result<Vec<FolderRow>, ServiceError> {
        let mut found = BTreeMap::new();
        for page in 0..MOST {
            let skip = page * ROWS;
            let query = format!("v1/files?type=folder&sort=ASC_CREATED&limit={ROWS}&skip={skip}");
            let answer = self.look(&self.route(&query)).await?;
            if !answer.is_success() {
                return Err(self.refuse(&answer, ErrorKind::NotTheService));
            }
            let page = wire::page(&answer.text()).ok_or_else(|| self.nonsense(&answer))?;
            let before = found.len();
            found.extend(page.folders.into_iter().map(|row| (row.path.clone(), row)));
            if page.came < ROWS || found.len() == before {
                break;
            }
        }
        Ok(found.into_values().collect())
    }

    /// Makes a folder and those above it.
    pub(super) async fn make_folder(&self, path: &str) -> Result<(), ServiceError> {
        let path = trimmed(path)?;
        let name = path.rsplit('/').next().unwrap_or_default();
        let body = json!({"folderName": name, "parentFolderPath": parent(path)});
        let answer = self.write(Method::POST, "v1/folder", &body).await?;
        match answer.status {
            200..=299 => Ok(()),
            _ => Err(self.refuse_write(&answer)),
        }
    }

    /// Deletes a folder with all that is in it.
    pub(super) async fn delete_folder(
        &self,
        mut pass: Pass,
        item: &Target,
        stop: &CancellationToken,
    ) -> Result<Answered<BatchAnswer>, ServiceError> {
        let said = |fact, meta| Ok(evidence(vec![(item.id.clone(), fact)], meta));
        let path = match trimmed(item.id.as_str()) {
            Ok(path) => path,
            Err(error) => {
                let words = format!("Tallyman: {}", error.message);
                return said(Fact::Refused { words }, CallMeta::default());
            }
        };
        let url = self.route("v1/folder");
        let body = json!({ "folderPath": path }).to_string().into_bytes();
        let answer = self
            .ask(&mut pass, Intent::Write, Method::DELETE, &url, &body, stop)
            .await?;
        let words = || self.words(&answer);
        let fact = match answer.status {
            200 | 204 => Fact::Done { at: None },
            200..=299 => return Err(self.lost(&answer)),
            404 if answer.is_object() => Fact::Absent { words: words() },
            400 | 409 | 422 | 423 => Fact::Refused { words: words() },
            _ => return Err(self.refuse_write(&answer)),
        };
        said(fact, answer.meta.clone())
    }

    /// Looks for a folder among those of its parent.
    pub(super) async fn see_folder(
        &self,
        mut pass: Pass,
        item: &Target,
        stop: &CancellationToken,
    ) -> Result<Answered<Seen>, ServiceError> {
        let path = trimmed(item.id.as_str())?;
        let name = path.rsplit('/').next().unwrap_or_default();
        let query = format!("type = \"folder\" AND name = {}", quoted(name));
        let url = self.route(&format!(
            "v1/files?path={}&searchQuery={}&limit=100",
            escaped(&parent(path)),
            escaped(&query)
        ));
        let answer = self
            .ask(&mut pass, Intent::Read, Method::GET, &url, &[], stop)
            .await?;
        if !answer.is_success() {
            return Err(self.refuse(&answer, ErrorKind::NotTheService));
        }
        let page = wire::page(&answer.text()).ok_or_else(|| self.nonsense(&answer))?;
        let value = match page.folders.iter().any(|row| row.path == path) {
            true => Seen::NotDone,
            false => Seen::Absent {
                words: format!("ImageKit lists no folder {path}"),
            },
        };
        Ok(Answered {
            value,
            meta: answer.meta,
        })
    }

    /// Has a change of a folder begun.
    pub(super) async fn begin_change(&self, change: &FolderChange) -> Result<String, ServiceError> {
        let (method, route, body) = request(change)?;
        let answer = self.write(method, route, &body).await?;
        match answer.status {
            200..=299 => {
                let text = answer.text();
                let job = Fields::of(&text).and_then(|told| told.words("jobId"));
                job.ok_or_else(|| self.lost(&answer))
            }
            _ => Err(self.refuse_write(&answer)),
        }
    }

    /// Where a change of a folder stands.
    pub(super) async fn change_status(&self, job: &str) -> Result<FolderJob, ServiceError> {
        let job = segment(job).ok_or_else(|| {
            ServiceError::new(ErrorKind::NotFound, "This is not the name of a bulk job")
        })?;
        let answer = self
            .look(&self.route(&format!("v1/bulkJobs/{job}")))
            .await?;
        match answer.status {
            200..=299 => wire::job(&answer.text()).ok_or_else(|| self.nonsense(&answer)),
            404 if answer.is_object() => Err(answer.error(
                ErrorKind::NotFound,
                "ImageKit does not know this bulk job any more. Refresh the list to see what became of it",
            )),
            _ => Err(self.refuse(&answer, ErrorKind::NotFound)),
        }
    }

    /// Changes something outside of jobs, for a person who waits.
    pub(super) async fn write(
        &self,
        method: Method,
        route: &str,
        body: &Value,
    ) -> Result<Answer, ServiceError> {
        let mut pass = self.gate.enter(Priority::List).await;
        let body = match body {
            Value::Null => Vec::new(),
            body => body.to_string().into_bytes(),
        };
        let (url, stop) = (self.route(route), CancellationToken::new());
        self.ask(&mut pass, Intent::Write, method, &url, &body, &stop)
            .await
    }
}

fn request(change: &FolderChange) -> Result<(Method, &'static str, Value), ServiceError> {
    Ok(match change {
        FolderChange::Copy { from, to, versions } => (
            Method::POST,
            "v1/bulkJobs/copyFolder",
            json!({
                "sourceFolderPath": trimmed(from)?,
                "destinationPath": checked(to)?,
                "includeVersions": versions,
            }),
        ),
        FolderChange::Move { from, to } => (
            Method::POST,
            "v1/bulkJobs/moveFolder",
            json!({"sourceFolderPath": trimmed(from)?, "destinationPath": checked(to)?}),
        ),
        FolderChange::Rename { from, name, purge } => (
            Method::POST,
            "v1/bulkJobs/renameFolder",
            json!({
                "folderPath": trimmed(from)?,
                "newFolderName": named(name)?,
                "purgeCache": purge,
            }),
        ),
    })
}

/// The path of a folder that is not the root, without a slash at its end.
fn trimmed(path: &str) -> Result<&str, ServiceError> {
    let path = checked(path)?.trim_end_matches('/');
    match path {
        "" => Err(refused("The root folder cannot be changed")),
        path => Ok(path),
    }
}

fn checked(path: &str) -> Result<&str, ServiceError> {
    check_folder(path).map_err(refused)?;
    Ok(path)
}

fn named(name: &str) -> Result<&str, ServiceError> {
    crate::model::check_name(name).map_err(refused)?;
    Ok(name)
}

fn refused(message: impl Into<String>) -> ServiceError {
    ServiceError::new(ErrorKind::Refused, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_folders() {
        let cases = [
            ("/a", Some("/a")),
            ("/a/b/", Some("/a/b")),
            ("/", None),
            ("a", None),
            ("/a/../b", None),
            ("", None),
        ];
        for (given, expected) in cases {
            assert_eq!(trimmed(given).ok(), expected, "{given}");
        }
    }
}
