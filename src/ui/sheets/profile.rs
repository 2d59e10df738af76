//! Adding and editing a profile: keys, name, colour, switches. *Save* needs a project that answered.

use egui::{Context, CornerRadius, Grid, RichText, Sense, Stroke, StrokeKind, Ui, vec2};
use poll_promise::Promise;
use secrecy::SecretString;
use zeroize::Zeroize;

use super::{Stay, show};
use crate::model::{Account, ServiceKind};
use crate::profile::{self, Colour, KeyringError, Profile, Secrets, VerifyError, VerifyErrorKind};
use crate::ui::engine::Engine;
use crate::ui::parts::{self, Icon, Weight};
use crate::ui::theme::{self, Tokens};

/// Longest name of a profile.
const NAME_CHARS: usize = 60;
/// Height kept free for what verifying and saving have to say.
const OUTCOME: f32 = 52.0;
const LABELS: f32 = 110.0;
const FIELDS: f32 = 430.0;

/// What the sheet asks the window to do.
pub enum Done {
    /// The profile is verified and its key is kept: add or replace it.
    Save(Box<Profile>),
}

/// The sheet's state.
pub struct ProfileSheet {
    profile: Profile,
    is_new: bool,
    secret: String,
    api_base: String,
    cdn_base: String,
    more: bool,
    /// What the keys opened; forgotten as soon as anything that it rests on is edited.
    verified: Option<Account>,
    verifying: Option<Promise<Result<Account, VerifyError>>>,
    saving: Option<Promise<Result<(), KeyringError>>>,
    trouble: Option<Trouble>,
    offer_session: bool,
    focused: bool,
    /// Whether keys are kept in memory only, as in the demo.
    in_memory: bool,
}

struct Trouble {
    message: String,
    hint: String,
}

impl ProfileSheet {
    /// A sheet for a new profile in the next free colour.
    pub fn add(taken: &[Profile]) -> Self {
        let colour = Colour::PALETTE
            .into_iter()
            .find(|colour| taken.iter().all(|profile| profile.colour != *colour))
            .unwrap_or(Colour::PALETTE[taken.len() % Colour::PALETTE.len()]);
        let profile = Profile {
            colour,
            ..Profile::new(profile::new_id(), "", ServiceKind::Uploadcare)
        };
        Self::of(profile, true)
    }

    /// A sheet for a profile that exists.
    pub fn edit(profile: Profile) -> Self {
        Self::of(profile, false)
    }

    fn of(profile: Profile, is_new: bool) -> Self {
        Self {
            api_base: profile.api_base.clone().unwrap_or_default(),
            cdn_base: profile.cdn_base.clone().unwrap_or_default(),
            more: profile.api_base.is_some() || profile.cdn_base.is_some(),
            profile,
            is_new,
            secret: String::new(),
            verified: None,
            verifying: None,
            saving: None,
            trouble: None,
            offer_session: false,
            focused: false,
            in_memory: false,
        }
    }

    /// Says that keys are kept in memory only, if they are.
    pub fn in_memory(mut self, in_memory: bool) -> Self {
        self.in_memory = in_memory;
        self
    }

    /// Shows the sheet. `Some` once there is a profile to keep.
    pub fn ui(
        &mut self,
        ctx: &Context,
        engine: &Engine,
        secrets: &Secrets,
        taken: &[Profile],
    ) -> (Stay, Option<Done>) {
        self.take_answers();
        let mut done = self.take_saved();
        let name = if self.is_new {
            "Add profile"
        } else {
            "Edit profile"
        };
        let band = crate::ui::color(self.profile.colour);
        let stay = show(ctx, name, theme::SHEET, Some(band), |ui| {
            ui.label(RichText::new(name).font(theme::title()));
            let kept = if self.in_memory {
                "This is the demo: a new key is kept in memory only, and gone when the window closes."
            } else {
                "The secret key is kept in your system's keyring, never in a file."
            };
            parts::weak(ui, kept);
            ui.add_space(8.0);
            self.fields(ui);
            ui.add_space(4.0);
            // Room for a message is always there, so that buttons stay under the pointer.
            ui.scope(|ui| {
                ui.set_min_height(OUTCOME);
                self.outcome(ui);
            });
            ui.add_space(4.0);
            self.buttons(ui, engine, secrets, taken, &mut done)
        });
        let stay = if done.is_some() { Stay::Close } else { stay };
        if stay == Stay::Close {
            self.secret.zeroize();
        }
        (stay, done)
    }

