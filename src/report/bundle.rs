//! The folder of a bundle: filled beside its place and then put there whole, or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::document::Whose;
use super::manifest::{DOCUMENT, FILES, MANIFEST, Manifest, PUBLIC_KEY, SIGNATURE};
use super::{ReportError, ReportErrorKind};

/// What stands where a bundle is to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nothing.
    Free,
    /// A folder with nothing in it: it stays, and is filled.
    Empty,
    /// A bundle of ours: that of the same job is replaced as a whole.
    Older,
}

/// Makes `into` a folder with what `fill` writes of the job. Returns its real path.
///
/// # Errors
/// `NotEmpty` where something else is in the folder, or the bundle of another job; else by what the disk said. What was there
/// before is untouched then.
pub(super) fn write(
    into: &Path,
    job: Whose,
    fill: impl FnOnce(&Path) -> io::Result<()>,
) -> Result<PathBuf, ReportError> {
    let into = fs::canonicalize(into).unwrap_or_else(|_| into.to_owned());
    let failed = |error: io::Error| on_disk(&into, &error);
    let place = look(&into)?;
    if place == Place::Older && whose(&into) != Some(job) {
        return Err(of_another(&into));
    }
    let nearby = match place {
        Place::Empty => into.clone(),
        Place::Free | Place::Older => parent(&into).to_owned(),
    };
    fs::create_dir_all(&nearby).map_err(failed)?;
    let fresh = temporary(&nearby).map_err(failed)?;
    fill(fresh.path()).map_err(failed)?;
    match place {
        Place::Empty => move_files(fresh.path(), &into),
        Place::Free => put(fresh, &into),
        Place::Older => swap(fresh, &into, &nearby),
    }
    .and_then(|()| sync(&nearby))
    .map_err(failed)?;
    Ok(into)
}

/// Finds out before a job is begun whether its report will have a place. An older bundle is that of
/// another job then. The folders above it are made.
///
/// # Errors
/// As [`write`](super::write)'s, of the folder and the disk.
pub fn can_write(into: &Path) -> Result<(), ReportError> {
    let into = fs::canonicalize(into).unwrap_or_else(|_| into.to_owned());
    let failed = |error: io::Error| on_disk(&into, &error);
    let nearby = match look(&into)? {
        Place::Older => return Err(of_another(&into)),
        Place::Empty => into.as_path(),
        Place::Free => parent(&into),
    };
    fs::create_dir_all(nearby).map_err(failed)?;
    temporary(nearby).map_err(failed).map(drop)
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A folder that goes away by itself unless it is kept, with the rights that any new folder has.
fn temporary(nearby: &Path) -> io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tallyman-report-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    builder.tempdir_in(nearby)
}

fn look(into: &Path) -> Result<Place, ReportError> {
    let failed = |error: io::Error| on_disk(into, &error);
    let entries = match fs::read_dir(into) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Place::Free),
        Err(error) => return Err(failed(error)),
    };
    let mut empty = true;
    for entry in entries {
        let name = entry.map_err(failed)?.file_name();
        empty = false;
        if !is_ours(&name.to_string_lossy()) {
            return Err(not_empty(into, &name.to_string_lossy()));
        }
    }
    match empty {
        true => Ok(Place::Empty),
        false if is_manifest(&into.join(MANIFEST)) => Ok(Place::Older),
        false => Err(not_empty(into, "an unfinished or foreign report")),
    }
}

/// Whether a bundle may hold a file of that name.
pub(super) fn is_ours(name: &str) -> bool {
    [MANIFEST, SIGNATURE, PUBLIC_KEY].contains(&name) || FILES.contains(&name)
}

fn is_manifest(path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| Manifest::read(&bytes).is_some())
}

/// The job of the bundle in a folder.
fn whose(folder: &Path) -> Option<Whose> {
    Whose::read(&fs::read(folder.join(DOCUMENT)).ok()?)
}

fn of_another(into: &Path) -> ReportError {
    let report = whose(into).map_or_else(|| "report of a job".to_owned(), |job| job.to_string());
    let message = format!(
        "The report was not written: {} holds the {report}, and only one of the same job, redacted or not as it is, \
         may take its place. Choose an empty or a new folder.",
        into.display()
    );
    ReportError::new(ReportErrorKind::NotEmpty, message)
}

fn not_empty(into: &Path, what: &str) -> ReportError {
    let message = format!(
        "The report was not written: {} holds {}, which is no part of a report. Choose an empty or a new folder.",
        into.display(),
        crate::model::text::visible(what)
    );
    ReportError::new(ReportErrorKind::NotEmpty, message)
}

/// The manifest goes last: without it a folder is no bundle.
fn move_files(from: &Path, into: &Path) -> io::Result<()> {
    for name in FILES.into_iter().chain([PUBLIC_KEY, SIGNATURE, MANIFEST]) {
        match fs::rename(from.join(name), into.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && !is_needed(name) => {}
            moved => moved?,
        }
    }
    Ok(())
}

/// Whether a bundle without the file is none. Only a signed one has the other two.
fn is_needed(name: &str) -> bool {
    name == MANIFEST || FILES.contains(&name)
}

/// Puts the older bundle aside, the fresh one in its place, and then removes the older one. Should
/// the second step fail, the older one goes back.
fn swap(fresh: tempfile::TempDir, into: &Path, nearby: &Path) -> io::Result<()> {
    let aside = temporary(nearby)?;
    let older = aside.path().join("older");
    fs::rename(into, &older)?;
    put(fresh, into).or_else(|error| {
        fs::rename(&older, into)?;
        Err(error)
    })
}

