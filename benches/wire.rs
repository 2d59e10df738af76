//! Figures of the wire: listings and deletes one call after the other and in parallel, page parsing, and how
//! time and memory grow with the project. `cargo bench --bench wire`; a name as argument runs that part alone.
//!
//! The demo service runs in a process of its own, each measured listing too: memory is that of the client.

#![allow(clippy::unwrap_used)] // a bench may panic

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tallyman::catalogue::Catalogue;
use tallyman::demo::{Options, PUBLIC_KEY, Quirks, SECRET_KEY, Server};
use tallyman::job::{Engine, Observer, Progress};
use tallyman::ledger::Ledger;
use tallyman::model::{
    FileRow, FileState, JobId, Plan, PlanItem, ProfileId, ServiceKind, Settled, Source, Verb,
};
use tallyman::service::{self, Credentials, Limits, Listing, Service, uploadcare};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

const ROUND_TRIP: &str = "40";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, base, calls] = &arguments[..]
        && mode == "list-once"
    {
        return list_once(base, calls.parse().unwrap());
    }
    let wanted = |part: &str| {
        let mut named = arguments
            .iter()
            .filter(|one| !one.starts_with('-'))
            .peekable();
        named.peek().is_none() || named.any(|one| one == part)
    };
    if wanted("parse") {
        parse();
    }
    if wanted("list") {
        listings();
    }
    if wanted("delete") {
        deletes();
    }
    if wanted("grow") {
        growth();
    }
    // It needs that client: `benches/python_client.sh` brings it.
    if let Some(python) = std::env::var_os("PYTHON") {
        beside(&python);
    }
}

/// The demo service as a process of its own.
struct Demo {
    process: Child,
    /// Open to its end: whoever writes into a closed pipe dies.
    _said: BufReader<ChildStdout>,
    base: String,
}

impl Demo {
    fn start(files: usize, latency: &str) -> Self {
        let files = files.to_string();
        let mut process = Command::new(env!("CARGO_BIN_EXE_tallyman"))
            .args(["demo-service", "--files", &files, "--latency", latency])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut base = String::new();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        said.read_line(&mut base).unwrap();
        Self {
            process,
            _said: said,
            base: base.trim().to_owned(),
        }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn open(base: &str, calls: usize) -> Arc<dyn Service> {
    let credentials = Credentials {
        service: ServiceKind::Uploadcare,
        public_key: PUBLIC_KEY.to_owned(),
        secret: SECRET_KEY.to_owned().into(),
        api_base: Some(base.to_owned()),
        cdn_base: None,
        simple_auth: false,
    };
    let limits = Limits {
        calls,
        ..Limits::default()
    };
    service::open_with(&credentials, limits).unwrap()
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().enable_all().build().unwrap()
}

/// A listing into a catalogue, as the window and the command line do it: files, seconds, seconds to the first page.
async fn listed(service: &Arc<dyn Service>) -> (usize, f64, f64) {
    let begun = Instant::now();
    let (sender, mut pages) = mpsc::channel(16);
    let listing = tokio::spawn({
        let service = service.clone();
        async move { service.list(Listing::Existing, sender).await }
    });
    let mut catalogue = Catalogue::new();
    let epoch = catalogue.begin();
    let (mut files, mut first) = (0, 0.0);
    while let Some(page) = pages.recv().await {
        if files == 0 {
            first = begun.elapsed().as_secs_f64();
        }
        files += page.rows.len();
        catalogue.merge(epoch, page.rows);
    }
    listing.await.unwrap().unwrap();
    catalogue.finish(epoch);
    (files, begun.elapsed().as_secs_f64(), first)
}

/// Lists in this process, and prints files, seconds, seconds to the first page, and most memory in MB.
fn list_once(base: &str, calls: usize) {
    let service = open(base, calls);
    let (files, seconds, first) = runtime().block_on(listed(&service));
    println!("{files} {seconds} {first} {}", peak_memory());
}

/// The most memory that this process has had, in MB.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kilobytes.map_or(f64::NAN, |number| {
        number.parse::<f64>().unwrap() * 1024.0 / 1e6
    })
}

/// Runs a listing in a process of its own.
fn apart(base: &str, calls: usize) -> (usize, f64, f64, f64) {
    let own = std::env::current_exe().unwrap();
    let calls = calls.to_string();
    let output = Command::new(own)
        .args(["list-once", base, &calls])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut words = text
        .split_whitespace()
        .map(|word| word.parse::<f64>().unwrap());
    let mut next = || words.next().unwrap();
    (next() as usize, next(), next(), next())
}

fn listings() {
    let demo = Demo::start(100_000, ROUND_TRIP);
    println!("\nListing 100,000 files, {ROUND_TRIP} ms round trip");
    let (files, one_by_one, first, _) = apart(&demo.base, 1);
    println!(
        "  one request after another  {one_by_one:7.2} s   first rows {first:.2} s   {files} rows"
    );
    let mut turns = [(); 3].map(|()| apart(&demo.base, usize::MAX));
    turns.sort_by(|a, b| a.1.total_cmp(&b.1));
    let (files, parallel, first, _) = turns[1];
    println!(
        "  in parallel                {parallel:7.2} s   first rows {first:.2} s   {files} rows"
    );
    bar("parallel takes", one_by_one / parallel, 6.0);
}

fn deletes() {
    println!("\nDeleting 10,000 files, 100 a call, {ROUND_TRIP} ms round trip, with the ledger");
    let demo = Demo::start(30_000, ROUND_TRIP);
    let one_by_one = deleted(&demo.base, 1);
    println!("  one call after another     {one_by_one:7.2} s");
    let parallel = deleted(&demo.base, usize::MAX);
    println!("  in parallel                {parallel:7.2} s");
    bar("parallel takes", one_by_one / parallel, 5.0);
}

