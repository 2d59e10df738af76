//! What a history does: one verb on one service, what it is told, and how many items it takes.

use tallyman::demo::Server;
use tallyman::model::{ItemKind, Verb};

use crate::case::{Case, Kit};

/// The tag that files are given, or that is taken from them.
pub const MARK: &str = "crash-test";
/// The folder that files are copied and moved to.
pub const FOLDER: &str = "/crash-test";
/// The name that a file is given.
pub const NAME: &str = "crash-test.bin";

/// Good ids of a plan that goes in batches: three calls or more on each service.
const MANY: usize = 230;
/// The same for a verb that takes one item a call.
const ONE_BY_ONE: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Uploadcare,
    ImageKit,
    Templated,
}

/// One verb on one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    pub at: At,
    pub verb: Verb,
    /// A delete that a purge follows.
    pub purge: bool,
}

const fn task(at: At, verb: Verb) -> Task {
    let purge = false;
    Task { at, verb, purge }
}

/// Every verb on every service that has it. Those that wait longest come first.
pub const TASKS: [Task; 17] = [
    task(At::ImageKit, Verb::Copy),
    task(At::ImageKit, Verb::Move),
    task(At::ImageKit, Verb::Purge),
    Task {
        purge: true,
        ..task(At::ImageKit, Verb::Delete)
    },
    task(At::ImageKit, Verb::Rename),
    task(At::ImageKit, Verb::DeleteFolders),
    task(At::Uploadcare, Verb::DeleteGroups),
    task(At::Templated, Verb::DeleteRenders),
    task(At::Templated, Verb::DeleteTemplates),
    task(At::ImageKit, Verb::AddTags),
    task(At::ImageKit, Verb::RemoveTags),
    task(At::ImageKit, Verb::Delete),
    task(At::Templated, Verb::Delete),
    task(At::Uploadcare, Verb::Delete),
    task(At::Uploadcare, Verb::Store),
    task(At::Uploadcare, Verb::Restore),
    // Once more: the one that everybody uses.
    task(At::Uploadcare, Verb::Delete),
];

/// Uploadcare with groups.
const WITH_GROUPS: Kit = Kit {
    files: |options, files| {
        (crate::uploadcare::KIT.files)(options, files);
        options.groups = 40;
    },
    ..crate::uploadcare::KIT
};

impl Task {
    pub fn kit(&self) -> &'static Kit {
        match (self.at, self.verb) {
            (At::Uploadcare, Verb::DeleteGroups) => &WITH_GROUPS,
            (At::Uploadcare, _) => &crate::uploadcare::KIT,
            (At::ImageKit, _) => &crate::imagekit::KIT,
            (At::Templated, _) => &crate::templated::KIT,
        }
    }

    /// Whether it takes its items away.
    pub fn deletes(&self) -> bool {
        self.verb.destroys() && self.verb != Verb::Purge
    }

    /// Whether what was taken away is still known, with its time.
    pub fn knows_deleted(&self, case: &Case) -> bool {
        self.verb.kind() == ItemKind::File && case.kit.knows_deleted
    }

    /// Whether files are put to another place.
    pub fn places(&self) -> bool {
        matches!(self.verb, Verb::Copy | Verb::Move | Verb::Rename)
    }

    /// Whether addresses are purged, now or later.
    pub fn purges(&self) -> bool {
        self.purge || self.verb == Verb::Purge
    }

    /// How many good items its plan has.
    pub fn good(&self) -> usize {
        match self.verb {
            Verb::Rename => 1,
            Verb::DeleteTemplates => 8,
            Verb::DeleteFolders => 10,
            _ if self.places() || self.purges() => ONE_BY_ONE,
            verb if verb.kind() != ItemKind::File => ONE_BY_ONE,
            _ => MANY,
        }
    }

    /// Ids of what there is of its kind.
    pub fn existing(&self, server: &Server, case: &Case) -> Vec<String> {
        match self.verb.kind() {
            ItemKind::File => case.existing(),
            ItemKind::Group => server.books().group_ids(),
            ItemKind::Folder => server.imagekit_books().folders(),
            ItemKind::Render => server.templated_books().render_ids(),
            ItemKind::Template => server.templated_books().template_ids(),
        }
    }

    /// A good id that nothing ever had.
    pub fn missing(&self, case: &Case, number: usize) -> String {
        match self.verb.kind() {
            ItemKind::Group => format!("{}~2", case.missing(number)),
            ItemKind::Folder => format!("/nowhere/{number}"),
            _ => case.missing(number),
        }
    }

    /// The program's arguments beside the ids.
    pub fn args<'a>(&self, name: &'a str) -> Vec<&'a str> {
        let mut args = vec![self.verb.key()];
        match self.verb {
            Verb::AddTags | Verb::RemoveTags => args.extend(["--tag", MARK]),
            Verb::Copy | Verb::Move => args.extend(["--to", FOLDER]),
            Verb::Rename => args.extend(["--name", name]),
            _ if self.purge => args.push("--purge"),
            _ => {}
        }
        args
    }
}
