//! The client against the demo service: what it reads and does must agree with the service's own books.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tallyman::demo::imagekit::{ACCOUNT_ID, KeyState, Missing, PRIVATE_KEY, Quirks};
use tallyman::demo::{self, Fault, Options, Rate, RetryAfter, Rule, Server, Target};
use tallyman::model::{FileState, ServiceKind};
use tallyman::service::{BatchAnswer, ErrorKind, Fact, Seen, Service};

use super::{delete, list, open_at, reread};

const UNKNOWN: &str = "0123456789abcdef01234567";

async fn server(files: usize, imagekit: Quirks) -> Server {
    let options = Options {
        imagekit_files: files,
        quirks: demo::Quirks {
            imagekit,
            ..demo::Quirks::default()
        },
        ..Options::default()
    };
    Server::start(options).await.unwrap()
}

fn open(server: &Server) -> std::sync::Arc<dyn Service> {
    open_at(&server.base_of(ServiceKind::ImageKit), PRIVATE_KEY)
}

fn strike(server: &Server, kind: Fault, on: Target, times: u32) {
    server.faults().add(Rule {
        kind,
        on,
        chance: 1.0,
        times: Some(times),
    });
}

/// Ids of existing files on which the service does not fail, newest first.
fn free(server: &Server) -> Vec<String> {
    let books = server.imagekit_books();
    let ids = books.file_ids().into_iter();
    ids.filter(|id| !books.file(id).unwrap().stuck).collect()
}

/// What a batch proved, by id.
async fn facts(service: &dyn Service, ids: &[&str]) -> HashMap<String, Fact> {
    match delete(service, ids).await.unwrap().value {
        BatchAnswer::Evidence(facts) => facts
            .into_iter()
            .map(|(id, fact)| (id.to_string(), fact))
            .collect(),
        refused => panic!("{refused:?}"),
    }
}

#[tokio::test]
async fn a_listing_agrees_with_the_books() {
    for count in [1, 3_500] {
        let server = server(count, Quirks::default()).await;
        let (service, books) = (open(&server), server.imagekit_books());
        let (rows, end) = list(&service).await;
        end.unwrap();
        let mut listed: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let mut there = books.file_ids();
        listed.sort_unstable();
        there.sort_unstable();
        assert!(listed == there, "{} of {}", listed.len(), there.len());
        assert!(rows.is_sorted_by_key(|row| std::cmp::Reverse(row.uploaded)));
        for row in &rows {
            let book = books.file(row.id.as_str()).unwrap();
            assert_eq!(
                (&row.name, row.size, &*row.mime, row.uploaded),
                (&book.name, book.size, &*book.mime, Some(book.uploaded))
            );
            assert_eq!((row.state(), row.odd.as_deref()), (FileState::Stored, None));
            assert_eq!(row.image, book.mime.starts_with("image/"), "{}", book.mime);
        }
    }
}

#[tokio::test]
async fn details_agree_with_the_books() {
    for empty_for_null in [false, true] {
        let quirks = Quirks {
            empty_for_null,
            ..Quirks::default()
        };
        let server = server(300, quirks).await;
        let (service, books) = (open(&server), server.imagekit_books());
        for id in books.file_ids().iter().take(40) {
            let book = books.file(id).unwrap();
            let details = service.details(&id.as_str().into()).await.unwrap();
            let fact = |label: &str| {
                let found = details.facts.iter().find(|(name, _)| name == label);
                found.map(|(_, value)| value.clone()).unwrap_or_default()
            };
            assert_eq!(
                (details.row.id.as_str(), details.row.size),
                (id.as_str(), book.size)
            );
            assert_eq!(fact("Path"), book.path);
            assert_eq!(fact("Tags"), book.tags.join(", "));
            let version = fact("Version");
            match book.versions.len() {
                1 => assert!(version.ends_with(", the only one"), "{version}"),
                kept => assert!(version.contains(&format!(", {kept} kept")), "{version}"),
            }
            let ai = fact("Tags found by AI");
            assert!(book.ai_tags.iter().all(|tag| ai.contains(tag)), "{ai}");
            assert_eq!(ai.is_empty(), book.ai_tags.is_empty());
            assert_eq!(service.file_url(&id.as_str().into()), details.url);
            assert!(details.json.contains(id.as_str()));
        }
    }
}

