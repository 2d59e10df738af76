//! What is known of one file beyond its row: labels and values for a person, in the order to show.

use serde_json::value::RawValue;

use crate::service::wire::show::{bit_rate, duration, join, list, short};
use crate::service::wire::{Fields, number, plain, string};

/// Facts of a file object (contract section 7).
pub(crate) fn facts(file: &Fields<'_>) -> Vec<(String, String)> {
    let info = file.object("content_info");
    let part = |key: &str| info.as_ref().and_then(|info| info.object(key));
    let mut facts = Vec::new();
    let mut add = |label: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            facts.push((label.to_owned(), value));
        }
    };
    if let Some(image) = part("image") {
        add("Image", Some(picture(&image)));
        add(
            "Taken",
            image
                .words("datetime_original")
                .map(|taken| taken.replace('T', " ")),
        );
        add(
            "Place",
            image
                .object("geo_location")
                .and_then(|place| place_of(&place)),
        );
    }
    if let Some(video) = part("video") {
        add("Video", Some(moving(&video)));
        add("Audio", first(&video, "audio").map(|audio| sound(&audio)));
    }
    add(
        "Detected type",
        part("mime").and_then(|mime| mime.words("mime")),
    );
    add("Uploader's type", file.words("mime_type"));
    add("Tags", file.array("tags").map(|tags| list(&tags)));
    for (name, value) in file.object("appdata").iter().flat_map(Fields::iter) {
        add(&addon_title(name), Some(addon(name, value)));
    }
    add(
        "Conversions",
        file.object("variations")
            .map(|made| count_of(made.iter().count())),
    );
    facts
}

/// The file's own metadata, in its order.
pub(crate) fn metadata(file: &Fields<'_>) -> Vec<(String, String)> {
    let own = file.object("metadata");
    let pair = |(key, value): (&str, &RawValue)| {
        let value = if value.get() == "null" {
            String::new()
        } else {
            plain(value)
        };
        (key.to_owned(), value)
    };
    own.iter().flat_map(Fields::iter).map(pair).collect()
}

/// `3840 × 1600, JPEG, RGB, 72 dpi, animated`
fn picture(image: &Fields<'_>) -> String {
    let dpi = image
        .array("dpi")
        .and_then(|dpi| dpi.first().and_then(|value| number(value)));
    join([
        size(image),
        image.words("format"),
        image.words("color_mode"),
        dpi.filter(|dpi| *dpi > 0.0)
            .map(|dpi| format!("{} dpi", short(dpi))),
        image
            .count("orientation")
            .filter(|turn| *turn > 1)
            .map(|turn| format!("orientation {turn}")),
        (image.flag("sequence") == Some(true)).then(|| "animated".to_owned()),
    ])
}

/// `0:12.3, 1920 × 1080, mp4, h264, 29.97 fps, 4.1 Mbit/s`
fn moving(video: &Fields<'_>) -> String {
    let stream = first(video, "video");
    let stream = stream.as_ref();
    let rate = stream.and_then(|stream| stream.number("frame_rate"));
    let bits = video
        .number("bitrate")
        .or(stream.and_then(|stream| stream.number("bitrate")));
    join([
        video
            .number("duration")
            .map(|milliseconds| duration(milliseconds / 1000.0)),
        stream.and_then(size),
        video.words("format"),
        stream.and_then(|stream| stream.words("codec")),
        rate.map(|rate| format!("{} fps", short(rate))),
        bits.map(bit_rate),
    ])
}

/// `aac, 2 channels, 44.1 kHz`
fn sound(audio: &Fields<'_>) -> String {
    join([
        audio.words("codec"),
        audio.count("channels").map(|number| match number {
            1 => "1 channel".to_owned(),
            number => format!("{number} channels"),
        }),
        audio
            .number("sample_rate")
            .map(|rate| format!("{} kHz", short(rate / 1000.0))),
        audio.number("bitrate").map(bit_rate),
    ])
}

fn size(picture: &Fields<'_>) -> Option<String> {
    Some(format!(
        "{} × {}",
        picture.count("width")?,
        picture.count("height")?
    ))
}

fn place_of(place: &Fields<'_>) -> Option<String> {
    let (north, east) = (place.number("latitude")?, place.number("longitude")?);
    Some(format!("{north:.5}, {east:.5}"))
}

/// The first of a list of objects.
fn first<'a>(fields: &Fields<'a>, key: &str) -> Option<Fields<'a>> {
    Fields::of(fields.array(key)?.first()?.get())
}

fn count_of(number: usize) -> String {
    if number == 0 {
        String::new()
    } else {
        number.to_string()
    }
}

fn addon_title(name: &str) -> String {
    match name {
        "uc_clamav_virus_scan" => "Virus scan".to_owned(),
        "remove_bg" => "Background removal".to_owned(),
        "aws_rekognition_detect_labels" => "Labels".to_owned(),
        "aws_rekognition_detect_moderation_labels" => "Moderation labels".to_owned(),
        other => other.to_owned(),
    }
}

