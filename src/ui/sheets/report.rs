//! Saving a job's report: a folder from the system's dialog, or typed.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Context, RichText};
use poll_promise::Promise;

use super::keyboard::rest_on;
use super::{Stay, show};
use crate::ledger::Ledger;
use crate::model::{JobId, JobState, JobSummary, size};
use crate::profile::{KeyringErrorKind, Secrets};
use crate::report::{self, How, SigningKey, Written};
use crate::ui::engine::Engine;
use crate::ui::flash;
use crate::ui::parts::{self, Icon, Weight};
use crate::ui::theme::{self, Tokens};

/// An answer faster than a person can give one means that there is no dialog.
const NO_DIALOG: Duration = Duration::from_millis(300);

/// The sheet's state.
pub struct ReportSheet {
    job: JobId,
    summary: JobSummary,
    folder: String,
    redacted: bool,
    browsing: Option<(Instant, Promise<Option<PathBuf>>)>,
    no_dialog: bool,
    saving: Option<Promise<Result<Written, String>>>,
    /// Whether it will be signed; else why not.
    key: Option<Promise<Result<(), KeyringErrorKind>>>,
    saved: Option<Written>,
    trouble: Option<String>,
}

impl ReportSheet {
    /// A sheet that proposes a folder.
    pub fn new(summary: JobSummary, home: PathBuf) -> Self {
        let folder = home.join(report::default_folder_name(&summary, false));
        Self {
            job: summary.id,
            summary,
            folder: folder.display().to_string(),
            redacted: false,
            browsing: None,
            no_dialog: false,
            saving: None,
            key: None,
            saved: None,
            trouble: None,
        }
    }

    /// Which job it is of.
    pub fn job(&self) -> JobId {
        self.job
    }

    /// Takes in how the job goes meanwhile.
    pub fn follow(&mut self, summary: JobSummary) {
        self.summary = summary;
    }

    /// Shows the sheet.
    pub fn ui(
        &mut self,
        ctx: &Context,
        engine: &Engine,
        secrets: &Secrets,
        ledger: &Arc<Ledger>,
    ) -> Stay {
        self.take_answers();
        self.key.get_or_insert_with(|| {
            let secrets = secrets.clone();
            engine.ask(async move { secrets.has_signing_key().await })
        });
        show(ctx, "Save report", theme::SHEET, None, |ui| {
            ui.label(RichText::new(format!("Report of job {}", self.job)).font(theme::title()));
            parts::weak(ui, self.summary.sentence());
            if self.summary.state == JobState::Running && self.saved.is_none() {
                let words = "The report holds what is known when you save it. It can be written again later.";
                parts::weak(ui, words);
            }
            ui.add_space(8.0);
            if self.saved.is_some() {
                return self.saved_ui(ui);
            }
            parts::caption(ui, "Folder");
            ui.horizontal(|ui| {
                let width = ui.available_width() - 89.0;
                parts::field(ui, &mut self.folder, "Folder", width);
                let blocked = self.browsing.is_some().then_some("The dialog is open.");
                if parts::button_if(ui, Weight::Plain, "Browse…", blocked).clicked() {
                    self.browse(engine);
                }
            });
            self.variant(ui);
            self.hints(ui);
            ui.add_space(10.0);
            self.buttons(ui, engine, secrets, ledger)
        })
    }

    /// Whole or without names. A folder that is still the proposed one takes the variant's name.
    fn variant(&mut self, ui: &mut egui::Ui) {
        let before = report::default_folder_name(&self.summary, self.redacted);
        let words = "Leave out names and the service's words";
        let ticked = ui.checkbox(&mut self.redacted, words).changed();
        let after = report::default_folder_name(&self.summary, self.redacted);
        if ticked && self.folder.trim_end().ends_with(&before) {
            let path = PathBuf::from(self.folder.trim()).with_file_name(after);
            self.folder = path.display().to_string();
        }
        let words = if self.redacted {
            "For others to see. Left out: names of files, folders and tags, the names of the project and of the \
             profile, and all words of the service. What stays: ids that cannot be names, the account's key, the \
             service's address, sizes, types, times and outcomes. Every file says that it is redacted."
        } else {
            "Whole: with names and all that the service said."
        };
        parts::weak(ui, words);
    }

    fn hints(&self, ui: &mut egui::Ui) {
        let tokens = Tokens::of(ui);
        let signed = self.signed_words();
        parts::weak(
            ui,
            format!(
                "items.csv, problems.csv, report.json, report.html and manifest.json. {signed} The folder is made new."
            ),
        );
        if self.saving.is_some() {
            parts::weak(ui, "Waiting for your keyring, then writing…");
        }
        if self.no_dialog {
            parts::notice(ui, Icon::Info, tokens.plain, |ui| {
                parts::text(
                    ui,
                    "No folder dialog can be had here. Type the folder above.",
                );
            });
        }
        if let Some(trouble) = &self.trouble {
            parts::notice_links(ui, Icon::Warning, tokens.bad, trouble, &[]);
        }
    }

    /// What becomes of the signature when it is saved now.
    fn signed_words(&self) -> String {
        match self.key.as_ref().and_then(Promise::ready) {
            None => "Asking your keyring whether it can be signed…".into(),
            Some(Ok(())) => "It is signed with the key that your keyring keeps for it.".into(),
            Some(Err(KeyringErrorKind::NotFound)) => {
                "It is signed with a key that is made now and kept in your keyring.".into()
            }
            Some(Err(why)) => format!("It is not signed. {}", why.no_key()),
        }
    }

