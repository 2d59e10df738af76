//! The listening socket, its connections, and the faults on the way in and out. What an answer says is
//! the services' own.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use hyper::body::Incoming;
use hyper::header::{DATE, HeaderValue, SERVER};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

use crate::model::{ServiceKind, Time};

use super::body::{Cut, Outgoing};
use super::exchange::{Answer, Ask, Content};
use super::faults::Class;
use super::{Books, Fault, Faults, Options, Quirks, RetryAfter, Target};
use super::{FileBooks, imagekit, templated, uploadcare};

/// A running server. Dropping it closes the port and every connection.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: AbortHandle,
}

/// What connections share.
pub(super) struct Shared {
    pub uploadcare: uploadcare::Desk,
    pub imagekit: imagekit::Desk,
    pub templated: templated::Desk,
    pub faults: Faults,
    pub quirks: Quirks,
    /// How far the server's clock is ahead, in seconds.
    ahead: AtomicI64,
    requests: [AtomicU64; ServiceKind::ALL.len()],
    /// Held once by each request that is worked on.
    at_work: Arc<()>,
}

impl Shared {
    /// The server's clock, which may be off.
    pub fn now(&self) -> Time {
        Time(Time::now().0 + self.ahead.load(Ordering::Relaxed) * 1_000_000)
    }

    /// Requests that a service received so far.
    pub fn requests(&self, service: ServiceKind) -> u64 {
        self.requests[service as usize].load(Ordering::Relaxed)
    }
}

/// What it takes to talk to one of the services.
#[derive(Clone, Debug)]
pub struct Access {
    /// Uploadcare's public key; empty elsewhere.
    pub public_key: &'static str,
    /// The secret key.
    pub secret: &'static str,
    /// Where its API begins.
    pub api_base: String,
    /// Where its files are delivered, if that is not told by the service.
    pub cdn_base: Option<String>,
}

impl Server {
    /// Sets the server's clock so many seconds ahead of this computer's: to the client, its own clock jumps.
    pub fn set_clock(&self, ahead: i64) {
        self.shared.ahead.store(ahead, Ordering::Relaxed);
    }

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

    /// Where the API of a service begins: `http://127.0.0.1:PORT`, and for all but Uploadcare `/imagekit` and so on.
    pub fn base_of(&self, service: ServiceKind) -> String {
        format!("{}{}", self.base(), prefix_of(service))
    }

    /// Where a service is and the keys that open it.
    pub fn access(&self, service: ServiceKind) -> Access {
        let (public_key, secret) = match service {
            ServiceKind::Uploadcare => (super::PUBLIC_KEY, super::SECRET_KEY),
            ServiceKind::ImageKit => ("", imagekit::PRIVATE_KEY),
            ServiceKind::Templated => ("", templated::API_KEY),
        };
        Access {
            public_key,
            secret,
            api_base: self.base_of(service),
            cdn_base: (service == ServiceKind::Uploadcare).then(|| self.cdn_base()),
        }
    }

    /// `http://127.0.0.1:PORT/cdn`
    pub fn cdn_base(&self) -> String {
        format!("http://{}/cdn", self.address)
    }

    /// What goes wrong.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// Waits until no request is worked on or held: those of a client that was killed go when it is noticed.
    pub async fn quiet(&self) {
        let mut idle = 0;
        while idle < 50 {
            tokio::time::sleep(Duration::from_millis(2)).await;
            let busy = Arc::strong_count(&self.shared.at_work) > 1;
            idle = if busy { 0 } else { idle + 1 };
        }
    }

    /// What is true of a service's files, as all services have it.
    pub fn file_books(&self, service: ServiceKind) -> Box<dyn FileBooks> {
        match service {
            ServiceKind::Uploadcare => Box::new(self.books()),
            ServiceKind::ImageKit => Box::new(self.imagekit_books()),
            ServiceKind::Templated => Box::new(self.templated_books()),
        }
    }

    /// What is true of the Uploadcare project.
    pub fn books(&self) -> Books {
        Books::new(self.shared.clone())
    }

    /// What is true of the ImageKit library.
    pub fn imagekit_books(&self) -> imagekit::Books {
        imagekit::Books::new(self.shared.clone())
    }

