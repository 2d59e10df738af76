//! What the window says of jobs that ended, were cut off or wait, and of what is kept: once, and the true reason.

#![allow(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

mod window_bench;

use std::path::Path;

use egui::accesskit::Role;
use egui::{Modifiers, pos2};
use egui_kittest::kittest::Queryable as _;
use tallyman::demo::Target;
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
    assert!(!window.has("goes on then") && !window.has("was cut off"));
}
