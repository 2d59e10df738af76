//! Rows 33 to 37 and 41 to 43: metadata, copies, search, tags.

use std::time::Duration;

use serde_json::json;
use tallyman::demo::Quirks;

use crate::wire::{Api, ids};

const COPY: &str = "/files/local_copy/";
const SEARCH: &str = "/files/search/";

#[tokio::test]
async fn row_33_and_35_metadata_is_put_and_deleted() {
    let api = Api::start(100, 0).await;
    let id = api.server.books().file_ids().remove(5);
    let all = format!("/files/{id}/metadata/");
    let one = format!("{all}-:45az_/");
    let before = api.get(&all).await.json(200);
    assert_eq!(api.call("PUT", &one, "\"côte\"").await.json(201), "côte");
    assert_eq!(api.call("PUT", &one, "\"other\"").await.json(200), "other");
    assert_eq!(api.get(&one).await.json(200), "other");
    assert_eq!(
        api.get(&format!("/files/{id}/")).await.json(200)["metadata"]["-:45az_"],
        "other"
    );
    assert_eq!(api.call("DELETE", &one, "").await.status, 204);
    api.get(&one).await.refuses(404, "Not found.");
    api.call("DELETE", &one, "")
        .await
        .refuses(404, "Not found.");
    assert_eq!(api.get(&all).await.json(200), before);
}

#[tokio::test]
async fn row_34_bad_metadata_is_refused() {
    let api = Api::start(100, 0).await;
    let id = api.server.books().file_ids().remove(5);
    let put = async |key: &str, body: String| {
        let target = format!("/files/{id}/metadata/{key}/");
        api.call("PUT", &target, &body).await.status
    };
    for body in ["{\"a\": 1}", "7", "\"\"", "", "null"] {
        assert_eq!(put("key", body.to_owned()).await, 400, "{body}");
    }
    assert_eq!(put("key", json!("x".repeat(513)).to_string()).await, 400);
    assert_eq!(put("key", json!("é".repeat(512)).to_string()).await, 201);
    assert_eq!(put("bad%20key", "\"x\"".to_owned()).await, 400);
    assert_eq!(put(&"k".repeat(65), "\"x\"".to_owned()).await, 400);
    let known = api.get(&format!("/files/{id}/metadata/")).await.json(200);
    for ix in known.as_object().unwrap().len()..50 {
        assert_eq!(put(&format!("key{ix}"), "\"x\"".to_owned()).await, 201);
    }
    assert_eq!(put("one-too-many", "\"x\"".to_owned()).await, 400);
}

#[tokio::test]
async fn row_36_a_copy_is_complete_after_a_while() {
    let quirks = Quirks {
        copy_delay: Duration::from_millis(250),
        ..Quirks::default()
    };
    let api = Api::with(100, 0, quirks).await;
    let books = api.server.books();
    let mut oldest_first = books.file_ids().into_iter().rev();
    let id = oldest_first
        .find(|id| books.file(id).unwrap().size > 0)
        .unwrap();
    let body = json!({"source": format!("{id}/-/grayscale/"), "store": "true"}).to_string();
    let answer = api.call("POST", COPY, &body).await;
    let copy = answer.json(201);
    let file = &copy["result"];
    assert_eq!(copy["type"], "file");
    assert_eq!(answer.header("Location"), file["url"].as_str());
    assert_eq!(file["size"], 0);
    assert_eq!(file["mime_type"], "application/octet-stream");
    assert!(
        file["is_image"].is_null() && file["content_info"].is_null() && file["is_ready"] == true
    );
    assert!(!file["datetime_stored"].is_null());
    let copied = file["uuid"].as_str().unwrap();
    assert_eq!(books.file_ids()[0], copied, "the newest file of all");
    tokio::time::sleep(Duration::from_millis(300)).await;
    let later = api.get(&format!("/files/{copied}/")).await.json(200);
    assert_eq!(later["size"], books.file(&id).unwrap().size);
    assert!(later["is_image"].is_boolean());
}

#[tokio::test]
async fn row_37_bad_copies_are_refused() {
    let api = Api::start(100, 0).await;
    let books = api.server.books();
    let (id, removed) = (books.file_ids().remove(50), books.removed_ids().remove(0));
    let bad = "Bad `source` parameter. Use UUID or CDN URL.";
    for (body, words) in [
        (json!({}), "`source` parameter is required."),
        (json!({"source": "nothing"}), bad),
        (json!({"source": removed}), bad),
        (
            json!({"source": id, "store": "maybe"}),
            "`store` parameter should be `true` or `false`.",
        ),
    ] {
        api.call("POST", COPY, &body.to_string())
            .await
            .refuses(400, words);
    }
    let body = json!({"source": id, "target": "nowhere"}).to_string();
    let remote = api.call("POST", "/files/remote_copy/", &body).await;
    remote.refuses(400, "Project has no storage with provided name.");
}

