//! The search language of lists: words, then terms joined by `AND`, `OR` and parentheses. `AND` binds closer.
//!
//! What a term means is `term`'s.

use super::Visit;
use super::item::Item;
use super::reply::Refusal;
use super::term::{Op, Raw, Term};

/// Deepest nesting of parentheses.
const DEEPEST: usize = 40;

/// An expression that rows are held against.
#[derive(Debug)]
pub(super) enum Expr {
    Term(Term),
    And(Vec<Expr>),
    Or(Vec<Expr>),
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A name or a keyword.
    Word(String),
    /// In double quotes.
    Text(String),
    Number(f64),
    Sign(&'static str),
}

const SIGNS: [&str; 10] = ["<=", ">=", "<", ">", "=", ":", "[", "]", "(", ")"];

impl Expr {
    /// Reads an expression as of the request's time.
    pub fn read(text: &str, visit: &Visit<'_>) -> Result<Self, Refusal> {
        parse(text, visit).map_err(|words| {
            Refusal::bad(format!(
                "Invalid search query - {words} Please refer to the documentation for syntax specification."
            ))
        })
    }

    /// Whether the row is meant.
    pub fn holds(&self, item: &Item<'_>) -> bool {
        match self {
            Self::Term(term) => term.holds(item),
            Self::And(parts) => parts.iter().all(|part| part.holds(item)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(item)),
        }
    }

    /// Whether a term speaks of older versions: only then they are looked at.
    pub fn names_versions(&self) -> bool {
        match self {
            Self::Term(term) => term.names_versions(),
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::names_versions),
        }
    }
}

fn parse(text: &str, visit: &Visit<'_>) -> Result<Expr, String> {
    let mut reader = Reader {
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
        visit,
    };
    let expr = reader.any()?;
    match reader.peek() {
        None => Ok(expr),
        Some(token) => Err(format!("unexpected {token:?}.")),
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, after) = token(first, rest)?;
        tokens.push(token);
        rest = after.trim_start();
    }
    Ok(tokens)
}

fn token(first: char, rest: &str) -> Result<(Token, &str), String> {
    if first == '"' {
        return quoted(&rest[1..]);
    }
    if first == ',' {
        return Ok((Token::Sign(","), &rest[1..]));
    }
    if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
        return Ok((Token::Sign(sign), &rest[sign.len()..]));
    }
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
    let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    if word.is_empty() {
        return Err(format!(
            "unexpected character {first}. Strings are enclosed within double quotes."
        ));
    }
    // `inf` and `nan` are words here.
    let number = word
        .ends_with(|c: char| c.is_ascii_digit())
        .then(|| word.parse());
    match number {
        Some(Ok(number)) => Ok((Token::Number(number), after)),
        _ => Ok((Token::Word(word.to_owned()), after)),
    }
}

/// The rest of a string after its opening quote; a backslash keeps the next character as it is.
fn quoted(rest: &str) -> Result<(Token, &str), String> {
    let mut text = String::new();
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((Token::Text(text), &rest[at + 1..])),
            '\\' => text.extend(chars.next().map(|(_, c)| c)),
            _ => text.push(c),
        }
    }
    Err("a string is not closed.".to_owned())
}

struct Reader<'a> {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    visit: &'a Visit<'a>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Result<Token, String> {
        let token = self.peek().cloned().ok_or("it ends too early.")?;
        self.at += 1;
        Ok(token)
    }

    /// Steps over this keyword, if it is next.
    fn keyword(&mut self, word: &str) -> bool {
        let found =
            matches!(self.peek(), Some(Token::Word(next)) if next.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    /// Steps over this sign, if it is next.
    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(next)) if *next == sign);
        self.at += usize::from(found);
        found
    }

    fn any(&mut self) -> Result<Expr, String> {
        let mut parts = vec![self.all()?];
        while self.keyword("OR") {
            parts.push(self.all()?);
        }
        Ok(joined(parts, Expr::Or))
    }

    fn all(&mut self) -> Result<Expr, String> {
        let mut parts = vec![self.one()?];
        while self.keyword("AND") {
            parts.push(self.one()?);
        }
        Ok(joined(parts, Expr::And))
    }

    fn one(&mut self) -> Result<Expr, String> {
        if !self.sign("(") {
            return self.term().map(Expr::Term);
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("it is nested too deep.".to_owned());
        }
        let inner = self.any()?;
        self.depth -= 1;
        match self.sign(")") {
            true => Ok(inner),
            false => Err("a parenthesis is not closed.".to_owned()),
        }
    }

    fn term(&mut self) -> Result<Term, String> {
        let field = match self.next()? {
            Token::Word(name) | Token::Text(name) => name,
            token => return Err(format!("{token:?} is no field.")),
        };
        let negated = self.keyword("NOT");
        let op = self.op()?;
        let values = match op {
            Op::Exists => Vec::new(),
            Op::In => self.list()?,
            _ => vec![self.value()?],
        };
        Term::new(&field, op, negated, values, self.visit)
    }

    fn op(&mut self) -> Result<Op, String> {
        let op = match self.next()? {
            Token::Sign("=") => Op::Is,
            Token::Sign(":") => Op::Begins,
            Token::Sign("<") => Op::Less,
            Token::Sign("<=") => Op::AtMost,
            Token::Sign(">") => Op::More,
            Token::Sign(">=") => Op::AtLeast,
            Token::Word(word) => match &*word.to_ascii_uppercase() {
                "IN" => Op::In,
                "HAS" => Op::Has,
                "EXISTS" => Op::Exists,
                _ => return Err(format!("{word} is no operator.")),
            },
            token => return Err(format!("{token:?} is no operator.")),
        };
        Ok(op)
    }

    fn list(&mut self) -> Result<Vec<Raw>, String> {
        if !self.sign("[") {
            return Err("IN takes a list in square brackets.".to_owned());
        }
        let mut values = vec![self.value()?];
        while self.sign(",") {
            values.push(self.value()?);
        }
        match self.sign("]") {
            true => Ok(values),
            false => Err("a list is not closed.".to_owned()),
        }
    }

    fn value(&mut self) -> Result<Raw, String> {
        match self.next()? {
            Token::Text(text) => Ok(Raw::Text(text)),
            Token::Number(number) => Ok(Raw::Number(number)),
            Token::Word(word) if word == "true" => Ok(Raw::Flag(true)),
            Token::Word(word) if word == "false" => Ok(Raw::Flag(false)),
            token => Err(format!("{token:?} is no value.")),
        }
    }
}

fn joined(mut parts: Vec<Expr>, join: fn(Vec<Expr>) -> Expr) -> Expr {
    match parts.len() {
        1 => parts.remove(0),
        _ => join(parts),
    }
}
