//! Batches: which items, what is asked, and what is sent.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use tallyman::demo;
use tallyman::model::ServiceKind;
use tallyman::profile::{Profile, Profiles, new_id};

use crate::{House, bare, code, object, stderr, stdout};

#[test]
fn delete_accounts_for_every_id_it_was_given() {
    let house = House::new();
    let good: Vec<String> = house.deletable().into_iter().take(250).collect();
    let locked = house.books().locked_ids();
    assert!(!locked.is_empty());
    let gone = house.books().removed_ids()[0].clone();
    let mut lines = good.clone();
    lines.extend(good[..20].iter().cloned());
    lines.extend(locked.iter().cloned());
    lines.push("00000000-0000-4000-8000-000000000000".to_owned());
    lines.push("not an id".to_owned());
    lines.push(gone);
    let ids = house.path("ids.txt");
    fs::write(&ids, lines.join("\n")).unwrap();

    let output = house.run(&["delete", "--ids", &ids, "--yes", "--json"]);
    let object = object(&output);
    assert_eq!(code(&output), 1, "locked files are not deleted");
    assert_eq!(object["verb"], "delete");
    assert_eq!(object["state"], "ended");
    assert_eq!(object["items"], good.len() + locked.len() + 3);
    // What was removed before is named as done, with the time of then; a malformed id is refused.
    let outcomes = &object["outcomes"];
    assert_eq!(outcomes["done"], good.len() + 1);
    assert_eq!(outcomes["absent"], 1);
    assert_eq!(outcomes["refused"], locked.len() + 1);
    for id in &good {
        assert!(house.books().file(id).unwrap().removed.is_some(), "{id}");
        assert_eq!(house.books().writes_per_id(id), 1, "{id} was sent twice");
    }
    for id in &locked {
        assert!(house.books().file(id).unwrap().removed.is_none(), "{id}");
    }
}

#[test]
fn absent_files_count_as_done_for_a_delete_only() {
    let house = House::new();
    let missing = "00000000-0000-4000-8000-000000000000";
    let output = house.run(&["delete", missing, "--yes", "--json"]);
    assert_eq!(object(&output)["outcomes"]["absent"], 1);
    assert_eq!(code(&output), 0);
    let output = house.run(&["store", missing, "--json"]);
    assert_eq!(object(&output)["outcomes"]["absent"], 1);
    assert_eq!(code(&output), 1);
}