#[tokio::test]
async fn row_41_senseless_searches_are_refused_by_field() {
    let api = Api::start(100, 0).await;
    for (target, body, answer) in [
        (SEARCH, json!({}), "non_field_errors"),
        (SEARCH, json!({"sort": ["size"]}), "non_field_errors"),
        (SEARCH, json!({"query": "abc"}), "query"),
        (SEARCH, json!({"is_image": "yes"}), "is_image"),
        (
            SEARCH,
            json!({"phrase": {"original_filename": "name"}, "exact": {"original_filename": ["name"]}}),
            "non_field_errors",
        ),
        (
            "/files/search/?limit=100&offset=901",
            json!({"is_image": true}),
            "non_field_errors",
        ),
        (
            "/files/search/?limit=101",
            json!({"is_image": true}),
            "limit",
        ),
    ] {
        let refused = api.call("POST", target, &body.to_string()).await.json(400);
        assert!(
            refused.get(answer).is_some() && refused.get("detail").is_none(),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn search_finds_what_matches_and_pages() {
    let api = Api::start(900, 0).await;
    let body = json!({"is_image": true, "size": {"gte": 1000}, "sort": ["-size"]}).to_string();
    let mut target = "/files/search/?limit=100".to_owned();
    let mut found = Vec::new();
    loop {
        let page = api.call("POST", &target, &body).await.json(200);
        assert!(page.get("totals").is_none());
        let results = page["results"].as_array().unwrap();
        assert!(results.iter().all(|file| file["is_image"] == true));
        found.extend(results.iter().map(|file| file["size"].as_u64().unwrap()));
        if page["next"].is_null() {
            assert_eq!(page["total"], found.len());
            break;
        }
        target = api.target_of(&page["next"]);
    }
    assert!(found.len() > 300 && found.is_sorted_by(|a, b| a >= b));
    let books = api.server.books();
    let id = books.file_ids().remove(7);
    let exact = json!({"exact": {"uuid": [id]}}).to_string();
    let page = api.call("POST", SEARCH, &exact).await.json(200);
    assert_eq!(ids(&page["results"]), [id]);
    let query = json!({"query": "invoice"}).to_string();
    let page = api.call("POST", SEARCH, &query).await.json(200);
    for file in page["results"].as_array().unwrap() {
        assert!(
            file["highlight"]["original_filename"][0]
                .as_str()
                .unwrap()
                .contains("<em>")
        );
    }
}

#[tokio::test]
async fn row_42_the_search_lags_behind() {
    for (search_lag, count) in [(Duration::ZERO, 1), (Duration::from_secs(60), 0)] {
        let quirks = Quirks {
            search_lag,
            ..Quirks::default()
        };
        let api = Api::with(100, 0, quirks).await;
        let source = api.server.books().file_ids().pop().unwrap();
        let body = json!({"source": source}).to_string();
        let copy = api.call("POST", COPY, &body).await.json(201);
        let exact = json!({"exact": {"uuid": [copy["result"]["uuid"]]}}).to_string();
        let page = api.call("POST", SEARCH, &exact).await.json(200);
        assert_eq!(page["total"], count);
    }
}

#[tokio::test]
async fn row_43_tags_are_normalised_and_limited() {
    let api = Api::start(100, 0).await;
    let books = api.server.books();
    let target = format!("/files/{}/tags/", books.file_ids()[9]);
    let put = async |body| api.call("PUT", &target, &format!("{body}")).await;
    put(json!({"tags": []})).await.json(200);
    let answer = put(json!({"tags": [" Dog", "cat", "DOG", ""]}))
        .await
        .json(200);
    assert_eq!(
        answer,
        json!({"tags": ["dog", "cat"], "added": ["cat", "dog"], "deleted": []})
    );
    let body = json!({"add": ["cow", "dog"], "delete": ["DOG"]}).to_string();
    let answer = api.call("PATCH", &target, &body).await.json(200);
    assert_eq!(
        answer,
        json!({"tags": ["cat", "cow", "dog"], "added": ["cow"], "deleted": []})
    );
    let many: Vec<_> = (0..51).map(|ix| ix.to_string()).collect();
    assert_eq!(put(json!({"tags": many})).await.status, 400);
    assert_eq!(put(json!({"tags": ["two words"]})).await.status, 400);
    assert_eq!(put(json!({})).await.status, 400);
    assert_eq!(
        api.get(&target).await.json(200),
        json!({"tags": ["cat", "cow", "dog"]})
    );
    let removed = books.removed_ids().remove(0);
    api.get(&format!("/files/{removed}/tags/"))
        .await
        .refuses(404, "Not found.");
}
