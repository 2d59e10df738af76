//! What is known of one file beyond its row: labels and values for a person, in the order to show.

use serde_json::value::RawValue;

use crate::service::wire::show::{bit_rate, duration, join, list, short};
use crate::service::wire::{Fields, number, plain};

/// Facts of a file object (contract section 4). `versions` is how many the service keeps, if it said so.
pub(crate) fn facts(file: &Fields<'_>, versions: Option<usize>) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut add = |label: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            facts.push((label.to_owned(), value));
        }
    };
    add("Path", file.string("filePath"));
    add("Description", file.string("description"));
    add(
        "Image",
        file.string("fileType")
            .and_then(|kind| picture(file, &kind)),
    );
    add("Video and sound", moving(file));
    add("Tags", file.array("tags").map(|tags| list(&tags)));
    add(
        "Tags found by AI",
        file.array("AITags").map(|tags| found(&tags)),
    );
    add("Version", version(file, versions));
    add("Focus area", file.string("customCoordinates"));
    add("Access", access(file));
    add(
        "Updated",
        file.words("updatedAt")
            .filter(|updated| file.words("createdAt").as_ref() != Some(updated)),
    );
    facts
}

/// The file's custom metadata, in its order.
pub(crate) fn metadata(file: &Fields<'_>) -> Vec<(String, String)> {
    let own = file.object("customMetadata");
    let pair = |(key, value): (&str, &RawValue)| (key.to_owned(), one_or_more(value));
    own.iter().flat_map(Fields::iter).map(pair).collect()
}

/// How many versions an answer lists, the current one included.
pub(crate) fn versions(json: &str) -> Option<usize> {
    let rows: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    Some(rows.len())
}

fn one_or_more(value: &RawValue) -> String {
    match serde_json::from_str::<Vec<&RawValue>>(value.get()) {
        Ok(values) => list(&values),
        Err(_) if value.get() == "null" => String::new(),
        Err(_) => plain(value),
    }
}

/// `100 × 80, transparent`
fn picture(file: &Fields<'_>, kind: &str) -> Option<String> {
    let size = size(file).filter(|_| kind == "image")?;
    let alpha = file.flag("hasAlpha") == Some(true);
    Some(join([Some(size), alpha.then(|| "transparent".to_owned())]))
}

/// `1:23.2, 640 × 480, h264, aac, 1.45 Mbit/s`. The rate is in bits, whatever the documentation says.
fn moving(file: &Fields<'_>) -> Option<String> {
    let seconds = file.number("duration");
    let codec = file.words("videoCodec");
    let is_video = codec.is_some();
    let parts = [
        seconds.map(duration),
        size(file).filter(|_| is_video),
        codec,
        file.words("audioCodec"),
        file.number("bitRate").map(bit_rate),
    ];
    Some(join(parts))
}

fn size(file: &Fields<'_>) -> Option<String> {
    let (width, height) = (file.count("width")?, file.count("height")?);
    (width > 0 && height > 0).then(|| format!("{width} × {height}"))
}

/// `Shirt (90.12 %), Cloth`
fn found(tags: &[&RawValue]) -> String {
    let tag = |tag: &&RawValue| {
        let fields = Fields::of(tag.get())?;
        let name = fields.words("name")?;
        let sure = fields.get("confidence").and_then(number);
        Some(match sure {
            Some(sure) => format!("{name} ({} %)", short(sure)),
            None => name,
        })
    };
    join(tags.iter().map(tag))
}

/// `Version 3, 3 kept`
fn version(file: &Fields<'_>, versions: Option<usize>) -> Option<String> {
    let name = file
        .object("versionInfo")
        .and_then(|version| version.words("name"));
    let kept = versions.map(|count| match count {
        1 => "the only one".to_owned(),
        count => format!("{count} kept; a delete takes all of them"),
    });
    Some(join([name, kept]))
}

