//! The data folder in other hands: read-only, in use, of a newer version, damaged.

use std::time::Duration;

use tallyman::demo::{Fault, RetryAfter, Rule, Target};
use tallyman::ledger::Ledger;

use crate::disk::mounter;
use crate::house::{House, Told};

/// A house with a job that was killed midway.
fn with_a_cut_off_job() -> House {
    let house = House::new();
    // More are not worked on before it is killed, however slow the machine is.
    house.server.faults().hold(Target::Writes, 5);
    let mut child = house.delete();
    house.wait_for_writes(3);
    child.kill().unwrap();
    child.wait().unwrap();
    house.runtime.block_on(house.server.quiet());
    house.server.faults().release();
    house
}

#[test]
fn a_read_only_folder_is_told_and_nothing_is_sent() {
    let before = mounter();
    if before.is_empty() {
        println!("no file system may be mounted here");
        return;
    }
    let house = with_a_cut_off_job();
    let writes = house.books().writes();
    let script = r#"mount --bind "$DATA" "$DATA" && mount -o remount,ro,bind "$DATA" || exit 90
        "$PROGRAM" resume --json; echo "resume: $?"
        "$PROGRAM" delete --ids "$IDS" --yes --json; echo "delete: $?"
        "$PROGRAM" jobs"#;
    let told = house.shell(before, script);
    assert!(
        told.text.contains("resume: 3") && told.text.contains("delete: 3"),
        "{told:?}"
    );
    told.says(&[
        "ledger.sqlite",
        "Read-only",
        "--data-dir",
        "Nothing was sent",
    ]);
    assert_eq!(house.books().writes(), writes);
    house.check_resumed();
}

#[test]
fn a_second_program_reads_and_does_not_run() {
    let house = House::new();
    let faults = house.server.faults();
    faults.set_latency(Duration::from_millis(500));
    let child = house.delete();
    house.wait_for_writes(1);
    // The first one now waits for as long as the second takes, on a slow machine too.
    faults.add(Rule {
        kind: Fault::Throttle {
            retry_after: Some(RetryAfter::Seconds(2)),
        },
        on: Target::Writes,
        chance: 1.0,
        times: None,
    });
    faults.set_latency(Duration::ZERO);
    for args in [
        &["resume"][..],
        &["delete", "--ids", &house.ids_file(), "--yes"],
    ] {
        let told = house.run(args);
        assert_eq!(told.code, 3, "{told:?}");
        told.says(&["Another Tallyman uses the folder", "close the other one"]);
    }
    let table = house.run(&["jobs"]);
    assert!(table.text.contains(" running "), "{table:?}");
    let out = house.folder().join("report").display().to_string();
    let report = house.run(&["report", "1", "--out", &out]);
    assert_eq!(report.code, 0, "{report:?}");
    faults.clear();
    let told = Told::of(&child.wait_with_output().unwrap());
    house.check_ended(&told);
}

#[test]
fn reading_takes_no_lock_and_makes_nothing() {
    let house = House::new();
    let told = house.run(&["jobs"]);
    assert_eq!(told.code, 0, "{told:?}");
    told.says(&["No jobs yet"]);
    let left = std::fs::read_dir(house.folder()).unwrap().count();
    assert_eq!(left, 0, "a look makes no file");
    drop(with_ledger(&house));
    std::thread::scope(|scope| {
        let looks = scope.spawn(|| {
            for _ in 0..6 {
                assert_eq!(house.run(&["jobs"]).code, 0);
            }
        });
        while !looks.is_finished() {
            assert!(
                !with_ledger(&house).is_read_only(),
                "a look is no second window"
            );
        }
    });
}

fn with_ledger(house: &House) -> Ledger {
    Ledger::open(&house.folder()).unwrap()
}

#[test]
fn a_window_that_only_looked_may_write_when_the_other_is_closed() {
    let house = House::new();
    let first = with_ledger(&house);
    let second = with_ledger(&house);
    assert!(second.is_read_only() && !second.can_write());
    drop(first);
    std::thread::sleep(Duration::from_millis(1_100));
    assert!(second.can_write() && !second.is_read_only());
    assert!(with_ledger(&house).is_read_only(), "it holds the lock now");
}

#[test]
fn a_newer_ledger_is_left_alone() {
    let house = with_a_cut_off_job();
    drop(with_ledger(&house));
    let file = house.folder().join("ledger.sqlite");
    let mut bytes = std::fs::read(&file).unwrap();
    let good = bytes.clone();
    bytes[60..64].copy_from_slice(&900_u32.to_be_bytes());
    std::fs::write(&file, &bytes).unwrap();
    let writes = house.books().writes();
    for args in [
        &["jobs"][..],
        &["resume"],
        &["delete", "--ids", &house.ids_file(), "--yes"],
    ] {
        let told = house.run(args);
        assert_eq!(told.code, 3, "{told:?}");
        told.says(&["newer Tallyman", "Update Tallyman"]);
    }
    assert_eq!(std::fs::read(&file).unwrap(), bytes, "it was not touched");
    assert_eq!(house.books().writes(), writes);
    std::fs::write(&file, good).unwrap();
    house.check_resumed();
}

#[test]
fn a_damaged_ledger_is_kept_aside_and_can_be_put_back() {
    let house = with_a_cut_off_job();
    drop(with_ledger(&house));
    let file = house.folder().join("ledger.sqlite");
    let good = std::fs::read(&file).unwrap();
    let mut bytes = good.clone();
    bytes[4096..8192].fill(0x5a);
    std::fs::write(&file, &bytes).unwrap();
    let looked = house.run(&["jobs"]);
    assert_eq!(looked.code, 3, "{looked:?}");
    looked.says(&["damaged"]);
    assert_eq!(
        std::fs::read(&file).unwrap(),
        bytes,
        "a look leaves it where it is"
    );

    let told = house.run(&["resume", "--json"]);
    told.says(&["The ledger was damaged", "kept as"]);
    assert_eq!(told.text.trim(), "null");
    let names = std::fs::read_dir(house.folder()).unwrap();
    let mut names = names.map(|entry| entry.unwrap().path());
    let aside = names
        .find(|path| path.to_string_lossy().contains("damaged"))
        .unwrap();
    assert_eq!(std::fs::read(aside).unwrap(), bytes);
    // The user has a copy of the good one.
    for tail in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(house.folder().join(format!("ledger.sqlite{tail}")));
    }
    std::fs::write(&file, good).unwrap();
    house.check_resumed();
}
