//! Makes a library out of a seed: four years of files in folders, some with several versions.

use std::time::Duration;

use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::demo::{Options, names, repeats};
use crate::model::Time;

use super::edge::Edge;
use super::fields;
use super::kinds::{self, Class};
use super::library::{AiTag, File, Library, Version, join};

const MILLI: i64 = 1_000;
const MINUTE: i64 = 60_000 * MILLI;
const DAY: i64 = 24 * 60 * MINUTE;
const SPAN: i64 = 4 * 365 * DAY;

const FOLDERS: [&str; 22] = [
    "/",
    "/products",
    "/products/2023/spring",
    "/products/2023/autumn",
    "/products/2024/spring",
    "/products/2024/autumn",
    "/products/2025",
    "/products/2026",
    "/products/archive/Müller_und_Söhne",
    "/banners",
    "/banners/summer-sale",
    "/banners/winter",
    "/blog",
    "/blog/2025",
    "/blog/2026",
    "/team",
    "/press/logos",
    "/press/kits",
    "/videos",
    "/web/fonts",
    "/web/assets/v2/build",
    "/海外_カタログ",
];
const TAGS: [&str; 12] = [
    "sale",
    "hero",
    "shirt",
    "summer-sale",
    "winter",
    "logo",
    "draft",
    "approved",
    "2026 season",
    "été",
    "限定",
    "print",
];
const SEEN: [&str; 8] = [
    "Shirt",
    "Person",
    "Building",
    "Sky",
    "Boat",
    "Food",
    "Furniture",
    "Text",
];
const COLOURS: [&str; 4] = ["red", "navy", "sand", "black"];

/// Makes the data as of `now`.
pub(super) fn make(options: &Options, now: Time) -> Library {
    let mut rng = Rng::with_seed(options.seed ^ 0x696b);
    let mut library = Library::new(options.seed);
    let start = Time((now.0 - SPAN - DAY).div_euclid(MILLI) * MILLI);
    for folder in FOLDERS {
        library.add_folder(folder, Time(start.0 + rng.i64(0..1000) * MILLI));
    }
    let mut last = start.0 + DAY;
    for ix in 0..options.imagekit_files {
        let place = (ix as f64 + rng.f64()) / options.imagekit_files as f64;
        let at = start.0 + DAY + ((SPAN - 10 * MINUTE) as f64 * place.powf(0.7)) as i64;
        // Now and then several are uploaded at once and share a time.
        if rng.u8(..6) != 0 {
            last = last.max(at.div_euclid(MILLI) * MILLI);
        }
        let file = file(&mut rng, &mut library, Time(last), now);
        library.add(file);
    }
    repeat_some(&mut library);
    name_hostile(&mut library);
    stick_some(&mut library);
    library.edge = Edge::default();
    library.fields = fields::made(&mut library);
    library
}

fn file(rng: &mut Rng, library: &mut Library, created: Time, now: Time) -> File {
    let folder = FOLDERS[rng.usize(..FOLDERS.len())].to_owned();
    let kind = kinds::pick(rng);
    let name = free_name(rng, library, &folder, kind, created);
    let versions = versions(rng, library, kind, created, now);
    let updated = versions.last().map_or(created, |version| version.created);
    let image = kinds::at(kind).class == Class::Image;
    File {
        id: versions[0].id.clone(),
        name,
        folder,
        created,
        updated,
        tags: tags(rng),
        ai_tags: if image { seen(rng) } else { Vec::new() },
        coordinates: (image && rng.u8(..12) == 0).then(|| "10,10,120,90".to_owned()),
        private: rng.u8(..25) == 0,
        published: rng.u8(..60) != 0,
        metadata: metadata(rng),
        description: (rng.u8(..15) == 0).then(|| "Shot on the quay, morning light.".to_owned()),
        versions,
        removed: None,
        stuck: false,
    }
}

