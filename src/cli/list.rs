//! `ls` and `groups`, and the files that a filter names for a batch.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use futures_util::{StreamExt as _, stream};
use jiff::tz::TimeZone;
use serde::Serialize;
use tokio::sync::mpsc;

use crate::catalogue::{
    self, Arrangement, Catalogue, Members, ProblemIndex, Query, RowRef, Sort, arrange,
};
use crate::model::size::{bytes, counted};
use crate::model::text::{printable, visible};
use crate::model::{FileState, GroupRow, PlanItem, Time, path};
use crate::report::guarded;
use crate::service::{Listing, Page, ServiceError, each_page};

use super::args::{Format, GroupsArgs, LsArgs};
use super::out::{DONE, Failure, note, table, to_json};
use super::progress::Counter;
use super::source::Project;

/// Pages that may wait to be merged.
const PAGES: usize = 16;

/// Groups that are read at once.
const READS: usize = 8;

/// Longest type in a table.
const TYPE_CHARS: usize = 24;

/// One file as `ls` prints it.
#[derive(Serialize)]
struct FileLine<'a> {
    id: &'a str,
    name: &'a str,
    size: u64,
    mime_type: &'a str,
    uploaded_at: Option<Time>,
    stored_at: Option<Time>,
    removed_at: Option<Time>,
    state: FileState,
    /// Folders and name, where the service has folders.
    #[serde(skip_serializing_if = "String::is_empty")]
    path: String,
    /// What was wrong with the service's row.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a str>,
}

/// One group as `groups` prints it.
#[derive(Serialize)]
struct GroupLine<'a> {
    id: &'a str,
    created_at: Option<Time>,
    files: u64,
    url: Option<&'a str>,
}

/// Prints files, newest upload first. Nothing is printed of a listing that breaks off.
pub async fn ls(args: &LsArgs, data_dir: &Path) -> Result<u8, Failure> {
    let filter = Filter::parse(
        args.filter.as_deref().unwrap_or_default(),
        args.state.state(),
    )?;
    if args.search.is_some() && filter.state == Some(FileState::Removed) {
        return Err(Failure::usage(
            "A search finds files that exist; leave out the state `removed`.",
        ));
    }
    let project = Project::open(&args.source, data_dir).await?;
    let (catalogue, shown) = match args.search.as_deref() {
        Some(query) => {
            project.allow_search()?;
            let members = members(&project, &filter.filter.groups()).await?;
            let found = searched(&project, query).await?;
            let shown = filter.arranged(&found, false, members);
            (found, shown)
        }
        None => filter.files(&project).await?,
    };
    print_files(args.format, &catalogue, &shown)?;
    if args.format == Format::Table {
        let sum = shown.sum();
        let files = counted(sum.files, "file", "files");
        note(format_args!("{files}, {}", bytes(sum.bytes)));
    }
    Ok(DONE)
}

/// Prints groups, newest first.
pub async fn groups(args: &GroupsArgs, data_dir: &Path) -> Result<u8, Failure> {
    let project = Project::open(&args.source, data_dir).await?;
    project.allow_groups()?;
    let mut groups = all_groups(&project).await?;
    groups.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| a.id.cmp(&b.id)));
    groups.dedup_by(|a, b| a.id == b.id);
    print_groups(args.format, &groups)?;
    if args.format == Format::Table {
        note(counted(groups.len() as u64, "group", "groups"));
    }
    Ok(DONE)
}

/// Which files of a project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    filter: catalogue::Filter,
    state: Option<FileState>,
}

impl Filter {
    /// The filter language of the window; `state` is what was asked for beside it.
    pub fn parse(text: &str, state: Option<FileState>) -> Result<Self, Failure> {
        let filter = catalogue::Filter::of(text).map_err(|wrong| {
            Failure::usage(format!("The filter is wrong. {}", wrong.pointed(text)))
        })?;
        let state = match (filter.state(), state) {
            (Some(named), Some(asked)) if named != asked => {
                return Err(Failure::usage(
                    "A file has one state; the filter asks for two.",
                ));
            }
            (named, asked) => named.or(asked),
        };
        Ok(Self { filter, state })
    }

    /// A filter that names the files of a batch. Without a word it would name the whole project, and what
    /// was to be a word may be an unset variable of a script.
    pub fn of_batch(text: &str) -> Result<Self, Failure> {
        let filter = Self::parse(text, None)?;
        if filter.filter.is_all() {
            return Err(Failure::usage(
                "`--filter` needs words to look for. To act on every file, list them with \
                 `tallyman ls --format csv` and give that list to --ids.",
            ));
        }
        Ok(filter)
    }

    /// The files that match, newest upload first.
    pub async fn files(&self, project: &Project) -> Result<(Catalogue, Arrangement), Failure> {
        self.files_in(project, self.state == Some(FileState::Removed))
            .await
    }

