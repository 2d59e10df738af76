//! Faults on demand: which request goes wrong, and how. Drawn from a seeded generator, so tests repeat.
//!
//! Knows nothing of HTTP; `server` carries out what is drawn here.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// 429, before the work.
    Throttle {
        /// What the `Retry-After` header says; `None` leaves it out.
        retry_after: Option<RetryAfter>,
    },
    /// This status, before the work.
    ErrorBefore(u16),
    /// The work is done, then this status.
    ErrorAfter(u16),
    /// The connection is closed without an answer, before the work.
    CutBefore,
    /// The work is done, then the connection is closed without an answer.
    CutAfter,
    /// The connection is closed without an answer at once; the work is done this long after that.
    WorkLate(Duration),
    /// The work is done; the answer breaks off in the middle of its body.
    TruncateAfter,
    /// The work is done; nothing of the answer is sent for this long.
    StallAfter(Duration),
    /// The work is done; status 200, and a body that is not JSON.
    GarbageAfter,
}

/// How a 429 says when to come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// A number of seconds.
    Seconds(u64),
    /// An HTTP date, this far ahead of the server's clock.
    Date(Duration),
}

/// Which requests a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// All.
    Any,
    /// What only reads through the API.
    Reads,
    /// What changes something through the API.
    Writes,
    /// The CDN.
    Cdn,
}

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// How.
    pub kind: Fault,
    /// For which requests.
    pub on: Target,
    /// How likely, from 0 to 1.
    pub chance: f64,
    /// At most so often; `None` is no limit.
    pub times: Option<u32>,
}

/// A token bucket: what is above the rate is throttled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Requests a second in the long run.
    pub per_second: f64,
    /// Requests that may come at once.
    pub burst: u32,
}

/// What goes wrong from now on. Can be changed while the server runs.
pub struct Faults {
    state: Mutex<State>,
    released: Notify,
}

struct State {
    rng: fastrand::Rng,
    latency: Duration,
    rules: Vec<Rule>,
    rate: Option<Rate>,
    buckets: HashMap<Class, Bucket>,
    struck: u64,
    /// Which requests are held, once so many more were let through.
    held: Option<(Target, u32)>,
}

/// Requests that share one bucket.
pub(super) type Class = &'static str;

struct Bucket {
    rate: Rate,
    tokens: f64,
    filled: Instant,
}

impl Faults {
    pub(super) fn new(seed: u64, latency: Duration) -> Self {
        let state = State {
            rng: fastrand::Rng::with_seed(seed ^ 0xfa_17),
            latency,
            rules: Vec::new(),
            rate: None,
            buckets: HashMap::new(),
            struck: 0,
            held: None,
        };
        Self {
            state: Mutex::new(state),
            released: Notify::new(),
        }
    }

    /// Lets so many more requests of a kind through, those that wait already first, and keeps those that follow
    /// waiting, until [`release`](Self::release). What is held was not worked on, and no fault was drawn for it.
    pub fn hold(&self, on: Target, after: u32) {
        self.state().held = Some((on, after));
        self.released.notify_waiters();
    }

    /// Lets all through that were held.
    pub fn release(&self) {
        self.state().held = None;
        self.released.notify_waiters();
    }

    /// Waits while a request of this kind is held.
    pub(super) async fn let_through(&self, kind: Target) {
        loop {
            let released = self.released.notified();
            tokio::pin!(released);
            released.as_mut().enable();
            if self.passes(kind) {
                return;
            }
            released.await;
        }
    }

    fn passes(&self, kind: Target) -> bool {
        match &mut self.state().held {
            Some((on, left)) if *on == Target::Any || *on == kind => {
                let passes = *left > 0;
                *left = left.saturating_sub(1);
                passes
            }
            _ => true,
        }
    }

    /// How long each answer takes at least.
    pub fn set_latency(&self, latency: Duration) {
        self.state().latency = latency;
    }

    /// Throttles what comes faster than this; `None` throttles nothing.
    pub fn set_rate(&self, rate: Option<Rate>) {
        let mut state = self.state();
        state.rate = rate;
        state.buckets.clear();
    }

    /// Adds a rule. Of several that match a request, the first that strikes is taken.
    pub fn add(&self, rule: Rule) {
        self.state().rules.push(rule);
    }

