//! Holds the layers of the house: who may import whom, and which room alone may name which library.
//!
//! Reads every path of every file under `src/`, in `use` lines and in the code, comments and strings left out.

#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::fs;
use std::path::{Path, PathBuf};

/// A room and the rooms that it may import.
const ROOMS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("demo", &["model"]),
    ("catalogue", &["model"]),
    ("service", &["model"]),
    ("crash", &[]),
    ("ledger", &["crash", "model"]),
    ("job", &["catalogue", "ledger", "service", "crash", "model"]),
    ("profile", &["catalogue", "ledger", "service", "model"]),
    ("report", &["catalogue", "ledger", "service", "model"]),
    ("cli", BELOW_THE_TOP),
    ("ui", BELOW_THE_TOP),
];

const BELOW_THE_TOP: &[&str] = &[
    "job",
    "profile",
    "report",
    "catalogue",
    "ledger",
    "service",
    "demo",
    "model",
];

/// A library and the one room that may name it.
const OWNED: &[(&str, &str)] = &[
    ("egui", "ui"),
    ("eframe", "ui"),
    ("egui_kittest", "ui"),
    ("rfd", "ui"),
    ("reqwest", "service"),
    ("keyring", "profile"),
    ("zbus_secret_service_keyring_store", "profile"),
    ("apple_native_keyring_store", "profile"),
    ("windows_native_keyring_store", "profile"),
    ("rusqlite", "ledger"),
];

#[test]
fn rooms_import_downwards_only() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = rust_files(&src);
    assert!(files.len() > 20, "only {} files found", files.len());
    let mut faults = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let place = file.strip_prefix(&src).unwrap();
        faults.extend(faults_of(place, &text));
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn planted_faults_are_found() {
    let cases = [
        ("job/run.rs", "use egui::Ui;", 1),
        ("job/run.rs", "fn f(ui: &mut egui::Ui) {}", 1),
        ("job/run.rs", "use {std::fs, reqwest::Client};", 1),
        ("job/run.rs", "extern crate rusqlite;", 1),
        ("job/run.rs", "pub(crate) use rusqlite as sql;", 1),
        ("job/run.rs", "use ::reqwest::Client;", 1),
        (
            "job/run.rs",
            "use crate::{model::Plan, ui, cli::{args, out}};",
            3,
        ),
        ("job/run.rs", "let x: Vec<crate::profile::Profile>;", 1),
        ("job/run.rs", "use super::super::ui::App;", 1),
        ("job/mod.rs", "use super::report;", 1),
        (
            "job/run.rs",
            "mod tests { use super::super::super::ui::App; }",
            1,
        ),
        ("model/id.rs", "use crate::service::Service;", 1),
        ("demo/mod.rs", "use crate::service::user_agent;", 1),
        ("ledger/mod.rs", "use crate::service::Service;", 1),
        ("cli/mod.rs", "crate::ui::run(start)", 1),
        ("attic/mod.rs", "", 1),
    ];
    for (place, text, faults) in cases {
        let found = faults_of(Path::new(place), text);
        assert_eq!(found.len(), faults, "{place}: {text}: {found:?}");
    }
}

