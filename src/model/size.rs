//! Sizes and counts in words.

use humansize::{DECIMAL, FormatSizeOptions, format_size};

/// `312.4 GB`, `44 kB`, `7 B`: decimal units (SI), at most one decimal, none below a megabyte.
pub fn bytes(size: u64) -> String {
    let places = if size < 1_000_000 { 0 } else { 1 };
    let options = FormatSizeOptions::from(DECIMAL)
        .decimal_places(places)
        .decimal_zeroes(places);
    format_size(size, options)
}

/// `48,213`: groups of three, as in every caption, toast and report.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 file`, `5,000 files`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    let word = if number == 1 { one } else { many };
    format!("{} {word}", count(number))
}

/// The sum, or the largest number where it would be larger still: sizes are what somebody else says.
pub fn sum(sizes: impl Iterator<Item = u64>) -> u64 {
    sizes.fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_sizes_add_up_to_the_most() {
        assert_eq!(sum([1, 2].into_iter()), 3);
        assert_eq!(sum([u64::MAX, 2].into_iter()), u64::MAX);
    }

    #[test]
    fn bytes_are_short_and_decimal() {
        let cases = [
            (0, "0 B"),
            (999, "999 B"),
            (44_000, "44 kB"),
            (1_000_000, "1.0 MB"),
            (4_213_000, "4.2 MB"),
            (312_400_000_000, "312.4 GB"),
        ];
        for (size, shown) in cases {
            assert_eq!(bytes(size), shown);
        }
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(48_213), "48,213");
        assert_eq!(count(1_000_000), "1,000,000");
        assert_eq!(counted(1, "file", "files"), "1 file");
        assert_eq!(counted(5_000, "file", "files"), "5,000 files");
    }
}
