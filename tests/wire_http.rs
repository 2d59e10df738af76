//! The executor under bad weather: tries, waits, limits and refusals, against a server that says what it is told.

mod raw;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use raw::{Asked, Raw, Say, json, typed};
use tallyman::model::{FileRow, ItemId, ItemKind, ServiceKind, Verb};
use tallyman::service::{
    self, Answered, BatchAnswer, Credentials, ErrorKind, Fact, Limits, Listing, Patience, Priority,
    Seen, Service, ServiceError,
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
        idle: Duration::from_millis(300),
        total: Duration::from_secs(5),
        answer_bytes: 100_000,
        picture_bytes: 20_000,
        patience: Patience {
            first_wait: Duration::from_millis(20),
            throttle_least: Duration::from_millis(100),
            ..Patience::default()
        },
    }
}

fn open(raw: &Raw) -> Arc<dyn Service> {
    service::open_with(&credentials(&raw.base), limits()).unwrap()
}

async fn delete(
    service: &dyn Service,
    ids: &[&str],
) -> Result<Answered<BatchAnswer>, ServiceError> {
    let ids: Vec<ItemId> = ids.iter().map(|id| ItemId::from(*id)).collect();
    let pass = service.gate().enter(Priority::Job).await;
    service
        .batch(pass, Verb::Delete, &ids, &CancellationToken::new())
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
            Verb::DeleteGroups,
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
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(200)).await;
        stopper.cancel();
    });
    let error = service
        .batch(pass, Verb::Delete, &[ID.into()], &stop)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Stopped);
    assert!(error.nothing_done());
    assert_eq!(
        (error.meta.attempts, error.meta.throttled, error.meta.status),
        (1, 1, Some(429))
    );
    assert!(started.elapsed() < Duration::from_secs(2));

    let pass = Gate::new_pass().await;
    let error = service
        .batch(pass, Verb::Delete, &[ID.into()], &stop)
        .await
        .unwrap_err();
    assert_eq!((error.kind, error.meta.attempts), (ErrorKind::Stopped, 0));
    assert_eq!(raw.asked().len(), 1, "nothing leaves after a stop");
}

/// A place in a gate that is not paused.
struct Gate;

