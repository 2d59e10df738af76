//! A server of a few lines that says exactly what a test wants, byte for byte, and remembers what it was asked.
//!
//! It shares nothing with the client or with the demo service.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `GET /files/ HTTP/1.1` without the version.
    pub line: String,
    /// Header lines as they came.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
    /// When it was whole.
    pub at: Instant,
}

impl Asked {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

/// What the server does with one request.
#[derive(Clone, Debug)]
pub enum Say {
    /// These bytes; the connection stays.
    Bytes(Vec<u8>),
    /// These bytes, then the connection is cut.
    Cut(Vec<u8>),
    /// Nothing for so long, then the connection is cut.
    Stall(Duration),
}

/// An answer with a body of any type.
pub fn typed(status: u16, content_type: &str, headers: &str, body: &[u8]) -> Say {
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n{headers}\r\n",
        body.len()
    );
    Say::Bytes([head.as_bytes(), body].concat())
}

/// The server. It ends when dropped.
pub struct Raw {
    /// `http://127.0.0.1:PORT`
    pub base: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    task: JoinHandle<()>,
}

impl Raw {
    /// Starts a server that asks `say` what to answer: the number of the request (from 0) and the request.
    pub async fn start(say: impl Fn(usize, &Asked) -> Say + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let say = Arc::new(say);
        let task = tokio::spawn({
            let asked = asked.clone();
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream, say.clone(), asked.clone()));
                }
            }
        });
        Self { base, asked, task }
    }

    /// A server that gives these answers one after the other, and then the last one for ever.
    pub async fn script(answers: Vec<Say>) -> Self {
        Self::start(move |number, _| answers[number.min(answers.len() - 1)].clone()).await
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Request lines so far.
    pub fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Script = dyn Fn(usize, &Asked) -> Say + Send + Sync;

async fn serve(mut stream: TcpStream, say: Arc<Script>, asked: Arc<Mutex<Vec<Asked>>>) {
    while let Some(request) = read(&mut stream).await {
        let number = {
            let mut asked = asked.lock().unwrap();
            asked.push(request.clone());
            asked.len() - 1
        };
        match say(number, &request) {
            Say::Bytes(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Say::Cut(bytes) => {
                let _ = stream.write_all(&bytes).await;
                return;
            }
            Say::Stall(time) => {
                tokio::time::sleep(time).await;
                return;
            }
        }
    }
}

/// One request, or `None` when the client is gone.
async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        more(stream, &mut bytes).await?;
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let (line, head) = head.split_once("\r\n").unwrap_or((&head, ""));
    let mut asked = Asked {
        line: line.trim_end_matches(" HTTP/1.1").to_owned(),
        head: head.to_owned(),
        body: bytes[end + 4..].to_vec(),
        at: Instant::now(),
    };
    let length = asked
        .header("content-length")
        .map_or(0, |text| text.parse().unwrap());
    while asked.body.len() < length {
        more(stream, &mut asked.body).await?;
    }
    asked.at = Instant::now();
    Some(asked)
}

async fn more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<()> {
    let mut buffer = [0; 16 * 1024];
    let read = stream
        .read(&mut buffer)
        .await
        .ok()
        .filter(|read| *read > 0)?;
    bytes.extend_from_slice(&buffer[..read]);
    Some(())
}
