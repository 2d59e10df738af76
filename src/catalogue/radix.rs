//! A stable sort of rows by a number, in time that grows with the rows alone, and word of the rows that are
//! equal in it.

use super::RowIx;

/// Bits that one pass sorts by, at most: its counters fit the processor's nearest memory.
const DIGIT: u32 = 11;
/// Bits of a number that are sorted by at once: with its row it takes one word.
const BITS: u32 = 32;
/// Below this many rows comparing is faster.
const FEW: usize = 1500;

/// Sorts rows by their keys, those without a key last. Rows of one key keep their order; `tied` gets each
/// run of several.
pub(super) fn sort(
    rows: &mut [RowIx],
    descending: bool,
    key: &dyn Fn(RowIx) -> Option<u64>,
    tied: &mut dyn FnMut(&mut [RowIx]),
) {
    let mut items = Vec::with_capacity(rows.len());
    let mut without = Vec::new();
    for &row in rows.iter() {
        match key(row) {
            Some(key) if descending => items.push((!key, row)),
            Some(key) => items.push((key, row)),
            None => without.push(row),
        }
    }
    let (with, rest) = rows.split_at_mut(items.len());
    rest.copy_from_slice(&without);
    by_number(with, items, tied);
    if rest.len() > 1 {
        tied(rest);
    }
}

/// Writes the rows of the items in their order.
fn by_number(rows: &mut [RowIx], mut items: Vec<(u64, RowIx)>, tied: &mut dyn FnMut(&mut [RowIx])) {
    let (least, bits) = range(&items);
    if items.len() < FEW || bits > BITS {
        order(&mut items);
        put(rows, &items, |item| item.1);
        return runs(rows, &items, |item| item.0, tied);
    }
    let pack = |(number, row)| (number - least) << BITS | u64::from(row);
    let packed = items.into_iter().map(pack).collect();
    let packed = passes(packed, bits);
    put(rows, &packed, |item| *item as RowIx);
    runs(rows, &packed, |item| item >> BITS, tied);
}

/// Sorts by numbers of any width: by the upper bits, then what is equal in those by all of them.
fn order(items: &mut [(u64, RowIx)]) {
    if items.len() < FEW {
        return items.sort_by_key(|item| item.0);
    }
    let (least, bits) = range(items);
    let shift = bits.saturating_sub(BITS);
    let upper = |item: &(u64, RowIx)| (item.0 - least) >> shift;
    let pack = |(item, at): (_, u64)| upper(item) << BITS | at;
    let packed: Vec<u64> = items.iter().zip(0..).map(pack).collect();
    let packed = passes(packed, bits - shift);
    let sorted: Vec<_> = packed
        .iter()
        .map(|item| items[*item as u32 as usize])
        .collect();
    items.copy_from_slice(&sorted);
    if shift > 0 {
        let tied = items.chunk_by_mut(|a, b| upper(a) == upper(b));
        tied.filter(|run| run.len() > 1).for_each(order);
    }
}

/// The least number, and how many bits the others need above it.
fn range(items: &[(u64, RowIx)]) -> (u64, u32) {
    let numbers = || items.iter().map(|item| item.0);
    let (least, most) = (numbers().min().unwrap_or(0), numbers().max().unwrap_or(0));
    (least, 64 - (most - least).leading_zeros())
}

fn put<T>(rows: &mut [RowIx], items: &[T], row: impl Fn(&T) -> RowIx) {
    for (place, item) in rows.iter_mut().zip(items) {
        *place = row(item);
    }
}

/// Hands on the rows of items beside each other that have one number.
fn runs<T>(
    rows: &mut [RowIx],
    items: &[T],
    number: impl Fn(&T) -> u64,
    tied: &mut dyn FnMut(&mut [RowIx]),
) {
    let mut at = 0;
    for run in items.chunk_by(|a, b| number(a) == number(b)) {
        let end = at + run.len();
        if run.len() > 1 {
            tied(&mut rows[at..end]);
        }
        at = end;
    }
}

/// Sorts items by so many bits above their lower 32.
fn passes(mut items: Vec<u64>, bits: u32) -> Vec<u64> {
    if bits == 0 || items.is_sorted() {
        return items;
    }
    let digit = bits.div_ceil(bits.div_ceil(DIGIT));
    let mut other = vec![0; items.len()];
    let mut shift = BITS;
    while shift < BITS + bits {
        let mask = (1_u64 << digit) - 1;
        let place = |item: u64| (item >> shift & mask) as usize;
        // What is equal in this digit everywhere needs no pass.
        if let Some(mut starts) = starts(&items, 1 << digit, place) {
            for &item in &items {
                let next = &mut starts[place(item)];
                other[*next as usize] = item;
                *next += 1;
            }
            std::mem::swap(&mut items, &mut other);
        }
        shift += digit;
    }
    items
}

/// Where the items of each digit begin; `None` if all have the same.
fn starts(items: &[u64], digits: usize, place: impl Fn(u64) -> usize) -> Option<Vec<u32>> {
    let mut counts = vec![0_u32; digits];
    items.iter().for_each(|&item| counts[place(item)] += 1);
    if counts.iter().any(|&count| count as usize == items.len()) {
        return None;
    }
    let mut start = 0;
    for count in &mut counts {
        (start, *count) = (start + *count, start);
    }
    Some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mixed(n: u64) -> u64 {
        let n = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (n ^ (n >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9)
    }

    /// Sorts a few and many rows by numbers of every width, some of them equal or missing.
    fn each_case(check: impl Fn(&[RowIx], bool, &dyn Fn(RowIx) -> Option<u64>, &str)) {
        for rows in [0_u32, 1, 2, 100, 5000] {
            for (shift, gaps) in [
                (64, false),
                (60, true),
                (40, false),
                (32, false),
                (31, true),
                (20, true),
                (0, false),
                (0, true),
            ] {
                for lump in [1, 3, 2000] {
                    // Lumps differ in their lowest bit alone.
                    let key = |row: RowIx| {
                        let number = mixed(u64::from(row / lump)).checked_shr(shift);
                        let number =
                            number.unwrap_or(7) ^ u64::from(lump > 1 && row.is_multiple_of(7));
                        (!gaps || !mixed(number).is_multiple_of(5)).then_some(number)
                    };
                    let start: Vec<RowIx> = (0..rows).rev().collect();
                    for descending in [false, true] {
                        let case = format!("{rows} {shift} {gaps} {lump} {descending}");
                        check(&start, descending, &key, &case);
                    }
                }
            }
        }
    }

    #[test]
    fn sorts_as_a_stable_sort_does() {
        each_case(|start, descending, key, case| {
            let place = |row: &RowIx| match key(*row) {
                Some(key) => (false, if descending { !key } else { key }),
                None => (true, 0),
            };
            let mut want = start.to_vec();
            want.sort_by_key(place);
            let mut got = start.to_vec();
            sort(&mut got, descending, key, &mut |_| ());
            assert_eq!(got, want, "{case}");
        });
    }

    #[test]
    fn tells_of_all_that_is_equal_and_of_nothing_else() {
        each_case(|start, descending, key, case| {
            let (mut rows, mut tied) = (start.to_vec(), Vec::new());
            sort(&mut rows, descending, key, &mut |run| {
                tied.push(run.to_vec())
            });
            let equal = rows.chunk_by(|a, b| key(*a) == key(*b));
            let equal: Vec<_> = equal.filter(|run| run.len() > 1).collect();
            assert_eq!(tied, equal, "{case}");
        });
    }
}
