//! The kinds of content that the library holds.

use fastrand::Rng;

/// What a kind is, roughly: it decides which facts a file of it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Image,
    Video,
    Other,
}

/// One kind of content.
pub(super) struct Kind {
    /// The extension, which is also the word for it in a search.
    pub format: &'static str,
    pub mime: &'static str,
    pub class: Class,
    /// Of how many files in a hundred.
    weight: u8,
    /// Smallest and largest size in bytes.
    sizes: (f64, f64),
}

const fn kind(
    format: &'static str,
    mime: &'static str,
    class: Class,
    weight: u8,
    sizes: (f64, f64),
) -> Kind {
    Kind {
        format,
        mime,
        class,
        weight,
        sizes,
    }
}

use Class::{Image, Other, Video};

static KINDS: [Kind; 16] = [
    kind("jpg", "image/jpeg", Image, 46, (9e3, 2e7)),
    kind("png", "image/png", Image, 17, (4e2, 1e7)),
    kind("webp", "image/webp", Image, 8, (2e3, 4e6)),
    kind("gif", "image/gif", Image, 3, (43.0, 2e7)),
    kind("svg", "image/svg+xml", Image, 3, (2e2, 4e5)),
    kind("avif", "image/avif", Image, 2, (1e3, 2e6)),
    kind("mp4", "video/mp4", Video, 6, (2e5, 3e8)),
    kind("webm", "video/webm", Video, 2, (1e5, 9e7)),
    kind("mov", "video/quicktime", Video, 1, (4e6, 3e8)),
    kind("pdf", "application/pdf", Other, 5, (8e3, 2e7)),
    kind("js", "text/javascript", Other, 1, (2e1, 2e6)),
    kind("css", "text/css", Other, 1, (2e1, 4e5)),
    kind("woff2", "font/woff2", Other, 2, (8e3, 2e5)),
    kind("txt", "text/plain", Other, 1, (1.0, 2e5)),
    kind("csv", "text/csv", Other, 1, (12.0, 8e6)),
    kind("bin", "application/octet-stream", Other, 1, (1.0, 9e6)),
];

/// Picks a kind, so that all together come about as often as in a real library.
pub(super) fn pick(rng: &mut Rng) -> u8 {
    let mut place = rng.u8(..100);
    for (ix, kind) in KINDS.iter().enumerate() {
        if place < kind.weight {
            return ix as u8;
        }
        place -= kind.weight;
    }
    0
}

/// The kind of a name's extension, else the last one.
pub(super) fn of_name(name: &str) -> u8 {
    let extension = name.rsplit_once('.').map_or("", |(_, end)| end);
    let extension = extension.to_ascii_lowercase();
    let extension = if extension == "jpeg" {
        "jpg"
    } else {
        &extension
    };
    let found = KINDS.iter().position(|kind| kind.format == extension);
    found.unwrap_or(KINDS.len() - 1) as u8
}

/// The kind at this place of the table.
pub(super) fn at(place: u8) -> &'static Kind {
    &KINDS[usize::from(place) % KINDS.len()]
}

impl Kind {
    /// A size in bytes, log-uniform between the bounds.
    pub fn size(&self, rng: &mut Rng) -> u64 {
        let (low, high) = self.sizes;
        (low * (high / low).powf(rng.f64())) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_add_up_to_a_hundred() {
        assert_eq!(
            KINDS.iter().map(|kind| u32::from(kind.weight)).sum::<u32>(),
            100
        );
    }

    #[test]
    fn extensions_decide() {
        for (name, format) in [
            ("a.JPEG", "jpg"),
            ("x.tar.css", "css"),
            ("none", "bin"),
            ("", "bin"),
        ] {
            assert_eq!(at(of_name(name)).format, format, "{name}");
        }
    }
}
