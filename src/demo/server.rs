//! The listening socket, its connections, and the faults on the way in and out. What an answer says is
//! the services' own.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use hyper::body::Incoming;
use hyper::header::{DATE, HeaderValue, SERVER};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

use crate::model::Time;

use super::body::{Cut, Outgoing};
use super::exchange::{Answer, Ask, Content};
use super::uploadcare;
use super::{Books, Fault, Faults, Options, Quirks, RetryAfter, Target};

/// A running server. Dropping it closes the port and every connection.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: AbortHandle,
}

/// What connections share.
pub(super) struct Shared {
    pub uploadcare: uploadcare::Desk,
    pub faults: Faults,
    pub quirks: Quirks,
    pub requests: AtomicU64,
}

impl Shared {
    /// The server's clock, which may be off.
    pub fn now(&self) -> Time {
        Time(Time::now().0 + self.quirks.clock_offset * 1_000_000)
    }
}

impl Server {
    /// Makes the data and binds 127.0.0.1; connections are served on the current tokio runtime.
    pub async fn start(options: Options) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let address = listener.local_addr()?;
        let shared = tokio::task::spawn_blocking(move || Arc::new(share(options)))
            .await
            .map_err(std::io::Error::other)?;
        let accepting = tokio::spawn(accept(listener, shared.clone())).abort_handle();
        Ok(Self {
            address,
            shared,
            accepting,
        })
    }

    /// `http://127.0.0.1:PORT`
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// `http://127.0.0.1:PORT/cdn`
    pub fn cdn_base(&self) -> String {
        format!("http://{}/cdn", self.address)
    }

    /// What goes wrong.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// What is true.
    pub fn books(&self) -> Books {
        Books::new(self.shared.clone())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn share(options: Options) -> Shared {
    let faults = Faults::new(options.seed, options.latency);
    let now = Time(Time::now().0 + options.quirks.clock_offset * 1_000_000);
    Shared {
        uploadcare: uploadcare::Desk::open(&options, now),
        faults,
        quirks: options.quirks,
        requests: AtomicU64::new(0),
    }
}

/// Serves until it is aborted; its connections end with it.
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(connection(stream, shared.clone()));
            }
            // Out of descriptors: wait for some to be freed.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    // Without it, small answers wait for acknowledgements of earlier ones.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| exchange(shared.clone(), request));
    // An error here is a client that went away or a cut on demand: nothing to tell anybody.
    let _ = http1::Builder::new()
        .auto_date_header(false)
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn exchange(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Response<Outgoing>, Cut> {
    shared.requests.fetch_add(1, Ordering::Relaxed);
    let ask = Ask::read(request).await.ok_or(Cut)?;
    let target = target_of(&ask);
    let fault = shared.faults.draw(target);
    tokio::time::sleep(shared.faults.latency()).await;
    match fault {
        Some(Fault::CutBefore) => return Err(Cut),
        Some(Fault::ErrorBefore(status)) => {
            return Ok(sent(&shared, failed(status), Outgoing::whole));
        }
        _ => {}
    }
    let throttle = throttled(&shared, target, fault);
    let worker = shared.clone();
    let work = tokio::task::spawn_blocking(move || uploadcare::answer(&worker, &ask, throttle));
    let answer = work.await.map_err(|_| Cut)?;
    after(&shared, answer, fault).await
}

/// Carries out what goes wrong after the work.
async fn after(
    shared: &Shared,
    mut answer: Answer,
    fault: Option<Fault>,
) -> Result<Response<Outgoing>, Cut> {
    match fault {
        Some(Fault::CutAfter) => return Err(Cut),
        Some(Fault::ErrorAfter(status)) => answer = failed(status),
        Some(Fault::TruncateAfter) => return Ok(sent(shared, answer, Outgoing::half)),
        Some(Fault::StallAfter(time)) => tokio::time::sleep(time).await,
        Some(Fault::GarbageAfter) => {
            answer.status = StatusCode::OK;
            answer.content = Content::Bytes(GARBAGE.into());
        }
        _ => {}
    }
    Ok(sent(shared, answer, Outgoing::whole))
}

const GARBAGE: &[u8] = b"{\"status\": \"ok\", \"result\": [{\"uuid\": \"\x00\xff\xfe\x80<<<<\x1b[";

fn target_of(ask: &Ask) -> Target {
    let reads = matches!(ask.method, Method::GET | Method::HEAD | Method::OPTIONS);
    match ask.path() {
        path if path.starts_with("/cdn/") => Target::Cdn,
        "/files/search/" => Target::Reads,
        _ if reads => Target::Reads,
        _ => Target::Writes,
    }
}

fn throttled(shared: &Shared, target: Target, fault: Option<Fault>) -> Option<Throttle> {
    if let Some(Fault::Throttle { retry_after }) = fault {
        return Some(Throttle { retry_after });
    }
    if target == Target::Cdn {
        return None;
    }
    let wait = shared.faults.take_token().err()?;
    Some(Throttle {
        retry_after: Some(RetryAfter::Seconds(wait)),
    })
}

/// The request is to be throttled.
#[derive(Clone, Copy)]
pub(super) struct Throttle {
    pub retry_after: Option<RetryAfter>,
}

impl Throttle {
    /// The seconds that the words of the answer name.
    pub fn seconds(&self) -> u64 {
        match self.retry_after {
            Some(RetryAfter::Seconds(seconds)) => seconds,
            Some(RetryAfter::Date(time)) => time.as_secs(),
            None => 1,
        }
    }

    /// The value of `Retry-After`.
    pub fn header(&self, now: Time) -> Option<String> {
        Some(match self.retry_after? {
            RetryAfter::Seconds(seconds) => seconds.to_string(),
            RetryAfter::Date(time) => http_date(Time(now.0 + time.as_micros() as i64)),
        })
    }
}

/// An error as whatever stands before the service gives it: words for a client's mistake, a page for the rest.
fn failed(status: u16) -> Answer {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if !status.is_client_error() {
        return Answer::page(status);
    }
    let words = status.canonical_reason().unwrap_or("Refused");
    Answer::new(
        status,
        "application/json",
        format!("{{\"detail\":\"{words}.\"}}"),
    )
}

fn sent(
    shared: &Shared,
    answer: Answer,
    body: impl FnOnce(Content) -> Outgoing,
) -> Response<Outgoing> {
    let mut response = Response::new(body(answer.content));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    let headers = response.headers_mut();
    headers.insert(SERVER, HeaderValue::from_static("nginx"));
    if let Ok(date) = HeaderValue::from_str(&http_date(shared.now())) {
        headers.insert(DATE, date);
    }
    response
}

fn http_date(time: Time) -> String {
    let since = Duration::from_micros(u64::try_from(time.0).unwrap_or_default());
    httpdate::fmt_http_date(UNIX_EPOCH + since)
}
