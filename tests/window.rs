//! The whole window by role and label, on the embedded service: no display, keyring or GPU is needed.

#![allow(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use tallyman::demo;
use tallyman::profile::Keyring;
use tallyman::ui::{App, Setup, Start};

const PATIENCE: Duration = Duration::from_secs(60);

struct Window {
    harness: Harness<'static, App>,
    _data: tempfile::TempDir,
}

impl Window {
    /// Opens the window on a demo service and waits for its rows.
    fn open() -> Self {
        let data = tempfile::tempdir().unwrap();
        let start = Start {
            demo: true,
            data_dir: data.path().to_path_buf(),
            data_dir_given: true,
        };
        let setup = Setup::new(start, Keyring::mock()).unwrap();
        let harness = Harness::builder()
            .with_size([1280.0, 800.0])
            .allow_missing_glyphs()
            .build_eframe(move |cc| App::new(&cc.egui_ctx, setup).unwrap());
        let mut window = Self {
            harness,
            _data: data,
        };
        window.wait("the project's files", |window| window.status_has("as of"));
        window.wait("rows", |window| {
            !window.rows().is_empty() && window.harness.state().is_settled()
        });
        window
    }

    fn wait(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        loop {
            self.harness.step();
            if done(self) {
                // One more frame, so that what was waited for is also laid out.
                self.harness.step();
                return;
            }
            assert!(start.elapsed() < PATIENCE, "waited for {what} in vain");
            std::thread::sleep(Duration::from_millis(4));
        }
    }

    fn steps(&mut self, count: usize) {
        self.harness.run_steps(count);
    }

    fn status_has(&self, words: &str) -> bool {
        self.harness
            .query_all_by_label_contains(words)
            .next()
            .is_some()
    }

    fn rows(&self) -> Vec<String> {
        self.harness
            .query_all_by_role(Role::Row)
            .filter_map(|row| row.accesskit_node().label())
            .collect()
    }

    fn click(&mut self, role: Role, label: &str) {
        self.wait(label, |window| {
            window
                .harness
                .query_by_role_and_label(role, label)
                .is_some_and(|node| !node.accesskit_node().is_disabled())
        });
        self.harness.get_by_role_and_label(role, label).click();
        self.steps(2);
    }

    fn press(&mut self, label: &str) {
        self.click(Role::Button, label);
    }

    fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.steps(2);
    }

    fn fill(&mut self, label: &str, text: &str) {
        let role = if label == "Secret key" {
            Role::PasswordInput
        } else {
            Role::TextInput
        };
        self.click(role, label);
        self.key(Modifiers::COMMAND, Key::A);
        self.key(Modifiers::NONE, Key::Backspace);
        let field = self.harness.get_by_role_and_label(role, label);
        field.type_text(text);
        self.steps(2);
    }

    /// Filters by an id and waits until only its row is left.
    fn filter(&mut self, words: &str, rows: usize) {
        self.fill("Filter by name or id", words);
        self.wait("the filter", |window| {
            window.rows().len() == rows && window.harness.state().is_settled()
        });
    }

    fn books(&self) -> demo::Books {
        self.harness.state().demo().unwrap().books()
    }

    /// Puts the keyboard on the table by a click on its first row, then selects all that match.
    fn select_all(&mut self) {
        let first = self.harness.query_all_by_role(Role::Row).next().unwrap();
        first.click();
        self.steps(2);
        self.key(Modifiers::COMMAND, Key::A);
    }

    fn toast(&mut self, words: &str) {
        self.wait(words, |window| window.status_has(words));
    }
}