/// A name that the service let through and that is free in the folder.
fn free_name(rng: &mut Rng, library: &Library, folder: &str, kind: u8, at: Time) -> String {
    let facts = kinds::at(kind);
    let extension = if facts.format == "bin" {
        ""
    } else {
        facts.format
    };
    let name = names::name(rng, extension, facts.class == Class::Image, day(at));
    let name = clean(&name);
    let unique = rng.bool() || name.chars().count() > 120;
    if !unique && library.at_path(&join(folder, &name)).is_none() {
        return name;
    }
    with_suffix(rng, &name)
}

/// A name as this service keeps it: letters and digits of any script, `.`, `-` and `_`; the rest becomes `_`.
pub(super) fn clean(name: &str) -> String {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    name.chars()
        .map(|c| if allowed(c) { c } else { '_' })
        .collect()
}

/// The name with `_` and nine characters before its extension; a long one is cut to make room.
pub(super) fn with_suffix(rng: &mut Rng, name: &str) -> String {
    const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) => (stem, format!(".{extension}")),
        None => (name, String::new()),
    };
    let stem: String = stem.chars().take(100).collect();
    let suffix: String = (0..9)
        .map(|_| char::from(SIGNS[rng.usize(..SIGNS.len())]))
        .collect();
    format!("{stem}_{suffix}{extension}")
}

/// One version, or up to five of which the first one's id is the file's.
fn versions(
    rng: &mut Rng,
    library: &mut Library,
    kind: u8,
    created: Time,
    now: Time,
) -> Vec<Version> {
    let count = if rng.u8(..8) == 0 { rng.u32(2..6) } else { 1 };
    let step = (now.0 - created.0 - MINUTE) / i64::from(count);
    let mut versions = Vec::new();
    for number in 1..=count {
        let later = step * i64::from(number - 1);
        let at = Time((created.0 + later.max(0)).div_euclid(MILLI) * MILLI);
        versions.push(version(rng, library.id(at), number, at, kind));
    }
    versions
}

fn version(rng: &mut Rng, id: String, number: u32, created: Time, kind: u8) -> Version {
    let facts = kinds::at(kind);
    let size = facts.size(rng);
    Version {
        id,
        number,
        created,
        kind,
        size,
        sides: sides(rng, facts.class),
        bits: rng.u64(..),
    }
}

fn sides(rng: &mut Rng, class: Class) -> (u32, u32) {
    const IMAGES: [(u32, u32); 8] = [
        (4032, 3024),
        (3024, 4032),
        (1920, 1080),
        (1200, 630),
        (1080, 1080),
        (800, 600),
        (64, 64),
        (6000, 400),
    ];
    match class {
        Class::Image => IMAGES[rng.usize(..IMAGES.len())],
        Class::Video => [(1920, 1080), (1080, 1920), (1280, 720)][rng.usize(..3)],
        Class::Other => (0, 0),
    }
}

