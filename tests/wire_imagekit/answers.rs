//! Deletes and re-reads: what each kind of answer proves, and what it does not.

use tallyman::model::{ItemId, PlanArgs, Verb};
use tallyman::service::{BatchAnswer, ErrorKind, Fact, Listing, Priority, Seen, Work};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::raw::{self, Raw, Say};
use super::{A, B, delete, json, no, open, reread};

const GONE: &str = "The requested file(s) does not exist.";

fn named(facts: &[(&str, Fact)]) -> Vec<(ItemId, Fact)> {
    facts
        .iter()
        .map(|(id, fact)| (ItemId::from(*id), fact.clone()))
        .collect()
}

fn absent(words: &str) -> Fact {
    let words = words.to_owned();
    Fact::Absent { words }
}

fn refused(words: &str) -> Fact {
    let words = words.to_owned();
    Fact::Refused { words }
}

const DONE: Fact = Fact::Done { at: None };

#[tokio::test]
async fn a_batch_goes_as_one_call_with_each_id_once() {
    let raw = Raw::script(vec![json(
        200,
        &format!(r#"{{"successfullyDeletedFileIds": ["{B}", "{A}"]}}"#),
    )])
    .await;
    let answered = delete(&*open(&raw), &[A, B, A]).await.unwrap();
    assert_eq!(
        answered.value,
        BatchAnswer::Evidence(named(&[(A, DONE), (B, DONE)]))
    );
    assert_eq!(answered.meta.request_id.as_deref(), Some("req-1"));
    let asked = raw.asked().remove(0);
    assert_eq!(asked.line, "POST /v1/files/batch/deleteByFileIds");
    assert_eq!(asked.header("content-type"), Some("application/json"));
    assert_eq!(
        String::from_utf8(asked.body).unwrap(),
        format!(r#"{{"fileIds":["{A}","{B}"]}}"#)
    );
}

#[tokio::test]
async fn what_the_answers_to_a_batch_prove() {
    let evidence = |facts: &[(&str, Fact)]| BatchAnswer::Evidence(named(facts));
    let whole = |facts: &[(&str, Fact)], words: &str| BatchAnswer::RefusedWhole {
        named: named(facts),
        words: words.to_owned(),
    };
    let cases = [
        (
            json(
                200,
                &format!(r#"{{"successfullyDeletedFileIds": ["{A}"]}}"#),
            ),
            evidence(&[(A, DONE)]),
        ),
        (
            json(
                207,
                &format!(
                    r#"{{"successfullyDeletedFileIds": ["{A}"], "errors": [{{"fileId": "{B}", "error": "Error in deleting tags"}}]}}"#
                ),
            ),
            evidence(&[(A, DONE), (B, refused("Error in deleting tags"))]),
        ),
        (
            json(
                404,
                &format!(r#"{{"message": "{GONE}", "help": "x", "missingFileIds": ["{B}"]}}"#),
            ),
            whole(&[(B, absent(GONE))], GONE),
        ),
        (no(404, GONE), whole(&[], GONE)),
        (
            no(400, "fileIds cannot have more than 100 items."),
            whole(&[], "fileIds cannot have more than 100 items."),
        ),
    ];
    for (say, expected) in cases {
        let raw = Raw::script(vec![say.clone()]).await;
        let answered = delete(&*open(&raw), &[A, B]).await.unwrap();
        assert_eq!(answered.value, expected, "{say:?}");
        assert_eq!(raw.lines().len(), 1);
    }
}

#[tokio::test]
async fn an_answer_that_proves_nothing_is_lost_and_not_asked_again() {
    let truncated =
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{\"succ"
            .to_vec();
    let cases = [
        json(200, r#"{"message": "ok"}"#),
        json(207, "[]"),
        json(204, ""),
        json(200, "{\"successfullyDeletedFileIds\": ["),
        raw::typed(200, "text/html", "", b"<html>welcome</html>"),
        raw::typed(502, "text/html", "", b"<html>bad gateway</html>"),
        json(503, ""),
        json(
            500,
            r#"{"message": "We have experienced an internal error while processing your request."}"#,
        ),
        Say::Cut(truncated),
        Say::Cut(Vec::new()),
        Say::Stall(std::time::Duration::from_secs(60)),
    ];
    for say in cases {
        let raw = Raw::script(vec![say.clone()]).await;
        let error = delete(&*open(&raw), &[A, B]).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Lost, "{say:?}: {error}");
        assert!(!error.nothing_done());
        assert_eq!(raw.lines().len(), 1, "{say:?}");
    }
}

#[tokio::test]
async fn a_single_file_that_is_refused_without_its_name_goes_by_its_own_route() {
    let invalid = "Your request contains invalid fileId parameter.";
    let missing = "The requested file does not exist.";
    let cases = [
        (
            Say::Bytes(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()),
            DONE,
        ),
        (json(200, "{}"), DONE),
        (no(404, missing), absent(missing)),
        (no(400, invalid), refused(invalid)),
        (no(423, "locked"), refused("locked")),
    ];
    let refusals = [
        no(404, GONE),
        no(400, "odd"),
        json(404, &format!(r#"{{"missingFileIds": ["{B}"]}}"#)),
    ];
    for refusal in refusals {
        for (say, fact) in &cases {
            let raw = Raw::script(vec![refusal.clone(), say.clone()]).await;
            let answered = delete(&*open(&raw), &[A, A]).await.unwrap();
            let facts = named(&[(A, fact.clone())]);
            assert_eq!(answered.value, BatchAnswer::Evidence(facts));
            assert_eq!(answered.meta.attempts, 2);
            let own = format!("DELETE /v1/files/{A}");
            assert_eq!(raw.lines(), ["POST /v1/files/batch/deleteByFileIds", &own]);
        }
    }
    for (say, kind) in [
        (json(202, "{}"), ErrorKind::Lost),
        (json(502, ""), ErrorKind::Lost),
        (
            raw::typed(404, "text/html", "", b"<html>"),
            ErrorKind::NotTheService,
        ),
    ] {
        let raw = Raw::script(vec![no(404, GONE), say]).await;
        assert_eq!(delete(&*open(&raw), &[A]).await.unwrap_err().kind, kind);
    }
}

#[tokio::test]
async fn a_single_file_that_the_bulk_call_names_needs_no_other_call() {
    let cases = [
        (
            json(
                200,
                &format!(r#"{{"successfullyDeletedFileIds": ["{A}"]}}"#),
            ),
            BatchAnswer::Evidence(named(&[(A, DONE)])),
        ),
        (
            json(
                404,
                &format!(r#"{{"message": "{GONE}", "missingFileIds": ["{A}"]}}"#),
            ),
            BatchAnswer::RefusedWhole {
                named: named(&[(A, absent(GONE))]),
                words: GONE.to_owned(),
            },
        ),
    ];
    for (say, expected) in cases {
        let raw = Raw::script(vec![say]).await;
        assert_eq!(delete(&*open(&raw), &[A]).await.unwrap().value, expected);
        assert_eq!(raw.lines().len(), 1);
    }
}

#[tokio::test]
async fn an_id_of_another_form_never_becomes_a_route() {
    let raw = Raw::start(|_, asked| {
        let body = String::from_utf8_lossy(&asked.body).replace("fileIds", "missingFileIds");
        json(
            404,
            &format!(r#"{},"message":"gone"}}"#, &body[..body.len() - 1]),
        )
    })
    .await;
    let service = open(&raw);
    for id in ["fake_123", "../folder", "purge", "%2e%2e", "\u{202e}\"],["] {
        let answered = delete(&*service, &[id]).await.unwrap();
        let BatchAnswer::RefusedWhole { named: facts, .. } = answered.value else {
            panic!("{answered:?}");
        };
        assert_eq!(facts, named(&[(id, absent("gone"))]));
    }
    let lines = raw.lines();
    assert!(
        lines
            .iter()
            .all(|line| line == "POST /v1/files/batch/deleteByFileIds")
    );

    let raw = Raw::script(vec![no(404, GONE)]).await;
    let answered = delete(&*open(&raw), &["fake_123"]).await.unwrap();
    let BatchAnswer::RefusedWhole { named: facts, .. } = answered.value else {
        panic!("{answered:?}");
    };
    assert_eq!(
        facts,
        named(&[("fake_123", absent(GONE))]),
        "one id, and it is not there"
    );
}

#[tokio::test]
async fn ids_that_no_address_can_hold_are_not_sent() {
    let raw = Raw::script(vec![json(
        200,
        &format!(r#"{{"successfullyDeletedFileIds": ["{A}", "{B}"]}}"#),
    )])
    .await;
    let service = open(&raw);
    let words = "Tallyman: this is not an id that can be sent";
    let answered = delete(&*service, &["", "..", "."]).await.unwrap();
    let facts = ["", "..", "."].map(|id| (id, refused(words)));
    assert_eq!(answered.value, BatchAnswer::Evidence(named(&facts)));
    assert_eq!(answered.meta.attempts, 0);
    // Nor are the others: were their answer lost, these would count as sent too.
    let answered = delete(&*service, &["..", A, B]).await.unwrap();
    let BatchAnswer::RefusedWhole { named: facts, .. } = answered.value else {
        panic!("{answered:?}");
    };
    assert_eq!(facts, named(&[("..", refused(words))]));
    assert_eq!((answered.meta.attempts, raw.asked().len()), (0, 0));
    let answered = delete(&*service, &[A, B]).await.unwrap();
    let facts = named(&[(A, DONE), (B, DONE)]);
    assert_eq!(answered.value, BatchAnswer::Evidence(facts));
}

#[tokio::test]
async fn what_a_reread_shows() {
    let file = |id: &str| {
        json(
            200,
            &format!(
                r#"{{"type": "file", "fileId": "{id}", "createdAt": "2019-08-24T06:14:41.313Z"}}"#
            ),
        )
    };
    let upper = A.to_uppercase();
    let raw = Raw::script(vec![
        file(A),
        file(&upper),
        no(404, "The requested file does not exist."),
    ])
    .await;
    let service = open(&raw);
    for _ in 0..2 {
        assert!(
            matches!(reread(&*service, A).await.unwrap(), Seen::File(row) if row.removed.is_none())
        );
    }
    let words = "The requested file does not exist.".to_owned();
    assert_eq!(reread(&*service, A).await.unwrap(), Seen::Absent { words });
    assert_eq!(raw.lines()[0], format!("GET /v1/files/{A}/details"));

    let bad = "Your request contains invalid fileId parameter.";
    let cases = [
        (A, no(400, bad), Err(ErrorKind::Refused)),
        ("fake/123", no(400, bad), Ok(bad)),
        (A, file(B), Err(ErrorKind::NotTheService)),
        (A, json(200, "[]"), Err(ErrorKind::NotTheService)),
        (
            A,
            raw::typed(404, "text/html", "", b"<html>"),
            Err(ErrorKind::NotTheService),
        ),
        (
            "fake/123",
            raw::typed(404, "text/html", "", b"<html>"),
            Ok("ImageKit has no address for this id"),
        ),
        ("..", file(A), Err(ErrorKind::NotFound)),
    ];
    for (id, say, expected) in cases {
        let raw = Raw::script(vec![say.clone()]).await;
        let seen = reread(&*open(&raw), id).await.map_err(|error| error.kind);
        let expected = expected.map(|words: &str| Seen::Absent {
            words: words.to_owned(),
        });
        assert_eq!(seen, expected, "{id} {say:?}");
    }
}

#[tokio::test]
async fn what_imagekit_cannot_do_is_said_without_a_call() {
    let raw = Raw::script(vec![json(200, "[]")]).await;
    let service = open(&raw);
    let can = service.can();
    assert_eq!(
        (can.verbs[0], can.verbs.len(), can.batch_limit),
        (Verb::Delete, 8, 100)
    );
    let limits = [Verb::AddTags, Verb::Copy, Verb::DeleteFolders].map(|verb| can.batch_limit(verb));
    assert_eq!(limits, [50, 1, 1]);
    let stop = CancellationToken::new();
    for verb in [Verb::Store, Verb::Restore, Verb::DeleteGroups] {
        let pass = service.gate().enter(Priority::Job).await;
        let error = service
            .batch(pass, &verb.into(), &[A.into()], &stop)
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unsupported, "{verb}");
    }
    let pass = service.gate().enter(Priority::Job).await;
    let group = service
        .reread(pass, &Verb::DeleteGroups.into(), &A.into(), &stop)
        .await;
    let errors = [
        group.unwrap_err(),
        service.group(&A.into()).await.unwrap_err(),
        service.groups(mpsc::channel(1).0).await.unwrap_err(),
        service
            .list(Listing::Removed, mpsc::channel(1).0)
            .await
            .unwrap_err(),
    ];
    assert!(
        errors
            .iter()
            .all(|error| error.kind == ErrorKind::Unsupported)
    );
    assert_eq!(raw.lines().len(), 0);
}

/// An order that is only taken says nothing of what becomes of it.
#[tokio::test]
async fn a_good_status_that_is_not_the_deeds_own_is_looked_into() {
    let stop = CancellationToken::new();
    let raw = Raw::script(vec![json(202, "{}")]).await;
    let service = open(&raw);
    let pass = service.gate().enter(Priority::Job).await;
    let work = Verb::DeleteFolders.into();
    let told = service.batch(pass, &work, &["/a".into()], &stop).await;
    assert_eq!(told.unwrap_err().kind, ErrorKind::Lost);

    let file = format!(r#"{{"type": "file", "fileId": "{A}", "filePath": "/a.jpg"}}"#);
    let raw = Raw::script(vec![json(200, &file), json(200, "[]"), json(202, "{}")]).await;
    let service = open(&raw);
    let pass = service.gate().enter(Priority::Job).await;
    let work = Work {
        verb: Verb::Move,
        args: PlanArgs {
            folder: Some("/b".to_owned()),
            ..PlanArgs::default()
        },
    };
    let told = service.batch(pass, &work, &[A.into()], &stop).await;
    assert_eq!(told.unwrap().value, BatchAnswer::Evidence(Vec::new()));
    assert_eq!(raw.lines().len(), 3);
}
