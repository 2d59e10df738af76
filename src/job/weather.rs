//! How the service has been answering, and how long to hold off. Pure: time is handed in.

use std::time::Duration;

use crate::model::CallPurpose;

use super::chunk::Pace;
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
    /// Since when the service cannot be reached, and how many rounds of tries.
    away: Option<(Duration, u32)>,
    /// No call leaves before.
    until: Duration,
    /// Sends are over, and how they went says nothing of the calls that are left.
    reads_only: bool,
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
            Sky::Away if epoch == self.epoch => {
                self.epoch += 1;
                let (since, rounds) = self.away.unwrap_or((now, 0));
                self.away = Some((since, rounds + 1));
                self.until = self.until.max(now + pace.wait(rounds + 1));
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
            Sky::Closed | Sky::Lost | Sky::Away => {}
        }
    }

    /// Whether the service cannot be reached at all.
    pub fn is_away(&self) -> bool {
        self.away.is_some()
    }

    /// Whether it could not be reached for too long.
    pub fn no_way(&self, pace: &Pace, now: Duration) -> bool {
        self.away
            .is_some_and(|(since, _)| now.saturating_sub(since) >= pace.outage)
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
        for second in 0..60 {
            let now = Duration::from_secs(second);
            weather.note(&PACE, CallPurpose::Send, weather.epoch(), Sky::Away, now);
            assert!(weather.is_away() && weather.is_bad());
            assert!(!weather.no_batches(&PACE) && !weather.no_way(&PACE, now));
            assert!(weather.until() > now && weather.until() <= now + PACE.longest_wait);
        }
        assert!(weather.no_way(&PACE, Duration::from_secs(60)));
        weather.note(&PACE, CallPurpose::Send, 0, Sky::Fine, Duration::ZERO);
        assert!(!weather.is_away() && !weather.is_bad());
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