/// What keeps the file from being fetched by anybody.
fn access(file: &Fields<'_>) -> Option<String> {
    let private = file.flag("isPrivateFile") == Some(true);
    let draft = file.flag("isPublished") == Some(false);
    Some(join([
        private.then(|| "private, only through signed addresses".to_owned()),
        draft.then(|| "draft, not published".to_owned()),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts_of(json: &str, versions: Option<usize>) -> Vec<(String, String)> {
        facts(&Fields::of(json).unwrap(), versions)
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter()
            .map(|(label, value)| ((*label).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn an_image() {
        let json = r#"{"filePath": "/products/shirt.jpg", "fileType": "image", "width": 100, "height": 80, "hasAlpha": true,
            "tags": ["sale", "summer"], "AITags": [{"name": "Shirt", "confidence": 90.12, "source": "google-auto-tagging"}, {"name": "Cloth"}],
            "versionInfo": {"id": "x", "name": "Version 3"}, "customCoordinates": "1,2,3,4", "isPrivateFile": true, "isPublished": false,
            "description": "A shirt", "createdAt": "2019-08-24T06:14:41.313Z", "updatedAt": "2020-08-24T06:14:41.313Z"}"#;
        let expected = [
            ("Path", "/products/shirt.jpg"),
            ("Description", "A shirt"),
            ("Image", "100 × 80, transparent"),
            ("Tags", "sale, summer"),
            ("Tags found by AI", "Shirt (90.12 %), Cloth"),
            ("Version", "Version 3, 3 kept; a delete takes all of them"),
            ("Focus area", "1,2,3,4"),
            (
                "Access",
                "private, only through signed addresses, draft, not published",
            ),
            ("Updated", "2020-08-24T06:14:41.313Z"),
        ];
        assert_eq!(facts_of(json, Some(3)), pairs(&expected));
    }

    #[test]
    fn a_video() {
        let json = r#"{"filePath": "/v.mp4", "fileType": "non-image", "width": 640, "height": 480, "duration": 83.25, "bitRate": 1453966,
            "videoCodec": "h264", "audioCodec": "aac", "versionInfo": {"name": "Version 1"}, "isPublished": true, "isPrivateFile": false,
            "createdAt": "2019-08-24T06:14:41.313Z", "updatedAt": "2019-08-24T06:14:41.313Z"}"#;
        let expected = [
            ("Path", "/v.mp4"),
            (
                "Video and sound",
                "1:23.2, 640 × 480, h264, aac, 1.45 Mbit/s",
            ),
            ("Version", "Version 1, the only one"),
        ];
        assert_eq!(facts_of(json, Some(1)), pairs(&expected));
    }

    #[test]
    fn odd_files_have_fewer_facts() {
        for json in [
            "{}",
            r#"{"tags": null, "AITags": null, "customCoordinates": null, "versionInfo": null, "embeddedMetadata": null}"#,
            r#"{"tags": "", "AITags": "", "customCoordinates": "", "versionInfo": [], "description": ""}"#,
            r#"{"tags": [], "AITags": [null, 5, {}], "fileType": "image", "width": "x", "hasAlpha": true}"#,
            r#"{"fileType": "non-image", "width": 5, "height": 5}"#,
        ] {
            assert_eq!(facts_of(json, None), Vec::new(), "{json}");
        }
    }

    #[test]
    fn custom_metadata_keeps_its_order() {
        let json = r#"{"customMetadata": {"z": "1", "a": 2.50, "is": true, "colours": ["red", "blue"], "none": null}}"#;
        let expected = [
            ("z", "1"),
            ("a", "2.50"),
            ("is", "true"),
            ("colours", "red, blue"),
            ("none", ""),
        ];
        assert_eq!(metadata(&Fields::of(json).unwrap()), pairs(&expected));
        for json in ["{}", r#"{"customMetadata": []}"#] {
            assert_eq!(metadata(&Fields::of(json).unwrap()), Vec::new(), "{json}");
        }
    }

    #[test]
    fn counts_of_versions() {
        assert_eq!(versions(r#"[{}, {}]"#), Some(2));
        assert_eq!(versions("{}"), None);
    }
}
