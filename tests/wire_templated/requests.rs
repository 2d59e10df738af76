//! The key, the account, pictures, and what is told before anything is sent.

use tallyman::model::{Account, ServiceKind};
use tallyman::service::{self, Credentials, ErrorKind, Listing};
use tokio::sync::mpsc;

use super::raw::{Raw, typed};
use super::{SECRET, credentials, delete, json, limits, list, open};

const ACCOUNT: &str =
    r#"{"email":"ann@example.com","name":"Ann","apiUsage":1,"apiQuota":2,"plan":"Scale"}"#;

#[tokio::test]
async fn the_account_is_the_cheapest_proof() {
    let raw = Raw::script(vec![json(200, ACCOUNT)]).await;
    let base = format!("{}/proxy/", raw.base);
    let service = service::open_with(&credentials(&base, SECRET), limits()).unwrap();
    let account = service.account().await.unwrap();
    let ann = Account {
        name: "Ann".to_owned(),
        key: "ann@example.com".to_owned(),
    };
    assert_eq!(account, ann);
    assert_eq!(service.api_base(), format!("{}/proxy", raw.base));
    let asked = raw.asked().remove(0);
    assert_eq!(asked.line, "GET /proxy/v1/account");
    assert_eq!(
        asked.header("authorization"),
        Some("Bearer very-secret-key")
    );
    assert_eq!(asked.header("accept"), Some("application/json"));
    assert!(asked.header("user-agent").unwrap().starts_with("tallyman/"));
}

#[tokio::test]
async fn what_is_wrong_with_a_key() {
    let invalid = r#"{"error":"API key not valid. Please check your Authorization header."}"#;
    let cases = [
        (401, invalid, ErrorKind::Unauthenticated),
        (403, invalid, ErrorKind::Unauthenticated),
        (
            403,
            r#"{"error":"Your account is blocked. Please contact support."}"#,
            ErrorKind::Forbidden,
        ),
        (404, r#"{"error":"User not found"}"#, ErrorKind::Forbidden),
        (404, "<html>", ErrorKind::NotTheService),
        (200, r#"{"status":"ok"}"#, ErrorKind::NotTheService),
        (301, "", ErrorKind::NotTheService),
    ];
    for (status, body, kind) in cases {
        let raw = Raw::script(vec![json(status, body)]).await;
        let error = open(&raw).account().await.unwrap_err();
        assert_eq!(error.kind, kind, "{status} {body}: {error}");
    }
}

#[tokio::test]
async fn an_echoed_key_stays_here() {
    let echo = format!(
        r#"{{"error": "no such key: {SECRET}", "not_found": ["a"], "unauthorized": ["b"]}}"#
    );
    for status in [200, 400, 401, 403, 404, 413, 429, 500, 503] {
        let raw = Raw::script(vec![json(status, &echo)]).await;
        let mut limits = limits();
        limits.patience.throttled_reads = 1;
        limits.patience.throttled_writes = 1;
        let service = service::open_with(&credentials(&raw.base, SECRET), limits).unwrap();
        let said = format!(
            "{:?} {:?} {:?}",
            service.account().await,
            delete(&*service, &["a", "b"]).await,
            list(&service).await
        );
        assert!(!said.contains(SECRET), "{status}: {said}");
        assert!(raw.lines().iter().all(|line| !line.contains(SECRET)));
    }
}

#[tokio::test]
async fn pictures_come_from_the_listed_address_without_the_key() {
    let raw = Raw::start(|_, asked| {
        let host = asked.header("host").unwrap();
        let row = |id: &str, more: &str| format!(r#"{{"id": "{id}"{more}}}"#);
        let url = |path: &str| format!(r#", "url": "http://{host}/{path}""#);
        match asked.line.as_str() {
            "GET /v1/uploads?page=0&limit=25" => {
                let rows = [
                    row("good", &url("good.png")),
                    row("gone", &url("gone.png")),
                    row("page", &url("page.html")),
                    row("none", ""),
                    row("far", r#", "url": "http://example.com/far.png""#),
                    row("huge", &url("huge.png")),
                ];
                json(200, &format!("[{}]", rows.join(",")))
            }
            "GET /good.png" => typed(200, "image/png", "", b"\x89PNG"),
            "GET /page.html" => typed(200, "text/html", "", b"<html>"),
            "GET /huge.png" => typed(200, "image/png", "", &[0; 30_000]),
            "GET /gone.png" => typed(404, "text/html", "", b"<html>"),
            _ => json(200, "[]"),
        }
    })
    .await;
    let service = open(&raw);
    let picture = service.thumbnail(&"good".into(), 64).await.unwrap();
    assert_eq!(
        picture, b"\x89PNG",
        "found although nothing was listed before"
    );
    let asked = raw.asked().pop().unwrap();
    assert_eq!(asked.line, "GET /good.png");
    assert_eq!(asked.header("authorization"), None);
    let url = service.file_url(&"good".into());
    assert_eq!(url, Some(format!("{}/good.png", raw.base)));
    assert_eq!(service.file_url(&"far".into()), None, "not in the clear");

    let cases = [
        ("gone", ErrorKind::NotFound),
        ("page", ErrorKind::Refused),
        ("none", ErrorKind::NotFound),
        ("far", ErrorKind::NotFound),
        ("huge", ErrorKind::NotTheService),
        ("nobody", ErrorKind::NotFound),
    ];
    for (id, kind) in cases {
        let error = service.thumbnail(&id.into(), 64).await.unwrap_err();
        assert_eq!(error.kind, kind, "{id}: {error}");
    }
    let (rows, _) = list(&service).await;
    let pictured = rows
        .iter()
        .filter(|row| row.image)
        .map(|row| row.id.as_str());
    assert_eq!(
        pictured.collect::<Vec<_>>(),
        ["good", "gone", "page", "huge"]
    );
}

#[tokio::test]
async fn what_it_cannot_do_and_settings_that_cannot_work() {
    let raw = Raw::script(vec![json(200, "[]")]).await;
    let service = open(&raw);
    let can = service.can();
    assert!(!(can.groups || can.restore || can.removed_list || can.unstored));
    let (sender, _receiver) = mpsc::channel(1);
    let (groups, _receiver) = mpsc::channel(1);
    let said = [
        service.list(Listing::Removed, sender).await.unwrap_err(),
        service.groups(groups).await.unwrap_err(),
        service.group(&"g".into()).await.unwrap_err(),
    ];
    for error in said {
        assert_eq!(error.kind, ErrorKind::Unsupported, "{error}");
    }
    assert!(raw.asked().is_empty());

    let own = Credentials {
        api_base: None,
        ..credentials("", SECRET)
    };
    assert_eq!(own.service, ServiceKind::Templated);
    match service::open(&own) {
        Ok(service) => assert_eq!(service.api_base(), "https://api.templated.io"),
        // A machine without CA certificates says so.
        Err(error) => assert_eq!(error.kind, ErrorKind::Config),
    }
    for (base, key) in [
        ("http://api.templated.io", SECRET),
        ("http://127.0.0.1:1", " "),
    ] {
        let error = service::open(&credentials(base, key)).err().unwrap();
        assert_eq!(error.kind, ErrorKind::Config, "{base}");
    }
}
