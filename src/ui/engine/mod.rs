//! The window's hands: one runtime for all I/O, and the channel on which it answers.
//!
//! The window sends intents and drains [`Event`]s once a frame; nothing here draws.

mod event;
mod jobs;
mod lists;
mod session;

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use egui::Context;
use poll_promise::Promise;
use tokio::runtime::Runtime;

use crate::ui::cached::Caches;

pub use event::Event;
use event::Teller;
pub use session::{OpenError, Session};

/// Pages that may wait for the window.
pub(super) const PAGES_AHEAD: usize = 4;

/// A number that no other question of this program has. A profile that is edited gets new lists under its old
/// id: this tells an answer for them from one that the lists before had asked for.
pub fn question() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// One runtime, one channel, one window to wake.
pub struct Engine {
    runtime: Option<Runtime>,
    ctx: Context,
    sender: Sender<Event>,
    receiver: Receiver<Event>,
    /// Where lists are kept from one start to the next.
    pub caches: Caches,
}

impl Engine {
    /// Starts the runtime.
    ///
    /// # Errors
    /// If the system gives no threads.
    pub fn new(ctx: Context) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("tallyman-io")
            .enable_all()
            .build()?;
        let (sender, receiver) = channel();
        Ok(Self {
            runtime: Some(runtime),
            ctx,
            sender,
            receiver,
            caches: Caches::default(),
        })
    }

    pub(super) fn runtime(&self) -> &Runtime {
        self.runtime
            .as_ref()
            .expect("the runtime lives until the engine is dropped")
    }

    /// Events that arrived, until `budget` is spent. More may wait: ask again in the next frame.
    pub fn drain(&self, budget: Duration, mut take: impl FnMut(Event)) {
        let start = Instant::now();
        while let Ok(event) = self.receiver.try_recv() {
            take(event);
            if start.elapsed() > budget {
                self.ctx.request_repaint();
                return;
            }
        }
    }

    /// Runs a future and wakes the window with its answer.
    pub fn ask<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Promise<T> {
        let (sender, promise) = Promise::new();
        let ctx = self.ctx.clone();
        self.runtime().spawn(async move {
            sender.send(future.await);
            ctx.request_repaint();
        });
        promise
    }

    /// Runs blocking work off the window's thread and wakes the window with its answer.
    pub fn ask_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Promise<T> {
        let (sender, promise) = Promise::new();
        let ctx = self.ctx.clone();
        self.runtime().spawn_blocking(move || {
            sender.send(work());
            ctx.request_repaint();
        });
        promise
    }

    /// Runs blocking work off the window's thread; nobody waits for it.
    pub fn run_blocking(&self, work: impl FnOnce() + Send + 'static) {
        self.runtime().spawn_blocking(work);
    }

    /// Runs blocking work off the window's thread; what it tells arrives like all else.
    pub fn tell_blocking(&self, work: impl FnOnce() -> Event + Send + 'static) {
        let tell = self.teller();
        self.run_blocking(move || tell.say(work()));
    }

    /// Runs a future to its end on this thread. For start-up and tests only.
    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime().block_on(future)
    }

    pub(super) fn teller(&self) -> Teller {
        Teller {
            ctx: self.ctx.clone(),
            sender: self.sender.clone(),
        }
    }
}

impl Drop for Engine {
    /// Calls in flight get two seconds to end; what is left is settled at the next start.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(2));
        }
    }
}
