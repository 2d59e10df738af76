//! Renders and templates: listed, looked at, and deleted one by one.

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::demo::exchange::Answer;

use super::Visit;
use super::account::{Render, Template};
use super::lists::{Wish, stamp};
use super::reply::{self, Refusal};

const A_PAGE: usize = 25;

/// `GET /v1/renders`, and other lists of renders.
pub(super) fn list(visit: &Visit<'_>, also: impl Fn(&Render) -> bool) -> Result<Answer, Refusal> {
    let wish = Wish::read(visit, A_PAGE)?;
    let account = visit.shared.templated.current();
    let newest_first = account.renders.iter().rev();
    let shown = newest_first.filter(|render| {
        also(render) && wish.shows(&render.template.1, &[], render.external.as_ref())
    });
    Ok(wish.page(visit, "renders", shown.map(|render| row(visit, render))))
}

/// `GET /v1/template/{id}/renders`
pub(super) fn of_template(visit: &Visit<'_>, id: &str) -> Result<Answer, Refusal> {
    template(visit, id)?;
    list(visit, |render| render.template.0 == id)
}

/// `GET /v1/render/{id}`
pub(super) fn one(visit: &Visit<'_>, id: &str) -> Result<Answer, Refusal> {
    let account = visit.shared.templated.current();
    let found = account.renders.iter().find(|render| render.id == id);
    let render = found.ok_or_else(|| missing(visit, "Render"))?;
    Ok(reply::json(&row(visit, render)))
}

/// `DELETE /v1/render/{id}`
pub(super) fn delete(visit: &Visit<'_>, id: &str) -> Result<Answer, Refusal> {
    let mut account = visit.shared.templated.change();
    account.note_write([id]);
    let place = account.renders.iter().position(|render| render.id == id);
    account
        .renders
        .remove(place.ok_or_else(|| missing(visit, "Render"))?);
    Ok(reply::nothing())
}

/// `GET /v1/templates`, and other lists of templates.
pub(super) fn templates(
    visit: &Visit<'_>,
    also: impl Fn(&Template) -> bool,
) -> Result<Answer, Refusal> {
    let wish = Wish::read(visit, A_PAGE)?;
    let account = visit.shared.templated.current();
    let newest_first = account.templates.iter().rev();
    let shown = newest_first.filter(|one| also(one) && wish.shows(&one.name, &one.tags, None));
    let rows: Vec<Value> = shown.map(|one| template_row(visit, one)).collect();
    Ok(wish.page(visit, "templates", rows.into_iter()))
}

/// `GET /v1/template/{id}`
pub(super) fn template(visit: &Visit<'_>, id: &str) -> Result<Answer, Refusal> {
    let account = visit.shared.templated.current();
    let found = account.templates.iter().find(|one| one.id == id);
    let template = found.ok_or_else(|| missing(visit, "Template"))?;
    Ok(reply::json(&template_row(visit, template)))
}

/// `DELETE /v1/template/{id}`
pub(super) fn delete_template(visit: &Visit<'_>, id: &str) -> Result<Answer, Refusal> {
    let mut account = visit.shared.templated.change();
    account.note_write([id]);
    let place = account.templates.iter().position(|one| one.id == id);
    account
        .templates
        .remove(place.ok_or_else(|| missing(visit, "Template"))?);
    Ok(reply::nothing())
}

/// 404: of one thing, or as a framework says it of any address.
fn missing(visit: &Visit<'_>, what: &str) -> Refusal {
    if visit.quirks().vague_missing {
        return Refusal::new(StatusCode::NOT_FOUND, "Not Found")
            .with("path", json!(visit.ask.path()));
    }
    Refusal::missing(what)
}

fn row(visit: &Visit<'_>, render: &Render) -> Value {
    let (template, name, (width, height)) = &render.template;
    let status = match visit.quirks().upper_case_status {
        true => render.status.to_uppercase(),
        false => render.status.to_owned(),
    };
    let url = format!("{}/cdn/render/{}.{}", visit.base, render.id, render.format);
    if visit.quirks().old_spelling {
        return json!({
            "id": render.id,
            "render_url": url,
            "name": name,
            "width": width,
            "height": height,
            "format": render.format,
            "status": status,
            "template": template,
            "created_at": stamp(render.created),
            "webhook_url": null,
        });
    }
    json!({
        "id": render.id,
        "url": url,
        "name": name,
        "width": width,
        "height": height,
        "format": render.format,
        "status": status,
        "templateId": template,
        "templateName": name,
        "createdAt": stamp(render.created),
        "externalId": render.external,
        "folderId": render.folder,
    })
}

fn template_row(visit: &Visit<'_>, template: &Template) -> Value {
    json!({
        "id": template.id,
        "name": template.name,
        "description": null,
        "width": template.sides.0,
        "height": template.sides.1,
        "thumbnail": format!("{}/cdn/template/{}.png", visit.base, template.id),
        "background": "#ffffff",
        "layersCount": template.name.len() % 9 + 1,
        "pagesCount": 1,
        "folderId": template.folder,
        "externalId": null,
        "tags": template.tags,
        "createdAt": stamp(template.created),
        "updatedAt": stamp(template.created),
        "isClone": false,
        "sourceTemplateId": null,
    })
}
