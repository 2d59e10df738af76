//! Hostile names made harmless: what cannot be seen is made visible.

use std::borrow::Cow;

/// Longest text that is shown in one cell or line, in characters.
pub const SHOWN_CHARS: usize = 300;

/// Whether a character hides, reorders or breaks the text around it: controls, line and paragraph
/// separators, and the bidirectional and zero-width format characters of Unicode (UAX #9).
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
        )
}

/// The text with every hidden character written as `‹U+202E›`, cut at [`SHOWN_CHARS`].
pub fn visible(text: &str) -> Cow<'_, str> {
    let short = text.len() <= SHOWN_CHARS || text.chars().nth(SHOWN_CHARS).is_none();
    if short && !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len().min(4 * SHOWN_CHARS));
    for c in text.chars().take(SHOWN_CHARS) {
        if is_hidden(c) {
            out.push_str(&format!("‹U+{:04X}›", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    if !short {
        out.push('…');
    }
    Cow::Owned(out)
}

/// A whole message with every hidden character spelled out but the ends of its lines: fit for a terminal.
pub fn printable(text: &str) -> Cow<'_, str> {
    let is_odd = |c: char| is_hidden(c) && c != '\n';
    if !text.chars().any(is_odd) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_odd(c) {
            out.push_str(&format!("‹U+{:04X}›", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_pass_unchanged() {
        for name in [
            "hero@2x.png",
            "фото_склад.jpg",
            "製品カタログ.pdf",
            "صورة المنتج.jpg",
            "👩‍👩‍👧 day.heic",
        ] {
            assert_eq!(visible(name), name);
        }
    }

    #[test]
    fn hidden_characters_are_spelled_out() {
        assert_eq!(visible("a\u{202E}gpj.exe"), "a‹U+202E›gpj.exe");
        assert_eq!(visible("two\nlines\t"), "two‹U+000A›lines‹U+0009›");
    }

    #[test]
    fn messages_keep_their_lines_and_nothing_else() {
        assert_eq!(printable("two\nlines"), "two\nlines");
        let odd = "\u{1b}[2J\r\u{9b}m\u{202E}x\t";
        let shown = "‹U+001B›[2J‹U+000D›‹U+009B›m‹U+202E›x‹U+0009›";
        assert_eq!(printable(odd), shown);
        assert_eq!(printable(&"x".repeat(1_000)).len(), 1_000);
    }

    #[test]
    fn long_names_are_cut() {
        let shown = visible(&"x".repeat(10_000)).into_owned();
        assert_eq!(shown.chars().count(), SHOWN_CHARS + 1);
        assert!(shown.ends_with('…'));
    }
}
