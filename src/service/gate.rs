//! One gate a profile: how many calls may be under way, and when none may leave.
//!
//! The limit grows by one for every answer, after the first cut for every full round of them, and halves on
//! "too many requests" or a timeout; a pause holds every call of the profile. Jobs go before listings, listings before pictures.

mod state;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::ServiceError;

use state::{State, Ticket, Turn};

/// Who goes first when the gate is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Calls of a job.
    Job,
    /// Listings, details and checks of keys.
    List,
    /// Thumbnails.
    Picture,
}

/// A profile's gate. Clones share it.
#[derive(Clone)]
pub struct Gate(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    changed: Notify,
}

impl Gate {
    /// A gate that starts with `start` calls under way and never lets more than `most` in.
    pub fn new(start: usize, most: usize) -> Self {
        Self(Arc::new(Shared {
            state: Mutex::new(State::new(start, most)),
            changed: Notify::new(),
        }))
    }

    /// A gate for a service that wants its requests one by one, and at least so far apart.
    pub fn single(every: Duration) -> Self {
        Self(Arc::new(Shared {
            state: Mutex::new(State::new(1, 1).every(every)),
            changed: Notify::new(),
        }))
    }

    /// Waits for a place, in order of priority, then of asking. Dropped while it waits, it leaves no trace.
    pub async fn enter(&self, priority: Priority) -> Pass {
        let ticket = self.0.state().ask(priority);
        let mut pass = Pass {
            gate: self.clone(),
            ticket,
            place: Place::Queue,
            mark: None,
        };
        pass.wait().await;
        pass
    }

    /// How long every call still has to wait because the service said so; zero if it need not.
    pub fn pause_left(&self) -> Duration {
        self.0.state().pause_left(Instant::now())
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.state().fmt(f)
    }
}

impl Shared {
    /// The state. A panic elsewhere leaves it usable: every change of it is whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let made = change(&mut self.state());
        self.changed.notify_waiters();
        made
    }
}

/// Where the holder of a pass stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Queue,
    Inside { cuts: u64 },
    Outside,
}

/// What is done once, just before the request leaves that does the work.
pub type Mark = Box<dyn FnOnce() -> BoxFuture<'static, Result<(), ServiceError>> + Send + Sync>;

/// Permission for one request to be under way; dropped, it lets the next one in.
pub struct Pass {
    gate: Gate,
    ticket: Ticket,
    place: Place,
    mark: Option<Mark>,
}

impl Pass {
    /// Has something done before a call leaves that looked first, for verbs in [`Capabilities::marked`]. Where
    /// that fails, nothing leaves.
    ///
    /// [`Capabilities::marked`]: super::Capabilities::marked
    pub fn with_mark(mut self, mark: Mark) -> Self {
        self.mark = Some(mark);
        self
    }

    /// The looks are over: what leaves next does the work.
    pub(super) async fn leaving(&mut self) -> Result<(), ServiceError> {
        match self.mark.take() {
            Some(mark) => mark().await,
            None => Ok(()),
        }
    }

    /// A usable answer came.
    pub(super) fn good(&self) {
        self.gate.0.change(State::good);
    }

    /// The service asked for fewer requests: nobody of the profile leaves for `wait` and a little more,
    /// by chance, so that several programs do not come back at the same instant.
    pub(super) fn throttled(&self, wait: Duration) {
        let more = jitter(wait);
        self.gate.0.change(|state| {
            self.cut(state);
            state.pause(Instant::now() + wait + more);
        });
    }

    /// No answer came in time.
    pub(super) fn timed_out(&self) {
        self.gate.0.change(|state| self.cut(state));
    }

    /// Leaves the place to others, to come back with [`again`](Self::again).
    pub(super) fn leave(&mut self) {
        match std::mem::replace(&mut self.place, Place::Outside) {
            Place::Inside { .. } => self.gate.0.change(State::leave),
            Place::Queue => self.gate.0.change(|state| state.give_up(self.ticket)),
            Place::Outside => {}
        }
    }

