//! Filters that were saved: their names, and how much each finds, counted off the window's thread and only
//! when something changed.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::Context;
use poll_promise::Promise;
use serde::{Deserialize, Serialize};

use super::engine::Engine;
use crate::catalogue::{Catalogue, Filter, Members, ProblemIndex, Query, Seen, Sum, count};

/// While rows keep changing, counts are made anew this often.
const PAUSE: Duration = Duration::from_secs(1);

/// A filter with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedFilter {
    /// What the sidebar says.
    pub name: String,
    /// The filter.
    pub text: String,
}

/// What the counts rest on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Basis {
    generation: u64,
    problems: u64,
    members: u64,
    texts: Vec<String>,
}

/// What saved filters find in one profile, and what its files have.
#[derive(Default)]
pub struct Watch {
    counts: HashMap<String, Sum>,
    seen: Arc<Seen>,
    basis: Option<Basis>,
    began: Option<Instant>,
    task: Option<Promise<Counted>>,
}

struct Counted {
    counts: HashMap<String, Sum>,
    seen: Seen,
}

/// What is counted, at one version of each.
pub struct Rows<'a> {
    /// The files.
    pub catalogue: &'a Catalogue,
    /// What was said against them, and its version.
    pub problems: (&'a ProblemIndex, u64),
    /// The groups that are known, and their version.
    pub members: (&'a Members, u64),
}

impl Watch {
    /// What a saved filter finds among the files that exist; `None` before it was counted, and for one that
    /// is wrong.
    pub fn sum(&self, text: &str) -> Option<Sum> {
        self.counts.get(text).copied()
    }

    /// What the files have.
    pub fn seen(&self) -> Arc<Seen> {
        self.seen.clone()
    }

    /// Takes in what was counted, and counts again if something changed. Once a frame.
    pub fn tick(&mut self, ctx: &Context, engine: &Engine, rows: &Rows<'_>, texts: Vec<String>) {
        self.take();
        let basis = Basis {
            generation: rows.catalogue.generation(),
            problems: rows.problems.1,
            members: rows.members.1,
            texts,
        };
        if self.task.is_some() || self.basis.as_ref() == Some(&basis) {
            return;
        }
        let same_texts = self.basis.as_ref().is_some_and(|b| b.texts == basis.texts);
        if let Some(wait) = self
            .began
            .and_then(|began| PAUSE.checked_sub(began.elapsed()))
            && same_texts
        {
            return ctx.request_repaint_after(wait);
        }
        self.began = Some(Instant::now());
        let (catalogue, problems) = (rows.catalogue.clone(), rows.problems.0.clone());
        let (members, texts) = (rows.members.0.clone(), basis.texts.clone());
        self.basis = Some(basis);
        self.task = Some(engine.ask_blocking(move || {
            Counted {
                seen: Seen::of(&catalogue, &problems, &members),
                counts: texts
                    .into_iter()
                    .filter_map(|text| {
                        let query = Query {
                            filter: Filter::of(&text).ok()?,
                            members: members.clone(),
                            ..Query::default()
                        };
                        Some((text, count(&catalogue, &query, &problems).all()))
                    })
                    .collect(),
            }
        }));
    }

    fn take(&mut self) {
        match self.task.take().map(Promise::try_take) {
            Some(Ok(counted)) => {
                self.counts = counted.counts;
                self.seen = Arc::new(counted.seen);
            }
            Some(Err(waiting)) => self.task = Some(waiting),
            None => {}
        }
    }
}
