//! Rows 7 to 13: lists and searches.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tallyman::demo::imagekit::Quirks;

use crate::api::{Api, list_path, refuses};
use crate::raw_http::texts;

fn ids(rows: &[Value]) -> Vec<String> {
    texts(&json!(rows), Some("fileId"))
}

fn of_type<'a>(rows: &'a [Value], word: &str) -> Vec<&'a Value> {
    rows.iter().filter(|row| row["type"] == word).collect()
}

#[tokio::test]
async fn row_07_files_oldest_first_a_thousand_at_most() {
    let api = Api::start(1_100).await;
    let rows = api.list(&[]).await;
    assert_eq!(rows.len(), 1000);
    assert_eq!(of_type(&rows, "file").len(), 1000);
    let mut all = ids(&rows);
    all.extend(ids(&api.list(&[("skip", "1000")]).await));
    let mut books = api.books().file_ids();
    books.reverse();
    assert_eq!(all, books);
    let times = texts(&json!(rows), Some("createdAt"));
    assert!(times.is_sorted() && times[0].len() == "2022-06-15T08:19:00.843Z".len());
    // Some were uploaded at once.
    assert!(times.windows(2).any(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn row_07_rows_say_what_the_books_say() {
    let api = Api::start(400).await;
    for row in api.list(&[]).await {
        let file = api.books().file(row["fileId"].as_str().unwrap()).unwrap();
        assert_eq!(row["name"], file.name);
        assert_eq!(row["filePath"], file.path);
        assert_eq!(row["size"], file.size);
        assert_eq!(row["mime"], file.mime);
        assert_eq!(row["versionInfo"]["id"], *file.versions.last().unwrap());
        let image = file.mime.starts_with("image/");
        assert_eq!(row["fileType"], if image { "image" } else { "non-image" });
        assert_eq!(row.get("hasAlpha").is_some(), image);
        assert_eq!(row["tags"].is_null(), file.tags.is_empty());
        let url = row["url"].as_str().unwrap();
        let base = format!("{}/imagekit/cdn/lanternquay/", api.server.base());
        assert!(
            url.starts_with(&base) && url.contains("?updatedAt="),
            "{url}"
        );
    }
}

#[tokio::test]
async fn row_08_bad_parameters() {
    let api = Api::start(5).await;
    for (name, value, words) in [
        (
            "limit",
            "0",
            "Minimum value of limit parameter is 1. Value sent is 0.",
        ),
        (
            "limit",
            "1001",
            "Maximum value of limit parameter is 1000. Value sent is 1001.",
        ),
        (
            "skip",
            "-1",
            "The value of skip parameter should be greater than or equal to 0. Value sent is -1.",
        ),
        (
            "sort",
            "UP_NAME",
            "Your request contains invalid value for sort parameters.",
        ),
        (
            "type",
            "folders",
            "Your request contains invalid value for type parameter. Please provide one of the following: \
             file, file-version, folder, all.",
        ),
    ] {
        refuses(&api.get(&list_path(&[(name, value)])).await, 400, words);
    }
}

#[tokio::test]
async fn row_09_a_path_is_one_folder_and_a_colon_all_below() {
    let api = Api::start(800).await;
    let here = api.list(&[("path", "/products/2024/spring/")]).await;
    assert!(!here.is_empty());
    let paths = texts(&json!(here), Some("filePath"));
    assert!(
        paths
            .iter()
            .all(|path| path.starts_with("/products/2024/spring/"))
    );
    assert_eq!(
        api.search("path = \"/products/2024/spring\" AND type = \"file\"")
            .await,
        here
    );
    let below = api.search("type = \"file\" AND path : \"/products\"").await;
    let all = api.list(&[]).await;
    let in_products = all.iter().filter(|row| {
        let path = row["filePath"].as_str().unwrap();
        path.starts_with("/products/")
    });
    assert_eq!(below.len(), in_products.count());
    let root = api.list(&[("path", "/"), ("type", "folder")]).await;
    assert!(
        root.iter()
            .any(|row| row["folderPath"] == "/products" && row["name"] == "products")
    );
    assert!(
        root.iter()
            .all(|row| row["folderPath"].as_str().unwrap().matches('/').count() == 1)
    );
}

#[tokio::test]
async fn row_10_a_search_ignores_type_tags_and_name() {
    let api = Api::start(300).await;
    let everything = "createdAt > \"2001-01-01\"";
    let rows = api
        .list(&[
            ("searchQuery", everything),
            ("type", "file"),
            ("tags", "no such tag"),
            ("name", "no such name"),
        ])
        .await;
    assert_eq!(of_type(&rows, "file").len(), 300);
    assert_eq!(of_type(&rows, "folder").len(), api.books().folders().len());
    let files = format!("type = \"file\" AND ({everything})");
    assert_eq!(api.search(&files).await.len(), 300);
    // Path, sort, skip and limit still count.
    let sorted = [
        ("searchQuery", &*files),
        ("sort", "DESC_SIZE"),
        ("limit", "3"),
        ("skip", "1"),
    ];
    let sizes: Vec<u64> = api
        .list(&sorted)
        .await
        .iter()
        .map(|row| row["size"].as_u64().unwrap())
        .collect();
    assert!(sizes.len() == 3 && sizes.is_sorted_by(|a, b| a >= b));
    // Without it, they do.
    assert_eq!(api.list(&[("tags", "no such tag")]).await.len(), 0);
    assert!(!api.list(&[("tags", "hero,logo")]).await.is_empty());
}

#[tokio::test]
async fn row_11_bad_searches() {
    let api = Api::start(5).await;
    let date = "Invalid search query - createdAt field must have a valid date value. Make sure the value is \
                enclosed within quotes. Please refer to the documentation for syntax specification.";
    let bad = [
        "createdAt > \"yesterday\"",
        "createdAt > 7",
        "name = 'single'",
        "name",
        "name =",
        "colour = \"red\"",
        "size HAS \"1\"",
        "name IN \"x\"",
        "(name = \"x\"",
        "name = \"x\" AND",
        "name = \"x\" name = \"y\"",
        "name = \"open",
        "private = \"yes\"",
        "\u{1F6A2}",
    ];
    for (place, text) in bad.into_iter().enumerate() {
        let answer = api.get(&list_path(&[("searchQuery", text)])).await;
        let words = answer.json(400)["message"].as_str().unwrap().to_owned();
        assert!(
            words.starts_with("Invalid search query - "),
            "{text}: {words}"
        );
        assert_eq!(words == date, place < 2, "{text}: {words}");
    }
}

/// How many files an expression finds.
async fn count(api: &Api, expression: &str) -> usize {
    let files = format!("type = \"file\" AND ({expression})");
    api.search(&files).await.len()
}

#[tokio::test]
async fn searches_find_what_they_say() {
    let api = Api::start(900).await;
    let all = api.list(&[]).await;
    let (first, last) = (&all[0], &all[all.len() - 1]);
    let name = first["name"].as_str().unwrap();
    let quoted = |value: &Value| json!(value).to_string();
    let found = api
        .search(&format!(
            "name = {} AND type=\"file\"",
            quoted(&first["name"])
        ))
        .await;
    assert!(found.contains(first));
    let part: String = name.chars().take(3).collect();
    let begun = api
        .search(&format!(
            "type=\"file\" AND name : {}",
            quoted(&json!(part))
        ))
        .await;
    let wanted = all
        .iter()
        .filter(|row| row["name"].as_str().unwrap().starts_with(&part));
    assert_eq!(begun.len(), wanted.count());
    let two = format!("id IN [{}, {}]", first["fileId"], last["fileId"]);
    assert_eq!(api.search(&two).await, [first.clone(), last.clone()]);
    let from = format!("type = \"file\" AND createdAt >= {}", last["createdAt"]);
    assert!(api.search(&from).await.contains(last));
    for (yes, no) in [
        (
            "tags IN [\"hero\", \"Sky\"]",
            "tags NOT IN [\"hero\", \"Sky\"]",
        ),
        ("tags EXISTS", "tags NOT EXISTS"),
        ("private = true", "private = false"),
        ("size > \"1mb\"", "size <= 1048576"),
        (
            "format IN [\"jpg\", \"png\"]",
            "format IN [\"webp\",\"gif\",\"svg\",\"avif\",\"mp4\",\"webm\",\"mov\",\"pdf\",\"js\",\"css\",\"woff2\",\"txt\",\"csv\",\"bin\"]",
        ),
        ("createdAt > \"1y\"", "createdAt <= \"1y\""),
    ] {
        let (yes, no) = (count(&api, yes).await, count(&api, no).await);
        assert!(yes > 0 && no > 0);
        assert_eq!(yes + no, 900);
    }
    let cheap = count(
        &api,
        "\"customMetadata.price\" < 100 AND \"customMetadata.colour\" = \"navy\"",
    )
    .await;
    let priced = all.iter().filter(|row| {
        let metadata = &row["customMetadata"];
        metadata["price"]
            .as_f64()
            .is_some_and(|price| price < 100.0)
            && metadata["colour"] == "navy"
    });
    assert_eq!(cheap, priced.count());
}

#[tokio::test]
async fn row_12_beyond_the_end_there_is_nothing() {
    let api = Api::start(5).await;
    assert!(api.list(&[("skip", "6")]).await.is_empty());
    assert!(api.list(&[("path", "/no/such/folder")]).await.is_empty());
}

#[tokio::test]
async fn row_13_what_is_not_set_is_null_or_empty_text() {
    for (empty_for_null, unset) in [(false, Value::Null), (true, json!(""))] {
        let quirks = Quirks {
            empty_for_null,
            ..Quirks::default()
        };
        let api = Api::with(60, quirks).await;
        let rows = api.list(&[]).await;
        for member in ["tags", "AITags", "customCoordinates"] {
            assert!(rows.iter().any(|row| row[member] == unset), "{member}");
        }
        assert!(rows.iter().any(|row| row["tags"].is_array()));
    }
}

#[tokio::test]
async fn older_versions_are_rows_of_their_own_kind() {
    for versions_share_id in [true, false] {
        let quirks = Quirks {
            versions_share_id,
            ..Quirks::default()
        };
        let api = Api::with(300, quirks).await;
        let rows = api.list(&[("type", "file-version")]).await;
        let files: BTreeSet<String> = api.books().file_ids().into_iter().collect();
        assert!(rows.len() > 30 && of_type(&rows, "file-version").len() == rows.len());
        // With ids of their own, only a file's first version has that of the file.
        let shared = ids(&rows).iter().filter(|id| files.contains(*id)).count();
        assert_eq!(shared == rows.len(), versions_share_id);
        assert_eq!(
            api.search("type = \"file-version\"").await.len(),
            rows.len()
        );
        assert!(of_type(&api.list(&[("type", "all")]).await, "file-version").is_empty());
    }
}
