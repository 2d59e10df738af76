//! Cases: what a service can answer to a check of keys, and what is said of it.

use super::*;

const NOW: Time = Time(1_700_000_000_000_000);

fn credentials() -> Credentials {
    Credentials {
        service: ServiceKind::Uploadcare,
        public_key: "pub".into(),
        secret: "s3cr3t".into(),
        api_base: None,
        cdn_base: None,
        simple_auth: false,
    }
}

/// An error with the service's words, from a service whose clock is `behind` ours by seconds.
fn error(kind: ErrorKind, words: &str, behind: Option<i64>) -> ServiceError {
    ServiceError {
        words: (!words.is_empty()).then(|| words.into()),
        server_time: behind.map(|seconds| Time(NOW.0 - seconds * 1_000_000)),
        ..ServiceError::new(kind, "The address could not be found")
    }
}

#[test]
fn refused_keys_are_told_apart() {
    use VerifyErrorKind as Kind;
    let unknown = "Public key pub not found.";
    let wrong = "Invalid signature. Please check your Secret key.";
    let vague = "Incorrect authentication credentials.";
    let cases = [
        (unknown, Some(0), Kind::UnknownKey, ""),
        (unknown, Some(-7_200), Kind::UnknownKey, "2 hours behind"),
        (wrong, Some(0), Kind::WrongSecret, ""),
        (wrong, None, Kind::WrongSecret, ""),
        (wrong, Some(600), Kind::WrongSecret, "10 minutes ahead of"),
        (
            wrong,
            Some(7_500),
            Kind::ClockOff,
            "2 hours 5 minutes ahead of",
        ),
        (vague, Some(0), Kind::WrongSecret, ""),
        (vague, Some(-1_080), Kind::ClockOff, "18 minutes behind"),
        (
            vague,
            Some(86_400 * 365),
            Kind::ClockOff,
            "365 days ahead of",
        ),
        ("", Some(0), Kind::WrongSecret, ""),
        ("Secret key not found.", Some(60), Kind::WrongSecret, ""),
    ];
    for (words, behind, kind, clock) in cases {
        let error = error(ErrorKind::Unauthenticated, words, behind);
        let explained = explain(&credentials(), &error, NOW);
        assert_eq!(explained.kind, kind, "{words} {behind:?}");
        let said = explained.to_string();
        assert_eq!(said.contains("clock"), !clock.is_empty(), "{said}");
        assert!(said.contains(clock), "{said}");
    }
}

#[test]
fn a_clock_matters_only_to_a_signature() {
    let simple = Credentials {
        simple_auth: true,
        ..credentials()
    };
    let error = error(ErrorKind::Unauthenticated, "", Some(7_200));
    let explained = explain(&simple, &error, NOW);
    assert_eq!(explained.kind, VerifyErrorKind::WrongSecret);
}

#[test]
fn other_errors_say_what_to_do() {
    use VerifyErrorKind as Kind;
    let cases = [
        (
            ErrorKind::Unreachable,
            None,
            Kind::NoNetwork,
            "Check the network",
        ),
        (ErrorKind::Lost, None, Kind::NoNetwork, "Check the network"),
        (ErrorKind::Lost, Some(503), Kind::Other, "in a minute"),
        (ErrorKind::Throttled, Some(429), Kind::Other, "in a minute"),
        (
            ErrorKind::NotTheService,
            Some(200),
            Kind::NotTheService,
            "proxy",
        ),
        (ErrorKind::NotFound, Some(404), Kind::NotTheService, "proxy"),
        (ErrorKind::Forbidden, Some(403), Kind::Forbidden, "owner"),
        (ErrorKind::Config, None, Kind::Config, "settings"),
        (ErrorKind::Unsupported, None, Kind::Config, "settings"),
        (ErrorKind::Refused, Some(400), Kind::Other, "settings"),
    ];
    for (kind, status, explained_kind, hint) in cases {
        let mut error = error(kind, "No.", Some(0));
        error.meta.status = status;
        let explained = explain(&credentials(), &error, NOW);
        assert_eq!(explained.kind, explained_kind, "{kind:?}");
        assert!(explained.hint.contains(hint), "{explained}");
        assert!(explained.message.ends_with('.'), "{explained}");
        assert!(!format!("{explained:?}").contains("s3cr3t"));
    }
}

#[test]
fn a_wrong_address_is_named() {
    let elsewhere = Credentials {
        api_base: Some("https://example.com".into()),
        ..credentials()
    };
    let explained = explain(&elsewhere, &error(ErrorKind::NotTheService, "", None), NOW);
    assert!(
        explained.message.contains("https://example.com"),
        "{explained}"
    );
}

#[test]
fn simple_keys_over_http_name_the_switch() {
    let simple = Credentials {
        simple_auth: true,
        ..credentials()
    };
    let words = "Simple authentication over HTTP is forbidden.";
    let explained = explain(&simple, &error(ErrorKind::Refused, words, None), NOW);
    assert_eq!(explained.kind, VerifyErrorKind::Config);
    assert!(
        explained.message.contains("over HTTP is forbidden"),
        "{explained}"
    );
    assert!(explained.hint.contains("https"), "{explained}");
}

#[test]
fn durations_are_short() {
    let cases = [
        (301, "5 minutes"),
        (3_600, "1 hour"),
        (3_660, "1 hour 1 minute"),
        (86_400, "1 day"),
        (2 * 86_400 + 7_200, "2 days 2 hours"),
    ];
    for (seconds, shown) in cases {
        assert_eq!(duration(seconds), shown);
    }
}
