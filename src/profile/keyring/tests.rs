//! The keyring's threads under stores that hang, lose their session, or forget what they are told.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use keyring::api::{CredentialApi, CredentialStoreApi};
use keyring::{Credential, Entry, Error};
use pollster::block_on;
use secrecy::ExposeSecret as _;

use super::*;

/// What a store does instead of its work.
#[derive(Clone, Copy, PartialEq)]
enum Trouble {
    None,
    Hangs(Duration),
    SessionLost,
    Forgets,
    Twins,
}

/// A store whose troubles are set from outside; it is its own and only entry.
#[derive(Clone)]
struct Odd {
    trouble: Arc<Mutex<Trouble>>,
    secret: Arc<Mutex<Option<Vec<u8>>>>,
    broken: Arc<Mutex<bool>>,
}

impl Odd {
    fn new() -> Self {
        Self {
            trouble: Arc::new(Mutex::new(Trouble::None)),
            secret: Arc::default(),
            broken: Arc::default(),
        }
    }

    fn set(&self, trouble: Trouble) {
        *self.trouble.lock().unwrap() = trouble;
    }

    /// A new connection to the same secrets.
    fn anew(&self) -> Self {
        Self {
            broken: Arc::default(),
            ..self.clone()
        }
    }

    fn meet_trouble(&self) -> keyring::Result<()> {
        let trouble = *self.trouble.lock().unwrap();
        match trouble {
            Trouble::Hangs(time) => thread::sleep(time),
            Trouble::SessionLost => {
                *self.broken.lock().unwrap() = true;
                self.set(Trouble::None);
            }
            _ => {}
        }
        if *self.broken.lock().unwrap() {
            return Err(Error::PlatformFailure("NoSession".into()));
        }
        Ok(())
    }
}

impl CredentialApi for Odd {
    fn set_secret(&self, secret: &[u8]) -> keyring::Result<()> {
        self.meet_trouble()?;
        if *self.trouble.lock().unwrap() == Trouble::Forgets {
            return Ok(());
        }
        *self.secret.lock().unwrap() = Some(secret.to_vec());
        Ok(())
    }

    fn get_secret(&self) -> keyring::Result<Vec<u8>> {
        self.meet_trouble()?;
        self.secret.lock().unwrap().clone().ok_or(Error::NoEntry)
    }

    fn delete_credential(&self) -> keyring::Result<()> {
        self.meet_trouble()?;
        if *self.trouble.lock().unwrap() == Trouble::Twins {
            self.set(Trouble::None);
            let twin = Self::new();
            *twin.secret.lock().unwrap() = Some(b"twin".to_vec());
            let twins = [self.clone(), twin].map(|one| Entry::new_with_credential(Arc::new(one)));
            return Err(Error::Ambiguous(twins.into()));
        }
        let taken = self.secret.lock().unwrap().take();
        taken.map(drop).ok_or(Error::NoEntry)
    }

    fn get_credential(&self) -> keyring::Result<Option<Arc<Credential>>> {
        Ok(None)
    }

    fn get_specifiers(&self) -> Option<(String, String)> {
        None
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn debug_fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Odd")
    }
}

impl CredentialStoreApi for Odd {
    fn vendor(&self) -> String {
        "test".into()
    }

    fn id(&self) -> String {
        "test".into()
    }

    fn build(&self, _: &str, _: &str, _: Option<&HashMap<&str, &str>>) -> keyring::Result<Entry> {
        Ok(Entry::new_with_credential(Arc::new(self.clone())))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn debug_fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Odd")
    }
}

/// A keyring on the odd store, and how often it connected.
fn keyring_on(odd: &Odd, patience: Duration) -> (Keyring, Arc<AtomicU32>) {
    let connects = Arc::new(AtomicU32::new(0));
    let (odd, count) = (odd.clone(), connects.clone());
    let backend = Backend::of(move || {
        count.fetch_add(1, Ordering::SeqCst);
        Ok(Arc::new(odd.anew()))
    });
    (Keyring::on(backend, patience), connects)
}

fn id() -> ProfileId {
    ProfileId("0000".into())
}

const LONG: Duration = Duration::from_secs(30);

#[test]
fn a_secret_is_kept_read_and_forgotten() {
    let keyring = Keyring::mock();
    let other = keyring.clone();
    block_on(keyring.save(&id(), "Shop", "k1".into())).unwrap();
    block_on(keyring.save(&id(), "Shop", "k2".into())).unwrap();
    let secret = block_on(other.load(&id())).unwrap();
    assert_eq!(secret.expose_secret(), "k2");
    block_on(other.forget(&id())).unwrap();
    block_on(other.forget(&id())).unwrap();
    let error = block_on(keyring.load(&id())).unwrap_err();
    assert_eq!(error.kind, KeyringErrorKind::NotFound);
}

#[test]
fn two_mocks_share_nothing() {
    block_on(Keyring::mock().save(&id(), "Shop", "k".into())).unwrap();
    let error = block_on(Keyring::mock().load(&id())).unwrap_err();
    assert_eq!(error.kind, KeyringErrorKind::NotFound);
}

#[test]
fn a_lost_session_is_connected_anew_and_tried_once_more() {
    let odd = Odd::new();
    let (keyring, connects) = keyring_on(&odd, LONG);
    block_on(keyring.save(&id(), "Shop", "k".into())).unwrap();
    assert_eq!(connects.load(Ordering::SeqCst), 1);
    odd.set(Trouble::SessionLost);
    let secret = block_on(keyring.load(&id())).unwrap();
    assert_eq!(secret.expose_secret(), "k");
    assert_eq!(connects.load(Ordering::SeqCst), 2);
}

