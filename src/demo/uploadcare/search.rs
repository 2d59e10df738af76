//! Search: conditions that are ANDed, in an answer that pages by offset.

use hyper::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Visit;
use super::batch::check_media_type;
use super::facts;
use super::json::{self as objects, FileJson};
use super::kinds;
use super::reply::{Refusal, Reply};
use super::state::{File, Project};
use crate::model::Time;

const USUAL: usize = 20;
const MOST: usize = 100;
const WINDOW: usize = 1000;
const SHORTEST: usize = 4;

#[derive(Serialize)]
struct Found<'a> {
    next: Option<String>,
    previous: Option<String>,
    total: usize,
    per_page: usize,
    results: Vec<FileJson<'a>>,
}

/// `POST /files/search/`
pub(super) fn run(visit: &Visit<'_>) -> Result<Reply, Refusal> {
    check_media_type(visit)?;
    let Ok(Value::Object(body)) = serde_json::from_slice(&visit.ask.body) else {
        return Err(field("non_field_errors", "Expected JSON object."));
    };
    let (limit, offset) = window(visit)?;
    check(&body)?;
    let project = visit.shared.uploadcare.current(visit.now);
    let lag = visit.shared.quirks.search_lag.as_micros() as i64;
    let known = |ix: &usize| {
        let file = project.file(*ix);
        !file.gone && file.removed().is_none() && file.uploaded.0 + lag <= visit.now.0
    };
    let all = 0..project.files().len();
    let mut hits: Vec<usize> = all
        .filter(known)
        .filter(|ix| matches(&project, *ix, &body))
        .collect();
    sort(&project, &mut hits, &body);
    let page = |offset: usize| page_link(visit, limit, offset);
    let last = (hits.len().min(WINDOW)).saturating_sub(offset) <= limit;
    let shown = hits.iter().skip(offset).take(limit);
    Ok(Reply::json(&Found {
        next: (!last).then(|| page(offset + limit)),
        previous: (offset > 0).then(|| page(offset.saturating_sub(limit))),
        total: hits.len(),
        per_page: limit,
        results: shown
            .map(|ix| object(&project, *ix, visit, &body))
            .collect(),
    }))
}

fn object<'a>(
    project: &'a Project,
    ix: usize,
    visit: &Visit<'_>,
    body: &Map<String, Value>,
) -> FileJson<'a> {
    let mut json = objects::file(project, ix, visit);
    let query = body.get("query").and_then(Value::as_str);
    json.highlight = query.and_then(|query| highlight(&project.file(ix).name, query));
    json
}

/// The name with the match marked, where the name is why the file was found.
fn highlight(name: &str, query: &str) -> Option<Value> {
    let start = name
        .to_ascii_lowercase()
        .find(&query.to_ascii_lowercase())?;
    let (before, rest) = name.split_at(start);
    let (hit, after) = rest.split_at(query.len());
    Some(json!({"original_filename": [format!("{before}<em>{hit}</em>{after}")]}))
}

fn field(name: &str, words: &str) -> Refusal {
    Refusal::keyed(StatusCode::BAD_REQUEST, json!({name: [words]}))
}

fn window(visit: &Visit<'_>) -> Result<(usize, usize), Refusal> {
    let query = visit.ask.query();
    let number = |name: &str, usual: usize| match query.iter().find(|(key, _)| key == name) {
        None => Ok(usual),
        Some((_, value)) => value
            .parse::<usize>()
            .map_err(|_| field(name, "A valid integer is required.")),
    };
    let (limit, offset) = (number("limit", USUAL)?, number("offset", 0)?);
    if !(1..=MOST).contains(&limit) {
        return Err(field("limit", "Must be between 1 and 100."));
    }
    if offset.saturating_add(limit) > WINDOW {
        return Err(field(
            "non_field_errors",
            "offset + limit must not exceed 1000.",
        ));
    }
    Ok((limit, offset))
}

fn page_link(visit: &Visit<'_>, limit: usize, offset: usize) -> String {
    let query = visit.ask.query();
    let appdata = query
        .iter()
        .any(|(name, value)| name == "include" && value == "appdata");
    let include = if appdata { "&include=appdata" } else { "" };
    format!(
        "{}/files/search/?limit={limit}&offset={offset}{include}",
        visit.origin
    )
}

