//! Store, delete, restore, groups: evidence id by id.

use tallyman::demo::Quirks;
use tallyman::model::Verb;
use tallyman::service::{BatchAnswer, Fact, Seen};

use super::{MISSING, batch, facts, free, open, reread, server};

#[tokio::test]
async fn hostile_group_ids_are_answered_one_by_one() {
    let server = server(200, Quirks::default()).await;
    let (service, books) = (open(&server), server.books());
    let file = free(&server).remove(0);
    let groups = books.group_ids();
    for id in [
        "../x",
        &format!("../files/{file}/storage"),
        "%2e%2e/files",
        "nonsense",
        "",
        "..",
    ] {
        let fact = facts(&*service, Verb::DeleteGroups, &[id]).await.remove(id);
        assert!(
            matches!(fact, Some(Fact::Refused { .. } | Fact::Absent { .. })),
            "{id}: {fact:?}"
        );
    }
    assert_eq!(books.group_ids(), groups);
    assert_eq!(books.file(&file).unwrap().removed, None);
}

#[tokio::test]
async fn a_batch_proves_each_id_for_itself() {
    let server = server(3_000, Quirks::default()).await;
    let (service, books) = (open(&server), server.books());
    let files = free(&server);
    let locked = books.locked_ids().remove(0);
    let upper = files[1].to_uppercase();
    let hostile = "\u{202e}\"],[\n";
    let ids = [
        &files[0], &upper, &files[0], "nonsense", MISSING, &locked, "", hostile,
    ];
    let found = facts(&*service, Verb::Delete, &ids).await;
    assert_eq!(found.len(), 7, "all but the one given twice");

    let at = |id: &str| Fact::Done {
        at: books.file(id).unwrap().removed,
    };
    assert_eq!(found[&files[0]], at(&files[0]));
    assert_eq!(found[&upper], at(&files[1]), "named as it was written");
    assert!(books.file(&files[1]).unwrap().removed.is_some());
    assert!(matches!(&found[MISSING], Fact::Absent { words } if words == "Missing in the project"));
    for id in ["nonsense", "", hostile] {
        assert!(
            matches!(&found[id], Fact::Refused { words } if words == "Invalid"),
            "{id}"
        );
    }
    assert!(matches!(&found[&locked], Fact::Refused { words } if words.contains("locked")));
    assert_eq!(books.file(&locked).unwrap().removed, None);

    let again = facts(&*service, Verb::Delete, &[&files[0], &upper]).await;
    assert_eq!(
        again[&files[0]], found[&files[0]],
        "a repeat tells the first time"
    );
    assert_eq!(again[&upper], found[&upper]);
}

#[tokio::test]
async fn store_delete_restore() {
    let server = server(2_000, Quirks::default()).await;
    let (service, books) = (open(&server), server.books());
    let files = free(&server);
    let stored = |id: &str| books.file(id).unwrap().stored;
    let fresh = files.iter().find(|id| stored(id).is_none()).unwrap();
    let kept = files.iter().find(|id| stored(id).is_some()).unwrap();
    let before = stored(kept);

    let found = facts(&*service, Verb::Store, &[fresh, kept]).await;
    assert!(stored(fresh).is_some());
    assert_eq!(found[fresh], Fact::Done { at: stored(fresh) });
    assert_eq!(found[kept], Fact::Done { at: before }, "stored before us");

    facts(&*service, Verb::Delete, &[kept]).await;
    assert!(
        matches!(reread(&*service, Verb::Delete, kept).await.unwrap(), Seen::File(row) if row.removed.is_some())
    );
    let found = facts(&*service, Verb::Restore, &[kept]).await;
    assert_eq!(found[kept], Fact::Done { at: stored(kept) });
    assert!(
        matches!(reread(&*service, Verb::Delete, kept).await.unwrap(), Seen::File(row) if row.removed.is_none())
    );
    assert!(matches!(
        reread(&*service, Verb::Delete, MISSING).await.unwrap(),
        Seen::Absent { .. }
    ));
}

#[tokio::test]
async fn too_many_ids_are_refused_as_a_whole() {
    let server = server(300, Quirks::default()).await;
    let service = open(&server);
    let files = free(&server);
    let ids: Vec<&str> = files[..101].iter().map(String::as_str).collect();
    let answer = batch(&*service, Verb::Delete, &ids).await.unwrap().value;
    assert!(
        matches!(answer, BatchAnswer::RefusedWhole { named, words } if named.is_empty() && words.contains("100"))
    );
    assert_eq!(server.books().writes(), 0);
    assert_eq!(facts(&*service, Verb::Delete, &ids[..100]).await.len(), 100);
}
