//! Ids as they are kept: UUIDs and 24 hex digits as bytes, anything else as text.
//!
//! Only the exact spelling that unpacking gives back is packed: an id is kept as it was written.

use std::borrow::Cow;

/// Bytes that every packed id takes.
pub(super) const BYTES: usize = 16;
/// Longest text of a packed id.
pub(super) const TEXT: usize = 36;
/// Bytes of a packed hex id.
pub(super) const HEX_BYTES: usize = 12;

/// An id, looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Id<'a> {
    /// A lowercase, hyphenated UUID.
    Uuid([u8; BYTES]),
    /// 24 lowercase hex digits, in the first 12 bytes.
    Hex([u8; BYTES]),
    /// Anything else.
    Text(&'a str),
}

impl<'a> Id<'a> {
    /// Looks at a text.
    pub fn of(text: &'a str) -> Self {
        match text.len() {
            TEXT => uuid_of(text).map_or(Self::Text(text), Self::Uuid),
            24 => hex_of(text).map_or(Self::Text(text), Self::Hex),
            _ => Self::Text(text),
        }
    }

    /// The text as it was written; `room` holds it where it was packed.
    pub fn text_in<'b>(&self, room: &'b mut [u8; TEXT]) -> &'b str
    where
        'a: 'b,
    {
        match self {
            Self::Uuid(bytes) => uuid::Uuid::from_bytes(*bytes)
                .hyphenated()
                .encode_lower(room),
            Self::Hex(bytes) => {
                let room = &mut room[..2 * HEX_BYTES];
                // Encoding 12 bytes into 24 always fits, and hex digits are ASCII.
                match hex::encode_to_slice(&bytes[..HEX_BYTES], room) {
                    Ok(()) => std::str::from_utf8(room).unwrap_or_default(),
                    Err(_) => "",
                }
            }
            Self::Text(text) => text,
        }
    }

    /// The text as it was written.
    pub fn text(&self) -> Cow<'a, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            packed => Cow::Owned(packed.text_in(&mut [0; TEXT]).to_owned()),
        }
    }
}

fn is_lower_hex(digits: &[u8]) -> bool {
    digits
        .iter()
        .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn uuid_of(text: &str) -> Option<[u8; BYTES]> {
    let lower = !text.bytes().any(|b| b.is_ascii_uppercase());
    // 36 characters leave the parser no other spelling than the hyphenated one.
    let uuid = uuid::Uuid::try_parse(text).ok().filter(|_| lower)?;
    Some(*uuid.as_bytes())
}

fn hex_of(text: &str) -> Option<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    let digits = text.as_bytes();
    let packed = hex::decode_to_slice(digits, &mut bytes[..HEX_BYTES]);
    (is_lower_hex(digits) && packed.is_ok()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_comes_back_unchanged() {
        let cases = [
            ("21975c81-7f57-4c7a-aef9-acfe28779f78", "uuid"),
            ("21975C81-7f57-4c7a-aef9-acfe28779f78", "text"),
            ("21975c817f574c7aaef9acfe28779f78", "text"),
            ("5f8d04b3e1a2c90017d4aa01", "hex"),
            ("5F8d04b3e1a2c90017d4aa01", "text"),
            ("zf8d04b3e1a2c90017d4aa01", "text"),
            ("{21975c81-7f57-4c7a-aef9-acfe28779f7", "text"),
            ("фото", "text"),
        ];
        for (text, kind) in cases {
            let id = Id::of(text);
            let is = match id {
                Id::Uuid(_) => "uuid",
                Id::Hex(_) => "hex",
                Id::Text(_) => "text",
            };
            assert_eq!((is, id.text().as_ref()), (kind, text));
        }
    }
}
