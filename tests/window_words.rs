//! What the window says of jobs that ended, were cut off or wait, and of what is kept: once, and the true reason.

#![allow(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

mod window_bench;

use std::path::Path;

use egui::accesskit::Role;
use egui::{Key, Modifiers, pos2};
use egui_kittest::kittest::Queryable as _;
use tallyman::demo::Target;
use tallyman::ledger::Ledger;
use tallyman::model::{Account, Evidence, JobState, Outcome, Plan, PlanItem, Settled, Time, Verb};
use tallyman::profile::{Keyring, Profiles};
use window_bench::Window;

fn delete_one(window: &mut Window) {
    window.click_row(0, Modifiers::NONE);
    window.press("Delete…");
    window.wait("the plan", |window| window.can_press("Delete 1 file"));
}

/// Leaves a delete that was cut off in the data folder.
fn cut_off(data: &Path) {
    let mut window = Window::open_in(data);
    delete_one(&mut window);
    window.demo().faults().hold(Target::Writes, 0);
    window.press("Delete 1 file");
    window.shows("Deleting");
    window.wait("the job in the ledger", |window| {
        window.has_button("Save report")
    });
}

#[test]
fn an_end_with_problems_that_nobody_saw_is_told_once() {
    let data = tempfile::tempdir().unwrap();
    let said = "ended at";
    {
        let mut window = Window::open_in(data.path());
        let locked = window.demo().books().locked_ids()[0].clone();
        window.filter(&locked, 1);
        delete_one(&mut window);
        window.demo().faults().hold(Target::Writes, 0);
        window.press("Delete 1 file");
        window.steps(2);
        // Nobody moves or types from here on.
        window.demo().faults().release();
        window.wait("the end", |window| window.has("0 of 1 deleted"));
    }
    let mut window = Window::open_in(data.path());
    window.shows(said);
    assert!(window.has("Job 1 of Demo shop ended at"), "whose job");
    assert!(window.has("0 of 1 deleted, 1 refused"), "and how");
    window.click(Role::Label, "Show");
    window.shows("What was said");
    assert!(!window.has(said), "it was seen");
    drop(window);
    let mut window = Window::open_in(data.path());
    window.press("History");
    window.shows("Job 1:");
    assert!(!window.has(said));
}

#[test]
fn an_end_that_was_seen_is_not_told_again() {
    let data = tempfile::tempdir().unwrap();
    {
        let mut window = Window::open_in(data.path());
        let locked = window.demo().books().locked_ids()[0].clone();
        window.filter(&locked, 1);
        delete_one(&mut window);
        window.press("Delete 1 file");
        window.shows("0 of 1 deleted");
        window.harness.hover_at(pos2(500.0, 500.0));
        window.steps(2);
    }
    let mut window = Window::open_in(data.path());
    window.press("History");
    window.shows("Job 1:");
    assert!(!window.has("ended at"));
}

#[test]
fn what_was_set_of_a_demo_profile_is_there_at_the_next_start() {
    let data = tempfile::tempdir().unwrap();
    drop(Window::open_in(data.path()));
    let mut profiles = Profiles::load(data.path()).unwrap();
    let mut profile = profiles.list()[0].clone();
    (profile.protected, profile.name) = (true, "Mine".into());
    profile.keep.add(["a".into()]);
    profiles.put(profile.clone()).unwrap();
    let window = Window::open_in(data.path());
    assert!(window.has("Protected") && window.has_button("Mine"));
    let after = Profiles::load(data.path()).unwrap().list()[0].clone();
    assert_eq!((after.protected, &after.keep), (true, &profile.keep));
    assert_ne!(
        after.api_base, profile.api_base,
        "the new service's address"
    );
}

/// A job of a profile whose key is gone: the reason is the key, not a list that is not there.
#[test]
fn a_job_without_a_key_says_that_the_key_is_missing() {
    let data = tempfile::tempdir().unwrap();
    cut_off(data.path());
    let mut window = Window::start(data.path(), false, Keyring::mock());
    window.shows("Job 1 of Demo shop, begun ");
    window.click(Role::Label, "Check and continue");
    window.shows("Job 1 cannot go on: Your keyring has no key for this profile.");
    assert!(!window.has("has to be open first"));
    let edit = |window: &Window| {
        let links = window.harness.query_all_by_label("Edit profile…");
        links.count()
    };
    window.wait("the way to give it", |window| edit(window) > 0);
    window.click(Role::Label, "Close");
    assert!(!window.has("cannot go on"));
}