    /// Drops all rules and the rate; the latency stays.
    pub fn clear(&self) {
        let mut state = self.state();
        state.rules.clear();
        state.rate = None;
        state.buckets.clear();
    }

    /// How many requests a rule has struck so far.
    pub fn struck(&self) -> u64 {
        self.state().struck
    }

    pub(super) fn latency(&self) -> Duration {
        self.state().latency
    }

    /// What goes wrong with a request of this kind, if anything.
    pub(super) fn draw(&self, kind: Target) -> Option<Fault> {
        let state = &mut *self.state();
        for rule in &mut state.rules {
            if !(rule.on == Target::Any || rule.on == kind) || rule.times == Some(0) {
                continue;
            }
            if state.rng.f64() < rule.chance {
                rule.times = rule.times.map(|left| left - 1);
                state.struck += 1;
                return Some(rule.kind);
            }
        }
        None
    }

    /// Takes a token of this class of requests, or says how soon there is one.
    pub(super) fn take_token(&self, class: Class) -> Result<(), Duration> {
        let state = &mut *self.state();
        let Some(rate) = state.rate else {
            return Ok(());
        };
        let now = Instant::now();
        let bucket = state.buckets.entry(class);
        bucket.or_insert_with(|| Bucket::full(rate, now)).take(now)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bucket {
    fn full(rate: Rate, now: Instant) -> Self {
        Self {
            rate,
            tokens: f64::from(rate.burst),
            filled: now,
        }
    }

    fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let passed = now.saturating_duration_since(self.filled).as_secs_f64();
        let most = f64::from(self.rate.burst).max(1.0);
        self.tokens = (self.tokens + passed * self.rate.per_second).min(most);
        self.filled = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        let wait = (1.0 - self.tokens) / self.rate.per_second.max(1e-6);
        Err(Duration::from_secs_f64(wait.min(3600.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(kind: Fault, on: Target, chance: f64, times: Option<u32>) -> Rule {
        Rule {
            kind,
            on,
            chance,
            times,
        }
    }

    #[tokio::test]
    async fn what_is_held_waits_for_its_release() {
        let faults = Faults::new(1, Duration::ZERO);
        faults.hold(Target::Writes, 1);
        faults.let_through(Target::Writes).await;
        faults.let_through(Target::Reads).await;
        let mut held = std::pin::pin!(faults.let_through(Target::Writes));
        assert!(futures_util::poll!(held.as_mut()).is_pending());
        faults.release();
        held.await;
        faults.let_through(Target::Writes).await;
    }

    #[test]
    fn rules_strike_their_target_and_run_out() {
        let faults = Faults::new(1, Duration::ZERO);
        faults.add(rule(Fault::CutAfter, Target::Writes, 1.0, Some(2)));
        faults.add(rule(Fault::ErrorBefore(502), Target::Any, 1.0, Some(1)));
        let drawn: Vec<_> = [Target::Writes, Target::Cdn, Target::Writes, Target::Writes]
            .map(|kind| faults.draw(kind))
            .into();
        assert_eq!(
            drawn,
            [
                Some(Fault::CutAfter),
                Some(Fault::ErrorBefore(502)),
                Some(Fault::CutAfter),
                None
            ]
        );
        assert_eq!(faults.struck(), 3);
    }

    #[test]
    fn the_same_seed_draws_the_same() {
        let draws = |seed| {
            let faults = Faults::new(seed, Duration::ZERO);
            faults.add(rule(Fault::CutBefore, Target::Any, 0.3, None));
            (0..200)
                .map(|_| faults.draw(Target::Reads).is_some())
                .collect::<Vec<_>>()
        };
        assert_eq!(draws(5), draws(5));
        assert_ne!(draws(5), draws(6));
        let hits = draws(5).into_iter().filter(|hit| *hit).count();
        assert!((30..90).contains(&hits), "{hits} of 200 at 0.3");
    }

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let start = Instant::now();
        let rate = Rate {
            per_second: 0.5,
            burst: 2,
        };
        let mut bucket = Bucket::full(rate, start);
        assert_eq!(bucket.take(start), Ok(()));
        assert_eq!(bucket.take(start), Ok(()));
        assert_eq!(bucket.take(start), Err(Duration::from_secs(2)));
        assert_eq!(bucket.take(start + Duration::from_secs(2)), Ok(()));
    }
}
