//! Keys, accounts, throttling: what goes out and what a "no" means.

use std::time::{Duration, Instant};

use tallyman::service::{self, ErrorKind};

use super::raw::Raw;
use super::{A, B, KEY, credentials, delete, headed, json, list, no, open, open_at, reread};

const FILE: &str = r#"[{"type": "file", "fileId": "598821f949c0a938d57563bd", "name": "a.jpg", "filePath": "/x/a.jpg",
    "url": "https://ik.imagekit.io/demo_id/x/a.jpg?updatedAt=1"}]"#;

#[tokio::test]
async fn the_key_goes_as_basic_authentication() {
    let raw = Raw::script(vec![json(200, FILE)]).await;
    let account = open(&raw).account().await.unwrap();
    assert_eq!(
        (account.name.as_str(), account.key.as_str()),
        ("demo_id", "ik.imagekit.io/demo_id")
    );
    let asked = raw.asked().remove(0);
    assert_eq!(
        asked.line,
        "GET /v1/files?type=file&sort=ASC_CREATED&limit=5"
    );
    assert_eq!(
        asked.header("authorization"),
        Some("Basic cHJpdmF0ZV9hYmM9Og==")
    );
    assert_eq!(asked.header("accept"), Some("application/json"));
}

#[tokio::test]
async fn an_account_without_files_is_told_by_what_it_told_before() {
    let raw = Raw::script(vec![json(200, "[]"), json(200, FILE), json(200, "[]")]).await;
    let service = open(&raw);
    let unknown = service.account().await.unwrap();
    assert_eq!(unknown.key, "");
    let told = service.account().await.unwrap();
    assert!(told.may_be(&unknown), "nothing speaks against it");
    assert_eq!(service.account().await.unwrap(), told);
}

#[tokio::test]
async fn a_wrong_key_is_a_403_and_said_to_be_one() {
    let cases = [
        (
            403,
            "Your account cannot be authenticated.",
            "does not accept the private key",
        ),
        (
            403,
            "Your request contains expired private API key.",
            "has expired",
        ),
        (403, "Your account is disabled.", "disabled"),
        (
            401,
            "Your request does not contain private API key.",
            "No key reached",
        ),
    ];
    for (status, words, said) in cases {
        let raw = Raw::script(vec![no(status, words)]).await;
        let service = open(&raw);
        let errors = [
            service.account().await.unwrap_err(),
            list(&service).await.1.unwrap_err(),
            reread(&*service, A).await.unwrap_err(),
            service.details(&A.into()).await.unwrap_err(),
            delete(&*service, &[A, B]).await.unwrap_err(),
            delete(&*service, &[A]).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind, ErrorKind::Unauthenticated, "{error:?}");
            assert!(error.is_about_keys() && error.nothing_done());
            assert!(error.message.contains(said), "{error}");
            assert_eq!(error.words.as_deref(), Some(words));
            assert_eq!(error.meta.request_id.as_deref(), Some("req-1"));
            assert_eq!(error.meta.attempts, 1, "never tried again");
        }
    }
}

#[tokio::test]
async fn an_echoed_key_is_taken_out() {
    for echoed in [KEY, "Basic cHJpdmF0ZV9hYmM9Og=="] {
        let raw = Raw::script(vec![no(400, &format!("bad header {echoed}"))]).await;
        let service = open(&raw);
        let said = format!(
            "{:?} {:?} {:?} {:?}",
            service.account().await,
            reread(&*service, "odd").await,
            delete(&*service, &[A]).await,
            delete(&*service, &[A, B]).await,
        );
        for secret in [KEY, "cHJpdmF0ZV9hYmM9Og=="] {
            assert!(!said.contains(secret), "{said}");
        }
        assert!(said.matches("[secret key]").count() >= 4, "{said}");
    }
}

#[tokio::test]
async fn keys_that_cannot_be_right_are_not_sent() {
    for key in ["", "public_abc="] {
        let error = service::open(&credentials("http://127.0.0.1:9", key))
            .err()
            .unwrap();
        assert_eq!(error.kind, ErrorKind::Config, "{key:?}");
    }
}

#[tokio::test]
async fn a_reset_is_waited_for_in_milliseconds() {
    let limited = |reset: &str| {
        headed(
            429,
            &format!("X-RateLimit-Limit: 5\r\nX-RateLimit-Interval: 1000\r\n{reset}"),
            r#"{"message": "Too many requests."}"#,
        )
    };
    let done = json(
        200,
        &format!(r#"{{"successfullyDeletedFileIds": ["{A}", "{B}"]}}"#),
    );
    // header, least wait in ms
    let cases = [
        ("X-RateLimit-Reset: 700\r\n", 700),
        ("x-ratelimit-reset: 0\r\n", 100),
        ("Retry-After: 1\r\nX-RateLimit-Reset: 5\r\n", 1000),
        ("", 100),
    ];
    for (header, least) in cases {
        let raw = Raw::script(vec![limited(header), done.clone()]).await;
        let service = open(&raw);
        let started = Instant::now();
        let answered = delete(&*service, &[A, B]).await.unwrap();
        let waited = started.elapsed();
        let bounds = Duration::from_millis(least)..Duration::from_millis(least + 2_000);
        assert!(bounds.contains(&waited), "{header:?}: {waited:?}");
        assert_eq!((answered.meta.attempts, answered.meta.throttled), (2, 1));
    }
}

#[tokio::test]
async fn a_reset_on_a_good_or_failed_answer_delays_nothing() {
    let minute = "X-RateLimit-Reset: 60000\r\n";
    let raw = Raw::script(vec![
        headed(500, minute, "{}"),
        headed(200, minute, FILE),
        headed(200, minute, FILE),
    ])
    .await;
    let service = open(&raw);
    let started = Instant::now();
    service.account().await.unwrap();
    service.account().await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(service.gate().pause_left().is_zero());
}

#[tokio::test]
async fn another_address_is_not_the_service() {
    let page = super::raw::typed(404, "text/html", "", b"<html>not here</html>");
    let cases = [
        (page, "no ImageKit API at this address"),
        (
            json(404, r#"{"message": "no such route"}"#),
            "no such address",
        ),
        (
            json(200, r#"{"results": []}"#),
            "not one that ImageKit gives",
        ),
    ];
    for (say, said) in cases {
        let raw = Raw::script(vec![say]).await;
        let service = open_at(&raw.base, KEY);
        for error in [
            service.account().await.unwrap_err(),
            list(&service).await.1.unwrap_err(),
        ] {
            assert_eq!(error.kind, ErrorKind::NotTheService);
            assert!(error.message.contains(said), "{error}");
        }
    }
}
