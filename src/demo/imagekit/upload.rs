//! `POST /api/v1/files/upload`: a new file, or a new version of one.

use hyper::StatusCode;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::demo::exchange::Answer;
use crate::demo::multipart::{self, Part};

use super::kinds::{self, Class};
use super::library::{File, Library, Version, join, normal};
use super::reply::{self, Refusal};
use super::{Visit, auth, data, fields, json as rows};

/// A form that was read.
struct Form(Vec<Part>);

impl Form {
    fn text(&self, name: &str) -> Option<String> {
        let part = self.0.iter().find(|part| part.name == name);
        part.map(Part::text).filter(|text| !text.is_empty())
    }

    fn flag(&self, name: &str, default: bool) -> bool {
        self.text(name).map_or(default, |text| text == "true")
    }

    fn list(&self, name: &str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        let parts = text.split(',').map(str::trim);
        parts
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

/// Takes a file in.
pub(super) fn run(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    let form = Form(multipart::parts(visit.ask).unwrap_or_default());
    let missing = |name| Refusal::bad(format!("Your request is missing {name} parameter."));
    if form.text("signature").is_some() {
        return Err(Refusal::bad(
            "Your request contains both signature and basic auth parameter. Use only one method, you might \
             be exposing your private API key.",
        ));
    }
    let file = form.0.iter().find(|part| part.name == "file");
    let bytes = content(file.ok_or_else(|| missing("file"))?);
    let name = data::clean(&form.text("fileName").ok_or_else(|| missing("fileName"))?);
    let folder = normal(&form.text("folder").unwrap_or_default());
    let mut library = visit.change();
    check_room(visit, &library, bytes.len() as u64)?;
    let metadata = metadata(&library, &form)?;
    let name = match form.flag("useUniqueFileName", true) {
        true => library.unique(&name),
        false => name,
    };
    library.uploaded += bytes.len() as u64;
    let version = version(visit, &mut library, &name, &bytes);
    let ix = match library.at_path(&join(&folder, &name)) {
        Some(_) if !form.flag("overwriteFile", true) => {
            return Err(Refusal::bad(
                "A file with the same name already exists at the exact location. We could not overwrite it \
                 because both overwriteFile and useUniqueFileName are set to false.",
            ));
        }
        Some(ix) => {
            library.append(ix, &[version], visit.now);
            overwrite(&mut library.files[ix], &form, metadata);
            ix
        }
        None => {
            library.add_folder(&folder, visit.now);
            library.add(new_file(visit, &form, (folder, name), version, metadata))
        }
    };
    let id = library.files[ix].id.clone();
    library.note_write([id.as_str()]);
    Ok(reply::json(shown(visit, &library.files[ix], &form)))
}

fn check_room(visit: &Visit<'_>, library: &Library, size: u64) -> Result<(), Refusal> {
    let quirks = visit.quirks();
    if size > quirks.largest_upload {
        return Err(Refusal::bad(
            "Your request contains invalid file parameter. The file size exceeds limits.",
        ));
    }
    if library.uploaded.saturating_add(size) <= quirks.storage_left {
        return Ok(());
    }
    let status = match quirks.full_is_forbidden {
        true => StatusCode::FORBIDDEN,
        false => StatusCode::BAD_REQUEST,
    };
    Err(Refusal::new(status, "Upload Limit Exceeded."))
}

/// The bytes of the part; base64, with or without `data:` before it, is decoded. Nothing is fetched from a URL.
fn content(part: &Part) -> Vec<u8> {
    let plain = part.file_name.is_some();
    let text = part.text();
    let encoded = match text.split_once(";base64,") {
        Some((head, encoded)) if head.starts_with("data:") => encoded,
        _ => &text,
    };
    let encoded: String = percent_decode_str(encoded).decode_utf8_lossy().into_owned();
    let decoded = (!plain).then(|| auth::base64(encoded.trim())).flatten();
    decoded.unwrap_or_else(|| part.bytes.to_vec())
}

fn metadata(library: &Library, form: &Form) -> Result<Map<String, Value>, Refusal> {
    let Some(text) = form.text("customMetadata") else {
        return Ok(Map::new());
    };
    let refused = || Refusal::bad("Invalid custom metadata.");
    let values: Map<String, Value> = serde_json::from_str(&text).map_err(|_| refused())?;
    let faults = fields::faults(library, &values);
    match faults.is_empty() {
        true => Ok(values),
        false => Err(refused().with("errors", faults)),
    }
}

fn version(visit: &Visit<'_>, library: &mut Library, name: &str, bytes: &[u8]) -> Version {
    let reader = image::ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format();
    let sides = reader.ok().and_then(|reader| reader.into_dimensions().ok());
    let id = library.id(visit.now);
    Version {
        bits: u64::from_str_radix(&id[8..], 16).unwrap_or_default(),
        id,
        number: 1,
        created: visit.now,
        kind: kinds::of_name(name),
        size: bytes.len() as u64,
        sides: sides.unwrap_or((1, 1)),
    }
}

fn new_file(
    visit: &Visit<'_>,
    form: &Form,
    (folder, name): (String, String),
    version: Version,
    metadata: Map<String, Value>,
) -> File {
    File {
        id: version.id.clone(),
        name,
        folder,
        created: visit.now,
        updated: visit.now,
        tags: form.list("tags"),
        ai_tags: Vec::new(),
        coordinates: form.text("customCoordinates"),
        private: form.flag("isPrivateFile", false),
        published: form.flag("isPublished", true),
        metadata,
        description: form.text("description"),
        versions: vec![version],
        removed: None,
        stuck: false,
    }
}

/// What a new version does to the rest: without tags of its own, the old ones are erased.
fn overwrite(file: &mut File, form: &Form, metadata: Map<String, Value>) {
    if form.flag("overwriteTags", true) {
        file.tags = form.list("tags");
    }
    if form.flag("overwriteAITags", true) {
        file.ai_tags.clear();
    }
    if form.flag("overwriteCustomMetadata", true) {
        file.metadata = metadata;
    }
}

fn shown(visit: &Visit<'_>, file: &File, form: &Form) -> Value {
    let content = file.current();
    let whole = rows::file(visit, file);
    let thumbnail = rows::plain_url(visit, &format!("/tr:n-ik_ml_thumbnail{}", file.path()));
    let mut shown = json!({
        "fileId": file.id,
        "name": file.name,
        "size": content.size,
        "versionInfo": rows::version_info(content),
        "filePath": file.path(),
        "url": rows::plain_url(visit, &file.path()),
        "fileType": rows::file_type(content),
        "AITags": whole["AITags"],
    });
    if kinds::at(content.kind).class == Class::Image {
        shown["width"] = whole["width"].clone();
        shown["height"] = whole["height"].clone();
        shown["thumbnailUrl"] = json!(thumbnail);
    }
    for name in form.list("responseFields") {
        if let Some(value) = whole.get(&name) {
            shown[name] = value.clone();
        }
    }
    shown
}
