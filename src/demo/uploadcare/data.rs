//! Makes a project out of a seed: six years of files in every state, and groups of them.

use std::time::Duration;

use fastrand::Rng;

use crate::demo::{Options, names, repeats};
use crate::model::Time;

use super::ids;
use super::kinds::{self, Class};
use super::state::{File, Group, Project};

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * 60 * MINUTE;
const SPAN: i64 = 6 * 365 * DAY + 36 * 60 * MINUTE;
/// The last uploads are this recent, so that some of them are still temporary.
const RECENT: i64 = 23 * 60 * MINUTE;

/// Makes the data as of `now`.
pub(super) fn make(options: &Options, now: Time) -> Project {
    let mut rng = Rng::with_seed(options.seed);
    let times = upload_times(&mut rng, options.files, now);
    let mut files: Vec<File> = Vec::with_capacity(options.files);
    let mut calendar = Calendar::default();
    for uploaded in times {
        files.push(file(&mut rng, uploaded, now, calendar.day(uploaded)));
    }
    repeat_some(&mut files);
    rename_hostile(&mut files);
    lock_some(&mut files);
    let groups = groups(&mut rng, &files, options.groups, now);
    Project::new(files, groups, options)
}

/// So many different times up to now, oldest first: ever more in each year, and some within the last day.
fn upload_times(rng: &mut Rng, count: usize, now: Time) -> Vec<Time> {
    let recent = (count / 50).min(600);
    let older = count - recent;
    let start = now.0 - SPAN;
    let length = (SPAN - RECENT - DAY) as f64;
    let mut times = Vec::with_capacity(count);
    let mut last = start;
    let mut push = |at: i64| {
        last = at.max(last + 1);
        times.push(Time(last));
    };
    for ix in 0..older {
        let place = (ix as f64 + rng.f64()) / older as f64;
        push(start + (length * place.powf(0.7)) as i64);
    }
    for ix in 0..recent {
        let place = (ix as f64 + rng.f64()) / recent as f64;
        push(now.0 - RECENT + ((RECENT - 2 * MINUTE) as f64 * place) as i64);
    }
    times
}

fn file(rng: &mut Rng, uploaded: Time, now: Time, day: (i16, i8, i8)) -> File {
    let kind = kinds::weighted(rng.u64(..));
    let kind_facts = kinds::at(kind);
    let picture = kind_facts.class == Class::Image;
    let extension = if kind_facts.extension == "bin" {
        ""
    } else {
        kind_facts.extension
    };
    let name = names::name(rng, extension, picture, day).into_boxed_str();
    let size = size(rng, kind_facts.sizes);
    let mut file = File::new(ids::version4(rng.u128(..)), uploaded, kind, name, size);
    let age = now.0 - uploaded.0;
    if age < RECENT + MINUTE {
        set_recent(rng, &mut file, age);
    } else {
        set_older(rng, &mut file, age);
    }
    file
}

/// Log-uniform between the bounds; a lower bound of 0 has some empty files.
fn size(rng: &mut Rng, (low, high): (f64, f64)) -> u64 {
    if low == 0.0 && rng.u8(..5) == 0 {
        return 0;
    }
    let low = low.max(1.0);
    (low * (high / low).powf(rng.f64())) as u64
}

/// Of the last day's files most are temporary, and some are still worked on.
fn set_recent(rng: &mut Rng, file: &mut File, age: i64) {
    if rng.u8(..100) < 30 {
        file.set_stored(Some(Time(file.uploaded.0 + rng.i64(SECOND..MINUTE))));
    }
    if age < 3 * 60 * MINUTE && rng.u8(..8) == 0 {
        file.ready = false;
        if rng.bool() {
            // A conversion's output has no name and no size until it is done.
            file.name = Box::from("");
            file.size = 0;
        }
    }
}

/// Older files are stored, or were removed at some time since.
fn set_older(rng: &mut Rng, file: &mut File, age: i64) {
    if rng.u16(..1000) < 61 {
        let since = (age as f64 * rng.f64().powi(2)) as i64;
        let at = file.uploaded.0 + since.max(2 * MINUTE);
        file.set_removed(Some(Time(at)));
    } else {
        let wait = if rng.u8(..3) == 0 {
            20 * 60 * MINUTE
        } else {
            5 * SECOND
        };
        file.set_stored(Some(Time(file.uploaded.0 + rng.i64(1..wait))));
    }
}

/// Some files were uploaded more than once.
fn repeat_some(files: &mut [File]) {
    for (from, to) in repeats::pairs(files.len()) {
        if files[from].size > 0 && files[from].ready && files[to].ready {
            files[to].name = files[from].name.clone();
            (files[to].kind, files[to].size) = (files[from].kind, files[from].size);
        }
    }
}

/// Spreads the hostile names over the years.
fn rename_hostile(files: &mut [File]) {
    for (place, (name, extension)) in names::HOSTILE.iter().enumerate() {
        let ix = (place + 1) * files.len() / (names::HOSTILE.len() + 1);
        if let Some(file) = files.get_mut(ix) {
            file.name = Box::from(*name);
            file.kind = kinds::by_extension(extension);
        }
    }
}

