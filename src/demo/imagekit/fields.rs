//! Custom metadata fields, and whether values fit them.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use crate::demo::exchange::Answer;
use crate::model::Time;

use super::Visit;
use super::library::{Library, is_id};
use super::reply::{self, Refusal};

const TYPES: [&str; 7] = [
    "Text",
    "Textarea",
    "Number",
    "Date",
    "Boolean",
    "SingleSelect",
    "MultiSelect",
];

/// One field. Its name stays taken after it was deleted.
#[derive(Clone)]
pub(super) struct Field {
    pub id: String,
    pub name: String,
    pub label: String,
    pub schema: Value,
    pub deleted: bool,
}

/// The fields that every library begins with.
pub(super) fn made(library: &mut Library) -> Vec<Field> {
    let schemas = [
        ("brand", "Brand", json!({"type": "Text"})),
        ("price", "Price", json!({"type": "Number", "minValue": 0})),
        (
            "colour",
            "Colour",
            json!({"type": "SingleSelect", "selectOptions": ["red", "navy", "sand", "black"]}),
        ),
        ("onSale", "On sale", json!({"type": "Boolean"})),
        (
            "sizes",
            "Sizes",
            json!({"type": "MultiSelect", "selectOptions": ["S", "M", "L"]}),
        ),
    ];
    let field = |(name, label, schema): (&str, &str, Value)| Field {
        id: library.id(Time(1_660_000_000_000_000)),
        name: name.to_owned(),
        label: label.to_owned(),
        schema,
        deleted: false,
    };
    schemas.map(field).into()
}

/// `GET /v1/customMetadataFields`
pub(super) fn list(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    let query = visit.ask.query();
    let all = query
        .iter()
        .any(|(name, value)| name == "includeDeleted" && value == "true");
    let library = visit.library();
    let shown = library.fields.iter().filter(|field| all || !field.deleted);
    let rows: Vec<Value> = shown.map(row).collect();
    Ok(reply::json(rows))
}

fn row(field: &Field) -> Value {
    json!({"id": field.id, "name": field.name, "label": field.label, "schema": field.schema})
}

/// `POST /v1/customMetadataFields`
pub(super) fn create(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    let body = visit.body()?;
    let text = |name: &str| {
        let value = body.get(name).and_then(Value::as_str).map(str::to_owned);
        value.ok_or_else(|| Refusal::bad(format!("{name} parameter is missing.")))
    };
    let (name, label) = (text("name")?, text("label")?);
    let schema = body.get("schema").cloned().unwrap_or_default();
    check_schema(&schema)?;
    let mut library = visit.change();
    if library.fields.iter().any(|field| field.name == name) {
        return Err(Refusal::bad(
            "A custom metadata field with this name already exists.",
        ));
    }
    check_label(&library, &label)?;
    let field = Field {
        id: library.id(visit.now),
        name,
        label,
        schema,
        deleted: false,
    };
    library.note_write([field.id.as_str()]);
    let answer = reply::status(StatusCode::CREATED, row(&field));
    library.fields.push(field);
    Ok(answer)
}

/// `PATCH /v1/customMetadataFields/{id}`
pub(super) fn update(visit: &Visit<'_>, id: &str) -> Result<Answer, Refusal> {
    let body = visit.body()?;
    if body.contains_key("name") {
        return Err(Refusal::bad("Name cannot be updated."));
    }
    let label = body.get("label").and_then(Value::as_str);
    let schema = body.get("schema");
    if label.is_none() && schema.is_none() {
        return Err(Refusal::bad("Either label or schema should be provided."));
    }
    schema.map_or(Ok(()), check_schema)?;
    let mut library = visit.change();
    library.note_write([id]);
    let ix = find(&library, id)?;
    if library.fields[ix].deleted {
        return Err(Refusal::bad(
            "Cannot update a deleted custom metadata fields.",
        ));
    }
    if let Some(label) = label.filter(|label| *label != library.fields[ix].label) {
        check_label(&library, label)?;
        library.fields[ix].label = label.to_owned();
    }
    if let Some(schema) = schema {
        library.fields[ix].schema = schema.clone();
    }
    Ok(reply::json(row(&library.fields[ix])))
}

/// `DELETE /v1/customMetadataFields/{id}`
pub(super) fn delete(visit: &Visit<'_>, id: &str) -> Result<Answer, Refusal> {
    let mut library = visit.change();
    library.note_write([id]);
    let ix = find(&library, id)?;
    if library.fields[ix].deleted {
        return Err(Refusal::missing("No such custom metadata field exists."));
    }
    library.fields[ix].deleted = true;
    Ok(reply::nothing())
}

fn find(library: &Library, id: &str) -> Result<usize, Refusal> {
    if !is_id(id) {
        return Err(Refusal::bad_id("ID"));
    }
    let place = library.fields.iter().position(|field| field.id == id);
    place.ok_or_else(|| Refusal::missing("No such custom metadata field exists."))
}

fn check_schema(schema: &Value) -> Result<(), Refusal> {
    let known = schema["type"]
        .as_str()
        .is_some_and(|word| TYPES.contains(&word));
    known
        .then_some(())
        .ok_or_else(|| Refusal::bad("Invalid schema object."))
}

fn check_label(library: &Library, label: &str) -> Result<(), Refusal> {
    let mut live = library.fields.iter().filter(|field| !field.deleted);
    match live.any(|field| field.label == label) {
        true => Err(Refusal::bad(
            "A custom metadata field with this label already exists.",
        )),
        false => Ok(()),
    }
}

/// What is wrong with values for fields, by their names. A null unsets a field and is always right.
pub(super) fn faults(library: &Library, values: &Map<String, Value>) -> Map<String, Value> {
    let mut faults = Map::new();
    for (name, value) in values {
        let mut live = library.fields.iter().filter(|field| !field.deleted);
        let words = match live.find(|field| field.name == *name) {
            None => "No such custom metadata field exists.",
            Some(field) if !value.is_null() && !fits(&field.schema, value) => {
                "The value does not fit the schema of this field."
            }
            Some(_) => continue,
        };
        faults.insert(name.clone(), words.into());
    }
    faults
}

fn fits(schema: &Value, value: &Value) -> bool {
    let options = schema["selectOptions"].as_array();
    let offered = |value: &Value| options.is_none_or(|options| options.contains(value));
    match schema["type"].as_str().unwrap_or_default() {
        "Number" => value.is_number(),
        "Boolean" => value.is_boolean(),
        "SingleSelect" => offered(value),
        "MultiSelect" => value
            .as_array()
            .is_some_and(|values| values.iter().all(offered)),
        _ => value.is_string(),
    }
}
