//! The keep list of a profile: what is never deleted with it, whatever is selected.

use egui::{Context, Grid, RichText, Ui};

use super::{Stay, show};
use crate::job::Guard;
use crate::model::{Verb, size};
use crate::profile::Profile;
use crate::service;
use crate::ui::parts::{self, Icon, Weight};
use crate::ui::theme::{self, Tokens};

const LABELS: f32 = 110.0;
const FIELDS: f32 = 430.0;

/// The sheet's state.
pub struct KeepSheet {
    profile: Profile,
}

impl KeepSheet {
    /// A sheet with the profile's list as it is.
    pub fn new(profile: Profile) -> Self {
        Self { profile }
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
            self.fields(ui);
            let wrong = Guard::of(&self.profile.keep, Verb::Delete).err();
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
                parts::caption(ui, "Files");
                ui.horizontal(|ui| {
                    let files = size::counted(keep.ids.len() as u64, "file", "files");
                    parts::text(ui, files);
                    if !keep.ids.is_empty() && parts::link(ui, "Remove all").clicked() {
                        keep.ids.clear();
                    }
                    parts::caption(ui, "put there by the menu of the selected files");
                });
                ui.end_row();
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
