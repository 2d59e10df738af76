//! `renders` and `templates`: lists of what one service makes files from and what it made.

use std::path::Path;

use serde::Serialize;

use crate::model::size::counted;
use crate::model::text::visible;
use crate::model::{ItemKind, ThingRow, Time};

use super::args::{Format, ThingsArgs};
use super::list::{counted_pages, csv_lines, json_lines, minute, time};
use super::out::{DONE, Failure, note, table, to_json};
use super::source::Project;

/// One render or template as it is printed.
#[derive(Serialize)]
struct ThingLine<'a> {
    id: &'a str,
    kind: ItemKind,
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    template: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    format: &'a str,
    width: Option<u64>,
    height: Option<u64>,
    #[serde(skip_serializing_if = "str::is_empty")]
    status: &'a str,
    created_at: Option<Time>,
    url: Option<&'a str>,
    /// What was wrong with the service's row.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a str>,
}

/// Prints renders or templates, newest first. Nothing is printed of a listing that breaks off.
pub async fn list(kind: ItemKind, args: &ThingsArgs, data_dir: &Path) -> Result<u8, Failure> {
    let project = Project::open(&args.source, data_dir).await?;
    project.allow_things(kind)?;
    let mut things = all(kind, &project).await?;
    things.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| a.id.cmp(&b.id)));
    print(kind, args.format, &things)?;
    if args.format == Format::Table {
        note(counted(things.len() as u64, kind.noun(1), kind.noun(2)));
    }
    Ok(DONE)
}

async fn all(kind: ItemKind, project: &Project) -> Result<Vec<ThingRow>, Failure> {
    let mut things = Vec::new();
    let list = |pages| project.service.things(kind, pages);
    counted_pages(kind.noun(2), list, |rows| things.extend(rows)).await?;
    Ok(things)
}

fn print(kind: ItemKind, format: Format, things: &[ThingRow]) -> Result<(), Failure> {
    match format {
        Format::Jsonl => json_lines(things.iter().map(|thing| to_json(&line(kind, thing)))),
        Format::Csv => {
            let head =
                "item_id,kind,name,template,format,width,height,status,created_at,url,problem";
            csv_lines(head, things.iter().map(|thing| cells(kind, thing)))
        }
        Format::Table => {
            let head = match kind {
                ItemKind::Template => vec!["SIZE", "CREATED", "ID", "NAME"],
                _ => vec![
                    "STATUS", "FORMAT", "SIZE", "CREATED", "ID", "TEMPLATE", "NAME",
                ],
            };
            let mut rows = vec![head.into_iter().map(str::to_owned).collect()];
            rows.extend(things.iter().map(|thing| row(kind, thing)));
            table(&[], &rows)
        }
    }
}

fn line(kind: ItemKind, thing: &ThingRow) -> ThingLine<'_> {
    ThingLine {
        id: thing.id.as_str(),
        kind,
        name: &thing.name,
        template: &thing.template,
        format: &thing.format,
        width: thing.sides.map(|(width, _)| width),
        height: thing.sides.map(|(_, height)| height),
        status: &thing.status,
        created_at: thing.created,
        url: thing.url.as_deref(),
        problem: thing.odd.as_deref(),
    }
}

fn cells(kind: ItemKind, thing: &ThingRow) -> Vec<String> {
    let side = |side: Option<u64>| side.map(|side| side.to_string()).unwrap_or_default();
    vec![
        thing.id.to_string(),
        kind.key().to_owned(),
        thing.name.clone(),
        thing.template.clone(),
        thing.format.clone(),
        side(thing.sides.map(|(width, _)| width)),
        side(thing.sides.map(|(_, height)| height)),
        thing.status.clone(),
        time(thing.created),
        thing.url.clone().unwrap_or_default(),
        thing.odd.clone().unwrap_or_default(),
    ]
}

fn row(kind: ItemKind, thing: &ThingRow) -> Vec<String> {
    let shown = |text: &str| visible(text).into_owned();
    let made = [
        thing.size(),
        minute(thing.created),
        shown(thing.id.as_str()),
    ];
    let name = shown(&thing.name);
    if kind == ItemKind::Template {
        return made.into_iter().chain([name]).collect();
    }
    let first = [shown(&thing.status), shown(&thing.format)];
    let last = [shown(&thing.template), name];
    first.into_iter().chain(made).chain(last).collect()
}
