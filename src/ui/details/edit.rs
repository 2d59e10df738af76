//! Changing one file: its tags, its description, its fields, each saved by itself.

use egui::{RichText, TextEdit, Ui};
use poll_promise::Promise;

use super::field::{Draft, words_of};
use crate::model::{Edit, Editable, FieldRow, FieldValue, FileDetails, ItemId, text::visible};
use crate::service::ServiceError;
use crate::ui::engine::{Engine, Session};
use crate::ui::parts::{self, Weight};
use crate::ui::tags::{MOST, TagEditor};
use crate::ui::theme::{self, Tokens};

/// What is being changed of one file.
#[derive(Default)]
pub struct Editor {
    id: Option<ItemId>,
    base: Editable,
    tags: TagEditor,
    description: String,
    field: Option<(String, Draft)>,
    saving: Option<Promise<Result<FileDetails, ServiceError>>>,
    trouble: Option<String>,
}

impl Editor {
    /// Takes a file's own values over, unless they are the ones that are being changed.
    pub fn show(&mut self, id: &ItemId, now: &Editable) {
        if self.id.as_ref() == Some(id) && self.base == *now {
            return;
        }
        *self = Self {
            id: Some(id.clone()),
            base: now.clone(),
            tags: TagEditor::of(now.tags.clone()),
            description: now.description.clone(),
            ..Self::default()
        };
    }

    /// The file as it is after a change that was saved; what could not be saved says why.
    pub fn take_saved(&mut self) -> Option<FileDetails> {
        match self.saving.take()?.try_take() {
            Ok(Ok(details)) => {
                self.id = None;
                Some(details)
            }
            Ok(Err(error)) => {
                self.trouble = Some(error.message);
                None
            }
            Err(saving) => {
                self.saving = Some(saving);
                None
            }
        }
    }

    fn save(&mut self, engine: &Engine, session: &Session, edit: Edit) {
        let Some(id) = self.id.clone() else { return };
        self.trouble = None;
        let service = session.service.clone();
        self.saving = Some(engine.ask(async move { service.edit(&id, &edit).await }));
    }

