//! The Uploadcare client against the demo service: what it reads and does must agree with the service's own books.

#![allow(clippy::unwrap_used)] // a test may panic

mod batches;
mod faults;
mod parallel;
#[allow(dead_code)] // shared with another suite, which uses all of it
#[path = "../wire_http/raw.rs"]
mod raw;
mod reading;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tallyman::demo::{Fault, Options, PUBLIC_KEY, Quirks, Rule, SECRET_KEY, Server, Target};
use tallyman::model::{FileRow, ServiceKind, Verb};
use tallyman::service::{
    self, Answered, BatchAnswer, Credentials, Fact, Limits, Listing, Patience, Priority, Seen,
    Service, ServiceError,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

const MISSING: &str = "cbaf2d73-5169-4b2b-a543-496cf2813dff";

async fn server(files: usize, quirks: Quirks) -> Server {
    let options = Options {
        files,
        groups: 40,
        quirks,
        ..Options::default()
    };
    Server::start(options).await.unwrap()
}

fn credentials(server: &Server) -> Credentials {
    Credentials {
        service: ServiceKind::Uploadcare,
        public_key: PUBLIC_KEY.to_owned(),
        secret: SECRET_KEY.to_owned().into(),
        api_base: Some(server.base()),
        cdn_base: Some(server.cdn_base()),
        simple_auth: false,
    }
}

fn open(server: &Server) -> Arc<dyn Service> {
    let limits = Limits {
        idle: Duration::from_secs(3),
        patience: Patience {
            first_wait: Duration::from_millis(20),
            throttle_least: Duration::from_millis(200),
            ..Patience::default()
        },
        ..Limits::default()
    };
    service::open_with(&credentials(server), limits).unwrap()
}

async fn list(service: &Arc<dyn Service>, listing: Listing) -> Result<Vec<FileRow>, ServiceError> {
    let (sender, mut receiver) = mpsc::channel(2);
    let service = service.clone();
    let task = tokio::spawn(async move { service.list(listing, sender).await });
    let mut rows = Vec::new();
    while let Some(page) = receiver.recv().await {
        rows.extend(page.rows);
    }
    task.await.unwrap().map(|()| rows)
}

async fn batch(
    service: &dyn Service,
    verb: Verb,
    ids: &[&str],
) -> Result<Answered<BatchAnswer>, ServiceError> {
    let items: Vec<tallyman::service::Target> = ids.iter().map(|id| (*id).into()).collect();
    let pass = service.gate().enter(Priority::Job).await;
    service
        .batch(pass, &verb.into(), &items, &CancellationToken::new())
        .await
}

/// What a batch proved, by id.
async fn facts(service: &dyn Service, verb: Verb, ids: &[&str]) -> HashMap<String, Fact> {
    match batch(service, verb, ids).await.unwrap().value {
        BatchAnswer::Evidence(facts) => facts
            .into_iter()
            .map(|(id, fact)| (id.to_string(), fact))
            .collect(),
        refused => panic!("{refused:?}"),
    }
}

async fn reread(service: &dyn Service, verb: Verb, id: &str) -> Result<Seen, ServiceError> {
    let pass = service.gate().enter(Priority::Job).await;
    let answered = service
        .reread(pass, &verb.into(), &id.into(), &CancellationToken::new())
        .await;
    answered.map(|answered| answered.value)
}

fn strike(server: &Server, kind: Fault, on: Target, times: u32) {
    server.faults().add(Rule {
        kind,
        on,
        chance: 1.0,
        times: Some(times),
    });
}

/// Ids of existing files that can be deleted, newest first.
fn free(server: &Server) -> Vec<String> {
    let locked = server.books().locked_ids();
    let ids = server.books().file_ids();
    ids.into_iter().filter(|id| !locked.contains(id)).collect()
}
