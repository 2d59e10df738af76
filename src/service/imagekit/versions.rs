//! The versions of one file. A version has an id of its own, which goes to the versions' routes alone.

use reqwest::Method;
use serde_json::Value;

use crate::model::{ItemId, VersionRow};
use crate::service::http::{Answer, segment};
use crate::service::{ErrorKind, ServiceError};

use super::ImageKit;
use super::wire::versions as wire;

impl ImageKit {
    /// The versions of a file, the current one first.
    pub(super) async fn all_versions(&self, id: &ItemId) -> Result<Vec<VersionRow>, ServiceError> {
        let route = route(id, None, "")?;
        let answer = self.look(&self.route(&route)).await?;
        match answer.status {
            200 => wire::rows(&answer.text()).ok_or_else(|| self.nonsense(&answer)),
            _ => Err(self.refuse(&answer, ErrorKind::NotFound)),
        }
    }

    /// Deletes one version.
    pub(super) async fn drop_version(
        &self,
        id: &ItemId,
        version: &str,
    ) -> Result<(), ServiceError> {
        let route = route(id, Some(version), "")?;
        let answer = self.write(Method::DELETE, &route, &Value::Null).await?;
        self.version_changed(&answer)
    }

    /// Makes a version the current one.
    pub(super) async fn take_back(&self, id: &ItemId, version: &str) -> Result<(), ServiceError> {
        let route = route(id, Some(version), "/restore")?;
        let answer = self.write(Method::PUT, &route, &Value::Null).await?;
        self.places.forget(id);
        self.version_changed(&answer)
    }

    fn version_changed(&self, answer: &Answer) -> Result<(), ServiceError> {
        match answer.status {
            200..=299 => Ok(()),
            404 if answer.is_object() => Err(answer.error(
                ErrorKind::NotFound,
                "ImageKit does not know this version any more. Refresh the details",
            )),
            _ => Err(self.refuse_write(answer)),
        }
    }
}

fn route(id: &ItemId, version: Option<&str>, what: &str) -> Result<String, ServiceError> {
    let parts = || {
        let file = segment(id.as_str())?;
        match version {
            None => Some(format!("v1/files/{file}/versions")),
            Some(version) => {
                let version = segment(version)?;
                Some(format!("v1/files/{file}/versions/{version}{what}"))
            }
        }
    };
    parts().ok_or_else(|| {
        ServiceError::new(
            ErrorKind::NotFound,
            "This is not an id that can be asked for",
        )
    })
}
