//! Uploads: listed, deleted all or none, and made.

use hyper::StatusCode;
use image::ImageFormat;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::demo::exchange::Answer;
use crate::demo::multipart::{self, Part};

use super::Visit;
use super::account::{Account, Upload};
use super::lists::{Wish, stamp};
use super::reply::{self, Refusal};

const A_PAGE: usize = 15;

/// `GET /v1/uploads`
pub(super) fn list(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    let wish = Wish::read(visit, A_PAGE)?;
    let account = visit.shared.templated.current();
    let newest_first = account.uploads.iter().rev();
    let own = newest_first.filter(|upload| !upload.foreign && upload.removed.is_none());
    let shown = own.filter(|upload| wish.shows(&upload.name, &upload.tags, None));
    Ok(wish.page(visit, "uploads", shown.map(|upload| row(visit, upload))))
}

fn row(visit: &Visit<'_>, upload: &Upload) -> Value {
    let mut row = json!({
        "id": upload.id,
        "name": upload.name,
        "size": upload.size,
        "contentType": upload.mime,
        "tags": upload.tags,
        "externalId": upload.external,
        "createdAt": stamp(upload.created),
    });
    if !visit.quirks().no_url {
        let name = utf8_percent_encode(&upload.name, NON_ALPHANUMERIC);
        row["url"] = json!(format!("{}/cdn/uploads/{}/{name}", visit.base, upload.id));
    }
    row
}

/// `DELETE /v1/uploads?ids=A&ids=B`
pub(super) fn delete(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    let ids = ids(visit)?;
    let mut account = visit.shared.templated.change();
    account.note_write(ids.iter().map(String::as_str));
    let (mut not_found, mut unauthorized) = (Vec::new(), Vec::new());
    for id in &ids {
        match account.find(id) {
            None => not_found.push(id),
            Some(ix) if account.uploads[ix].foreign => unauthorized.push(id),
            Some(_) => {}
        }
    }
    if !not_found.is_empty() || !unauthorized.is_empty() {
        return Err(refused(visit, &not_found, &unauthorized));
    }
    remove(visit, &mut account, &ids);
    let mut deleted = ids.clone();
    if visit.quirks().forgets_one && deleted.len() > 1 {
        deleted.pop();
    }
    Ok(reply::json(&json!({
        "deleted": deleted,
        "message": format!("Successfully deleted {} upload(s)", ids.len()),
    })))
}

fn remove(visit: &Visit<'_>, account: &mut Account, ids: &[String]) {
    for id in ids {
        if let Some(ix) = account.find(id) {
            account.uploads[ix].removed = Some(visit.now);
        }
    }
}

fn refused(visit: &Visit<'_>, not_found: &[&String], unauthorized: &[&String]) -> Refusal {
    let mut refusal = Refusal::bad(
        "Cannot delete uploads: some uploads were not found or you don't have permission to delete them",
    );
    for (name, ids) in [("not_found", not_found), ("unauthorized", unauthorized)] {
        if !ids.is_empty() || !visit.quirks().omit_empty {
            refusal = refusal.with(name, json!(ids));
        }
    }
    refusal
}

/// The ids, each once, in their order. Only the bare, repeated name is bound; a list with commas is not.
fn ids(visit: &Visit<'_>) -> Result<Vec<String>, Refusal> {
    let mut ids: Vec<String> = Vec::new();
    for (name, id) in visit.ask.query() {
        if name == "ids" && !id.is_empty() && !id.contains(',') && !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.is_empty() {
        return Err(Refusal::bad("At least one upload ID must be provided"));
    }
    Ok(ids)
}

/// `DELETE /v1/upload/{id}`, where it is there at all.
pub(super) fn delete_one(visit: &Visit<'_>, id: &str) -> Result<Answer, Refusal> {
    let mut account = visit.shared.templated.change();
    account.note_write([id]);
    let found = account.find(id).filter(|ix| !account.uploads[*ix].foreign);
    let ix = found.ok_or_else(|| Refusal::missing("Upload"))?;
    account.uploads[ix].removed = Some(visit.now);
    Ok(reply::nothing())
}

const LARGEST: usize = 2 << 20;

/// `POST /v1/upload`
pub(super) fn create(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    let parts = multipart::parts(visit.ask)
        .ok_or_else(|| Refusal::bad("Request body is not multipart form data"))?;
    let file = parts.iter().find(|part| part.name == "file");
    let file = file.ok_or_else(|| Refusal::bad("File is required"))?;
    if file.bytes.len() > LARGEST {
        return Err(Refusal::bad("File size exceeds the limit of 2 MB"));
    }
    let (mime, sides) = picture(&file.bytes)
        .ok_or_else(|| Refusal::bad("File type not supported. Use JPG, PNG or WebP"))?;
    let tags = parts.iter().filter(|part| part.name == "tags");
    let external = parts.iter().find(|part| part.name == "externalId");
    let mut account = visit.shared.templated.change();
    let upload = Upload {
        id: account.id(),
        name: file
            .file_name
            .clone()
            .unwrap_or_else(|| "upload".to_owned()),
        size: file.bytes.len() as u64,
        mime,
        created: visit.now,
        tags: tags.map(Part::text).collect(),
        external: external.map(Part::text),
        sides,
        removed: None,
        foreign: false,
    };
    account.note_write([upload.id.as_str()]);
    let answer = reply::status(StatusCode::OK, &row(visit, &upload));
    account.add(upload);
    Ok(answer)
}

/// The content type and size of a picture that the service takes.
fn picture(bytes: &[u8]) -> Option<(&'static str, (u32, u32))> {
    let mime = match image::guess_format(bytes).ok()? {
        ImageFormat::Jpeg => "image/jpeg",
        ImageFormat::Png => "image/png",
        ImageFormat::WebP => "image/webp",
        _ => return None,
    };
    let reader = image::ImageReader::new(std::io::Cursor::new(bytes));
    let reader = reader.with_guessed_format().ok()?;
    Some((mime, reader.into_dimensions().unwrap_or((1, 1))))
}
