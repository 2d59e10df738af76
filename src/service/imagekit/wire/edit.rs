//! Details of a file as they can be changed: what is read, what is sent, and the account's own fields.

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::model::{Edit, Editable, FieldKind, FieldRow, FieldValue};
use crate::service::wire::{Fields, plain, string};

use super::super::tags::tags_of;

/// What of a file can be changed, as it is now.
pub(crate) fn editable(file: &Fields<'_>) -> Editable {
    let own = file.object("customMetadata");
    let pair = |(key, value): (&str, &RawValue)| Some((key.to_owned(), value_of(value)?));
    Editable {
        tags: tags_of(file),
        description: file.string("description").unwrap_or_default(),
        fields: own.iter().flat_map(Fields::iter).filter_map(pair).collect(),
    }
}

fn value_of(value: &RawValue) -> Option<FieldValue> {
    Some(match serde_json::from_str(value.get()).ok()? {
        Value::String(text) => FieldValue::Text(text),
        Value::Number(number) => FieldValue::Number(number.as_f64()?),
        Value::Bool(flag) => FieldValue::Flag(flag),
        Value::Array(values) => {
            let text = |value: &Value| match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            FieldValue::List(values.iter().map(text).collect())
        }
        Value::Null | Value::Object(_) => return None,
    })
}

/// What is sent for an edit (contract section 9). Only what changes is named.
pub(crate) fn body(edit: &Edit) -> Value {
    let mut body = Map::new();
    if let Some(tags) = &edit.tags {
        let tags = (!tags.is_empty()).then_some(tags);
        body.insert("tags".to_owned(), json!(tags));
    }
    if let Some(description) = &edit.description {
        body.insert("description".to_owned(), json!(description));
    }
    if !edit.fields.is_empty() {
        let pair = |(name, value): &(String, Option<FieldValue>)| {
            (name.clone(), value.as_ref().map_or(Value::Null, sent))
        };
        let fields: Map<_, _> = edit.fields.iter().map(pair).collect();
        body.insert("customMetadata".to_owned(), Value::Object(fields));
    }
    Value::Object(body)
}

fn sent(value: &FieldValue) -> Value {
    match value {
        FieldValue::Text(text) => json!(text),
        FieldValue::Number(number) => match number.fract() == 0.0 && number.abs() < 9e15 {
            // A whole number goes as one: 5, not 5.0.
            true => json!(*number as i64),
            false => json!(number),
        },
        FieldValue::Flag(flag) => json!(flag),
        FieldValue::List(values) => json!(values),
    }
}

/// `brand: No such custom metadata field exists.` for each field that a refusal names.
pub(crate) fn wrong(told: &Fields<'_>) -> Option<String> {
    let errors = told.object("errors")?;
    let one = |(name, words): (&str, &RawValue)| format!("{name}: {}", plain(words));
    let all: Vec<_> = errors.iter().map(one).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// The account's own fields, if the text is a list of them.
pub(crate) fn fields(json: &str) -> Option<Vec<FieldRow>> {
    let rows: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    Some(rows.iter().filter_map(|row| field(row)).collect())
}

fn field(row: &RawValue) -> Option<FieldRow> {
    let fields = Fields::of(row.get())?;
    let name = fields.words("name")?;
    let schema = fields.object("schema");
    let kind = schema.as_ref().and_then(|schema| schema.words("type"));
    let options = schema
        .as_ref()
        .and_then(|schema| schema.array("selectOptions"));
    let required = schema
        .as_ref()
        .and_then(|schema| schema.flag("isValueRequired"));
    Some(FieldRow {
        id: fields.string("id").unwrap_or_default(),
        label: fields.words("label").unwrap_or_else(|| name.clone()),
        kind: kind_of(kind.as_deref().unwrap_or_default()),
        options: options
            .unwrap_or_default()
            .into_iter()
            .map(option)
            .collect(),
        required: required.unwrap_or(false),
        name,
    })
}

fn option(value: &RawValue) -> String {
    string(value).unwrap_or_else(|| value.get().to_owned())
}

fn kind_of(word: &str) -> FieldKind {
    match word {
        "Textarea" => FieldKind::Lines,
        "Number" => FieldKind::Number,
        "Date" => FieldKind::Date,
        "Boolean" => FieldKind::Flag,
        "SingleSelect" => FieldKind::Choice,
        "MultiSelect" => FieldKind::Choices,
        _ => FieldKind::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_changed_is_read() {
        let json = r#"{"tags": ["a", null, "b"], "description": null, "customMetadata":
            {"brand": "Nike", "price": 2.5, "onSale": true, "sizes": ["S", 4], "none": null, "odd": {}}}"#;
        let found = editable(&Fields::of(json).unwrap());
        assert_eq!(
            (found.tags, found.description.as_str()),
            (vec!["a".to_owned(), "b".to_owned()], "")
        );
        let expected = [
            ("brand", FieldValue::Text("Nike".to_owned())),
            ("price", FieldValue::Number(2.5)),
            ("onSale", FieldValue::Flag(true)),
            (
                "sizes",
                FieldValue::List(vec!["S".to_owned(), "4".to_owned()]),
            ),
        ];
        assert_eq!(
            found.fields,
            expected.map(|(name, value)| (name.to_owned(), value))
        );
        assert_eq!(editable(&Fields::of("{}").unwrap()), Editable::default());
    }

    #[test]
    fn only_what_changes_is_sent() {
        let edit = Edit {
            tags: Some(Vec::new()),
            description: None,
            fields: vec![
                ("price".to_owned(), Some(FieldValue::Number(5.0))),
                ("brand".to_owned(), None),
                (
                    "sizes".to_owned(),
                    Some(FieldValue::List(vec!["S".to_owned()])),
                ),
            ],
        };
        assert_eq!(
            body(&edit),
            json!({"tags": null, "customMetadata": {"price": 5, "brand": null, "sizes": ["S"]}})
        );
        let words = Edit {
            description: Some(String::new()),
            ..Edit::default()
        };
        assert_eq!(body(&words), json!({"description": ""}));
        assert!(Edit::default().is_empty() && !words.is_empty());
    }

    #[test]
    fn the_accounts_fields() {
        let json = r#"[{"id": "1", "name": "colour", "label": "Colour", "schema": {"type": "SingleSelect", "selectOptions": ["red", 5]}},
            {"id": "2", "name": "price", "schema": {"type": "Number", "isValueRequired": true}}, {"id": "3"}, null]"#;
        let rows = fields(json).unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(
            (rows[0].kind, rows[0].options.len()),
            (FieldKind::Choice, 2)
        );
        assert_eq!((rows[1].label.as_str(), rows[1].required), ("price", true));
        assert!(fields("{}").is_none());
    }

    #[test]
    fn a_refusal_names_fields() {
        let told = r#"{"message": "Invalid custom metadata.", "errors": {"brand": "No such field.", "price": 5}}"#;
        let wrong = wrong(&Fields::of(told).unwrap());
        assert_eq!(wrong.as_deref(), Some("brand: No such field.; price: 5"));
    }
}