/// A locked file's problem, seen, kept, retried, reported; a deleted file restored.
#[test]
fn the_main_job_in_the_window() {
    let mut window = Window::open();
    let locked = window.books().locked_ids()[0].clone();
    window.filter(&locked, 1);
    window.select_all();
    assert!(window.status_has("1 selected"));
    window.fill("Filter by name or id", "");
    window.wait("all rows", |window| window.rows().len() > 10);
    assert!(window.status_has("hidden by the filter") || window.status_has("1 selected"));

    // Two more rows, beside the one that stays selected.
    let rows = window.rows();
    for place in [2, 4] {
        let row = window
            .harness
            .get_by_role_and_label(Role::Row, &rows[place]);
        row.click_modifiers(Modifiers::COMMAND);
        window.steps(2);
    }
    assert!(window.status_has("3 selected"));
    let before = window.books().file_ids().len();

    window.press("Delete…");
    window.wait("the plan", |window| window.status_has("Delete 3 files"));
    window.key(Modifiers::NONE, Key::Enter);
    window.steps(3);
    assert_eq!(
        window.books().file_ids().len(),
        before,
        "Enter confirms no delete"
    );

    window.press("Delete…");
    window.press("Delete 3 files");
    window.toast("2 of 3 deleted");
    assert_eq!(window.books().file_ids().len(), before - 2);
    let file = window.books().file(&locked).unwrap();
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
    window.toast("0 of 1 deleted");
    window.press("Save report");
    let folder = window._data.path().join("the report");
    window.fill("Folder", folder.to_str().unwrap());
    window.press("Save");
    window.wait("the report", |window| window.status_has("Saved to"));
    let checked = tallyman::report::check(&folder).unwrap();
    assert_eq!((checked.items, checked.findings.len()), (1, 0));
    window.press("Close");

    // The first job can be undone from the history.
    window.press("History");
    window.wait("the jobs", |window| window.status_has("Job 1:"));
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
        window.books().file_ids().len() == before
    });
}

#[test]
fn selecting_with_keys_and_clicks() {
    let mut window = Window::open();
    let rows = window.rows();
    let click = |window: &mut Window, place: usize, modifiers| {
        window
            .harness
            .get_by_role_and_label(Role::Row, &rows[place])
            .click_modifiers(modifiers);
        window.steps(2);
    };
    click(&mut window, 1, Modifiers::NONE);
    click(&mut window, 5, Modifiers::SHIFT);
    assert!(window.status_has("5 selected"));
    click(&mut window, 8, Modifiers::COMMAND);
    assert!(window.status_has("6 selected"));
    window.key(Modifiers::SHIFT, Key::ArrowDown);
    assert!(window.status_has("2 selected"));
    window.key(Modifiers::COMMAND, Key::A);
    let all = window.books().file_ids().len() as u64;
    let words = format!("{} selected", tallyman::model::size::count(all));
    assert!(window.status_has(&words));
    window.key(Modifiers::NONE, Key::Escape);
    assert!(!window.status_has(" selected"));
}

#[test]
fn sorting_and_filtering_keep_the_selection() {
    let mut window = Window::open();
    let rows = window.rows();
    window
        .harness
        .get_by_role_and_label(Role::Row, &rows[3])
        .click();
    window.steps(2);
    let newest = window.rows()[0].clone();
    window.harness.get_by_label("Sort by Size").click();
    window.wait("the order by size", |window| window.rows()[0] != newest);
    assert!(window.status_has("1 selected"));
    window.fill("Filter by name or id", "no file is called this");
    window.wait("no rows", |window| {
        window.status_has("No file matches the filter")
    });
    assert!(window.status_has("1 hidden by the filter"));
    window.click(Role::Label, "Drop hidden");
    assert!(!window.status_has("1 selected"));
    window.press("Clear filter");
    window.wait("rows again", |window| !window.rows().is_empty());
}

#[test]
fn a_profile_is_verified_before_it_is_kept() {
    let mut window = Window::open();
    let base = window.harness.state().demo().unwrap().base();
    window.press("Add profile");
    window.fill("Name", "Second");
    window.fill("Public key", "nobodyskey");
    window.fill("Secret key", demo::SECRET_KEY);
    window.click(Role::Label, "Addresses and sign-in…");
    window.fill("API base", &base);
    window.press("Verify");
    window.wait("what is wrong", |window| {
        window.status_has("knows no project with this public key")
    });

    window.fill("Public key", demo::PUBLIC_KEY);
    window.fill("Secret key", "not the secret");
    window.press("Verify");
    window.wait("what is wrong", |window| {
        window.status_has("refused the key")
    });

    window.fill("Secret key", demo::SECRET_KEY);
    window.press("Verify");
    window.wait("the project's name", |window| {
        window.status_has(&format!("The keys open {}", demo::PROJECT_NAME))
    });
    window.press("Save");
    window.wait("the second profile", |window| {
        window
            .harness
            .query_by_role_and_label(Role::Button, "Second")
            .is_some()
    });
    window.wait("its rows", |window| !window.rows().is_empty());

    // Back to the first, and a selection made there is still there and nowhere else.
    window.key(Modifiers::COMMAND, Key::Num1);
    window.wait("rows", |window| !window.rows().is_empty());
    window.select_all();
    assert!(window.status_has(" selected"));
    window.key(Modifiers::COMMAND, Key::Num4);
    assert!(!window.status_has(" selected"));
}

