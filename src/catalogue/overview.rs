//! What takes up space: one pass over a snapshot, for any thread.
//!
//! Only files that exist count. Months are those of the given zone.

mod months;
mod repeats;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use jiff::tz::TimeZone;

use crate::model::{FileState, Time, UNSTORED_LIFE_HOURS};

use super::segment::{ROWS, Segment};
use super::{Catalogue, RowIx, Sum};
use months::Calendar;
use repeats::Repeats;

pub use months::Month;
pub use repeats::Repeat;

/// How many of the largest files are kept.
pub const LARGEST: usize = 100;
/// How many sets of repeated files are kept, those that waste the most.
pub const REPEATS: usize = 100;

/// Files of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeSum {
    /// `image/png`; empty where the service tells none.
    pub mime: String,
    /// What they add up to.
    pub sum: Sum,
}

/// Files of one folder, without those below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderSum {
    /// `/products/summer`.
    pub folder: String,
    /// What they add up to.
    pub sum: Sum,
}

/// Files uploaded in one month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthSum {
    /// The month.
    pub month: Month,
    /// What they add up to.
    pub sum: Sum,
}

/// What a profile's existing files add up to, seen from several sides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// All of them.
    pub all: Sum,
    /// By type, most bytes first.
    pub types: Vec<TypeSum>,
    /// By folder, by path; empty where the service has no folders.
    pub folders: Vec<FolderSum>,
    /// By month of upload, oldest first; months without files are left out.
    pub months: Vec<MonthSum>,
    /// Files without a time of upload.
    pub undated: Sum,
    /// The largest files, largest first.
    pub largest: Vec<RowIx>,
    /// Sets of files with the same name and size, most wasted bytes first.
    pub repeats: Vec<Repeat>,
    /// All files beyond the first of each such set.
    pub wasted: Sum,
    /// Temporary files by whole hours left, from 0; the last place holds all that have more.
    pub hours_left: Vec<Sum>,
    /// When the next temporary file has an hour less.
    pub until: Option<Time>,
    /// The catalogue's generation that it shows.
    pub generation: u64,
}

/// Counts everything. `now` decides how many hours temporary files have left.
pub fn overview(catalogue: &Catalogue, zone: &TimeZone, now: Time) -> Overview {
    let mut counts = Counts::new(catalogue, zone, now);
    for (number, segment) in catalogue.segments().iter().enumerate() {
        for at in 0..segment.len() {
            if !segment.is_gone(at) && segment.removed(at).is_none() {
                counts.add((number * ROWS + at) as RowIx, segment, at);
            }
        }
    }
    counts.finish(catalogue)
}

struct Counts {
    all: Sum,
    types: Vec<Sum>,
    folders: Vec<Sum>,
    calendar: Calendar,
    months: BTreeMap<Month, Sum>,
    undated: Sum,
    largest: BinaryHeap<Reverse<(u64, Reverse<RowIx>)>>,
    repeats: Repeats,
    hours_left: Vec<Sum>,
    until: Option<Time>,
    now: Time,
}

impl Counts {
    fn new(catalogue: &Catalogue, zone: &TimeZone, now: Time) -> Self {
        Self {
            all: Sum::default(),
            types: vec![Sum::default(); catalogue.types().names().len()],
            folders: vec![Sum::default(); catalogue.folders().names().len()],
            calendar: Calendar::new(zone.clone()),
            months: BTreeMap::new(),
            undated: Sum::default(),
            largest: BinaryHeap::with_capacity(LARGEST + 1),
            repeats: Repeats::with_rows(catalogue.len()),
            hours_left: vec![Sum::default(); UNSTORED_LIFE_HOURS as usize],
            until: None,
            now,
        }
    }

    fn add(&mut self, ix: RowIx, segment: &Segment, at: usize) {
        let size = segment.size(at);
        let add = |sum: &mut Sum| *sum = sum.with(size);
        add(&mut self.all);
        add(&mut self.types[segment.kind(at) as usize]);
        add(&mut self.folders[segment.folder(at) as usize]);
        let uploaded = segment.uploaded(at);
        match uploaded.and_then(|time| self.calendar.month(time)) {
            Some(month) => add(self.months.entry(month).or_default()),
            None => add(&mut self.undated),
        }
        if let (FileState::Unstored, Some(uploaded)) = (segment.state(at), uploaded) {
            let left = uploaded.hours_left(UNSTORED_LIFE_HOURS, self.now) as usize;
            add(&mut self.hours_left[left.min(UNSTORED_LIFE_HOURS as usize - 1)]);
            self.until = [self.until, next_hour(uploaded, self.now)]
                .into_iter()
                .flatten()
                .min();
        }
        self.keep_if_large(size, ix);
        self.repeats.add(ix, segment.name(at), size);
    }

