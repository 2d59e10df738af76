//! Upper and lower case made one, in any script.

use memchr::memmem::Finder;

/// The text without case.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_onto(text, &mut out);
    out
}

/// Adds the text without case to `out`.
fn fold_onto(text: &str, out: &mut String) {
    if text.is_ascii() {
        let start = out.len();
        out.push_str(text);
        out[start..].make_ascii_lowercase();
    } else {
        out.extend(text.chars().flat_map(fold_char));
    }
}

/// One character without case. Greek final sigma is the same letter as the other.
fn fold_char(c: char) -> impl Iterator<Item = char> {
    let c = if c == 'ς' { 'σ' } else { c };
    c.to_lowercase()
}

/// Texts without case, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Folded {
    text: String,
    ends: Vec<u32>,
}

impl Folded {
    /// Folds texts.
    pub fn of<'a>(texts: impl ExactSizeIterator<Item = &'a str>) -> Self {
        let mut text = String::new();
        let mut ends = Vec::with_capacity(texts.len());
        for one in texts {
            fold_onto(one, &mut text);
            ends.push(text.len() as u32);
        }
        text.shrink_to_fit();
        Self { text, ends }
    }

    /// The text at a place.
    pub fn name(&self, at: usize) -> &str {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start as usize..self.ends[at] as usize]
    }

    /// The places of the texts that have the word in them, ascending.
    pub fn each_with(&self, word: &Finder<'_>, mut see: impl FnMut(usize)) {
        let text = self.text.as_bytes();
        let length = word.needle().len();
        let (mut at, mut from) = (0, 0);
        while let Some(found) = word.find(&text[from..]) {
            let start = from + found;
            while self.ends[at] as usize <= start {
                at += 1;
            }
            let end = self.ends[at] as usize;
            if start + length <= end {
                see(at);
                from = end;
            } else {
                // It lies across two texts.
                from = start + 1;
            }
        }
    }

    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.text.capacity() + 4 * self.ends.capacity()
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

    #[test]
    fn many_texts_are_kept_apart() {
        let folded = Folded::of(["IMG", "", "ẞa", "Ω"].into_iter());
        let names: Vec<_> = (0..4).map(|at| folded.name(at)).collect();
        assert_eq!(names, ["img", "", "ßa", "ω"]);
        let with = |word: &str| {
            let mut places = Vec::new();
            folded.each_with(&Finder::new(word), |at| places.push(at));
            places
        };
        assert_eq!(with("ß"), [2]);
        assert!(with("gß").is_empty(), "across two texts");
        assert!(with("zz").is_empty());
    }
}
