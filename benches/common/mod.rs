//! What the benches share: files as projects have them, a stop watch, and the machine's name.

#![allow(dead_code, reason = "each bench uses its part")]
#![allow(clippy::unwrap_used, reason = "a bench may stop where it cannot go on")]

use std::path::Path;
use std::time::Instant;

use tallyman::catalogue::{AsOf, Catalogue};
use tallyman::model::{Account, FileRow, ProfileId, ServiceKind, Time};
use tallyman::profile::{Colour, Profile, cache};

/// A file as projects have them, made of its number.
pub fn realistic(number: u64) -> FileRow {
    let mut mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let other = mixed.rotate_left(17) ^ number;
    let name = match number % 8 {
        0..=2 => format!("IMG_2024{:04}_{:06}.jpg", mixed % 1231, other % 240_000),
        3 => format!(
            "Screenshot 2024-0{}-11 at 10.{:02}.31.png",
            mixed % 9,
            other % 60
        ),
        4 => format!("produktbild-größe-{}.webp", mixed % 100_000),
        5 => format!("фото_склад_{:05}.jpg", mixed % 100_000),
        6 => format!("contract-{}-final ({}).pdf", mixed % 10_000, other % 9),
        _ => format!("DSC{:05}.ARW", mixed % 100_000),
    };
    let types = ["image/jpeg", "image/png", "image/webp", "application/pdf"];
    let id = format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        mixed >> 32,
        other & 0xffff,
        mixed & 0xfff,
        other >> 52,
        number,
    );
    FileRow {
        name,
        size: mixed % 20_000_000,
        mime: types[number as usize % 4].into(),
        uploaded: Some(Time(1_700_000_000_000_000 - number as i64 * 37_000_000)),
        stored: (!number.is_multiple_of(50))
            .then_some(Time(1_700_000_000_000_000 + other as i64 % 1000)),
        image: true,
        ..FileRow::unknown(id.as_str().into())
    }
}

/// A profile that nobody answers for.
pub fn profile() -> Profile {
    Profile {
        id: ProfileId("bench".into()),
        name: "Bench".into(),
        service: ServiceKind::Uploadcare,
        colour: Colour::PALETTE[0],
        public_key: "public".into(),
        api_base: Some("http://127.0.0.1:9".into()),
        cdn_base: None,
        simple_auth: false,
        protected: false,
        read_only: false,
        keep: Default::default(),
        account: Some(Account {
            name: "bench".into(),
            key: "public".into(),
        }),
    }
}

/// Puts a profile's list on disk.
pub fn keep(data: &Path, profile: &Profile, catalogue: &Catalogue) {
    let owner = cache::owner(profile, profile.account.as_ref().unwrap());
    let as_of = AsOf {
        files: Some(Time::now()),
        removed: None,
    };
    cache::save(data, &owner, as_of, catalogue).unwrap();
}

/// A catalogue of that many files, and the seconds that merging its pages of 1,000 took.
pub fn catalogue(files: u64) -> (Catalogue, f64) {
    let mut catalogue = Catalogue::new();
    let epoch = catalogue.begin();
    let mut merging = 0.0;
    for start in (0..files).step_by(1000) {
        let rows: Vec<FileRow> = (start..files.min(start + 1000)).map(realistic).collect();
        let at = Instant::now();
        catalogue.merge(epoch, rows);
        merging += at.elapsed().as_secs_f64();
    }
    catalogue.finish(epoch);
    (catalogue, merging)
}

/// What one run took, in milliseconds.
pub struct Taken {
    /// By the clock, the middle of all runs.
    pub wall: f64,
    /// Of the processor, all threads together, on average: what a busy machine does not change. Linux alone
    /// tells it, in steps of 10 ms for all runs together.
    pub processor: Option<f64>,
}

impl std::fmt::Display for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:8.1} ms", self.wall)?;
        match self.processor {
            Some(processor) => write!(f, " ({processor:6.1} ms of the processor)"),
            None => Ok(()),
        }
    }
}

/// Measures several runs.
pub fn measure(times: usize, mut work: impl FnMut()) -> Taken {
    let before = processor();
    let mut taken: Vec<f64> = (0..times)
        .map(|_| {
            let at = Instant::now();
            work();
            at.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    taken.sort_by(f64::total_cmp);
    let spent = processor()
        .zip(before)
        .map(|(after, before)| after - before);
    Taken {
        wall: taken[times / 2],
        processor: spent.map(|spent| spent / times as f64),
    }
}

/// What the process has used so far, in milliseconds.
fn processor() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit(") ").next()?.split(' ').collect();
    let ticks = |at: usize| -> Option<f64> { fields.get(at)?.parse().ok() };
    Some((ticks(11)? + ticks(12)?) * 10.0)
}

/// Processor and threads, for beside the figures.
pub fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split(": ").nth(1));
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    format!(
        "{}, {threads} threads",
        model.unwrap_or("unknown processor")
    )
}
