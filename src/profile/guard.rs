//! What keeps a secret from outlasting its use in this process: no image of the memory on a disk, no
//! value in a panic's message, no key left in the environment. To be called first thing in `main`.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{PanicHookInfo, set_hook};
use std::sync::Mutex;

use secrecy::SecretString;

/// The variable that brings a secret key into the process.
const VARIABLE: &str = "TALLYMAN_SECRET_KEY";

/// What the variable held. It is here, and nowhere else, once it was taken.
static TAKEN: Mutex<Option<SecretString>> = Mutex::new(None);

/// A crash leaves no image of the memory. With `closed`, other programs of the same user cannot look
/// into this one either; a window cannot have that, since file dialogs and screen readers ask who it is.
pub fn keep_memory_off_disk(closed: bool) {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        let _ = setrlimit(Resource::Core, none);
    }
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if closed {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
    let _ = closed;
}

/// Takes the secret key out of the environment, so that no child process gets it and nothing that
/// lists the environment of this one shows it. No other thread may run yet.
pub fn take_environment_secret() {
    let secret = std::env::var(VARIABLE).ok().map(SecretString::from);
    if let Ok(mut taken) = TAKEN.lock() {
        *taken = secret;
    }
    forget_variable();
}

/// The key that was in the environment when the process began.
pub fn environment_secret() -> Option<SecretString> {
    TAKEN.lock().ok()?.clone()
}

#[allow(
    unsafe_code,
    reason = "the environment of a process can be changed in no other way"
)]
fn forget_variable() {
    // SAFETY: the caller is the first thing in `main`, so no other thread reads or changes the
    // environment. `getenv` gives null or a string that ends with a zero byte and is writable memory of
    // this process; it is used up before the variable goes. Only the bytes before its end are written.
    unsafe {
        #[cfg(unix)]
        {
            let value = libc::getenv(c"TALLYMAN_SECRET_KEY".as_ptr());
            if !value.is_null() {
                for place in 0..libc::strlen(value) {
                    value.add(place).write_volatile(0);
                }
            }
        }
        std::env::remove_var(VARIABLE);
    }
}

/// Panics say where they happened, and no value: one may hold a secret, or what a service said.
pub fn quiet_panics() {
    set_hook(Box::new(|info| eprintln!("{}", panic_words(info))));
}

fn panic_words(info: &PanicHookInfo<'_>) -> String {
    let place = info
        .location()
        .map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    let mut words = format!(
        "tallyman: a fault of its own at {place}{}. What the ledger holds is safe.",
        constant(info.payload())
            .map(|text| format!(": {text}"))
            .unwrap_or_default()
    );
    let trace = Backtrace::capture();
    if trace.status() == BacktraceStatus::Captured {
        words.push_str(&format!("\n{trace}"));
    }
    words
}

/// A message that stands in the program as it is. One that was made while it ran is left out.
fn constant(payload: &(dyn Any + Send)) -> Option<&'static str> {
    payload.downcast_ref::<&'static str>().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_constant_messages_are_told() {
        assert_eq!(constant(&"no room"), Some("no room"));
        assert_eq!(constant(&"key s3cr3t".to_owned()), None);
        assert_eq!(constant(&7), None);
    }
}
