//! Calls that name many files: delete, add tags, remove tags. Each is all or nothing where an id is missing.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use crate::demo::exchange::Answer;

use super::Visit;
use super::library::{self, Library};
use super::quirks::{Echo, Missing};
use super::reply::{self, Refusal};

const MOST_DELETED: usize = 100;
const MOST_EDITED: usize = 50;
/// All tags of a file together, in characters.
pub(super) const LONGEST_TAGS: usize = 500;

/// Which files a call names, and how each list in its answer is called.
struct Call<'a> {
    ids: Vec<String>,
    answer: &'static str,
    error: &'static str,
    visit: &'a Visit<'a>,
}

/// `POST /v1/files/batch/deleteByFileIds`
pub(super) fn delete(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    let body = visit.body()?;
    let too_many = format!("fileIds cannot have more than {MOST_DELETED} items.");
    let call = Call {
        ids: ids(visit, &body, MOST_DELETED, &too_many)?,
        answer: "successfullyDeletedFileIds",
        error: "Error in deleting tags",
        visit,
    };
    call.run(|library, ix| library.remove(ix, visit.now))
}

/// `POST /v1/files/addTags`
pub(super) fn add_tags(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    edit_tags(
        visit,
        "tags",
        "Error in adding tags",
        |library, ix, tags| {
            let own = &mut library.files[ix].tags;
            own.extend(
                tags.iter()
                    .filter(|tag| !own.contains(tag))
                    .cloned()
                    .collect::<Vec<_>>(),
            );
        },
    )
}

/// `POST /v1/files/removeTags`
pub(super) fn remove_tags(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    edit_tags(
        visit,
        "tags",
        "Error in removing tags",
        |library, ix, tags| {
            library.files[ix].tags.retain(|tag| !tags.contains(tag));
        },
    )
}

/// `POST /v1/files/removeAITags`
pub(super) fn remove_ai_tags(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    edit_tags(
        visit,
        "AITags",
        "Error in removing AI tags",
        |library, ix, tags| {
            library.files[ix]
                .ai_tags
                .retain(|tag| !tags.contains(&tag.name));
        },
    )
}

fn edit_tags(
    visit: &Visit<'_>,
    member: &str,
    error: &'static str,
    edit: impl Fn(&mut Library, usize, &[String]),
) -> Result<Answer, Refusal> {
    let body = visit.body()?;
    let too_many = format!("A maximum of {MOST_EDITED} files can be edited at a time.");
    let call = Call {
        ids: ids(visit, &body, MOST_EDITED, &too_many)?,
        answer: "successfullyUpdatedFileIds",
        error,
        visit,
    };
    let tags = tags(&body, member)?;
    call.run(|library, ix| {
        edit(library, ix, &tags);
        library.files[ix].updated = visit.now;
    })
}

impl Call<'_> {
    fn run(&self, work: impl Fn(&mut Library, usize)) -> Result<Answer, Refusal> {
        let mut library = self.visit.change();
        library.note_write(self.ids.iter().map(String::as_str));
        let missing: Vec<&String> = self
            .ids
            .iter()
            .filter(|id| library.find(id).is_none())
            .collect();
        if !missing.is_empty() {
            return Err(self.refused(&missing));
        }
        let (mut done, mut errors) = (Vec::new(), Vec::new());
        for id in &self.ids {
            let Some(ix) = library.find(id) else { continue };
            if library.files[ix].stuck {
                errors.push(json!({"fileId": id, "error": self.error}));
            } else {
                work(&mut library, ix);
                done.push(id.clone());
            }
        }
        Ok(self.answered(done, errors))
    }

    fn refused(&self, missing: &[&String]) -> Refusal {
        let refusal = Refusal::missing("The requested file(s) does not exist.");
        match self.visit.quirks().missing {
            Missing::All => refusal.with("missingFileIds", json!(missing)),
            Missing::First => refusal.with("missingFileIds", json!(missing[..1])),
            Missing::Unnamed => refusal,
        }
    }

    fn answered(&self, mut done: Vec<String>, errors: Vec<Value>) -> Answer {
        let quirks = self.visit.quirks();
        if quirks.echo == Echo::Sorted {
            done.sort();
        }
        if quirks.forgets_one && done.len() > 1 {
            done.pop();
        }
        let mut body = Map::new();
        body.insert(self.answer.to_owned(), json!(done));
        if errors.is_empty() {
            return reply::json(body);
        }
        body.insert("errors".to_owned(), Value::Array(errors));
        reply::status(StatusCode::MULTI_STATUS, body)
    }
}

/// The ids of the body, each once, in its order; the limit counts all that were sent.
fn ids(
    visit: &Visit<'_>,
    body: &Map<String, Value>,
    most: usize,
    too_many: &str,
) -> Result<Vec<String>, Refusal> {
    let values = match body.get("fileIds") {
        None | Some(Value::Null) => return Err(Refusal::bad("fileIds parameter is missing.")),
        Some(Value::Array(values)) => values,
        Some(_) => return Err(Refusal::bad("fileIds should be an Array.")),
    };
    if values.is_empty() {
        return Err(Refusal::bad("fileIds is empty."));
    }
    if values.len() > most {
        return Err(Refusal::bad(too_many));
    }
    let mut ids: Vec<String> = Vec::with_capacity(values.len());
    for value in values {
        let id = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        if !visit.quirks().malformed_is_missing && !library::is_id(&id) {
            return Err(Refusal::bad_id("fileIds"));
        }
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

fn tags(body: &Map<String, Value>, member: &str) -> Result<Vec<String>, Refusal> {
    let words = |text: String| Err(Refusal::bad(text));
    let value = match body.get(member) {
        None | Some(Value::Null) => return words(format!("{member} parameter is missing.")),
        Some(value) => value,
    };
    let tags: Option<Vec<String>> = serde_json::from_value(value.clone()).ok();
    match tags {
        None if member == "AITags" => words(
            "Your request contains invalid value for AITags. Please provide an array of strings. \
             Example - ['t-shirt','summer-sale']."
                .to_owned(),
        ),
        None => words(invalid_tags()),
        Some(tags) if tags.is_empty() => words(format!("{member} array cannot be empty.")),
        Some(tags) if !fit(&tags) => words(invalid_tags()),
        Some(tags) => Ok(tags),
    }
}

/// Whether a file may have these tags.
pub(super) fn fit(tags: &[String]) -> bool {
    let length: usize = tags.iter().map(|tag| tag.chars().count()).sum();
    length <= LONGEST_TAGS && tags.iter().all(|tag| !tag.contains('%'))
}

/// What tags that do not fit are refused with.
pub(super) fn invalid_tags() -> String {
    format!(
        "Your request contains invalid value for tags parameter. Combined length of all tags should be \
         less than or equal to {LONGEST_TAGS}."
    )
}
