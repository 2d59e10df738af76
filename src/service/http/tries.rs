//! When a request is tried again: a pure table of what happened and what to do about it.
//!
//! Reads are tried again after anything that may pass. Writes only when they are known not to have been done.

use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

/// What a request may do to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Intent {
    /// Changes nothing.
    Read,
    /// Changes something: a lost answer is the caller's to settle.
    Write,
    /// A picture: nice to have.
    Picture,
}

/// How often and how long.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Tries of one request that fail otherwise than by throttling.
    pub tries: usize,
    /// Throttled tries of one read.
    pub throttled_reads: usize,
    /// Throttled tries of one write.
    pub throttled_writes: usize,
    /// First wait after a failure; it doubles.
    pub first_wait: Duration,
    /// Longest wait after a failure.
    pub longest_wait: Duration,
    /// Shortest wait after "too many requests"; also the first one when the service names none.
    pub throttle_least: Duration,
    /// Longest wait after "too many requests".
    pub throttle_most: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            tries: 5,
            throttled_reads: 10,
            throttled_writes: 30,
            first_wait: Duration::from_millis(300),
            longest_wait: Duration::from_secs(10),
            throttle_least: Duration::from_secs(1),
            throttle_most: Duration::from_secs(120),
        }
    }
}

/// How one try ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happened {
    /// A usable answer, be it a yes or a no.
    Answered,
    /// 429, with the wait that it named.
    Throttled(Option<Duration>),
    /// A 5xx or 408, with the wait that it named.
    ServerFailed(Option<Duration>),
    /// It left; no answer came in time.
    TimedOut,
    /// It left; the connection broke before the whole answer was there.
    Cut,
    /// An answer came whole and is not of the service: a second try, in case it was a passing hiccup.
    Garbled,
    /// No connection came to be: nothing left.
    Unreachable,
    /// Trying again would change nothing: a redirect, an endless body, a request that cannot be built.
    Hopeless,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Stop trying: hand over the answer or the error.
    End,
    /// This request waits and goes again.
    Wait(Duration),
    /// The whole profile waits, then this request goes again.
    Pause(Duration),
}

/// The tries of one request.
#[derive(Debug)]
pub(crate) struct Tries {
    intent: Intent,
    patience: Patience,
    failed: usize,
    garbled: usize,
    throttled: usize,
    waits: ExponentialBackoff,
    throttle_waits: ExponentialBackoff,
}

impl Tries {
    pub(crate) fn new(intent: Intent, patience: Patience) -> Self {
        Self {
            intent,
            patience,
            failed: 0,
            garbled: 0,
            throttled: 0,
            waits: schedule(patience.first_wait, patience.longest_wait),
            throttle_waits: schedule(patience.throttle_least, patience.throttle_most),
        }
    }

    /// Decides after a try. To be asked once a try.
    pub(crate) fn after(&mut self, happened: Happened) -> Next {
        match happened {
            Happened::Answered | Happened::Hopeless => Next::End,
            Happened::Throttled(wait) => self.after_throttle(wait),
            Happened::Unreachable => self.after_failure(None),
            Happened::ServerFailed(wait) if self.may_repeat() => self.after_failure(wait),
            Happened::TimedOut | Happened::Cut if self.may_repeat() => self.after_failure(None),
            Happened::Garbled if self.may_repeat() && self.garbled == 0 => {
                self.garbled += 1;
                self.after_failure(None)
            }
            _ => Next::End,
        }
    }

    /// Whether an answer that was lost may simply be asked for again.
    fn may_repeat(&self) -> bool {
        self.intent != Intent::Write
    }

    fn after_failure(&mut self, wait: Option<Duration>) -> Next {
        self.failed += 1;
        let tries = match self.intent {
            Intent::Picture => 2.min(self.patience.tries),
            Intent::Read | Intent::Write => self.patience.tries,
        };
        if self.failed >= tries {
            return Next::End;
        }
        let own = self.waits.next().unwrap_or(self.patience.longest_wait);
        Next::Wait(wait.map_or(own, |wait| wait.min(self.patience.longest_wait).max(own)))
    }

    fn after_throttle(&mut self, wait: Option<Duration>) -> Next {
        self.throttled += 1;
        let tries = match self.intent {
            Intent::Picture => return Next::End,
            Intent::Read => self.patience.throttled_reads,
            Intent::Write => self.patience.throttled_writes,
        };
        if self.throttled >= tries {
            return Next::End;
        }
        let most = self.patience.throttle_most;
        let wait = wait.unwrap_or_else(|| self.throttle_waits.next().unwrap_or(most));
        Next::Pause(wait.clamp(self.patience.throttle_least, most))
    }
}

