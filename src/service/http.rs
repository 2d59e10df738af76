//! The HTTP that the services share: one client, its limits, the tries of a request, errors by meaning.
//!
//! It knows no service: what an answer means beyond its status is the service's to say. Nothing that it says
//! or logs holds a header, a body or a query.

mod answer;
mod base;
mod fault;
mod segment;
mod tries;

use std::time::{Duration, SystemTime};

use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Request, Response};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::model::Time;

use super::{CallMeta, ErrorKind, Pass, ServiceError};
use fault::Fault;
use tries::{Happened, Next, Tries, reset_after, retry_after};

pub(crate) use answer::Answer;
pub use base::parse_base;
pub(crate) use base::{is_loopback, same_origin};
pub(crate) use segment::{escaped, segment};
pub(crate) use tries::Intent;
pub use tries::Patience;

/// What Tallyman calls itself.
pub fn user_agent() -> String {
    format!("tallyman/{}", env!("CARGO_PKG_VERSION"))
}

/// Most bytes that are read of an answer that says no.
const REFUSAL_BYTES: usize = 64 * 1024;

/// How long a request may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Until the connection stands.
    pub connect: Duration,
    /// Between two pieces of an answer.
    pub idle: Duration,
    /// From the first byte sent to the last received.
    pub total: Duration,
    /// Most bytes of one answer of an API, after decompression: a page of a thousand files has about three million.
    pub answer_bytes: usize,
    /// Most bytes of one picture.
    pub picture_bytes: usize,
    /// Most calls of a profile under way at a time; the service's own bound may be lower.
    pub calls: usize,
    /// Tries.
    pub patience: Patience,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            total: Duration::from_secs(120),
            answer_bytes: 64 << 20,
            picture_bytes: 8 << 20,
            calls: usize::MAX,
            patience: Patience::default(),
        }
    }
}

impl Limits {
    fn most_bytes(&self, intent: Intent) -> usize {
        match intent {
            Intent::Picture => self.picture_bytes,
            Intent::Read | Intent::Write => self.answer_bytes,
        }
    }
}

/// What the body of a good answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carries {
    /// JSON, or nothing with a 204. What is no JSON is asked for once more.
    Json,
    /// JSON that the caller reads whole, which shows whether it is any: a page is not read twice for that.
    Page,
    /// Anything.
    Picture,
}

/// One request: what it may do, and how to build it afresh for each try.
pub(crate) struct Call<'a> {
    /// What it may do to the service.
    pub intent: Intent,
    /// What a good answer carries.
    pub carries: Carries,
    /// Builds the request, signed for this very moment.
    pub build: &'a (dyn Fn(&Client) -> Result<Request, ServiceError> + Send + Sync),
}

/// The executor of one host.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    client: Client,
    host: String,
    limits: Limits,
    request_id: &'static str,
    /// The header in which the service says how many milliseconds to wait after a 429.
    reset: Option<&'static str>,
}

