//! Rows 38 and 39: groups, their members, deleting them.

use std::time::Duration;

use serde_json::{Value, json};
use tallyman::demo::Quirks;

use crate::wire::{Api, ids, time};

#[tokio::test]
async fn groups_are_listed_by_date_with_links() {
    let api = Api::start(300, 45).await;
    let first = api
        .get("/groups/?limit=20&ordering=-datetime_created")
        .await
        .json(200);
    let keys: Vec<_> = first.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["next", "previous", "total", "per_page", "results"]);
    assert_eq!(first["total"], 45);
    let group = &first["results"][0];
    let keys: Vec<_> = group.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        ["id", "datetime_created", "files_count", "cdn_url", "url"]
    );
    let second = api.follow(&first["next"]).await.json(200);
    let third = api.follow(&second["next"]).await.json(200);
    assert!(third["next"].is_null());
    let listed = [&first, &second, &third]
        .map(|page| ids(&page["results"]))
        .concat();
    assert_eq!(listed, api.server.books().group_ids());
    let back = api.follow(&second["previous"]).await.json(200);
    assert_eq!(back["results"], first["results"]);
    let oldest = api.get("/groups/").await.json(200);
    assert_eq!(oldest["per_page"], 100);
    let times: Vec<_> = oldest["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| time(&group["datetime_created"]))
        .collect();
    assert!(times.is_sorted());
}

#[tokio::test]
async fn row_38_deleted_members_are_objects_and_later_null() {
    for (purge, null) in [(Duration::from_secs(3600), false), (Duration::ZERO, true)] {
        let quirks = Quirks {
            purge_members_after: purge,
            ..Quirks::default()
        };
        let api = Api::with(300, 30, quirks).await;
        let books = api.server.books();
        let id = &books.group_ids()[7];
        let members = books.group_members(id).unwrap();
        let deleted = members.iter().position(|id| {
            let file = books.file(id).unwrap();
            file.removed.is_none() && !file.locked
        });
        let deleted = deleted.unwrap();
        let body = json!([members[deleted]]).to_string();
        api.call("DELETE", "/files/storage/", &body).await.json(200);

        let group = api.get(&format!("/groups/{id}/")).await.json(200);
        assert_eq!(group["id"], **id);
        assert_eq!(
            group["files_count"],
            members.len(),
            "the count never changes"
        );
        assert_eq!(*id, format!("{}~{}", &id[..36], members.len()));
        let files = group["files"].as_array().unwrap();
        assert_eq!(files.len(), members.len());
        assert_eq!(files[deleted].is_null(), null);
        if !null {
            assert!(!files[deleted]["datetime_removed"].is_null());
        }
        for (file, member) in files.iter().zip(&members) {
            assert!(file.is_null() || file["uuid"] == **member, "in group order");
            assert!(file.is_null() || file["default_effects"].is_string());
        }
    }
}

#[tokio::test]
async fn files_removed_long_ago_are_null_in_their_groups() {
    let api = Api::start(3000, 60).await;
    let mut null = 0;
    for id in api.server.books().group_ids() {
        let group = api.get(&format!("/groups/{id}/")).await.json(200);
        null += group["files"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|file| file.is_null())
            .count();
    }
    assert!(null > 0);
}

#[tokio::test]
async fn row_39_deleting_a_group_leaves_its_files() {
    let api = Api::start(300, 10).await;
    let books = api.server.books();
    let (before, groups) = (books.file_ids(), books.group_ids());
    let target = format!("/groups/{}/", groups[3]);
    let answer = api.call("DELETE", &target, "").await;
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    assert_eq!(answer.header("Content-Type"), None);
    api.call("DELETE", &target, "")
        .await
        .refuses(404, "Not found.");
    api.get(&target).await.refuses(404, "Not found.");
    assert_eq!(books.file_ids(), before);
    let listed: Value = api.get("/groups/").await.json(200);
    assert_eq!(listed["total"], 9);
    assert!(!ids(&listed["results"]).contains(&groups[3]));
    assert_eq!(books.writes_per_id(&groups[3]), 2);
}
