//! Rows 15 to 19, 44 and 55: lists, links, filters, counters.

use std::collections::HashSet;

use serde_json::Value;
use tallyman::demo::Quirks;

use crate::wire::{Api, ids, parameters, time};

/// Follows a link to its end and gives the ids of each page.
async fn crawl(api: &Api, first: &str, link: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut target = first.to_owned();
    loop {
        let page = api.get(&target).await.json(200);
        pages.push(ids(&page["results"]));
        if page[link].is_null() {
            return pages;
        }
        target = api.target_of(&page[link]);
    }
}

#[tokio::test]
async fn row_15_lists_have_their_defaults() {
    let api = Api::start(600, 0).await;
    let page = api.get("/files/").await.json(200);
    let keys: Vec<_> = page
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        keys,
        ["next", "previous", "total", "totals", "per_page", "results"]
    );
    assert_eq!(page["per_page"], 100);
    assert!(page["previous"].is_null());
    let files = page["results"].as_array().unwrap();
    assert_eq!(files.len(), 100);
    let times: Vec<_> = files
        .iter()
        .map(|file| time(&file["datetime_uploaded"]))
        .collect();
    assert!(times.is_sorted(), "oldest first");
    assert!(files.iter().all(|file| file["datetime_removed"].is_null()));
    let books = api.server.books();
    let (existing, removed) = (books.file_ids(), books.removed_ids());
    let unstored = existing
        .iter()
        .filter(|id| books.file(id).unwrap().stored.is_none())
        .count();
    assert!(unstored > 0 && !removed.is_empty());
    assert_eq!(page["total"], existing.len());
    assert_eq!(page["totals"]["removed"], removed.len());
    assert_eq!(page["totals"]["unstored"], unstored);
    assert_eq!(page["totals"]["stored"], existing.len() - unstored);
}

#[tokio::test]
async fn row_16_links_are_keys_and_exclusive() {
    let api = Api::start(300, 0).await;
    let first = api.get("/files/?limit=2").await.json(200);
    let last = time(&first["results"][1]["datetime_uploaded"]);
    let target = api.target_of(&first["next"]);
    assert!(target.contains("%2B00%3A00"), "{target}");
    let key = last.to_string().replace('Z', "+00:00");
    let expected = [("from", key.as_str()), ("limit", "2"), ("offset", "0")];
    assert_eq!(
        parameters(&target),
        expected.map(|(a, b)| (a.to_owned(), b.to_owned()))
    );

    let second = api.get(&target).await.json(200);
    assert!(
        time(&second["results"][0]["datetime_uploaded"]) > last,
        "exclusive"
    );
    let back = api.follow(&second["previous"]).await.json(200);
    assert_eq!(back["results"], first["results"]);
    assert!(back["previous"].is_null(), "the start was reached");
    let again = api.follow(&back["next"]).await.json(200);
    assert_eq!(again["results"], second["results"]);
    let unlimited = api.get("/files/").await.json(200);
    assert!(!unlimited["next"].as_str().unwrap().contains("limit="));
}

#[tokio::test]
async fn row_16_a_whole_crawl_sees_every_file_once_both_ways() {
    let api = Api::start(2500, 0).await;
    let newest_first = api.server.books().file_ids();
    let mut oldest_first = newest_first.clone();
    oldest_first.reverse();
    for (target, expected) in [
        ("/files/?limit=1000", &oldest_first),
        (
            "/files/?limit=37&ordering=-datetime_uploaded",
            &newest_first,
        ),
        (
            "/files/?limit=1000&ordering=-datetime_uploaded",
            &newest_first,
        ),
        ("/files/?ordering=datetime_uploaded", &oldest_first),
    ] {
        let pages = crawl(&api, target, "next").await;
        assert_eq!(&pages.concat(), expected, "{target}");
    }
    let unique: HashSet<_> = newest_first.iter().collect();
    assert_eq!(unique.len(), newest_first.len());
}

#[tokio::test]
async fn row_16_a_crawl_backwards_sees_every_file_once() {
    let api = Api::start(129, 0).await;
    let newest_first = api.server.books().file_ids();
    for (ordering, from) in [
        ("datetime_uploaded", "2999-01-01"),
        ("-datetime_uploaded", "1999-01-01"),
    ] {
        let target = format!("/files/?limit=2&ordering={ordering}&from={from}T00:00:00Z");
        let mut pages = crawl(&api, &target, "previous").await;
        assert_eq!(pages[0], [""; 0], "nothing lies beyond the end");
        pages.reverse();
        let mut all = pages.concat();
        if ordering.starts_with('d') {
            all.reverse();
        }
        // The empty page's own `previous` begins at the `from` that was typed.
        assert_eq!(all, newest_first, "{ordering}");
    }
}

