//! What a file holds, made up from its id: dimensions, streams, metadata, tags. Always the same for one id,
//! so none of it is kept.

use serde::Serialize;

use crate::model::Time;

use super::ids::mixed;
use super::kinds::{self, Class};
use super::state::File;

const DAY: i64 = 86_400_000_000;
/// When this version began to detect content types (15 August 2022): older files have none.
const DETECTS_SINCE: i64 = 1_660_521_600_000_000;

/// The `content_info` of a file: any mix of its parts, or none.
#[derive(Serialize)]
pub(super) struct ContentInfo {
    #[serde(skip_serializing_if = "Option::is_none")]
    mime: Option<Mime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<Image>,
    #[serde(skip_serializing_if = "Option::is_none")]
    video: Option<Video>,
}

#[derive(Serialize)]
struct Mime {
    mime: &'static str,
    r#type: &'static str,
    subtype: &'static str,
}

#[derive(Serialize)]
struct Image {
    dpi: Option<(u32, u32)>,
    width: u32,
    height: u32,
    format: &'static str,
    sequence: bool,
    color_mode: &'static str,
    orientation: Option<u8>,
    geo_location: Option<Geo>,
    datetime_original: Option<String>,
}

#[derive(Serialize)]
struct Geo {
    latitude: f64,
    longitude: f64,
}

#[derive(Serialize)]
struct Video {
    audio: Vec<Audio>,
    video: Vec<Stream>,
    format: &'static str,
    bitrate: Option<u32>,
    duration: Option<u32>,
}

#[derive(Serialize)]
struct Audio {
    codec: Option<&'static str>,
    bitrate: Option<u32>,
    channels: Option<u8>,
    sample_rate: Option<u32>,
}

#[derive(Serialize)]
struct Stream {
    codec: Option<&'static str>,
    width: u32,
    height: u32,
    bitrate: Option<u32>,
    frame_rate: f64,
}

/// Whether there is a picture in it.
pub(super) fn is_image(file: &File) -> bool {
    kinds::at(file.kind).class == Class::Image
}

/// The uploader's claim, which is not always right.
pub(super) fn claimed_mime(file: &File) -> &'static str {
    if !file.ready && file.name.is_empty() {
        return "";
    }
    match mixed(file.uuid, 1) % 40 {
        0 => "application/octet-stream",
        _ => kinds::at(file.kind).mime,
    }
}

/// Width and height of a picture or a video.
pub(super) fn dimensions(file: &File) -> (u32, u32) {
    const SHAPES: [(u32, u32); 12] = [
        (4032, 3024),
        (3024, 4032),
        (1920, 1080),
        (1080, 1920),
        (1200, 1200),
        (3840, 1600),
        (640, 480),
        (800, 2400),
        (2560, 1440),
        (256, 256),
        (5472, 3648),
        (1024, 683),
    ];
    let bits = mixed(file.uuid, 2);
    match kinds::at(file.kind).class {
        Class::Video => SHAPES[2 + (bits % 2) as usize],
        _ => SHAPES[(bits % SHAPES.len() as u64) as usize],
    }
}

/// The facts of a file; `None` while there are none.
pub(super) fn content_info(file: &File) -> Option<ContentInfo> {
    if !file.ready {
        return None;
    }
    let kind = kinds::at(file.kind);
    let detected = file.uploaded.0 >= DETECTS_SINCE;
    let (main, sub) = kind.mime.split_once('/').unwrap_or((kind.mime, ""));
    Some(ContentInfo {
        mime: detected.then_some(Mime {
            mime: kind.mime,
            r#type: main,
            subtype: sub,
        }),
        image: (kind.class == Class::Image).then(|| image(file)),
        video: (kind.class == Class::Video).then(|| video(file)),
    })
}

