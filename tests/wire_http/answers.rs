//! What an answer means: only what the service itself says settles anything.

use std::time::{Duration, SystemTime};

use tallyman::model::Verb;
use tallyman::service::{BatchAnswer, ErrorKind, Fact, Priority, Seen};
use tokio_util::sync::CancellationToken;

use super::json;
use super::raw::{Raw, Say, typed};
use super::{ID, delete, delete_group, list, open};

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
async fn keys_that_are_refused_are_asked_once() {
    let refused = r#"{"detail": "Incorrect authentication credentials."}"#;
    let raw = Raw::script(vec![json(401, "", refused)]).await;
    let error = delete(&*open(&raw), &[ID]).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthenticated);
    assert!(error.is_about_keys() && error.nothing_done());
    assert_eq!(raw.asked().len(), 1);

    let date = httpdate::fmt_http_date(SystemTime::now() - Duration::from_secs(3_000));
    let headers = format!("Date: {date}\r\nWWW-Authenticate: Uploadcare\r\n");
    let raw = Raw::script(vec![json(401, &headers, refused)]).await;
    let service = open(&raw);
    let error = service.account().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Clock);
    assert_eq!(
        error.words.as_deref(),
        Some("Incorrect authentication credentials.")
    );
    assert!(error.message.contains("minutes ahead of"), "{error}");
    assert!(error.server_time.is_some());
    let error = delete(&*service, &[ID]).await.unwrap_err();
    assert!(error.kind == ErrorKind::Clock && error.nothing_done());
    assert_eq!(raw.asked().len(), 2);

    let raw = Raw::script(vec![json(403, "", r#"{"detail": "Account is inactive."}"#)]).await;
    let error = delete(&*open(&raw), &[ID]).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Forbidden);
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
            .reread(
                pass,
                &Verb::Delete.into(),
                &ID.into(),
                &CancellationToken::new(),
            )
            .await;
        let seen = seen
            .map_err(|error| error.kind)
            .map(|answered| match answered.value {
                Seen::File(row) => row.state().key(),
                Seen::Group => "group",
                Seen::Absent { .. } => "absent",
                other => panic!("{other:?}"),
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
    let raw = Raw::script(vec![typed(400, "text/html", "", b"<html></html>")]).await;
    let answered = delete(&*open(&raw), &[ID]).await.unwrap();
    assert!(
        matches!(answered.value, BatchAnswer::RefusedWhole { words, .. } if words == "status 400")
    );
    let raw = Raw::script(vec![json(406, "", "{}")]).await;
    assert_eq!(
        delete(&*open(&raw), &[ID]).await.unwrap_err().kind,
        ErrorKind::Refused
    );
}

#[tokio::test]
async fn an_id_in_capitals_is_asked_for_as_the_service_writes_it() {
    let raw = Raw::start(|_, _| json(404, "", r#"{"detail": "Not found."}"#)).await;
    let service = open(&raw);
    let upper = ID.to_uppercase();
    delete_group(&*service, &format!("{upper}~3"))
        .await
        .unwrap();
    service.details(&upper.as_str().into()).await.unwrap_err();
    let lines: Vec<_> = raw.asked().into_iter().map(|asked| asked.line).collect();
    let expected = [
        format!("DELETE /groups/{ID}~3/"),
        format!("GET /files/{ID}/?include=appdata"),
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn half_a_refusal_is_no_answer_where_its_body_matters() {
    let half = |status: u16| {
        let head = format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n");
        Say::Cut(format!("{head}Content-Length: 900\r\n\r\n{{\"detail\": \"No").into_bytes())
    };
    // status, re-read, delete
    let cases = [
        (404, ErrorKind::Lost, ErrorKind::Lost),
        (400, ErrorKind::Lost, ErrorKind::Lost),
        (401, ErrorKind::Unauthenticated, ErrorKind::Unauthenticated),
        (403, ErrorKind::Forbidden, ErrorKind::Forbidden),
    ];
    for (status, read, write) in cases {
        let raw = Raw::script(vec![half(status)]).await;
        let service = open(&raw);
        assert_eq!(service.details(&ID.into()).await.unwrap_err().kind, read);
        let asked = raw.lines().len();
        assert_eq!(delete(&*service, &[ID]).await.unwrap_err().kind, write);
        assert_eq!(raw.lines().len(), asked + 1, "a write is sent once");
    }
}
