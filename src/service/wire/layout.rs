//! JSON indented for a person: nothing but white space changes, so numbers, escapes and order stay as they came.

/// The text with two spaces a level. Text that is not JSON comes out unbroken, if oddly laid out.
pub(crate) fn indent(json: &str) -> String {
    let mut out = Indented {
        text: String::with_capacity(json.len() * 2),
        depth: 0,
    };
    let mut chars = json.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                out.text.push(c);
                string(&mut chars, &mut out.text);
            }
            '{' | '[' => {
                while chars.next_if(|next| next.is_ascii_whitespace()).is_some() {}
                out.text.push(c);
                match chars.next_if(|next| matches!(next, '}' | ']')) {
                    Some(end) => out.text.push(end),
                    None => out.line(out.depth + 1),
                }
            }
            '}' | ']' => {
                out.line(out.depth.saturating_sub(1));
                out.text.push(c);
            }
            ',' => {
                out.text.push(c);
                out.line(out.depth);
            }
            ':' => out.text.push_str(": "),
            c if c.is_ascii_whitespace() => {}
            c => out.text.push(c),
        }
    }
    out.text
}

struct Indented {
    text: String,
    depth: usize,
}

impl Indented {
    /// Starts a line at the depth. No answer of a service is nested as deep as the bound.
    fn line(&mut self, depth: usize) {
        self.depth = depth;
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n("  ", depth.min(64)));
    }
}

/// Copies a string up to and with its closing quote.
fn string(chars: &mut impl Iterator<Item = char>, out: &mut String) {
    while let Some(c) = chars.next() {
        out.push(c);
        match c {
            '"' => return,
            '\\' => out.extend(chars.next()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout() {
        let json = r#"{"b": 1.50, "a": [true,null, "x:{,}\"y\\"], "e":{ }, "l":[]}"#;
        let expected = "{\n  \"b\": 1.50,\n  \"a\": [\n    true,\n    null,\n    \"x:{,}\\\"y\\\\\"\n  ],\n  \"e\": {},\n  \"l\": []\n}";
        assert_eq!(indent(json), expected);
        assert_eq!(indent(&indent(json)), expected, "twice is once");
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(value(&indent(json)), value(json));
    }

    #[test]
    fn ruins_do_not_panic() {
        for text in ["", "\"", "\"\\", "]]]}}", "{", "plain"] {
            indent(text);
        }
        assert!(indent(&"[".repeat(10_000)).len() < 10_000 * 200);
    }
}
