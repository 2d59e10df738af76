//! The keep list in the real window: put there by the menu of the selection, left out of the next delete.

#![allow(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

mod window_bench;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use tallyman::profile::Profiles;
use window_bench::Window;

#[test]
fn what_is_put_on_the_keep_list_is_left_out_of_the_next_delete() {
    let mut window = Window::open();
    let locked = window.demo().books().locked_ids();
    let ids = window.demo().books().file_ids();
    let id = ids.into_iter().find(|id| !locked.contains(id)).unwrap();
    window.filter(&id, 1);
    window.click_row(0, Modifiers::NONE);
    let row = window.harness.query_all_by_role(egui::accesskit::Role::Row);
    row.into_iter().next().unwrap().click_secondary();
    window.steps(2);
    window.press("Never delete");
    window.shows("Never deleted: 1 id");

    window.key(Modifiers::NONE, Key::Delete);
    window.wait("the plan", |window| {
        window.harness.state().shown_plan().is_some()
    });
    let plan = window.harness.state().shown_plan().unwrap();
    let guard = plan.items()[0].guard.clone().unwrap();
    assert!(guard.contains("keep list"), "{guard}");
    window.shows("1 file is left out because it is on the keep list.");
    assert!(window.has("Nothing to delete") && window.has("Nothing is left to do."));
    assert!(window.has_button("Delete 0 files") && !window.can_press("Delete 0 files"));
    window.press("Cancel");

    window.press("Menu");
    window.press("Keep list…");
    window.shows("1 file");
    window.harness.get_by_label("Remove all").click();
    window.steps(2);
    window.press("Save");
    window.shows("Nothing is on the keep list");
    window.click_row(0, Modifiers::NONE);
    window.key(Modifiers::NONE, Key::Delete);
    window.wait("a plan that may run", |window| {
        window.can_press("Delete 1 file")
    });
}

/// The command line and the window share the list: neither loses what the other put on it.
#[test]
fn what_a_command_keeps_meanwhile_is_kept_by_the_window_too() {
    let mut window = Window::open();
    let locked = window.demo().books().locked_ids();
    let mut ids = window.demo().books().file_ids();
    ids.retain(|id| !locked.contains(id));
    let data = window.data().to_path_buf();
    let file = || Profiles::load(&data).unwrap();
    let mut profile = file().list()[0].clone();
    profile.keep.add([ids[0].as_str().into()]);
    file().put(profile.clone()).unwrap();

    window.filter(&ids[0], 1);
    window.click_row(0, Modifiers::NONE);
    window.key(Modifiers::NONE, Key::Delete);
    window.shows("1 file is left out because it is on the keep list");
    window.press("Cancel");

    // Between the plan and its yes.
    window.filter(&ids[3], 1);
    window.click_row(0, Modifiers::NONE);
    window.key(Modifiers::NONE, Key::Delete);
    window.wait("the plan", |window| window.can_press("Delete 1 file"));
    profile.keep.add([ids[3].as_str().into()]);
    file().put(profile.clone()).unwrap();
    window.press("Delete 1 file");
    window.shows("1 skipped");
    let there = window.demo().books().file(&ids[3]).unwrap();
    assert!(there.removed.is_none());

    profile.keep.add([ids[1].as_str().into()]);
    Profiles::load(window.data()).unwrap().put(profile).unwrap();
    window.filter(&ids[2], 1);
    window.click_row(0, Modifiers::NONE);
    let row = window.harness.query_all_by_role(egui::accesskit::Role::Row);
    row.into_iter().next().unwrap().click_secondary();
    window.steps(2);
    window.press("Never delete");
    window.shows("Never deleted: 4 ids");
    let kept = Profiles::load(window.data()).unwrap().list()[0]
        .keep
        .clone();
    assert_eq!(kept.ids.len(), 4);
}

#[test]
fn a_plan_counts_what_goes_and_names_what_is_kept() {
    let mut window = Window::open();
    let locked = window.demo().books().locked_ids();
    let mut ids = window.demo().books().file_ids();
    ids.retain(|id| !locked.contains(id));
    window.filter(&format!("{} or {} or {}", ids[0], ids[1], ids[2]), 3);
    window.click_row(0, Modifiers::NONE);
    window.click_row(1, Modifiers::SHIFT);
    let row = window.harness.query_all_by_role(egui::accesskit::Role::Row);
    row.into_iter().next().unwrap().click_secondary();
    window.steps(2);
    window.press("Never delete");
    window.shows("Never deleted: 2 ids");

    window.key(Modifiers::COMMAND, Key::A);
    window.key(Modifiers::NONE, Key::Delete);
    window.shows("2 files are left out, each because it is on the keep list.");
    assert!(!window.has("Delete 3 files"));
    window.press("Delete 1 file");
    window.shows("1 of 3 deleted, 2 skipped");
    let books = window.demo().books();
    let removed = |id: &&String| books.file(id).unwrap().removed.is_some();
    assert_eq!(ids[..3].iter().filter(removed).count(), 1);
}

#[test]
fn a_long_keep_list_is_searched_and_shortened() {
    let data = tempfile::tempdir().unwrap();
    drop(Window::open_in(data.path()));
    let mut profiles = Profiles::load(data.path()).unwrap();
    let mut profile = profiles.list()[0].clone();
    let ids = (0..3000).map(|n| format!("kept-{n:04}"));
    profile.keep.add(ids.map(|id| id.as_str().into()));
    profiles.put(profile).unwrap();
    drop(profiles);

    let mut window = Window::open_in(data.path());
    window.press("Menu");
    window.press("Keep list…");
    window.shows("3,000 files");
    window.fill("Find on the keep list", "KEPT-299");
    let takes = |window: &Window, id: &str| window.has_button(&format!("Take {id} off"));
    assert!(takes(&window, "kept-2990") && !takes(&window, "kept-0000"));
    window.press("Take kept-2990 off");
    assert!(!takes(&window, "kept-2990") && takes(&window, "kept-2991"));
    window.shows("2,999 files");
    window.fill("Find on the keep list", "kept-0000");
    assert!(takes(&window, "kept-0000") && !takes(&window, "kept-2991"));
    window.press("Save");
    window.wait("the list on disk", |_| {
        let kept = Profiles::load(data.path()).unwrap().list()[0].keep.clone();
        kept.ids.len() == 2999
    });
}
