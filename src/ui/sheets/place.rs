//! Choosing a folder: from the list of those that are known, or by typing its path.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{CornerRadius, Rect, RichText, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::model::{check_folder, folder_becomes, path, size::counted, text::visible};
use crate::ui::folders::tree::Tree;
use crate::ui::parts;
use crate::ui::theme::{self, Tokens};

const LINE: f32 = 26.0;
const LINES: usize = 6;

/// A folder that is being chosen.
pub struct PlacePicker {
    /// Its path, as typed or taken from the list.
    pub path: String,
    tree: Arc<Tree>,
    /// Places in the tree that match what was typed, and for what.
    found: (String, Vec<usize>),
    /// Where the files are that are to be moved, and how many they are.
    from: HashMap<String, u64>,
    files: u64,
    focused: bool,
}

impl PlacePicker {
    /// Nothing is chosen yet.
    pub fn new(tree: Arc<Tree>) -> Self {
        let found = (String::new(), tree.matching(""));
        Self {
            path: String::new(),
            tree,
            found,
            from: HashMap::new(),
            files: 0,
            focused: false,
        }
    }

    /// The path without a slash at its end.
    pub fn folder(&self) -> String {
        match self.path.trim().trim_end_matches('/') {
            "" if self.path.trim().is_empty() => String::new(),
            "" => "/".to_owned(),
            path => path.to_owned(),
        }
    }

    /// Why the choice cannot be used; `None` if it can.
    pub fn trouble(&self) -> Option<String> {
        let folder = self.folder();
        if folder.is_empty() {
            return Some("Choose a folder or type its path.".into());
        }
        check_folder(&folder)
            .err()
            .or_else(|| self.renamed(&folder))
            .or_else(|| {
                let all = self.here(&folder) == self.files && self.files > 0;
                all.then(|| "All of them are in this folder already.".into())
            })
    }

    /// Tells it where the files are that go there, by their paths: what is there already stays as it is.
    pub fn moves<'a>(&mut self, paths: impl Iterator<Item = &'a str>) {
        for file in paths {
            *self.from.entry(path::parent(file).to_owned()).or_default() += 1;
            self.files += 1;
        }
    }

    /// How many of the files are in the folder.
    fn here(&self, folder: &str) -> u64 {
        self.from.get(folder).copied().unwrap_or_default()
    }

    /// Why a folder cannot be made under this path, in words.
    fn renamed(&self, folder: &str) -> Option<String> {
        let made = folder_becomes(folder).filter(|_| self.tree.find(folder).is_none())?;
        Some(format!(
            "The service would make {} of it: a new folder's name keeps letters, digits, . _ and - alone.",
            visible(&made)
        ))
    }

    /// Draws field and list.
    pub fn ui(&mut self, ui: &mut Ui) {
        parts::caption(ui, "Into the folder");
        let width = ui.available_width();
        let hint = "Type a path, or choose below: /products/summer";
        let field = parts::hinted_field(ui, &mut self.path, "Folder", hint, width);
        if !std::mem::replace(&mut self.focused, true) {
            field.request_focus();
        }
        let folder = self.folder();
        let known = folder.is_empty() || self.tree.find(&folder).is_some();
        if field.changed() || self.found.0.is_empty() && self.found.1.is_empty() {
            self.found = (self.path.clone(), self.tree.matching(&self.path));
        }
        self.list(ui);
        ui.scope(|ui| {
            ui.set_min_height(18.0);
            let words = match (known, self.trouble()) {
                (_, Some(trouble)) if !folder.is_empty() => trouble,
                (_, None) if self.here(&folder) > 0 => {
                    let here = counted(self.here(&folder), "file is", "files are");
                    format!("{here} in this folder already: nothing changes for them.")
                }
                (false, None) => "This folder is not known yet; the service makes it.".into(),
                _ => String::new(),
            };
            parts::caption(ui, &words);
        });
    }

    fn list(&mut self, ui: &mut Ui) {
        let tokens = Tokens::of(ui);
        let mut chosen = None;
        let frame = egui::Frame::new()
            .stroke(egui::Stroke::new(1.0, tokens.line))
            .corner_radius(CornerRadius::same(theme::RADIUS))
            .inner_margin(4);
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 0.0;
            let places = &self.found.1;
            ScrollArea::vertical()
                .min_scrolled_height(LINE * LINES as f32)
                .max_height(LINE * LINES as f32)
                .auto_shrink([false, false])
                .show_rows(ui, LINE, places.len(), |ui, range| {
                    for &place in &places[range] {
                        let node = &self.tree.nodes()[place];
                        let on = *node.path == *self.folder();
                        if line(ui, &node.path, node.all, on) {
                            chosen = Some(node.path.to_string());
                        }
                    }
                    if places.is_empty() {
                        let words =
                            RichText::new("No folder has this in its path").color(tokens.faint);
                        parts::text(ui, words);
                    }
                });
        });
        if let Some(path) = chosen {
            self.path = path;
        }
    }
}

fn line(ui: &mut Ui, path: &str, files: u64, on: bool) -> bool {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
    if on || response.hovered() || response.has_focus() {
        let ground = if on { tokens.selection } else { tokens.hover };
        ui.painter()
            .rect_filled(rect, CornerRadius::same(5), ground);
    }
    let count = crate::model::size::count(files);
    let count = ui
        .painter()
        .layout_no_wrap(count, theme::body(), tokens.weak);
    let count_at = pos2(
        rect.right() - 8.0 - count.size().x,
        rect.center().y - count.size().y / 2.0,
    );
    let room = Rect::from_x_y_ranges(rect.left() + 8.0..=count_at.x - 8.0, rect.y_range());
    ui.painter().galley(count_at, count, tokens.weak);
    let name = parts::elide_middle(ui.painter(), &visible(path), &theme::body(), room.width());
    ui.painter().text(
        room.left_center(),
        egui::Align2::LEFT_CENTER,
        name,
        theme::body(),
        tokens.text,
    );
    response.widget_info(|| WidgetInfo::selected(egui::Role::ListBoxOption, true, on, path));
    response.clicked()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_as_typed() {
        let mut picker = PlacePicker::new(Arc::new(Tree::new(["/a"], &[])));
        let cases = [
            ("", "", false),
            ("  ", "", false),
            ("/", "/", true),
            ("/a/", "/a", true),
            (" /a/b ", "/a/b", true),
            ("a", "a", false),
            ("/a/../b", "/a/../b", false),
            ("/new dir/?x", "/new dir/?x", false),
        ];
        for (typed, folder, good) in cases {
            picker.path = typed.to_owned();
            assert_eq!(picker.folder(), folder, "{typed:?}");
            assert_eq!(picker.trouble().is_none(), good, "{typed:?}");
        }
        picker.moves(["/a/1.jpg", "/a/2.jpg"].into_iter());
        picker.path = "/a".into();
        assert!(picker.trouble().unwrap().contains("already"));
        picker.moves(["/b/3.jpg"].into_iter());
        assert_eq!((picker.trouble(), picker.here("/a")), (None, 2));
    }
}
