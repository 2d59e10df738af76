//! Which verb on which path is what.

use crate::demo::exchange::Answer;

use super::reply::Refusal;
use super::{
    Visit, batch, edit, fields, files, folders, jobs, list, places, purge, upload, usage, versions,
};

type Worked = Result<Answer, Refusal>;

/// Does what the request asks; `None` if there is no such address.
pub(super) fn work(visit: &Visit<'_>, method: &str, parts: &[&str]) -> Option<Worked> {
    match parts {
        ["v1", "files", rest @ ..] => {
            on_all_files(visit, method, rest).or_else(|| on_one_file(visit, method, rest))
        }
        ["v1", rest @ ..] => on_the_rest(visit, method, rest),
        ["api", "v1" | "v2", "files", "upload"] if method == "POST" => Some(upload::run(visit)),
        _ => None,
    }
}

fn on_all_files(visit: &Visit<'_>, method: &str, rest: &[&str]) -> Option<Worked> {
    Some(match (method, rest) {
        ("GET", []) => list::run(visit),
        ("POST", ["batch", "deleteByFileIds"]) => batch::delete(visit),
        ("POST", ["addTags"]) => batch::add_tags(visit),
        ("POST", ["removeTags"]) => batch::remove_tags(visit),
        ("POST", ["removeAITags"]) => batch::remove_ai_tags(visit),
        ("POST", ["copy"]) => places::copy(visit),
        ("POST", ["move"]) => places::relocate(visit),
        ("PUT", ["rename"]) => places::rename(visit),
        ("POST", ["purge"]) => purge::run(visit),
        ("GET", ["purge", id]) => purge::status(visit, id),
        _ => return None,
    })
}

fn on_one_file(visit: &Visit<'_>, method: &str, rest: &[&str]) -> Option<Worked> {
    Some(match (method, rest) {
        ("DELETE", [id]) => files::delete(visit, id),
        ("GET", [id, "details"]) => files::details(visit, id),
        ("PATCH", [id, "details"]) => edit::run(visit, id),
        ("GET", [id, "metadata"]) => files::metadata(visit, id),
        ("GET", [id, "versions"]) => versions::list(visit, id),
        ("GET", [id, "versions", version]) => versions::one(visit, id, version),
        ("DELETE", [id, "versions", version]) => versions::delete(visit, id, version),
        ("PUT", [id, "versions", version, "restore"]) => versions::restore(visit, id, version),
        _ => return None,
    })
}

fn on_the_rest(visit: &Visit<'_>, method: &str, rest: &[&str]) -> Option<Worked> {
    Some(match (method, rest) {
        ("GET", ["metadata"]) => files::metadata_of_url(visit),
        ("POST", ["folder"]) => folders::create(visit),
        ("DELETE", ["folder"]) => folders::delete(visit),
        ("POST", ["bulkJobs", "copyFolder"]) => jobs::copy(visit),
        ("POST", ["bulkJobs", "moveFolder"]) => jobs::relocate(visit),
        ("POST", ["bulkJobs", "renameFolder"]) => jobs::rename(visit),
        ("GET", ["bulkJobs", id]) => jobs::status(visit, id),
        ("GET", ["customMetadataFields"]) => fields::list(visit),
        ("POST", ["customMetadataFields"]) => fields::create(visit),
        ("PATCH", ["customMetadataFields", id]) => fields::update(visit, id),
        ("DELETE", ["customMetadataFields", id]) => fields::delete(visit, id),
        ("GET", ["accounts", "usage"]) => usage::run(visit),
        _ => return None,
    })
}
