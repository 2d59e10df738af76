//! Profiles: the list on disk, the secrets in the keyring, and the check of a pair of keys.
//!
//! Beside the list lie the files that each profile had when it was last looked at ([`cache`]).
//!
//! The list never holds a secret, and the keyring never holds anything else. Nothing outside this
//! room names the keyring's libraries.

mod atomic;
pub mod cache;
mod colour;
mod entry;
mod file;
mod folder;
mod guard;
mod keyring;
mod list;
mod secrets;
mod verify;

pub use colour::Colour;
pub use entry::{Profile, new_id};
pub use folder::data_dir;
pub use guard::{environment_secret, keep_memory_off_disk, quiet_panics, take_environment_secret};
pub use keyring::{KEYRING_SERVICE, Keyring, KeyringError, KeyringErrorKind, SIGNING_SERVICE};
pub use list::{ProfileError, ProfileErrorKind, Profiles};
pub use secrets::Secrets;
pub use verify::{VerifyError, VerifyErrorKind, verify};
