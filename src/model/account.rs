//! Whom a pair of keys belongs to, and where a job's items come from.

use serde::{Deserialize, Serialize};

use super::{ProfileId, ServiceKind};

/// The project or account that a service says the keys belong to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The name, as the service itself reports it. May be empty.
    pub name: String,
    /// What tells this account from any other: the public key on Uploadcare.
    pub key: String,
}

impl Account {
    /// The name, or the key where the service gives no name.
    pub fn label(&self) -> &str {
        if self.name.is_empty() {
            &self.key
        } else {
            &self.name
        }
    }
}

/// Where the items of a plan are: one profile of one account on one service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The service.
    pub service: ServiceKind,
    /// The profile; it stays this one for the job's life.
    pub profile: ProfileId,
    /// The profile's name when the plan was made.
    pub profile_name: String,
    /// The account as verified when the plan was made.
    pub account: Account,
    /// API base, as in the profile.
    pub api_base: String,
}
