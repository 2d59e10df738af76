//! The gate's rules as a plain value: who is inside, who waits, how many may enter and when.
//!
//! It reads no clock and wakes nobody; every question brings its own "now".

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

use super::Priority;

/// After a pause, the first entries come this far apart.
pub(super) const SPACING: Duration = Duration::from_millis(30);

/// A place in the queue: priority first, then the order of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticket {
    priority: Priority,
    number: u64,
}

/// What a ticket may do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is inside; carries the number of cuts made so far, for [`State::cut`].
    In(u64),
    /// Others are first, or the gate is full. Ask again when something changes.
    Wait,
    /// It is next, but not before then.
    At(Instant),
}

/// Everything the gate knows.
#[derive(Debug)]
pub(super) struct State {
    limit: usize,
    most: usize,
    inside: usize,
    good: usize,
    cuts: u64,
    paused_until: Option<Instant>,
    next_entry: Option<Instant>,
    spaced: usize,
    every: Duration,
    queue: BTreeSet<Ticket>,
    issued: u64,
}

impl State {
    pub(super) fn new(start: usize, most: usize) -> Self {
        let most = most.max(1);
        Self {
            limit: start.clamp(1, most),
            most,
            inside: 0,
            good: 0,
            cuts: 0,
            paused_until: None,
            next_entry: None,
            spaced: 0,
            every: Duration::ZERO,
            queue: BTreeSet::new(),
            issued: 0,
        }
    }

    /// Entries come at least so far apart, always.
    pub(super) fn every(self, every: Duration) -> Self {
        Self { every, ..self }
    }

    /// Takes a place at the end of the queue of the priority.
    pub(super) fn ask(&mut self, priority: Priority) -> Ticket {
        self.issued += 1;
        let ticket = Ticket {
            priority,
            number: self.issued,
        };
        self.queue.insert(ticket);
        ticket
    }

    /// Puts a ticket that was inside back into the queue, at its old place.
    pub(super) fn ask_again(&mut self, ticket: Ticket) {
        self.queue.insert(ticket);
    }

    /// Forgets a ticket that no longer waits.
    pub(super) fn give_up(&mut self, ticket: Ticket) {
        self.queue.remove(&ticket);
    }

    /// Lets the ticket in if it is its turn.
    pub(super) fn turn(&mut self, ticket: Ticket, now: Instant) -> Turn {
        if self.inside >= self.limit || self.queue.first() != Some(&ticket) {
            return Turn::Wait;
        }
        if let Some(until) = self.not_before().filter(|until| *until > now) {
            return Turn::At(until);
        }
        self.queue.remove(&ticket);
        self.inside += 1;
        let mut apart = self.every;
        if self.spaced > 0 {
            self.spaced -= 1;
            apart = apart.max(SPACING);
        }
        if !apart.is_zero() {
            self.next_entry = Some(now + apart);
        }
        Turn::In(self.cuts)
    }

    /// One that was inside has left.
    pub(super) fn leave(&mut self) {
        self.inside = self.inside.saturating_sub(1);
    }

    /// A usable answer came. Until the service first has too much each one raises the limit by one, after
    /// that a full round of them does.
    pub(super) fn good(&mut self) {
        self.good += 1;
        if self.good >= self.limit || self.cuts == 0 {
            self.good = 0;
            self.limit = (self.limit + 1).min(self.most);
        }
    }

    /// The service had too much. Halves the limit, but once only for calls that were inside together:
    /// `seen` is the number that came with [`Turn::In`].
    pub(super) fn cut(&mut self, seen: u64) {
        self.good = 0;
        if seen == self.cuts {
            self.cuts += 1;
            self.limit = (self.limit / 2).max(1);
        }
    }

    /// Nobody enters before `until`; the first ones then come one by one.
    pub(super) fn pause(&mut self, until: Instant) {
        self.paused_until = self.paused_until.max(Some(until));
        self.spaced = self.limit;
    }

    /// How long nobody may enter because the service said so.
    pub(super) fn pause_left(&self, now: Instant) -> Duration {
        self.paused_until
            .map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }

