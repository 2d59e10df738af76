//! Purging what the delivery network holds of an address.

use hyper::StatusCode;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::demo::exchange::Answer;

use super::library::Library;
use super::reply::{self, Refusal};
use super::{ACCOUNT_ID, Visit};

/// `POST /v1/files/purge`
pub(super) fn run(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    let body = visit.body()?;
    let url = body.get("url").and_then(Value::as_str).unwrap_or_default();
    let invalid = || Refusal::bad("The URL is not valid for cache purging.");
    let path = path_of(visit, url).ok_or_else(invalid)?;
    if !may_purge(&path) {
        return Err(invalid());
    }
    let mut library = visit.change();
    library.note_write([url]);
    let id = order(visit, &mut library, url, &path);
    let id = id.ok_or_else(|| Refusal::bad("The monthly limit of purge requests is reached."))?;
    Ok(reply::status(StatusCode::CREATED, json!({"requestId": id})))
}

/// Purges a path and gives the request's id; `None` if the month's quota is spent.
pub(super) fn order(
    visit: &Visit<'_>,
    library: &mut Library,
    url: &str,
    path: &str,
) -> Option<String> {
    if library.edge.purges() >= visit.quirks().purges_a_month as usize {
        return None;
    }
    let id = library.id(visit.now);
    library.edge.purge(id.clone(), url.to_owned(), path);
    Some(id)
}

/// `GET /v1/files/purge/{requestId}`
pub(super) fn status(visit: &Visit<'_>, id: &str) -> Result<Answer, Refusal> {
    let polls = visit.change().edge.poll(id);
    let polls = polls.ok_or_else(|| Refusal::bad("No request found for this requestId."))?;
    let done = polls > visit.quirks().job_polls;
    let status = if done { "Completed" } else { "Pending" };
    Ok(reply::json(json!({"status": status})))
}

/// The path that an address of this account is for, without transformations.
pub(super) fn path_of(visit: &Visit<'_>, url: &str) -> Option<String> {
    let public = format!("https://ik.imagekit.io/{ACCOUNT_ID}");
    let rest = url
        .strip_prefix(&visit.endpoint)
        .or_else(|| url.strip_prefix(&public))?;
    let plain = rest.split('?').next().unwrap_or_default();
    let path = percent_decode_str(plain).decode_utf8().ok()?;
    let path = match path
        .strip_prefix("/tr:")
        .and_then(|rest| rest.split_once('/'))
    {
        Some((_, path)) => format!("/{path}"),
        None => path.into_owned(),
    };
    path.starts_with('/').then_some(path)
}

/// A wildcard may only end a path that says enough.
fn may_purge(path: &str) -> bool {
    let path = path.trim_start_matches('/');
    let Some(beginning) = path.strip_suffix('*') else {
        return !path.is_empty() && !path.contains('*');
    };
    let forbidden = ["media/catalog/", "s/files/"].contains(&beginning);
    let names = beginning.split('/').filter(|name| !name.is_empty());
    let last = beginning.rsplit('/').next().unwrap_or_default();
    let enough = names.count() >= 2 || beginning.chars().count() >= 15 || last.contains('.');
    enough && !forbidden && !beginning.contains('*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_end_paths_that_say_enough() {
        for (path, good) in [
            ("/a.jpg", true),
            ("/a.jpg*", true),
            ("/a*", false),
            ("/products/2024/*", true),
            ("/a-rather-long-name*", true),
            ("/a*b.jpg", false),
            ("/pro*ducts/2024/*", false),
            ("/media/catalog/*", false),
            ("/s/files/*", false),
            ("/", false),
            ("/*", false),
        ] {
            assert_eq!(may_purge(path), good, "{path}");
        }
    }
}
