//! Groups: listing them, one with its members, and deleting one, which leaves its files alone.

use serde::Serialize;

use crate::model::Time;

use super::json::{self, FileJson, GroupJson};
use super::paging::{self, Shelf};
use super::reply::{Refusal, Reply};
use super::state::Project;
use super::{Visit, ids};

#[derive(Serialize)]
struct GroupList {
    next: Option<String>,
    previous: Option<String>,
    total: i64,
    per_page: usize,
    results: Vec<GroupJson>,
}

#[derive(Serialize)]
struct GroupInfo<'a> {
    #[serde(flatten)]
    group: GroupJson,
    files: Vec<Option<FileJson<'a>>>,
}

struct Groups<'a>(&'a Project);

impl Shelf for Groups<'_> {
    fn len(&self) -> usize {
        self.0.groups().len()
    }

    fn key(&self, ix: usize) -> i64 {
        self.0.groups()[ix].created.0
    }

    fn shows(&self, ix: usize) -> bool {
        !self.0.groups()[ix].deleted
    }
}

/// `GET /groups/`
pub(super) fn list(visit: &Visit<'_>) -> Result<Reply, Refusal> {
    let wanted = paging::wanted(&visit.ask.query(), "datetime_created")?;
    let project = visit.shared.uploadcare.current(visit.now);
    let page = paging::page(&Groups(&project), &wanted);
    let (next, previous) = paging::links(visit, &page);
    let existing = project.groups().iter().filter(|group| !group.deleted);
    let total = existing.count() as i64;
    let groups = page.items.iter().map(|ix| &project.groups()[*ix]);
    Ok(Reply::json(&GroupList {
        next,
        previous,
        total: if visit.shared.quirks.wrong_counters {
            -total
        } else {
            total
        },
        per_page: wanted.limit,
        results: groups.map(|group| json::group(group, visit)).collect(),
    }))
}

/// `GET /groups/{id}/`
pub(super) fn info(visit: &Visit<'_>, id: &str) -> Result<Reply, Refusal> {
    let project = visit.shared.uploadcare.current(visit.now);
    let ix = project.find_group(id).ok_or_else(Refusal::not_found)?;
    let group = &project.groups()[ix];
    let purged_before = visit.now.0 - visit.shared.quirks.purge_members_after.as_micros() as i64;
    let member = |ix: &u32| {
        let ix = *ix as usize;
        let file = project.file(ix);
        let purged = file.gone || file.removed().is_some_and(|at| at <= Time(purged_before));
        (!purged).then(|| json::member(&project, ix, visit))
    };
    Ok(Reply::json(&GroupInfo {
        group: json::group(group, visit),
        files: group.members.iter().map(member).collect(),
    }))
}

/// `DELETE /groups/{id}/`
pub(super) fn delete(visit: &Visit<'_>, id: &str) -> Result<Reply, Refusal> {
    let mut project = visit.shared.uploadcare.change(visit.now);
    project.note_write(id.split('~').next().and_then(ids::parse));
    let ix = project.find_group(id).ok_or_else(Refusal::not_found)?;
    project.delete_group(ix);
    Ok(Reply::nothing())
}
