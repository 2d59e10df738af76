//! Templated's JSON in and out: what a body says, never what a status means.
//!
//! Everything here is a pure function of text, and lenient: an odd value never fails a page.

pub(super) mod batch;
pub(super) mod facts;
pub(super) mod rows;
pub(super) mod things;

use crate::model::{Account, Time, Unit, Usage};
use crate::service::wire::Fields;

/// Whom the key belongs to, if the text is an answer to that.
///
/// The mail address is what the API documents and what a person knows an account by; an id or a name
/// stands in where it is missing. None of them follows from the key.
pub(super) fn account(json: &str) -> Option<Account> {
    let fields = Fields::of(json)?;
    let known = ["email", "name", "apiUsage", "apiQuota", "plan"];
    known.iter().find(|key| fields.raw(key).is_some())?;
    let words = |keys: [&str; 2]| keys.into_iter().find_map(|key| fields.words(key));
    let name = words(["name", "teamName"]);
    let key = words(["email", "id"]).or_else(|| name.clone())?;
    Some(Account {
        name: name.unwrap_or_default(),
        key,
    })
}

/// How many render credits are used, if the text tells it. Storage is nowhere told.
pub(super) fn usage(json: &str, at: Time) -> Option<Usage> {
    let fields = Fields::of(json)?;
    Some(Usage {
        what: "render credits",
        unit: Unit::Pieces,
        used: fields.count("apiUsage")?,
        quota: fields.count("apiQuota"),
        plan: fields.words("plan").unwrap_or_default(),
        stored: None,
        at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usages() {
        let cases = [
            (
                r#"{"apiUsage":5400,"apiQuota":10000,"usagePercentage":54,"plan":"Scale"}"#,
                Some((5_400, Some(10_000), "Scale")),
            ),
            (
                r#"{"apiUsage":"7","apiQuota":null,"plan":null}"#,
                Some((7, None, "")),
            ),
            (r#"{"apiUsage":0}"#, Some((0, None, ""))),
            (r#"{"apiQuota":5}"#, None),
            (r#"{"apiUsage":-1}"#, None),
            ("[]", None),
        ];
        for (json, expected) in cases {
            let found = usage(json, Time(5));
            let found = found
                .as_ref()
                .map(|one| (one.used, one.quota, one.plan.as_str()));
            assert_eq!(found, expected, "{json}");
        }
    }

    #[test]
    fn accounts() {
        let cases = [
            (
                r#"{"email":"ann@example.com","name":"Ann","apiUsage":5400,"apiQuota":10000,"usagePercentage":54,"plan":"Scale"}"#,
                Some(("Ann", "ann@example.com")),
            ),
            (
                r#"{"email":"ann@example.com","name":null,"teamName":"Team","id":"7"}"#,
                Some(("Team", "ann@example.com")),
            ),
            (r#"{"email":null,"id":"7","plan":"Free"}"#, Some(("", "7"))),
            (r#"{"name":"Ann"}"#, Some(("Ann", "Ann"))),
            (r#"{"email":"","name":5,"plan":"Free"}"#, None),
            (r#"{"error":"Not authorized"}"#, None),
            (r#"{"id":"7"}"#, None),
            ("{}", None),
            ("[]", None),
            ("<html>", None),
        ];
        for (json, expected) in cases {
            let found = account(json);
            let found = found
                .as_ref()
                .map(|account| (account.name.as_str(), account.key.as_str()));
            assert_eq!(found, expected, "{json}");
        }
    }
}