struct Nobody;

impl Observer for Nobody {
    fn progress(&self, _: &Progress) {}
    fn settled(&self, _: JobId, _: &[Settled]) {}
}

/// Seconds of a job that deletes ten thousand stored files.
fn deleted(base: &str, calls: usize) -> f64 {
    let runtime = runtime();
    let folder = tempfile::tempdir().unwrap();
    runtime.block_on(async {
        let rows = all(&open(base, usize::MAX)).await;
        let stored = rows.iter().filter(|row| row.state() == FileState::Stored);
        let items: Vec<PlanItem> = stored.take(10_000).map(PlanItem::from_file).collect();
        let service = open(base, calls);
        let source = Source {
            service: service.kind(),
            profile: ProfileId("bench".into()),
            profile_name: "Bench".into(),
            account: service.account().await.unwrap(),
            api_base: service.api_base(),
        };
        let engine = Engine {
            service,
            ledger: Arc::new(Ledger::open(folder.path()).unwrap()),
        };
        let plan = Plan::new(Verb::Delete, source, items);
        let job = engine.start(&plan).await.unwrap();
        let begun = Instant::now();
        let stop = CancellationToken::new();
        let summary = engine.run(job, stop, Arc::new(Nobody)).await.unwrap();
        let seconds = begun.elapsed().as_secs_f64();
        let done = summary.tally.done;
        assert!(done >= 9_980, "{summary:?}");
        seconds
    })
}

async fn all(service: &Arc<dyn Service>) -> Vec<FileRow> {
    let (sender, mut pages) = mpsc::channel(16);
    let listing = tokio::spawn({
        let service = service.clone();
        async move { service.list(Listing::Existing, sender).await }
    });
    let mut rows = Vec::new();
    while let Some(page) = pages.recv().await {
        rows.extend(page.rows);
    }
    listing.await.unwrap().unwrap();
    rows
}

fn parse() {
    let page = runtime().block_on(page());
    let megabytes = page.len() as f64 / 1e6;
    let rows = uploadcare::read_page(&page).unwrap().len();
    let (begun, mut taken) = (Instant::now(), Vec::new());
    while begun.elapsed() < Duration::from_secs(3) {
        let at = Instant::now();
        std::hint::black_box(uploadcare::read_page(std::hint::black_box(&page)));
        taken.push(at.elapsed().as_secs_f64());
    }
    taken.sort_by(f64::total_cmp);
    let each = taken[taken.len() / 2];
    println!("\nParsing a page of {rows} files, {megabytes:.2} MB");
    println!(
        "  {:.0} MB/s, {:.2} ms a page",
        megabytes / each,
        each * 1e3
    );
}

/// A page of the demo service, as it comes over the wire.
async fn page() -> String {
    let options = Options {
        files: 20_000,
        quirks: Quirks {
            allow_simple: true,
            ..Quirks::default()
        },
        ..Options::default()
    };
    let server = Server::start(options).await.unwrap();
    let host = server.base().replace("http://", "");
    let mut stream = tokio::net::TcpStream::connect(&host).await.unwrap();
    let request = format!(
        "GET /files/?limit=1000&ordering=datetime_uploaded HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Accept: application/vnd.uploadcare-v0.7+json\r\n\
         Authorization: Uploadcare.Simple {PUBLIC_KEY}:{SECRET_KEY}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

fn growth() {
    println!("\nListing into a catalogue, {ROUND_TRIP} ms round trip");
    println!("      files     seconds   first rows   files/s   most memory");
    for count in [10_000, 100_000, 1_000_000] {
        let demo = Demo::start(count, ROUND_TRIP);
        let (files, seconds, first, memory) = apart(&demo.base, usize::MAX);
        let speed = files as f64 / seconds;
        println!("  {count:9}  {seconds:8.2} s   {first:6.2} s   {speed:9.0}   {memory:6.0} MB");
        if count == 1_000_000 && memory > 400.0 {
            println!("  MISSED: the process may take 400 MB");
        }
    }
}

/// The same work by the official Python client and by Tallyman, each on a project of its own.
fn beside(python: &OsStr) {
    println!("\nBeside pyuploadcare, {ROUND_TRIP} ms round trip");
    let demo = Demo::start(100_000, ROUND_TRIP);
    let (files, theirs) = python_client(python, "list", &demo.base);
    let (own_files, ours, ..) = apart(&demo.base, usize::MAX);
    assert_eq!(files, own_files);
    println!("  list {files} files    pyuploadcare {theirs:7.2} s   Tallyman {ours:6.2} s");
    bar("Tallyman takes", theirs / ours, 6.0);
    let demo = Demo::start(30_000, ROUND_TRIP);
    let (files, theirs) = python_client(python, "delete", &demo.base);
    let ours = deleted(&demo.base, usize::MAX);
    println!("  delete {files} files   pyuploadcare {theirs:7.2} s   Tallyman {ours:6.2} s");
    bar("Tallyman takes", theirs / ours, 5.0);
}

/// Files and seconds of a run of that client.
fn python_client(python: &OsStr, what: &str, base: &str) -> (usize, f64) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/python_client.py");
    let output = Command::new(python)
        .args([script, what, base, PUBLIC_KEY, SECRET_KEY])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (files, seconds) = text.trim().split_once(' ').unwrap();
    (files.parse().unwrap(), seconds.parse().unwrap())
}

fn bar(what: &str, times: f64, least: f64) {
    let verdict = if times >= least { "met" } else { "MISSED" };
    println!("  {what} 1/{times:.1} of the time; the bar is 1/{least:.0}: {verdict}");
}