    /// What is true of the Templated account.
    pub fn templated_books(&self) -> templated::Books {
        templated::Books::new(self.shared.clone())
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
        imagekit: imagekit::Desk::open(&options, now),
        templated: templated::Desk::open(&options, now),
        faults,
        ahead: options.quirks.clock_offset.into(),
        quirks: options.quirks,
        requests: Default::default(),
        at_work: Arc::default(),
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
    let service = service_of(request.uri().path());
    shared.requests[service as usize].fetch_add(1, Ordering::Relaxed);
    let at_work = shared.at_work.clone();
    let ask = Ask::read(request).await.ok_or(Cut)?;
    let target = target_of(service, &ask);
    shared.faults.let_through(target).await;
    let fault = shared.faults.draw(target);
    tokio::time::sleep(shared.faults.latency()).await;
    match fault {
        Some(Fault::CutBefore) => return Err(Cut),
        Some(Fault::ErrorBefore(status)) => {
            return Ok(sent(failed(service, status), shared.now(), Outgoing::whole));
        }
        _ => {}
    }
    let throttle = throttled(&shared, class_of(service, target, &ask), fault);
    let worker = shared.clone();
    let work = move || {
        let _at_work = at_work;
        // The answer is dated by the clock that the request was held against.
        let now = worker.now();
        let answer = match service {
            ServiceKind::Uploadcare => uploadcare::answer(&worker, &ask, throttle, now),
            ServiceKind::ImageKit => imagekit::answer(&worker, &ask, throttle, now),
            ServiceKind::Templated => templated::answer(&worker, &ask, throttle, now),
        };
        (answer, now)
    };
    if let Some(Fault::WorkLate(late)) = fault {
        tokio::spawn(async move {
            tokio::time::sleep(late).await;
            tokio::task::spawn_blocking(work).await
        });
        return Err(Cut);
    }
    let work = tokio::task::spawn_blocking(work);
    let (answer, now) = work.await.map_err(|_| Cut)?;
    after(service, answer, now, fault).await
}

/// Carries out what goes wrong after the work.
async fn after(
    service: ServiceKind,
    mut answer: Answer,
    now: Time,
    fault: Option<Fault>,
) -> Result<Response<Outgoing>, Cut> {
    match fault {
        Some(Fault::CutAfter) => return Err(Cut),
        Some(Fault::ErrorAfter(status)) => answer = failed(service, status),
        Some(Fault::TruncateAfter) => return Ok(sent(answer, now, Outgoing::half)),
        Some(Fault::StallAfter(time)) => tokio::time::sleep(time).await,
        Some(Fault::GarbageAfter) => {
            answer.status = StatusCode::OK;
            answer.content = Content::Bytes(GARBAGE.into());
        }
        _ => {}
    }
    Ok(sent(answer, now, Outgoing::whole))
}

const GARBAGE: &[u8] = b"{\"status\": \"ok\", \"result\": [{\"uuid\": \"\x00\xff\xfe\x80<<<<\x1b[";

/// What the paths of a service begin with.
pub(super) const fn prefix_of(service: ServiceKind) -> &'static str {
    match service {
        ServiceKind::Uploadcare => "",
        ServiceKind::ImageKit => imagekit::PREFIX,
        ServiceKind::Templated => templated::PREFIX,
    }
}

fn service_of(path: &str) -> ServiceKind {
    let below = |service: &ServiceKind| {
        let rest = path.strip_prefix(prefix_of(*service));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let others = [ServiceKind::ImageKit, ServiceKind::Templated];
    let found = others.into_iter().find(below);
    found.unwrap_or(ServiceKind::Uploadcare)
}

fn target_of(service: ServiceKind, ask: &Ask) -> Target {
    let reads = matches!(ask.method, Method::GET | Method::HEAD | Method::OPTIONS);
    let path = ask.path();
    match path.strip_prefix(prefix_of(service)).unwrap_or(path) {
        path if path.starts_with("/cdn/") => Target::Cdn,
        "/files/search/" => Target::Reads,
        _ if reads => Target::Reads,
        _ => Target::Writes,
    }
}

/// The requests that share one limit; `None` for what has none.
fn class_of(service: ServiceKind, target: Target, ask: &Ask) -> Option<Class> {
    match (service, target) {
        (_, Target::Cdn) => None,
        (ServiceKind::Uploadcare, _) => Some("uploadcare"),
        (ServiceKind::Templated, _) => Some("templated"),
        (ServiceKind::ImageKit, _) if imagekit::is_upload(ask.path()) => None,
        (ServiceKind::ImageKit, Target::Reads) => Some("imagekit reads"),
        (ServiceKind::ImageKit, _) => Some("imagekit writes"),
    }
}

fn throttled(shared: &Shared, class: Option<Class>, fault: Option<Fault>) -> Option<Throttle> {
    if let Some(Fault::Throttle { retry_after }) = fault {
        let wait = match retry_after {
            Some(RetryAfter::Seconds(seconds)) => Some(Duration::from_secs(seconds)),
            Some(RetryAfter::Date(wait)) => Some(wait),
            None => None,
        };
        return Some(Throttle { retry_after, wait });
    }
    let wait = shared.faults.take_token(class?).err()?;
    let seconds = (wait.as_secs_f64().ceil() as u64).max(1);
    Some(Throttle {
        retry_after: Some(RetryAfter::Seconds(seconds)),
        wait: Some(wait),
    })
}

/// The request is to be throttled.
#[derive(Clone, Copy)]
pub(super) struct Throttle {
    pub retry_after: Option<RetryAfter>,
    /// How long exactly, if it is to be said at all.
    pub wait: Option<Duration>,
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
fn failed(service: ServiceKind, status: u16) -> Answer {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if !status.is_client_error() {
        return Answer::page(status);
    }
    let words = status.canonical_reason().unwrap_or("Refused");
    let body = match service {
        ServiceKind::Uploadcare => format!("{{\"detail\":\"{words}.\"}}"),
        ServiceKind::ImageKit => format!("{{\"message\":\"{words}.\"}}"),
        ServiceKind::Templated => format!("{{\"error\":\"{words}\"}}"),
    };
    Answer::new(status, "application/json", body)
}

fn sent(answer: Answer, now: Time, body: impl FnOnce(Content) -> Outgoing) -> Response<Outgoing> {
    let mut response = Response::new(body(answer.content));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    let headers = response.headers_mut();
    headers.insert(SERVER, HeaderValue::from_static("nginx"));
    if let Ok(date) = HeaderValue::from_str(&http_date(now)) {
        headers.insert(DATE, date);
    }
    response
}

fn http_date(time: Time) -> String {
    let since = Duration::from_micros(u64::try_from(time.0).unwrap_or_default());
    httpdate::fmt_http_date(UNIX_EPOCH + since)
}
