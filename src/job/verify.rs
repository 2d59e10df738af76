//! Whether the keys still belong to the account that the plan was confirmed for. Pure.

use crate::model::Account;

/// Refuses another account than the plan's, naming both.
pub(super) fn same_account(planned: &Account, found: &Account) -> Result<(), String> {
    if planned.may_be(found) {
        return Ok(());
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
        assert_eq!(same_account(&shop, &account("renamed", "k1")), Ok(()));
        let words = same_account(&shop, &account("shop", "k2")).unwrap_err();
        for part in ["“shop” (k1)", "“shop” (k2)"] {
            assert!(words.contains(part), "{words}");
        }
    }
}
