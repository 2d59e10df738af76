//! Listings: pages of uploads, row by row. A row that cannot be read becomes one that says so.

use serde_json::value::RawValue;
use url::Url;

use crate::model::{FileRow, ItemId, Time};
use crate::service::http::same_origin;
use crate::service::wire::{Fields, Types, plain, string};

/// One upload of a page.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    /// What is listed.
    pub row: FileRow,
    /// Where anybody can fetch it.
    pub address: Option<Url>,
    /// Where a picture of it is.
    pub picture: Option<Url>,
}

/// The rows of a page, unread: a bare array, or one under the list's name or `data`.
pub(crate) fn raw(json: &str) -> Option<Vec<&RawValue>> {
    serde_json::from_str(json).ok().or_else(|| {
        let fields = Fields::of(json)?;
        let names = ["uploads", "renders", "templates", "data"];
        names.into_iter().find_map(|name| fields.array(name))
    })
}

/// The uploads of a page. As many as came, whatever they hold.
pub(crate) fn uploads(rows: &[&RawValue], base: &Url) -> Vec<Upload> {
    let mut types = Types::default();
    let read = |row: &&RawValue| match Fields::of(row.get()) {
        Some(fields) => upload(&fields, base, &mut types),
        None => Upload {
            row: FileRow {
                odd: Some("The service listed something that is not a file".to_owned()),
                ..FileRow::unknown(ItemId::from(""))
            },
            address: None,
            picture: None,
        },
    };
    rows.iter().map(read).collect()
}

/// One upload from its fields.
pub(crate) fn upload(fields: &Fields<'_>, base: &Url, types: &mut Types) -> Upload {
    let id = id(fields).unwrap_or_default();
    let mime = words(fields, &["contentType", "content_type", "mimeType"]);
    let uploaded = time(fields);
    let address = safe_address(fields, "url", base);
    let of_image = mime.is_empty() || mime.starts_with("image/");
    let own = address.clone().filter(|_| of_image);
    let picture = safe_address(fields, "thumbnail", base).or(own);
    let row = FileRow {
        odd: odd(fields, &id),
        id: ItemId::new(id),
        name: fields.get("name").map(plain).unwrap_or_default(),
        size: fields.count("size").unwrap_or(0),
        mime: types.share(&mime),
        uploaded,
        // Nothing here is temporary: what is uploaded is kept.
        stored: uploaded,
        removed: None,
        ready: true,
        image: picture.is_some(),
        folder: types.share(""),
        keys: types.share(""),
    };
    Upload {
        row,
        address,
        picture,
    }
}

/// A page's row with this id, unread.
pub(crate) fn find<'a>(rows: &[&'a RawValue], wanted: &ItemId) -> Option<&'a RawValue> {
    rows.iter().copied().find(|row| {
        let id = Fields::of(row.get()).and_then(|fields| id(&fields));
        id.is_some_and(|id| id.eq_ignore_ascii_case(wanted.as_str()))
    })
}

/// A string, or a bare number as it is written.
pub(super) fn id(fields: &Fields<'_>) -> Option<String> {
    let value = fields.get("id")?;
    let number = || value.get().parse::<u64>().ok().map(|id| id.to_string());
    string(value)
        .or_else(number)
        .filter(|text| !text.is_empty())
}

pub(super) fn words(fields: &Fields<'_>, keys: &[&str]) -> String {
    let words = keys.iter().find_map(|key| fields.words(key));
    words.unwrap_or_default()
}

pub(super) const DATES: [&str; 2] = ["createdAt", "created_at"];

pub(super) fn time(fields: &Fields<'_>) -> Option<Time> {
    DATES.iter().find_map(|key| fields.time(key))
}

/// An address that may be fetched: https, or on the API's own origin. A relative one leads nowhere known.
pub(super) fn safe_address(fields: &Fields<'_>, key: &str, base: &Url) -> Option<Url> {
    let text = fields.words(key)?;
    let url = Url::parse(&text).ok()?;
    let plain = url.username().is_empty() && url.password().is_none() && url.has_host();
    let open = url.scheme() == "https" || same_origin(base, &text).is_ok();
    (plain && open).then_some(url)
}

