//! Whether a pair of keys is good, and if not, what is wrong in plain words.

use std::fmt;

use crate::model::{Account, ServiceKind, Time};
use crate::service::{self, Credentials, ErrorKind, ServiceError};

/// From how far off a clock is spoken of, in seconds.
const CLOCK_SPOKEN: u64 = 5 * 60;

/// How far off Uploadcare takes a signature, in seconds.
const CLOCK_LIMIT: u64 = 15 * 60;

/// What is wrong, by meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VerifyErrorKind {
    /// The service has no such public key.
    UnknownKey,
    /// The secret does not belong to the public key, or is mistyped.
    WrongSecret,
    /// The service could not be reached.
    NoNetwork,
    /// This computer's clock is too far off for a signature to be taken.
    ClockOff,
    /// Something answered that is not the service.
    NotTheService,
    /// The keys are good but may not do this.
    Forbidden,
    /// The profile's settings, or this machine's, do not let a request out.
    Config,
    /// Anything else: the service has trouble of its own, or no time.
    Other,
}

/// Why a pair of keys could not be verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// What it means.
    pub kind: VerifyErrorKind,
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

impl VerifyError {
    fn new(kind: VerifyErrorKind, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hint: hint.into(),
        }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.message, self.hint)
    }
}

impl std::error::Error for VerifyError {}

/// Asks the service whom the keys belong to.
///
/// # Errors
/// What is wrong and what to do next; never a secret.
pub async fn verify(credentials: &Credentials) -> Result<Account, VerifyError> {
    let asked = match service::open(credentials) {
        Ok(service) => service.account().await,
        Err(error) => Err(error),
    };
    asked.map_err(|error| explain(credentials, &error, Time::now()))
}

/// The error in plain words, seen at `now` by this computer's clock.
fn explain(credentials: &Credentials, error: &ServiceError, now: Time) -> VerifyError {
    let mut explained = match error.kind {
        ErrorKind::Unauthenticated | ErrorKind::Clock => refused_keys(credentials, error, now),
        ErrorKind::Lost if error.meta.status.is_some_and(|status| status >= 500) => {
            trouble(credentials)
        }
        ErrorKind::Unreachable | ErrorKind::Lost => no_network(error),
        ErrorKind::NotTheService | ErrorKind::NotFound => not_the_service(credentials),
        ErrorKind::Forbidden => forbidden(credentials, error),
        ErrorKind::Refused => refused(credentials, error),
        ErrorKind::Config | ErrorKind::Unsupported => VerifyError::new(
            VerifyErrorKind::Config,
            sentence(&error.message),
            "Check the profile's settings.",
        ),
        ErrorKind::Throttled | ErrorKind::Stopped | ErrorKind::NotTried => trouble(credentials),
    };
    let off = clock_offset(error, now).filter(|_| explained.kind != VerifyErrorKind::ClockOff);
    if let Some(off) = off {
        explained.hint = format!("{} Also, {}.", explained.hint, clock_words(off));
    }
    explained
}

fn refused_keys(credentials: &Credentials, error: &ServiceError, now: Time) -> VerifyError {
    use VerifyErrorKind as Kind;
    let service = credentials.service;
    let words = error.words.as_deref().unwrap_or_default().to_lowercase();
    if words.contains("public key") {
        return VerifyError::new(
            Kind::UnknownKey,
            format!("{service} knows no project with this public key."),
            "Copy the public key again from the project's API keys page.",
        );
    }
    let names_secret = words.contains("secret key") || words.contains("signature");
    let limit = if names_secret {
        CLOCK_LIMIT
    } else {
        CLOCK_SPOKEN
    };
    let clock =
        clock_offset(error, now).filter(|off| off.unsigned_abs() > limit && is_signed(credentials));
    match clock {
        Some(off) => VerifyError::new(
            Kind::ClockOff,
            format!("{service} refused the signature, and {}.", clock_words(off)),
            "Set this computer's date and time (turn on automatic time), then verify again.",
        ),
        None => VerifyError::new(
            Kind::WrongSecret,
            format!("{service} refused the key."),
            match service {
                ServiceKind::Uploadcare => {
                    "Copy the secret key again; it must belong to the same project as the public key."
                }
                ServiceKind::ImageKit | ServiceKind::Templated => {
                    "Copy the key again from the service's dashboard, whole and without blanks."
                }
            },
        ),
    }
}

