//! One error type for all services, by meaning. Its words never hold a secret or a URL's query.

use std::fmt;

use crate::model::Time;

use super::CallMeta;

/// What an error means for whoever asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The keys were not accepted (Uploadcare 401).
    Unauthenticated,
    /// This computer's clock is so far off that what is signed by it is refused (Uploadcare 401).
    Clock,
    /// The keys are good but may not do this (403).
    Forbidden,
    /// The item or address is not there (404).
    NotFound,
    /// The service understood and said no, with a status of the 400s; nothing was done.
    Refused,
    /// Too many requests, tries used up; nothing was done.
    Throttled,
    /// Nothing left this machine: no address, connection refused, TLS failed.
    Unreachable,
    /// The item was to be looked at before anything was done to it, and no usable answer to that came (as
    /// [`Lost`](Self::Lost)); nothing was done.
    NotTried,
    /// It left, and no usable answer came (timeout, cut connection, 5xx, broken body).
    Lost,
    /// An answer came that no service of this kind would give: wrong address, a proxy's page, a redirect.
    NotTheService,
    /// The caller asked to stop; the request is known not to have been done.
    Stopped,
    /// This version, or this service, cannot do that.
    Unsupported,
    /// The profile's settings are wrong (base address, missing key), or this machine's (no CA certificates).
    Config,
}

/// An error of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceError {
    /// What it means.
    pub kind: ErrorKind,
    /// What happened and what to do next, in a sentence or two for a person.
    pub message: String,
    /// The service's own words, if it said any.
    pub words: Option<String>,
    /// About the call.
    pub meta: CallMeta,
    /// The service's clock (`Date` header), if it answered.
    pub server_time: Option<Time>,
}

impl ServiceError {
    /// An error that no answer stands behind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            words: None,
            meta: CallMeta::default(),
            server_time: None,
        }
    }

    /// Whether the keys are why: the job stops, the profile asks for a key.
    pub fn is_about_keys(&self) -> bool {
        matches!(self.kind, ErrorKind::Unauthenticated | ErrorKind::Forbidden)
    }

    /// Whether the request is known not to have changed anything.
    pub fn nothing_done(&self) -> bool {
        !matches!(self.kind, ErrorKind::Lost)
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ServiceError {}
