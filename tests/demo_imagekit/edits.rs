//! Rows 25 and 38: changing details, custom metadata fields, versions.

use serde_json::{Value, json};

use crate::api::{Api, HELP, refuses};

/// The newest file of which the list's row has this.
async fn newest(api: &Api, has: impl Fn(&Value) -> bool) -> Value {
    let rows = api.list(&[("sort", "DESC_CREATED")]).await;
    rows.into_iter().find(has).unwrap()
}

fn details(row: &Value) -> String {
    format!("/v1/files/{}/details", row["fileId"].as_str().unwrap())
}

#[tokio::test]
async fn row_25_null_unsets_and_unknown_fields_are_refused() {
    let api = Api::start(300).await;
    let row = newest(&api, |row| {
        !row["tags"].is_null() && !row["customMetadata"]["price"].is_null()
    })
    .await;
    let path = details(&row);
    let answer = api
        .call(
            "PATCH",
            &path,
            &json!({"tags": null, "customMetadata": {"price": null}}),
        )
        .await;
    let changed = answer.json(200);
    assert_eq!(changed["tags"], Value::Null);
    assert!(changed["customMetadata"].get("price").is_none());
    assert_eq!(
        changed["customMetadata"]["brand"],
        row["customMetadata"]["brand"]
    );
    assert_eq!(changed, api.get(&path).await.json(200));
    let odd = json!({"tags": ["x"], "customMetadata": {"nope": 1, "colour": "pink", "brand": "B"}});
    let refused = api.call("PATCH", &path, &odd).await.json(400);
    assert_eq!(
        (&refused["message"], &refused["help"]),
        (&json!("Invalid custom metadata."), &json!(HELP))
    );
    let wrong: Vec<&String> = refused["errors"].as_object().unwrap().keys().collect();
    assert_eq!(wrong, ["nope", "colour"]);
    assert_eq!(
        api.get(&path).await.json(200),
        changed,
        "nothing was changed"
    );
}

#[tokio::test]
async fn details_are_replaced_one_by_one() {
    let api = Api::start(100).await;
    let row = newest(&api, |row| !row["AITags"].is_null()).await;
    let path = details(&row);
    let edit = json!({
        "tags": ["a", "b"],
        "customCoordinates": "1,2,30,40",
        "description": "new",
        "removeAITags": "all",
        "customMetadata": {"sizes": ["S", "M"], "onSale": true, "price": 3},
    });
    let changed = api.call("PATCH", &path, &edit).await.json(200);
    for name in ["tags", "customCoordinates", "description"] {
        assert_eq!(changed[name], edit[name], "{name}");
    }
    assert_eq!(changed["AITags"], Value::Null);
    assert_eq!(changed["customMetadata"]["sizes"], json!(["S", "M"]));
    assert!(changed["updatedAt"].as_str() > row["updatedAt"].as_str());
    let hidden = json!({"publish": {"isPublished": false}});
    assert_eq!(
        api.call("PATCH", &path, &hidden).await.json(200)["isPublished"],
        false
    );
    for bad in [
        json!({"tags": ["50%"]}),
        json!({"tags": ["x".repeat(501)]}),
        json!({"customCoordinates": "1,2"}),
        json!({"publish": {"isPublished": true}, "tags": []}),
    ] {
        assert_eq!(api.call("PATCH", &path, &bad).await.status, 400, "{bad}");
    }
    let missing = api
        .call("PATCH", "/v1/files/0123456789abcdef01234567/details", &edit)
        .await;
    refuses(&missing, 404, "The requested file does not exist.");
}

