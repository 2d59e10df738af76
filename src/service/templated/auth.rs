//! Proving who asks: the API key itself, as a bearer, over https or to this computer alone.

use reqwest::Request;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use crate::service::{Credentials, ErrorKind, ServiceError};

/// An API key.
#[derive(Clone, Debug)]
pub(super) struct Key(SecretString);

impl Key {
    /// Takes the key. It must not be empty; the base has been checked to keep it off the open wire.
    pub(super) fn new(credentials: &Credentials) -> Result<Self, ServiceError> {
        let key = credentials.secret.expose_secret().trim();
        if key.is_empty() {
            return Err(ServiceError::new(
                ErrorKind::Config,
                "The API key is missing. Copy it from the Templated dashboard, API integration",
            ));
        }
        Ok(Self(key.into()))
    }

    /// Puts `Authorization` on a request.
    pub(super) fn sign(&self, request: &mut Request) -> Result<(), ServiceError> {
        let proof = format!("Bearer {}", self.0.expose_secret());
        let mut proof = HeaderValue::try_from(proof).map_err(|_| {
            ServiceError::new(
                ErrorKind::Config,
                "The API key holds characters that no key has, such as a line break. Copy it again",
            )
        })?;
        proof.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, proof);
        Ok(())
    }

    /// The key, to take it out of what is said.
    pub(super) fn secret(&self) -> &SecretString {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ServiceKind;
    use reqwest::Method;
    use url::Url;

    fn credentials(secret: &str) -> Credentials {
        Credentials {
            service: ServiceKind::Templated,
            public_key: String::new(),
            secret: secret.into(),
            api_base: None,
            cdn_base: None,
            simple_auth: false,
        }
    }

    fn request() -> Request {
        let url = Url::parse("https://api.templated.io/v1/account").unwrap();
        Request::new(Method::GET, url)
    }

    #[test]
    fn the_key_is_sent_and_does_not_print() {
        for key in ["verysecret", " verysecret\n"] {
            let key = Key::new(&credentials(key)).unwrap();
            let mut request = request();
            key.sign(&mut request).unwrap();
            let sent = request.headers()[AUTHORIZATION].to_str().unwrap();
            assert_eq!(sent, "Bearer verysecret");
            let printed = format!("{request:?} {key:?}");
            assert!(!printed.contains("verysecret"), "{printed}");
        }
    }

    #[test]
    fn unusable_keys_are_told_before_anything_is_sent() {
        for key in ["", " \n"] {
            let error = Key::new(&credentials(key)).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Config, "{key:?}");
        }
        let key = Key::new(&credentials("a\nb")).unwrap();
        let error = key.sign(&mut request()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Config);
        assert!(!error.message.contains("a\nb"));
    }
}
