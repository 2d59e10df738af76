//! The stand-in's address, and requests to it with a signer of their own.

use std::time::SystemTime;

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use serde_json::Value;
use sha1::Sha1;
use tallyman::demo::{Options, PUBLIC_KEY, Quirks, SECRET_KEY, Server};
use tallyman::model::Time;

pub use crate::raw_http::{Answer, Broken, Request};

pub const VERSION: &str = "application/vnd.uploadcare-v0.7+json";

/// A server and its address.
pub struct Api {
    pub server: Server,
    pub host: String,
}

impl Api {
    pub async fn start(files: usize, groups: usize) -> Self {
        Self::with(files, groups, Quirks::default()).await
    }

    pub async fn with(files: usize, groups: usize, quirks: Quirks) -> Self {
        let options = Options {
            files,
            groups,
            quirks,
            ..Options::default()
        };
        let server = Server::start(options).await.unwrap();
        let host = server.base().strip_prefix("http://").unwrap().to_owned();
        Self { server, host }
    }

    pub async fn send(&self, request: &Request) -> Answer {
        self.try_send(request).await.unwrap()
    }

    pub async fn try_send(&self, request: &Request) -> Result<Answer, Broken> {
        request.send_to(&self.host).await
    }

    pub async fn get(&self, target: &str) -> Answer {
        self.send(&signed("GET", target, "")).await
    }

    pub async fn call(&self, method: &str, target: &str, body: &str) -> Answer {
        self.send(&signed(method, target, body)).await
    }

    /// GET of a link in an answer, which must lead here.
    pub async fn follow(&self, link: &Value) -> Answer {
        self.get(&self.target_of(link)).await
    }

    pub fn target_of(&self, link: &Value) -> String {
        let link = link.as_str().unwrap();
        link.strip_prefix(&self.server.base()).unwrap().to_owned()
    }

    /// GET on the CDN.
    pub async fn cdn(&self, path: &str) -> Answer {
        let mut request = bare("GET", &format!("/cdn/{path}"), "");
        request.headers.clear();
        self.send(&request).await
    }
}

impl Request {
    fn value(&self, name: &str) -> &str {
        let mut headers = self.headers.iter();
        let header = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        header.map_or("", |(_, value)| value)
    }

    /// Signs what is there now, with these keys.
    pub fn sign(self, key: &str, secret: &str) -> Self {
        let date = match self.value("X-Uploadcare-Date") {
            "" => self.value("Date"),
            date => date,
        };
        let text = [
            &self.method,
            &hex::encode(Md5::digest(&self.body)),
            self.value("Content-Type"),
            date,
            &self.target,
        ]
        .join("\n");
        let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(text.as_bytes());
        let signature = hex::encode(mac.finalize().into_bytes());
        self.header("Authorization", &format!("Uploadcare {key}:{signature}"))
    }
}

impl Answer {
    /// Asserts a refusal in words.
    pub fn refuses(&self, status: u16, words: &str) {
        assert_eq!(self.json(status), serde_json::json!({"detail": words}));
    }
}

/// A request without proof of who asks.
pub fn bare(method: &str, target: &str, body: &str) -> Request {
    Request::new(method, target, body)
        .header("Accept", VERSION)
        .header("Content-Type", "application/json")
        .header("Date", &httpdate::fmt_http_date(SystemTime::now()))
}

/// A request as a good client sends it.
pub fn signed(method: &str, target: &str, body: &str) -> Request {
    bare(method, target, body).sign(PUBLIC_KEY, SECRET_KEY)
}

/// The ids of a list's or a batch's files.
pub fn ids(files: &Value) -> Vec<String> {
    let files = files.as_array().unwrap().iter();
    let field = |file: &Value| {
        let id = file.get("uuid").or_else(|| file.get("id"));
        id.unwrap().as_str().unwrap().to_owned()
    };
    files.map(field).collect()
}

pub fn time(value: &Value) -> Time {
    Time::parse(value.as_str().unwrap()).unwrap()
}

/// The parameters of a link or target, sorted: their order means nothing.
pub fn parameters(target: &str) -> Vec<(String, String)> {
    let base = url::Url::parse("http://x/").unwrap();
    let url = base.join(target).unwrap();
    let pairs = url.query_pairs();
    let mut pairs: Vec<_> = pairs
        .map(|(a, b)| (a.into_owned(), b.into_owned()))
        .collect();
    pairs.sort();
    pairs
}