    /// Gives the place back and waits for one again, before all that asked later.
    pub(super) async fn again(&mut self) {
        let before = std::mem::replace(&mut self.place, Place::Queue);
        self.gate.0.change(|state| {
            // In one step: nobody who asked later can slip in between.
            if matches!(before, Place::Inside { .. }) {
                state.leave();
            }
            state.ask_again(self.ticket);
        });
        self.wait().await;
    }

    fn cut(&self, state: &mut State) {
        if let Place::Inside { cuts } = self.place {
            state.cut(cuts);
        }
    }

    /// Waits in the queue. Dropped on the way, it gives the ticket up.
    async fn wait(&mut self) {
        let shared = self.gate.0.clone();
        let waiting = Waiting(self);
        loop {
            let changed = shared.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let turn = shared.state().turn(waiting.0.ticket, Instant::now());
            match turn {
                Turn::In(cuts) => {
                    waiting.0.place = Place::Inside { cuts };
                    return shared.changed.notify_waiters();
                }
                Turn::Wait => changed.await,
                Turn::At(until) => tokio::select! {
                    () = changed => {}
                    () = tokio::time::sleep_until(until) => {}
                },
            }
        }
    }
}

/// A pass in the queue. A ticket that nobody asks for any more would block all behind it.
struct Waiting<'a>(&'a mut Pass);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.0.place == Place::Queue {
            self.0.leave();
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.leave();
    }
}

impl fmt::Debug for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pass")
            .field("ticket", &self.ticket)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

