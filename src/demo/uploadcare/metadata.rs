//! The metadata of one file, key by key.

use hyper::{Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::batch::check_media_type;
use super::json::{self, Pairs};
use super::reply::{Refusal, Reply};
use super::{Visit, ids};

const MOST_KEYS: usize = 50;
const LONGEST_KEY: usize = 64;
const LONGEST_VALUE: usize = 512;

/// `GET /files/{uuid}/metadata/`
pub(super) fn all(visit: &Visit<'_>, uuid: &str) -> Result<Reply, Refusal> {
    let project = visit.shared.uploadcare.current(visit.now);
    let ix = project.find_text(uuid).ok_or_else(Refusal::not_found)?;
    Ok(Reply::json(&Pairs(json::metadata(&project, ix))))
}

/// `GET`, `PUT` or `DELETE /files/{uuid}/metadata/{key}/`
pub(super) fn one(visit: &Visit<'_>, uuid: &str, key: &str) -> Result<Reply, Refusal> {
    let key = percent_decode_str(key).decode_utf8_lossy();
    match visit.ask.method {
        Method::PUT => put(visit, uuid, &key),
        Method::DELETE => delete(visit, uuid, &key),
        _ => get(visit, uuid, &key),
    }
}

fn get(visit: &Visit<'_>, uuid: &str, key: &str) -> Result<Reply, Refusal> {
    let project = visit.shared.uploadcare.current(visit.now);
    let ix = project.find_text(uuid).ok_or_else(Refusal::not_found)?;
    let pairs = json::metadata(&project, ix);
    let pair = pairs.iter().find(|(known, _)| known == key);
    let (_, value) = pair.ok_or_else(Refusal::not_found)?;
    Ok(Reply::json(value))
}

fn put(visit: &Visit<'_>, uuid: &str, key: &str) -> Result<Reply, Refusal> {
    let mut project = visit.shared.uploadcare.change(visit.now);
    let ix = project.find_text(uuid).ok_or_else(Refusal::not_found)?;
    let value = value(visit)?;
    if !is_key(key) {
        return Err(Refusal::bad("Metadata key is not valid."));
    }
    let mut pairs = json::metadata(&project, ix);
    let status = match pairs.iter().position(|(known, _)| known == key) {
        Some(place) => {
            pairs[place].1.clone_from(&value);
            StatusCode::OK
        }
        None if pairs.len() >= MOST_KEYS => {
            return Err(Refusal::bad(
                "A file can not have more than 50 metadata keys.",
            ));
        }
        None => {
            pairs.push((key.to_owned(), value.clone()));
            StatusCode::CREATED
        }
    };
    project.note_write(ids::parse(uuid));
    project.edit(ix).metadata = Some(pairs);
    Ok(Reply::status(status, &value))
}

fn delete(visit: &Visit<'_>, uuid: &str, key: &str) -> Result<Reply, Refusal> {
    let mut project = visit.shared.uploadcare.change(visit.now);
    let ix = project.find_text(uuid).ok_or_else(Refusal::not_found)?;
    let mut pairs = json::metadata(&project, ix);
    let before = pairs.len();
    pairs.retain(|(known, _)| known != key);
    if pairs.len() == before {
        return Err(Refusal::not_found());
    }
    project.note_write(ids::parse(uuid));
    project.edit(ix).metadata = Some(pairs);
    Ok(Reply::nothing())
}

/// The bare string in the body.
fn value(visit: &Visit<'_>) -> Result<String, Refusal> {
    check_media_type(visit)?;
    let body = serde_json::from_slice(&visit.ask.body);
    let Ok(Value::String(value)) = body else {
        return Err(Refusal::bad("Metadata value should be a string."));
    };
    let length = value.chars().count();
    if (1..=LONGEST_VALUE).contains(&length) {
        return Ok(value);
    }
    Err(Refusal::bad(
        "Metadata value should have from 1 to 512 symbols.",
    ))
}

fn is_key(key: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte);
    (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(allowed)
}
