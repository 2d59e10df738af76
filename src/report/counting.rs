//! How `report.json` counts items: from 1, as `items.csv` does. The ledger, and reports before version 3, count
//! from 0.

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use crate::model::{CallRecord, ItemRecord, JobRecord};

/// A job, to be written with its items counted from 1.
pub(super) struct FromOne<'a>(pub &'a JobRecord);

impl Serialize for FromOne<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut job = serializer.serialize_struct("JobRecord", 3)?;
        job.serialize_field("summary", &self.0.summary)?;
        job.serialize_field("items", &Each(&self.0.items))?;
        job.serialize_field("calls", &Each(&self.0.calls))?;
        job.end()
    }
}

/// One after the other, so that a long job is not there twice.
struct Each<'a, T>(&'a [T]);

impl<T: Numbered + Clone + Serialize> Serialize for Each<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|one| {
            let mut one = one.clone();
            // None has so high a number, but in a damaged ledger.
            one.each_seq(&mut |seq| *seq = seq.saturating_add(1));
            one
        }))
    }
}

/// What names items by their place.
trait Numbered {
    fn each_seq(&mut self, change: &mut dyn FnMut(&mut u32));
}

impl Numbered for ItemRecord {
    fn each_seq(&mut self, change: &mut dyn FnMut(&mut u32)) {
        change(&mut self.seq);
        if let Some(settled) = &mut self.settled {
            change(&mut settled.seq);
        }
    }
}

impl Numbered for CallRecord {
    fn each_seq(&mut self, change: &mut dyn FnMut(&mut u32)) {
        self.seqs.iter_mut().for_each(change);
    }
}

/// The job, read as it was written, with its items counted from 0. `None` if one has the number 0.
pub(super) fn from_zero(mut job: JobRecord) -> Option<JobRecord> {
    let mut zero = false;
    let mut back = |seq: &mut u32| match seq.checked_sub(1) {
        Some(place) => *seq = place,
        None => zero = true,
    };
    job.items
        .iter_mut()
        .for_each(|item| item.each_seq(&mut back));
    job.calls
        .iter_mut()
        .for_each(|call| call.each_seq(&mut back));
    (!zero).then_some(job)
}
