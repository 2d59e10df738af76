//! Opening the window: which renderer, where the data is, and the embedded service of `--demo`.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use eframe::{NativeOptions, Renderer};
use egui::ViewportBuilder;

use super::App;
use super::app::Setup;
use crate::profile::Keyring;

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
            Err(error) => troubles.push(format!("{renderer}: {error}")),
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

fn run_with(renderer: Renderer, setup: Setup) -> Result<(), String> {
    let viewport = ViewportBuilder::default()
        .with_title("Tallyman")
        .with_app_id(APP_ID)
        .with_inner_size([1440.0, 900.0])
        .with_min_inner_size([860.0, 520.0])
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
        own.unwrap_or_else(|| error.to_string())
    })
}

fn icon() -> egui::IconData {
    eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon-256.png"))
        .unwrap_or_default()
}
