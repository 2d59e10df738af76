//! Plain data that every room shares: ids, files, groups, verbs, plans, outcomes, sizes and times.
//!
//! No I/O happens here, and nothing here knows any other room.

mod account;
mod args;
mod file;
mod id;
mod job;
mod keep;
mod library;
mod outcome;
pub mod path;
mod plan;
pub mod size;
pub mod text;
mod thing;
mod time;
mod usage;
mod utc;
mod verb;
mod words;

pub use account::{Account, Source};
pub use args::{PlanArgs, check_folder, check_name, folder_becomes};
pub use file::{FileDetails, FileRow, FileState, GroupDetails, GroupRow, UNSTORED_LIFE_HOURS};
pub use id::{CallId, ItemId, JobId, ProfileId, ServiceKind};
pub use job::{CallPurpose, CallRecord, ItemRecord, JobRecord, JobState, JobSummary};
pub use keep::Keep;
pub use library::{
    Edit, Editable, FieldKind, FieldRow, FieldValue, FolderChange, FolderJob, FolderRow, VersionRow,
};
pub use outcome::{Evidence, Outcome, Settled, Tally};
pub use plan::{Plan, PlanItem};
pub use thing::{ThingDetails, ThingRow};
pub use time::Time;
pub use usage::{Unit, Usage};
pub use verb::{ItemKind, Verb};
pub use words::sentence;