/// What an add-on found, and when.
fn addon(name: &str, value: &RawValue) -> String {
    let Some(fields) = Fields::of(value.get()) else {
        return plain(value);
    };
    let data = fields.object("data");
    let found = data.as_ref().and_then(|data| match name {
        "uc_clamav_virus_scan" => verdict(data),
        "remove_bg" => data.words("foreground_type"),
        _ => labels(data),
    });
    let when = fields
        .words("datetime_updated")
        .or(fields.words("datetime_created"));
    let when = when.map(|when| when.chars().take(10).collect());
    join([Some(found.unwrap_or_else(|| "done".to_owned())), when])
}

fn verdict(data: &Fields<'_>) -> Option<String> {
    let virus = data.words("infected_with");
    data.flag("infected")
        .map(|infected| match (infected, virus) {
            (false, _) => "clean".to_owned(),
            (true, Some(virus)) => format!("infected with {virus}"),
            (true, None) => "infected".to_owned(),
        })
}

/// The names of the first labels that a recognition found.
fn labels(data: &Fields<'_>) -> Option<String> {
    let list = data.array("Labels").or(data.array("ModerationLabels"))?;
    let names = list
        .iter()
        .filter_map(|label| Fields::of(label.get())?.get("Name").and_then(string));
    let names: Vec<_> = names.take(10).collect();
    Some(if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts_of(json: &str) -> Vec<(String, String)> {
        facts(&Fields::of(json).unwrap())
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter()
            .map(|(label, value)| ((*label).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn an_image() {
        let json = r#"{"mime_type": "application/octet-stream", "tags": ["cat", "dog"], "content_info": {
            "mime": {"mime": "image/jpeg"},
            "image": {"dpi": [72, 72], "width": 3840, "height": 1600, "format": "JPEG", "sequence": false, "color_mode": "RGB",
                "orientation": 6, "geo_location": {"latitude": 55.62013611, "longitude": 37.66299166}, "datetime_original": "2010-07-31T15:18:35"}}}"#;
        let expected = [
            ("Image", "3840 × 1600, JPEG, RGB, 72 dpi, orientation 6"),
            ("Taken", "2010-07-31 15:18:35"),
            ("Place", "55.62014, 37.66299"),
            ("Detected type", "image/jpeg"),
            ("Uploader's type", "application/octet-stream"),
            ("Tags", "cat, dog"),
        ];
        assert_eq!(facts_of(json), pairs(&expected));
    }

    #[test]
    fn a_video_with_nulls() {
        let json = r#"{"content_info": {"video": {"duration": 83250, "format": "mp4", "bitrate": 4100000,
            "audio": [{"codec": "aac", "bitrate": 78000, "channels": 1, "sample_rate": 44100}],
            "video": [{"codec": null, "bitrate": null, "width": 640, "height": 480, "frame_rate": 29.97}]}},
            "variations": {"video/-/format/mp4/": "x"}}"#;
        let expected = [
            ("Video", "1:23.2, 640 × 480, mp4, 29.97 fps, 4.1 Mbit/s"),
            ("Audio", "aac, 1 channel, 44.1 kHz, 78 kbit/s"),
            ("Conversions", "1"),
        ];
        assert_eq!(facts_of(json), pairs(&expected));
    }

    #[test]
    fn what_add_ons_found() {
        let cases = [
            (
                r#"{"uc_clamav_virus_scan": {"data": {"infected": false}, "datetime_updated": "2022-09-28T15:53:36Z"}}"#,
                "Virus scan",
                "clean, 2022-09-28",
            ),
            (
                r#"{"uc_clamav_virus_scan": {"data": {"infected": true, "infected_with": "Eicar"}}}"#,
                "Virus scan",
                "infected with Eicar",
            ),
            (
                r#"{"remove_bg": {"data": {"foreground_type": "person"}}}"#,
                "Background removal",
                "person",
            ),
            (
                r#"{"aws_rekognition_detect_labels": {"data": {"Labels": [{"Name": "Cat"}, {"Name": "Sofa"}]}}}"#,
                "Labels",
                "Cat, Sofa",
            ),
            (r#"{"new_one": {"data": 5}}"#, "new_one", "done"),
            (r#"{"odd": 7}"#, "odd", "7"),
        ];
        for (appdata, label, value) in cases {
            assert_eq!(
                facts_of(&format!(r#"{{"appdata": {appdata}}}"#)),
                pairs(&[(label, value)]),
                "{appdata}"
            );
        }
    }

    #[test]
    fn odd_files_have_fewer_facts() {
        for json in [
            "{}",
            r#"{"content_info": null, "appdata": null, "tags": null, "mime_type": ""}"#,
            r#"{"content_info": {"image": {"dpi": [0, 0], "width": "x"}, "video": {"video": [null], "audio": []}}, "tags": [], "variations": {}}"#,
            r#"{"content_info": [], "appdata": "x", "tags": 5, "variations": 1}"#,
        ] {
            assert_eq!(facts_of(json), Vec::new(), "{json}");
        }
    }

    #[test]
    fn metadata_keeps_its_order() {
        let fields =
            Fields::of(r#"{"metadata": {"z": "1", "a": "2", "none": null, "odd": [1]}}"#).unwrap();
        assert_eq!(
            metadata(&fields),
            pairs(&[("z", "1"), ("a", "2"), ("none", ""), ("odd", "[1]")])
        );
        assert_eq!(
            metadata(&Fields::of(r#"{"metadata": []}"#).unwrap()),
            Vec::new()
        );
    }
}
