//! Rows 14 to 24: details, one delete, and calls that name many files.

use serde_json::{Value, json};
use tallyman::demo::imagekit::{Echo, Missing, Quirks};
use tallyman::demo::{Fault, Rule, Target};

use crate::api::{Api, HELP, refuses, with_key};
use crate::raw_http::{Answer, Broken};

const DELETE: &str = "/v1/files/batch/deleteByFileIds";
const UNKNOWN: &str = "0123456789abcdef01234567";

/// Ids of files on which the service does not fail, newest first.
fn sound(api: &Api) -> Vec<String> {
    let books = api.books();
    let ids = books.file_ids().into_iter();
    ids.filter(|id| !books.file(id).unwrap().stuck).collect()
}

async fn delete(api: &Api, ids: &[impl AsRef<str>]) -> Answer {
    let ids: Vec<&str> = ids.iter().map(AsRef::as_ref).collect();
    api.call("POST", DELETE, &json!({"fileIds": ids})).await
}

#[tokio::test]
async fn row_14_details() {
    let api = Api::start(5).await;
    let id = &api.books().file_ids()[0];
    let file = api.get(&format!("/v1/files/{id}/details")).await.json(200);
    assert_eq!(api.list(&[]).await[4], file);
    let bad = api.get("/v1/files/fake_123/details").await;
    refuses(&bad, 400, "Your request contains invalid fileId parameter.");
    let unknown = api.get(&format!("/v1/files/{UNKNOWN}/details")).await;
    refuses(&unknown, 404, "The requested file does not exist.");
}

#[tokio::test]
async fn row_15_one_delete() {
    let api = Api::start(5).await;
    let id = &api.books().file_ids()[0];
    let path = format!("/v1/files/{id}");
    let answer = api.call("DELETE", &path, &json!({})).await;
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    let again = api.call("DELETE", &path, &json!({})).await;
    refuses(&again, 404, "The requested file does not exist.");
    refuses(
        &api.get(&format!("{path}/details")).await,
        404,
        "The requested file does not exist.",
    );
    assert_eq!(&api.books().removed_ids()[..], std::slice::from_ref(id));
    assert_eq!(api.books().writes_per_id(id), 2);
    assert!(api.list(&[]).await.iter().all(|row| row["fileId"] != **id));
}

#[tokio::test]
async fn row_16_and_20_all_good_in_the_order_of_the_request_each_once() {
    let api = Api::start(200).await;
    let mut ids = sound(&api);
    ids.truncate(99);
    ids.swap(3, 50);
    let mut sent = ids.clone();
    sent.push(ids[0].clone());
    let answer = delete(&api, &sent).await.json(200);
    assert_eq!(answer, json!({"successfullyDeletedFileIds": ids}));
    assert_eq!(api.books().removed_ids().len(), 99);
    let quirks = Quirks {
        echo: Echo::Sorted,
        ..Quirks::default()
    };
    let api = Api::with(30, quirks).await;
    let mut ids = sound(&api);
    let answer = delete(&api, &ids).await.json(200);
    ids.sort();
    assert_eq!(answer["successfullyDeletedFileIds"], json!(ids));
}

#[tokio::test]
async fn row_17_one_missing_id_and_nothing_is_deleted() {
    for (missing, named) in [
        (Missing::All, json!([UNKNOWN, "fake_123"])),
        (Missing::First, json!([UNKNOWN])),
        (Missing::Unnamed, Value::Null),
    ] {
        let api = Api::with(
            50,
            Quirks {
                missing,
                ..Quirks::default()
            },
        )
        .await;
        let good = sound(&api);
        let ids = [&good[0], UNKNOWN, &good[1], "fake_123"];
        let mut body = delete(&api, &ids).await.json(404);
        assert_eq!(body["missingFileIds"], named);
        body.as_object_mut().unwrap().remove("missingFileIds");
        let words = "The requested file(s) does not exist.";
        assert_eq!(body, json!({"message": words, "help": HELP}));
        assert!(api.books().removed_ids().is_empty());
        assert_eq!(api.books().writes_per_id(&good[0]), 1);
    }
    let quirks = Quirks {
        malformed_is_missing: false,
        ..Quirks::default()
    };
    let api = Api::with(50, quirks).await;
    let answer = delete(&api, &["fake_123"]).await;
    refuses(
        &answer,
        400,
        "Your request contains invalid fileIds parameter.",
    );
}

