//! Rows 26 to 32: copying, moving and renaming files and folders.

use serde_json::{Value, json};
use tallyman::demo::imagekit::Quirks;

use crate::api::{Api, refuses};
use crate::raw_http::Answer;

/// Asserts a refusal with a word for machines.
#[track_caller]
fn refuses_because(answer: &Answer, status: u16, reason: &str) {
    assert_eq!(answer.json(status)["reason"], reason);
}

/// The newest file that lies in a folder of its own.
fn some_file(api: &Api) -> (String, String, String) {
    let books = api.books();
    let files = books
        .file_ids()
        .into_iter()
        .map(|id| books.file(&id).unwrap());
    let found = files
        .into_iter()
        .find(|file| file.path.starts_with("/products/2024/"));
    let file = found.unwrap();
    (file.id, file.path, file.name)
}

async fn at(api: &Api, folder: &str, name: &str) -> Option<Value> {
    let rows = api.list(&[("path", folder)]).await;
    rows.into_iter().find(|row| row["name"] == name)
}

#[tokio::test]
async fn row_26_a_clash_appends_to_the_versions() {
    let api = Api::start(300).await;
    let (id, path, name) = some_file(&api);
    let body = json!({"sourceFilePath": path, "destinationPath": "/fresh/place/"});
    for number in 1..=2 {
        let answer = api.call("POST", "/v1/files/copy", &body).await;
        assert_eq!((answer.status, answer.body.len()), (204, 0));
        let copy = at(&api, "/fresh/place", &name).await.unwrap();
        assert_ne!(copy["fileId"], *id);
        assert_eq!(copy["versionInfo"]["name"], format!("Version {number}"));
    }
    let copy = at(&api, "/fresh/place", &name).await.unwrap();
    assert_eq!(api.call("POST", "/v1/files/move", &body).await.status, 204);
    assert_eq!(api.books().removed_ids(), [id]);
    let file = api.books().file(copy["fileId"].as_str().unwrap()).unwrap();
    assert!(file.versions.len() >= 3);
    refuses_because(
        &api.call("POST", "/v1/files/move", &body).await,
        404,
        "SOURCE_FILE_MISSING",
    );
    assert!(api.books().folders().contains(&"/fresh/place".to_owned()));
}

#[tokio::test]
async fn row_26_moving_keeps_the_id() {
    let api = Api::start(300).await;
    let (id, path, name) = some_file(&api);
    let body = json!({"sourceFilePath": path, "destinationPath": "/elsewhere"});
    assert_eq!(api.call("POST", "/v1/files/move", &body).await.status, 204);
    assert_eq!(
        api.books().file(&id).unwrap().path,
        format!("/elsewhere/{name}")
    );
    let path = format!("/elsewhere/{name}");
    for (body, reason) in [
        (json!({"sourceFilePath": path}), "MISSING_PARAMETER"),
        (
            json!({"sourceFilePath": path, "destinationPath": "/elsewhere/"}),
            "SAME_SOURCE_AND_DESTINATION",
        ),
        (
            json!({"sourceFilePath": path, "destinationPath": "/a/../b"}),
            "INVALID_FOLDER_PATH",
        ),
    ] {
        refuses_because(
            &api.call("POST", "/v1/files/copy", &body).await,
            400,
            reason,
        );
    }
}

