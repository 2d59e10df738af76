//! A stable sort of rows by a number, in time that grows with the rows alone.

use super::RowIx;

/// Bits that one pass sorts by, at most: its counters fit the processor's nearest memory.
const DIGIT: u32 = 11;
/// Below this many rows comparing is faster.
const FEW: usize = 1500;

/// Rows by their keys, those without a key last. Rows of one key keep their order.
pub(super) fn sorted(
    rows: &[RowIx],
    descending: bool,
    key: impl Fn(RowIx) -> Option<u64>,
) -> Vec<RowIx> {
    let keys: Vec<Option<u64>> = rows.iter().map(|&row| key(row)).collect();
    let some = || keys.iter().flatten().copied();
    let (Some(least), Some(most)) = (some().min(), some().max()) else {
        return rows.to_vec();
    };
    let range = most - least;
    let none = range.saturating_add(1);
    let number = |key: &Option<u64>| match key {
        Some(key) if descending => most - key,
        Some(key) => key - least,
        None => none,
    };
    let has_none = keys.iter().any(Option::is_none);
    let bits = 64 - (if has_none { none } else { range }).leading_zeros();
    let numbers = keys.iter().map(number);
    if rows.len() < FEW {
        let mut items: Vec<(u64, RowIx)> = numbers.zip(rows.iter().copied()).collect();
        items.sort_by_key(|item| item.0);
        return items.into_iter().map(|item| item.1).collect();
    }
    if bits <= 32 {
        // Number and row in one word.
        let pack = |(number, &row): (u64, &RowIx)| number << 32 | u64::from(row);
        let items: Vec<u64> = numbers.zip(rows).map(pack).collect();
        let items = passes(items, bits, |item| item >> 32);
        return items.into_iter().map(|item| item as RowIx).collect();
    }
    let items: Vec<(u64, RowIx)> = numbers.zip(rows.iter().copied()).collect();
    let items = passes(items, bits, |item| item.0);
    items.into_iter().map(|item| item.1).collect()
}

fn passes<T: Copy + Default>(mut items: Vec<T>, bits: u32, key: impl Fn(&T) -> u64) -> Vec<T> {
    if bits == 0 {
        return items;
    }
    let digit = bits.div_ceil(bits.div_ceil(DIGIT));
    let mut other = vec![T::default(); items.len()];
    let mut shift = 0;
    while shift < bits {
        let mask = (1_u64 << digit) - 1;
        let place = |item: &T| (key(item) >> shift & mask) as usize;
        let mut starts = starts(&items, 1 << digit, place);
        // What is equal in this digit everywhere needs no pass.
        if let Some(starts) = &mut starts {
            for item in &items {
                let next = &mut starts[place(item)];
                other[*next as usize] = *item;
                *next += 1;
            }
            std::mem::swap(&mut items, &mut other);
        }
        shift += digit;
    }
    items
}

/// Where the items of each digit begin; `None` if all have the same.
fn starts<T>(items: &[T], digits: usize, place: impl Fn(&T) -> usize) -> Option<Vec<u32>> {
    let mut counts = vec![0_u32; digits];
    items.iter().for_each(|item| counts[place(item)] += 1);
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

    #[test]
    fn sorts_as_a_stable_sort_does() {
        for rows in [0_u32, 1, 2, 100, 5000] {
            for (shift, gaps) in [
                (64, false),
                (60, true),
                (40, false),
                (20, true),
                (0, false),
                (0, true),
            ] {
                let key = |row: RowIx| {
                    let number = mixed(u64::from(row)).checked_shr(shift).unwrap_or(7);
                    (!gaps || number % 5 != 0).then_some(number)
                };
                let start: Vec<RowIx> = (0..rows).rev().collect();
                for descending in [false, true] {
                    let mut want = start.clone();
                    want.sort_by_key(|&row| {
                        let key = key(row);
                        (
                            key.is_none(),
                            key.map(|key| if descending { !key } else { key }),
                        )
                    });
                    let got = sorted(&start, descending, key);
                    assert_eq!(got, want, "{rows} {shift} {gaps} {descending}");
                }
            }
        }
    }
}