fn schedule(first: Duration, longest: Duration) -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(first)
        .with_max_delay(longest)
        .with_factor(2.0)
        .with_jitter()
        .without_max_times()
        .build()
}

/// Reads a `Retry-After`: whole seconds or an HTTP date. `None` if it is neither.
pub(crate) fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

/// Reads a wait in whole milliseconds. `None` if it is none.
pub(crate) fn reset_after(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| Duration::from_millis(text.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Happened::*;

    const PATIENCE: Patience = Patience {
        tries: 3,
        throttled_reads: 3,
        throttled_writes: 4,
        first_wait: Duration::from_millis(300),
        longest_wait: Duration::from_secs(10),
        throttle_least: Duration::from_secs(1),
        throttle_most: Duration::from_secs(120),
    };

    /// How many tries a request gets that always ends like this.
    fn tries(intent: Intent, happened: Happened) -> usize {
        let mut tries = Tries::new(intent, PATIENCE);
        let mut number = 1;
        while tries.after(happened) != Next::End {
            number += 1;
        }
        number
    }

    #[test]
    fn who_is_tried_again() {
        let cases = [
            (Answered, 1, 1, 1),
            (Throttled(None), 3, 4, 1),
            (ServerFailed(None), 3, 1, 2),
            (TimedOut, 3, 1, 2),
            (Cut, 3, 1, 2),
            (Garbled, 2, 1, 2),
            (Unreachable, 3, 3, 2),
            (Hopeless, 1, 1, 1),
        ];
        for (happened, read, write, picture) in cases {
            assert_eq!(tries(Intent::Read, happened), read, "read {happened:?}");
            assert_eq!(tries(Intent::Write, happened), write, "write {happened:?}");
            assert_eq!(
                tries(Intent::Picture, happened),
                picture,
                "picture {happened:?}"
            );
        }
    }

    #[test]
    fn a_named_wait_is_kept_within_bounds() {
        let seconds = Duration::from_secs;
        let cases = [(0, 1), (1, 1), (10, 10), (120, 120), (9_999, 120)];
        for (named, waited) in cases {
            let next = Tries::new(Intent::Write, PATIENCE).after(Throttled(Some(seconds(named))));
            assert_eq!(next, Next::Pause(seconds(waited)), "{named}");
        }
    }

    #[test]
    fn without_a_named_wait_it_doubles() {
        let mut tries = Tries::new(Intent::Write, PATIENCE);
        for least in [1, 2, 4] {
            let Next::Pause(wait) = tries.after(Throttled(None)) else {
                panic!("no pause");
            };
            let bounds = Duration::from_secs(least)..=Duration::from_secs(2 * least);
            assert!(bounds.contains(&wait), "{wait:?}");
        }
    }

    #[test]
    fn throttling_does_not_use_up_the_tries() {
        let mut tries = Tries::new(Intent::Write, PATIENCE);
        assert!(matches!(tries.after(Throttled(None)), Next::Pause(_)));
        assert!(matches!(tries.after(Unreachable), Next::Wait(_)));
        assert!(matches!(tries.after(Throttled(None)), Next::Pause(_)));
        assert!(matches!(tries.after(Unreachable), Next::Wait(_)));
        assert_eq!(tries.after(Unreachable), Next::End);
    }

    #[test]
    fn a_failing_server_may_name_a_wait() {
        let mut tries = Tries::new(Intent::Read, PATIENCE);
        let next = tries.after(ServerFailed(Some(Duration::from_secs(5))));
        assert_eq!(next, Next::Wait(Duration::from_secs(5)));
        let next = tries.after(ServerFailed(Some(Duration::from_secs(500))));
        assert_eq!(next, Next::Wait(Duration::from_secs(10)));
    }

    #[test]
    fn retry_after_in_both_forms() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_664_380_800);
        let cases = [
            ("10", Some(10)),
            (" 3 ", Some(3)),
            ("0", Some(0)),
            ("99999999999999999999", Some(u64::MAX)),
            ("Wed, 28 Sep 2022 16:00:30 GMT", Some(30)),
            ("Wed, 28 Sep 2022 15:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
            ("1.5", None),
            ("", None),
        ];
        for (text, seconds) in cases {
            let wait = retry_after(text, now);
            assert_eq!(wait, seconds.map(Duration::from_secs), "{text}");
        }
    }
    #[test]
    fn resets_are_milliseconds() {
        let cases = [
            ("1500", Some(1500)),
            (" 0 ", Some(0)),
            ("99999999999999999999", Some(u64::MAX)),
            ("1.5", None),
            ("-1", None),
            ("soon", None),
            ("", None),
        ];
        for (text, millis) in cases {
            assert_eq!(
                reset_after(text),
                millis.map(Duration::from_millis),
                "{text}"
            );
        }
    }
}
