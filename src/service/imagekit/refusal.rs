//! What a "no" means and what to say of it: the key, its rights, missing items, a wrong address.
//!
//! The kind follows from the status alone; the service's words only choose what to advise.

use crate::service::http::{Answer, Intent};
use crate::service::{ErrorKind, ServiceError};

/// The error for an answer that is no success. `missing` is what a 404 in JSON means where it was asked.
pub(super) fn of(answer: &Answer, missing: ErrorKind, intent: Intent) -> ServiceError {
    match answer.status {
        // A wrong key is a 403 here; a 401 says that no key came.
        401 | 403 => {
            let words = answer.words().unwrap_or_default();
            let message = match answer.status {
                401 => "No key reached ImageKit. Check whether a proxy takes headers away",
                _ => forbidden(&words, intent),
            };
            answer.error(ErrorKind::Unauthenticated, message)
        }
        // What has to be paid for is the account's matter, and no file's.
        402 => answer.error(
            ErrorKind::Forbidden,
            "ImageKit does not do this on the account's plan. Look into its dashboard",
        ),
        404 if answer.is_object() => answer.error(missing, missing_message(missing)),
        404 if missing == ErrorKind::Refused => answer.error(missing, missing_message(missing)),
        404 => answer.error(
            ErrorKind::NotTheService,
            "There is no ImageKit API at this address (status 404). Check the API base",
        ),
        status => {
            let words = answer.words().map(|words| format!(": {words}"));
            let words = words.unwrap_or_default();
            answer.error(
                ErrorKind::Refused,
                format!("ImageKit refused the request with status {status}{words}"),
            )
        }
    }
}

/// What to do about a 403. ImageKit gives it for a wrong key, an expired one, a disabled account, and most
/// likely for a key without the right.
fn forbidden(words: &str, intent: Intent) -> &'static str {
    let words = words.to_lowercase();
    if words.contains("expired") {
        "The private key has expired. Make a new one in ImageKit's dashboard, Developer options"
    } else if words.contains("disabled") {
        "ImageKit has disabled this account. Look into its dashboard"
    } else if words.contains("authenticated") || intent != Intent::Write {
        "ImageKit does not accept the private key. Copy it again from the dashboard, Developer options, \
         whole and with the = at its end"
    } else {
        "ImageKit does not let this key do that. A restricted key needs the right to read and write \
         media; or the key is no longer accepted"
    }
}

fn missing_message(missing: ErrorKind) -> &'static str {
    match missing {
        ErrorKind::NotFound => {
            "ImageKit does not know this file. It may be deleted, or belong to another account than the key"
        }
        ErrorKind::Refused => "ImageKit has no address for this id",
        _ => "There is no such address at this service. Check the API base",
    }
}

/// The error for a picture that cannot be had. It is never about the key: it does not go there.
pub(super) fn of_picture(answer: &Answer) -> ServiceError {
    let (kind, why) = match answer.status {
        404 => (ErrorKind::NotFound, "its address has none"),
        401 | 403 => (ErrorKind::Refused, "the account asks for signed addresses"),
        _ => (ErrorKind::Refused, "its address gave no picture"),
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

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status,
            content_type: String::new(),
            body: body.to_owned().into(),
            meta: CallMeta::default(),
            server_time: None,
        }
    }

    #[test]
    fn meanings() {
        let json = r#"{"message": "No.", "help": "For support kindly contact us."}"#;
        let page = "<html></html>";
        let cases = [
            (401, json, ErrorKind::NotFound, ErrorKind::Unauthenticated),
            (402, json, ErrorKind::NotFound, ErrorKind::Forbidden),
            (403, json, ErrorKind::NotFound, ErrorKind::Unauthenticated),
            (403, page, ErrorKind::NotFound, ErrorKind::Unauthenticated),
            (404, json, ErrorKind::NotFound, ErrorKind::NotFound),
            (404, page, ErrorKind::NotFound, ErrorKind::NotTheService),
            (404, page, ErrorKind::Refused, ErrorKind::Refused),
            (
                404,
                json,
                ErrorKind::NotTheService,
                ErrorKind::NotTheService,
            ),
            (400, json, ErrorKind::NotFound, ErrorKind::Refused),
            (409, json, ErrorKind::NotFound, ErrorKind::Refused),
            (423, json, ErrorKind::NotFound, ErrorKind::Refused),
        ];
        for (status, body, missing, kind) in cases {
            let error = of(&answer(status, body), missing, Intent::Read);
            assert_eq!(error.kind, kind, "{status} {body}");
            let words = (body == json).then_some("No.");
            assert_eq!(error.words.as_deref(), words, "{status}: words are kept");
        }
    }

    #[test]
    fn likely_causes_of_a_403() {
        let cases = [
            (
                "Your account cannot be authenticated.",
                Intent::Read,
                "does not accept the private key",
            ),
            (
                "Your account cannot be authenticated.",
                Intent::Write,
                "does not accept the private key",
            ),
            (
                "Your request contains expired private API key.",
                Intent::Read,
                "has expired",
            ),
            ("Your account is disabled.", Intent::Write, "disabled"),
            ("", Intent::Read, "does not accept the private key"),
            (
                "",
                Intent::Write,
                "A restricted key needs the right to read and write",
            ),
        ];
        for (words, intent, expected) in cases {
            let body = format!(r#"{{"message": "{words}"}}"#);
            let error = of(&answer(403, &body), ErrorKind::NotFound, intent);
            assert!(error.message.contains(expected), "{words}: {error}");
            assert!(error.is_about_keys() && error.nothing_done(), "{words}");
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
