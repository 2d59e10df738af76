//! From "which project" to an open service: a saved profile, the demo service, or the environment.

use std::env;
use std::path::Path;
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};

use crate::demo;
use crate::model::{Account, ItemKind, ProfileId, ServiceKind, Source, Verb};
use crate::profile::{Keyring, Profile, Profiles, environment_secret, verify};
use crate::service::{self, Credentials, Service};

use super::args::SourceArgs;
use super::out::{Failure, note};

/// The profile of a job that was run on the environment's keys.
const ENVIRONMENT: &str = "environment";
/// The profile of a job that was run on the demo service.
const DEMO: &str = "demo";

const NO_SOURCE: &str = "Which project? Give --profile NAME or --demo, or set TALLYMAN_SERVICE, \
    TALLYMAN_PUBLIC_KEY and TALLYMAN_SECRET_KEY.";

/// One project, ready to be asked.
pub struct Project {
    /// Its service.
    pub service: Arc<dyn Service>,
    /// Its profile, or one made up for the demo or the environment.
    pub profile: Profile,
    credentials: Credentials,
    /// Runs as long as the project is open.
    _demo: Option<demo::Server>,
}

impl Project {
    /// Opens what the arguments or else the environment name.
    pub async fn open(args: &SourceArgs, data_dir: &Path) -> Result<Self, Failure> {
        Self::open_if(args, data_dir, |_| Ok(())).await
    }

    /// The same, if the profile will do: nothing is asked of the keyring or the service before.
    pub async fn open_if(
        args: &SourceArgs,
        data_dir: &Path,
        check: impl FnOnce(&Profile) -> Result<(), Failure>,
    ) -> Result<Self, Failure> {
        if args.demo {
            let service = demo_service(env::var("TALLYMAN_SERVICE").ok())?;
            check(&Profile::new(ProfileId(DEMO.to_owned()), "Demo", service))?;
            return Self::demo(service).await;
        }
        if let Some(name) = &args.profile {
            let profiles = profiles(data_dir)?;
            let profile = profiles.by_name(name).ok_or_else(|| {
                Failure::usage(format!(
                    "No profile is called {name:?}. `tallyman profiles` lists them."
                ))
            })?;
            check(profile)?;
            return Self::saved(profile.clone()).await;
        }
        let (profile, secret) = from_environment(variable, environment_secret())?
            .ok_or_else(|| Failure::usage(NO_SOURCE))?;
        check(&profile)?;
        Self::new(profile, secret, None)
    }

    /// Opens the project of a job, by the profile that it was run on.
    pub async fn of_job(source: &Source, data_dir: &Path) -> Result<Self, Failure> {
        if source.profile.0 == DEMO {
            return Self::demo(source.service).await;
        }
        if let Some(profile) = profiles(data_dir)?.get(&source.profile) {
            return Self::saved(profile.clone()).await;
        }
        match from_environment(variable, environment_secret())? {
            Some((profile, secret)) => Self::new(profile, secret, None),
            None => Err(Failure::usage(format!(
                "The job was run on {} with the profile {:?}, which is not saved here. Set \
                 TALLYMAN_SERVICE, TALLYMAN_PUBLIC_KEY and TALLYMAN_SECRET_KEY to that project's keys.",
                source.account.label(),
                source.profile_name
            ))),
        }
    }

    async fn demo(service: ServiceKind) -> Result<Self, Failure> {
        let server = demo::Server::start(demo::Options::default())
            .await
            .map_err(|error| {
                Failure::start(format!("The demo service could not start: {error}."))
            })?;
        let access = server.access(service);
        let profile = Profile {
            public_key: access.public_key.to_owned(),
            api_base: Some(access.api_base),
            cdn_base: access.cdn_base,
            ..Profile::new(ProfileId(DEMO.to_owned()), "Demo", service)
        };
        Self::new(profile, access.secret.into(), Some(server))
    }

