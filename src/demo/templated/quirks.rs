//! Where Templated's contract is silent or only inferred. The defaults are what it holds most likely.

use hyper::StatusCode;

/// How the account is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccountState {
    /// In order.
    #[default]
    Good,
    /// Removed, though its key is still known.
    Removed,
    /// Blocked.
    Blocked,
}

/// Templated's odd ways.
#[derive(Clone, Debug)]
pub struct Quirks {
    /// How the account is.
    pub account: AccountState,
    /// Whether a key that nobody has is answered with 403; else with 401.
    pub unknown_key_is_forbidden: bool,
    /// The longest address that is let through, in bytes as the real host would see it.
    pub url_limit: usize,
    /// The status that answers a longer one: 414, 413 or 431.
    pub too_long: u16,
    /// The most that a list gives at once, whatever it is asked for.
    pub list_cap: usize,
    /// Whether a list is an object that holds the array.
    pub wrapped_lists: bool,
    /// Whether uploads have no `url`.
    pub no_url: bool,
    /// Whether the status of a render is in upper case.
    pub upper_case_status: bool,
    /// Whether renders have their older field names: `render_url`, `created_at`, `template`.
    pub old_spelling: bool,
    /// Whether a 404 for a render or template does not say what is missing.
    pub vague_missing: bool,
    /// Whether a refused delete leaves out the array that is empty.
    pub omit_empty: bool,
    /// Whether the answer of a delete leaves out the last of several ids that it deleted.
    pub forgets_one: bool,
    /// Whether `DELETE /v1/upload/{id}` is there.
    pub single_delete: bool,
    /// Whether a 429 says when to come again.
    pub says_when: bool,
}

impl Quirks {
    pub(super) fn unknown_key_status(&self) -> StatusCode {
        match self.unknown_key_is_forbidden {
            true => StatusCode::FORBIDDEN,
            false => StatusCode::UNAUTHORIZED,
        }
    }

    pub(super) fn too_long_status(&self) -> StatusCode {
        StatusCode::from_u16(self.too_long).unwrap_or(StatusCode::URI_TOO_LONG)
    }
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            account: AccountState::Good,
            unknown_key_is_forbidden: false,
            url_limit: 8192,
            too_long: 414,
            list_cap: 100,
            wrapped_lists: false,
            no_url: false,
            upper_case_status: false,
            old_spelling: false,
            vague_missing: false,
            omit_empty: false,
            forgets_one: false,
            single_delete: false,
            says_when: true,
        }
    }
}
