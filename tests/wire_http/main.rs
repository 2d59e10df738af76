//! The Uploadcare client under bad weather, against a server that says byte for byte what it is told.

#![allow(clippy::unwrap_used)] // a test may panic

mod answers;
mod limits;
mod links;
mod raw;
mod tries;

use std::sync::Arc;
use std::time::Duration;

use raw::{Raw, Say, typed};
use tallyman::model::{FileRow, ServiceKind, Verb};
use tallyman::service::{
    self, Answered, BatchAnswer, Credentials, Limits, Listing, Patience, Priority, Service,
    ServiceError,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

const ID: &str = "21975c81-7f57-4c7a-aef9-acfe28779f78";
const SECRET: &str = "very-secret-key";
const PROJECT: &str = r#"{"collaborators": [], "name": "Test", "pub_key": "public"}"#;

fn credentials(base: &str) -> Credentials {
    Credentials {
        service: ServiceKind::Uploadcare,
        public_key: "public".to_owned(),
        secret: SECRET.to_owned().into(),
        api_base: Some(base.to_owned()),
        cdn_base: Some(format!("{base}/cdn")),
        simple_auth: false,
    }
}

fn limits() -> Limits {
    Limits {
        connect: Duration::from_secs(2),
        idle: Duration::from_secs(3),
        total: Duration::from_secs(20),
        answer_bytes: 100_000,
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
    service::open_with(&credentials(&raw.base), limits()).unwrap()
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

async fn delete_group(
    service: &dyn Service,
    id: &str,
) -> Result<Answered<BatchAnswer>, ServiceError> {
    let pass = service.gate().enter(Priority::Job).await;
    service
        .batch(
            pass,
            &Verb::DeleteGroups.into(),
            &[id.into()],
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
        rows.extend(page.rows);
    }
    (rows, listing.await.unwrap())
}

/// An answer of the API, with further header lines (each ending in CRLF).
fn json(status: u16, headers: &str, body: &str) -> Say {
    let content_type = "application/vnd.uploadcare-v0.7+json";
    typed(status, content_type, headers, body.as_bytes())
}

fn deleted() -> Say {
    let row = format!(r#"{{"uuid": "{ID}", "datetime_removed": "2022-09-28T15:53:36.082137Z"}}"#);
    let body = format!(r#"{{"status": "ok", "result": [{row}], "problems": {{}}}}"#);
    json(200, "X-Uploadcare-Request-Id: req-1\r\n", &body)
}

fn page(next: &str, id: &str) -> Say {
    let next = if next.is_empty() {
        "null".to_owned()
    } else {
        format!("\"{next}\"")
    };
    json(
        200,
        "",
        &format!(r#"{{"next": {next}, "total": 0, "results": [{{"uuid": "{id}"}}]}}"#),
    )
}

fn throttle(headers: &str) -> Say {
    json(429, headers, r#"{"detail": "Request was throttled."}"#)
}