/// Locks a dozen of the stored files, or fewer in a small project.
fn lock_some(files: &mut [File]) {
    let wanted = (files.len() / 40).min(12);
    for place in 0..wanted {
        let from = (2 * place + 1) * files.len() / (2 * wanted);
        let mut following = files[from..].iter_mut();
        if let Some(file) = following.find(|file| file.stored().is_some() && !file.locked) {
            file.locked = true;
        }
    }
}

/// Groups of files uploaded near each other, most of them small.
fn groups(rng: &mut Rng, files: &[File], count: usize, now: Time) -> Vec<Group> {
    if files.is_empty() {
        return Vec::new();
    }
    let mut groups: Vec<Group> = (0..count).map(|ix| group(rng, files, ix, now)).collect();
    groups.sort_by_key(|group| group.created);
    let mut last = Time(i64::MIN);
    for group in &mut groups {
        group.created = Time(group.created.0.max(last.0 + 1));
        last = group.created;
    }
    groups
}

fn group(rng: &mut Rng, files: &[File], ix: usize, now: Time) -> Group {
    let wanted = match ix % 100 {
        0 => 1000,
        1..5 => rng.usize(60..300),
        5..20 => 1,
        _ => rng.usize(2..25),
    };
    let size = wanted.min(files.len());
    let start = rng.usize(..=files.len() - size);
    let mut members: Vec<u32> = (start..start + size).map(|ix| ix as u32).collect();
    rng.shuffle(&mut members);
    let newest = files[start + size - 1].uploaded;
    let wait = (now.0 - newest.0).clamp(1, 10 * MINUTE);
    Group {
        uuid: ids::version4(rng.u128(..)),
        created: Time(newest.0 + rng.i64(0..wait)),
        members: members.into_boxed_slice(),
        deleted: false,
    }
}

/// The date of ascending times, worked out once a day.
#[derive(Default)]
struct Calendar {
    ends: i64,
    day: (i16, i8, i8),
}

impl Calendar {
    fn day(&mut self, at: Time) -> (i16, i8, i8) {
        if at.0 >= self.ends {
            let since = Duration::from_micros(u64::try_from(at.0).unwrap_or_default());
            let stamp = jiff::Timestamp::UNIX_EPOCH + since;
            let date = stamp.to_zoned(jiff::tz::TimeZone::UTC).date();
            self.day = (date.year(), date.month(), date.day());
            self.ends = (at.0.div_euclid(DAY) + 1) * DAY;
        }
        self.day
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: usize, groups: usize) -> Project {
        let options = Options {
            files,
            groups,
            ..Options::default()
        };
        make(&options, Time(1_790_000_000_000_000))
    }

    #[test]
    fn a_project_has_files_in_every_state() {
        let project = project(20_000, 300);
        let counts = project.counts();
        assert_eq!(counts.removed + counts.stored + counts.unstored, 20_000);
        assert!((1_000..1_400).contains(&counts.removed), "{counts:?}");
        assert!((200..400).contains(&counts.unstored), "{counts:?}");
        let files = project.files();
        assert_eq!(files.iter().filter(|file| file.locked).count(), 12);
        assert!(files.iter().any(|file| !file.ready));
        assert!(files.iter().any(|file| file.size == 0 && file.ready));
        assert!(files.iter().any(|file| file.size > 4_000_000_000));
        let hostile = files.iter().filter(|file| file.name.starts_with("=cmd|"));
        assert_eq!(hostile.count(), 1);
        let mut known = std::collections::HashSet::new();
        let large = files.iter().filter(|file| file.size > 100_000);
        let again = large.filter(|file| !known.insert((&file.name, file.size)));
        assert!((36..200).contains(&again.count()), "some dozens of repeats");
    }

    #[test]
    fn times_and_ids_are_all_different() {
        let project = project(20_000, 300);
        let now = 1_790_000_000_000_000;
        let ascending = |pair: &[File]| pair[0].uploaded < pair[1].uploaded;
        assert!(project.files().windows(2).all(ascending));
        for file in project.files() {
            assert!(file.uploaded.0 <= now && project.find(file.uuid).is_some());
            assert!(
                file.removed()
                    .is_none_or(|at| at.0 <= now && at > file.uploaded)
            );
        }
        let groups = project.groups();
        assert_eq!(groups.len(), 300);
        assert!(
            groups
                .windows(2)
                .all(|pair| pair[0].created < pair[1].created)
        );
    }

    #[test]
    fn small_projects_can_be_made() {
        for files in [0, 1, 2, 17, 39, 500] {
            assert_eq!(project(files, 3).files().len(), files);
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_names_and_ids() {
        let list = |project: &Project| -> Vec<(u128, Box<str>)> {
            let files = project.files().iter();
            files.map(|file| (file.uuid, file.name.clone())).collect()
        };
        assert_eq!(list(&project(300, 1)), list(&project(300, 1)));
    }
}