#[tokio::test]
async fn row_18_files_on_which_the_service_fails() {
    let api = Api::start(200).await;
    let (stuck, good) = (api.books().stuck_ids(), sound(&api));
    assert_eq!(stuck.len(), 5);
    let ids = [&good[0], &stuck[0], &good[1], &stuck[1]];
    let error = "Error in deleting tags";
    assert_eq!(
        delete(&api, &ids).await.json(207),
        json!({
            "successfullyDeletedFileIds": [good[0], good[1]],
            "errors": [{"fileId": stuck[0], "error": error}, {"fileId": stuck[1], "error": error}],
        })
    );
    assert_eq!(api.books().removed_ids().len(), 2);
    let one = api
        .call("DELETE", &format!("/v1/files/{}", stuck[0]), &json!({}))
        .await;
    assert_eq!(one.status, 500);
    assert_eq!(api.books().stuck_ids(), stuck);
}

#[tokio::test]
async fn row_19_bad_bodies() {
    let api = Api::start(150).await;
    let many = api.books().file_ids();
    for (body, words) in [
        (json!({}), "fileIds parameter is missing."),
        (json!({"fileIds": "x"}), "fileIds should be an Array."),
        (json!({"fileIds": []}), "fileIds is empty."),
        (
            json!({"fileIds": many[..101]}),
            "fileIds cannot have more than 100 items.",
        ),
    ] {
        refuses(&api.call("POST", DELETE, &body).await, 400, words);
    }
    assert_eq!(
        api.send(&with_key("POST", DELETE, "{\"fileIds\": ["))
            .await
            .status,
        400
    );
    assert_eq!(
        api.send(&with_key("POST", DELETE, "fileIds[]=x"))
            .await
            .status,
        400
    );
    assert_eq!((api.books().writes(), api.books().file_ids()), (0, many));
}

#[tokio::test]
async fn row_21_the_work_can_be_done_and_the_answer_lost() {
    let api = Api::start(60).await;
    for (place, (kind, broken)) in [
        (Fault::CutAfter, Some(Broken::Cut)),
        (Fault::TruncateAfter, Some(Broken::Truncated)),
        (Fault::ErrorAfter(502), None),
        (Fault::GarbageAfter, None),
    ]
    .into_iter()
    .enumerate()
    {
        let id = sound(&api).remove(0);
        let rule = Rule {
            kind,
            on: Target::Writes,
            chance: 1.0,
            times: Some(1),
        };
        api.server.faults().add(rule);
        assert_eq!(api.get("/v1/files?limit=1").await.status, 200);
        let request = with_key("POST", DELETE, json!({"fileIds": [id]}).to_string());
        let answer = request.send_to(&api.host).await;
        match broken {
            Some(broken) => assert_eq!(answer.unwrap_err(), broken),
            None => assert!(serde_json::from_slice::<Value>(&answer.unwrap().body).is_err()),
        }
        assert_eq!(api.books().removed_ids().len(), place + 1);
        let again = delete(&api, &[&id]).await.json(404);
        assert_eq!(again["missingFileIds"], json!([id]));
    }
    let rule = Rule {
        kind: Fault::ErrorBefore(403),
        on: Target::Any,
        chance: 1.0,
        times: Some(1),
    };
    api.server.faults().add(rule);
    assert_eq!(
        api.get("/v1/files").await.json(403),
        json!({"message": "Forbidden."})
    );
}

#[tokio::test]
async fn row_22_an_answer_can_name_fewer_than_were_deleted() {
    let quirks = Quirks {
        forgets_one: true,
        ..Quirks::default()
    };
    let api = Api::with(50, quirks).await;
    let ids = sound(&api);
    let answer = delete(&api, &ids[..3]).await.json(200);
    assert_eq!(answer, json!({"successfullyDeletedFileIds": ids[..2]}));
    assert_eq!(api.books().removed_ids().len(), 3);
}

