//! Rows 1 to 6: keys, request ids, limits.

use std::time::Duration;

use serde_json::json;
use tallyman::demo::imagekit::{KeyState, PRIVATE_KEY, Quirks};
use tallyman::demo::{Fault, Rate, RetryAfter, Rule, Target};

use crate::api::{Api, bare, base64, refuses};

const LIST: &str = "/v1/files?limit=1";

async fn proven_by(api: &Api, proof: &str) -> crate::raw_http::Answer {
    let request = bare("GET", LIST, "").header("Authorization", proof);
    api.send(&request).await
}

#[tokio::test]
async fn row_01_no_key() {
    let api = Api::start(5).await;
    let words = "Your request does not contain private API key.";
    refuses(&api.send(&bare("GET", LIST, "")).await, 401, words);
    refuses(&proven_by(&api, "Bearer x").await, 401, words);
    refuses(&proven_by(&api, "Basic").await, 401, words);
}

#[tokio::test]
async fn row_02_a_wrong_key_is_forbidden_and_the_password_is_ignored() {
    let api = Api::start(5).await;
    let basic = |text: &str| format!("Basic {}", base64(text));
    for good in [
        basic(&format!("{PRIVATE_KEY}:")),
        basic(&format!("{PRIVATE_KEY}:do_not_set")),
        format!("Basic {PRIVATE_KEY}"),
    ] {
        assert_eq!(proven_by(&api, &good).await.status, 200, "{good}");
    }
    for wrong in [
        basic(PRIVATE_KEY),
        basic(&format!("{}:", PRIVATE_KEY.trim_end_matches('='))),
        basic("private_other:"),
        "Basic private_other".to_owned(),
        "Basic ***".to_owned(),
    ] {
        let answer = proven_by(&api, &wrong).await;
        refuses(&answer, 403, "Your account cannot be authenticated.");
    }
}

#[tokio::test]
async fn row_03_keys_expire_and_can_be_restricted() {
    for (key, reads, words) in [
        (
            KeyState::Expired,
            403,
            "Your request contains expired private API key.",
        ),
        (KeyState::Disabled, 403, "Your account is disabled."),
        (
            KeyState::ReadOnly,
            200,
            "Your private API key does not allow this operation.",
        ),
    ] {
        let quirks = Quirks {
            key,
            ..Quirks::default()
        };
        let api = Api::with(5, quirks).await;
        assert_eq!(api.get(LIST).await.status, reads);
        let body = json!({"fileIds": api.books().file_ids()});
        let answer = api
            .call("POST", "/v1/files/batch/deleteByFileIds", &body)
            .await;
        refuses(&answer, 403, words);
        assert_eq!(api.books().removed_ids().len(), 0);
    }
}

#[tokio::test]
async fn row_04_and_06_every_answer_has_an_id_and_the_limits() {
    let api = Api::start(5).await;
    let mut ids = Vec::new();
    for answer in [
        api.get(LIST).await,
        api.get("/v1/files/fake/details").await,
        api.get("/v1/nowhere").await,
        api.send(&bare("GET", LIST, "")).await,
    ] {
        ids.push(answer.header("x-ik-requestId").unwrap().to_owned());
        assert_eq!(answer.header("X-RateLimit-Interval"), Some("1000"));
        assert!(answer.header("X-RateLimit-Limit").is_some());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
    let quirks = Quirks {
        rate_headers: false,
        ..Quirks::default()
    };
    let quiet = Api::with(5, quirks).await;
    assert_eq!(quiet.get(LIST).await.header("X-RateLimit-Limit"), None);
}

#[tokio::test]
async fn row_05_a_429_says_in_milliseconds_how_long_to_wait() {
    let api = Api::start(5).await;
    let throttle = |retry_after| {
        api.server.faults().add(Rule {
            kind: Fault::Throttle { retry_after },
            on: Target::Any,
            chance: 1.0,
            times: Some(1),
        });
    };
    throttle(Some(RetryAfter::Date(Duration::from_millis(350))));
    let answer = api.get(LIST).await;
    let body = answer.json(429);
    assert!(body["message"].is_string() && body.get("help").is_none());
    assert_eq!(answer.header("X-RateLimit-Reset"), Some("350"));
    assert_eq!(answer.header("Retry-After"), None);
    throttle(Some(RetryAfter::Seconds(2)));
    assert_eq!(
        api.get(LIST).await.header("X-RateLimit-Reset"),
        Some("2000")
    );
    throttle(None);
    let answer = api.get(LIST).await;
    assert_eq!(
        (answer.status, answer.header("X-RateLimit-Reset")),
        (429, None)
    );
    assert_eq!(api.get(LIST).await.status, 200);
}

#[tokio::test]
async fn row_05_reads_and_writes_have_limits_of_their_own() {
    let api = Api::start(5).await;
    api.server.faults().set_rate(Some(Rate {
        per_second: 0.5,
        burst: 2,
    }));
    for _ in 0..2 {
        assert_eq!(api.get(LIST).await.status, 200);
    }
    let answer = api.get(LIST).await;
    assert_eq!(answer.status, 429);
    let reset: u64 = answer.header("X-RateLimit-Reset").unwrap().parse().unwrap();
    assert!((1..=2000).contains(&reset), "{reset}");
    let id = &api.books().file_ids()[0];
    let delete = api
        .call("DELETE", &format!("/v1/files/{id}"), &json!({}))
        .await;
    assert_eq!(delete.status, 204);
}
