//! The tree of folders, the filter by folder, and what can be done to a folder.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;

use crate::window_bench::Window;

fn menu(window: &mut Window, folder: &str, command: &str) {
    let line = format!("Folder {folder}");
    window.wait(&line, |window| window.can_press(&line));
    window
        .harness
        .get_by_role_and_label(Role::Button, &line)
        .click_secondary();
    window.steps(3);
    window.press(command);
}

fn in_folder(window: &Window, fits: impl Fn(&str) -> bool) -> usize {
    let books = window.books();
    let files = books
        .file_ids()
        .into_iter()
        .filter_map(|id| books.file(&id));
    let folder = |path: &str| match path.rsplit_once('/') {
        Some(("", _)) | None => "/".to_owned(),
        Some((folder, _)) => folder.to_owned(),
    };
    files.filter(|file| fits(&folder(&file.path))).count()
}

#[test]
fn a_folder_shows_its_files_alone_or_with_those_below() {
    let mut window = Window::imagekit();
    window.shows("Sort by Path");
    window.press("Folder /products");
    let own = in_folder(&window, |folder| folder == "/products");
    let all = in_folder(&window, |folder| folder.starts_with("/products"));
    assert!(own > 0 && all > own);
    window.shows(&format!("{own} of 3,000 files match"));
    window.click(Role::CheckBox, "Include subfolders");
    let all = tallyman::model::size::count(all as u64);
    window.shows(&format!("{all} of 3,000 files match"));

    window.click(Role::DisclosureTriangle, "Unfold /products");
    window.press("Folder /products/2025");
    let own = in_folder(&window, |folder| folder == "/products/2025");
    window.shows(&format!("{own} of 3,000 files match"));
    window.press("Show all folders");
    window.shows("3,000 files");
    assert!(!window.has("Include subfolders"));
}

#[test]
fn other_services_have_no_folders() {
    let window = Window::open();
    assert!(!window.has("Folder /"));
    assert!(!window.has("Sort by Path"));
    assert!(!window.has("Search at the service"));
    assert!(!window.can_press("More actions"));
}

#[test]
fn a_folder_is_made_and_renamed_by_the_service_in_its_time() {
    let mut window = Window::imagekit();
    menu(&mut window, "/team", "New folder…");
    window.fill("Folder name", "portraits");
    window.press("Make folder");
    window.wait("the folder", |window| {
        window.can_press("Folder /team/portraits")
    });
    assert!(
        window
            .books()
            .folders()
            .contains(&"/team/portraits".to_owned())
    );

    let before = in_folder(&window, |folder| folder == "/videos");
    menu(&mut window, "/videos", "Rename…");
    window.fill("Folder name", "films");
    window.press("Rename folder");
    window.shows("Renaming /videos to films");
    window.shows("Completed");
    window.wait("the new name", |window| window.can_press("Folder /films"));
    window.wait("the old name's end", |window| {
        !window.can_press("Folder /videos")
    });
    assert_eq!(in_folder(&window, |folder| folder == "/films"), before);
    window.press("Dismiss");
    assert!(!window.has("Completed"));
}

#[test]
fn a_folder_is_moved_into_another() {
    let mut window = Window::imagekit();
    menu(&mut window, "/team", "Move…");
    window.fill("Folder", "/team/inner");
    assert!(!window.can_press("Move folder"), "not into itself");
    window.fill("Folder", "/blog");
    window.press("Move folder");
    window.shows("Completed");
    window.wait("the folder's line", |window| {
        !window.can_press("Folder /team")
    });
    assert!(window.books().folders().contains(&"/blog/team".to_owned()));
}

#[test]
fn deleting_a_folder_asks_for_its_whole_path() {
    let mut window = Window::imagekit();
    window.click(Role::DisclosureTriangle, "Unfold /products");
    menu(&mut window, "/products/2025", "Delete folder…");
    window.shows("Delete folder /products/2025");
    window.fill("Type to confirm", "2025");
    assert!(!window.can_press("Delete 1 folder"), "many end like this");
    window.fill("Type to confirm", "/products/2025");
    assert!(window.can_press("Delete 1 folder"));
    window.press("Cancel");

    let files = in_folder(&window, |folder| folder == "/videos");
    menu(&mut window, "/videos", "Delete folder…");
    window.shows(&format!("{files} files are known in it and below"));
    window.shows("cannot bring deleted folders back");
    assert!(!window.can_press("Delete 1 folder"));
    window.fill("Type to confirm", "/videos");
    window.press("Delete 1 folder");
    window.shows("1 of 1 folder deleted");
    assert!(!window.books().folders().contains(&"/videos".to_owned()));
    window.wait("the tree", |window| !window.can_press("Folder /videos"));
}
