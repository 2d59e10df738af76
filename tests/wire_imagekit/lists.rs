//! Listings in windows while the account changes under them; details; pictures.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use tallyman::model::FileRow;
use tallyman::service::ErrorKind;

use super::raw::{self, Asked, Raw, Say};
use super::{A, headed, json, list, no, open};

/// Answers a listing from numbers, newest first, as a service that counts rows does.
fn window(files: &[usize], asked: &Asked) -> Say {
    let query: HashMap<&str, &str> = asked
        .line
        .split_once('?')
        .map(|(_, query)| {
            query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .collect()
        })
        .unwrap_or_default();
    assert_eq!((query["type"], query["sort"]), ("file", "DESC_CREATED"));
    let number = |key: &str| query[key].parse::<usize>().unwrap();
    let rows: Vec<String> = files
        .iter()
        .skip(number("skip"))
        .take(number("limit"))
        .map(|file| format!(r#"{{"type":"file","fileId":"{file:024x}","name":"{file}.jpg"}}"#))
        .collect();
    json(200, &format!("[{}]", rows.join(",")))
}

pub fn numbers(rows: &[FileRow]) -> Vec<usize> {
    rows.iter()
        .map(|row| usize::from_str_radix(row.id.as_str(), 16).unwrap())
        .collect()
}

/// A server with so many files of which `change` makes others at each request, and what is there at the end.
pub async fn changing(
    count: usize,
    change: impl Fn(usize, &mut Vec<usize>) + Send + Sync + 'static,
) -> (Raw, Arc<Mutex<Vec<usize>>>) {
    let files = Arc::new(Mutex::new((0..count).rev().collect::<Vec<_>>()));
    let left = files.clone();
    let raw = Raw::start(move |number, asked| {
        let mut files = files.lock().unwrap();
        change(number, &mut files);
        window(&files, asked)
    })
    .await;
    (raw, left)
}

#[tokio::test]
async fn every_size_of_account_is_listed_whole_and_newest_first() {
    // files, fewest and most calls
    let cases = [
        (0, 1, 1),
        (1, 1, 1),
        (999, 1, 1),
        (1000, 2, 5),
        (1001, 2, 5),
        (1980, 3, 6),
        (4321, 5, 8),
    ];
    for (count, fewest, most) in cases {
        let (raw, _) = changing(count, |_, _| {}).await;
        let (rows, end) = list(&open(&raw)).await;
        end.unwrap();
        assert_eq!(
            numbers(&rows),
            (0..count).rev().collect::<Vec<_>>(),
            "{count}"
        );
        let calls = raw.lines().len();
        assert!((fewest..=most).contains(&calls), "{count}: {calls} calls");
    }
}

#[tokio::test]
async fn files_added_and_deleted_meanwhile_cost_none_of_the_others() {
    let (raw, left) = changing(20_000, |number, files| {
        // Sixty of the newest go at each call, two thousand once, and ten come.
        let gone = if number == 8 { 2_000 } else { 60 };
        files.drain(..gone.min(files.len()));
        let fresh = 1_000_000 + number * 100;
        files.splice(0..0, (fresh..fresh + 10).rev());
    })
    .await;
    let (rows, end) = list(&open(&raw)).await;
    end.unwrap();
    let listed = numbers(&rows);
    let once: HashSet<usize> = listed.iter().copied().collect();
    assert_eq!(once.len(), listed.len(), "nothing twice");
    let left = left.lock().unwrap();
    let old: Vec<usize> = left.iter().copied().filter(|file| *file < 20_000).collect();
    assert!(old.len() > 10_000);
    let lost = old.iter().filter(|file| !once.contains(file)).count();
    assert_eq!(lost, 0, "of {}", old.len());
    let calls = raw.lines().len();
    assert!(calls < 80, "{calls} calls");
}

#[tokio::test]
async fn an_account_that_is_emptied_meanwhile_ends_the_listing() {
    let (raw, _) = changing(5_000, |number, files| {
        if number == 3 {
            files.clear();
        }
    })
    .await;
    let (rows, end) = list(&open(&raw)).await;
    end.unwrap();
    assert!((1_000..5_000).contains(&rows.len()), "{}", rows.len());
}

#[tokio::test]
async fn a_page_that_comes_again_ends_the_listing_with_an_error() {
    let files: Vec<usize> = (0..3_000).collect();
    let raw = Raw::start(move |_, asked| {
        let mut first = asked.clone();
        first.line = first.line.split("&skip=").next().unwrap().to_owned() + "&skip=0";
        window(&files, &first)
    })
    .await;
    let (rows, end) = list(&open(&raw)).await;
    assert_eq!(rows.len(), 1_000);
    let error = end.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotTheService);
    assert!(error.message.contains("same page twice"), "{error}");
}

#[tokio::test]
async fn odd_rows_stay_visible_and_have_no_id() {
    let raw = Raw::script(vec![json(
        200,
        r#"[null, {"type": "file"}, {"type": "folder", "folderId": "f"}, {"type": "file-version", "fileId": "v"}, {"fileId": "a"}]"#,
    )])
    .await;
    let (rows, end) = list(&open(&raw)).await;
    end.unwrap();
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["", "", "", "a"]);
    assert!(rows[..3].iter().all(|row| row.odd.is_some()));
}

