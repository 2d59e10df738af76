//! The arguments as they are typed. What they mean is for the commands; nothing is read or sent here.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::model::{FileState, ItemId, JobId, ServiceKind};
use crate::profile::Colour;

const SOURCE_HELP: &str = "\
Which project: --profile NAME, or --demo, or these variables of the environment:
  TALLYMAN_SERVICE      uploadcare, imagekit or templated; with --demo, which of the three it is
  TALLYMAN_PUBLIC_KEY   the public key (Uploadcare only)
  TALLYMAN_SECRET_KEY   the secret key
  TALLYMAN_API_BASE     another API address: https, or http on loopback";

const EXIT_HELP: &str = "\
Exit status: 0 all done; 1 some item is not done (for a delete, one that was not there counts as done);
2 wrong usage; 3 could not start (keys, network, ledger); 130 stopped by Ctrl-C, and can be resumed.

TALLYMAN_LOG=debug writes a log to standard error.";

/// A file manager for upload services that accounts for every file of every batch.
///
/// Without a command it opens the window.
#[derive(Debug, Parser)]
#[command(name = "tallyman", version, after_help = EXIT_HELP)]
pub struct Args {
    /// Open the window on the demo service, which runs inside this program
    #[arg(long)]
    pub demo: bool,

    /// Where profiles and the ledger are kept [env: TALLYMAN_DATA_DIR]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// What to do instead of opening the window.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What can be done without a window.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List, add, remove or verify profiles
    Profiles {
        /// Without one: list.
        #[command(subcommand)]
        action: Option<ProfilesCommand>,
    },
    /// List files
    #[command(after_help = SOURCE_HELP)]
    Ls(LsArgs),
    /// List groups
    #[command(after_help = SOURCE_HELP)]
    Groups(GroupsArgs),
    /// List renders (Templated)
    #[command(after_help = SOURCE_HELP)]
    Renders(ThingsArgs),
    /// List templates (Templated)
    #[command(after_help = SOURCE_HELP)]
    Templates(ThingsArgs),
    /// Store files: keep them for good
    #[command(after_help = SOURCE_HELP, mut_arg("keep", hidden), mut_arg("yes", hidden))]
    Store(FilesArgs),
    /// Delete files
    #[command(after_help = SOURCE_HELP)]
    Delete(DeleteArgs),
    /// Bring deleted files back
    #[command(after_help = SOURCE_HELP, mut_arg("keep", hidden), mut_arg("yes", hidden))]
    Restore(FilesArgs),
    /// Delete groups; their files stay
    #[command(after_help = SOURCE_HELP, mut_arg("keep", hidden))]
    DeleteGroups(BatchArgs),
    /// Delete renders (Templated)
    #[command(after_help = SOURCE_HELP, mut_arg("keep", hidden))]
    DeleteRenders(BatchArgs),
    /// Delete templates (Templated)
    #[command(after_help = SOURCE_HELP, mut_arg("keep", hidden))]
    DeleteTemplates(BatchArgs),
    /// Give files further tags (ImageKit)
    #[command(after_help = SOURCE_HELP, mut_arg("keep", hidden), mut_arg("yes", hidden))]
    AddTags(TagArgs),
    /// Take tags from files (ImageKit)
    #[command(after_help = SOURCE_HELP, mut_arg("keep", hidden), mut_arg("yes", hidden))]
    RemoveTags(TagArgs),
    /// Copy files into a folder (ImageKit)
    #[command(after_help = SOURCE_HELP, mut_arg("keep", hidden), mut_arg("yes", hidden))]
    Copy(ToArgs),
    /// Move files into a folder (ImageKit)
    #[command(after_help = SOURCE_HELP, mut_arg("keep", hidden), mut_arg("yes", hidden))]
    Move(ToArgs),
    /// Give a file another name in its folder (ImageKit)
    #[command(after_help = SOURCE_HELP, mut_arg("keep", hidden), mut_arg("yes", hidden), mut_arg("ids", one_file), mut_arg("ids_file", hidden))]
    Rename(RenameArgs),
    /// Make the delivery network forget its copies of files (ImageKit)
    #[command(after_help = SOURCE_HELP, mut_arg("keep", hidden), mut_arg("yes", hidden))]
    Purge(FilesArgs),
    /// List folders (ImageKit)
    #[command(after_help = SOURCE_HELP)]
    Folders(GroupsArgs),
    /// Make a folder, with those above it that are missing (ImageKit)
    #[command(after_help = SOURCE_HELP)]
    CreateFolder(FolderArgs),
    /// Delete folders, by their whole paths, with all that is in them (ImageKit)
    #[command(after_help = SOURCE_HELP, mut_arg("ids", paths), mut_arg("ids_file", file_of_paths), mut_arg("keep", kept_in_folders))]
    DeleteFolders(BatchArgs),
    /// Show or change a profile's keep list: files that are never deleted with it
    Keep(KeepArgs),
    /// List the jobs of the ledger, newest first
    Jobs {
        /// Print an array of objects
        #[arg(long)]
        json: bool,
    },
    /// Check and continue a job that did not end
    Resume {
        /// The job's number [default: the newest that is unfinished]
        #[arg(value_parser = job_id)]
        job: Option<JobId>,
        /// Print one object at the end
        #[arg(long)]
        json: bool,
    },
    /// Write the report of a job
    Report {
        /// The job's number
        #[arg(value_parser = job_id)]
        job: JobId,
        /// The folder to write: new, empty, or an older report of the same job
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Leave out names and the service's words; ids, sizes, types and times stay
        #[arg(long)]
        redacted: bool,
    },
    /// Check that a report is as it was written, that its sums hold, and who signed it
    CheckReport {
        /// The report's folder
        dir: PathBuf,
        /// Whose signature it must have: the line of a public key, or a file that holds it
        #[arg(long, value_name = "KEY")]
        public_key: Option<String>,
    },
    /// Print the public key of the signatures under this computer's reports; the first time it is made
    SigningKey,
    /// Run the demo service alone: prints its address, its public key and its secret key, a line each
    DemoService(DemoArgs),
}

