//! What is sent, what is never sent, and how much is read.

use std::time::{Duration, SystemTime};

use tallyman::service::{self, Credentials, ErrorKind};

use super::json;
use super::raw::{Raw, typed};
use super::{ID, SECRET, credentials, delete, deleted, limits, open, throttle};

#[tokio::test]
async fn requests_are_made_as_the_contract_wants() {
    let raw = Raw::script(vec![deleted()]).await;
    delete(&*open(&raw), &[&ID.to_uppercase(), "nonsense \"x\""])
        .await
        .unwrap();
    let asked = raw.asked().remove(0);
    assert_eq!(asked.line, "DELETE /files/storage/");
    assert_eq!(
        asked.header("accept"),
        Some("application/vnd.uploadcare-v0.7+json")
    );
    assert_eq!(asked.header("content-type"), Some("application/json"));
    assert!(asked.header("user-agent").unwrap().starts_with("tallyman/"));
    assert!(
        asked
            .header("authorization")
            .unwrap()
            .starts_with("Uploadcare public:")
    );
    let date = httpdate::parse_http_date(asked.header("date").unwrap()).unwrap();
    assert!(SystemTime::now().duration_since(date).unwrap() < Duration::from_secs(60));
    assert_eq!(
        String::from_utf8(asked.body).unwrap(),
        format!(r#"["{ID}","nonsense \"x\""]"#)
    );
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let body = format!(r#"{{"name": "{}"}}"#, "x".repeat(200_000));
    let raw = Raw::script(vec![json(200, "", &body)]).await;
    let service = open(&raw);
    let error = service.account().await.unwrap_err();
    assert_eq!(
        (error.kind, raw.asked().len()),
        (ErrorKind::NotTheService, 1)
    );
    assert_eq!(
        delete(&*service, &[ID]).await.unwrap_err().kind,
        ErrorKind::Lost
    );

    let packed = gzip_of_many(1_000_000);
    assert!(packed.len() < 10_000);
    let raw = Raw::script(vec![typed(
        200,
        "application/json",
        "Content-Encoding: gzip\r\n",
        &packed,
    )])
    .await;
    let error = open(&raw).account().await.unwrap_err();
    assert_eq!(
        error.kind,
        ErrorKind::NotTheService,
        "counted after decompression"
    );
    assert!(error.message.contains("100 kB"), "{error}");
}

/// A gzip stream of so many bytes `a`: one literal, then copies of 258 bytes from one byte back (RFC 1951, fixed codes).
fn gzip_of_many(bytes: usize) -> Vec<u8> {
    let mut bits = String::from("110");
    bits.push_str("10010001");
    for _ in 0..bytes / 258 {
        bits.push_str("1100010100000");
    }
    bits.push_str("0000000");
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    for eight in bits.as_bytes().chunks(8) {
        let byte = eight
            .iter()
            .enumerate()
            .map(|(at, bit)| (bit - b'0') << at)
            .sum();
        out.push(byte);
    }
    out.extend([0; 8]);
    out
}

#[tokio::test]
async fn an_echoed_secret_stays_here() {
    let echo =
        format!(r#"{{"detail": "no such key: {SECRET}", "problems": {{"{ID}": "{SECRET}"}}}}"#);
    for status in [200, 400, 401, 403, 404, 429, 500, 503] {
        let raw = Raw::script(vec![json(status, "Retry-After: 0\r\n", &echo)]).await;
        let mut limits = limits();
        limits.patience.throttled_reads = 1;
        limits.patience.throttled_writes = 1;
        let service = service::open_with(&credentials(&raw.base), limits).unwrap();
        let said = format!(
            "{:?} {:?} {service_kind}",
            service.account().await,
            delete(&*service, &[ID]).await,
            service_kind = service.kind()
        );
        assert!(!said.contains(SECRET), "{status}: {said}");
        for asked in raw.asked() {
            assert!(
                !format!("{asked:?}").contains(SECRET),
                "signed requests do not carry it"
            );
        }
    }
}

#[tokio::test]
async fn pictures_come_without_keys_and_within_bounds() {
    let raw = Raw::script(vec![typed(200, "image/png", "", b"\x89PNG")]).await;
    let picture = open(&raw).thumbnail(&ID.into(), 64).await.unwrap();
    assert_eq!(picture, b"\x89PNG");
    let asked = raw.asked().remove(0);
    assert_eq!(asked.line, format!("GET /cdn/{ID}/-/preview/64x64/"));
    assert_eq!(
        (asked.header("authorization"), asked.header("date")),
        (None, None)
    );

    let cases = [
        (typed(400, "text/html", "", b"<html>"), ErrorKind::Refused),
        (
            typed(403, "text/plain", "", b"signed only"),
            ErrorKind::Refused,
        ),
        (typed(404, "text/html", "", b"<html>"), ErrorKind::NotFound),
        (typed(200, "text/html", "", b"<html>"), ErrorKind::Refused),
        (
            typed(200, "image/png", "", &[0; 30_000]),
            ErrorKind::NotTheService,
        ),
        (throttle("Retry-After: 60\r\n"), ErrorKind::Throttled),
    ];
    for (say, kind) in cases {
        let raw = Raw::script(vec![say]).await;
        let service = open(&raw);
        let error = service.thumbnail(&ID.into(), 64).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(
            service.gate().pause_left().is_zero(),
            "a picture never holds the profile up"
        );
    }
}

#[tokio::test]
async fn settings_that_cannot_work_are_told_before_anything_is_sent() {
    let bases = [
        "http://api.uploadcare.com",
        "https://user:pw@api.uploadcare.com",
        "nonsense",
    ];
    for base in bases {
        assert_eq!(
            service::open(&credentials(base)).err().unwrap().kind,
            ErrorKind::Config,
            "{base}"
        );
    }
    let simple = Credentials {
        simple_auth: true,
        ..credentials("http://127.0.0.1:1")
    };
    assert_eq!(
        service::open(&simple).err().unwrap().kind,
        ErrorKind::Config
    );
    let own = Credentials {
        api_base: None,
        cdn_base: None,
        public_key: "demopublickey".to_owned(),
        ..credentials("")
    };
    let service = service::open(&own).unwrap();
    assert_eq!(service.api_base(), "https://api.uploadcare.com");
    assert_eq!(
        service.file_url(&"x".into()).as_deref(),
        Some("https://1s4oyld5dc.ucarecd.net/x/")
    );
}
