//! Rows 1 to 14 and 54: version, keys, clock, paths, verbs, common headers.

use std::time::{Duration, SystemTime};

use tallyman::demo::{PROJECT_NAME, PUBLIC_KEY, Quirks, SECRET_KEY};

use crate::wire::{Api, VERSION, bare, signed};

const MISMATCH: &str = "Incorrect authentication credentials.";
const BAD_SIGNATURE: &str = "Invalid signature. Please check your Secret key.";

fn date(ahead: i64) -> String {
    let shift = Duration::from_secs(ahead.unsigned_abs());
    let now = SystemTime::now();
    httpdate::fmt_http_date(if ahead < 0 { now - shift } else { now + shift })
}

#[tokio::test]
async fn row_01_a_missing_or_unknown_version_is_not_acceptable() {
    let api = Api::start(5, 0).await;
    let request = signed("GET", "/project/", "");
    let mut wrong = vec![request.clone().without("Accept")];
    for accept in [
        "*/*",
        "application/json",
        "application/vnd.uploadcare-v0.9+json",
    ] {
        wrong.push(request.clone().header("Accept", accept));
    }
    for request in wrong {
        let answer = api.send(&request).await;
        answer.refuses(
            406,
            "Incorrect Accept header provided. Make sure to specify API version. \
             Refer to REST API docs for details",
        );
        assert_eq!(answer.header("Content-Type"), Some("application/json"));
    }
    let several = request.header("Accept", &format!("text/html, {VERSION};q=0.9"));
    assert_eq!(api.send(&several).await.status, 200);
}

#[tokio::test]
async fn row_02_a_secret_in_the_clear_is_refused_unless_allowed() {
    let simple = |secret: &str| {
        let keys = format!("Uploadcare.Simple {PUBLIC_KEY}:{secret}");
        bare("GET", "/project/", "")
            .without("Date")
            .header("Authorization", &keys)
    };
    let api = Api::start(5, 0).await;
    api.send(&simple(SECRET_KEY)).await.refuses(
        400,
        "Simple authentication over HTTP is forbidden. Please, use HTTPS or signed requests instead.",
    );
    let quirks = Quirks {
        allow_simple: true,
        ..Quirks::default()
    };
    let api = Api::with(5, 0, quirks).await;
    assert_eq!(api.send(&simple(SECRET_KEY)).await.status, 200);
    // Row 7
    let wrong = api.send(&simple("wrong")).await;
    wrong.refuses(401, "Secret key not found.");
}

#[tokio::test]
async fn row_03_signed_requests_are_served_with_a_warning() {
    let api = Api::start(5, 0).await;
    let answer = api.get("/project/").await;
    let project = answer.json(200);
    assert_eq!(project["name"], PROJECT_NAME);
    assert_eq!(project["pub_key"], PUBLIC_KEY);
    assert!(project["collaborators"][0]["email"].is_string());
    assert!(project["autostore_enabled"].is_boolean());
    assert_eq!(
        answer.header("Warning"),
        Some("199 Miscellaneous warning: You should use secure requests to Uploadcare")
    );
}

#[tokio::test]
async fn row_04_to_06_who_does_not_prove_it_is_told_why() {
    let api = Api::start(5, 0).await;
    let request = bare("GET", "/files/", "");
    let cases = [
        (
            request.clone(),
            "Authentication credentials were not provided.",
        ),
        (
            request.clone().header("Authorization", "Basic eDp5"),
            "Authentication credentials were not provided.",
        ),
        (
            request
                .clone()
                .header("Authorization", "Uploadcare nonsense"),
            MISMATCH,
        ),
        (
            request.clone().sign("unknownkey", SECRET_KEY),
            "Public key unknownkey not found.",
        ),
        (request.clone().sign(PUBLIC_KEY, "wrong"), BAD_SIGNATURE),
        (
            request.header("Authorization", &format!("Uploadcare {PUBLIC_KEY}:beef")),
            BAD_SIGNATURE,
        ),
    ];
    for (request, words) in cases {
        let answer = api.send(&request).await;
        answer.refuses(401, words);
        assert_eq!(answer.header("WWW-Authenticate"), Some("Uploadcare"));
        assert_eq!(answer.header("Content-Type"), Some(VERSION));
    }
}