/// Which project.
#[derive(Clone, Debug, Default, ClapArgs)]
pub struct SourceArgs {
    /// A saved profile
    #[arg(long, value_name = "NAME", conflicts_with = "demo")]
    pub profile: Option<String>,
    /// The demo service, started inside this program
    #[arg(long)]
    pub demo: bool,
}

/// Files to list.
#[derive(Debug, ClapArgs)]
pub struct LsArgs {
    /// Which project.
    #[command(flatten)]
    pub source: SourceArgs,
    /// Only files in this state; `all` is all that exist
    #[arg(long, value_enum, default_value_t)]
    pub state: StateArg,
    /// Only files that match: words, and `type:image`, `size>10mb`, `uploaded:2024`, `-not`, `or`, …
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// Only files that the service's own search finds, in its own language (ImageKit)
    #[arg(long, value_name = "QUERY")]
    pub search: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Groups or folders to list.
#[derive(Debug, ClapArgs)]
pub struct GroupsArgs {
    /// Which project.
    #[command(flatten)]
    pub source: SourceArgs,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Renders or templates to list.
#[derive(Debug, ClapArgs)]
pub struct ThingsArgs {
    /// Which project.
    #[command(flatten)]
    pub source: SourceArgs,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// What a batch is made of and how it is run.
#[derive(Debug, ClapArgs)]
pub struct BatchArgs {
    /// Which project.
    #[command(flatten)]
    pub source: SourceArgs,
    /// Ids
    #[arg(value_name = "ID", value_parser = item_id)]
    pub ids: Vec<ItemId>,
    /// More ids, one a line, or a CSV with an `item_id` column; `-` is standard input
    #[arg(long = "ids", value_name = "FILE")]
    pub ids_file: Option<PathBuf>,
    /// Ids that are not deleted, one a line or in a CSV, besides the profile's keep list
    #[arg(long, value_name = "FILE")]
    pub keep: Option<PathBuf>,
    /// Print the plan and change nothing; the project is only read
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask first; a protected profile asks all the same
    #[arg(long)]
    pub yes: bool,
    /// Write a report into this folder, new or empty
    #[arg(long, value_name = "DIR")]
    pub report: Option<PathBuf>,
    /// Leave out names and the service's words in the report
    #[arg(long, requires = "report")]
    pub redacted: bool,
    /// Print one object at the end
    #[arg(long)]
    pub json: bool,
}

/// What is never deleted with a profile.
#[derive(Debug, ClapArgs)]
pub struct KeepArgs {
    /// The profile's name
    #[arg(value_name = "PROFILE")]
    pub profile: String,
    /// Ids to put on the list
    #[arg(value_name = "ID", value_parser = item_id)]
    pub ids: Vec<ItemId>,
    /// More ids, one a line, or a CSV with an `item_id` column; `-` is standard input
    #[arg(long = "ids", value_name = "FILE")]
    pub ids_file: Option<PathBuf>,
    /// Take the ids off the list in place of putting them on
    #[arg(long)]
    pub remove: bool,
    /// Keep every file that matches; empty: none
    #[arg(long, value_name = "QUERY")]
    pub filter: Option<String>,
    /// Keep every file that has metadata under this key; empty: none
    #[arg(long, value_name = "KEY")]
    pub metadata_key: Option<String>,
}

/// A batch of files.
#[derive(Debug, ClapArgs)]
pub struct FilesArgs {
    /// The batch.
    #[command(flatten)]
    pub batch: BatchArgs,
    /// Also every file that matches, as for `ls`
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    pub filter: Option<String>,
}

/// Files to delete.
#[derive(Debug, ClapArgs)]
pub struct DeleteArgs {
    /// The files.
    #[command(flatten)]
    pub files: FilesArgs,
    /// Then make the delivery network forget what was deleted, in a job of its own (ImageKit)
    #[arg(long)]
    pub purge: bool,
}

/// Files and tags.
#[derive(Debug, ClapArgs)]
pub struct TagArgs {
    /// The files.
    #[command(flatten)]
    pub files: FilesArgs,
    /// A tag; may be given more than once
    #[arg(long = "tag", value_name = "TAG", required = true)]
    pub tags: Vec<String>,
}

/// Files and where they go.
#[derive(Debug, ClapArgs)]
pub struct ToArgs {
    /// The files.
    #[command(flatten)]
    pub files: FilesArgs,
    /// The folder's whole path; made if it is not there
    #[arg(long, value_name = "FOLDER")]
    pub to: String,
}

/// A file and its new name.
#[derive(Debug, ClapArgs)]
pub struct RenameArgs {
    /// The file.
    #[command(flatten)]
    pub batch: BatchArgs,
    /// The new name
    #[arg(long, value_name = "NEW")]
    pub name: String,
}

/// A folder to make.
#[derive(Debug, ClapArgs)]
pub struct FolderArgs {
    /// Which project.
    #[command(flatten)]
    pub source: SourceArgs,
    /// Its whole path
    pub path: String,
}

/// What to do with profiles.
#[derive(Debug, Subcommand)]
pub enum ProfilesCommand {
    /// List profiles
    List,
    /// Add a profile; the secret key is asked for, or read from standard input, and goes to the keyring
    Add(AddArgs),
    /// Remove a profile and forget its key
    Remove {
        /// The profile's name
        name: String,
    },
    /// Ask the service whom the keys belong to
    Verify {
        /// The profile's name [default: all]
        name: Option<String>,
    },
}

/// A profile to add.
#[derive(Debug, ClapArgs)]
pub struct AddArgs {
    /// What to call it
    pub name: String,
    /// The service: uploadcare, imagekit or templated
    #[arg(long, default_value_t = ServiceKind::Uploadcare, hide_default_value = true)]
    pub service: ServiceKind,
    /// The public key (Uploadcare only)
    #[arg(long, default_value = "", hide_default_value = true)]
    pub public_key: String,
    /// Another API address: https, or http on loopback
    #[arg(long, value_name = "URL")]
    pub api_base: Option<String>,
    /// Another CDN address
    #[arg(long, value_name = "URL")]
    pub cdn_base: Option<String>,
    /// The colour of its window, as #d9480f
    #[arg(long)]
    pub colour: Option<Colour>,
    /// Ask for the project's name before anything is deleted
    #[arg(long)]
    pub protected: bool,
    /// Never delete anything
    #[arg(long)]
    pub read_only: bool,
    /// Uploadcare: send the secret itself (`Uploadcare.Simple`) in place of a signature; https only
    #[arg(long)]
    pub simple_auth: bool,
}

/// How to run the demo service.
#[derive(Debug, ClapArgs)]
pub struct DemoArgs {
    /// Port on 127.0.0.1; 0 takes any free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub port: u16,
    /// How many files the project holds
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    pub files: usize,
    /// How long each answer takes at least, in milliseconds
    #[arg(long, value_name = "MS", default_value = "0", value_parser = millis)]
    pub latency: Duration,
}

/// Which files `ls` lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum StateArg {
    /// All that exist
    #[default]
    All,
    /// Kept for good
    Stored,
    /// Temporary
    Unstored,
    /// Deleted
    Removed,
}

impl StateArg {
    /// The one state that is asked for.
    pub fn state(self) -> Option<FileState> {
        match self {
            Self::All => None,
            Self::Stored => Some(FileState::Stored),
            Self::Unstored => Some(FileState::Unstored),
            Self::Removed => Some(FileState::Removed),
        }
    }
}

/// How a list is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Table,
    /// With an `item_id` column, so that it can be given to `--ids`
    Csv,
    /// One object a line
    Jsonl,
}

impl Command {
    /// The project that the command was pointed at, where it takes one.
    pub fn source_mut(&mut self) -> Option<&mut SourceArgs> {
        match self {
            Self::Ls(args) => Some(&mut args.source),
            Self::Groups(args) | Self::Folders(args) => Some(&mut args.source),
            Self::Store(args) | Self::Restore(args) | Self::Purge(args) => {
                Some(&mut args.batch.source)
            }
            Self::Renders(args) | Self::Templates(args) => Some(&mut args.source),
            Self::DeleteFolders(args)
            | Self::DeleteGroups(args)
            | Self::DeleteRenders(args)
            | Self::DeleteTemplates(args) => Some(&mut args.source),
            Self::Delete(args) => Some(&mut args.files.batch.source),
            Self::AddTags(args) | Self::RemoveTags(args) => Some(&mut args.files.batch.source),
            Self::Copy(args) | Self::Move(args) => Some(&mut args.files.batch.source),
            Self::Rename(args) => Some(&mut args.batch.source),
            Self::CreateFolder(args) => Some(&mut args.source),
            Self::Profiles { .. }
            | Self::Keep(_)
            | Self::Jobs { .. }
            | Self::Resume { .. }
            | Self::Report { .. }
            | Self::CheckReport { .. }
            | Self::SigningKey
            | Self::DemoService(_) => None,
        }
    }
}

/// Taken, and of no use for this command.
fn hidden(arg: Arg) -> Arg {
    arg.hide(true)
}

fn one_file(arg: Arg) -> Arg {
    let arg = arg.action(ArgAction::Set).num_args(0..=1);
    arg.help("The file's id")
}

fn paths(arg: Arg) -> Arg {
    arg.value_name("PATH").help("Whole paths of folders")
}

fn file_of_paths(arg: Arg) -> Arg {
    arg.help("More paths, one a line, or a CSV with an `item_id` column; `-` is standard input")
}

fn kept_in_folders(arg: Arg) -> Arg {
    arg.help(
        "Ids of files that are not deleted, besides the profile's keep list: a folder that holds one stays",
    )
}

fn job_id(text: &str) -> Result<JobId, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(JobId(number)),
        _ => Err("a job is a number, as in `tallyman jobs`".to_owned()),
    }
}

