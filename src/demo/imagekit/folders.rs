//! Folders: made, and deleted with all that is in them.

use hyper::StatusCode;
use serde_json::json;

use crate::demo::exchange::Answer;

use super::library::{join, normal};
use super::places::text;
use super::reply::{self, Refusal};
use super::{Visit, data, jobs};

/// `POST /v1/folder`. One that is there already is no error.
pub(super) fn create(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    let body = visit.body()?;
    let (name, parent) = (text(&body, "folderName")?, text(&body, "parentFolderPath")?);
    if matches!(name, "." | "..") {
        let words = "'.' & '..' can not be used as folder-name";
        return Err(Refusal::bad(words).reason("INVALID_FOLDER_PATH"));
    }
    if name.contains('/') {
        return Err(Refusal::bad("folderName parameter cannot have a slash."));
    }
    let mut library = visit.change();
    let path = join(&normal(parent), &data::clean(name));
    jobs::check_locks(&library, &[&path])?;
    library.note_write([path.as_str()]);
    library.add_folder(&path, visit.now);
    Ok(reply::status(StatusCode::CREATED, json!({})))
}

/// `DELETE /v1/folder`, with a body.
pub(super) fn delete(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    let body = visit.body()?;
    let sent = text(&body, "folderPath")?;
    let path = normal(sent);
    let mut library = visit.change();
    if path == "/" || !library.has_folder(&path) {
        let words = format!("No folder found with folderPath {sent}");
        return Err(Refusal::missing(words).reason("FOLDER_NOT_FOUND"));
    }
    jobs::check_locks(&library, &[&path])?;
    jobs::check_size(visit, &library, &path)?;
    library.note_write([path.as_str()]);
    for ix in library.files_within(&path) {
        library.remove(ix, visit.now);
    }
    for folder in library.folders_within(&path) {
        library.folders.remove(&folder);
    }
    Ok(reply::nothing())
}