#[test]
fn proper_code_passes() {
    let cases = [
        ("ui/app.rs", "use egui::{Ui, Id}; use crate::job::Engine;"),
        (
            "service/http.rs",
            "fn f() -> reqwest::Client { reqwest::get() }",
        ),
        ("service/mod.rs", "//! not egui::Ui\n/* reqwest /* x */ */"),
        (
            "job/run.rs",
            r##"let a = "egui::Ui"; let b = r#"crate::ui "x""#; let c = '"';"##,
        ),
        (
            "job/run.rs",
            "fn f<'a>(x: &'a str) -> super::super::ledger::Ledger",
        ),
        (
            "job/run.rs",
            "mod tests { use super::*; use super::plan::x; }",
        ),
        ("main.rs", "fn main() { tallyman::ui::run() }"),
    ];
    for (place, text) in cases {
        let found = faults_of(Path::new(place), text);
        assert!(found.is_empty(), "{place}: {text}: {found:?}");
    }
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// What is wrong with one file. `place` is its path below `src/`.
fn faults_of(place: &Path, text: &str) -> Vec<String> {
    let module = module_of(place);
    let Some(room) = module.first() else {
        return Vec::new(); // main.rs and lib.rs open every room
    };
    let shown = place.display();
    let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| name == room) else {
        return vec![format!("src/{shown}: no room is called `{room}`")];
    };
    let mut faults = Vec::new();
    for Named { line, path } in paths(&tokens(text), &module) {
        let whole = path.join("::");
        if path[0] == "crate" {
            let other = path.get(1).map_or("", String::as_str);
            let is_room = ROOMS.iter().any(|(name, _)| *name == other);
            if is_room && other != room && !allowed.contains(&other) {
                faults.push(format!(
                    "src/{shown}:{line}: `{room}` may not import `{other}` ({whole})"
                ));
            }
        } else if let Some((library, owner)) = OWNED.iter().find(|(name, _)| *name == path[0])
            && owner != room
        {
            faults.push(format!(
                "src/{shown}:{line}: only `{owner}` may name `{library}` ({whole})"
            ));
        }
    }
    faults
}

/// `job/run.rs` is `["job", "run"]`, `job/mod.rs` is `["job"]`; the crate's roots are `[]`.
fn module_of(place: &Path) -> Vec<String> {
    let stem = place.with_extension("");
    let parts: Vec<String> = stem
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    match parts.last().map(String::as_str) {
        Some("mod") => parts[..parts.len() - 1].to_vec(),
        Some("main" | "lib") if parts.len() == 1 => Vec::new(),
        _ => parts,
    }
}

struct Token {
    line: usize,
    text: String,
}

impl Token {
    fn is_word(&self) -> bool {
        self.text
            .starts_with(|c: char| c.is_alphanumeric() || c == '_')
    }
}