/// The answer for keys that were changed meanwhile is no answer for those that stand there now.
#[test]
fn keys_changed_while_they_are_verified_are_not_verified() {
    let mut window = Window::open();
    let demo = window.harness.state().demo().unwrap();
    let base = demo.base();
    demo.faults().set_latency(Duration::from_millis(300));
    window.press("Add profile");
    window.fill("Name", "Second");
    window.fill("Public key", demo::PUBLIC_KEY);
    window.fill("Secret key", demo::SECRET_KEY);
    window.click(Role::Label, "Addresses and sign-in…");
    window.fill("API base", &base);
    window.press("Verify");
    window.fill("Public key", "nobodyskey");
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(900) {
        window.steps(1);
        assert!(!window.status_has("The keys open"));
    }
    window.press("Verify");
    window.wait("what is wrong", |window| {
        window.status_has("knows no project with this public key")
    });
}

#[test]
fn groups_are_removed_and_their_files_stay() {
    let mut window = Window::open();
    let (files, groups) = (
        window.books().file_ids().len(),
        window.books().group_ids().len(),
    );
    window.press("Groups");
    window.wait("groups", |window| {
        !window.rows().is_empty() && window.status_has(" groups · as of")
    });
    let rows = window.rows();
    for place in [0, 2] {
        let row = window
            .harness
            .get_by_role_and_label(Role::Row, &rows[place]);
        row.click_modifiers(Modifiers::COMMAND);
        window.steps(2);
    }
    window.wait("the members", |window| window.status_has("Members"));
    window.press("Delete…");
    window.wait("the plan", |window| {
        window.status_has("The files of the groups stay.")
    });
    window.press("Delete 2 groups");
    window.toast("2 groups deleted");
    assert_eq!(window.books().group_ids().len(), groups - 2);
    assert_eq!(window.books().file_ids().len(), files);
}

#[test]
fn a_large_delete_asks_for_its_count() {
    let mut window = Window::open();
    window.select_all();
    let count = window.books().file_ids().len() as u64;
    window.press("Delete…");
    let what = format!("Delete {} files", tallyman::model::size::count(count));
    window.wait("the plan", |window| window.status_has(&what));
    window.steps(2);
    let button = window.harness.get_by_role_and_label(Role::Button, &what);
    assert!(button.accesskit_node().is_disabled());
    window.fill("Type to confirm", &count.to_string());
    window.wait("the button", |window| {
        let button = window.harness.get_by_role_and_label(Role::Button, &what);
        !button.accesskit_node().is_disabled()
    });
    window.press("Cancel");
    assert_eq!(window.books().file_ids().len() as u64, count);
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
        let server = window.harness.state().demo().unwrap();
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
            !window.rows().is_empty() && window.status_has("as of")
        });
        let rows = window.rows();
        window
            .harness
            .get_by_role_and_label(Role::Row, &rows[3])
            .click();
        window.steps(2);
        window
            .harness
            .get_by_role_and_label(Role::Row, &rows[5])
            .click_modifiers(Modifiers::SHIFT);
        window.steps(2);
        window.press("Delete…");
        window.press(&format!("Delete {noun} files"));
    }
    window.wait("all three deletes", |window| {
        let now = server(window);
        now == (before.0 - 3, before.1 - 3, before.2 - 3)
    });
    for key in [Key::Num1, Key::Num2, Key::Num3] {
        window.key(Modifiers::COMMAND, key);
        window.toast("3 of 3 deleted");
        assert!(!window.status_has(" selected"));
    }
}
