//! The ImageKit client: first against a server that says byte for byte what it is told, then against the demo
//! service, whose own books it must agree with.

#![allow(clippy::unwrap_used)] // a test may panic

mod answers;
mod changing;
mod demo;
#[allow(dead_code)] // shared with another suite, which uses all of it
#[path = "../hasty/mod.rs"]
mod hasty;
mod jobs;
mod keys;
mod library;
mod lists;
mod more_jobs;
#[path = "../wire_http/raw.rs"]
mod raw;
mod sick;

use std::sync::Arc;
use std::time::Duration;

use raw::{Raw, Say};
use tallyman::model::{FileRow, ProfileId, ServiceKind, Source, Verb};
use tallyman::service::{
    self, Answered, BatchAnswer, Credentials, Limits, Listing, Patience, Priority, Seen, Service,
    ServiceError,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

const A: &str = "598821f949c0a938d57563bd";
const B: &str = "6673f88237b244ef54d60180";
const KEY: &str = "private_abc=";

fn credentials(base: &str, key: &str) -> Credentials {
    Credentials {
        service: ServiceKind::ImageKit,
        public_key: String::new(),
        secret: key.to_owned().into(),
        api_base: Some(base.to_owned()),
        cdn_base: None,
        simple_auth: false,
    }
}

fn open_at(base: &str, key: &str) -> Arc<dyn Service> {
    let limits = Limits {
        idle: Duration::from_secs(3),
        patience: Patience {
            first_wait: Duration::from_millis(20),
            throttle_least: Duration::from_millis(100),
            ..Patience::default()
        },
        ..Limits::default()
    };
    service::open_with(&credentials(base, key), limits).unwrap()
}

fn open(raw: &Raw) -> Arc<dyn Service> {
    open_at(&raw.base, KEY)
}

/// Where the plans of a client are.
async fn source(service: &dyn Service) -> Source {
    Source {
        service: ServiceKind::ImageKit,
        profile: ProfileId("p".into()),
        profile_name: "Demo".into(),
        account: service.account().await.unwrap(),
        api_base: service.api_base(),
    }
}

async fn list(service: &Arc<dyn Service>) -> (Vec<FileRow>, Result<(), ServiceError>) {
    let (sender, mut receiver) = mpsc::channel(2);
    let listing = tokio::spawn({
        let service = service.clone();
        async move { service.list(Listing::Existing, sender).await }
    });
    let mut rows = Vec::new();
    while let Some(page) = receiver.recv().await {
        rows.extend(page.rows);
    }
    (rows, listing.await.unwrap())
}

async fn delete(
    service: &dyn Service,
    ids: &[&str],
) -> Result<Answered<BatchAnswer>, ServiceError> {
    let items: Vec<tallyman::service::Target> = ids.iter().map(|id| (*id).into()).collect();
    let pass = service.gate().enter(Priority::Job).await;
    let stop = CancellationToken::new();
    service
        .batch(pass, &Verb::Delete.into(), &items, &stop)
        .await
}

async fn reread(service: &dyn Service, id: &str) -> Result<Seen, ServiceError> {
    let pass = service.gate().enter(Priority::Job).await;
    let stop = CancellationToken::new();
    let answered = service
        .reread(pass, &Verb::Delete.into(), &id.into(), &stop)
        .await;
    answered.map(|answered| answered.value)
}

/// An answer in JSON with the id that the service gives each request.
fn json(status: u16, body: &str) -> Say {
    headed(status, "", body)
}

/// The same with further header lines.
fn headed(status: u16, headers: &str, body: &str) -> Say {
    let headers = format!("x-ik-requestId: req-1\r\n{headers}");
    raw::typed(
        status,
        "application/json; charset=utf-8",
        &headers,
        body.as_bytes(),
    )
}

/// A refusal in the service's form.
fn no(status: u16, message: &str) -> Say {
    let help = "For support kindly contact us at support@imagekit.io .";
    json(
        status,
        &format!(r#"{{"message":"{message}","help":"{help}"}}"#),
    )
}
