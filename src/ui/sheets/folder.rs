//! A folder made, renamed, moved or copied: one question, then the service works on it by itself.

use std::sync::Arc;

use egui::{Context, RichText, Ui};
use poll_promise::Promise;

use super::place::PlacePicker;
use super::{Stay, show};
use crate::model::{FolderChange, check_name, folder_becomes, path, size, text::visible};
use crate::profile::Profile;
use crate::service::ServiceError;
use crate::ui::command::FolderAct;
use crate::ui::engine::{Engine, Session};
use crate::ui::folders::tree::Tree;
use crate::ui::parts::{self, Icon, Weight};
use crate::ui::theme::{self, Tokens};

/// What the sheet asks the window to do.
pub enum Done {
    /// The folder is made: list folders again and show this one.
    Made(String),
    /// Have the service change a folder.
    Change(FolderChange),
}

/// The sheet's state.
pub struct FolderSheet {
    profile: Profile,
    act: FolderAct,
    path: Arc<str>,
    files: u64,
    name: String,
    place: PlacePicker,
    versions: bool,
    purge: bool,
    making: Option<(String, Promise<Result<(), ServiceError>>)>,
    trouble: Option<String>,
    focused: bool,
}

impl FolderSheet {
    /// A sheet for a folder in which `files` files are known to be.
    pub fn new(
        profile: &Profile,
        act: FolderAct,
        path: Arc<str>,
        files: u64,
        tree: Arc<Tree>,
    ) -> Self {
        let name = match act {
            FolderAct::Rename => path.rsplit('/').next().unwrap_or_default().to_owned(),
            _ => String::new(),
        };
        Self {
            profile: profile.clone(),
            act,
            path,
            files,
            name,
            place: PlacePicker::new(tree),
            versions: false,
            purge: false,
            making: None,
            trouble: None,
            focused: false,
        }
    }

    /// Shows the sheet. `Some` once there is something to do.
    pub fn ui(
        &mut self,
        ctx: &Context,
        engine: &Engine,
        session: Option<&Session>,
    ) -> (Stay, Option<Done>) {
        let mut done = self.take_made();
        let band = crate::ui::color(self.profile.colour);
        let stay = show(ctx, "Folder", theme::SHEET, Some(band), |ui| {
            ui.label(RichText::new(self.title()).font(theme::title()));
            self.about(ui);
            ui.add_space(6.0);
            match self.act {
                FolderAct::New | FolderAct::Rename => self.name_ui(ui),
                FolderAct::Move | FolderAct::Copy => self.place.ui(ui),
            }
            self.options(ui);
            if let Some(trouble) = &self.trouble {
                let bad = Tokens::of(ui).bad;
                parts::notice(ui, Icon::Warning, bad, |ui| {
                    ui.add(egui::Label::new(trouble).wrap());
                });
            }
            ui.add_space(6.0);
            self.buttons(ui, engine, session, &mut done)
        });
        let stay = if done.is_some() { Stay::Close } else { stay };
        (stay, done)
    }

    fn shown_path(&self) -> String {
        match &*self.path {
            "/" => "the top level".to_owned(),
            path => visible(path).into_owned(),
        }
    }

    fn title(&self) -> String {
        let path = self.shown_path();
        match self.act {
            FolderAct::New => format!("New folder in {path}"),
            FolderAct::Rename => format!("Rename {path}"),
            FolderAct::Move => format!("Move {path}"),
            FolderAct::Copy => format!("Copy {path}"),
        }
    }

    fn about(&self, ui: &mut Ui) {
        if self.act == FolderAct::New {
            return;
        }
        let files = size::counted(self.files, "known file is", "known files are");
        let what = match self.act {
            FolderAct::Copy => {
                "Where a file of the same name is there already, the copy becomes its newest version."
            }
            FolderAct::Move => {
                "Their old URLs stop working. Where a file of the same name is there already, the moved one becomes its newest version."
            }
            _ => "Their old URLs stop working.",
        };
        parts::weak(
            ui,
            format!(
                "{files} in it and below. {what} The service works on it by itself for a while."
            ),
        );
    }

