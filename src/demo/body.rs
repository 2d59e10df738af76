//! The body of an answer on its way out: whole, made as it goes, or breaking off in the middle.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

use super::exchange::Content;

const CHUNK: usize = 64 << 10;
static PATTERN: [u8; CHUNK] = [b'.'; CHUNK];

/// Long enough for what was written before to leave this machine.
const BEFORE_CUT: Duration = Duration::from_millis(30);

/// The connection ends here, on purpose.
#[derive(Debug)]
pub(super) struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is cut on demand")
    }
}

impl std::error::Error for Cut {}

/// A body that is sent.
pub(super) struct Outgoing {
    bytes: Bytes,
    pattern: u64,
    declared: u64,
    cut: Option<Pin<Box<Sleep>>>,
}

impl Outgoing {
    /// All of it.
    pub fn whole(content: Content) -> Self {
        let (bytes, pattern) = match content {
            Content::Bytes(bytes) => (bytes, 0),
            Content::Pattern(length) => (Bytes::new(), length),
        };
        Self {
            declared: bytes.len() as u64 + pattern,
            bytes,
            pattern,
            cut: None,
        }
    }

    /// The first half of it, under the length of all of it; then the connection is cut.
    pub fn half(content: Content) -> Self {
        let mut body = Self::whole(content);
        body.bytes.truncate(body.bytes.len() / 2);
        body.pattern /= 2;
        body.cut = Some(Box::pin(tokio::time::sleep(BEFORE_CUT)));
        body
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let body = self.get_mut();
        if !body.bytes.is_empty() {
            let bytes = std::mem::take(&mut body.bytes);
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if body.pattern > 0 {
            let length = body.pattern.min(CHUNK as u64);
            body.pattern -= length;
            let chunk = Bytes::from_static(&PATTERN).slice(..length as usize);
            return Poll::Ready(Some(Ok(Frame::data(chunk))));
        }
        match &mut body.cut {
            Some(sleep) => {
                ready!(sleep.as_mut().poll(cx));
                Poll::Ready(Some(Err(Cut)))
            }
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && self.pattern == 0 && self.cut.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.declared)
    }
}
