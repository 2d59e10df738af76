//! Rows 33 to 37: purging, uploads, usage, delivery.

use serde_json::{Value, json};
use tallyman::demo::imagekit::Quirks;

use crate::api::{Api, bare, base64, refuses, with_key};
use crate::raw_http::Answer;

/// What is delivered at an address that an answer gave.
async fn delivered(api: &Api, url: &str) -> Answer {
    let base = format!("{}/imagekit", api.server.base());
    api.send(&bare("GET", url.strip_prefix(&base).unwrap(), ""))
        .await
}

async fn newest(api: &Api, mime: &str) -> Value {
    let rows = api.list(&[("sort", "DESC_CREATED")]).await;
    rows.into_iter().find(|row| row["mime"] == mime).unwrap()
}

#[tokio::test]
async fn row_33_and_37_what_was_deleted_is_served_until_it_is_purged() {
    let api = Api::start(300).await;
    let row = newest(&api, "image/jpeg").await;
    let (url, thumbnail) = (
        row["url"].as_str().unwrap(),
        row["thumbnail"].as_str().unwrap(),
    );
    let id = row["fileId"].as_str().unwrap();
    let before = delivered(&api, thumbnail).await;
    assert_eq!(
        (before.status, before.header("Content-Type")),
        (200, Some("image/jpeg"))
    );
    let picture = image::load_from_memory(&before.body).unwrap();
    assert!(picture.width().max(picture.height()) <= 300);
    assert_eq!(
        api.call("DELETE", &format!("/v1/files/{id}"), &json!({}))
            .await
            .status,
        204
    );
    assert_eq!(delivered(&api, thumbnail).await.body, before.body);
    assert_eq!(delivered(&api, url).await.status, 200);
    let purge = api
        .call("POST", "/v1/files/purge", &json!({"url": url}))
        .await
        .json(201);
    let path = format!("/v1/files/purge/{}", purge["requestId"].as_str().unwrap());
    for status in ["Pending", "Pending", "Completed"] {
        assert_eq!(api.get(&path).await.json(200), json!({"status": status}));
    }
    assert_eq!(delivered(&api, thumbnail).await.status, 404);
    assert_eq!(api.books().purged(), [url]);
    let unknown = api.get("/v1/files/purge/0123456789abcdef01234567").await;
    refuses(&unknown, 400, "No request found for this requestId.");
}

#[tokio::test]
async fn row_33_only_addresses_of_the_account_can_be_purged() {
    let api = Api::with(
        20,
        Quirks {
            purges_a_month: 1,
            ..Quirks::default()
        },
    )
    .await;
    let invalid = "The URL is not valid for cache purging.";
    for url in [
        "",
        "https://example.com/a.jpg",
        "https://ik.imagekit.io/lanternquay/a*",
    ] {
        let answer = api
            .call("POST", "/v1/files/purge", &json!({"url": url}))
            .await;
        refuses(&answer, 400, invalid);
    }
    let wild = json!({"url": "https://ik.imagekit.io/lanternquay/products/2024/*"});
    assert_eq!(api.call("POST", "/v1/files/purge", &wild).await.status, 201);
    assert_eq!(
        api.call("POST", "/v1/files/purge", &wild).await.status,
        400,
        "the quota is spent"
    );
}

#[tokio::test]
async fn pictures_are_delivered_at_the_wanted_size() {
    let api = Api::start(300).await;
    let rows = api.list(&[]).await;
    let wide = rows
        .iter()
        .find(|row| row["width"] == 1920 && row["fileType"] == "image")
        .unwrap();
    let url = wide["url"].as_str().unwrap();
    let in_path = url.replacen("/lanternquay/", "/lanternquay/tr:w-240,h-240,c-at_max/", 1);
    for (url, size) in [
        (format!("{url}&tr=w-240,h-240,c-at_max"), (240, 135)),
        (in_path, (240, 135)),
        (format!("{url}&tr=w-100,h-100,c-force"), (100, 100)),
        (format!("{url}&tr=w-0.5,f-jpg"), (960, 540)),
        (format!("{url}&tr=orig-true"), (1024, 576)),
    ] {
        let answer = delivered(&api, &url).await;
        assert_eq!(answer.status, 200, "{url}");
        let picture = image::load_from_memory(&answer.body).unwrap();
        assert_eq!((picture.width(), picture.height()), size, "{url}");
    }
    assert_eq!(delivered(&api, &format!("{url}&tr=zz-1")).await.status, 400);
    let video = newest(&api, "video/mp4").await;
    let still = delivered(&api, video["thumbnail"].as_str().unwrap()).await;
    assert_eq!(still.header("Content-Type"), Some("image/jpeg"));
    let plain = newest(&api, "text/csv").await;
    assert!(plain.get("thumbnail").is_none());
    let answer = delivered(&api, plain["url"].as_str().unwrap()).await;
    assert_eq!(json!(answer.body.len()), plain["size"]);
}

