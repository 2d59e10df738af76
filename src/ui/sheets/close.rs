//! Closing the window while jobs run: they stop cleanly first, or the window stays.

use egui::{Context, RichText};

use super::keyboard::rest_on;
use super::{Stay, show};
use crate::model::size;
use crate::ui::parts::{self, Weight};
use crate::ui::theme;

/// What was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Stop after the calls in flight, then close.
    Stop,
    /// Go on, with the window open.
    Keep,
}

/// Shows the question until it is answered. `jobs` are what runs, in words: `Deleting 3 of 500 in Shop`.
pub fn ui(ctx: &Context, jobs: &[String]) -> Option<Answer> {
    let mut answer = None;
    let stay = show(ctx, "Close the window", 480.0, None, |ui| {
        let running = match jobs.len() as u64 {
            1 => "A job is running".to_owned(),
            count => format!("{} are running", size::counted(count, "job", "jobs")),
        };
        ui.label(RichText::new(running).font(theme::title()));
        for job in jobs {
            ui.label(job);
        }
        parts::weak(
            ui,
            "If you close now, it stops after the calls in flight. Nothing is lost: it can be checked and \
             continued from the history at the next start.",
        );
        ui.add_space(12.0);
        super::buttons(ui, "close", |ui| {
            let keep = parts::button(ui, Weight::Plain, "Keep running");
            rest_on(ui, &keep);
            if keep.clicked() {
                answer = Some(Answer::Keep);
            }
            if parts::button(ui, Weight::Danger, "Stop and close").clicked() {
                answer = Some(Answer::Stop);
            }
        });
        Stay::Open
    });
    if stay == Stay::Close {
        answer = Some(Answer::Keep);
    }
    answer
}
