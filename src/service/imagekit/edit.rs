//! What of a file can be changed: its tags as a whole, its description, its fields; and which fields there are.

use reqwest::Method;

use crate::model::{Edit, FieldRow, FileDetails, ItemId};
use crate::service::http::{Answer, segment};
use crate::service::wire::Fields;
use crate::service::{ErrorKind, ServiceError};

use super::ImageKit;
use super::wire::edit as wire;

impl ImageKit {
    /// The fields that the account's files may have.
    pub(super) async fn all_fields(&self) -> Result<Vec<FieldRow>, ServiceError> {
        let url = self.route("v1/customMetadataFields?includeDeleted=false");
        let answer = self.look(&url).await?;
        if !answer.is_success() {
            return Err(self.refuse(&answer, ErrorKind::NotTheService));
        }
        wire::fields(&answer.text()).ok_or_else(|| self.nonsense(&answer))
    }

    /// Changes a file. Returns it as it is then.
    pub(super) async fn change(
        &self,
        id: &ItemId,
        edit: &Edit,
    ) -> Result<FileDetails, ServiceError> {
        let file = segment(id.as_str()).ok_or_else(|| {
            ServiceError::new(
                ErrorKind::NotFound,
                "This is not an id that can be asked for",
            )
        })?;
        if !edit.is_empty() {
            let route = format!("v1/files/{file}/details");
            let answer = self.write(Method::PATCH, &route, &wire::body(edit)).await?;
            if !answer.is_success() {
                return Err(self.refuse_edit(&answer));
            }
        }
        self.describe(id).await
    }

    /// A refusal names the fields that it is about.
    fn refuse_edit(&self, answer: &Answer) -> ServiceError {
        if answer.status == 404 {
            return self.refuse(answer, ErrorKind::NotFound);
        }
        let mut error = self.refuse_write(answer);
        let text = answer.text();
        let wrong = Fields::of(&text).and_then(|told| wire::wrong(&told));
        if let Some(wrong) = wrong {
            error.message = self.clean(format!("{} {wrong}", error.message));
        }
        error
    }
}
