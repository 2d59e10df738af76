//! The Uploadcare client against the demo service: what it reads and does must agree with the service's own books.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tallyman::demo::{
    Fault, Options, PROJECT_NAME, PUBLIC_KEY, Quirks, Rate, RetryAfter, Rule, SECRET_KEY, Server,
    Target,
};
use tallyman::model::{FileRow, GroupRow, ItemId, ItemKind, ServiceKind, Verb};
use tallyman::service::{
    self, Answered, BatchAnswer, Credentials, ErrorKind, Fact, Limits, Listing, Patience, Priority,
    Seen, Service, ServiceError,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

const MISSING: &str = "cbaf2d73-5169-4b2b-a543-496cf2813dff";

async fn server(files: usize, quirks: Quirks) -> Server {
    let options = Options {
        files,
        groups: 40,
        quirks,
        ..Options::default()
    };
    Server::start(options).await.unwrap()
}

fn credentials(server: &Server) -> Credentials {
    Credentials {
        service: ServiceKind::Uploadcare,
        public_key: PUBLIC_KEY.to_owned(),
        secret: SECRET_KEY.to_owned().into(),
        api_base: Some(server.base()),
        cdn_base: Some(server.cdn_base()),
        simple_auth: false,
    }
}

fn open(server: &Server) -> Arc<dyn Service> {
    let limits = Limits {
        idle: Duration::from_millis(500),
        patience: Patience {
            first_wait: Duration::from_millis(20),
            throttle_least: Duration::from_millis(200),
            ..Patience::default()
        },
        ..Limits::default()
    };
    service::open_with(&credentials(server), limits).unwrap()
}

async fn list(service: &Arc<dyn Service>, listing: Listing) -> Result<Vec<FileRow>, ServiceError> {
    let (sender, mut receiver) = mpsc::channel(2);
    let service = service.clone();
    let task = tokio::spawn(async move { service.list(listing, sender).await });
    let mut rows = Vec::new();
    while let Some(page) = receiver.recv().await {
        rows.extend(page.rows);
    }
    task.await.unwrap().map(|()| rows)
}

async fn groups(service: &Arc<dyn Service>) -> Vec<GroupRow> {
    let (sender, mut receiver) = mpsc::channel(2);
    let service = service.clone();
    let task = tokio::spawn(async move { service.groups(sender).await });
    let mut rows = Vec::new();
    while let Some(page) = receiver.recv().await {
        rows.extend(page.rows);
    }
    task.await.unwrap().unwrap();
    rows
}

async fn batch(
    service: &dyn Service,
    verb: Verb,
    ids: &[&str],
) -> Result<Answered<BatchAnswer>, ServiceError> {
    let ids: Vec<ItemId> = ids.iter().map(|id| ItemId::from(*id)).collect();
    let pass = service.gate().enter(Priority::Job).await;
    service
        .batch(pass, verb, &ids, &CancellationToken::new())
        .await
}

/// What a batch proved, by id.
async fn facts(service: &dyn Service, verb: Verb, ids: &[&str]) -> HashMap<String, Fact> {
    match batch(service, verb, ids).await.unwrap().value {
        BatchAnswer::Evidence(facts) => facts
            .into_iter()
            .map(|(id, fact)| (id.to_string(), fact))
            .collect(),
        refused => panic!("{refused:?}"),
    }
}

async fn reread(service: &dyn Service, kind: ItemKind, id: &str) -> Result<Seen, ServiceError> {
    let pass = service.gate().enter(Priority::Job).await;
    let answered = service
        .reread(pass, kind, &id.into(), &CancellationToken::new())
        .await;
    answered.map(|answered| answered.value)
}

fn strike(server: &Server, kind: Fault, on: Target, times: u32) {
    server.faults().add(Rule {
        kind,
        on,
        chance: 1.0,
        times: Some(times),
    });
}

/// Ids of existing files that can be deleted, newest first.
fn free(server: &Server) -> Vec<String> {
    let locked = server.books().locked_ids();
    let ids = server.books().file_ids();
    ids.into_iter().filter(|id| !locked.contains(id)).collect()
}

#[tokio::test]
async fn keys_tell_whose_they_are() {
    let server = server(50, Quirks::default()).await;
    let account = open(&server).account().await.unwrap();
    assert_eq!(
        (account.name.as_str(), account.key.as_str()),
        (PROJECT_NAME, PUBLIC_KEY)
    );
}

#[tokio::test]
async fn listings_are_whole_whatever_the_counters_say() {
    for wrong_counters in [false, true] {
        let quirks = Quirks {
            wrong_counters,
            ..Quirks::default()
        };
        let server = server(3_500, quirks).await;
        let (service, books) = (open(&server), server.books());
        let existing = list(&service, Listing::Existing).await.unwrap();
        let removed = list(&service, Listing::Removed).await.unwrap();
        let ids = |rows: &[FileRow]| {
            rows.iter()
                .map(|row| row.id.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(&existing), books.file_ids(), "newest first");
        assert_eq!(ids(&removed), books.removed_ids());
        assert!(existing.len() > 3_000 && !removed.is_empty());
        for row in existing.iter().chain(&removed) {
            let file = books.file(row.id.as_str()).unwrap();
            assert_eq!((&row.name, row.size), (&file.name, file.size));
            assert_eq!(
                (row.uploaded, row.stored, row.removed),
                (Some(file.uploaded), file.stored, file.removed)
            );
            assert_eq!(row.odd, None);
        }
    }
}

#[tokio::test]
async fn an_empty_project_has_one_empty_page() {
    let server = server(0, Quirks::default()).await;
    let service = open(&server);
    assert_eq!(list(&service, Listing::Existing).await.unwrap(), Vec::new());
    assert_eq!(groups(&service).await, Vec::new());
}

#[tokio::test]
async fn groups_and_their_members() {
    let quirks = Quirks {
        purge_members_after: Duration::ZERO,
        ..Quirks::default()
    };
    let server = server(500, quirks).await;
    let (service, books) = (open(&server), server.books());
    let listed = groups(&service).await;
    let ids: Vec<String> = listed.iter().map(|row| row.id.to_string()).collect();
    assert_eq!(ids, books.group_ids());

    let row = listed.iter().find(|row| row.files > 2).unwrap();
    let members = books.group_members(row.id.as_str()).unwrap();
    let group = service.group(&row.id).await.unwrap();
    assert_eq!(&group.row, row);
    let found: Vec<Option<String>> = group
        .members
        .iter()
        .map(|member| member.as_ref().map(|row| row.id.to_string()))
        .collect();
    let expected = members.iter().map(|id| {
        books
            .file(id)
            .unwrap()
            .removed
            .is_none()
            .then(|| id.clone())
    });
    assert_eq!(
        found,
        expected.collect::<Vec<_>>(),
        "removed members are null"
    );
    assert!(group.json.contains("files_count"));

    let id = row.id.as_str();
    assert_eq!(
        reread(&*service, ItemKind::Group, id).await.unwrap(),
        Seen::Group
    );
    assert_eq!(
        facts(&*service, Verb::DeleteGroups, &[id]).await[id],
        Fact::Done { at: None }
    );
    assert!(matches!(
        reread(&*service, ItemKind::Group, id).await.unwrap(),
        Seen::Absent { .. }
    ));
    assert!(matches!(
        facts(&*service, Verb::DeleteGroups, &[id]).await[id],
        Fact::Absent { .. }
    ));
    assert_eq!(
        service.group(&row.id).await.unwrap_err().kind,
        ErrorKind::NotFound
    );
    assert!(!books.group_ids().contains(&row.id.to_string()));
    let kept = found
        .iter()
        .flatten()
        .all(|id| books.file(id).unwrap().removed.is_none());
    assert!(kept, "the files stay");
}

#[tokio::test]
async fn hostile_group_ids_are_answered_one_by_one() {
    let server = server(200, Quirks::default()).await;
    let (service, books) = (open(&server), server.books());
    let file = free(&server).remove(0);
    let groups = books.group_ids();
    for id in [
        "../x",
        &format!("../files/{file}/storage"),
        "%2e%2e/files",
        "nonsense",
        "",
        "..",
    ] {
        let fact = facts(&*service, Verb::DeleteGroups, &[id]).await.remove(id);
        assert!(
            matches!(fact, Some(Fact::Refused { .. } | Fact::Absent { .. })),
            "{id}: {fact:?}"
        );
    }
    assert_eq!(books.group_ids(), groups);
    assert_eq!(books.file(&file).unwrap().removed, None);
}

#[tokio::test]
async fn a_batch_proves_each_id_for_itself() {
    let server = server(3_000, Quirks::default()).await;
    let (service, books) = (open(&server), server.books());
    let files = free(&server);
    let locked = books.locked_ids().remove(0);
    let upper = files[1].to_uppercase();
    let hostile = "\u{202e}\"],[\n";
    let ids = [
        &files[0], &upper, &files[0], "nonsense", MISSING, &locked, "", hostile,
    ];
    let found = facts(&*service, Verb::Delete, &ids).await;
    assert_eq!(found.len(), 7, "all but the one given twice");

    let at = |id: &str| Fact::Done {
        at: books.file(id).unwrap().removed,
    };
    assert_eq!(found[&files[0]], at(&files[0]));
    assert_eq!(found[&upper], at(&files[1]), "named as it was written");
    assert!(books.file(&files[1]).unwrap().removed.is_some());
    assert!(matches!(&found[MISSING], Fact::Absent { words } if words == "Missing in the project"));
    for id in ["nonsense", "", hostile] {
        assert!(
            matches!(&found[id], Fact::Refused { words } if words == "Invalid"),
            "{id}"
        );
    }
    assert!(matches!(&found[&locked], Fact::Refused { words } if words.contains("locked")));
    assert_eq!(books.file(&locked).unwrap().removed, None);

    let again = facts(&*service, Verb::Delete, &[&files[0], &upper]).await;
    assert_eq!(
        again[&files[0]], found[&files[0]],
        "a repeat tells the first time"
    );
    assert_eq!(again[&upper], found[&upper]);
}

#[tokio::test]
async fn store_delete_restore() {
    let server = server(2_000, Quirks::default()).await;
    let (service, books) = (open(&server), server.books());
    let files = free(&server);
    let stored = |id: &str| books.file(id).unwrap().stored;
    let fresh = files.iter().find(|id| stored(id).is_none()).unwrap();
    let kept = files.iter().find(|id| stored(id).is_some()).unwrap();
    let before = stored(kept);

    let found = facts(&*service, Verb::Store, &[fresh, kept]).await;
    assert!(stored(fresh).is_some());
    assert_eq!(found[fresh], Fact::Done { at: stored(fresh) });
    assert_eq!(found[kept], Fact::Done { at: before }, "stored before us");

    facts(&*service, Verb::Delete, &[kept]).await;
    assert!(
        matches!(reread(&*service, ItemKind::File, kept).await.unwrap(), Seen::File(row) if row.removed.is_some())
    );
    let found = facts(&*service, Verb::Restore, &[kept]).await;
    assert_eq!(found[kept], Fact::Done { at: stored(kept) });
    assert!(
        matches!(reread(&*service, ItemKind::File, kept).await.unwrap(), Seen::File(row) if row.removed.is_none())
    );
    assert!(matches!(
        reread(&*service, ItemKind::File, MISSING).await.unwrap(),
        Seen::Absent { .. }
    ));
}

#[tokio::test]
async fn too_many_ids_are_refused_as_a_whole() {
    let server = server(300, Quirks::default()).await;
    let service = open(&server);
    let files = free(&server);
    let ids: Vec<&str> = files[..101].iter().map(String::as_str).collect();
    let answer = batch(&*service, Verb::Delete, &ids).await.unwrap().value;
    assert!(
        matches!(answer, BatchAnswer::RefusedWhole { named, words } if named.is_empty() && words.contains("100"))
    );
    assert_eq!(server.books().writes(), 0);
    assert_eq!(facts(&*service, Verb::Delete, &ids[..100]).await.len(), 100);
}

#[tokio::test]
async fn throttling_in_every_form_is_waited_out() {
    let server = server(300, Quirks::default()).await;
    let service = open(&server);
    let files = free(&server);
    let forms = [
        (Some(RetryAfter::Seconds(1)), 1.0),
        (Some(RetryAfter::Date(Duration::from_secs(2))), 1.0),
        (Some(RetryAfter::Seconds(0)), 0.2),
        (None, 0.2),
    ];
    for (number, (retry_after, least)) in forms.into_iter().enumerate() {
        strike(&server, Fault::Throttle { retry_after }, Target::Writes, 1);
        let started = Instant::now();
        let answered = batch(&*service, Verb::Delete, &[&files[number]])
            .await
            .unwrap();
        let waited = started.elapsed().as_secs_f64();
        assert!(
            (least..least + 10.0).contains(&waited),
            "{retry_after:?}: {waited}"
        );
        assert_eq!(
            (answered.meta.attempts, answered.meta.throttled),
            (2, 1),
            "{retry_after:?}"
        );
        assert!(answered.meta.request_id.is_some());
        assert!(
            server
                .books()
                .file(&files[number])
                .unwrap()
                .removed
                .is_some()
        );
        assert_eq!(server.books().writes_per_id(&files[number]), 1);
    }
    strike(
        &server,
        Fault::Throttle { retry_after: None },
        Target::Reads,
        2,
    );
    assert_eq!(
        list(&service, Listing::Existing).await.unwrap().len(),
        server.books().file_ids().len()
    );
}

#[tokio::test]
async fn many_calls_settle_under_a_rate() {
    let server = server(2_000, Quirks::default()).await;
    server.faults().set_rate(Some(Rate {
        per_second: 10.0,
        burst: 4,
    }));
    let service = open(&server);
    let files = free(&server);
    let calls = files[..400].chunks(20).map(|ids| {
        let (service, ids) = (service.clone(), ids.to_vec());
        tokio::spawn(async move {
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            facts(&*service, Verb::Delete, &ids).await.len()
        })
    });
    let calls: Vec<_> = calls.collect();
    for call in calls {
        assert_eq!(call.await.unwrap(), 20);
    }
    let books = server.books();
    assert!(files[..400].iter().all(|id| books.writes_per_id(id) == 1));
    assert!(books.requests() < 120, "no storm: {}", books.requests());
}

#[tokio::test]
async fn a_lost_write_is_lost_once_and_a_lost_read_is_asked_again() {
    let server = server(500, Quirks::default()).await;
    let (service, books) = (open(&server), server.books());
    let files = free(&server);
    let kinds = [
        (Fault::ErrorBefore(500), false),
        (Fault::ErrorBefore(503), false),
        (Fault::CutBefore, false),
        (Fault::ErrorAfter(502), true),
        (Fault::CutAfter, true),
        (Fault::TruncateAfter, true),
        (Fault::GarbageAfter, true),
        (Fault::StallAfter(Duration::from_secs(3)), true),
    ];
    for (id, (kind, done)) in files.iter().zip(kinds) {
        strike(&server, kind, Target::Writes, 1);
        let error = batch(&*service, Verb::Delete, &[id]).await.unwrap_err();
        assert_eq!(
            (error.kind, error.meta.attempts),
            (ErrorKind::Lost, 1),
            "{kind:?}: {error}"
        );
        assert_eq!(books.file(id).unwrap().removed.is_some(), done, "{kind:?}");
        assert_eq!(
            books.writes_per_id(id),
            u64::from(done),
            "{kind:?}: sent once"
        );

        strike(&server, kind, Target::Reads, 2);
        let seen = reread(&*service, ItemKind::File, id).await.unwrap();
        assert!(
            matches!(seen, Seen::File(row) if row.removed.is_some() == done),
            "{kind:?}"
        );
        strike(&server, kind, Target::Reads, 1);
        let listed = list(&service, Listing::Existing).await.unwrap();
        assert_eq!(listed.len(), books.file_ids().len(), "{kind:?}");
    }
}

#[tokio::test]
async fn stop_ends_a_wait_and_nothing_was_done() {
    let server = server(300, Quirks::default()).await;
    let service = open(&server);
    let files = free(&server);
    let minute = Some(RetryAfter::Seconds(60));
    strike(
        &server,
        Fault::Throttle {
            retry_after: minute,
        },
        Target::Writes,
        1,
    );
    let stop = CancellationToken::new();
    let pass = service.gate().enter(Priority::Job).await;
    let ids = [ItemId::from(files[0].as_str())];
    let call = service.batch(pass, Verb::Delete, &ids, &stop);
    let stopper = async {
        while service.gate().pause_left().is_zero() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.cancel();
        Instant::now()
    };
    let (ended, stopped) = tokio::join!(call, stopper);
    assert!(stopped.elapsed() < Duration::from_secs(2));
    assert_eq!(ended.unwrap_err().kind, ErrorKind::Stopped);
    assert!(service.gate().pause_left() > Duration::from_secs(50));
    assert_eq!(server.books().writes(), 0);
}

#[tokio::test]
async fn wrong_keys_are_told_apart() {
    let server = server(50, Quirks::default()).await;
    let unknown = Credentials {
        public_key: "unknownkey".to_owned(),
        ..credentials(&server)
    };
    let wrong = Credentials {
        secret: "wrong".to_owned().into(),
        ..credentials(&server)
    };
    for (credentials, words, hint) in [
        (unknown, "Public key unknownkey not found.", "public key"),
        (
            wrong,
            "Invalid signature. Please check your Secret key.",
            "secret key",
        ),
    ] {
        let error = service::open(&credentials)
            .unwrap()
            .account()
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unauthenticated);
        assert_eq!(error.words.as_deref(), Some(words));
        assert!(error.message.contains(hint), "{error}");
        assert_eq!(error.meta.attempts, 1, "never tried again");
    }
}

#[tokio::test]
async fn a_wrong_clock_is_named() {
    for (clock_offset, hint) in [(3 * 3600, "behind"), (-3600, "ahead of")] {
        let quirks = Quirks {
            clock_offset,
            ..Quirks::default()
        };
        let server = server(50, quirks).await;
        let error = open(&server).account().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unauthenticated);
        assert!(
            error.message.contains("clock") && error.message.contains(hint),
            "{error}"
        );
        assert!(error.server_time.is_some());
    }
}

