//! The window on the embedded service, used by role and label; what all tests of it share.

#![allow(dead_code, reason = "not every test needs all of it")]

use std::path::Path;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use tallyman::demo;
use tallyman::profile::Keyring;
use tallyman::ui::{App, Setup, Start};
use tempfile::TempDir;

/// How long a window may take for anything that is waited for.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// The box over the files.
pub const FILTER: &str = "Filter by name or id";

pub struct Window {
    pub harness: Harness<'static, App>,
    data: Option<TempDir>,
}

impl Window {
    /// Opens the window on the demo's first profile.
    pub fn open() -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut window = Self::open_in(data.path());
        window.data = Some(data);
        window
    }

    /// The same with a data folder that outlives the window.
    pub fn open_in(data: &Path) -> Self {
        let mut window = Self::start(data, true, Keyring::mock());
        window.listed();
        window
    }

    /// Opens the window and waits for nothing.
    pub fn start(data: &Path, demo: bool, keyring: Keyring) -> Self {
        let start = Start {
            demo,
            data_dir: data.to_path_buf(),
            data_dir_given: true,
        };
        let setup = Setup::new(start, keyring).unwrap();
        let harness = Harness::builder()
            .with_size([1440.0, 900.0])
            .allow_missing_glyphs()
            .build_eframe(move |cc| App::new(&cc.egui_ctx, setup).unwrap());
        Self {
            harness,
            data: None,
        }
    }

    /// Opens the window on the ImageKit profile.
    pub fn imagekit() -> Self {
        Self::on_profile(Key::Num2)
    }

    /// Opens the window on the Templated profile.
    pub fn templated() -> Self {
        Self::on_profile(Key::Num3)
    }

    fn on_profile(key: Key) -> Self {
        let mut window = Self::open();
        window.key(Modifiers::COMMAND, key);
        window.listed();
        window
    }

    /// The data folder of a window that has its own.
    pub fn data(&self) -> &Path {
        self.data.as_ref().unwrap().path()
    }

    /// Waits until the files are listed and in order.
    pub fn listed(&mut self) {
        self.wait("the files", |window| {
            let said = window.harness.query_all_by_label_contains("as of");
            let words = |node: egui_kittest::Node<'_>| {
                let node = node.accesskit_node();
                node.value().or_else(|| node.label()).unwrap_or_default()
            };
            // What an account has used is told as of a moment too.
            said.into_iter()
                .any(|node| words(node).contains(" files · "))
        });
        self.wait_for_rows();
    }

    /// Waits for rows in order, wherever they are from.
    pub fn wait_for_rows(&mut self) {
        self.wait("rows", |window| {
            !window.rows().is_empty() && window.harness.state().is_settled()
        });
    }

    /// Waits until what was typed or clicked last has its effect on the rows.
    pub fn settle(&mut self) {
        self.steps(2);
        self.wait("the order", |window| window.harness.state().is_settled());
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
            assert!(
                start.elapsed() < PATIENCE,
                "waited for {what} in vain, saw {:?}",
                self.words()
            );
            std::thread::sleep(Duration::from_millis(4));
        }
    }

    /// All that is said in the window, for who looks at a test that failed.
    fn words(&self) -> Vec<String> {
        let nodes = self.harness.query_all_by(|_| true);
        nodes
            .filter_map(|node| {
                let node = node.accesskit_node();
                let words = node.label().or_else(|| node.value())?;
                let off = if node.is_disabled() { ", off" } else { "" };
                Some(format!("{words} ({:?}{off})", node.role()))
            })
            .collect()
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

    /// Waits for the list below the filter box to offer this and the number of files that have it. They are
    /// counted a while after the files have come.
    pub fn offers(&mut self, value: &str) {
        let offer = format!("{value} ");
        self.wait(value, |window| {
            let buttons = window.harness.query_all_by_role(Role::Button);
            let mut labels = buttons.filter_map(|button| button.accesskit_node().label());
            labels.any(|label| label.starts_with(&offer) && label.ends_with("files"))
        });
    }

    pub fn rows(&self) -> Vec<String> {
        self.harness
            .query_all_by_role(Role::Row)
            .filter_map(|row| row.accesskit_node().label())
            .collect()
    }

    pub fn click_row(&mut self, place: usize, modifiers: Modifiers) {
        let mut rows = self.harness.query_all_by_role(Role::Row);
        rows.nth(place).unwrap().click_modifiers(modifiers);
        drop(rows);
        self.steps(2);
    }

    /// Whether there is exactly one of these and it can be used.
    pub fn can(&self, role: Role, label: &str) -> bool {
        self.harness
            .query_by_role_and_label(role, label)
            .is_some_and(|node| !node.accesskit_node().is_disabled())
    }

    /// Clicks it once it can be used and no longer moves.
    pub fn click(&mut self, role: Role, label: &str) {
        let place = std::cell::Cell::new(None);
        self.wait(label, |window| {
            let can = window.can(role, label);
            let rect = can.then(|| window.harness.get_by_role_and_label(role, label).rect());
            can && place.replace(rect) == rect
        });
        self.harness.get_by_role_and_label(role, label).click();
        self.steps(2);
    }

    pub fn press(&mut self, label: &str) {
        self.click(Role::Button, label);
    }

    /// Whether a button is there and can be pressed.
    pub fn can_press(&self, label: &str) -> bool {
        self.can(Role::Button, label)
    }

    /// Whether a button is there at all.
    pub fn has_button(&self, label: &str) -> bool {
        self.harness
            .query_by_role_and_label(Role::Button, label)
            .is_some()
    }

    pub fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.steps(2);
    }

    /// Puts a text into a field in place of the one that is there.
    pub fn fill(&mut self, label: &str, text: &str) {
        let role = match label {
            "Secret key" => Role::PasswordInput,
            _ => Role::TextInput,
        };
        self.click(role, label);
        self.key(Modifiers::COMMAND, Key::A);
        self.key(Modifiers::NONE, Key::Backspace);
        let field = self.harness.get_by_role_and_label(role, label);
        field.type_text(text);
        self.steps(2);
    }

    /// Filters and waits until only so many rows are left.
    pub fn filter(&mut self, words: &str, rows: usize) {
        self.fill(FILTER, words);
        self.wait("the filter", |window| {
            window.rows().len() == rows && window.harness.state().is_settled()
        });
    }

    pub fn demo(&self) -> &demo::Server {
        self.harness.state().demo().unwrap()
    }
}
