//! The service's own search beside the filter.

use egui::{Key, Modifiers};

use crate::window_bench::Window;

#[test]
fn what_the_service_finds_is_a_list_of_its_own() {
    let mut window = Window::imagekit();
    window.press("Search at the service");
    window.fill("Server search", "name = 'single'");
    window.key(Modifiers::NONE, Key::Enter);
    window.shows("Invalid search query");
    assert!(window.has("Its words stand under the box"));

    let file = window.pick(|file| file.path.starts_with("/team/"));
    window.fill("Server search", &format!("id = \"{}\"", file.id));
    window.press("Search");
    window.shows("1 file found by");
    window.wait("the row", |window| window.rows() == [file.name.clone()]);
    window.click_row(0, Modifiers::NONE);
    window.press("Delete…");
    window.press("Delete 1 file");
    window.shows("1 of 1 deleted");
    assert!(window.file(&file.id).removed.is_some());

    window.press("Filter what is loaded");
    window.wait("all files", |window| window.rows().len() > 10);
    window.shows("2,999 files");
}