/// Renames the folder; from then on it stays.
fn put(fresh: tempfile::TempDir, into: &Path) -> io::Result<()> {
    fs::rename(fresh.path(), into)?;
    // There is nothing under the old name any more that would have to go.
    let _ = fresh.keep();
    Ok(())
}

/// Makes the renames last; only Unix can open a folder for it.
fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// What the disk said, in words, with the folder and what to do next.
pub(super) fn on_disk(folder: &Path, error: &io::Error) -> ReportError {
    use io::ErrorKind as Io;
    let shown = folder.display();
    let (kind, message) = match error.kind() {
        Io::StorageFull | Io::QuotaExceeded => (
            ReportErrorKind::DiskFull,
            format!(
                "There is no room for the report at {shown}. Free some space or choose another folder."
            ),
        ),
        Io::PermissionDenied | Io::ReadOnlyFilesystem => (
            ReportErrorKind::ReadOnly,
            format!(
                "The report cannot be written to {shown}: it may not be changed. Choose another folder."
            ),
        ),
        _ => (
            ReportErrorKind::Io,
            format!("The report cannot be written to {shown}: {error}. Choose another folder."),
        ),
    };
    ReportError::new(kind, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn whose_is(number: u8) -> Whose {
        let text = format!(r#"{{"id":{number},"created":"2026-11-21T08:00:00Z"}}"#);
        serde_json::from_str(&text).unwrap()
    }

    fn filled(word: &'static str) -> impl FnOnce(&Path) -> io::Result<()> {
        move |folder| {
            for name in FILES {
                fs::write(folder.join(name), word)?;
            }
            let document = serde_json::json!({ "job": { "summary": whose_is(1) } });
            fs::write(folder.join(DOCUMENT), document.to_string())?;
            fs::write(
                folder.join(MANIFEST),
                Manifest::of(Vec::new(), false).to_text()?,
            )
        }
    }

    fn full_disk(folder: &Path) -> io::Result<()> {
        fs::write(folder.join("items.csv"), "half")?;
        Err(io::ErrorKind::StorageFull.into())
    }

    #[test]
    fn a_bundle_takes_a_free_an_empty_and_an_older_place() {
        let base = tempfile::tempdir().unwrap();
        let into = base.path().join("deep/er");
        for word in ["free", "older"] {
            write(&into, whose_is(1), filled(word)).unwrap();
            assert_eq!(fs::read_to_string(into.join("items.csv")).unwrap(), word);
        }
        let empty = base.path().join("empty");
        fs::create_dir(&empty).unwrap();
        write(&empty, whose_is(1), filled("empty")).unwrap();
        assert_eq!(names(&empty).len(), 5);
        assert_eq!(names(base.path()), ["deep", "empty"]);
        assert_eq!(names(&base.path().join("deep")), ["er"]);
    }

    #[test]
    fn a_place_is_known_before_it_is_needed() {
        let base = tempfile::tempdir().unwrap();
        let older = base.path().join("older");
        write(&older, whose_is(1), filled("older")).unwrap();
        let strange = base.path().join("strange");
        fs::create_dir(&strange).unwrap();
        fs::write(strange.join("mine.txt"), "mine").unwrap();
        for into in [base.path().join("new"), base.path().join("deep/er")] {
            can_write(&into).unwrap();
        }
        for into in [&strange, &older] {
            let error = can_write(into).unwrap_err();
            assert_eq!(error.kind, ReportErrorKind::NotEmpty, "{error}");
        }
        assert!(can_write(&strange.join("mine.txt/below")).is_err());
        assert_eq!(names(base.path()), ["deep", "older", "strange"]);
    }

    #[test]
    fn a_full_disk_leaves_everything_as_it_was() {
        let base = tempfile::tempdir().unwrap();
        let older = base.path().join("older");
        write(&older, whose_is(1), filled("older")).unwrap();
        let empty = base.path().join("empty");
        fs::create_dir(&empty).unwrap();
        for into in [&older, &empty, &base.path().join("free")] {
            let error = write(into, whose_is(1), full_disk).unwrap_err();
            assert_eq!(error.kind, ReportErrorKind::DiskFull, "{error}");
            assert!(error.message.contains("no room"), "{error}");
        }
        assert_eq!(
            fs::read_to_string(older.join("items.csv")).unwrap(),
            "older"
        );
        assert_eq!(names(&empty), [""; 0]);
        assert_eq!(names(base.path()), ["empty", "older"]);
    }

    #[test]
    fn nothing_else_is_ever_replaced() {
        let base = tempfile::tempdir().unwrap();
        let into = base.path().join("mine");
        write(&into, whose_is(1), filled("older")).unwrap();
        fs::write(into.join("notes.txt"), "mine").unwrap();
        let error = write(&into, whose_is(1), filled("new")).unwrap_err();
        assert_eq!(error.kind, ReportErrorKind::NotEmpty);
        assert!(error.message.contains("notes.txt"), "{error}");

        fs::remove_file(into.join("notes.txt")).unwrap();
        fs::write(into.join(MANIFEST), "{}").unwrap();
        assert_eq!(
            write(&into, whose_is(1), filled("new")).unwrap_err().kind,
            ReportErrorKind::NotEmpty
        );
        assert_eq!(fs::read_to_string(into.join("items.csv")).unwrap(), "older");

        let file = base.path().join("file");
        fs::write(&file, "mine").unwrap();
        for into in [file.clone(), file.join("below")] {
            assert!(write(&into, whose_is(1), filled("new")).is_err());
        }
        assert_eq!(fs::read_to_string(file).unwrap(), "mine");
    }
}
