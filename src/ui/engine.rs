//! The window's hands: one runtime for all I/O, and the channel on which it answers.
//!
//! The window sends intents and drains [`Event`]s once a frame; nothing here draws.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use egui::{ColorImage, Context};
use poll_promise::Promise;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use super::cached::{Caches, ReadList};
use super::files::View;
use crate::catalogue::{Arrangement, Arranger, Catalogue, Order, ProblemIndex, Query};
use crate::job::{self, Guard, Observer, Progress};
use crate::ledger::Ledger;
use crate::model::{
    Account, FileRow, GroupRow, ItemId, ItemKind, JobId, JobState, JobSummary, Plan, ProfileId,
    Settled, ThingRow, Time,
};
use crate::profile::{Profile, Secrets, VerifyErrorKind};
use crate::service::{self, Listing, Page, Service, ServiceError, each_page};

/// What a job says that ended by a fault of the program itself.
const BROKE_OFF: &str = "The job broke off by a fault of Tallyman's own. Nothing is lost: \
                         it can be checked and continued in the history.";

/// The same of one that was not written down yet.
const NEVER_BEGUN: &str = "The job did not begin, by a fault of Tallyman's own. Nothing was sent.";

/// Pages that may wait for the window.
pub(super) const PAGES_AHEAD: usize = 4;

/// A number that no other question of this program has. A profile that is edited gets new lists under its old
/// id: this tells an answer for them from one that the lists before had asked for.
pub fn question() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// An opened profile: its service, and whom the keys belong to.
#[derive(Clone)]
pub struct Session {
    /// The service.
    pub service: Arc<dyn Service>,
    /// As the service itself says.
    pub account: Account,
}

/// Why a profile could not be opened, and what to do next.
#[derive(Clone, Debug)]
pub struct OpenError {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// Whether a new key would help.
    pub about_keys: bool,
}

/// What the engine tells the window.
pub enum Event {
    /// A profile was opened, or not.
    Opened {
        /// Which.
        profile: ProfileId,
        /// The question.
        question: u64,
        /// How it went.
        result: Result<Session, OpenError>,
    },
    /// The kept list of a profile was read from disk.
    Cached {
        /// Of which profile.
        profile: ProfileId,
        /// The question.
        question: u64,
        /// The list with its newest upload, if there is one; or why it cannot be used.
        result: ReadList,
    },
    /// Files arrived.
    Files {
        /// Of which profile.
        profile: ProfileId,
        /// Of which listing.
        listing: Listing,
        /// Of which run of it.
        run: u64,
        /// The page.
        page: Page<FileRow>,
    },
    /// A listing of files ended.
    FilesEnded {
        /// Of which profile.
        profile: ProfileId,
        /// Which listing.
        listing: Listing,
        /// Which run of it.
        run: u64,
        /// How it went.
        result: Result<(), ServiceError>,
    },
    /// Files that a search found arrived.
    Found {
        /// Of which profile.
        profile: ProfileId,
        /// Of which run.
        run: u64,
        /// The page.
        page: Page<FileRow>,
    },
    /// A search ended.
    FoundEnded {
        /// Of which profile.
        profile: ProfileId,
        /// Which run.
        run: u64,
        /// How it went.
        result: Result<(), ServiceError>,
    },
    /// Groups arrived.
    Groups {
        /// Of which profile.
        profile: ProfileId,
        /// Of which run.
        run: u64,
        /// The page.
        page: Page<GroupRow>,
    },
    /// The listing of groups ended.
    GroupsEnded {
        /// Of which profile.
        profile: ProfileId,
        /// Which run.
        run: u64,
        /// How it went.
        result: Result<(), ServiceError>,
    },
    /// Renders or templates arrived.
    Things {
        /// Of which profile.
        profile: ProfileId,
        /// Which of the two.
        kind: ItemKind,
        /// Of which run.
        run: u64,
        /// The page.
        page: Page<ThingRow>,
    },
    /// The listing of renders or templates ended.
    ThingsEnded {
        /// Of which profile.
        profile: ProfileId,
        /// Which of the two.
        kind: ItemKind,
        /// Which run.
        run: u64,
        /// How it went.
        result: Result<(), ServiceError>,
    },
    /// A picture of a render or template was fetched and decoded, or cannot be had.
    ThingPicture {
        /// Of which profile.
        profile: ProfileId,
        /// Which of the two.
        kind: ItemKind,
        /// Of which.
        id: ItemId,
        /// Side asked for, in pixels.
        side: u32,
        /// The picture.
        image: Option<ColorImage>,
    },
    /// The table's order is ready.
    Arranged {
        /// Of which profile.
        profile: ProfileId,
        /// Of which view.
        view: View,
        /// The question.
        question: u64,
        /// The order.
        arrangement: Arrangement,
    },
    /// A picture was fetched and decoded, or cannot be had.
    Picture {
        /// Of which profile.
        profile: ProfileId,
        /// Of which file.
        id: ItemId,
        /// Side asked for, in pixels.
        side: u32,
        /// The picture.
        image: Option<ColorImage>,
    },
    /// A job was written into the ledger and starts.
    JobStarted {
        /// Of which profile.
        profile: ProfileId,
        /// Which.
        job: JobId,
    },
    /// How a job goes.
    Job(Progress),
    /// Items of a job that ended.
    Settled {
        /// Of which job.
        job: JobId,
        /// The items.
        settled: Vec<Settled>,
    },
    /// A job ended, was stopped or halted.
    JobEnded {
        /// Of which profile.
        profile: ProfileId,
        /// Which; `None` if it could not even be written down.
        job: Option<JobId>,
        /// The end, or why there is none.
        result: Result<Box<JobSummary>, String>,
    },
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

