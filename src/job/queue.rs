//! What a job sends next. Pure: a value that is asked and told; time is handed in.
//!
//! Follow-ups of lost, partial or refused calls go first, then items to send again, then new ones.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::time::Duration;

use crate::model::{CallPurpose, Settled, Verb};

use super::chunk::{Chunk, Doubt, Entry, Pace, Terms};
use super::progress::{Away, Cause};
use super::settle::{Judgement, Sky};
use super::weather::Weather;

/// What the queue has for the one who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A call can leave.
    Ready,
    /// None before this time, unless one under way ends earlier.
    Wait(Duration),
    /// All depends on the calls under way.
    Idle,
    /// Nothing is left to do, or nothing may be done any more.
    Over,
}

/// Which calls may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    Open,
    /// Sends do not get through; what is in doubt is still re-read.
    ReadsOnly,
    Shut,
}

/// Everything that has no outcome yet and is not in a call under way.
#[derive(Debug)]
pub(super) struct Queue {
    terms: Terms,
    fresh: VecDeque<Entry>,
    resend: VecDeque<Entry>,
    /// Follow-ups by the time from which they may leave, then in order of coming.
    follow: BTreeMap<(Duration, u64), Chunk>,
    /// Items that will not be sent any more.
    left: Vec<Entry>,
    came: u64,
    in_flight: usize,
    /// Chunks of an earlier run that are not settled yet.
    old: usize,
    door: Door,
    /// The user stopped the job: that what is left cannot be read is no reason of its own.
    stopped: bool,
    weather: Weather,
    /// Calls that were answered.
    fine: u32,
    /// The last trouble on the way to the service.
    trouble: String,
    /// Why no call gets through, while none does.
    missing: String,
    reason: String,
}

impl Queue {
    /// Items that were never sent, and chunks of an earlier run whose answers are not known.
    pub fn new(terms: Terms, fresh: Vec<Entry>, unsettled: Vec<Entry>) -> Self {
        let mut queue = Self {
            terms,
            fresh: fresh.into(),
            resend: VecDeque::new(),
            follow: BTreeMap::new(),
            left: Vec::new(),
            came: 0,
            in_flight: 0,
            old: 0,
            door: Door::Open,
            stopped: false,
            weather: Weather::default(),
            fine: 0,
            trouble: String::new(),
            missing: String::new(),
            reason: String::new(),
        };
        queue.settle_first(unsettled);
        queue
    }

    /// The plan is from an earlier run: items whose sending could undo what was done to them since are
    /// looked at first.
    pub fn look_first(mut self) -> Self {
        // To the service, storing a deleted file is restoring it.
        if self.terms.verb == Verb::Store {
            let fresh: Vec<Entry> = self.fresh.drain(..).collect();
            let mut looks = Chunk::new(CallPurpose::Reread, fresh);
            looks.old = true;
            for look in looks.into_rereads() {
                self.push(look, Duration::ZERO);
            }
        }
        self
    }

    fn settle_first(&mut self, unsettled: Vec<Entry>) {
        // Long after, somebody may have deleted what a repeated store would bring back, or changed tags again.
        let verb = self.terms.verb;
        let stale = matches!(verb, Verb::Store | Verb::AddTags | Verb::RemoveTags);
        let repeatable = self.terms.repeatable && !stale;
        for entries in unsettled.chunks(self.terms.limit) {
            let mut chunk = Chunk::new(CallPurpose::Repeat, entries.to_vec());
            chunk.old = true;
            let chunks = match repeatable {
                true => vec![chunk],
                false => chunk.into_rereads(),
            };
            for chunk in chunks {
                self.push(chunk, Duration::ZERO);
            }
        }
    }

    /// Items that wait for a call: those that were never sent, and those that an earlier run may have done.
    pub fn waiting(&self) -> Vec<Entry> {
        let old = self.follow.values().flat_map(|chunk| &chunk.entries);
        self.fresh.iter().chain(old).cloned().collect()
    }

    /// Drops items that have their outcome without a call.
    pub fn leave_out(&mut self, settled: &[Settled]) {
        let out: HashSet<u32> = settled.iter().map(|one| one.seq).collect();
        self.take_out(|entry| out.contains(&entry.seq));
    }

    /// Takes items out of this run that could not be looked at, each with the words for it.
    pub fn leave_unseen(&mut self, unseen: &HashMap<u32, String>) {
        let mut entries = self.take_out(|entry| unseen.contains_key(&entry.seq));
        for entry in &mut entries {
            if let Some(words) = unseen.get(&entry.seq) {
                words.clone_into(&mut entry.words);
            }
        }
        self.leave(&mut entries);
    }

    fn take_out(&mut self, goes: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        let fresh = std::mem::take(&mut self.fresh);
        let (mut out, fresh): (Vec<_>, Vec<_>) = fresh.into_iter().partition(&goes);
        self.fresh = fresh.into();
        for ((due, came), mut chunk) in std::mem::take(&mut self.follow) {
            out.extend(chunk.entries.extract_if(.., |entry| goes(entry)));
            if chunk.entries.is_empty() {
                self.old -= usize::from(chunk.old);
            } else {
                self.follow.insert((due, came), chunk);
            }
        }
        out
    }