fn tags(rng: &mut Rng) -> Vec<String> {
    if rng.u8(..5) < 2 {
        return Vec::new();
    }
    let mut tags: Vec<String> = Vec::new();
    for _ in 0..rng.u8(1..5) {
        let tag = TAGS[rng.usize(..TAGS.len())].to_owned();
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

fn seen(rng: &mut Rng) -> Vec<AiTag> {
    if rng.u8(..4) != 0 {
        return Vec::new();
    }
    let first = rng.usize(..SEEN.len() - 2);
    let tag = |name: &&str| AiTag {
        name: (*name).to_owned(),
        confidence: f64::from(rng.u32(6000..10_000)) / 100.0,
        source: if rng.bool() {
            "google-auto-tagging"
        } else {
            "aws-auto-tagging"
        },
    };
    SEEN[first..first + 2].iter().map(tag).collect()
}

fn metadata(rng: &mut Rng) -> Map<String, Value> {
    let mut metadata = Map::new();
    if rng.u8(..3) == 0 {
        let colour = COLOURS[rng.usize(..COLOURS.len())];
        metadata.insert("brand".to_owned(), json!("Lantern & Quay"));
        metadata.insert("price".to_owned(), json!(rng.u32(5..400)));
        metadata.insert("colour".to_owned(), json!(colour));
    }
    if rng.u8(..9) == 0 {
        metadata.insert("onSale".to_owned(), json!(rng.bool()));
        metadata.insert("sizes".to_owned(), json!(["S", "L"]));
    }
    metadata
}

/// Some files were put into more than one folder.
fn repeat_some(library: &mut Library) {
    for (from, to) in repeats::pairs(library.files.len()) {
        let (source, target) = (&library.files[from], &library.files[to]);
        let (name, folder) = (source.name.clone(), target.folder.clone());
        let whole = source.versions.len() == 1 && target.versions.len() == 1;
        if !whole || library.at_path(&join(&folder, &name)).is_some() {
            continue;
        }
        let Version {
            kind,
            size,
            sides,
            bits,
            ..
        } = source.versions[0];
        library.relocate(to, &folder, &name, Time(0));
        let target = &mut library.files[to].versions[0];
        (target.kind, target.size) = (kind, size);
        (target.sides, target.bits) = (sides, bits);
    }
}

/// A few files are older than the rule for names. A slash could never be in one.
fn name_hostile(library: &mut Library) {
    let count = library.files.len();
    if count < 200 {
        return;
    }
    let names = names::HOSTILE.iter().map(|(name, _)| *name);
    let hostile: Vec<&str> = names.filter(|name| !name.contains('/')).collect();
    for (place, name) in hostile.iter().enumerate() {
        let ix = (place + 1) * count / (hostile.len() + 1);
        let folder = library.files[ix].folder.clone();
        library.relocate(ix, &folder, name, Time(0));
    }
}

/// The service fails on a dozen of the files, or on fewer in a small library.
fn stick_some(library: &mut Library) {
    let count = library.files.len();
    let wanted = (count / 40).min(12);
    for place in 0..wanted {
        library.files[(2 * place + 1) * count / (2 * wanted)].stuck = true;
    }
}

fn day(at: Time) -> (i16, i8, i8) {
    let since = Duration::from_micros(u64::try_from(at.0).unwrap_or_default());
    let stamp = jiff::Timestamp::UNIX_EPOCH + since;
    let date = stamp.to_zoned(jiff::tz::TimeZone::UTC).date();
    (date.year(), date.month(), date.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library(files: usize) -> Library {
        let options = Options {
            imagekit_files: files,
            ..Options::default()
        };
        make(&options, Time(1_790_000_000_000_000))
    }

    #[test]
    fn a_library_has_files_of_every_sort() {
        let library = library(3_000);
        let count = |is: fn(&File) -> bool| library.files.iter().filter(|file| is(file)).count();
        assert_eq!(count(|file| file.stuck), 12);
        assert!(count(|file| file.versions.len() > 1) > 200);
        assert!(count(|file| !file.tags.is_empty()) > 1_000);
        assert!(count(|file| file.private) > 50);
        assert!(count(|file| file.name.contains('\u{202E}')) == 1);
        assert!(library.files.is_sorted_by_key(|file| file.created));
        let mut known = std::collections::HashSet::new();
        let files = library.files.iter();
        let again = files.filter(|file| !known.insert((&file.name, file.current().size)));
        assert!((24..200).contains(&again.count()), "some dozens of repeats");
        for file in &library.files {
            assert!(library.has_folder(&file.folder), "{}", file.folder);
            assert!(file.created.0 % 1000 == 0 && file.updated.0 <= 1_790_000_000_000_000);
            assert_eq!(library.at_path(&file.path()), library.find(&file.id));
        }
    }

    #[test]
    fn the_same_seed_makes_the_same() {
        let ids = |files| -> Vec<(String, String)> {
            let library = library(files);
            let files = library.files.iter();
            files.map(|file| (file.id.clone(), file.path())).collect()
        };
        assert_eq!(ids(300), ids(300));
        for files in [0, 1, 39] {
            assert_eq!(ids(files).len(), files);
        }
    }

    #[test]
    fn names_are_cleaned() {
        assert_eq!(clean("a b/ü-_.ж?.jpg"), "a_b_ü-_.ж_.jpg");
        let named = with_suffix(&mut Rng::with_seed(1), "a.tar.gz");
        assert!(named.starts_with("a.tar_") && named.ends_with(".gz") && named.len() == 18);
    }
}
