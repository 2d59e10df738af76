//! Names of things: services, items, profiles, jobs, calls.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// An upload service that Tallyman can work with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceKind {
    /// Uploadcare, REST API v0.7.
    Uploadcare,
    /// ImageKit, media API v1.
    ImageKit,
    /// Templated, API v1.
    Templated,
}

impl ServiceKind {
    /// All services, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Uploadcare, Self::ImageKit, Self::Templated];

    /// The name that people know: `Uploadcare`.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Uploadcare => "Uploadcare",
            Self::ImageKit => "ImageKit",
            Self::Templated => "Templated",
        }
    }

    /// The name in files and arguments: `uploadcare`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Uploadcare => "uploadcare",
            Self::ImageKit => "imagekit",
            Self::Templated => "templated",
        }
    }
}

impl fmt::Display for ServiceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

impl FromStr for ServiceKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.key().eq_ignore_ascii_case(text))
            .ok_or_else(|| {
                format!(
                    "no service is called {text:?}; it is one of uploadcare, imagekit, templated"
                )
            })
    }
}

/// The id of a file or a group, exactly as the service or the user wrote it.
///
/// Any text can be an id: one that the service cannot know still gets an outcome.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(Arc<str>);

impl ItemId {
    /// Wraps the text without looking at it.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text by which the id is told from others and sent: a uuid, or a group's `uuid~count`, means the
    /// same in either case and is written in lower case. Any other text stands for itself.
    pub fn plain(&self) -> Cow<'_, str> {
        if is_uuid_like(&self.0) && self.0.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(self.0.to_ascii_lowercase())
        } else {
            Cow::Borrowed(&self.0)
        }
    }
}

fn is_uuid_like(text: &str) -> bool {
    let (uuid, count) = text.split_once('~').unwrap_or((text, "0"));
    let digit = |(place, byte): (usize, u8)| match place {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    uuid.len() == 36
        && uuid.bytes().enumerate().all(digit)
        && count.bytes().all(|byte| byte.is_ascii_digit())
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for ItemId {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// A profile's own id: random, never derived from a key. It names the secret in the keyring.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProfileId(pub String);

impl fmt::Display for ProfileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A job's number in the ledger, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub i64);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A call's number in the ledger, counted from 1 over all jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallId(pub i64);

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
