//! What a delete sends, what it never sends, and what each answer proves.

use tallyman::model::{ItemId, Verb};
use tallyman::service::{BatchAnswer, ErrorKind, Fact, Priority};
use tokio_util::sync::CancellationToken;

use super::raw::{Raw, Say, typed};
use super::{delete, json, open};

fn absent(id: &str) -> (ItemId, Fact) {
    let words = "not_found".to_owned();
    (id.into(), Fact::Absent { words })
}

fn refused(id: &str, words: &str) -> (ItemId, Fact) {
    let words = words.to_owned();
    (id.into(), Fact::Refused { words })
}

fn done(id: &str) -> (ItemId, Fact) {
    (id.into(), Fact::Done { at: None })
}

fn whole(named: Vec<(ItemId, Fact)>, words: &str) -> BatchAnswer {
    let words = words.to_owned();
    BatchAnswer::RefusedWhole { named, words }
}

#[tokio::test]
async fn ids_go_one_by_one_in_the_query() {
    let raw = Raw::script(vec![json(
        200,
        r#"{"deleted": ["a b", "c&d"], "message": "ok"}"#,
    )])
    .await;
    let answered = delete(&*open(&raw), &["a b", "c&d", "a b"]).await.unwrap();
    assert_eq!(
        answered.value,
        BatchAnswer::Evidence(vec![done("a b"), done("c&d")])
    );
    assert_eq!(answered.meta.request_id.as_deref(), Some("req-1"));
    let asked = raw.asked().remove(0);
    assert_eq!(asked.line, "DELETE /v1/uploads?ids=a%20b&ids=c%26d");
    assert!(asked.body.is_empty());
}

