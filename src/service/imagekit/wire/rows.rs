//! Listings: a bare array of files, row by row. A row that cannot be read becomes one that says so.

use serde_json::value::RawValue;

use crate::model::{FileRow, ItemId};
use crate::service::wire::{Fields, Types, keys, plain};

/// The rows of one answer.
#[derive(Debug, Default)]
pub(crate) struct Window {
    /// How many rows came, of any kind.
    pub came: usize,
    /// The files among them, odd ones included.
    pub files: Vec<Listed>,
}

/// A file of a listing and where it is delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// The row.
    pub row: FileRow,
    /// `filePath`: folders and name, with a slash in front. May be empty.
    pub path: String,
    /// `url`, as given.
    pub url: Option<String>,
    /// `thumbnail`, as given.
    pub thumbnail: Option<String>,
}

/// The rows of a listing, if the text is one. Folders are counted and left out.
pub(crate) fn window(json: &str) -> Option<Window> {
    let rows: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    let mut types = Types::default();
    Some(Window {
        came: rows.len(),
        files: rows
            .iter()
            .filter_map(|row| listed(row, &mut types))
            .collect(),
    })
}

/// One row of a listing. `None` for a folder.
fn listed(row: &RawValue, types: &mut Types) -> Option<Listed> {
    let Some(fields) = Fields::of(row.get()) else {
        return Some(Listed::odd(
            "The service listed something that is not a file",
        ));
    };
    match fields.string("type").as_deref() {
        Some("folder") => None,
        _ => Some(file(&fields, types)),
    }
}

/// One file from its fields.
///
/// The id of an old version may be the id of the whole file, and a delete would then take all of it: such a
/// row, and one of a kind that is not known, keeps its id to itself.
pub(crate) fn file(fields: &Fields<'_>, types: &mut Types) -> Listed {
    let kind = fields.words("type");
    let id = match kind.as_deref() {
        None | Some("file") => fields.string("fileId").unwrap_or_default(),
        Some(_) => String::new(),
    };
    let path = fields.string("filePath").unwrap_or_default();
    let mime = fields.string("mime").unwrap_or_default();
    let image = match fields.string("fileType").as_deref() {
        Some(kind) => kind == "image",
        None => mime.starts_with("image/"),
    };
    let uploaded = fields.time("createdAt");
    Listed {
        row: FileRow {
            odd: odd(fields, &id, kind.as_deref()),
            id: ItemId::new(id),
            name: name(fields, &path),
            size: fields.count("size").unwrap_or(0),
            mime: types.share(&mime),
            uploaded,
            // Nothing is temporary here: what exists is kept.
            stored: uploaded.or_else(|| fields.time("updatedAt")),
            removed: None,
            ready: true,
            image,
            folder: types.share(folder(&path)),
            keys: types.share(keys(fields, "customMetadata")),
        },
        path,
        url: fields.words("url"),
        thumbnail: fields.words("thumbnail"),
    }
}

impl Listed {
    fn odd(why: &str) -> Self {
        Self {
            row: FileRow {
                odd: Some(why.to_owned()),
                ..FileRow::unknown(ItemId::from(""))
            },
            path: String::new(),
            url: None,
            thumbnail: None,
        }
    }
}

/// The folder of a path, as `/products`; the root is `/`.
pub(crate) fn folder(path: &str) -> String {
    match path.rsplit_once('/') {
        Some(("", _)) => "/".to_owned(),
        Some((folder, _)) => folder.to_owned(),
        None => String::new(),
    }
}

/// The file's name; where it is missing, the end of its path.
fn name(fields: &Fields<'_>, path: &str) -> String {
    match fields.get("name") {
        Some(name) => plain(name),
        None => path.rsplit('/').next().unwrap_or_default().to_owned(),
    }
}

