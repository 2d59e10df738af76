//! A service for the tests of this room: files in memory, and trouble on demand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::fixture;
use crate::model::{
    Account, FileDetails, FileRow, GroupDetails, GroupRow, ItemId, ServiceKind, Time, Verb,
};
use crate::service::{
    Answered, BatchAnswer, CallMeta, Capabilities, ErrorKind, Fact, Gate, Listing, Page, Pass,
    Seen, Service, ServiceError, Target, Work,
};

/// What happens to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing: it works.
    None,
    /// It fails like this; nothing is done.
    Before(ErrorKind),
    /// It is done, and then fails like this.
    After(ErrorKind),
    /// It fails as if lost, and is done this long after that.
    Late(Duration),
    /// It is done, and the answer names only every third id.
    Names3rd,
    /// It is refused as a whole without a name.
    Refused,
}

/// What the service keeps of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    pub stored: Option<Time>,
    pub removed: Option<Time>,
    pub locked: bool,
}

/// What decides: the number of the call, counted from 0, and its ids.
type Script = Box<dyn Fn(usize, &[ItemId]) -> Trouble + Send + Sync>;

#[derive(Default)]
struct State {
    files: BTreeMap<ItemId, Kept>,
    batches: Vec<Vec<ItemId>>,
    rereads: usize,
    clock: i64,
}

pub struct Fake {
    can: Capabilities,
    gate: Gate,
    state: Arc<Mutex<State>>,
    account: Mutex<Account>,
    script: Mutex<Script>,
    reads: Mutex<Script>,
    pub latency: Duration,
}

impl Fake {
    pub fn new(files: usize, repeatable: bool) -> Self {
        let files = (0..files).map(|n| (fixture::id(n), Kept::default()));
        let state = State {
            files: files.collect(),
            ..State::default()
        };
        Self {
            can: Capabilities {
                verbs: &[Verb::Store, Verb::Delete, Verb::Restore],
                batch_limit: 10,
                groups: false,
                removed_list: false,
                restore: true,
                repeatable: if repeatable { &Verb::ALL } else { &[] },
                unstored: true,
                ..Capabilities::PLAIN
            },
            gate: Gate::new(4, 4),
            state: Arc::new(Mutex::new(state)),
            account: Mutex::new(fixture::source().account),
            script: Mutex::new(Box::new(|_, _| Trouble::None)),
            reads: Mutex::new(Box::new(|_, _| Trouble::None)),
            latency: Duration::from_millis(1),
        }
    }

    /// With calls of one item, as for verbs that look first.
    pub fn one_by_one(mut self) -> Self {
        self.can.batch_limit = 1;
        self
    }

    pub fn on_batch(&self, script: impl Fn(usize, &[ItemId]) -> Trouble + Send + Sync + 'static) {
        *self.script.lock().unwrap() = Box::new(script);
    }

    pub fn on_read(&self, script: impl Fn(usize, &[ItemId]) -> Trouble + Send + Sync + 'static) {
        *self.reads.lock().unwrap() = Box::new(script);
    }

    pub fn heal(&self) {
        self.on_batch(|_, _| Trouble::None);
        self.on_read(|_, _| Trouble::None);
    }

    pub fn set_account(&self, key: &str) {
        self.account.lock().unwrap().key = key.into();
    }

    pub fn lock(&self, n: usize) {
        let mut state = self.state();
        state.files.get_mut(&fixture::id(n)).unwrap().locked = true;
    }

    /// Somebody else deletes a file.
    pub fn remove(&self, n: usize) {
        let mut state = self.state();
        state.act(Verb::Delete, &[fixture::id(n)]);
    }

    pub fn kept(&self, id: &ItemId) -> Option<Kept> {
        self.state().files.get(id).cloned()
    }

    pub fn batches(&self) -> usize {
        self.state().batches.len()
    }

