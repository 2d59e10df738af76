//! Tags, moves, names and purges, through the plan sheet and the job engine.

use egui::Modifiers;
use egui::accesskit::Role;

use crate::window_bench::Window;

#[test]
fn tags_are_added_and_taken_away() {
    let mut window = Window::imagekit();
    let file = window.pick(|file| file.tags == ["sale"]);
    window.select(&file.id);
    window.press("Tags…");
    window.wait("the sheet", |window| window.has("0 of 500 characters"));
    assert!(!window.can_press("Add tags to 1 file"));
    window.fill("Add a tag", "50%");
    window.wait("the refusal", |window| {
        !window.can_press("Add tags to 1 file")
    });
    window.fill("Add a tag", "quay, night");
    window.shows("9 of 500 characters");
    window.press("Add tags to 1 file");
    window.shows("1 of 1 tagged");
    assert_eq!(window.file(&file.id).tags, ["sale", "quay", "night"]);

    window.press("Tags…");
    window.click(Role::RadioButton, "Remove from each file");
    window.fill("Add a tag", "sale");
    window.press("Remove tags from 1 file");
    window.shows("1 of 1 untagged");
    assert_eq!(window.file(&file.id).tags, ["quay", "night"]);
}

#[test]
fn a_file_is_moved_and_copied_into_a_folder() {
    let mut window = Window::imagekit();
    let file = window.pick(|file| file.path.starts_with("/team/"));
    window.select(&file.id);
    window.press("Move…");
    window.shows("The old URLs of moved files stop working.");
    assert!(!window.can_press("Move 1 file"));
    window.fill("Folder", "logos");
    window.click(Role::ListBoxOption, "/press/logos");
    window.press("Move 1 file");
    window.shows("1 of 1 moved to /press/logos");
    assert_eq!(
        window.file(&file.id).path,
        format!("/press/logos/{}", file.name)
    );
    window.wait("the list", |window| !window.has("checking…"));

    let before = window.books().file_ids().len();
    window.more("Copy…");
    window.shows("A file whose name is taken there is left out");
    window.fill("Folder", "/new_place");
    window.shows("not known yet");
    window.press("Copy 1 file");
    window.shows("1 of 1 copied");
    assert_eq!(window.books().file_ids().len(), before + 1);
}

#[test]
fn a_file_is_renamed_as_the_service_writes_it() {
    let mut window = Window::imagekit();
    let file = window.pick(|file| file.path.starts_with("/blog/") && file.name.ends_with(".jpg"));
    window.select(&file.id);
    window.more("Rename…");
    assert!(!window.can_press("Rename 1 file"), "the same name");
    window.fill("New name", "on the quay.jpg");
    window.shows("on_the_quay.jpg");
    window.press("Rename 1 file");
    window.shows("1 of 1 renamed");
    assert_eq!(window.file(&file.id).name, "on_the_quay.jpg");
    window.wait("the row", |window| window.rows() == ["on_the_quay.jpg"]);
}

#[test]
fn names_are_given_one_by_one() {
    let mut window = Window::imagekit();
    window.click_row(0, egui::Modifiers::NONE);
    window.click_row(1, egui::Modifiers::SHIFT);
    window.press("More actions");
    assert!(!window.can_press("Rename…"));
    assert!(window.can_press("Copy…"));
}

#[test]
fn a_purge_is_ordered_for_each_file() {
    let mut window = Window::imagekit();
    let file = window.pick(|file| file.path.starts_with("/team/"));
    window.select(&file.id);
    window.more("Purge CDN cache…");
    window.shows("1,000 purges");
    window.press("Purge 1 file");
    window.shows("1 of 1 purged");
    assert_eq!(window.books().purged().len(), 1);
}

#[test]
fn a_delete_purges_what_it_deleted_if_asked_to() {
    let mut window = Window::imagekit();
    let file = window.pick(|file| file.path.starts_with("/team/"));
    window.select(&file.id);
    window.press("Delete…");
    window.shows("All versions of each file go with it.");
    window.shows("cannot bring deleted files back");
    window.click(Role::CheckBox, "Also purge the CDN cache");
    window.shows("1 of the 1,000 purges");
    window.press("Delete 1 file");
    window.shows("1 of 1 purged");
    assert!(window.file(&file.id).removed.is_some());
    assert_eq!(window.books().purged().len(), 1);
}

#[test]
fn what_nothing_brings_back_is_counted_by_hand_from_eleven_on() {
    let mut window = Window::imagekit();
    window.click_row(0, Modifiers::NONE);
    window.click_row(9, Modifiers::SHIFT);
    window.press("Delete…");
    window.wait("ten need no count", |window| {
        window.can_press("Delete 10 files")
    });
    window.press("Cancel");
    window.click_row(10, Modifiers::SHIFT);
    window.press("Delete…");
    window.shows("Delete 11 files");
    assert!(!window.can_press("Delete 11 files"));
    window.fill("Type to confirm", "11");
    window.wait("the button", |window| window.can_press("Delete 11 files"));
}
