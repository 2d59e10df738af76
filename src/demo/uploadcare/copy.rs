//! Copies. Local ones are made at once and complete after a while; there is no storage for remote ones.

use std::borrow::Cow;

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::model::Time;

use super::batch::check_media_type;
use super::reply::{Refusal, Reply};
use super::state::Project;
use super::{Visit, json as objects};

/// `POST /files/local_copy/`
pub(super) fn local(visit: &Visit<'_>) -> Result<Reply, Refusal> {
    let body = body(visit)?;
    let store = match body.get("store") {
        None | Some(Value::Null) => false,
        Some(value) => flag(value)
            .ok_or_else(|| Refusal::bad("`store` parameter should be `true` or `false`."))?,
    };
    let mut project = visit.shared.uploadcare.change(visit.now);
    let source = source(&project, &body)?;
    let named = project.file(source).uuid;
    project.note_write([named]);
    let delay = visit.shared.quirks.copy_delay.as_micros() as i64;
    let ix = project.copy(source, store, visit.now, Time(visit.now.0 + delay));
    if let Some(Value::Object(pairs)) = body.get("metadata") {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let pairs = pairs.iter().map(|(key, value)| (key.clone(), text(value)));
        project.edit(ix).metadata = Some(pairs.collect());
    }
    let url = format!("{}/files/{}/", visit.origin, project.file(ix).uuid_text());
    let file = objects::file(&project, ix, visit);
    let answer = json!({"type": "file", "result": file});
    Ok(Reply::status(StatusCode::CREATED, &answer).located(&url))
}

/// `POST /files/remote_copy/`: this project has no storage of its own.
pub(super) fn remote(visit: &Visit<'_>) -> Result<Reply, Refusal> {
    let body = body(visit)?;
    let project = visit.shared.uploadcare.current(visit.now);
    source(&project, &body)?;
    Err(Refusal::bad("Project has no storage with provided name."))
}

fn body(visit: &Visit<'_>) -> Result<Value, Refusal> {
    check_media_type(visit)?;
    serde_json::from_slice(&visit.ask.body).map_err(|_| Refusal::bad("Expected JSON object."))
}

fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// The file that the source names: an id or a CDN address, with or without operations.
fn source(project: &Project, body: &Value) -> Result<usize, Refusal> {
    let text = body
        .get("source")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if text.is_empty() {
        return Err(Refusal::bad("`source` parameter is required."));
    }
    let bad = || Refusal::bad("Bad `source` parameter. Use UUID or CDN URL.");
    let path = match text.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => text,
    };
    let mut parts = path.split('/').map(Cow::from);
    let ix = parts
        .find_map(|part| project.find_text(&part))
        .ok_or_else(bad)?;
    let file = project.file(ix);
    if file.removed().is_some() {
        return Err(bad());
    }
    if !file.ready {
        return Err(Refusal::bad("File is not ready yet."));
    }
    Ok(ix)
}
