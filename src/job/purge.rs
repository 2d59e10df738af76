//! The job after a delete: the delivery network is told to forget what is gone.
//!
//! It is a plan and a job of its own, with an outcome for each file; the addresses come from the delete's plan,
//! for nobody knows them any more once a file is gone.

use std::collections::{HashMap, HashSet};

use futures_util::stream::{self, StreamExt as _};

use crate::ledger::{Ledger, LedgerError};
use crate::model::{CallId, JobRecord, JobState, JobSummary, Outcome, Plan, PlanItem, Verb};
use crate::service::Service;

use super::resume::may_have_worked;

/// Questions about addresses under way.
const ASKED_AT_ONCE: usize = 4;

/// The plan of the purge that a delete asked for: what the delete names as done, and what is gone after a call of
/// its own whose answer did not tell. `None` if it asked for none, or nothing was deleted.
pub fn purge_after(record: &JobRecord) -> Option<Plan> {
    let summary = &record.summary;
    if summary.verb != Verb::Delete || !summary.args.purge {
        return None;
    }
    let doubted = doubted(record);
    let gone = record.items.iter().filter(|row| match row.outcome() {
        Some(Outcome::Done) => true,
        // What had no address when the job was planned was not there.
        Some(Outcome::Absent) => row.item.url.is_some() && doubted.contains(&row.seq),
        _ => false,
    });
    let items: Vec<PlanItem> = gone.map(|row| to_purge(&row.item)).collect();
    (!items.is_empty()).then(|| Plan::new(Verb::Purge, summary.source.clone(), items))
}

/// The items that a call carried whose answer did not settle them, though it may have deleted them.
fn doubted(record: &JobRecord) -> HashSet<u32> {
    let settled_by: HashMap<u32, CallId> = record
        .items
        .iter()
        .filter_map(|row| Some((row.seq, row.call?)))
        .collect();
    let mut doubted = HashSet::new();
    for call in record
        .calls
        .iter()
        .filter(|call| may_have_worked(call, false))
    {
        let unsettled = |seq: &&u32| settled_by.get(*seq) != Some(&call.id);
        doubted.extend(call.seqs.iter().filter(unsettled));
    }
    doubted
}

/// The plan of the purges that a delete asked for, if it is over, without those that a later job took on: all of them
/// after a crash between the two, and after a delete that was continued what it deleted then.
pub fn purge_owed(ledger: &Ledger, deleted: &JobSummary) -> Result<Option<Plan>, LedgerError> {
    let asked = deleted.verb == Verb::Delete && deleted.args.purge;
    if !asked || deleted.state != JobState::Ended {
        return Ok(None);
    }
    let Some(plan) = purge_after(&ledger.record(deleted.id)?) else {
        return Ok(None);
    };
    let mut taken_on = HashSet::new();
    for job in ledger.jobs()? {
        if job.verb == Verb::Purge
            && job.id > deleted.id
            && job.source.profile == deleted.source.profile
        {
            let items = ledger.items(job.id, 0..u32::MAX)?;
            taken_on.extend(items.into_iter().map(|row| row.item.id));
        }
    }
    let owed = plan.items().iter();
    let owed: Vec<PlanItem> = owed
        .filter(|item| !taken_on.contains(&item.id))
        .cloned()
        .collect();
    Ok((!owed.is_empty()).then(|| Plan::new(Verb::Purge, plan.source, owed)))
}

fn to_purge(item: &PlanItem) -> PlanItem {
    let unknown = "its address was not known when it was deleted";
    PlanItem {
        guard: item.url.is_none().then(|| unknown.to_owned()),
        ..item.clone()
    }
}

