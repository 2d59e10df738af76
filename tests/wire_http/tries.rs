//! Who is tried again, how long is waited, and what stops it.

use std::time::{Duration, SystemTime};

use tallyman::model::Verb;
use tallyman::service::{self, BatchAnswer, ErrorKind, Priority};
use tokio_util::sync::CancellationToken;

use super::json;
use super::raw::{Raw, Say, typed};
use super::{ID, PROJECT, credentials, delete, deleted, limits, open, throttle};

#[tokio::test]
async fn what_came_with_an_answer_is_told_truly() {
    let raw = Raw::script(vec![
        throttle("Retry-After: 0\r\n"),
        throttle(""),
        deleted(),
    ])
    .await;
    let answered = delete(&*open(&raw), &[ID]).await.unwrap();
    assert!(matches!(&answered.value, BatchAnswer::Evidence(facts) if facts.len() == 1));
    let meta = answered.meta;
    assert_eq!(
        (meta.attempts, meta.throttled, meta.status),
        (3, 2, Some(200))
    );
    assert_eq!(meta.request_id.as_deref(), Some("req-1"));
    assert_eq!(raw.asked().len(), 3);
}

#[tokio::test]
async fn a_lost_try_does_not_keep_the_status_of_an_earlier_one() {
    let raw = Raw::script(vec![
        throttle("Retry-After: 0\r\nX-Uploadcare-Request-Id: req-0\r\n"),
        Say::Cut(Vec::new()),
    ])
    .await;
    let error = delete(&*open(&raw), &[ID]).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Lost);
    let meta = error.meta;
    assert_eq!(
        (meta.attempts, meta.throttled, meta.status, meta.request_id),
        (2, 1, None, None)
    );
}

#[tokio::test]
async fn a_named_wait_is_waited_and_the_next_try_signed_anew() {
    let in_two_seconds = |_: usize| {
        let now = SystemTime::now();
        let at = httpdate::fmt_http_date(now + Duration::from_secs(2));
        format!(
            "Date: {}\r\nRetry-After: {at}\r\n",
            httpdate::fmt_http_date(now)
        )
    };
    let raw = Raw::start(move |number, _| match number {
        0 => throttle("Retry-After: 1\r\n"),
        1 => throttle(&in_two_seconds(number)),
        2 => throttle(""),
        _ => deleted(),
    })
    .await;
    delete(&*open(&raw), &[ID]).await.unwrap();
    let asked = raw.asked();
    let waits: Vec<f64> = asked
        .windows(2)
        .map(|two| (two[1].at - two[0].at).as_secs_f64())
        .collect();
    for (wait, least) in waits.iter().zip([1.0, 2.0, 0.1]) {
        assert!((least..least + 5.0).contains(wait), "{waits:?}");
    }
    for two in asked[..3].windows(2) {
        assert_ne!(two[0].header("date"), two[1].header("date"));
        assert_ne!(
            two[0].header("authorization"),
            two[1].header("authorization")
        );
    }
}

#[tokio::test]
async fn a_pause_holds_every_call_of_the_profile() {
    let raw = Raw::start(|number, _| match number {
        0 => throttle("Retry-After: 1\r\n"),
        _ => json(200, "", PROJECT),
    })
    .await;
    let service = open(&raw);
    let first = tokio::spawn({
        let service = service.clone();
        async move { service.account().await }
    });
    while service.gate().pause_left().is_zero() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    service.account().await.unwrap();
    first.await.unwrap().unwrap();
    let asked = raw.asked();
    assert_eq!(asked.len(), 3);
    assert!(asked[1].at - asked[0].at >= Duration::from_secs(1));
}

