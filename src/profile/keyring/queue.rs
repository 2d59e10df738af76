//! Two threads: one keeps the queue and the patience, one makes the calls and may be stuck in one.
//!
//! A call that takes too long, or that nobody waits for any more, is left to itself: its thread is
//! given up and ends when the call does, if ever. Neither thread holds up the end of the process.

use std::convert::Infallible;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::store::{Backend, Connection};

/// How often a wait looks whether anybody still wants the answer.
const LOOK: Duration = Duration::from_millis(50);

/// A call; it tells its answer by itself.
pub(super) type Task = Box<dyn FnOnce(&mut Connection) + Send>;

/// One question to the keyring.
pub(super) struct Request {
    pub(super) task: Task,
    /// Closed by an asker that is gone; dropped here when the question is given up.
    pub(super) asker: oneshot::Sender<Infallible>,
}

/// The way into the queue. Clones lead to the same one.
#[derive(Clone)]
pub(super) struct Queue {
    start: Arc<(Backend, Duration)>,
    sender: Arc<Mutex<Option<Sender<Request>>>>,
}

impl Queue {
    /// A queue whose threads start at the first request.
    pub(super) fn new(backend: Backend, patience: Duration) -> Self {
        Self {
            start: Arc::new((backend, patience)),
            sender: Arc::default(),
        }
    }

    /// Adds a request; it is dropped, and so given up, where no thread can be had.
    pub(super) fn push(&self, request: Request) {
        let mut sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        let open = match sender.take().or_else(|| self.open()) {
            Some(open) => sender.insert(open),
            None => return,
        };
        if open.send(request).is_err() {
            *sender = None;
        }
    }

    fn open(&self) -> Option<Sender<Request>> {
        let (sender, requests) = channel();
        let start = self.start.clone();
        thread::Builder::new()
            .name("keyring".into())
            .spawn(move || serve(&start.0, start.1, &requests))
            .ok()?;
        Some(sender)
    }
}

/// Hands one request after another to the calling thread, and gives up on it where it must.
fn serve(backend: &Backend, patience: Duration, requests: &Receiver<Request>) {
    let mut caller = None;
    for Request { task, asker } in requests {
        if asker.is_closed() {
            continue;
        }
        let Some(current) = caller.take().or_else(|| Caller::start(backend)) else {
            continue;
        };
        if current.tasks.send(task).is_ok() && current.is_over(&asker, patience) {
            caller = Some(current);
        }
    }
}

/// The thread that makes the calls, one after the other on one connection.
struct Caller {
    tasks: Sender<Task>,
    ended: Receiver<()>,
}

impl Caller {
    fn start(backend: &Backend) -> Option<Self> {
        let (tasks, todo) = channel::<Task>();
        let (done, ended) = channel();
        let mut connection = Connection::new(backend.clone());
        let work = move || {
            for task in todo {
                task(&mut connection);
                if done.send(()).is_err() {
                    break;
                }
            }
        };
        thread::Builder::new()
            .name("keyring-call".into())
            .spawn(work)
            .ok()?;
        Some(Self { tasks, ended })
    }

    /// Waits for the call as long as there is patience and somebody who asks. Whether it ended.
    fn is_over(&self, asker: &oneshot::Sender<Infallible>, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.ended.recv_timeout(left.min(LOOK)) {
                Ok(()) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) if left.is_zero() || asker.is_closed() => {
                    return false;
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}