#[tokio::test]
async fn the_account_is_told_by_its_files() {
    let server = server(20, Quirks::default()).await;
    let service = open(&server);
    let account = service.account().await.unwrap();
    assert_eq!(account.name, ACCOUNT_ID);
    assert!(account.key.ends_with(ACCOUNT_ID), "{}", account.key);
    let again = demo_account_elsewhere().await;
    assert_eq!(account, again, "another port is no other account");

    let ids = free(&server);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    facts(&*service, &ids).await;
    assert_eq!(service.account().await.unwrap(), account);
    assert!(open(&server).account().await.unwrap().may_be(&account));
}

async fn demo_account_elsewhere() -> tallyman::model::Account {
    let server = server(5, Quirks::default()).await;
    open(&server).account().await.unwrap()
}

#[tokio::test]
async fn keys_of_every_kind() {
    let cases = [
        (KeyState::Expired, "has expired"),
        (KeyState::Disabled, "disabled"),
    ];
    for (key, said) in cases {
        let quirks = Quirks {
            key,
            ..Quirks::default()
        };
        let server = server(5, quirks).await;
        let error = open(&server).account().await.unwrap_err();
        assert!(
            error.is_about_keys() && error.message.contains(said),
            "{error}"
        );
    }
    let quirks = Quirks {
        key: KeyState::ReadOnly,
        ..Quirks::default()
    };
    let server = server(5, quirks).await;
    let service = open(&server);
    service.account().await.unwrap();
    let ids = free(&server);
    let error = delete(&*service, &[&ids[0], &ids[1]]).await.unwrap_err();
    assert!(error.is_about_keys() && error.nothing_done());
    assert!(error.message.contains("restricted key"), "{error}");
    assert_eq!(server.imagekit_books().removed_ids().len(), 0);

    let wrong = open_at(&server.base_of(ServiceKind::ImageKit), "private_wrong=");
    let error = wrong.account().await.unwrap_err();
    assert!(
        error.message.contains("does not accept the private key"),
        "{error}"
    );
}

#[tokio::test]
async fn a_batch_proves_each_id_for_itself() {
    let server = server(2_000, Quirks::default()).await;
    let (service, books) = (open(&server), server.imagekit_books());
    let (files, stuck) = (free(&server), books.stuck_ids());
    let found = facts(&*service, &[&files[0], &stuck[0], &files[1], &files[0]]).await;
    assert_eq!(found[&files[0]], Fact::Done { at: None });
    assert_eq!(found[&files[1]], Fact::Done { at: None });
    assert!(matches!(&found[&stuck[0]], Fact::Refused { words } if words.contains("Error")));
    assert_eq!(books.removed_ids().len(), 2);

    // One that is not there, and nothing is deleted.
    let answer = delete(&*service, &[&files[2], UNKNOWN, "fake_123", &files[0]]).await;
    let BatchAnswer::RefusedWhole { named, .. } = answer.unwrap().value else {
        panic!("not refused");
    };
    let named: Vec<&str> = named.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(named, [UNKNOWN, "fake_123", &files[0]]);
    assert_eq!(books.removed_ids().len(), 2);

    let ids: Vec<&str> = files[2..103].iter().map(String::as_str).collect();
    let answer = delete(&*service, &ids).await.unwrap().value;
    assert!(
        matches!(answer, BatchAnswer::RefusedWhole { named, words } if named.is_empty() && words.contains("100"))
    );
    assert_eq!(facts(&*service, &ids[..100]).await.len(), 100);
    assert_eq!(books.removed_ids().len(), 102);
}

#[tokio::test]
async fn one_id_gets_its_own_answer_however_little_a_bulk_call_says() {
    for malformed_is_missing in [true, false] {
        let quirks = Quirks {
            missing: Missing::Unnamed,
            malformed_is_missing,
            ..Quirks::default()
        };
        let server = server(50, quirks).await;
        let service = open(&server);
        let words = "The requested file does not exist.".to_owned();
        let absent = facts(&*service, &[UNKNOWN]).await;
        assert_eq!(absent[UNKNOWN], Fact::Absent { words });
        let odd = delete(&*service, &["fake_123"]).await.unwrap().value;
        let BatchAnswer::RefusedWhole { named, .. } = odd else {
            panic!("{odd:?}");
        };
        assert_eq!(named.len(), usize::from(malformed_is_missing));
        assert!(matches!(
            reread(&*service, "fake_123").await,
            Ok(Seen::Absent { .. })
        ));
        assert_eq!(server.imagekit_books().removed_ids().len(), 0);
    }
}

