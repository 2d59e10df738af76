//! ImageKit's media API below `/imagekit` and its delivery below `/imagekit/cdn`, as the public contract says.
//!
//! Each file here owns one part; `library` holds the data and knows nothing of HTTP. What the contract only
//! infers can be switched in [`Quirks`].

mod auth;
mod batch;
mod books;
mod cdn;
mod data;
mod edge;
mod edit;
mod fields;
mod files;
mod folders;
mod item;
mod jobs;
mod json;
mod kinds;
mod library;
mod list;
mod places;
mod purge;
mod quirks;
mod reply;
mod routes;
mod search;
mod term;
mod upload;
mod usage;
mod versions;

use std::sync::{RwLockReadGuard, RwLockWriteGuard};

use hyper::StatusCode;
use serde_json::{Map, Value};

use super::exchange::{Answer, Ask};
use super::server::{Shared, Throttle};
use crate::model::Time;

use reply::Refusal;

pub use books::{BookFile, Books};
pub(super) use library::Desk;
use library::Library;
pub use quirks::{Echo, KeyState, Missing, Quirks};

/// The account's private key. It opens nothing but a demo server.
pub const PRIVATE_KEY: &str = "private_demo7Qf2xLr0WmTz8KcVb3Ns=";
/// The account's id, as its delivery addresses name it.
pub const ACCOUNT_ID: &str = "lanternquay";
/// Who uploaded everything.
pub const ACCOUNT_EMAIL: &str = "mira@lantern-quay.example.com";
/// What the paths of this service begin with.
pub const PREFIX: &str = "/imagekit";

/// One request on its way through the checks.
struct Visit<'a> {
    shared: &'a Shared,
    ask: &'a Ask,
    /// The one time of everything that this request does, in whole milliseconds as the API tells it.
    now: Time,
    /// `http://HOST/imagekit/cdn/ACCOUNT`: what the addresses of files begin with.
    endpoint: String,
}

impl Visit<'_> {
    fn quirks(&self) -> &Quirks {
        &self.shared.quirks.imagekit
    }

    /// The body as a JSON object.
    fn body(&self) -> Result<Map<String, Value>, Refusal> {
        match serde_json::from_slice(&self.ask.body) {
            Ok(Value::Object(body)) => Ok(body),
            Ok(_) => Err(Refusal::bad("Your request body should be a JSON object.")),
            Err(_) if self.ask.body.is_empty() => Ok(Map::new()),
            Err(_) => Err(Refusal::bad("Your request contains invalid JSON.")),
        }
    }

    /// The library, to read.
    fn library(&self) -> RwLockReadGuard<'_, Library> {
        self.shared.imagekit.current(self.now)
    }

    /// The library, to change.
    fn change(&self) -> RwLockWriteGuard<'_, Library> {
        self.shared.imagekit.change(self.now)
    }
}

/// Answers any request, to the API or for delivery.
pub(super) fn answer(shared: &Shared, ask: &Ask, throttle: Option<Throttle>, now: Time) -> Answer {
    let visit = Visit {
        shared,
        ask,
        now: Time(now.0.div_euclid(1000) * 1000),
        endpoint: format!("{}{PREFIX}/cdn/{ACCOUNT_ID}", ask.origin()),
    };
    let path = ask.path().strip_prefix(PREFIX).unwrap_or_default();
    if let Some(rest) = path.strip_prefix("/cdn/") {
        return cdn::answer(&visit, rest);
    }
    let reply = checked(&visit, path, throttle.as_ref());
    let answer = reply.unwrap_or_else(Refusal::answer);
    reply::dressed(answer, visit.quirks(), throttle.as_ref())
}

fn checked(visit: &Visit<'_>, path: &str, throttle: Option<&Throttle>) -> Result<Answer, Refusal> {
    auth::check(visit)?;
    if throttle.is_some() {
        return Err(Refusal::throttled());
    }
    let inner = path.trim_matches('/');
    let parts: Vec<&str> = inner.split('/').collect();
    routes::work(visit, visit.ask.method.as_str(), &parts).unwrap_or_else(|| {
        Err(Refusal::new(
            StatusCode::NOT_FOUND,
            "The requested endpoint does not exist.",
        ))
    })
}

/// Whether a path is where files are uploaded to: that is not throttled.
pub(super) fn is_upload(path: &str) -> bool {
    let path = path.strip_prefix(PREFIX).unwrap_or_default();
    matches!(path, "/api/v1/files/upload" | "/api/v2/files/upload")
}
