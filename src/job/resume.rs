//! What a job still has to do, read from the ledger. Pure.
//!
//! The ledger is believed only as far as it goes: an item of a call that has no answer, or had trouble on
//! the way back, may have been done.

use std::collections::HashSet;

use crate::model::{CallId, CallPurpose, CallRecord, JobRecord};

use super::chunk::{Doubt, Entry};

/// What is left of a job.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Left {
    /// Items that no call of ours can have touched.
    pub fresh: Vec<Entry>,
    /// Items that a call of ours may have done: settled before anything new is sent.
    pub unsettled: Vec<Entry>,
    /// Calls whose end was never written, and whether they left.
    pub unanswered: Vec<(CallId, bool)>,
}

/// Reads what is left. Items with an outcome are left alone. `marked`: the calls of this verb mark when they leave.
pub(super) fn left(record: &JobRecord, marked: bool) -> Left {
    let doubtful: HashSet<u32> = record
        .calls
        .iter()
        .filter(|call| may_have_worked(call, marked))
        .flat_map(|call| call.seqs.iter().copied())
        .collect();
    let open = record.calls.iter().filter(|call| call.ended_at.is_none());
    let mut left = Left {
        unanswered: open
            .map(|call| (call.id, may_have_left(call, marked)))
            .collect(),
        ..Left::default()
    };
    for row in record.items.iter().filter(|row| row.settled.is_none()) {
        let mut entry = Entry::new(row.seq, &row.item);
        if doubtful.contains(&row.seq) {
            let words = "its answer was lost in an earlier run";
            entry.sends = 1;
            left.unsettled.push(entry.in_doubt(Doubt::Lost, words));
        } else {
            left.fresh.push(entry);
        }
    }
    left
}

/// Whether a call may have changed items that it did not settle: it has no end, or it left and had trouble
/// other than a refusal.
pub(super) fn may_have_worked(call: &CallRecord, marked: bool) -> bool {
    // 408 says that the service did not see all of it in time; the other 400s are a plain no.
    let no = |status| (400..500).contains(&status) && status != 408;
    let refused = call.http_status.is_some_and(no);
    let trouble = call.attempts > 0 && !call.error.is_empty() && !refused;
    let open = call.ended_at.is_none() && may_have_left(call, marked);
    call.purpose != CallPurpose::Reread && (open || trouble)
}

/// Whether a call without an end may have left. One that marks its leaving and has not was still looking.
fn may_have_left(call: &CallRecord, marked: bool) -> bool {
    !marked || call.attempts > 0 || call.purpose == CallPurpose::Reread
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Time;

    #[test]
    fn a_call_is_doubted_unless_it_is_known_to_have_done_nothing() {
        let sent = |ended, http_status, attempts, error: &str| CallRecord {
            id: CallId(1),
            purpose: CallPurpose::Send,
            seqs: vec![0],
            sent_at: Time(0),
            ended_at: ended,
            http_status,
            request_id: None,
            attempts,
            throttled: 0,
            error: error.into(),
        };
        let end = Some(Time(1));
        let cases = [
            ("never ended", sent(None, None, 0, ""), true),
            ("cut off", sent(end, None, 1, "timed out"), true),
            ("server error", sent(end, Some(502), 1, "502"), true),
            ("broken body", sent(end, Some(200), 1, "cut short"), true),
            ("not all named", sent(end, Some(200), 1, "2 of 3"), true),
            ("answered", sent(end, Some(200), 1, ""), false),
            ("refused", sent(end, Some(400), 1, "bad id"), false),
            (
                "given up by the service",
                sent(end, Some(408), 1, "408"),
                true,
            ),
            ("keys", sent(end, Some(401), 1, "keys"), false),
            ("never left", sent(end, None, 0, "no network"), false),
        ];
        for (what, call, doubted) in cases {
            assert_eq!(may_have_worked(&call, false), doubted, "{what}");
            let looking = call.ended_at.is_none();
            assert_eq!(may_have_worked(&call, true), doubted && !looking, "{what}");
        }
        assert!(
            may_have_worked(&sent(None, None, 1, ""), true),
            "it had left"
        );
        let read = CallRecord {
            purpose: CallPurpose::Reread,
            ..sent(None, None, 0, "")
        };
        assert!(!may_have_worked(&read, false), "reading changes nothing");
    }
}
