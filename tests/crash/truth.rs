//! Whether an outcome is what the books of the stand-in have. `unknown` never is: each verb can be settled, by an
//! answer, by looking, or, where there is nothing to look at, by asking for the same again.

use std::collections::BTreeSet;

use tallyman::demo::imagekit::BookFile;
use tallyman::model::{ItemRecord, Outcome, Settled, Verb};

use crate::house::House;
use crate::stage::Fate;
use crate::task::{FOLDER, MARK, Task};

/// The books of a house whose program has ended.
pub struct Truth<'a> {
    task: &'a Task,
    house: &'a House,
    there: BTreeSet<String>,
    purged: Vec<String>,
    /// Files in the folder that copies and moves go to, by their names.
    put: Vec<BookFile>,
}

impl<'a> Truth<'a> {
    pub fn of(task: &'a Task, house: &'a House) -> Self {
        let books = house.server.imagekit_books();
        let files = books.file_ids().into_iter();
        let files = files.map(|id| books.file(&id).unwrap());
        let there = task.existing(&house.server, &house.case);
        Self {
            task,
            house,
            there: there.into_iter().collect(),
            purged: house.purged(),
            put: files
                .filter(|file| file.path == format!("{FOLDER}/{}", file.name))
                .collect(),
        }
    }

    pub fn has(&self, row: &ItemRecord) -> bool {
        let id = row.item.id.plain();
        let Some(settled) = &row.settled else {
            return false;
        };
        match self.house.stage.plan[&*id] {
            Fate::Missing => settled.outcome == Outcome::Absent,
            Fate::Stale => self.has_stale(settled.outcome),
            Fate::Taken => settled.outcome == Outcome::Skipped && !self.is_put(&id),
            Fate::Good => self.has_good(&id, settled),
        }
    }

    fn has_stale(&self, outcome: Outcome) -> bool {
        match self.task.knows_deleted(&self.house.case) {
            true => outcome == Outcome::Done,
            false => outcome == Outcome::Absent,
        }
    }

    fn has_good(&self, id: &str, settled: &Settled) -> bool {
        match (self.task.verb, settled.outcome) {
            _ if self.task.deletes() => self.has_deleted(id, settled),
            // To look at an address tells nothing of a purge, but to order it twice does no harm.
            (Verb::Purge, outcome) => {
                let address = &self.house.stage.addresses[id];
                outcome == Outcome::Done && self.purged.contains(address)
            }
            (_, Outcome::Done) => self.is_done(id),
            (Verb::Store | Verb::Restore | Verb::Copy, Outcome::Failed) => !self.is_done(id),
            (_, Outcome::Failed | Outcome::Refused) => {
                self.task.verb != Verb::Copy && !self.is_done(id)
            }
            _ => false,
        }
    }

    fn has_deleted(&self, id: &str, settled: &Settled) -> bool {
        let gone = !self.there.contains(id);
        let knows = self.task.knows_deleted(&self.house.case);
        match settled.outcome {
            Outcome::Done if knows => {
                let at = self.house.case.file(id).and_then(|file| file.removed);
                gone && settled.service_time == at
            }
            Outcome::Done => gone,
            // It went with a call of ours that could not say so.
            Outcome::Absent => !knows && gone && settled.problem.contains("call of ours"),
            Outcome::Failed => !gone,
            _ => false,
        }
    }

    /// Whether the verb was done to a good item.
    fn is_done(&self, id: &str) -> bool {
        let server = &self.house.server;
        let file = || server.imagekit_books().file(id).unwrap();
        match self.task.verb {
            Verb::Store | Verb::Restore => {
                let file = server.books().file(id).unwrap();
                file.stored.is_some() && file.removed.is_none()
            }
            Verb::AddTags => file().tags.iter().any(|tag| tag == MARK),
            Verb::RemoveTags => file().tags.iter().all(|tag| tag != MARK),
            _ => self.is_put(id),
        }
    }

    /// Whether the file, or one copy of it, is where it was to be.
    fn is_put(&self, id: &str) -> bool {
        let file = self.house.server.imagekit_books().file(id).unwrap();
        let before = &self.house.stage.library[id];
        match self.task.verb {
            Verb::Rename => file.name == self.house.stage.name,
            Verb::Move => file.path == format!("{FOLDER}/{}", before.name),
            _ => {
                let is_new = |put: &&BookFile| !self.house.stage.library.contains_key(&put.id);
                let copies = self.put.iter().filter(|put| put.name == before.name);
                let copies: Vec<_> = copies.filter(is_new).collect();
                matches!(&copies[..], [copy] if copy.size == before.size)
            }
        }
    }

    pub fn told(&self, row: &ItemRecord) -> String {
        let id = row.item.id.plain();
        let file = self.house.case.file(&id);
        let (fate, there) = (self.house.stage.plan[&*id], self.there.contains(&*id));
        let file = (file, self.house.server.imagekit_books().file(&id));
        format!("{fate:?}, there: {there}, by the books {file:?}: {row:?}")
    }
}
