//! The list of profiles: `profiles.toml` in the data folder.
//!
//! Never overwritten unless it was understood: a broken file is kept aside, a newer one is left alone.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use crate::model::text::is_hidden;
use crate::model::{ProfileId, Time};
use crate::service::parse_base;

use super::file::{Document, Text, parse};
use super::{Profile, atomic, cache};

/// The file's name.
const FILE: &str = "profiles.toml";

/// Longest name of a profile, in characters.
const NAME_CHARS: usize = 60;

/// What went wrong with the list, by meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProfileErrorKind {
    /// The name is empty, too long, or another profile's.
    Name,
    /// An address of the profile is neither https nor loopback.
    Address,
    /// There is no such profile.
    NotFound,
    /// The file is frozen: a newer Tallyman wrote it, or it is broken and cannot be moved aside.
    Frozen,
    /// The file could not be read or written.
    Io,
}

/// An error of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileError {
    /// What it means.
    pub kind: ProfileErrorKind,
    /// What happened and what to do next.
    pub message: String,
}

impl ProfileError {
    fn new(kind: ProfileErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    fn io(what: &str, path: &Path, error: &io::Error) -> Self {
        let message = format!(
            "{} cannot be {what}: {error}. Check the folder's permissions and free space, \
             or name another with --data-dir.",
            path.display()
        );
        Self::new(ProfileErrorKind::Io, message)
    }
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ProfileError {}

/// The profiles, in the order in which they were added.
#[derive(Clone, Debug)]
pub struct Profiles {
    path: PathBuf,
    document: Document,
    notice: Option<String>,
    frozen: bool,
}

impl Profiles {
    /// Reads the list. A missing file is an empty list; a broken one is renamed to
    /// `profiles.broken-TIME.toml`, which [`notice`](Self::notice) tells.
    ///
    /// # Errors
    /// The file is there and cannot be read.
    pub fn load(data_dir: &Path) -> Result<Self, ProfileError> {
        let mut profiles = Self {
            path: data_dir.join(FILE),
            document: Document::default(),
            notice: None,
            frozen: false,
        };
        profiles.read()?;
        Ok(profiles)
    }

    /// What a person must know of the file, if anything.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// Whether the list cannot be changed, since its file must not be.
    pub fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// All profiles.
    pub fn list(&self) -> &[Profile] {
        &self.document.list
    }

    /// Takes over what another program, or a command, wrote into the file meanwhile.
    ///
    /// # Errors
    /// The file is there and cannot be read; what was known stays.
    pub fn refresh(&mut self) -> Result<(), ProfileError> {
        self.read()
    }

    /// The profile with the id.
    pub fn get(&self, id: &ProfileId) -> Option<&Profile> {
        self.list().iter().find(|profile| profile.id == *id)
    }

    /// The profile with the name, in any case.
    pub fn by_name(&self, name: &str) -> Option<&Profile> {
        let wanted = folded(name);
        self.list()
            .iter()
            .find(|profile| folded(&profile.name) == wanted)
    }

    /// Adds a profile, or replaces the one with its id, and saves. The name is trimmed.
    ///
    /// # Errors
    /// A name that is empty, longer than 60 characters, hidden or another's; a bad address; a file
    /// that is frozen or cannot be written. Nothing has changed then.
    pub fn put(&mut self, mut profile: Profile) -> Result<(), ProfileError> {
        self.change(|document| {
            profile.name = profile.name.trim().to_owned();
            check(&profile, &document.list)?;
            document.put(profile);
            Ok(())
        })
    }

    /// Removes a profile and saves; what was kept of its files goes too. Its secret is the caller's to forget.
    ///
    /// # Errors
    /// No such profile; a file that is frozen or cannot be written. Nothing has changed then.
    pub fn remove(&mut self, id: &ProfileId) -> Result<(), ProfileError> {
        self.change(|document| {
            let before = document.list.len();
            document.list.retain(|profile| profile.id != *id);
            if document.list.len() < before {
                return Ok(());
            }
            let message = "This profile is not in the list any more.";
            Err(ProfileError::new(ProfileErrorKind::NotFound, message))
        })?;
        if let Some(data_dir) = self.path.parent() {
            cache::forget(data_dir, id);
        }
        Ok(())
    }

    /// Changes what is in the file now (another window may have written it) and saves.
    fn change(
        &mut self,
        act: impl FnOnce(&mut Document) -> Result<(), ProfileError>,
    ) -> Result<(), ProfileError> {
        self.read()?;
        if self.frozen {
            let notice = self.notice.clone().unwrap_or_default();
            return Err(ProfileError::new(ProfileErrorKind::Frozen, notice));
        }
        let mut document = self.document.clone();
        act(&mut document)?;
        let text = document
            .to_text()
            .map_err(|error| ProfileError::io("written", &self.path, &io::Error::other(error)))?;
        atomic::write(&self.path, text.as_bytes())
            .map_err(|error| ProfileError::io("written", &self.path, &error))?;
        self.document = document;
        // What was written is what is known now, keys and entries that stayed as they were included.
        self.read()
    }

    /// Takes over what the file says. What this process knows stays where the file is gone or broken.
    fn read(&mut self) -> Result<(), ProfileError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(ProfileError::io("read", &self.path, &error)),
        };
        let text = match std::str::from_utf8(&bytes) {
            Ok(text) => parse(text),
            Err(_) => Text::Broken("it is not UTF-8 text".into()),
        };
        match text {
            Text::Good(document, odd) => self.take(document, &odd),
            Text::Newer(version) => self.freeze(version),
            Text::Broken(why) => self.set_aside(&why),
        }
        Ok(())
    }

