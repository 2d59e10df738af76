//! Lists that are whole, whatever the pages do; what they show of one file; re-reads.

use std::sync::Mutex;

use tallyman::model::{FileRow, ItemId};
use tallyman::service::{BatchAnswer, ErrorKind, Fact, Seen, Service};

use super::raw::{Raw, Say, typed};
use super::{delete, json, list, number, open, page, reread};

fn ids(rows: &[FileRow]) -> Vec<&str> {
    rows.iter().map(|row| row.id.as_str()).collect()
}

#[tokio::test]
async fn pages_are_asked_for_until_one_is_empty_and_once_more_to_be_sure() {
    let raw = Raw::start(|_, asked| match number(&asked.line) {
        0 => page(&["a", "b"]),
        1 => page(&["c"]),
        2 => json(200, r#"[{"id": "d"}, {"name": "no id"}, null]"#),
        _ => page(&[]),
    })
    .await;
    let (rows, ended) = list(&open(&raw)).await;
    ended.unwrap();
    assert_eq!(ids(&rows), ["a", "b", "c", "d", "", ""]);
    assert!(rows[4].odd.is_some() && rows[5].odd.is_some());
    let walk = (0..4).map(|page| format!("GET /v1/uploads?page={page}&limit=25"));
    let twice: Vec<String> = walk.clone().chain(walk).collect();
    assert_eq!(raw.lines(), twice);
}

#[tokio::test]
async fn other_forms_of_a_list() {
    let cases = [
        (r#"{"uploads": [{"id": "a"}]}"#, 1),
        (r#"{"data": [{"id": "a"}], "total": 9}"#, 1),
        ("[]", 0),
    ];
    for (body, count) in cases {
        // It ignores `page`: what repeats ends the walk.
        let raw = Raw::script(vec![json(200, body)]).await;
        let (rows, ended) = list(&open(&raw)).await;
        ended.unwrap();
        assert_eq!(rows.len(), count, "{body}");
        assert!(raw.lines().len() <= 8, "{body}: {:?}", raw.lines());
    }
}

/// A list that loses a file between the pages: those behind it move up.
#[tokio::test]
async fn files_that_others_delete_meanwhile_hide_none() {
    let files: Mutex<Vec<String>> = Mutex::new((0..10).map(|n| format!("f{n}")).collect());
    let raw = Raw::start(move |request, asked| {
        let mut files = files.lock().unwrap();
        if request == 1 {
            files.drain(..2);
        }
        let from = number(&asked.line) * 3;
        let shown: Vec<&str> = files
            .iter()
            .skip(from)
            .take(3)
            .map(String::as_str)
            .collect();
        page(&shown)
    })
    .await;
    let (rows, ended) = list(&open(&raw)).await;
    ended.unwrap();
    let mut found = ids(&rows);
    found.sort_unstable();
    let all: Vec<String> = (0..10).map(|n| format!("f{n}")).collect();
    assert_eq!(found, all, "f3 and f4 moved onto the first page");
}

#[tokio::test]
async fn what_is_no_list_is_told() {
    let page = typed(200, "text/html", "", b"<html>sign in</html>");
    let cases = [
        (json(200, r#"{"status": "ok"}"#), ErrorKind::NotTheService),
        (page, ErrorKind::NotTheService),
        (
            json(401, r#"{"error":"Not authorized"}"#),
            ErrorKind::Unauthenticated,
        ),
        (
            json(404, r#"{"error":"User not found"}"#),
            ErrorKind::Forbidden,
        ),
        (
            json(404, r#"{"error":"Not found"}"#),
            ErrorKind::NotTheService,
        ),
        (json(400, r#"{"error":"Invalid page"}"#), ErrorKind::Refused),
        (
            json(500, r#"{"error":"An unexpected error occurred"}"#),
            ErrorKind::Lost,
        ),
    ];
    for (say, kind) in cases {
        let raw = Raw::script(vec![super::page(&["a"]), say]).await;
        let (rows, ended) = list(&open(&raw)).await;
        let error = ended.unwrap_err();
        assert_eq!((rows.len(), error.kind), (1, kind), "{error}");
    }
}

#[tokio::test]
async fn a_receiver_that_is_gone_ends_the_list() {
    let raw = Raw::start(|number, _| page(&[&format!("f{number}")])).await;
    let service = open(&raw);
    let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
    let listing = tokio::spawn(async move { service.list(Default::default(), sender).await });
    receiver.recv().await.unwrap();
    drop(receiver);
    listing.await.unwrap().unwrap();
    assert!(raw.lines().len() < 10);
}

/// Three pages; `b` moved from the second to the third after the list.
async fn moving() -> Raw {
    Raw::start(|request, asked| match (number(&asked.line), request) {
        (0, _) => page(&["a"]),
        (1, ..8) => page(&["b"]),
        (1, _) => page(&["x"]),
        (2, ..8) => page(&["c"]),
        (2, _) => json(
            200,
            r#"[{"id": "b", "name": "B", "size": 5, "contentType": "image/png", "tags": ["cat"],
                 "url": "https://x.example/b.png"}]"#,
        ),
        _ => page(&[]),
    })
    .await
}

#[tokio::test]
async fn details_come_from_the_page_that_has_the_file() {
    let raw = moving().await;
    let service = open(&raw);
    let (_, ended) = list(&service).await;
    ended.unwrap();
    assert_eq!(raw.lines().len(), 8);
    assert_eq!(service.file_url(&"b".into()), None, "none was listed");

    let details = service.details(&"b".into()).await.unwrap();
    assert_eq!((details.row.name.as_str(), details.row.size), ("B", 5));
    assert!(details.facts.contains(&("Tags".into(), "cat".into())));
    assert_eq!(details.url.as_deref(), Some("https://x.example/b.png"));
    assert!(details.json.contains("\n  \"size\": 5"), "{}", details.json);
    let pages: Vec<usize> = raw.lines()[8..].iter().map(|line| number(line)).collect();
    assert_eq!(pages, [1, 0, 1, 2], "where it was, then everywhere");
    assert_eq!(
        service.file_url(&"b".into()).as_deref(),
        Some("https://x.example/b.png")
    );

    service.details(&"b".into()).await.unwrap();
    assert_eq!(number(raw.lines().last().unwrap()), 2, "where it is now");
    assert_eq!(raw.lines().len(), 13);
    let error = service.details(&"nobody".into()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
}

async fn seen(service: &dyn Service, id: &str) -> Option<ItemId> {
    match reread(service, id).await.unwrap().value {
        Seen::File(row) => Some(row.id),
        Seen::Absent { .. } => None,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn one_look_answers_all_re_reads_until_the_next_delete() {
    let raw = Raw::start(|_, asked| match asked.line.split(' ').next() {
        Some("DELETE") => json(200, r#"{"deleted": ["a"]}"#),
        _ if number(&asked.line) == 0 => page(&["a", "B"]),
        _ => page(&[]),
    })
    .await;
    let service = open(&raw);
    let first = reread(&*service, "a").await.unwrap();
    assert_eq!((first.meta.attempts, first.meta.status), (1, Some(200)));
    assert_eq!(
        seen(&*service, "b").await,
        Some("B".into()),
        "in either case"
    );
    assert_eq!(seen(&*service, "c").await, None);
    assert_eq!(raw.lines().len(), 4, "two walks over one page");

    let answer = delete(&*service, &["a"]).await.unwrap().value;
    let done = vec![("a".into(), Fact::Done { at: None })];
    assert_eq!(answer, BatchAnswer::Evidence(done));
    seen(&*service, "a").await;
    assert_eq!(raw.lines().len(), 9, "asked anew");
}

#[tokio::test]
async fn a_re_read_that_fails_settles_nothing() {
    let cases = [
        (Say::Cut(Vec::new()), ErrorKind::Lost),
        (json(401, "{}"), ErrorKind::Unauthenticated),
        (json(200, "{}"), ErrorKind::NotTheService),
    ];
    for (say, kind) in cases {
        let raw = Raw::script(vec![page(&["a"]), say]).await;
        let error = reread(&*open(&raw), "b").await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.meta.attempts > 0);
    }
}
