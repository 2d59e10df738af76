//! One profile: everything about an account but its secret, for which there is no field.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::model::{Account, Keep, ProfileId, ServiceKind, Source};
use crate::service::Credentials;

use super::Colour;

/// One account or project on a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Random; names the secret in the keyring.
    pub id: ProfileId,
    /// What the user calls it.
    pub name: String,
    /// The service.
    pub service: ServiceKind,
    /// Marks the whole window.
    pub colour: Colour,
    /// Uploadcare's public key; empty elsewhere.
    #[serde(default)]
    pub public_key: String,
    /// API base (https, or http on loopback); `None` is the service's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_base: Option<String>,
    /// CDN base; `None` is the service's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cdn_base: Option<String>,
    /// Uploadcare: send `Uploadcare.Simple` in place of a signature.
    #[serde(default)]
    pub simple_auth: bool,
    /// Destructive plans ask for the project's name to be typed.
    #[serde(default)]
    pub protected: bool,
    /// There are no destructive verbs.
    #[serde(default)]
    pub read_only: bool,
    /// What is never deleted with it.
    #[serde(default, skip_serializing_if = "Keep::is_empty")]
    pub keep: Keep,
    /// Whom the keys belonged to when they were last verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
}

impl Profile {
    /// A profile of which nothing else is known yet.
    pub fn new(id: ProfileId, name: &str, service: ServiceKind) -> Self {
        Self {
            id,
            name: name.to_owned(),
            service,
            colour: Colour::PALETTE[0],
            public_key: String::new(),
            api_base: None,
            cdn_base: None,
            simple_auth: false,
            protected: false,
            read_only: false,
            keep: Keep::default(),
            account: None,
        }
    }

    /// What the service needs to talk for this profile.
    pub fn credentials(&self, secret: SecretString) -> Credentials {
        Credentials {
            service: self.service,
            public_key: self.public_key.clone(),
            secret,
            api_base: self.api_base.clone(),
            cdn_base: self.cdn_base.clone(),
            simple_auth: self.simple_auth,
        }
    }

    /// Where the items of a plan are: this profile, the account as just verified, the base in use.
    pub fn source(&self, account: Account, api_base: String) -> Source {
        Source {
            service: self.service,
            profile: self.id.clone(),
            profile_name: self.name.clone(),
            account,
            api_base,
        }
    }
}

/// A new, random id.
pub fn new_id() -> ProfileId {
    ProfileId(uuid::Uuid::new_v4().to_string())
}
