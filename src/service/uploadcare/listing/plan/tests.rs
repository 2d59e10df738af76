//! The plan against a service of a few lines: what is listed is what is there, in whatever order answers come.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::model::Time;

/// A service: files by key, newest first, those of one key in the order of their numbers.
#[derive(Clone, Debug, Default)]
struct World {
    files: Vec<(i64, u32)>,
    page: usize,
    inclusive: bool,
    no_skip: bool,
    deaf: bool,
    one_way: bool,
    endless: bool,
}

impl World {
    fn new(keys: &[i64], page: usize) -> Self {
        let mut world = Self {
            files: keys.iter().copied().zip(0..).collect(),
            page,
            ..Self::default()
        };
        world.sort();
        world
    }

    fn put(&mut self, key: i64, number: u32) {
        self.files.push((key, number));
        self.sort();
    }

    fn sort(&mut self) {
        self.files
            .sort_by_key(|(key, number)| (std::cmp::Reverse(*key), *number));
    }

    fn answer(&self, ask: Ask) -> (Vec<FileRow>, bool) {
        let (key, skip) = match ask {
            Ask::Newest => (i64::MAX, 0),
            Ask::Oldest if self.one_way => (i64::MAX, 0),
            Ask::Oldest => {
                let oldest = self.files.iter().rev();
                let rows: Vec<_> = oldest.take(self.page).map(row).collect();
                return (rows, self.files.len() > self.page);
            }
            // The address names the microsecond above the key.
            Ask::Down { key, skip, .. } => (key + i64::from(self.inclusive), skip),
        };
        let key = if self.deaf { i64::MAX } else { key };
        let skip = if self.no_skip { 0 } else { skip };
        let below = self.files.iter().filter(|(other, _)| *other <= key);
        let mut rows: Vec<_> = below.skip(skip).take(self.page + 1).map(row).collect();
        let more = rows.len() > self.page || (self.endless && !rows.is_empty());
        rows.truncate(self.page);
        (rows, more)
    }
}

fn row((key, number): &(i64, u32)) -> FileRow {
    FileRow {
        uploaded: Some(Time(*key)),
        ..FileRow::unknown(format!("{number}").as_str().into())
    }
}

/// What happens to the service while it is listed.
#[derive(Clone, Debug)]
enum Event {
    /// So many more requests are begun, if there is something to ask for.
    Claim(usize),
    /// One of the requests under way is answered.
    Answer(usize),
    /// One of the files goes.
    Remove(usize),
    /// One comes, with this key.
    Arrive(i64),
}

#[derive(Debug, Default)]
struct Listing {
    listed: Vec<u32>,
    asked: usize,
    lost: Option<Lost>,
}

/// Lists the world while the events happen, then to the end. Returns the numbers that were there throughout.
fn list(
    world: &mut World,
    low: Option<i64>,
    events: &[Event],
    most: usize,
) -> (Listing, HashSet<u32>) {
    let mut plan = Plan::new(low);
    let mut listing = Listing::default();
    let mut throughout: HashSet<u32> = world.files.iter().map(|(_, number)| *number).collect();
    let mut under_way: Vec<Ask> = Vec::new();
    let mut events = events.iter().cloned();
    for number in 0.. {
        assert!(number < 100_000, "it never ends: {plan:?}");
        let event = events.next();
        let over = event.is_none();
        match event.unwrap_or(Event::Answer(number * 7)) {
            Event::Claim(times) => claim(&mut plan, &mut under_way, times.min(most)),
            Event::Remove(place) if !world.files.is_empty() => {
                let (_, gone) = world.files.remove(place % world.files.len());
                throughout.remove(&gone);
            }
            Event::Arrive(key) => world.put(key, 10_000 + number as u32),
            Event::Answer(place) if !under_way.is_empty() => {
                let ask = under_way.swap_remove(place % under_way.len());
                let (rows, more) = world.answer(ask);
                listing.asked += 1;
                match plan.took(ask, rows, more) {
                    Ok(rows) => {
                        let number = |row: &FileRow| row.id.as_str().parse::<u32>().unwrap();
                        let numbers = rows.iter().map(number);
                        listing.listed.extend(numbers);
                    }
                    Err(lost) => {
                        listing.lost = Some(lost);
                        break;
                    }
                }
            }
            _ => {}
        }
        if over {
            let room = most.saturating_sub(under_way.len());
            claim(&mut plan, &mut under_way, room);
            if under_way.is_empty() {
                assert!(!plan.wants());
                break;
            }
        }
    }
    (listing, throughout)
}

