//! Proving who asks: the signed scheme `Uploadcare`, and `Uploadcare.Simple` over https.
//!
//! A signature covers the exact bytes and the exact path and query that are sent, so it is made from the built
//! request and afresh for each try.

use std::time::SystemTime;

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use reqwest::Request;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use url::{Position, Url};

use crate::service::{Credentials, ErrorKind, ServiceError};

/// A pair of keys and how to use them.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    public: String,
    secret: SecretString,
    simple: bool,
}

impl Keys {
    /// Takes the keys. They must not be empty, and simple keys go over https only.
    pub(super) fn new(credentials: &Credentials, base: &Url) -> Result<Self, ServiceError> {
        let config = |message| Err(ServiceError::new(ErrorKind::Config, message));
        if credentials.public_key.trim().is_empty() {
            return config(
                "The public key is missing. Copy it from the project's dashboard, API keys",
            );
        }
        if credentials.secret.expose_secret().is_empty() {
            return config(
                "The secret key is missing. Copy it from the project's dashboard, API keys",
            );
        }
        if credentials.simple_auth && base.scheme() != "https" {
            return config(
                "Simple authentication sends the secret key itself and needs https. Turn it off",
            );
        }
        Ok(Self {
            public: credentials.public_key.trim().to_owned(),
            secret: credentials.secret.clone(),
            simple: credentials.simple_auth,
        })
    }

    /// The public key.
    pub(super) fn public(&self) -> &str {
        &self.public
    }

    /// Whether requests are signed, with their date.
    pub(super) fn is_signed(&self) -> bool {
        !self.simple
    }

    /// Puts `Date` and `Authorization` on a request that is otherwise complete.
    pub(super) fn sign(&self, request: &mut Request, now: SystemTime) -> Result<(), ServiceError> {
        let date = httpdate::fmt_http_date(now);
        let proof = if self.simple {
            format!(
                "Uploadcare.Simple {}:{}",
                self.public,
                self.secret.expose_secret()
            )
        } else {
            format!(
                "Uploadcare {}:{}",
                self.public,
                self.signature(request, &date)
            )
        };
        let mut proof = HeaderValue::try_from(proof).map_err(|_| unusable())?;
        proof.set_sensitive(true);
        let date = HeaderValue::try_from(date).map_err(|_| unusable())?;
        request.headers_mut().insert(DATE, date);
        request.headers_mut().insert(AUTHORIZATION, proof);
        Ok(())
    }

    fn signature(&self, request: &Request, date: &str) -> String {
        let text = string_to_sign(
            request.method().as_str(),
            request
                .body()
                .and_then(|body| body.as_bytes())
                .unwrap_or_default(),
            request
                .headers()
                .get(CONTENT_TYPE)
                .map_or(b"".as_slice(), HeaderValue::as_bytes),
            date,
            &request.url()[Position::BeforePath..Position::AfterQuery],
        );
        hmac_sha1(self.secret.expose_secret().as_bytes(), &text)
    }

    /// The secret key, to take it out of what is said.
    pub(super) fn secret(&self) -> &SecretString {
        &self.secret
    }
}

fn unusable() -> ServiceError {
    ServiceError::new(
        ErrorKind::Config,
        "The keys hold characters that no key has, such as a line break. Copy them again",
    )
}

fn string_to_sign(
    method: &str,
    body: &[u8],
    content_type: &[u8],
    date: &str,
    uri: &str,
) -> Vec<u8> {
    let md5 = hex::encode(Md5::digest(body));
    [
        method.as_bytes(),
        md5.as_bytes(),
        content_type,
        date.as_bytes(),
        uri.as_bytes(),
    ]
    .join(&b'\n')
}

