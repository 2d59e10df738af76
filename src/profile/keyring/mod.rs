//! The operating system's keyring, asked from threads of its own.
//!
//! A keyring call can block without limit (a prompt, a frozen daemon). So no caller ever waits in
//! one: it awaits an answer that comes, or that is given up after [`Keyring::PATIENCE`], or that
//! nobody wants any more once its future is dropped.

mod error;
mod queue;
mod store;

use std::time::Duration;

use futures_util::future::{Either, select};
use secrecy::SecretString;
use tokio::sync::oneshot;

use crate::model::ProfileId;

pub use error::{KeyringError, KeyringErrorKind};

use queue::{Queue, Request};
use store::{Backend, Connection};

/// The service under which every secret of Tallyman is kept; the user is the profile's id.
pub const KEYRING_SERVICE: &str = "dev.tallyman";

/// The service under which the key is kept that signs reports: a profile's id never leads there.
pub const SIGNING_SERVICE: &str = "dev.tallyman.signing";

/// A cheap handle; clones share one queue and one connection.
#[derive(Clone)]
pub struct Keyring {
    queue: Queue,
}

impl Keyring {
    /// How long one call may take. Long, since a keyring's own prompt may be open meanwhile and
    /// cannot be told from silence: a window says "Waiting for your keyring…" and offers to cancel.
    pub const PATIENCE: Duration = Duration::from_secs(60);

    /// How long a report waits for its signing key. Shorter: it can be written without, and again later.
    pub const SIGNING_PATIENCE: Duration = Duration::from_secs(20);

    /// The keyring of this system. Connects at the first call, and again whenever it was lost.
    pub fn system() -> Self {
        Self::on(Backend::system(), Self::PATIENCE)
    }

    /// A keyring in memory, shared by clones of this handle: for tests and the demo.
    pub fn mock() -> Self {
        Self::on(Backend::memory(), Self::PATIENCE)
    }

    /// A system that has no keyring: every call says so.
    pub fn none() -> Self {
        Self::on(Backend::missing(), Self::PATIENCE)
    }

    fn on(backend: Backend, patience: Duration) -> Self {
        Self {
            queue: Queue::new(backend, patience),
        }
    }

    /// Keeps the secret, shown in the keyring's own program as `Tallyman: LABEL`, and reads it back.
    ///
    /// A future that is dropped before its call began leaves the keyring as it was; one dropped
    /// while a prompt is open may still be carried out when the prompt is answered.
    ///
    /// # Errors
    /// Any [`KeyringErrorKind`]; `Other` where what was read back is not what was written.
    pub async fn save(
        &self,
        id: &ProfileId,
        label: &str,
        secret: SecretString,
    ) -> Result<(), KeyringError> {
        let (id, label) = (id.clone(), format!("Tallyman: {label}"));
        self.ask(move |connection| connection.save(&id, &label, &secret))
            .await
    }

    /// The secret of a profile.
    ///
    /// # Errors
    /// Any [`KeyringErrorKind`]; `NotFound` where none was kept, or there is no default keyring yet.
    pub async fn load(&self, id: &ProfileId) -> Result<SecretString, KeyringError> {
        let id = id.clone();
        self.ask(move |connection| connection.load(&id)).await
    }

    /// Removes the secret of a profile; every one, should there be more than one. None is no error.
    ///
    /// # Errors
    /// Any [`KeyringErrorKind`] but `NotFound`.
    pub async fn forget(&self, id: &ProfileId) -> Result<(), KeyringError> {
        let id = id.clone();
        self.ask(move |connection| connection.forget(&id)).await
    }

    /// The key that signs reports. Where none is kept yet, `make` gives one, which is kept first;
    /// without `make` that is an error. To be awaited in a runtime with timers.
    ///
    /// # Errors
    /// Any [`KeyringErrorKind`]; `NoAnswer` after [`SIGNING_PATIENCE`](Self::SIGNING_PATIENCE). Nothing
    /// that could sign is handed out then.
    pub async fn signing_key(
        &self,
        make: Option<fn() -> Option<SecretString>>,
    ) -> Result<SecretString, KeyringError> {
        let asked = self.ask(move |connection| connection.signing_key(make));
        tokio::time::timeout(Self::SIGNING_PATIENCE, asked)
            .await
            .unwrap_or_else(|_| Err(KeyringError::of(KeyringErrorKind::NoAnswer)))
    }

    /// Queues the question. Its answer comes by one channel; the other closes when it is given up.
    async fn ask<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Connection) -> Result<T, KeyringError> + Send + 'static,
    ) -> Result<T, KeyringError> {
        let (answer, answered) = oneshot::channel();
        let (asker, given_up) = oneshot::channel();
        // An asker that is gone by then is no error.
        let task = Box::new(move |connection: &mut Connection| drop(answer.send(act(connection))));
        self.queue.push(Request { task, asker });
        match select(answered, given_up).await {
            Either::Left((Ok(answer), _)) => answer,
            _ => Err(KeyringError::of(KeyringErrorKind::NoAnswer)),
        }
    }
}

#[cfg(test)]
mod tests;
