//! Renders and templates of a Templated account: listed, deleted one by one, and refused elsewhere.

use std::collections::BTreeSet;
use std::process::{Command, Output};

use serde_json::Value;
use tallyman::demo::templated::API_KEY;
use tallyman::model::ServiceKind;

use crate::{House, code, object, stderr, stdout};

/// The binary on the demo's Templated account.
fn command(house: &House, args: &[&str]) -> Command {
    let mut command = house.command(args);
    command
        .env("TALLYMAN_SERVICE", "templated")
        .env_remove("TALLYMAN_PUBLIC_KEY")
        .env("TALLYMAN_SECRET_KEY", API_KEY)
        .env(
            "TALLYMAN_API_BASE",
            house.server.base_of(ServiceKind::Templated),
        );
    command
}

fn run(house: &House, args: &[&str]) -> Output {
    command(house, args).output().unwrap()
}

#[test]
fn every_render_and_template_is_printed_once() {
    let house = House::new();
    let books = house.server.templated_books();
    let lists = [
        ("renders", books.render_ids()),
        ("templates", books.template_ids()),
    ];
    for (name, ids) in lists {
        let ids: BTreeSet<String> = ids.into_iter().collect();
        let output = run(&house, &[name, "--format", "jsonl"]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        let lines: Vec<Value> = stdout(&output)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), ids.len());
        let printed: BTreeSet<String> = lines
            .iter()
            .map(|line| line["id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(printed, ids);
        for line in &lines {
            assert!(line["name"].is_string() && line["width"].is_u64(), "{line}");
            assert_eq!(line.get("template").is_some(), name == "renders", "{line}");
        }
        let output = run(&house, &[name, "--format", "csv"]);
        assert!(stdout(&output).starts_with("item_id,kind,name,"), "{name}");
        let output = run(&house, &[name]);
        assert_eq!(stdout(&output).lines().count(), ids.len() + 1);
    }
}

#[test]
fn a_list_can_be_given_back_to_be_deleted() {
    let house = House::new();
    let books = house.server.templated_books();
    let before = books.render_ids();
    let csv = stdout(&run(&house, &["renders", "--format", "csv"]));
    let some: Vec<&str> = csv.lines().take(4).collect();
    std::fs::write(house.path("renders.csv"), some.join("\n")).unwrap();
    let file = house.path("renders.csv");
    let report = house.path("report");
    let args = [
        "delete-renders",
        "--ids",
        &file,
        "no-such-id",
        "--yes",
        "--json",
        "--report",
        &report,
    ];
    let output = run(&house, &args);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let object = object(&output);
    assert_eq!(object["verb"], "delete-renders");
    assert_eq!(
        (&object["outcomes"]["done"], &object["outcomes"]["absent"]),
        (&3.into(), &1.into())
    );
    assert_eq!(object["calls"], 4, "one an item");
    assert_eq!(books.render_ids().len(), before.len() - 3);
    let items = std::fs::read_to_string(house.path("report/items.csv")).unwrap();
    assert!(
        items.contains(",render,") || items.contains("render,"),
        "{items}"
    );

    let template = books.template_ids().remove(0);
    let output = run(&house, &["delete-templates", &template, "--dry-run"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(books.template_ids().contains(&template));
    let output = run(&house, &["delete-templates", &template]);
    assert_eq!(code(&output), 2, "nobody to ask");
    let output = run(&house, &["delete-templates", &template, "--yes"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(stdout(&output).contains("1 of 1 template deleted"));
    assert!(!books.template_ids().contains(&template));
}

#[test]
fn other_services_have_none_of_them() {
    let house = House::new();
    let cases: [&[&str]; 4] = [
        &["renders"],
        &["templates", "--format", "csv"],
        &["delete-renders", "a", "--yes"],
        &["delete-templates", "a", "--dry-run"],
    ];
    for args in cases {
        let output = house.run(args);
        assert_eq!(code(&output), 2, "{args:?}: {}", stderr(&output));
        assert!(
            stderr(&output).contains("Uploadcare"),
            "{}",
            stderr(&output)
        );
    }
    assert_eq!(code(&run(&house, &["delete-renders"])), 2, "which?");
}
