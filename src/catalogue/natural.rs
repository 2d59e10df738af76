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

/// Bytes of a name that are sorted by at most.
const RUN: usize = 8 * WORDS;

/// Adds a folded name's run to `words`. The last word ends in a zero byte, unless the run is cut.
pub(super) fn put_words(folded: &str, words: &mut Vec<u64>) {
    let mut run = Run::default();
    let mut rest = folded.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if run.len >= RUN {
            break;
        }
        rest = match byte {
            b'0'..=b'9' => {
                let (digits, rest) = number(rest);
                run.put(b'0');
                run.put(count(digits));
                run.put_all(digits);
                rest
            }
            // A zero byte is an end and nothing else.
            0 | 1 => {
                run.put(1);
                run.put(byte + 1);
                after
            }
            _ => {
                run.put(byte);
                after
            }
        };
    }
    run.put_words(words);
}

/// Adds bytes, eight a word, first byte highest, none of them zero.
pub(super) fn put_bytes(bytes: impl Iterator<Item = u8>, words: &mut Vec<u64>) {
    let mut run = Run::default();
    bytes.take(RUN).for_each(|byte| run.put(byte));
    run.put_words(words);
}

/// The start of a run, on its way to words.
struct Run {
    /// One number may begin where the run is cut.
    bytes: [u8; RUN + 1],
    len: usize,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            bytes: [0; RUN + 1],
            len: 0,
        }
    }
}

impl Run {
    fn put(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = byte;
            self.len += 1;
        }
    }

    fn put_all(&mut self, bytes: &[u8]) {
        let room = &mut self.bytes[self.len..];
        let length = bytes.len().min(room.len());
        room[..length].copy_from_slice(&bytes[..length]);
        self.len += length;
    }

    fn put_words(&self, words: &mut Vec<u64>) {
        let count = (self.len / 8 + 1).min(WORDS);
        let (eights, _) = self.bytes[..8 * count].as_chunks();
        words.extend(eights.iter().map(|eight| u64::from_be_bytes(*eight)));
    }
}

/// The digits that a text begins with, those zeros left out that say nothing, and what is behind them.
fn number(text: &[u8]) -> (&[u8], &[u8]) {
    let is_digit = |b: &&u8| b.is_ascii_digit();
    let (digits, rest) = text.split_at(text.iter().take_while(is_digit).count());
    let zeros = digits.iter().take_while(|&&b| b == b'0').count();
    (&digits[zeros..], rest)
}

/// How many digits there are, as a byte that is never zero.
fn count(digits: &[u8]) -> u8 {
    digits.len().min(254) as u8 + 1
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
        (self.digits, self.rest) = number(self.rest);
        self.next = Some(count(self.digits));
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
    fn words_are_what_is_compared() {
        let long = "9".repeat(300);
        let texts = [
            "",
            "img_007.jpg",
            "a\0b\u{1}",
            "größe 10 製品",
            "0",
            "000",
            &long,
            &"0".repeat(300),
            &format!("{}12", "x".repeat(RUN - 1)),
            &format!("{}12", "x".repeat(RUN - 2)),
            &format!("{}\0", "x".repeat(RUN - 1)),
            &format!("{}7", "é".repeat(RUN / 2)),
        ];
        for text in texts {
            let mut compared = Vec::new();
            put_bytes(Bytes::of(text), &mut compared);
            assert_eq!(words(text), compared, "{text:?}");
        }
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