#[tokio::test]
async fn a_refused_listing_says_so() {
    let raw = Raw::script(vec![no(
        400,
        "Your request contains invalid value for sort parameters.",
    )])
    .await;
    let error = list(&open(&raw)).await.1.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Refused);
    assert!(error.message.contains("invalid value for sort"), "{error}");
}

/// A file with its address at the server itself.
fn file(base: &str) -> String {
    format!(
        r#"{{"type": "file", "fileId": "{A}", "name": "a b.jpg", "filePath": "/x/a b.jpg", "tags": ["one", "two"],
            "url": "{base}/cdn/x/a%20b.jpg?updatedAt=1", "thumbnail": "{base}/cdn/x/a%20b.jpg?updatedAt=1&tr=n-ik_ml_thumbnail",
            "fileType": "image", "customMetadata": {{"brand": "Nike"}}, "versionInfo": {{"name": "Version 2"}}, "size": 7}}"#
    )
}

async fn library() -> Raw {
    Raw::start(|_, asked| {
        let base = format!("http://{}", asked.header("host").unwrap());
        match asked.line.as_str() {
            line if line.starts_with("GET /cdn/") => raw::typed(200, "image/png", "", b"picture"),
            line if line.ends_with("/versions") => json(200, "[{}, {}]"),
            line if line.ends_with(&format!("{A}/details")) => json(200, &file(&base)),
            line if line.starts_with("GET /v1/files?") => json(200, &format!("[{}]", file(&base))),
            _ => no(404, "The requested file does not exist."),
        }
    })
    .await
}

#[tokio::test]
async fn details_tell_all_of_a_file() {
    let raw = library().await;
    let service = open(&raw);
    assert_eq!(service.file_url(&A.into()), None, "nothing told of it yet");
    let details = service.details(&A.into()).await.unwrap();
    assert_eq!(
        (details.row.name.as_str(), details.row.size),
        ("a b.jpg", 7)
    );
    let fact = |label: &str| {
        let found = details.facts.iter().find(|(name, _)| name == label);
        found.map(|(_, value)| value.as_str())
    };
    assert_eq!(fact("Path"), Some("/x/a b.jpg"));
    assert_eq!(fact("Tags"), Some("one, two"));
    assert_eq!(
        fact("Version"),
        Some("Version 2, 2 kept; a delete takes all of them")
    );
    assert_eq!(details.metadata, [("brand".to_owned(), "Nike".to_owned())]);
    let url = format!("{}/cdn/x/a%20b.jpg?updatedAt=1", raw.base);
    assert_eq!(details.url.as_deref(), Some(url.as_str()));
    assert_eq!(service.file_url(&A.into()), details.url);
    assert!(details.json.contains("\n  \"customMetadata\": {\n"));

    let error = service
        .details(&"6673f88237b244ef54d60180".into())
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.message.contains("another account"), "{error}");
}

#[tokio::test]
async fn a_picture_goes_without_the_key_and_a_listing_saves_the_question() {
    let raw = library().await;
    let service = open(&raw);
    assert_eq!(service.thumbnail(&A.into(), 64).await.unwrap(), b"picture");
    let lines = raw.lines();
    assert_eq!(lines[0], format!("GET /v1/files/{A}/details"));
    assert_eq!(
        lines[1],
        "GET /cdn/x/a%20b.jpg?updatedAt=1&tr=n-ik_ml_thumbnail"
    );
    assert_eq!(raw.asked()[1].header("authorization"), None);

    let listed = open(&raw);
    list(&listed).await.1.unwrap();
    assert!(listed.file_url(&A.into()).is_some());
    assert_eq!(listed.thumbnail(&A.into(), 64).await.unwrap(), b"picture");
    assert_eq!(
        raw.lines().len(),
        4,
        "one for the list, one for the picture"
    );
}

#[tokio::test]
async fn a_picture_that_cannot_be_had_is_never_about_the_key() {
    let raw = Raw::start(|_, asked| {
        let base = format!("http://{}", asked.header("host").unwrap());
        match asked.line.starts_with("GET /cdn/") {
            true => headed(403, "", r#"{"message": "signature required"}"#),
            false => json(200, &file(&base)),
        }
    })
    .await;
    let error = open(&raw).thumbnail(&A.into(), 64).await.unwrap_err();
    assert!(!error.is_about_keys(), "{error:?}");
    assert!(error.message.contains("signed addresses"), "{error}");
}
