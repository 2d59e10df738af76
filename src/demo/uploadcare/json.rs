//! The file and group objects as the API writes them, keys in the order of the real answers.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::demo::exchange::Ask;
use crate::model::Time;

use super::Visit;
use super::facts::{self, ContentInfo};
use super::ids::mixed;
use super::kinds::{self, Class};
use super::state::{File, Group, Project};

/// A file object.
#[derive(Serialize)]
pub(super) struct FileJson<'a> {
    datetime_removed: Option<Time>,
    datetime_stored: Option<Time>,
    datetime_uploaded: Time,
    is_image: Option<bool>,
    is_ready: bool,
    mime_type: &'a str,
    original_file_url: Option<String>,
    original_filename: &'a str,
    size: u64,
    url: String,
    uuid: Uuid,
    variations: Option<Pairs>,
    content_info: Option<ContentInfo>,
    metadata: Pairs,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_effects: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    appdata: Option<AppData>,
    tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub highlight: Option<serde_json::Value>,
}

/// Text keys and values, in order.
pub(super) struct Pairs(pub Vec<(String, String)>);

impl Serialize for Pairs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// What add-ons found out.
#[derive(Serialize)]
struct AppData {
    #[serde(skip_serializing_if = "Option::is_none")]
    uc_clamav_virus_scan: Option<Addon>,
}

#[derive(Serialize)]
struct Addon {
    data: Scan,
    version: &'static str,
    datetime_created: Time,
    datetime_updated: Time,
}

#[derive(Serialize)]
struct Scan {
    infected: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    infected_with: Option<&'static str>,
}

/// The object of a file, as it is now.
pub(super) fn file<'a>(project: &'a Project, ix: usize, visit: &Visit<'_>) -> FileJson<'a> {
    let file = project.file(ix);
    let fresh = project.is_fresh(ix, visit.now);
    let uuid = Uuid::from_u128(file.uuid);
    let mut room = Uuid::encode_buffer();
    let id: &str = uuid.hyphenated().encode_lower(&mut room);
    let readable = file.ready && file.removed().is_none();
    FileJson {
        datetime_removed: file.removed(),
        datetime_stored: file.stored(),
        datetime_uploaded: file.uploaded,
        is_image: (!fresh).then(|| facts::is_image(file)),
        is_ready: file.ready,
        mime_type: if fresh {
            "application/octet-stream"
        } else {
            facts::claimed_mime(file)
        },
        original_file_url: readable.then(|| cdn_url(&visit.origin, id, &file.name)),
        original_filename: &file.name,
        size: if fresh { 0 } else { file.size },
        url: [&visit.origin, "/files/", id, "/"].concat(),
        variations: if fresh { None } else { variations(file) },
        content_info: if fresh {
            None
        } else {
            facts::content_info(file)
        },
        metadata: Pairs(metadata(project, ix)),
        default_effects: None,
        appdata: visit.appdata.then(|| app_data(file)),
        tags: tags(project, ix),
        highlight: None,
        uuid,
    }
}

/// The objects of files, each made as it is written.
pub(super) struct Files<'a> {
    pub project: &'a Project,
    pub items: &'a [usize],
    pub visit: &'a Visit<'a>,
}

impl Serialize for Files<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let items = self.items.iter();
        serializer.collect_seq(items.map(|ix| file(self.project, *ix, self.visit)))
    }
}

/// The object of a file in a group.
pub(super) fn member<'a>(project: &'a Project, ix: usize, visit: &Visit<'_>) -> FileJson<'a> {
    let mut json = file(project, ix, visit);
    json.default_effects = Some(match mixed(project.file(ix).uuid, 8) % 12 {
        0 => "resize/x800/",
        _ => "",
    });
    json
}

/// A group as lists have it.
#[derive(Serialize)]
pub(super) struct GroupJson {
    id: String,
    datetime_created: Time,
    files_count: usize,
    cdn_url: String,
    url: String,
}

/// The object of a group.
pub(super) fn group(group: &Group, visit: &Visit<'_>) -> GroupJson {
    let id = group.id_text();
    GroupJson {
        datetime_created: group.created,
        files_count: group.members.len(),
        cdn_url: format!("{}/cdn/{id}/", visit.origin),
        url: format!("{}/groups/{id}/", visit.origin),
        id,
    }
}

/// The metadata of a file, as edited last.
pub(super) fn metadata(project: &Project, ix: usize) -> Vec<(String, String)> {
    let edited = project.edits(ix).and_then(|edits| edits.metadata.clone());
    edited.unwrap_or_else(|| facts::metadata(project.file(ix)))
}

/// The tags of a file, as edited last.
pub(super) fn tags(project: &Project, ix: usize) -> Vec<&str> {
    match project.edits(ix).and_then(|edits| edits.tags.as_ref()) {
        Some(tags) => tags.iter().map(String::as_str).collect(),
        None => facts::tags(project.file(ix)),
    }
}

/// Whether the request asks for what add-ons found out.
pub(super) fn wants_appdata(ask: &Ask) -> bool {
    let Some(query) = ask.uri.query() else {
        return false;
    };
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.any(|(name, value)| {
        name == "include" && value.split([',', '%']).any(|one| one == "appdata")
    })
}

fn app_data(file: &File) -> AppData {
    let scan = facts::scanned(file).map(|infected| Addon {
        data: Scan {
            infected,
            infected_with: infected.then_some("Win.Test.EICAR_HDB-1"),
        },
        version: "1.0.1",
        datetime_created: Time(file.uploaded.0 + 4_000_000),
        datetime_updated: Time(file.uploaded.0 + 5_000_000),
    });
    AppData {
        uc_clamav_virus_scan: scan,
    }
}

/// The public address: under the name's letters and digits alone.
fn cdn_url(origin: &str, uuid: &str, name: &str) -> String {
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if is_plain(extension) => (stem, extension),
        _ => (name, ""),
    };
    let mut url = String::with_capacity(origin.len() + uuid.len() + name.len() + 12);
    for part in [origin, "/cdn/", uuid, "/"] {
        url.push_str(part);
    }
    let start = url.len();
    let is_kept = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    url.extend(stem.bytes().filter(is_kept).map(char::from));
    if url.len() == start {
        url.push_str("noroot");
    }
    if !extension.is_empty() {
        url.push('.');
        url.push_str(extension);
    }
    url
}

fn is_plain(extension: &str) -> bool {
    (1..=8).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Some videos were converted to another format: where to.
fn variations(file: &File) -> Option<Pairs> {
    let bits = mixed(file.uuid, 9);
    let converted =
        kinds::at(file.kind).class == Class::Video && file.ready && bits.is_multiple_of(3);
    converted.then(|| {
        let output =
            super::ids::version4(u128::from(bits) << 64 | u128::from(mixed(file.uuid, 10)));
        let path = "video/-/format/mp4/-/quality/normal/".to_owned();
        Pairs(vec![(path, super::ids::text(output))])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_keep_plain_letters_only() {
        let cases = [
            ("hero @2x.png", "hero2x.png"),
            ("фото.jpg", "noroot.jpg"),
            ("", "noroot"),
            ("a.b c", "abc"),
            ("../../etc/passwd", "etcpasswd"),
        ];
        for (name, tail) in cases {
            assert_eq!(cdn_url("", "id", name), format!("/cdn/id/{tail}"), "{name}");
        }
    }
}