#[tokio::test]
async fn row_27_and_28_renaming() {
    let quirks = Quirks {
        purges_a_month: 1,
        ..Quirks::default()
    };
    let api = Api::with(300, quirks).await;
    let (id, path, name) = some_file(&api);
    let rename = |body: Value| {
        let api = &api;
        async move { api.call("PUT", "/v1/files/rename", &body).await }
    };
    let to =
        |path: &str, name: &str| json!({"filePath": path, "newFileName": name, "purgeCache": true});
    let folder = path.strip_suffix(&name).unwrap();
    refuses_because(
        &rename(to(&path, &name)).await,
        400,
        "SAME_OLD_AND_NEW_NAME",
    );
    refuses_because(
        &rename(to("/no/such.jpg", "x.jpg")).await,
        404,
        "FILE_MISSING",
    );
    refuses_because(
        &rename(json!({"filePath": path})).await,
        400,
        "MISSING_PARAMETER",
    );
    let named = rename(to(&path, "new né & odd.jpg")).await.json(200);
    assert!(named["purgeRequestId"].is_string());
    assert_eq!(api.books().file(&id).unwrap().name, "new_né___odd.jpg");
    let body =
        json!({"sourceFilePath": format!("{folder}new_né___odd.jpg"), "destinationPath": "/b"});
    api.call("POST", "/v1/files/copy", &body).await;
    // The quota is spent, and yet it is renamed.
    let partly = rename(to("/b/new_né___odd.jpg", "c.jpg")).await;
    refuses_because(&partly, 207, "PURGE_FAILED");
    assert!(at(&api, "/b", "c.jpg").await.is_some());
    assert_eq!(
        rename(json!({"filePath": "/b/c.jpg", "newFileName": "d.jpg"}))
            .await
            .json(200),
        json!({})
    );
    api.call("POST", "/v1/files/copy", &body).await;
    let clash = rename(to("/b/new_né___odd.jpg", "d.jpg")).await;
    refuses_because(&clash, 409, "FILE_ALREADY_EXISTS");
}

#[tokio::test]
async fn row_29_folders_are_made_with_those_above() {
    let api = Api::start(5).await;
    let make = |name: &str| json!({"folderName": name, "parentFolderPath": "/one/two"});
    for _ in 0..2 {
        assert_eq!(
            api.call("POST", "/v1/folder", &make("three & four"))
                .await
                .status,
            201
        );
    }
    let folders = api.books().folders();
    assert!(
        folders.contains(&"/one/two/three___four".to_owned())
            && folders.contains(&"/one".to_owned())
    );
    let rows = api.list(&[("type", "folder"), ("path", "/one/two")]).await;
    assert_eq!((rows.len(), &rows[0]["type"]), (1, &json!("folder")));
    assert_eq!(
        api.call("POST", "/v1/folder/", &make("slash")).await.status,
        201
    );
    refuses_because(
        &api.call("POST", "/v1/folder", &make("..")).await,
        400,
        "INVALID_FOLDER_PATH",
    );
    let slash = api.call("POST", "/v1/folder", &make("a/b")).await;
    refuses(&slash, 400, "folderName parameter cannot have a slash.");
}

#[tokio::test]
async fn row_30_folders_are_deleted_with_what_is_in_them() {
    let api = Api::start(400).await;
    let body = json!({"folderPath": "/products/2024/"});
    let inside = api
        .search("type = \"file\" AND path : \"/products/2024\"")
        .await
        .len();
    assert_eq!(api.call("DELETE", "/v1/folder", &body).await.status, 204);
    assert!(inside > 0);
    assert_eq!(api.books().removed_ids().len(), inside);
    assert!(
        api.books()
            .folders()
            .iter()
            .all(|path| !path.starts_with("/products/2024"))
    );
    let again = api.call("DELETE", "/v1/folder", &body).await;
    refuses_because(&again, 404, "FOLDER_NOT_FOUND");
    let small = Api::with(
        400,
        Quirks {
            most_nested: 10,
            ..Quirks::default()
        },
    )
    .await;
    let body = json!({"folderPath": "/products"});
    refuses_because(
        &small.call("DELETE", "/v1/folder", &body).await,
        400,
        "TOO_MANY_OBJECTS",
    );
    assert!(small.books().removed_ids().is_empty());
}

async fn polled(api: &Api, job: &Value) -> Answer {
    let id = job["jobId"].as_str().unwrap();
    api.get(&format!("/v1/bulkJobs/{id}")).await
}