#[tokio::test]
async fn details_tell_what_is_known() {
    let server = server(2_000, Quirks::default()).await;
    let service = open(&server);
    let rows = list(&service, Listing::Existing).await.unwrap();
    let mut labels = std::collections::BTreeSet::new();
    let mut own = 0;
    for row in rows.iter().step_by(20) {
        let details = service.details(&row.id).await.unwrap();
        assert_eq!(&details.row, row);
        assert_eq!(
            details.url.as_deref(),
            Some(format!("{}/{}/", server.cdn_base(), row.id).as_str())
        );
        let json: serde_json::Value = serde_json::from_str(&details.json).unwrap();
        assert_eq!(json["uuid"], row.id.as_str());
        assert!(
            details.json.find("datetime_removed") < details.json.find("\"uuid\""),
            "order is kept"
        );
        labels.extend(details.facts.iter().map(|(label, _)| label.clone()));
        own += details.metadata.len();
    }
    for label in [
        "Image",
        "Detected type",
        "Tags",
        "Video",
        "Virus scan",
        "Taken",
    ] {
        assert!(labels.contains(label), "{label} in {labels:?}");
    }
    assert!(own > 0, "some files have metadata");
    assert_eq!(
        service.details(&MISSING.into()).await.unwrap_err().kind,
        ErrorKind::NotFound
    );
    assert_eq!(
        service.details(&"..".into()).await.unwrap_err().kind,
        ErrorKind::NotFound
    );
}

#[tokio::test]
async fn thumbnails_are_pictures() {
    let server = server(500, Quirks::default()).await;
    let service = open(&server);
    let rows = list(&service, Listing::Existing).await.unwrap();
    let picture = rows
        .iter()
        .find(|row| row.image && &*row.mime == "image/png")
        .unwrap();
    let bytes = service.thumbnail(&picture.id, 64).await.unwrap();
    let image = image::load_from_memory(&bytes).unwrap();
    assert!(image.width().max(image.height()) <= 64);

    let other = rows
        .iter()
        .find(|row| row.ready && !row.mime.starts_with("image/"))
        .unwrap();
    assert_eq!(
        service.thumbnail(&other.id, 64).await.unwrap_err().kind,
        ErrorKind::Refused
    );
    assert_eq!(
        service
            .thumbnail(&MISSING.into(), 64)
            .await
            .unwrap_err()
            .kind,
        ErrorKind::NotFound
    );
}
