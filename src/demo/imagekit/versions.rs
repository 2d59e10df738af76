//! The versions of one file: listed, looked at, deleted, restored.

use serde_json::Value;

use crate::demo::exchange::Answer;

use super::library::{File, is_id};
use super::reply::{self, Refusal};
use super::{Visit, files, json};

/// `GET /v1/files/{fileId}/versions`, the current one first.
pub(super) fn list(visit: &Visit<'_>, id: &str) -> Result<Answer, Refusal> {
    let library = visit.library();
    if is_id(id) && library.find(id).is_none() {
        return Err(Refusal::missing("The requested asset does not exist."));
    }
    let file = &library.files[files::find(&library, id)?];
    let older = file.older().iter().rev();
    let older = older.map(|version| json::version(visit, file, version));
    let rows: Vec<Value> = std::iter::once(json::file(visit, file))
        .chain(older)
        .collect();
    Ok(reply::json(rows))
}

/// `GET /v1/files/{fileId}/versions/{versionId}`
pub(super) fn one(visit: &Visit<'_>, id: &str, version: &str) -> Result<Answer, Refusal> {
    let library = visit.library();
    let file = &library.files[files::find(&library, id)?];
    let place = find(file, version)?;
    if place + 1 == file.versions.len() {
        return Ok(reply::json(json::file(visit, file)));
    }
    Ok(reply::json(json::version(
        visit,
        file,
        &file.versions[place],
    )))
}

/// `DELETE /v1/files/{fileId}/versions/{versionId}`
pub(super) fn delete(visit: &Visit<'_>, id: &str, version: &str) -> Result<Answer, Refusal> {
    let mut library = visit.change();
    library.note_write([id]);
    let ix = files::find(&library, id)?;
    let file = &mut library.files[ix];
    let place = find(file, version)?;
    if place + 1 == file.versions.len() {
        return Err(Refusal::bad("You cannot delete current version of a file."));
    }
    file.versions.remove(place);
    Ok(reply::nothing())
}

/// `PUT /v1/files/{fileId}/versions/{versionId}/restore`
pub(super) fn restore(visit: &Visit<'_>, id: &str, version: &str) -> Result<Answer, Refusal> {
    let mut library = visit.change();
    library.note_write([id]);
    let ix = files::find(&library, id)?;
    let file = &mut library.files[ix];
    let place = find(file, version)?;
    let restored = file.versions.remove(place);
    file.versions.push(restored);
    file.updated = visit.now;
    Ok(reply::json(json::file(visit, file)))
}

fn find(file: &File, version: &str) -> Result<usize, Refusal> {
    if !is_id(version) {
        return Err(Refusal::bad_id("versionId"));
    }
    let place = file.versions.iter().position(|known| known.id == version);
    place.ok_or_else(|| Refusal::missing("The requested file version does not exist."))
}