fn image(file: &File) -> Image {
    let kind = kinds::at(file.kind);
    let (width, height) = dimensions(file);
    let bits = mixed(file.uuid, 3);
    let photo = matches!(kind.extension, "jpg" | "heic");
    let color_mode = match (kind.extension, bits % 16) {
        ("jpg", 0) => "CMYK",
        ("jpg", 1) => "L",
        ("gif", _) => "P",
        ("png" | "webp", 0..8) => "RGBA",
        ("png", 8) => "LA",
        _ => "RGB",
    };
    Image {
        dpi: match bits >> 4 & 7 {
            0..3 => None,
            3 => Some((0, 0)),
            4 => Some((300, 300)),
            _ => Some((72, 72)),
        },
        width,
        height,
        format: kind.format,
        sequence: kind.extension == "gif" && bits & 256 == 0,
        color_mode,
        orientation: photo.then_some((bits >> 9) as u8 % 9),
        geo_location: (photo && bits >> 13 & 3 == 0).then(|| place(bits >> 15)),
        datetime_original: photo.then(|| original_time(file, bits >> 20)),
    }
}

fn place(bits: u64) -> Geo {
    let degrees = |bits: u64, span: f64| {
        let share = (bits & 0xff_ffff) as f64 / f64::from(0x100_0000);
        ((share - 0.5) * span * 1e6).round() / 1e6
    };
    Geo {
        latitude: degrees(bits, 140.0),
        longitude: degrees(bits >> 24, 360.0),
    }
}

/// Some time before the upload, as cameras write it: without a time zone.
fn original_time(file: &File, bits: u64) -> String {
    let before = (bits % 40) as i64 * DAY + (bits >> 8) as i64 % DAY;
    let text = Time(file.uploaded.0 - before).to_string();
    text.chars().take(19).collect()
}

fn video(file: &File) -> Video {
    let kind = kinds::at(file.kind);
    let (width, height) = dimensions(file);
    let bits = mixed(file.uuid, 4);
    let webm = kind.extension == "webm";
    let known = !bits.is_multiple_of(12);
    Video {
        audio: (0..u8::from(bits & 48 != 0))
            .map(|_| Audio {
                codec: Some(if webm { "opus" } else { "aac" }),
                bitrate: (bits & 64 != 0).then_some(128_000),
                channels: Some(2),
                sample_rate: Some(48_000),
            })
            .collect(),
        video: vec![Stream {
            codec: known.then_some(if webm { "vp9" } else { "h264" }),
            width,
            height,
            bitrate: known.then_some(400_000 + (bits >> 8) as u32 % 8_000_000),
            frame_rate: [30.0, 25.0, 29.97, 23.976, 60.0][(bits >> 40) as usize % 5],
        }],
        format: kind.format,
        bitrate: known.then_some(600_000 + (bits >> 8) as u32 % 8_000_000),
        duration: known.then_some(900 + (bits >> 12) as u32 % 1_800_000),
    }
}

/// The metadata that the file was uploaded with.
pub(super) fn metadata(file: &File) -> Vec<(String, String)> {
    let bits = mixed(file.uuid, 5);
    let mut pairs = Vec::new();
    if !bits.is_multiple_of(4) {
        return pairs;
    }
    let choose = |words: &[&str], shift: u32| {
        let place = (bits >> shift) as usize % words.len();
        words[place].to_owned()
    };
    let subsystem = choose(&["shop", "cms", "mobile-app", "мобильный"], 4);
    pairs.push(("subsystem".to_owned(), subsystem));
    if bits >> 8 & 1 == 0 {
        pairs.push(("order.id".to_owned(), (bits >> 40 & 0xff_ffff).to_string()));
    }
    if bits >> 9 & 3 == 0 {
        let owner = choose(&["Ines Okafor", "Jürgen Ó Dálaigh", "王小明", "=1+1"], 12);
        pairs.push(("owner".to_owned(), owner));
    }
    pairs
}

/// The tags that the file was uploaded with.
pub(super) fn tags(file: &File) -> Vec<&'static str> {
    const TAGS: [&str; 10] = [
        "summer", "print", "web", "draft", "approved", "2024", "press", "social", "archive", "b2b",
    ];
    let bits = mixed(file.uuid, 6);
    if !bits.is_multiple_of(3) {
        return Vec::new();
    }
    let chosen = |ix: &usize| bits >> (8 + 2 * ix) & 3 == 0;
    (0..TAGS.len()).filter(chosen).map(|ix| TAGS[ix]).collect()
}

/// Whether a virus scan was run, and if so whether it found something.
pub(super) fn scanned(file: &File) -> Option<bool> {
    let bits = mixed(file.uuid, 7);
    bits.is_multiple_of(5).then_some(bits >> 8 & 63 == 0)
}
