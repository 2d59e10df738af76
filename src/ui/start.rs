//! Opening the window: which renderer, where the data is, and the embedded service of `--demo`.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use eframe::{NativeOptions, Renderer};
use egui::ViewportBuilder;

use super::App;
use super::engine::Engine;
use crate::demo::{self, Server};
use crate::ledger::Ledger;
use crate::model::{ProfileId, ServiceKind};
use crate::profile::{Colour, Keyring, Profile, Profiles, Secrets};

/// The id that the desktop knows the window by; the .desktop file is named after it.
pub const APP_ID: &str = "dev.tallyman.Tallyman";

/// How to open the window.
#[derive(Clone, Debug)]
pub struct Start {
    /// On an embedded service, with a keyring in memory and, unless one is named, a data folder for this
    /// run only.
    pub demo: bool,
    /// Where profiles and the ledger are.
    pub data_dir: PathBuf,
    /// Whether the data folder was named by the person.
    pub data_dir_given: bool,
}

/// Opens the window and returns when it closes. The renderers are tried in turn.
///
/// # Errors
/// In words for a person: no display, no graphics, no embedded service.
pub fn run(start: Start) -> Result<(), String> {
    let keyring = if start.demo {
        Keyring::mock()
    } else {
        Keyring::system()
    };
    let setup = Setup::new(start, keyring)?;
    let mut troubles = Vec::new();
    for renderer in renderers() {
        match run_with(renderer, setup.clone()) {
            Ok(()) => return Ok(()),
            Err(Trouble::Own(error)) => return Err(error),
            Err(Trouble::Graphics(error)) => troubles.push(format!("{renderer}: {error}")),
        }
    }
    Err(format!(
        "The window could not be opened.\n{}\nOn Linux it needs a display (X11 or Wayland) and the libraries \
         that the README lists. The commands work without a window: see `tallyman --help`.",
        troubles.join("\n")
    ))
}

fn renderers() -> [Renderer; 2] {
    if cfg!(target_os = "linux") {
        [Renderer::Glow, Renderer::Wgpu]
    } else {
        [Renderer::Wgpu, Renderer::Glow]
    }
}

/// Why a window did not open.
enum Trouble {
    /// Ours; another renderer would not help.
    Own(String),
    /// The renderer's or the display's.
    Graphics(String),
}

fn run_with(renderer: Renderer, setup: Setup) -> Result<(), Trouble> {
    let viewport = ViewportBuilder::default()
        .with_title("Tallyman")
        .with_app_id(APP_ID)
        .with_inner_size([1280.0, 800.0])
        .with_min_inner_size([900.0, 560.0])
        .with_icon(icon());
    let options = NativeOptions {
        viewport,
        renderer,
        centered: true,
        ..NativeOptions::default()
    };
    let trouble = Arc::new(Mutex::new(None));
    let told = trouble.clone();
    let opened = eframe::run_native(
        "Tallyman",
        options,
        Box::new(move |cc| {
            App::new(&cc.egui_ctx, setup)
                .map(|app| Box::new(app) as Box<dyn eframe::App>)
                .map_err(|error| {
                    if let Ok(mut slot) = told.lock() {
                        *slot = Some(error.clone());
                    }
                    error.into()
                })
        }),
    );
    opened.map_err(|error| {
        let own = trouble.lock().ok().and_then(|mut slot| slot.take());
        own.map_or_else(|| Trouble::Graphics(error.to_string()), Trouble::Own)
    })
}

fn icon() -> egui::IconData {
    eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon-256.png"))
        .unwrap_or_default()
}

/// All that a window needs to open. Cheap to clone: a second renderer may have to try.
#[derive(Clone)]
pub struct Setup {
    pub(super) start: Start,
    pub(super) keyring: Keyring,
    /// Lives as long as the window; `None` where the person named a folder.
    scratch: Option<Arc<tempfile::TempDir>>,
}