    pub fn rereads(&self) -> usize {
        self.state().rereads
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl State {
    fn act(&mut self, verb: Verb, ids: &[ItemId]) -> Vec<(ItemId, Fact)> {
        self.clock += 1;
        let at = Time(self.clock);
        let one = |id: &ItemId| {
            let fact = match self.files.get_mut(id) {
                None => Fact::Absent {
                    words: "Missing in the project".into(),
                },
                Some(file) if file.locked => Fact::Refused {
                    words: "Locked".into(),
                },
                Some(file) => Fact::Done {
                    at: file.apply(verb, at),
                },
            };
            (id.clone(), fact)
        };
        ids.iter().map(one).collect()
    }
}

impl Kept {
    fn apply(&mut self, verb: Verb, at: Time) -> Option<Time> {
        if verb == Verb::Delete {
            self.stored = None;
            return Some(*self.removed.get_or_insert(at));
        }
        self.removed = None;
        Some(*self.stored.get_or_insert(at))
    }
}

fn failed<T>(kind: ErrorKind) -> Result<Answered<T>, ServiceError> {
    let mut error = ServiceError::new(kind, format!("{kind:?}."));
    error.meta = meta(kind);
    Err(error)
}

fn meta(kind: ErrorKind) -> CallMeta {
    let (status, attempts) = match kind {
        ErrorKind::Unreachable | ErrorKind::Stopped => (None, 0),
        ErrorKind::Unauthenticated | ErrorKind::Clock => (Some(401), 1),
        ErrorKind::NotTried => (Some(500), 0),
        _ => (None, 1),
    };
    CallMeta {
        status,
        attempts,
        ..CallMeta::default()
    }
}

fn answered<T>(value: T) -> Result<Answered<T>, ServiceError> {
    let meta = CallMeta {
        status: Some(200),
        attempts: 1,
        ..CallMeta::default()
    };
    Ok(Answered { value, meta })
}

#[async_trait]
impl Service for Fake {
    fn kind(&self) -> ServiceKind {
        ServiceKind::Uploadcare
    }

    fn api_base(&self) -> String {
        String::new()
    }

    fn can(&self) -> &Capabilities {
        &self.can
    }

    fn gate(&self) -> &Gate {
        &self.gate
    }

    async fn account(&self) -> Result<Account, ServiceError> {
        match self.account.lock().unwrap().clone() {
            gone if gone.key.is_empty() => {
                Err(ServiceError::new(ErrorKind::Unauthenticated, "refused"))
            }
            account => Ok(account),
        }
    }

    async fn list(&self, _: Listing, _: mpsc::Sender<Page<FileRow>>) -> Result<(), ServiceError> {
        unreachable!("a job lists nothing")
    }

    async fn groups(&self, _: mpsc::Sender<Page<GroupRow>>) -> Result<(), ServiceError> {
        unreachable!("a job lists nothing")
    }

    async fn group(&self, _: &ItemId) -> Result<GroupDetails, ServiceError> {
        unreachable!("a job shows nothing")
    }

    async fn details(&self, _: &ItemId) -> Result<FileDetails, ServiceError> {
        unreachable!("a job shows nothing")
    }

    async fn thumbnail(&self, _: &ItemId, _: u32) -> Result<Vec<u8>, ServiceError> {
        unreachable!("a job shows nothing")
    }

    fn file_url(&self, _: &ItemId) -> Option<String> {
        None
    }

    async fn batch(
        &self,
        pass: Pass,
        work: &Work,
        items: &[Target],
        stop: &CancellationToken,
    ) -> Result<Answered<BatchAnswer>, ServiceError> {
        let ids: Vec<ItemId> = items.iter().map(|item| item.id.clone()).collect();
        if stop.is_cancelled() {
            return failed(ErrorKind::Stopped);
        }
        let number = self.batches();
        self.state().batches.push(ids.to_vec());
        let trouble = (self.script.lock().unwrap())(number, &ids);
        tokio::time::sleep(self.latency).await;
        if let Trouble::Before(kind) = trouble {
            return failed(kind);
        }
        if let Trouble::Late(late) = trouble {
            let (state, verb, ids) = (Arc::clone(&self.state), work.verb, ids.clone());
            tokio::spawn(async move {
                tokio::time::sleep(late).await;
                state.lock().unwrap().act(verb, &ids);
            });
            return failed(ErrorKind::Lost);
        }
        if trouble == Trouble::Refused {
            return answered(BatchAnswer::RefusedWhole {
                named: Vec::new(),
                words: "Bad request".into(),
            });
        }
        let mut facts = self.state().act(work.verb, &ids);
        tokio::time::sleep(self.latency).await;
        drop(pass);
        match trouble {
            Trouble::After(kind) => failed(kind),
            Trouble::Names3rd => {
                let mut place = 0;
                facts.retain(|_| {
                    place += 1;
                    place % 3 == 0
                });
                answered(BatchAnswer::Evidence(facts))
            }
            _ => answered(BatchAnswer::Evidence(facts)),
        }
    }

    async fn reread(
        &self,
        _pass: Pass,
        _work: &Work,
        item: &Target,
        _stop: &CancellationToken,
    ) -> Result<Answered<Seen>, ServiceError> {
        let id = &item.id;
        let number = self.rereads();
        self.state().rereads += 1;
        let trouble = (self.reads.lock().unwrap())(number, std::slice::from_ref(id));
        tokio::time::sleep(self.latency).await;
        if let Trouble::Before(kind) | Trouble::After(kind) = trouble {
            return failed(kind);
        }
        answered(match self.kept(id) {
            None => Seen::Absent {
                words: "Not found.".into(),
            },
            Some(kept) => Seen::File(Box::new(FileRow {
                stored: kept.stored,
                removed: kept.removed,
                ..FileRow::unknown(id.clone())
            })),
        })
    }
}
