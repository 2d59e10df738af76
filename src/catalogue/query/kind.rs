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
