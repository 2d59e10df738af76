//! Rows 5 to 16: uploads listed and deleted.

use serde_json::{Value, json};
use tallyman::demo::templated::Quirks;
use tallyman::demo::{Fault, Rule, Target};

use crate::api::{Api, delete_path, refuses, with_key};
use crate::raw_http::{Broken, texts};

const REFUSED: &str = "Cannot delete uploads: some uploads were not found or you don't have permission to delete them";
const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";

fn ids(rows: &[Value]) -> Vec<String> {
    texts(&json!(rows), Some("id"))
}

#[tokio::test]
async fn row_05_pages_are_counted_from_0_and_have_15_rows() {
    let api = Api::start(100).await;
    let first = api.list("/v1/uploads").await;
    assert_eq!(first.len(), 15);
    assert_eq!(first, api.list("/v1/uploads?page=0").await);
    let mut all = Vec::new();
    for page in 0..4 {
        all.extend(ids(&api
            .list(&format!("/v1/uploads?page={page}&limit=25"))
            .await));
    }
    assert_eq!(all, api.books().file_ids());
    for row in &first {
        let upload = api.books().file(row["id"].as_str().unwrap()).unwrap();
        assert_eq!(
            (&row["name"], &row["size"]),
            (&json!(upload.name), &json!(upload.size))
        );
        assert_eq!(row["contentType"], upload.mime);
        assert!(!upload.foreign && row["createdAt"].as_str().unwrap().ends_with('Z'));
    }
}

