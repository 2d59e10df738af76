//! The details pane: tags, description, fields and versions of one file.

use egui::accesskit::Role;

use crate::window_bench::Window;

#[test]
fn tags_and_fields_are_changed_one_by_one() {
    let mut window = Window::imagekit();
    let file = window.pick(|file| file.tags == ["hero"]);
    window.select(&file.id);
    window.press("Remove hero");
    window.fill("New tag", "quay");
    window.press("Save tags");
    window.wait("the tags", |window| window.file(&file.id).tags == ["quay"]);
    window.wait("the saved state", |window| !window.can_press("Save tags"));

    window.click(Role::Tab, "Metadata");
    window.click(Role::Link, "Edit Price");
    window.fill("Price", "cheap");
    assert!(!window.can_press("Save"));
    window.fill("Price", "12.5");
    window.press("Save");
    window.shows("12.5");
    window.click(Role::Link, "Edit Colour");
    window.click(Role::RadioButton, "navy");
    window.press("Save");
    window.wait("the choice", |window| {
        window.has("navy") && !window.can_press("Cancel")
    });
    window.click(Role::Link, "Edit Price");
    window.press("Unset");
    window.wait("no price", |window| !window.has("12.5"));
}

#[test]
fn a_version_is_restored_and_another_deleted() {
    let mut window = Window::imagekit();
    let file = window.pick(|file| file.versions.len() == 3);
    window.select(&file.id);
    window.click(Role::Tab, "Versions");
    window.shows("Current");
    window.press("Delete Version 1");
    window.shows("goes for good");
    assert_eq!(window.file(&file.id).versions.len(), 3);
    window.press("Delete version");
    window.wait("two versions", |window| {
        window.file(&file.id).versions.len() == 2
    });
    window.press("Restore Version 2");
    window.wait("the restored version", |window| {
        window.file(&file.id).versions.last() == Some(&file.versions[1])
            || window.file(&file.id).versions.len() == 3
    });
}