#[test]
fn a_keyring_that_comes_up_later_is_found() {
    let up = Arc::new(Mutex::new(false));
    let (switch, odd) = (up.clone(), Odd::new());
    let backend = Backend::of(move || match *switch.lock().unwrap() {
        true => Ok(Arc::new(odd.anew())),
        false => Err(Error::PlatformFailure(
            "Failed to connect to address".into(),
        )),
    });
    let keyring = Keyring::on(backend, LONG);
    let error = block_on(keyring.save(&id(), "Shop", "k".into())).unwrap_err();
    assert_eq!(error.kind, KeyringErrorKind::NoKeyring);
    *up.lock().unwrap() = true;
    block_on(keyring.save(&id(), "Shop", "k".into())).unwrap();
}

#[test]
fn a_keyring_that_forgets_is_found_out() {
    let odd = Odd::new();
    let (keyring, _) = keyring_on(&odd, LONG);
    block_on(keyring.save(&id(), "Shop", "old".into())).unwrap();
    odd.set(Trouble::Forgets);
    let error = block_on(keyring.save(&id(), "Shop", "new".into())).unwrap_err();
    assert_eq!(error.kind, KeyringErrorKind::Other);
    assert!(error.message.contains("not what was written"), "{error}");
    assert!(!error.message.contains("old") && !error.message.contains("new."));
}

#[test]
fn forgetting_removes_twins_too() {
    let odd = Odd::new();
    let (keyring, _) = keyring_on(&odd, LONG);
    block_on(keyring.save(&id(), "Shop", "k".into())).unwrap();
    odd.set(Trouble::Twins);
    block_on(keyring.forget(&id())).unwrap();
    let error = block_on(keyring.load(&id())).unwrap_err();
    assert_eq!(error.kind, KeyringErrorKind::NotFound);
}

#[test]
fn a_frozen_keyring_is_given_up_and_asked_again_later() {
    let odd = Odd::new();
    odd.set(Trouble::Hangs(LONG));
    let (keyring, connects) = keyring_on(&odd, Duration::from_millis(60));
    let error = block_on(keyring.load(&id())).unwrap_err();
    assert_eq!(error.kind, KeyringErrorKind::NoAnswer);
    odd.set(Trouble::None);
    let error = block_on(keyring.load(&id())).unwrap_err();
    assert_eq!(error.kind, KeyringErrorKind::NotFound);
    assert_eq!(connects.load(Ordering::SeqCst), 2);
}

#[test]
fn a_dropped_question_lets_the_next_one_through() {
    let odd = Odd::new();
    odd.set(Trouble::Hangs(LONG));
    let (keyring, _) = keyring_on(&odd, LONG);
    let begun = Instant::now();
    block_on(async {
        let id = id();
        let stuck = std::pin::pin!(keyring.load(&id));
        let (_, now) = oneshot::channel::<()>();
        // The second future is over at once, so the first is polled once and dropped.
        select(stuck, now).await;
    });
    odd.set(Trouble::None);
    let error = block_on(keyring.load(&id())).unwrap_err();
    assert_eq!(error.kind, KeyringErrorKind::NotFound);
    assert!(begun.elapsed() < LONG);
}

fn made() -> Option<SecretString> {
    Some("made".into())
}

fn other() -> Option<SecretString> {
    Some("other".into())
}

#[tokio::test]
async fn a_signing_key_is_made_once_and_apart_from_the_profiles() {
    let keyring = Keyring::mock();
    let missing = keyring.signing_key(None).await.unwrap_err();
    assert_eq!(missing.kind, KeyringErrorKind::NotFound);
    for make in [made, other] {
        let key = keyring.signing_key(Some(make)).await.unwrap();
        assert_eq!(key.expose_secret(), "made");
    }
    let id = ProfileId("reports".into());
    let error = keyring.load(&id).await.unwrap_err();
    assert_eq!(error.kind, KeyringErrorKind::NotFound);
    keyring.forget(&id).await.unwrap();
    let key = keyring.signing_key(None).await.unwrap();
    assert_eq!(key.expose_secret(), "made");
}

#[tokio::test]
async fn no_signing_key_is_handed_out_that_is_not_kept() {
    let none = Keyring::none().signing_key(Some(made)).await.unwrap_err();
    assert_eq!(none.kind, KeyringErrorKind::NoKeyring);
    let odd = Odd::new();
    odd.set(Trouble::Forgets);
    let (keyring, _) = keyring_on(&odd, LONG);
    assert!(keyring.signing_key(Some(made)).await.is_err());
    let failed = Keyring::mock()
        .signing_key(Some(|| None))
        .await
        .unwrap_err();
    assert_eq!(failed.kind, KeyringErrorKind::Other);
}

#[tokio::test(start_paused = true)]
async fn a_frozen_keyring_does_not_hold_up_a_report() {
    let odd = Odd::new();
    odd.set(Trouble::Hangs(LONG));
    let (keyring, _) = keyring_on(&odd, LONG);
    let begun = tokio::time::Instant::now();
    let error = keyring.signing_key(Some(made)).await.unwrap_err();
    assert_eq!(error.kind, KeyringErrorKind::NoAnswer);
    assert!(begun.elapsed() <= Keyring::SIGNING_PATIENCE + Duration::from_secs(1));
}
