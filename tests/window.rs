//! The whole window by role and label, on the embedded service: no display, keyring or GPU is needed.

#![allow(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

mod window_bench;

use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use tallyman::demo::{self, Target};
use tallyman::model::ServiceKind;
use window_bench::{FILTER, PATIENCE, Window};

fn books(window: &Window) -> demo::Books {
    window.demo().books()
}

/// Puts the keyboard on the table by a click on its first row, then selects all that match.
fn select_all(window: &mut Window) {
    window.click_row(0, Modifiers::NONE);
    window.key(Modifiers::COMMAND, Key::A);
}

/// A locked file's problem, seen, kept, retried, reported; a deleted file restored.
#[test]
fn the_main_job_in_the_window() {
    let mut window = Window::open();
    let locked = books(&window).locked_ids()[0].clone();
    window.filter(&locked, 1);
    select_all(&mut window);
    assert!(window.has("1 selected"));
    window.fill(FILTER, "");
    window.wait("all rows", |window| window.rows().len() > 10);
    assert!(window.has("hidden by the filter") || window.has("1 selected"));

    // Two more rows, beside the one that stays selected.
    for place in [2, 4] {
        window.click_row(place, Modifiers::COMMAND);
    }
    assert!(window.has("3 selected"));
    let before = books(&window).file_ids().len();

    window.press("Delete…");
    window.shows("Delete 3 files");
    window.key(Modifiers::NONE, Key::Enter);
    window.steps(3);
    assert_eq!(
        books(&window).file_ids().len(),
        before,
        "Enter confirms no delete"
    );

    window.press("Delete…");
    window.press("Delete 3 files");
    window.shows("2 of 3 deleted");
    assert_eq!(books(&window).file_ids().len(), before - 2);
    let file = books(&window).file(&locked).unwrap();
    assert!(file.removed.is_none());

    window.press("Show problems");
    window.wait("the problem's row", |window| window.rows().len() == 1);
    assert!(
        window.rows()[0].contains("problem: "),
        "{:?}",
        window.rows()
    );

    window.press("Retry 1");
    window.press("Delete 1 file");
    window.shows("0 of 1 deleted");
    window.press("Save report");
    let folder = window.data().join("the report");
    window.fill("Folder", folder.to_str().unwrap());
    window.press("Save");
    window.shows("Saved to");
    let checked = tallyman::report::check(&folder).unwrap();
    assert_eq!((checked.items, checked.findings.len()), (1, 0));
    window.press("Close");

    // The first job can be undone from the history.
    window.press("History");
    window.shows("Job 1:");
    let job = window
        .harness
        .query_all_by_label_contains("Job 1:")
        .next()
        .unwrap();
    job.click();
    window.steps(2);
    window.press("Restore");
    window.press("Restore 2 files");
    window.wait("the restore", |window| {
        books(window).file_ids().len() == before
    });
}

#[test]
fn selecting_with_keys_and_clicks() {
    let mut window = Window::open();
    window.click_row(1, Modifiers::NONE);
    window.click_row(5, Modifiers::SHIFT);
    assert!(window.has("5 selected"));
    window.click_row(8, Modifiers::COMMAND);
    assert!(window.has("6 selected"));
    window.key(Modifiers::SHIFT, Key::ArrowDown);
    assert!(window.has("2 selected"));
    window.key(Modifiers::COMMAND, Key::A);
    let all = books(&window).file_ids().len() as u64;
    let words = format!("{} selected", tallyman::model::size::count(all));
    assert!(window.has(&words));
    window.key(Modifiers::NONE, Key::Escape);
    assert!(!window.has(" selected"));
}

#[test]
fn sorting_and_filtering_keep_the_selection() {
    let mut window = Window::open();
    window.click_row(3, Modifiers::NONE);
    let newest = window.rows()[0].clone();
    window.harness.get_by_label("Sort by Size").click();
    window.wait("the order by size", |window| window.rows()[0] != newest);
    assert!(window.has("1 selected"));
    window.fill(FILTER, "no file is called this");
    window.shows("No file matches the filter");
    assert!(window.has("1 hidden by the filter"));
    window.click(Role::Label, "Drop hidden");
    assert!(!window.has("1 selected"));
    window.press("Clear filter");
    window.wait("rows again", |window| !window.rows().is_empty());
}

/// Its keys used to stay those of before until the profile was opened again.
#[test]
fn a_profile_that_is_edited_while_its_job_runs_is_opened_anew_at_the_end() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let options = demo::Options {
        files: 40,
        ..demo::Options::default()
    };
    let other = runtime.block_on(demo::Server::start(options)).unwrap();
    let mut window = Window::open();
    window.click_row(0, Modifiers::NONE);
    window.press("Delete…");
    window.demo().faults().hold(Target::Writes, 0);
    window.press("Delete 1 file");
    window.shows("Deleting");

    window.press("Menu");
    window.press("Edit profile…");
    window.fill("API base", &other.base());
    window.press("Verify");
    window.shows(&format!("The keys open {}", demo::PROJECT_NAME));
    window.press("Save");
    window.steps(2);
    let files = format!(
        "{} files",
        other.file_books(ServiceKind::Uploadcare).existing().len()
    );
    assert!(window.has("Deleting") && !window.has(&files));

    window.demo().faults().release();
    window.shows("1 of 1 deleted");
    window.shows(&files);
    assert_eq!(other.books().writes(), 0);
}

