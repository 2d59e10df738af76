//! Folders, versions, fields, edits, searches, and the deeds that take paths: the client against the demo
//! service and its books.

use std::sync::Arc;
use std::time::Duration;

use tallyman::demo::imagekit::{Books, KeyState, PRIVATE_KEY, Quirks};
use tallyman::demo::{self, Fault, Options, Rule, Server};
use tallyman::model::{
    Edit, FieldKind, FieldValue, FolderChange, FolderJob, PlanArgs, ServiceKind, Verb,
};
use tallyman::service::{
    BatchAnswer, ErrorKind, Fact, Priority, Seen, Service, ServiceError, Target, Work,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::open_at;

const UNKNOWN: &str = "0123456789abcdef01234567";

struct House {
    server: Server,
    service: Arc<dyn Service>,
}

impl House {
    async fn with(imagekit: Quirks) -> Self {
        let options = Options {
            files: 5,
            imagekit_files: 400,
            quirks: demo::Quirks {
                imagekit,
                ..demo::Quirks::default()
            },
            ..Options::default()
        };
        let server = Server::start(options).await.unwrap();
        let base = server.base_of(ServiceKind::ImageKit);
        Self {
            service: open_at(&base, PRIVATE_KEY),
            server,
        }
    }

    async fn new() -> Self {
        Self::with(Quirks::default()).await
    }

    fn books(&self) -> Books {
        self.server.imagekit_books()
    }

    /// A file that the service does not fail on, with its path.
    fn file(&self, number: usize) -> Target {
        let books = self.books();
        let ids = books.file_ids().into_iter();
        let free = ids.filter(|id| !books.file(id).unwrap().stuck);
        let id = free.skip(number).step_by(7).nth(1).unwrap();
        let mut target = Target::from(id.as_str());
        target.path = books.file(&id).unwrap().path;
        target
    }

    fn path_of(&self, item: &Target) -> String {
        self.books().file(item.id.as_str()).unwrap().path
    }

    async fn act(&self, work: &Work, items: &[Target]) -> Result<Vec<Fact>, ServiceError> {
        let pass = self.service.gate().enter(Priority::Job).await;
        let stop = CancellationToken::new();
        let answered = self.service.batch(pass, work, items, &stop).await?;
        match answered.value {
            BatchAnswer::Evidence(facts) | BatchAnswer::RefusedWhole { named: facts, .. } => {
                Ok(facts.into_iter().map(|(_, fact)| fact).collect())
            }
        }
    }

    async fn see(&self, work: &Work, item: &Target) -> Seen {
        let pass = self.service.gate().enter(Priority::Job).await;
        let stop = CancellationToken::new();
        let seen = self.service.reread(pass, work, item, &stop).await;
        seen.unwrap().value
    }

    async fn search(&self, query: &str) -> Result<Vec<String>, ServiceError> {
        let (sender, mut pages) = mpsc::channel(4);
        let (found, rows) = tokio::join!(self.service.search(query, sender), async {
            let mut rows = Vec::new();
            while let Some(page) = pages.recv().await {
                rows.extend(page.rows.into_iter().map(|row| row.id.to_string()));
            }
            rows
        });
        found.map(|()| rows)
    }
}

fn tags(verb: Verb, tags: &[&str]) -> Work {
    let args = PlanArgs {
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..PlanArgs::default()
    };
    Work { verb, args }
}

fn to(verb: Verb, folder: &str) -> Work {
    let args = PlanArgs {
        folder: Some(folder.to_owned()),
        ..PlanArgs::default()
    };
    Work { verb, args }
}

fn rename(name: &str) -> Work {
    let args = PlanArgs {
        name: Some(name.to_owned()),
        ..PlanArgs::default()
    };
    Work {
        verb: Verb::Rename,
        args,
    }
}

const DONE: Fact = Fact::Done { at: None };

/// What was seen before a copy that was refused says nothing of what is there when it is tried again.
#[tokio::test]
async fn a_place_that_somebody_took_meanwhile_is_not_ours() {
    let house = House::new().await;
    let item = house.file(0);
    let copy = to(Verb::Copy, "/taken");
    house.server.faults().add(Rule {
        kind: Fault::ErrorBefore(409),
        on: demo::Target::Writes,
        chance: 1.0,
        times: Some(1),
    });
    let told = house.act(&copy, std::slice::from_ref(&item)).await;
    assert!(matches!(told.unwrap()[..], [Fact::Refused { .. }]));
    // Somebody else copies the very file to the place.
    let base = house.server.base_of(ServiceKind::ImageKit);
    let other = House {
        service: open_at(&base, PRIVATE_KEY),
        server: Server::start(Options::default()).await.unwrap(),
    };
    let theirs = other.act(&copy, std::slice::from_ref(&item)).await;
    assert_eq!(theirs.unwrap(), [DONE]);
    let told = house.act(&copy, std::slice::from_ref(&item)).await.unwrap();
    let [Fact::Skipped { words }] = &told[..] else {
        panic!("{told:?}");
    };
    assert!(words.contains("is at /taken/"), "{words}");
}

#[tokio::test]
async fn tags_come_and_go() {
    let house = House::new().await;
    let items = [house.file(0), house.file(1)];
    let (add, remove) = (
        tags(Verb::AddTags, &["a b", "new"]),
        tags(Verb::RemoveTags, &["new"]),
    );
    assert_eq!(house.see(&add, &items[0]).await, Seen::NotDone);
    assert_eq!(house.act(&add, &items).await.unwrap(), [DONE, DONE]);
    assert_eq!(
        house.act(&add, &items).await.unwrap(),
        [DONE, DONE],
        "once more is the same"
    );
    for item in &items {
        let own = house.books().file(item.id.as_str()).unwrap().tags;
        assert_eq!(own.iter().filter(|tag| *tag == "new").count(), 1);
        assert_eq!(house.see(&add, item).await, Seen::Done { at: None });
        assert_eq!(house.see(&remove, item).await, Seen::NotDone);
    }
    assert_eq!(house.act(&remove, &items).await.unwrap(), [DONE, DONE]);
    assert_eq!(house.see(&remove, &items[1]).await, Seen::Done { at: None });
    assert_eq!(
        house.see(&add, &items[1]).await,
        Seen::NotDone,
        "one of two is not both"
    );
    // One that is not there stops all, and is named.
    let mixed = [items[0].clone(), UNKNOWN.into()];
    let facts = house.act(&add, &mixed).await.unwrap();
    assert!(matches!(&facts[..], [Fact::Absent { .. }]), "{facts:?}");
    assert!(matches!(
        house.see(&add, &UNKNOWN.into()).await,
        Seen::Absent { .. }
    ));
}

#[tokio::test]
async fn files_go_where_they_are_sent() {
    let house = House::new().await;
    let item = house.file(0);
    let work = to(Verb::Move, "/archive/old");
    assert_eq!(house.see(&work, &item).await, Seen::NotDone);
    assert_eq!(
        house.act(&work, std::slice::from_ref(&item)).await.unwrap(),
        [DONE]
    );
    let name = item.path.rsplit('/').next().unwrap();
    assert_eq!(house.path_of(&item), format!("/archive/old/{name}"));
    assert_eq!(house.see(&work, &item).await, Seen::Done { at: None });
    // What is there already is not named: the job reads it again.
    assert_eq!(
        house.act(&work, std::slice::from_ref(&item)).await.unwrap(),
        []
    );
    // Another plan that still thinks of the old path leaves it alone.
    let facts = house
        .act(&to(Verb::Move, "/elsewhere"), std::slice::from_ref(&item))
        .await;
    assert!(
        matches!(&facts.unwrap()[..], [Fact::Skipped { words }] if words.contains("/archive/old"))
    );
    assert_eq!(house.path_of(&item), format!("/archive/old/{name}"));

    let item = house.file(1);
    let facts = house
        .act(&rename("x y.png"), std::slice::from_ref(&item))
        .await;
    assert_eq!(facts.unwrap(), [DONE]);
    assert!(
        house.path_of(&item).ends_with("/x_y.png"),
        "{}",
        house.path_of(&item)
    );
    assert_eq!(
        house.see(&rename("x y.png"), &item).await,
        Seen::Done { at: None }
    );
    assert!(matches!(
        house.see(&rename("other.png"), &item).await,
        Seen::Unclear { .. }
    ));
    let gone = house
        .act(&rename("a.png"), &[UNKNOWN.into()])
        .await
        .unwrap();
    assert!(matches!(&gone[..], [Fact::Absent { .. }]));
}

#[tokio::test]
async fn nothing_becomes_a_version_of_something_else() {
    let house = House::new().await;
    let item = house.file(0);
    let copy = to(Verb::Copy, "/copies");
    assert_eq!(house.see(&copy, &item).await, Seen::NotDone);
    let before = house.books().file_ids().len();
    assert_eq!(
        house.act(&copy, std::slice::from_ref(&item)).await.unwrap(),
        [DONE]
    );
    assert_eq!(house.books().file_ids().len(), before + 1);
    // Who sent no copy does not claim it; who did, and saw the place free before, does.
    let mut sent = item.clone();
    sent.sent = true;
    assert_eq!(house.see(&copy, &sent).await, Seen::Done { at: None });
    let other = open_at(&house.server.base_of(ServiceKind::ImageKit), PRIVATE_KEY);
    let other = House {
        service: other,
        server: House::new().await.server,
    };
    assert!(matches!(
        other.see(&copy, &item).await,
        Seen::Unclear { .. }
    ));
    let facts = other.act(&copy, std::slice::from_ref(&item)).await.unwrap();
    assert!(
        matches!(&facts[..], [Fact::Skipped { words }] if words.contains("version")),
        "{facts:?}"
    );
    assert_eq!(house.books().file_ids().len(), before + 1);
    // The same for a move and a new name.
    let facts = other
        .act(&to(Verb::Move, "/copies"), std::slice::from_ref(&item))
        .await;
    assert!(matches!(&facts.unwrap()[..], [Fact::Skipped { .. }]));
    let taken = house.file(3);
    let name = taken.path.rsplit('/').next().unwrap();
    let folder = taken.path.rsplit_once('/').unwrap().0.to_owned() + "/";
    house
        .act(&to(Verb::Move, &folder), std::slice::from_ref(&item))
        .await
        .unwrap();
    let mut moved = item.clone();
    moved.path = house.path_of(&item);
    let facts = house.act(&rename(name), &[moved]).await.unwrap();
    assert!(matches!(&facts[..], [Fact::Skipped { .. }]), "{facts:?}");
}

#[tokio::test]
async fn purges_are_ordered_once_each() {
    let house = House::with(Quirks {
        purges_a_month: 2,
        ..Quirks::default()
    })
    .await;
    let work = Work::from(Verb::Purge);
    let (live, mut gone) = (house.file(0), house.file(1));
    gone.url = house.service.details(&gone.id).await.unwrap().url;
    assert_eq!(
        house.act(&work, std::slice::from_ref(&live)).await.unwrap(),
        [DONE]
    );
    house
        .act(&Verb::Delete.into(), std::slice::from_ref(&gone))
        .await
        .unwrap();
    assert_eq!(
        house.act(&work, std::slice::from_ref(&gone)).await.unwrap(),
        [DONE]
    );
    let purged = house.books().purged();
    assert_eq!(purged.len(), 2);
    assert!(purged.iter().all(|url| !url.contains('?')), "{purged:?}");
    gone.url = None;
    let facts = house.act(&work, &[gone]).await.unwrap();
    assert!(matches!(&facts[..], [Fact::Absent { .. }]));
    let facts = house.act(&work, &[live]).await.unwrap();
    assert!(
        matches!(&facts[..], [Fact::Refused { words }] if words.contains("limit")),
        "{facts:?}"
    );
    assert!(matches!(
        house.see(&work, &UNKNOWN.into()).await,
        Seen::Unclear { .. }
    ));
}

#[tokio::test]
async fn folders_agree_with_the_books() {
    let house = House::new().await;
    let paths = |rows: Vec<tallyman::model::FolderRow>| -> Vec<String> {
        rows.into_iter().map(|row| row.path).collect()
    };
    assert_eq!(
        paths(house.service.folders().await.unwrap()),
        house.books().folders()
    );
    house.service.create_folder("/new/one").await.unwrap();
    house.service.create_folder("/new/one").await.unwrap();
    assert!(house.books().folders().contains(&"/new/one".to_owned()));
    for bad in ["new", "/", "/a/../b"] {
        let error = house.service.create_folder(bad).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Refused, "{bad}");
    }
    let work = Work::from(Verb::DeleteFolders);
    assert_eq!(house.see(&work, &"/new".into()).await, Seen::NotDone);
    assert_eq!(house.act(&work, &["/new".into()]).await.unwrap(), [DONE]);
    assert!(
        !house
            .books()
            .folders()
            .iter()
            .any(|path| path.starts_with("/new"))
    );
    assert!(matches!(
        house.see(&work, &"/new".into()).await,
        Seen::Absent { .. }
    ));
    let facts = house.act(&work, &["/new".into()]).await.unwrap();
    assert!(matches!(&facts[..], [Fact::Absent { .. }]));
    for bad in ["/", "", "new"] {
        let facts = house.act(&work, &[bad.into()]).await.unwrap();
        assert!(
            matches!(&facts[..], [Fact::Refused { .. }]),
            "{bad}: {facts:?}"
        );
    }
}

