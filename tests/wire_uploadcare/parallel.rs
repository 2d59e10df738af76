//! Listings in parallel against a service that changes under them, has many files of one instant, counts
//! wrongly, and takes `from` as it likes: every file that stays is listed once, and none that never was.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use tallyman::demo::{Options, Quirks, Server};
use tallyman::model::{FileRow, ServiceKind, Time};
use tallyman::service::{self, Credentials, Limits, Listing, Service, ServiceError};
use tokio::sync::mpsc;

use super::raw::{Asked, Raw, Say, typed};
use super::{credentials, list};

/// The first microsecond of the made-up axis.
const START: i64 = 1_600_000_000_000_000;

/// How the service takes its own parameters.
#[derive(Clone, Copy, Debug)]
struct Ways {
    page: usize,
    inclusive: bool,
    /// Whether links skip the files of an instant that were shown, as a service would that knows of ties.
    knows_ties: bool,
    total: i64,
}

/// What happens before a request is answered.
#[derive(Clone, Debug)]
enum Change {
    Remove(usize),
    Arrive(i64),
}

#[derive(Debug)]
struct World {
    ways: Ways,
    /// Keys and numbers, newest first, those of one instant in the order of their numbers.
    files: Vec<(i64, u32)>,
    changes: HashMap<usize, Change>,
    throughout: HashSet<u32>,
    ever: HashSet<u32>,
}

impl World {
    fn new(ways: Ways, keys: &[i64], changes: Vec<(usize, Change)>) -> Self {
        let mut files: Vec<(i64, u32)> = keys.iter().copied().zip(0..).collect();
        files.sort_by_key(|(key, number)| (std::cmp::Reverse(*key), *number));
        let all: HashSet<u32> = files.iter().map(|(_, number)| *number).collect();
        Self {
            ways,
            files,
            changes: changes.into_iter().collect(),
            throughout: all.clone(),
            ever: all,
        }
    }

    fn change(&mut self, request: usize) {
        match self.changes.get(&request) {
            Some(Change::Remove(place)) if !self.files.is_empty() => {
                let (_, gone) = self.files.remove(place % self.files.len());
                self.throughout.remove(&gone);
            }
            Some(Change::Arrive(key)) => {
                let number = 1_000_000 + request as u32;
                self.ever.insert(number);
                self.files.push((*key, number));
                self.files
                    .sort_by_key(|(key, number)| (std::cmp::Reverse(*key), *number));
            }
            _ => {}
        }
    }

    fn answer(&mut self, request: usize, asked: &Asked) -> Say {
        self.change(request);
        let query = query(&asked.line);
        let value = |name: &str| query.get(name).map(String::as_str);
        let mut files = self.files.clone();
        let down = value("ordering") == Some("-datetime_uploaded");
        if !down {
            files.reverse();
        }
        if let Some(from) = value("from") {
            let from = Time::parse(from).unwrap().0 - START;
            files.retain(|(key, _)| {
                let beyond = if down { *key < from } else { *key > from };
                beyond || (self.ways.inclusive && *key == from)
            });
        }
        let skip = value("offset").map_or(0, |skip| skip.parse().unwrap());
        let limit = value("limit").unwrap().parse::<usize>().unwrap();
        let page = limit.min(self.ways.page);
        let rest: Vec<_> = files.into_iter().skip(skip).collect();
        let shown = &rest[..page.min(rest.len())];
        let next = match rest.get(page) {
            None => "null".to_owned(),
            Some(following) => {
                let last = shown.last().unwrap().0;
                let ties = shown.iter().filter(|(key, _)| *key == last).count();
                let skip = if self.ways.knows_ties && following.0 == last {
                    ties
                } else {
                    0
                };
                let host = asked.header("host").unwrap();
                format!("\"http://{host}/files/?limit={limit}&from={last}&offset={skip}\"")
            }
        };
        let rows: Vec<String> = shown.iter().map(json).collect();
        let body = format!(
            r#"{{"next": {next}, "previous": null, "total": {}, "results": [{}]}}"#,
            self.ways.total,
            rows.join(",")
        );
        typed(
            200,
            "application/vnd.uploadcare-v0.7+json",
            "",
            body.as_bytes(),
        )
    }
}

fn json((key, number): &(i64, u32)) -> String {
    let at = Time(START + key);
    format!(
        r#"{{"uuid": "{}", "datetime_uploaded": "{at}", "size": {number}}}"#,
        id(*number)
    )
}

fn id(number: u32) -> String {
    format!("21975c81-7f57-4c7a-aef9-{number:012x}")
}

fn query(line: &str) -> HashMap<String, String> {
    let query = line.split_once('?').unwrap().1;
    query
        .split('&')
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap();
            let value = value.replace("%3A", ":").replace("%2B", "+");
            (name.to_owned(), value)
        })
        .collect()
}

/// Everything that a listing brings of such a world, and the world as it was left.
async fn listed(world: World, newer: Option<i64>) -> (Result<Vec<FileRow>, ServiceError>, World) {
    let world = Arc::new(Mutex::new(world));
    let answering = world.clone();
    let raw =
        Raw::start(move |request, asked| answering.lock().unwrap().answer(request, asked)).await;
    let service = service::open_with(&of(&raw.base), Limits::default()).unwrap();
    let (sender, mut receiver) = mpsc::channel(2);
    let listing = tokio::spawn(async move {
        match newer {
            None => service.list(Listing::Existing, sender).await,
            Some(than) => service.list_newer(Time(START + than), sender).await,
        }
    });
    let mut rows = Vec::new();
    while let Some(page) = receiver.recv().await {
        rows.extend(page.rows);
    }
    let result = listing.await.unwrap().map(|()| rows);
    drop(raw);
    let world = world.lock().unwrap();
    let left = World {
        ways: world.ways,
        files: world.files.clone(),
        changes: HashMap::new(),
        throughout: world.throughout.clone(),
        ever: world.ever.clone(),
    };
    (result, left)
}

