//! A clock that jumps in the middle of a job: the service refuses signatures with such a date, and the job waits.

use std::process::Child;

use rustix::process::{Pid, Signal, kill_process};
use tallyman::demo::Target;

use crate::house::{House, Told, heard_until};

/// A job that waits for the clock, which is so far off, and what it says of that.
fn waiting(house: &House, ahead: i64) -> (Child, String) {
    // It is not over before the clock jumps, however slow the machine is.
    house.server.faults().hold(Target::Writes, 4);
    let mut child = house.delete();
    house.wait_for_writes(2);
    house.server.set_clock(ahead);
    house.server.faults().release();
    let words = heard_until(&mut child, "next try in");
    (child, words)
}

#[test]
fn a_clock_that_jumps_only_takes_time() {
    // To the client, the service's clock ahead is its own clock behind.
    for (ahead, side) in [(3 * 3_600, "behind"), (-5 * 3_600, "ahead of")] {
        let house = House::new();
        let (child, words) = waiting(&house, ahead);
        for part in ["wrong clock", side, "Set it right"] {
            assert!(words.contains(part), "{part}: {words}");
        }
        let (gone, before) = (house.gone(), house.ids.len() as u64);
        assert!(gone < before, "it waits");
        house.server.set_clock(0);
        let told = Told::of(&child.wait_with_output().unwrap());
        assert_eq!(told.code, 0, "{told:?}");
        house.check_ended(&told);
    }
}

#[test]
fn a_stop_while_the_clock_is_wrong_can_be_continued_when_it_is_right() {
    let house = House::new();
    let (child, _) = waiting(&house, 3 * 3_600);
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let told = Told::of(&child.wait_with_output().unwrap());
    assert_eq!(
        (told.code, &told.object()["state"]),
        (130, &"stopped".into())
    );
    let outcomes = &told.object()["outcomes"];
    assert_eq!(outcomes["done"], house.gone());
    assert_eq!(
        (&outcomes["failed"], &outcomes["unknown"]),
        (&0.into(), &0.into())
    );
    house.check_true_so_far();
    // Still wrong: nothing begins.
    let writes = house.books().writes();
    let told = house.run(&["resume", "--json"]);
    assert_ne!(told.code, 0);
    told.says(&["clock", "behind"]);
    assert_eq!(house.books().writes(), writes);
    house.server.set_clock(0);
    house.check_resumed();
}
