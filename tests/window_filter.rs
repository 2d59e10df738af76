//! The filter box, saved filters and the second sort key, by role and label on the embedded service.

#![allow(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

use std::time::{Duration, Instant};

use egui::accesskit::{Role, SortDirection};
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use tallyman::profile::Keyring;
use tallyman::ui::{App, Setup, Start};

const PATIENCE: Duration = Duration::from_secs(60);
const BOX: &str = "Filter by name or id";

struct Window {
    harness: Harness<'static, App>,
    _data: Option<tempfile::TempDir>,
}

impl Window {
    fn open() -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut window = Self::open_in(data.path());
        window._data = Some(data);
        window
    }

    fn open_in(folder: &std::path::Path) -> Self {
        let start = Start {
            demo: true,
            data_dir: folder.to_path_buf(),
            data_dir_given: true,
        };
        let setup = Setup::new(start, Keyring::mock()).unwrap();
        let harness = Harness::builder()
            .with_size([1280.0, 800.0])
            .allow_missing_glyphs()
            .build_eframe(move |cc| App::new(&cc.egui_ctx, setup).unwrap());
        let mut window = Self {
            harness,
            _data: None,
        };
        window.wait("the project's files", |window| window.has("as of"));
        window.settle();
        window
    }

    fn wait(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        loop {
            self.harness.step();
            if done(self) {
                self.harness.step();
                return;
            }
            assert!(start.elapsed() < PATIENCE, "waited for {what} in vain");
            std::thread::sleep(Duration::from_millis(4));
        }
    }

    fn settle(&mut self) {
        self.harness.run_steps(2);
        self.wait("the order", |window| window.harness.state().is_settled());
    }

    fn has(&self, words: &str) -> bool {
        let mut found = self.harness.query_all_by_label_contains(words);
        found.next().is_some()
    }

    fn rows(&self) -> Vec<String> {
        let rows = self.harness.query_all_by_role(Role::Row);
        rows.filter_map(|row| row.accesskit_node().label())
            .collect()
    }

    fn press(&mut self, label: &str) {
        self.wait(label, |window| {
            let button = window.harness.query_by_role_and_label(Role::Button, label);
            button.is_some()
        });
        let button = self.harness.get_by_role_and_label(Role::Button, label);
        button.click();
        self.harness.run_steps(3);
    }

    fn key(&mut self, key: Key) {
        self.harness.key_press(key);
        self.harness.run_steps(2);
    }

    fn typed(&self) -> String {
        let field = self.harness.get_by_role_and_label(Role::TextInput, BOX);
        field.value().unwrap_or_default()
    }

    /// Empties the box and types into it.
    fn fill(&mut self, text: &str) {
        self.harness
            .get_by_role_and_label(Role::TextInput, BOX)
            .click();
        self.harness.run_steps(2);
        self.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        self.harness.run_steps(1);
        self.key(Key::Backspace);
        self.more(text);
    }

    fn more(&mut self, text: &str) {
        let field = self.harness.get_by_role_and_label(Role::TextInput, BOX);
        field.type_text(text);
        self.harness.run_steps(3);
    }

    fn header(&self, label: &str) -> (Option<SortDirection>, Option<String>) {
        let title = self
            .harness
            .get_by_role_and_label(Role::ColumnHeader, label);
        let node = title.accesskit_node();
        (node.sort_direction(), node.description())
    }
}

#[test]
fn a_wrong_filter_says_why_and_keeps_the_last_good_rows() {
    let mut window = Window::open();
    let all = window.rows();
    window.fill("type:image -ext:png");
    window.settle();
    let images = window.rows();
    assert!(!images.is_empty() && images != all);
    assert!(
        images.iter().all(|name| !name.ends_with(".png")),
        "{images:?}"
    );
    assert!(window.has("match"));

    window.more(" colour:red");
    window.settle();
    assert!(window.has("No key is called \"colour\""));
    assert!(window.has("Shown meanwhile: type:image -ext:png"));
    // The words under the box take room from the rows.
    let shown = window.rows();
    assert!(
        shown.len() > 5 && images.starts_with(&shown),
        "the last good result stays"
    );
    assert!(window.harness.query_by_label("Save filter").is_none());

    window.fill("size>=0");
    window.settle();
    assert!(!window.has("No key is called"));
    assert_eq!(window.rows().len(), all.len());
    window.key(Key::Escape);
    window.settle();
    assert_eq!(window.typed(), "");
}

