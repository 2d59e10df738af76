//! Bulk jobs: copying, moving and renaming folders, which takes a while and locks both paths.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use crate::demo::exchange::Answer;
use crate::model::Time;

use super::library::{Library, is_within, join, normal, split};
use super::places::text;
use super::reply::{self, Refusal};
use super::{Visit, data, json as rows, purge};

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Copy { versions: bool },
    Move,
    Rename,
}

/// One job.
#[derive(Clone)]
pub(super) struct Job {
    id: String,
    kind: Kind,
    from: String,
    /// The path of the folder when it is done.
    to: String,
    ends: Time,
    polls: u32,
    done: bool,
    /// Of a purge that was wanted: its id, or that it failed.
    purge: Option<Option<String>>,
}

impl Job {
    fn word(&self) -> &'static str {
        match self.kind {
            Kind::Copy { .. } => "COPY_FOLDER",
            Kind::Move => "MOVE_FOLDER",
            Kind::Rename => "RENAME_FOLDER",
        }
    }

    fn is_due(&self, now: Time) -> bool {
        !self.done && self.ends <= now
    }

    fn locks(&self, path: &str) -> bool {
        let near = |own: &str| is_within(path, own) || is_within(own, path);
        !self.done && path != "/" && (near(&self.from) || near(&self.to))
    }
}

/// Refuses while a job is running on one of the paths.
pub(super) fn check_locks(library: &Library, paths: &[&str]) -> Result<(), Refusal> {
    let locked = |path: &&str| library.jobs.iter().any(|job| job.locks(path));
    match paths.iter().position(locked) {
        None => Ok(()),
        Some(0) => Err(Refusal::new(
            StatusCode::LOCKED,
            "A bulk job is running on given folder path, please try after sometime.",
        )),
        Some(_) => Err(Refusal::new(
            StatusCode::LOCKED,
            "Destination folder path is already locked. Please try after sometime.",
        )),
    }
}

/// Refuses folders that hold too much.
pub(super) fn check_size(visit: &Visit<'_>, library: &Library, path: &str) -> Result<(), Refusal> {
    let most = visit.quirks().most_nested;
    if library.nested(path) <= most {
        return Ok(());
    }
    let words = format!(
        "Total nested assets (files, folders and file versions) are more than allowed limit of {most} items."
    );
    Err(Refusal::bad(words).reason("TOO_MANY_OBJECTS"))
}

/// `POST /v1/bulkJobs/copyFolder`
pub(super) fn copy(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    let body = visit.body()?;
    let is_true = |name: &str| body.get(name).is_some_and(|value| *value == true);
    let versions = is_true("includeVersions") || is_true("includeFileVersions");
    start(visit, &body, Kind::Copy { versions })
}

/// `POST /v1/bulkJobs/moveFolder`
pub(super) fn relocate(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    start(visit, &visit.body()?, Kind::Move)
}

fn start(visit: &Visit<'_>, body: &Map<String, Value>, kind: Kind) -> Result<Answer, Refusal> {
    let sent = text(body, "sourceFolderPath")?;
    let (from, to) = (normal(sent), normal(text(body, "destinationPath")?));
    let refused = |words: &str, reason| Err(Refusal::bad(words).reason(reason));
    if from == "/" {
        return refused("sourceFolderPath cannot be root.", "SOURCE_IS_ROOT");
    }
    if from == to || split(&from).0 == to {
        let words = "Source and destination cannot be the same.";
        return refused(words, "SAME_SOURCE_AND_DESTINATION");
    }
    if kind == Kind::Move && is_within(&to, &from) {
        let words = "This operation is not allowed because parent folder cannot be moved into child folder.";
        return refused(words, "INVALID_DESTINATION_PATH");
    }
    let mut library = visit.change();
    if !library.has_folder(&from) {
        let words = format!("No files & folder found at sourceFolderPath {sent}");
        return Err(Refusal::missing(words).reason("NO_FILES_FOLDER"));
    }
    check_size(visit, &library, &from)?;
    let to = join(&to, split(&from).1);
    let id = begin(visit, &mut library, kind, (from, to), None)?;
    Ok(reply::json(json!({"jobId": id})))
}

