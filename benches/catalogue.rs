//! Figures of the catalogue at 10,000, 100,000 and 1,000,000 files: bytes a file, merge, sort, keystroke.
//!
//! `cargo bench --bench catalogue`. Each figure is the middle of several runs.

mod common;

use std::hint::black_box;

use tallyman::catalogue::{Arranger, Catalogue, Column, Filter, Order, ProblemIndex, Query, Sort};

use common::{catalogue, machine, measure};

const SIZES: [u64; 3] = [10_000, 100_000, 1_000_000];
const RUNS: usize = 9;

/// Filters as somebody types them, ages left out: their answer depends on the day.
const FILTERS: [&str; 12] = [
    "",
    "i",
    "img",
    "img_2024",
    "склад",
    "zzz",
    "deadbeef",
    "size>10mb",
    "type:png size>1mb",
    "ext:pdf final -contract",
    "state:unstored or uploaded<2023-06",
    "(größe or final) uploaded:2023 size:1mb..5mb",
];

fn main() {
    println!("{}", machine());
    for files in SIZES {
        let (catalogue, merging) = catalogue(files);
        println!("\n{files} files");
        let bytes = catalogue.heap_bytes() as f64 / files as f64;
        println!("  memory                    {bytes:8.1} bytes a file");
        println!(
            "  merge                     {:8.0} files/s",
            files as f64 / merging
        );
        sorts(&catalogue);
        keystrokes(&catalogue);
    }
}

fn sorts(catalogue: &Catalogue) {
    let problems = ProblemIndex::default();
    let by = |column, descending| Sort { column, descending };
    let orders: [(&str, Order); 6] = [
        ("name", by(Column::Name, false).into()),
        ("size", by(Column::Size, true).into()),
        ("type", by(Column::Type, false).into()),
        ("uploaded", by(Column::Uploaded, false).into()),
        ("id", by(Column::Id, false).into()),
        (
            "type, then name",
            Order {
                first: by(Column::Type, false),
                second: Some(by(Column::Name, false)),
            },
        ),
    ];
    for (name, order) in orders {
        let fresh = measure(RUNS, || {
            let arranger = Arranger::default();
            black_box(arranger.arrange(catalogue, &Query::default(), order, &problems));
        });
        println!("  sort by {name:<18}{fresh}");
    }
    let arranger = Arranger::default();
    let turn = |descending| {
        arranger.arrange(
            catalogue,
            &Query::default(),
            by(Column::Name, descending),
            &problems,
        )
    };
    turn(false);
    let mut down = true;
    let again = measure(RUNS, || {
        black_box(turn(down));
        down = !down;
    });
    println!("  sort by name, once more   {again}");
}

fn keystrokes(catalogue: &Catalogue) {
    let problems = ProblemIndex::default();
    let arranger = Arranger::default();
    let order = Order::default();
    arranger.arrange(catalogue, &Query::default(), order, &problems);
    for text in FILTERS {
        let mut rows = 0;
        let taken = measure(RUNS, || {
            let query = Query {
                filter: Filter::of(text).unwrap_or_default(),
                ..Query::default()
            };
            rows = black_box(arranger.arrange(catalogue, &query, order, &problems)).len();
        });
        println!("  keystroke {text:<44} {taken}, {rows} rows");
    }
}
