//! Storing and deleting up to a hundred files with one call.

use std::collections::BTreeSet;

use hyper::{Method, StatusCode};
use serde::Serialize;
use serde_json::Value;

use super::files::LOCKED;
use super::json::{self, FileJson, Pairs};
use super::reply::{Refusal, Reply};
use super::state::Project;
use super::{Visit, ids};

const MOST: usize = 100;

#[derive(Serialize)]
struct Batch<'a> {
    status: &'static str,
    result: Vec<FileJson<'a>>,
    problems: Pairs,
}

/// What became of the inputs of a call.
#[derive(Default)]
struct Sorted {
    /// Files to work on. Files are kept by upload time, so this is the order of the answer.
    files: BTreeSet<usize>,
    problems: Vec<(String, String)>,
}

impl Sorted {
    fn problem(&mut self, input: &str, reason: &str) {
        if self.problems.iter().all(|(known, _)| known != input) {
            self.problems.push((input.to_owned(), reason.to_owned()));
        }
    }
}

/// `PUT` or `DELETE /files/storage/`
pub(super) fn run(visit: &Visit<'_>) -> Result<Reply, Refusal> {
    let inputs = inputs(visit)?;
    let deletes = visit.ask.method == Method::DELETE;
    let mut project = visit.shared.uploadcare.change(visit.now);
    let named: BTreeSet<u128> = inputs
        .iter()
        .filter_map(|input| ids::parse(input))
        .collect();
    project.note_write(named);
    let sorted = sort(&project, &inputs, deletes);
    for ix in &sorted.files {
        if deletes {
            project.remove(*ix, visit.now);
        } else {
            project.store(*ix, visit.now);
        }
    }
    let files = sorted.files.iter();
    Ok(Reply::json(&Batch {
        status: "ok",
        result: files.map(|ix| json::file(&project, *ix, visit)).collect(),
        problems: Pairs(sorted.problems),
    }))
}

fn sort(project: &Project, inputs: &[String], deletes: bool) -> Sorted {
    let mut sorted = Sorted::default();
    for input in inputs {
        let Some(uuid) = ids::parse(input) else {
            sorted.problem(input, "Invalid");
            continue;
        };
        let Some(ix) = project.find(uuid) else {
            sorted.problem(input, "Missing in the project");
            continue;
        };
        let file = project.file(ix);
        if deletes && file.locked && file.removed().is_none() {
            sorted.problem(input, LOCKED);
        } else {
            sorted.files.insert(ix);
        }
    }
    sorted
}

/// The strings of the body, counted before duplicates collapse.
fn inputs(visit: &Visit<'_>) -> Result<Vec<String>, Refusal> {
    check_media_type(visit)?;
    let body = serde_json::from_slice(&visit.ask.body);
    let Ok(Value::Array(values)) = body else {
        return Err(Refusal::bad("Expected list of UUIDs"));
    };
    if values.is_empty() {
        return Err(Refusal::bad("List of UUIDs can not be empty"));
    }
    if values.len() > MOST {
        return Err(Refusal::bad(format!(
            "Maximum UUIDs per request is exceeded. The limit is {MOST}"
        )));
    }
    let texts = values.into_iter().map(|value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    });
    Ok(texts.collect())
}

/// 415 for a body of another type than JSON.
pub(super) fn check_media_type(visit: &Visit<'_>) -> Result<(), Refusal> {
    let media_type = visit.ask.media_type();
    let json = media_type == "application/json" || media_type.ends_with("+json");
    if json || visit.ask.body.is_empty() {
        return Ok(());
    }
    Err(Refusal::detail(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        format!("Unsupported media type \"{media_type}\" in request."),
    ))
}
