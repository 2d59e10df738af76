//! The engine without a window: the commands of `tallyman`, for people, scripts and tests.
//!
//! It knows all rooms but the window. Results go to standard output, all else to standard error.

mod args;
mod demo;
mod folders;
mod jobs;
mod keep;
mod list;
mod out;
mod profiles;
mod progress;
mod purge;
mod run;
mod signed;
mod source;
mod things;

use std::path::Path;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};

use crate::model::{ItemKind, PlanArgs, Verb};
use crate::profile::data_dir;

pub use args::{Args, Command};
use args::{FilesArgs, ProfilesCommand, SourceArgs};
use out::{Failure, START, note};

/// The arguments of this process. Help, the version and wrong usage end the process here.
pub fn arguments() -> Args {
    let mut args = Args::parse();
    if let (true, Some(command)) = (args.demo, &mut args.command) {
        point_at_demo(command);
    }
    args
}

/// `tallyman --demo ls` is `tallyman ls --demo`.
fn point_at_demo(command: &mut Command) {
    match command.source_mut() {
        Some(SourceArgs {
            profile: Some(_), ..
        })
        | None => Args::command()
            .error(ErrorKind::ArgumentConflict, "--demo cannot be used here")
            .exit(),
        Some(source) => source.demo = true,
    }
}

/// Runs a command to its end and says in one line why it could not.
pub fn run(command: Command, data_dir_argument: Option<std::path::PathBuf>) -> ExitCode {
    let folder = data_dir(data_dir_argument);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let ended = match runtime {
        Ok(runtime) => {
            let ended = runtime.block_on(dispatch(command, &folder));
            runtime.shutdown_background();
            ended
        }
        Err(error) => Err(Failure {
            code: START,
            message: format!("No threads could be started: {error}."),
        }),
    };
    ExitCode::from(ended.unwrap_or_else(|failure| {
        if !failure.message.is_empty() {
            note(format_args!("tallyman: {failure}"));
        }
        failure.code
    }))
}

async fn dispatch(command: Command, folder: &Path) -> Result<u8, Failure> {
    match command {
        Command::Profiles { action } => {
            let action = action.unwrap_or(ProfilesCommand::List);
            profiles::run(&action, folder).await
        }
        Command::Keep(args) => keep::run(&args, folder),
        Command::Ls(args) => list::ls(&args, folder).await,
        Command::Groups(args) => list::groups(&args, folder).await,
        Command::Renders(args) => things::list(ItemKind::Render, &args, folder).await,
        Command::Templates(args) => things::list(ItemKind::Template, &args, folder).await,
        Command::Store(args) => files(Verb::Store, PlanArgs::default(), &args, folder).await,
        Command::Delete(args) => {
            let told = PlanArgs {
                purge: args.purge,
                ..PlanArgs::default()
            };
            files(Verb::Delete, told, &args.files, folder).await
        }
        Command::Restore(args) => files(Verb::Restore, PlanArgs::default(), &args, folder).await,
        Command::AddTags(args) => files(Verb::AddTags, tags(args.tags), &args.files, folder).await,
        Command::RemoveTags(args) => {
            files(Verb::RemoveTags, tags(args.tags), &args.files, folder).await
        }
        Command::Copy(args) => files(Verb::Copy, to(args.to), &args.files, folder).await,
        Command::Move(args) => files(Verb::Move, to(args.to), &args.files, folder).await,
        Command::Rename(args) => {
            let told = PlanArgs {
                name: Some(args.name),
                ..PlanArgs::default()
            };
            run::batch(Verb::Rename, told, &args.batch, None, folder).await
        }
        Command::Purge(args) => files(Verb::Purge, PlanArgs::default(), &args, folder).await,
        Command::Folders(args) => folders::folders(&args, folder).await,
        Command::CreateFolder(args) => folders::create(&args, folder).await,
        Command::DeleteFolders(args) => {
            run::batch(
                Verb::DeleteFolders,
                PlanArgs::default(),
                &args,
                None,
                folder,
            )
            .await
        }
        Command::DeleteGroups(args) => {
            run::batch(Verb::DeleteGroups, PlanArgs::default(), &args, None, folder).await
        }
        Command::DeleteRenders(args) => {
            run::batch(
                Verb::DeleteRenders,
                PlanArgs::default(),
                &args,
                None,
                folder,
            )
            .await
        }
        Command::DeleteTemplates(args) => {
            run::batch(
                Verb::DeleteTemplates,
                PlanArgs::default(),
                &args,
                None,
                folder,
            )
            .await
        }
        Command::Jobs { json } => jobs::list(json, folder),
        Command::Resume { job, json } => jobs::resume(job, json, folder).await,
        Command::Report { job, out, redacted } => jobs::report(job, &out, redacted, folder).await,
        Command::CheckReport { dir, public_key } => {
            signed::check_report(&dir, public_key.as_deref()).await
        }
        Command::SigningKey => signed::signing_key().await,
        Command::DemoService(args) => demo::serve(&args).await,
    }
}

async fn files(verb: Verb, told: PlanArgs, args: &FilesArgs, folder: &Path) -> Result<u8, Failure> {
    run::batch(verb, told, &args.batch, args.filter.as_deref(), folder).await
}

fn tags(tags: Vec<String>) -> PlanArgs {
    PlanArgs {
        tags,
        ..PlanArgs::default()
    }
}

fn to(folder: String) -> PlanArgs {
    PlanArgs {
        folder: Some(folder),
        ..PlanArgs::default()
    }
}