#[tokio::test]
async fn row_23_tags_are_added_and_removed_on_fifty_at_most() {
    let api = Api::start(120).await;
    let ids = sound(&api);
    let (add, remove) = ("/v1/files/addTags", "/v1/files/removeTags");
    let body = |tags: &[&str]| json!({"fileIds": ids[..50], "tags": tags});
    let updated = json!({"successfullyUpdatedFileIds": ids[..50]});
    assert_eq!(
        api.call("POST", add, &body(&["new", "draft"]))
            .await
            .json(200),
        updated
    );
    let tags = api.books().file(&ids[7]).unwrap().tags;
    assert!(tags.contains(&"new".to_owned()));
    assert_eq!(tags.iter().filter(|tag| *tag == "draft").count(), 1);
    assert_eq!(
        api.call("POST", remove, &body(&["draft"])).await.json(200),
        updated
    );
    assert!(
        !api.books()
            .file(&ids[7])
            .unwrap()
            .tags
            .contains(&"draft".to_owned())
    );
    let long = "x".repeat(251);
    let too_long = "Your request contains invalid value for tags parameter. Combined length of all tags should be \
                    less than or equal to 500.";
    for (body, words) in [
        (
            json!({"fileIds": ids[..51], "tags": ["x"]}),
            "A maximum of 50 files can be edited at a time.",
        ),
        (json!({"tags": ["x"]}), "fileIds parameter is missing."),
        (json!({"fileIds": [], "tags": ["x"]}), "fileIds is empty."),
        (
            json!({"fileIds": "x", "tags": ["x"]}),
            "fileIds should be an Array.",
        ),
        (json!({"fileIds": ids[..2]}), "tags parameter is missing."),
        (body(&[]), "tags array cannot be empty."),
        (body(&[&long, &long]), too_long),
    ] {
        refuses(&api.call("POST", add, &body).await, 400, words);
    }
}

#[tokio::test]
async fn row_23_tags_of_machines_are_removed() {
    let api = Api::start(200).await;
    let books = api.books();
    let tagged = |id: &String| books.file(id).is_some_and(|file| !file.ai_tags.is_empty());
    let id = sound(&api).into_iter().find(tagged).unwrap();
    let tag = books.file(&id).unwrap().ai_tags.remove(0);
    let path = "/v1/files/removeAITags";
    let answer = api
        .call("POST", path, &json!({"fileIds": [id], "AITags": [tag]}))
        .await;
    assert_eq!(
        answer.json(200),
        json!({"successfullyUpdatedFileIds": [id]})
    );
    assert!(!books.file(&id).unwrap().ai_tags.contains(&tag));
    for (body, words) in [
        (json!({"fileIds": [id]}), "AITags parameter is missing."),
        (
            json!({"fileIds": [id], "AITags": []}),
            "AITags array cannot be empty.",
        ),
        (
            json!({"fileIds": [id], "AITags": "shirt"}),
            "Your request contains invalid value for AITags. Please provide an array of strings. Example - \
             ['t-shirt','summer-sale'].",
        ),
    ] {
        refuses(&api.call("POST", path, &body).await, 400, words);
    }
}

#[tokio::test]
async fn row_24_a_missing_id_changes_no_tags() {
    let api = Api::start(100).await;
    let (ids, stuck) = (sound(&api), api.books().stuck_ids());
    let body = |ids: &[&str]| json!({"fileIds": ids, "tags": ["new"]});
    let answer = api
        .call("POST", "/v1/files/addTags", &body(&[&ids[0], UNKNOWN]))
        .await;
    assert_eq!(answer.json(404)["missingFileIds"], json!([UNKNOWN]));
    assert!(
        !api.books()
            .file(&ids[0])
            .unwrap()
            .tags
            .contains(&"new".to_owned())
    );
    let answer = api
        .call("POST", "/v1/files/addTags", &body(&[&ids[0], &stuck[0]]))
        .await;
    assert_eq!(
        answer.json(207),
        json!({
            "successfullyUpdatedFileIds": [ids[0]],
            "errors": [{"fileId": stuck[0], "error": "Error in adding tags"}],
        })
    );
}
