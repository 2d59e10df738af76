//! Jobs and reports: listed, stopped, killed, resumed, checked.

use std::fs;
use std::path::Path;
use std::process::Child;
use std::time::Duration;

use serde_json::Value;
use tallyman::demo::{self, Rate};

use crate::{House, code, object, stderr, stdout};

#[test]
fn jobs_are_listed_newest_first() {
    let house = House::new();
    let id = house.deletable()[0].clone();
    house.run(&["delete", &id, "--yes"]);
    house.run(&["restore", &id]);
    let jobs: Value = serde_json::from_str(&stdout(&house.run(&["jobs", "--json"]))).unwrap();
    let verbs: Vec<_> = jobs
        .as_array()
        .unwrap()
        .iter()
        .map(|job| &job["verb"])
        .collect();
    assert_eq!(verbs, ["restore", "delete"]);
    let table = stdout(&house.run(&["jobs"]));
    assert!(table.contains("1 of 1 deleted"), "{table}");
    assert!(table.contains(demo::PROJECT_NAME), "{table}");
    assert!(table.contains("environment"), "{table}");
    let none = house.run(&["resume"]);
    assert_eq!(code(&none), 0);
    assert!(stderr(&none).contains("No job"), "{}", stderr(&none));
}

#[test]
fn a_report_is_checked_and_a_changed_one_is_found() {
    let house = House::new();
    let ids = house.deletable()[..120].join("\n");
    let dir = house.path("out/report");
    let args = ["delete", "--ids", "-", "--yes", "--report", &dir];
    let output = house.run_with_input(&args, &ids);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let output = house.run(&["check-report", &dir]);
    assert_eq!(code(&output), 0, "{}", stdout(&output));

    let again = house.path("again");
    assert_eq!(code(&house.run(&["report", "1", "--out", &again])), 0);
    assert_eq!(code(&house.run(&["report", "9", "--out", &again])), 3);
    assert_eq!(code(&house.run(&["check-report", &again])), 0);

    let items = Path::new(&dir).join("items.csv");
    let text = fs::read_to_string(&items).unwrap();
    fs::write(&items, text.replacen(",done,", ",absent,", 1)).unwrap();
    let output = house.run(&["check-report", &dir]);
    assert_eq!(code(&output), 1);
    assert!(stdout(&output).contains("items.csv"), "{}", stdout(&output));
    assert_eq!(
        code(&house.run(&["check-report", &house.path("nowhere")])),
        3
    );
}

/// A batch of 15 calls of 100 files that does not end by itself before it is stopped: each is answered late, and
/// after the first eight one is let through in four seconds.
fn slow_delete(house: &House) -> (Child, usize) {
    let ids = house.deletable();
    let file = house.path("ids.txt");
    fs::write(&file, ids.join("\n")).unwrap();
    let faults = house.server.faults();
    faults.set_latency(Duration::from_millis(400));
    faults.set_rate(Some(Rate {
        per_second: 0.25,
        burst: 8,
    }));
    let child = house
        .command(&["delete", "--ids", &file, "--yes", "--json"])
        .spawn()
        .unwrap();
    let mut waits = 0..400;
    while house.books().writes() == 0 && waits.next().is_some() {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_ne!(house.books().writes(), 0, "no call came");
    (child, ids.len())
}

fn check_resumed(house: &House, items: usize) {
    house.server.faults().clear();
    house.server.faults().set_latency(Duration::ZERO);
    let output = house.run(&["resume", "--json"]);
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
    let object = object(&output);
    assert_eq!(object["state"], "ended");
    assert_eq!(object["items"], items);
    assert_eq!(object["outcomes"]["done"], items, "{object}");
    assert!(house.deletable().is_empty());
}

#[cfg(unix)]
#[test]
fn a_killed_job_is_told_as_cut_off_and_resumed_to_the_true_end() {
    let house = House::new();
    let (mut child, items) = slow_delete(&house);
    let table = || stdout(&house.run(&["jobs"]));
    assert!(table().contains(" running "), "{}", table());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(table().contains(" cut off "), "{}", table());
    let jobs: Value = serde_json::from_str(&stdout(&house.run(&["jobs", "--json"]))).unwrap();
    assert_eq!(jobs[0]["state"], "running");
    assert_eq!(jobs[0]["can_resume"], true);
    check_resumed(&house, items);
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_cleanly_and_the_job_can_be_resumed() {
    use rustix::process::{Pid, Signal, kill_process};
    let house = House::new();
    let (child, items) = slow_delete(&house);
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(code(&output), 130, "{}", stderr(&output));
    let stopped = object(&output);
    assert_eq!(stopped["state"], "stopped");
    assert_eq!(stopped["outcomes"]["unknown"], 0);
    assert_ne!(stopped["outcomes"]["not_sent"], 0);
    let removed = items - house.deletable().len();
    assert_eq!(stopped["outcomes"]["done"], removed);
    check_resumed(&house, items);
}
