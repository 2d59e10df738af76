//! From the start to rows on the screen, and what the list on disk costs: time, bytes, memory.
//!
//! The window is the program's own `App`, driven by egui_kittest: every frame is laid out and tessellated,
//! none is painted by a graphics card. The keyring is locked, so that all that is seen comes from the disk.

#![allow(clippy::unwrap_used, reason = "a bench may stop where it cannot go on")]

mod common;

use std::path::Path;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use tallyman::profile::{Keyring, Profiles, cache};
use tallyman::ui::{App, Setup, Start};

use common::{catalogue, keep, machine, profile};

const SIZES: [u64; 3] = [10_000, 100_000, 1_000_000];
const TURNS: usize = 5;

fn main() {
    println!("{}", machine());
    println!("files       to disk     from disk   on disk              in memory");
    for files in SIZES {
        on_disk(files);
    }
    println!(
        "\nfiles       first frame   rows on the screen   (median of {TURNS}; bar for 100,000: 1 s)"
    );
    for files in SIZES {
        from_start(files);
    }
    if let Some(peak) = peak() {
        println!(
            "\npeak of the process, all of the above: {} MB",
            peak / 1024
        );
    }
}

fn on_disk(files: u64) {
    let data = tempfile::tempdir().unwrap();
    let profile = profile();
    let catalogue = catalogue(files).0;
    let rows = catalogue.len();
    let wrote = timed(|| keep(data.path(), &profile, &catalogue));
    drop(catalogue);
    let read = timed(|| drop(cache::load(data.path(), &profile).unwrap().unwrap()));
    let cached = cache::load(data.path(), &profile).unwrap().unwrap();
    assert_eq!(cached.catalogue.len(), rows);
    let size = std::fs::metadata(data.path().join("cache/bench.list"))
        .unwrap()
        .len();
    println!(
        "{files:<9} {:>7} ms  {:>7} ms  {:>8.1} MB, {:>2} a file  {:>3} bytes a file",
        wrote.as_millis(),
        read.as_millis(),
        size as f64 / 1e6,
        size as usize / rows,
        cached.catalogue.heap_bytes() / rows,
    );
}

fn from_start(files: u64) {
    let data = tempfile::tempdir().unwrap();
    let profile = profile();
    keep(data.path(), &profile, &catalogue(files).0);
    Profiles::load(data.path()).unwrap().put(profile).unwrap();
    let mut turns: Vec<_> = (0..TURNS).map(|_| start(data.path())).collect();
    turns.sort_by_key(|(_, rows)| *rows);
    let (frame, rows) = turns[TURNS / 2];
    println!(
        "{files:<9} {:>9} ms   {:>15} ms",
        frame.as_millis(),
        rows.as_millis()
    );
}

/// When the first frame was laid out, and when rows were in one.
fn start(data: &Path) -> (Duration, Duration) {
    let begun = Instant::now();
    let start = Start {
        demo: false,
        data_dir: data.to_owned(),
        data_dir_given: true,
    };
    let setup = Setup::new(start, Keyring::mock()).unwrap();
    let mut first = Duration::ZERO;
    let mut harness = Harness::builder()
        .with_size([1280.0, 800.0])
        .with_max_steps(1)
        .allow_missing_glyphs()
        .build_eframe(move |cc| App::new(&cc.egui_ctx, setup).unwrap());
    loop {
        if first.is_zero() {
            first = begun.elapsed();
        }
        let mut rows = harness.query_all_by_role(egui::accesskit::Role::Row);
        if rows.next().is_some() {
            return (first, begun.elapsed());
        }
        drop(rows);
        assert!(begun.elapsed() < Duration::from_secs(60), "no rows came");
        std::thread::sleep(Duration::from_millis(1));
        harness.step();
    }
}

fn timed(act: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    act();
    begun.elapsed()
}

/// The most memory that the process had, in kB; Linux alone tells it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