    fn fields(&mut self, ui: &mut Ui) {
        let mut edited = false;
        Grid::new("profile")
            .num_columns(2)
            .spacing([12.0, 10.0])
            .min_col_width(LABELS)
            .show(ui, |ui| {
                row(ui, "Name", |ui| {
                    let edit = parts::field(ui, &mut self.profile.name, "Name", FIELDS);
                    if !std::mem::replace(&mut self.focused, true) {
                        edit.request_focus();
                    }
                });
                if self.is_new {
                    row(ui, "Service", |ui| edited |= self.services(ui));
                }
                if self.has_public_key() {
                    row(ui, "Public key", |ui| {
                        let key = &mut self.profile.public_key;
                        edited |= parts::field(ui, key, "Public key", FIELDS).changed();
                    });
                }
                let name = secret_name(self.profile.service);
                row(ui, name, |ui| {
                    let hint = if self.is_new {
                        ""
                    } else {
                        "unchanged while this is empty"
                    };
                    let secret = &mut self.secret;
                    edited |= parts::secret_field(ui, secret, name, hint, FIELDS).changed();
                });
                row(ui, "Colour", |ui| self.colours(ui));
                row(ui, "Guards", |ui| {
                    ui.checkbox(&mut self.profile.protected, "Protected");
                    parts::caption(ui, "every delete asks for the project's name to be typed");
                });
                row(ui, "", |ui| {
                    ui.checkbox(&mut self.profile.read_only, "Read-only");
                    parts::caption(ui, "nothing can be deleted with this profile");
                });
                if self.more {
                    edited |= self.more_fields(ui);
                }
            });
        if !self.more && parts::link(ui, "Addresses and sign-in…").clicked() {
            self.more = true;
        }
        if edited {
            // An answer that is on its way is about the keys as they were.
            (self.verifying, self.saving) = (None, None);
            self.verified = None;
            self.trouble = None;
        }
    }

    fn more_fields(&mut self, ui: &mut Ui) -> bool {
        let mut edited = false;
        row(ui, "API base", |ui| {
            let name = "API base";
            edited |= parts::hinted_field(
                ui,
                &mut self.api_base,
                name,
                own_address(self.profile.service),
                FIELDS,
            )
            .changed();
        });
        if !self.has_public_key() {
            return edited;
        }
        row(ui, "CDN base", |ui| {
            let hint = "The project's own subdomain";
            parts::hinted_field(ui, &mut self.cdn_base, "CDN base", hint, FIELDS);
        });
        row(ui, "Sign-in", |ui| {
            let simple = &mut self.profile.simple_auth;
            edited |= ui
                .checkbox(simple, "Send the secret instead of a signature")
                .on_hover_text("Uploadcare.Simple: over https only. Leave it off unless you must.")
                .changed();
        });
        edited
    }

    /// The choice of a service; whether it changed.
    fn services(&mut self, ui: &mut Ui) -> bool {
        let before = self.profile.service;
        for kind in ServiceKind::ALL {
            ui.radio_value(&mut self.profile.service, kind, kind.title());
            ui.add_space(10.0);
        }
        self.profile.service != before
    }

    /// Uploadcare alone has a pair of keys, and a CDN address of the project's own.
    fn has_public_key(&self) -> bool {
        self.profile.service == ServiceKind::Uploadcare
    }

