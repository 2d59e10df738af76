//! Opening a profile: its secret, its service, its account.

use std::sync::Arc;

use super::{Engine, Event};
use crate::model::Account;
use crate::profile::{Profile, Secrets, VerifyErrorKind};
use crate::service::{self, Service};

/// An opened profile: its service, and whom the keys belong to.
#[derive(Clone)]
pub struct Session {
    /// The service.
    pub service: Arc<dyn Service>,
    /// As the service itself says.
    pub account: Account,
}

/// Why a profile could not be opened, and what to do next.
#[derive(Clone, Debug)]
pub struct OpenError {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// Whether a new key would help.
    pub about_keys: bool,
}

impl Engine {
    /// Opens a profile: secret, service, account.
    pub fn open(&self, profile: Profile, secrets: Secrets, question: u64) {
        let tell = self.teller();
        self.runtime().spawn(async move {
            let result = open_session(&profile, &secrets).await;
            tell.say(Event::Opened {
                profile: profile.id,
                question,
                result,
            });
        });
    }
}

async fn open_session(profile: &Profile, secrets: &Secrets) -> Result<Session, OpenError> {
    let secret = secrets.get(&profile.id).await.map_err(|error| OpenError {
        message: error.message.clone(),
        hint: String::new(),
        about_keys: true,
    })?;
    let credentials = profile.credentials(secret);
    let account = crate::profile::verify(&credentials)
        .await
        .map_err(|error| OpenError {
            about_keys: matches!(
                error.kind,
                VerifyErrorKind::UnknownKey
                    | VerifyErrorKind::WrongSecret
                    | VerifyErrorKind::Forbidden
            ),
            message: error.message,
            hint: error.hint,
        })?;
    let service = service::open(&credentials).map_err(|error| OpenError {
        message: error.message,
        hint: "Check the profile's settings.".to_owned(),
        about_keys: false,
    })?;
    Ok(Session { service, account })
}