/// Fills in where the items are delivered, while they are still there to be asked about: from what was listed,
/// else with a call each. An item that cannot be asked about stays without.
pub async fn find_addresses(service: &dyn Service, items: &mut [PlanItem]) {
    let asked = items.iter_mut().filter(|item| item.url.is_none());
    stream::iter(asked)
        .for_each_concurrent(ASKED_AT_ONCE, |item| async {
            item.url = match service.file_url(&item.id) {
                Some(url) => Some(url),
                None => match service.details(&item.id).await {
                    Ok(details) => details.url,
                    Err(_) => None,
                },
            };
        })
        .await;
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;
    use crate::model::{
        CallPurpose, CallRecord, Evidence, ItemRecord, JobId, JobState, JobSummary, PlanArgs,
        Settled, Tally, Time,
    };

    fn row(seq: u32, url: Option<&str>, outcome: Outcome) -> ItemRecord {
        ItemRecord {
            seq,
            item: PlanItem {
                url: url.map(str::to_owned),
                ..PlanItem::bare(fixture::id(seq as usize))
            },
            settled: Some(Settled {
                seq,
                outcome,
                problem: String::new(),
                evidence: Some(Evidence::Answer),
                service_time: None,
                settled_at: Time(0),
            }),
            attempts: 1,
            first_sent_at: None,
            call: None,
            http_status: None,
            request_id: None,
        }
    }

    fn record(verb: Verb, purge: bool) -> JobRecord {
        let items = vec![
            row(0, Some("https://x/0"), Outcome::Done),
            row(1, Some("https://x/1"), Outcome::Absent),
            row(2, None, Outcome::Done),
            row(3, Some("https://x/3"), Outcome::Unknown),
        ];
        let mut tally = Tally::default();
        for item in &items {
            tally.add(item.outcome());
        }
        JobRecord {
            summary: JobSummary {
                id: JobId(1),
                verb,
                args: PlanArgs {
                    purge,
                    ..PlanArgs::default()
                },
                source: fixture::source(),
                state: JobState::Ended,
                reason: String::new(),
                created: Time(0),
                ended: None,
                tally,
                bytes: 0,
                calls: 1,
                retries: 0,
                throttled: 0,
                seconds: 0.0,
            },
            items,
            calls: Vec::new(),
        }
    }

    #[test]
    fn exactly_what_was_deleted_is_purged() {
        let plan = purge_after(&record(Verb::Delete, true)).unwrap();
        assert_eq!(plan.verb, Verb::Purge);
        let items: Vec<_> = plan
            .items()
            .iter()
            .map(|item| (item.url.as_deref(), item.guard.is_some()))
            .collect();
        assert_eq!(items, [(Some("https://x/0"), false), (None, true)]);
        assert_eq!(purge_after(&record(Verb::Delete, false)), None);
        assert_eq!(purge_after(&record(Verb::Store, true)), None);
    }

    #[test]
    fn what_went_with_a_call_whose_answer_was_lost_is_purged_too() {
        let call = |id, purpose, attempts, http_status, seqs: &[u32]| CallRecord {
            id: CallId(id),
            purpose,
            seqs: seqs.to_vec(),
            sent_at: Time(0),
            ended_at: Some(Time(1)),
            http_status,
            request_id: None,
            attempts,
            throttled: 0,
            error: "trouble".into(),
        };
        let (send, look) = (CallPurpose::Send, CallPurpose::Reread);
        // The calls that carried the item that is gone; the last one settled it.
        let cases = [
            (vec![call(1, send, 1, None, &[1])], true, "cut off"),
            (vec![call(1, send, 1, Some(502), &[1])], true, "failed"),
            (vec![call(1, send, 1, Some(200), &[1])], true, "unnamed"),
            (vec![call(1, send, 1, Some(408), &[1])], true, "too slow"),
            (vec![call(1, send, 1, Some(404), &[1])], false, "refused"),
            (vec![call(1, send, 0, None, &[1])], false, "never left"),
            (vec![call(1, send, 1, None, &[0])], false, "another's"),
            (vec![call(1, look, 1, None, &[1])], false, "only a look"),
            (vec![], false, "gone before"),
        ];
        for (mut calls, ours, what) in cases {
            calls.push(call(9, look, 1, Some(404), &[1]));
            let mut record = record(Verb::Delete, true);
            record.items[1].call = Some(CallId(9));
            record.items[0].call = Some(CallId(1));
            record.calls = calls;
            let plan = purge_after(&record).unwrap();
            let urls = plan.items().iter().map(|item| item.url.as_deref());
            let named = urls.flatten().any(|url| url == "https://x/1");
            assert_eq!(named, ours, "{what}");
            record.items[1].item.url = None;
            assert_eq!(purge_after(&record).unwrap().items().len(), 2, "{what}");
        }
        let mut at_once = record(Verb::Delete, true);
        at_once.calls = vec![call(1, send, 1, Some(200), &[1])];
        at_once.items[1].call = Some(CallId(1));
        assert_eq!(
            purge_after(&at_once).unwrap().items().len(),
            2,
            "named as absent"
        );
    }
}