#[tokio::test]
async fn custom_metadata_fields_come_and_go() {
    let api = Api::start(5).await;
    let fields = "/v1/customMetadataFields";
    let body = json!({"name": "season", "label": "Season", "schema": {"type": "Text"}});
    let made = api.call("POST", fields, &body).await.json(201);
    let path = format!("{fields}/{}", made["id"].as_str().unwrap());
    let again = api.call("POST", fields, &body).await;
    refuses(
        &again,
        400,
        "A custom metadata field with this name already exists.",
    );
    let renamed = api
        .call("PATCH", &path, &json!({"label": "Time of year"}))
        .await
        .json(200);
    assert_eq!(renamed["label"], "Time of year");
    for (change, words) in [
        (json!({}), "Either label or schema should be provided."),
        (json!({"name": "x"}), "Name cannot be updated."),
        (
            json!({"label": "Brand"}),
            "A custom metadata field with this label already exists.",
        ),
        (
            json!({"schema": {"type": "Colour"}}),
            "Invalid schema object.",
        ),
    ] {
        refuses(&api.call("PATCH", &path, &change).await, 400, words);
    }
    let count = |answer: crate::raw_http::Answer| answer.json(200).as_array().unwrap().len();
    assert_eq!(count(api.get(fields).await), 6);
    assert_eq!(api.call("DELETE", &path, &json!({})).await.status, 204);
    let gone = api.call("DELETE", &path, &json!({})).await;
    refuses(&gone, 404, "No such custom metadata field exists.");
    assert_eq!(count(api.get(fields).await), 5);
    assert_eq!(
        count(api.get(&format!("{fields}?includeDeleted=true")).await),
        6
    );
    let taken = api.call("POST", fields, &body).await;
    refuses(
        &taken,
        400,
        "A custom metadata field with this name already exists.",
    );
}

#[tokio::test]
async fn row_38_versions_but_not_the_current_one_can_be_deleted() {
    let api = Api::start(300).await;
    let books = api.books();
    let mut ids = books.file_ids().into_iter();
    let id = ids
        .find(|id| books.file(id).unwrap().versions.len() > 2)
        .unwrap();
    let versions = books.file(&id).unwrap().versions;
    let base = format!("/v1/files/{id}/versions");
    let rows = api.get(&base).await.json(200);
    let shown = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["versionInfo"]["id"].as_str().unwrap());
    assert!(shown.eq(versions.iter().rev().map(String::as_str)));
    assert_eq!(rows[0]["type"], "file");
    assert_eq!(rows[1]["type"], "file-version");
    assert_eq!(
        api.get(&format!("{base}/{}", versions[0])).await.json(200)["versionInfo"]["name"],
        "Version 1"
    );
    let (oldest, newest) = (&versions[0], versions.last().unwrap());
    let current = api
        .call("DELETE", &format!("{base}/{newest}"), &json!({}))
        .await;
    refuses(
        &current,
        400,
        "You cannot delete current version of a file.",
    );
    let restored = api
        .call("PUT", &format!("{base}/{oldest}/restore"), &json!({}))
        .await
        .json(200);
    assert_eq!(
        (&restored["type"], &restored["versionInfo"]["id"]),
        (&json!("file"), &json!(oldest))
    );
    assert_eq!(
        api.call("DELETE", &format!("{base}/{newest}"), &json!({}))
            .await
            .status,
        204
    );
    let gone = api.get(&format!("{base}/{newest}")).await;
    refuses(&gone, 404, "The requested file version does not exist.");
    let bad = api.get(&format!("{base}/x")).await;
    refuses(
        &bad,
        400,
        "Your request contains invalid versionId parameter.",
    );
    assert_eq!(books.file(&id).unwrap().versions.len(), versions.len() - 1);
    let unknown = api.get("/v1/files/0123456789abcdef01234567/versions").await;
    refuses(&unknown, 404, "The requested asset does not exist.");
}

#[tokio::test]
async fn metadata_is_told_of_pictures_and_videos() {
    let api = Api::start(300).await;
    let of = |row: &Value| format!("/v1/files/{}/metadata", row["fileId"].as_str().unwrap());
    let picture = newest(&api, |row| row["mime"] == "image/jpeg").await;
    let told = api.get(&of(&picture)).await.json(200);
    assert_eq!(
        (&told["width"], &told["format"]),
        (&picture["width"], &json!("jpg"))
    );
    let url: String =
        url::form_urlencoded::byte_serialize(picture["url"].as_str().unwrap().as_bytes()).collect();
    assert_eq!(
        api.get(&format!("/v1/metadata?url={url}")).await.json(200),
        told
    );
    let video = newest(&api, |row| row["mime"] == "video/mp4").await;
    assert_eq!(
        api.get(&of(&video)).await.json(200)["duration"],
        video["duration"]
    );
    let plain = newest(&api, |row| row["mime"] == "application/pdf").await;
    refuses(
        &api.get(&of(&plain)).await,
        400,
        "The requested file is corrupt or invalid.",
    );
    let foreign = api.get("/v1/metadata?url=https://example.com/a.jpg").await;
    refuses(
        &foreign,
        400,
        "The url should be accessible using your ImageKit.io account.",
    );
}
