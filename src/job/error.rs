//! Why a job could not be run.

use std::fmt;

use crate::ledger::LedgerError;
use crate::service::ServiceError;

/// A job could not begin, or its ledger failed under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobError {
    /// The ledger could not be read or written. Nothing is sent without it.
    Ledger(LedgerError),
    /// The service could not be asked whom the keys belong to, or cannot do the verb.
    Service(ServiceError),
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ledger(error) => error.fmt(f),
            Self::Service(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for JobError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Ledger(error) => Some(error),
            Self::Service(error) => Some(error),
        }
    }
}

impl From<LedgerError> for JobError {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

impl From<ServiceError> for JobError {
    fn from(error: ServiceError) -> Self {
        Self::Service(error)
    }
}