    /// Why nothing can be saved now.
    fn blocked(&self) -> Option<&'static str> {
        self.saving.is_some().then_some("It is being saved.")
    }

    fn trouble_ui(&self, ui: &mut Ui) {
        if let Some(trouble) = &self.trouble {
            let ink = Tokens::of(ui).bad.ink;
            ui.add(egui::Label::new(RichText::new(trouble).color(ink)).wrap());
        }
    }

    /// The file's tags.
    pub fn tags_ui(&mut self, ui: &mut Ui, engine: &Engine, session: &Session) {
        parts::caption(ui, "Tags");
        self.tags.ui(ui, "New tag", false);
        let all = self.tags.all();
        if all == self.base.tags {
            return;
        }
        let long: usize = all.iter().map(|tag| tag.chars().count()).sum();
        let bad = if long > MOST {
            Some("All tags together have more than 500 characters.")
        } else if all.iter().any(|tag| tag.contains('%')) {
            Some("A tag has no %.")
        } else {
            self.blocked()
        };
        if let Some(saved) = save_or_not(ui, "Save tags", bad) {
            if saved {
                let edit = Edit {
                    tags: Some(all),
                    ..Edit::default()
                };
                self.save(engine, session, edit);
            } else {
                self.tags = TagEditor::of(self.base.tags.clone());
            }
        }
    }

    /// The file's description, and what could not be saved.
    pub fn description_ui(&mut self, ui: &mut Ui, engine: &Engine, session: &Session) {
        parts::caption(ui, "Description");
        let width = ui.available_width();
        ui.add(
            TextEdit::multiline(&mut self.description)
                .id(ui.scope_id().with("description"))
                .desired_rows(2)
                .desired_width(width)
                .margin(egui::Margin::symmetric(10, 7)),
        )
        .accessible_name("Description");
        self.trouble_ui(ui);
        if self.description == self.base.description {
            return;
        }
        if let Some(saved) = save_or_not(ui, "Save description", self.blocked()) {
            if saved {
                let edit = Edit {
                    description: Some(self.description.trim().to_owned()),
                    ..Edit::default()
                };
                self.save(engine, session, edit);
            } else {
                self.description.clone_from(&self.base.description);
            }
        }
    }

    /// The fields that the account's files may have, and those that this one has besides.
    pub fn fields_ui(
        &mut self,
        ui: &mut Ui,
        engine: &Engine,
        session: &Session,
        fields: &[FieldRow],
    ) {
        parts::caption(ui, "Custom metadata");
        for field in fields {
            self.field_ui(ui, engine, session, field);
        }
        let defined = |name: &str| fields.iter().any(|field| field.name == name);
        for (name, value) in self.base.fields.iter().filter(|(name, _)| !defined(name)) {
            line(ui, name, Some(value));
        }
        if fields.is_empty() && self.base.fields.is_empty() {
            parts::weak(ui, "The account defines no fields.");
        }
        self.trouble_ui(ui);
    }

    fn field_ui(&mut self, ui: &mut Ui, engine: &Engine, session: &Session, field: &FieldRow) {
        let value = self.value(&field.name).cloned();
        let open = self
            .field
            .as_ref()
            .is_some_and(|(name, _)| *name == field.name);
        if !open {
            let clicked = ui
                .horizontal(|ui| {
                    line(ui, &field.label, value.as_ref());
                    let edit = parts::link(ui, "Edit");
                    let name = format!("Edit {}", field.label);
                    edit.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Link, true, &name));
                    edit.clicked()
                })
                .inner;
            if clicked {
                self.trouble = None;
                self.field = Some((field.name.clone(), Draft::of(field, value.as_ref())));
            }
            return;
        }
        self.draft_ui(ui, engine, session, field, value.is_some());
    }

    fn draft_ui(
        &mut self,
        ui: &mut Ui,
        engine: &Engine,
        session: &Session,
        field: &FieldRow,
        set: bool,
    ) {
        let blocked = self.blocked();
        let Some((_, draft)) = &mut self.field else {
            return;
        };
        parts::strong(ui, visible(&field.label));
        draft.ui(ui, field);
        let value = draft.value(field);
        let mut wish = None;
        let mut close = false;
        ui.horizontal(|ui| {
            let why = blocked.or(value.as_ref().err().map(String::as_str));
            if parts::button_if(ui, Weight::Primary, "Save", why).clicked() {
                wish = value.clone().ok().map(Some);
            }
            let required = "The account's definition asks for a value.";
            let why = blocked.or(field.required.then_some(required));
            if set && parts::button_if(ui, Weight::Plain, "Unset", why).clicked() {
                wish = Some(None);
            }
            close = parts::button(ui, Weight::Plain, "Cancel").clicked();
        });
        if let Some(value) = wish {
            let edit = Edit {
                fields: vec![(field.name.clone(), value)],
                ..Edit::default()
            };
            self.save(engine, session, edit);
        } else if close {
            self.field = None;
        }
    }

    fn value(&self, name: &str) -> Option<&FieldValue> {
        let mut fields = self.base.fields.iter();
        fields
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }
}

/// A label and its value, or a dash.
fn line(ui: &mut Ui, label: &str, value: Option<&FieldValue>) {
    let tokens = Tokens::of(ui);
    let label = RichText::new(visible(label))
        .font(theme::caption())
        .color(tokens.weak);
    let centred = egui::Layout::left_to_right(egui::Align::Center);
    ui.allocate_ui_with_layout(egui::vec2(92.0, 20.0), centred, |ui| {
        ui.set_min_width(92.0);
        ui.add(egui::Label::new(label).selectable(false).truncate());
    });
    match value {
        Some(value) => ui.add(egui::Label::new(visible(&words_of(value))).truncate()),
        None => ui.label(RichText::new("—").color(tokens.faint)),
    };
}

/// Save and Revert; what was pressed, if anything.
fn save_or_not(ui: &mut Ui, save: &str, blocked: Option<&str>) -> Option<bool> {
    let mut answer = None;
    ui.horizontal(|ui| {
        if parts::button_if(ui, Weight::Primary, save, blocked).clicked() {
            answer = Some(true);
        }
        if parts::button(ui, Weight::Plain, "Revert").clicked() {
            answer = Some(false);
        }
    });
    answer
}