/// What is wrong with a file's row, in a few words.
fn odd(fields: &Fields<'_>, id: &str, kind: Option<&str>) -> Option<String> {
    let mut wrong = Vec::new();
    match kind {
        None | Some("file") if id.is_empty() => wrong.push("no id".to_owned()),
        None | Some("file") => {}
        Some("file-version") => wrong.push("the kind of an old version".to_owned()),
        Some(other) => wrong.push(format!("the unknown kind {other}")),
    }
    if fields.get("size").is_some() && fields.count("size").is_none() {
        wrong.push("unreadable size".to_owned());
    }
    if fields.get("createdAt").is_some() && fields.time("createdAt").is_none() {
        wrong.push("unreadable createdAt".to_owned());
    }
    (!wrong.is_empty()).then(|| format!("The service listed it with {}", wrong.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FileState, Time};

    const ID: &str = "598821f949c0a938d57563bd";

    fn one(json: &str) -> Listed {
        let mut window = window(&format!("[{json}]")).unwrap();
        assert_eq!((window.came, window.files.len()), (1, 1), "{json}");
        window.files.remove(0)
    }

    #[test]
    fn a_whole_file() {
        let file = one(&format!(
            r#"{{"fileId": "{ID}", "type": "file", "name": "côte.jpg", "filePath": "/products/côte.jpg",
                "tags": null, "AITags": null, "customCoordinates": null, "embeddedMetadata": null,
                "url": "https://ik.imagekit.io/demo_id/products/c%C3%B4te.jpg?updatedAt=1566630881313",
                "thumbnail": "https://ik.imagekit.io/demo_id/products/c%C3%B4te.jpg?updatedAt=1566630881313&tr=n-ik_ml_thumbnail",
                "fileType": "image", "mime": "image/jpeg", "size": 8123, "createdAt": "2019-08-24T06:14:41.313Z",
                "updatedAt": "2020-08-24T06:14:41.313Z"}}"#
        ));
        let row = &file.row;
        assert_eq!((row.id.as_str(), row.name.as_str()), (ID, "côte.jpg"));
        assert_eq!((row.size, &*row.mime), (8123, "image/jpeg"));
        assert_eq!(row.uploaded, Time::parse("2019-08-24T06:14:41.313Z"));
        assert_eq!((row.stored, row.state()), (row.uploaded, FileState::Stored));
        assert!(row.image && row.odd.is_none());
        assert_eq!(file.path, "/products/côte.jpg");
        assert_eq!((&*row.folder, row.path()), ("/products", file.path.clone()));
        assert!(file.url.unwrap().ends_with("updatedAt=1566630881313"));
        assert!(file.thumbnail.unwrap().ends_with("tr=n-ik_ml_thumbnail"));
    }

    #[test]
    fn odd_values_cost_only_themselves() {
        let cases = [
            (r#""size": "12""#, 12, false),
            (r#""size": null"#, 0, false),
            (r#""size": -5"#, 0, true),
            (r#""size": {}"#, 0, true),
            (
                r#""AITags": "", "customCoordinates": "", "size": 1"#,
                1,
                false,
            ),
            (r#""createdAt": "yesterday", "size": 1"#, 1, true),
            (r#""createdAt": 7, "size": 1"#, 1, true),
            (r#""name": {"a": 1}, "url": 5, "size": 1"#, 1, false),
            (
                r#""type": null, "mime": null, "fileType": null, "size": 1"#,
                1,
                false,
            ),
            (r#""new_field": [[[]]], "size": 1"#, 1, false),
        ];
        for (fields, size, odd) in cases {
            let row = one(&format!(r#"{{"fileId": "{ID}", {fields}}}"#)).row;
            assert_eq!(
                (row.id.as_str(), row.size, row.odd.is_some()),
                (ID, size, odd),
                "{fields}"
            );
        }
    }

    #[test]
    fn folders_of_paths() {
        let cases = [
            ("/a.jpg", "/"),
            ("/a/b/c.jpg", "/a/b"),
            ("", ""),
            ("a.jpg", ""),
        ];
        for (path, expected) in cases {
            assert_eq!(folder(path), expected, "{path}");
        }
    }

    #[test]
    fn names_and_pictures() {
        let cases = [
            (
                r#""name": "a.jpg", "filePath": "/x/b.jpg", "fileType": "image""#,
                "a.jpg",
                true,
            ),
            (
                r#""filePath": "/x/b.mp4", "fileType": "non-image", "mime": "video/mp4""#,
                "b.mp4",
                false,
            ),
            (r#""mime": "image/png""#, "", true),
            (
                r#""fileType": "non-image", "mime": "image/heic""#,
                "",
                false,
            ),
        ];
        for (fields, name, image) in cases {
            let row = one(&format!(r#"{{"fileId": "{ID}", {fields}}}"#)).row;
            assert_eq!((row.name.as_str(), row.image), (name, image), "{fields}");
        }
    }

    #[test]
    fn no_row_gives_the_id_of_anything_but_a_file() {
        for json in [
            "{}",
            "null",
            "7",
            "[]",
            r#"{"fileId": null}"#,
            r#"{"fileId": 42}"#,
            r#"{"fileId": ""}"#,
            r#"{"type": "file-version", "fileId": "598821f949c0a938d57563bd"}"#,
            r#"{"type": "asset", "fileId": "598821f949c0a938d57563bd"}"#,
            r#"{"type": "file", "folderId": "598821f949c0a938d57563bd"}"#,
        ] {
            let row = one(json).row;
            assert_eq!(row.id.as_str(), "", "{json}");
            assert!(row.odd.is_some(), "{json}");
        }
    }

    #[test]
    fn windows() {
        let cases = [
            ("[]", Some((0, 0))),
            (r#"[{"type": "folder", "folderId": "x"}]"#, Some((1, 0))),
            (
                r#"[{"type": "folder", "folderId": "x"}, {"fileId": "a"}, null]"#,
                Some((3, 2)),
            ),
            (r#"{"results": []}"#, None),
            (r#"[{"fileId": "a""#, None),
            ("<html>", None),
            ("", None),
        ];
        for (json, expected) in cases {
            let found = window(json);
            let found = found
                .as_ref()
                .map(|window| (window.came, window.files.len()));
            assert_eq!(found, expected, "{json}");
        }
    }
}