/// `POST /v1/bulkJobs/renameFolder`
pub(super) fn rename(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    let body = visit.body()?;
    let from = normal(text(&body, "folderPath")?);
    let name = data::clean(text(&body, "newFolderName")?);
    if from == "/" {
        return Err(Refusal::bad("folderPath cannot be root."));
    }
    let mut library = visit.change();
    if !library.has_folder(&from) {
        return Err(Refusal::missing("Source folder not found."));
    }
    let to = join(split(&from).0, &name);
    if library.has_folder(&to) {
        return Err(Refusal::new(
            StatusCode::CONFLICT,
            "Folder with name newFolderName already exists at the same location.",
        ));
    }
    check_size(visit, &library, &from)?;
    check_locks(&library, &[&from, &to])?;
    let purge = body
        .get("purgeCache")
        .is_some_and(|value| *value == true)
        .then(|| {
            let url = format!("{}/*", rows::plain_url(visit, &from));
            purge::order(visit, &mut library, &url, &format!("{from}/*"))
        });
    let id = begin(visit, &mut library, Kind::Rename, (from, to), purge)?;
    Ok(reply::status(StatusCode::ACCEPTED, json!({"jobId": id})))
}

fn begin(
    visit: &Visit<'_>,
    library: &mut Library,
    kind: Kind,
    (from, to): (String, String),
    purge: Option<Option<String>>,
) -> Result<String, Refusal> {
    check_locks(library, &[&from, &to])?;
    library.note_write([from.as_str()]);
    let id = library.id(visit.now);
    library.jobs.push(Job {
        id: id.clone(),
        kind,
        from,
        to,
        ends: Time(visit.now.0 + visit.quirks().job_time.as_micros() as i64),
        polls: 0,
        done: false,
        purge,
    });
    Ok(id)
}

/// `GET /v1/bulkJobs/{jobId}`
pub(super) fn status(visit: &Visit<'_>, id: &str) -> Result<Answer, Refusal> {
    let mut library = visit.change();
    let mut jobs = library.jobs.iter_mut();
    let job = jobs.find(|job| job.id == id);
    let job = job.ok_or_else(|| Refusal::missing("The requested job does not exist."))?;
    job.polls += 1;
    if job.polls > visit.quirks().job_polls {
        job.ends = visit.now;
    }
    carry_out(&mut library, visit.now);
    let job = library.jobs.iter().find(|job| job.id == id);
    Ok(job.map_or_else(reply::nothing, shown))
}

fn shown(job: &Job) -> Answer {
    let status = if job.done { "Completed" } else { "Pending" };
    let mut body = json!({"jobId": job.id, "type": job.word(), "status": status});
    match &job.purge {
        Some(None) if job.done => {
            let words = "Folder renamed successfully but purging cache on nested files failed.";
            let refusal = Refusal::new(StatusCode::MULTI_STATUS, words);
            let refusal = refusal.with("jobId", job.id.clone());
            let refusal = refusal.with("type", job.word());
            return refusal.with("status", "Partial success").answer();
        }
        Some(Some(id)) if job.done => body["purgeRequestId"] = json!(id),
        _ => {}
    }
    reply::json(body)
}

/// Whether the time of a job is up that is not done.
pub(super) fn are_due(library: &Library, now: Time) -> bool {
    library.jobs.iter().any(|job| job.is_due(now))
}

/// Does the jobs whose time is up.
pub(super) fn carry_out(library: &mut Library, now: Time) {
    for ix in 0..library.jobs.len() {
        let job = library.jobs[ix].clone();
        if job.is_due(now) {
            finish(library, &job, now);
            library.jobs[ix].done = true;
        }
    }
}

fn finish(library: &mut Library, job: &Job, now: Time) {
    let moved = |path: &str| format!("{}{}", job.to, &path[job.from.len()..]);
    let (files, folders) = (
        library.files_within(&job.from),
        library.folders_within(&job.from),
    );
    for folder in &folders {
        library.add_folder(&moved(folder), now);
    }
    for ix in files {
        let file = library.files[ix].clone();
        let folder = moved(&file.folder);
        let here = library.at_path(&join(&folder, &file.name));
        match (job.kind, here) {
            (Kind::Copy { versions }, None) => library.add_copy(&file, versions, &folder, now),
            (Kind::Copy { versions: true }, Some(other)) => {
                library.append(other, &file.versions, now);
            }
            (Kind::Copy { .. }, Some(other)) => {
                library.append(other, std::slice::from_ref(file.current()), now);
            }
            (_, None) => library.relocate(ix, &folder, &file.name, now),
            (_, Some(other)) => {
                library.append(other, &file.versions, now);
                library.remove(ix, now);
            }
        }
    }
    if !matches!(job.kind, Kind::Copy { .. }) {
        library.folders.retain(|path, _| !folders.contains(path));
    }
}