fn is_signed(credentials: &Credentials) -> bool {
    credentials.service == ServiceKind::Uploadcare && !credentials.simple_auth
}

/// How far this clock is ahead (or, below zero, behind) of the service's, in seconds, where it matters.
fn clock_offset(error: &ServiceError, now: Time) -> Option<i64> {
    let server = error.server_time?;
    let off = now.0.saturating_sub(server.0) / 1_000_000;
    (off.unsigned_abs() > CLOCK_SPOKEN).then_some(off)
}

fn clock_words(off: i64) -> String {
    let side = if off > 0 { "ahead of" } else { "behind" };
    format!(
        "this computer's clock is {} {side} the service's",
        duration(off.unsigned_abs())
    )
}

/// `3 days`, `2 hours 5 minutes`, `17 minutes`.
fn duration(seconds: u64) -> String {
    let part = |number: u64, one: &str| match number {
        1 => format!("1 {one}"),
        _ => format!("{} {one}s", crate::model::size::count(number)),
    };
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, minutes) => part(minutes, "minute"),
        (0, hours, 0) => part(hours, "hour"),
        (0, hours, minutes) => format!("{} {}", part(hours, "hour"), part(minutes, "minute")),
        (days, 0, _) => part(days, "day"),
        (days, hours, _) => format!("{} {}", part(days, "day"), part(hours, "hour")),
    }
}

fn no_network(error: &ServiceError) -> VerifyError {
    VerifyError::new(
        VerifyErrorKind::NoNetwork,
        // The error ends with what to do in general; the hint says it for the keys at hand.
        sentence(error.message.split(". ").next().unwrap_or_default()),
        "Check the network, the proxy and the API address, then verify again.",
    )
}

fn trouble(credentials: &Credentials) -> VerifyError {
    let service = credentials.service;
    VerifyError::new(
        VerifyErrorKind::Other,
        format!("{service} cannot answer at the moment."),
        "Nothing is wrong with the keys as far as can be told. Verify again in a minute.",
    )
}

fn not_the_service(credentials: &Credentials) -> VerifyError {
    let service = credentials.service;
    let (message, hint) = match &credentials.api_base {
        Some(base) => (
            format!("What answers at {base} is not the API of {service}."),
            "Check the API address, or leave it empty for the service's own.",
        ),
        None => (
            format!("Something between this computer and {service} answers in its place."),
            "Sign in to the network if it has a sign-in page, check the proxy, then verify again.",
        ),
    };
    VerifyError::new(VerifyErrorKind::NotTheService, message, hint)
}

fn forbidden(credentials: &Credentials, error: &ServiceError) -> VerifyError {
    VerifyError::new(
        VerifyErrorKind::Forbidden,
        format!(
            "{} accepted the keys but refused access{}.",
            credentials.service,
            said(error)
        ),
        "Check with the project's owner what this key may do and whether the account is active.",
    )
}

/// A 400 at the question "whose keys are these". The known one: keys in the clear over plain http.
fn refused(credentials: &Credentials, error: &ServiceError) -> VerifyError {
    let message = format!(
        "{} refused the request{}.",
        credentials.service,
        said(error)
    );
    if credentials.simple_auth {
        let hint = "Turn off simple authentication, or use an https address.";
        return VerifyError::new(VerifyErrorKind::Config, message, hint);
    }
    VerifyError::new(
        VerifyErrorKind::Other,
        message,
        "Check the profile's settings, then verify again.",
    )
}

/// `: "its words"`, or nothing.
fn said(error: &ServiceError) -> String {
    match error.words.as_deref().map(str::trim) {
        None | Some("") => String::new(),
        Some(words) => {
            let shown = crate::model::text::visible(words);
            format!(": \u{201C}{}\u{201D}", shown.trim_end_matches('.'))
        }
    }
}

fn sentence(text: &str) -> String {
    let text = text.trim_end();
    match text.ends_with(['.', '!', '?']) {
        true => text.to_owned(),
        false => format!("{text}."),
    }
}

#[cfg(test)]
mod tests;
