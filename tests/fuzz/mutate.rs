//! Harm to bytes, to JSON and to text, drawn from a seed.

use fastrand::Rng;
use serde_json::{Map, Value, json};

/// Texts that parsers, terminals, paths and people fall for. `{secret}` and others are the caller's.
pub const ODD: [&str; 26] = [
    "",
    " ",
    "null",
    "-1",
    "1e999",
    "18446744073709551616",
    "NaN",
    "true",
    "\u{0}",
    "\u{1b}[2J",
    "\u{202E}gpj.exe",
    "\u{FEFF}",
    "../../etc/passwd",
    "https://evil.example/next",
    "//evil.example/",
    "=1+1",
    "<script>",
    "'; DROP TABLE jobs; --",
    "\\ud800",
    "%00%2e%2e",
    "2022-13-45T99:99:99Z",
    "9999999999-01-01",
    "\"",
    "[[[[",
    "é\u{301}\u{1F469}\u{200D}",
    "\n\r\n",
];

/// One of the odd texts, or a long one.
pub fn text(rng: &mut Rng) -> String {
    match rng.u8(..20) {
        0 => "x".repeat(rng.usize(..70_000)),
        1 => (0..rng.usize(..40)).map(|_| rng.char(..)).collect(),
        _ => ODD[rng.usize(..ODD.len())].to_owned(),
    }
}

/// A whole number of any kind.
pub fn integer(rng: &mut Rng) -> i64 {
    match rng.u8(..6) {
        0 => i64::MIN,
        1 => i64::MAX,
        2 => -1,
        3 => 0,
        4 => rng.i64(..),
        _ => rng.i64(0..5_000),
    }
}

/// Any JSON value. `own` are texts of the case: ids, the secret.
pub fn value(rng: &mut Rng, own: &[String]) -> Value {
    match rng.u8(..14) {
        0 => Value::Null,
        1 => Value::Bool(rng.bool()),
        2 => json!(integer(rng)),
        3 => json!(rng.f64() * 1e300),
        4 => json!(u64::MAX),
        5 => json!([]),
        6 => json!({}),
        7 => (0..rng.usize(..300)).fold(json!(1), |inner, _| json!([inner])),
        8 => Value::Array(
            (0..rng.usize(..50))
                .map(|_| Value::String(text(rng)))
                .collect(),
        ),
        9 => Value::Object(Map::from_iter([(text(rng), Value::String(text(rng)))])),
        10 | 11 if !own.is_empty() => json!(own[rng.usize(..own.len())]),
        _ => Value::String(text(rng)),
    }
}

/// Changes one place of a JSON value.
pub fn harm_json(rng: &mut Rng, json: &mut Value, own: &[String]) {
    let deeper = rng.u8(..5) > 0;
    match json {
        Value::Object(fields) if !fields.is_empty() && deeper => {
            let key = fields
                .keys()
                .nth(rng.usize(..fields.len()))
                .unwrap()
                .clone();
            match rng.u8(..10) {
                0 => drop(fields.remove(&key)),
                1 => {
                    let moved = fields.remove(&key).unwrap();
                    fields.insert(text(rng), moved);
                }
                2 => {
                    let other = fields
                        .values()
                        .nth(rng.usize(..fields.len()))
                        .unwrap()
                        .clone();
                    fields.insert(key, other);
                }
                _ => harm_json(rng, &mut fields[&key], own),
            }
        }
        Value::Array(items) if !items.is_empty() && deeper => {
            let at = rng.usize(..items.len());
            match rng.u8(..10) {
                0 => drop(items.remove(at)),
                1 => items.push(items[at].clone()),
                2 => items.push(value(rng, own)),
                3 => rng.shuffle(items),
                _ => harm_json(rng, &mut items[at], own),
            }
        }
        other => *other = value(rng, own),
    }
}

/// Flips, cuts, repeats and inserts bytes.
pub fn harm_bytes(rng: &mut Rng, bytes: &mut Vec<u8>) {
    for _ in 0..rng.usize(1..6) {
        if bytes.is_empty() {
            bytes.push(rng.u8(..));
            continue;
        }
        let at = rng.usize(..bytes.len());
        let end = (at + rng.usize(1..40)).min(bytes.len());
        match rng.u8(..7) {
            0 => bytes.truncate(at),
            1 => bytes[at] = rng.u8(..),
            2 => bytes[at] ^= 1 << rng.u8(..8),
            3 => drop(bytes.drain(at..end)),
            4 => {
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            5 => bytes.insert(at, b"\"\\{}[],:\n\r;=\x00\xff"[rng.usize(..14)]),
            _ => {
                let word = text(rng);
                bytes.splice(at..at, word.into_bytes());
            }
        }
    }
}

/// Changes a text of JSON in its structure, or any other byte by byte.
pub fn harm(rng: &mut Rng, bytes: &mut Vec<u8>, own: &[String]) {
    let json = serde_json::from_slice::<Value>(bytes).ok();
    match json.filter(|_| rng.u8(..4) > 0) {
        Some(mut json) => {
            for _ in 0..rng.usize(1..5) {
                harm_json(rng, &mut json, own);
            }
            *bytes = json.to_string().into_bytes();
        }
        None => harm_bytes(rng, bytes),
    }
}
