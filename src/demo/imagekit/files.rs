//! One file: details, delete.

use crate::demo::exchange::Answer;

use super::Visit;
use super::json;
use super::library::{Library, is_id};
use super::reply::{self, Refusal};

/// `GET /v1/files/{fileId}/details`
pub(super) fn details(visit: &Visit<'_>, id: &str) -> Result<Answer, Refusal> {
    let library = visit.shared.imagekit.current();
    let ix = find(&library, id)?;
    Ok(reply::json(json::file(visit, &library.files[ix])))
}

/// `DELETE /v1/files/{fileId}`
pub(super) fn delete(visit: &Visit<'_>, id: &str) -> Result<Answer, Refusal> {
    let mut library = visit.shared.imagekit.change();
    library.note_write([id]);
    let ix = find(&library, id)?;
    if library.files[ix].stuck {
        return Err(Refusal::internal());
    }
    library.remove(ix, visit.now);
    Ok(reply::nothing())
}

/// The file with this id, which must have the form of one.
pub(super) fn find(library: &Library, id: &str) -> Result<usize, Refusal> {
    if !is_id(id) {
        return Err(Refusal::bad_id("fileId"));
    }
    library.find(id).ok_or_else(Refusal::no_file)
}
