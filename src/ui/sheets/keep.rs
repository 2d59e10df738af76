//! The keep list of a profile: what is never deleted with it, whatever is selected.

use std::collections::HashMap;

use egui::{Align, Context, Grid, Layout, RichText, ScrollArea, Ui, WidgetInfo, vec2};

use super::{Stay, show};
use crate::catalogue::Catalogue;
use crate::job::Guard;
use crate::model::{ItemId, Keep, Verb, size, text};
use crate::profile::Profile;
use crate::service;
use crate::ui::parts::{self, Icon, Weight};
use crate::ui::theme::{self, Tokens};

const LABELS: f32 = 110.0;
const FIELDS: f32 = 430.0;

const LINE: f32 = 26.0;
/// Lines of the list that are seen at once; a longer list can be searched.
const LINES: usize = 7;

/// The sheet's state.
pub struct KeepSheet {
    profile: Profile,
    /// The names of the files on the list, as far as they are known.
    names: HashMap<ItemId, String>,
    words: String,
    found: Option<Found>,
}

/// Where on the list the files are that fit some words: a list of thousands is not looked through every frame.
struct Found {
    words: String,
    places: Vec<usize>,
}

impl KeepSheet {
    /// A sheet with the profile's list as it is, and the names that the catalogue has.
    pub fn new(profile: Profile, catalogue: &Catalogue) -> Self {
        let named = |id: &ItemId| {
            let row = catalogue.find(id.as_str())?;
            Some((id.clone(), catalogue.row(row).name().to_owned()))
        };
        Self {
            names: profile.keep.ids.iter().filter_map(named).collect(),
            words: String::new(),
            found: None,
            profile,
        }
    }

    fn name<'a>(&'a self, id: &'a ItemId) -> &'a str {
        let name = self.names.get(id).map(String::as_str);
        name.filter(|name| !name.is_empty()).unwrap_or(id.as_str())
    }

    /// The files by id, each with its name and a way off the list.
    fn files(&mut self, ui: &mut Ui) {
        let all = self.profile.keep.ids.len();
        ui.horizontal(|ui| {
            parts::text(ui, size::counted(all as u64, "file", "files"));
            if all > 0 && parts::link(ui, "Remove all").clicked() {
                self.profile.keep.ids.clear();
                self.found = None;
            }
            parts::caption(ui, "put there by the menu of the selected files");
        });
        if all > LINES {
            let width = ui.available_width();
            let hint = "Name or id";
            parts::hinted_field(ui, &mut self.words, "Find on the keep list", hint, width);
        }
        self.find();
        let shown = self.found.as_ref().map_or(&[][..], |found| &found.places);
        let mut off = None;
        ScrollArea::vertical()
            .id_salt("kept files")
            .max_height(LINE * LINES as f32)
            .auto_shrink([false, true])
            .show_rows(ui, LINE, shown.len(), |ui, range| {
                for &place in &shown[range] {
                    let id = &self.profile.keep.ids[place];
                    if line(ui, self.name(id), id.as_str()) {
                        off = Some(id.clone());
                    }
                }
            });
        if let Some(id) = off {
            self.profile.keep.remove(&[id]);
            self.found = None;
        }
    }

    /// Looks through the list if the words or the list changed since.
    fn find(&mut self) {
        let words = self.words.trim().to_lowercase();
        if self
            .found
            .as_ref()
            .is_some_and(|found| found.words == words)
        {
            return;
        }
        let ids = &self.profile.keep.ids;
        let fits = |id: &ItemId| {
            words.is_empty()
                || self.name(id).to_lowercase().contains(&words)
                || id.as_str().to_lowercase().contains(&words)
        };
        let places = (0..ids.len()).filter(|&place| fits(&ids[place])).collect();
        self.found = Some(Found { words, places });
    }

    /// What is wrong with the rules of the list. Its ids cannot be wrong, so they are left out of the question.
    fn wrong(&self) -> Option<String> {
        let keep = &self.profile.keep;
        let rules = Keep {
            ids: Vec::new(),
            filter: keep.filter.clone(),
            metadata_key: keep.metadata_key.clone(),
        };
        Guard::of(&rules, Verb::Delete).err()
    }

    /// Shows the sheet. The profile once its list is to be saved.
    pub fn ui(&mut self, ctx: &Context) -> (Stay, Option<Profile>) {
        let mut saved = None;
        let band = crate::ui::color(self.profile.colour);
        let stay = show(ctx, "Keep list", theme::SHEET, Some(band), |ui| {
            ui.label(RichText::new("Keep list").font(theme::title()));
            parts::weak(
                ui,
                "What is on it is never deleted with this profile: a plan leaves it out and says so. Others who \
                 have keys to the project are not held back by it.",
            );
            ui.add_space(8.0);
            self.files(ui);
            ui.add_space(8.0);
            self.fields(ui);
            let wrong = self.wrong();
            if let Some(wrong) = &wrong {
                parts::notice(ui, Icon::Warning, Tokens::of(ui).bad, |ui| {
                    ui.label(wrong);
                });
            }
            ui.add_space(8.0);
            let mut stay = Stay::Open;
            super::buttons(ui, "keep", |ui| {
                stay = super::cancel(ui);
                let blocked = wrong.as_ref().map(|_| "The filter is wrong.");
                if parts::button_if(ui, Weight::Primary, "Save", blocked).clicked() {
                    saved = Some(self.profile.clone());
                    stay = Stay::Close;
                }
            });
            stay
        });
        (stay, saved)
    }

    fn fields(&mut self, ui: &mut Ui) {
        let metadata = service::capabilities(self.profile.service).metadata;
        let keep = &mut self.profile.keep;
        Grid::new("keep")
            .num_columns(2)
            .spacing([12.0, 10.0])
            .min_col_width(LABELS)
            .show(ui, |ui| {
                parts::caption(ui, "Filter");
                let hint = "for example: name:logo or ext:psd";
                parts::hinted_field(ui, &mut keep.filter, "Keep files that match", hint, FIELDS);
                ui.end_row();
                if metadata {
                    parts::caption(ui, "Metadata key");
                    let hint = "for example: keep";
                    let key = &mut keep.metadata_key;
                    parts::hinted_field(ui, key, "Keep files with this metadata key", hint, FIELDS);
                    ui.end_row();
                }
            });
    }
}

/// One file: its name, its id, and a link that takes it off the list. Whether that was clicked.
fn line(ui: &mut Ui, name: &str, id: &str) -> bool {
    let tokens = Tokens::of(ui);
    let size = vec2(ui.available_width(), LINE);
    let mut clicked = false;
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.add_space(10.0);
        let off = parts::link(ui, "Remove");
        let words = format!("Take {name} off");
        off.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &words));
        clicked = off.clicked();
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let half = ui.available_width() / 2.0 - 8.0;
            let fitted = |words: &str, width: f32| {
                let words = text::visible(words);
                parts::elide_middle(ui.painter(), &words, &theme::body(), width)
            };
            let (short, of) = (fitted(name, half), fitted(id, half));
            parts::text(ui, RichText::new(short).color(tokens.text))
                .on_hover_text(text::visible(name));
            if name != id {
                parts::text(ui, RichText::new(of).color(tokens.weak)).on_hover_text(id);
            }
        });
    });
    clicked
}
