//! `folders` and `create-folder`: what a service that keeps files in folders can be asked.

use std::path::Path;

use crate::model::text::visible;
use crate::model::{FolderRow, check_folder, folder_becomes, size::counted};

use super::args::{FolderArgs, Format, GroupsArgs};
use super::list::{csv_lines, json_lines, minute, time};
use super::out::{DONE, Failure, line, note, table, to_json};
use super::source::Project;

/// One folder as `folders` prints it.
#[derive(serde::Serialize)]
struct FolderLine<'a> {
    id: &'a str,
    name: &'a str,
    parent: &'a str,
    created_at: Option<crate::model::Time>,
    updated_at: Option<crate::model::Time>,
}

/// Prints all folders but the root, by path.
pub async fn folders(args: &GroupsArgs, data_dir: &Path) -> Result<u8, Failure> {
    let project = Project::open(&args.source, data_dir).await?;
    project.allow_folders()?;
    let folders = project.service.folders().await?;
    print_folders(args.format, &folders)?;
    if args.format == Format::Table {
        note(counted(folders.len() as u64, "folder", "folders"));
    }
    Ok(DONE)
}

/// Makes a folder and those above it.
pub async fn create(args: &FolderArgs, data_dir: &Path) -> Result<u8, Failure> {
    check_folder(&args.path).map_err(Failure::usage)?;
    refuse_renamed(&args.path)?;
    if args.path.trim_end_matches('/').is_empty() {
        return Err(Failure::usage("The root folder is there already."));
    }
    let project = Project::open(&args.source, data_dir).await?;
    project.allow_folders()?;
    let account = project.account().await?;
    project.service.create_folder(&args.path).await?;
    line(format_args!(
        "The folder {} is in {} now.",
        visible(&args.path),
        visible(account.label())
    ))?;
    Ok(DONE)
}

/// Refuses a folder that the service would call otherwise.
pub fn refuse_renamed(folder: &str) -> Result<(), Failure> {
    match folder_becomes(folder) {
        None => Ok(()),
        Some(made) => Err(Failure::usage(format!(
            "The service would make {} of {}: a folder's name has letters, digits, . _ and - only.",
            visible(&made),
            visible(folder)
        ))),
    }
}

fn print_folders(format: Format, folders: &[FolderRow]) -> Result<(), Failure> {
    match format {
        Format::Jsonl => json_lines(folders.iter().map(|folder| {
            let line = FolderLine {
                id: &folder.path,
                name: folder.name(),
                parent: folder.parent(),
                created_at: folder.created,
                updated_at: folder.updated,
            };
            to_json(&line)
        })),
        Format::Csv => {
            let cells = folders.iter().map(|folder| {
                vec![
                    folder.path.clone(),
                    folder.name().to_owned(),
                    folder.parent().to_owned(),
                    time(folder.created),
                    time(folder.updated),
                ]
            });
            csv_lines("item_id,name,parent,created_at,updated_at", cells)
        }
        Format::Table => {
            let mut cells = vec![["CREATED", "FOLDER"].map(str::to_owned).to_vec()];
            cells.extend(
                folders
                    .iter()
                    .map(|folder| vec![minute(folder.created), visible(&folder.path).into_owned()]),
            );
            table(&[], &cells)
        }
    }
}
