//! What the window holds of a profile's overview: the counts, and which side of them is shown.

use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::Context;
use poll_promise::Promise;

use super::engine::Engine;
use crate::catalogue::{Catalogue, Overview, overview};
use crate::model::Time;

/// While a listing brings pages, the counts follow this often.
const EVERY: Duration = Duration::from_millis(700);

/// While files lose their hours one after the other, the counts follow this often.
const HOURS: Duration = Duration::from_secs(2);

/// How the map is divided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// By content type.
    #[default]
    Types,
    /// By month of upload.
    Months,
    /// By folder, where the service has folders.
    Folders,
}

/// What bars and lists measure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Measure {
    /// Bytes.
    #[default]
    Bytes,
    /// Files.
    Files,
}

/// The overview of one profile.
#[derive(Default)]
pub struct OverviewPane {
    /// The newest counts.
    pub shown: Option<Arc<Overview>>,
    /// How the map is divided.
    pub side: Side,
    /// What the months measure.
    pub measure: Measure,
    asked: Option<Promise<Overview>>,
    last: Option<Instant>,
}

impl OverviewPane {
    /// Takes an answer in, and asks anew where the files changed. Once a frame while it is shown.
    pub fn tick(&mut self, engine: &Engine, catalogue: &Catalogue, ctx: &Context) {
        if let Some(promise) = self.asked.take() {
            match promise.try_take() {
                Ok(counts) => self.shown = Some(Arc::new(counts)),
                Err(promise) => self.asked = Some(promise),
            }
        }
        if self.asked.is_some() {
            return;
        }
        let least = if self.is_old(catalogue) { EVERY } else { HOURS };
        let Some(due) = self.due(catalogue) else {
            return;
        };
        let rest = self
            .last
            .map_or(Duration::ZERO, |last| least.saturating_sub(last.elapsed()));
        let wait = due.max(rest);
        if !wait.is_zero() {
            return ctx.request_repaint_after(wait);
        }
        self.last = Some(Instant::now());
        let catalogue = catalogue.clone();
        self.asked = Some(engine.ask_blocking(move || {
            overview(&catalogue, &jiff::tz::TimeZone::system(), Time::now())
        }));
    }

    /// How long the counts hold: not at all where the files changed, else until one of them has an hour less.
    fn due(&self, catalogue: &Catalogue) -> Option<Duration> {
        let Some(shown) = self.shown.as_ref().filter(|_| !self.is_old(catalogue)) else {
            return Some(Duration::ZERO);
        };
        let left = shown.until?.0.saturating_sub(Time::now().0);
        Some(Duration::from_micros(u64::try_from(left).unwrap_or(0)))
    }

    /// Whether the counts are not those of the newest rows.
    pub fn is_old(&self, catalogue: &Catalogue) -> bool {
        self.shown
            .as_ref()
            .is_none_or(|shown| shown.generation != catalogue.generation())
    }
}
