//! Against the demo service: what the client reads and does must agree with the service's own books.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tallyman::demo::templated::{
    ACCOUNT_EMAIL, ACCOUNT_NAME, API_KEY, AccountState, Quirks as Own,
};
use tallyman::demo::{Fault, Options, Quirks, Rule, Server, Target};
use tallyman::model::{FileState, ServiceKind};
use tallyman::service::{self, BatchAnswer, ErrorKind, Fact, Limits, Seen};

use super::{Arc, Service, credentials, delete, limits, list, reread};

async fn server(uploads: usize, own: Own) -> Server {
    let options = Options {
        files: 10,
        groups: 0,
        imagekit_files: 10,
        templated_uploads: uploads,
        quirks: Quirks {
            templated: own,
            ..Quirks::default()
        },
        ..Options::default()
    };
    Server::start(options).await.unwrap()
}

fn open(server: &Server) -> Arc<dyn Service> {
    let base = server.base_of(ServiceKind::Templated);
    let limits = Limits {
        // The service draws its pictures when it is asked for them.
        idle: Duration::from_secs(10),
        picture_bytes: Limits::default().picture_bytes,
        ..limits()
    };
    service::open_with(&credentials(&base, API_KEY), limits).unwrap()
}

#[tokio::test]
async fn the_key_tells_whose_it_is() {
    let good = server(5, Own::default()).await;
    let account = open(&good).account().await.unwrap();
    assert_eq!(
        (account.name.as_str(), account.key.as_str()),
        (ACCOUNT_NAME, ACCOUNT_EMAIL)
    );

    let base = good.base_of(ServiceKind::Templated);
    let wrong = service::open(&credentials(&base, "wrong")).unwrap();
    assert_eq!(
        wrong.account().await.unwrap_err().kind,
        ErrorKind::Unauthenticated
    );
    let astray = service::open(&credentials(&good.base(), API_KEY)).unwrap();
    assert_eq!(
        astray.account().await.unwrap_err().kind,
        ErrorKind::NotTheService
    );

    let blocked = |account| Own {
        account,
        ..Own::default()
    };
    for state in [AccountState::Removed, AccountState::Blocked] {
        let server = server(5, blocked(state)).await;
        let error = open(&server).account().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Forbidden, "{error}");
    }
}

#[tokio::test]
async fn lists_are_whole_whatever_the_service_caps() {
    let cases = [
        (0, Own::default()),
        (1, Own::default()),
        (25, Own::default()),
        (733, Own::default()),
        (
            200,
            Own {
                list_cap: 7,
                wrapped_lists: true,
                no_url: true,
                ..Own::default()
            },
        ),
    ];
    for (uploads, own) in cases {
        let pictured = !own.no_url;
        let server = server(uploads, own).await;
        let books = server.templated_books();
        let (rows, ended) = list(&open(&server)).await;
        ended.unwrap();
        let listed: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(
            listed,
            books.file_ids(),
            "{uploads}: newest first, each once"
        );
        for row in &rows {
            let book = books.file(row.id.as_str()).unwrap();
            assert_eq!(
                (&row.name, row.size, &*row.mime),
                (&book.name, book.size, &*book.mime)
            );
            let apart = row.uploaded.unwrap().0 - book.uploaded.0;
            assert!(apart.abs() < 1_000, "to the millisecond");
            assert_eq!((row.state(), row.image), (FileState::Stored, pictured));
        }
    }
}

#[tokio::test]
async fn files_that_go_while_they_are_listed_hide_none_that_stay() {
    let server = server(300, Own::default()).await;
    server.faults().set_latency(Duration::from_millis(4));
    let (reader, writer) = (open(&server), open(&server));
    let before = server.templated_books().file_ids();
    let listing = tokio::spawn(async move { list(&reader).await });
    for chunk in before[..100].chunks(5) {
        let ids: Vec<&str> = chunk.iter().map(String::as_str).collect();
        delete(&*writer, &ids).await.unwrap();
    }
    let (rows, ended) = listing.await.unwrap();
    ended.unwrap();
    let listed: HashSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(listed.len(), rows.len(), "each once");
    for id in &before[100..] {
        assert!(listed.contains(id.as_str()), "{id} was there all the time");
    }
}

#[tokio::test]
async fn one_file_and_its_picture() {
    let server = server(60, Own::default()).await;
    let service = open(&server);
    let id = server.templated_books().file_ids()[40].clone();
    let book = server.templated_books().file(&id).unwrap();
    let details = service.details(&id.as_str().into()).await.unwrap();
    assert_eq!(
        (details.row.id.as_str(), &details.row.name),
        (id.as_str(), &book.name)
    );
    assert!(details.json.contains(&id) && details.url.is_some());
    assert_eq!(details.url, service.file_url(&id.as_str().into()));
    let picture = service.thumbnail(&id.as_str().into(), 64).await;
    let picture = picture.unwrap();
    assert!(
        image::guess_format(&picture).is_ok(),
        "{} bytes",
        picture.len()
    );
}

