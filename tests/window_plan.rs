//! What the plan sheet says before something is done: the selection it was made of, and groups that lose files.

#![allow(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

mod window_bench;

use std::collections::BTreeSet;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use tallyman::demo::Target;
use window_bench::{FILTER, Window};

#[test]
fn a_plan_says_what_of_the_selection_is_not_seen() {
    let mut window = Window::open();
    window.click_row(0, Modifiers::NONE);
    window.key(Modifiers::COMMAND, Key::A);
    window.press("Delete…");
    window.shows("The selection is every file of");
    window.press("Cancel");

    window.click_row(0, Modifiers::NONE);
    window.click_row(2, Modifiers::SHIFT);
    window.fill(FILTER, "no file is called this");
    window.shows("No file matches the filter");
    window.press("Delete…");
    window.shows("The filter hides all of the selected files.");
    assert!(!window.has("The selection is every file"));
    window.press("Cancel");
    window.press("Store…");
    window.shows("Store 3 files");
    assert!(!window.has("The filter hides"), "nothing is lost by it");
}

/// A file of a group, and one of none.
fn held_and_free(window: &Window) -> (String, String) {
    let books = window.demo().books();
    let members = |id: String| books.group_members(&id).unwrap();
    let held: BTreeSet<String> = books.group_ids().into_iter().flat_map(members).collect();
    let there = |id: &&String| books.file(id).is_some_and(|file| file.removed.is_none());
    let free = books.file_ids().into_iter().find(|id| !held.contains(id));
    (held.iter().find(there).unwrap().clone(), free.unwrap())
}

fn select_both(window: &mut Window) {
    let (held, free) = held_and_free(window);
    window.filter(&format!("{held} or {free}"), 2);
    window.click_row(0, Modifiers::NONE);
    window.click_row(1, Modifiers::SHIFT);
    window.shows("2 selected");
}

#[test]
fn files_of_groups_are_left_out_and_put_back() {
    let mut window = Window::open();
    select_both(&mut window);
    window.press("Delete…");
    window.shows("1 file is in");
    let place = |label: &str| window.harness.get_by_label(label).rect();
    let (leave, show) = (place("Leave these out"), place("Show"));
    assert!(leave.right() < show.left(), "not where Skip was");
    // It is at rest for a moment.
    window.steps(8);
    window.click(Role::Label, "Leave these out");
    window.shows("1 file of a group is left out and stays.");
    assert!(window.can_press("Delete 1 file"));
    window.steps(8);
    window.click(Role::Label, "Put them back");
    window.shows("1 file is in");
    assert!(window.can_press("Delete 2 files"));
}

#[test]
fn the_look_into_groups_says_how_far_it_is_and_can_be_skipped() {
    let mut window = Window::open();
    select_both(&mut window);
    window.steps(8);
    window.demo().faults().hold(Target::Reads, 12);
    window.press("Delete…");
    window.shows("groups read");
    assert!(!window.can_press("Delete 2 files"));
    window.click(Role::Label, "Skip");
    window.shows("Whether any of these are in a group was not looked at.");
    assert!(window.can_press("Delete 2 files"));
    window.demo().faults().release();
}

/// A sheet that got lower when the look ended took its button away from under the pointer.
#[test]
fn the_buttons_stand_still_when_no_group_is_found() {
    let mut window = Window::open();
    let (_, free) = held_and_free(&window);
    window.filter(&free, 1);
    window.click_row(0, Modifiers::NONE);
    window.steps(8);
    window.demo().faults().hold(Target::Reads, 0);
    window.press("Delete…");
    window.shows("Looking whether any of these");
    window.steps(2);
    let place = |window: &Window| window.harness.get_by_label("Cancel").rect();
    let before = place(&window);
    window.demo().faults().release();
    window.shows("None of these is in a group.");
    window.steps(2);
    assert_eq!(place(&window), before);
}
