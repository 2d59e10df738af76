//! Listings: pages of files and groups, row by row. A row that cannot be read becomes one that says so.

mod swift;

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::model::{FileRow, GroupRow, ItemId, Time};
use crate::service::http::segment;
use crate::service::wire::{Fields, Types, count, flag, keys_of, plain, string, text};

/// A page, its rows unread.
pub(crate) struct RawPage<'a> {
    /// Link to the next page.
    pub next: Option<String>,
    /// How many rows the service claims.
    pub total: Option<i64>,
    /// The rows.
    pub results: Vec<&'a RawValue>,
}

impl<'a> RawPage<'a> {
    /// A page, if the text is one: an object with `results`, and a link or none.
    pub(crate) fn of(json: &'a str) -> Option<Self> {
        let fields = Fields::of(json)?;
        Some(Self {
            next: next(&fields)?,
            total: fields.signed("total"),
            results: fields.array("results")?,
        })
    }
}

/// The link to the next page, if there is one; `None` if it is no link.
fn next(fields: &Fields<'_>) -> Option<Option<String>> {
    match fields.get("next") {
        Some(link) => Some(Some(string(link)?).filter(|link| !link.is_empty())),
        None => Some(None),
    }
}

/// A page of a listing, read.
#[derive(Debug)]
pub(crate) struct Listed<T> {
    /// As many rows as came, whatever they hold.
    pub rows: Vec<T>,
    /// Link to the next page.
    pub next: Option<String>,
    /// How many rows the service claims.
    pub total: Option<i64>,
}

/// A page of files. Read in one go; if one of its rows cannot be, row by row.
pub(crate) fn files_page(json: &str) -> Option<Listed<FileRow>> {
    if let Some(listed) = swift::page(json) {
        return Some(listed);
    }
    let page = RawPage::of(json)?;
    let mut types = Types::default();
    let rows = page.results.iter().map(|row| file(row, &mut types));
    Some(Listed {
        rows: rows.collect(),
        next: page.next,
        total: page.total,
    })
}

/// A page of groups. `cdn` is the CDN base with its slash.
pub(crate) fn groups_page(json: &str, cdn: &str) -> Option<Listed<GroupRow>> {
    let page = RawPage::of(json)?;
    Some(Listed {
        rows: groups(&page.results, cdn),
        next: page.next,
        total: page.total,
    })
}

/// One file.
pub(crate) fn file(row: &RawValue, types: &mut Types) -> FileRow {
    match Fields::of(row.get()) {
        Some(fields) => file_of(&fields, types),
        None => FileRow {
            odd: Some("The service listed something that is not a file".to_owned()),
            ..FileRow::unknown(ItemId::from(""))
        },
    }
}

/// One file from its fields.
pub(crate) fn file_of(fields: &Fields<'_>, types: &mut Types) -> FileRow {
    let info = fields.get("content_info");
    let parts = Parts {
        id: fields.get("uuid"),
        name: fields.get("original_filename"),
        size: fields.get("size"),
        claimed: fields.get("mime_type"),
        detected: info.and_then(|info| Fields::of(info.get())?.object("mime")?.get("mime")),
        uploaded: fields.get("datetime_uploaded"),
        stored: fields.get("datetime_stored"),
        removed: fields.get("datetime_removed"),
        ready: fields.get("is_ready"),
        image: fields.get("is_image"),
        metadata: fields.get("metadata"),
    };
    parts.file(types)
}

/// What a row is made of, unread. Nulls are left out.
#[derive(Default)]
struct Parts<'a> {
    id: Option<&'a RawValue>,
    name: Option<&'a RawValue>,
    size: Option<&'a RawValue>,
    /// The content type that the uploader claims.
    claimed: Option<&'a RawValue>,
    /// The content type that the service found.
    detected: Option<&'a RawValue>,
    uploaded: Option<&'a RawValue>,
    stored: Option<&'a RawValue>,
    removed: Option<&'a RawValue>,
    ready: Option<&'a RawValue>,
    image: Option<&'a RawValue>,
    metadata: Option<&'a RawValue>,
}

