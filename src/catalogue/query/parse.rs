//! From tokens to a tree: words beside each other must all fit, `or` lets one of two, a minus turns over.

use std::ops::Range;

use super::super::fold::fold;
use super::expr::{Date, Expr, Group, Problem, Test, When};
use super::key::Key;
use super::kind::names_type;
use super::lex::{Kind, Op, Text, Token, lex};
use super::value::{self, Values};
use super::{Clock, LONGEST, Wrong};
use crate::model::FileState;

/// Parentheses and minuses within each other, at most.
const DEEPEST: usize = 50;

/// Reads a filter.
pub(super) fn parse(text: &str, clock: &Clock) -> Result<Expr, Wrong> {
    if text.len() > LONGEST {
        let span = text.floor_char_boundary(LONGEST)..text.len();
        return Err(Wrong::new(span, "This filter is too long"));
    }
    let mut parser = Parser {
        text,
        tokens: lex(text)?,
        at: 0,
        clock,
    };
    if parser.tokens.is_empty() {
        return Ok(Expr::All);
    }
    let expr = parser.either(0)?;
    match parser.peek() {
        Some(token) => Err(Wrong::new(
            token.span.clone(),
            "This parenthesis closes nothing",
        )),
        None => Ok(expr),
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    clock: &'a Clock,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn is_next(&self, kind: &Kind) -> bool {
        self.peek().is_some_and(|token| token.kind == *kind)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn either(&mut self, depth: usize) -> Result<Expr, Wrong> {
        let mut parts = vec![self.all(depth)?];
        while self.is_next(&Kind::Or) {
            self.at += 1;
            parts.push(self.all(depth)?);
        }
        Ok(one_or(parts, Expr::Or))
    }

    fn all(&mut self, depth: usize) -> Result<Expr, Wrong> {
        let mut parts = Vec::new();
        while let Some(token) = self.peek() {
            if matches!(token.kind, Kind::Or | Kind::Close) {
                break;
            }
            parts.push(self.one(depth)?);
        }
        if parts.is_empty() {
            return Err(self.nothing_here());
        }
        Ok(one_or(parts, Expr::And))
    }

    /// What is wrong where a part was due and none came.
    fn nothing_here(&self) -> Wrong {
        let or = self.at.checked_sub(1).map(|before| &self.tokens[before]);
        let or = or.filter(|token| token.kind == Kind::Or);
        let or = or.or_else(|| self.peek().filter(|token| token.kind == Kind::Or));
        match (or, self.peek()) {
            (Some(or), _) => Wrong::new(or.span.clone(), "`or` stands between two things"),
            (None, Some(close)) if self.at == 0 => {
                Wrong::new(close.span.clone(), "This parenthesis closes nothing")
            }
            (None, Some(close)) => {
                Wrong::new(close.span.clone(), "There is nothing in the parentheses")
            }
            (None, None) => {
                let end = self.text.len();
                Wrong::new(end..end, "Something is missing here")
            }
        }
    }

    fn one(&mut self, depth: usize) -> Result<Expr, Wrong> {
        let Some(token) = self.take() else {
            return Err(self.nothing_here());
        };
        if depth > DEEPEST {
            return Err(Wrong::new(token.span, "This is nested too deeply"));
        }
        match token.kind {
            Kind::Minus => Ok(Expr::Not(Box::new(self.one(depth + 1)?))),
            Kind::Open => self.inside(&token.span, depth + 1),
            Kind::Word(text) => word(&text).map(Expr::Test),
            Kind::Term { key, op, value } => self.term(key, op, &value),
            // `all` stops before these; a minus before one of them comes here.
            Kind::Or | Kind::Close => Err(Wrong::new(
                token.span,
                "A minus stands right before what is not wanted: -draft",
            )),
        }
    }

    fn inside(&mut self, open: &Range<usize>, depth: usize) -> Result<Expr, Wrong> {
        if self.peek().is_none() {
            return Err(Wrong::new(open.clone(), "This parenthesis is not closed"));
        }
        let expr = self.either(depth)?;
        match self.take() {
            Some(token) if token.kind == Kind::Close => Ok(expr),
            _ => Err(Wrong::new(open.clone(), "This parenthesis is not closed")),
        }
    }

    fn term(&self, at: Range<usize>, op: Op, value: &Text) -> Result<Expr, Wrong> {
        let word = &self.text[at.clone()];
        let Some(key) = Key::of(word) else {
            let why = format!(
                "No key is called {word:?}. There are {}. To look for the very characters, put them in quotes",
                Key::list()
            );
            return Err(Wrong::new(at, why));
        };
        if op != Op::Is && !key.is_ordered() {
            let why = format!("`{word}` takes a colon: {}", key.example());
            return Err(Wrong::new(at.start..value.span.start, why));
        }
        if value.text.trim().is_empty() {
            let why = format!("`{word}` wants a value: {}", key.example());
            return Err(Wrong::new(at.start..value.span.end, why));
        }
        self.test(key, op, value).map(Expr::Test)
    }

    fn test(&self, key: Key, op: Op, value: &Text) -> Result<Test, Wrong> {
        let values = Values { value, op };
        let date = |date| Ok(Test::Date(date, value::date(&values, self.clock)?));
        match key {
            Key::Name => Ok(Test::InName(fold(&value.text))),
            Key::Ext => Ok(Test::Ext(list(value, |ext| {
                let ext = ext.trim_start_matches('.');
                if ext == "none" {
                    String::new()
                } else {
                    fold(ext)
                }
            })?)),
            Key::Type => types(value),
            Key::Size => value::size(&values).map(|(least, most)| Test::Size(least, most)),
            Key::Uploaded => date(Date::Uploaded),
            Key::Stored => date(Date::Stored),
            Key::Removed => date(Date::Removed),
            Key::Age => {
                let (from, to) = value::age(&values, self.clock)?;
                Ok(Test::Date(Date::Uploaded, When::Within(from, to)))
            }
            Key::State => states(value),
            Key::In => Ok(Test::Group(match fold(&value.text) {
                any if any == "any" => Group::Any,
                id => Group::Begins(id),
            })),
            Key::Problem => Ok(Test::Problem(match fold(&value.text) {
                any if any == "any" && !value.quoted => Problem::Any,
                none if none == "none" && !value.quoted => Problem::None,
                words => Problem::Words(words),
            })),
            Key::Id => Ok(Test::Id(fold(&value.text))),
            Key::Has => Ok(Test::Has(match fold(&value.text) {
                none if none == "none" && !value.quoted => String::new(),
                key => key,
            })),
            Key::Path => Ok(Test::Path(match fold(&value.text) {
                none if none == "none" && !value.quoted => String::new(),
                path => path,
            })),
        }
    }
}

fn one_or(mut parts: Vec<Expr>, many: impl FnOnce(Vec<Expr>) -> Expr) -> Expr {
    match parts.len() {
        1 => parts.remove(0),
        _ => many(parts),
    }
}

fn word(text: &Text) -> Result<Test, Wrong> {
    if text.text.trim().is_empty() {
        let why = "There is nothing in these quotes";
        return Err(Wrong::new(text.span.clone(), why));
    }
    Ok(Test::Word(fold(&text.text)))
}

/// Values between commas.
fn list(value: &Text, one: impl Fn(&str) -> String) -> Result<Vec<String>, Wrong> {
    let parts: Vec<&str> = value.text.split(',').map(str::trim).collect();
    if parts.iter().any(|part| part.is_empty()) {
        let why = "Between commas there is one value each: ext:jpg,png";
        return Err(Wrong::new(value.span.clone(), why));
    }
    Ok(parts.into_iter().map(one).collect())
}

/// Content types. One that nobody knows is a slip of the pen and would find nothing; in quotes it is meant.
fn types(value: &Text) -> Result<Test, Wrong> {
    let named = list(value, fold)?;
    let unknown = named
        .iter()
        .find(|name| !value.quoted && *name != "none" && !names_type(name));
    if let Some(name) = unknown {
        let why = format!(
            "No type is called {name:?}. There are image, video, audio, text, font, model, application, and \
             short names as jpeg, pdf, mp4; any other in full: image/jpeg"
        );
        return Err(Wrong::new(value.span.clone(), why));
    }
    let none_is_empty = |name| match name {
        none if none == "none" => String::new(),
        name => name,
    };
    Ok(Test::Type(named.into_iter().map(none_is_empty).collect()))
}

fn states(value: &Text) -> Result<Test, Wrong> {
    let named = list(value, fold)?;
    let mut states = Vec::new();
    for name in named {
        let Some(state) = FileState::ALL.into_iter().find(|state| state.key() == name) else {
            let why = format!(
                "No state is called {name:?}; it is one of {}",
                FileState::ALL.map(FileState::key).join(", ")
            );
            return Err(Wrong::new(value.span.clone(), why));
        };
        if !states.contains(&state) {
            states.push(state);
        }
    }
    Ok(Test::State(states))
}
