//! What a keyring's errors mean, in words that say what to do next.
//!
//! Some errors carry the secret's bytes. Those are wiped here, and no error is ever printed as a whole.

use std::fmt;

use keyring::Error;
use zeroize::Zeroize as _;

/// What went wrong, by meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyringErrorKind {
    /// This system has none, or none that runs, or one without a place for secrets.
    NoKeyring,
    /// It is locked, and the prompt was refused or could not open.
    Locked,
    /// Nothing is kept for this profile.
    NotFound,
    /// It did not answer.
    NoAnswer,
    /// More than one entry matches the profile.
    Ambiguous,
    /// It does not take secrets of this length.
    TooLong,
    /// What is kept is no text, so it is no key of ours.
    NotText,
    /// Anything else.
    Other,
}

/// An error of the keyring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyringError {
    /// What it means.
    pub kind: KeyringErrorKind,
    /// What happened and what to do next.
    pub message: String,
}

impl KeyringError {
    pub(super) fn of(kind: KeyringErrorKind) -> Self {
        Self {
            kind,
            message: kind.words().to_owned(),
        }
    }

    pub(super) fn other(what: &str) -> Self {
        Self {
            kind: KeyringErrorKind::Other,
            message: format!(
                "Your keyring reported an error: {what}. Try again, or use the key for this session only."
            ),
        }
    }
}

/// What the window can do without a keyring.
const SESSION: &str = "use the key for this session only";

impl KeyringError {
    /// What happened and what to do next where there is no window.
    pub fn for_commands(&self) -> String {
        const INSTEAD: &str = "give the key in TALLYMAN_SECRET_KEY";
        match self.kind {
            KeyringErrorKind::NotFound => {
                format!(
                    "Your keyring has no key for this profile. Add the profile again, or {INSTEAD}."
                )
            }
            KeyringErrorKind::NoKeyring if !self.message.contains(SESSION) => {
                "This system's keyring cannot be reached. Give the key in TALLYMAN_SECRET_KEY."
                    .into()
            }
            _ => self.message.replace(SESSION, INSTEAD),
        }
    }
}

impl KeyringErrorKind {
    const fn words(self) -> &'static str {
        match self {
            Self::NoKeyring => {
                if cfg!(all(unix, not(target_os = "macos"))) {
                    "This system has no keyring that is ready to keep a key. Start one (GNOME Keyring, \
                     KWallet or KeePassXC) and make a default keyring in it, or use the key for this session only."
                } else {
                    "This system's keyring cannot be reached. Use the key for this session only."
                }
            }
            Self::Locked => {
                "Your keyring is locked. Unlock it and try again, or use the key for this session only."
            }
            Self::NotFound => "Your keyring has no key for this profile. Enter the key again.",
            Self::NoAnswer => {
                "Your keyring does not answer. Restart it and try again, or use the key for this session only."
            }
            Self::Ambiguous => {
                "Your keyring has more than one key for this profile. Forget the profile and add it again, \
                 or remove the entries of dev.tallyman with your keyring's own program."
            }
            Self::TooLong => {
                "This key is longer than your keyring takes. Check that it was pasted whole and alone."
            }
            Self::NotText => {
                "What your keyring has for this profile is not a key that Tallyman wrote. Enter the key again."
            }
            Self::Other => "Your keyring reported an error.",
        }
    }
}

impl KeyringErrorKind {
    /// Why there is no signing key to show, on this computer and now.
    pub const fn no_key(self) -> &'static str {
        match self {
            Self::NoKeyring => {
                "No keyring is ready here to keep a signing key: start GNOME Keyring, KWallet or KeePassXC."
            }
            other => other.unsigned(),
        }
    }

    /// Why a report is not signed, as the report itself says it.
    pub const fn unsigned(self) -> &'static str {
        match self {
            Self::NoKeyring => {
                "The computer that wrote it had no keyring that was ready to keep a signing key."
            }
            Self::Locked => "The keyring with the signing key was locked.",
            Self::NotFound => "The keyring had no signing key.",
            Self::NoAnswer => "The keyring with the signing key did not answer in time.",
            Self::Ambiguous => "The keyring had more than one signing key.",
            Self::NotText => "What the keyring had as the signing key is none.",
            Self::TooLong | Self::Other => "The keyring could not give or keep a signing key.",
        }
    }
}

