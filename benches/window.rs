//! Processor time of one frame of the whole window at 1,000, 100,000 and 1,000,000 rows, at rest and while
//! scrolling, and the frames that a window at rest asks for in ten seconds.
//!
//! `cargo bench --bench window`. The window is the program's own `App`, driven by egui_kittest: a frame is
//! laid out and tessellated, with its tree for screen readers, and none is painted by a graphics card. Its
//! rows come from the list on disk.

#![allow(clippy::unwrap_used, reason = "a bench may stop where it cannot go on")]

mod common;

use std::path::Path;
use std::time::{Duration, Instant};

use egui::{Event, Modifiers, MouseWheelSource, MouseWheelUnit, TouchPhase, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use tallyman::profile::{Keyring, Profiles};
use tallyman::ui::{App, Setup, Start};

use common::{catalogue, machine, profile};

const SIZES: [u64; 3] = [1_000, 100_000, 1_000_000];
const FRAMES: usize = 200;
const REST: Duration = Duration::from_secs(10);

fn main() {
    println!("{}", machine());
    println!(
        "One frame of the whole window, ms: middle of {FRAMES} by the clock, average of the processor (bar 2)\n\
         rows       at rest           scrolling         frames in 10 s at rest"
    );
    for files in SIZES {
        let data = tempfile::tempdir().unwrap();
        keep(data.path(), files);
        let mut harness = open(data.path());
        let (rest, top) = (frames(&mut harness, |_| ()), rows(&harness));
        let scrolling = frames(&mut harness, |harness| {
            harness.input_mut().events.push(wheel());
        });
        let below = rows(&harness);
        assert!(below.len() > 15 && top.iter().all(|row| !below.contains(row)));
        let asked = asked(&mut harness);
        println!("{files:<9} {rest}   {scrolling}   {asked:>3}");
    }
}

/// Opens the window and waits until its rows are there and nothing is left to do.
fn open(data: &Path) -> Harness<'static, App> {
    let start = Start {
        demo: false,
        data_dir: data.to_owned(),
        data_dir_given: true,
    };
    let setup = Setup::new(start, Keyring::mock()).unwrap();
    let mut harness = Harness::builder()
        .with_size([1280.0, 800.0])
        .with_max_steps(1)
        .allow_missing_glyphs()
        .build_eframe(move |cc| App::new(&cc.egui_ctx, setup).unwrap());
    let begun = Instant::now();
    let shows_rows =
        |harness: &Harness<'_, App>| !rows(harness).is_empty() && harness.state().is_settled();
    while !shows_rows(&harness) {
        assert!(begun.elapsed() < Duration::from_secs(120), "no rows came");
        std::thread::sleep(Duration::from_millis(2));
        harness.step();
    }
    // What saved filters and completion need is counted beside it, once.
    for _ in 0..50 {
        std::thread::sleep(Duration::from_millis(40));
        harness.step();
    }
    harness
        .input_mut()
        .events
        .push(Event::PointerMoved(pos2(500.0, 400.0)));
    harness.step();
    harness
}

/// What the rows in the window say.
fn rows(harness: &Harness<'_, App>) -> Vec<String> {
    let rows = harness.query_all_by_role(egui::accesskit::Role::Row);
    rows.filter_map(|row| row.accesskit_node().label())
        .collect()
}

fn wheel() -> Event {
    Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, -120.0),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    }
}

/// Times frames, each after `before`: all that the processor does for one, up to the triangles.
fn frames(
    harness: &mut Harness<'static, App>,
    before: impl Fn(&mut Harness<'static, App>),
) -> String {
    let (mut taken, used) = (Vec::new(), thread_time());
    for _ in 0..FRAMES {
        before(harness);
        let at = Instant::now();
        harness.step();
        let shapes = harness.output().shapes.clone();
        std::hint::black_box(harness.ctx.tessellate(shapes, 1.0));
        taken.push(at.elapsed().as_secs_f64() * 1e3);
    }
    let used = (thread_time() - used).as_secs_f64() * 1e3 / FRAMES as f64;
    taken.sort_by(f64::total_cmp);
    format!("{:5.2} ({used:5.2} cpu)", taken[FRAMES / 2])
}

/// What this thread had of the processor. Linux alone tells it.
fn thread_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|word| word.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

/// How often a window at rest asks to be drawn.
fn asked(harness: &mut Harness<'static, App>) -> u32 {
    for _ in 0..60 {
        harness.step();
    }
    let (begun, mut asked) = (Instant::now(), 0);
    while begun.elapsed() < REST {
        std::thread::sleep(Duration::from_millis(10));
        if harness.ctx.has_requested_repaint() {
            asked += 1;
            harness.step();
        }
    }
    asked
}

/// A profile whose list of that many files is on disk.
fn keep(data: &Path, files: u64) {
    let profile = profile();
    common::keep(data, &profile, &catalogue(files).0);
    Profiles::load(data).unwrap().put(profile).unwrap();
}
