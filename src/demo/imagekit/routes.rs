//! Which verb on which path is what.

use crate::demo::exchange::Answer;

use super::reply::Refusal;
use super::{Visit, batch, files, list};

type Worked = Result<Answer, Refusal>;

/// Does what the request asks; `None` if there is no such address.
pub(super) fn work(visit: &Visit<'_>, method: &str, parts: &[&str]) -> Option<Worked> {
    match parts {
        ["v1", "files", rest @ ..] => on_files(visit, method, rest),
        _ => None,
    }
}

fn on_files(visit: &Visit<'_>, method: &str, rest: &[&str]) -> Option<Worked> {
    Some(match (method, rest) {
        ("GET", []) => list::run(visit),
        ("POST", ["batch", "deleteByFileIds"]) => batch::delete(visit),
        ("POST", ["addTags"]) => batch::add_tags(visit),
        ("POST", ["removeTags"]) => batch::remove_tags(visit),
        ("POST", ["removeAITags"]) => batch::remove_ai_tags(visit),
        ("DELETE", [id]) => files::delete(visit, id),
        ("GET", [id, "details"]) => files::details(visit, id),
        _ => return None,
    })
}
