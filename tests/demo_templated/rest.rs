//! Rows 18 to 20 and 22: making uploads, renders, templates, folders, and the switches for tolerance.

use serde_json::{Value, json};
use tallyman::demo::templated::Quirks;

use crate::api::{Api, bare, refuses, with_key};
use crate::raw_http::Answer;

async fn upload(api: &Api, parts: &[(&str, &[u8])]) -> Answer {
    let mut body = Vec::new();
    for (disposition, bytes) in parts {
        let head = format!("--xyz\r\nContent-Disposition: form-data; {disposition}\r\n\r\n");
        body.extend([head.as_bytes(), bytes, b"\r\n"].concat());
    }
    body.extend(b"--xyz--\r\n");
    let request = with_key("POST", "/v1/upload", body);
    api.send(&request.header("Content-Type", "multipart/form-data; boundary=xyz"))
        .await
}

fn png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let picture = image::RgbImage::new(8, 5);
    let mut out = std::io::Cursor::new(&mut bytes);
    picture.write_to(&mut out, image::ImageFormat::Png).unwrap();
    bytes
}

#[tokio::test]
async fn row_18_uploads_are_made_of_small_pictures() {
    let api = Api::start(10).await;
    let (picture, big) = (png(), vec![0; (2 << 20) + 1]);
    let file = "name=\"file\"; filename=\"a b.png\"";
    let made = upload(
        &api,
        &[
            (file, &picture),
            ("name=\"tags\"", b"x"),
            ("name=\"tags\"", b"y"),
            ("name=\"externalId\"", b"e-1"),
        ],
    )
    .await
    .json(200);
    assert_eq!(made["name"], "a b.png");
    assert_eq!(
        (&made["tags"], &made["externalId"]),
        (&json!(["x", "y"]), &json!("e-1"))
    );
    assert_eq!(made["size"], picture.len());
    assert_eq!(api.list("/v1/uploads").await[0], made);
    for parts in [
        vec![("name=\"tags\"", &b"x"[..])],
        vec![(file, &big)],
        vec![(file, b"GIF89a......")],
    ] {
        let refused = upload(&api, &parts).await.json(400);
        assert!(refused["error"].is_string());
    }
    let request = with_key("POST", "/v1/upload", "{}").header("Content-Type", "application/json");
    assert_eq!(api.send(&request).await.status, 400);
    assert_eq!(api.books().file_ids().len(), 11);
}

#[tokio::test]
async fn row_19_renders_and_templates_are_deleted_one_by_one() {
    let api = Api::start(200).await;
    let (renders, templates) = (api.books().render_ids(), api.books().template_ids());
    assert_eq!(api.list("/v1/renders").await.len(), 25);
    let one = api
        .get(&format!("/v1/render/{}", renders[0]))
        .await
        .json(200);
    assert_eq!(one, api.list("/v1/renders?limit=1").await[0]);
    for (path, word) in [
        (format!("/v1/render/{}", renders[0]), "Render"),
        (format!("/v1/template/{}", templates[0]), "Template"),
    ] {
        let answer = api.call("DELETE", &path).await;
        assert_eq!((answer.status, answer.body.len()), (204, 0));
        let words = format!("{word} not found");
        refuses(&api.call("DELETE", &path).await, 404, &words);
        refuses(&api.get(&path).await, 404, &words);
    }
    assert_eq!(api.books().render_ids(), renders[1..]);
    assert_eq!(api.books().template_ids(), templates[1..]);
    let id = one["templateId"].as_str().unwrap();
    let of_one = api
        .get(&format!("/v1/template/{id}/renders?limit=100"))
        .await;
    if id != templates[0] {
        let rows = of_one.json(200);
        assert!(
            rows.as_array()
                .unwrap()
                .iter()
                .all(|row| row["templateId"] == id)
        );
    }
}

#[tokio::test]
async fn row_20_deleting_a_folder_keeps_what_is_in_it() {
    let api = Api::start(200).await;
    let id = &api.books().folder_ids()[0];
    let templates = api
        .list(&format!("/v1/folder/{id}/templates?limit=100"))
        .await;
    let renders = api
        .list(&format!("/v1/folder/{id}/renders?limit=100"))
        .await;
    assert!(!templates.is_empty() && !renders.is_empty());
    assert_eq!(
        api.call("DELETE", &format!("/v1/folder/{id}")).await.status,
        204
    );
    refuses(
        &api.call("DELETE", &format!("/v1/folder/{id}")).await,
        404,
        "Folder not found",
    );
    for (kind, rows) in [("template", templates), ("render", renders)] {
        let path = format!("/v1/{kind}/{}", rows[0]["id"].as_str().unwrap());
        assert_eq!(api.get(&path).await.json(200)["folderId"], Value::Null);
    }
}

#[tokio::test]
async fn folders_are_made_renamed_and_filled() {
    let api = Api::start(50).await;
    let body = |name: &str| json!({"name": name}).to_string();
    let made = api
        .send(&with_key("POST", "/v1/folder", body("New")))
        .await
        .json(200);
    let path = format!("/v1/folder/{}", made["id"].as_str().unwrap());
    let renamed = api
        .send(&with_key("PUT", &path, body("Newer")))
        .await
        .json(200);
    assert_eq!(renamed["name"], "Newer");
    let render = &api.books().render_ids()[0];
    assert_eq!(
        api.call("PUT", &format!("{path}/render/{render}"))
            .await
            .status,
        204
    );
    let rows = api.list(&format!("{path}/renders")).await;
    assert_eq!(rows[0]["id"], **render);
    assert_eq!(api.list("/v1/folders?query=newer").await.len(), 1);
    assert_eq!(
        api.send(&with_key("POST", "/v1/folder", "{}")).await.status,
        400
    );
}

#[tokio::test]
async fn row_22_switches_for_tolerance() {
    let quirks = Quirks {
        wrapped_lists: true,
        no_url: true,
        upper_case_status: true,
        ..Quirks::default()
    };
    let api = Api::with(100, quirks).await;
    let uploads = api.get("/v1/uploads").await.json(200);
    assert_eq!(uploads["uploads"].as_array().unwrap().len(), 15);
    assert!(uploads["uploads"][0].get("url").is_none());
    let renders = api.get("/v1/renders?limit=1").await.json(200);
    let status = renders["renders"][0]["status"].as_str().unwrap();
    assert_eq!(status, status.to_uppercase());
}

#[tokio::test]
async fn pictures_can_be_had_without_a_key() {
    let api = Api::start(50).await;
    let base = format!("{}/templated", api.server.base());
    for list in ["/v1/uploads?limit=1", "/v1/templates?limit=1"] {
        let row = api.list(list).await.remove(0);
        let link = row
            .get("url")
            .unwrap_or(&row["thumbnail"])
            .as_str()
            .unwrap();
        let answer = api
            .send(&bare("GET", link.strip_prefix(&base).unwrap(), ""))
            .await;
        assert_eq!(answer.status, 200);
        let picture = image::load_from_memory(&answer.body).unwrap();
        assert!(picture.width() > 100);
    }
    assert_eq!(
        api.send(&bare("GET", "/cdn/uploads/x/y", "")).await.status,
        404
    );
}