#[tokio::test]
async fn stop_ends_a_wait_at_once() {
    let raw = Raw::script(vec![throttle("Retry-After: 60\r\n")]).await;
    let service = open(&raw);
    let pass = service.gate().enter(Priority::Job).await;
    let stop = CancellationToken::new();
    let started = std::time::Instant::now();
    let stopper = stop.clone();
    let gate = service.gate().clone();
    tokio::spawn(async move {
        while gate.pause_left().is_zero() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stopper.cancel();
    });
    let error = service
        .batch(pass, &Verb::Delete.into(), &[ID.into()], &stop)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Stopped);
    assert!(error.nothing_done());
    assert_eq!(
        (error.meta.attempts, error.meta.throttled, error.meta.status),
        (1, 1, Some(429))
    );
    assert!(started.elapsed() < Duration::from_secs(30));

    let pass = service::Gate::new(1, 1).enter(Priority::Job).await;
    let error = service
        .batch(pass, &Verb::Delete.into(), &[ID.into()], &stop)
        .await
        .unwrap_err();
    assert_eq!((error.kind, error.meta.attempts), (ErrorKind::Stopped, 0));
    assert_eq!(raw.asked().len(), 1, "nothing leaves after a stop");
}

#[tokio::test]
async fn throttling_for_ever_ends() {
    let raw = Raw::script(vec![throttle("Retry-After: 0\r\n")]).await;
    let mut limits = limits();
    limits.patience.throttled_reads = 2;
    limits.patience.throttled_writes = 3;
    let service = service::open_with(&credentials(&raw.base), limits).unwrap();
    let error = service.account().await.unwrap_err();
    assert_eq!(
        (error.kind, error.meta.throttled),
        (ErrorKind::Throttled, 2)
    );
    let error = delete(&*service, &[ID]).await.unwrap_err();
    assert_eq!(
        (error.kind, error.meta.throttled),
        (ErrorKind::Throttled, 3)
    );
    assert_eq!(error.words.as_deref(), Some("Request was throttled."));
}

/// Bad answers of every kind: a read asks again, a write is lost and asked once.
#[tokio::test]
async fn reads_are_tried_again_and_writes_are_not() {
    let whole = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"name\":".to_vec();
    let cases = [
        ("500", json(500, "", "{}")),
        ("502", typed(502, "text/html", "", b"<html></html>")),
        ("503", typed(503, "text/plain", "", b"down")),
        ("504", json(504, "", "")),
        ("408", json(408, "", "")),
        ("cut before", Say::Cut(Vec::new())),
        (
            "cut in the head",
            Say::Cut(b"HTTP/1.1 200 OK\r\nConte".to_vec()),
        ),
        ("cut in the body", Say::Cut(whole)),
        ("silence", Say::Stall(Duration::from_secs(60))),
        ("half of the JSON", json(200, "", r#"{"name": "Te"#)),
        ("nothing", json(200, "", "")),
        (
            "garbage",
            typed(200, "application/octet-stream", "", b"\x00\xff\x01"),
        ),
    ];
    for (name, bad) in cases {
        let raw = Raw::script(vec![bad.clone(), json(200, "", PROJECT)]).await;
        let account = open(&raw).account().await;
        assert_eq!(
            account.map(|account| account.name).as_deref(),
            Ok("Test"),
            "{name}"
        );
        assert_eq!(raw.asked().len(), 2, "{name}");

        let raw = Raw::script(vec![bad, deleted()]).await;
        let error = delete(&*open(&raw), &[ID]).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Lost, "{name}: {error}");
        assert!(!error.nothing_done(), "{name}");
        assert_eq!((error.meta.attempts, raw.asked().len()), (1, 1), "{name}");
    }
}

#[tokio::test]
async fn a_read_gives_up_after_its_tries() {
    let raw = Raw::script(vec![json(
        503,
        "X-Uploadcare-Request-Id: r\r\n",
        r#"{"detail": "down"}"#,
    )])
    .await;
    let error = open(&raw).account().await.unwrap_err();
    assert_eq!(
        (error.kind, error.meta.attempts, error.meta.status),
        (ErrorKind::Lost, 5, Some(503))
    );
    assert_eq!(error.words.as_deref(), Some("down"));
    assert_eq!(error.meta.request_id.as_deref(), Some("r"));
}

#[tokio::test]
async fn nothing_listens() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let service = service::open_with(&credentials(&format!("http://{closed}")), limits()).unwrap();
    let read = service.account().await.unwrap_err();
    let write = delete(&*service, &[ID]).await.unwrap_err();
    for error in [read, write] {
        assert_eq!(
            (error.kind, error.meta.attempts),
            (ErrorKind::Unreachable, 0)
        );
        assert!(error.nothing_done());
        assert!(error.message.contains("127.0.0.1"), "{error}");
    }
}