fn claim(plan: &mut Plan, under_way: &mut Vec<Ask>, times: usize) {
    for _ in 0..times {
        let wants = plan.wants();
        let ask = plan.claim();
        assert_eq!(ask.is_some(), wants);
        under_way.extend(ask);
    }
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (1..4_usize).prop_map(Event::Claim),
        6 => any::<usize>().prop_map(Event::Answer),
        1 => any::<usize>().prop_map(Event::Remove),
        1 => (0..60_i64).prop_map(Event::Arrive),
    ]
}

/// Keys with anything from no ties to nothing but ties.
fn keys() -> impl Strategy<Value = Vec<i64>> {
    prop_oneof![
        prop::collection::vec(0..1_000_000_i64, 0..150),
        prop::collection::vec(0..40_i64, 0..150),
        prop::collection::vec(20..23_i64, 0..80),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_file_that_stays_is_listed_once(
        keys in keys(),
        page in 2..16_usize,
        (inclusive, endless) in any::<(bool, bool)>(),
        events in prop::collection::vec(event(), 0..120),
        most in 1..9_usize,
    ) {
        let mut world = World { inclusive, endless, ..World::new(&keys, page) };
        let (listing, throughout) = list(&mut world, None, &events, most);
        prop_assert_eq!(listing.lost, None);
        let listed: HashSet<u32> = listing.listed.iter().copied().collect();
        prop_assert_eq!(listed.len(), listing.listed.len(), "none twice");
        prop_assert!(throughout.is_subset(&listed), "{:?}", throughout.difference(&listed));
        let ever = |number: &u32| *number < keys.len() as u32 || *number >= 10_000;
        prop_assert!(listed.iter().all(ever));
    }

    #[test]
    fn a_refresh_brings_all_that_came_since(
        keys in keys(),
        page in 2..16_usize,
        low in 0..60_i64,
        inclusive in any::<bool>(),
        most in 1..9_usize,
    ) {
        let mut world = World { inclusive, ..World::new(&keys, page) };
        let (listing, _) = list(&mut world, Some(low), &[], most);
        let newer: HashSet<u32> = (0..).zip(&keys).filter(|(_, key)| **key >= low).map(|(number, _)| number).collect();
        prop_assert_eq!(listing.lost, None);
        prop_assert_eq!(listing.listed.len(), newer.len());
        prop_assert_eq!(listing.listed.into_iter().collect::<HashSet<_>>(), newer);
    }

    #[test]
    fn a_service_that_skips_nothing_loses_nothing_unsaid(keys in keys(), page in 2..16_usize, most in 1..9_usize) {
        let mut world = World { no_skip: true, ..World::new(&keys, page) };
        let (listing, throughout) = list(&mut world, None, &[], most);
        let listed: HashSet<u32> = listing.listed.iter().copied().collect();
        prop_assert!(listing.lost == Some(Lost::Tie) || listed == throughout);
    }
}

#[test]
fn one_page_costs_one_call() {
    for count in [0, 1, 9, 10] {
        let keys: Vec<i64> = (0..count).collect();
        let (listing, all) = list(&mut World::new(&keys, 10), None, &[], 8);
        assert_eq!(
            (listing.asked, listing.listed.len()),
            (1, all.len()),
            "{count}"
        );
    }
}

#[test]
fn parallel_pages_cost_few_calls_more() {
    // Evenly spread, and in three bursts years apart.
    let even: Vec<i64> = (0..100_000).map(|number| number * 1_000_000).collect();
    let bursts: Vec<i64> = (0..100_000)
        .map(|number| number / 33_334 * 100_000_000_000_000 + number % 33_334)
        .collect();
    for (what, keys, most) in [("even", &even, 145), ("bursts", &bursts, 400)] {
        let (listing, all) = list(&mut World::new(keys, 1000), None, &[], 16);
        assert_eq!(listing.listed.len(), all.len());
        assert!(listing.asked <= most, "{what}: {} calls", listing.asked);
    }
}

#[test]
fn the_newest_come_first_and_the_largest_stretch_is_halved() {
    let keys: Vec<i64> = (0..1_000).collect();
    let world = World::new(&keys, 10);
    let mut plan = Plan::new(None);
    assert_eq!(plan.claim(), Some(Ask::Newest));
    assert!(
        !plan.wants() && plan.claim().is_none(),
        "nothing is known yet"
    );
    let (rows, more) = world.answer(Ask::Newest);
    assert_eq!(plan.took(Ask::Newest, rows, more).unwrap().len(), 10);
    let down = |stretch, key| {
        Some(Ask::Down {
            stretch,
            key,
            skip: 0,
        })
    };
    assert_eq!(plan.claim(), down(1, 990), "the newest");
    assert_eq!(plan.claim(), Some(Ask::Oldest));
    assert_eq!(plan.claim(), None, "the end is not known");
    let (rows, more) = world.answer(Ask::Oldest);
    assert_eq!(plan.took(Ask::Oldest, rows, more).unwrap().len(), 10);
    assert_eq!(plan.claim(), down(2, 499), "half of 9 to 990");
    assert_eq!(plan.claim(), down(3, 745), "half of 500 to 990");
    assert_eq!(plan.claim(), down(4, 254));
}

#[test]
fn pages_that_do_not_follow_the_axis_are_noticed() {
    let keys: Vec<i64> = (0..300).collect();
    let deaf = &mut World {
        deaf: true,
        ..World::new(&keys, 10)
    };
    assert_eq!(list(deaf, None, &[], 4).0.lost, Some(Lost::Axis));
    // One that gives the newest when asked for the oldest costs the parallel way, and nothing else.
    let one_way = &mut World {
        one_way: true,
        ..World::new(&keys, 10)
    };
    let (listing, all) = list(one_way, None, &[], 4);
    assert_eq!((listing.lost, listing.listed.len()), (None, all.len()));
    let row = |key: Option<i64>| FileRow {
        uploaded: key.map(Time),
        ..FileRow::unknown("a".into())
    };
    for (keys, follows) in [
        (vec![Some(3), Some(3), None, Some(1)], true),
        (vec![Some(1), None, Some(3)], false),
        (vec![None, None], false),
    ] {
        let rows: Vec<FileRow> = keys.iter().map(|key| row(*key)).collect();
        assert_eq!(follows_the_axis(&rows), follows, "{keys:?}");
    }
}

#[test]
fn an_instant_with_more_files_than_a_page() {
    let mut keys = vec![50; 95];
    keys.extend([99, 98, 3, 2, 1]);
    let (listing, all) = list(&mut World::new(&keys, 10), None, &[], 4);
    assert_eq!((listing.lost, listing.listed.len()), (None, all.len()));
    let no_skip = &mut World {
        no_skip: true,
        ..World::new(&keys, 10)
    };
    assert_eq!(list(no_skip, None, &[], 4).0.lost, Some(Lost::Tie));
}

#[test]
fn pages_of_one_instant_that_come_by_turns_come_to_an_end() {
    let mut plan = Plan::new(None);
    let page = |start: u32| {
        (start..start + 10)
            .map(|number| row(&(5, number)))
            .collect()
    };
    plan.claim();
    plan.took(Ask::Newest, page(0), true).unwrap();
    let mut ways = Vec::new();
    for number in 0..100 {
        let Some(ask) = plan.claim() else {
            break;
        };
        // Two pages that share some files, whatever is skipped.
        let rows: Vec<FileRow> = page([0, 5][number % 2]);
        let Ask::Down { .. } = ask else {
            plan.took(ask, rows, true).unwrap();
            continue;
        };
        ways.push(plan.took(ask, rows, true).map(|rows| rows.len()));
        if ways.last() == Some(&Err(Lost::Axis)) {
            break;
        }
    }
    assert_eq!(ways.last(), Some(&Err(Lost::Axis)), "{ways:?}");
    assert!(ways.len() < 20, "{ways:?}");
}