/// What is wrong with a row, in a few words.
fn odd(fields: &Fields<'_>, id: &str) -> Option<String> {
    let mut wrong = Vec::new();
    if id.is_empty() {
        wrong.push("no id".to_owned());
    }
    if fields.get("size").is_some() && fields.count("size").is_none() {
        wrong.push("unreadable size".to_owned());
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
    use crate::model::FileState;

    const UUID: &str = "21975c81-7f57-4c7a-aef9-acfe28779f78";

    fn base() -> Url {
        Url::parse("http://127.0.0.1:9/templated/").unwrap()
    }

    fn one(json: &str) -> Upload {
        let json = format!("[{json}]");
        uploads(&raw(&json).unwrap(), &base()).remove(0)
    }

    #[test]
    fn a_whole_upload() {
        let upload = one(&format!(
            r#"{{"id": "{UUID}", "name": "côte.jpg", "size": 111760, "contentType": "image/jpeg",
                "createdAt": "2024-03-20T10:30:00.5Z", "url": "https://x.example/a%20b.jpg", "tags": null}}"#
        ));
        let row = upload.row;
        assert_eq!((row.id.as_str(), row.name.as_str()), (UUID, "côte.jpg"));
        assert_eq!((row.size, &*row.mime), (111_760, "image/jpeg"));
        assert_eq!(row.uploaded, Time::parse("2024-03-20T10:30:00.5Z"));
        assert_eq!(row.state(), FileState::Stored, "nothing is temporary");
        assert!(row.image && row.odd.is_none());
        let address = upload.address.unwrap();
        assert_eq!(address.as_str(), "https://x.example/a%20b.jpg");
    }

    #[test]
    fn pages_bare_and_wrapped() {
        let cases = [
            ("[]", Some(0)),
            (r#"[{"id": "a"}, null, 5]"#, Some(3)),
            (r#"{"uploads": [{"id": "a"}], "page": 0}"#, Some(1)),
            (r#"{"data": []}"#, Some(0)),
            (r#"{"uploads": null, "data": [1]}"#, Some(1)),
            (r#"{"uploads": {}}"#, None),
            ("{}", None),
            ("null", None),
            ("\"x\"", None),
            ("[1, 2", None),
            ("<html>", None),
        ];
        for (json, rows) in cases {
            assert_eq!(raw(json).map(|rows| rows.len()), rows, "{json}");
        }
    }

    #[test]
    fn ids_of_every_kind() {
        let cases = [
            (r#""id": "a/b c""#, "a/b c"),
            (r#""id": 42"#, "42"),
            (r#""id": """#, ""),
            (r#""id": null"#, ""),
            (r#""id": {"a": 1}"#, ""),
            (r#""id": true"#, ""),
            (r#""name": "no id""#, ""),
        ];
        for (fields, id) in cases {
            let row = one(&format!("{{{fields}}}")).row;
            assert_eq!(row.id.as_str(), id, "{fields}");
            assert_eq!(row.odd.is_some(), id.is_empty(), "{fields}");
        }
        for json in ["null", "7", "[]", "\"x\""] {
            let row = one(json).row;
            assert!(row.id.as_str().is_empty() && row.odd.is_some(), "{json}");
        }
    }

    #[test]
    fn odd_values_cost_only_themselves() {
        let cases = [
            (r#""size": "12""#, 12, false),
            (r#""size": null"#, 0, false),
            (r#""size": -5"#, 0, true),
            (r#""size": 1e999"#, 0, true),
            (r#""size": 1, "createdAt": 7"#, 1, true),
            (r#""size": 1, "createdAt": "yesterday"#, 0, true),
            (r#""size": 1, "createdAt": "yesterday""#, 1, true),
            (
                r#""size": 1, "contentType": [], "name": {"a": 1}"#,
                1,
                false,
            ),
            (r#""size": 1, "url": 5, "thumbnail": "\udc00""#, 1, false),
            (r#""size": 1, "tags": "x", "externalId": []"#, 1, false),
        ];
        for (fields, size, odd) in cases {
            let json = format!(r#"[{{"id": "a", {fields}}}]"#);
            let Some(rows) = raw(&json) else {
                assert!(fields.ends_with("yesterday"), "{fields}");
                continue;
            };
            let row = uploads(&rows, &base()).remove(0).row;
            assert_eq!((row.size, row.odd.is_some()), (size, odd), "{fields}");
        }
    }

    #[test]
    fn only_safe_addresses_are_kept() {
        let cases = [
            ("https://templated-assets.s3.amazonaws.com/x.png", true),
            ("http://127.0.0.1:9/files/x.png", true),
            ("http://127.0.0.1:8/files/x.png", false),
            ("http://example.com/x.png", false),
            ("https://user:pw@example.com/x.png", false),
            ("renders/2024/03/x.png", false),
            ("//example.com/x.png", false),
            ("file:///etc/passwd", false),
            ("data:image/png,x", false),
            ("javascript:alert(1)", false),
            ("", false),
        ];
        for (url, kept) in cases {
            let upload = one(&format!(r#"{{"id": "a", "url": "{url}"}}"#));
            assert_eq!(upload.address.is_some(), kept, "{url}");
            assert_eq!(upload.row.image, kept, "{url}");
        }
    }

    #[test]
    fn pictures() {
        // contentType, whether `url` alone gives a picture, whether `thumbnail` does
        for (mime, by_url) in [("image/png", true), ("", true), ("font/ttf", false)] {
            let with = |key: &str| {
                one(&format!(
                    r#"{{"id": "a", "contentType": "{mime}", "{key}": "https://x.example/{key}"}}"#
                ))
            };
            assert_eq!(with("url").row.image, by_url, "{mime}");
            let upload = with("thumbnail");
            assert!(upload.row.image && upload.address.is_none(), "{mime}");
        }
        let both =
            one(r#"{"id": "a", "url": "https://x.example/u", "thumbnail": "https://x.example/t"}"#);
        assert_eq!(both.picture.unwrap().path(), "/t", "the smaller one");
        assert_eq!(both.address.unwrap().path(), "/u");
    }

    #[test]
    fn a_row_is_found_by_its_id() {
        let json = r#"[null, {"id": "B"}, {"id": 7}]"#;
        let rows = raw(json).unwrap();
        let cases = [
            ("b", Some(r#"{"id": "B"}"#)),
            ("7", Some(r#"{"id": 7}"#)),
            ("c", None),
        ];
        for (id, expected) in cases {
            let found = find(&rows, &id.into());
            assert_eq!(found.map(RawValue::get), expected, "{id}");
        }
    }
}
