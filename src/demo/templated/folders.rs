//! Folders of templates and renders; uploads have none.

use serde_json::{Map, Value, json};

use crate::demo::exchange::Answer;

use super::Visit;
use super::account::{Account, Folder};
use super::lists::{Wish, stamp};
use super::renders;
use super::reply::{self, Refusal};

const A_PAGE: usize = 25;

/// Does what a request for folders asks; `None` if there is no such address.
pub(super) fn work(
    visit: &Visit<'_>,
    method: &str,
    rest: &[&str],
) -> Option<Result<Answer, Refusal>> {
    Some(match (method, rest) {
        ("GET", ["folders"]) => list(visit),
        ("POST", ["folder"]) => create(visit),
        ("PUT", ["folder", id]) => rename(visit, id),
        ("DELETE", ["folder", id]) => delete(visit, id),
        ("GET", ["folder", id, "templates"]) => known(visit, id).and_then(|()| {
            renders::templates(visit, |template| template.folder.as_deref() == Some(*id))
        }),
        ("GET", ["folder", id, "renders"]) => known(visit, id)
            .and_then(|()| renders::list(visit, |render| render.folder.as_deref() == Some(*id))),
        ("PUT", ["folder", id, kind @ ("template" | "render"), item]) => put(visit, id, kind, item),
        _ => return None,
    })
}

fn list(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    let wish = Wish::read(visit, A_PAGE)?;
    let account = visit.shared.templated.current();
    let shown = account.folders.iter();
    let shown = shown.filter(|folder| wish.shows(&folder.name, &[], None));
    Ok(wish.page(visit, "folders", shown.map(row)))
}

fn row(folder: &Folder) -> Value {
    json!({
        "id": folder.id,
        "name": folder.name,
        "createdAt": stamp(folder.created),
        "updatedAt": stamp(folder.updated),
    })
}

fn create(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    let name = name(visit)?;
    let mut account = visit.shared.templated.change();
    let folder = Folder {
        id: account.id(),
        name,
        created: visit.now,
        updated: visit.now,
    };
    account.note_write([folder.id.as_str()]);
    let answer = reply::json(&row(&folder));
    account.folders.push(folder);
    Ok(answer)
}

fn rename(visit: &Visit<'_>, id: &str) -> Result<Answer, Refusal> {
    let name = name(visit)?;
    let mut account = visit.shared.templated.change();
    account.note_write([id]);
    let ix = find(&account, id)?;
    let folder = &mut account.folders[ix];
    folder.name = name;
    folder.updated = visit.now;
    Ok(reply::json(&row(folder)))
}

/// What lay in the folder stays, without one.
fn delete(visit: &Visit<'_>, id: &str) -> Result<Answer, Refusal> {
    let mut account = visit.shared.templated.change();
    account.note_write([id]);
    let ix = find(&account, id)?;
    account.folders.remove(ix);
    let account = &mut *account;
    let templates = account.templates.iter_mut().map(|one| &mut one.folder);
    let renders = account.renders.iter_mut().map(|one| &mut one.folder);
    for folder in templates.chain(renders) {
        folder.take_if(|folder| folder == id);
    }
    Ok(reply::nothing())
}

fn put(visit: &Visit<'_>, id: &str, kind: &str, item: &str) -> Result<Answer, Refusal> {
    let mut account = visit.shared.templated.change();
    account.note_write([id, item]);
    find(&account, id)?;
    let slot = if kind == "template" {
        let mut templates = account.templates.iter_mut();
        let found = templates.find(|one| one.id == item);
        &mut found.ok_or_else(|| Refusal::missing("Template"))?.folder
    } else {
        let mut renders = account.renders.iter_mut();
        let found = renders.find(|one| one.id == item);
        &mut found.ok_or_else(|| Refusal::missing("Render"))?.folder
    };
    *slot = Some(id.to_owned());
    Ok(reply::nothing())
}

fn known(visit: &Visit<'_>, id: &str) -> Result<(), Refusal> {
    find(&visit.shared.templated.current(), id).map(|_| ())
}

fn find(account: &Account, id: &str) -> Result<usize, Refusal> {
    let place = account.folders.iter().position(|folder| folder.id == id);
    place.ok_or_else(|| Refusal::missing("Folder"))
}

fn name(visit: &Visit<'_>) -> Result<String, Refusal> {
    let body: Map<String, Value> = serde_json::from_slice(&visit.ask.body)
        .map_err(|_| Refusal::bad("Request body is not valid JSON"))?;
    match body.get("name").and_then(Value::as_str) {
        Some(name) if !name.trim().is_empty() => Ok(name.to_owned()),
        _ => Err(Refusal::bad("Folder name is required")),
    }
}