impl Gate {
    async fn new_pass() -> service::Pass {
        service::Gate::new(1, 1).enter(Priority::Job).await
    }
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
        ("silence", Say::Stall(Duration::from_secs(2))),
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
async fn a_web_page_is_not_the_service_and_a_write_behind_it_is_lost() {
    let page = typed(200, "text/html", "", b"<html>Sign in to this hotel</html>");
    let raw = Raw::script(vec![page]).await;
    let service = open(&raw);
    assert_eq!(
        service.account().await.unwrap_err().kind,
        ErrorKind::NotTheService
    );
    assert_eq!(
        delete(&*service, &[ID]).await.unwrap_err().kind,
        ErrorKind::Lost
    );
    assert_eq!(
        delete_group(&*service, &format!("{ID}~1"))
            .await
            .unwrap_err()
            .kind,
        ErrorKind::Lost
    );
}

#[tokio::test]
async fn another_api_is_not_the_service() {
    let raw = Raw::script(vec![json(200, "", r#"{"hello": "world"}"#)]).await;
    let service = open(&raw);
    assert_eq!(
        service.account().await.unwrap_err().kind,
        ErrorKind::NotTheService
    );
    assert_eq!(
        list(&service).await.1.unwrap_err().kind,
        ErrorKind::NotTheService
    );
    let raw = Raw::script(vec![typed(404, "text/html", "", b"<html></html>")]).await;
    let service = open(&raw);
    assert_eq!(
        service.account().await.unwrap_err().kind,
        ErrorKind::NotTheService
    );
    assert_eq!(
        delete(&*service, &[ID]).await.unwrap_err().kind,
        ErrorKind::NotTheService
    );
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

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Raw::script(vec![json(200, "", PROJECT)]).await;
    let location = format!("Location: {}/project/\r\n", elsewhere.base);
    for status in [301, 302, 303, 307, 308] {
        let raw = Raw::script(vec![json(status, &location, "{}")]).await;
        let service = open(&raw);
        let error = service.account().await.unwrap_err();
        assert_eq!(
            (error.kind, raw.asked().len()),
            (ErrorKind::NotTheService, 1),
            "{status}"
        );
        assert_eq!(
            delete(&*service, &[ID]).await.unwrap_err().kind,
            ErrorKind::NotTheService
        );
    }
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn a_listing_follows_its_links_verbatim() {
    let next =
        "/files/?from=2022-09-28T15%3A53%3A36.082137%2B00%3A00&limit=1000&odd=%7e%41&offset=0";
    let raw = Raw::start(move |number, asked: &Asked| match number {
        0 => page(
            &format!("http://{}{next}", asked.header("host").unwrap()),
            "first",
        ),
        _ => page("", "second"),
    })
    .await;
    let (rows, end) = list(&open(&raw)).await;
    end.unwrap();
    assert_eq!(
        rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(),
        ["first", "second"]
    );
    let first = "GET /files/?limit=1000&ordering=-datetime_uploaded".to_owned();
    assert_eq!(raw.lines(), [first, format!("GET {next}")]);
}

#[tokio::test]
async fn a_link_to_another_host_is_refused() {
    let elsewhere = Raw::script(vec![page("", "stolen")]).await;
    let port = elsewhere.base.rsplit(':').next().unwrap().to_owned();
    for link in [
        format!("{}/files/", elsewhere.base),
        format!("http://localhost:{port}/files/"),
        format!("//127.0.0.1:{port}/files/"),
        "https://api.uploadcare.com/files/".to_owned(),
    ] {
        let raw = Raw::script(vec![page(&link, "kept")]).await;
        let (rows, end) = list(&open(&raw)).await;
        assert_eq!(rows.len(), 1, "what came before stays");
        assert_eq!(end.unwrap_err().kind, ErrorKind::NotTheService, "{link}");
    }
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn a_listing_ends() {
    let circle = Raw::start(|number, _| page(&format!("/files/?page={}", number % 3), "row")).await;
    let (rows, end) = list(&open(&circle)).await;
    assert_eq!(
        end.unwrap_err().kind,
        ErrorKind::NotTheService,
        "a circle is an error: files may lack"
    );
    assert!(rows.len() <= 4);

    let empty = Raw::script(vec![
        page("/files/?a=1", "row"),
        json(
            200,
            "",
            r#"{"next": "/files/?b=2", "total": 99, "results": []}"#,
        ),
    ])
    .await;
    let (rows, end) = list(&open(&empty)).await;
    assert_eq!(
        (rows.len(), end, empty.asked().len()),
        (1, Ok(()), 2),
        "an empty page ends it"
    );

    let endless = Raw::start(|number, _| page(&format!("/files/?page={number}"), "row")).await;
    let service = open(&endless);
    let (sender, mut receiver) = mpsc::channel(1);
    let listing = tokio::spawn(async move { service.list(Listing::Existing, sender).await });
    receiver.recv().await.unwrap();
    drop(receiver);
    assert_eq!(listing.await.unwrap(), Ok(()), "nobody listens any more");
}

#[tokio::test]
async fn a_listing_survives_bad_weather_on_the_way() {
    let raw = Raw::start(|number, _| match number {
        0 => page("/files/?page=1", "a"),
        1 => json(502, "", ""),
        2 => throttle("Retry-After: 0\r\n"),
        3 => Say::Cut(Vec::new()),
        4 => page("/files/?page=2", "b"),
        _ => page("", "c"),
    })
    .await;
    let (rows, end) = list(&open(&raw)).await;
    assert_eq!(end, Ok(()));
    assert_eq!(
        rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(),
        ["a", "b", "c"]
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
async fn keys_that_are_refused_are_asked_once() {
    let date = httpdate::fmt_http_date(SystemTime::now() - Duration::from_secs(3_000));
    let headers = format!("Date: {date}\r\nWWW-Authenticate: Uploadcare\r\n");
    let raw = Raw::script(vec![json(
        401,
        &headers,
        r#"{"detail": "Incorrect authentication credentials."}"#,
    )])
    .await;
    let service = open(&raw);
    let error = service.account().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthenticated);
    assert_eq!(
        error.words.as_deref(),
        Some("Incorrect authentication credentials.")
    );
    assert!(error.message.contains("minutes ahead of"), "{error}");
    assert!(error.server_time.is_some());
    let error = delete(&*service, &[ID]).await.unwrap_err();
    assert!(error.is_about_keys() && error.nothing_done());
    assert_eq!(raw.asked().len(), 2);

    let raw = Raw::script(vec![json(403, "", r#"{"detail": "Account is inactive."}"#)]).await;
    let error = delete(&*open(&raw), &[ID]).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Forbidden);
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
async fn a_hostile_group_id_reaches_no_other_route() {
    let raw = Raw::script(vec![typed(404, "text/html", "", b"<html>Not found</html>")]).await;
    let service = open(&raw);
    let ids = ["../x", "a/b", "x?y#z", "%2e%2e", "\\..\\files", "é"];
    for id in ids {
        let answered = delete_group(&*service, id).await.unwrap();
        let BatchAnswer::Evidence(facts) = answered.value else {
            panic!("{id}")
        };
        assert!(
            matches!(&facts[..], [(named, Fact::Refused { .. })] if named.as_str() == id),
            "{id}"
        );
    }
    for line in raw.lines() {
        let path = line
            .strip_prefix("DELETE /groups/")
            .unwrap()
            .strip_suffix('/')
            .unwrap();
        assert!(!path.contains(['/', '?', '#', '\\']), "{line}");
    }
    let sent = raw.asked().len();
    for id in ["", ".", ".."] {
        let answered = delete_group(&*service, id).await.unwrap();
        assert!(
            matches!(&answered.value, BatchAnswer::Evidence(facts) if matches!(facts[0].1, Fact::Refused { .. }))
        );
        assert_eq!(answered.meta.attempts, 0);
    }
    assert_eq!(raw.asked().len(), sent, "an id that cannot be sent is not");
}

#[tokio::test]
async fn a_group_is_gone_only_when_the_service_says_so() {
    let id = format!("{ID}~3");
    let not_found = || json(404, "", r#"{"detail": "Not found."}"#);
    let raw = Raw::script(vec![
        Say::Bytes(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()),
        not_found(),
    ])
    .await;
    let service = open(&raw);
    let done = delete_group(&*service, &id).await.unwrap();
    assert_eq!(
        done.value,
        BatchAnswer::Evidence(vec![(id.as_str().into(), Fact::Done { at: None })])
    );
    let absent = delete_group(&*service, &id).await.unwrap();
    let words = "Not found.".to_owned();
    assert_eq!(
        absent.value,
        BatchAnswer::Evidence(vec![(id.as_str().into(), Fact::Absent { words })])
    );
    assert_eq!(raw.lines(), vec![format!("DELETE /groups/{id}/"); 2]);

    let cases = [
        (json(200, "", "{}"), ErrorKind::Lost),
        (
            typed(404, "text/html", "", b"<html></html>"),
            ErrorKind::NotTheService,
        ),
        (json(500, "", "{}"), ErrorKind::Lost),
        (json(401, "", "{}"), ErrorKind::Unauthenticated),
    ];
    for (say, kind) in cases {
        let raw = Raw::script(vec![say]).await;
        assert_eq!(
            delete_group(&*open(&raw), &id).await.unwrap_err().kind,
            kind
        );
    }
}

#[tokio::test]
async fn a_reread_believes_only_an_answer_about_that_item() {
    let found = format!(r#"{{"uuid": "{ID}", "datetime_removed": "2022-09-28T15:53:36Z"}}"#);
    let cases = [
        (json(200, "", &found), Ok("removed")),
        (json(404, "", r#"{"detail": "Not found."}"#), Ok("absent")),
        (
            json(
                200,
                "",
                r#"{"uuid": "cbaf2d73-5169-4b2b-a543-496cf2813dff"}"#,
            ),
            Err(ErrorKind::NotTheService),
        ),
        (json(200, "", "{}"), Err(ErrorKind::NotTheService)),
        (
            typed(404, "text/html", "", b"<html></html>"),
            Err(ErrorKind::NotTheService),
        ),
        (json(403, "", "{}"), Err(ErrorKind::Forbidden)),
    ];
    for (say, expected) in cases {
        let raw = Raw::script(vec![say]).await;
        let service = open(&raw);
        let pass = service.gate().enter(Priority::Job).await;
        let seen = service
            .reread(pass, ItemKind::File, &ID.into(), &CancellationToken::new())
            .await;
        let seen = seen
            .map_err(|error| error.kind)
            .map(|answered| match answered.value {
                Seen::File(row) => row.state().key(),
                Seen::Group => "group",
                Seen::Absent { .. } => "absent",
            });
        assert_eq!(seen, expected);
        assert_eq!(raw.lines()[0], format!("GET /files/{ID}/"));
    }
}

#[tokio::test]
async fn a_batch_refused_as_a_whole_names_nobody() {
    let words = "Maximum UUIDs per request is exceeded. The limit is 100";
    let raw = Raw::script(vec![json(400, "", &format!(r#"{{"detail": "{words}"}}"#))]).await;
    let answered = delete(&*open(&raw), &[ID]).await.unwrap();
    let expected = BatchAnswer::RefusedWhole {
        named: Vec::new(),
        words: words.to_owned(),
    };
    assert_eq!(answered.value, expected);
    assert_eq!(raw.asked().len(), 1);
    let raw = Raw::script(vec![json(406, "", "{}")]).await;
    assert_eq!(
        delete(&*open(&raw), &[ID]).await.unwrap_err().kind,
        ErrorKind::Refused
    );
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
    let other = Credentials {
        service: ServiceKind::ImageKit,
        ..credentials("http://127.0.0.1:1")
    };
    assert_eq!(
        service::open(&other).err().unwrap().kind,
        ErrorKind::Unsupported
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
