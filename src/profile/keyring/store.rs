//! The stores behind the keyring, one a platform, and what is done to one entry of them.

use std::collections::HashMap;
use std::sync::Arc;

use keyring::{CredentialStore, Entry, Error, Result};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::model::ProfileId;

use super::error::{KeyringError, KeyringErrorKind, explain};
use super::{KEYRING_SERVICE, SIGNING_SERVICE};

/// Where one secret is kept.
struct Place<'a> {
    service: &'a str,
    user: &'a str,
    /// What the keyring's own program calls a new entry.
    label: &'a str,
}

impl<'a> Place<'a> {
    fn of(id: &'a ProfileId, label: &'a str) -> Self {
        Self {
            service: KEYRING_SERVICE,
            user: &id.0,
            label,
        }
    }

    /// A service of its own: no profile, whatever its id, ever gets at it.
    const SIGNING: Self = Self {
        service: SIGNING_SERVICE,
        user: "reports",
        label: "Tallyman: key that signs reports",
    };
}

type Connect = dyn Fn() -> Result<Arc<CredentialStore>> + Send + Sync;

/// How to reach a store, and how to make entries in it. Clones share nothing but the way.
#[derive(Clone)]
pub(super) struct Backend {
    connect: Arc<Connect>,
    /// Options for a new entry with the given label.
    options: fn(&str) -> HashMap<&str, &str>,
}

impl Backend {
    pub(super) fn system() -> Self {
        Self {
            connect: Arc::new(connect),
            options,
        }
    }

    pub(super) fn memory() -> Self {
        let store = keyring::mock::Store::new();
        Self::of(move || match &store {
            Ok(store) => Ok(store.clone()),
            Err(_) => Err(Error::NoDefaultStore),
        })
    }

    pub(super) fn missing() -> Self {
        Self::of(|| Err(Error::NoDefaultStore))
    }

    pub(super) fn of(
        connect: impl Fn() -> Result<Arc<CredentialStore>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            connect: Arc::new(connect),
            options: |_| HashMap::new(),
        }
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn connect() -> Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn connect() -> Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn connect() -> Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(not(any(unix, windows)))]
fn connect() -> Result<Arc<CredentialStore>> {
    Err(Error::NoDefaultStore)
}

/// Linux names its entries; Windows keeps them on this machine; macOS takes no options.
fn options(label: &str) -> HashMap<&str, &str> {
    if cfg!(windows) {
        HashMap::from([("persistence", "local")])
    } else if cfg!(all(unix, not(target_os = "macos"))) && !label.is_empty() {
        HashMap::from([("label", label)])
    } else {
        HashMap::new()
    }
}

/// A store that is connected at the first need, and once more when its session was lost.
pub(super) struct Connection {
    backend: Backend,
    store: Option<Arc<CredentialStore>>,
}

impl Connection {
    pub(super) fn new(backend: Backend) -> Self {
        Self {
            backend,
            store: None,
        }
    }

    /// Writes the secret, then reads it back: some keyrings take a secret and lose it.
    pub(super) fn save(
        &mut self,
        id: &ProfileId,
        label: &str,
        secret: &SecretString,
    ) -> std::result::Result<(), KeyringError> {
        let kept = self.with_entry(&Place::of(id, label), |entry| keep(entry, secret))?;
        if kept { Ok(()) } else { Err(forgetful()) }
    }

    /// The key that signs reports. Where there is none, `make` gives one, which is kept.
    pub(super) fn signing_key(
        &mut self,
        make: Option<fn() -> Option<SecretString>>,
    ) -> std::result::Result<SecretString, KeyringError> {
        let place = Place::SIGNING;
        match (self.with_entry(&place, read), make) {
            (Err(error), Some(make)) if error.kind == KeyringErrorKind::NotFound => {
                let fresh = make().ok_or_else(|| KeyringError::of(KeyringErrorKind::Other))?;
                if !self.with_entry(&place, |entry| keep(entry, &fresh))? {
                    return Err(forgetful());
                }
                Ok(fresh)
            }
            (found, _) => found,
        }
    }

    pub(super) fn load(
        &mut self,
        id: &ProfileId,
    ) -> std::result::Result<SecretString, KeyringError> {
        self.with_entry(&Place::of(id, ""), read)
    }

    /// Removes every entry of the profile. None at all is what was wanted.
    pub(super) fn forget(&mut self, id: &ProfileId) -> std::result::Result<(), KeyringError> {
        self.with_entry(&Place::of(id, ""), |entry| {
            match entry.delete_credential() {
                Ok(()) | Err(Error::NoEntry) => Ok(()),
                Err(Error::Ambiguous(twins)) => twins.iter().try_for_each(Entry::delete_credential),
                Err(error) => Err(error),
            }
        })
    }

    /// Runs `act` on the entry of a place. On a connection that was good before and fails now (the
    /// keyring was restarted) it connects anew and tries once more.
    fn with_entry<T>(
        &mut self,
        place: &Place<'_>,
        act: impl Fn(&Entry) -> Result<T>,
    ) -> std::result::Result<T, KeyringError> {
        let fresh = self.store.is_none();
        let mut ended = self.try_entry(place, &act);
        if matches!(ended, Err(Error::PlatformFailure(_))) {
            self.store = None;
            if !fresh {
                ended = self.try_entry(place, &act);
            }
        }
        ended.map_err(explain)
    }

    fn try_entry<T>(&mut self, place: &Place<'_>, act: impl Fn(&Entry) -> Result<T>) -> Result<T> {
        let store = match &self.store {
            Some(store) => store.clone(),
            None => self.store.insert((self.backend.connect)()?).clone(),
        };
        let options = (self.backend.options)(place.label);
        act(&store.build(place.service, place.user, Some(&options))?)
    }
}

/// Writes the secret and reads it back. Whether it is the same.
fn keep(entry: &Entry, secret: &SecretString) -> Result<bool> {
    entry.set_password(secret.expose_secret())?;
    Ok(read(entry)?.expose_secret() == secret.expose_secret())
}

fn forgetful() -> KeyringError {
    KeyringError::other("what it kept is not what was written")
}

/// Copies the secret to where it is wiped, and wipes the library's copy.
fn read(entry: &Entry) -> Result<SecretString> {
    let text = Zeroizing::new(entry.get_password()?);
    Ok(SecretString::from(text.as_str()))
}
