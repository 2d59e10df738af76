//! Rows 20 to 23 and 51: one file, its object, its life.

use std::time::Duration;

use serde_json::Value;
use tallyman::demo::{Expired, Quirks};

use crate::wire::{Api, time};

const KEYS: [&str; 15] = [
    "datetime_removed",
    "datetime_stored",
    "datetime_uploaded",
    "is_image",
    "is_ready",
    "mime_type",
    "original_file_url",
    "original_filename",
    "size",
    "url",
    "uuid",
    "variations",
    "content_info",
    "metadata",
    "tags",
];

fn keys(file: &Value) -> Vec<&str> {
    file.as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[tokio::test]
async fn a_file_object_is_whole_and_in_order() {
    let api = Api::start(2000, 0).await;
    let page = api.get("/files/?limit=1000").await.json(200);
    let mut kinds = [0; 5];
    for file in page["results"].as_array().unwrap() {
        assert_eq!(keys(file), KEYS);
        let uuid = file["uuid"].as_str().unwrap();
        assert_eq!(file["url"], format!("{}/files/{uuid}/", api.server.base()));
        let book = api.server.books().file(uuid).unwrap();
        assert_eq!(file["original_filename"], *book.name);
        assert_eq!(file["size"], book.size);
        assert_eq!(time(&file["datetime_uploaded"]), book.uploaded);
        let info = &file["content_info"];
        kinds[0] += usize::from(info.get("mime").is_some());
        kinds[1] += usize::from(info.get("image").is_some());
        kinds[2] += usize::from(info.get("video").is_some());
        kinds[3] += usize::from(info.as_object().is_some_and(serde_json::Map::is_empty));
        kinds[4] += usize::from(!file["metadata"].as_object().unwrap().is_empty());
    }
    assert!(kinds.iter().all(|count| *count > 20), "{kinds:?}");
}

#[tokio::test]
async fn row_20_a_deleted_file_still_has_info() {
    let api = Api::start(300, 0).await;
    let removed = api.server.books().removed_ids().remove(0);
    let file = api.get(&format!("/files/{removed}/")).await.json(200);
    assert!(!file["datetime_removed"].is_null());
    assert!(file["datetime_stored"].is_null());
    assert!(file["original_file_url"].is_null());
}

#[tokio::test]
async fn row_21_storing_twice_keeps_the_first_time() {
    let api = Api::start(600, 0).await;
    let books = api.server.books();
    let ids = books.file_ids();
    let unstored = ids
        .iter()
        .find(|id| books.file(id).unwrap().stored.is_none())
        .unwrap();
    let target = format!("/files/{unstored}/storage/");
    let first = api.call("PUT", &target, "").await.json(200);
    let second = api.call("PUT", &target, "").await.json(200);
    assert_eq!(first, second);
    assert_eq!(
        Some(time(&first["datetime_stored"])),
        books.file(unstored).unwrap().stored
    );
    assert_eq!(books.writes_per_id(unstored), 2);
    assert_eq!(books.writes(), 2);
    let upper = format!("/files/{}/", unstored.to_uppercase());
    assert_eq!(api.get(&upper).await.json(200)["uuid"], **unstored);
}

#[tokio::test]
async fn row_22_and_23_deleting_and_storing_restores() {
    let api = Api::start(300, 0).await;
    let books = api.server.books();
    let id = books.file_ids().remove(100);
    let target = format!("/files/{id}/storage/");
    let before = books.file(&id).unwrap();
    let gone = api.call("DELETE", &target, "").await.json(200);
    assert!(gone["datetime_stored"].is_null() && gone["original_file_url"].is_null());
    let again = api.call("DELETE", &target, "").await.json(200);
    assert_eq!(gone, again, "the first time is kept");
    assert_eq!(
        Some(time(&gone["datetime_removed"])),
        books.file(&id).unwrap().removed
    );
    let back = api.call("PUT", &target, "").await.json(200);
    assert!(back["datetime_removed"].is_null());
    assert!(
        time(&back["datetime_stored"]) > before.stored.unwrap(),
        "a new time"
    );
    assert!(books.file_ids().contains(&id));
}

#[tokio::test]
async fn a_locked_file_cannot_be_deleted() {
    let api = Api::start(500, 0).await;
    let locked = api.server.books().locked_ids();
    assert_eq!(locked.len(), 12);
    let target = format!("/files/{}/storage/", locked[0]);
    let answer = api.call("DELETE", &target, "").await;
    answer.refuses(400, "File is locked by a running conversion");
    assert_eq!(api.server.books().file(&locked[0]).unwrap().removed, None);
    assert_eq!(api.call("PUT", &target, "").await.status, 200);
}

#[tokio::test]
async fn row_51_temporary_files_disappear() {
    for (expired, status) in [(Expired::Removed, 200), (Expired::Gone, 404)] {
        let all = Api::start(600, 0).await;
        let books = all.server.books();
        let ids = books.file_ids();
        let unstored: Vec<_> = ids
            .iter()
            .filter(|id| books.file(id).unwrap().stored.is_none())
            .collect();
        let quirks = Quirks {
            unstored_life: Duration::from_secs(60),
            expired,
            ..Quirks::default()
        };
        let api = Api::with(600, 0, quirks).await;
        let page = api.get("/files/?stored=false").await.json(200);
        assert_eq!(
            (&page["total"], &page["totals"]["unstored"]),
            (&0.into(), &0.into())
        );
        let file = api.get(&format!("/files/{}/", unstored[0])).await;
        assert_eq!(file.status, status);
        if expired == Expired::Removed {
            let file = file.json(200);
            let life = time(&file["datetime_removed"]).0 - time(&file["datetime_uploaded"]).0;
            assert_eq!(life, 60_000_000);
            assert!(api.server.books().removed_ids().contains(unstored[0]));
        } else {
            assert_eq!(api.server.books().file(unstored[0]), None);
            assert_eq!(api.server.books().removed_ids(), books.removed_ids());
        }
    }
}
