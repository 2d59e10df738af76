//! Listings of files that come and go meanwhile, by another client's doing.

use std::collections::HashSet;
use std::time::Duration;

use tallyman::demo::Server;

use crate::bench::delete;
use crate::case::{Case, Kit, list, open, start};

pub async fn files_that_come_and_go_hide_none_that_stay(kit: &'static Kit) {
    let (server, case) = start(kit, 2_500).await;
    server.faults().set_latency(Duration::from_millis(4));
    let before = case.existing();
    let reader = open(&case);
    let listing = tokio::spawn(async move { list(&reader).await });
    change(&server, &case, &before).await;
    let rows = listing.await.unwrap().unwrap();

    let listed: HashSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(listed.len(), rows.len(), "each once");
    let now: HashSet<String> = case.existing().into_iter().collect();
    assert!(now.len() < before.len());
    let stayed = before.iter().filter(|id| now.contains(*id));
    let hidden: Vec<_> = stayed.filter(|id| !listed.contains(id.as_str())).collect();
    assert!(hidden.is_empty(), "not listed: {hidden:?}");
    for row in &rows {
        assert!(case.file(row.id.as_str()).is_some(), "{row:?}");
    }
}

/// Takes files away at the front, in the middle and at the end, and adds some at the front.
async fn change(server: &Server, case: &Case, before: &[String]) {
    let writer = open(case);
    let host = server.base();
    let host = host.strip_prefix("http://").unwrap();
    let mut added = 0;
    for round in 0..12 {
        let places = [round, before.len() / 2 + round, before.len() - 2 - round];
        let ids = places.map(|place| before[place].clone());
        delete(&*writer, &ids).await;
        if let Some(addition) = case.addition() {
            let status = addition.send_to(host).await.unwrap().status;
            assert!((200..300).contains(&status), "{status}");
            added += 1;
        }
    }
    let now = case.existing();
    let new = now.iter().filter(|id| !before.contains(id)).count();
    assert_eq!(new, added);
}
