//! A set of rows as bits: 125 kB for a million rows, whatever is in it.

use fixedbitset::FixedBitSet;

use super::RowIx;
use super::mask::{Mask, WORDS};

/// Bits of a block of the set.
const BLOCK: usize = usize::BITS as usize;

/// A set of rows.
#[derive(Clone, Debug, Default)]
pub struct RowSet(FixedBitSet);

impl RowSet {
    /// An empty set with room for that many rows.
    pub fn with_slots(slots: usize) -> Self {
        Self(FixedBitSet::with_capacity(slots))
    }

    /// Adds a row; whether it was not in the set before.
    pub fn insert(&mut self, row: RowIx) -> bool {
        self.0.grow(row as usize + 1);
        !self.0.put(row as usize)
    }

    /// Takes a row out; whether it was in the set.
    pub fn remove(&mut self, row: RowIx) -> bool {
        let was = self.contains(row);
        if was {
            self.0.set(row as usize, false);
        }
        was
    }

    /// Whether the row is in the set.
    pub fn contains(&self, row: RowIx) -> bool {
        self.0.contains(row as usize)
    }

    /// How many rows are in the set.
    pub fn len(&self) -> usize {
        self.0.count_ones(..)
    }

    /// Whether no row is in the set.
    pub fn is_empty(&self) -> bool {
        self.0.is_clear()
    }

    /// Takes every row out.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The rows, ascending.
    pub fn iter(&self) -> impl Iterator<Item = RowIx> + '_ {
        self.0.ones().map(|row| row as RowIx)
    }

    /// How many rows are in both sets.
    pub fn shared(&self, other: &Self) -> usize {
        self.0.intersection_count(&other.0)
    }

    /// Adds all rows of the other set.
    pub fn add(&mut self, other: &Self) {
        self.0.union_with(&other.0);
    }

    /// Takes out all rows of the other set.
    pub fn subtract(&mut self, other: &Self) {
        self.0.difference_with(&other.0);
    }

    /// Keeps only rows that are in the other set too.
    pub fn keep(&mut self, other: &Self) {
        self.0.intersect_with(&other.0);
    }

    /// Turns over each row of the other set: out if it was in, in if it was out.
    pub fn toggle(&mut self, other: &Self) {
        self.0.symmetric_difference_with(&other.0);
    }

    /// The rows whose bits are set, 64 rows a word.
    pub(super) fn of_words(words: &[u64]) -> Self {
        let blocks = words.iter().flat_map(|&word| {
            let block = move |part: usize| (word >> (part * BLOCK)) as usize;
            (0..64 / BLOCK).map(block)
        });
        Self(FixedBitSet::with_capacity_and_blocks(
            64 * words.len(),
            blocks,
        ))
    }

    /// The bits of a segment's rows.
    pub(super) fn mask(&self, segment: usize) -> Mask {
        let mut mask = Mask::NONE;
        let first = segment * WORDS;
        for (number, word) in mask.0.iter_mut().enumerate() {
            *word = self.word(first + number);
        }
        mask
    }

    fn word(&self, number: usize) -> u64 {
        let blocks = self.0.as_slice();
        let block = |part: usize| {
            let block = blocks.get(number * (64 / BLOCK) + part);
            (block.copied().unwrap_or(0) as u64) << (part * BLOCK)
        };
        (0..64 / BLOCK).map(block).fold(0, |word, part| word | part)
    }

    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.0.len().div_ceil(8)
    }
}

impl FromIterator<RowIx> for RowSet {
    fn from_iter<I: IntoIterator<Item = RowIx>>(rows: I) -> Self {
        let mut set = Self::default();
        for row in rows {
            set.insert(row);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(set: &RowSet) -> Vec<RowIx> {
        set.iter().collect()
    }

    #[test]
    fn sets_of_different_lengths_work_together() {
        let small: RowSet = [1, 3].into_iter().collect();
        let large: RowSet = [3, 700].into_iter().collect();
        type Operation = fn(&mut RowSet, &RowSet);
        let cases: [(Operation, &[RowIx], &[RowIx]); 4] = [
            (RowSet::add, &[1, 3, 700], &[1, 3, 700]),
            (RowSet::subtract, &[1], &[700]),
            (RowSet::keep, &[3], &[3]),
            (RowSet::toggle, &[1, 700], &[1, 700]),
        ];
        for (operation, on_small, on_large) in cases {
            let mut set = small.clone();
            operation(&mut set, &large);
            assert_eq!(rows(&set), on_small);
            let mut set = large.clone();
            operation(&mut set, &small);
            assert_eq!(rows(&set), on_large);
        }
        assert_eq!((small.shared(&large), large.shared(&small)), (1, 1));
    }

    #[test]
    fn words_of_bits_come_and_go() {
        let set = RowSet::of_words(&[1 << 3, 0, 1 << 63 | 1]);
        assert_eq!(rows(&set), [3, 128, 191]);
        assert_eq!(set.mask(0).0[..4], [1 << 3, 0, 1 << 63 | 1, 0]);
        assert!(set.mask(1).is_empty());
    }

    #[test]
    fn one_row_goes_in_and_out() {
        let mut set = RowSet::default();
        assert!(set.insert(9) && !set.insert(9) && set.contains(9));
        assert!(set.remove(9) && !set.remove(9) && !set.remove(90) && set.is_empty());
    }
}
