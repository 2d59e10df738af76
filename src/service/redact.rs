//! Takes a secret out of what a service or a proxy said, should it have echoed it.

use secrecy::{ExposeSecret, SecretString};

use crate::model::ItemId;

use super::{Fact, ServiceError};

/// A shorter secret is no real key, and taking it out would garble what was said.
const SHORTEST: usize = 8;

/// A shorter beginning of one may be anything, such as what all keys of a service begin with.
const PIECE: usize = 12;

/// What stands in its place.
const INSTEAD: &str = "[secret key]";

/// The text without the secret.
pub(crate) fn text(secret: &SecretString, text: String) -> String {
    let secret = secret.expose_secret();
    if secret.chars().count() < SHORTEST {
        return text;
    }
    let mut text = match text.contains(secret) {
        true => text.replace(secret, INSTEAD),
        false => text,
    };
    // Words are cut to a length, in the middle of a secret too.
    let ends = secret.char_indices().map(|(end, _)| &secret[..end]);
    let starts = ends.skip(PIECE).filter(|start| text.ends_with(*start));
    if let Some(start) = starts.last() {
        text.truncate(text.len() - start.len());
        text.push_str(INSTEAD);
    }
    text
}

/// The error without the secret.
pub(crate) fn error(secret: &SecretString, mut error: ServiceError) -> ServiceError {
    error.message = text(secret, error.message);
    error.words = error.words.map(|words| text(secret, words));
    error
}

/// What was said of ids, without the secret. The ids are our own and stay.
pub(crate) fn facts(secret: &SecretString, facts: Vec<(ItemId, Fact)>) -> Vec<(ItemId, Fact)> {
    let clean = |fact| match fact {
        Fact::Refused { words } => Fact::Refused {
            words: text(secret, words),
        },
        Fact::Absent { words } => Fact::Absent {
            words: text(secret, words),
        },
        Fact::Skipped { words } => Fact::Skipped {
            words: text(secret, words),
        },
        done @ Fact::Done { .. } => done,
    };
    facts
        .into_iter()
        .map(|(id, fact)| (id, clean(fact)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::ErrorKind;

    #[test]
    fn an_echoed_secret_is_taken_out() {
        let secret = SecretString::from("hunter22");
        assert_eq!(
            text(&secret, "no: hunter22!".to_owned()),
            "no: [secret key]!"
        );
        assert_eq!(text(&secret, "no".to_owned()), "no");
        let long = SecretString::from("private_hunter-é-33");
        for cut in [
            "no: private_hunt",
            "no: private_hunter-",
            "no: private_hunter-é-3",
        ] {
            assert_eq!(text(&long, cut.to_owned()), "no: [secret key]");
        }
        assert_eq!(text(&long, "a private_".to_owned()), "a private_");
        let said = ServiceError {
            words: Some("hunter22 is wrong".to_owned()),
            ..ServiceError::new(ErrorKind::Refused, "hunter22?")
        };
        let said = format!("{:?}", error(&secret, said));
        assert!(!said.contains("hunter22"), "{said}");
        let words = || "hunter22".to_owned();
        let list = [
            Fact::Refused { words: words() },
            Fact::Absent { words: words() },
            Fact::Done { at: None },
        ];
        let list = list.map(|fact| (ItemId::from("a"), fact)).to_vec();
        let said = format!("{:?}", facts(&secret, list));
        assert!(!said.contains("hunter22"), "{said}");
    }

    #[test]
    fn a_short_secret_does_not_garble_a_message() {
        for (secret, garbled) in [
            ("", false),
            ("e", false),
            ("refused", false),
            ("refused!", true),
        ] {
            let said = text(&SecretString::from(secret), "refused! see".to_owned());
            assert_eq!(said != "refused! see", garbled, "{secret:?}: {said}");
        }
    }
}
