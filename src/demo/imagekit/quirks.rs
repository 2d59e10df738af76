//! Where ImageKit's contract is silent or only inferred. The defaults are what it holds most likely.

use std::time::Duration;

/// What the private key is good for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyState {
    /// Everything.
    #[default]
    Good,
    /// Nothing any more.
    Expired,
    /// Nothing: the account is disabled.
    Disabled,
    /// Reading.
    ReadOnly,
}

/// How a refused bulk call tells the ids that do not exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// All of them.
    #[default]
    All,
    /// The first one that was met.
    First,
    /// Not at all: there is no `missingFileIds`.
    Unnamed,
}

/// In which order a bulk call names what it did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Echo {
    /// As the request named them.
    #[default]
    Requested,
    /// Sorted.
    Sorted,
}

/// ImageKit's odd ways.
#[derive(Clone, Debug)]
pub struct Quirks {
    /// What the private key is good for.
    pub key: KeyState,
    /// Whether every answer tells the limits.
    pub rate_headers: bool,
    /// Whether tags, AI tags and coordinates that are not set are `""`; else they are `null`.
    pub empty_for_null: bool,
    /// Whether the answer of a bulk delete leaves out the last of several ids that it deleted.
    pub forgets_one: bool,
    /// Whether a malformed id in a bulk call is a missing one; else the call is refused with 400.
    pub malformed_is_missing: bool,
    /// How a refused bulk call tells the ids that do not exist.
    pub missing: Missing,
    /// In which order a bulk call names what it did.
    pub echo: Echo,
    /// How long lists still show a file after it was deleted.
    pub list_lag: Duration,
    /// Whether the `fileId` of an older version's row is that of the file; else it is the version's own.
    pub versions_share_id: bool,
    /// How many bytes `"1kb"` is in a search.
    pub kilobyte: u64,
    /// How often a bulk job is asked for before it is done.
    pub job_polls: u32,
    /// How long a bulk job takes if nobody asks.
    pub job_time: Duration,
    /// How many addresses can be purged in a month.
    pub purges_a_month: u32,
    /// How many nested assets a folder call works on at most.
    pub most_nested: usize,
    /// The largest file that can be uploaded, in bytes.
    pub largest_upload: u64,
    /// How many more bytes can be uploaded.
    pub storage_left: u64,
    /// Whether an upload beyond that is refused with 403; else with 400.
    pub full_is_forbidden: bool,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            key: KeyState::Good,
            rate_headers: true,
            empty_for_null: false,
            forgets_one: false,
            malformed_is_missing: true,
            missing: Missing::All,
            echo: Echo::Requested,
            list_lag: Duration::ZERO,
            versions_share_id: true,
            kilobyte: 1024,
            job_polls: 2,
            job_time: Duration::from_secs(2),
            purges_a_month: 1000,
            most_nested: 100_000,
            largest_upload: 25 << 20,
            storage_left: u64::MAX,
            full_is_forbidden: false,
        }
    }
}
