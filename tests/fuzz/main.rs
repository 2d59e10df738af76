//! Random harm to everything that is read from outside: answers of services, files of profiles and of the
//! window, ledgers, kept lists, lists of ids, reports, keys and filters. Each must be an error or a result, never a panic, and
//! nothing may be invented. Runs a fixed number of cases, or TALLYMAN_FUZZ_SECONDS for each target.

#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod files;
mod filters;
mod mutate;
mod services;

#[path = "../wire_http/raw.rs"]
#[allow(dead_code, reason = "shared with tests that need all of it")]
mod raw;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant};

use fastrand::Rng;

/// Cases that once went wrong, as `target seed`: they run first, always.
const KEPT: &str = include_str!("seeds.txt");

/// Runs a target on many seeds. A seed that fails is printed, to be put into `seeds.txt` when it is mended.
///
/// TALLYMAN_FUZZ_SEED names the first one; for a run by the clock it is the time of day otherwise.
fn drive(target: &str, cases: u64, mut case: impl FnMut(&mut Rng)) {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let seconds = number("TALLYMAN_FUZZ_SECONDS").map(Duration::from_secs);
    let by_clock = || {
        std::time::UNIX_EPOCH
            .elapsed()
            .map_or(0, |time| time.as_millis() as u64)
    };
    let first = number("TALLYMAN_FUZZ_SEED").unwrap_or_else(|| seconds.map_or(1, |_| by_clock()));
    let kept = KEPT.lines().filter_map(|line| line.split_once(' '));
    let kept = kept
        .filter(|(name, _)| *name == target)
        .map(|(_, seed)| seed.parse().unwrap());
    let begun = Instant::now();
    let fresh = (first..)
        .enumerate()
        .map_while(|(number, seed)| match seconds {
            Some(limit) => (begun.elapsed() < limit).then_some(seed),
            None => (number < cases as usize).then_some(seed),
        });
    let mut done = 0_u64;
    for seed in kept.chain(fresh) {
        let mut rng = Rng::with_seed(seed);
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| case(&mut rng))) {
            eprintln!("a case that fails, for tests/fuzz/seeds.txt:\n{target} {seed}");
            resume_unwind(panic);
        }
        done += 1;
    }
    println!(
        "{target}: {done} cases from seed {first} in {:?}",
        begun.elapsed()
    );
}