#[tokio::test]
async fn row_08_and_09_the_clock_may_be_15_minutes_off() {
    let api = Api::start(5, 0).await;
    let at = |date: &str| {
        bare("GET", "/project/", "")
            .header("Date", date)
            .sign(PUBLIC_KEY, SECRET_KEY)
    };
    for (ahead, status) in [(0, 200), (900, 200), (-890, 200), (-901, 401), (903, 401)] {
        let answer = api.send(&at(&date(ahead))).await;
        assert_eq!(answer.status, status, "{ahead} s");
    }
    let undated = bare("GET", "/project/", "")
        .without("Date")
        .sign(PUBLIC_KEY, SECRET_KEY);
    api.send(&undated).await.refuses(401, MISMATCH);
    api.send(&at("yesterday")).await.refuses(401, MISMATCH);
    // Lenient forms, and the header for those who cannot set `Date`.
    let now = date(0);
    let (head, clock) = now.split_at("Mon, 05 Nov 2018".len());
    assert_eq!(api.send(&at(&format!("{head},{clock}"))).await.status, 200);
    let other = at(&date(-9000)).header("X-Uploadcare-Date", &date(0));
    let other = other.sign(PUBLIC_KEY, SECRET_KEY);
    assert_eq!(api.send(&other).await.status, 200);
}

#[tokio::test]
async fn row_08_a_server_whose_clock_is_off_says_so_in_its_date() {
    let quirks = |strict_clock| Quirks {
        clock_offset: 3600,
        strict_clock,
        ..Quirks::default()
    };
    let api = Api::with(5, 0, quirks(true)).await;
    let answer = api.get("/project/").await;
    answer.refuses(401, MISMATCH);
    let theirs = httpdate::parse_http_date(answer.header("Date").unwrap()).unwrap();
    let ahead = theirs.duration_since(SystemTime::now()).unwrap().as_secs();
    assert!((3590..=3600).contains(&ahead), "{ahead} s ahead");
    let api = Api::with(5, 0, quirks(false)).await;
    assert_eq!(api.get("/project/").await.status, 200);
}

#[tokio::test]
async fn row_10_what_is_signed_is_what_was_received() {
    let api = Api::start(5, 0).await;
    let good = signed("GET", "/files/?limit=2&ordering=-datetime_uploaded", "");
    assert_eq!(api.send(&good).await.status, 200);
    let mut reordered = good.clone();
    reordered.target = "/files/?ordering=-datetime_uploaded&limit=2".to_owned();
    let mut encoded = good.clone();
    encoded.target = "/files/?limit=2&ordering=%2Ddatetime_uploaded".to_owned();
    let mut body = signed("DELETE", "/files/storage/", "[\"x\"]");
    body.body = b"[\"y\"]".to_vec();
    let typed = good
        .clone()
        .header("Content-Type", "application/json; charset=utf-8");
    for request in [reordered, encoded, body, typed] {
        api.send(&request).await.refuses(401, BAD_SIGNATURE);
    }
    let untyped = bare("GET", "/files/", "")
        .without("Content-Type")
        .sign(PUBLIC_KEY, SECRET_KEY);
    assert_eq!(api.send(&untyped).await.status, 200);
    let encoded = signed("GET", "/files/?ordering=%2Ddatetime_uploaded", "");
    assert_eq!(
        api.send(&encoded).await.status,
        200,
        "any encoding, if it is signed"
    );
}

#[tokio::test]
async fn row_11_a_path_without_its_last_slash_is_not_found_or_redirected() {
    let api = Api::start(5, 0).await;
    let answer = api.get("/files?limit=2").await;
    assert_eq!(
        (answer.status, answer.header("Content-Type")),
        (404, Some("text/html"))
    );
    let quirks = Quirks {
        redirect_to_slash: true,
        ..Quirks::default()
    };
    let api = Api::with(5, 0, quirks).await;
    let answer = api.get("/files?limit=2").await;
    let address = format!("{}/files/?limit=2", api.server.base());
    assert_eq!(
        (answer.status, answer.header("Location")),
        (301, Some(&*address))
    );
}

