//! Questions about one thing: whose the keys are, one file.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tallyman::model::ItemId;
use tallyman::service::{Credentials, ErrorKind};

use crate::bench::{MALFORMED, delete};
use crate::case::{Kit, list, open, open_as, start};

pub async fn the_keys_tell_whose_they_are(kit: &'static Kit) {
    let (_server, case) = start(kit, 20).await;
    let service = open(&case);
    let credentials = case.credentials.clone();
    assert_eq!(service.kind(), credentials.service);
    assert_eq!(Some(service.api_base()), credentials.api_base);
    let account = service.account().await.unwrap();
    assert!(!account.label().is_empty() && !account.key.is_empty());
    assert!(account.may_be(&open(&case).account().await.unwrap()));

    let other = changed(&credentials.secret);
    let wrong = Credentials {
        secret: other.clone(),
        ..credentials
    };
    let error = open_as(&wrong, Duration::from_secs(10))
        .unwrap()
        .account()
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthenticated, "{error}");
    assert!(!format!("{error:?} {error}").contains(other.expose_secret()));
    assert_eq!(error.meta.attempts, 1, "keys are not tried twice");
}

/// A secret of the same form that is nobody's.
fn changed(secret: &SecretString) -> SecretString {
    let turn = |letter: char| {
        letter
            .to_digit(10)
            .map_or(letter, |digit| digits(9 - digit))
    };
    let digits: String = secret.expose_secret().chars().map(turn).collect();
    assert_ne!(digits, secret.expose_secret());
    digits.into()
}

fn digits(digit: u32) -> char {
    char::from_digit(digit, 10).unwrap()
}

pub async fn a_file_that_is_there(kit: &'static Kit) {
    let (_server, case) = start(kit, 150).await;
    let service = open(&case);
    let ids = case.existing();
    // Once as a stranger, once as somebody who listed it.
    for id in [&ids[0], &ids[ids.len() / 2], &ids[ids.len() - 1]] {
        let truth = case.file(id).unwrap();
        for _ in 0..2 {
            let details = service.details(&id.as_str().into()).await.unwrap();
            assert_eq!(details.row.id.as_str(), id);
            assert_eq!(
                (&details.row.name, details.row.size),
                (&truth.name, truth.size)
            );
            assert!(details.json.contains(id.as_str()) && !details.facts.is_empty());
            list(&service).await.unwrap();
        }
    }
    assert_eq!(case.writes(), 0);
}

pub async fn files_that_are_not_there(kit: &'static Kit) {
    let (_server, case) = start(kit, 150).await;
    let service = open(&case);
    let gone = case.existing().remove(3);
    delete(&*service, std::slice::from_ref(&gone)).await;
    let mut absent = vec![case.missing(1)];
    match service.details(&ItemId::from(gone.as_str())).await {
        Ok(details) => {
            assert!(case.kit.knows_deleted);
            assert_eq!(details.row.removed, case.file(&gone).unwrap().removed);
        }
        Err(_) => absent.push(gone),
    }
    absent.extend(case.foreign().into_iter().take(1));
    for id in absent {
        let error = service.details(&id.as_str().into()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound, "{id}: {error}");
    }
    let writes = case.writes();
    for id in MALFORMED {
        let error = service.details(&(*id).into()).await.unwrap_err();
        assert!(!error.is_about_keys(), "{id:?}: {error}");
    }
    assert_eq!(case.writes(), writes);
}