    fn keep_if_large(&mut self, size: u64, ix: RowIx) {
        let smallest = self.largest.peek().map_or(0, |Reverse((size, _))| *size);
        if self.largest.len() == LARGEST && size <= smallest {
            return;
        }
        self.largest.push(Reverse((size, Reverse(ix))));
        if self.largest.len() > LARGEST {
            self.largest.pop();
        }
    }

    fn finish(self, catalogue: &Catalogue) -> Overview {
        let mut types: Vec<TypeSum> = (self.types.iter().zip(catalogue.types().names()))
            .filter(|(sum, _)| sum.files > 0)
            .map(|(sum, name)| TypeSum {
                mime: name.to_string(),
                sum: *sum,
            })
            .collect();
        types.sort_by(|a, b| (b.sum.bytes, &a.mime).cmp(&(a.sum.bytes, &b.mime)));
        let mut folders: Vec<FolderSum> = (self.folders.iter().zip(catalogue.folders().names()))
            .filter(|(sum, name)| sum.files > 0 && !name.is_empty())
            .map(|(sum, name)| FolderSum {
                folder: name.to_string(),
                sum: *sum,
            })
            .collect();
        folders.sort_by(|a, b| a.folder.cmp(&b.folder));
        let months = self.months.into_iter();
        let largest = self.largest.into_sorted_vec();
        let (repeats, wasted) = self.repeats.finish(catalogue);
        Overview {
            all: self.all,
            types,
            folders,
            months: months.map(|(month, sum)| MonthSum { month, sum }).collect(),
            undated: self.undated,
            largest: largest.into_iter().map(|Reverse((_, ix))| ix.0).collect(),
            repeats,
            wasted,
            hours_left: self.hours_left,
            until: self.until,
            generation: catalogue.generation(),
        }
    }
}

/// When a file that is temporary will have an hour less; `None` once it has none.
fn next_hour(uploaded: Time, now: Time) -> Option<Time> {
    const HOUR: i64 = 3_600_000_000;
    let end = uploaded.0.saturating_add(UNSTORED_LIFE_HOURS * HOUR);
    let left = end.saturating_sub(now.0);
    (left >= HOUR).then(|| Time(now.0.saturating_add(left % HOUR + 1)))
}

/// Types by family: `image`, `video`, most bytes first, each with its types.
pub fn families(types: &[TypeSum]) -> Vec<(String, Sum, Vec<TypeSum>)> {
    let mut families: HashMap<&str, (Sum, Vec<TypeSum>)> = HashMap::new();
    for kind in types {
        let family = kind.mime.split('/').next().unwrap_or_default();
        let (sum, members) = families.entry(family).or_default();
        *sum = sum.plus(kind.sum);
        members.push(kind.clone());
    }
    let mut families: Vec<_> = families
        .into_iter()
        .map(|(family, (sum, members))| (family.to_owned(), sum, members))
        .collect();
    families.sort_by(|a, b| (b.1.bytes, &a.0).cmp(&(a.1.bytes, &b.0)));
    families
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_less_comes_when_it_is_told() {
        const MINUTE: i64 = 60_000_000;
        let uploaded = Time(0);
        for minutes in [0, 1, 59, 60, 61, 1_379, 1_380] {
            let now = Time(minutes * MINUTE);
            let left = uploaded.hours_left(UNSTORED_LIFE_HOURS, now);
            let next = next_hour(uploaded, now).unwrap();
            assert!(next > now);
            let before = uploaded.hours_left(UNSTORED_LIFE_HOURS, Time(next.0 - 1));
            assert_eq!(before, left, "after {minutes} min");
            let then = uploaded.hours_left(UNSTORED_LIFE_HOURS, next);
            assert_eq!(then, left - 1, "after {minutes} min");
        }
        assert_eq!(next_hour(uploaded, Time(1_381 * MINUTE)), None);
    }
}