#[tokio::test]
async fn row_12_and_40_no_route_is_a_page() {
    let api = Api::start(5, 0).await;
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/nothing/"),
        ("GET", "/files/a%20b/"),
        ("GET", "/files/x:y/"),
        (
            "PUT",
            "/groups/21975c81-7f57-4c7a-aef9-acfe28779f78~3/storage/",
        ),
    ] {
        let answer = api.call(method, path, "").await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.header("Content-Type"), Some("text/html"), "{path}");
        assert_eq!(answer.header("Allow"), None, "{path}");
        assert_eq!(answer.header("X-Uploadcare-Request-Id"), None, "{path}");
    }
}

#[tokio::test]
async fn row_13_unknown_and_malformed_items_are_not_found() {
    let api = Api::start(5, 2).await;
    for id in ["21975c81-7f57-4c7a-aef9-acfe28779f78", "4j334o01-8bs3"] {
        for (method, path) in [
            ("GET", format!("/files/{id}/")),
            ("PUT", format!("/files/{id}/storage/")),
            ("DELETE", format!("/files/{id}/storage/")),
            ("GET", format!("/files/{id}/metadata/")),
            ("GET", format!("/files/{id}/tags/")),
            ("GET", format!("/groups/{id}~2/")),
            ("DELETE", format!("/groups/{id}/")),
        ] {
            let answer = api.call(method, &path, "").await;
            answer.refuses(404, "Not found.");
            assert_eq!(answer.header("Content-Type"), Some(VERSION));
        }
    }
}

#[tokio::test]
async fn row_14_wrong_verbs_are_told_the_right_ones() {
    let api = Api::start(5, 0).await;
    let id = "21975c81-7f57-4c7a-aef9-acfe28779f78";
    for (method, path, allow) in [
        ("POST", "/files/".to_owned(), "GET, HEAD, OPTIONS"),
        ("PATCH", "/project/".to_owned(), "GET, HEAD, OPTIONS"),
        ("GET", "/files/storage/".to_owned(), "DELETE, OPTIONS, PUT"),
        ("GET", "/files/local_copy/".to_owned(), "OPTIONS, POST"),
        (
            "DELETE",
            format!("/files/{id}/"),
            "DELETE, GET, HEAD, OPTIONS",
        ),
    ] {
        let answer = api.call(method, &path, "").await;
        answer.refuses(405, &format!("Method \"{method}\" not allowed."));
        assert_eq!(answer.header("Allow"), Some(allow));
    }
    assert_eq!(api.call("OPTIONS", "/files/", "").await.status, 200);
    let head = api.call("HEAD", "/files/", "").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[tokio::test]
async fn checks_come_in_the_order_of_the_real_service() {
    let api = Api::start(5, 0).await;
    let nobody = bare("POST", "/files/", "").without("Accept");
    assert_eq!(api.send(&nobody).await.status, 406);
    assert_eq!(api.send(&bare("POST", "/files/", "")).await.status, 401);
    assert_eq!(api.call("POST", "/files/", "").await.status, 405);
    let mut lost = nobody;
    lost.target = "/nothing/".to_owned();
    assert_eq!(api.send(&lost).await.status, 404);
}

#[tokio::test]
async fn row_54_every_answer_carries_the_common_headers() {
    let api = Api::start(5, 1).await;
    let group = api.server.books().group_ids().remove(0);
    let mut seen = Vec::new();
    for (method, path) in [
        ("GET", "/project/".to_owned()),
        ("GET", "/files/".to_owned()),
        ("GET", "/files/unknown/".to_owned()),
        ("DELETE", "/files/storage/".to_owned()),
        ("PATCH", "/files/".to_owned()),
        ("DELETE", format!("/groups/{group}/")),
    ] {
        let answer = api.call(method, &path, "").await;
        assert_eq!(answer.header("Vary"), Some("Accept"), "{path}");
        assert_eq!(answer.header("Server"), Some("nginx"));
        assert_eq!(
            answer.header("Access-Control-Allow-Origin"),
            Some("https://uploadcare.com")
        );
        assert!(
            answer.header("Allow").unwrap().contains("OPTIONS"),
            "{path}"
        );
        let typed = (answer.status != 204).then_some(VERSION);
        assert_eq!(answer.header("Content-Type"), typed, "{path}");
        let id = answer.header("X-Uploadcare-Request-Id").unwrap();
        assert!(uuid::Uuid::parse_str(id).is_ok());
        seen.push(id.to_owned());
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 6, "request ids differ");
}