    fn colours(&mut self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.x = 6.0;
        for (n, colour) in Colour::PALETTE.into_iter().enumerate() {
            let (rect, response) = ui.allocate_exact_size(vec2(26.0, 26.0), Sense::click());
            let chosen = self.profile.colour == colour;
            if chosen {
                let stroke = Stroke::new(2.0, crate::ui::color(colour));
                ui.painter()
                    .rect_stroke(rect, CornerRadius::same(13), stroke, StrokeKind::Inside);
            }
            ui.painter()
                .circle_filled(rect.center(), 8.0, crate::ui::color(colour));
            response.widget_info(|| {
                egui::WidgetInfo::selected(
                    egui::Role::RadioButton,
                    true,
                    chosen,
                    format!("Colour {}", n + 1),
                )
            });
            if response.clicked() {
                self.profile.colour = colour;
            }
        }
    }

    fn outcome(&self, ui: &mut Ui) {
        let tokens = Tokens::of(ui);
        if let Some(trouble) = &self.trouble {
            parts::notice(ui, Icon::Warning, tokens.bad, |ui| {
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    ui.label(RichText::new(&trouble.message).color(tokens.bad.ink));
                    if !trouble.hint.is_empty() {
                        ui.label(RichText::new(&trouble.hint).color(tokens.text));
                    }
                });
            });
        } else if self.verifying.is_some() {
            parts::weak(ui, "Asking the project for its name…");
        } else if self.saving.is_some() {
            parts::weak(ui, "Waiting for your keyring…");
        } else if let Some(account) = &self.verified {
            parts::notice(ui, Icon::Check, tokens.ok, |ui| {
                ui.label(
                    RichText::new(format!("The keys open {}.", account.label()))
                        .color(tokens.ok.ink),
                );
            });
        }
    }

    fn buttons(
        &mut self,
        ui: &mut Ui,
        engine: &Engine,
        secrets: &Secrets,
        taken: &[Profile],
        done: &mut Option<Done>,
    ) -> Stay {
        let mut stay = Stay::Open;
        let busy = self.verifying.is_some() || self.saving.is_some();
        super::buttons(ui, "profile", |ui| {
            stay = super::cancel(ui);
            let blocked = if busy {
                Some("An answer is on its way.")
            } else {
                self.missing()
            };
            if parts::button_if(ui, Weight::Plain, "Verify", blocked).clicked() {
                self.verify(engine, secrets);
            }
            if self.offer_session
                && parts::button(ui, Weight::Plain, "Keep for this session only").clicked()
            {
                secrets.keep_for_session(&self.profile.id, self.secret());
                *done = Some(Done::Save(Box::new(self.finished())));
            }
            let blocked = self.why_not_save(taken, busy);
            if parts::button_if(ui, Weight::Primary, "Save", blocked.as_deref()).clicked() {
                self.save(engine, secrets, done);
            }
        });
        stay
    }

    fn missing(&self) -> Option<&'static str> {
        if self.has_public_key() && self.profile.public_key.trim().is_empty() {
            Some("Enter the public key first.")
        } else if self.is_new && self.secret.is_empty() {
            Some("Enter the key first.")
        } else {
            None
        }
    }

    fn why_not_save(&self, taken: &[Profile], busy: bool) -> Option<String> {
        let name = self.profile.name.trim();
        if busy {
            return Some("An answer is on its way.".into());
        }
        if name.is_empty()
            && self
                .verified
                .as_ref()
                .is_none_or(|account| account.name.is_empty())
        {
            return Some("Give the profile a name first.".into());
        }
        if name.chars().count() > NAME_CHARS {
            return Some(format!(
                "The name may have {NAME_CHARS} characters at most."
            ));
        }
        let twin = taken.iter().find(|other| {
            other.id != self.profile.id && other.name.to_lowercase() == name.to_lowercase()
        });
        if let Some(twin) = twin {
            return Some(format!("Another profile is called {}.", twin.name));
        }
        self.verified
            .is_none()
            .then(|| "Verify the keys first.".into())
    }

    fn secret(&self) -> SecretString {
        SecretString::from(self.secret.trim().to_owned())
    }

    fn wanted(&self) -> Profile {
        let base = |text: &str| {
            let text = text.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        Profile {
            public_key: if self.has_public_key() {
                self.profile.public_key.trim().to_owned()
            } else {
                String::new()
            },
            api_base: base(&self.api_base),
            cdn_base: base(&self.cdn_base),
            ..self.profile.clone()
        }
    }

    fn finished(&self) -> Profile {
        let mut profile = self.wanted();
        let account = self.verified.clone();
        profile.name = profile.name.trim().to_owned();
        if profile.name.is_empty() {
            profile.name = account
                .as_ref()
                .map(|account| account.name.clone())
                .unwrap_or_default();
        }
        profile.account = account;
        profile
    }

    fn verify(&mut self, engine: &Engine, secrets: &Secrets) {
        self.trouble = None;
        self.offer_session = false;
        let wanted = self.wanted();
        let typed = (!self.secret.is_empty()).then(|| self.secret());
        let secrets = secrets.clone();
        self.verifying = Some(engine.ask(async move {
            let secret = match typed {
                Some(secret) => secret,
                None => secrets
                    .get(&wanted.id)
                    .await
                    .map_err(|error| no_secret(&error))?,
            };
            profile::verify(&wanted.credentials(secret)).await
        }));
    }

    fn save(&mut self, engine: &Engine, secrets: &Secrets, done: &mut Option<Done>) {
        if self.secret.is_empty() {
            *done = Some(Done::Save(Box::new(self.finished())));
            return;
        }
        let (secrets, secret, finished) = (secrets.clone(), self.secret(), self.finished());
        self.saving = Some(
            engine.ask(async move { secrets.save(&finished.id, &finished.name, secret).await }),
        );
    }

    fn take_answers(&mut self) {
        if let Some(promise) = self.verifying.take() {
            match promise.try_take() {
                Ok(Ok(account)) => self.verified = Some(account),
                Ok(Err(error)) => {
                    self.verified = None;
                    self.trouble = Some(Trouble {
                        message: error.message,
                        hint: error.hint,
                    });
                }
                Err(promise) => self.verifying = Some(promise),
            }
        }
    }

    fn take_saved(&mut self) -> Option<Done> {
        match self.saving.take()?.try_take() {
            Ok(Ok(())) => Some(Done::Save(Box::new(self.finished()))),
            Ok(Err(error)) => {
                self.trouble = Some(Trouble {
                    message: error.message,
                    hint: "You can keep the key for this session only: it is then gone when the window closes.".into(),
                });
                self.offer_session = true;
                None
            }
            Err(promise) => {
                self.saving = Some(promise);
                None
            }
        }
    }
}

/// What the service calls its secret.
fn secret_name(service: ServiceKind) -> &'static str {
    match service {
        ServiceKind::Uploadcare => "Secret key",
        ServiceKind::ImageKit => "Private key",
        ServiceKind::Templated => "API key",
    }
}

/// The service's own API address.
fn own_address(service: ServiceKind) -> &'static str {
    match service {
        ServiceKind::Uploadcare => "https://api.uploadcare.com",
        ServiceKind::ImageKit => "https://api.imagekit.io",
        ServiceKind::Templated => "https://api.templated.io",
    }
}

fn no_secret(error: &KeyringError) -> VerifyError {
    VerifyError {
        kind: VerifyErrorKind::Other,
        message: error.message.clone(),
        hint: "Type the key above.".into(),
    }
}

impl Drop for ProfileSheet {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

fn row(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui)) {
    let room = vec2(LABELS, theme::FIELD);
    let centred = egui::Layout::left_to_right(egui::Align::Center);
    ui.allocate_ui_with_layout(room, centred, |ui| parts::caption(ui, name));
    ui.allocate_ui_with_layout(vec2(FIELDS, theme::FIELD), centred, add);
    ui.end_row();
}
