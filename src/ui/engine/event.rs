//! What the engine tells the window.

use std::sync::mpsc::Sender;

use egui::{ColorImage, Context};

use super::{OpenError, Session};
use crate::catalogue::Arrangement;
use crate::job::Progress;
use crate::model::{
    FileRow, GroupRow, ItemId, ItemKind, JobId, JobSummary, ProfileId, Settled, ThingRow,
};
use crate::service::{Listing, Page, ServiceError};
use crate::ui::cached::ReadList;
use crate::ui::files::View;

/// What the engine tells the window.
pub enum Event {
    /// A profile was opened, or not.
    Opened {
        /// Which.
        profile: ProfileId,
        /// The question.
        question: u64,
        /// How it went.
        result: Result<Session, OpenError>,
    },
    /// The kept list of a profile was read from disk.
    Cached {
        /// Of which profile.
        profile: ProfileId,
        /// The question.
        question: u64,
        /// The list with its newest upload, if there is one; or why it cannot be used.
        result: ReadList,
    },
    /// Files arrived.
    Files {
        /// Of which profile.
        profile: ProfileId,
        /// Of which listing.
        listing: Listing,
        /// Of which run of it.
        run: u64,
        /// The page.
        page: Page<FileRow>,
    },
    /// A listing of files ended.
    FilesEnded {
        /// Of which profile.
        profile: ProfileId,
        /// Which listing.
        listing: Listing,
        /// Which run of it.
        run: u64,
        /// How it went.
        result: Result<(), ServiceError>,
    },
    /// Files that a search found arrived.
    Found {
        /// Of which profile.
        profile: ProfileId,
        /// Of which run.
        run: u64,
        /// The page.
        page: Page<FileRow>,
    },
    /// A search ended.
    FoundEnded {
        /// Of which profile.
        profile: ProfileId,
        /// Which run.
        run: u64,
        /// How it went.
        result: Result<(), ServiceError>,
    },
    /// Groups arrived.
    Groups {
        /// Of which profile.
        profile: ProfileId,
        /// Of which run.
        run: u64,
        /// The page.
        page: Page<GroupRow>,
    },
    /// The listing of groups ended.
    GroupsEnded {
        /// Of which profile.
        profile: ProfileId,
        /// Which run.
        run: u64,
        /// How it went.
        result: Result<(), ServiceError>,
    },
    /// Renders or templates arrived.
    Things {
        /// Of which profile.
        profile: ProfileId,
        /// Which of the two.
        kind: ItemKind,
        /// Of which run.
        run: u64,
        /// The page.
        page: Page<ThingRow>,
    },
    /// The listing of renders or templates ended.
    ThingsEnded {
        /// Of which profile.
        profile: ProfileId,
        /// Which of the two.
        kind: ItemKind,
        /// Which run.
        run: u64,
        /// How it went.
        result: Result<(), ServiceError>,
    },
    /// A picture of a render or template was fetched and decoded, or cannot be had.
    ThingPicture {
        /// Of which profile.
        profile: ProfileId,
        /// Which of the two.
        kind: ItemKind,
        /// Of which.
        id: ItemId,
        /// Side asked for, in pixels.
        side: u32,
        /// The picture.
        image: Option<ColorImage>,
    },
    /// The table's order is ready.
    Arranged {
        /// Of which profile.
        profile: ProfileId,
        /// Of which view.
        view: View,
        /// The question.
        question: u64,
        /// The order.
        arrangement: Arrangement,
    },
    /// A picture was fetched and decoded, or cannot be had.
    Picture {
        /// Of which profile.
        profile: ProfileId,
        /// Of which file.
        id: ItemId,
        /// Side asked for, in pixels.
        side: u32,
        /// The picture.
        image: Option<ColorImage>,
    },
    /// A job was written into the ledger and starts.
    JobStarted {
        /// Of which profile.
        profile: ProfileId,
        /// Which.
        job: JobId,
    },
    /// How a job goes.
    Job(Progress),
    /// Items of a job that ended.
    Settled {
        /// Of which job.
        job: JobId,
        /// The items.
        settled: Vec<Settled>,
    },
    /// A job ended, was stopped or halted.
    JobEnded {
        /// Of which profile.
        profile: ProfileId,
        /// Which; `None` if it could not even be written down.
        job: Option<JobId>,
        /// The end, or why there is none.
        result: Result<Box<JobSummary>, String>,
    },
}

#[derive(Clone)]
pub(in crate::ui) struct Teller {
    pub(super) ctx: Context,
    pub(super) sender: Sender<Event>,
}

impl Teller {
    /// A window that is gone hears nothing, and nobody minds.
    pub(in crate::ui) fn say(&self, event: Event) {
        let _ = self.sender.send(event);
        self.ctx.request_repaint();
    }
}