async fn upload(api: &Api, parts: &[(&str, &str)]) -> Answer {
    let mut body = String::new();
    for (name, text) in parts {
        body +=
            &format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
    }
    body += "--xyz--\r\n";
    let mut request = with_key("POST", "/api/v1/files/upload", body);
    request.headers.retain(|(name, _)| name != "Content-Type");
    api.send(&request.header("Content-Type", "multipart/form-data; boundary=xyz"))
        .await
}

#[tokio::test]
async fn row_28_and_35_uploads_tell_what_they_are_asked_for() {
    let api = Api::start(5).await;
    let content = ("file", "hello");
    let plain = [
        content,
        ("fileName", "a b.txt"),
        ("tags", "x,y"),
        ("folder", "new/place"),
    ];
    let made = upload(&api, &plain).await.json(200);
    let name = made["name"].as_str().unwrap();
    assert!(
        name.starts_with("a_b_")
            && name.ends_with(".txt")
            && name.len() == "a_b_123456789.txt".len()
    );
    assert_eq!(made["filePath"], format!("/new/place/{name}"));
    for hidden in [
        "tags",
        "customMetadata",
        "mime",
        "createdAt",
        "thumbnail",
        "thumbnailUrl",
    ] {
        assert!(made.get(hidden).is_none(), "{hidden}");
    }
    let mut asked = plain.to_vec();
    asked.push(("responseFields", "tags,isPrivateFile"));
    let made = upload(&api, &asked).await.json(200);
    assert_eq!(
        (&made["tags"], &made["isPrivateFile"]),
        (&json!(["x", "y"]), &json!(false))
    );
    let picture = format!("data:image/png;base64,{}", base64("not really one"));
    let named = [
        ("file", &*picture),
        ("fileName", "p.png"),
        ("useUniqueFileName", "false"),
    ];
    let made = upload(&api, &named).await.json(200);
    assert_eq!(
        (&made["name"], &made["size"]),
        (&json!("p.png"), &json!(14))
    );
    assert!(
        made["thumbnailUrl"]
            .as_str()
            .unwrap()
            .contains("/tr:n-ik_ml_thumbnail/p.png")
    );
    assert_eq!(api.books().file_ids().len(), 8);
}

#[tokio::test]
async fn row_34_uploads_are_refused() {
    let api = Api::start(5).await;
    let fixed = [
        ("file", "hello"),
        ("fileName", "a.txt"),
        ("useUniqueFileName", "false"),
    ];
    let first = upload(&api, &fixed).await.json(200);
    let second = upload(&api, &fixed).await.json(200);
    assert_eq!(
        (&second["fileId"], &second["versionInfo"]["name"]),
        (&first["fileId"], &json!("Version 2"))
    );
    let mut keep = fixed.to_vec();
    keep.push(("overwriteFile", "false"));
    let clash = "A file with the same name already exists at the exact location. We could not overwrite it because \
                 both overwriteFile and useUniqueFileName are set to false.";
    refuses(&upload(&api, &keep).await, 400, clash);
    let missing = upload(&api, &fixed[1..]).await;
    refuses(&missing, 400, "Your request is missing file parameter.");
    let small = Api::with(
        5,
        Quirks {
            largest_upload: 4,
            ..Quirks::default()
        },
    )
    .await;
    let words = "Your request contains invalid file parameter. The file size exceeds limits.";
    refuses(&upload(&small, &fixed).await, 400, words);
    for (full_is_forbidden, status) in [(false, 400), (true, 403)] {
        let quirks = Quirks {
            storage_left: 8,
            full_is_forbidden,
            ..Quirks::default()
        };
        let full = Api::with(5, quirks).await;
        assert_eq!(upload(&full, &fixed).await.status, 200);
        refuses(
            &upload(&full, &fixed).await,
            status,
            "Upload Limit Exceeded.",
        );
    }
}

#[tokio::test]
async fn row_36_usage() {
    let api = Api::start(50).await;
    let span =
        |start: &str, end: &str| format!("/v1/accounts/usage?startDate={start}&endDate={end}");
    let usage = api.get(&span("2026-01-01", "2026-02-01")).await.json(200);
    let sizes: u64 = api
        .list(&[])
        .await
        .iter()
        .map(|row| row["size"].as_u64().unwrap())
        .sum();
    assert!(usage["mediaLibraryStorageBytes"].as_u64().unwrap() >= sizes);
    assert!(usage.as_object().unwrap().values().all(Value::is_u64));
    for (path, words) in [
        (
            "/v1/accounts/usage".to_owned(),
            "startDate and endDate are required in query parameters.",
        ),
        (
            span("2026-1-1", "2026-02-01"),
            "startDate and endDate should be in format YYYY-MM-DD.",
        ),
        (
            span("2026-02-01", "2026-01-01"),
            "startDate should be before endDate.",
        ),
        (
            span("2026-01-01", "2026-05-01"),
            "startDate and endDate should be within 90 days.",
        ),
    ] {
        refuses(&api.get(&path).await, 400, words);
    }
}