impl Setup {
    /// Decides where the data is.
    ///
    /// # Errors
    /// If there is no room for a temporary folder.
    pub fn new(start: Start, keyring: Keyring) -> Result<Self, String> {
        let scratch = if start.demo && !start.data_dir_given {
            let made = tempfile::Builder::new().prefix("tallyman-demo-").tempdir();
            Some(Arc::new(made.map_err(|error| {
                format!("No temporary folder can be made: {error}")
            })?))
        } else {
            None
        };
        Ok(Self {
            start,
            keyring,
            scratch,
        })
    }

    /// Whether there is a next start that finds what this one leaves.
    pub(super) fn keeps_data(&self) -> bool {
        self.scratch.is_none()
    }

    pub(super) fn data_dir(&self) -> PathBuf {
        match &self.scratch {
            Some(scratch) => scratch.path().to_path_buf(),
            None => self.start.data_dir.clone(),
        }
    }
}

/// Opens the ledger of a data folder; what it has to say of itself joins the notices.
pub(super) fn ledger(data_dir: &Path, notices: &mut Vec<String>) -> Result<Arc<Ledger>, String> {
    let ledger = Ledger::open(data_dir).map_err(|error| error.to_string())?;
    notices.extend(ledger.notice().map(str::to_owned));
    Ok(Arc::new(ledger))
}

/// Starts the embedded service and puts a profile for each API that it speaks into the list.
pub(super) fn demo(
    engine: &Engine,
    profiles: &mut Profiles,
    secrets: &Secrets,
) -> Result<Server, String> {
    let server = engine
        .block_on(Server::start(demo::Options::default()))
        .map_err(|error| format!("The embedded service could not start: {error}"))?;
    for (place, service) in ServiceKind::ALL.into_iter().enumerate() {
        let (profile, secret) = demo_profile(&server, service, Colour::at(place));
        secrets.keep_for_session(&profile.id, secret.to_owned().into());
        let profile = match profiles.get(&profile.id) {
            Some(known) => moved(known.clone(), profile),
            None => profile,
        };
        profiles.put(profile).map_err(|error| error.to_string())?;
    }
    Ok(server)
}

/// A profile of an earlier start on the service of this one: what a person set stays, name and guards too.
fn moved(known: Profile, now: Profile) -> Profile {
    Profile {
        service: now.service,
        public_key: now.public_key,
        api_base: now.api_base,
        cdn_base: now.cdn_base,
        ..known
    }
}

fn demo_profile(server: &Server, service: ServiceKind, colour: Colour) -> (Profile, &'static str) {
    let name = match service {
        ServiceKind::Uploadcare => "Demo shop",
        ServiceKind::ImageKit => "Demo media",
        ServiceKind::Templated => "Demo prints",
    };
    let access = server.access(service);
    let id = ProfileId(format!("demo-{}", service.key()));
    let profile = Profile {
        colour,
        public_key: access.public_key.into(),
        api_base: Some(access.api_base),
        cdn_base: access.cdn_base,
        ..Profile::new(id, name, service)
    };
    (profile, access.secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_of_a_demo_profile_does_not_go_away() {
        let id = ProfileId("demo-uploadcare".into());
        let mut known = Profile {
            protected: true,
            read_only: true,
            colour: Colour::at(5),
            api_base: Some("http://127.0.0.1:1".into()),
            ..Profile::new(id.clone(), "Mine", ServiceKind::Uploadcare)
        };
        known.keep.add(["kept".into()]);
        let now = Profile {
            api_base: Some("http://127.0.0.1:2".into()),
            public_key: "key".into(),
            ..Profile::new(id, "Demo shop", ServiceKind::Uploadcare)
        };
        let moved = moved(known.clone(), now.clone());
        assert_eq!(
            (moved.api_base, moved.public_key),
            (now.api_base, now.public_key)
        );
        assert!(moved.protected && moved.read_only && moved.name == "Mine");
        assert_eq!((moved.keep, moved.colour), (known.keep, known.colour));
    }
}
