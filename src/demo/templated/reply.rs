//! What the API answers, good or bad.

use hyper::StatusCode;
use hyper::header::RETRY_AFTER;
use serde_json::{Map, Value, json};

use crate::demo::exchange::Answer;
use crate::demo::server::Throttle;

use super::Visit;

/// 200 with this.
pub(super) fn json(value: &Value) -> Answer {
    status(StatusCode::OK, value)
}

/// Any status with this.
pub(super) fn status(status: StatusCode, value: &Value) -> Answer {
    Answer::new(status, "application/json", value.to_string())
}

/// 204.
pub(super) fn nothing() -> Answer {
    Answer::empty(StatusCode::NO_CONTENT)
}

/// Why the API says no.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    body: Map<String, Value>,
    retry_after: Option<String>,
}

impl Refusal {
    /// A status and words.
    pub fn new(status: StatusCode, words: impl Into<String>) -> Self {
        Self {
            status,
            body: Map::new(),
            retry_after: None,
        }
        .with("error", json!(words.into()))
    }

    /// 400 with words.
    pub fn bad(words: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, words)
    }

    /// 404, of one thing.
    pub fn missing(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("{what} not found"))
    }

    /// 429.
    pub fn throttled(visit: &Visit<'_>, throttle: &Throttle) -> Self {
        let mut refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests");
        if visit.quirks().says_when {
            refusal.retry_after = throttle.header(visit.now);
        }
        refusal
    }

    /// With one more member.
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.body.insert(name.to_owned(), value);
        self
    }

    /// As it is sent.
    pub fn answer(self) -> Answer {
        let mut answer = status(self.status, &Value::Object(self.body));
        if let Some(wait) = self.retry_after {
            answer.set_text(RETRY_AFTER, &wait);
        }
        answer
    }
}