/// Of every file of another project this one would say that it is not there.
#[test]
fn a_job_of_another_project_is_not_restored_in_this_one() {
    let data = tempfile::tempdir().unwrap();
    drop(Window::open_in(data.path()));
    let profile = Profiles::load(data.path()).unwrap().list()[0].clone();
    let account = Account {
        name: "Old shop".into(),
        key: "0123456789abcdef0123".into(),
    };
    let source = profile.source(account, "https://api.uploadcare.com".into());
    let plan = Plan::new(Verb::Delete, source, vec![PlanItem::bare("a".into())]);
    let done = Settled {
        seq: 0,
        outcome: Outcome::Done,
        problem: String::new(),
        evidence: Some(Evidence::Answer),
        service_time: None,
        settled_at: Time::now(),
    };
    let ledger = Ledger::open(data.path()).unwrap();
    let job = ledger.create_job(&plan).unwrap();
    ledger.settle(job, &[done]).unwrap();
    ledger.end_job(job, JobState::Ended, "", 1.0).unwrap();
    drop(ledger);

    let mut window = Window::open_in(data.path());
    window.press("History");
    window.shows("Job 1:");
    let job = window.harness.query_all_by_label_contains("Job 1:").next();
    job.unwrap().click();
    window.press("Restore");
    window.shows("Job 1 was of “Old shop” (0123456789abcdef0123), but the profile's keys open");
    assert!(window.harness.state().shown_plan().is_none());
}

#[test]
fn a_job_that_waits_goes_on_once_its_profile_is_open() {
    let data = tempfile::tempdir().unwrap();
    cut_off(data.path());
    let mut window = Window::start(data.path(), true, Keyring::mock());
    window.demo().faults().hold(Target::Reads, 0);
    window.shows("was cut off");
    window.click(Role::Label, "Check and continue");
    window.demo().faults().release();
    window.shows("of 1 deleted");
    window.wait("the notices to go", |window| {
        !window.has("goes on then") && !window.has("was cut off")
    });
}

/// The report's sheet was opened while the job ran: its numbers follow the job.
#[test]
fn the_report_sheet_follows_the_job() {
    let mut window = Window::open();
    delete_one(&mut window);
    window.demo().faults().hold(Target::Writes, 0);
    window.press("Delete 1 file");
    window.press("Save report");
    window.shows("0 of 1 deleted, 1 without an outcome yet");
    assert!(window.has("holds what is known when you save it"));
    window.shows("It is signed with a key that is made now");
    window.demo().faults().release();
    window.wait("the end in the sheet", |window| {
        let is_old = window.has("without an outcome yet") || window.has("holds what is known");
        window.has_button("Browse…") && !is_old
    });
}

#[test]
fn without_a_keyring_the_report_sheet_says_that_it_is_not_signed() {
    let data = tempfile::tempdir().unwrap();
    let mut window = Window::start(data.path(), true, Keyring::none());
    window.listed();
    window.click_row(2, Modifiers::NONE);
    window.press("Store…");
    window.press("Store 1 file");
    window.press("Save report");
    window.shows("It is not signed. No keyring is ready");
}

#[test]
fn the_history_tells_whose_a_job_is() {
    let mut window = Window::open();
    window.click_row(2, Modifiers::NONE);
    window.press("Store…");
    window.press("Store 1 file");
    window.shows("1 of 1 stored");
    window.press("History");
    window.shows("Job 1: 1 of 1 stored (Demo shop, Ended)");
    assert!(!window.has("All profiles"), "there is nothing to choose");
    window.key(Modifiers::COMMAND, Key::Num2);
    window.press("History");
    window.shows("This profile has none");
    window.press("All profiles 1");
    window.shows("Job 1:");
    window.press("This profile 0");
    assert!(!window.has("Job 1:"));
}

#[test]
fn what_is_kept_is_seen_and_taken_off_one_by_one() {
    let mut window = Window::open();
    let rows = window.rows();
    window.click_row(0, Modifiers::NONE);
    assert!(!window.has("Never deleted"));
    window.click_row(2, Modifiers::SHIFT);
    let menu = |window: &mut Window| {
        let mut rows = window.harness.query_all_by_role(Role::Row);
        rows.next().unwrap().click_secondary();
        drop(rows);
        window.steps(3);
    };
    menu(&mut window);
    assert!(!window.has_button("Take off the keep list"));
    window.press("Never delete");
    window.shows("Never deleted: 3 ids");
    window.click_row(0, Modifiers::NONE);
    window.wait("the mark", |window| {
        window.harness.query_by_label("Never deleted").is_some()
    });
    menu(&mut window);
    assert!(!window.has_button("Never delete"), "it is kept");
    window.key(Modifiers::NONE, Key::Escape);

    window.click_row(2, Modifiers::SHIFT);
    window.key(Modifiers::NONE, Key::Delete);
    window.shows("3 files are left out, each because it is on the keep list.");
    window.press("Cancel");

    window.press("Menu");
    window.press("Keep list…");
    window.shows("3 files");
    let name = rows[0].split(',').next().unwrap();
    window.press(&format!("Take {name} off"));
    assert!(window.has("2 files"));
    window.press("Save");
    window.shows("Never deleted: 2 ids");
}