    fn take(&mut self, document: Document, odd: &[String]) {
        self.document = document;
        self.frozen = false;
        if !odd.is_empty() {
            self.notice = Some(format!(
                "{} has profiles that this version cannot read ({}). They stay in the file.",
                self.path.display(),
                odd.join("; ")
            ));
        }
    }

    fn freeze(&mut self, version: i64) {
        self.frozen = true;
        self.notice = Some(format!(
            "{} was written by a newer Tallyman (version {version} of the file). It is left as it is; \
             update Tallyman to use and change your profiles.",
            self.path.display()
        ));
    }

    fn set_aside(&mut self, why: &str) {
        let aside = aside(&self.path);
        let shown = self.path.display();
        match fs::rename(&self.path, &aside) {
            Ok(()) => {
                self.notice = Some(format!(
                    "{shown} could not be read: {why}. It is kept as {}; your keys are still in the keyring.",
                    aside.display()
                ));
            }
            Err(error) => {
                self.frozen = true;
                self.notice = Some(format!(
                    "{shown} could not be read: {why}. It cannot be moved aside ({error}), so profiles \
                     cannot be changed. Repair or move it."
                ));
            }
        }
    }
}

/// A name for a broken file that no file has yet.
fn aside(path: &Path) -> PathBuf {
    let stamp = Time::now().format(&TimeZone::UTC, "%Y%m%dT%H%M%SZ");
    (1..)
        .map(|number| match number {
            1 => format!("profiles.broken-{stamp}.toml"),
            _ => format!("profiles.broken-{stamp}-{number}.toml"),
        })
        .map(|name| path.with_file_name(name))
        .find(|aside| !aside.exists())
        .unwrap_or_else(|| path.with_file_name("profiles.broken.toml"))
}

fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

fn check(profile: &Profile, others: &[Profile]) -> Result<(), ProfileError> {
    check_name(profile, others)
        .map_err(|message| ProfileError::new(ProfileErrorKind::Name, message))?;
    for base in [&profile.api_base, &profile.cdn_base].into_iter().flatten() {
        parse_base(base)
            .map_err(|error| ProfileError::new(ProfileErrorKind::Address, error.message))?;
    }
    Ok(())
}

fn check_name(profile: &Profile, others: &[Profile]) -> Result<(), String> {
    let name = &profile.name;
    if name.is_empty() {
        return Err("The profile needs a name.".into());
    }
    if name.chars().count() > NAME_CHARS {
        return Err(format!(
            "The profile's name is longer than {NAME_CHARS} characters. Choose a shorter one."
        ));
    }
    if name.chars().any(is_hidden) {
        return Err("The profile's name has a character that cannot be seen. Type it anew.".into());
    }
    let taken = |other: &&Profile| other.id != profile.id && folded(&other.name) == folded(name);
    match others.iter().find(taken) {
        Some(other) => Err(format!(
            "Another profile is called {:?}. Choose another name.",
            other.name
        )),
        None => Ok(()),
    }
}
