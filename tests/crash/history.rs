//! One history: where the first run is killed, where its resumes are, and then the way to the end.

use std::time::Duration;

use tallyman::demo::{Fault, Rule, Target};
use tallyman::model::Verb;
use tokio::runtime::Runtime;

use crate::check::check;
use crate::house::{Ended, House};
use crate::stage::Fate;
use crate::task::{At, TASKS, Task};

/// When the program is killed.
#[derive(Clone, Debug)]
pub enum Kill {
    /// At a point of the protocol, by itself.
    At(String),
    /// From outside, so long after its start.
    After(Duration),
    /// From outside, so long after the stand-in first worked on something.
    AfterWrite(Duration),
    /// It is not.
    Never,
}

/// What is done, and how often what happens.
#[derive(Clone, Debug)]
pub struct History {
    pub task: Task,
    /// Decides the resumes; names the history in a failure.
    pub seed: u64,
    first: Kill,
    then: Vec<Kill>,
}

/// What a history came to.
pub struct Told {
    pub crashes: usize,
    pub resumes: usize,
    pub items: usize,
}

/// Points of the protocol, and how often each may be passed first.
const POINTS: &[(&str, &[&str], u32)] = &[
    ("create_job", &["before", "inside", "after"], 1),
    ("reopen", &["before", "inside", "after"], 1),
    ("account", &["after"], 1),
    ("begin_call", &["before", "inside", "after"], 4),
    ("call", &["before", "during", "after"], 4),
    ("finish_call", &["before", "inside", "after"], 4),
    ("settle", &["before", "inside", "after"], 1),
    ("end_job", &["before", "inside", "after"], 1),
];

/// The point that only a copy has: it looked, and now it leaves.
const MARKS: &[(&str, &[&str], u32)] = &[("mark_call", &["before", "inside", "after"], 4)];

/// Points that only a job in trouble reaches: tried while it resumes.
const LATER: &[(&str, &[&str], u32)] = &[("reread", &["before", "after"], 2)];

fn points(of: &[(&str, &[&str], u32)]) -> Vec<Kill> {
    let mut out = Vec::new();
    for (act, moments, times) in of {
        for moment in *moments {
            out.extend((1..=*times).map(|time| Kill::At(format!("{act}.{moment}:{time}"))));
        }
    }
    out
}

/// Every point for every verb of every service: where it may be passed four times, the first time and another
/// one; a job of one call has no other. And some kills by the clock. About 600.
pub fn histories() -> Vec<History> {
    let mut out = Vec::new();
    for (number, task) in TASKS.iter().enumerate() {
        let mut acts = POINTS.to_vec();
        if task.verb == Verb::Copy {
            acts.extend(MARKS);
        }
        // A purge that follows is a second job.
        let jobs = 1 + u32::from(task.purge);
        let mut place = 0;
        for (act, moments, times) in acts {
            for moment in moments {
                place += 1;
                let seed = number as u64 * 1_000 + place;
                let other = 2 + (seed % 3) as u32;
                let times = match times {
                    1 => (1..=jobs).collect(),
                    _ if task.good() == 1 => vec![1],
                    _ => vec![1, other],
                };
                for time in times {
                    let point = Kill::At(format!("{act}.{moment}:{time}"));
                    out.push(history(*task, seed * 10 + u64::from(time), point));
                }
            }
        }
    }
    for number in 0..4 * TASKS.len() as u64 {
        let mut rng = fastrand::Rng::with_seed(number);
        let millis = Duration::from_millis(rng.u64(0..300));
        let first = match number % 2 {
            0 => Kill::After(millis + Duration::from_millis(30)),
            _ => Kill::AfterWrite(millis / 3),
        };
        let task = TASKS[number as usize / 4];
        out.push(history(task, 500_000 + number, first));
    }
    out
}

/// Kills by the clock alone, which any build can be put through.
pub fn by_the_clock(number: u64) -> History {
    let mut rng = fastrand::Rng::with_seed(90_000 + number);
    let mut kill = || match rng.bool() {
        true => Kill::After(Duration::from_millis(rng.u64(5..250))),
        false => Kill::AfterWrite(Duration::from_micros(rng.u64(0..60_000))),
    };
    let (first, then) = (kill(), vec![kill(), kill()]);
    let task = TASKS[number as usize % TASKS.len()];
    History {
        then,
        ..history(task, 900_000 + number, first)
    }
}

fn history(task: Task, seed: u64, first: Kill) -> History {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut points = points(POINTS);
    points.extend(self::points(LATER));
    if task.verb == Verb::Copy {
        points.extend(self::points(MARKS));
    }
    let then = (0..rng.usize(0..4))
        .map(|_| match rng.u8(0..4) {
            0 => Kill::After(Duration::from_millis(rng.u64(30..600))),
            1 => Kill::AfterWrite(Duration::from_millis(rng.u64(0..60))),
            _ => points[rng.usize(0..points.len())].clone(),
        })
        .collect();
    History {
        task,
        seed,
        first,
        then,
    }
}

impl History {
    /// On Uploadcare, without any kill.
    pub fn plain(verb: Verb) -> Self {
        let (at, purge) = (At::Uploadcare, false);
        Self {
            task: Task { at, verb, purge },
            seed: 0,
            first: Kill::Never,
            then: Vec::new(),
        }
    }

    /// The program's arguments. Every second time the plan knows the paths that files are copied and moved from.
    fn args<'a>(&self, house: &'a House, filter: &'a str) -> Vec<&'a str> {
        let mut args = self.task.args(&house.stage.name);
        args.extend(["--ids", &house.ids, "--yes", "--json"]);
        let known = self.task.places() && self.task.verb != Verb::Rename;
        if known && self.seed.is_multiple_of(2) {
            args.extend(["--filter", filter]);
        }
        args
    }

    pub fn run(&self, runtime: &Runtime) -> Result<Told, String> {
        let house = runtime.block_on(House::new(self));
        self.spoil(&house);
        let mut told = Told {
            crashes: 0,
            resumes: 0,
            items: house.stage.plan.len(),
        };
        let files = [Fate::Good, Fate::Taken].map(|fate| house.stage.of(fate));
        let files = files.into_iter().flatten().map(|id| format!("id:{id}"));
        let filter = files.collect::<Vec<_>>().join(" or ");
        let args = self.args(&house, &filter);
        let begun = house.run(&args, &self.first);
        told.crashes += usize::from(begun.crashed);
        for kill in &self.then {
            told.resumes += 1;
            told.crashes += usize::from(house.resume(kill).crashed);
        }
        for round in 0.. {
            if round == 3 {
                house.server.faults().clear();
            }
            let Ended {
                text, words, code, ..
            } = house.resume(&Kill::Never);
            if text.trim() == "null" {
                break;
            }
            told.resumes += 1;
            if round == 12 {
                return Err(format!("it does not end ({code:?}): {text}{words}"));
            }
        }
        check(self, &house)?;
        Ok(told)
    }

    /// Of ten requests one or two go wrong.
    fn spoil(&self, house: &House) {
        let faults = house.server.faults();
        faults.set_latency(Duration::from_millis(4));
        let kinds = [
            Fault::CutAfter,
            Fault::ErrorAfter(502),
            Fault::TruncateAfter,
            Fault::GarbageAfter,
            Fault::CutBefore,
            Fault::ErrorBefore(503),
            Fault::Throttle { retry_after: None },
            Fault::WorkLate(Duration::from_millis(60)),
        ];
        for kind in kinds {
            faults.add(Rule {
                kind,
                on: Target::Any,
                chance: 0.02,
                times: Some(6),
            });
        }
    }
}
