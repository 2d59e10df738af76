//! What a "no" means and what to say of it: keys, rights, missing items, a wrong address.

use crate::model::Time;
use crate::service::http::Answer;
use crate::service::{ErrorKind, ServiceError};

/// From this difference on a clock is named as the likely cause, in seconds.
const CLOCK_TOLERANCE: i64 = 600;

/// What the service allows a signature, in seconds.
const CLOCK_LIMIT: i64 = 900;

/// The error for an answer that is no success. `missing` is what a 404 in JSON means where it was asked; `signed`,
/// whether the request was signed with its date.
pub(super) fn of(answer: &Answer, missing: ErrorKind, now: Time, signed: bool) -> ServiceError {
    match answer.status {
        401 => {
            let words = answer.words().unwrap_or_default();
            let ahead = answer.server_time.map(|server| (now.0 - server.0) / 1_000_000);
            match ahead.filter(|ahead| signed && is_the_clock(&words, *ahead)) {
                Some(ahead) => answer.error(ErrorKind::Clock, wrong_clock(ahead)),
                None => answer.error(ErrorKind::Unauthenticated, unauthenticated(&words, ahead)),
            }
        }
        // What has to be paid for is the account's matter, and no file's.
        402 | 403 => answer.error(
            ErrorKind::Forbidden,
            "Uploadcare does not allow this with these keys. Check the project and its plan in the dashboard",
        ),
        404 if answer.is_object() => answer.error(missing, missing_message(missing)),
        404 if missing == ErrorKind::Refused => answer.error(missing, missing_message(missing)),
        404 => answer.error(
            ErrorKind::NotTheService,
            "There is no Uploadcare API at this address (status 404). Check the API base",
        ),
        status => {
            let words = answer.words().map(|words| format!(": {words}")).unwrap_or_default();
            answer.error(ErrorKind::Refused, format!("Uploadcare refused the request with status {status}{words}"))
        }
    }
}

fn missing_message(missing: ErrorKind) -> &'static str {
    match missing {
        ErrorKind::NotFound => "Uploadcare does not know this id in this project",
        ErrorKind::Refused => "Uploadcare has no address for this id",
        _ => "There is no such address at this service. Check the API base",
    }
}

/// Whether no signature with such a date would be accepted. An unknown public key is told whatever the date.
fn is_the_clock(words: &str, ahead: i64) -> bool {
    ahead.abs() > CLOCK_LIMIT && !words.to_lowercase().contains("public key")
}

fn wrong_clock(ahead: i64) -> String {
    let side = if ahead > 0 { "ahead of" } else { "behind" };
    format!(
        "Uploadcare refuses what is signed by this computer's clock, which is {} {side} the service's. Set it right",
        span(ahead.abs())
    )
}

/// Likely causes in the order in which to look at them. The words of the service only move one to the front.
fn unauthenticated(words: &str, ahead: Option<i64>) -> String {
    let words = words.to_lowercase();
    let clock = ahead.filter(|ahead| ahead.abs() > CLOCK_TOLERANCE);
    let why = if let Some(ahead) = clock {
        let side = if ahead > 0 { "ahead of" } else { "behind" };
        format!(
            "This computer's clock is {} {side} the service's: set it right and try again",
            span(ahead.abs())
        )
    } else if words.contains("public key") {
        "It does not know this public key: copy it again from the dashboard".to_owned()
    } else if words.contains("signature") || words.contains("secret") {
        "The secret key does not fit this public key: copy both again from the dashboard".to_owned()
    } else {
        "Check the public key, the secret key, this computer's clock, and whether a proxy changes requests".to_owned()
    };
    format!("Uploadcare did not accept the keys. {why}")
}