#[test]
fn ids_come_from_standard_input_and_from_a_report() {
    let house = House::new();
    let ids = house.deletable();
    let three = ids[..3].join("\n");
    let report = house.path("report");
    let args = [
        "delete", "--ids", "-", "--yes", "--json", "--report", &report,
    ];
    let output = house.run_with_input(&args, &three);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(object(&output)["outcomes"]["done"], 3);

    let items = format!("{report}/items.csv");
    let output = house.run(&["restore", "--ids", &items, "--json"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(object(&output)["outcomes"]["done"], 3);
    for id in &ids[..3] {
        assert!(house.books().file(id).unwrap().removed.is_none(), "{id}");
    }
}

#[test]
fn a_filter_names_the_files_of_a_batch() {
    let house = House::new();
    let id = house.deletable()[5].clone();
    let args = ["delete", "--filter", &id, "--yes", "--json"];
    assert_eq!(object(&house.run(&args))["outcomes"]["done"], 1);
    let args = ["restore", "--filter", &id, "--json"];
    assert_eq!(object(&house.run(&args))["outcomes"]["done"], 1);
    let nothing = house.run(&[
        "delete",
        "--filter",
        "no-such-name-anywhere",
        "--yes",
        "--json",
    ]);
    assert_eq!(code(&nothing), 0);
    assert_eq!(object(&nothing)["items"], 0);
}

#[test]
fn a_blank_filter_does_not_name_the_whole_project() {
    let house = House::new();
    let id = house.deletable()[0].clone();
    let requests = house.books().requests();
    for verb in ["store", "delete", "restore"] {
        for blank in ["", "  ", "\t\n\u{3000}"] {
            for more in [&["--yes"][..], &["--dry-run"], &["--yes", &id]] {
                let output = house.run(&[&[verb, "--filter", blank], more].concat());
                assert_eq!(code(&output), 2, "{verb} {blank:?} {more:?}");
                let words = stderr(&output);
                assert!(words.contains("`--filter` needs words"), "{words}");
                assert!(words.contains("--ids"), "{words}");
            }
        }
    }
    assert_eq!(house.books().requests(), requests);
}

#[test]
fn store_keeps_temporary_files() {
    let house = House::new();
    let output = house.run(&["ls", "--state", "unstored", "--format", "csv"]);
    let output = house.run_with_input(&["store", "--ids", "-", "--json"], &stdout(&output));
    let object = object(&output);
    assert_eq!(
        object["outcomes"]["done"],
        object["items"],
        "{}",
        stderr(&output)
    );
    assert_ne!(object["items"], 0);
    let left = house.run(&["ls", "--state", "unstored", "--format", "jsonl"]);
    assert_eq!(stdout(&left), "");
}

#[test]
fn groups_go_and_their_files_stay() {
    let house = House::new();
    let output = house.run(&["groups", "--format", "jsonl"]);
    let listed: BTreeSet<String> = stdout(&output)
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let known: BTreeSet<_> = house.books().group_ids().into_iter().collect();
    assert_eq!(listed, known);
    let files = house.books().file_ids().len();
    let two: Vec<&str> = listed.iter().map(String::as_str).take(2).collect();
    let output = house.run(&[&["delete-groups", "--yes", "--json"], &two[..]].concat());
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(object(&output)["verb"], "delete-groups");
    assert_eq!(house.books().group_ids().len(), known.len() - 2);
    assert_eq!(house.books().file_ids().len(), files);
}

#[test]
fn a_dry_run_changes_nothing() {
    let house = House::new();
    let ids = house.deletable()[..150].join("\n");
    let output = house.run_with_input(&["delete", "--ids", "-", "--dry-run"], &ids);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    assert!(
        text.contains("150 files") && text.contains("2 calls"),
        "{text}"
    );
    assert!(text.contains(demo::PROJECT_NAME), "{text}");
    assert!(
        text.contains("Restore can bring these back, as stored files"),
        "{text}"
    );
    assert!(text.contains("CDN's cache can stay reachable"), "{text}");
    let output = house.run(&["delete", "--filter", "state:stored", "--dry-run", "--json"]);
    let plan: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(plan["dry_run"], true);
    assert_eq!(plan["items"], plan["stored"]);
    assert_eq!(house.books().writes(), 0);
    assert_eq!(stdout(&house.run(&["jobs", "--json"])), "[]\n");
}

#[test]
fn a_dry_run_names_the_groups_that_hold_the_files() {
    let house = House::new();
    let group = house.books().group_ids()[0].clone();
    let members = house.books().group_members(&group).unwrap();
    let output = house.run(&["delete", &members[0], "--dry-run", "--json"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let plan: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let groups = plan["groups"].as_array().unwrap();
    let held = groups.iter().find(|held| held["id"] == *group).unwrap();
    assert_eq!(held["files"], serde_json::json!([members[0]]));

    let output = house.run(&["delete", &members[0], "--dry-run"]);
    let text = stdout(&output);
    assert!(
        text.contains("1 file is in") && text.contains(&group),
        "{text}"
    );
    let output = house.run(&["store", &members[0], "--dry-run"]);
    assert!(
        !stdout(&output).contains(&group),
        "only a delete leaves holes"
    );
}

#[test]
fn ids_of_a_keep_file_are_not_deleted() {
    let house = House::new();
    let ids = house.deletable();
    let keep = house.path("keep.txt");
    std::fs::write(&keep, ids[0].to_uppercase()).unwrap();
    let output = house.run(&[
        "delete", &ids[0], &ids[1], "--keep", &keep, "--yes", "--json",
    ]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let outcomes = &object(&output)["outcomes"];
    assert_eq!(
        (&outcomes["done"], &outcomes["skipped"]),
        (&1.into(), &1.into())
    );
    assert!(house.books().file(&ids[0]).unwrap().removed.is_none());
    let output = house.run(&["delete", &ids[2], "--keep", "nowhere", "--yes"]);
    assert_eq!(
        code(&output),
        2,
        "a list that cannot be read deletes nothing"
    );
    assert!(house.books().file(&ids[2]).unwrap().removed.is_none());
}

#[test]
fn a_keep_list_is_shown_and_changed() {
    let house = House::new();
    let mut profiles = Profiles::load(&house.data.path().join("data")).unwrap();
    profiles.put(profile("shop", false)).unwrap();
    let output = house.run(&["keep", "shop", "a", "b", "--filter", "ext:pdf"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(stdout(&output), "a\nb\n");
    let output = house.run(&["keep", "shop", "a", "--remove", "--filter", ""]);
    assert_eq!(stdout(&output), "b\n");
    let output = house.run(&["keep", "shop", "--filter", "size>"]);
    assert_eq!(code(&output), 2, "{}", stderr(&output));
    let output = house.run(&["keep", "shop"]);
    assert_eq!(stdout(&output), "b\n");
    assert!(stderr(&output).contains("1 id"), "{}", stderr(&output));
    assert_eq!(code(&house.run(&["keep", "other"])), 2);
}

#[test]
fn nothing_is_deleted_unasked() {
    let house = House::new();
    let id = house.deletable()[0].clone();
    let requests = house.books().requests();
    for verb in ["delete", "delete-groups"] {
        let output = house.run(&[verb, &id]);
        assert_eq!(code(&output), 2);
        assert!(stderr(&output).contains("--yes"), "{}", stderr(&output));
    }
    assert_eq!(house.books().requests(), requests);
}

fn profile(name: &str, protected: bool) -> Profile {
    Profile {
        public_key: demo::PUBLIC_KEY.into(),
        protected,
        ..Profile::new(new_id(), name, ServiceKind::Uploadcare)
    }
}

#[test]
fn yes_does_not_walk_past_a_protected_profile() {
    let house = House::new();
    let mut profiles = Profiles::load(&house.data.path().join("data")).unwrap();
    for (name, protected) in [("guarded", true), ("open", false)] {
        let profile = Profile {
            api_base: Some(house.server.base()),
            ..profile(name, protected)
        };
        profiles.put(profile).unwrap();
    }
    let id = house.deletable()[0].clone();
    for verb in ["delete", "delete-groups"] {
        let output = house.run(&[verb, "--profile", "guarded", "--yes", &id]);
        assert_eq!(code(&output), 2);
        let words = stderr(&output);
        assert!(words.contains("guarded is protected"), "{words}");
        assert!(words.contains("terminal"), "{words}");
    }
    // The other one gets as far as its key, which no keyring holds here.
    let args = ["delete", "--profile", "open", "--yes", &id];
    let mut keyless = house.command(&args);
    let output = keyless.env_remove("TALLYMAN_SECRET_KEY").output().unwrap();
    assert_eq!(code(&output), 3, "{}", stderr(&output));
    assert_eq!(house.books().requests(), 0);
    // What it advises works.
    let words = stderr(&output);
    assert!(
        words.contains("TALLYMAN_SECRET_KEY") && !words.contains("session"),
        "{words}"
    );
    let output = house.run(&args);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(house.books().file(&id).unwrap().removed.is_some());
}

#[test]
fn wrong_usage_is_2_and_a_false_start_is_3() {
    let house = House::new();
    let no_source = bare(&["ls"])
        .env("TALLYMAN_DATA_DIR", house.data.path())
        .output()
        .unwrap();
    assert_eq!(code(&no_source), 2);
    assert!(stderr(&no_source).contains("--demo"));
    assert_eq!(code(&house.run(&["delete", "--yes"])), 2);
    assert_eq!(code(&house.run(&["ls", "--profile", "nobody"])), 2);
    assert_eq!(code(&house.run(&["--demo", "jobs"])), 2);
    assert_eq!(
        code(&house.run(&["delete", "--ids", "/no/such/file", "--yes"])),
        2
    );
    let strange = house.path("strange");
    fs::create_dir(&strange).unwrap();
    fs::write(format!("{strange}/mine.txt"), "mine").unwrap();
    assert_eq!(
        code(&house.run(&["delete", "x", "--yes", "--report", &strange])),
        2
    );
    assert_eq!(house.books().writes(), 0);

    let start = |name: &str, value: &str, args: &[&str]| {
        let output = house.command(args).env(name, value).output().unwrap();
        assert_eq!(code(&output), 3, "{name}: {}", stderr(&output));
        assert!(stdout(&output).is_empty());
        stderr(&output)
    };
    let nowhere = "http://127.0.0.1:9";
    for args in [&["ls"][..], &["delete", "x", "--yes", "--json"]] {
        start("TALLYMAN_API_BASE", nowhere, args);
        start("TALLYMAN_API_BASE", "http://example.com", args);
        start("TALLYMAN_PUBLIC_KEY", "nobody", args);
        let words = start("TALLYMAN_SECRET_KEY", "a-wrong-secret", args);
        assert!(!words.contains("a-wrong-secret"), "{words}");
    }
    start(
        "TALLYMAN_DATA_DIR",
        "/proc/nowhere",
        &["delete", "x", "--yes"],
    );
    assert_eq!(house.books().writes(), 0);
}

#[test]
fn nothing_to_do_makes_no_job() {
    let house = House::new();
    let none = house.path("none.txt");
    std::fs::write(&none, "\n").unwrap();
    for args in [
        ["delete", "--ids", &none, "--yes"],
        ["delete", "--filter", "id:nosuchid", "--yes"],
    ] {
        let output = house.run(&args);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        assert!(
            stderr(&output).contains("Nothing to do"),
            "{}",
            stderr(&output)
        );
        let told = object(&house.run(&[&args[..], &["--json"]].concat()));
        assert_eq!((&told["job"], &told["items"]), (&Value::Null, &0.into()));
    }
    assert!(stderr(&house.run(&["jobs"])).contains("No jobs yet"));
}

#[test]
fn a_keep_file_is_refused_where_it_would_not_be_looked_at() {
    let house = House::new();
    let keep = house.path("keep.txt");
    std::fs::write(&keep, "a\n").unwrap();
    let output = house.run(&["store", "a", "--keep", &keep]);
    assert_eq!(code(&output), 2);
    assert!(
        stderr(&output).contains("does not look at it"),
        "{}",
        stderr(&output)
    );
}
