//! A change of a folder that the service works on by itself: asked after until it is done.

use std::time::{Duration, Instant};

use egui::Context;
use poll_promise::Promise;

use super::super::engine::{Engine, Session};
use crate::model::{FolderChange, FolderJob, text};
use crate::service::ServiceError;

/// How long to wait before the first and before the later questions.
const WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));

/// What is said of a change whose beginning was not answered.
const MAYBE: &str =
    "It may have begun all the same: the list is read again and shows what is there.";

/// Where a change stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeState {
    /// The service is being told.
    Sending,
    /// The service is at it.
    Pending,
    /// It is done.
    Completed,
    /// It is done but for something: the service's words.
    Partial(String),
    /// The service refused it, or could not be asked: its words.
    Failed(String),
}

/// A change of a folder.
pub struct Change {
    /// What is done, in words: `Moving /a into /b`.
    pub words: String,
    /// Where it stands.
    pub state: ChangeState,
    job: Option<String>,
    sending: Option<Promise<Result<String, ServiceError>>>,
    asking: Option<Promise<Result<FolderJob, ServiceError>>>,
    next: Instant,
    wait: Duration,
}

impl Change {
    /// Tells the service to begin.
    pub fn begin(engine: &Engine, session: &Session, change: FolderChange) -> Self {
        let (service, words) = (session.service.clone(), words(&change));
        Self {
            words,
            state: ChangeState::Sending,
            job: None,
            sending: Some(engine.ask(async move { service.change_folder(&change).await })),
            asking: None,
            next: Instant::now(),
            wait: WAITS.0,
        }
    }

    /// Whether the service is still at it.
    pub fn is_open(&self) -> bool {
        matches!(self.state, ChangeState::Sending | ChangeState::Pending)
    }

    /// Takes answers in and asks again when it is time. `true` once the folders are not what they were.
    pub fn tick(&mut self, ctx: &Context, engine: &Engine, session: Option<&Session>) -> bool {
        let changed = self.take_begun() | self.take_answer();
        let (Some(job), Some(session), true) = (&self.job, session, self.is_open()) else {
            return changed;
        };
        if self.asking.is_none() {
            let now = Instant::now();
            if now < self.next {
                ctx.request_repaint_after(self.next - now);
            } else {
                let (service, job) = (session.service.clone(), job.clone());
                self.asking = Some(engine.ask(async move { service.folder_job(&job).await }));
            }
        }
        changed
    }

    /// `true` if the folders may not be what they were although nobody said so.
    fn take_begun(&mut self) -> bool {
        let Some(sending) = self.sending.take() else {
            return false;
        };
        match sending.try_take() {
            Ok(Ok(job)) => {
                self.job = Some(job);
                self.state = ChangeState::Pending;
                self.next = Instant::now() + self.wait;
            }
            Ok(Err(error)) if error.nothing_done() => {
                self.state = ChangeState::Failed(error.message);
            }
            Ok(Err(error)) => {
                let words = format!("{}. {MAYBE}", error.message.trim_end_matches('.'));
                self.state = ChangeState::Failed(words);
                return true;
            }
            Err(sending) => self.sending = Some(sending),
        }
        false
    }

    fn take_answer(&mut self) -> bool {
        let Some(asking) = self.asking.take() else {
            return false;
        };
        match asking.try_take() {
            Ok(Ok(FolderJob::Pending)) => {
                self.wait = (self.wait * 3 / 2).min(WAITS.1);
                self.next = Instant::now() + self.wait;
                false
            }
            Ok(Ok(FolderJob::Done)) => {
                self.state = ChangeState::Completed;
                true
            }
            Ok(Ok(FolderJob::Partly(words))) => {
                self.state = ChangeState::Partial(words);
                true
            }
            Ok(Err(error)) => {
                // The change may have been made all the same: what is there now is listed again.
                self.state = ChangeState::Failed(error.message);
                true
            }
            Err(asking) => {
                self.asking = Some(asking);
                false
            }
        }
    }
}

fn words(change: &FolderChange) -> String {
    let path = |path: &str| text::visible(path).into_owned();
    match change {
        FolderChange::Copy { from, to, .. } => format!("Copying {} into {}", path(from), path(to)),
        FolderChange::Move { from, to } => format!("Moving {} into {}", path(from), path(to)),
        FolderChange::Rename { from, name, .. } => {
            format!("Renaming {} to {}", path(from), path(name))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::ErrorKind;

    #[test]
    fn a_change_whose_answer_was_lost_may_have_begun() {
        for (kind, maybe) in [(ErrorKind::Lost, true), (ErrorKind::Refused, false)] {
            let error = ServiceError::new(kind, "No answer.");
            let mut change = Change {
                words: String::new(),
                state: ChangeState::Sending,
                job: None,
                sending: Some(Promise::from_ready(Err(error))),
                asking: None,
                next: Instant::now(),
                wait: WAITS.0,
            };
            assert_eq!(change.take_begun(), maybe, "{kind:?}");
            let ChangeState::Failed(words) = change.state else {
                panic!("{:?}", change.state);
            };
            assert_eq!(words.contains("may have begun"), maybe, "{words}");
        }
    }
}
