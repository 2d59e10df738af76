//! Uploadcare's REST API v0.7 and its CDN, as strict as the public contract says.
//!
//! A request passes the checks in the order of the real service: route, version, keys, rate, verb, item,
//! body. Each file here owns one part; `state` holds the data and knows nothing of HTTP.

mod auth;
mod batch;
mod cdn;
mod copy;
mod data;
mod facts;
mod files;
mod groups;
mod ids;
mod json;
mod kinds;
mod metadata;
mod paging;
mod reply;
mod routes;
mod search;
mod state;
mod tags;

use hyper::Method;
use hyper::header::LOCATION;
use hyper::{StatusCode, header};

use super::exchange::{Answer, Ask};
use super::server::{Shared, Throttle};
use crate::model::Time;

use reply::{Refusal, Reply};
use routes::Route;

pub(super) use state::{Desk, File};

/// The project's public key.
pub const PUBLIC_KEY: &str = "de305f0c9a2e7b14d683";
/// The project's secret key. It opens nothing but a demo server.
pub const SECRET_KEY: &str = "demo5ec2e7a91f4c06b8";
/// The project's name.
pub const PROJECT_NAME: &str = "Harbour Street Studio";

/// One request on its way through the checks.
struct Visit<'a> {
    shared: &'a Shared,
    ask: &'a Ask,
    /// The one time of everything that this request does.
    now: Time,
    origin: String,
    /// Whether files are to be shown with what add-ons found out.
    appdata: bool,
}

/// Answers any request, to the API or the CDN.
pub(super) fn answer(shared: &Shared, ask: &Ask, throttle: Option<Throttle>, now: Time) -> Answer {
    let visit = Visit {
        shared,
        ask,
        now,
        origin: ask.origin(),
        appdata: json::wants_appdata(ask),
    };
    if let Some(rest) = ask.path().strip_prefix("/cdn/") {
        return cdn::answer(&visit, rest);
    }
    let Some(route) = Route::find(ask.path()) else {
        return unrouted(&visit);
    };
    let reply = checked(&visit, &route, throttle).unwrap_or_else(Reply::from);
    reply.dressed(route.allow())
}

fn checked(
    visit: &Visit<'_>,
    route: &Route<'_>,
    throttle: Option<Throttle>,
) -> Result<Reply, Refusal> {
    auth::check_version(visit.ask)?;
    auth::check_keys(visit)?;
    if let Some(throttle) = throttle {
        return Err(Refusal::throttled(&throttle, visit.now));
    }
    let method = &visit.ask.method;
    if *method == Method::OPTIONS {
        return Ok(routes::options(route));
    }
    if !route.takes(method) {
        return Err(Refusal::detail(
            StatusCode::METHOD_NOT_ALLOWED,
            format!("Method \"{method}\" not allowed."),
        ));
    }
    work(visit, route)
}

/// Does what the request asks, once it may.
fn work(visit: &Visit<'_>, route: &Route<'_>) -> Result<Reply, Refusal> {
    let method = &visit.ask.method;
    match *route {
        Route::Project => Ok(project(visit)),
        Route::Files => files::list(visit),
        Route::File(uuid) => files::info(visit, uuid),
        Route::Storage(uuid) => match *method {
            Method::DELETE => files::delete(visit, uuid),
            Method::PUT | Method::POST => files::store(visit, uuid),
            _ => files::info(visit, uuid),
        },
        Route::Batch => batch::run(visit),
        Route::LocalCopy => copy::local(visit),
        Route::RemoteCopy => copy::remote(visit),
        Route::Search => search::run(visit),
        Route::Metadata(uuid) => metadata::all(visit, uuid),
        Route::MetadataKey(uuid, key) => metadata::one(visit, uuid, key),
        Route::Tags(uuid) => tags::run(visit, uuid),
        Route::Groups => groups::list(visit),
        Route::Group(id) => match *method {
            Method::DELETE => groups::delete(visit, id),
            _ => groups::info(visit, id),
        },
    }
}

fn project(_: &Visit<'_>) -> Reply {
    Reply::json(&serde_json::json!({
        "collaborators": [
            {"name": "Ines Okafor", "email": "ines@harbour-street.example.com"},
            {"name": "Jürgen Ó Dálaigh", "email": "juergen@harbour-street.example.com"},
        ],
        "name": PROJECT_NAME,
        "pub_key": PUBLIC_KEY,
        "autostore_enabled": true,
    }))
}

/// A path that matches no route is the web server's to answer, before any check.
fn unrouted(visit: &Visit<'_>) -> Answer {
    let path = visit.ask.path();
    let slashed = format!("{path}/");
    if !visit.shared.quirks.redirect_to_slash || Route::find(&slashed).is_none() {
        return Answer::page(StatusCode::NOT_FOUND);
    }
    let query = visit.ask.target().strip_prefix(path).unwrap_or_default();
    let mut answer = Answer::page(StatusCode::MOVED_PERMANENTLY);
    answer.set_text(LOCATION, &format!("{}{slashed}{query}", visit.origin));
    answer.headers.remove(header::CONTENT_TYPE);
    answer
}
