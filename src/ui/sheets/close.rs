//! Closing the window while jobs run: they stop cleanly first, or the window stays. Jobs that end while the
//! question stands are told of, and it waits on.

use egui::{Context, RichText};

use super::keyboard::rest_on;
use super::{Stay, show};
use crate::model::size;
use crate::ui::parts::{self, Weight};
use crate::ui::theme;

/// What was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Stop what runs after the calls in flight, then close.
    Close,
    /// Go on, with the window open.
    Keep,
}

/// Shows the question until it is answered. `jobs` are those that ran when it was put, in words:
/// `Deleting 3 of 500 in Shop`; `running` of them still do.
pub fn ui(ctx: &Context, running: usize, jobs: &[String]) -> Option<Answer> {
    let mut answer = None;
    let stay = show(ctx, "Close the window", 480.0, None, |ui| {
        let title = match (running as u64, jobs.len()) {
            (0, 1) => "The job has ended".to_owned(),
            (0, _) => "The jobs have ended".to_owned(),
            (1, _) => "A job is running".to_owned(),
            (count, _) => format!("{} are running", size::counted(count, "job", "jobs")),
        };
        ui.label(RichText::new(title).font(theme::title()));
        for job in jobs {
            ui.label(job);
        }
        let (why, keep, close, weight) = match running {
            0 => (
                "Nothing runs any more. The window is open until you close it.",
                "Keep it open",
                "Close the window",
                Weight::Plain,
            ),
            _ => (
                "If you close now, it stops after the calls in flight. Nothing is lost: it can be checked and \
                 continued from the history at the next start.",
                "Keep running",
                "Stop and close",
                Weight::Danger,
            ),
        };
        parts::weak(ui, why);
        ui.add_space(12.0);
        super::buttons(ui, "close", |ui| {
            let keep = parts::button(ui, Weight::Plain, keep);
            rest_on(ui, &keep);
            if keep.clicked() {
                answer = Some(Answer::Keep);
            }
            if parts::button(ui, weight, close).clicked() {
                answer = Some(Answer::Close);
            }
        });
        Stay::Open
    });
    if stay == Stay::Close {
        answer = Some(Answer::Keep);
    }
    answer
}
