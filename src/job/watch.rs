//! Tells the observer how far a job is: often enough to look alive, seldom enough to cost nothing.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::model::Settled;

use super::{Observer, Progress};

/// No more than about 30 a second.
const APART: Duration = Duration::from_millis(33);

/// The numbers of a running job and whoever watches them.
pub(super) struct Watch {
    pub now: Progress,
    observer: Arc<dyn Observer>,
    told: Option<Progress>,
    at: Option<Instant>,
}

impl Watch {
    pub fn new(now: Progress, observer: Arc<dyn Observer>) -> Self {
        Self {
            now,
            observer,
            told: None,
            at: None,
        }
    }

    /// Counts outcomes and passes them on.
    pub fn settled(&mut self, settled: &[Settled]) {
        if settled.is_empty() {
            return;
        }
        for one in settled {
            self.now.tally.settle(one.outcome);
        }
        self.observer.settled(self.now.job, settled);
    }

    /// Tells the numbers if they changed and the last telling is long enough ago. Otherwise returns when
    /// they may be told.
    pub fn tell(&mut self) -> Option<Instant> {
        if self.told.as_ref() == Some(&self.now) {
            return None;
        }
        let now = Instant::now();
        let due = self.at.map_or(now, |at| at + APART);
        if due > now {
            return Some(due);
        }
        self.tell_now();
        None
    }

    /// Tells the numbers whatever was told before.
    pub fn tell_now(&mut self) {
        self.observer.progress(&self.now);
        self.told = Some(self.now.clone());
        self.at = Some(Instant::now());
    }
}