#[tokio::test]
async fn row_17_a_typed_from_has_a_previous() {
    let api = Api::start(300, 0).await;
    let all = api.get("/files/?limit=1000").await.json(200);
    let key = all["results"][9]["datetime_uploaded"].as_str().unwrap();
    let page = api
        .get(&format!("/files/?limit=5&from={key}"))
        .await
        .json(200);
    assert_eq!(page["results"][0], all["results"][10]);
    let before = api.follow(&page["previous"]).await.json(200);
    assert_eq!(ids(&before["results"]), ids(&all["results"])[5..10]);
    let unzoned = key.trim_end_matches('Z');
    let same = api
        .get(&format!("/files/?limit=5&from={unzoned}"))
        .await
        .json(200);
    assert_eq!(same["results"], page["results"], "a zone may be omitted");
    let down = format!("/files/?limit=5&ordering=-datetime_uploaded&from={key}");
    let down = api.get(&down).await.json(200);
    let mut expected = ids(&all["results"])[4..9].to_vec();
    expected.reverse();
    assert_eq!(ids(&down["results"]), expected);
}

#[tokio::test]
async fn row_18_odd_parameters_are_refused() {
    let api = Api::start(5, 2).await;
    for query in [
        "from=yesterday",
        "from=2022-09-28T15:53:36.082137+00:00",
        "limit=0",
        "limit=1001",
        "limit=abc",
        "limit=-1",
        "ordering=size",
        "ordering=-datetime_created",
        "stored=maybe",
        "removed=2",
    ] {
        let answer = api.get(&format!("/files/?{query}")).await.json(400);
        assert!(answer["detail"].is_string(), "{query}");
    }
    assert_eq!(
        api.get("/groups/?ordering=-datetime_uploaded").await.status,
        400
    );
    assert_eq!(api.get("/files/?limit=1000").await.status, 200);
}

#[tokio::test]
async fn row_19_removed_files_have_a_list_of_their_own() {
    let api = Api::start(600, 0).await;
    let books = api.server.books();
    let target = "/files/?removed=true&limit=1000&ordering=-datetime_uploaded";
    let page = api.get(target).await.json(200);
    let removed = books.removed_ids();
    assert_eq!(ids(&page["results"]), removed);
    assert_eq!(page["total"], removed.len());
    let files = page["results"].as_array().unwrap();
    for file in files {
        assert!(!file["datetime_removed"].is_null() && file["datetime_stored"].is_null());
        assert!(file["original_file_url"].is_null());
    }
    let restored = &removed[0];
    api.call("PUT", &format!("/files/{restored}/storage/"), "")
        .await
        .json(200);
    let page = api.get(target).await.json(200);
    assert_eq!(ids(&page["results"]), removed[1..]);
    assert!(books.file_ids().contains(restored));
}

#[tokio::test]
async fn row_15_stored_and_temporary_can_be_told_apart() {
    let api = Api::start(600, 0).await;
    let list = async |query: &str| {
        let page = api
            .get(&format!("/files/?limit=1000&{query}"))
            .await
            .json(200);
        assert_eq!(page["total"], page["results"].as_array().unwrap().len());
        ids(&page["results"])
    };
    let (stored, temporary, both) = (
        list("stored=true").await,
        list("stored=false").await,
        list("").await,
    );
    assert_eq!(stored.len() + temporary.len(), both.len());
    let books = api.server.books();
    assert!(
        stored
            .iter()
            .all(|id| books.file(id).unwrap().stored.is_some())
    );
    assert!(
        temporary
            .iter()
            .all(|id| books.file(id).unwrap().stored.is_none())
    );
}

#[tokio::test]
async fn row_44_appdata_comes_only_when_asked_for() {
    let api = Api::start(200, 0).await;
    let page = api.get("/files/?limit=200&include=appdata").await.json(200);
    let files = page["results"].as_array().unwrap();
    assert!(files.iter().all(|file| file.get("appdata").is_some()));
    let scans = files
        .iter()
        .filter(|file| file["appdata"]["uc_clamav_virus_scan"]["data"]["infected"].is_boolean());
    assert!(scans.count() > 0);
    assert!(
        page["next"]
            .as_str()
            .is_none_or(|next| next.contains("include=appdata"))
    );
    let plain = api.get("/files/?limit=200").await.json(200);
    let files = plain["results"].as_array().unwrap();
    assert!(files.iter().all(|file| file.get("appdata").is_none()));
    let id = files[0]["uuid"].as_str().unwrap();
    let one = api
        .get(&format!("/files/{id}/?include=appdata"))
        .await
        .json(200);
    assert!(one.get("appdata").is_some());
}

#[tokio::test]
async fn row_55_counters_can_be_wrong() {
    let quirks = Quirks {
        wrong_counters: true,
        ..Quirks::default()
    };
    let api = Api::with(300, 5, quirks).await;
    let page = api.get("/files/").await.json(200);
    assert_eq!(page["total"], 0);
    assert_eq!(page["totals"]["stored"], -32_094);
    assert_eq!(page["results"].as_array().unwrap().len(), 100);
    let groups = api.get("/groups/").await.json(200);
    assert_eq!(groups["total"], -5);
}

#[tokio::test]
async fn links_begin_with_the_host_that_was_named() {
    let api = Api::start(300, 0).await;
    let mut request = crate::wire::signed("GET", "/files/?limit=2", "");
    request.target = format!("http://files.example.test{}", request.target);
    let page: Value = api.send(&request).await.json(200);
    let next = page["next"].as_str().unwrap();
    assert!(
        next.starts_with("http://files.example.test/files/?"),
        "{next}"
    );
}