impl Http {
    /// An executor for the base. `request_id` names the header in which the service tells its id of a request.
    pub(crate) fn new(
        base: &Url,
        limits: Limits,
        request_id: &'static str,
    ) -> Result<Self, ServiceError> {
        let loopback = is_loopback(base);
        let mut builder = Client::builder()
            .user_agent(user_agent())
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .https_only(!loopback)
            .connect_timeout(limits.connect)
            .read_timeout(limits.idle)
            .timeout(limits.total)
            .pool_idle_timeout(Duration::from_secs(30))
            // A machine that slept finds its connections dead without a word; over HTTP/2 all requests would
            // go on waiting for the same one.
            .tcp_keepalive(limits.connect)
            .http2_keep_alive_interval(limits.connect)
            .http2_keep_alive_timeout(limits.connect);
        if loopback {
            builder = builder.no_proxy();
        }
        if base.scheme() == "http" {
            // Without TLS the machine needs no CA certificates: the demo runs everywhere.
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(|error| fault::no_client(&error))?;
        Ok(Self {
            client,
            host: host_of(base),
            limits,
            request_id,
            reset: None,
        })
    }

    /// The same executor for a service that names its waits in milliseconds, in a header of its own.
    pub(crate) fn with_reset(self, header: &'static str) -> Self {
        Self {
            reset: Some(header),
            ..self
        }
    }

    /// The same executor for another host: that one is named when something goes wrong.
    pub(crate) fn at(&self, url: &Url) -> Self {
        Self {
            host: host_of(url),
            ..self.clone()
        }
    }

    /// Sends a call until it is answered, lost, or out of tries. The pass is given back when all of the
    /// answer is here.
    ///
    /// A write is sent again only when it is known not to have been done. A wait ends at once when `stop`
    /// is cancelled; a request under way is awaited.
    pub(crate) async fn send(
        &self,
        mut pass: Pass,
        call: Call<'_>,
        stop: &CancellationToken,
    ) -> Result<Answer, ServiceError> {
        self.send_on(&mut pass, call, stop).await
    }

    /// Like [`send`](Self::send) for one of several calls under one pass, which the caller keeps.
    pub(crate) async fn send_on(
        &self,
        pass: &mut Pass,
        call: Call<'_>,
        stop: &CancellationToken,
    ) -> Result<Answer, ServiceError> {
        let mut tries = Tries::new(call.intent, self.limits.patience);
        let mut meta = CallMeta::default();
        if call.intent == Intent::Write && stop.is_cancelled() {
            return Err(stopped(meta, None));
        }
        loop {
            let tried = self.once(&call, &mut meta).await;
            let happened = tried
                .as_ref()
                .map_or_else(|fault| fault.happened, |_| Happened::Answered);
            let next = tries.after(happened);
            if call.intent != Intent::Picture {
                tell(pass, happened, next);
            }
            let fault = match tried {
                Ok(answer) => return Ok(answer),
                Err(fault) => fault,
            };
            tracing::debug!(
                host = self.host,
                ?happened,
                ?next,
                attempts = meta.attempts,
                "try failed"
            );
            let wait = match next {
                Next::End => return Err(fault.into_error(call.intent, &self.host, meta)),
                Next::Wait(wait) => Some(wait),
                Next::Pause(_) => None,
            };
            tokio::select! {
                biased;
                () = stop.cancelled() => return Err(stopped(meta, fault.server_time)),
                () = rest(pass, wait) => {}
            }
        }
    }

    /// One try.
    async fn once(&self, call: &Call<'_>, meta: &mut CallMeta) -> Result<Answer, Fault> {
        let request = (call.build)(&self.client).map_err(Fault::unbuilt)?;
        let response = match self.client.execute(request).await {
            Ok(response) => response,
            Err(error) => {
                let fault = Fault::of(error);
                if fault.left() {
                    // What an earlier, throttled try was told says nothing of this one.
                    meta.attempts += 1;
                    (meta.status, meta.request_id) = (None, None);
                }
                return Err(fault);
            }
        };
        meta.attempts += 1;
        meta.status = Some(response.status().as_u16());
        meta.request_id = header(response.headers(), self.request_id).or(meta.request_id.take());
        let server_time = clock(response.headers());
        self.read(call, meta, response, server_time)
            .await
            .map_err(|fault| fault.at(server_time))
    }

    /// Judges an answer by its status and takes its body in.
    async fn read(
        &self,
        call: &Call<'_>,
        meta: &mut CallMeta,
        mut response: Response,
        server_time: Option<Time>,
    ) -> Result<Answer, Fault> {
        let status = response.status().as_u16();
        let wait = named_wait(response.headers(), server_time).or_else(|| {
            let reset = self.reset.filter(|_| status == 429)?;
            reset_after(&header(response.headers(), reset)?)
        });
        let content_type = header(response.headers(), CONTENT_TYPE.as_str()).unwrap_or_default();
        let content_type = content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        let good = (200..300).contains(&status);
        if (300..400).contains(&status) {
            return Err(Fault::redirect(status));
        }
        let body = if good {
            whole(&mut response, self.limits.most_bytes(call.intent)).await?
        } else {
            let (body, cut) = start(&mut response, REFUSAL_BYTES).await;
            match cut {
                // Such a refusal names ids, or tells a service from a web page: half of it says neither.
                Some(error) if call.carries != Carries::Picture && says_more(status) => {
                    return Err(Fault::of(error));
                }
                // Of the others the status says enough; what can be had of the body are only words.
                _ => body,
            }
        };
        meta.throttled += u32::from(status == 429);
        let answer = Answer {
            status,
            content_type,
            body: body.into(),
            meta: meta.clone(),
            server_time,
        };
        match status {
            429 => Err(Fault::throttled(wait, answer.words())),
            408 | 500.. => Err(Fault::failed(status, wait, answer.words())),
            204 => Ok(answer),
            _ if good && call.carries == Carries::Json && !answer.is_json() => {
                Err(Fault::garbled(&answer))
            }
            _ => Ok(answer),
        }
    }
}

/// Tells the gate how a try went.
fn tell(pass: &Pass, happened: Happened, next: Next) {
    match (happened, next) {
        (Happened::Answered, _) => pass.good(),
        (_, Next::Pause(wait)) => pass.throttled(wait),
        (Happened::Throttled(_) | Happened::TimedOut, _) => pass.timed_out(),
        _ => {}
    }
}

/// Waits without holding a place: for its own time, or for the profile's pause.
async fn rest(pass: &mut Pass, wait: Option<Duration>) {
    if let Some(wait) = wait {
        pass.leave();
        tokio::time::sleep(wait).await;
    }
    pass.again().await;
}

/// All of the body, if it is not larger than allowed. Counted after decompression.
async fn whole(response: &mut Response, most: usize) -> Result<Vec<u8>, Fault> {
    let announced = response.content_length().unwrap_or(0).min(1 << 20);
    let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    while let Some(chunk) = response.chunk().await.map_err(Fault::of)? {
        if body.len() + chunk.len() > most {
            return Err(Fault::too_large(most));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Whether the body of a refusal matters beyond its words.
fn says_more(status: u16) -> bool {
    (400..500).contains(&status) && !matches!(status, 401 | 403 | 408 | 429)
}

/// As much of the body as comes, up to `most`, and why no more came.
async fn start(response: &mut Response, most: usize) -> (Vec<u8>, Option<reqwest::Error>) {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let room = most - body.len();
                body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            }
            Ok(None) => return (body, None),
            Err(error) => return (body, Some(error)),
        }
        if body.len() == most {
            return (body, None);
        }
    }
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    (!text.is_empty()).then(|| text.chars().take(200).collect())
}

/// The `Date` of an answer.
fn clock(headers: &HeaderMap) -> Option<Time> {
    let date = httpdate::parse_http_date(&header(headers, DATE.as_str())?).ok()?;
    let since = date.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_micros()).ok().map(Time)
}

/// `Retry-After`; a date in it is measured against the service's own clock, which may differ from ours.
fn named_wait(headers: &HeaderMap, server_time: Option<Time>) -> Option<Duration> {
    let now = server_time
        .and_then(|time| u64::try_from(time.0).ok())
        .map_or_else(SystemTime::now, |micros| {
            SystemTime::UNIX_EPOCH + Duration::from_micros(micros)
        });
    retry_after(&header(headers, RETRY_AFTER.as_str())?, now)
}

fn stopped(meta: CallMeta, server_time: Option<Time>) -> ServiceError {
    ServiceError {
        meta,
        server_time,
        ..ServiceError::new(ErrorKind::Stopped, "Stopped before it was done")
    }
}

fn host_of(base: &Url) -> String {
    let host = base.host_str().unwrap_or_default();
    base.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