    fn not_before(&self) -> Option<Instant> {
        self.paused_until.max(self.next_entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lets `number` jobs in and returns their tickets.
    fn filled(state: &mut State, number: usize, now: Instant) -> Vec<Ticket> {
        let tickets: Vec<_> = (0..number).map(|_| state.ask(Priority::Job)).collect();
        for ticket in &tickets {
            assert!(matches!(state.turn(*ticket, now), Turn::In(_)));
        }
        tickets
    }

    #[test]
    fn limit_follows_answers() {
        enum Did {
            Good(usize),
            Cut,
        }
        use Did::{Cut, Good};
        let cases: [(&[Did], usize); 11] = [
            (&[], 4),
            (&[Good(3)], 7),
            (&[Good(100)], 8),
            (&[Cut], 2),
            (&[Cut, Cut, Cut, Cut], 1),
            (&[Cut, Good(1)], 2),
            (&[Cut, Good(2)], 3),
            (&[Cut, Good(2), Good(3)], 4),
            (&[Good(3), Cut, Good(2), Cut], 1),
            (&[Cut, Good(100)], 8),
            (&[Cut, Good(1), Cut, Good(1)], 2),
        ];
        for (number, (did, limit)) in cases.into_iter().enumerate() {
            let mut state = State::new(4, 8);
            for one in did {
                match one {
                    Good(times) => (0..*times).for_each(|_| state.good()),
                    Cut => state.cut(state.cuts),
                }
            }
            assert_eq!(state.limit, limit, "case {number}");
        }
    }

    #[test]
    fn calls_that_were_inside_together_cut_once() {
        let now = Instant::now();
        let mut state = State::new(8, 8);
        filled(&mut state, 4, now);
        for _ in 0..4 {
            state.cut(0);
        }
        assert_eq!(state.limit, 4);
        state.cut(1);
        assert_eq!(
            state.limit, 2,
            "one that entered after the first cut counts"
        );
    }

    #[test]
    fn priority_first_then_order() {
        let now = Instant::now();
        let mut state = State::new(1, 1);
        let picture = state.ask(Priority::Picture);
        let list = state.ask(Priority::List);
        let first = state.ask(Priority::Job);
        let second = state.ask(Priority::Job);
        for ticket in [first, second, list, picture] {
            for other in [picture, list, second, first] {
                if other != ticket {
                    assert_eq!(state.turn(other, now), Turn::Wait);
                }
            }
            assert_eq!(state.turn(ticket, now), Turn::In(0));
            state.leave();
        }
    }

    #[test]
    fn one_that_gives_up_does_not_block() {
        let now = Instant::now();
        let mut state = State::new(1, 1);
        let gone = state.ask(Priority::Job);
        let next = state.ask(Priority::Job);
        assert_eq!(state.turn(next, now), Turn::Wait);
        state.give_up(gone);
        assert_eq!(state.turn(next, now), Turn::In(0));
    }

    #[test]
    fn a_pause_holds_all_and_ends_without_a_storm() {
        let now = Instant::now();
        let mut state = State::new(4, 8);
        let until = now + Duration::from_secs(10);
        state.pause(until);
        state.pause(now + Duration::from_secs(3));
        assert_eq!(
            state.pause_left(now),
            Duration::from_secs(10),
            "longest wins"
        );

        let first = state.ask(Priority::Job);
        let second = state.ask(Priority::Job);
        assert_eq!(state.turn(first, now), Turn::At(until));
        assert_eq!(state.turn(first, until), Turn::In(0));
        assert_eq!(state.turn(second, until), Turn::At(until + SPACING));
        assert_eq!(state.turn(second, until + SPACING), Turn::In(0));
        assert_eq!(state.pause_left(until), Duration::ZERO);
    }

    #[test]
    fn spacing_ends_after_a_round() {
        let now = Instant::now();
        let mut state = State::new(2, 2);
        state.pause(now);
        let mut at = now;
        for _ in 0..2 {
            filled(&mut state, 1, at);
            state.leave();
            at += SPACING;
        }
        filled(&mut state, 2, at);
    }

    #[test]
    fn a_returning_ticket_keeps_its_place() {
        let now = Instant::now();
        let mut state = State::new(1, 1);
        let first = filled(&mut state, 1, now)[0];
        let second = state.ask(Priority::Job);
        state.leave();
        state.ask_again(first);
        assert_eq!(state.turn(second, now), Turn::Wait);
        assert_eq!(state.turn(first, now), Turn::In(0));
    }
}
