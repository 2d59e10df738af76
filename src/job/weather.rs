//! How the service has been answering, and how long to hold off. Pure: time is handed in.

use std::time::Duration;

use crate::model::CallPurpose;

use super::chunk::Pace;
use super::progress::Cause;
use super::settle::Sky;

/// Rounds of trouble without a usable answer in between.
///
/// Calls that were under way together and fail together are one round: only a call that left after the
/// last round began can begin the next.
#[derive(Clone, Debug, Default)]
pub(super) struct Weather {
    epoch: u32,
    /// Rounds of sends and repeats.
    batches: u32,
    /// Rounds of re-reads.
    reads: u32,
    /// Something without which no call gets through is missing.
    away: Option<Missing>,
    /// No call leaves before.
    until: Duration,
    /// Sends are over, and how they went says nothing of the calls that are left.
    reads_only: bool,
}

/// What is missing, since when, and how many rounds of tries there were.
#[derive(Clone, Copy, Debug)]
struct Missing {
    cause: Cause,
    since: Duration,
    rounds: u32,
}

impl Weather {
    /// The stamp for a call that leaves now.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    pub fn until(&self) -> Duration {
        self.until
    }

    /// Whether it is bad enough to try with one call alone.
    pub fn is_bad(&self) -> bool {
        let batches = if self.reads_only { 0 } else { self.batches };
        self.is_away() || batches.max(self.reads) >= 2
    }

    /// Takes note of how a call ended that left with the stamp `epoch`.
    pub fn note(&mut self, pace: &Pace, purpose: CallPurpose, epoch: u32, sky: Sky, now: Duration) {
        let read = purpose == CallPurpose::Reread;
        match sky {
            Sky::Unseen => {}
            Sky::Fine => {
                self.reads = 0;
                self.away = None;
                self.until = Duration::ZERO;
                if !read {
                    self.batches = 0;
                }
            }
            // A network that is gone comes back: it is waited for by the clock, not by rounds.
            Sky::Away(cause) if epoch == self.epoch => {
                self.epoch += 1;
                let before = self.away.map(|away| (away.since, away.rounds));
                let (since, rounds) = before.unwrap_or((now, 0));
                let rounds = rounds + 1;
                self.away = Some(Missing {
                    cause,
                    since,
                    rounds,
                });
                self.until = self.until.max(now + pace.wait(rounds));
            }
            Sky::Closed | Sky::Lost if epoch == self.epoch => {
                self.epoch += 1;
                self.away = None;
                let rounds = if read {
                    &mut self.reads
                } else {
                    &mut self.batches
                };
                *rounds += 1;
                // A single lost answer holds nothing up: its own batch waits before it is repeated.
                let waits = if sky == Sky::Lost {
                    *rounds - 1
                } else {
                    *rounds
                };
                self.until = self.until.max(now + pace.wait(waits));
            }
            Sky::Closed | Sky::Lost | Sky::Away(_) => {}
        }
    }

    /// What is missing, if no call gets through at all.
    pub fn away(&self) -> Option<Cause> {
        self.away.map(|away| away.cause)
    }

    /// Whether no call gets through at all.
    pub fn is_away(&self) -> bool {
        self.away.is_some()
    }

    /// Whether that has been so for too long.
    pub fn no_way(&self, pace: &Pace, now: Duration) -> bool {
        self.away
            .is_some_and(|away| now.saturating_sub(away.since) >= pace.outage)
    }

    /// The ledger took what it did not take before.
    pub fn written(&mut self) {
        if self.away() == Some(Cause::Ledger) {
            self.away = None;
            self.until = Duration::ZERO;
        }
    }

    /// Whether sends and repeats have failed too often.
    pub fn no_batches(&self, pace: &Pace) -> bool {
        self.batches >= pace.rounds
    }

    /// Whether re-reads have failed too often; sooner, if nothing else gets through either.
    pub fn no_reads(&self, pace: &Pace) -> bool {
        let most = if self.no_batches(pace) {
            2
        } else {
            pace.rounds
        };
        self.reads >= most
    }

    /// Sends are over: re-reads need not wait for what they waited for.
    pub fn only_reads(&mut self) {
        self.until = Duration::ZERO;
        self.reads_only = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace {
        sends: 3,
        repeats: 4,
        rereads: 2,
        rounds: 3,
        first_wait: Duration::from_secs(1),
        longest_wait: Duration::from_secs(4),
        parting: Duration::from_secs(10),
        outage: Duration::from_secs(60),
        last_look: Duration::from_secs(10),
    };

    #[test]
    fn calls_that_fail_together_are_one_round() {
        let mut weather = Weather::default();
        for _ in 0..8 {
            weather.note(&PACE, CallPurpose::Send, 0, Sky::Closed, Duration::ZERO);
        }
        assert!(!weather.is_bad() && !weather.no_batches(&PACE));
        assert_eq!(weather.until(), Duration::from_secs(1));
        for _ in 0..2 {
            weather.note(
                &PACE,
                CallPurpose::Send,
                weather.epoch(),
                Sky::Lost,
                Duration::ZERO,
            );
        }
        assert!(weather.is_bad() && weather.no_batches(&PACE));
    }

    #[test]
    fn a_network_that_is_gone_is_waited_for_by_the_clock() {
        let mut weather = Weather::default();
        let gone = Sky::Away(Cause::Network);
        for second in 0..60 {
            let now = Duration::from_secs(second);
            weather.note(&PACE, CallPurpose::Send, weather.epoch(), gone, now);
            weather.written();
            assert!(weather.is_away() && weather.is_bad());
            assert!(!weather.no_batches(&PACE) && !weather.no_way(&PACE, now));
            assert!(weather.until() > now && weather.until() <= now + PACE.longest_wait);
        }
        assert!(weather.no_way(&PACE, Duration::from_secs(60)));
        weather.note(&PACE, CallPurpose::Send, 0, Sky::Fine, Duration::ZERO);
        assert!(!weather.is_away() && !weather.is_bad());
    }

    #[test]
    fn a_ledger_that_takes_nothing_is_waited_for_until_it_does() {
        let mut weather = Weather::default();
        let full = Sky::Away(Cause::Ledger);
        weather.note(&PACE, CallPurpose::Send, 0, full, Duration::ZERO);
        weather.note(&PACE, CallPurpose::Send, 1, full, Duration::from_secs(1));
        assert_eq!(weather.away(), Some(Cause::Ledger));
        assert_eq!(weather.until(), Duration::from_secs(3));
        weather.written();
        assert_eq!((weather.away(), weather.until()), (None, Duration::ZERO));
    }

    #[test]
    fn one_lost_answer_holds_nothing_up() {
        let mut weather = Weather::default();
        weather.note(&PACE, CallPurpose::Send, 0, Sky::Lost, Duration::ZERO);
        assert_eq!(weather.until(), Duration::ZERO);
        weather.note(&PACE, CallPurpose::Repeat, 1, Sky::Lost, Duration::ZERO);
        assert_eq!(weather.until(), Duration::from_secs(1));
        weather.note(&PACE, CallPurpose::Repeat, 2, Sky::Fine, Duration::ZERO);
        assert_eq!(weather.until(), Duration::ZERO);
        assert!(!weather.is_bad());
    }

    #[test]
    fn good_reads_do_not_make_sends_good() {
        let mut weather = Weather::default();
        for _ in 0..3 {
            weather.note(
                &PACE,
                CallPurpose::Send,
                weather.epoch(),
                Sky::Lost,
                Duration::ZERO,
            );
            weather.note(
                &PACE,
                CallPurpose::Reread,
                weather.epoch(),
                Sky::Fine,
                Duration::ZERO,
            );
        }
        assert!(weather.no_batches(&PACE) && !weather.no_reads(&PACE));
    }

    #[test]
    fn reads_give_up_sooner_when_nothing_gets_through() {
        let mut weather = Weather::default();
        for _ in 0..2 {
            weather.note(
                &PACE,
                CallPurpose::Reread,
                weather.epoch(),
                Sky::Lost,
                Duration::ZERO,
            );
        }
        assert!(!weather.no_reads(&PACE));
        for _ in 0..3 {
            weather.note(
                &PACE,
                CallPurpose::Send,
                weather.epoch(),
                Sky::Lost,
                Duration::ZERO,
            );
        }
        assert!(weather.no_reads(&PACE));
    }
}