/// A client that waits longer than those of the other tests: many pages are under way.
fn open(server: &Server) -> Arc<dyn Service> {
    service::open(&credentials(server)).unwrap()
}

fn of(base: &str) -> Credentials {
    Credentials {
        service: ServiceKind::Uploadcare,
        public_key: "public".to_owned(),
        secret: "secret".to_owned().into(),
        api_base: Some(base.to_owned()),
        cdn_base: Some(format!("{base}/cdn")),
        simple_auth: false,
    }
}

/// The numbers of the rows; panics if one comes twice.
fn numbers(rows: &[FileRow]) -> HashSet<u32> {
    let numbers: HashSet<u32> = rows.iter().map(|row| row.size as u32).collect();
    assert_eq!(numbers.len(), rows.len(), "each once");
    for row in rows {
        assert_eq!(row.id.as_str(), id(row.size as u32));
    }
    numbers
}

fn ways() -> impl Strategy<Value = Ways> {
    let flags = any::<(bool, bool)>();
    let totals = prop_oneof![Just(0), Just(-32_094), Just(1_000_000), 0..300_i64];
    (2..40_usize, flags, totals).prop_map(|(page, (inclusive, knows_ties), total)| Ways {
        page,
        inclusive,
        knows_ties,
        total,
    })
}

fn keys() -> impl Strategy<Value = Vec<i64>> {
    prop_oneof![
        prop::collection::vec(0..5_000_000_000_i64, 0..250),
        prop::collection::vec(0..60_i64, 0..250),
        prop::collection::vec(0..3_i64, 0..150),
    ]
}

fn changes() -> impl Strategy<Value = Vec<(usize, Change)>> {
    let change = prop_oneof![
        2 => any::<usize>().prop_map(Change::Remove),
        1 => (0..60_i64).prop_map(Change::Arrive),
        1 => (0..5_000_000_000_i64).prop_map(Change::Arrive),
    ];
    prop::collection::vec((0..60_usize, change), 0..25)
}

fn run<T>(work: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_stays_is_listed_once_and_nothing_is_invented(ways in ways(), keys in keys(), changes in changes()) {
        let (rows, world) = run(listed(World::new(ways, &keys, changes), None));
        let listed = numbers(&rows.unwrap());
        let lost: Vec<_> = world.throughout.difference(&listed).collect();
        prop_assert!(lost.is_empty(), "lost {lost:?}");
        prop_assert!(listed.is_subset(&world.ever));
    }

    #[test]
    fn a_refresh_brings_what_came_since(ways in ways(), keys in keys(), than in 0..100_i64) {
        let (rows, world) = run(listed(World::new(ways, &keys, Vec::new()), Some(than)));
        let newer = world.files.iter().filter(|(key, _)| *key >= than).map(|(_, number)| *number);
        prop_assert_eq!(numbers(&rows.unwrap()), newer.collect());
    }
}

fn ids(rows: &[FileRow]) -> BTreeSet<String> {
    let ids: BTreeSet<String> = rows.iter().map(|row| row.id.to_string()).collect();
    assert_eq!(ids.len(), rows.len(), "each once");
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stand_in_is_listed_whole_however_it_takes_from() {
    for inclusive_from in [false, true] {
        let options = Options {
            files: 12_000,
            quirks: Quirks {
                inclusive_from,
                wrong_counters: inclusive_from,
                ..Quirks::default()
            },
            ..Options::default()
        };
        let server = Server::start(options).await.unwrap();
        let (service, books) = (open(&server), server.books());
        let existing = list(&service, Listing::Existing).await.unwrap();
        assert_eq!(ids(&existing), books.file_ids().into_iter().collect());
        let newest = existing.iter().take(500).map(|row| row.id.to_string());
        assert_eq!(
            newest.collect::<Vec<_>>(),
            books.file_ids()[..500],
            "newest first"
        );
        let removed = list(&service, Listing::Removed).await.unwrap();
        assert_eq!(ids(&removed), books.removed_ids().into_iter().collect());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_go_meanwhile_cost_no_others() {
    let options = Options {
        files: 15_000,
        latency: std::time::Duration::from_millis(5),
        ..Options::default()
    };
    let server = Server::start(options).await.unwrap();
    let books = server.books();
    let before: BTreeSet<String> = books.file_ids().into_iter().collect();
    let deleting = {
        let ids = super::free(&server);
        let service = open(&server);
        tokio::spawn(async move {
            for chunk in ids.chunks(100).step_by(3) {
                let chunk: Vec<&str> = chunk.iter().map(String::as_str).collect();
                super::batch(&*service, tallyman::model::Verb::Delete, &chunk)
                    .await
                    .unwrap();
            }
        })
    };
    let listed = ids(&list(&open(&server), Listing::Existing).await.unwrap());
    deleting.await.unwrap();
    let after: BTreeSet<String> = books.file_ids().into_iter().collect();
    assert!(after.len() < before.len() * 3 / 4);
    assert!(after.is_subset(&listed), "{:?}", after.difference(&listed));
    assert!(listed.is_subset(&before));
}
