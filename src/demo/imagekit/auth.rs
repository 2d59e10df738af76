//! Who asks: HTTP Basic with the private key as user and any password.

use hyper::StatusCode;
use hyper::header::AUTHORIZATION;

use super::quirks::KeyState;
use super::reply::Refusal;
use super::{PRIVATE_KEY, Visit};

/// Lets in who has the key, as far as it goes.
pub(super) fn check(visit: &Visit<'_>) -> Result<(), Refusal> {
    let header = visit.ask.header(AUTHORIZATION).unwrap_or_default();
    let proof = header
        .split_once(' ')
        .filter(|(scheme, proof)| scheme.eq_ignore_ascii_case("basic") && !proof.trim().is_empty());
    let Some((_, proof)) = proof else {
        return Err(Refusal::new(
            StatusCode::UNAUTHORIZED,
            "Your request does not contain private API key.",
        ));
    };
    let forbidden = |words| Err(Refusal::new(StatusCode::FORBIDDEN, words));
    if key(proof.trim()).as_deref() != Some(PRIVATE_KEY) {
        return forbidden("Your account cannot be authenticated.");
    }
    match visit.quirks().key {
        KeyState::Expired => forbidden("Your request contains expired private API key."),
        KeyState::Disabled => forbidden("Your account is disabled."),
        KeyState::ReadOnly if visit.ask.method != hyper::Method::GET => {
            forbidden("Your private API key does not allow this operation.")
        }
        _ => Ok(()),
    }
}

/// The key in `base64("KEY:PASSWORD")`, or sent as it is.
fn key(proof: &str) -> Option<String> {
    if proof.starts_with("private_") {
        return Some(proof.to_owned());
    }
    let pair = String::from_utf8(base64(proof)?).ok()?;
    let (key, _) = pair.split_once(':')?;
    Some(key.to_owned())
}

/// What base64 with the usual alphabet stands for; `None` if it is none.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if digits.len() % 4 == 1 || text.len() - digits.len() > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    let (mut held, mut bits) = (0u32, 0);
    for digit in digits.bytes() {
        held = held << 6 | u32::from(sextet(digit)?);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    Some(bytes)
}

fn sextet(digit: u8) -> Option<u8> {
    Some(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read() {
        let cases: [(&str, Option<&[u8]>); 8] = [
            ("", Some(b"")),
            ("YTo=", Some(b"a:")),
            ("YTo", Some(b"a:")),
            ("YWI6", Some(b"ab:")),
            ("YWJjZA==", Some(b"abcd")),
            ("+/+/", Some(&[0xfb, 0xff, 0xbf])),
            ("Y", None),
            ("a_b-", None),
        ];
        for (text, bytes) in cases {
            assert_eq!(base64(text).as_deref(), bytes, "{text}");
        }
    }

    #[test]
    fn a_key_needs_its_colon_unless_it_comes_as_it_is() {
        assert_eq!(key("YWI6").as_deref(), Some("ab"));
        assert_eq!(key("YWI6cGFzcw==").as_deref(), Some("ab"));
        assert_eq!(key("YWJj"), None);
        assert_eq!(key("private_x").as_deref(), Some("private_x"));
    }
}