    fn name_ui(&mut self, ui: &mut Ui) {
        parts::caption(ui, "Name");
        let width = ui.available_width();
        let field = parts::field(ui, &mut self.name, "Folder name", width);
        if !std::mem::replace(&mut self.focused, true) {
            field.request_focus();
        }
        parts::caption(
            ui,
            "A folder's name has letters, digits, . _ and - only: the service turns all else into _.",
        );
    }

    fn options(&mut self, ui: &mut Ui) {
        match self.act {
            FolderAct::Copy => {
                ui.checkbox(&mut self.versions, "With all versions of each file");
            }
            FolderAct::Rename => {
                ui.checkbox(&mut self.purge, "Also purge the CDN cache of the old URLs");
                if self.purge {
                    parts::caption(
                        ui,
                        "It counts against the account's purges of the month (1,000).",
                    );
                }
            }
            FolderAct::New | FolderAct::Move => {}
        }
    }

    fn blocked(&self) -> Option<String> {
        if self.making.is_some() {
            return Some("The service is being told.".into());
        }
        let name = self.name.trim();
        match self.act {
            FolderAct::New | FolderAct::Rename if name.is_empty() => {
                Some("Type a name first.".into())
            }
            FolderAct::Rename if self.path.rsplit('/').next() == Some(name) => {
                Some("The folder is called that already.".into())
            }
            FolderAct::New | FolderAct::Rename => check_name(name).err().or_else(|| {
                let made = folder_becomes(name)?;
                Some(format!(
                    "The service would call it {}. Type it so.",
                    visible(&made)
                ))
            }),
            FolderAct::Move | FolderAct::Copy => self.place.trouble().or_else(|| self.bad_place()),
        }
    }

    fn bad_place(&self) -> Option<String> {
        let to = self.place.folder();
        let rest = to.strip_prefix(&*self.path);
        let within = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if within && (self.act == FolderAct::Move || to == *self.path) {
            return Some("A folder cannot go into itself.".into());
        }
        (to == path::parent(&self.path)).then(|| "It is in that folder already.".into())
    }

    fn buttons(
        &mut self,
        ui: &mut Ui,
        engine: &Engine,
        session: Option<&Session>,
        done: &mut Option<Done>,
    ) -> Stay {
        let mut stay = Stay::Open;
        super::buttons(ui, "folder", |ui| {
            stay = super::cancel(ui);
            let blocked = self.blocked();
            let title = match self.act {
                FolderAct::New => "Make folder",
                FolderAct::Rename => "Rename folder",
                FolderAct::Move => "Move folder",
                FolderAct::Copy => "Copy folder",
            };
            if parts::button_if(ui, Weight::Primary, title, blocked.as_deref()).clicked() {
                *done = self.go(engine, session);
            }
        });
        stay
    }

    fn go(&mut self, engine: &Engine, session: Option<&Session>) -> Option<Done> {
        let (from, name) = (self.path.to_string(), self.name.trim().to_owned());
        let change = match self.act {
            FolderAct::New => {
                let path = path::join(&from, &name);
                let service = session?.service.clone();
                let made = path.clone();
                let making = engine.ask(async move { service.create_folder(&made).await });
                self.making = Some((path, making));
                return None;
            }
            FolderAct::Rename => FolderChange::Rename {
                from,
                name,
                purge: self.purge,
            },
            FolderAct::Move => FolderChange::Move {
                from,
                to: self.place.folder(),
            },
            FolderAct::Copy => FolderChange::Copy {
                from,
                to: self.place.folder(),
                versions: self.versions,
            },
        };
        Some(Done::Change(change))
    }

    fn take_made(&mut self) -> Option<Done> {
        let (path, making) = self.making.take()?;
        match making.try_take() {
            Ok(Ok(())) => return Some(Done::Made(path)),
            Ok(Err(error)) => self.trouble = Some(error.message),
            Err(making) => self.making = Some((path, making)),
        }
        None
    }
}