    /// What can be done at this time.
    pub fn peek(&self, now: Duration) -> Next {
        if self.door == Door::Shut || !self.has_work() {
            return if self.in_flight == 0 {
                Next::Over
            } else {
                Next::Idle
            };
        }
        if self.weather.is_bad() && self.in_flight > 0 {
            return Next::Idle;
        }
        if self.weather.until() > now {
            return Next::Wait(self.weather.until());
        }
        match self.follow.first_key_value() {
            Some(((due, _), _)) if *due <= now => Next::Ready,
            _ if self.can_send() => Next::Ready,
            Some(((due, _), _)) => Next::Wait(*due),
            None => Next::Idle,
        }
    }

    /// The next call, if one can leave at this time.
    pub fn take(&mut self, now: Duration) -> Option<Chunk> {
        if self.peek(now) != Next::Ready {
            return None;
        }
        let due = self
            .follow
            .first_entry()
            .filter(|first| first.key().0 <= now);
        let mut chunk = match due {
            Some(first) => first.remove(),
            None => Chunk::new(CallPurpose::Send, self.next_entries()),
        };
        chunk.epoch = self.weather.epoch();
        chunk.others_fine = chunk.lost > 0 && self.fine > chunk.fine;
        self.in_flight += 1;
        Some(chunk)
    }

    /// Takes in what followed from a call that was taken: its purpose, stamp and age, and the judgement.
    pub fn close(&mut self, call: Closing, judgement: &mut Judgement, now: Duration) {
        self.in_flight -= 1;
        self.old -= usize::from(call.old);
        let pace = self.terms.pace;
        self.weather
            .note(&pace, call.purpose, call.epoch, judgement.sky, now);
        self.fine += u32::from(judgement.sky == Sky::Fine);
        for mut chunk in judgement.again.drain(..) {
            if chunk.lost <= 1 {
                chunk.fine = self.fine;
            }
            let due = now + chunk.wait(&pace);
            self.push(chunk, due);
        }
        self.leave(&mut judgement.leave);
        match self.door {
            Door::Open => self.resend.extend(judgement.resend.drain(..)),
            Door::ReadsOnly | Door::Shut => {
                for entry in judgement.resend.drain(..) {
                    self.leave_or_look(entry, call.last, now);
                }
            }
        }
        if let Some(reason) = judgement.halt.take() {
            self.halt(&reason);
        }
        if !judgement.error.is_empty() {
            judgement.error.clone_into(&mut self.trouble);
            if matches!(judgement.sky, Sky::Away(_)) {
                judgement.error.clone_into(&mut self.missing);
            }
        }
        self.look_at_the_sky(now);
    }

    /// Leaves what is not done and will not be sent again. A call whose answer was lost may be carried out after
    /// a look that found nothing, so that one look is not enough.
    fn leave_or_look(&mut self, mut entry: Entry, looked_long_after: bool, now: Duration) {
        let in_doubt = entry.doubt == Doubt::Lost && !looked_long_after;
        entry.open |= in_doubt;
        if in_doubt && self.door == Door::ReadsOnly {
            let look = Chunk::last_look(entry);
            let due = now + look.wait(&self.terms.pace);
            self.push(look, due);
        } else {
            self.left.push(entry);
        }
    }

    /// Takes items out of this run that could not be looked at.
    fn leave(&mut self, entries: &mut Vec<Entry>) {
        if !entries.is_empty() && self.reason.is_empty() && !self.stopped {
            self.reason =
                "Some files could not be looked at before they were to be sent, so they were \
                           left out. Continue the job to try again."
                    .to_owned();
        }
        self.left.append(entries);
    }

    /// No further call leaves. The first reason stays.
    pub fn halt(&mut self, reason: &str) {
        self.shut();
        if self.reason.is_empty() {
            reason.clone_into(&mut self.reason);
        }
    }

    /// Nothing more is done, because the user said so; what was sent and is in doubt is still re-read.
    pub fn stop(&mut self, now: Duration) {
        self.stopped = true;
        if self.weather.is_away() {
            self.shut();
        } else if self.door == Door::Open {
            self.only_reads(now);
        }
    }

    /// No further call leaves.
    pub fn shut(&mut self) {
        self.door = Door::Shut;
    }

    /// Whether no further call will leave.
    pub fn is_shut(&self) -> bool {
        self.door == Door::Shut
    }

    /// Why the job is halted; empty if it is not.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// How long no call leaves because of what hinders all of them.
    pub fn pause(&self, now: Duration) -> Duration {
        self.weather.until().saturating_sub(now)
    }

    /// What hinders all calls, if the job waits for that to pass.
    pub fn away(&self) -> Option<Away> {
        let cause = self.weather.away()?;
        let why = self.missing.clone();
        (self.door != Door::Shut).then_some(Away { cause, why })
    }

