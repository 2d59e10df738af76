//! Disks that are full: a small file system of its own, and a limit on the size of files.

use crate::house::House;

/// What `unshare` needs to mount a file system that only its own processes see; empty where it may not.
pub fn mounter() -> &'static [&'static str] {
    let ways: [&[&str]; 2] = [&["unshare", "-m"], &["unshare", "-rm"]];
    let may = |way: &&&[&str]| {
        let script = "mount -t tmpfs none /mnt";
        let mut command = std::process::Command::new(way[0]);
        command.args(&way[1..]).args(["sh", "-c", script]);
        command.output().is_ok_and(|output| output.status.success())
    };
    ways.iter().find(may).copied().unwrap_or_default()
}

#[test]
fn a_full_disk_stops_the_job_and_with_space_it_goes_on() {
    let before = mounter();
    if before.is_empty() {
        println!("no file system may be mounted here; the limit on file sizes is tested alone");
        return;
    }
    let mut midway = 0;
    for size in ["192k", "640k", "1000k", "1400k", "1800k"] {
        let house = House::new();
        let script = format!(
            r#"mount -t tmpfs -o size={size} none "$DATA" || exit 90
               "$PROGRAM" delete --ids "$IDS" --yes --json; echo "first: $?"
               mount -o remount,size=64m "$DATA" || exit 91
               "$PROGRAM" resume --json; echo "second: $?"
               "$PROGRAM" delete --ids "$IDS" --yes --json"#
        );
        let told = house.shell(before, &script);
        assert_eq!(told.code, 0, "{size}: {told:?}");
        if !told.text.contains("first: 0") {
            told.says(&["disk is full", "Free some space"]);
            assert!(
                told.text.contains("first: 3") || told.text.contains("first: 1"),
                "{told:?}"
            );
        }
        midway += usize::from(
            told.text.contains("\"state\":\"ended\"")
                && !told.text.contains("first: 0")
                && !told.text.contains("null"),
        );
        house.check_ended(&told);
    }
    assert!(midway > 0, "no disk was full in the middle of a job");
}

#[test]
fn a_limit_on_file_sizes_is_told_and_the_job_goes_on_without_it() {
    let mut midway = 0;
    for blocks in [100, 700, 1_200, 2_000] {
        let house = House::new();
        // Without the trap the system would end the program: a crash like others.
        let script = format!(
            r#"(trap '' XFSZ; ulimit -f {blocks}
                "$PROGRAM" delete --ids "$IDS" --yes --json; echo "first: $?")
               "$PROGRAM" resume --json"#
        );
        let told = house.shell(&[], &script);
        let unbegun = told.text.lines().last() == Some("null");
        if !told.text.contains("first: 0") {
            told.says(&["ledger.sqlite", "space"]);
            midway += usize::from(!unbegun);
        }
        if !unbegun {
            house.check_ended(&told);
        } else {
            assert_eq!(house.gone(), 0, "{told:?}");
        }
    }
    assert!(midway > 0, "no limit was met in the middle of a job");
}
