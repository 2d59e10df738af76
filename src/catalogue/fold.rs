//! Upper and lower case made one, in any script.

/// One character without case. Greek final sigma is the same letter as the other.
pub(super) fn fold_char(c: char) -> impl Iterator<Item = char> {
    let c = if c == 'ς' { 'σ' } else { c };
    c.to_lowercase()
}

/// The text without case.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(text, &mut out);
    out
}

/// Puts the text without case into `out`, in place of what was there.
pub(super) fn fold_into(text: &str, out: &mut String) {
    out.clear();
    if text.is_ascii() {
        out.push_str(text);
        out.make_ascii_lowercase();
    } else {
        out.extend(text.chars().flat_map(fold_char));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_goes_in_any_script() {
        let cases = [
            ("IMG_01.JPG", "img_01.jpg"),
            ("ФОТО_Склад", "фото_склад"),
            ("ΟΔΟΣ.png", "οδοσ.png"),
            ("οδος.png", "οδοσ.png"),
            ("GRÖẞE", "größe"),
            ("製品", "製品"),
        ];
        for (text, folded) in cases {
            assert_eq!(fold(text), folded);
        }
    }
}