    /// With the keyring's key, or where that has none to give, the environment's.
    async fn saved(profile: Profile) -> Result<Self, Failure> {
        let secret = match (Keyring::system().load(&profile.id).await, given_secret()) {
            (Ok(secret), _) | (Err(_), Some(secret)) => secret,
            (Err(error), None) => return Err(error.into()),
        };
        Self::new(profile, secret, None)
    }

    fn new(
        profile: Profile,
        secret: SecretString,
        demo: Option<demo::Server>,
    ) -> Result<Self, Failure> {
        let credentials = profile.credentials(secret);
        Ok(Self {
            service: service::open(&credentials)?,
            profile,
            credentials,
            _demo: demo,
        })
    }

    /// Asks the service whom the keys belong to; refuses keys that belonged to another account before.
    pub async fn account(&self) -> Result<Account, Failure> {
        let account = verify(&self.credentials).await?;
        match &self.profile.account {
            Some(known) if !known.may_be(&account) => Err(Failure::start(format!(
                "The keys of {} belong to {} now, and to {} when they were saved. Nothing was sent. \
                 Verify the profile, or add a new one.",
                self.profile.name,
                account.label(),
                known.label()
            ))),
            _ => Ok(account),
        }
    }

    /// Refuses what the service cannot do and what the profile does not allow.
    pub fn allow(&self, verb: Verb) -> Result<(), Failure> {
        if self.profile.read_only && verb.destroys() {
            return Err(Failure::usage(format!(
                "The profile {} is read-only: nothing can be deleted with it.",
                self.profile.name
            )));
        }
        if !self.service.can().verbs.contains(&verb) {
            let (title, noun) = (verb.title().to_lowercase(), verb.kind().noun(2));
            let what = match verb {
                Verb::AddTags => "add tags to files".to_owned(),
                Verb::RemoveTags => "remove tags from files".to_owned(),
                _ => format!("{title} {noun}"),
            };
            return Err(Failure::usage(format!(
                "{} cannot {what}.",
                self.profile.service
            )));
        }
        Ok(())
    }

    /// Refuses renders and templates where the service has none.
    pub fn allow_things(&self, kind: ItemKind) -> Result<(), Failure> {
        if self.service.can().has(kind) {
            return Ok(());
        }
        let (service, things) = (self.profile.service, kind.noun(2));
        Err(Failure::usage(format!("{service} has no {things}.")))
    }

    /// Refuses folders where the service has none.
    pub fn allow_folders(&self) -> Result<(), Failure> {
        match self.service.can().folders {
            true => Ok(()),
            false => Err(Failure::usage(format!(
                "{} has no folders.",
                self.profile.service
            ))),
        }
    }

    /// Refuses a search where the service has none of its own.
    pub fn allow_search(&self) -> Result<(), Failure> {
        match self.service.can().search {
            true => Ok(()),
            false => Err(Failure::usage(format!(
                "{} has no search of its own. Use --filter.",
                self.profile.service
            ))),
        }
    }

    /// Refuses groups where the service has none.
    pub fn allow_groups(&self) -> Result<(), Failure> {
        if self.service.can().groups {
            return Ok(());
        }
        let groups = ItemKind::Group.noun(2);
        Err(Failure::usage(format!(
            "{} has no {groups}.",
            self.profile.service
        )))
    }
}

/// The saved profiles; says what was wrong with the file, if anything.
pub fn profiles(data_dir: &Path) -> Result<Profiles, Failure> {
    let profiles = Profiles::load(data_dir)?;
    if let Some(notice) = profiles.notice() {
        note(notice);
    }
    Ok(profiles)
}

/// The environment's secret key, if it is one.
fn given_secret() -> Option<SecretString> {
    environment_secret().filter(is_given)
}

fn is_given(secret: &SecretString) -> bool {
    !secret.expose_secret().trim().is_empty()
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}

/// Which service the demo is to be; Uploadcare unless the environment names another.
fn demo_service(named: Option<String>) -> Result<ServiceKind, Failure> {
    match named.as_deref().map(str::trim) {
        None | Some("") => Ok(ServiceKind::Uploadcare),
        Some(name) => name.parse().map_err(Failure::usage),
    }
}

