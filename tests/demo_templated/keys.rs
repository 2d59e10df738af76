//! Rows 1 to 4, 17 and 21: keys, the account, limits.

use serde_json::json;
use tallyman::demo::templated::{ACCOUNT_EMAIL, ACCOUNT_NAME, AccountState, Quirks};
use tallyman::demo::{Fault, Rate, RetryAfter, Rule, Target};

use crate::api::{Api, bare, refuses};

const ACCOUNT: &str = "/v1/account";

#[tokio::test]
async fn row_01_and_02_keys() {
    let api = Api::start(5).await;
    refuses(
        &api.send(&bare("GET", ACCOUNT, "")).await,
        401,
        "Not authorized",
    );
    for (proof, words) in [
        ("Basic abc", "Not authorized"),
        ("Bearer", "Not authorized"),
        ("Bearer ", "Not authorized"),
        (
            "Bearer other",
            "API key not valid. Please check your Authorization header.",
        ),
    ] {
        let request = bare("GET", ACCOUNT, "").header("Authorization", proof);
        refuses(&api.send(&request).await, 401, words);
    }
    let quirks = Quirks {
        unknown_key_is_forbidden: true,
        ..Quirks::default()
    };
    let api = Api::with(5, quirks).await;
    let request = bare("GET", ACCOUNT, "").header("Authorization", "Bearer other");
    assert_eq!(api.send(&request).await.status, 403);
}

#[tokio::test]
async fn row_03_and_04_accounts_go_away() {
    for (account, status, words) in [
        (AccountState::Removed, 404, "User not found"),
        (
            AccountState::Blocked,
            403,
            "Your account is blocked. Please contact support.",
        ),
    ] {
        let api = Api::with(
            5,
            Quirks {
                account,
                ..Quirks::default()
            },
        )
        .await;
        refuses(&api.get(ACCOUNT).await, status, words);
        let path = crate::api::delete_path(&api.books().file_ids());
        refuses(&api.call("DELETE", &path).await, status, words);
        assert_eq!(api.books().file_ids().len(), 5);
    }
}

#[tokio::test]
async fn row_17_throttling_may_say_when_to_come_again() {
    for (says_when, wait) in [(true, Some("3")), (false, None)] {
        let api = Api::with(
            5,
            Quirks {
                says_when,
                ..Quirks::default()
            },
        )
        .await;
        api.server.faults().add(Rule {
            kind: Fault::Throttle {
                retry_after: Some(RetryAfter::Seconds(3)),
            },
            on: Target::Reads,
            chance: 1.0,
            times: Some(1),
        });
        let answer = api.get(ACCOUNT).await;
        refuses(&answer, 429, "Too many requests");
        assert_eq!(answer.header("Retry-After"), wait);
        api.server.faults().set_rate(Some(Rate {
            per_second: 0.1,
            burst: 1,
        }));
        assert_eq!(api.get(ACCOUNT).await.status, 200);
        assert_eq!(api.get(ACCOUNT).await.status, 429);
    }
}

#[tokio::test]
async fn row_21_the_account() {
    let api = Api::start(100).await;
    let account = api.get(ACCOUNT).await.json(200);
    assert_eq!(account["email"], ACCOUNT_EMAIL);
    assert_eq!(account["name"], ACCOUNT_NAME);
    assert_eq!(account["plan"], "Scale");
    let used = account["apiUsage"].as_u64().unwrap();
    assert_eq!(account["apiQuota"], json!(10_000));
    assert_eq!(account["usagePercentage"], json!(used / 100));
    assert_eq!(api.books().requests(), 1);
    assert_eq!(
        api.server.books().requests(),
        0,
        "each service counts its own"
    );
    assert_eq!(api.get("/v1/nowhere").await.status, 404);
}
