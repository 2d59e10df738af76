//! The server under test and the requests that a good client sends it.

use serde_json::{Value, json};
use tallyman::demo::templated::{self, API_KEY};
use tallyman::demo::{Options, Quirks, Server};
use tallyman::model::ServiceKind;

use crate::raw_http::{Answer, Request};

/// A server with a Templated account of some uploads.
pub struct Api {
    pub server: Server,
    pub host: String,
}

impl Api {
    pub async fn start(uploads: usize) -> Self {
        Self::with(uploads, templated::Quirks::default()).await
    }

    pub async fn with(uploads: usize, quirks: templated::Quirks) -> Self {
        let options = Options {
            files: 5,
            groups: 0,
            imagekit_files: 5,
            templated_uploads: uploads,
            quirks: Quirks {
                templated: quirks,
                ..Quirks::default()
            },
            ..Options::default()
        };
        let server = Server::start(options).await.unwrap();
        let base = server.base_of(ServiceKind::Templated);
        let host = base.strip_prefix("http://").unwrap();
        let host = host.strip_suffix("/templated").unwrap().to_owned();
        Self { server, host }
    }

    pub fn books(&self) -> templated::Books {
        self.server.templated_books()
    }

    pub async fn send(&self, request: &Request) -> Answer {
        request.send_to(&self.host).await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path).await
    }

    /// A call without a body.
    pub async fn call(&self, method: &str, path: &str) -> Answer {
        self.send(&with_key(method, path, "")).await
    }

    pub async fn list(&self, path: &str) -> Vec<Value> {
        self.get(path).await.json(200).as_array().unwrap().clone()
    }
}

/// A request without proof of who asks.
pub fn bare(method: &str, path: &str, body: impl Into<Vec<u8>>) -> Request {
    Request::new(method, &format!("/templated{path}"), body)
}

/// A request as a good client sends it.
pub fn with_key(method: &str, path: &str, body: impl Into<Vec<u8>>) -> Request {
    bare(method, path, body).header("Authorization", &format!("Bearer {API_KEY}"))
}

/// The path of a delete of these uploads.
pub fn delete_path(ids: &[impl AsRef<str>]) -> String {
    let pairs: Vec<String> = ids
        .iter()
        .map(|id| format!("ids={}", id.as_ref()))
        .collect();
    format!("/v1/uploads?{}", pairs.join("&"))
}

/// Asserts a refusal in words.
#[track_caller]
pub fn refuses(answer: &Answer, status: u16, words: &str) {
    assert_eq!(answer.json(status), json!({"error": words}));
}
