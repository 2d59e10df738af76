//! One file: details, what its content is like, delete.

use crate::demo::exchange::Answer;

use super::Visit;
use super::kinds::{self, Class};
use super::library::{Library, Version, is_id};
use super::reply::{self, Refusal};
use super::{json, purge};

const NOT_ACCESSIBLE: &str = "The requested file does not exist or is inaccessible at this time.";

/// `GET /v1/files/{fileId}/details`
pub(super) fn details(visit: &Visit<'_>, id: &str) -> Result<Answer, Refusal> {
    let library = visit.library();
    let ix = find(&library, id)?;
    Ok(reply::json(json::file(visit, &library.files[ix])))
}

/// `GET /v1/files/{fileId}/metadata`
pub(super) fn metadata(visit: &Visit<'_>, id: &str) -> Result<Answer, Refusal> {
    let library = visit.library();
    if is_id(id) && library.find(id).is_none() {
        return Err(Refusal::missing(NOT_ACCESSIBLE));
    }
    let ix = find(&library, id)?;
    content_metadata(library.files[ix].current())
}

/// `GET /v1/metadata?url=`
pub(super) fn metadata_of_url(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    let query = visit.ask.query();
    let url = query.iter().find(|(name, _)| name == "url");
    let path = url.and_then(|(_, url)| purge::path_of(visit, url));
    let path = path.ok_or_else(|| {
        Refusal::bad("The url should be accessible using your ImageKit.io account.")
    })?;
    let library = visit.library();
    let ix = library.at_path(&path);
    let ix = ix.ok_or_else(|| Refusal::missing(NOT_ACCESSIBLE))?;
    content_metadata(library.files[ix].current())
}

fn content_metadata(content: &Version) -> Result<Answer, Refusal> {
    let kind = kinds::at(content.kind);
    let (width, height) = content.sides;
    match kind.class {
        Class::Image => Ok(reply::json(serde_json::json!({
            "height": height,
            "width": width,
            "size": content.size,
            "format": kind.format,
            "hasColorProfile": content.bits.is_multiple_of(2),
            "quality": 82,
            "density": 72,
            "hasTransparency": json::has_alpha(content),
            "pHash": format!("{:016x}", content.bits),
            "exif": {
                "image": {}, "thumbnail": {}, "exif": {}, "gps": {}, "interoperability": {}, "makernote": {},
            },
        }))),
        Class::Video => Ok(reply::json(serde_json::json!({
            "height": height,
            "width": width,
            "bitRate": content.size * 8 / json::duration(content),
            "duration": json::duration(content),
            "audioCodec": "aac",
            "videoCodec": "h264",
            "size": content.size,
        }))),
        Class::Other => Err(Refusal::bad("The requested file is corrupt or invalid.")),
    }
}

/// `DELETE /v1/files/{fileId}`
pub(super) fn delete(visit: &Visit<'_>, id: &str) -> Result<Answer, Refusal> {
    let mut library = visit.change();
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
