//! The server under test and the requests that a good client sends it.

use serde_json::{Value, json};
use tallyman::demo::imagekit::{self, PRIVATE_KEY};
use tallyman::demo::{Options, Quirks, Server};
use tallyman::model::ServiceKind;

use crate::raw_http::{Answer, Request};

/// How every text for help ends.
pub const HELP: &str = "For support kindly contact us at support@imagekit.io .";

/// A server with an ImageKit library of some files.
pub struct Api {
    pub server: Server,
    pub host: String,
}

impl Api {
    pub async fn start(files: usize) -> Self {
        Self::with(files, imagekit::Quirks::default()).await
    }

    pub async fn with(files: usize, quirks: imagekit::Quirks) -> Self {
        let options = Options {
            files: 5,
            groups: 0,
            imagekit_files: files,
            quirks: Quirks {
                imagekit: quirks,
                ..Quirks::default()
            },
            ..Options::default()
        };
        let server = Server::start(options).await.unwrap();
        let base = server.base_of(ServiceKind::ImageKit);
        let host = base.strip_prefix("http://").unwrap();
        let host = host.strip_suffix("/imagekit").unwrap().to_owned();
        Self { server, host }
    }

    pub fn books(&self) -> imagekit::Books {
        self.server.imagekit_books()
    }

    pub async fn send(&self, request: &Request) -> Answer {
        request.send_to(&self.host).await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(&with_key("GET", path, Vec::new())).await
    }

    pub async fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.send(&with_key(method, path, body.to_string())).await
    }

    /// A list with these parameters.
    pub async fn list(&self, parameters: &[(&str, &str)]) -> Vec<Value> {
        let answer = self.get(&list_path(parameters)).await;
        answer.json(200).as_array().unwrap().clone()
    }

    /// What a search expression finds.
    pub async fn search(&self, expression: &str) -> Vec<Value> {
        self.list(&[("searchQuery", expression)]).await
    }
}

/// The path of a list with these parameters, percent-encoded.
pub fn list_path(parameters: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("/v1/files?{query}")
}

/// A request to a path of the API, without proof of who asks.
pub fn bare(method: &str, path: &str, body: impl Into<Vec<u8>>) -> Request {
    let target = format!("/imagekit{path}");
    Request::new(method, &target, body).header("Content-Type", "application/json")
}

/// A request as a good client sends it.
pub fn with_key(method: &str, path: &str, body: impl Into<Vec<u8>>) -> Request {
    let proof = format!("Basic {}", base64(&format!("{PRIVATE_KEY}:")));
    bare(method, path, body).header("Authorization", &proof)
}

/// The usual base64 of a text.
pub fn base64(text: &str) -> String {
    const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in text.as_bytes().chunks(3) {
        let bytes = [0, 1, 2].map(|place| u32::from(*three.get(place).unwrap_or(&0)));
        let held = bytes[0] << 16 | bytes[1] << 8 | bytes[2];
        for place in 0..4 {
            let sign = SIGNS[(held >> (18 - 6 * place) & 63) as usize];
            let used = place <= three.len();
            out.push(if used { char::from(sign) } else { '=' });
        }
    }
    out
}

/// Asserts a refusal in words.
#[track_caller]
pub fn refuses(answer: &Answer, status: u16, words: &str) {
    assert_eq!(answer.json(status), json!({"message": words, "help": HELP}));
}
