//! Row 45, and every fault on demand as it looks from the other end.

use std::time::{Duration, Instant, SystemTime};

use serde_json::json;
use tallyman::demo::{Fault, Rate, RetryAfter, Rule, Target};

use crate::wire::{Answer, Api, Broken, signed};

/// One delete under one fault; the file that it named, and what came.
async fn struck(api: &Api, kind: Fault) -> (String, Result<Answer, Broken>) {
    api.server.faults().add(Rule {
        kind,
        on: Target::Writes,
        chance: 1.0,
        times: Some(1),
    });
    let books = api.server.books();
    let mut ids = books.file_ids().into_iter();
    let id = ids.find(|id| !books.file(id).unwrap().locked).unwrap();
    let request = signed("DELETE", "/files/storage/", &json!([id]).to_string());
    assert_eq!(
        api.get("/project/").await.status,
        200,
        "reads are not the target"
    );
    (id, api.try_send(&request).await)
}

fn is_removed(api: &Api, id: &str) -> bool {
    api.server.books().file(id).unwrap().removed.is_some()
}

#[tokio::test]
async fn faults_before_the_work_change_nothing() {
    let api = Api::start(300, 0).await;
    let (id, answer) = struck(&api, Fault::CutBefore).await;
    assert_eq!(answer.unwrap_err(), Broken::Cut);
    assert!(!is_removed(&api, &id));
    let (id, answer) = struck(&api, Fault::ErrorBefore(502)).await;
    let answer = answer.unwrap();
    assert_eq!(
        (answer.status, answer.header("Content-Type")),
        (502, Some("text/html"))
    );
    assert!(!is_removed(&api, &id));
    let (id, answer) = struck(&api, Fault::ErrorBefore(403)).await;
    answer.unwrap().refuses(403, "Forbidden.");
    assert!(!is_removed(&api, &id));
    assert_eq!(api.server.books().writes(), 0);
    assert_eq!(api.server.faults().struck(), 3);
}

#[tokio::test]
async fn faults_after_the_work_leave_it_done() {
    let api = Api::start(300, 0).await;
    let (id, answer) = struck(&api, Fault::CutAfter).await;
    assert_eq!(answer.unwrap_err(), Broken::Cut);
    assert!(is_removed(&api, &id));

    let (id, answer) = struck(&api, Fault::ErrorAfter(503)).await;
    assert_eq!(answer.unwrap().status, 503);
    assert!(is_removed(&api, &id));

    let (id, answer) = struck(&api, Fault::TruncateAfter).await;
    assert_eq!(answer.unwrap_err(), Broken::Truncated);
    assert!(is_removed(&api, &id));

    let (id, answer) = struck(&api, Fault::GarbageAfter).await;
    let answer = answer.unwrap();
    assert_eq!(answer.status, 200);
    assert!(serde_json::from_slice::<serde_json::Value>(&answer.body).is_err());
    assert!(is_removed(&api, &id));

    let start = Instant::now();
    let (id, answer) = struck(&api, Fault::StallAfter(Duration::from_millis(300))).await;
    assert_eq!(answer.unwrap().status, 200);
    assert!(start.elapsed() >= Duration::from_millis(300));
    assert!(is_removed(&api, &id));
    assert_eq!(api.server.books().writes_per_id(&id), 1);
}

#[tokio::test]
async fn a_stalled_answer_means_that_the_work_is_done() {
    let api = Api::start(300, 0).await;
    let stalled = struck(&api, Fault::StallAfter(Duration::from_secs(60)));
    let worked = async {
        while api.server.books().writes() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        (_, answer) = stalled => panic!("{answer:?}"),
        () = worked => {}
    }
    assert_eq!(api.server.books().writes(), 1);
}

#[tokio::test]
async fn row_45_throttling_says_when_to_come_again() {
    let api = Api::start(300, 0).await;
    let throttle = |retry_after| Fault::Throttle { retry_after };
    let (id, answer) = struck(&api, throttle(Some(RetryAfter::Seconds(10)))).await;
    let answer = answer.unwrap();
    answer.refuses(
        429,
        "Request was throttled. Expected available in 10 seconds.",
    );
    assert_eq!(answer.header("Retry-After"), Some("10"));
    assert!(!is_removed(&api, &id));

    let (_, answer) = struck(&api, throttle(Some(RetryAfter::Seconds(1)))).await;
    answer.unwrap().refuses(
        429,
        "Request was throttled. Expected available in 1 second.",
    );

    let wait = RetryAfter::Date(Duration::from_secs(20));
    let (_, answer) = struck(&api, throttle(Some(wait))).await;
    let answer = answer.unwrap();
    let date = httpdate::parse_http_date(answer.header("Retry-After").unwrap()).unwrap();
    let ahead = date.duration_since(SystemTime::now()).unwrap().as_secs();
    assert!((18..=20).contains(&ahead), "{ahead}");

    let (_, answer) = struck(&api, throttle(None)).await;
    let answer = answer.unwrap();
    assert_eq!((answer.status, answer.header("Retry-After")), (429, None));
    assert_eq!(api.server.books().writes(), 0);
}

#[tokio::test]
async fn row_45_what_comes_too_fast_is_throttled() {
    let api = Api::start(50, 0).await;
    api.server.faults().set_rate(Some(Rate {
        per_second: 0.2,
        burst: 3,
    }));
    for _ in 0..3 {
        assert_eq!(api.get("/project/").await.status, 200);
    }
    let answer = api.get("/project/").await;
    answer.refuses(
        429,
        "Request was throttled. Expected available in 5 seconds.",
    );
    assert_eq!(answer.header("Retry-After"), Some("5"));
    api.server.faults().clear();
    assert_eq!(api.get("/project/").await.status, 200);
}

#[tokio::test]
async fn latency_and_targets_hold() {
    let api = Api::start(50, 0).await;
    api.server.faults().set_latency(Duration::from_millis(60));
    let start = Instant::now();
    assert_eq!(api.get("/project/").await.status, 200);
    assert!(start.elapsed() >= Duration::from_millis(60));
    api.server.faults().set_latency(Duration::ZERO);
    for (on, reads, cdn) in [
        (Target::Reads, 500, 404),
        (Target::Cdn, 200, 500),
        (Target::Any, 500, 500),
        (Target::Writes, 200, 404),
    ] {
        api.server.faults().clear();
        api.server.faults().add(Rule {
            kind: Fault::ErrorBefore(500),
            on,
            chance: 1.0,
            times: None,
        });
        assert_eq!(api.get("/project/").await.status, reads, "{on:?}");
        assert_eq!(api.cdn("unknown/").await.status, cdn, "{on:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_dropped_is_gone() {
    let api = Api::start(50, 0).await;
    let books = api.server.books();
    assert_eq!(api.get("/project/").await.status, 200);
    let host = api.host.clone();
    drop(api);
    let start = Instant::now();
    while tokio::net::TcpStream::connect(&host).await.is_ok() {
        assert!(start.elapsed() < Duration::from_secs(60), "it stays");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(books.requests(), 1, "its books stay readable");
    assert_eq!(books.file_ids().len() + books.removed_ids().len(), 50);
}
