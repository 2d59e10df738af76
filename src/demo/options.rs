//! How a demo server is set up: how much data, how slow, and which of the odd ways of the real service.

use std::time::Duration;

use super::{imagekit, templated};

/// What to start a server with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// How many files the Uploadcare project holds, removed ones included.
    pub files: usize,
    /// How many groups.
    pub groups: usize,
    /// How many files the ImageKit library holds.
    pub imagekit_files: usize,
    /// How many uploads the Templated account holds.
    pub templated_uploads: usize,
    /// How long each answer takes at least.
    pub latency: Duration,
    /// The same seed makes the same ids, names and sizes, and draws the same faults.
    pub seed: u64,
    /// The odd ways.
    pub quirks: Quirks,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            files: 20_000,
            groups: 300,
            imagekit_files: 3_000,
            templated_uploads: 800,
            latency: Duration::ZERO,
            seed: 7,
            quirks: Quirks::default(),
        }
    }
}

/// What becomes of a temporary file when its time is up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expired {
    /// It is listed as removed.
    #[default]
    Removed,
    /// It is not found any more.
    Gone,
}

/// Where the real service was seen to differ, is not known for sure, or cannot be had on loopback.
/// The defaults are what the contract says.
#[derive(Clone, Debug)]
pub struct Quirks {
    /// Whether a `Date` more than 15 minutes off is refused.
    pub strict_clock: bool,
    /// How far the server's own clock is ahead, in seconds.
    pub clock_offset: i64,
    /// Whether `Uploadcare.Simple` is let in over plain http.
    pub allow_simple: bool,
    /// Whether lists tell a wrong `total` and negative `totals`.
    pub wrong_counters: bool,
    /// Whether `from` includes its bound.
    pub inclusive_from: bool,
    /// How long a removed member of a group is still shown before it becomes `null`.
    pub purge_members_after: Duration,
    /// How long the CDN still serves a file that was removed.
    pub cdn_cache: Duration,
    /// How long a file that nobody stored is kept.
    pub unstored_life: Duration,
    /// What becomes of it then.
    pub expired: Expired,
    /// Whether a path without its last slash is redirected (301); else it is not found.
    pub redirect_to_slash: bool,
    /// How long a fresh copy stays without size and content type.
    pub copy_delay: Duration,
    /// How long a new file stays out of the search.
    pub search_lag: Duration,
    /// ImageKit's.
    pub imagekit: imagekit::Quirks,
    /// Templated's.
    pub templated: templated::Quirks,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            strict_clock: true,
            clock_offset: 0,
            allow_simple: false,
            wrong_counters: false,
            inclusive_from: false,
            purge_members_after: Duration::from_secs(3600),
            cdn_cache: Duration::from_secs(3600),
            unstored_life: Duration::from_secs(24 * 3600),
            expired: Expired::Removed,
            redirect_to_slash: false,
            copy_delay: Duration::from_millis(500),
            search_lag: Duration::ZERO,
            imagekit: imagekit::Quirks::default(),
            templated: templated::Quirks::default(),
        }
    }
}
