//! What the API answers, good or bad, and the headers that every answer carries.

use hyper::StatusCode;
use hyper::header::HeaderName;
use serde_json::{Map, Value};

use crate::demo::exchange::Answer;
use crate::demo::server::Throttle;

use super::quirks::Quirks;

const HELP: &str = "For support kindly contact us at support@imagekit.io .";
const JSON: &str = "application/json; charset=utf-8";

/// 200 with this.
pub(super) fn json(value: impl Into<Value>) -> Answer {
    status(StatusCode::OK, value)
}

/// Any status with this.
pub(super) fn status(status: StatusCode, value: impl Into<Value>) -> Answer {
    Answer::new(status, JSON, value.into().to_string())
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
}

impl Refusal {
    /// A status and words.
    pub fn new(status: StatusCode, words: impl Into<String>) -> Self {
        let mut body = Map::new();
        body.insert("message".to_owned(), words.into().into());
        body.insert("help".to_owned(), HELP.into());
        Self { status, body }
    }

    /// 400 with words.
    pub fn bad(words: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, words)
    }

    /// 404 with words.
    pub fn missing(words: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, words)
    }

    /// 400, of an id that cannot be one.
    pub fn bad_id(name: &str) -> Self {
        Self::bad(format!("Your request contains invalid {name} parameter."))
    }

    /// 404, of one file.
    pub fn no_file() -> Self {
        Self::missing("The requested file does not exist.")
    }

    /// 500, of a file that the service cannot handle.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "We have experienced an internal error while processing your request.",
        )
    }

    /// 429, which has no `help`.
    pub fn throttled() -> Self {
        let words = "You have sent too many requests. Please try again later.";
        let mut refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, words);
        refusal.body.remove("help");
        refusal
    }

    /// With one more member.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.body.insert(name.to_owned(), value.into());
        self
    }

    /// With a word for machines.
    pub fn reason(self, word: &str) -> Self {
        self.with("reason", word)
    }

    /// As it is sent.
    pub fn answer(self) -> Answer {
        status(self.status, self.body)
    }
}

/// With the request's id and, when throttled or else if wanted, the limits.
pub(super) fn dressed(mut answer: Answer, quirks: &Quirks, throttle: Option<&Throttle>) -> Answer {
    let id = uuid::Uuid::new_v4().to_string();
    answer.set_text(HeaderName::from_static("x-ik-requestid"), &id);
    let throttled = answer.status == StatusCode::TOO_MANY_REQUESTS;
    let reset = match throttle.and_then(|throttle| throttle.wait) {
        Some(wait) if throttled => wait.as_micros().div_ceil(1000),
        _ if throttled || !quirks.rate_headers => return answer,
        _ => 1000,
    };
    let mut limit = |name, value: &str| answer.set_text(HeaderName::from_static(name), value);
    limit("x-ratelimit-limit", "40");
    limit("x-ratelimit-interval", "1000");
    limit("x-ratelimit-reset", &reset.to_string());
    answer
}
