//! How long nothing is sent, by a clock that stands until it is moved: waits that the services name, and those
//! that they do not. Requests go over real connections; only the time is made.

#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tallyman::demo;
use tallyman::model::{ServiceKind, Verb};
use tallyman::service::{self, Credentials, ErrorKind, Gate, Priority, Service};
use tokio::task::JoinHandle;
use tokio::time::{Instant, advance};
use tokio_util::sync::CancellationToken;

const MILLISECOND: Duration = Duration::from_millis(1);

/// Holds the clock, which would else leap to the next timer whenever the wire is waited for.
struct HeldClock(Option<std::sync::mpsc::Sender<()>>);

impl HeldClock {
    fn new() -> Self {
        let (keep, kept) = std::sync::mpsc::channel();
        tokio::task::spawn_blocking(move || kept.recv());
        Self(Some(keep))
    }
}

impl Drop for HeldClock {
    fn drop(&mut self) {
        self.0.take();
    }
}

/// Lets everything happen that needs no time.
async fn settle() {
    for _ in 0..150 {
        tokio::task::yield_now().await;
        std::thread::sleep(Duration::from_micros(300));
    }
}

/// A server on threads of its own: the nth request gets the nth of these heads, all further ones the last.
struct Server {
    base: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(heads: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let heads: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
        let told = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (heads, told) = (heads.clone(), told.clone());
                std::thread::spawn(move || answer(stream, &heads, &told));
            }
        });
        Self { base, asked }
    }

    fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    /// Waits, without any time by the held clock, until so many requests came.
    async fn asked(&self, count: usize) {
        let began = std::time::Instant::now();
        while self.count() < count {
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "request {count} did not come: {:?}",
                self.asked.lock().unwrap()
            );
            settle().await;
        }
        settle().await;
    }
}