#[tokio::test]
async fn answers_and_what_they_prove() {
    let both = r#"{"not_found":["a"],"unauthorized":["b"],"error":"Cannot delete"}"#;
    let named = vec![absent("a"), refused("b", "unauthorized (Cannot delete)")];
    let html = || typed(400, "text/html", "", b"<html>Bad Request</html>");
    let none = r#"{"error":"At least one upload ID must be provided"}"#;
    let cases = [
        (json(400, both), whole(named, "Cannot delete")),
        (
            json(400, r#"{"not_found":["a"],"error":"Cannot delete"}"#),
            whole(vec![absent("a")], "Cannot delete"),
        ),
        (
            json(
                400,
                r#"{"not_found":["z"],"unauthorized":[],"error":"Cannot delete"}"#,
            ),
            whole(vec![], "Cannot delete"),
        ),
        (
            json(400, none),
            whole(vec![], "At least one upload ID must be provided"),
        ),
        (html(), whole(vec![], "status 400")),
        (json(413, "{}"), whole(vec![], "status 413")),
        (
            typed(414, "text/html", "", b"<html>"),
            whole(vec![], "status 414"),
        ),
        (typed(431, "", "", b""), whole(vec![], "status 431")),
        (
            json(
                200,
                r#"{"deleted":["b"],"message":"Successfully deleted 1 upload(s)"}"#,
            ),
            BatchAnswer::Evidence(vec![done("b")]),
        ),
        (
            json(200, r#"{"deleted":[]}"#),
            BatchAnswer::Evidence(vec![]),
        ),
        // It says no, and names what it did.
        (
            json(400, r#"{"deleted":["a"],"not_found":["b"]}"#),
            BatchAnswer::Evidence(vec![done("a"), absent("b")]),
        ),
    ];
    for (say, expected) in cases {
        let raw = Raw::script(vec![say.clone()]).await;
        let answered = delete(&*open(&raw), &["a", "b"]).await.unwrap();
        assert_eq!(answered.value, expected, "{say:?}");
        assert_eq!(raw.asked().len(), 1);
    }
}

#[tokio::test]
async fn answers_that_prove_nothing() {
    let cases = [
        (
            json(200, r#"{"message":"Successfully deleted"}"#),
            ErrorKind::Lost,
        ),
        (
            Say::Bytes(b"HTTP/1.1 204 X\r\n\r\n".to_vec()),
            ErrorKind::Lost,
        ),
        (
            json(500, r#"{"error":"An unexpected error occurred"}"#),
            ErrorKind::Lost,
        ),
        (typed(502, "text/html", "", b"<html>"), ErrorKind::Lost),
        (typed(200, "text/html", "", b"<html>"), ErrorKind::Lost),
        (json(408, "{}"), ErrorKind::Lost),
        (Say::Cut(Vec::new()), ErrorKind::Lost),
        (
            Say::Cut(b"HTTP/1.1 200 X\r\nContent-Length: 99\r\n\r\n{\"del".to_vec()),
            ErrorKind::Lost,
        ),
        (
            Say::Stall(std::time::Duration::from_secs(60)),
            ErrorKind::Lost,
        ),
        (
            json(401, r#"{"error":"Not authorized"}"#),
            ErrorKind::Unauthenticated,
        ),
        (
            json(403, r#"{"error":"Your account is blocked."}"#),
            ErrorKind::Forbidden,
        ),
        (
            json(404, r#"{"error":"User not found"}"#),
            ErrorKind::Forbidden,
        ),
        (
            json(404, r#"{"error":"Not found"}"#),
            ErrorKind::NotTheService,
        ),
        (
            typed(405, "text/html", "", b"<html>"),
            ErrorKind::NotTheService,
        ),
    ];
    for (say, kind) in cases {
        let raw = Raw::script(vec![say.clone()]).await;
        let error = delete(&*open(&raw), &["a", "b"]).await.unwrap_err();
        assert_eq!(error.kind, kind, "{say:?}: {error}");
        assert_eq!(
            raw.asked().len(),
            1,
            "a delete is never sent twice: {say:?}"
        );
        assert_eq!(error.meta.attempts, 1);
    }
}

#[tokio::test]
async fn a_throttled_delete_waits_and_goes_again() {
    let busy = |headers| {
        typed(
            429,
            "application/json",
            headers,
            b"{\"error\":\"Too many requests\"}",
        )
    };
    let raw = Raw::script(vec![
        busy("Retry-After: 1\r\n"),
        busy(""),
        json(200, r#"{"deleted":["a"]}"#),
    ])
    .await;
    let answered = delete(&*open(&raw), &["a"]).await.unwrap();
    assert_eq!(answered.value, BatchAnswer::Evidence(vec![done("a")]));
    assert_eq!((answered.meta.attempts, answered.meta.throttled), (3, 2));
    let asked = raw.asked();
    let waited = (asked[1].at - asked[0].at).as_secs_f64();
    assert!((1.0..4.0).contains(&waited), "{waited}");
}

#[tokio::test]
async fn what_must_not_be_sent_is_not() {
    let raw = Raw::script(vec![json(200, r#"{"deleted":[]}"#)]).await;
    let service = open(&raw);
    let long: Vec<String> = (0..50).map(|number| format!("{number:0>100}")).collect();
    let long: Vec<&str> = long.iter().map(String::as_str).collect();
    let answered = delete(&*service, &long).await.unwrap();
    let BatchAnswer::RefusedWhole { named, words } = answered.value else {
        panic!("sent")
    };
    assert!(
        named.is_empty() && words.starts_with("Tallyman: "),
        "{words}"
    );
    assert_eq!(answered.meta.attempts, 0, "known to have done nothing");

    let answered = delete(&*service, &["good", "a,b", ""]).await.unwrap();
    let BatchAnswer::RefusedWhole { named, .. } = answered.value else {
        panic!("sent")
    };
    let named: Vec<&str> = named.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(named, ["a,b", ""]);

    for verb in [Verb::Store, Verb::Restore, Verb::DeleteGroups] {
        let pass = service.gate().enter(Priority::Job).await;
        let stop = CancellationToken::new();
        let asked = service
            .batch(pass, &verb.into(), &["a".into()], &stop)
            .await;
        assert_eq!(asked.unwrap_err().kind, ErrorKind::Unsupported, "{verb}");
    }
    let stop = CancellationToken::new();
    stop.cancel();
    let pass = service.gate().enter(Priority::Job).await;
    let asked = service
        .batch(pass, &Verb::Delete.into(), &["a".into()], &stop)
        .await;
    assert_eq!(asked.unwrap_err().kind, ErrorKind::Stopped);
    assert!(raw.asked().is_empty(), "{:?}", raw.lines());
    delete(&*service, &long[..25]).await.unwrap();
    assert_eq!(raw.asked().len(), 1, "a half fits");
}
