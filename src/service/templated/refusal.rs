//! What a "no" means and what to say of it: the key, the account, a wrong address.

use crate::service::http::Answer;
use crate::service::{ErrorKind, ServiceError};

/// What a 404 at the address of one render or template is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// The item: the service says in so many words that there is none.
    Item,
    /// The account, the API, or a proxy: nothing is said of the item.
    Other,
    /// It does not say what is missing; its list must tell.
    Unclear,
}

/// What is missing by the words of a 404. `noun` is `render` or `template`.
pub(super) fn missing(answer: &Answer, noun: &str) -> Missing {
    let words = answer.words().unwrap_or_default().to_lowercase();
    if answer.is_page() || is_about_account(&words) {
        Missing::Other
    } else if answer.is_object() && words.contains(noun) && words.contains("not found") {
        Missing::Item
    } else {
        Missing::Unclear
    }
}

/// `User not found` is the account that the key belonged to.
fn is_about_account(words: &str) -> bool {
    words.contains("user not found") || words.contains("account not found")
}

/// The error for an answer that is no success.
///
/// No address of this API names one upload, so a 404 is never about one: it is the account that is not
/// there, or the API. The addresses of renders and templates ask [`missing`] first.
pub(super) fn of(answer: &Answer) -> ServiceError {
    let words = answer.words().unwrap_or_default().to_lowercase();
    match answer.status {
        401 => unauthenticated(answer),
        403 if words.contains("key not valid") || words.contains("not authorized") => {
            unauthenticated(answer)
        }
        // What has to be paid for is the account's matter, and no upload's.
        402 | 403 => answer.error(
            ErrorKind::Forbidden,
            format!(
                "Templated does not allow this with this API key{}. Check the account and its plan in the dashboard",
                said(answer)
            ),
        ),
        404 if answer.is_object() && words.contains("user") => answer.error(
            ErrorKind::Forbidden,
            format!(
                "Templated has no account for this API key any more{}. Check the account, then copy the key again",
                said(answer)
            ),
        ),
        404 => answer.error(
            ErrorKind::NotTheService,
            "There is no Templated API at this address (status 404). Check the API base",
        ),
        status if answer.is_page() => answer.error(
            ErrorKind::NotTheService,
            format!(
                "A web page answered in place of Templated (status {status}). Check the API base and the proxy"
            ),
        ),
        status => answer.error(
            ErrorKind::Refused,
            format!("Templated refused the request with status {status}{}", said(answer)),
        ),
    }
}

fn unauthenticated(answer: &Answer) -> ServiceError {
    answer.error(
        ErrorKind::Unauthenticated,
        format!(
            "Templated did not accept the API key{}. Copy it again from the dashboard, API integration",
            said(answer)
        ),
    )
}

/// The error for a picture that cannot be had. It is never about the key, which does not go there.
pub(super) fn of_picture(answer: &Answer) -> ServiceError {
    let kind = match answer.status {
        404 | 410 => ErrorKind::NotFound,
        _ => ErrorKind::Refused,
    };
    let status = answer.status;
    answer.error(
        kind,
        format!("No preview: the file's address gave no picture (status {status})"),
    )
}

/// `: its words`, or nothing.
fn said(answer: &Answer) -> String {
    let words = answer.words().unwrap_or_default();
    match words.trim_end_matches('.') {
        "" => String::new(),
        words => format!(": {words}"),
    }
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
            server_time: None,
        }
    }

    #[test]
    fn meanings() {
        use ErrorKind::*;
        let page = "<html>no</html>";
        let invalid = r#"{"error":"API key not valid. Please check your Authorization header."}"#;
        let cases = [
            (401, r#"{"error":"Not authorized"}"#, Unauthenticated),
            (401, invalid, Unauthenticated),
            (401, page, Unauthenticated),
            (403, invalid, Unauthenticated),
            (
                403,
                r#"{"error":"Your account is blocked. Please contact support."}"#,
                Forbidden,
            ),
            (402, r#"{"error":"Payment required"}"#, Forbidden),
            (403, page, Forbidden),
            (404, r#"{"error":"User not found"}"#, Forbidden),
            (404, r#"{"error":"Template not found"}"#, NotTheService),
            (
                404,
                r#"{"status":404,"error":"Not Found","path":"/v1/user/uploads"}"#,
                NotTheService,
            ),
            (404, page, NotTheService),
            (404, "user not found", NotTheService),
            (400, r#"{"error":"Bad page"}"#, Refused),
            (400, page, NotTheService),
            (405, page, NotTheService),
            (405, r#"{"message":"no"}"#, Refused),
            (418, "short and stout", Refused),
        ];
        for (status, body, kind) in cases {
            let error = of(&answer(status, body));
            assert_eq!(error.kind, kind, "{status} {body}");
            assert_eq!(error.words.is_none(), body == page, "{status} {body}");
        }
    }

    #[test]
    fn what_is_missing() {
        use Missing::*;
        let route = r#"{"status":404,"error":"Not Found","path":"/v1/render/7"}"#;
        let cases = [
            (r#"{"error":"Render not found"}"#, Item),
            (r#"{"message":"render 7 was not found"}"#, Item),
            (r#"{"error":"User not found"}"#, Other),
            (r#"{"error":"Template not found"}"#, Unclear),
            (r#"{"error":"Not found"}"#, Unclear),
            (route, Unclear),
            ("", Unclear),
            ("render not found", Unclear),
            ("<html>render not found</html>", Other),
        ];
        for (body, expected) in cases {
            assert_eq!(missing(&answer(404, body), "render"), expected, "{body}");
        }
    }

    #[test]
    fn the_words_are_shown_once_and_end_well() {
        let error = of(&answer(403, r#"{"error":"Your account is blocked."}"#));
        assert!(error.message.contains(": Your account is blocked. Check"));
        assert!(of(&answer(401, "")).message.contains("the API key. Copy"));
    }

    #[test]
    fn a_missing_picture_never_asks_for_the_key() {
        for status in [200, 400, 401, 403, 404] {
            assert!(!of_picture(&answer(status, "<html>")).is_about_keys());
        }
    }
}
