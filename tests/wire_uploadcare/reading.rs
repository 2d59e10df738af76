//! Listings, groups, details and pictures.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tallyman::demo::{PROJECT_NAME, PUBLIC_KEY, Quirks};
use tallyman::model::{FileRow, GroupRow, Verb};
use tallyman::service::{
    self, Credentials, ErrorKind, Fact, Limits, Listing, Seen, Service, ServiceError,
};
use tokio::sync::mpsc;

use super::raw::{Asked, Raw, Say, typed};
use super::{MISSING, facts, list, open, reread, server};

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
            let mut newest_first: Vec<&FileRow> = rows.iter().collect();
            newest_first.sort_by_key(|row| std::cmp::Reverse(row.uploaded));
            let ids = newest_first.iter().map(|row| row.id.to_string());
            ids.collect::<Vec<_>>()
        };
        assert_eq!(ids(&existing), books.file_ids());
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
        reread(&*service, Verb::DeleteGroups, id).await.unwrap(),
        Seen::Group
    );
    assert_eq!(
        facts(&*service, Verb::DeleteGroups, &[id]).await[id],
        Fact::Done { at: None }
    );
    assert!(matches!(
        reread(&*service, Verb::DeleteGroups, id).await.unwrap(),
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

/// A page of three groups whose link is another one each time, whatever was asked for.
fn endless(number: usize, asked: &Asked) -> Say {
    let rows: Vec<_> = (1..4)
        .map(|group| format!(r#"{{"id": "21975c81-7f57-4c7a-aef9-acfe28779f78~{group}"}}"#))
        .collect();
    let host = asked.header("host").unwrap();
    let body = format!(
        r#"{{"next": "http://{host}/groups/?page={number}", "total": 3, "results": [{}]}}"#,
        rows.join(",")
    );
    typed(200, "application/json", "", body.as_bytes())
}

#[tokio::test]
async fn a_listing_of_groups_that_brings_nothing_new_comes_to_an_end() {
    let raw = Raw::start(endless).await;
    let credentials = Credentials {
        api_base: Some(raw.base.clone()),
        ..super::credentials(&server(1, Quirks::default()).await)
    };
    let service = service::open_with(&credentials, Limits::default()).unwrap();
    let (sender, mut receiver) = mpsc::channel(2);
    let listing: tokio::task::JoinHandle<Result<(), ServiceError>> =
        tokio::spawn(async move { service.groups(sender).await });
    let mut first = None;
    while let Some(page) = receiver.recv().await {
        first.get_or_insert(page.rows.len());
        assert!(raw.lines().len() < 200, "it goes on and on");
    }
    let error = listing.await.unwrap().unwrap_err();
    assert_eq!((first, error.kind), (Some(3), ErrorKind::NotTheService));
    assert!(error.message.contains("read before"), "{error}");
}

#[tokio::test]
async fn details_tell_what_is_known() {
    let server = server(2_000, Quirks::default()).await;
    let service = open(&server);
    let rows = list(&service, Listing::Existing).await.unwrap();
    let mut labels = BTreeSet::new();
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
