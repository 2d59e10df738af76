//! Answers of all three services, harmed on their way from the embedded service to the client.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use tallyman::demo::{self, Options, Server};
use tallyman::model::{FileRow, ItemId, ServiceKind, Verb};
use tallyman::service::{
    self, BatchAnswer, Credentials, Fact, Limits, Listing, Patience, Priority, Service, Target,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::raw::{Asked, Raw, Say};
use crate::{drive, mutate};

/// Longest that one question may take, whatever is answered.
const PATIENCE: Duration = Duration::from_secs(20);

/// Cases on one embedded service: its files get fewer.
const CASES: usize = 200;

#[test]
fn uploadcare() {
    fuzz(ServiceKind::Uploadcare);
}

#[test]
fn imagekit() {
    fuzz(ServiceKind::ImageKit);
}

#[test]
fn templated() {
    fuzz(ServiceKind::Templated);
}

fn fuzz(kind: ServiceKind) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(3)
        .enable_all()
        .build()
        .unwrap();
    let mut house = None;
    let mut number = 0;
    drive(kind.key(), 60, |rng| {
        if number % CASES == 0 {
            house = Some(House::new(kind));
        }
        number += 1;
        let house = house.as_ref().unwrap();
        runtime.block_on(case(rng, house));
    });
}

struct House {
    kind: ServiceKind,
    server: Server,
    ids: Vec<String>,
    /// Of its own: what harms the answers waits for them.
    _runtime: tokio::runtime::Runtime,
}

impl House {
    fn new(kind: ServiceKind) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let options = Options {
            files: 60,
            groups: 8,
            imagekit_files: 60,
            templated_uploads: 40,
            ..Options::default()
        };
        let server = runtime.block_on(Server::start(options)).unwrap();
        let mut ids = match kind {
            ServiceKind::Uploadcare => server.books().file_ids(),
            ServiceKind::ImageKit => server.imagekit_books().file_ids(),
            ServiceKind::Templated => server.templated_books().file_ids(),
        };
        ids.push("nonsense".into());
        Self {
            kind,
            server,
            ids,
            _runtime: runtime,
        }
    }

    fn secret(&self) -> &'static str {
        match self.kind {
            ServiceKind::Uploadcare => demo::SECRET_KEY,
            ServiceKind::ImageKit => demo::imagekit::PRIVATE_KEY,
            ServiceKind::Templated => demo::templated::API_KEY,
        }
    }

    /// A way to the service on which answers are harmed.
    async fn harmed(&self, rng: &mut Rng) -> Raw {
        let rng = Mutex::new(rng.fork());
        let base = self.server.base_of(self.kind);
        let mut own = vec![self.secret().to_owned(), base.clone()];
        own.extend(self.ids.iter().take(5).cloned());
        Raw::start(move |_, asked| {
            let mut rng = rng.lock().unwrap();
            answer(&mut rng, &base, asked, &own)
        })
        .await
    }

    fn open(&self, base: &str) -> Arc<dyn Service> {
        let quick = Duration::from_millis(1);
        let limits = Limits {
            connect: Duration::from_secs(5),
            idle: Duration::from_secs(5),
            total: Duration::from_secs(10),
            patience: Patience {
                tries: 2,
                throttled_reads: 2,
                throttled_writes: 2,
                first_wait: quick,
                longest_wait: quick,
                throttle_least: quick,
                throttle_most: Duration::from_millis(3),
            },
            ..Limits::default()
        };
        let uploadcare = self.kind == ServiceKind::Uploadcare;
        let credentials = Credentials {
            service: self.kind,
            public_key: if uploadcare { demo::PUBLIC_KEY } else { "" }.into(),
            secret: self.secret().to_owned().into(),
            api_base: Some(base.to_owned()),
            cdn_base: uploadcare.then(|| format!("{base}/cdn")),
            simple_auth: false,
        };
        service::open_with(&credentials, limits).unwrap()
    }
}

/// The true answer, harmed in its body, its head, or its end; sometimes not at all.
fn answer(rng: &mut Rng, base: &str, asked: &Asked, own: &[String]) -> Say {
    let (mut status, mut head, mut body) = forward(base, asked);
    if rng.u8(..4) > 0 {
        mutate::harm(rng, &mut body, own);
    }
    if rng.u8(..6) == 0 {
        let odd = [
            200, 201, 202, 204, 206, 301, 307, 400, 401, 403, 404, 409, 413, 422, 429, 500, 503,
        ];
        status = odd[rng.usize(..odd.len())];
    }
    if rng.u8(..6) == 0 {
        let odd = [
            "Content-Encoding: gzip",
            "Content-Type: text/html",
            "Retry-After: -1",
            "Retry-After: 99999999999999999999",
            "X-RateLimit-Reset: 1e9",
            "Location: https://evil.example/",
            "Date: yesterday",
            "Transfer-Encoding: chunked",
            "X-Request-Id: \u{202E}\u{1b}[2J",
            "Set-Cookie: a=b",
            "no header at all",
        ];
        head.push(odd[rng.usize(..odd.len())].to_owned());
    }
    let length = match rng.u8(..25) {
        0 => body.len() + rng.usize(1..1_000),
        _ => body.len(),
    };
    let mut bytes = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n");
    for line in head {
        bytes.push_str(&format!("{line}\r\n"));
    }
    let mut bytes = [bytes.as_bytes(), b"\r\n", &body].concat();
    if rng.u8(..30) == 0 {
        bytes.truncate(rng.usize(..bytes.len()));
    }
    // Each on a connection of its own: what is too short or too long does not reach the next.
    Say::Cut(bytes)
}