#[test]
fn a_profile_is_verified_before_it_is_kept() {
    let mut window = Window::open();
    let base = window.demo().base();
    window.press("Add profile");
    window.fill("Name", "Second");
    window.fill("Public key", "nobodyskey");
    window.fill("Secret key", demo::SECRET_KEY);
    window.click(Role::Label, "Addresses and sign-in…");
    window.fill("API base", &base);
    window.press("Verify");
    window.shows("knows no project with this public key");

    window.fill("Public key", demo::PUBLIC_KEY);
    window.fill("Secret key", "not the secret");
    window.press("Verify");
    window.shows("refused the key");

    window.fill("Secret key", demo::SECRET_KEY);
    window.press("Verify");
    window.wait("the project's name", |window| {
        window.has(&format!("The keys open {}", demo::PROJECT_NAME))
    });
    window.press("Save");
    window.wait("the second profile", |window| window.has_button("Second"));
    window.wait("its rows", |window| !window.rows().is_empty());

    // Back to the first, and a selection made there is still there and nowhere else.
    window.key(Modifiers::COMMAND, Key::Num1);
    window.wait("rows", |window| !window.rows().is_empty());
    select_all(&mut window);
    assert!(window.has(" selected"));
    window.key(Modifiers::COMMAND, Key::Num4);
    assert!(!window.has(" selected"));
}

/// The answer for keys that were changed meanwhile is no answer for those that stand there now.
#[test]
fn keys_changed_while_they_are_verified_are_not_verified() {
    let mut window = Window::open();
    let demo = window.demo();
    let base = demo.base();
    demo.faults().hold(Target::Reads, 0);
    window.press("Add profile");
    window.fill("Name", "Second");
    window.fill("Public key", demo::PUBLIC_KEY);
    window.fill("Secret key", demo::SECRET_KEY);
    window.click(Role::Label, "Addresses and sign-in…");
    window.fill("API base", &base);
    window.press("Verify");
    window.fill("Public key", "nobodyskey");
    window.demo().faults().release();
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(600) {
        window.steps(1);
        assert!(!window.has("The keys open"));
    }
    window.press("Verify");
    window.shows("knows no project with this public key");
}

#[test]
fn groups_are_removed_and_their_files_stay() {
    let mut window = Window::open();
    let (files, groups) = (
        books(&window).file_ids().len(),
        books(&window).group_ids().len(),
    );
    window.press("Groups");
    window.wait("groups", |window| {
        !window.rows().is_empty() && window.has(" groups · as of")
    });
    for place in [0, 2] {
        window.click_row(place, Modifiers::COMMAND);
    }
    window.shows("Members");
    window.press("Delete…");
    window.shows("The files of the groups stay.");
    window.press("Delete 2 groups");
    window.shows("2 groups deleted");
    assert_eq!(books(&window).group_ids().len(), groups - 2);
    assert_eq!(books(&window).file_ids().len(), files);
}

#[test]
fn a_large_delete_asks_for_its_count() {
    let mut window = Window::open();
    select_all(&mut window);
    let count = books(&window).file_ids().len() as u64;
    window.press("Delete…");
    let what = format!("Delete {} files", tallyman::model::size::count(count));
    window.shows(&what);
    window.steps(2);
    let button = window.harness.get_by_role_and_label(Role::Button, &what);
    assert!(button.accesskit_node().is_disabled());
    window.fill("Type to confirm", &count.to_string());
    window.wait("the button", |window| {
        let button = window.harness.get_by_role_and_label(Role::Button, &what);
        !button.accesskit_node().is_disabled()
    });
    window.press("Cancel");
    assert_eq!(books(&window).file_ids().len() as u64, count);
}

#[test]
fn at_rest_the_window_draws_nothing() {
    let mut window = Window::open();
    std::thread::sleep(Duration::from_millis(400));
    // Thumbnails of the first screen are still coming in.
    let start = Instant::now();
    let mut calm = 0;
    while calm < 20 && start.elapsed() < PATIENCE {
        let asks = window
            .harness
            .output()
            .viewport_output
            .values()
            .any(|viewport| viewport.repaint_delay < Duration::from_millis(200));
        calm = if asks { 0 } else { calm + 1 };
        window.harness.step();
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(calm, 20, "the window keeps asking for frames");
}

/// A delete on each of the three services, while the profile is switched under the running job.
#[test]
fn three_services_mix_nothing_up() {
    let mut window = Window::open();
    let server = |window: &Window| {
        let server = window.demo();
        (
            server.books().file_ids().len(),
            server.imagekit_books().file_ids().len(),
            server.templated_books().file_ids().len(),
        )
    };
    let before = server(&window);
    for (key, noun) in [(Key::Num3, "3"), (Key::Num2, "3"), (Key::Num1, "3")] {
        window.key(Modifiers::COMMAND, key);
        window.wait("rows", |window| {
            !window.rows().is_empty() && window.has("as of")
        });
        window.click_row(3, Modifiers::NONE);
        window.click_row(5, Modifiers::SHIFT);
        window.press("Delete…");
        window.press(&format!("Delete {noun} files"));
    }
    window.wait("all three deletes", |window| {
        let now = server(window);
        now == (before.0 - 3, before.1 - 3, before.2 - 3)
    });
    for key in [Key::Num1, Key::Num2, Key::Num3] {
        window.key(Modifiers::COMMAND, key);
        window.shows("3 of 3 deleted");
        assert!(!window.has(" selected"));
    }
}
