//! Disks that are full: a small file system of its own, and a limit on the size of files. The job waits for room.

use crate::house::{House, Told};

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

/// Begins a delete and waits until it has ended or waits for room, which is told.
const UNTIL_IT_WAITS: &str = r#"
    (sh -c 'echo $$ >"$IDS.pid"; exec "$PROGRAM" delete --ids "$IDS" --yes --json' 2>"$IDS.log"
        echo $? >"$IDS.code") &
    until [ -e "$IDS.code" ] || grep -q "the ledger cannot be written: " "$IDS.log"; do sleep 0.05; done
    [ -e "$IDS.code" ] || echo waits
"#;

/// Waits for its end.
const UNTIL_IT_ENDS: &str = r#"
    wait; echo "first: $(cat "$IDS.code")"; cat "$IDS.log" >&2
"#;

/// Whether the delete waited, which was then told with the words; else it went through, or never began.
fn waited(told: &Told, words: &[&str]) -> bool {
    let waited = told.text.contains("waits\n");
    if waited {
        told.says(words);
    } else {
        let ends = ["first: 0", "first: 3"];
        let ended = ends.iter().any(|end| told.text.contains(end));
        assert!(ended, "{told:?}");
    }
    waited
}

#[test]
fn a_full_disk_is_waited_for_and_with_room_the_job_goes_on() {
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
               {UNTIL_IT_WAITS}
               mount -o remount,size=64m "$DATA" || exit 91
               {UNTIL_IT_ENDS}
               "$PROGRAM" resume --json; echo "second: $?"
               "$PROGRAM" delete --ids "$IDS" --yes --json"#
        );
        let told = house.shell(before, &script);
        assert_eq!(told.code, 0, "{size}: {told:?}");
        let folder = house.folder().display().to_string();
        let words = ["disk is full", "Free some space", &folder, "8 MB"];
        if waited(&told, &words) {
            midway += 1;
            for part in ["first: 0", "\"state\":\"ended\"", "null\nsecond: 0"] {
                assert!(told.text.contains(part), "{size}: {part}: {told:?}");
            }
        } else if told.text.contains("first: 3") {
            told.says(&words);
        }
        house.check_ended(&told);
    }
    assert!(midway > 0, "no disk was full in the middle of a job");
}

#[test]
fn a_job_that_ends_while_the_disk_is_full_is_continued_with_room() {
    let before = mounter();
    if before.is_empty() {
        println!("no file system may be mounted here");
        return;
    }
    // What was answered and could not be written is known no more after a crash: it is settled by asking.
    for (signal, code) in [("INT", "first: 130"), ("KILL", "first: 137")] {
        let mut midway = 0;
        for size in ["640k", "1000k", "1400k"] {
            let house = House::new();
            let script = format!(
                r#"mount -t tmpfs -o size={size} none "$DATA" || exit 90
                   {UNTIL_IT_WAITS}
                   [ -e "$IDS.code" ] || kill -{signal} "$(cat "$IDS.pid")"
                   {UNTIL_IT_ENDS}
                   mount -o remount,size=64m "$DATA" || exit 91
                   "$PROGRAM" resume --json"#
            );
            let told = house.shell(before, &script);
            assert_eq!(told.code, 0, "{size}: {told:?}");
            if waited(&told, &["disk is full"]) {
                midway += 1;
                assert!(told.text.contains(code), "{size}: {told:?}");
                house.check_ended(&told);
            }
        }
        assert!(midway > 0, "no disk was full in the middle of a job");
    }
}

#[test]
fn a_limit_on_file_sizes_is_waited_for_and_without_it_the_job_goes_on() {
    let mut midway = 0;
    for blocks in [100, 700, 1_200, 2_000] {
        let house = House::new();
        // Without the trap the system would end the program: a crash like others. Where the limit of another
        // program cannot be lifted, the job is stopped, and continued without one.
        let script = format!(
            r#"trap '' XFSZ; ulimit -S -f {blocks}
               {UNTIL_IT_WAITS}
               pid=$(cat "$IDS.pid")
               [ -e "$IDS.code" ] || prlimit --pid "$pid" --fsize=unlimited: || kill -INT "$pid"
               ulimit -S -f unlimited
               {UNTIL_IT_ENDS}
               "$PROGRAM" resume --json >"$IDS.resumed"; grep -q null "$IDS.resumed" || cat "$IDS.resumed""#
        );
        let told = house.shell(&[], &script);
        let words = ["ledger.sqlite", "has space", "quota"];
        midway += usize::from(waited(&told, &words));
        let object = told.text.lines().rfind(|line| line.starts_with('{'));
        match object {
            Some(object) => house.check_ended(&Told {
                text: object.to_owned(),
                ..told
            }),
            None => assert_eq!(house.gone(), 0, "{told:?}"),
        }
    }
    assert!(midway > 0, "no limit was met in the middle of a job");
}
