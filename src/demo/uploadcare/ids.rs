//! The ids of files: UUIDs, strictly in the form with four hyphens, in either case.

/// The id as a number; `None` if it is malformed.
pub(super) fn parse(text: &str) -> Option<u128> {
    let bytes = text.as_bytes();
    if bytes.len() != 36 {
        return None;
    }
    let mut value = 0u128;
    for (place, byte) in bytes.iter().enumerate() {
        if matches!(place, 8 | 13 | 18 | 23) {
            if *byte != b'-' {
                return None;
            }
        } else {
            let digit = char::from(*byte).to_digit(16)?;
            value = value << 4 | u128::from(digit);
        }
    }
    Some(value)
}

/// The id in lower case.
pub(super) fn text(uuid: u128) -> String {
    uuid::Uuid::from_u128(uuid).to_string()
}

/// A random number as a version 4 id.
pub(super) fn version4(random: u128) -> u128 {
    random & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62
}

/// Well mixed bits out of an id: the source of everything that a file's id decides.
pub(super) fn mixed(uuid: u128, salt: u64) -> u64 {
    let folded = (uuid >> 64) as u64 ^ (uuid as u64).rotate_left(29);
    let mut bits = folded ^ salt.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hyphenated_form_is_an_id() {
        let id = "21975c81-7f57-4c7a-aef9-acfe28779f78";
        let value = parse(id).unwrap();
        assert_eq!(text(value), id);
        assert_eq!(parse(&id.to_uppercase()), Some(value));
        for bad in [
            "",
            "4j334o01-8bs3",
            "21975c817f574c7aaef9acfe28779f78",
            "{21975c81-7f57-4c7a-aef9-acfe28779f78}",
            "21975c81-7f57-4c7a-aef9-acfe28779f7g",
            "21975c81 7f57 4c7a aef9 acfe28779f78",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn made_ids_are_version_4() {
        let id = uuid::Uuid::from_u128(version4(u128::MAX));
        assert_eq!(id.get_version_num(), 4);
        assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
    }
}
