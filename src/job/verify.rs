//! Whether the keys still belong to the account that the plan was confirmed for. Pure.

use crate::model::Account;

/// Refuses another account than the plan's, naming both. `emptied`: the job may have deleted all that an account can
/// be told by. One that nothing tells of is refused otherwise: what an empty one lacks is not gone from the plan's.
pub(super) fn same_account(
    planned: &Account,
    found: &Account,
    emptied: bool,
) -> Result<(), String> {
    let unknown = found.key.is_empty() && !planned.key.is_empty();
    if planned.may_be(found) && (emptied || !unknown) {
        return Ok(());
    }
    if unknown {
        return Err(format!(
            "The plan was confirmed for “{}” ({}), but these keys open an account of which nothing tells whether \
             it is that one: it has no files. Nothing was sent in this run. Open the profile with the keys of the \
             first, then continue the job.",
            planned.label(),
            planned.key
        ));
    }
    Err(format!(
        "The plan was confirmed for “{}” ({}), but these keys now belong to “{}” ({}). Nothing was sent in \
         this run. Open the profile with the keys of the first, then continue the job.",
        planned.label(),
        planned.key,
        found.label(),
        found.key
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_tells_accounts_apart_and_both_are_named() {
        let account = |name: &str, key: &str| Account {
            name: name.into(),
            key: key.into(),
        };
        let shop = account("shop", "k1");
        let renamed = account("renamed", "k1");
        assert_eq!(same_account(&shop, &renamed, false), Ok(()));
        let words = same_account(&shop, &account("shop", "k2"), true).unwrap_err();
        for part in ["“shop” (k1)", "“shop” (k2)"] {
            assert!(words.contains(part), "{words}");
        }
    }

    #[test]
    fn an_account_that_nothing_tells_of_may_be_one_that_the_job_emptied() {
        let account = |key: &str| Account {
            name: "media".into(),
            key: key.into(),
        };
        let (planned, empty) = (account("k1"), account(""));
        let words = same_account(&planned, &empty, false).unwrap_err();
        assert!(words.contains("“media” (k1)") && words.contains("no files"));
        assert_eq!(same_account(&planned, &empty, true), Ok(()));
        // Nothing was known of it when the plan was made either.
        assert_eq!(same_account(&empty, &empty, false), Ok(()));
        assert_eq!(same_account(&empty, &planned, false), Ok(()));
    }
}
