//! Whom a pair of keys belongs to, and where a job's items come from.

use serde::{Deserialize, Serialize};

use super::{ProfileId, ServiceKind};

/// The project or account that a service says the keys belong to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The name, as the service itself reports it. May be empty.
    pub name: String,
    /// What tells this account from any other: the public key on Uploadcare, the URL endpoint on ImageKit.
    /// Empty where the service tells nothing, such as on ImageKit for an account without files.
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

    /// Whether nothing speaks against both being one account. A service that told nothing speaks against none.
    pub fn may_be(&self, other: &Self) -> bool {
        self.key == other.key || self.key.is_empty() || other.key.is_empty()
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

#[cfg(test)]
impl Source {
    /// Any source, for tests.
    pub(crate) fn example() -> Self {
        Self {
            service: ServiceKind::Uploadcare,
            profile: ProfileId("p".into()),
            profile_name: "Shop".into(),
            account: Account {
                name: "shop".into(),
                key: "k".into(),
            },
            api_base: "https://api.uploadcare.com".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_keys_can_contradict() {
        let account = |key: &str| Account {
            name: "x".into(),
            key: key.into(),
        };
        let cases = [
            ("a", "a", true),
            ("a", "b", false),
            ("a", "", true),
            ("", "b", true),
        ];
        for (one, other, may) in cases {
            assert_eq!(
                account(one).may_be(&account(other)),
                may,
                "{one:?} {other:?}"
            );
        }
    }
}
