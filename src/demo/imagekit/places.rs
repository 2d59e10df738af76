//! Copying, moving and renaming one file, which is named by its path.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use crate::demo::exchange::Answer;

use super::library::{File, Library, Version, join, normal, split};
use super::reply::{self, Refusal};
use super::{Visit, data, jobs, json as rows, purge};

/// The most versions that a file can have.
const MOST_VERSIONS: usize = 100;

/// `POST /v1/files/copy`
pub(super) fn copy(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    let body = visit.body()?;
    let all = body
        .get("includeFileVersions")
        .is_some_and(|value| *value == true);
    let mut library = visit.change();
    let (ix, target) = ends(&mut library, &body)?;
    let source = library.files[ix].clone();
    let contents = match all {
        true => &source.versions[..],
        false => &source.versions[source.versions.len() - 1..],
    };
    put(visit, &mut library, &source, contents, &target)?;
    Ok(reply::nothing())
}

/// `POST /v1/files/move`
pub(super) fn relocate(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    let body = visit.body()?;
    let mut library = visit.change();
    let (ix, target) = ends(&mut library, &body)?;
    let source = library.files[ix].clone();
    if library.at_path(&join(&target, &source.name)).is_some() {
        put(visit, &mut library, &source, &source.versions, &target)?;
        library.remove(ix, visit.now);
    } else {
        library.add_folder(&target, visit.now);
        library.relocate(ix, &target, &source.name, visit.now);
        library.files[ix].updated = visit.now;
    }
    Ok(reply::nothing())
}

/// The file to work on and the folder that it goes to.
fn ends(library: &mut Library, body: &Map<String, Value>) -> Result<(usize, String), Refusal> {
    let (source, target) = (
        text(body, "sourceFilePath")?,
        text(body, "destinationPath")?,
    );
    let target = normal(target);
    if target.split('/').any(|name| name == "." || name == "..") {
        let words = "destinationPath contains an invalid folder path.";
        return Err(Refusal::bad(words).reason("INVALID_FOLDER_PATH"));
    }
    if split(source).0 == target {
        let words = "Source and destination cannot be the same.";
        return Err(Refusal::bad(words).reason("SAME_SOURCE_AND_DESTINATION"));
    }
    jobs::check_locks(library, &[split(source).0, &target])?;
    let ix = library.at_path(source).ok_or_else(|| {
        let words = format!("No file found with filePath {source}");
        Refusal::missing(words).reason("SOURCE_FILE_MISSING")
    })?;
    let id = library.files[ix].id.clone();
    library.note_write([id.as_str()]);
    Ok((ix, target))
}

/// Adds contents as a new file or, where one of that name is, as its newest versions.
fn put(
    visit: &Visit<'_>,
    library: &mut Library,
    source: &File,
    contents: &[Version],
    folder: &str,
) -> Result<(), Refusal> {
    let now = visit.now;
    if let Some(ix) = library.at_path(&join(folder, &source.name)) {
        if library.files[ix].versions.len() + contents.len() > MOST_VERSIONS {
            let words = format!("A file can have at most {MOST_VERSIONS} versions.");
            return Err(Refusal::bad(words).reason("VERSION_LIMIT_EXCEEDED"));
        }
        library.append(ix, contents, now);
        return Ok(());
    }
    library.add_folder(folder, now);
    library.add_copy(source, contents.len() > 1, folder, now);
    Ok(())
}

/// `PUT /v1/files/rename`
pub(super) fn rename(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    let body = visit.body()?;
    let (path, name) = (text(&body, "filePath")?, text(&body, "newFileName")?);
    if name.contains('/') {
        let words = "newFileName parameter cannot have a slash.";
        return Err(Refusal::bad(words).reason("INVALID_PARAMETER"));
    }
    let name = data::clean(name);
    let mut library = visit.change();
    let (folder, old) = split(path);
    jobs::check_locks(&library, &[folder])?;
    let ix = library.at_path(path).ok_or_else(|| {
        let words = format!("No file found with filePath {path}");
        Refusal::missing(words).reason("FILE_MISSING")
    })?;
    if name == old {
        let words = "newFileName cannot be the same as its existing name.";
        return Err(Refusal::bad(words).reason("SAME_OLD_AND_NEW_NAME"));
    }
    if library.at_path(&join(folder, &name)).is_some() {
        let words = format!("File with name {name} already exists at the same location.");
        return Err(Refusal::new(StatusCode::CONFLICT, words).reason("FILE_ALREADY_EXISTS"));
    }
    let id = library.files[ix].id.clone();
    library.note_write([id.as_str()]);
    library.relocate(ix, folder, &name, visit.now);
    library.files[ix].updated = visit.now;
    if body.get("purgeCache").is_none_or(|value| *value != true) {
        return Ok(reply::json(json!({})));
    }
    match purge::order(visit, &mut library, &rows::plain_url(visit, path), path) {
        Some(id) => Ok(reply::json(json!({"purgeRequestId": id}))),
        None => Err(Refusal::new(
            StatusCode::MULTI_STATUS,
            "File renamed successfully but we could not purge the CDN cache for old URL because of rate \
             limits on purge API.",
        )
        .reason("PURGE_FAILED")),
    }
}

/// A text of the body that has to be there.
pub(super) fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a str, Refusal> {
    let value = body.get(name).and_then(Value::as_str);
    value.filter(|value| !value.is_empty()).ok_or_else(|| {
        Refusal::bad(format!("{name} parameter is missing.")).reason("MISSING_PARAMETER")
    })
}