/// The profile and secret that the variables spell out; `None` where none of them is set.
fn from_environment(
    read: impl Fn(&str) -> Option<String>,
    secret: Option<SecretString>,
) -> Result<Option<(Profile, SecretString)>, Failure> {
    let get = |name: &str| read(name).filter(|value| !value.trim().is_empty());
    let service = get("TALLYMAN_SERVICE");
    let public_key = get("TALLYMAN_PUBLIC_KEY");
    let secret = secret.filter(is_given);
    if service.is_none() && public_key.is_none() && secret.is_none() {
        return Ok(None);
    }
    let service: ServiceKind = match service {
        Some(name) => name.trim().parse().map_err(Failure::usage)?,
        None if public_key.is_some() => ServiceKind::Uploadcare,
        None => return Err(Failure::usage("TALLYMAN_SERVICE is not set.")),
    };
    let Some(secret) = secret else {
        return Err(Failure::usage("TALLYMAN_SECRET_KEY is not set."));
    };
    let public_key = match (service, public_key) {
        (ServiceKind::Uploadcare, None) => {
            return Err(Failure::usage("TALLYMAN_PUBLIC_KEY is not set."));
        }
        (ServiceKind::Uploadcare, Some(key)) => key.trim().to_owned(),
        _ => String::new(),
    };
    let profile = Profile {
        public_key,
        api_base: get("TALLYMAN_API_BASE"),
        ..Profile::new(ProfileId(ENVIRONMENT.to_owned()), ENVIRONMENT, service)
    };
    Ok(Some((profile, secret)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(set: &[(&str, &str)]) -> Result<Option<(Profile, SecretString)>, Failure> {
        let value = |name: &str| {
            let found = set.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let secret = value("SECRET_KEY").map(SecretString::from);
        from_environment(|name| value(name.strip_prefix("TALLYMAN_")?), secret)
    }

    #[test]
    fn the_environment_is_read_whole_or_not_at_all() {
        assert!(read(&[]).unwrap().is_none());
        assert!(
            read(&[("SECRET_KEY", ""), ("API_BASE", "x")])
                .unwrap()
                .is_none()
        );
        let (profile, secret) = read(&[
            ("SERVICE", "Uploadcare"),
            ("PUBLIC_KEY", "pub "),
            ("SECRET_KEY", "sec"),
            ("API_BASE", "http://127.0.0.1:1"),
        ])
        .unwrap()
        .unwrap();
        assert_eq!(profile.service, ServiceKind::Uploadcare);
        assert_eq!(profile.public_key, "pub");
        assert_eq!(profile.api_base.as_deref(), Some("http://127.0.0.1:1"));
        assert_eq!(secret.expose_secret(), "sec");
        let (profile, _) = read(&[("PUBLIC_KEY", "p"), ("SECRET_KEY", "s")])
            .unwrap()
            .unwrap();
        assert_eq!(profile.service, ServiceKind::Uploadcare);
    }

    #[test]
    fn what_is_missing_is_named() {
        let cases: [(&[(&str, &str)], &str); 5] = [
            (
                &[("SERVICE", "uploadcare"), ("PUBLIC_KEY", "p")],
                "TALLYMAN_SECRET_KEY",
            ),
            (
                &[("SERVICE", "uploadcare"), ("SECRET_KEY", "s")],
                "TALLYMAN_PUBLIC_KEY",
            ),
            (&[("SECRET_KEY", "s")], "TALLYMAN_SERVICE"),
            (&[("PUBLIC_KEY", "p")], "TALLYMAN_SECRET_KEY"),
            (&[("SERVICE", "dropbox"), ("SECRET_KEY", "s")], "dropbox"),
        ];
        for (set, named) in cases {
            let failure = read(set).map(|_| ()).unwrap_err();
            assert_eq!(failure.code, 2);
            assert!(failure.message.contains(named), "{failure}");
        }
    }
}