/// Asks the embedded service. Status, headers that matter, body.
fn forward(base: &str, asked: &Asked) -> (u16, Vec<String>, Vec<u8>) {
    let (host, _) = base
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap_or((&base[7..], ""));
    let mut stream = TcpStream::connect(host).unwrap();
    let mut head = format!("{} HTTP/1.1\r\nConnection: close\r\n", asked.line);
    for line in asked.head.lines() {
        if !line.to_ascii_lowercase().starts_with("connection:") {
            head.push_str(&format!("{line}\r\n"));
        }
    }
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(b"\r\n").unwrap();
    stream.write_all(&asked.body).unwrap();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return (502, Vec::new(), Vec::new());
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let kept = |line: &&str| {
        let line = line.to_ascii_lowercase();
        !["content-length:", "connection:", "transfer-encoding:"]
            .iter()
            .any(|name| line.starts_with(name))
    };
    let head = lines.filter(kept).map(str::to_owned).collect();
    (status.unwrap_or(502), head, bytes[end + 4..].to_vec())
}

/// One question, and what must hold of its answer.
async fn case(rng: &mut Rng, house: &House) {
    let raw = house.harmed(rng).await;
    // A base may have a path, where one address speaks for several services.
    let own = house.server.base_of(house.kind);
    let path = own
        .splitn(4, '/')
        .nth(3)
        .map_or(String::new(), |path| format!("/{path}"));
    let service = house.open(&format!("{}{path}", raw.base));
    let id = ItemId::from(house.ids[rng.usize(..house.ids.len())].as_str());
    let ended = tokio::time::timeout(PATIENCE, ask(rng, &*service, house, &id)).await;
    let error = ended.unwrap_or_else(|_| panic!("no end of it: {:?}", raw.lines()));
    if let Some(error) = error {
        let open = error.contains(house.secret());
        assert!(!open, "the secret is told: {error}");
    }
}

/// The error, if it came to one, as a log would show it.
async fn ask(rng: &mut Rng, service: &dyn Service, house: &House, id: &ItemId) -> Option<String> {
    let shown = |error: service::ServiceError| format!("{error:?} {error}");
    match rng.u8(..12) {
        0 => service.account().await.err().map(shown),
        1..=3 => {
            let listing = if rng.bool() {
                Listing::Existing
            } else {
                Listing::Removed
            };
            let (sender, mut pages) = mpsc::channel::<service::Page<FileRow>>(4);
            let taken = async {
                let mut rows = 0;
                while let Some(page) = pages.recv().await {
                    rows += page.rows.len();
                    assert!(rows < 100_000, "rows without end");
                }
            };
            let (ended, ()) = tokio::join!(service.list(listing, sender), taken);
            ended.err().map(shown)
        }
        4 => {
            let (sender, mut pages) = mpsc::channel(4);
            let taken = async { while pages.recv().await.is_some() {} };
            let (ended, ()) = tokio::join!(service.groups(sender), taken);
            ended.err().map(shown)
        }
        5 => service.group(id).await.err().map(shown),
        6 => service.details(id).await.err().map(shown),
        7 => service.thumbnail(id, 64).await.err().map(shown),
        8 => {
            let pass = service.gate().enter(Priority::Job).await;
            let stop = CancellationToken::new();
            let target = Target::from(id.clone());
            let seen = service
                .reread(pass, &Verb::Delete.into(), &target, &stop)
                .await;
            seen.err().map(shown)
        }
        _ => batch(rng, service, house).await,
    }
}

/// A batch: whatever the answer says, it is said of ids that were sent, and not with the secret.
async fn batch(rng: &mut Rng, service: &dyn Service, house: &House) -> Option<String> {
    let can = service.can();
    let verbs: Vec<Verb> = [Verb::Delete, Verb::Store, Verb::Restore]
        .into_iter()
        .filter(|verb| can.verbs.contains(verb))
        .collect();
    let verb = verbs[rng.usize(..verbs.len())];
    let most = can.batch_limit(verb).min(house.ids.len());
    let mut ids = house.ids.clone();
    rng.shuffle(&mut ids);
    ids.truncate(rng.usize(1..=most));
    let targets: Vec<Target> = ids.iter().map(|id| id.as_str().into()).collect();
    let pass = service.gate().enter(Priority::Job).await;
    let stop = CancellationToken::new();
    match service.batch(pass, &verb.into(), &targets, &stop).await {
        Err(error) => Some(format!("{error:?} {error}")),
        Ok(answered) => {
            let (facts, words) = match answered.value {
                BatchAnswer::Evidence(facts) => (facts, String::new()),
                BatchAnswer::RefusedWhole { named, words } => (named, words),
            };
            let mut said = words;
            for (id, fact) in &facts {
                let sent = ids.iter().any(|one| one == id.as_str());
                assert!(
                    sent,
                    "{id:?} was never sent, and it is said of it: {fact:?}"
                );
                if let Fact::Refused { words } | Fact::Absent { words } = fact {
                    said.push_str(words);
                }
            }
            Some(said)
        }
    }
}
