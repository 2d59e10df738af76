//! `PATCH /v1/files/{fileId}/details`: tags, coordinates, custom metadata, description, or publishing.

use serde_json::{Map, Value};

use crate::demo::exchange::Answer;

use super::library::{File, Library};
use super::reply::{self, Refusal};
use super::{Visit, batch, fields, files, json};

type Body = Map<String, Value>;

/// Changes what the body names and leaves the rest.
pub(super) fn run(visit: &Visit<'_>, id: &str) -> Result<Answer, Refusal> {
    let body = visit.body()?;
    let mut library = visit.change();
    library.note_write([id]);
    let ix = files::find(&library, id)?;
    let edits = Edits::read(&library, &body)?;
    let file = &mut library.files[ix];
    edits.apply(file, &body);
    file.updated = visit.now;
    Ok(reply::json(json::file(visit, file)))
}

/// What was checked before anything is changed. The outer `Option` is whether it is named at all.
struct Edits {
    tags: Option<Vec<String>>,
    coordinates: Option<Option<String>>,
    metadata: Body,
    published: Option<bool>,
}

impl Edits {
    fn read(library: &Library, body: &Body) -> Result<Self, Refusal> {
        let published = body
            .get("publish")
            .map(|publish| publish["isPublished"] == true);
        if published.is_some() && body.len() > 1 {
            let words = "publish cannot be combined with other parameters.";
            return Err(Refusal::bad(words));
        }
        Ok(Self {
            tags: tags(body)?,
            coordinates: coordinates(body)?,
            metadata: metadata(library, body)?,
            published,
        })
    }

    fn apply(self, file: &mut File, body: &Body) {
        if let Some(tags) = self.tags {
            file.tags = tags;
        }
        if let Some(coordinates) = self.coordinates {
            file.coordinates = coordinates;
        }
        for (name, value) in self.metadata {
            if value.is_null() {
                file.metadata.shift_remove(&name);
            } else {
                file.metadata.insert(name, value);
            }
        }
        if let Some(words) = body.get("description") {
            file.description = words.as_str().map(str::to_owned);
        }
        match body.get("removeAITags") {
            Some(Value::String(all)) if all == "all" => file.ai_tags.clear(),
            Some(Value::Array(gone)) => {
                let goes = |name: &str| gone.iter().any(|word| word == name);
                file.ai_tags.retain(|tag| !goes(&tag.name));
            }
            _ => {}
        }
        file.published = self.published.unwrap_or(file.published);
    }
}

fn tags(body: &Body) -> Result<Option<Vec<String>>, Refusal> {
    let tags: Vec<String> = match body.get("tags") {
        None => return Ok(None),
        Some(Value::Null) => Vec::new(),
        Some(value) => serde_json::from_value(value.clone())
            .map_err(|_| Refusal::bad(batch::invalid_tags()))?,
    };
    match batch::fit(&tags) {
        true => Ok(Some(tags)),
        false => Err(Refusal::bad(batch::invalid_tags())),
    }
}

fn coordinates(body: &Body) -> Result<Option<Option<String>>, Refusal> {
    let text = match body.get("customCoordinates") {
        None => return Ok(None),
        Some(Value::Null) => return Ok(Some(None)),
        Some(value) => value.as_str().unwrap_or_default(),
    };
    let numbers = text
        .split(',')
        .filter(|part| part.trim().parse::<u32>().is_ok());
    match numbers.count() {
        4 => Ok(Some(Some(text.to_owned()))),
        _ => Err(Refusal::bad_id("customCoordinates")),
    }
}

fn metadata(library: &Library, body: &Body) -> Result<Body, Refusal> {
    let values = match body.get("customMetadata") {
        None => return Ok(Body::new()),
        Some(Value::Object(values)) => values,
        Some(_) => return Err(Refusal::bad("Invalid custom metadata.")),
    };
    let faults = fields::faults(library, values);
    match faults.is_empty() {
        true => Ok(values.clone()),
        false => Err(Refusal::bad("Invalid custom metadata.").with("errors", faults)),
    }
}
