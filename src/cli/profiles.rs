//! `profiles`: list, add, remove, verify. The secret is typed unseen or piped in, never an argument.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::model::text::visible;
use crate::profile::{Colour, Keyring, Profile, new_id, verify};
use crate::service::{self, Credentials};

use super::args::{AddArgs, ProfilesCommand};
use super::out::{DONE, Failure, START, line, note, table};
use super::source::profiles;

/// Runs one of the profile commands.
pub async fn run(action: &ProfilesCommand, data_dir: &Path) -> Result<u8, Failure> {
    match action {
        ProfilesCommand::List => list(data_dir),
        ProfilesCommand::Add(args) => add(args, data_dir).await,
        ProfilesCommand::Remove { name } => remove(name, data_dir).await,
        ProfilesCommand::Verify { name } => verify_saved(name.as_deref(), data_dir).await,
    }
}

fn list(data_dir: &Path) -> Result<u8, Failure> {
    let profiles = profiles(data_dir)?;
    if profiles.list().is_empty() {
        note("No profiles yet. `tallyman profiles add NAME --public-key KEY` adds one.");
        return Ok(DONE);
    }
    let head = ["NAME", "SERVICE", "PROJECT", "PUBLIC KEY", "MARKS"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(profiles.list().iter().map(row));
    table(&[], &rows)?;
    Ok(DONE)
}

fn row(profile: &Profile) -> Vec<String> {
    let account = profile
        .account
        .as_ref()
        .map_or("", |account| account.label());
    let marks = [
        (profile.protected, "protected"),
        (profile.read_only, "read-only"),
        (profile.simple_auth, "simple authentication"),
    ];
    let marks: Vec<&str> = marks
        .iter()
        .filter(|(on, _)| *on)
        .map(|(_, mark)| *mark)
        .collect();
    vec![
        visible(&profile.name).into_owned(),
        profile.service.to_string(),
        visible(account).into_owned(),
        profile.public_key.clone(),
        marks.join(", "),
    ]
}

/// Verifies, then keeps the secret, then the profile: a profile that is listed has been seen to work.
async fn add(args: &AddArgs, data_dir: &Path) -> Result<u8, Failure> {
    let mut profiles = profiles(data_dir)?;
    if profiles.by_name(&args.name).is_some() {
        return Err(Failure::usage(format!(
            "A profile is called {:?} already. Choose another name, or remove it first.",
            args.name
        )));
    }
    let secret = read_secret()?;
    let mut profile = Profile {
        id: new_id(),
        name: args.name.clone(),
        service: args.service,
        colour: args
            .colour
            .unwrap_or_else(|| Colour::at(profiles.list().len())),
        public_key: args.public_key.trim().to_owned(),
        api_base: args.api_base.clone(),
        cdn_base: args.cdn_base.clone(),
        simple_auth: args.simple_auth,
        protected: args.protected,
        read_only: args.read_only,
        keep: Default::default(),
        account: None,
    };
    let account = verify(&profile.credentials(secret.clone())).await?;
    profile.account = Some(account.clone());
    let keyring = Keyring::system();
    keyring
        .save(&profile.id, &profile.name, secret)
        .await
        .map_err(|error| {
            Failure::start(format!(
                "{} The profile was not saved. Without a keyring, give the keys in TALLYMAN_SERVICE, \
                 TALLYMAN_PUBLIC_KEY and TALLYMAN_SECRET_KEY.",
                error.message
            ))
        })?;
    let id = profile.id.clone();
    if let Err(error) = profiles.put(profile) {
        drop(keyring.forget(&id).await);
        return Err(error.into());
    }
    let label = visible(account.label());
    line(format_args!(
        "Added {}: {} on {}.",
        args.name, label, args.service
    ))?;
    Ok(DONE)
}

async fn remove(name: &str, data_dir: &Path) -> Result<u8, Failure> {
    let mut profiles = profiles(data_dir)?;
    let Some(profile) = profiles.by_name(name) else {
        return Err(unknown(name));
    };
    let id = profile.id.clone();
    profiles.remove(&id)?;
    match Keyring::system().forget(&id).await {
        Ok(()) => line(format_args!("Removed {name} and its key."))?,
        Err(error) => {
            line(format_args!("Removed {name}."))?;
            note(format_args!(
                "Its key may still be in the keyring: {}",
                error.message
            ));
        }
    }
    Ok(DONE)
}

async fn verify_saved(name: Option<&str>, data_dir: &Path) -> Result<u8, Failure> {
    let mut profiles = profiles(data_dir)?;
    let chosen: Vec<Profile> = match name {
        None => profiles.list().to_vec(),
        Some(name) => vec![profiles.by_name(name).ok_or_else(|| unknown(name))?.clone()],
    };
    let mut code = DONE;
    for mut profile in chosen {
        match verify_one(&profile).await {
            Ok((account, words)) => {
                line(words)?;
                if profile.account.as_ref() != Some(&account) {
                    profile.account = Some(account);
                    profiles.put(profile)?;
                }
            }
            Err(failure) => {
                code = START;
                line(format_args!("{}: {failure}", visible(&profile.name)))?;
            }
        }
    }
    Ok(code)
}

async fn verify_one(profile: &Profile) -> Result<(crate::model::Account, String), Failure> {
    let secret = Keyring::system().load(&profile.id).await?;
    let credentials = profile.credentials(secret);
    let account = verify(&credentials).await?;
    let usage = usage_words(&credentials).await;
    let label = visible(account.label()).into_owned();
    let name = visible(&profile.name);
    let words = match &profile.account {
        Some(known) if !known.may_be(&account) => format!(
            "{name}: {label} on {}; the keys belonged to {} before",
            profile.service,
            visible(known.label())
        ),
        _ => format!("{name}: {label} on {}", profile.service),
    };
    Ok((account, format!("{words}{usage}")))
}

/// `; 5,330 of 10,000 render credits used, Scale plan`, where the service tells it. What cannot be asked says
/// nothing of the keys.
async fn usage_words(credentials: &Credentials) -> String {
    let asked = match service::open(credentials) {
        Ok(service) => service.usage().await,
        Err(error) => Err(error),
    };
    let Ok(Some(usage)) = asked else {
        return String::new();
    };
    match visible(&usage.plan_words()).as_ref() {
        "" => format!("; {}", usage.words()),
        plan => format!("; {}, {plan}", usage.words()),
    }
}

fn unknown(name: &str) -> Failure {
    Failure::usage(format!(
        "No profile is called {name:?}. `tallyman profiles` lists them."
    ))
}

/// One line of standard input, unseen where it is typed.
fn read_secret() -> Result<SecretString, Failure> {
    let asks = io::stdin().is_terminal();
    if asks {
        drop(write!(io::stderr(), "Secret key: "));
        drop(io::stderr().flush());
    }
    let mut typed = Zeroizing::new(String::new());
    let hidden = asks.then(Unseen::begin);
    let read = io::stdin().read_line(&mut typed);
    drop(hidden);
    if asks {
        note("");
    }
    read.map_err(|error| Failure::usage(format!("No secret key could be read: {error}.")))?;
    match typed.trim() {
        "" => Err(Failure::usage(
            "No secret key was given. Type it, or pipe it in; it is no argument.",
        )),
        secret => Ok(SecretString::from(secret)),
    }
}

/// While it lives, the terminal shows nothing of what is typed.
struct Unseen {
    #[cfg(unix)]
    before: Option<rustix::termios::Termios>,
}

#[cfg(unix)]
impl Unseen {
    fn begin() -> Self {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(io::stdin()).ok();
        if let Some(before) = &before {
            let mut quiet = before.clone();
            quiet.local_modes.remove(LocalModes::ECHO);
            let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &quiet);
        }
        Self { before }
    }
}

#[cfg(unix)]
impl Drop for Unseen {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        if let Some(before) = &self.before {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
        }
    }
}

#[cfg(not(unix))]
impl Unseen {
    fn begin() -> Self {
        note("(this terminal shows what you type; pipe the key in to avoid that)");
        Self {}
    }
}