    /// The same, of the existing files or of the removed ones.
    pub async fn files_in(
        &self,
        project: &Project,
        removed: bool,
    ) -> Result<(Catalogue, Arrangement), Failure> {
        let members = members(project, &self.filter.groups()).await?;
        let catalogue = catalogue(project, removed).await?;
        let shown = self.arranged(&catalogue, removed, members);
        Ok((catalogue, shown))
    }

    fn arranged(&self, catalogue: &Catalogue, removed: bool, members: Members) -> Arrangement {
        let query = Query {
            filter: self.filter.clone(),
            state: self.state,
            removed_view: removed,
            members,
            ..Query::default()
        };
        arrange(catalogue, &query, Sort::default(), &ProblemIndex::default())
    }

    /// The files that there are, and the matching ones as items of a plan. Rows without an id are shown
    /// elsewhere, never planned.
    pub async fn items(
        &self,
        project: &Project,
        removed: bool,
    ) -> Result<(Catalogue, Vec<PlanItem>), Failure> {
        let (catalogue, shown) = self.files_in(project, removed).await?;
        let rows = shown.order.iter().map(|row| catalogue.row(*row));
        let items = rows
            .filter(RowRef::is_selectable)
            .map(|row| PlanItem::from_file(&row.file_row()))
            .collect();
        Ok((catalogue, items))
    }
}

/// The members of all groups whose ids begin so.
async fn members(project: &Project, wanted: &[String]) -> Result<Members, Failure> {
    let mut members = Members::default();
    if wanted.is_empty() {
        return Ok(members);
    }
    project.allow_groups()?;
    let groups = all_groups(project).await?;
    let begins = |group: &GroupRow, start: &String| {
        group.id.as_str().to_lowercase().starts_with(start.as_str())
    };
    let is_there = |start: &&String| groups.iter().any(|group| begins(group, start));
    if let Some(start) = wanted
        .iter()
        .find(|start| !start.is_empty() && !is_there(start))
    {
        return Err(Failure::usage(format!(
            "No group's id begins with {start:?}; `tallyman groups` lists them."
        )));
    }
    let meant = groups
        .into_iter()
        .filter(|group| wanted.iter().any(|start| begins(group, start)));
    let mut answers = stream::iter(meant)
        .map(|group| async move { (project.service.group(&group.id).await, group.id) })
        .buffer_unordered(READS);
    while let Some((answer, id)) = answers.next().await {
        let files = answer?.members.into_iter().flatten();
        members.set(id.as_str(), files.map(|file| file.id).collect());
    }
    Ok(members)
}

/// All files of the project that exist, or all that were removed.
pub(super) async fn catalogue(project: &Project, removed: bool) -> Result<Catalogue, Failure> {
    let mut catalogue = Catalogue::new();
    let (epoch, listing) = if removed {
        (catalogue.begin_removed(), Listing::Removed)
    } else {
        (catalogue.begin(), Listing::Existing)
    };
    let list = |pages| project.service.list(listing, pages);
    counted_pages("files", list, |rows| catalogue.merge(epoch, rows)).await?;
    catalogue.finish(epoch);
    Ok(catalogue)
}

/// The files that the service's own search finds.
async fn searched(project: &Project, query: &str) -> Result<Catalogue, Failure> {
    let mut catalogue = Catalogue::new();
    let epoch = catalogue.begin();
    let search = |pages| project.service.search(query, pages);
    counted_pages("files", search, |rows| catalogue.merge(epoch, rows)).await?;
    catalogue.finish(epoch);
    Ok(catalogue)
}

async fn all_groups(project: &Project) -> Result<Vec<GroupRow>, Failure> {
    let mut groups = Vec::new();
    let list = |pages| project.service.groups(pages);
    counted_pages("groups", list, |rows| groups.extend(rows)).await?;
    Ok(groups)
}

/// Takes the rows of a listing while it runs, and shows how many came.
pub(super) async fn counted_pages<T, L>(
    noun: &'static str,
    list: impl FnOnce(mpsc::Sender<Page<T>>) -> L,
    mut take: impl FnMut(Vec<T>),
) -> Result<(), Failure>
where
    L: Future<Output = Result<(), ServiceError>>,
{
    let mut counter = Counter::new(noun);
    each_page(PAGES, list, |page| {
        counter.add(page.rows.len(), page.total);
        take(page.rows);
    })
    .await?;
    Ok(())
}

fn print_files(format: Format, catalogue: &Catalogue, shown: &Arrangement) -> Result<(), Failure> {
    let rows = || shown.order.iter().map(|row| catalogue.row(*row));
    match format {
        Format::Jsonl => json_lines(rows().map(|row| to_json(&file_line(&row, &row.id())))),
        Format::Csv => {
            let head =
                "item_id,name,size,mime_type,uploaded_at,stored_at,removed_at,state,problem,path";
            csv_lines(head, rows().map(|row| file_cells(&row)))
        }
        Format::Table => {
            let head = ["STATE", "SIZE", "TYPE", "UPLOADED", "ID", "NAME"];
            let mut cells = vec![head.map(str::to_owned).to_vec()];
            cells.extend(rows().map(|row| file_row(&row)));
            table(&[1], &cells)
        }
    }
}