/// Refuses a body without a condition, and conditions that make no sense.
fn check(body: &Map<String, Value>) -> Result<(), Refusal> {
    let conditions = body
        .keys()
        .filter(|name| !matches!(name.as_str(), "fuzziness" | "sort"));
    if conditions.count() == 0 {
        return Err(field(
            "non_field_errors",
            "At least one condition is required.",
        ));
    }
    let too_short = |value: &Value| {
        value
            .as_str()
            .is_none_or(|text| text.chars().count() < SHORTEST)
    };
    if body.get("query").is_some_and(too_short) {
        return Err(field("query", "Must be at least 4 characters."));
    }
    let phrase = body.get("phrase").and_then(Value::as_object);
    for (name, value) in phrase.into_iter().flatten() {
        if too_short(value) {
            let words = json!({"phrase": {name: ["Must be at least 4 characters."]}});
            return Err(Refusal::keyed(StatusCode::BAD_REQUEST, words));
        }
        if body
            .get("exact")
            .is_some_and(|exact| exact.get(name).is_some())
        {
            return Err(field(
                "non_field_errors",
                "A field may be in phrase or in exact, not in both.",
            ));
        }
    }
    if body
        .get("is_image")
        .is_some_and(|value| !value.is_boolean())
    {
        let words = json!({"is_image": "Must be a boolean value."});
        return Err(Refusal::keyed(StatusCode::BAD_REQUEST, words));
    }
    Ok(())
}

/// Whether a file meets every condition.
fn matches(project: &Project, ix: usize, body: &Map<String, Value>) -> bool {
    let file = project.file(ix);
    body.iter().all(|(name, value)| match name.as_str() {
        "query" => value
            .as_str()
            .is_some_and(|text| mentions(project, ix, text)),
        "phrase" => all_fields(value, |field, wanted| {
            let text = wanted.as_str().unwrap_or_default();
            texts(project, ix, field)
                .iter()
                .any(|known| holds(known, text))
        }),
        "exact" => all_fields(value, |field, wanted| {
            let wanted = wanted.as_array().map_or(&[][..], Vec::as_slice);
            let known = texts(project, ix, field);
            let known = |value: &Value| known.iter().any(|text| value == text);
            wanted.iter().any(known)
        }),
        "datetime_uploaded" => in_range(value, file.uploaded.0, |bound| {
            bound.as_str().and_then(Time::parse).map(|time| time.0)
        }),
        "size" => in_range(value, file.size as i64, Value::as_i64),
        "is_image" => value.as_bool() == Some(facts::is_image(file)),
        "tags" => tagged(&objects::tags(project, ix), value),
        _ => true,
    })
}

fn all_fields(value: &Value, holds: impl Fn(&str, &Value) -> bool) -> bool {
    let fields = value.as_object().into_iter().flatten();
    fields
        .into_iter()
        .all(|(field, wanted)| holds(field, wanted))
}

fn holds(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

fn mentions(project: &Project, ix: usize, text: &str) -> bool {
    [
        "original_filename",
        "metadata",
        "detected_mime_type",
        "uuid",
    ]
    .iter()
    .flat_map(|field| texts(project, ix, field))
    .any(|known| holds(&known, text))
}

fn texts(project: &Project, ix: usize, field: &str) -> Vec<String> {
    let file = project.file(ix);
    let metadata = || objects::metadata(project, ix).into_iter();
    match field {
        "original_filename" => vec![file.name.to_string()],
        "detected_mime_type" => vec![kinds::at(file.kind).mime.to_owned()],
        "uuid" => vec![file.uuid_text()],
        "metadata" => metadata().map(|(_, value)| value).collect(),
        _ => {
            let key = field
                .strip_prefix("metadata[")
                .and_then(|key| key.strip_suffix(']'));
            let pairs = metadata().filter(|(known, _)| Some(known.as_str()) == key);
            pairs.map(|(_, value)| value).collect()
        }
    }
}

fn in_range(bounds: &Value, value: i64, read: impl Fn(&Value) -> Option<i64>) -> bool {
    let bound = |name: &str| bounds.get(name).and_then(&read);
    bound("gt").is_none_or(|bound| value > bound)
        && bound("gte").is_none_or(|bound| value >= bound)
        && bound("lt").is_none_or(|bound| value < bound)
        && bound("lte").is_none_or(|bound| value <= bound)
}

fn tagged(tags: &[&str], wanted: &Value) -> bool {
    let list = |name: &str| wanted.get(name).and_then(Value::as_array);
    let has = |tag: &Value| tag.as_str().is_some_and(|tag| tags.contains(&tag));
    list("any").is_none_or(|any| any.iter().any(has))
        && list("all").is_none_or(|all| all.iter().all(has))
        && list("none").is_none_or(|none| !none.iter().any(has))
}

/// Sorts by the first key of `sort`; upload time is the rest of it and the default.
fn sort(project: &Project, hits: &mut [usize], body: &Map<String, Value>) {
    let key = body
        .get("sort")
        .and_then(|sort| sort.get(0))
        .and_then(Value::as_str);
    let key = key.unwrap_or("datetime_uploaded");
    let (name, down) = match key.strip_prefix('-') {
        Some(name) => (name, true),
        None => (key, false),
    };
    let file = |ix: &usize| -> &File { project.file(*ix) };
    match name {
        "size" => hits.sort_by_key(|ix| file(ix).size),
        "original_filename" => hits.sort_by_key(|ix| file(ix).name.clone()),
        _ => {}
    }
    if down {
        hits.reverse();
    }
}