    fn buttons(
        &mut self,
        ui: &mut egui::Ui,
        engine: &Engine,
        secrets: &Secrets,
        ledger: &Arc<Ledger>,
    ) -> Stay {
        let mut stay = Stay::Open;
        let blocked = if self.saving.is_some() {
            Some("It is being written.")
        } else if self.folder.trim().is_empty() {
            Some("Name a folder first.")
        } else {
            None
        };
        super::buttons(ui, "report", |ui| {
            let cancel = parts::button(ui, Weight::Plain, "Cancel");
            if cancel.clicked() {
                stay = Stay::Close;
            }
            let save = parts::button_if(ui, Weight::Primary, "Save", blocked);
            // Saving takes nothing away, so Enter saves.
            rest_on(ui, &save);
            if save.clicked() {
                self.save(engine, secrets.clone(), ledger.clone());
            }
        });
        stay
    }

    fn saved_ui(&self, ui: &mut egui::Ui) -> Stay {
        let tokens = Tokens::of(ui);
        let Some(saved) = &self.saved else {
            return Stay::Open;
        };
        parts::notice(ui, Icon::Check, tokens.ok, |ui| {
            let items = size::counted(saved.items, "item", "items");
            ui.label(format!(
                "{items}, {} not done. Saved to:",
                size::count(saved.problems)
            ));
        });
        let dir = RichText::new(saved.dir.display().to_string()).font(theme::mono());
        ui.add(egui::Label::new(dir).wrap());
        match &saved.signed {
            Ok(key) => parts::weak(ui, format!("Signed with the key {}.", key.id())),
            Err(why) => parts::weak(ui, format!("It is not signed. {why}")),
        };
        ui.add_space(10.0);
        let mut stay = Stay::Open;
        super::buttons(ui, "saved report", |ui| {
            if parts::button(ui, Weight::Plain, "Open folder").clicked()
                && let Err(error) = open::that_detached(&saved.dir)
            {
                flash::say(ui.ctx(), format!("No program opens folders here: {error}"));
            }
            if parts::button(ui, Weight::Plain, "Copy path").clicked() {
                flash::copy(ui.ctx(), saved.dir.display().to_string(), "the path");
            }
            let close = parts::button(ui, Weight::Primary, "Close");
            rest_on(ui, &close);
            if close.clicked() {
                stay = Stay::Close;
            }
        });
        stay
    }

    fn browse(&mut self, engine: &Engine) {
        let parent = PathBuf::from(self.folder.trim())
            .parent()
            .map(PathBuf::from);
        let promise = engine.ask_blocking(move || {
            let mut dialog = rfd::AsyncFileDialog::new().set_title("Folder for the report");
            if let Some(parent) = parent.filter(|parent| parent.is_dir()) {
                dialog = dialog.set_directory(parent);
            }
            pollster::block_on(dialog.pick_folder()).map(|folder| folder.path().to_path_buf())
        });
        self.browsing = Some((Instant::now(), promise));
    }

    fn save(&mut self, engine: &Engine, secrets: Secrets, ledger: Arc<Ledger>) {
        self.trouble = None;
        let (job, redacted) = (self.job, self.redacted);
        let folder = whole_path(self.folder.trim());
        self.saving = Some(engine.ask(async move {
            let key = signing_key(&secrets).await;
            let write = move || {
                let record = ledger.record(job).map_err(|error| error.to_string())?;
                let key = key.as_ref().map_err(|why| why.unsigned());
                report::write(&record, &folder, &How { key, redacted })
                    .map_err(|error| error.to_string())
            };
            tokio::task::spawn_blocking(write)
                .await
                .unwrap_or_else(
                    |_| Err("The report broke off by a fault of Tallyman's own.".into()),
                )
        }));
    }

    fn take_answers(&mut self) {
        if let Some((since, promise)) = self.browsing.take() {
            match promise.try_take() {
                Ok(Some(parent)) => {
                    let name = report::default_folder_name(&self.summary, self.redacted);
                    let folder = parent.join(name);
                    self.folder = folder.display().to_string();
                }
                Ok(None) => self.no_dialog = since.elapsed() < NO_DIALOG,
                Err(promise) => self.browsing = Some((since, promise)),
            }
        }
        if let Some(promise) = self.saving.take() {
            match promise.try_take() {
                Ok(Ok(written)) => self.saved = Some(written),
                Ok(Err(error)) => self.trouble = Some(error),
                Err(promise) => self.saving = Some(promise),
            }
        }
    }
}

/// The key that signs; else why there is none, as the report says it.
async fn signing_key(secrets: &Secrets) -> Result<SigningKey, KeyringErrorKind> {
    match secrets.signing_key(SigningKey::make).await {
        Ok(text) => SigningKey::read(&text).ok_or(KeyringErrorKind::NotText),
        Err(error) => Err(error.kind),
    }
}

/// The folder as an absolute path; a leading `~` is the home folder, as a shell would have it.
fn whole_path(text: &str) -> PathBuf {
    let home = || etcetera::home_dir().ok();
    let path = match text.strip_prefix('~') {
        Some("") => home(),
        Some(rest) if rest.starts_with(['/', '\\']) => home().map(|home| home.join(&rest[1..])),
        _ => None,
    };
    let path = path.unwrap_or_else(|| PathBuf::from(text));
    std::path::absolute(&path).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tilde_is_the_home_folder() {
        let home = etcetera::home_dir().unwrap();
        assert_eq!(whole_path("~/rep"), home.join("rep"));
        assert_eq!(whole_path("~"), home);
        assert!(whole_path("rep").is_absolute());
        assert!(whole_path("~other/rep").ends_with("~other/rep"));
    }
}
