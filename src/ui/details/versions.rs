//! A file's versions: listed, made current again, deleted after a question.

use egui::{RichText, Ui};
use poll_promise::Promise;

use crate::model::{ItemId, VersionRow, size, text::visible};
use crate::service::ServiceError;
use crate::ui::engine::{Engine, Session};
use crate::ui::parts::{self, Icon, Weight};
use crate::ui::theme::{self, Tokens};

type Answer<T> = Promise<Result<T, ServiceError>>;

/// The versions of the file at the cursor.
#[derive(Default)]
pub struct Versions {
    id: Option<ItemId>,
    asked: Option<Answer<Vec<VersionRow>>>,
    /// The version that may be deleted, once the question is answered.
    doomed: Option<String>,
    acting: Option<Answer<()>>,
    trouble: Option<String>,
}

/// What a line's links ask for.
enum Wish {
    Restore(String),
    Ask(String),
    Delete(String),
    Keep,
}

impl Versions {
    /// Draws the list. `true` once a version was restored or deleted. `read_only` is why none may be deleted.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        engine: &Engine,
        session: &Session,
        id: &ItemId,
        read_only: Option<&str>,
    ) -> bool {
        if self.id.as_ref() != Some(id) {
            *self = Self {
                id: Some(id.clone()),
                ..Self::default()
            };
        }
        let acted = self.take_act();
        let asked = self.asked.get_or_insert_with(|| {
            let (service, id) = (session.service.clone(), id.clone());
            engine.ask(async move { service.versions(&id).await })
        });
        let mut wish = None;
        match asked.ready() {
            None => drop(parts::weak(ui, "Asking the service…")),
            Some(Err(error)) => {
                let ink = Tokens::of(ui).bad.ink;
                ui.add(egui::Label::new(RichText::new(&error.message).color(ink)).wrap());
            }
            Some(Ok(rows)) => {
                let busy = self.acting.is_some().then_some("An answer is on its way.");
                for row in rows {
                    let doomed = self.doomed.as_ref() == Some(&row.version);
                    wish = line(ui, row, doomed, busy, read_only).or(wish);
                }
                if rows.len() < 2 {
                    parts::weak(ui, "There is no older version.");
                }
            }
        }
        if let Some(trouble) = &self.trouble {
            let ink = Tokens::of(ui).bad.ink;
            ui.add(egui::Label::new(RichText::new(trouble).color(ink)).wrap());
        }
        self.act(engine, session, id, wish);
        acted
    }

    fn act(&mut self, engine: &Engine, session: &Session, id: &ItemId, wish: Option<Wish>) {
        let (service, id) = (session.service.clone(), id.clone());
        match wish {
            Some(Wish::Restore(version)) => {
                self.trouble = None;
                let restore = async move { service.restore_version(&id, &version).await };
                self.acting = Some(engine.ask(restore));
            }
            Some(Wish::Delete(version)) => {
                (self.trouble, self.doomed) = (None, None);
                let delete = async move { service.delete_version(&id, &version).await };
                self.acting = Some(engine.ask(delete));
            }
            Some(Wish::Ask(version)) => self.doomed = Some(version),
            Some(Wish::Keep) => self.doomed = None,
            None => {}
        }
    }

    fn take_act(&mut self) -> bool {
        let Some(acting) = self.acting.take() else {
            return false;
        };
        match acting.try_take() {
            Ok(result) => {
                self.trouble = result.as_ref().err().map(|error| error.message.clone());
                // What is there now is asked again, whatever the answer was.
                self.asked = None;
                result.is_ok()
            }
            Err(acting) => {
                self.acting = Some(acting);
                false
            }
        }
    }
}

fn line(
    ui: &mut Ui,
    row: &VersionRow,
    doomed: bool,
    busy: Option<&str>,
    read_only: Option<&str>,
) -> Option<Wish> {
    let tokens = Tokens::of(ui);
    let zone = jiff::tz::TimeZone::system();
    let name = visible(&row.name);
    ui.horizontal(|ui| {
        parts::text(ui, RichText::new(name.clone()).font(theme::strong()));
        if row.current {
            parts::pill(ui, "Current", tokens.ok);
        }
    });
    let made = row
        .created
        .map(|at| at.to_minute(&zone))
        .unwrap_or_default();
    parts::caption(ui, &format!("{made} · {}", size::bytes(row.size)));
    let mut wish = None;
    if doomed {
        let words = format!("{name} goes for good; the service cannot bring it back.");
        parts::notice(ui, Icon::Warning, tokens.warn, |ui| {
            ui.add(egui::Label::new(words).wrap());
        });
        ui.horizontal(|ui| {
            if parts::button_if(ui, Weight::Danger, "Delete version", busy).clicked() {
                wish = Some(Wish::Delete(row.version.clone()));
            }
            if parts::button(ui, Weight::Plain, "Keep").clicked() {
                wish = Some(Wish::Keep);
            }
        });
    } else if !row.current {
        ui.horizontal(|ui| {
            let restore = format!("Restore {}", row.name);
            if act(ui, "Restore", &restore, busy) {
                wish = Some(Wish::Restore(row.version.clone()));
            }
            let delete = format!("Delete {}", row.name);
            if act(ui, "Delete…", &delete, busy.or(read_only)) {
                wish = Some(Wish::Ask(row.version.clone()));
            }
        });
    }
    ui.add_space(6.0);
    wish
}

/// A small button with a name of its own.
fn act(ui: &mut Ui, title: &str, name: &str, blocked: Option<&str>) -> bool {
    let response = parts::button_if(ui, Weight::Plain, title, blocked);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, blocked.is_none(), name));
    response.clicked()
}
