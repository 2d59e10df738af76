//! The window on the embedded service, used by role and label.

use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use tallyman::demo;
use tallyman::profile::Keyring;
use tallyman::ui::{App, Setup, Start};

const PATIENCE: Duration = Duration::from_secs(60);

pub struct Window {
    pub harness: Harness<'static, App>,
    _data: tempfile::TempDir,
}

impl Window {
    /// Opens the window on the demo's first profile.
    pub fn open() -> Self {
        let data = tempfile::tempdir().unwrap();
        let start = Start {
            demo: true,
            data_dir: data.path().to_path_buf(),
            data_dir_given: true,
        };
        let setup = Setup::new(start, Keyring::mock()).unwrap();
        let harness = Harness::builder()
            .with_size([1440.0, 900.0])
            .allow_missing_glyphs()
            .build_eframe(move |cc| App::new(&cc.egui_ctx, setup).unwrap());
        let mut window = Self {
            harness,
            _data: data,
        };
        window.listed();
        window
    }

    /// Opens the window on the ImageKit profile.
    pub fn imagekit() -> Self {
        let mut window = Self::open();
        window.key(Modifiers::COMMAND, Key::Num2);
        window.listed();
        window
    }

    /// Waits until the files are listed and in order.
    pub fn listed(&mut self) {
        self.wait("the files", |window| window.has("as of"));
        self.wait("rows", |window| {
            !window.rows().is_empty() && window.harness.state().is_settled()
        });
    }

    pub fn wait(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        loop {
            self.harness.step();
            if done(self) {
                // One more frame, so that what was waited for is also laid out.
                self.harness.step();
                return;
            }
            let seen = || -> Vec<String> {
                let nodes = self.harness.query_all_by_label_contains(" of ");
                let words = |node: egui_kittest::Node<'_>| {
                    let node = node.accesskit_node();
                    node.label().or_else(|| node.value()).unwrap_or_default()
                };
                nodes.map(words).collect()
            };
            assert!(
                start.elapsed() < PATIENCE,
                "waited for {what} in vain, saw {:?}",
                seen()
            );
            std::thread::sleep(Duration::from_millis(4));
        }
    }

    pub fn steps(&mut self, count: usize) {
        self.harness.run_steps(count);
    }

    /// Whether these words are anywhere in the window.
    pub fn has(&self, words: &str) -> bool {
        self.harness
            .query_all_by_label_contains(words)
            .next()
            .is_some()
    }

    pub fn shows(&mut self, words: &str) {
        self.wait(words, |window| window.has(words));
    }

    pub fn rows(&self) -> Vec<String> {
        self.harness
            .query_all_by_role(Role::Row)
            .filter_map(|row| row.accesskit_node().label())
            .collect()
    }

    pub fn click_row(&mut self, place: usize, modifiers: Modifiers) {
        self.harness
            .query_all_by_role(Role::Row)
            .nth(place)
            .unwrap()
            .click_modifiers(modifiers);
        self.steps(2);
    }

    pub fn click(&mut self, role: Role, label: &str) {
        self.wait(label, |window| {
            window
                .harness
                .query_by_role_and_label(role, label)
                .is_some_and(|node| !node.accesskit_node().is_disabled())
        });
        self.harness.get_by_role_and_label(role, label).click();
        self.steps(2);
    }

    pub fn press(&mut self, label: &str) {
        self.click(Role::Button, label);
    }

    /// Whether a button is there and can be pressed.
    pub fn can_press(&self, label: &str) -> bool {
        self.harness
            .query_by_role_and_label(Role::Button, label)
            .is_some_and(|node| !node.accesskit_node().is_disabled())
    }

    pub fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.steps(2);
    }

    pub fn fill(&mut self, label: &str, text: &str) {
        self.click(Role::TextInput, label);
        self.key(Modifiers::COMMAND, Key::A);
        self.key(Modifiers::NONE, Key::Backspace);
        self.harness
            .get_by_role_and_label(Role::TextInput, label)
            .type_text(text);
        self.steps(2);
    }

    pub fn filter(&mut self, words: &str, rows: usize) {
        self.fill("Filter by name or id", words);
        self.wait("the filter", |window| {
            window.rows().len() == rows && window.harness.state().is_settled()
        });
    }

    pub fn demo(&self) -> &demo::Server {
        self.harness.state().demo().unwrap()
    }
}

impl Window {
    pub fn books(&self) -> demo::imagekit::Books {
        self.demo().imagekit_books()
    }

    /// The first file of the library that fits and that the service does not fail on.
    pub fn pick(
        &self,
        fits: impl Fn(&demo::imagekit::BookFile) -> bool,
    ) -> demo::imagekit::BookFile {
        let books = self.books();
        let mut files = books
            .file_ids()
            .into_iter()
            .filter_map(|id| books.file(&id));
        files.find(|file| !file.stuck && fits(file)).unwrap()
    }

    pub fn file(&self, id: &str) -> demo::imagekit::BookFile {
        self.books().file(id).unwrap()
    }

    /// Shows one file alone and selects it.
    pub fn select(&mut self, id: &str) {
        self.filter(id, 1);
        self.click_row(0, Modifiers::NONE);
        self.shows("1 selected");
    }

    /// Chooses from the menu of what there is no room for in the bar.
    pub fn more(&mut self, command: &str) {
        self.press("More actions");
        self.press(command);
    }
}
