//! Templated's API v1 below `/templated`, as the public contract says, and the pictures that it links to.
//!
//! Each file here owns one part; `account` holds the data and knows nothing of HTTP. What the contract only
//! infers can be switched in [`Quirks`].

mod account;
mod assets;
mod books;
mod data;
mod folders;
mod lists;
mod quirks;
mod renders;
mod reply;
mod uploads;

use hyper::StatusCode;
use hyper::header::AUTHORIZATION;
use serde_json::json;

use super::exchange::{Answer, Ask};
use super::server::{Shared, Throttle};
use crate::model::Time;

use reply::Refusal;

pub(super) use account::Desk;
pub use books::{BookUpload, Books};
pub use quirks::{AccountState, Quirks};

/// The account's API key. It opens nothing but a demo server.
pub const API_KEY: &str = "demo-8f2c61d7-templated-4b0e";
/// The account's name.
pub const ACCOUNT_NAME: &str = "Signal Hill Prints";
/// The account's e-mail address.
pub const ACCOUNT_EMAIL: &str = "noor@signal-hill.example.com";
/// What the paths of this service begin with.
pub const PREFIX: &str = "/templated";

/// What the real service's addresses begin with: their length is counted, not ours.
const REAL_BASE: &str = "https://api.templated.io";

/// One request on its way through the checks.
struct Visit<'a> {
    shared: &'a Shared,
    ask: &'a Ask,
    now: Time,
    /// `http://HOST/templated`
    base: String,
}

impl Visit<'_> {
    fn quirks(&self) -> &Quirks {
        &self.shared.quirks.templated
    }
}

/// Answers any request.
pub(super) fn answer(shared: &Shared, ask: &Ask, throttle: Option<Throttle>, now: Time) -> Answer {
    let visit = Visit {
        shared,
        ask,
        now,
        base: format!("{}{PREFIX}", ask.origin()),
    };
    let path = ask.path().strip_prefix(PREFIX).unwrap_or_default();
    if let Some(rest) = path.strip_prefix("/cdn/") {
        return assets::answer(&visit, rest);
    }
    let length = REAL_BASE.len() + ask.target().len() - PREFIX.len();
    if length > visit.quirks().url_limit {
        return Answer::page(visit.quirks().too_long_status());
    }
    checked(&visit, path, throttle).unwrap_or_else(Refusal::answer)
}

fn checked(visit: &Visit<'_>, path: &str, throttle: Option<Throttle>) -> Result<Answer, Refusal> {
    check_key(visit)?;
    if let Some(throttle) = throttle {
        return Err(Refusal::throttled(visit, &throttle));
    }
    let inner = path.trim_matches('/');
    let parts: Vec<&str> = inner.split('/').collect();
    let worked = work(visit, visit.ask.method.as_str(), &parts);
    worked.unwrap_or_else(|| Err(Refusal::new(StatusCode::NOT_FOUND, "Not found")))
}

fn check_key(visit: &Visit<'_>) -> Result<(), Refusal> {
    let header = visit.ask.header(AUTHORIZATION).unwrap_or_default();
    let key = match header.split_once(' ') {
        Some(("Bearer", key)) if !key.trim().is_empty() => key.trim(),
        _ => return Err(Refusal::new(StatusCode::UNAUTHORIZED, "Not authorized")),
    };
    let words = "API key not valid. Please check your Authorization header.";
    if key != API_KEY {
        return Err(Refusal::new(visit.quirks().unknown_key_status(), words));
    }
    match visit.quirks().account {
        AccountState::Good => Ok(()),
        AccountState::Removed => Err(Refusal::new(StatusCode::NOT_FOUND, "User not found")),
        AccountState::Blocked => Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "Your account is blocked. Please contact support.",
        )),
    }
}

/// Does what the request asks; `None` if there is no such address.
fn work(visit: &Visit<'_>, method: &str, parts: &[&str]) -> Option<Result<Answer, Refusal>> {
    Some(match (method, parts) {
        ("GET", ["v1", "account"]) => account(visit),
        ("GET", ["v1", "uploads"]) => uploads::list(visit),
        ("DELETE", ["v1", "uploads"]) => uploads::delete(visit),
        ("POST", ["v1", "upload"]) => uploads::create(visit),
        ("DELETE", ["v1", "upload", id]) if visit.quirks().single_delete => {
            uploads::delete_one(visit, id)
        }
        ("GET", ["v1", "renders"]) => renders::list(visit, |_| true),
        ("GET", ["v1", "template", id, "renders"]) => renders::of_template(visit, id),
        ("GET", ["v1", "render", id]) => renders::one(visit, id),
        ("DELETE", ["v1", "render", id]) => renders::delete(visit, id),
        ("GET", ["v1", "templates"]) => renders::templates(visit, |_| true),
        ("GET", ["v1", "template", id]) => renders::template(visit, id),
        ("DELETE", ["v1", "template", id]) => renders::delete_template(visit, id),
        (_, ["v1", rest @ ..]) => return folders::work(visit, method, rest),
        _ => return None,
    })
}

/// `GET /v1/account`
fn account(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    let used = visit.shared.templated.current().credits;
    Ok(reply::json(&json!({
        "email": ACCOUNT_EMAIL,
        "name": ACCOUNT_NAME,
        "apiUsage": used,
        "apiQuota": 10_000,
        "usagePercentage": used / 100,
        "plan": "Scale",
    })))
}