fn item_id(text: &str) -> Result<ItemId, String> {
    match text.trim() {
        "" => Err("an id cannot be empty".to_owned()),
        id => Ok(ItemId::from(id)),
    }
}

fn millis(text: &str) -> Result<Duration, std::num::ParseIntError> {
    text.parse().map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn parse(line: &str) -> Result<Args, clap::Error> {
        Args::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn every_line_of_the_manual_is_understood() {
        let lines = [
            "tallyman",
            "tallyman --demo",
            "tallyman --demo --data-dir d",
            "tallyman profiles",
            "tallyman profiles list",
            "tallyman profiles add shop --public-key k --protected --colour #d9480f",
            "tallyman profiles remove shop",
            "tallyman profiles verify",
            "tallyman ls --demo --state unstored --filter photo --format jsonl",
            "tallyman ls --profile shop",
            "tallyman groups --demo --format csv",
            "tallyman store --demo a b",
            "tallyman delete --ids - --yes --report out --json --demo",
            "tallyman delete --filter photo --dry-run --demo",
            "tallyman delete a --purge --yes",
            "tallyman add-tags a b --tag summer --tag new",
            "tallyman remove-tags --filter photo --tag new --dry-run",
            "tallyman copy a --to /archive --report out",
            "tallyman move --ids - --to / --json",
            "tallyman rename a --name b.jpg",
            "tallyman purge a",
            "tallyman folders --format jsonl",
            "tallyman create-folder /archive/2026",
            "tallyman delete-folders /archive /old --yes",
            "tallyman ls --search name:\"a\"",
            "tallyman restore --ids file.csv --demo",
            "tallyman delete-groups a~1 --ids file.csv --yes",
            "tallyman renders --profile prints --format jsonl",
            "tallyman templates --format csv",
            "tallyman delete-renders a b --ids file.csv --yes --report out",
            "tallyman delete-templates a --dry-run --json",
            "tallyman jobs --json",
            "tallyman resume",
            "tallyman resume 3 --json",
            "tallyman report 3 --out dir",
            "tallyman report 3 --out dir --redacted",
            "tallyman delete a --report out --redacted --demo",
            "tallyman check-report dir --data-dir d",
            "tallyman check-report dir --public-key RWQ",
            "tallyman signing-key",
            "tallyman demo-service --port 0 --files 10 --latency 40",
        ];
        for line in lines {
            assert!(parse(line).is_ok(), "{line}: {}", parse(line).unwrap_err());
        }
    }

    #[test]
    fn help_names_only_what_does_something() {
        let help = |name: &str| {
            let mut command = Args::command();
            let found = command.find_subcommand_mut(name).unwrap();
            found.render_help().to_string()
        };
        for name in [
            "store", "restore", "rename", "copy", "move", "purge", "add-tags",
        ] {
            let help = help(name);
            assert!(
                !help.contains("--keep") && !help.contains("--yes"),
                "{help}"
            );
        }
        for (name, keeps) in [
            ("delete", true),
            ("delete-folders", true),
            ("delete-groups", false),
        ] {
            let help = help(name);
            assert!(
                help.contains("--yes") && help.contains("--keep") == keeps,
                "{help}"
            );
        }
        assert!(help("delete-folders").contains("[PATH]...") && help("rename").contains("[ID]\n"));
        assert!(!help("rename").contains("[ID]..."));
    }

    #[test]
    fn nonsense_is_wrong_usage() {
        let lines = [
            "tallyman list",
            "tallyman ls --state gone",
            "tallyman ls --demo --profile shop",
            "tallyman ls --format xml",
            "tallyman resume first",
            "tallyman resume 0",
            "tallyman report 3",
            "tallyman add-tags a",
            "tallyman move a",
            "tallyman rename a",
            "tallyman rename a b --name c",
            "tallyman create-folder",
            "tallyman store a --purge",
            "tallyman delete a --redacted --demo",
            "tallyman delete-groups --filter x",
            "tallyman delete-renders --filter x",
            "tallyman renders --state stored",
            "tallyman delete --secret-key k a",
            "tallyman profiles add shop --secret-key k",
            "tallyman profiles add shop --colour red",
        ];
        for line in lines {
            assert_eq!(
                parse(line).map(|_| ()).unwrap_err().exit_code(),
                2,
                "{line}"
            );
        }
    }
}
