//! Renders and templates, row by row, in the spelling of today and the older one. A row that cannot be read
//! becomes one that says so.

use serde_json::value::RawValue;
use url::Url;

use crate::model::{ItemId, ThingRow};
use crate::service::wire::show::list;
use crate::service::wire::{Fields, plain};

use super::rows::{DATES, id, safe_address, time, words};

/// Formats that a thumbnail can be made of.
const PICTURES: [&str; 4] = ["jpg", "jpeg", "png", "webp"];

/// One render or template of a page.
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    /// What is listed.
    pub row: ThingRow,
    /// Where a picture of it is.
    pub picture: Option<Url>,
}

/// The things of a page. As many as came, whatever they hold.
pub(crate) fn things(rows: &[&RawValue], base: &Url) -> Vec<Thing> {
    let read = |row: &&RawValue| match Fields::of(row.get()) {
        Some(fields) => thing(&fields, base),
        None => Thing {
            row: ThingRow {
                odd: Some("The service listed something that is no object".to_owned()),
                ..ThingRow::unknown(ItemId::from(""))
            },
            picture: None,
        },
    };
    rows.iter().map(read).collect()
}

/// One render or template from its fields.
pub(crate) fn thing(fields: &Fields<'_>, base: &Url) -> Thing {
    let id = id(fields).unwrap_or_default();
    let format = words(fields, &["format"]).to_lowercase();
    let address =
        safe_address(fields, "url", base).or_else(|| safe_address(fields, "render_url", base));
    let shown = format.is_empty() || PICTURES.contains(&format.as_str());
    let own = address.clone().filter(|_| shown);
    let picture = safe_address(fields, "thumbnail", base).or(own);
    let row = ThingRow {
        odd: odd(fields, &id),
        id: ItemId::new(id),
        name: fields.get("name").map(plain).unwrap_or_default(),
        template: words(fields, &["templateName", "templateId", "template"]),
        format,
        status: words(fields, &["status"]).to_lowercase(),
        sides: fields.count("width").zip(fields.count("height")),
        created: time(fields),
        url: address.map(String::from),
        image: picture.is_some(),
    };
    Thing { row, picture }
}

/// What there is to know beside the row, under the names that the API gives.
pub(crate) fn facts(fields: &Fields<'_>) -> Vec<(String, String)> {
    let known = [
        ("Description", "description"),
        ("Layers", "layersCount"),
        ("Pages", "pagesCount"),
        ("Folder", "folderName"),
        ("External id", "externalId"),
        ("Tags", "tags"),
    ];
    let said = known.into_iter().filter_map(|(label, key)| {
        let value = fields.get(key)?;
        let words = match serde_json::from_str::<Vec<&RawValue>>(value.get()) {
            Ok(values) => list(&values),
            Err(_) => plain(value),
        };
        (!words.is_empty() && words != "null").then(|| (label.to_owned(), words))
    });
    said.collect()
}

/// What is wrong with a row, in a few words.
fn odd(fields: &Fields<'_>, id: &str) -> Option<String> {
    let mut wrong = Vec::new();
    if id.is_empty() {
        wrong.push("no id".to_owned());
    }
    for key in DATES {
        if fields.get(key).is_some() && fields.time(key).is_none() {
            wrong.push(format!("unreadable {key}"));
        }
    }
    (!wrong.is_empty()).then(|| format!("The service listed it with {}", wrong.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Time;
    use crate::service::templated::wire::rows::raw;

    fn one(json: &str) -> Thing {
        let base = Url::parse("http://127.0.0.1:9/templated/").unwrap();
        let json = format!("[{json}]");
        things(&raw(&json).unwrap(), &base).remove(0)
    }

    #[test]
    fn renders_in_both_spellings() {
        let cases = [
            r#"{"id": "r1", "url": "https://x.example/r1.png", "name": "Post", "width": 20, "height": 10,
                "format": "PNG", "status": "COMPLETED", "templateId": "t1", "templateName": "Post",
                "createdAt": "2024-03-20T10:30:00Z", "externalId": null}"#,
            r#"{"id": "r1", "render_url": "https://x.example/r1.png", "name": "Post", "width": 20, "height": 10,
                "format": "png", "status": "completed", "template": "Post",
                "created_at": "2024-03-20T10:30:00.000Z", "webhook_url": "https://y.example"}"#,
        ];
        for json in cases {
            let thing = one(json);
            let expected = ThingRow {
                id: "r1".into(),
                name: "Post".into(),
                template: "Post".into(),
                format: "png".into(),
                status: "completed".into(),
                sides: Some((20, 10)),
                created: Time::parse("2024-03-20T10:30:00Z"),
                url: Some("https://x.example/r1.png".into()),
                image: true,
                odd: None,
            };
            assert_eq!(thing.row, expected);
            assert_eq!(thing.picture.unwrap().path(), "/r1.png");
        }
    }

    #[test]
    fn a_template_has_a_thumbnail_and_no_format() {
        let row = one(
            r#"{"id": "t1", "name": "Poster", "description": null, "width": 1240, "height": 1754,
                "thumbnail": "https://x.example/t1.png", "layersCount": 5, "tags": ["a", "b"]}"#,
        )
        .row;
        assert!(row.image && row.url.is_none() && row.format.is_empty() && row.template.is_empty());
        assert_eq!(row.size(), "1240 × 1754");
    }

    #[test]
    fn only_what_can_be_shown_and_fetched_is_a_picture() {
        let cases = [
            (
                r#""format": "pdf", "url": "https://x.example/a""#,
                true,
                false,
            ),
            (
                r#""format": "mp4", "url": "https://x.example/a""#,
                true,
                false,
            ),
            (r#""url": "https://x.example/a""#, true, true),
            (
                r#""format": "jpg", "url": "renders/2024/03/a.jpg""#,
                false,
                false,
            ),
            (
                r#""format": "jpg", "url": "http://x.example/a.jpg""#,
                false,
                false,
            ),
        ];
        for (fields, url, image) in cases {
            let row = one(&format!(r#"{{"id": "a", {fields}}}"#)).row;
            assert_eq!((row.url.is_some(), row.image), (url, image), "{fields}");
        }
    }

    #[test]
    fn odd_rows_say_so() {
        let cases = [
            ("null", true),
            ("[]", true),
            ("{}", true),
            (r#"{"id": ""}"#, true),
            (r#"{"id": 7}"#, false),
            (r#"{"id": "a", "createdAt": "soon"}"#, true),
            (
                r#"{"id": "a", "width": "x", "status": 5, "format": []}"#,
                false,
            ),
        ];
        for (json, odd) in cases {
            assert_eq!(one(json).row.odd.is_some(), odd, "{json}");
        }
        assert_eq!(one(r#"{"id": 7}"#).row.id.as_str(), "7");
    }

    #[test]
    fn facts_are_what_is_there() {
        let fields = r#"{"layersCount": 5, "folderId": null, "tags": ["a", 5], "externalId": "x-1",
            "description": "", "updatedAt": "2024-03-20T10:30:00Z"}"#;
        let found = facts(&Fields::of(fields).unwrap());
        let found: Vec<_> = found
            .iter()
            .map(|(l, v)| (l.as_str(), v.as_str()))
            .collect();
        let expected = [("Layers", "5"), ("External id", "x-1"), ("Tags", "a, 5")];
        assert_eq!(found, expected);
    }
}
