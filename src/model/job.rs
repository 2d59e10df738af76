//! What the ledger tells of a job: the same shape for the window, the command line and reports.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{
    CallId, JobId, Outcome, PlanArgs, PlanItem, Settled, Source, Tally, Time, Verb, sentence,
};

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Its plan is in the ledger; it runs, or was cut off while it ran.
    Running,
    /// Stopped by the user; items that were not sent can still be continued.
    Stopped,
    /// Stopped by Tallyman before all was sent: keys refused, another account, full disk, no network.
    Halted,
    /// Every item was dealt with.
    Ended,
}

impl JobState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Running, Self::Stopped, Self::Halted, Self::Ended];

    /// `running`, `stopped`, `halted`, `ended`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Halted => "halted",
            Self::Ended => "ended",
        }
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for JobState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|state| state.key() == text)
            .ok_or_else(|| format!("{text:?} is no job state"))
    }
}

/// Why a call was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallPurpose {
    /// To do the verb.
    Send,
    /// To settle a lost answer by asking the same again.
    Repeat,
    /// To settle a lost answer by reading the item.
    Reread,
}

impl CallPurpose {
    /// All purposes.
    pub const ALL: [Self; 3] = [Self::Send, Self::Repeat, Self::Reread];

    /// `send`, `repeat`, `reread`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Repeat => "repeat",
            Self::Reread => "reread",
        }
    }
}

impl FromStr for CallPurpose {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.key() == text)
            .ok_or_else(|| format!("{text:?} is no call purpose"))
    }
}

/// One request of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    /// Number.
    pub id: CallId,
    /// Why.
    pub purpose: CallPurpose,
    /// The items it carried.
    pub seqs: Vec<u32>,
    /// When it left.
    pub sent_at: Time,
    /// When its answer, or the lack of one, was known. `None`: it left and nothing is known.
    pub ended_at: Option<Time>,
    /// Status of the last answer; `None` where none came.
    pub http_status: Option<u16>,
    /// The service's own id of the request.
    pub request_id: Option<String>,
    /// How often it went over the wire (throttled tries included). Before its end: 1 once a call that looks first
    /// has left.
    pub attempts: u32,
    /// How many of those were throttled.
    pub throttled: u32,
    /// What went wrong; empty if nothing did.
    pub error: String,
}

/// A job in one line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobSummary {
    /// Number.
    pub id: JobId,
    /// What it does.
    pub verb: Verb,
    /// What the verb is told.
    #[serde(default)]
    pub args: PlanArgs,
    /// Where.
    pub source: Source,
    /// Where it stands.
    pub state: JobState,
    /// Why it was halted, in words; empty otherwise.
    pub reason: String,
    /// When the plan was frozen.
    pub created: Time,
    /// When the job ended, was stopped or halted.
    pub ended: Option<Time>,
    /// How many items ended how.
    pub tally: Tally,
    /// Known bytes of all items.
    pub bytes: u64,
    /// Requests that the ledger holds.
    pub calls: u64,
    /// Wire attempts beyond the first of each call, plus calls made to settle lost answers.
    pub retries: u64,
    /// Answers that said "too many requests".
    pub throttled: u64,
    /// Time spent running, in seconds, over all runs of the job.
    pub seconds: f64,
}

impl JobSummary {
    /// What happened so far, in one sentence.
    pub fn sentence(&self) -> String {
        sentence(self.verb, &self.args, &self.tally)
    }

    /// Whether *Check and continue* has something to do: items without an outcome,
    /// not sent, or unknown; or an end that was never written.
    pub fn can_continue(&self) -> bool {
        let open = self.tally.pending + self.tally.not_sent + self.tally.unknown;
        open > 0 || self.state == JobState::Running
    }
}

/// One item of a job with all that the ledger knows of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRecord {
    /// Place in the plan, from 0.
    pub seq: u32,
    /// What was known when the plan was made.
    pub item: PlanItem,
    /// Its end; `None` while it has none.
    pub settled: Option<Settled>,
    /// How often it went over the wire.
    pub attempts: u32,
    /// When it first left.
    pub first_sent_at: Option<Time>,
    /// The call that settled it, else the last that carried it.
    pub call: Option<CallId>,
    /// That call's status.
    pub http_status: Option<u16>,
    /// That call's request id.
    pub request_id: Option<String>,
}

impl ItemRecord {
    /// The item's outcome, if it has one.
    pub fn outcome(&self) -> Option<Outcome> {
        self.settled.as_ref().map(|settled| settled.outcome)
    }
}

/// A whole job: what a report is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobRecord {
    /// The job.
    pub summary: JobSummary,
    /// Its items, in plan order.
    pub items: Vec<ItemRecord>,
    /// Its calls, in order of sending.
    pub calls: Vec<CallRecord>,
}
