//! A small HTTP/1.1 client over a TCP stream, for tests that look at every byte of an answer.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A request, of which every part can be made wrong.
#[derive(Clone, Debug)]
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

impl Request {
    pub fn new(method: &str, target: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// With this header, in place of another of its name.
    pub fn header(self, name: &str, value: &str) -> Self {
        let mut without = self.without(name);
        without.headers.push((name.to_owned(), value.to_owned()));
        without
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    /// Sends it on a connection of its own and reads until the server closes that.
    pub async fn send_to(&self, host: &str) -> Result<Answer, Broken> {
        let mut stream = TcpStream::connect(host).await.unwrap();
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        head += &format!("Host: {host}\r\nConnection: close\r\n");
        if !self.body.is_empty() {
            head += &format!("Content-Length: {}\r\n", self.body.len());
        }
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let mut bytes = (head + "\r\n").into_bytes();
        bytes.extend(&self.body);
        stream.write_all(&bytes).await.unwrap();
        let mut received = Vec::new();
        // A reset after a cut is as good an end as any.
        let _ = stream.read_to_end(&mut received).await;
        parse(&received, self.method == "HEAD")
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let header = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_str())
    }

    /// The body as JSON, of an answer with this status.
    #[track_caller]
    pub fn json(&self, status: u16) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, status, "{text}");
        serde_json::from_slice(&self.body).unwrap()
    }
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
    let length: usize = answer
        .header("Content-Length")
        .unwrap_or("0")
        .parse()
        .unwrap();
    if !head_only && answer.body.len() < length {
        return Err(Broken::Truncated);
    }
    assert!(answer.body.len() <= length, "more came than was said");
    Ok(answer)
}

/// The texts of a JSON array, or of this member of its objects.
pub fn texts(array: &Value, member: Option<&str>) -> Vec<String> {
    let values = array.as_array().unwrap().iter();
    let text = |value: &Value| match member {
        Some(member) => value[member].as_str().unwrap().to_owned(),
        None => value.as_str().unwrap().to_owned(),
    };
    values.map(text).collect()
}
