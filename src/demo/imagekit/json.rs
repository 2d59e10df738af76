//! Files, versions and folders as the API shows them.

use jiff::Timestamp;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value, json};

use crate::model::Time;

use super::Visit;
use super::kinds::{self, Class};
use super::library::{File, Folder, Version, split};

/// What a path in a URL cannot hold as it is.
const IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A file with its current content.
pub(super) fn file(visit: &Visit<'_>, file: &File) -> Value {
    row(visit, file, file.current(), "file")
}

/// An older version of a file.
pub(super) fn version(visit: &Visit<'_>, file: &File, version: &Version) -> Value {
    row(visit, file, version, "file-version")
}

fn row(visit: &Visit<'_>, file: &File, version: &Version, word: &str) -> Value {
    let kind = kinds::at(version.kind);
    let old = word == "file-version";
    let own = old && !visit.quirks().versions_share_id;
    let url = url(visit, file, version, old);
    let mut row = Map::new();
    let mut put = |name: &str, value: Value| row.insert(name.to_owned(), value);
    put("type", json!(word));
    put("name", json!(file.name));
    put(
        "createdAt",
        json!(stamp(if old { version.created } else { file.created })),
    );
    put(
        "updatedAt",
        json!(stamp(if old { version.created } else { file.updated })),
    );
    put("fileId", json!(if own { &version.id } else { &file.id }));
    put(
        "tags",
        or_unset(visit, !file.tags.is_empty(), || json!(file.tags)),
    );
    put(
        "AITags",
        or_unset(visit, !file.ai_tags.is_empty(), || ai_tags(file)),
    );
    put("versionInfo", version_info(version));
    put("embeddedMetadata", embedded(version));
    let coordinates = file.coordinates.as_ref();
    put(
        "customCoordinates",
        or_unset(visit, coordinates.is_some(), || json!(coordinates)),
    );
    put("customMetadata", json!(file.metadata));
    put("isPrivateFile", json!(file.private));
    put("isPublished", json!(file.published));
    if let Some(thumbnail) = thumbnail(kind.class, &url) {
        put("thumbnail", json!(thumbnail));
    }
    put("url", json!(url));
    put("fileType", json!(file_type(version)));
    put("filePath", json!(file.path()));
    if let Some(words) = &file.description {
        put("description", json!(words));
    }
    put("mime", json!(kind.mime));
    put("size", json!(version.size));
    row.extend(shape(version));
    Value::Object(row)
}

/// What only pictures and videos have.
fn shape(version: &Version) -> Map<String, Value> {
    let (width, height) = version.sides;
    let facts = match kinds::at(version.kind).class {
        Class::Image => json!({"width": width, "height": height, "hasAlpha": has_alpha(version)}),
        Class::Video => json!({
            "width": width,
            "height": height,
            "duration": duration(version),
            "bitRate": version.size * 8 / duration(version),
            "videoCodec": "h264",
            "audioCodec": "aac",
        }),
        Class::Other => json!({}),
    };
    match facts {
        Value::Object(facts) => facts,
        _ => Map::new(),
    }
}

/// `{id, name}` of a version.
pub(super) fn version_info(version: &Version) -> Value {
    json!({"id": version.id, "name": format!("Version {}", version.number)})
}

/// `image` or `non-image`.
pub(super) fn file_type(version: &Version) -> &'static str {
    match kinds::at(version.kind).class {
        Class::Image => "image",
        _ => "non-image",
    }
}

/// Whether a picture has transparent parts.
pub(super) fn has_alpha(version: &Version) -> bool {
    let kind = kinds::at(version.kind).format;
    matches!(kind, "png" | "svg" | "webp" | "gif") && version.bits.is_multiple_of(3)
}

/// A video's length in seconds.
pub(super) fn duration(version: &Version) -> u64 {
    version.bits % 300 + 1
}

/// A folder.
pub(super) fn folder(path: &str, folder: &Folder) -> Value {
    json!({
        "type": "folder",
        "name": split(path).1,
        "createdAt": stamp(folder.created),
        "updatedAt": stamp(folder.updated),
        "folderId": folder.id,
        "folderPath": path,
        "customMetadata": {},
    })
}

/// ISO 8601 in UTC with milliseconds.
pub(super) fn stamp(at: Time) -> String {
    Timestamp::from_microsecond(at.0)
        .map(|stamp| format!("{stamp:.3}"))
        .unwrap_or_default()
}

/// Where a file is delivered, without a query.
pub(super) fn plain_url(visit: &Visit<'_>, path: &str) -> String {
    format!("{}{}", visit.endpoint, utf8_percent_encode(path, IN_PATH))
}

fn url(visit: &Visit<'_>, file: &File, version: &Version, old: bool) -> String {
    let plain = plain_url(visit, &file.path());
    let (at, token) = if old {
        let token: String = version.id.chars().rev().collect();
        (version.created, format!("ik-obj-version={token}&"))
    } else {
        (file.updated, String::new())
    };
    format!("{plain}?{token}updatedAt={}", at.0 / 1000)
}

fn thumbnail(class: Class, url: &str) -> Option<String> {
    match class {
        Class::Image => Some(format!("{url}&tr=n-ik_ml_thumbnail")),
        Class::Video => Some(url.replacen('?', "/ik-thumbnail.jpg?", 1)),
        Class::Other => None,
    }
}

fn or_unset(visit: &Visit<'_>, set: bool, value: impl FnOnce() -> Value) -> Value {
    match (set, visit.quirks().empty_for_null) {
        (true, _) => value(),
        (false, true) => json!(""),
        (false, false) => Value::Null,
    }
}

fn ai_tags(file: &File) -> Value {
    let tags = file
        .ai_tags
        .iter()
        .map(|tag| json!({"name": tag.name, "confidence": tag.confidence, "source": tag.source}));
    tags.collect()
}

fn embedded(version: &Version) -> Value {
    match (kinds::at(version.kind).format, version.bits % 4) {
        ("jpg", 0..3) => json!({
            "XResolution": 72,
            "YResolution": 72,
            "Orientation": 1,
            "DateTimeOriginal": stamp(version.created),
        }),
        _ => Value::Null,
    }
}