impl fmt::Display for KeyringError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for KeyringError {}

/// The meaning of an error of the library. The bytes that it may carry are wiped.
pub(super) fn explain(error: Error) -> KeyringError {
    use KeyringErrorKind as Kind;
    match error {
        Error::NoEntry => KeyringError::of(Kind::NotFound),
        Error::NoDefaultStore => KeyringError::of(Kind::NoKeyring),
        Error::Ambiguous(_) => KeyringError::of(Kind::Ambiguous),
        Error::TooLong(..) => KeyringError::of(Kind::TooLong),
        Error::BadEncoding(mut bytes) | Error::BadDataFormat(mut bytes, _) => {
            bytes.zeroize();
            KeyringError::of(Kind::NotText)
        }
        Error::NoStorageAccess(cause) => access(&cause.to_string()),
        Error::PlatformFailure(cause) => platform(&cause.to_string()),
        Error::BadStoreFormat(_) => KeyringError::other("its store is damaged"),
        Error::Invalid(what, _) => KeyringError::other(&format!("it refused the {what}")),
        Error::NotSupportedByStore(_) => KeyringError::other("it cannot do what was asked"),
        _ => KeyringError::of(Kind::Other),
    }
}

/// "result not returned": a service that runs, and has no default collection to write to.
fn access(cause: &str) -> KeyringError {
    if cause.contains("not returned") {
        KeyringError::of(KeyringErrorKind::NoKeyring)
    } else {
        KeyringError::of(KeyringErrorKind::Locked)
    }
}

/// A failure below the keyring: on Linux most often that nothing speaks for it on the bus.
fn platform(cause: &str) -> KeyringError {
    const ABSENT: [&str; 6] = [
        "connect to address",
        "not provided by any",
        "ServiceUnknown",
        "NameHasNoOwner",
        "no secret service provider",
        "DBUS_SESSION_BUS_ADDRESS",
    ];
    if ABSENT.iter().any(|sign| cause.contains(sign)) {
        return KeyringError::of(KeyringErrorKind::NoKeyring);
    }
    let line = cause.lines().next().unwrap_or_default();
    KeyringError::other(&crate::model::text::visible(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn because(words: &str) -> Box<dyn std::error::Error + Send + Sync> {
        words.into()
    }

    #[test]
    fn every_error_has_a_meaning_and_shows_no_bytes() {
        use KeyringErrorKind as Kind;
        let secret = b"s3cr3t".to_vec();
        let cases = [
            (Error::NoEntry, Kind::NotFound),
            (Error::NoDefaultStore, Kind::NoKeyring),
            (Error::Ambiguous(Vec::new()), Kind::Ambiguous),
            (Error::TooLong("password".into(), 1_280), Kind::TooLong),
            (Error::BadEncoding(secret.clone()), Kind::NotText),
            (
                Error::BadDataFormat(secret, because("s3cr3t")),
                Kind::NotText,
            ),
            (
                Error::NoStorageAccess(because("SS Error: prompt dismissed")),
                Kind::Locked,
            ),
            (
                Error::NoStorageAccess(because("SS error: result not returned from SS API")),
                Kind::NoKeyring,
            ),
            (
                Error::PlatformFailure(because("zbus: Failed to connect to address")),
                Kind::NoKeyring,
            ),
            (
                Error::PlatformFailure(because(
                    "The name org.freedesktop.secrets was not provided by any .service files",
                )),
                Kind::NoKeyring,
            ),
            (
                Error::PlatformFailure(because("the disk burns")),
                Kind::Other,
            ),
            (
                Error::Invalid("service".into(), "s3cr3t".into()),
                Kind::Other,
            ),
            (Error::NotSupportedByStore("s3cr3t".into()), Kind::Other),
            (Error::BadStoreFormat("s3cr3t".into()), Kind::Other),
        ];
        for (error, kind) in cases {
            let explained = explain(error);
            assert_eq!(explained.kind, kind, "{explained}");
            assert!(!format!("{explained:?}").contains("s3cr3t"));
            assert!(explained.message.ends_with('.'), "{explained}");
            let told = explained.for_commands();
            assert!(!told.contains("session") && told.ends_with('.'), "{told}");
        }
    }
}