impl Parts<'_> {
    fn file(&self, types: &mut Types) -> FileRow {
        let id = self.id.and_then(string).unwrap_or_default();
        let mut wrong = Vec::new();
        if id.is_empty() {
            wrong.push("no id".to_owned());
        }
        let size = self.size.and_then(count);
        if size.is_none() && self.size.is_some() {
            wrong.push("unreadable size".to_owned());
        }
        let mut time = |key: &str, value: Option<&RawValue>| {
            let time = value.and_then(|value| Time::parse(&text(value)?));
            if time.is_none() && value.is_some() {
                wrong.push(format!("unreadable {key}"));
            }
            time
        };
        let uploaded = time("datetime_uploaded", self.uploaded);
        let stored = time("datetime_stored", self.stored);
        let removed = time("datetime_removed", self.removed);
        let ready = self.ready.and_then(flag).unwrap_or(true);
        FileRow {
            odd: (!wrong.is_empty())
                .then(|| format!("The service listed it with {}", wrong.join(", "))),
            id: ItemId::new(id),
            name: self.name.map(plain).unwrap_or_default(),
            size: size.unwrap_or(0),
            mime: types.share(self.mime()),
            uploaded,
            stored,
            removed,
            ready,
            image: ready && self.image.and_then(flag) == Some(true),
            folder: types.share(""),
            keys: types.share(self.metadata.map(keys_of).unwrap_or_default()),
        }
    }

    /// The content type: the detected one, else the uploader's claim.
    fn mime(&self) -> Cow<'_, str> {
        let detected = self.detected.and_then(text);
        detected
            .filter(|mime| !mime.is_empty())
            .or_else(|| self.claimed.and_then(text))
            .unwrap_or_default()
    }
}

/// The rows of a page of groups. `cdn` is the CDN base with its slash.
pub(crate) fn groups(rows: &[&RawValue], cdn: &str) -> Vec<GroupRow> {
    rows.iter()
        .map(|row| group(Fields::of(row.get()).as_ref(), cdn))
        .collect()
}

/// One group.
pub(crate) fn group(fields: Option<&Fields<'_>>, cdn: &str) -> GroupRow {
    let id = fields
        .and_then(|fields| fields.string("id"))
        .unwrap_or_default();
    let in_id = id
        .rsplit_once('~')
        .and_then(|(_, count)| count.parse().ok());
    GroupRow {
        created: fields.and_then(|fields| fields.time("datetime_created")),
        files: fields
            .and_then(|fields| fields.count("files_count"))
            .or(in_id)
            .unwrap_or(0),
        url: segment(&id).map(|segment| format!("{cdn}{segment}/")),
        id: ItemId::new(id),
    }
}

