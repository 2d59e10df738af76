//! Rows 24 to 32: batch store and batch delete.

use serde_json::{Value, json};

use crate::wire::{Api, ids, signed, time};
use tallyman::demo::{PUBLIC_KEY, SECRET_KEY};

const BATCH: &str = "/files/storage/";

async fn batch(api: &Api, method: &str, inputs: &[&str]) -> Value {
    let answer = api
        .call(method, BATCH, &json!(inputs).to_string())
        .await
        .json(200);
    let keys: Vec<_> = answer.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["status", "result", "problems"]);
    assert_eq!(answer["status"], "ok");
    answer
}

#[tokio::test]
async fn row_24_to_26_bad_bodies_are_refused_whole() {
    let api = Api::start(300, 0).await;
    let books = api.server.books();
    let existing = books.file_ids();
    let list = json!(existing[..101]).to_string();
    for (body, words) in [
        ("{}", "Expected list of UUIDs"),
        ("\"x\"", "Expected list of UUIDs"),
        ("", "Expected list of UUIDs"),
        ("[\"x\"", "Expected list of UUIDs"),
        ("[]", "List of UUIDs can not be empty"),
        (
            &list,
            "Maximum UUIDs per request is exceeded. The limit is 100",
        ),
    ] {
        for method in ["PUT", "DELETE"] {
            api.call(method, BATCH, body).await.refuses(400, words);
        }
    }
    let repeated = json!(vec![&existing[0]; 101]).to_string();
    assert_eq!(
        api.call("DELETE", BATCH, &repeated).await.status,
        400,
        "counted before duplicates collapse"
    );
    let plain = signed("DELETE", BATCH, "[]").header("Content-Type", "text/plain");
    let plain = api.send(&plain.sign(PUBLIC_KEY, SECRET_KEY)).await;
    plain.refuses(415, "Unsupported media type \"text/plain\" in request.");
    assert_eq!(books.file_ids(), existing, "nothing changed");
    assert_eq!(books.writes(), 0);
}

#[tokio::test]
async fn row_27_and_32_a_hundred_at_once_in_order_of_upload() {
    let api = Api::start(400, 0).await;
    let books = api.server.books();
    let newest_first = books
        .file_ids()
        .into_iter()
        .filter(|id| !books.file(id).unwrap().locked);
    let mut chosen: Vec<_> = newest_first.take(100).collect();
    let inputs: Vec<_> = chosen.iter().map(String::as_str).collect();
    let answer = batch(&api, "DELETE", &inputs).await;
    assert_eq!(answer["problems"], json!({}));
    chosen.reverse();
    assert_eq!(ids(&answer["result"]), chosen);
    let first = &answer["result"][0]["datetime_removed"];
    for file in answer["result"].as_array().unwrap() {
        assert_eq!(&file["datetime_removed"], first, "one time a call");
        assert!(file["datetime_stored"].is_null());
    }
    assert_eq!(books.file(&chosen[0]).unwrap().removed, Some(time(first)));
    assert!(books.file_ids().iter().all(|id| !chosen.contains(id)));
}

#[tokio::test]
async fn row_28_to_30_problems_are_named_as_they_were_sent() {
    let api = Api::start(300, 0).await;
    let id = api.server.books().file_ids().remove(50);
    let unknown = "21975C81-7f57-4c7a-aef9-acfe28779f78";
    let url = format!("https://ucarecdn.com/{id}/");
    let upper = id.to_uppercase();
    let inputs = [
        "4j334o01-8bs3",
        unknown,
        &id,
        "4j334o01-8bs3",
        &upper,
        &url,
        unknown,
        "",
    ];
    for method in ["PUT", "DELETE"] {
        let answer = batch(&api, method, &inputs).await;
        assert_eq!(ids(&answer["result"]), [&*id]);
        let problems = json!({
            "4j334o01-8bs3": "Invalid",
            unknown: "Missing in the project",
            &*url: "Invalid",
            "": "Invalid",
        });
        assert_eq!(answer["problems"], problems);
    }
    let none = batch(&api, "DELETE", &["x"]).await;
    assert_eq!(none["result"], json!([]), "200 with nothing done");
}

#[tokio::test]
async fn row_31_repeats_keep_their_first_times() {
    let api = Api::start(300, 0).await;
    let books = api.server.books();
    let chosen = &books.file_ids()[20..40];
    let inputs: Vec<_> = chosen.iter().map(String::as_str).collect();
    let first = batch(&api, "DELETE", &inputs).await;
    let second = batch(&api, "DELETE", &inputs).await;
    assert_eq!(first, second);
    let stored = batch(&api, "PUT", &inputs).await;
    assert!(
        stored["result"]
            .as_array()
            .unwrap()
            .iter()
            .all(|file| file["datetime_removed"].is_null())
    );
    let again = batch(&api, "PUT", &inputs).await;
    assert_eq!(stored, again);
    assert_eq!(books.writes_per_id(inputs[0]), 4);
    assert_eq!(books.writes(), 4);
}

#[tokio::test]
async fn locked_files_are_refused_with_a_reason_of_their_own() {
    let api = Api::start(500, 0).await;
    let books = api.server.books();
    let locked = books.locked_ids();
    let free = books
        .file_ids()
        .into_iter()
        .find(|id| !locked.contains(id))
        .unwrap();
    let inputs = [&*locked[0], &*free, &*locked[1]];
    let answer = batch(&api, "DELETE", &inputs).await;
    assert_eq!(ids(&answer["result"]), [&*free]);
    let reason = "File is locked by a running conversion";
    assert_eq!(
        answer["problems"],
        json!({&*locked[0]: reason, &*locked[1]: reason})
    );
    let answer = batch(&api, "PUT", &inputs).await;
    assert_eq!(
        answer["problems"],
        json!({}),
        "a lock is against deleting alone"
    );
}