    /// Opens a profile: secret, service, account.
    pub fn open(&self, profile: Profile, secrets: Secrets, question: u64) {
        let tell = self.teller();
        self.runtime().spawn(async move {
            let result = open_session(&profile, &secrets).await;
            tell.say(Event::Opened {
                profile: profile.id,
                question,
                result,
            });
        });
    }

    /// Lists files; pages arrive as events. What was uploaded at `newer` or later comes first, if it is given.
    pub fn list(
        &self,
        profile: ProfileId,
        service: Arc<dyn Service>,
        (listing, newer): (Listing, Option<Time>),
        run: u64,
        stop: CancellationToken,
    ) {
        let tell = self.teller();
        self.runtime().spawn(async move {
            let list = async |pages| {
                if let Some(than) = newer {
                    list_newest(&*service, than, &pages).await;
                }
                service.list(listing, pages).await
            };
            let listed = each_page(PAGES_AHEAD, list, |page| {
                tell.say(Event::Files {
                    profile: profile.clone(),
                    listing,
                    run,
                    page,
                });
            });
            if let Some(result) = stop.run_until_cancelled(listed).await {
                tell.say(Event::FilesEnded {
                    profile: profile.clone(),
                    listing,
                    run,
                    result,
                });
            }
        });
    }

    /// Has the service search; pages arrive as events.
    pub fn search(
        &self,
        profile: ProfileId,
        service: Arc<dyn Service>,
        query: String,
        run: u64,
        stop: CancellationToken,
    ) {
        let tell = self.teller();
        self.runtime().spawn(async move {
            let search = |pages| service.search(&query, pages);
            let searched = each_page(PAGES_AHEAD, search, |page| {
                let profile = profile.clone();
                tell.say(Event::Found { profile, run, page });
            });
            if let Some(result) = stop.run_until_cancelled(searched).await {
                let profile = profile.clone();
                tell.say(Event::FoundEnded {
                    profile,
                    run,
                    result,
                });
            }
        });
    }

    /// Lists groups; pages arrive as events.
    pub fn list_groups(&self, profile: ProfileId, service: Arc<dyn Service>, run: u64) {
        let tell = self.teller();
        self.runtime().spawn(async move {
            let list = |pages| service.groups(pages);
            let result = each_page(PAGES_AHEAD, list, |page| {
                tell.say(Event::Groups {
                    profile: profile.clone(),
                    run,
                    page,
                });
            })
            .await;
            tell.say(Event::GroupsEnded {
                profile: profile.clone(),
                run,
                result,
            });
        });
    }

    /// Filters and sorts off the window's thread.
    pub fn arrange(
        &self,
        profile: ProfileId,
        (view, question): (View, u64),
        (catalogue, problems): (Catalogue, ProblemIndex),
        query: Query,
        (arranger, order): (Arc<Arranger>, Order),
    ) {
        let tell = self.teller();
        self.runtime().spawn_blocking(move || {
            let arrangement = arranger.arrange(&catalogue, &query, order, &problems);
            tell.say(Event::Arranged {
                profile,
                view,
                question,
                arrangement,
            });
        });
    }

    /// Fetches and decodes a picture; a picture that cannot be had is told too.
    pub fn picture(
        &self,
        profile: ProfileId,
        service: Arc<dyn Service>,
        id: ItemId,
        side: u32,
        stop: CancellationToken,
    ) {
        let tell = self.teller();
        self.runtime().spawn(async move {
            let fetch = stop.run_until_cancelled(service.thumbnail(&id, side)).await;
            let Some(bytes) = fetch else { return };
            let image = match bytes {
                Ok(bytes) => {
                    tokio::task::spawn_blocking(move || super::pictures::decode(&bytes, side))
                        .await
                        .unwrap_or(None)
                }
                Err(_) => None,
            };
            tell.say(Event::Picture {
                profile,
                id,
                side,
                image,
            });
        });
    }