/// Up to a tenth of the wait, at least up to a quarter of a second, at most two.
fn jitter(wait: Duration) -> Duration {
    let most = (wait / 10).clamp(Duration::from_millis(250), Duration::from_secs(2));
    most.mul_f64(fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::time::{sleep, timeout};

    const SOON: Duration = Duration::from_millis(1);

    #[tokio::test(start_paused = true)]
    async fn a_dropped_pass_lets_the_next_in() {
        let gate = Gate::new(1, 1);
        let pass = gate.enter(Priority::Job).await;
        assert!(timeout(SOON, gate.enter(Priority::Job)).await.is_err());
        drop(pass);
        assert!(timeout(SOON, gate.enter(Priority::Job)).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_waiter_that_is_dropped_blocks_nobody() {
        let gate = Gate::new(1, 1);
        let pass = gate.enter(Priority::Job).await;
        let mut gone = Box::pin(gate.enter(Priority::Job));
        assert!(timeout(SOON, &mut gone).await.is_err());
        let second = tokio::spawn({
            let gate = gate.clone();
            async move { gate.enter(Priority::List).await }
        });
        sleep(SOON).await;
        drop(pass);
        drop(gone);
        assert!(timeout(SOON, second).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn never_more_inside_than_the_limit() {
        let gate = Gate::new(3, 3);
        let (inside, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let calls = (0..40).map(|_| {
            let (gate, inside, most) = (gate.clone(), inside.clone(), most.clone());
            tokio::spawn(async move {
                let _pass = gate.enter(Priority::Job).await;
                most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                sleep(SOON).await;
                inside.fetch_sub(1, Ordering::SeqCst);
            })
        });
        futures_util::future::join_all(calls.collect::<Vec<_>>()).await;
        assert_eq!(most.load(Ordering::SeqCst), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn one_by_one_and_apart() {
        let every = Duration::from_millis(500);
        let gate = Gate::single(every);
        let start = Instant::now();
        let mut pass = gate.enter(Priority::Job).await;
        assert!(timeout(SOON, gate.enter(Priority::Job)).await.is_err());
        let later = tokio::spawn({
            let gate = gate.clone();
            async move {
                gate.enter(Priority::Job).await;
                start.elapsed()
            }
        });
        sleep(SOON).await;
        for number in 1..=3 {
            pass.again().await;
            assert_eq!(start.elapsed(), every * number, "nobody slips in");
        }
        drop(pass);
        assert_eq!(later.await.unwrap(), every * 4);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_everybody_and_ends() {
        let gate = Gate::new(4, 8);
        let mut pass = gate.enter(Priority::Job).await;
        let start = Instant::now();
        pass.throttled(Duration::from_secs(5));
        assert!(gate.pause_left() >= Duration::from_secs(5));
        let other = tokio::spawn({
            let gate = gate.clone();
            async move {
                gate.enter(Priority::Job).await;
                start.elapsed()
            }
        });
        pass.again().await;
        let waited = start.elapsed();
        assert!((5.0..=5.6).contains(&waited.as_secs_f64()), "{waited:?}");
        drop(pass);
        assert!(other.await.unwrap() > waited, "the other comes after it");
        assert_eq!(gate.pause_left(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_again_is_cancel_safe() {
        let gate = Gate::new(1, 1);
        let mut pass = gate.enter(Priority::Job).await;
        pass.throttled(Duration::from_secs(60));
        assert!(timeout(SOON, pass.again()).await.is_err());
        sleep(Duration::from_secs(70)).await;
        assert!(timeout(SOON, gate.enter(Priority::Picture)).await.is_ok());
    }

    /// What the service below the gate did with a round of calls: most inside at once, and how many were too many.
    async fn rounds(gate: &Gate, calls: usize, room: usize) -> (usize, usize) {
        let inside = Arc::new(AtomicUsize::new(0));
        let (most, refused) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let calls = (0..calls).map(|_| {
            let (gate, inside) = (gate.clone(), inside.clone());
            let (most, refused) = (most.clone(), refused.clone());
            tokio::spawn(async move {
                let mut pass = gate.enter(Priority::List).await;
                loop {
                    let now = inside.fetch_add(1, Ordering::SeqCst) + 1;
                    most.fetch_max(now, Ordering::SeqCst);
                    sleep(Duration::from_millis(40)).await;
                    inside.fetch_sub(1, Ordering::SeqCst);
                    if now <= room {
                        return pass.good();
                    }
                    refused.fetch_add(1, Ordering::SeqCst);
                    pass.throttled(Duration::from_secs(1));
                    pass.again().await;
                }
            })
        });
        futures_util::future::join_all(calls.collect::<Vec<_>>()).await;
        (most.load(Ordering::SeqCst), refused.load(Ordering::SeqCst))
    }

    #[tokio::test(start_paused = true)]
    async fn it_grows_while_answers_come_and_halves_when_they_do_not() {
        let gate = Gate::new(4, 16);
        let start = Instant::now();
        assert_eq!(rounds(&gate, 100, 100).await, (16, 0));
        let waited = start.elapsed();
        assert!(waited <= Duration::from_millis(40 * 9), "{waited:?}");

        // A service with room for six: seldom too much, and never far from what it can take.
        let gate = Gate::new(4, 16);
        let start = Instant::now();
        let (most, refused) = rounds(&gate, 200, 6).await;
        assert!(
            most <= 8 && refused <= 30,
            "{most} inside, {refused} refused"
        );
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "{:?}",
            start.elapsed()
        );

        let gate = Gate::new(8, 16);
        let pass = gate.enter(Priority::List).await;
        pass.timed_out();
        let inside = (0..8).map(|_| timeout(SOON, gate.enter(Priority::List)));
        let entered = futures_util::future::join_all(inside).await;
        assert_eq!(
            entered.iter().filter(|one| one.is_ok()).count(),
            3,
            "four with the first"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn deletes_go_before_listings_and_those_before_pictures() {
        let gate = Gate::new(1, 1);
        let first = gate.enter(Priority::Picture).await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let kinds = [
            Priority::Picture,
            Priority::List,
            Priority::Job,
            Priority::List,
            Priority::Job,
        ];
        let waiting = kinds.map(|priority| {
            let (gate, order) = (gate.clone(), order.clone());
            tokio::spawn(async move {
                let _pass = gate.enter(priority).await;
                order.lock().unwrap().push(priority);
                sleep(SOON).await;
            })
        });
        sleep(SOON).await;
        drop(first);
        futures_util::future::join_all(waiting).await;
        let order = order.lock().unwrap().clone();
        assert!(order.is_sorted() && order.len() == kinds.len(), "{order:?}");
    }
}
