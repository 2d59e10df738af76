//! The window. egui is named here and nowhere below.
//!
//! [`app`] holds the state, `layout` says what stands where, [`views`] and [`sheets`] draw and send [`command`]s,
//! [`engine`] does all I/O on its own threads.

pub mod app;
pub mod cached;
mod closing;
pub mod command;
pub mod details;
pub mod engine;
pub mod files;
pub mod filter;
pub mod flash;
pub mod folders;
pub mod groups;
pub mod history;
pub mod item_list;
mod layout;
pub mod looking;
mod overview;
pub mod parts;
pub mod pictures;
mod purge_after;
mod run;
pub mod saved;
pub mod search;
pub mod settings;
pub mod sheets;
pub mod sides;
mod start;
pub mod tags;
pub mod theme;
pub mod things;
mod unseen;
pub mod usage;
pub mod views;
mod waiting;
pub mod widgets;
pub mod workspace;

pub use app::App;
pub use start::{Setup, Start, run};

use egui::Color32;

use crate::profile::Colour;

/// A profile's colour.
pub fn color(colour: Colour) -> Color32 {
    let [r, g, b] = colour.0;
    Color32::from_rgb(r, g, b)
}

/// A profile's colour as ink on the theme's ground: lighter on dark, as it is on light.
pub fn readable(colour: Colour, dark: bool) -> Color32 {
    let color = color(colour);
    if dark {
        color.lerp_to_gamma(Color32::WHITE, 0.35)
    } else {
        color
    }
}