#[tokio::test]
async fn a_lost_write_is_lost_once_and_a_lost_read_is_asked_again() {
    let server = server(1_200, Quirks::default()).await;
    let (service, books) = (open(&server), server.imagekit_books());
    let files = free(&server);
    let kinds = [
        (Fault::ErrorBefore(500), false),
        (Fault::ErrorBefore(503), false),
        (Fault::CutBefore, false),
        (Fault::ErrorAfter(502), true),
        (Fault::CutAfter, true),
        (Fault::TruncateAfter, true),
        (Fault::GarbageAfter, true),
        (Fault::StallAfter(Duration::from_secs(60)), true),
    ];
    for (ids, (kind, done)) in files.chunks(2).zip(kinds) {
        strike(&server, kind, Target::Writes, 1);
        let error = delete(&*service, &[&ids[0], &ids[1]]).await.unwrap_err();
        assert_eq!(
            (error.kind, error.meta.attempts),
            (ErrorKind::Lost, 1),
            "{kind:?}: {error}"
        );
        for id in ids {
            assert_eq!(books.file(id).unwrap().removed.is_some(), done, "{kind:?}");
            assert_eq!(
                books.writes_per_id(id),
                u64::from(done),
                "{kind:?}: sent once"
            );
            strike(&server, kind, Target::Reads, 2);
            let seen = reread(&*service, id).await.unwrap();
            assert_eq!(matches!(seen, Seen::Absent { .. }), done, "{kind:?}");
        }
        strike(&server, kind, Target::Reads, 1);
        let (rows, end) = list(&service).await;
        end.unwrap();
        assert_eq!(rows.len(), books.file_ids().len(), "{kind:?}");
    }
}

#[tokio::test]
async fn throttling_is_waited_out() {
    let server = server(300, Quirks::default()).await;
    let service = open(&server);
    let files = free(&server);
    for (number, (seconds, least)) in [(Some(1), 1.0), (Some(0), 0.1), (None, 0.1)]
        .into_iter()
        .enumerate()
    {
        let retry_after = seconds.map(RetryAfter::Seconds);
        strike(&server, Fault::Throttle { retry_after }, Target::Writes, 1);
        let started = Instant::now();
        let id = &files[number];
        let answered = delete(&*service, &[id]).await.unwrap();
        let waited = started.elapsed().as_secs_f64();
        assert!(
            (least..least + 5.0).contains(&waited),
            "{seconds:?}: {waited}"
        );
        assert_eq!((answered.meta.attempts, answered.meta.throttled), (2, 1));
        assert_eq!(server.imagekit_books().writes_per_id(id), 1);
    }
    server.faults().set_rate(Some(Rate {
        per_second: 20.0,
        burst: 3,
    }));
    let before = server.imagekit_books().requests();
    for ids in files[10..90].chunks(10) {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        assert_eq!(facts(&*service, &ids).await.len(), 10);
    }
    let requests = server.imagekit_books().requests() - before;
    assert!(requests < 30, "no storm: {requests}");
}

#[tokio::test]
async fn a_thumbnail_is_a_picture_and_a_listing_tells_where_it_is() {
    let server = server(60, Quirks::default()).await;
    let (service, books) = (open(&server), server.imagekit_books());
    let (rows, end) = list(&service).await;
    end.unwrap();
    let before = books.requests();
    let image = |row: &&tallyman::model::FileRow| row.image && &*row.mime == "image/png";
    let row = rows.iter().find(image).unwrap();
    let bytes = service.thumbnail(&row.id, 64).await.unwrap();
    let picture = image::load_from_memory(&bytes).unwrap();
    assert!(picture.width() > 0 && picture.width() < 2_000);
    assert_eq!(books.requests(), before + 1, "no question for its address");
    assert!(service.file_url(&row.id).unwrap().contains(ACCOUNT_ID));

    let plain = rows.iter().find(|row| &*row.mime == "application/pdf");
    let error = service.thumbnail(&plain.unwrap().id, 64).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn usage_of_the_month_is_asked_once() {
    let server = server(50, Quirks::default()).await;
    let service = open(&server);
    let books = server.imagekit_books();
    let before = books.requests();
    let usage = service.usage().await.unwrap().unwrap();
    assert_eq!(books.requests(), before + 1);
    assert!(usage.used > 0 && usage.quota.is_none());
    let files = books.file_ids().into_iter();
    let sizes: u64 = files.map(|id| books.file(&id).unwrap().size).sum();
    assert!(usage.stored.unwrap() >= sizes);
}
