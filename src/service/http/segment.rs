//! Ids in addresses: escaped so that they stay where they are put.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What may stand in a segment of a path, or in a value of a query, as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// An id as one segment of a path: it can reach no other route. `None` if it cannot be one.
pub(crate) fn segment(id: &str) -> Option<String> {
    (!matches!(id, "" | "." | "..")).then(|| escaped(id))
}

/// A text as a value of a query.
pub(crate) fn escaped(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use url::Url;

    #[test]
    fn ids_stay_one_segment() {
        let cases = [
            (
                "21975c81-7f57-4c7a-aef9-acfe28779f78~3",
                Some("21975c81-7f57-4c7a-aef9-acfe28779f78~3"),
            ),
            ("../x", Some("..%2Fx")),
            ("a/b?c#d", Some("a%2Fb%3Fc%23d")),
            ("%2e%2e", Some("%252e%252e")),
            ("a\\b", Some("a%5Cb")),
            ("é\n", Some("%C3%A9%0A")),
            ("...", Some("...")),
            ("..", None),
            (".", None),
            ("", None),
        ];
        for (id, expected) in cases {
            let segment = segment(id);
            assert_eq!(segment.as_deref(), expected, "{id:?}");
            if let Some(segment) = segment {
                let path = format!("/groups/{segment}/");
                let url = Url::parse(&format!("https://api.uploadcare.com{path}")).unwrap();
                assert_eq!(url.path(), path, "{id:?} stays where it was put");
            }
        }
    }
}
