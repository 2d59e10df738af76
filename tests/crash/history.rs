//! One history: where the first run is killed, where its resumes are, and then the way to the end.

use std::time::Duration;

use tallyman::demo::{Fault, Rule, Target};
use tallyman::model::Verb;
use tokio::runtime::Runtime;

use crate::check::check;
use crate::house::{Ended, House};

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

/// A plan, a service, and how often what happens.
#[derive(Clone, Debug)]
pub struct History {
    /// The place in [`house::KITS`](crate::house::KITS).
    pub service: usize,
    pub verb: Verb,
    /// Decides the resumes; names the history in a failure.
    #[allow(dead_code, reason = "told when a history fails")]
    seed: u64,
    first: Kill,
    then: Vec<Kill>,
}

/// The tag that files are given, and the folder that they are moved to.
pub const MARK: &str = "crash-test";
pub const FOLDER: &str = "/crash-test";

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

/// Every point on every service, and as many kills by the clock: about 500.
pub fn histories() -> Vec<History> {
    let mut out = Vec::new();
    let points = points(POINTS);
    for round in 0..3 {
        for service in 0..3 {
            for (place, point) in points.iter().enumerate() {
                let seed = (round * 3 + service) * 1_000 + place;
                out.push(history(service, seed as u64, point.clone()));
            }
        }
    }
    for number in 0..96_u64 {
        let mut rng = fastrand::Rng::with_seed(number);
        let millis = Duration::from_millis(rng.u64(0..300));
        let first = match number % 2 {
            0 => Kill::After(millis + Duration::from_millis(30)),
            _ => Kill::AfterWrite(millis / 3),
        };
        out.push(history(number as usize % 3, 50_000 + number, first));
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
    History {
        then,
        ..history(number as usize % 3, 90_000 + number, first)
    }
}

fn history(service: usize, seed: u64, first: Kill) -> History {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut points = points(POINTS);
    points.extend(self::points(LATER));
    let then = (0..rng.usize(0..4))
        .map(|_| match rng.u8(0..4) {
            0 => Kill::After(Duration::from_millis(rng.u64(30..600))),
            1 => Kill::AfterWrite(Duration::from_millis(rng.u64(0..60))),
            _ => points[rng.usize(0..points.len())].clone(),
        })
        .collect();
    let verb = match (service, seed % 4) {
        (0, 1) => Verb::Store,
        (0, 2) => Verb::Restore,
        (1, 1) => Verb::AddTags,
        (1, 2) => Verb::Move,
        _ => Verb::Delete,
    };
    History {
        service,
        verb,
        seed,
        first,
        then,
    }
}

impl History {
    /// On Uploadcare, without any kill.
    pub fn plain(verb: Verb) -> Self {
        Self {
            service: 0,
            verb,
            seed: 0,
            first: Kill::Never,
            then: Vec::new(),
        }
    }

    pub fn run(&self, runtime: &Runtime) -> Result<Told, String> {
        let house = runtime.block_on(House::new(self));
        self.spoil(&house);
        let mut told = Told {
            crashes: 0,
            resumes: 0,
            items: house.plan.len(),
        };
        let mut args = vec![self.verb.key(), "--ids", &house.ids, "--yes", "--json"];
        match self.verb {
            Verb::AddTags => args.extend(["--tag", MARK]),
            Verb::Move => args.extend(["--to", FOLDER]),
            _ => {}
        }
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
