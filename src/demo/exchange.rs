//! One request as it was received, byte for byte, and one answer before it is sent.

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, StatusCode, Uri};
use percent_encoding::percent_decode_str;

/// Longest request body that is read.
const BODY_LIMIT: usize = 16 << 20;

/// A request.
pub(super) struct Ask {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Ask {
    /// Reads the whole request; `None` if it broke off or is too long.
    pub async fn read(request: Request<Incoming>) -> Option<Self> {
        let (parts, body) = request.into_parts();
        let body = Limited::new(body, BODY_LIMIT).collect().await.ok()?;
        Some(Self {
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            body: body.to_bytes(),
        })
    }

    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// Path and query as received.
    pub fn target(&self) -> &str {
        self.uri
            .path_and_query()
            .map_or_else(|| self.uri.path(), |both| both.as_str())
    }

    /// A header as text; `None` if it is absent or not ASCII.
    pub fn header(&self, name: impl hyper::header::AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// `http://` and the host that the request named: what links in the answer begin with.
    pub fn origin(&self) -> String {
        let named = self.uri.authority().map(|authority| authority.as_str());
        let host = named.or_else(|| self.header(HOST)).unwrap_or("localhost");
        format!("http://{host}")
    }

    /// The query's pairs, decoded as a form: `+` is a space.
    pub fn query(&self) -> Vec<(String, String)> {
        let pairs = self.uri.query().unwrap_or_default().split('&');
        pairs
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (form_decoded(name), form_decoded(value))
            })
            .collect()
    }

    /// The content type without parameters, in lower case; empty if there is none.
    pub fn media_type(&self) -> String {
        let whole = self.header(CONTENT_TYPE).unwrap_or_default();
        let kind = whole.split(';').next().unwrap_or_default();
        kind.trim().to_ascii_lowercase()
    }
}

fn form_decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

/// What an answer carries.
pub(super) enum Content {
    /// These bytes.
    Bytes(Bytes),
    /// So many bytes of a plain pattern, made as they are sent.
    Pattern(u64),
}

/// An answer.
pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub content: Content,
}

impl Answer {
    pub fn new(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut answer = Self::empty(status);
        answer.set(CONTENT_TYPE, HeaderValue::from_static(media_type));
        answer.content = Content::Bytes(body.into());
        answer
    }

    pub fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            content: Content::Bytes(Bytes::new()),
        }
    }

    /// The page that the web server before the service shows.
    pub fn page(status: StatusCode) -> Self {
        let body = format!(
            "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n\
             <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        );
        Self::new(status, "text/html", body)
    }

    pub fn set(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.insert(name, value);
    }

    /// Sets a header to a text that may not fit one: then it is left out.
    pub fn set_text(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
    }
}
