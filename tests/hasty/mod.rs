//! Limits for tests in which many answers are lost: short waits, and an answer given up after as long as the
//! test says.

use std::time::Duration;

use tallyman::service::{Limits, Patience};

pub fn limits(idle: Duration) -> Limits {
    Limits {
        idle,
        patience: Patience {
            first_wait: Duration::from_millis(2),
            longest_wait: Duration::from_millis(20),
            throttle_least: Duration::from_millis(5),
            throttle_most: Duration::from_millis(20),
            ..Patience::default()
        },
        ..Limits::default()
    }
}
