//! Proving who asks: HTTP basic authentication with the private key as user and no password.
//!
//! The proof is the key itself, only written in another alphabet, so both are taken out of whatever is said.

use reqwest::Request;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use crate::model::ItemId;
use crate::service::{Credentials, ErrorKind, Fact, ServiceError, redact};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A private key and how it goes over the wire.
#[derive(Clone, Debug)]
pub(super) struct Key {
    secret: SecretString,
    proof: SecretString,
}

impl Key {
    /// Takes the key. It must be one, and not the public one.
    pub(super) fn new(credentials: &Credentials) -> Result<Self, ServiceError> {
        let secret = credentials.secret.expose_secret().trim();
        let config = |message| Err(ServiceError::new(ErrorKind::Config, message));
        if secret.is_empty() {
            return config(
                "The private key is missing. Copy it from ImageKit's dashboard, Developer options",
            );
        }
        if secret.starts_with("public_") {
            return config(
                "This is the public key. Tallyman needs the private one, which begins with private_: \
                 copy it from ImageKit's dashboard, Developer options",
            );
        }
        Ok(Self {
            secret: secret.into(),
            proof: base64(format!("{secret}:").as_bytes()).into(),
        })
    }

    /// Puts `Authorization` on a request.
    pub(super) fn sign(&self, request: &mut Request) -> Result<(), ServiceError> {
        let proof = format!("Basic {}", self.proof.expose_secret());
        let mut proof = HeaderValue::try_from(proof)
            .map_err(|_| ServiceError::new(ErrorKind::Config, "The private key cannot be sent"))?;
        proof.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, proof);
        Ok(())
    }

    /// The text without the key, should a service or a proxy have put it into its answer.
    pub(super) fn clean(&self, text: String) -> String {
        redact::text(&self.proof, redact::text(&self.secret, text))
    }

    /// The error without the key.
    pub(super) fn clean_error(&self, error: ServiceError) -> ServiceError {
        redact::error(&self.proof, redact::error(&self.secret, error))
    }

    /// What was said of ids, without the key.
    pub(super) fn clean_facts(&self, facts: Vec<(ItemId, Fact)>) -> Vec<(ItemId, Fact)> {
        redact::facts(&self.proof, redact::facts(&self.secret, facts))
    }
}

/// Base 64 with padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let six = bits >> (18 - 6 * digit) & 63;
            text.push(match digit <= three.len() {
                true => char::from(ALPHABET[six as usize]),
                false => '=',
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ServiceKind;
    use reqwest::{Method, Url};

    fn credentials(secret: &str) -> Credentials {
        Credentials {
            service: ServiceKind::ImageKit,
            public_key: String::new(),
            secret: secret.to_owned().into(),
            api_base: None,
            cdn_base: None,
            simple_auth: false,
        }
    }

    fn signed(secret: &str) -> Request {
        let url = Url::parse("https://api.imagekit.io/v1/files").unwrap();
        let mut request = Request::new(Method::GET, url);
        let key = Key::new(&credentials(secret)).unwrap();
        key.sign(&mut request).unwrap();
        request
    }

    #[test]
    fn vectors_of_the_rfc() {
        let cases = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
            ("\u{7f}\u{ff}?", "f8O/Pw=="),
        ];
        for (text, expected) in cases {
            assert_eq!(base64(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn the_colon_is_there_and_blanks_are_not() {
        for secret in ["private_abc=", " private_abc=\n"] {
            let sent = signed(secret);
            assert_eq!(
                sent.headers()[AUTHORIZATION],
                "Basic cHJpdmF0ZV9hYmM9Og==",
                "{secret:?}"
            );
        }
    }

    #[test]
    fn the_proof_does_not_print() {
        let key = Key::new(&credentials("private_abc=")).unwrap();
        let printed = format!("{:?} {key:?}", signed("private_abc="));
        for secret in ["private_abc=", "cHJpdmF0ZV9hYmM9Og=="] {
            assert!(!printed.contains(secret), "{printed}");
            let said = key.clean(format!("no: {secret}!"));
            assert_eq!(said, "no: [secret key]!");
        }
    }

    #[test]
    fn unusable_keys_are_told_before_anything_is_sent() {
        for (secret, hint) in [("", "missing"), (" ", "missing"), ("public_abc=", "public")] {
            let error = Key::new(&credentials(secret)).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Config, "{secret:?}");
            assert!(error.message.contains(hint), "{error}");
        }
        // What no header could hold is harmless in base 64.
        signed("a\nb\u{0}é");
    }
}