fn hmac_sha1(key: &[u8], text: &[u8]) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text);
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ServiceKind;
    use crate::service::parse_base;
    use reqwest::Method;

    const ONE: &str = "21975c81-7f57-4c7a-aef9-acfe28779f78";

    fn keys(secret: &str, simple: bool) -> Keys {
        Keys::new(
            &credentials("demopublickey", secret, simple),
            &parse_base("https://api.uploadcare.com").unwrap(),
        )
        .unwrap()
    }

    fn credentials(public: &str, secret: &str, simple_auth: bool) -> Credentials {
        Credentials {
            service: ServiceKind::Uploadcare,
            public_key: public.to_owned(),
            secret: secret.to_owned().into(),
            api_base: None,
            cdn_base: None,
            simple_auth,
        }
    }

    fn request(method: &str, path: &str, content_type: Option<&str>, body: &str) -> Request {
        let url = Url::parse(&format!("https://api.uploadcare.com{path}")).unwrap();
        let mut request = Request::new(Method::from_bytes(method.as_bytes()).unwrap(), url);
        if let Some(content_type) = content_type {
            request
                .headers_mut()
                .insert(CONTENT_TYPE, content_type.parse().unwrap());
        }
        if !body.is_empty() {
            *request.body_mut() = Some(body.to_owned().into());
        }
        request
    }

    /// The vectors of the API contract, section 1.4, through the very path that requests take.
    #[test]
    fn vectors() {
        let json = Some("application/json");
        let batch =
            r#"["21975c81-7f57-4c7a-aef9-acfe28779f78","cbaf2d73-5169-4b2b-a543-496cf2813dff"]"#;
        let cases = [
            ("V1", "demosecretkey", "GET", "/files/?limit=2&ordering=-datetime_uploaded&from=2022-09-28T15%3A53%3A36.082137%2B00%3A00&offset=0".to_owned(),
             json, "", "Wed, 28 Sep 2022 16:00:00 GMT", "e20a68b9c4c3e41de804e2e6254c97ccadb0c00c"),
            ("V2", "demosecretkey", "DELETE", "/files/storage/".to_owned(),
             json, batch, "Wed, 28 Sep 2022 16:00:01 GMT", "4246ce6ce6ceb58fdcb20043e0aa3b6da98ab022"),
            ("V3", "demosecretkey", "PUT", format!("/files/{ONE}/metadata/pet/"),
             json, "\"côte\"", "Wed, 28 Sep 2022 16:00:02 GMT", "6e72d300017602799da79e96689de32401e9d102"),
            ("V4", "demosecretkey", "PUT", format!("/files/{ONE}/storage/"),
             None, "", "Wed, 28 Sep 2022 16:00:03 GMT", "4d1717be7bb3ff12f6ea7db7e7e649830ccfe471"),
            ("V5", "demoprivatekey", "GET", "/files/?limit=1&stored=true".to_owned(),
             json, "", "Mon, 05 Nov 2018 13:14:41 GMT", "3cbc4d2cf91f80c1ba162b926f8a975e8bec7995"),
            ("V6", "demoprivatekey", "GET", "/addons/aws_rekognition_detect_moderation_labels/execute/status/?request_id=nonexistent".to_owned(),
             json, "", "Wed, 17 Apr 2024 12:20:47 GMT", "f958c811e1eacfb1654de2aa3e3a0048e04bb1a2"),
        ];
        for (name, secret, method, path, content_type, body, date, signature) in cases {
            let mut request = request(method, &path, content_type, body);
            let now = httpdate::parse_http_date(date).unwrap();
            keys(secret, false).sign(&mut request, now).unwrap();
            let sent = request.headers()[AUTHORIZATION].to_str().unwrap();
            assert_eq!(
                sent,
                format!("Uploadcare demopublickey:{signature}"),
                "{name}"
            );
            assert_eq!(request.headers()[DATE], date, "{name}");
            assert_eq!(
                &request.url()[Position::BeforePath..],
                path,
                "{name}: sent as signed"
            );
        }
    }

    #[test]
    fn the_proof_does_not_print() {
        for simple in [false, true] {
            let mut request = request("GET", "/project/", Some("application/json"), "");
            keys("verysecret", simple)
                .sign(&mut request, SystemTime::now())
                .unwrap();
            let printed = format!("{request:?} {:?}", keys("verysecret", simple));
            assert!(!printed.contains("verysecret"), "{printed}");
            assert!(printed.contains("Sensitive"), "{printed}");
        }
    }

    #[test]
    fn simple_sends_the_key_itself() {
        let mut request = request("GET", "/project/", None, "");
        keys("demosecretkey", true)
            .sign(&mut request, SystemTime::now())
            .unwrap();
        assert_eq!(
            request.headers()[AUTHORIZATION].to_str().unwrap(),
            "Uploadcare.Simple demopublickey:demosecretkey"
        );
    }

    #[test]
    fn unusable_keys_are_told_before_anything_is_sent() {
        let https = parse_base("https://api.uploadcare.com").unwrap();
        let http = parse_base("http://127.0.0.1:1").unwrap();
        let cases = [
            ("", "s", false, &https),
            (" ", "s", false, &https),
            ("p", "", false, &https),
            ("p", "s", true, &http),
        ];
        for (public, secret, simple, base) in cases {
            let error = Keys::new(&credentials(public, secret, simple), base).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Config, "{public:?} {secret:?}");
        }
        let mut request = request("GET", "/project/", None, "");
        let broken = Keys::new(&credentials("a\nb", "s", false), &https).unwrap();
        assert_eq!(
            broken
                .sign(&mut request, SystemTime::now())
                .unwrap_err()
                .kind,
            ErrorKind::Config
        );
    }
}
