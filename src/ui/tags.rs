//! Tags as chips that can be taken away, and a field that adds one.

use egui::{CornerRadius, Key, Margin, Rect, RichText, Sense, TextEdit, Ui, WidgetInfo, vec2};

use super::parts::{self, Icon};
use super::theme::{self, Tokens};
use crate::model::text::visible;

/// Most characters of all tags together.
pub const MOST: usize = 500;

/// Tags that are being changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagEditor {
    /// The tags, in order.
    pub tags: Vec<String>,
    /// What is being typed.
    pub typing: String,
}

impl TagEditor {
    /// An editor of these tags.
    pub fn of(tags: Vec<String>) -> Self {
        Self {
            tags,
            typing: String::new(),
        }
    }

    /// The tags with the one that is being typed, as if Enter had been pressed.
    pub fn all(&self) -> Vec<String> {
        let mut all = self.clone();
        all.add();
        all.tags
    }

    /// Makes tags of what was typed: commas part them, what is there already is not added again.
    fn add(&mut self) {
        for tag in std::mem::take(&mut self.typing).split(',') {
            let tag = tag.trim();
            if !tag.is_empty() && !self.tags.iter().any(|known| known == tag) {
                self.tags.push(tag.to_owned());
            }
        }
    }

    /// Draws chips and field; `true` if the tags changed. `focus` puts the keyboard into the field, which is
    /// called `name`.
    pub fn ui(&mut self, ui: &mut Ui, name: &str, focus: bool) -> bool {
        let mut changed = self.chips(ui);
        let width = ui.available_width();
        let hint = RichText::new("Add a tag: Enter or a comma ends it").color(Tokens::of(ui).faint);
        // A name of its own: the field keeps the keyboard when chips come and go above it.
        let edit = TextEdit::singleline(&mut self.typing)
            .id(ui.scope_id().with("add a tag"))
            .hint_text(hint)
            .margin(Margin::symmetric(10, 7))
            .desired_width(width);
        let field = ui.add(edit).accessible_name(name);
        let enter = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if focus || enter {
            field.request_focus();
        }
        if enter || self.typing.contains(',') {
            let before = self.tags.len();
            self.add();
            changed |= self.tags.len() != before;
        }
        changed
    }

    fn chips(&mut self, ui: &mut Ui) -> bool {
        if self.tags.is_empty() {
            return false;
        }
        let mut gone = None;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
            for (n, tag) in self.tags.iter().enumerate() {
                if chip(ui, &visible(tag), &format!("Remove {tag}")) {
                    gone = Some(n);
                }
            }
        });
        if let Some(n) = gone {
            self.tags.remove(n);
        }
        gone.is_some()
    }
}

/// A chip with a cross at its end; `true` when the cross was clicked. `cross` is the cross's name.
pub fn chip(ui: &mut Ui, words: &str, cross: &str) -> bool {
    let tokens = Tokens::of(ui);
    let room = (ui.available_width().min(420.0) - 40.0).max(40.0);
    let words = parts::elide_middle(ui.painter(), words, &theme::body(), room);
    let galley = ui
        .painter()
        .layout_no_wrap(words.clone(), theme::body(), tokens.text);
    let size = vec2(galley.size().x + 32.0, 24.0);
    let (rect, label) = ui.allocate_exact_size(size, Sense::hover());
    let radius = CornerRadius::same(6);
    ui.painter().rect_filled(rect, radius, tokens.selection);
    let at = rect.left_center() + vec2(9.0, -galley.size().y / 2.0);
    ui.painter().galley(at, galley, tokens.text);
    label.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, &words));
    let close = Rect::from_center_size(rect.right_center() - vec2(12.0, 0.0), vec2(18.0, 18.0));
    let response = ui.interact(close, label.id.with("cross"), Sense::click());
    let lit = response.hovered() || response.has_focus();
    if lit {
        ui.painter()
            .rect_filled(close, CornerRadius::same(4), tokens.hover);
    }
    let ink = if lit { tokens.text } else { tokens.weak };
    Icon::Close.paint(ui.painter(), close.shrink(5.5), ink);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, ui.is_enabled(), cross));
    response.clicked()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_tags_are_parted_and_kept_once() {
        let mut editor = TagEditor::of(vec!["sale".into()]);
        editor.typing = " summer, sale,,two words ".into();
        assert_eq!(editor.all(), ["sale", "summer", "two words"]);
        assert_eq!(editor.tags, ["sale"], "only a look");
        editor.add();
        assert_eq!(editor.tags.len(), 3);
        assert_eq!(editor.typing, "");
    }
}