#[tokio::test]
async fn a_change_of_a_folder_is_followed_to_its_end() {
    let house = House::with(Quirks {
        job_time: Duration::from_secs(60),
        ..Quirks::default()
    })
    .await;
    let item = house.file(0);
    house
        .act(&to(Verb::Move, "/from"), std::slice::from_ref(&item))
        .await
        .unwrap();
    let changes = [
        FolderChange::Copy {
            from: "/from".into(),
            to: "/to".into(),
            versions: false,
        },
        FolderChange::Move {
            from: "/from".into(),
            to: "/other".into(),
        },
        FolderChange::Rename {
            from: "/other/from".into(),
            name: "last".into(),
            purge: true,
        },
    ];
    for change in changes {
        let job = house.service.change_folder(&change).await.unwrap();
        assert_eq!(
            house.service.folder_job(&job).await.unwrap(),
            FolderJob::Pending
        );
        // Both paths are locked meanwhile.
        let error = house.service.change_folder(&change).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Refused, "{change:?}: {error}");
        let mut polls = 0;
        while house.service.folder_job(&job).await.unwrap() != FolderJob::Done {
            polls += 1;
            assert!(polls < 10);
        }
    }
    let folders = house.books().folders();
    let name = item.path.rsplit('/').next().unwrap();
    assert!(folders.contains(&"/to/from".to_owned()), "{folders:?}");
    assert_eq!(house.path_of(&item), format!("/other/last/{name}"));
    let unknown = house.service.folder_job(UNKNOWN).await.unwrap_err();
    assert_eq!(unknown.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn a_rename_without_its_purge_is_done_in_part() {
    let house = House::with(Quirks {
        purges_a_month: 0,
        job_polls: 0,
        ..Quirks::default()
    })
    .await;
    house.service.create_folder("/from").await.unwrap();
    let change = FolderChange::Rename {
        from: "/from".into(),
        name: "to".into(),
        purge: true,
    };
    let job = house.service.change_folder(&change).await.unwrap();
    let end = house.service.folder_job(&job).await.unwrap();
    assert!(matches!(end, FolderJob::Partly(words) if words.contains("purging")));
    assert!(house.books().folders().contains(&"/to".to_owned()));
}

#[tokio::test]
async fn versions_are_never_taken_for_files() {
    for shared in [true, false] {
        let house = House::with(Quirks {
            versions_share_id: shared,
            ..Quirks::default()
        })
        .await;
        let books = house.books();
        let mut ids = books.file_ids().into_iter();
        let id = ids
            .find(|id| books.file(id).unwrap().versions.len() > 2)
            .unwrap();
        let file = books.file(&id).unwrap();
        let item = id.as_str().into();
        let rows = house.service.versions(&item).await.unwrap();
        let told: Vec<_> = rows.iter().map(|row| row.version.clone()).collect();
        let kept: Vec<_> = file.versions.iter().rev().cloned().collect();
        assert_eq!(told, kept);
        assert!(rows[0].current && rows[1..].iter().all(|row| !row.current));
        let current = house
            .service
            .delete_version(&item, &rows[0].version)
            .await
            .unwrap_err();
        assert_eq!(current.kind, ErrorKind::Refused);
        house
            .service
            .delete_version(&item, &rows[1].version)
            .await
            .unwrap();
        let oldest = &rows.last().unwrap().version;
        house.service.restore_version(&item, oldest).await.unwrap();
        let file = books.file(&id).unwrap();
        assert_eq!(file.versions.last(), Some(oldest));
        assert!(!file.versions.contains(&rows[1].version) && file.removed.is_none());
        let gone = house
            .service
            .delete_version(&item, &rows[1].version)
            .await
            .unwrap_err();
        assert_eq!(gone.kind, ErrorKind::NotFound);
    }
}

#[tokio::test]
async fn details_are_edited_field_by_field() {
    let house = House::new().await;
    let item = house.file(0).id;
    let fields = house.service.fields().await.unwrap();
    let colour = fields.iter().find(|field| field.name == "colour").unwrap();
    assert_eq!((colour.kind, colour.options.len()), (FieldKind::Choice, 4));
    let edit = Edit {
        tags: Some(vec!["one".into(), "two".into()]),
        description: Some("A shirt".into()),
        fields: vec![
            ("brand".into(), Some(FieldValue::Text("Nike".into()))),
            ("price".into(), Some(FieldValue::Number(5.0))),
            ("sizes".into(), Some(FieldValue::List(vec!["S".into()]))),
        ],
    };
    let after = house
        .service
        .edit(&item, &edit)
        .await
        .unwrap()
        .editable
        .unwrap();
    assert_eq!(after.tags, ["one", "two"]);
    assert_eq!(after.description, "A shirt");
    for (name, value) in &edit.fields {
        let own = after.fields.iter().find(|(own, _)| own == name).unwrap();
        assert_eq!(Some(&own.1), value.as_ref());
    }
    let unset = Edit {
        tags: Some(Vec::new()),
        fields: vec![("brand".into(), None)],
        ..Edit::default()
    };
    let after = house
        .service
        .edit(&item, &unset)
        .await
        .unwrap()
        .editable
        .unwrap();
    assert!(after.tags.is_empty() && after.fields.iter().all(|(name, _)| name != "brand"));
    assert_eq!(after.description, "A shirt", "what is not named stays");
    let wrong = Edit {
        fields: vec![("nonsense".into(), Some(FieldValue::Flag(true)))],
        ..Edit::default()
    };
    let error = house.service.edit(&item, &wrong).await.unwrap_err();
    assert!(error.message.contains("nonsense: No such"), "{error}");
    let unknown = house
        .service
        .edit(&UNKNOWN.into(), &unset)
        .await
        .unwrap_err();
    assert_eq!(unknown.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn the_services_own_search_is_passed_through() {
    let house = House::new().await;
    let items = [house.file(0), house.file(1)];
    house
        .act(&tags(Verb::AddTags, &["needle"]), &items)
        .await
        .unwrap();
    let mut found = house
        .search("tags IN [\"needle\"] OR name = \"no such\"")
        .await
        .unwrap();
    found.sort();
    let mut expected: Vec<String> = items.iter().map(|item| item.id.to_string()).collect();
    expected.sort();
    assert_eq!(found, expected);
    let all = house.search("").await.unwrap();
    assert_eq!(
        all.len(),
        house.books().file_ids().len(),
        "folders are no files"
    );
    let error = house.search("name = 'single'").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Refused);
    assert!(error.message.contains("Invalid search query"), "{error}");
}

#[tokio::test]
async fn a_key_that_may_only_read_is_told_so_everywhere() {
    let house = House::with(Quirks {
        key: KeyState::ReadOnly,
        ..Quirks::default()
    })
    .await;
    let mut item = house.file(0);
    item.url = house.service.details(&item.id).await.unwrap().url;
    let mut errors = Vec::new();
    let works = [
        tags(Verb::AddTags, &["a"]),
        tags(Verb::RemoveTags, &["a"]),
        to(Verb::Copy, "/x"),
        to(Verb::Move, "/x"),
        rename("x.jpg"),
        Verb::Purge.into(),
        Verb::DeleteFolders.into(),
    ];
    for work in works {
        let target = match work.verb {
            Verb::DeleteFolders => "/products".into(),
            _ => item.clone(),
        };
        errors.push(house.act(&work, &[target]).await.unwrap_err());
    }
    let (service, id) = (&house.service, &item.id);
    let edit = Edit {
        tags: Some(Vec::new()),
        ..Edit::default()
    };
    let change = FolderChange::Move {
        from: "/a".into(),
        to: "/b".into(),
    };
    errors.push(service.create_folder("/x").await.unwrap_err());
    errors.push(service.change_folder(&change).await.unwrap_err());
    errors.push(service.edit(id, &edit).await.unwrap_err());
    errors.push(service.delete_version(id, UNKNOWN).await.unwrap_err());
    errors.push(service.restore_version(id, UNKNOWN).await.unwrap_err());
    for error in errors {
        assert!(error.is_about_keys() && error.nothing_done(), "{error:?}");
        assert!(error.message.contains("does not let this key"), "{error}");
    }
    assert_eq!(house.books().writes(), 0);
}
