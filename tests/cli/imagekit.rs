//! What the command line does on ImageKit alone: tags, paths, purges, folders and the service's own search.

use std::process::{Command, Output};

use serde_json::Value;
use tallyman::demo::Options;
use tallyman::demo::imagekit::{Books, PRIVATE_KEY};
use tallyman::model::ServiceKind;

use crate::{House, code, object, stderr, stdout};

struct Media(House);

impl Media {
    fn new() -> Self {
        Self(House::with(Options {
            imagekit_files: 300,
            ..Options::default()
        }))
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.0.command(args);
        command
            .env("TALLYMAN_SERVICE", "imagekit")
            .env_remove("TALLYMAN_PUBLIC_KEY")
            .env("TALLYMAN_SECRET_KEY", PRIVATE_KEY)
            .env(
                "TALLYMAN_API_BASE",
                self.0.server.base_of(ServiceKind::ImageKit),
            );
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn books(&self) -> Books {
        self.0.server.imagekit_books()
    }

    fn ids(&self, count: usize) -> Vec<String> {
        let books = self.books();
        let ids = books.file_ids().into_iter();
        let free = ids.filter(|id| !books.file(id).unwrap().stuck);
        free.take(count).collect()
    }
}

#[test]
fn tags_are_added_found_and_removed() {
    let media = Media::new();
    let ids = media.ids(3);
    let mut args = vec!["add-tags", "--tag", "summer", "--tag", "a b", "--json"];
    args.extend(ids.iter().map(String::as_str));
    let dry: Vec<&str> = args.iter().copied().chain(["--dry-run"]).collect();
    let output = media.run(&dry);
    let plan: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(plan["args"]["tags"], serde_json::json!(["summer", "a b"]));
    assert_eq!(media.books().writes(), 0, "a dry run changes nothing");

    let output = media.run(&args);
    assert_eq!(
        (code(&output), &object(&output)["verb"]),
        (0, &"add-tags".into())
    );
    for id in &ids {
        let tags = media.books().file(id).unwrap().tags;
        assert!(tags.contains(&"summer".to_owned()) && tags.contains(&"a b".to_owned()));
    }
    let query = "tags IN [\"a b\"]";
    let output = media.run(&["ls", "--search", query, "--format", "jsonl"]);
    let text = stdout(&output);
    let mut found: Vec<String> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|line| {
            let book = media.books().file(line["id"].as_str().unwrap()).unwrap();
            assert_eq!(line["path"], Value::from(book.path.clone()));
            book.id
        })
        .collect();
    let mut expected = ids.clone();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    let output = media.run(&["ls", "--search", "name = 'x'"]);
    assert_eq!(code(&output), 3, "{}", stderr(&output));
    assert!(
        stderr(&output).contains("Invalid search query"),
        "{}",
        stderr(&output)
    );