#[tokio::test]
async fn row_05_uploads_are_found_by_name_and_tag() {
    let api = Api::start(300).await;
    let tagged = api.list("/v1/uploads?tags=logo,poster&limit=100").await;
    assert!(!tagged.is_empty());
    for row in &tagged {
        let tags = texts(&row["tags"], None);
        assert!(tags.iter().any(|tag| tag == "logo" || tag == "poster"));
    }
    let named = api.list("/v1/uploads?query=IMG_&limit=100").await;
    assert!(!named.is_empty() && named.len() < 100);
    assert!(
        api.list("/v1/uploads?query=no+such+upload")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn row_06_and_07_odd_pages() {
    let api = Api::start(150).await;
    assert!(api.list("/v1/uploads?page=10").await.is_empty());
    for odd in ["page=-1", "page=x", "limit=0", "limit=x"] {
        assert_eq!(
            api.get(&format!("/v1/uploads?{odd}")).await.status,
            400,
            "{odd}"
        );
    }
    assert_eq!(api.list("/v1/uploads?limit=1000").await.len(), 100);
    let capped = Api::with(
        150,
        Quirks {
            list_cap: 20,
            ..Quirks::default()
        },
    )
    .await;
    assert_eq!(capped.list("/v1/uploads?limit=25").await.len(), 20);
    assert_eq!(capped.list("/v1/uploads?limit=25&page=7").await.len(), 10);
}

#[tokio::test]
async fn row_08_and_13_all_owned_each_once_in_the_order_of_the_request() {
    let api = Api::start(100).await;
    let mut chosen = api.books().file_ids();
    chosen.truncate(50);
    chosen.swap(0, 49);
    let mut sent = chosen.clone();
    sent.push(chosen[4].clone());
    let answer = api.call("DELETE", &delete_path(&sent)).await.json(200);
    let message = "Successfully deleted 50 upload(s)";
    assert_eq!(answer, json!({"deleted": chosen, "message": message}));
    assert_eq!(api.books().removed_ids().len(), 50);
    assert_eq!(api.books().file_ids().len(), 50);
    assert_eq!(api.books().writes_per_id(&chosen[4]), 1);
}

#[tokio::test]
async fn row_09_to_11_one_bad_id_and_nothing_is_deleted() {
    let api = Api::start(100).await;
    let (own, foreign) = (api.books().file_ids(), api.books().foreign_ids());
    for (sent, not_found, unauthorized) in [
        (
            vec![&*own[0], UNKNOWN, "not an id"],
            vec![UNKNOWN, "not an id"],
            vec![],
        ),
        (vec![&own[0], &foreign[0]], vec![], vec![&*foreign[0]]),
        (
            vec![UNKNOWN, &own[0], &foreign[1]],
            vec![UNKNOWN],
            vec![&*foreign[1]],
        ),
    ] {
        let path = delete_path(&sent).replace(' ', "%20");
        let answer = api.call("DELETE", &path).await.json(400);
        assert_eq!(
            answer,
            json!({"error": REFUSED, "not_found": not_found, "unauthorized": unauthorized})
        );
    }
    assert!(api.books().removed_ids().is_empty());
    let quirks = Quirks {
        omit_empty: true,
        ..Quirks::default()
    };
    let api = Api::with(10, quirks).await;
    let answer = api.call("DELETE", &delete_path(&[UNKNOWN])).await.json(400);
    assert_eq!(answer, json!({"error": REFUSED, "not_found": [UNKNOWN]}));
}

#[tokio::test]
async fn row_12_only_the_bare_name_is_bound() {
    let api = Api::start(10).await;
    let own = api.books().file_ids();
    let (a, b) = (&own[0], &own[1]);
    for query in [
        String::new(),
        "?ids=".to_owned(),
        format!("?ids[]={a}&ids[]={b}"),
        format!("?ids%5B0%5D={a}"),
        format!("?ids={a},{b}"),
    ] {
        let answer = api.call("DELETE", &format!("/v1/uploads{query}")).await;
        refuses(&answer, 400, "At least one upload ID must be provided");
    }
    assert_eq!(api.books().writes(), 0);
}

#[tokio::test]
async fn row_14_long_addresses_are_refused_by_a_page() {
    let api = Api::start(300).await;
    let own = api.books().file_ids();
    // 35 + 41n bytes on the real host: 198 ids make 8153.
    let answer = api.call("DELETE", &delete_path(&own[..199])).await;
    assert_eq!(
        (answer.status, answer.header("Content-Type")),
        (414, Some("text/html"))
    );
    assert_eq!(
        api.call("DELETE", &delete_path(&own[..198])).await.status,
        200
    );
    let quirks = Quirks {
        url_limit: 35 + 41 * 20,
        too_long: 431,
        ..Quirks::default()
    };
    let api = Api::with(300, quirks).await;
    let answer = api.call("DELETE", &delete_path(&own[..21])).await;
    assert_eq!(
        (answer.status, answer.header("Content-Type")),
        (431, Some("text/html"))
    );
    assert!(api.books().removed_ids().is_empty());
    assert_eq!(
        api.call("DELETE", &delete_path(&own[..20])).await.status,
        200
    );
}

#[tokio::test]
async fn row_15_the_work_can_be_done_and_the_answer_lost() {
    let api = Api::start(60).await;
    let own = api.books().file_ids();
    let strike = |kind| {
        let rule = Rule {
            kind,
            on: Target::Writes,
            chance: 1.0,
            times: Some(1),
        };
        api.server.faults().add(rule);
    };
    strike(Fault::CutAfter);
    let request = with_key("DELETE", &delete_path(&own[..2]), "");
    assert_eq!(request.send_to(&api.host).await.unwrap_err(), Broken::Cut);
    let again = api.call("DELETE", &delete_path(&own[..2])).await.json(400);
    assert_eq!(again["not_found"], json!(own[..2]));
    strike(Fault::ErrorBefore(500));
    assert_eq!(
        api.call("DELETE", &delete_path(&own[2..3])).await.status,
        500
    );
    assert_eq!(api.books().removed_ids().len(), 2);
    strike(Fault::ErrorBefore(403));
    refuses(
        &api.call("DELETE", &delete_path(&own[2..3])).await,
        403,
        "Forbidden",
    );
}

#[tokio::test]
async fn row_16_an_answer_can_name_fewer_than_were_deleted() {
    let api = Api::with(
        10,
        Quirks {
            forgets_one: true,
            ..Quirks::default()
        },
    )
    .await;
    let own = api.books().file_ids();
    let answer = api.call("DELETE", &delete_path(&own[..3])).await.json(200);
    assert_eq!(answer["deleted"], json!(own[..2]));
    assert_eq!(api.books().removed_ids().len(), 3);
}

#[tokio::test]
async fn one_upload_is_deleted_by_its_address_only_if_switched_on() {
    let api = Api::start(10).await;
    let path = format!("/v1/upload/{}", api.books().file_ids()[0]);
    assert_eq!(api.call("DELETE", &path).await.status, 404);
    assert!(api.books().removed_ids().is_empty());
    let api = Api::with(
        10,
        Quirks {
            single_delete: true,
            ..Quirks::default()
        },
    )
    .await;
    assert_eq!(api.call("DELETE", &path).await.status, 204);
    assert_eq!(api.books().removed_ids().len(), 1);
    assert_eq!(api.call("DELETE", &path).await.status, 404);
}
