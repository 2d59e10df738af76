//! The Templated client, first against a server that says byte for byte what it is told, then against the
//! demo service, whose own books must agree with what it reads and does.

#![allow(clippy::unwrap_used)] // a test may panic

mod books;
mod deletes;
mod jobs;
mod lists;
mod requests;
mod things;

#[path = "../hasty/mod.rs"]
mod hasty;
#[path = "../wire_http/raw.rs"]
mod raw;

use std::sync::Arc;
use std::time::Duration;

use raw::{Raw, Say, typed};
use tallyman::model::{FileRow, ServiceKind, Verb};
use tallyman::service::{
    self, Answered, BatchAnswer, Credentials, Limits, Listing, Patience, Priority, Seen, Service,
    ServiceError,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

const SECRET: &str = "very-secret-key";

fn credentials(base: &str, key: &str) -> Credentials {
    Credentials {
        service: ServiceKind::Templated,
        public_key: String::new(),
        secret: key.to_owned().into(),
        api_base: Some(base.to_owned()),
        cdn_base: None,
        simple_auth: false,
    }
}

fn limits() -> Limits {
    Limits {
        connect: Duration::from_secs(2),
        idle: Duration::from_secs(3),
        total: Duration::from_secs(20),
        picture_bytes: 20_000,
        patience: Patience {
            first_wait: Duration::from_millis(20),
            throttle_least: Duration::from_millis(100),
            ..Patience::default()
        },
        ..Limits::default()
    }
}

fn open(raw: &Raw) -> Arc<dyn Service> {
    service::open_with(&credentials(&raw.base, SECRET), limits()).unwrap()
}

async fn delete(
    service: &dyn Service,
    ids: &[&str],
) -> Result<Answered<BatchAnswer>, ServiceError> {
    let items: Vec<tallyman::service::Target> = ids.iter().map(|id| (*id).into()).collect();
    let pass = service.gate().enter(Priority::Job).await;
    service
        .batch(
            pass,
            &Verb::Delete.into(),
            &items,
            &CancellationToken::new(),
        )
        .await
}

async fn reread(service: &dyn Service, id: &str) -> Result<Answered<Seen>, ServiceError> {
    let pass = service.gate().enter(Priority::Job).await;
    service
        .reread(
            pass,
            &Verb::Delete.into(),
            &id.into(),
            &CancellationToken::new(),
        )
        .await
}

/// All rows of a listing, and how it ended.
async fn list(service: &Arc<dyn Service>) -> (Vec<FileRow>, Result<(), ServiceError>) {
    let (sender, mut receiver) = mpsc::channel(2);
    let listing = tokio::spawn({
        let service = service.clone();
        async move { service.list(Listing::Existing, sender).await }
    });
    let mut rows = Vec::new();
    while let Some(page) = receiver.recv().await {
        assert_eq!(page.total, None, "the service tells no total");
        rows.extend(page.rows);
    }
    (rows, listing.await.unwrap())
}

fn json(status: u16, body: &str) -> Say {
    typed(
        status,
        "application/json",
        "X-Request-Id: req-1\r\n",
        body.as_bytes(),
    )
}

/// A page of the list with these ids.
fn page(ids: &[&str]) -> Say {
    let rows: Vec<String> = ids
        .iter()
        .map(|id| format!(r#"{{"id": "{id}", "name": "{id}.png", "size": 7}}"#))
        .collect();
    json(200, &format!("[{}]", rows.join(",")))
}

/// The page that a request asks for.
fn number(line: &str) -> usize {
    let (_, rest) = line.split_once("page=").unwrap();
    rest.split('&').next().unwrap().parse().unwrap()
}