    let output = media.run(&["remove-tags", "--tag", "summer", &ids[0]]);
    assert!(
        stdout(&output).contains("1 of 1 untagged 'summer'"),
        "{}",
        stdout(&output)
    );
    let output = media.run(&["add-tags", "--tag", "a,b", &ids[0]]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("is no tag"), "{}", stderr(&output));
    let output = media.run(&["jobs"]);
    assert!(
        stdout(&output).contains("3 of 3 tagged 'summer', 'a b'"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn files_are_copied_moved_and_renamed() {
    let media = Media::new();
    let ids = media.ids(2);
    let name = media.books().file(&ids[0]).unwrap().name;
    let output = media.run(&["copy", &ids[0], "--to", "/copies", "--json"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let output = media.run(&["move", &ids[0], "--to", "/archive"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(
        stdout(&output).contains("1 of 1 moved to /archive"),
        "{}",
        stdout(&output)
    );
    assert_eq!(
        media.books().file(&ids[0]).unwrap().path,
        format!("/archive/{name}")
    );
    let output = media.run(&["copy", &ids[0], "--to", "/copies", "--json"]);
    assert_eq!(
        (code(&output), &object(&output)["outcomes"]["skipped"]),
        (1, &1.into())
    );
    let output = media.run(&["rename", &ids[1], "--name", "fresh.bin", "--json"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(media.books().file(&ids[1]).unwrap().name, "fresh.bin");
    for bad in [
        &["rename", &ids[0], &ids[1], "--name", "x"][..],
        &["rename", &ids[0], "--name", "a/b"],
        &["move", &ids[0], "--to", "archive"],
    ] {
        assert_eq!(code(&media.run(bad)), 2, "{bad:?}");
    }
}

#[test]
fn a_delete_is_followed_by_its_purge() {
    let media = Media::new();
    let ids = media.ids(3);
    let unknown = "0123456789abcdef01234567";
    let report = media.0.path("report");
    let args = [
        "delete", &ids[0], &ids[1], unknown, "--purge", "--yes", "--json", "--report", &report,
    ];
    let output = media.run(&args);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let end: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(
        (&end["outcomes"]["done"], &end["outcomes"]["absent"]),
        (&2.into(), &1.into())
    );
    assert_eq!(
        (&end["purge"]["verb"], &end["purge"]["outcomes"]["done"]),
        (&"purge".into(), &2.into())
    );
    assert_eq!(media.books().purged().len(), 2);
    let text = std::fs::read_to_string(format!("{report}/report.json")).unwrap();
    let written: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(written["job"]["summary"]["args"]["purge"], true);
    assert!(written["job"]["items"][0]["item"]["url"].is_string());
    let output = media.run(&["check-report", &report]);
    assert_eq!(code(&output), 0, "{}", stdout(&output));

    let output = media.run(&["purge", &ids[2]]);
    assert!(
        stdout(&output).contains("1 of 1 purged"),
        "{}",
        stdout(&output)
    );
    let output = media.run(&["purge", &ids[2], "--dry-run"]);
    assert!(
        stdout(&output).contains("1 of the 1,000 purges"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn folders_are_listed_made_and_deleted() {
    let media = Media::new();
    let output = media.run(&["create-folder", "/new/one"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let output = media.run(&["folders", "--format", "jsonl"]);
    let text = stdout(&output);
    let listed: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let ids: Vec<&str> = listed
        .iter()
        .map(|line| line["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, media.books().folders());
    let one = listed.iter().find(|line| line["id"] == "/new/one").unwrap();
    assert_eq!(
        (&one["name"], &one["parent"]),
        (&"one".into(), &"/new".into())
    );
    for format in ["csv", "table"] {
        let output = media.run(&["folders", "--format", format]);
        assert!(stdout(&output).contains("/new/one"), "{format}");
    }
    let output = media.run(&["delete-folders", "/new", "--json"]);
    assert_eq!(code(&output), 2, "it asks, and nobody is there");
    let output = media.run(&["delete-folders", "/new", "/nowhere", "--yes"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(
        stdout(&output).contains("1 of 2 folders deleted, 1 was not there"),
        "{}",
        stdout(&output)
    );
    assert!(!media.books().folders().contains(&"/new/one".to_owned()));
    assert_eq!(code(&media.run(&["create-folder", "new"])), 2);
}

#[test]
fn a_folder_that_holds_a_kept_file_is_not_deleted() {
    let media = Media::new();
    let books = media.books();
    let (id, folder) = books
        .file_ids()
        .into_iter()
        .find_map(|id| {
            let path = books.file(&id)?.path;
            let (folder, _) = path.rsplit_once('/')?;
            (!folder.is_empty()).then(|| (id, format!("{folder}/")))
        })
        .unwrap();
    let keep = media.0.path("keep.txt");
    std::fs::write(&keep, &id).unwrap();
    let args = [
        "delete-folders",
        &folder,
        "--keep",
        &keep,
        "--yes",
        "--json",
    ];
    let output = media.run(&args);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    assert_eq!(object(&output)["outcomes"]["skipped"], 1);
    assert!(media.books().file(&id).is_some());
    assert_eq!(media.books().writes(), 0);
}

#[test]
fn a_plan_says_what_cannot_be_undone() {
    let media = Media::new();
    let books = media.books();
    let ids = media.ids(2);
    let paths = |id: &String| Some(books.file(id)?.path);
    let files = books.file_ids();
    let inside = files
        .iter()
        .filter_map(paths)
        .filter(|path| path.starts_with("/products/"));
    let known = format!("{} files are known in it and below. All go", inside.count());
    let cases = [
        (
            vec!["delete-folders", "/products"],
            vec![
                "1 folder",
                "/products",
                &known,
                "with all their versions",
                "cannot bring deleted folders back",
            ],
        ),
        (
            vec!["delete", &ids[0], &ids[1], "--purge"],
            vec![
                "All versions",
                "until they are purged",
                "2 of the 1,000 purges",
                "cannot bring deleted files back",
            ],
        ),
        (
            vec!["move", &ids[0], "--to", "/archive"],
            vec!["The old URLs of moved files stop working."],
        ),
        (
            vec!["rename", &ids[0], "--name", "b"],
            vec!["The old URL of a renamed file stops working."],
        ),
        (
            vec!["copy", &ids[0], "--to", "/archive"],
            vec!["whose name is taken there is left out"],
        ),
        (vec!["delete", "--filter", "ext:mp4"], vec!["in all"]),
    ];
    for (mut args, said) in cases {
        args.push("--dry-run");
        let output = media.run(&args);
        let text = stdout(&output);
        assert_eq!(code(&output), 0, "{args:?}: {}", stderr(&output));
        let is_sized = text.contains("unknown size") || text.contains("in all");
        assert_eq!(is_sized, args[0] != "delete-folders", "{text}");
        for words in said {
            assert!(text.contains(words), "{args:?}: {words}: {text}");
        }
        assert!(
            !text.contains("stored"),
            "ImageKit has no such thing: {text}"
        );
    }
    let output = media.run(&["delete-folders", "/products", "--dry-run", "--json"]);
    let plan: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert!(plan["files_within"].as_u64().unwrap() > 0 && plan["stored"].is_null());
    assert!(plan["notes"][0].as_str().unwrap().contains("All go"));
    assert_eq!(media.books().writes(), 0);
}

#[test]
fn the_root_is_refused_before_anything_is_asked() {
    let media = Media::new();
    for args in [&["--dry-run"][..], &["--yes"], &["/press", "--yes"]] {
        let output = media.run(&[&["delete-folders", "/"], args].concat());
        assert_eq!(code(&output), 2, "{args:?}");
        let words = stderr(&output);
        assert!(
            words.contains("The root folder cannot be deleted"),
            "{words}"
        );
    }
    assert_eq!(media.books().requests(), 0);
}

#[test]
fn a_service_that_has_none_says_so() {
    let house = House::new();
    let id = &house.deletable()[0];
    let cases = [
        (
            &["add-tags", id, "--tag", "x"][..],
            "cannot add tags to files",
        ),
        (&["copy", id, "--to", "/x"], "cannot copy files"),
        (&["rename", id, "--name", "x"], "cannot rename files"),
        (&["purge", id], "cannot purge files"),
        (&["folders"], "has no folders"),
        (&["create-folder", "/x"], "has no folders"),
        (&["delete-folders", "/x", "--yes"], "cannot delete folders"),
        (&["ls", "--search", "x"], "has no search of its own"),
        (&["delete", id, "--purge", "--yes"], "no way to purge"),
    ];
    for (args, words) in cases {
        let output = house.run(args);
        assert_eq!(code(&output), 2, "{args:?}: {}", stderr(&output));
        assert!(
            stderr(&output).contains(words),
            "{args:?}: {}",
            stderr(&output)
        );
    }
    assert_eq!(house.books().writes(), 0);
}
