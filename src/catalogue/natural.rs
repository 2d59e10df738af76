//! Natural order of names: `img2` before `img10`, `A` beside `a`.
//!
//! A name becomes a run of bytes whose plain order is the natural one: letters without case, and each
//! number as `0`, its count of digits, its digits. The run goes eight bytes a word, for sorting.

use std::cmp::Ordering;

use super::fold::fold;

/// Words of a name that are sorted by at most; what is equal in all of them is compared in full.
pub(super) const WORDS: usize = 16;

/// Compares two names in natural order, without case and without leading zeros.
pub fn compare(a: &str, b: &str) -> Ordering {
    Bytes::of(&fold(a)).cmp(Bytes::of(&fold(b)))
}

/// Adds a folded name's run to `words`. The last word ends in a zero byte, unless the run is cut.
pub(super) fn put_words(folded: &str, words: &mut Vec<u64>) {
    put_bytes(Bytes::of(folded), words);
}

/// Adds bytes, eight a word, first byte highest, none of them zero.
pub(super) fn put_bytes(bytes: impl Iterator<Item = u8>, words: &mut Vec<u64>) {
    let start = words.len();
    let (mut word, mut free) = (0, 64);
    for byte in bytes.take(8 * WORDS) {
        free -= 8;
        word |= u64::from(byte) << free;
        if free == 0 {
            words.push(word);
            (word, free) = (0, 64);
        }
    }
    if words.len() - start < WORDS {
        words.push(word);
    }
}

struct Bytes<'a> {
    rest: &'a [u8],
    digits: &'a [u8],
    /// A byte to give before all else.
    next: Option<u8>,
}

impl<'a> Bytes<'a> {
    fn of(folded: &'a str) -> Self {
        Self {
            rest: folded.as_bytes(),
            digits: &[],
            next: None,
        }
    }

    fn start_number(&mut self) -> u8 {
        let is_digit = |b: &&u8| b.is_ascii_digit();
        let (digits, rest) = self
            .rest
            .split_at(self.rest.iter().take_while(is_digit).count());
        let zeros = digits.iter().take_while(|&&b| b == b'0').count();
        self.rest = rest;
        self.digits = &digits[zeros..];
        self.next = Some(self.digits.len().min(254) as u8 + 1);
        b'0'
    }
}

impl Iterator for Bytes<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        if let Some(byte) = self.next.take() {
            return Some(byte);
        }
        if let Some((&digit, rest)) = self.digits.split_first() {
            self.digits = rest;
            return Some(digit);
        }
        let (&byte, rest) = self.rest.split_first()?;
        if byte.is_ascii_digit() {
            return Some(self.start_number());
        }
        self.rest = rest;
        if byte <= 1 {
            // A zero byte is an end and nothing else.
            self.next = Some(byte + 1);
            return Some(1);
        }
        Some(byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(name: &str) -> Vec<u64> {
        let mut words = vec![u64::MAX; 2 * WORDS];
        put_words(&fold(name), &mut words);
        words.split_off(2 * WORDS)
    }

    #[test]
    fn names_stand_in_natural_order() {
        let sorted = [
            "", "\0", "\0\0", "\u{1}", "-x", "0", "0\0", "1 a", "1b", "2", "10", "a", "a\0", "a1",
            "A2.png", "a10", "b", "img2", "IMG10", "img10a", "img11", "Ä", "ö2", "Ö10", "ж", "Я",
            "製品",
        ];
        for (place, a) in sorted.iter().enumerate() {
            for (other, b) in sorted.iter().enumerate() {
                assert_eq!(compare(a, b), place.cmp(&other), "{a:?} and {b:?}");
                assert_eq!(words(a).cmp(&words(b)), place.cmp(&other), "{a:?}, {b:?}");
            }
        }
    }

    #[test]
    fn case_and_leading_zeros_are_no_difference() {
        for (a, b) in [("IMG_007", "img_7"), ("ФОТО", "фото"), ("00", "0")] {
            assert_eq!(compare(a, b), Ordering::Equal);
        }
        let long = "9".repeat(400);
        assert_eq!(compare(&long, &format!("{long}0")), Ordering::Less);
    }

    #[test]
    fn words_end_in_zero_unless_they_are_cut() {
        for length in 0..200 {
            let words = words(&"x".repeat(length));
            let cut = length >= 8 * WORDS;
            assert_eq!(words[words.len() - 1] & 0xff == 0, !cut, "{length}");
            assert_eq!(words.len(), (length / 8 + 1).min(WORDS), "{length}");
        }
    }
}
