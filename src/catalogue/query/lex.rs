//! From text to tokens, each with its place.

use std::ops::Range;

use super::Wrong;

/// What stands between a key and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Is,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// A piece of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Close,
    Minus,
    Or,
    Word(Text),
    Term {
        key: Range<usize>,
        op: Op,
        value: Text,
    },
}

/// Characters as they were written, quotes taken off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub text: String,
    pub span: Range<usize>,
    pub quoted: bool,
}

/// A piece and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    pub span: Range<usize>,
}

/// Cuts a text into pieces.
pub(super) fn lex(text: &str) -> Result<Vec<Token>, Wrong> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.token()? {
        tokens.push(token);
    }
    Ok(tokens)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn token(&mut self) -> Result<Option<Token>, Wrong> {
        let blank = self.rest().len() - self.rest().trim_start().len();
        self.at += blank;
        let start = self.at;
        let Some(first) = self.rest().chars().next() else {
            return Ok(None);
        };
        let kind = match first {
            '(' => self.one(Kind::Open),
            ')' => self.one(Kind::Close),
            '-' if self.rest()[1..].starts_with(|c: char| !c.is_whitespace()) => {
                self.one(Kind::Minus)
            }
            '-' => {
                let why = "A minus stands right before what is not wanted: -draft";
                return Err(Wrong::new(start..start + 1, why));
            }
            '"' => Kind::Word(self.quoted()?),
            _ => match self.key() {
                Some(key) => self.term(key)?,
                None => self.word(),
            },
        };
        Ok(Some(Token {
            kind,
            span: start..self.at,
        }))
    }

    fn one(&mut self, kind: Kind) -> Kind {
        self.at += 1;
        kind
    }

    /// The letters before a colon or a comparison.
    fn key(&self) -> Option<Range<usize>> {
        let letters = self.rest().bytes().take_while(u8::is_ascii_alphabetic);
        let end = self.at + letters.count();
        let is_key = end > self.at && self.text[end..].starts_with([':', '<', '>', '=']);
        is_key.then_some(self.at..end)
    }

    fn term(&mut self, key: Range<usize>) -> Result<Kind, Wrong> {
        self.at = key.end;
        let op = self.op();
        let value = if self.rest().starts_with('"') {
            self.quoted()?
        } else {
            self.plain()
        };
        Ok(Kind::Term { key, op, value })
    }

    fn op(&mut self) -> Op {
        // `size:>10mb` is how some write `size>10mb`.
        if self.rest().starts_with(':') {
            self.at += 1;
        }
        let ops = [
            ("<=", Op::AtMost),
            (">=", Op::AtLeast),
            ("<", Op::Less),
            (">", Op::More),
            ("=", Op::Is),
        ];
        for (sign, op) in ops {
            if self.rest().starts_with(sign) {
                self.at += sign.len();
                return op;
            }
        }
        Op::Is
    }

    fn word(&mut self) -> Kind {
        let word = self.plain();
        if word.text.eq_ignore_ascii_case("or") {
            return Kind::Or;
        }
        Kind::Word(word)
    }

    fn quoted(&mut self) -> Result<Text, Wrong> {
        let start = self.at;
        let inside = start + 1;
        let Some(length) = self.text[inside..].find('"') else {
            let why = "This quote is not closed";
            return Err(Wrong::new(start..self.text.len(), why));
        };
        self.at = inside + length + 1;
        Ok(Text {
            text: self.text[inside..inside + length].to_owned(),
            span: start..self.at,
            quoted: true,
        })
    }

    /// Up to a blank, a quote, or a parenthesis that closes what was opened before.
    fn plain(&mut self) -> Text {
        let start = self.at;
        let mut depth = 0_usize;
        let end = self.rest().find(|c: char| {
            match c {
                '(' => depth += 1,
                ')' if depth == 0 => return true,
                ')' => depth -= 1,
                _ => {}
            }
            c.is_whitespace() || c == '"'
        });
        self.at = end.map_or(self.text.len(), |end| start + end);
        Text {
            text: self.text[start..self.at].to_owned(),
            span: start..self.at,
            quoted: false,
        }
    }
}
