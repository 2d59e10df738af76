//! A bit for each row of a segment.

use super::segment::ROWS;

/// Words of a mask.
pub(super) const WORDS: usize = ROWS / 64;
/// From this many rows of 64 on, all 64 are looked at: that needs no branches.
const DENSE: u32 = 12;

/// Which of a segment's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mask(pub [u64; WORDS]);

impl Mask {
    pub const NONE: Self = Self([0; WORDS]);

    /// Rows below `len` that fit.
    pub fn of(len: usize, fits: impl Fn(usize) -> bool) -> Self {
        let mut mask = Self::NONE;
        for (number, word) in mask.0.iter_mut().enumerate() {
            *word = word_of(number, len, &fits);
        }
        mask
    }

    /// Those of the rows that fit.
    pub fn keep(&self, len: usize, fits: impl Fn(usize) -> bool) -> Self {
        let mut kept = *self;
        for (number, word) in kept.0.iter_mut().enumerate() {
            if *word == 0 {
                continue;
            }
            if word.count_ones() >= DENSE {
                *word &= word_of(number, len, &fits);
                continue;
            }
            let mut left = *word;
            while left != 0 {
                let bit = left.trailing_zeros();
                left &= left - 1;
                if !fits(64 * number + bit as usize) {
                    *word &= !(1 << bit);
                }
            }
        }
        kept
    }

    pub fn set(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }

    pub fn and(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= b);
        self
    }

    pub fn or(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a |= b);
        self
    }

    pub fn without(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= !b);
        self
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|&word| word == 0)
    }

    pub fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// The rows, ascending.
    pub fn each(&self, mut see: impl FnMut(usize)) {
        for (number, &word) in self.0.iter().enumerate() {
            let mut left = word;
            while left != 0 {
                see(64 * number + left.trailing_zeros() as usize);
                left &= left - 1;
            }
        }
    }
}

fn word_of(number: usize, len: usize, fits: &impl Fn(usize) -> bool) -> u64 {
    let start = (64 * number).min(len);
    let end = (start + 64).min(len);
    let bits = (start..end).map(|at| u64::from(fits(at)) << (at - start));
    bits.fold(0, |word, bit| word | bit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_hold_what_fits() {
        let rows = |mask: &Mask| {
            let mut rows = Vec::new();
            mask.each(|at| rows.push(at));
            rows
        };
        let third = Mask::of(300, |at| at % 3 == 0);
        let want: Vec<usize> = (0..300).step_by(3).collect();
        assert_eq!(rows(&third), want);
        assert_eq!(third.count() as usize, want.len());
        let sixth = third.keep(300, |at| at % 2 == 0);
        assert_eq!(rows(&sixth), (0..300).step_by(6).collect::<Vec<_>>());
        let few = Mask::of(300, |at| at % 50 == 0).keep(300, |at| at > 60);
        assert_eq!(rows(&few), [100, 150, 200, 250]);
        assert_eq!(rows(&sixth.without(&third)), Vec::<usize>::new());
        assert_eq!(sixth.or(&third), third);
        assert_eq!(sixth.and(&third), sixth);
        assert!(Mask::NONE.is_empty() && !few.is_empty());
    }
}
