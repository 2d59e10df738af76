//! A profile's colour: it marks the whole window, so that no two projects look alike.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Colour(pub [u8; 3]);

impl Colour {
    /// What is offered: orange, green, violet, teal, blue, pink, amber, slate. Each stands out from
    /// a white and from a dark window.
    pub const PALETTE: [Self; 8] = [
        Self([0xD9, 0x48, 0x0F]),
        Self([0x2B, 0x8A, 0x3E]),
        Self([0x7C, 0x5C, 0xE0]),
        Self([0x0E, 0x8A, 0x93]),
        Self([0x28, 0x74, 0xE0]),
        Self([0xD6, 0x33, 0x6C]),
        Self([0xB0, 0x7A, 0x00]),
        Self([0x64, 0x74, 0x8B]),
    ];

    /// The palette's colour for the profile at a place in the list.
    pub fn at(place: usize) -> Self {
        Self::PALETTE[place % Self::PALETTE.len()]
    }
}

/// `#d9480f`.
impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl FromStr for Colour {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = [0; 3];
        text.strip_prefix('#')
            .and_then(|digits| hex::decode_to_slice(digits, &mut parts).ok())
            .map(|()| Self(parts))
            .ok_or_else(|| format!("{text:?} is no colour; write it as #d9480f"))
    }
}

impl Serialize for Colour {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Colour {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: [u8; 3]) -> f64 {
        let linear = colour.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.03928 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    #[test]
    fn the_palette_is_seen_on_light_and_dark() {
        let (white, dark) = (luminance([255; 3]), luminance([0x15, 0x17, 0x1B]));
        for colour in Colour::PALETTE {
            let own = luminance(colour.0);
            assert!((white + 0.05) / (own + 0.05) >= 3.0, "{colour} on white");
            assert!((own + 0.05) / (dark + 0.05) >= 3.0, "{colour} on dark");
        }
    }

    #[test]
    fn colours_round_trip_as_text() {
        for colour in Colour::PALETTE {
            assert_eq!(colour.to_string().parse(), Ok(colour));
        }
        assert_eq!("#D9480F".parse(), Ok(Colour([0xD9, 0x48, 0x0F])));
        for wrong in ["", "#", "d9480f", "#d948", "#d9480f0", "#gg0000", "red"] {
            assert!(wrong.parse::<Colour>().is_err(), "{wrong}");
        }
    }
}
