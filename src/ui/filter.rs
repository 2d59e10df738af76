//! What stands in a filter box, and what was last right in it.

use crate::catalogue::{Filter, Wrong};

/// A filter that is being typed. A wrong one changes nothing but its own words: the last right one stays.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    read: String,
    good: String,
    filter: Filter,
    wrong: Option<Wrong>,
}

impl Typed {
    /// Reads the text if it is new.
    pub fn read(&mut self, text: &str) {
        if self.read == text {
            return;
        }
        self.read = text.to_owned();
        match Filter::of(text) {
            Ok(filter) => {
                self.filter = filter;
                self.good = text.to_owned();
                self.wrong = None;
            }
            Err(wrong) => {
                self.wrong = Some(wrong);
                if let Some(before) = before_key(&self.good, text) {
                    self.filter = Filter::of(before).unwrap_or_default();
                    self.good = before.to_owned();
                }
            }
        }
    }

    /// What is wrong with the text that was read last.
    pub fn wrong(&self) -> Option<&Wrong> {
        self.wrong.as_ref()
    }

    /// What is wrong with this very text.
    pub fn wrong_in(&self, text: &str) -> Option<&Wrong> {
        self.wrong.as_ref().filter(|_| self.read == text)
    }

    /// The text that was last right.
    pub fn good(&self) -> &str {
        &self.good
    }

    /// The filter that was last right, its ages counted from now.
    pub fn filter(&self) -> Filter {
        Filter::of(&self.good).unwrap_or_else(|_| self.filter.clone())
    }

    /// Whether the filter that was last right shows everything.
    pub fn is_all(&self) -> bool {
        self.filter.is_all()
    }

    /// The groups that the filter names.
    pub fn groups(&self) -> Vec<String> {
        self.filter.groups()
    }
}

/// The letters of a key were a word of the name until its colon came: then what stood before them was the last
/// filter that was meant.
fn before_key<'a>(good: &'a str, text: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(good)?;
    let letters = |c: char| c.is_ascii_alphabetic();
    let before = good.trim_end_matches(letters);
    // Letters that came with the colon in one frame were never a word.
    let sign = rest.trim_start_matches(letters);
    let was_key = before.len() < good.len() && sign.starts_with([':', '<', '>', '=']);
    let before = before.trim_end_matches('-');
    (was_key && Filter::of(before).is_ok()).then_some(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_filter_leaves_the_last_right_one() {
        let mut typed = Typed::default();
        assert!(typed.is_all() && typed.wrong().is_none());
        typed.read("cat");
        typed.read("cat size>");
        assert_eq!(typed.good(), "cat");
        assert!(!typed.is_all());
        assert_eq!(
            typed.wrong_in("cat size>").map(|w| w.span.clone()),
            Some(4..9)
        );
        assert!(typed.wrong_in("cat size>1").is_none(), "not read yet");
        let cases = [
            (["type", "type:", "type:im"], ""),
            (["t", "typ", "type:im"], ""),
            (["cat -type", "cat -type:", "cat -type:im"], "cat "),
            (
                ["cat type", "cat type:png", "cat type:png,"],
                "cat type:png",
            ),
            (["(cat) or type", "(cat) or type:", "x"], "x"),
        ];
        for (texts, good) in cases {
            texts.into_iter().for_each(|text| typed.read(text));
            assert_eq!(typed.good(), good, "{texts:?}");
            assert_eq!(typed.filter(), Filter::of(good).unwrap());
        }
        typed.read("");
        assert!(typed.is_all() && typed.wrong().is_none());
    }
}