    /// The ledger did not take what had to be written; nothing leaves before it does.
    /// `epoch`: that of the call which could not be written, if it was one.
    pub fn unwritten(&mut self, why: &str, epoch: Option<u32>, now: Duration) {
        let pace = self.terms.pace;
        let epoch = epoch.unwrap_or(self.weather.epoch());
        let sky = Sky::Away(Cause::Ledger);
        self.weather.note(&pace, CallPurpose::Send, epoch, sky, now);
        why.clone_into(&mut self.missing);
        self.look_at_the_sky(now);
    }

    /// The ledger took it.
    pub fn written(&mut self) {
        self.weather.written();
    }

    /// Everything that will have no call any more, in plan order.
    pub fn take_left(&mut self) -> Vec<Entry> {
        for entry in std::mem::take(&mut self.resend) {
            self.leave_or_look(entry, false, Duration::ZERO);
        }
        let follow = std::mem::take(&mut self.follow);
        let followed = follow.into_values().flat_map(|chunk| chunk.entries);
        let mut left = std::mem::take(&mut self.left);
        left.extend(followed.chain(self.fresh.drain(..)));
        left.sort_by_key(|entry| entry.seq);
        left
    }

    fn has_work(&self) -> bool {
        let sends = self.door == Door::Open && !(self.fresh.is_empty() && self.resend.is_empty());
        sends || !self.follow.is_empty()
    }

    /// Whether items may be sent that wait for no particular time.
    fn can_send(&self) -> bool {
        let held = self.old > 0 || (self.weather.is_bad() && !self.follow.is_empty());
        self.door == Door::Open && !held && !(self.fresh.is_empty() && self.resend.is_empty())
    }

    /// Items to send again go in ever smaller calls: one that takes its call down with it ends alone.
    fn next_entries(&mut self) -> Vec<Entry> {
        let limit = self.terms.limit;
        let Some(first) = self.resend.front() else {
            let count = self.fresh.len().min(limit);
            return self.fresh.drain(..count).collect();
        };
        let sends = first.sends;
        let most = match sends {
            0 => limit,
            1 => limit.div_ceil(4),
            _ => 1,
        };
        let alike = self.resend.iter().take(most);
        let count = alike.take_while(|entry| entry.sends == sends).count();
        self.resend.drain(..count).collect()
    }

    fn push(&mut self, chunk: Chunk, due: Duration) {
        let chunks = match (self.door, chunk.purpose) {
            (Door::Open | Door::Shut, _) | (_, CallPurpose::Reread) => vec![chunk],
            (Door::ReadsOnly, CallPurpose::Repeat) => chunk.into_rereads(),
            (Door::ReadsOnly, CallPurpose::Send) => {
                self.left.extend(chunk.entries);
                return;
            }
        };
        for chunk in chunks {
            self.old += usize::from(chunk.old);
            self.came += 1;
            self.follow.insert((due, self.came), chunk);
        }
    }

    fn look_at_the_sky(&mut self, now: Duration) {
        let pace = self.terms.pace;
        let gone = self.weather.no_way(&pace, now) || (self.stopped && self.weather.is_away());
        if self.door != Door::Shut && gone {
            let cause = self.weather.away().unwrap_or(Cause::Network);
            self.missing.clone_into(&mut self.trouble);
            self.give_up(&cause.was(&minutes(pace.outage)), cause);
            self.shut();
        }
        if self.door == Door::Open && self.weather.no_batches(&pace) {
            self.give_up(&no_answer(&pace), Cause::Network);
            self.only_reads(now);
        }
        if self.door != Door::Shut && self.weather.no_reads(&pace) {
            self.give_up(&no_answer(&pace), Cause::Network);
            self.shut();
        }
    }

    fn only_reads(&mut self, now: Duration) {
        self.door = Door::ReadsOnly;
        self.weather.only_reads();
        for ((due, _), chunk) in std::mem::take(&mut self.follow) {
            self.old -= usize::from(chunk.old);
            self.push(chunk, due);
        }
        for entry in std::mem::take(&mut self.resend) {
            self.leave_or_look(entry, false, now);
        }
    }

    fn give_up(&mut self, what: &str, cause: Cause) {
        if self.reason.is_empty() && !self.stopped {
            let (trouble, remedy) = (self.trouble.trim_end_matches('.'), cause.remedy());
            self.reason =
                format!("{what}. The last trouble: {trouble}. {remedy}, then continue the job.");
        }
    }
}

fn no_answer(pace: &Pace) -> String {
    format!(
        "The service gave no usable answer in {} rounds of tries",
        pace.rounds
    )
}

fn minutes(time: Duration) -> String {
    match time.as_secs().div_ceil(60) {
        0 | 1 => "a minute".to_owned(),
        many => format!("{many} minutes"),
    }
}

/// What the queue has to know of a call that ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closing {
    pub purpose: CallPurpose,
    pub epoch: u32,
    pub old: bool,
    pub last: bool,
}

impl From<&Chunk> for Closing {
    fn from(chunk: &Chunk) -> Self {
        Self {
            purpose: chunk.purpose,
            epoch: chunk.epoch,
            old: chunk.old,
            last: chunk.last,
        }
    }
}

#[cfg(test)]
mod tests;