fn facts(answer: BatchAnswer) -> (bool, HashMap<String, Fact>) {
    let (whole, facts) = match answer {
        BatchAnswer::Evidence(facts) => (false, facts),
        BatchAnswer::RefusedWhole { named, .. } => (true, named),
    };
    let facts = facts.into_iter().map(|(id, fact)| (id.to_string(), fact));
    (whole, facts.collect())
}

#[tokio::test]
async fn deletes_as_the_books_have_them() {
    for omit_empty in [false, true] {
        let own = Own {
            omit_empty,
            ..Own::default()
        };
        let server = server(200, own).await;
        let (service, books) = (open(&server), server.templated_books());
        let files = books.file_ids();
        let foreign = books.foreign_ids().remove(0);
        let missing = "cbaf2d73-5169-4b2b-a543-496cf2813dff";

        let mixed = [&*files[0], missing, &foreign, "no uuid", &files[1]];
        let (whole, named) = facts(delete(&*service, &mixed).await.unwrap().value);
        assert!(whole && named.len() == 3, "{named:?}");
        assert!(matches!(named[missing], Fact::Absent { .. }));
        assert!(matches!(named["no uuid"], Fact::Absent { .. }));
        assert!(
            matches!(&named[&foreign], Fact::Refused { words } if words.contains("unauthorized"))
        );
        assert_eq!(books.file_ids().len(), 200, "all or none");

        let fifty: Vec<&str> = files[..50].iter().map(String::as_str).collect();
        let (whole, named) = facts(delete(&*service, &fifty).await.unwrap().value);
        assert!(!whole && named.len() == 50);
        assert!(named.values().all(|fact| *fact == Fact::Done { at: None }));
        assert_eq!(books.file_ids(), files[50..]);
        let seen = reread(&*service, &files[0]).await.unwrap().value;
        assert!(matches!(seen, Seen::Absent { .. }));
        let seen = reread(&*service, &files[50]).await.unwrap().value;
        assert!(matches!(seen, Seen::File(row) if row.id.as_str() == files[50]));
    }
}

#[tokio::test]
async fn odd_ways_of_deleting() {
    for status in [413, 414, 431] {
        let own = Own {
            url_limit: 1_000,
            too_long: status,
            ..Own::default()
        };
        let server = server(60, own).await;
        let files = server.templated_books().file_ids();
        let ids: Vec<&str> = files[..50].iter().map(String::as_str).collect();
        let (whole, named) = facts(delete(&*open(&server), &ids).await.unwrap().value);
        assert!(whole && named.is_empty(), "{status}: to be halved");
    }
    let own = Own {
        forgets_one: true,
        ..Own::default()
    };
    let server = server(60, own).await;
    let files = server.templated_books().file_ids();
    let (whole, named) = facts(
        delete(&*open(&server), &[&files[0], &files[1]])
            .await
            .unwrap()
            .value,
    );
    assert!(!whole && named.contains_key(&files[0]), "{named:?}");
    assert_eq!(named.len(), 1, "what is not named is not settled");
}

#[tokio::test]
async fn a_lost_answer_is_told_by_the_same_call_again() {
    let server = server(60, Own::default()).await;
    let (service, books) = (open(&server), server.templated_books());
    let files = books.file_ids();
    let foreign = books.foreign_ids().remove(0);
    let strike = |kind| {
        server.faults().add(Rule {
            kind,
            on: Target::Writes,
            chance: 1.0,
            times: Some(1),
        });
    };
    for (number, kind) in [Fault::CutAfter, Fault::ErrorAfter(500), Fault::CutBefore]
        .into_iter()
        .enumerate()
    {
        let id = files[number].as_str();
        strike(kind);
        let error = delete(&*service, &[id]).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Lost, "{kind:?}");
        let (_, named) = facts(delete(&*service, &[id]).await.unwrap().value);
        let worked_at_once = !matches!(kind, Fault::CutBefore);
        let absent = matches!(named[id], Fact::Absent { .. });
        assert_eq!(absent, worked_at_once, "{kind:?}: {named:?}");
    }
    strike(Fault::CutAfter);
    delete(&*service, &[&foreign]).await.unwrap_err();
    let (_, named) = facts(delete(&*service, &[&foreign]).await.unwrap().value);
    assert!(
        matches!(named[&foreign], Fact::Refused { .. }),
        "no re-read could tell"
    );
}
