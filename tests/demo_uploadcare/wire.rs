//! A small HTTP/1.1 client over a TCP stream, and a signer of its own.

use std::time::SystemTime;

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use serde_json::Value;
use sha1::Sha1;
use tallyman::demo::{Options, PUBLIC_KEY, Quirks, SECRET_KEY, Server};
use tallyman::model::Time;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub const VERSION: &str = "application/vnd.uploadcare-v0.7+json";

/// A server and its address.
pub struct Api {
    pub server: Server,
    pub host: String,
}

/// A request, of which every part can be made wrong.
#[derive(Clone)]
pub struct Request {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// An answer that came whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// How an answer failed to come.
#[derive(Debug, PartialEq, Eq)]
pub enum Broken {
    /// Nothing came.
    Cut,
    /// The body broke off.
    Truncated,
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
        exchange(&self.host, request).await
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
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

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
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let header = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_str())
    }

    /// The body as JSON, of an answer with this status.
    pub fn json(&self, status: u16) -> Value {
        assert_eq!(
            self.status,
            status,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Asserts a refusal in words.
    pub fn refuses(&self, status: u16, words: &str) {
        assert_eq!(self.json(status), serde_json::json!({"detail": words}));
    }
}

/// A request without proof of who asks.
pub fn bare(method: &str, target: &str, body: &str) -> Request {
    let request = Request {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
    };
    request
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

/// Sends the request on a connection of its own and reads until the server closes it.
async fn exchange(host: &str, request: &Request) -> Result<Answer, Broken> {
    let mut stream = TcpStream::connect(host).await.unwrap();
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
    head += &format!("Host: {host}\r\nConnection: close\r\n");
    if !request.body.is_empty() {
        head += &format!("Content-Length: {}\r\n", request.body.len());
    }
    for (name, value) in &request.headers {
        head += &format!("{name}: {value}\r\n");
    }
    let mut bytes = (head + "\r\n").into_bytes();
    bytes.extend(&request.body);
    stream.write_all(&bytes).await.unwrap();
    let mut received = Vec::new();
    // A reset after a cut is as good an end as any.
    let _ = stream.read_to_end(&mut received).await;
    parse(&received, request.method == "HEAD")
}

fn parse(received: &[u8], head_only: bool) -> Result<Answer, Broken> {
    let split = received.windows(4).position(|four| four == b"\r\n\r\n");
    let split = split.ok_or(Broken::Cut)?;
    let head = String::from_utf8(received[..split].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers = lines.map(|line| line.split_once(": ").unwrap());
    let answer = Answer {
        status: status.parse().unwrap(),
        headers: headers.map(|(a, b)| (a.to_owned(), b.to_owned())).collect(),
        body: received[split + 4..].to_vec(),
    };
    let length = answer.header("Content-Length").unwrap_or("0");
    let length: usize = length.parse().unwrap();
    if !head_only && answer.body.len() < length {
        return Err(Broken::Truncated);
    }
    assert!(answer.body.len() <= length, "more came than was said");
    Ok(answer)
}
