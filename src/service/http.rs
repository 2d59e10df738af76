//! The HTTP that the services share: limits, tries, errors.

use url::Url;

use super::{ErrorKind, ServiceError};

/// What Tallyman calls itself.
pub fn user_agent() -> String {
    format!("tallyman/{}", env!("CARGO_PKG_VERSION"))
}

/// Checks a base address: https, or http on loopback; no user, query or fragment.
pub fn parse_base(text: &str) -> Result<Url, ServiceError> {
    Url::parse(text).map_err(|error| ServiceError::new(ErrorKind::Config, error.to_string()))
}
