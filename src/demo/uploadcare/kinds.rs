//! The kinds of content that the demo's files hold.

/// What a kind is, roughly: it decides which facts a file of it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Image,
    Video,
    Other,
}

/// One kind of content.
pub(super) struct Kind {
    pub extension: &'static str,
    /// Content type, claimed and detected alike.
    pub mime: &'static str,
    /// The format's name in `content_info`.
    pub format: &'static str,
    pub class: Class,
    /// Of how many files in a thousand.
    weight: u16,
    /// Smallest and largest size in bytes.
    pub sizes: (f64, f64),
}

const fn kind(
    extension: &'static str,
    mime: &'static str,
    format: &'static str,
    class: Class,
    weight: u16,
    sizes: (f64, f64),
) -> Kind {
    Kind {
        extension,
        mime,
        format,
        class,
        weight,
        sizes,
    }
}

use Class::{Image, Other, Video};

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub(super) static KINDS: [Kind; 23] = [
    kind("jpg", "image/jpeg", "JPEG", Image, 400, (9e3, 3e7)),
    kind("png", "image/png", "PNG", Image, 150, (4e2, 2e7)),
    kind("webp", "image/webp", "WEBP", Image, 60, (2e3, 4e6)),
    kind("heic", "image/heic", "HEIF", Image, 40, (6e5, 8e6)),
    kind("gif", "image/gif", "GIF", Image, 30, (43.0, 3e7)),
    kind("avif", "image/avif", "AVIF", Image, 10, (1e3, 2e6)),
    kind("svg", "image/svg+xml", "SVG", Image, 20, (2e2, 4e5)),
    kind("tiff", "image/tiff", "TIFF", Image, 10, (1e6, 4e8)),
    kind("pdf", "application/pdf", "", Other, 90, (8e3, 2e8)),
    kind("mp4", "video/mp4", "mp4", Video, 40, (2e5, 6.4e9)),
    kind("webm", "video/webm", "webm", Video, 15, (1e5, 9e8)),
    kind("mov", "video/quicktime", "mov", Video, 10, (4e6, 7.2e9)),
    kind("mp3", "audio/mpeg", "", Other, 15, (5e5, 9e7)),
    kind("ogg", "audio/ogg", "", Other, 5, (2e4, 2e7)),
    kind("txt", "text/plain", "", Other, 25, (0.0, 2e6)),
    kind("csv", "text/csv", "", Other, 20, (12.0, 8e8)),
    kind("json", "application/json", "", Other, 15, (2.0, 5e7)),
    kind("docx", DOCX, "", Other, 15, (6e3, 4e7)),
    kind("xlsx", XLSX, "", Other, 10, (5e3, 3e7)),
    kind("zip", "application/zip", "", Other, 10, (22.0, 4.5e9)),
    kind("psd", "image/vnd.adobe.photoshop", "", Other, 3, (1e6, 2e9)),
    kind("html", "text/html", "", Other, 2, (1e2, 1e6)),
    kind("bin", "application/octet-stream", "", Other, 5, (0.0, 9e8)),
];

/// Picks a kind by weight, from a number that may be anything.
pub(super) fn weighted(random: u64) -> u8 {
    let mut place = (random % 1000) as u16;
    for (ix, kind) in KINDS.iter().enumerate() {
        if place < kind.weight {
            return ix as u8;
        }
        place -= kind.weight;
    }
    0
}

/// The kind with this extension, else the last one.
pub(super) fn by_extension(extension: &str) -> u8 {
    let found = KINDS.iter().position(|kind| kind.extension == extension);
    found.unwrap_or(KINDS.len() - 1) as u8
}

/// The kind at this place of the table.
pub(super) fn at(place: u8) -> &'static Kind {
    &KINDS[usize::from(place) % KINDS.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_add_up_to_a_thousand() {
        let sum: u16 = KINDS.iter().map(|kind| kind.weight).sum();
        assert_eq!(sum, 1000);
        assert_eq!(at(weighted(999)).extension, "bin");
        assert_eq!(at(by_extension("pdf")).extension, "pdf");
    }
}