#[tokio::test]
async fn row_31_folder_jobs_take_a_while_and_lock_both_ends() {
    let api = Api::start(400).await;
    let count = async |folder: &str| {
        api.search(&format!("type = \"file\" AND path : \"{folder}\""))
            .await
            .len()
    };
    let before = count("/banners").await;
    let body = json!({"sourceFolderPath": "/banners", "destinationPath": "/blog/2025"});
    let job = api
        .call("POST", "/v1/bulkJobs/moveFolder", &body)
        .await
        .json(200);
    for path in ["/banners/winter", "/blog/2025/banners/x"] {
        let body = json!({"folderPath": path});
        let make = json!({"folderName": "x", "parentFolderPath": path});
        let answers = [
            api.call("POST", "/v1/folder", &make).await,
            api.call("DELETE", "/v1/folder", &body).await,
        ];
        let words = "A bulk job is running on given folder path, please try after sometime.";
        refuses(&answers[0], 423, words);
        assert!(matches!(answers[1].status, 423 | 404));
    }
    for status in ["Pending", "Pending", "Completed", "Completed"] {
        let shown = polled(&api, &job).await.json(200);
        assert_eq!(
            (&shown["status"], &shown["type"]),
            (&json!(status), &json!("MOVE_FOLDER"))
        );
    }
    assert_eq!(
        (count("/banners").await, count("/blog/2025/banners").await),
        (0, before)
    );
    assert!(
        api.books()
            .folders()
            .contains(&"/blog/2025/banners/summer-sale".to_owned())
    );
    assert!(api.books().removed_ids().is_empty());
    let copy = json!({"sourceFolderPath": "/blog", "destinationPath": "/press"});
    let job = api
        .call("POST", "/v1/bulkJobs/copyFolder", &copy)
        .await
        .json(200);
    for _ in 0..3 {
        polled(&api, &job).await;
    }
    assert_eq!(count("/press/blog").await, count("/blog").await);
    assert_eq!(api.books().file_ids().len(), 400 + count("/blog").await);
}

#[tokio::test]
async fn row_31_senseless_jobs_are_refused() {
    let api = Api::start(50).await;
    for (from, to, status, reason) in [
        ("/", "/press", 400, "SOURCE_IS_ROOT"),
        ("/blog", "/blog", 400, "SAME_SOURCE_AND_DESTINATION"),
        ("/blog", "/blog/2025", 400, "INVALID_DESTINATION_PATH"),
        ("/nowhere", "/press", 404, "NO_FILES_FOLDER"),
        ("", "/press", 400, "MISSING_PARAMETER"),
    ] {
        let body = json!({"sourceFolderPath": from, "destinationPath": to});
        let answer = api.call("POST", "/v1/bulkJobs/moveFolder", &body).await;
        refuses_because(&answer, status, reason);
    }
}

#[tokio::test]
async fn row_31_a_job_ends_though_nobody_asks() {
    let job_time = std::time::Duration::from_millis(50);
    let api = Api::with(
        50,
        Quirks {
            job_time,
            ..Quirks::default()
        },
    )
    .await;
    let body = json!({"sourceFolderPath": "/team", "destinationPath": "/press"});
    api.call("POST", "/v1/bulkJobs/moveFolder", &body)
        .await
        .json(200);
    tokio::time::sleep(job_time * 2).await;
    let rows = api.list(&[("type", "folder"), ("path", "/press")]).await;
    assert!(rows.iter().any(|row| row["name"] == "team"));
}

#[tokio::test]
async fn row_32_a_renamed_folder_whose_purge_failed() {
    for (purges_a_month, status) in [(0, 207), (1, 200)] {
        let quirks = Quirks {
            purges_a_month,
            job_polls: 0,
            ..Quirks::default()
        };
        let api = Api::with(300, quirks).await;
        let body = json!({"folderPath": "/team", "newFolderName": "crew", "purgeCache": true});
        let job = api
            .call("POST", "/v1/bulkJobs/renameFolder", &body)
            .await
            .json(202);
        let shown = polled(&api, &job).await.json(status);
        let word = if status == 207 {
            "Partial success"
        } else {
            "Completed"
        };
        assert_eq!(
            (&shown["status"], &shown["type"]),
            (&json!(word), &json!("RENAME_FOLDER"))
        );
        assert_eq!(shown.get("purgeRequestId").is_some(), status == 200);
        assert!(api.books().folders().contains(&"/crew".to_owned()));
        assert_eq!(
            api.call("POST", "/v1/bulkJobs/renameFolder", &body)
                .await
                .status,
            404
        );
    }
    let api = Api::start(5).await;
    let unknown = api.get("/v1/bulkJobs/0123456789abcdef01234567").await;
    refuses(&unknown, 404, "The requested job does not exist.");
    let clash = json!({"folderPath": "/team", "newFolderName": "blog"});
    assert_eq!(
        api.call("POST", "/v1/bulkJobs/renameFolder", &clash)
            .await
            .status,
        409
    );
}
