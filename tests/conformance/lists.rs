//! Listings of files that stay as they are.

use std::collections::HashSet;

use tallyman::demo::{Rule, Target};
use tallyman::model::FileRow;

use crate::case::{Case, Kit, list, open, start};
use crate::faults::KINDS;

pub async fn whole_and_nothing_twice(kit: &'static Kit) {
    // None, one, a page of some service to the full, several pages of each.
    for files in [0, 1, 25, 100, 1_000, 2_345] {
        let (_server, case) = start(kit, files).await;
        let rows = list(&open(&case)).await.unwrap();
        assert_eq!(case.existing().len(), rows.len(), "of {files}");
        check(&case, &rows, "quiet");
    }
}

pub async fn whole_under_every_fault(kit: &'static Kit) {
    let (server, case) = start(kit, 1_100).await;
    let service = open(&case);
    for kind in KINDS {
        server.faults().clear();
        server.faults().add(Rule {
            kind: *kind,
            on: Target::Reads,
            chance: 0.15,
            times: None,
        });
        // The first in any case: a service with large pages asks only for a few.
        server.faults().add(Rule {
            kind: *kind,
            on: Target::Reads,
            chance: 1.0,
            times: Some(1),
        });
        let rows = list(&service).await.unwrap();
        check(&case, &rows, &format!("{kind:?}"));
    }
    assert!(server.faults().struck() >= KINDS.len() as u64);
    assert_eq!(case.writes(), 0);
}

/// The rows are the files that exist, each once, as the books have them.
fn check(case: &Case, rows: &[FileRow], what: &str) {
    let listed: HashSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(listed.len(), rows.len(), "{what}: each once");
    let existing = case.existing();
    assert_eq!(existing.len(), rows.len(), "{what}: the whole");
    for id in &existing {
        assert!(listed.contains(id.as_str()), "{what}: {id}");
    }
    for row in rows {
        let truth = case.file(row.id.as_str()).unwrap();
        assert_eq!((&row.name, row.size), (&truth.name, truth.size), "{what}");
        assert!(row.uploaded.is_some() && row.removed.is_none(), "{row:?}");
        assert_eq!(row.odd, None, "{row:?}");
    }
}
