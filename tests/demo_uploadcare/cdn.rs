//! Rows 52 and 53: pictures, what is none, what was removed.

use std::time::Duration;

use serde_json::{Value, json};
use tallyman::demo::Quirks;

use crate::wire::Api;

async fn listed(api: &Api) -> Vec<Value> {
    let page = api
        .get("/files/?limit=1000&ordering=-datetime_uploaded")
        .await
        .json(200);
    page["results"].as_array().unwrap().clone()
}

fn is_picture(file: &&Value) -> bool {
    file["is_image"] == true && file["is_ready"] == true
}

#[tokio::test]
async fn pictures_are_drawn_at_the_wanted_size() {
    let api = Api::start(300, 0).await;
    for file in listed(&api).await.iter().filter(is_picture).take(12) {
        let answer = api
            .cdn(&format!(
                "{}/-/preview/96x64/",
                file["uuid"].as_str().unwrap()
            ))
            .await;
        assert_eq!(answer.status, 200);
        let kind = answer.header("Content-Type").unwrap();
        assert!(matches!(kind, "image/jpeg" | "image/png"), "{kind}");
        let picture = image::load_from_memory(&answer.body).unwrap();
        assert!(picture.width() <= 96 && picture.height() <= 64);
        assert!(picture.width() == 96 || picture.height() == 64);
        let info = &file["content_info"]["image"];
        let original = info["width"].as_f64().unwrap() / info["height"].as_f64().unwrap();
        let shown = f64::from(picture.width()) / f64::from(picture.height());
        assert!(
            (original / shown - 1.0).abs() < 0.05,
            "{original} is shown as {shown}"
        );
    }
}

#[tokio::test]
async fn the_public_address_leads_to_the_content() {
    let api = Api::start(300, 0).await;
    let files = listed(&api).await;
    let picture = files.iter().find(is_picture).unwrap();
    let target = api.target_of(&picture["original_file_url"]);
    let answer = api.cdn(target.strip_prefix("/cdn/").unwrap()).await;
    assert!(image::load_from_memory(&answer.body).is_ok());
    let small = |file: &&Value| {
        file["is_image"] == false && (1..200_000).contains(&file["size"].as_u64().unwrap())
    };
    let other = files.iter().find(small).unwrap();
    let answer = api
        .cdn(&format!("{}/", other["uuid"].as_str().unwrap()))
        .await;
    assert_eq!(answer.body.len() as u64, other["size"].as_u64().unwrap());
    assert_eq!(answer.header("Content-Disposition"), Some("attachment"));
}

#[tokio::test]
async fn row_52_operations_are_for_images() {
    let api = Api::start(300, 0).await;
    let files = listed(&api).await;
    let other = files
        .iter()
        .find(|file| file["is_image"] == false && file["is_ready"] == true);
    let other = other.unwrap()["uuid"].as_str().unwrap();
    let answer = api.cdn(&format!("{other}/-/preview/256x256/")).await;
    assert_eq!(
        (answer.status, answer.header("Content-Type")),
        (400, Some("text/html"))
    );
    let picture = files.iter().find(is_picture).unwrap()["uuid"]
        .as_str()
        .unwrap();
    assert_eq!(
        api.cdn(&format!("{picture}/-/unheard_of/1/")).await.status,
        400
    );
    for unknown in [
        "21975c81-7f57-4c7a-aef9-acfe28779f78/",
        "x/-/preview/9x9/",
        "",
    ] {
        assert_eq!(api.cdn(unknown).await.status, 404, "{unknown}");
    }
}

#[tokio::test]
async fn row_53_a_removed_file_is_served_while_it_is_cached() {
    for (cdn_cache, status) in [(Duration::from_secs(600), 200), (Duration::ZERO, 404)] {
        let quirks = Quirks {
            cdn_cache,
            ..Quirks::default()
        };
        let api = Api::with(300, 0, quirks).await;
        let files = listed(&api).await;
        let locked = api.server.books().locked_ids();
        let free =
            |file: &&Value| is_picture(file) && !locked.iter().any(|id| file["uuid"] == **id);
        let id = files.iter().find(free).unwrap()["uuid"].as_str().unwrap();
        let answer = api
            .call("DELETE", "/files/storage/", &json!([id]).to_string())
            .await;
        assert_eq!(answer.json(200)["result"][0]["uuid"], id);
        let answer = api.cdn(&format!("{id}/-/preview/32x32/")).await;
        assert_eq!(answer.status, status);
    }
}
