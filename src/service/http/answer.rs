//! A whole answer: its status, its bytes, and the words that a service puts into a refusal.

use std::borrow::Cow;

use bytes::Bytes;
use memchr::memchr2;
use serde_json::Value;

use crate::model::Time;
use crate::service::{CallMeta, ErrorKind, ServiceError};

/// Deepest nesting of an answer. What services say has five levels, and metadata of users a few more.
const DEPTH: usize = 100;

/// Longest words that are kept of an answer, in characters.
const WORDS: usize = 500;

/// An answer that came whole.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type` without parameters, lower case; empty if absent.
    pub content_type: String,
    /// The body after decompression.
    pub body: Bytes,
    /// About the call so far.
    pub meta: CallMeta,
    /// The service's clock.
    pub server_time: Option<Time>,
}

impl Answer {
    /// Whether the status is one of the 200s.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as text; what is not UTF-8 becomes a replacement character.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match std::str::from_utf8(&self.body) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(&self.body),
        }
    }

    /// Whether the body is JSON from start to end, and not nested beyond reason.
    pub(crate) fn is_json(&self) -> bool {
        !is_deeper(&self.body, DEPTH)
            && serde_json::from_slice::<serde::de::IgnoredAny>(&self.body).is_ok()
    }

    /// Whether the body is a JSON object: what an API says, and a web page does not.
    pub(crate) fn is_object(&self) -> bool {
        self.body.trim_ascii_start().first() == Some(&b'{') && self.is_json()
    }

    /// The service's own words in a refusal: `detail`, `message` or `error`, or the fields of a JSON object, or plain text.
    /// A web page has none.
    pub(crate) fn words(&self) -> Option<String> {
        let words = match serde_json::from_slice::<Value>(&self.body) {
            Ok(Value::Object(fields)) => match said(&fields) {
                Some(words) => words.to_owned(),
                _ => fields
                    .iter()
                    .map(|(key, value)| field(key, value))
                    .collect::<Vec<_>>()
                    .join("; "),
            },
            Ok(Value::String(text)) => text,
            Ok(Value::Null) => String::new(),
            Ok(other) => plain(&other),
            Err(_) if self.is_page() => String::new(),
            Err(_) => self.text().into_owned(),
        };
        let words = words.trim();
        (!words.is_empty()).then(|| words.chars().take(WORDS).collect())
    }

    /// An error that this answer stands behind.
    pub(crate) fn error(&self, kind: ErrorKind, message: impl Into<String>) -> ServiceError {
        ServiceError {
            kind,
            message: message.into(),
            words: self.words(),
            meta: self.meta.clone(),
            server_time: self.server_time,
        }
    }

    /// Whether the body is a web page.
    pub(crate) fn is_page(&self) -> bool {
        self.content_type == "text/html" || self.body.trim_ascii_start().first() == Some(&b'<')
    }
}

/// Whether lists and objects are nested deeper than that. Of what is no JSON it says anything.
fn is_deeper(json: &[u8], most: usize) -> bool {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = json.get(at) {
        at += 1;
        match byte {
            b'"' => at = past_string(json, at),
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > most {
            return true;
        }
    }
    false
}

/// Where the string that begins at `at`, its quote left out, is over.
fn past_string(json: &[u8], mut at: usize) -> usize {
    while let Some(step) = json.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        if json[at + step] == b'"' {
            return at + step + 1;
        }
        // The byte after a backslash ends nothing.
        at += step + 2;
    }
    json.len()
}

/// The field in which services say what is wrong. One that says more than that is read as any other.
fn said(fields: &serde_json::Map<String, Value>) -> Option<&str> {
    let first = ["detail", "message", "error"]
        .iter()
        .find_map(|key| fields.get(*key));
    first.and_then(Value::as_str)
}

fn field(key: &str, value: &Value) -> String {
    format!("{key}: {}", plain(value))
}

/// The strings of a value, without the brackets and quotes around them.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(content_type: &str, body: &'static str) -> Answer {
        Answer {
            status: 400,
            content_type: content_type.to_owned(),
            body: Bytes::from_static(body.as_bytes()),
            meta: CallMeta::default(),
            server_time: None,
        }
    }

    #[test]
    fn depth_counts_what_is_outside_of_strings() {
        let cases = [
            (r#"[[[]]]"#, true),
            (r#"[{"a": [1]}]"#, true),
            (r#"[[], [], {"a": 1}]"#, false),
            (r#"["[[[["]"#, false),
            (r#"["\"[[[["]"#, false),
            (r#"["\\", [[]]]"#, true),
            (r#"{"[": "\\\"{{{", "b": []}"#, false),
            (r#"["[[[[ without an end"#, false),
            (r#"["\"#, false),
            ("", false),
        ];
        for (json, deeper) in cases {
            assert_eq!(is_deeper(json.as_bytes(), 2), deeper, "{json}");
        }
    }

    #[test]
    fn words_of_a_refusal() {
        let cases = [
            ("", r#"{"detail": "Not found."}"#, Some("Not found.")),
            ("", r#"{"message": "No."}"#, Some("No.")),
            ("", r#"{"ids": ["a"], "error": "No."}"#, Some("No.")),
            (
                "",
                r#"{"error": "Bad Request", "message": "No."}"#,
                Some("No."),
            ),
            (
                "",
                r#"{"target": ["Must be a valid UUID."]}"#,
                Some("target: Must be a valid UUID."),
            ),
            (
                "",
                r#"{"a": {"b": ["c"]}, "d": true}"#,
                Some(r#"a: {"b":["c"]}; d: true"#),
            ),
            (
                "",
                r#"{"detail": ["one", "two"]}"#,
                Some("detail: one, two"),
            ),
            ("", r#""bare""#, Some("bare")),
            (
                "text/plain",
                "Request was throttled.",
                Some("Request was throttled."),
            ),
            ("text/html", "no tags at all", None),
            ("", "  <html><body>no</body></html>", None),
            ("", "{}", None),
            ("", "null", None),
            ("", " \n", None),
        ];
        for (content_type, body, words) in cases {
            assert_eq!(
                answer(content_type, body).words().as_deref(),
                words,
                "{body}"
            );
        }
    }

    #[test]
    fn an_answer_is_not_nested_beyond_reason() {
        let nested = |depth: usize| {
            let body = format!(
                r#"{{"a\"[[": {}1{}}}"#,
                "[".repeat(depth),
                "]".repeat(depth)
            );
            Answer {
                body: Bytes::from(body),
                ..answer("", "")
            }
        };
        assert!(nested(DEPTH - 1).is_json());
        assert!(!nested(DEPTH).is_json());
        assert!(!nested(1_000_000).is_json());
        let brackets = format!(r#"["{}\\", "{}"]"#, "[".repeat(500), "{".repeat(500));
        let flat = Answer {
            body: Bytes::from(brackets),
            ..answer("", "")
        };
        assert!(flat.is_json());
    }

    #[test]
    fn long_words_are_cut() {
        let long = Answer {
            body: Bytes::from("é".repeat(2_000)),
            ..answer("text/plain", "")
        };
        assert_eq!(long.words().unwrap().chars().count(), WORDS);
    }

    #[test]
    fn only_an_api_answers_an_object() {
        for (body, is) in [
            (" {}", true),
            ("[]", false),
            ("{", false),
            ("<html>", false),
            ("", false),
        ] {
            assert_eq!(answer("", body).is_object(), is, "{body}");
        }
    }
}
