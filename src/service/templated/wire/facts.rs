//! What is known of one upload beyond its row: labels and values for a person, in the order to show.

use serde_json::value::RawValue;

use crate::service::wire::show::list;
use crate::service::wire::{Fields, plain};

/// What a row may say beside what the table shows, under the names that the API gives.
pub(crate) fn facts(upload: &Fields<'_>) -> Vec<(String, String)> {
    let size = upload.count("width").zip(upload.count("height"));
    let known = [
        (
            "Image",
            size.map(|(width, height)| format!("{width} × {height}")),
        ),
        ("Type", upload.words("contentType")),
        ("Tags", upload.get("tags").map(tags)),
        ("External id", upload.get("externalId").map(plain)),
    ];
    let said = known.into_iter().filter_map(|(label, value)| {
        let value = value.filter(|value| !value.is_empty())?;
        Some((label.to_owned(), value))
    });
    said.collect()
}

/// `a, b`, whether the service gives a list or a text.
fn tags(value: &RawValue) -> String {
    match serde_json::from_str::<Vec<&RawValue>>(value.get()) {
        Ok(values) => list(&values),
        Err(_) => plain(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_said_and_nothing_else() {
        let cases: [(&str, &[(&str, &str)]); 4] = [
            (
                r#"{"tags": ["cat", 5], "externalId": "x-1", "contentType": "image/png", "width": 20, "height": 10}"#,
                &[
                    ("Image", "20 × 10"),
                    ("Type", "image/png"),
                    ("Tags", "cat, 5"),
                    ("External id", "x-1"),
                ],
            ),
            (
                r#"{"tags": "cat,dog", "width": 20}"#,
                &[("Tags", "cat,dog")],
            ),
            (
                r#"{"tags": [], "externalId": "", "contentType": null}"#,
                &[],
            ),
            (r#"{"externalId": 7}"#, &[("External id", "7")]),
        ];
        for (json, expected) in cases {
            let found = facts(&Fields::of(json).unwrap());
            let found: Vec<_> = found
                .iter()
                .map(|(label, value)| (label.as_str(), value.as_str()))
                .collect();
            assert_eq!(found, expected, "{json}");
        }
    }
}
