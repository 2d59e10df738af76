//! What is there when the program is started: items with every fate, and all else, which is not to be touched.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tallyman::demo::Server;
use tallyman::demo::imagekit::BookFile;
use tallyman::model::{ItemKind, PlanArgs, Verb};
use tallyman::service::{Priority, Service, Target, Work};
use tokio_util::sync::CancellationToken;

use crate::case::Case;
use crate::task::{FOLDER, MARK, NAME, Task};

/// Why an id is in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Good,
    /// Deleted before the plan was made.
    Stale,
    Missing,
    /// Another file is where it is to be.
    Taken,
}

/// The plan, and what was true before it ran.
pub struct Stage {
    pub plan: BTreeMap<String, Fate>,
    /// What the program must keep its hands off.
    pub others: Vec<String>,
    /// The name that a file is given.
    pub name: String,
    /// Where the files of the plan are delivered.
    pub addresses: BTreeMap<String, String>,
    /// The files of the ImageKit library.
    pub library: BTreeMap<String, BookFile>,
    pub removed: BTreeSet<String>,
    /// Files that are in folders of the plan.
    pub inside: BTreeSet<String>,
    /// How often each was named in calls that made the stage.
    pub writes: BTreeMap<String, u64>,
}

/// Deletes, places and the like, without the program.
struct Hand<'a> {
    server: &'a Server,
    service: &'a Arc<dyn Service>,
}

impl Stage {
    pub async fn set(
        task: &Task,
        seed: u64,
        server: &Server,
        case: &Case,
        service: &Arc<dyn Service>,
    ) -> Self {
        let hand = Hand { server, service };
        let kept: BTreeSet<String> = case.kept().into_iter().collect();
        let mut files = case.existing();
        files.retain(|id| !kept.contains(id));
        let mut inside = BTreeSet::new();
        let mut free = match task.verb.kind() {
            ItemKind::File => files,
            ItemKind::Folder => {
                hand.fill_folders(task.good() + 4, &files, &mut inside)
                    .await
            }
            _ => task.existing(server, case),
        };
        if task.places() {
            let mut names = BTreeSet::new();
            free.retain(|id| names.insert(hand.file(id).name));
        }
        let stale: Vec<String> = match task.deletes() {
            true => free.drain(..2).collect(),
            false => Vec::new(),
        };
        hand.act(&Work::from(task.verb), &stale).await;
        let mut good: Vec<String> = free.drain(..task.good()).collect();
        match task.verb {
            Verb::Restore => hand.act(&Work::from(Verb::Delete), &good).await,
            Verb::RemoveTags => hand.act(&tag(), &good).await,
            _ => {}
        }
        let (taken, name) = match task.verb {
            Verb::Copy | Verb::Move => {
                let taken: Vec<String> = free.drain(..2).collect();
                hand.act(&copy(), &taken).await;
                (taken, String::new())
            }
            // Every fourth time a file of that name is there.
            Verb::Rename if seed % 4 == 3 => hand.take_name(&mut good, &free),
            _ => (Vec::new(), NAME.to_owned()),
        };
        let missing = match task.verb {
            Verb::Rename => 0,
            _ => 4,
        };
        let missing = (0..missing).map(|number| task.missing(case, number));
        let mut plan = BTreeMap::new();
        let fates = [
            (good, Fate::Good),
            (stale, Fate::Stale),
            (taken, Fate::Taken),
            (missing.collect(), Fate::Missing),
        ];
        for (ids, fate) in fates {
            plan.extend(ids.into_iter().map(|id| (id, fate)));
        }
        let addresses = match task.purges() {
            true => hand.addresses(&plan).await,
            false => BTreeMap::new(),
        };
        let books = server.imagekit_books();
        let ids = books.file_ids().into_iter();
        let library = ids.map(|id| (id.clone(), books.file(&id).unwrap()));
        let writes = plan.keys().chain(&free);
        Self {
            library: library.collect(),
            removed: case.removed().into_iter().collect(),
            writes: writes.map(|id| (id.clone(), case.writes_on(id))).collect(),
            others: free,
            plan,
            name,
            addresses,
            inside,
        }
    }

    /// The items of a fate.
    pub fn of(&self, fate: Fate) -> impl Iterator<Item = &String> {
        let items = self.plan.iter().filter(move |item| *item.1 == fate);
        items.map(|(id, _)| id)
    }
}

impl Hand<'_> {
    fn file(&self, id: &str) -> BookFile {
        self.server.imagekit_books().file(id).unwrap()
    }

    async fn act(&self, work: &Work, ids: &[String]) {
        for ids in ids.chunks(self.service.can().batch_limit(work.verb)) {
            let items: Vec<Target> = ids.iter().map(|id| id.as_str().into()).collect();
            let pass = self.service.gate().enter(Priority::Job).await;
            let stop = CancellationToken::new();
            let acted = self.service.batch(pass, work, &items, &stop).await;
            acted.unwrap();
        }
    }

    /// Folders with a file in each.
    async fn fill_folders(
        &self,
        count: usize,
        files: &[String],
        inside: &mut BTreeSet<String>,
    ) -> Vec<String> {
        let mut folders = Vec::new();
        for (number, file) in files.iter().enumerate().take(count) {
            let folder = format!("{FOLDER}/{number}");
            let args = PlanArgs {
                folder: Some(folder.clone()),
                ..PlanArgs::default()
            };
            let work = Work {
                verb: Verb::Move,
                args,
            };
            self.act(&work, std::slice::from_ref(file)).await;
            inside.insert(file.clone());
            folders.push(folder);
        }
        folders
    }

    /// In place of the good file one that has a neighbour, and the neighbour's name.
    fn take_name(&self, good: &mut Vec<String>, free: &[String]) -> (Vec<String>, String) {
        good.clear();
        let folder = |id: &String| {
            let path = self.file(id).path;
            path.rsplit_once('/').unwrap().0.to_owned()
        };
        let (first, rest) = free.split_first().unwrap();
        let near = rest.iter().find(|id| folder(id) == folder(first));
        (vec![first.clone()], self.file(near.unwrap()).name)
    }

    async fn addresses(&self, plan: &BTreeMap<String, Fate>) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for (id, fate) in plan {
            if *fate == Fate::Good {
                let details = self.service.details(&id.as_str().into()).await.unwrap();
                let url = details.url.unwrap();
                let plain = url.split(['?', '#']).next().unwrap_or_default();
                found.insert(id.clone(), plain.to_owned());
            }
        }
        found
    }
}

fn tag() -> Work {
    let args = PlanArgs {
        tags: vec![MARK.to_owned()],
        ..PlanArgs::default()
    };
    let verb = Verb::AddTags;
    Work { verb, args }
}

fn copy() -> Work {
    let args = PlanArgs {
        folder: Some(FOLDER.to_owned()),
        ..PlanArgs::default()
    };
    let verb = Verb::Copy;
    Work { verb, args }
}
