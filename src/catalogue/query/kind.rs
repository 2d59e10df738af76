//! Content types and extensions, as people name them.

/// `jpeg` of `image/jpeg`, `docx` of Word's long name.
pub fn short_type(mime: &str) -> &str {
    let sub = mime.rsplit('/').next().unwrap_or(mime);
    match sub {
        "octet-stream" => "binary",
        "svg+xml" => "svg",
        "quicktime" => "mov",
        "vnd.adobe.photoshop" => "psd",
        "vnd.microsoft.icon" => "ico",
        "vnd.ms-excel" => "xls",
        "vnd.ms-powerpoint" => "ppt",
        "msword" => "doc",
        _ if sub.ends_with("wordprocessingml.document") => "docx",
        _ if sub.ends_with("spreadsheetml.sheet") => "xlsx",
        _ if sub.ends_with("presentationml.presentation") => "pptx",
        _ => sub.strip_prefix("x-").unwrap_or(sub),
    }
}

/// Content types whose parts and short names may stand alone in a filter. Any other is written in full.
const KNOWN: [&str; 96] = [
    "application/atom+xml",
    "application/epub+zip",
    "application/gzip",
    "application/java-archive",
    "application/javascript",
    "application/json",
    "application/ld+json",
    "application/msword",
    "application/octet-stream",
    "application/ogg",
    "application/pdf",
    "application/postscript",
    "application/rtf",
    "application/vnd.apple.keynote",
    "application/vnd.apple.numbers",
    "application/vnd.apple.pages",
    "application/vnd.ms-excel",
    "application/vnd.ms-fontobject",
    "application/vnd.ms-powerpoint",
    "application/vnd.oasis.opendocument.presentation",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.rar",
    "application/wasm",
    "application/x-7z-compressed",
    "application/x-apple-diskimage",
    "application/x-bzip2",
    "application/x-msdownload",
    "application/x-rar-compressed",
    "application/x-sh",
    "application/x-sqlite3",
    "application/x-tar",
    "application/x-xz",
    "application/xhtml+xml",
    "application/xml",
    "application/yaml",
    "application/zip",
    "application/zstd",
    "audio/aac",
    "audio/aiff",
    "audio/amr",
    "audio/flac",
    "audio/m4a",
    "audio/midi",
    "audio/mp3",
    "audio/mp4",
    "audio/mpeg",
    "audio/ogg",
    "audio/opus",
    "audio/wav",
    "audio/x-m4a",
    "audio/x-wav",
    "font/otf",
    "font/ttf",
    "font/woff",
    "font/woff2",
    "image/apng",
    "image/avif",
    "image/bmp",
    "image/gif",
    "image/heic",
    "image/heif",
    "image/jp2",
    "image/jpeg",
    "image/jxl",
    "image/png",
    "image/svg+xml",
    "image/tiff",
    "image/vnd.adobe.photoshop",
    "image/vnd.microsoft.icon",
    "image/webp",
    "image/x-adobe-dng",
    "image/x-canon-cr2",
    "image/x-icon",
    "image/x-sony-arw",
    "message/rfc822",
    "model/gltf-binary",
    "model/obj",
    "model/stl",
    "multipart/mixed",
    "text/calendar",
    "text/css",
    "text/csv",
    "text/html",
    "text/javascript",
    "text/markdown",
    "text/plain",
    "text/vcard",
    "video/3gpp",
    "video/mp4",
    "video/quicktime",
    "video/webm",
    "video/x-matroska",
];

/// Whether a folded word may stand for a type: a known one or its part, or any that is written in full.
pub(super) fn names_type(word: &str) -> bool {
    let in_full = |(main, sub): (&str, &str)| !main.is_empty() && !sub.is_empty();
    word.split_once('/').is_some_and(in_full) || KNOWN.iter().any(|mime| type_is(mime, word))
}

/// What is behind the last dot, if it looks like an extension: short, and not the whole name.
pub fn extension(name: &str) -> Option<&str> {
    let (before, ext) = name.rsplit_once('.')?;
    let fits = !before.is_empty() && !ext.is_empty() && ext.len() <= 10;
    (fits && !ext.contains(char::is_whitespace)).then_some(ext)
}

/// Whether a folded word names a type: all of it, the part before the slash or the one behind it, or the
/// short name that the table shows.
pub(in crate::catalogue) fn type_is(mime: &str, word: &str) -> bool {
    let mime = super::super::fold::fold(mime);
    let (main, sub) = mime.split_once('/').unwrap_or((mime.as_str(), ""));
    let part = |part: &str| !part.is_empty() && part == word;
    mime == word
        || part(main)
        || part(sub)
        || part(short_type(&mime))
        || (word == "jpg" && sub == "jpeg")
        || word.strip_suffix("/*").is_some_and(part_of(main))
}

fn part_of(main: &str) -> impl Fn(&str) -> bool {
    move |word| !word.is_empty() && word == main
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_several_names() {
        let word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
        let cases = [
            ("image/jpeg", "image", true),
            ("Image/JPEG", "jpeg", true),
            ("image/jpeg", "jpg", true),
            ("image/jpeg", "image/*", true),
            ("image/jpeg", "image/jpeg", true),
            ("image/jpeg", "im", false),
            (word, "docx", true),
            ("image/svg+xml", "svg", true),
            ("application/x-tar", "tar", true),
            ("", "image", false),
            ("", "", true),
            ("odd", "odd", true),
        ];
        for (mime, word, is) in cases {
            assert_eq!(type_is(mime, word), is, "{mime} {word}");
        }
        for (mime, short) in [("image/jpeg", "jpeg"), ("", ""), (word, "docx")] {
            assert_eq!(short_type(mime), short);
        }
    }

    #[test]
    fn a_type_is_known_or_written_in_full() {
        let known = [
            "image", "jpg", "jpeg", "svg", "docx", "mov", "binary", "x-tar", "tar", "mpeg", "heic",
        ];
        let in_full = ["image/*", "application/x-blender", "a/b"];
        for word in known.into_iter().chain(in_full) {
            assert!(names_type(word), "{word}");
        }
        for word in ["im", "imag", "blender", "image/", "/png", "/", "x y", ""] {
            assert!(!names_type(word), "{word}");
        }
    }

    #[test]
    fn extensions_are_short_and_behind_a_dot() {
        let cases = [
            ("a.PDF", Some("PDF")),
            ("a.tar.gz", Some("gz")),
            (".profile", None),
            ("a.", None),
            ("Mr. Smith", None),
            ("", None),
            ("фото.жпг", Some("жпг")),
        ];
        for (name, ext) in cases {
            assert_eq!(extension(name), ext, "{name}");
        }
    }
}
