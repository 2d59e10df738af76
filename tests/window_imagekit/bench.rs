//! What the tests of ImageKit ask of its books, beside the window.

use egui::Modifiers;
use tallyman::demo;

use crate::window_bench::Window;

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