fn answer(mut stream: TcpStream, heads: &[String], told: &Mutex<Vec<String>>) {
    let mut bytes = [0; 8192];
    while let Ok(count @ 1..) = stream.read(&mut bytes) {
        let number = {
            let mut told = told.lock().unwrap();
            told.push(String::from_utf8_lossy(&bytes[..count]).into_owned());
            told.len() - 1
        };
        let head = &heads[number.min(heads.len() - 1)];
        let answer =
            format!("{head}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}");
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

const GOOD: &str = "HTTP/1.1 200 OK\r\n";

fn slow_down(headers: &str) -> String {
    format!("HTTP/1.1 429 X\r\n{headers}")
}

fn open(kind: ServiceKind, base: &str) -> Arc<dyn Service> {
    let (public_key, secret) = match kind {
        ServiceKind::Uploadcare => (demo::PUBLIC_KEY, demo::SECRET_KEY),
        ServiceKind::ImageKit => ("", demo::imagekit::PRIVATE_KEY),
        ServiceKind::Templated => ("", demo::templated::API_KEY),
    };
    let credentials = Credentials {
        service: kind,
        public_key: public_key.to_owned(),
        secret: secret.to_owned().into(),
        api_base: Some(base.to_owned()),
        cdn_base: None,
        simple_auth: false,
    };
    service::open(&credentials).unwrap()
}

/// One delete of one id; what it comes to does not matter.
fn delete(service: &Arc<dyn Service>, stop: &CancellationToken) -> JoinHandle<Option<ErrorKind>> {
    let (service, stop) = (service.clone(), stop.clone());
    tokio::spawn(async move {
        let id = match service.kind() {
            ServiceKind::ImageKit => "598821f949c0a938d57563bd",
            _ => "21975c81-7f57-4c7a-aef9-acfe28779f78",
        };
        let pass = service.gate().enter(Priority::Job).await;
        let answered = service
            .batch(pass, &Verb::Delete.into(), &[id.into()], &stop)
            .await;
        answered.err().map(|error| error.kind)
    })
}

/// Whether the first request gets this answer, and the second comes after `wait` and at most a tenth more.
async fn waits(kind: ServiceKind, head: &str, wait: Duration) {
    let _held = HeldClock::new();
    let server = Server::start(&[head, GOOD]);
    let service = open(kind, &server.base);
    let call = delete(&service, &CancellationToken::new());
    server.asked(1).await;
    let told = format!("{kind} {head:?}: {:?}", service.gate().pause_left());
    assert!(service.gate().pause_left() >= wait, "{told}");
    advance(wait - 2 * MILLISECOND).await;
    settle().await;
    assert_eq!(server.count(), 1, "too early: {told}");
    advance(Duration::from_millis(250).max(wait / 10) + 5 * MILLISECOND).await;
    server.asked(2).await;
    let _ = call.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_wait_in_seconds_is_kept_by_every_service() {
    for kind in ServiceKind::ALL {
        waits(
            kind,
            &slow_down("Retry-After: 7\r\n"),
            Duration::from_secs(7),
        )
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_until_a_date_is_measured_by_the_clock_of_the_service() {
    for kind in ServiceKind::ALL {
        // Its clock is a day off; only the difference counts.
        let now = SystemTime::now() + Duration::from_secs(86_400);
        let headers = format!(
            "Date: {}\r\nRetry-After: {}\r\n",
            httpdate::fmt_http_date(now),
            httpdate::fmt_http_date(now + Duration::from_secs(9))
        );
        waits(kind, &slow_down(&headers), Duration::from_secs(9)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn imagekit_names_milliseconds() {
    let head = slow_down("X-RateLimit-Limit: 20\r\nX-RateLimit-Reset: 2600\r\n");
    waits(ServiceKind::ImageKit, &head, Duration::from_millis(2_600)).await;
}

#[tokio::test(start_paused = true)]
async fn without_a_named_wait_each_is_longer_than_the_last() {
    for kind in ServiceKind::ALL {
        let _held = HeldClock::new();
        let head = slow_down("");
        let server = Server::start(&[&head, &head, &head, &head, GOOD]);
        let service = open(kind, &server.base);
        let call = delete(&service, &CancellationToken::new());
        for (number, least) in [1, 2, 4, 8].into_iter().enumerate() {
            server.asked(number + 1).await;
            let left = service.gate().pause_left().as_secs_f64();
            let most = f64::from(least) * 2.2 + 0.25;
            assert!(
                (f64::from(least)..most).contains(&left),
                "{kind} {number}: {left}"
            );
            advance(service.gate().pause_left() + Duration::from_millis(600)).await;
        }
        server.asked(5).await;
        let _ = call.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn one_gate_a_profile_and_none_for_others() {
    let _held = HeldClock::new();
    let head = slow_down("Retry-After: 30\r\n");
    let server = Server::start(&[&head, GOOD]);
    let mine = open(ServiceKind::Uploadcare, &server.base);
    let stop = CancellationToken::new();
    let first = delete(&mine, &stop);
    server.asked(1).await;
    let more: Vec<_> = (0..6).map(|_| delete(&mine, &stop)).collect();
    let listing = tokio::spawn({
        let mine = mine.clone();
        async move { mine.account().await }
    });
    settle().await;
    assert_eq!(server.count(), 1, "the pause is the whole profile's");
    let other = open(ServiceKind::Uploadcare, &server.base);
    let theirs = delete(&other, &stop);
    server.asked(2).await;
    let _ = theirs.await.unwrap();
    advance(Duration::from_secs(29)).await;
    settle().await;
    assert_eq!(server.count(), 2);
    // A request that found the gate empty is followed by the others, one by one.
    for _ in 0..120 {
        advance(Duration::from_millis(50)).await;
        settle().await;
        if server.count() >= 10 {
            break;
        }
    }
    assert!(server.count() >= 10, "{}", server.count());
    for call in more {
        let _ = call.await.unwrap();
    }
    let _ = (first.await.unwrap(), listing.await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_stop_in_a_wait_takes_no_time() {
    for head in [slow_down("Retry-After: 60\r\n"), slow_down("")] {
        let _held = HeldClock::new();
        let server = Server::start(&[&head]);
        let service = open(ServiceKind::Uploadcare, &server.base);
        let stop = CancellationToken::new();
        let call = delete(&service, &stop);
        server.asked(1).await;
        let now = Instant::now();
        stop.cancel();
        assert_eq!(call.await.unwrap(), Some(ErrorKind::Stopped));
        assert_eq!((now.elapsed(), server.count()), (Duration::ZERO, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_without_a_storm() {
    let _held = HeldClock::new();
    let head = slow_down("Retry-After: 5\r\n");
    let server = Server::start(&[&head, GOOD]);
    let service = open(ServiceKind::Uploadcare, &server.base);
    let stop = CancellationToken::new();
    let first = delete(&service, &stop);
    server.asked(1).await;
    let calls: Vec<_> = (0..8).map(|_| delete(&service, &stop)).collect();
    // Timers come to a whole millisecond.
    advance(service.gate().pause_left() + 2 * MILLISECOND).await;
    settle().await;
    // Those that waited come one by one, thirty milliseconds apart, for a full round.
    assert_eq!(server.count(), 2, "all at once");
    advance(Duration::from_millis(31)).await;
    settle().await;
    assert!(server.count() <= 3, "{}", server.count());
    for _ in 0..40 {
        advance(Duration::from_millis(31)).await;
        settle().await;
    }
    for call in calls {
        let _ = call.await.unwrap();
    }
    let _ = first.await.unwrap();
    assert_eq!(server.count(), 10);
}

/// Programs that were told the same wait do not come back at the same instant.
#[tokio::test(start_paused = true)]
async fn waits_are_a_little_longer_by_chance() {
    let _held = HeldClock::new();
    let mut ends = Vec::new();
    for _ in 0..12 {
        let head = slow_down("Retry-After: 20\r\n");
        let server = Server::start(&[&head, GOOD]);
        let service = open(ServiceKind::Uploadcare, &server.base);
        let stop = CancellationToken::new();
        let call = delete(&service, &stop);
        server.asked(1).await;
        ends.push(service.gate().pause_left());
        stop.cancel();
        assert_eq!(call.await.unwrap(), Some(ErrorKind::Stopped));
    }
    let (least, most) = (ends.iter().min().unwrap(), ends.iter().max().unwrap());
    assert!(
        *least >= Duration::from_secs(20) && *most <= Duration::from_secs(22),
        "{ends:?}"
    );
    assert!(*most - *least > Duration::from_millis(100), "{ends:?}");
}

#[tokio::test(start_paused = true)]
async fn a_full_gate_lets_jobs_go_first_after_a_wait() {
    let gate = Gate::new(1, 1);
    let inside = gate.enter(Priority::List).await;
    let order = Arc::<Mutex<Vec<Priority>>>::default();
    let mut waiting = Vec::new();
    for priority in [Priority::Picture, Priority::List, Priority::Job] {
        let (gate, order) = (gate.clone(), order.clone());
        waiting.push(tokio::spawn(async move {
            let _pass = gate.enter(priority).await;
            order.lock().unwrap().push(priority);
        }));
        settle().await;
    }
    drop(inside);
    for one in waiting {
        one.await.unwrap();
    }
    let order = order.lock().unwrap().clone();
    assert_eq!(order, [Priority::Job, Priority::List, Priority::Picture]);
}
