//! Natural order of names: `img2` before `img10`, `A` beside `a`.
//!
//! A name becomes a run of bytes whose plain order is the natural one: letters without case, and each
//! number as `0`, its count of digits, its digits. Sorting compares a prefix of it first.

use std::cmp::Ordering;

use super::fold::fold_char;

/// Compares two names in natural order, without case and without leading zeros.
pub fn compare(a: &str, b: &str) -> Ordering {
    Bytes::of(a).cmp(Bytes::of(b))
}

/// The first 16 bytes of a name's run, as a number that compares like them.
pub(super) fn prefix(name: &str) -> u128 {
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(Bytes::of(name)) {
        *to = from;
    }
    u128::from_be_bytes(bytes)
}

struct Bytes<'a> {
    rest: &'a str,
    /// Bytes to give before the next character is read.
    digits: &'a [u8],
    count: Option<u8>,
    letters: Letters,
}

/// One character's lower case, at most three characters, in UTF-8.
#[derive(Default)]
struct Letters {
    bytes: [u8; 12],
    at: u8,
    len: u8,
}

impl<'a> Bytes<'a> {
    fn of(name: &'a str) -> Self {
        Self {
            rest: name,
            digits: &[],
            count: None,
            letters: Letters::default(),
        }
    }

    fn start_number(&mut self) -> u8 {
        let after = self.rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = &self.rest[..self.rest.len() - after.len()];
        self.rest = after;
        self.digits = digits.trim_start_matches('0').as_bytes();
        self.count = Some(self.digits.len().min(255) as u8);
        b'0'
    }

    fn start_letters(&mut self) -> Option<u8> {
        let mut chars = self.rest.chars();
        let first = chars.next()?;
        self.rest = chars.as_str();
        let mut letters = Letters::default();
        for c in fold_char(first) {
            let at = usize::from(letters.len);
            letters.len += c.encode_utf8(&mut letters.bytes[at..]).len() as u8;
        }
        self.letters = letters;
        self.letters.next()
    }
}

impl Letters {
    fn next(&mut self) -> Option<u8> {
        let byte = (self.at < self.len).then(|| self.bytes[usize::from(self.at)]);
        self.at += u8::from(byte.is_some());
        byte
    }
}

impl Iterator for Bytes<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        if let Some(count) = self.count.take() {
            return Some(count);
        }
        if let Some((&digit, rest)) = self.digits.split_first() {
            self.digits = rest;
            return Some(digit);
        }
        if let Some(byte) = self.letters.next() {
            return Some(byte);
        }
        let byte = *self.rest.as_bytes().first()?;
        match byte {
            b'0'..=b'9' => Some(self.start_number()),
            0..=127 => {
                self.rest = &self.rest[1..];
                Some(byte.to_ascii_lowercase())
            }
            128.. => self.start_letters(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_natural_order() {
        let sorted = [
            "", "-x", "0", "1 a", "1b", "2", "10", "a", "a1", "A2.png", "a10", "b", "img2",
            "IMG10", "img10a", "img11", "Ä", "ö2", "Ö10", "ж", "Я", "製品",
        ];
        for (place, a) in sorted.iter().enumerate() {
            for (other, b) in sorted.iter().enumerate() {
                assert_eq!(compare(a, b), place.cmp(&other), "{a:?} and {b:?}");
                let quick = prefix(a).cmp(&prefix(b));
                assert!(
                    quick.is_eq() || quick == compare(a, b),
                    "prefix of {a:?}, {b:?}"
                );
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
}