#[test]
fn keys_and_values_are_completed_by_the_keyboard() {
    let mut window = Window::open();
    window.fill("st");
    assert!(window.has("state:unstored"), "keys are suggested");
    window.key(Key::ArrowDown);
    window.key(Key::ArrowUp);
    window.key(Key::Tab);
    assert_eq!(window.typed(), "state:");
    window.wait("the states", |window| window.has("temporary"));
    window.key(Key::ArrowDown);
    window.key(Key::Enter);
    assert_eq!(window.typed(), "state:unstored ");
    window.settle();
    assert!(window.has("match"));

    // Types are those that the files have.
    window.wait("what the files have", |window| {
        window.harness.state().is_settled()
    });
    window.fill("-type:im");
    window.wait("the types", |window| window.has("image"));
    window.key(Key::Escape);
    assert_eq!(
        window.typed(),
        "-type:im",
        "the first Esc closes the list only"
    );
    window.more("a");
    window.wait("the types", |window| {
        window
            .harness
            .query_by_role_and_label(Role::Button, "image")
            .is_some()
            || window.has("image")
    });
    window.key(Key::Enter);
    assert_eq!(window.typed(), "-type:image ");
}

#[test]
fn the_card_shows_the_language() {
    let mut window = Window::open();
    window.press("Filter help");
    window.wait("the card", |window| window.has("What can be typed"));
    assert!(window.has("size>10mb") && window.has("in any case"));
}

#[test]
fn filters_are_saved_counted_named_and_forgotten() {
    let data = tempfile::tempdir().unwrap();
    let mut window = Window::open_in(data.path());
    window.fill("ext:jpg");
    window.settle();
    window.press("Save filter");
    window.wait("the sheet", |window| {
        window
            .harness
            .query_by_role_and_label(Role::TextInput, "Name")
            .is_some()
    });
    window.harness.run_steps(3);
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.harness.run_steps(2);
    let name = window
        .harness
        .get_by_role_and_label(Role::TextInput, "Name");
    name.type_text("Photos");
    window.harness.run_steps(2);
    window.press("Save");
    window.wait("the saved filter", |window| {
        window
            .harness
            .query_by_role_and_label(Role::Button, "Photos")
            .is_some()
    });
    let settings = std::fs::read_to_string(data.path().join("window.toml")).unwrap();
    assert!(
        settings.contains("Photos") && settings.contains("ext:jpg"),
        "{settings}"
    );

    window.fill("zzz");
    window.settle();
    assert!(window.rows().is_empty());
    window.press("Photos");
    window.settle();
    assert_eq!(window.typed(), "ext:jpg");
    assert!(!window.rows().is_empty());
    drop(window);

    let mut window = Window::open_in(data.path());
    let saved = window.harness.get_by_role_and_label(Role::Button, "Photos");
    saved.click_secondary();
    window.harness.run_steps(3);
    window.press("Remove");
    assert!(
        window
            .harness
            .query_by_role_and_label(Role::Button, "Photos")
            .is_none()
    );
}

#[test]
fn shift_and_a_click_add_a_second_key() {
    let mut window = Window::open();
    let click = |window: &mut Window, label: &str, held: Modifiers| {
        let title = window
            .harness
            .get_by_role_and_label(Role::ColumnHeader, label);
        title.click_modifiers(held);
        window.settle();
    };
    click(&mut window, "Sort by Type", Modifiers::NONE);
    assert_eq!(window.header("Sort by Type").1, None);
    let by_type = window.rows();
    click(&mut window, "Sort by Size", Modifiers::SHIFT);
    let (direction, key) = window.header("Sort by Size");
    assert_eq!(direction, Some(SortDirection::Descending));
    assert_eq!(key.as_deref(), Some("sort key 2"));
    assert_eq!(
        window.header("Sort by Type").1.as_deref(),
        Some("sort key 1")
    );
    let down = window.rows();
    assert_ne!(down, by_type);
    click(&mut window, "Sort by Size", Modifiers::SHIFT);
    assert_eq!(
        window.header("Sort by Size").0,
        Some(SortDirection::Ascending)
    );
    assert_ne!(window.rows(), down);
    click(&mut window, "Sort by Name", Modifiers::NONE);
    assert_eq!(window.header("Sort by Size"), (None, None));
}

#[test]
fn members_of_a_group_are_found() {
    let mut window = Window::open();
    let all = window.rows().len();
    window.fill("in:any ");
    window.wait("the groups", |window| {
        window.harness.state().is_settled() && window.has("match") && !window.has("Looking into")
    });
    window.settle();
    let members = window.rows().len();
    assert!(members > 0 && members <= all, "{members} of {all}");
    window.fill("in:nosuchgroup ");
    window.settle();
    assert!(window.rows().is_empty());
}