fn file_line<'a>(row: &'a RowRef<'a>, id: &'a str) -> FileLine<'a> {
    FileLine {
        id,
        name: row.name(),
        size: row.size(),
        mime_type: row.mime(),
        uploaded_at: row.uploaded(),
        stored_at: row.stored(),
        removed_at: row.removed(),
        state: row.state(),
        path: path::join_if_any(row.folder(), row.name()),
        problem: row.odd(),
    }
}

fn file_cells(row: &RowRef<'_>) -> Vec<String> {
    vec![
        row.id().into_owned(),
        row.name().to_owned(),
        row.size().to_string(),
        row.mime().to_owned(),
        time(row.uploaded()),
        time(row.stored()),
        time(row.removed()),
        row.state().key().to_owned(),
        row.odd().unwrap_or_default().to_owned(),
        path::join_if_any(row.folder(), row.name()),
    ]
}

fn file_row(row: &RowRef<'_>) -> Vec<String> {
    vec![
        row.state().key().to_owned(),
        bytes(row.size()),
        short(&visible(row.mime())),
        minute(row.uploaded()),
        visible(&row.id()).into_owned(),
        match path::join_if_any(row.folder(), row.name()).as_str() {
            "" => visible(row.name()).into_owned(),
            path => visible(path).into_owned(),
        },
    ]
}

fn print_groups(format: Format, groups: &[GroupRow]) -> Result<(), Failure> {
    match format {
        Format::Jsonl => json_lines(groups.iter().map(|group| {
            to_json(&GroupLine {
                id: group.id.as_str(),
                created_at: group.created,
                files: group.files,
                url: group.url.as_deref(),
            })
        })),
        Format::Csv => {
            let cells = groups.iter().map(|group| {
                vec![
                    group.id.to_string(),
                    time(group.created),
                    group.files.to_string(),
                    group.url.clone().unwrap_or_default(),
                ]
            });
            csv_lines("item_id,created_at,files,url", cells)
        }
        Format::Table => {
            let mut cells = vec![["FILES", "CREATED", "ID"].map(str::to_owned).to_vec()];
            cells.extend(groups.iter().map(|group| {
                vec![
                    group.files.to_string(),
                    minute(group.created),
                    visible(group.id.as_str()).into_owned(),
                ]
            }));
            table(&[0], &cells)
        }
    }
}

pub(super) fn json_lines(
    lines: impl Iterator<Item = Result<String, Failure>>,
) -> Result<(), Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in lines {
        writeln!(out, "{}", line?)?;
    }
    Ok(out.flush()?)
}

/// Cells are guarded as those of a report: a spreadsheet runs none of them. They are exact, but on a
/// terminal, where what steers it is spelled out.
pub(super) fn csv_lines(
    head: &str,
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<(), Failure> {
    let mut out = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(io::BufWriter::new(io::stdout().lock()));
    out.write_record(head.split(',')).map_err(io_error)?;
    let seen = io::stdout().is_terminal();
    for row in rows {
        let cells = row.iter().map(|cell| match seen {
            true => printable(&guarded(cell)).into_owned(),
            false => guarded(cell).into_owned(),
        });
        out.write_record(cells).map_err(io_error)?;
    }
    Ok(out.flush()?)
}

fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// A type fits its column; the longest are those of office documents.
fn short(mime: &str) -> String {
    if mime.chars().count() <= TYPE_CHARS {
        return mime.to_owned();
    }
    let cut: String = mime.chars().take(TYPE_CHARS - 1).collect();
    format!("{cut}…")
}

pub(super) fn time(time: Option<Time>) -> String {
    time.map(|time| time.to_string()).unwrap_or_default()
}

pub(super) fn minute(time: Option<Time>) -> String {
    time.map(|time| time.to_minute(&TimeZone::system()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_and_a_state_agree() {
        let removed = Some(FileState::Removed);
        let cases = [
            ("", None, None),
            ("cat", removed, removed),
            ("state:Removed cat", None, removed),
            ("cat state:removed", removed, removed),
            ("cat or state:removed", None, None),
        ];
        for (text, asked, state) in cases {
            let filter = Filter::parse(text, asked).map(|filter| filter.state);
            assert_eq!(filter, Ok(state), "{text}");
        }
        for (text, asked) in [
            ("state:gone", None),
            ("state:stored", removed),
            ("\"a", None),
        ] {
            assert_eq!(Filter::parse(text, asked).unwrap_err().code, 2);
        }
        let wrong = Filter::of_batch("cat size>x").unwrap_err();
        assert!(
            wrong.message.ends_with("  cat size>x\n           ^"),
            "{}",
            wrong.message
        );
    }
}
