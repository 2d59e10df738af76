//! What the API answers, good or bad, and the headers that every answer carries.

use hyper::StatusCode;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION,
    RETRY_AFTER, VARY, WARNING, WWW_AUTHENTICATE,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::demo::exchange::Answer;
use crate::demo::server::Throttle;
use crate::model::Time;

const VENDOR_JSON: &str = "application/vnd.uploadcare-v0.7+json";
const INSECURE: &str = "199 Miscellaneous warning: You should use secure requests to Uploadcare";

/// An answer of the API, before its common headers.
pub(super) struct Reply(Answer);

impl Reply {
    /// 200 with this.
    pub fn json(value: &impl Serialize) -> Self {
        Self::status(StatusCode::OK, value)
    }

    /// 200 with this, of about so many bytes.
    pub fn long(value: &impl Serialize, bytes: usize) -> Self {
        Self::write(StatusCode::OK, value, bytes)
    }

    /// Any status with this.
    pub fn status(status: StatusCode, value: &impl Serialize) -> Self {
        Self::write(status, value, 0)
    }

    fn write(status: StatusCode, value: &impl Serialize, bytes: usize) -> Self {
        let mut body = Vec::with_capacity(bytes + 512);
        match serde_json::to_writer(&mut body, value) {
            Ok(()) => Self(Answer::new(status, VENDOR_JSON, body)),
            Err(_) => Self(Answer::page(StatusCode::INTERNAL_SERVER_ERROR)),
        }
    }

    /// 204. The real service adds `Content-Length: 0`, which HTTP forbids and hyper takes out.
    pub fn nothing() -> Self {
        Self(Answer::empty(StatusCode::NO_CONTENT))
    }

    /// The same, with the address of what was made.
    pub fn located(mut self, url: &str) -> Self {
        self.0.set_text(LOCATION, url);
        self
    }

    /// With the headers that every answer of the API has.
    pub fn dressed(self, allow: &'static str) -> Answer {
        let mut answer = self.0;
        answer.set(ALLOW, HeaderValue::from_static(allow));
        answer.set(VARY, HeaderValue::from_static("Accept"));
        answer.set(WARNING, HeaderValue::from_static(INSECURE));
        answer.set(
            ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("https://uploadcare.com"),
        );
        let id = uuid::Uuid::new_v4().to_string();
        answer.set_text(HeaderName::from_static("x-uploadcare-request-id"), &id);
        answer
    }
}

/// Why the API says no.
pub(super) struct Refusal {
    status: StatusCode,
    body: Value,
    retry_after: Option<String>,
}

impl Refusal {
    /// A status and the words in `detail`.
    pub fn detail(status: StatusCode, words: impl Into<String>) -> Self {
        Self::keyed(status, json!({"detail": words.into()}))
    }

    /// A status and any body.
    pub fn keyed(status: StatusCode, body: Value) -> Self {
        Self {
            status,
            body,
            retry_after: None,
        }
    }

    /// 400 with words.
    pub fn bad(words: impl Into<String>) -> Self {
        Self::detail(StatusCode::BAD_REQUEST, words)
    }

    /// 401 with words.
    pub fn keys(words: impl Into<String>) -> Self {
        Self::detail(StatusCode::UNAUTHORIZED, words)
    }

    /// 404, the item's.
    pub fn not_found() -> Self {
        Self::detail(StatusCode::NOT_FOUND, "Not found.")
    }

    /// 429.
    pub fn throttled(throttle: &Throttle, now: Time) -> Self {
        let seconds = throttle.seconds();
        let noun = if seconds == 1 { "second" } else { "seconds" };
        let words = format!("Request was throttled. Expected available in {seconds} {noun}.");
        let mut refusal = Self::detail(StatusCode::TOO_MANY_REQUESTS, words);
        refusal.retry_after = throttle.header(now);
        refusal
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        let mut reply = Self::status(refusal.status, &refusal.body);
        let answer = &mut reply.0;
        if refusal.status == StatusCode::UNAUTHORIZED {
            answer.set(WWW_AUTHENTICATE, HeaderValue::from_static("Uploadcare"));
        }
        if refusal.status == StatusCode::NOT_ACCEPTABLE {
            // No version was agreed on, so no versioned type either.
            answer.set(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(wait) = refusal.retry_after {
            answer.set_text(RETRY_AFTER, &wait);
        }
        reply
    }
}