/// Words, `::` and single signs; comments, strings, characters and lifetimes left out.
fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < chars.len() {
        let end = skip(&chars, at).max(at);
        if end > at {
            line += chars[at..end].iter().filter(|c| **c == '\n').count();
            at = end;
            continue;
        }
        let end = if is_word(chars[at]) {
            at + chars[at..].iter().take_while(|c| is_word(**c)).count()
        } else if chars[at..].starts_with(&[':', ':']) {
            at + 2
        } else {
            at + 1
        };
        let text = chars[at..end].iter().collect();
        found.push(Token { line, text });
        at = end;
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Where the blank, comment, string, character or lifetime that begins here ends; `at` if none does.
fn skip(chars: &[char], at: usize) -> usize {
    let rest = &chars[at..];
    let until = |pattern: &[char], from: usize| {
        rest[from.min(rest.len())..]
            .windows(pattern.len())
            .position(|window| window == pattern)
            .map_or(chars.len(), |place| at + from + place + pattern.len())
    };
    match rest {
        [c, ..] if c.is_whitespace() => at + 1,
        ['/', '/', ..] => until(&['\n'], 2),
        ['/', '*', ..] => block_comment_end(chars, at),
        ['b' | 'c', '"', ..] => string_end(chars, at + 2),
        ['"', ..] => string_end(chars, at + 1),
        ['r', '"' | '#', ..] | ['b' | 'c', 'r', '"' | '#', ..] => {
            let hashes = rest.iter().skip_while(|c| is_word(**c));
            let hashes = hashes.take_while(|c| **c == '#').count();
            let quote = rest.iter().position(|c| !is_word(*c)).unwrap_or(0) + hashes;
            if rest.get(quote) != Some(&'"') {
                return at + quote; // a raw identifier: its word comes next
            }
            let close: Vec<char> = std::iter::once('"')
                .chain(std::iter::repeat_n('#', hashes))
                .collect();
            until(&close, quote + 1)
        }
        ['\'', '\\', ..] => until(&['\''], 3),
        ['\'', _, '\'', ..] => at + 3,
        ['\'', ..] => at + 1 + rest[1..].iter().take_while(|c| is_word(**c)).count(),
        _ => at,
    }
}

fn block_comment_end(chars: &[char], at: usize) -> usize {
    let (mut depth, mut place) = (0, at);
    while place < chars.len() {
        if chars[place..].starts_with(&['/', '*']) {
            (depth, place) = (depth + 1, place + 2);
        } else if chars[place..].starts_with(&['*', '/']) {
            (depth, place) = (depth - 1, place + 2);
        } else {
            place += 1;
        }
        if depth == 0 {
            break;
        }
    }
    place
}

fn string_end(chars: &[char], from: usize) -> usize {
    let mut place = from;
    while place < chars.len() && chars[place] != '"' {
        place += if chars[place] == '\\' { 2 } else { 1 };
    }
    (place + 1).min(chars.len())
}

/// A path as the code names it, its `super`s and `self`s made whole.
struct Named {
    line: usize,
    path: Vec<String>,
}

/// Every path of a file whose module is `module`.
fn paths(tokens: &[Token], module: &[String]) -> Vec<Named> {
    let mut found = Vec::new();
    let mut inner: Vec<(usize, String)> = Vec::new(); // inline modules and the depth they opened at
    let (mut depth, mut at) = (0, 0);
    while at < tokens.len() {
        let word = |offset: usize| tokens.get(at + offset).map_or("", |token| &token.text);
        match word(0) {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                inner.retain(|(opened, _)| *opened <= depth);
            }
            "mod" if word(2) == "{" => inner.push((depth + 1, word(1).to_owned())),
            _ => {}
        }
        let imports =
            word(0) == "use" || (word(0) == "crate" && at > 0 && tokens[at - 1].text == "extern");
        let starts_path = tokens[at].is_word() && word(1) == "::";
        if !imports && !starts_path {
            at += 1;
            continue;
        }
        let mut here = module.to_vec();
        here.extend(inner.iter().map(|(_, name)| name.clone()));
        let mut from = at + usize::from(imports);
        if imports && tokens.get(from).is_some_and(|token| token.text == "::") {
            from += 1;
        }
        at = tree(tokens, from, &mut Vec::new(), &here, &mut found).max(at + 1);
    }
    found
}

/// Reads `a::b::{c, d::e}` from `at`, adds each path and returns where it ends.
fn tree(
    tokens: &[Token],
    mut at: usize,
    prefix: &mut Vec<String>,
    here: &[String],
    found: &mut Vec<Named>,
) -> usize {
    let before = prefix.len();
    let line = tokens.get(at).map_or(0, |token| token.line);
    while let Some(token) = tokens.get(at) {
        if token.text == "{" {
            at += 1;
            while tokens.get(at).is_some_and(|token| token.text != "}") {
                at = tree(tokens, at, prefix, here, found).max(at + 1);
            }
            prefix.truncate(before);
            return at + 1;
        }
        if !token.is_word() {
            break;
        }
        prefix.push(token.text.clone());
        at += 1;
        if tokens.get(at).is_none_or(|token| token.text != "::") {
            break;
        }
        at += 1;
    }
    if prefix.len() > before {
        found.push(Named {
            line,
            path: absolute(prefix, here),
        });
    }
    prefix.truncate(before);
    at
}

/// The path from the crate's root, if it begins with `crate`, `self`, `super` or the crate's name.
fn absolute(path: &[String], here: &[String]) -> Vec<String> {
    let mut base: Vec<String> = here.to_vec();
    let mut rest = path;
    match path[0].as_str() {
        "crate" | "tallyman" => base.clear(),
        "self" => {}
        "super" => {
            while rest.first().is_some_and(|word| word == "super") {
                base.pop();
                rest = &rest[1..];
            }
            return [vec!["crate".to_owned()], base, rest.to_vec()].concat();
        }
        _ => return path.to_vec(),
    }
    [vec!["crate".to_owned()], base, rest[1..].to_vec()].concat()
}