/// The members of a group, in its order.
pub(crate) fn members(fields: &Fields<'_>) -> Vec<Option<FileRow>> {
    let mut types = Types::default();
    let members = fields.array("files").unwrap_or_default();
    members
        .iter()
        .map(|member| (member.get() != "null").then(|| file(member, &mut types)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FileState;

    const UUID: &str = "21975c81-7f57-4c7a-aef9-acfe28779f78";

    fn one(json: &str) -> FileRow {
        let raw: &RawValue = serde_json::from_str(json).unwrap();
        file(raw, &mut Types::default())
    }

    #[test]
    fn a_whole_file() {
        let row = one(&format!(
            r#"{{"datetime_removed": null, "datetime_stored": "2022-09-28T15:53:37Z",
                "datetime_uploaded": "2022-09-28T15:53:36.082137Z", "is_image": true, "is_ready": true,
                "mime_type": "application/octet-stream", "original_filename": "côte.jpg", "size": 111760768,
                "uuid": "{UUID}", "variations": null, "content_info": {{"mime": {{"mime": "image/jpeg"}}}}}}"#
        ));
        assert_eq!(row.id.as_str(), UUID);
        assert_eq!(row.name, "côte.jpg");
        assert_eq!(row.size, 111_760_768);
        assert_eq!(&*row.mime, "image/jpeg", "the detected type wins");
        assert_eq!(row.uploaded, Time::parse("2022-09-28T15:53:36.082137Z"));
        assert_eq!(row.state(), FileState::Stored);
        assert!(row.image && row.odd.is_none());
    }

    #[test]
    fn states_of_the_contract() {
        let cases = [
            (
                r#""datetime_removed": "2022-09-28T15:53:37Z", "datetime_stored": null"#,
                FileState::Removed,
            ),
            (
                r#""datetime_stored": "2022-09-28T15:53:37Z", "is_ready": false"#,
                FileState::Processing,
            ),
            (r#""datetime_stored": null"#, FileState::Unstored),
            (
                r#""datetime_stored": "2022-09-28T15:53:37Z", "is_ready": null"#,
                FileState::Stored,
            ),
        ];
        for (fields, state) in cases {
            assert_eq!(
                one(&format!(r#"{{"uuid": "{UUID}", {fields}}}"#)).state(),
                state,
                "{fields}"
            );
        }
    }

    #[test]
    fn odd_values_cost_only_themselves() {
        let cases = [
            (r#""size": "12""#, 12, false),
            (r#""size": 3.7"#, 3, false),
            (r#""size": null"#, 0, false),
            (r#""size": -5"#, 0, true),
            (r#""size": {"bytes": 1}"#, 0, true),
            (r#""size": 1e999"#, 0, true),
            (r#""content_info": 5, "size": 1"#, 1, false),
            (
                r#""content_info": {"mime": null, "image": []}, "size": 1"#,
                1,
                false,
            ),
            (
                r#""content_info": {"video": {"video": [{"codec": null}]}}, "size": 1"#,
                1,
                false,
            ),
            (r#""original_filename": {"a": 1}, "size": 1"#, 1, false),
            (r#""datetime_uploaded": 7, "size": 1"#, 1, true),
            (r#""datetime_uploaded": "yesterday", "size": 1"#, 1, true),
            (
                r#""is_image": null, "metadata": "none", "tags": 3, "size": 1"#,
                1,
                false,
            ),
            (r#""size": 1, "size": 2"#, 2, false),
            (r#""new_field": [[[]]], "size": 1"#, 1, false),
        ];
        for (fields, size, odd) in cases {
            let row = one(&format!(r#"{{"uuid": "{UUID}", {fields}}}"#));
            assert_eq!(
                (row.id.as_str(), row.size, row.odd.is_some()),
                (UUID, size, odd),
                "{fields}"
            );
        }
    }

    #[test]
    fn rows_without_an_id_stay_visible() {
        for json in [
            "{}",
            r#"{"uuid": null}"#,
            r#"{"uuid": 42}"#,
            r#"{"uuid": ""}"#,
            "null",
            "7",
            "[]",
            "\"x\"",
        ] {
            let row = one(json);
            assert_eq!(row.id.as_str(), "", "{json}");
            assert!(row.odd.is_some(), "{json}");
        }
    }

    #[test]
    fn a_page_of_a_thousand_with_odd_rows_loses_none() {
        let rows: Vec<String> = (0..1000)
            .map(|number| match number % 100 {
                13 => "null".to_owned(),
                26 => r#"{"original_filename": "no id"}"#.to_owned(),
                39 => format!(
                    r#"{{"uuid": "id-{number}", "size": "big", "content_info": {{"video": null}}}}"#
                ),
                52 => format!(
                    r#"{{"uuid": "id-{number}", "original_filename": "\udc00", "size": 1e400}}"#
                ),
                65 => "[1, [2]]".to_owned(),
                _ => format!(r#"{{"uuid": "id-{number}", "size": {number}}}"#),
            })
            .collect();
        let json = format!(
            r#"{{"next": null, "total": "?", "results": [{}]}}"#,
            rows.join(",")
        );
        let files = files_page(&json).unwrap().rows;
        assert_eq!(files.len(), 1000);
        assert_eq!(
            files
                .iter()
                .filter(|row| row.id.as_str().is_empty())
                .count(),
            30
        );
        assert_eq!(files.iter().filter(|row| row.odd.is_some()).count(), 50);
        for (number, row) in files
            .iter()
            .enumerate()
            .filter(|(_, row)| !row.id.as_str().is_empty())
        {
            assert_eq!(row.id.as_str(), format!("id-{number}"), "order is kept");
        }
    }

    #[test]
    fn pages() {
        let cases = [
            (
                r#"{"next": null, "total": 3, "results": []}"#,
                Some((None, Some(3), 0)),
            ),
            (
                r#"{"next": "https://x/", "total": -32094, "results": [1, 2]}"#,
                Some((Some("https://x/"), Some(-32094), 2)),
            ),
            (r#"{"results": []}"#, Some((None, None, 0))),
            (
                r#"{"next": "", "total": 1.5, "results": []}"#,
                Some((None, None, 0)),
            ),
            (r#"{"next": 5, "results": []}"#, None),
            (r#"{"next": null, "results": {}}"#, None),
            (r#"{"next": null}"#, None),
            (r#"{"next": null, "results": [1, 2"#, None),
            ("[]", None),
            ("<html>", None),
        ];
        for (json, expected) in cases {
            let page = RawPage::of(json);
            let found = page
                .as_ref()
                .map(|page| (page.next.as_deref(), page.total, page.results.len()));
            assert_eq!(found, expected, "{json}");
        }
    }

    #[test]
    fn groups_and_their_members() {
        let json = format!(
            r#"{{"id": "{UUID}~3", "datetime_created": "2022-09-28T15:53:36.082137Z", "files_count": 3,
                "cdn_url": "https://ucarecdn.com/x/", "files": [{{"uuid": "{UUID}"}}, null, 5]}}"#
        );
        let fields = Fields::of(&json).unwrap();
        let row = group(Some(&fields), "https://cdn.example/");
        assert_eq!(row.files, 3);
        assert_eq!(row.url, Some(format!("https://cdn.example/{UUID}~3/")));
        let members = members(&fields);
        assert_eq!(members.len(), 3);
        assert_eq!(members[0].as_ref().unwrap().id.as_str(), UUID);
        assert!(members[1].is_none());
        assert!(members[2].as_ref().unwrap().odd.is_some());

        let raw: Vec<&RawValue> = serde_json::from_str(r#"[{"id": "a~7"}, {}, null]"#).unwrap();
        let rows = groups(&raw, "https://cdn.example/");
        assert_eq!(
            rows.iter().map(|row| row.files).collect::<Vec<_>>(),
            [7, 0, 0]
        );
        assert_eq!(rows[1].url, None);
    }
}