/// `25 minutes`, `3 hours`, `2 days`.
fn span(seconds: i64) -> String {
    match seconds {
        ..7_200 => format!("{} minutes", seconds / 60),
        7_200..172_800 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// The error for a picture that cannot be had. It is never about the keys: the CDN does not see them.
pub(super) fn of_picture(answer: &Answer) -> ServiceError {
    let (kind, why) = match answer.status {
        404 => (ErrorKind::NotFound, "the CDN does not have it"),
        403 => (ErrorKind::Refused, "the project asks for signed addresses"),
        400 => (
            ErrorKind::Refused,
            "it is no picture that the CDN can make smaller",
        ),
        _ => (ErrorKind::Refused, "the CDN did not answer with a picture"),
    };
    answer.error(
        kind,
        format!("No preview: {why} (status {})", answer.status),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::CallMeta;

    fn answer(status: u16, body: &'static str) -> Answer {
        Answer {
            status,
            content_type: String::new(),
            body: body.into(),
            meta: CallMeta::default(),
            server_time: Some(Time(0)),
        }
    }

    #[test]
    fn meanings() {
        let json = r#"{"detail": "Not found."}"#;
        let page = "<html></html>";
        let cases = [
            (401, json, ErrorKind::NotFound, ErrorKind::Unauthenticated),
            (402, json, ErrorKind::NotFound, ErrorKind::Forbidden),
            (403, json, ErrorKind::NotFound, ErrorKind::Forbidden),
            (404, json, ErrorKind::NotFound, ErrorKind::NotFound),
            (404, page, ErrorKind::NotFound, ErrorKind::NotTheService),
            (
                404,
                json,
                ErrorKind::NotTheService,
                ErrorKind::NotTheService,
            ),
            (404, page, ErrorKind::Refused, ErrorKind::Refused),
            (405, json, ErrorKind::NotFound, ErrorKind::Refused),
            (406, json, ErrorKind::NotFound, ErrorKind::Refused),
            (409, page, ErrorKind::NotFound, ErrorKind::Refused),
        ];
        for (status, body, missing, kind) in cases {
            let error = of(&answer(status, body), missing, Time(0), true);
            assert_eq!(error.kind, kind, "{status} {body}");
            assert_eq!(
                error.words.is_some(),
                body == json,
                "{status}: words are kept"
            );
        }
    }

    #[test]
    fn likely_causes_of_a_401() {
        let cases = [
            (
                "Public key abc not found.",
                Some(0),
                "does not know this public key",
            ),
            (
                "Invalid signature. Please check your Secret key.",
                Some(5),
                "does not fit",
            ),
            ("Secret key not found.", None, "does not fit"),
            (
                "Incorrect authentication credentials.",
                Some(0),
                "Check the public key, the secret key",
            ),
            ("", None, "Check the public key, the secret key"),
            (
                "Incorrect authentication credentials.",
                Some(1_500),
                "25 minutes ahead of",
            ),
            ("Invalid signature.", Some(-7_300), "2 hours behind"),
            ("", Some(400_000), "4 days ahead of"),
        ];
        for (words, ahead, expected) in cases {
            let said = unauthenticated(words, ahead);
            assert!(said.contains(expected), "{words} {ahead:?}: {said}");
        }
        let now = Time(1_800_000_000);
        let refused = |words, signed| of(&answer(401, words), ErrorKind::NotFound, now, signed);
        let error = refused("{}", true);
        assert_eq!(error.kind, ErrorKind::Clock);
        assert!(error.message.contains("30 minutes ahead"), "{error}");
        assert!(!error.is_about_keys() && error.nothing_done());
        // Without a signature, and for a key that nobody has, the clock is not to blame.
        let unknown = r#"{"detail": "Public key abc not found."}"#;
        for error in [refused("{}", false), refused(unknown, true)] {
            assert_eq!(error.kind, ErrorKind::Unauthenticated, "{error}");
        }
    }

    #[test]
    fn a_missing_picture_never_asks_for_keys() {
        for status in [200, 400, 401, 403, 404] {
            assert!(
                !of_picture(&answer(status, "<html>")).is_about_keys(),
                "{status}"
            );
        }
    }
}
