//! A clock that jumps in the middle of a job: the service refuses signatures with such a date.

use tallyman::demo::Target;

use crate::house::{House, Told};

#[test]
fn a_clock_that_jumps_halts_the_job_until_it_is_right() {
    // To the client, the service's clock ahead is its own clock behind.
    for (ahead, side) in [(3 * 3_600, "behind"), (-5 * 3_600, "ahead of")] {
        let house = House::new();
        // It is not over before the clock jumps, however slow the machine is.
        house.server.faults().hold(Target::Writes, 4);
        let child = house.delete();
        house.wait_for_writes(2);
        house.server.set_clock(ahead);
        house.server.faults().release();
        let told = Told::of(&child.wait_with_output().unwrap());
        assert_eq!((told.code, &told.object()["state"]), (1, &"halted".into()));
        told.says(&["clock", side]);
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
        told.says(&["clock", side]);
        assert_eq!(house.books().writes(), writes);
        house.server.set_clock(0);
        house.check_resumed();
    }
}
