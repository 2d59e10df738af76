//! How much of its plan the open account has used: asked now and then, shown with its time.

use poll_promise::Promise;

use super::engine::{Engine, Session};
use crate::model::Usage;
use crate::service::ServiceError;

/// The newest figure, and the question for a newer one.
#[derive(Default)]
pub struct UsageState {
    shown: Option<Usage>,
    asking: Option<Promise<Result<Option<Usage>, ServiceError>>>,
}

impl UsageState {
    /// Asks the service, unless that is under way.
    pub fn ask(&mut self, engine: &Engine, session: &Session) {
        if self.asking.is_none() {
            let service = session.service.clone();
            self.asking = Some(engine.ask(async move { service.usage().await }));
        }
    }

    /// Takes an answer in. A service that cannot be asked leaves the older figure, which tells its time.
    pub fn tidy(&mut self) {
        let Some(promise) = self.asking.take() else {
            return;
        };
        match promise.try_take() {
            Ok(Ok(usage)) => self.shown = usage,
            Ok(Err(_)) => {}
            Err(waiting) => self.asking = Some(waiting),
        }
    }

    /// The newest figure.
    pub fn shown(&self) -> Option<&Usage> {
        self.shown.as_ref()
    }
}
