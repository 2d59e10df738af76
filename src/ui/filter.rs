//! What stands in a filter box, and what was last right in it.
//!
//! It knows nothing of how the box is drawn; the language is the catalogue's and the same everywhere.

use std::time::{Duration, Instant};

use crate::catalogue::query::complete;
use crate::catalogue::{Filter, Seen, Wrong};

/// How long letters that may become a key wait for its colon before they are a word.
const PAUSE: Duration = Duration::from_millis(600);

/// A filter that is being typed. A wrong one changes nothing but its own words: the last right one stays.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    read: String,
    good: String,
    filter: Filter,
    wrong: Option<Wrong>,
    /// A text whose last word may become a key, and until when it may.
    waiting: Option<(String, Instant)>,
}

impl Typed {
    /// Says that this text is being typed: if the letters at the cursor, a byte of it, may become a key, the
    /// last right filter stays for a while.
    pub fn typing(&mut self, text: &str, cursor: usize) {
        let waits = may_become_key(text, cursor);
        self.waiting = waits.then(|| (text.to_owned(), Instant::now() + PAUSE));
    }

    /// How long this text still waits; `None` if it does not.
    pub fn waits(&self, text: &str) -> Option<Duration> {
        let (waiting, until) = self.waiting.as_ref()?;
        let left = until.checked_duration_since(Instant::now());
        left.filter(|left| waiting == text && !left.is_zero())
    }

    /// Says that nothing is being typed any more: letters are a word.
    pub fn typed(&mut self) {
        self.waiting = None;
    }

    /// Reads the text if it is new and nothing more is waited for.
    pub fn read(&mut self, text: &str) {
        if self.read == text || self.waits(text).is_some() {
            return;
        }
        self.waiting = None;
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

/// Whether the word that ends at the cursor is the beginning of a key, or a key without its sign.
fn may_become_key(text: &str, cursor: usize) -> bool {
    let keys = complete(text, cursor, &Seen::default());
    let (start, end) = (keys.replace.start, keys.replace.end);
    let piece = &text[keys.replace.clone()];
    let is_value = text[..start].ends_with([':', '<', '>', '=', ',']);
    let is_piece = !piece.is_empty() && piece.bytes().all(|b| b.is_ascii_alphabetic());
    end == cursor && is_piece && !is_value && !keys.items.is_empty()
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
    fn letters_that_may_become_a_key_are_told_from_words() {
        let cases = [
            ("s", true),
            ("siz", true),
            ("size", true),
            ("SIZ", true),
            ("cat -upl", true),
            ("(ext:png or si", true),
            ("", false),
            ("cat ", false),
            ("size>", false),
            ("size>10mb", false),
            ("state:st", false),
            ("type:image,s", false),
            ("sizes", false),
            ("summer", false),
            ("s3", false),
            ("\"si", false),
        ];
        for (text, may) in cases {
            assert_eq!(may_become_key(text, text.len()), may, "{text}");
        }
        assert!(
            !may_become_key("size", 2),
            "there is more behind the cursor"
        );
        assert!(may_become_key("si ext:png", 2));
    }

    #[test]
    fn letters_wait_until_they_are_a_word_or_a_key() {
        // The moment is moved, so that the test does not hang on the clock.
        let type_in = |typed: &mut Typed, text: &str, until: Instant| {
            typed.typing(text, text.len());
            let waiting = typed.waiting.take();
            typed.waiting = waiting.map(|(text, _)| (text, until));
            typed.read(text);
        };
        let (now, later) = (Instant::now(), Instant::now() + PAUSE * 10_000);
        let mut typed = Typed::default();
        typed.read("ext:png");
        type_in(&mut typed, "ext:png si", later);
        assert_eq!(typed.good(), "ext:png");
        assert!(typed.waits("ext:png si").is_some());
        type_in(&mut typed, "ext:png size>1", later);
        assert_eq!(typed.good(), "ext:png size>1");

        type_in(&mut typed, "si", later);
        typed.typed();
        typed.read("si");
        assert_eq!(typed.good(), "si", "the keyboard left the box");
        type_in(&mut typed, "sta", now);
        assert_eq!(typed.good(), "sta", "it was waited long enough");
        type_in(&mut typed, "st", later);
        typed.read("x");
        assert_eq!(typed.good(), "x", "another text was put there");
    }

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
