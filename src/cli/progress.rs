//! Progress on standard error: a bar on a terminal, a plain line every few seconds elsewhere.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::watch;

use crate::job::{Observer, Progress};
use crate::model::size::count;
use crate::model::{JobId, Settled};

use super::out::note;

/// How often a plain line is written.
const LINE_EVERY: Duration = Duration::from_secs(5);
/// How often the bar is drawn.
const DRAW_EVERY: Duration = Duration::from_millis(100);

/// Counts what a listing has brought.
pub struct Counter {
    noun: &'static str,
    rows: u64,
    bar: Option<ProgressBar>,
    written: Instant,
}

impl Counter {
    /// Counts from 0.
    pub fn new(noun: &'static str) -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            bar.enable_steady_tick(DRAW_EVERY);
            bar
        });
        Self {
            noun,
            rows: 0,
            bar,
            written: Instant::now(),
        }
    }

    /// Another page, and how many the service claims there are.
    pub fn add(&mut self, rows: usize, total: Option<i64>) {
        self.rows += rows as u64;
        let of = total.and_then(|total| u64::try_from(total).ok());
        let of = of.filter(|total| *total >= self.rows);
        let of = of.map(|total| format!(" of about {}", count(total)));
        let text = format!(
            "{}{} {}",
            count(self.rows),
            of.unwrap_or_default(),
            self.noun
        );
        match &self.bar {
            Some(bar) => bar.set_message(text),
            None if self.written.elapsed() >= LINE_EVERY => {
                note(text);
                self.written = Instant::now();
            }
            None => {}
        }
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Keeps a job's latest progress for whoever shows it.
pub struct Watcher(watch::Sender<Option<Progress>>);

impl Observer for Watcher {
    fn progress(&self, progress: &Progress) {
        self.0.send_replace(Some(progress.clone()));
    }

    fn settled(&self, _job: JobId, _settled: &[Settled]) {}
}

/// A watcher, and the task that shows what it sees until the watcher is dropped.
pub fn watch() -> (Arc<Watcher>, tokio::task::JoinHandle<()>) {
    let (sender, receiver) = watch::channel(None);
    let task = if io::stderr().is_terminal() {
        tokio::spawn(show_bar(receiver))
    } else {
        tokio::spawn(write_lines(receiver))
    };
    (Arc::new(Watcher(sender)), task)
}

async fn show_bar(mut progress: watch::Receiver<Option<Progress>>) {
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template("{prefix} {wide_bar} {human_pos}/{human_len} {msg}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    while progress.changed().await.is_ok() {
        if let Some(now) = progress.borrow_and_update().as_ref() {
            bar.set_length(now.tally.items());
            bar.set_position(now.tally.settled());
            bar.set_prefix(now.verb.running());
            bar.set_message(remarks(now).join(", "));
        }
        tokio::time::sleep(DRAW_EVERY).await;
    }
    bar.finish_and_clear();
}

async fn write_lines(mut progress: watch::Receiver<Option<Progress>>) {
    let (mut written, mut waited_for) = (Instant::now(), None);
    while progress.changed().await.is_ok() {
        let Some(now) = progress.borrow_and_update().clone() else {
            continue;
        };
        let waits_for = now.away.as_ref().map(|away| away.cause);
        // That it begins to wait is told at once.
        let is_news = waits_for.is_some() && waits_for != waited_for;
        waited_for = waits_for;
        if is_news || written.elapsed() >= LINE_EVERY {
            written = Instant::now();
            note(plain_line(&now));
        }
    }
}

fn plain_line(now: &Progress) -> String {
    let mut parts = vec![format!(
        "{}: {} of {}",
        now.verb.running(),
        count(now.tally.settled()),
        count(now.tally.items())
    )];
    parts.extend(remarks(now));
    parts.join(", ")
}

fn remarks(now: &Progress) -> Vec<String> {
    let mut parts = Vec::new();
    match now.tally.problems() {
        0 => {}
        1 => parts.push("1 problem".to_owned()),
        many => parts.push(format!("{} problems", count(many))),
    }
    if let Some(away) = &now.away {
        let why = away.why.trim_end_matches('.');
        parts.push(format!("{}: {why}", away.cause.words()));
        let next = now.pause.map(|pause| pause.as_secs_f64().ceil());
        parts.push(next.map_or("trying again".to_owned(), |next| {
            format!("next try in {next:.0} s")
        }));
    } else if let Some(pause) = now.pause {
        parts.push(format!(
            "waiting {:.0} s for the service",
            pause.as_secs_f64().ceil()
        ));
    }
    parts
}

#[cfg(test)]
mod tests {
    use crate::job::{Away, Cause};
    use crate::model::{JobState, Tally, Verb};

    use super::*;

    #[test]
    fn a_line_says_how_far_and_what_hinders() {
        let mut now = Progress {
            job: JobId(1),
            verb: Verb::Delete,
            tally: Tally {
                done: 1_200,
                pending: 3_800,
                ..Tally::default()
            },
            in_flight: 2,
            calls: 12,
            retries: 0,
            throttled: 0,
            pause: None,
            away: None,
            state: JobState::Running,
            reason: String::new(),
        };
        assert_eq!(plain_line(&now), "Deleting: 1,200 of 5,000");
        now.tally.refused = 1;
        now.tally.pending -= 1;
        now.pause = Some(Duration::from_millis(1_500));
        assert_eq!(
            plain_line(&now),
            "Deleting: 1,201 of 5,000, 1 problem, waiting 2 s for the service"
        );
        now.away = Some(Away {
            cause: Cause::Network,
            why: "api.uploadcare.com could not be reached.".into(),
        });
        assert_eq!(
            plain_line(&now),
            "Deleting: 1,201 of 5,000, 1 problem, no connection: api.uploadcare.com could not be reached, \
             next try in 2 s"
        );
    }
}
