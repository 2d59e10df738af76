//! Naming a filter: when it is saved, and later.

use egui::{Context, Key, RichText};

use super::{Stay, show};
use crate::ui::parts::{self, Weight};
use crate::ui::saved::SavedFilter;
use crate::ui::theme;

/// The sheet's state.
pub struct FilterSheet {
    /// The place in the list of the filter that gets another name; `None` for a new one.
    pub at: Option<usize>,
    filter: SavedFilter,
    opened: bool,
}

impl FilterSheet {
    /// For a new filter, named after itself.
    pub fn save(text: &str) -> Self {
        let text = text.trim().to_owned();
        Self {
            at: None,
            filter: SavedFilter {
                name: text.clone(),
                text,
            },
            opened: false,
        }
    }

    /// For one that is saved already.
    pub fn rename(at: usize, filter: SavedFilter) -> Self {
        Self {
            at: Some(at),
            filter,
            opened: false,
        }
    }

    /// Shows the sheet; the filter once it is to be kept.
    pub fn ui(&mut self, ctx: &Context) -> (Stay, Option<SavedFilter>) {
        let title = match self.at {
            Some(_) => "Rename filter",
            None => "Save filter",
        };
        let mut kept = None;
        let stay = show(ctx, title, 460.0, None, |ui| {
            ui.label(RichText::new(title).font(theme::title()));
            parts::text(ui, RichText::new(&self.filter.text).font(theme::mono()));
            ui.add_space(4.0);
            parts::caption(ui, "Name");
            let width = ui.available_width();
            let name = parts::field(ui, &mut self.filter.name, "Name", width);
            if !self.opened {
                self.opened = true;
                name.request_focus();
                parts::select_all(ui.ctx(), &name, &self.filter.name);
            }
            let entered = name.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            ui.add_space(12.0);
            let nameless = self.filter.name.trim().is_empty();
            let mut stay = Stay::Open;
            super::buttons(ui, "filter", |ui| {
                stay = super::cancel(ui);
                let why = nameless.then_some("A name is needed.");
                let save = parts::button_if(ui, Weight::Primary, "Save", why);
                if (save.clicked() || entered) && !nameless {
                    let mut filter = self.filter.clone();
                    filter.name = filter.name.trim().to_owned();
                    kept = Some(filter);
                    stay = Stay::Close;
                }
            });
            stay
        });
        (stay, kept)
    }
}
