//! Where a profile's secret is at the moment: in the keyring, or with this process alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use secrecy::SecretString;

use crate::model::ProfileId;

use super::{Keyring, KeyringError, KeyringErrorKind};

/// The keyring, and the keys that are kept for this session only. Clones share both.
#[derive(Clone)]
pub struct Secrets {
    keyring: Keyring,
    session: Arc<Mutex<HashMap<ProfileId, SecretString>>>,
}

impl Secrets {
    /// Starts with no session keys.
    pub fn new(keyring: Keyring) -> Self {
        Self {
            keyring,
            session: Arc::default(),
        }
    }

    /// Keeps the secret until the process ends, and nowhere else.
    pub fn keep_for_session(&self, id: &ProfileId, secret: SecretString) {
        self.session().insert(id.clone(), secret);
    }

    /// Puts the secret into the keyring; a session key of the same profile is then forgotten.
    ///
    /// # Errors
    /// The keyring's, see [`Keyring::save`]. Nothing is kept then; the caller may offer
    /// [`keep_for_session`](Self::keep_for_session).
    pub async fn save(
        &self,
        id: &ProfileId,
        label: &str,
        secret: SecretString,
    ) -> Result<(), KeyringError> {
        self.keyring.save(id, label, secret).await?;
        self.session().remove(id);
        Ok(())
    }

    /// The profile's secret: the session's first, then the keyring's.
    ///
    /// # Errors
    /// The keyring's, see [`Keyring::load`].
    pub async fn get(&self, id: &ProfileId) -> Result<SecretString, KeyringError> {
        let kept = self.session().get(id).cloned();
        match kept {
            Some(secret) => Ok(secret),
            None => self.keyring.load(id).await,
        }
    }

    /// Forgets the secret in both places. Without a keyring there was only the session's.
    ///
    /// # Errors
    /// The keyring's, see [`Keyring::forget`]; the session key is gone in any case.
    pub async fn forget(&self, id: &ProfileId) -> Result<(), KeyringError> {
        let session_only = self.session().remove(id).is_some();
        match self.keyring.forget(id).await {
            Err(error) if session_only && error.kind == KeyringErrorKind::NoKeyring => Ok(()),
            ended => ended,
        }
    }

    /// The key that signs reports, see [`Keyring::signing_key`]. It is never kept for a session only.
    ///
    /// # Errors
    /// The keyring's.
    pub async fn signing_key(
        &self,
        make: fn() -> Option<SecretString>,
    ) -> Result<SecretString, KeyringError> {
        self.keyring.signing_key(Some(make)).await
    }

    /// Whether there is a key that signs reports; none is made.
    ///
    /// # Errors
    /// Why there is none, `NotFound` where the next report makes one.
    pub async fn has_signing_key(&self) -> Result<(), KeyringErrorKind> {
        let kept = self.keyring.signing_key(None).await;
        kept.map(drop).map_err(|error| error.kind)
    }

    /// Whether the secret is kept for this session only.
    pub fn is_session_only(&self, id: &ProfileId) -> bool {
        self.session().contains_key(id)
    }

    fn session(&self) -> MutexGuard<'_, HashMap<ProfileId, SecretString>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use pollster::block_on;
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn the_session_comes_first_and_a_saved_key_replaces_it() {
        let secrets = Secrets::new(Keyring::mock());
        let id = ProfileId("p".into());
        let shown = |secrets: &Secrets| {
            block_on(secrets.get(&id)).map(|secret| secret.expose_secret().to_owned())
        };
        assert_eq!(
            shown(&secrets).unwrap_err().kind,
            KeyringErrorKind::NotFound
        );

        block_on(secrets.save(&id, "Shop", "kept".into())).unwrap();
        secrets.keep_for_session(&id, "for now".into());
        assert!(secrets.is_session_only(&id));
        assert_eq!(shown(&secrets).unwrap(), "for now");

        block_on(secrets.save(&id, "Shop", "new".into())).unwrap();
        assert!(!secrets.is_session_only(&id));
        assert_eq!(shown(&secrets).unwrap(), "new");

        block_on(secrets.forget(&id)).unwrap();
        assert_eq!(
            shown(&secrets).unwrap_err().kind,
            KeyringErrorKind::NotFound
        );
    }

    #[test]
    fn a_session_key_is_forgotten_without_a_keyring() {
        let secrets = Secrets::new(Keyring::none());
        let id = ProfileId("p".into());
        assert_eq!(
            block_on(secrets.forget(&id)).unwrap_err().kind,
            KeyringErrorKind::NoKeyring
        );
        secrets.keep_for_session(&id, "for now".into());
        block_on(secrets.forget(&id)).unwrap();
        assert!(!secrets.is_session_only(&id));
    }
}