    /// Writes a plan into the ledger and runs it.
    pub fn start_job(
        &self,
        session: Session,
        ledger: Arc<Ledger>,
        (plan, newest, keep): (Plan, Catalogue, Guard),
        stop: CancellationToken,
    ) {
        let tell = self.teller();
        let profile = plan.source.profile.clone();
        self.runtime().spawn(async move {
            let plan = tokio::task::spawn_blocking(move || held(plan, &newest, &keep)).await;
            let Ok(plan) = plan else {
                return tell.say(Event::JobEnded {
                    profile,
                    job: None,
                    result: Err(NEVER_BEGUN.to_owned()),
                });
            };
            let engine = job::Engine {
                service: session.service,
                ledger,
            };
            match engine.start(&plan).await {
                Ok(job) => run_job(engine, profile, (job, None), stop, tell).await,
                Err(error) => tell.say(Event::JobEnded {
                    profile,
                    job: None,
                    result: Err(error.to_string()),
                }),
            }
        });
    }

    /// Continues a job that was cut off, stopped or halted.
    pub fn continue_job(
        &self,
        session: Session,
        ledger: Arc<Ledger>,
        profile: ProfileId,
        (job, keep): (JobId, Guard),
        stop: CancellationToken,
    ) {
        let tell = self.teller();
        self.runtime().spawn(async move {
            let engine = job::Engine {
                service: session.service,
                ledger,
            };
            run_job(engine, profile, (job, Some(keep)), stop, tell).await;
        });
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

/// The plan without what changed in the list since it was made, or came onto the keep list.
fn held(plan: Plan, newest: &Catalogue, keep: &Guard) -> Plan {
    let verb = plan.verb;
    plan.guarded(|items| {
        job::hold_changed(verb, newest, items);
        keep.mark(verb, newest, items);
    })
}

async fn run_job(
    engine: job::Engine,
    profile: ProfileId,
    (job, keep): (JobId, Option<Guard>),
    stop: CancellationToken,
    tell: Teller,
) {
    tell.say(Event::JobStarted {
        profile: profile.clone(),
        job,
    });
    let observer = Arc::new(Watcher { tell: tell.clone() });
    // A task of its own: if it breaks, the window still hears of the job's end.
    let ledger = engine.ledger.clone();
    let running = tokio::spawn(async move {
        match keep {
            Some(keep) => engine.go_on(job, keep, stop, observer).await,
            None => engine.run(job, stop, observer).await,
        }
    });
    let result = match running.await {
        Ok(Ok(summary)) => Ok(summary),
        Ok(Err(error)) => halted(&ledger, job).ok_or_else(|| error.to_string()),
        Err(_) => Err(BROKE_OFF.to_owned()),
    };
    tell.say(Event::JobEnded {
        profile,
        job: Some(job),
        result: result.map(Box::new),
    });
}

/// A job that was halted before it could end, as the ledger has it.
fn halted(ledger: &Ledger, job: JobId) -> Option<JobSummary> {
    let summary = ledger.summary(job).ok()?;
    (summary.state == JobState::Halted).then_some(summary)
}

/// Hands on the newest pages, until one has older files too. What goes wrong here, goes wrong again in the
/// whole listing and is told there.
async fn list_newest(
    service: &dyn Service,
    than: Time,
    pages: &tokio::sync::mpsc::Sender<Page<FileRow>>,
) {
    let (newest, mut arrived) = tokio::sync::mpsc::channel::<Page<FileRow>>(PAGES_AHEAD);
    let hand_on = async move {
        while let Some(mut page) = arrived.recv().await {
            let older = |row: &FileRow| row.uploaded.is_some_and(|at| at < than);
            let enough = page.rows.iter().any(older);
            page.total = None;
            if pages.send(page).await.is_err() || enough {
                return;
            }
        }
    };
    drop(tokio::join!(service.list_newer(than, newest), hand_on));
}

async fn open_session(profile: &Profile, secrets: &Secrets) -> Result<Session, OpenError> {
    let secret = secrets.get(&profile.id).await.map_err(|error| OpenError {
        message: error.message.clone(),
        hint: String::new(),
        about_keys: true,
    })?;
    let credentials = profile.credentials(secret);
    let account = crate::profile::verify(&credentials)
        .await
        .map_err(|error| OpenError {
            about_keys: matches!(
                error.kind,
                VerifyErrorKind::UnknownKey
                    | VerifyErrorKind::WrongSecret
                    | VerifyErrorKind::Forbidden
            ),
            message: error.message,
            hint: error.hint,
        })?;
    let service = service::open(&credentials).map_err(|error| OpenError {
        message: error.message,
        hint: "Check the profile's settings.".to_owned(),
        about_keys: false,
    })?;
    Ok(Session { service, account })
}

#[derive(Clone)]
pub(super) struct Teller {
    ctx: Context,
    sender: Sender<Event>,
}

impl Teller {
    /// A window that is gone hears nothing, and nobody minds.
    pub(super) fn say(&self, event: Event) {
        let _ = self.sender.send(event);
        self.ctx.request_repaint();
    }
}

/// Passes on what a job tells; how often it tells is the job's own care.
struct Watcher {
    tell: Teller,
}

impl Observer for Watcher {
    fn progress(&self, progress: &Progress) {
        self.tell.say(Event::Job(progress.clone()));
    }

    fn settled(&self, job: JobId, settled: &[Settled]) {
        self.tell.say(Event::Settled {
            job,
            settled: settled.to_vec(),
        });
    }
}
