//! Uploadcare's JSON in and out: what a body says, never what a status means.
//!
//! Everything here is a pure function of text, and lenient: an odd value never fails a page.

pub(super) mod batch;
pub(super) mod facts;
pub(super) mod rows;

use crate::model::Account;
use crate::service::wire::Fields;

/// Whom the keys belong to, if the text is an answer to that. The key is the one that was used where the
/// service does not name it.
pub(super) fn account(json: &str, public_key: &str) -> Option<Account> {
    let fields = Fields::of(json)?;
    let known = ["name", "pub_key", "collaborators", "autostore_enabled"];
    known
        .iter()
        .any(|key| fields.raw(key).is_some())
        .then(|| Account {
            name: fields.string("name").unwrap_or_default(),
            key: fields
                .words("pub_key")
                .unwrap_or_else(|| public_key.to_owned()),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts() {
        let cases = [
            (
                r#"{"collaborators": null, "name": "Demo", "pub_key": "abc", "autostore_enabled": true}"#,
                Some(("Demo", "abc")),
            ),
            (r#"{"name": null, "pub_key": null}"#, Some(("", "used"))),
            (r#"{"name": "Demo"}"#, Some(("Demo", "used"))),
            (r#"{"name": 5, "pub_key": ""}"#, Some(("", "used"))),
            ("{}", None),
            (r#"{"status": "ok"}"#, None),
            ("[]", None),
            ("<html>", None),
        ];
        for (json, expected) in cases {
            let found = account(json, "used");
            let found = found
                .as_ref()
                .map(|account| (account.name.as_str(), account.key.as_str()));
            assert_eq!(found, expected, "{json}");
        }
    }
}
