//! The real binary, killed at every point of the protocol and at any time, and resumed until it ends: then
//! each outcome must be what the books of the stand-in say. Nothing lost, nothing invented, nothing else sent.

#![cfg(all(unix, debug_assertions))]
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

#[allow(dead_code, reason = "shared with a suite that uses all of it")]
#[path = "../conformance/case.rs"]
mod case;
mod check;
#[allow(dead_code, reason = "shared with a suite that uses all of it")]
#[path = "../demo_imagekit/api.rs"]
mod demo_imagekit;
mod history;
mod house;
#[path = "../conformance/imagekit.rs"]
mod imagekit;
mod other_keys;
#[allow(dead_code, reason = "shared with suites that use all of it")]
#[path = "../raw_http/mod.rs"]
mod raw_http;
mod stage;
mod task;
#[path = "../conformance/templated.rs"]
mod templated;
mod truth;
#[path = "../conformance/uploadcare.rs"]
mod uploadcare;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tallyman::model::Verb;

use history::{History, by_the_clock, histories};

/// At once: most of a run is waiting.
const THREADS: usize = 32;

#[derive(Default)]
struct Sums {
    crashes: usize,
    resumes: usize,
    items: usize,
    failures: Vec<String>,
}

/// A tenth of all histories, other ones for each place in the program.
#[test]
fn killed_at_some_points_every_outcome_is_true() {
    let some = histories().into_iter().step_by(19).collect();
    run_all(some);
}

/// All of them, or those whose description has the words in `CRASH_HISTORIES`.
#[test]
#[ignore = "takes minutes: a step of its own"]
fn killed_at_every_point_every_outcome_is_true() {
    let words = std::env::var("CRASH_HISTORIES").unwrap_or_default();
    let mut all = histories();
    all.retain(|history| format!("{history:?}").contains(&words));
    run_all(all);
}

/// A release build has no points to end itself at; it is killed from outside, at any time.
#[test]
#[ignore = "wants a release build, named by CRASH_BINARY"]
fn a_release_build_killed_at_any_time_tells_the_truth() {
    let binary = std::env::var(house::BINARY).unwrap();
    println!("killing {binary}");
    run_all((0..500).map(by_the_clock).collect());
}

fn run_all(histories: Vec<History>) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (next, sums, began) = (
        AtomicUsize::new(0),
        Mutex::<Sums>::default(),
        Instant::now(),
    );
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(history) = histories.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let told = history.run(&runtime);
                    let mut sums = sums.lock().unwrap();
                    match told {
                        Ok(told) => {
                            sums.crashes += told.crashes;
                            sums.resumes += told.resumes;
                            sums.items += told.items;
                        }
                        Err(why) => sums.failures.push(format!("{history:?}: {why}")),
                    }
                }
            });
        }
    });
    let sums = sums.into_inner().unwrap();
    let verbs: BTreeSet<Verb> = histories.iter().map(|history| history.task.verb).collect();
    println!(
        "crash test: {} runs of {} verbs on 3 services, {} crashes, {} resumes, {} items, {} failures, {:.0} s",
        histories.len(),
        verbs.len(),
        sums.crashes,
        sums.resumes,
        sums.items,
        sums.failures.len(),
        began.elapsed().as_secs_f64()
    );
    assert!(sums.failures.is_empty(), "\n{}\n", sums.failures.join("\n"));
    assert!(
        sums.crashes >= histories.len() / 2,
        "too few runs were killed"
    );
    println!("0 lost, 0 invented, 0 sent outside the plan");
}
