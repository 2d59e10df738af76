//! Where the CDN serves a project's files: a subdomain that follows from the public key.

use md5::Digest;
use sha2::Sha256;
use url::Url;

use crate::service::{ServiceError, parse_base};

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The CDN base of a project.
pub(super) fn base(public_key: &str) -> Result<Url, ServiceError> {
    parse_base(&format!("https://{}.ucarecd.net", prefix(public_key)))
}

/// First ten digits of the key's SHA-256, read as one number and written in base 36.
fn prefix(public_key: &str) -> String {
    let mut number: Vec<u8> = Sha256::digest(public_key.as_bytes()).to_vec();
    let mut digits = Vec::new();
    while number.iter().any(|byte| *byte != 0) {
        digits.push(char::from(DIGITS[usize::from(divide(&mut number))]));
    }
    digits.iter().rev().take(10).collect()
}

/// Divides a big-endian number by 36 in place and returns the remainder.
fn divide(number: &mut [u8]) -> u8 {
    let mut rest = 0_u16;
    for byte in number {
        let part = rest * 256 + u16::from(*byte);
        *byte = u8::try_from(part / 36).expect("the remainder before was below 36");
        rest = part % 36;
    }
    u8::try_from(rest).expect("a remainder of 36 is below 36")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subdomains() {
        let cases = [
            ("demopublickey", "1s4oyld5dc"),
            ("c8c237984266090ff9b8", "127mbvwq3b"),
            ("3e6ba70c0670de3bef7a", "u51bthcx6t"),
            ("823a5ae6eb3afa5b353f", "ggiwfssv31"),
        ];
        for (key, expected) in cases {
            assert_eq!(prefix(key), expected, "{key}");
            assert_eq!(
                base(key).unwrap().as_str(),
                format!("https://{expected}.ucarecd.net/")
            );
        }
    }
}
