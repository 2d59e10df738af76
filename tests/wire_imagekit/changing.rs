//! Windows under any arrivals and removals: every file that stays is listed once. And the refresh, which asks
//! for the files since a time.

use std::collections::HashSet;

use proptest::prelude::*;
use tallyman::demo::imagekit::{PRIVATE_KEY, Quirks};
use tallyman::demo::{self, Options, Server};
use tallyman::model::{FileRow, ServiceKind, Time};
use tokio::sync::mpsc;

use super::lists::{changing, numbers};
use super::{list, open, open_at};

/// What happens before a request is answered.
#[derive(Clone, Debug)]
enum Change {
    /// So many go, from this place on (in thousandths of the whole).
    Remove(usize, usize),
    /// So many come on top.
    Arrive(usize),
}

fn changes() -> impl Strategy<Value = Vec<(usize, Change)>> {
    let change = prop_oneof![
        (0..1000_usize, 1..600_usize).prop_map(|(place, count)| Change::Remove(place, count)),
        (1..100_usize).prop_map(Change::Arrive),
    ];
    prop::collection::vec((0..12_usize, change), 0..10)
}

fn run<T>(work: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_stays_is_listed_once_and_nothing_is_invented(count in 0..6_000_usize, changes in changes()) {
        run(async move {
            let (raw, left) = changing(count, move |request, files| {
                for (_, change) in changes.iter().filter(|(at, _)| *at == request) {
                    apply(change, request, files);
                }
            })
            .await;
            let (rows, end) = list(&open(&raw)).await;
            end.unwrap();
            let listed = numbers(&rows);
            let once: HashSet<usize> = listed.iter().copied().collect();
            assert_eq!(once.len(), listed.len(), "nothing twice");
            let left = left.lock().unwrap();
            let stayed = left.iter().filter(|file| **file < count);
            let lost: Vec<_> = stayed.filter(|file| !once.contains(file)).collect();
            assert!(lost.is_empty(), "{lost:?}");
            assert!(once.iter().all(|file| *file < count || *file >= 1_000_000));
        });
    }
}

fn apply(change: &Change, request: usize, files: &mut Vec<usize>) {
    match *change {
        Change::Remove(place, count) => {
            let from = files.len() * place / 1000;
            files.drain(from..(from + count).min(files.len()));
        }
        Change::Arrive(count) => {
            let fresh = 1_000_000 + request * 1_000 + files.len();
            let known: HashSet<usize> = files.iter().copied().collect();
            let fresh = (fresh..fresh + count).rev();
            files.splice(0..0, fresh.filter(|file| !known.contains(file)));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_brings_what_came_since() {
    let options = Options {
        imagekit_files: 2_500,
        quirks: demo::Quirks {
            imagekit: Quirks::default(),
            ..demo::Quirks::default()
        },
        ..Options::default()
    };
    let server = Server::start(options).await.unwrap();
    let service = open_at(&server.base_of(ServiceKind::ImageKit), PRIVATE_KEY);
    let all = list(&service).await.0;
    for place in [0, 40, 1_300, all.len() - 1] {
        let than = all[place].uploaded.unwrap();
        let (sender, mut pages) = mpsc::channel(2);
        let listing = tokio::spawn({
            let service = service.clone();
            async move { service.list_newer(than, sender).await }
        });
        let mut rows: Vec<FileRow> = Vec::new();
        while let Some(page) = pages.recv().await {
            rows.extend(page.rows);
        }
        listing.await.unwrap().unwrap();
        assert_eq!(rows[..=place], all[..=place], "{place}");
        let second = Time(than.0 - 1_000_000);
        assert!(
            rows.iter().all(|row| row.uploaded > Some(second)),
            "{place}"
        );
    }
}
