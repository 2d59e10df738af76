//! Which of the demo's files are the same file once more, as happens where people upload by hand.

/// At most so many files were uploaded again.
const SETS: usize = 48;

/// Pairs of places among `count` files: the second becomes what the first is. Most come twice, some three or
/// four times; some minutes later, some months.
pub(super) fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    const STEPS: [usize; 4] = [1, 3, 41, 353];
    let sets = (count / 60).min(SETS);
    let set = move |n: usize| {
        let from = (2 * n + 1) * count / (2 * sets);
        let more = [1, 1, 2, 1, 3][n % 5];
        (1..=more).map(move |again| (from, from + again * STEPS[n % STEPS.len()]))
    };
    (0..sets).flat_map(set).filter(move |(_, to)| *to < count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_has_some_dozens_and_a_small_one_few() {
        for (count, least, most) in [(0, 0, 0), (59, 0, 0), (300, 3, 12), (20_000, 60, 90)] {
            let pairs: Vec<_> = pairs(count).collect();
            assert!((least..=most).contains(&pairs.len()), "{count}: {pairs:?}");
            assert!(pairs.iter().all(|(from, to)| from < to && *to < count));
        }
    }
}
