//! The tags of one file: read, replaced, or changed by adding and deleting.

use hyper::Method;
use serde_json::{Map, Value, json};

use super::batch::check_media_type;
use super::reply::{Refusal, Reply};
use super::{Visit, ids, json as objects};

const MOST: usize = 50;
const LONGEST: usize = 100;

/// `GET`, `PUT` or `PATCH /files/{uuid}/tags/`
pub(super) fn run(visit: &Visit<'_>, uuid: &str) -> Result<Reply, Refusal> {
    let mut project = visit.shared.uploadcare.change(visit.now);
    let ix = project
        .find_text(uuid)
        .filter(|ix| project.file(*ix).removed().is_none())
        .ok_or_else(Refusal::not_found)?;
    let tags = objects::tags(&project, ix).into_iter();
    let old: Vec<String> = tags.map(str::to_owned).collect();
    if visit.ask.method == Method::GET || visit.ask.method == Method::HEAD {
        return Ok(Reply::json(&json!({"tags": old})));
    }
    let body = body(visit)?;
    let new = checked(if visit.ask.method == Method::PUT {
        list(&body, "tags")?.ok_or_else(|| field("tags", "This field is required."))?
    } else {
        let deleted = normal(list(&body, "delete")?.unwrap_or_default());
        let kept = old.iter().filter(|tag| !deleted.contains(tag)).cloned();
        kept.chain(list(&body, "add")?.unwrap_or_default())
            .collect()
    })?;
    project.note_write(ids::parse(uuid));
    let answer = json!({
        "tags": new,
        "added": missing(&new, &old),
        "deleted": missing(&old, &new),
    });
    if new != old {
        project.edit(ix).tags = Some(new);
    }
    Ok(Reply::json(&answer))
}

fn body(visit: &Visit<'_>) -> Result<Map<String, Value>, Refusal> {
    check_media_type(visit)?;
    match serde_json::from_slice(&visit.ask.body) {
        Ok(Value::Object(body)) => Ok(body),
        _ => Err(Refusal::bad("Expected JSON object.")),
    }
}

fn field(name: &str, words: &str) -> Refusal {
    Refusal::keyed(hyper::StatusCode::BAD_REQUEST, json!({name: [words]}))
}

fn list(body: &Map<String, Value>, name: &str) -> Result<Option<Vec<String>>, Refusal> {
    let Some(value) = body.get(name) else {
        return Ok(None);
    };
    serde_json::from_value(value.clone())
        .map(Some)
        .map_err(|_| field(name, "Expected a list of strings."))
}

/// In lower case, stripped, each once, the first place kept.
fn normal(tags: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(tags.len());
    for tag in tags {
        let tag = tag.trim().to_lowercase();
        if !tag.is_empty() && !out.contains(&tag) {
            out.push(tag);
        }
    }
    out
}

fn checked(tags: Vec<String>) -> Result<Vec<String>, Refusal> {
    let tags = normal(tags);
    if tags.len() > MOST {
        let words = format!("Too many tags: {} (max {MOST}).", tags.len());
        return Err(field("tags", &words));
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let good = |tag: &String| tag.len() <= LONGEST && tag.bytes().all(allowed);
    if tags.iter().all(good) {
        return Ok(tags);
    }
    Err(field(
        "tags",
        "A tag has 1 to 100 of the characters A-Z a-z 0-9 - _ .",
    ))
}

/// What of the first is not in the second, sorted.
fn missing(these: &[String], others: &[String]) -> Vec<String> {
    let missing = these.iter().filter(|tag| !others.contains(tag));
    let mut missing: Vec<String> = missing.cloned().collect();
    missing.sort();
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn tags_are_normalised() {
        let given = tags(&[" Cat", "dog", "CAT", "", "  ", "a.b_c-1"]);
        assert_eq!(normal(given), tags(&["cat", "dog", "a.b_c-1"]));
    }

    #[test]
    fn bad_tags_are_refused() {
        let many: Vec<String> = (0..51).map(|ix| ix.to_string()).collect();
        assert!(checked(many.clone()).is_err());
        assert!(checked(many[1..].to_vec()).is_ok());
        assert!(checked(tags(&["two words"])).is_err());
        assert!(checked(vec!["x".repeat(101)]).is_err());
    }
}
