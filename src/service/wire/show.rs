//! Values of answers as a person reads them.

use serde_json::value::RawValue;

use super::plain;

/// Values one after the other, strings without their quotes.
pub(crate) fn list(values: &[&RawValue]) -> String {
    values
        .iter()
        .map(|value| plain(value))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The parts that are there, with commas between.
pub(crate) fn join(parts: impl IntoIterator<Item = Option<String>>) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Seconds as `1:02:03` or `0:12.3`.
pub(crate) fn duration(seconds: f64) -> String {
    let seconds = seconds.max(0.0);
    let (hours, minutes) = (
        (seconds / 3600.0).floor(),
        (seconds % 3600.0 / 60.0).floor(),
    );
    let rest = seconds % 60.0;
    if hours > 0.0 {
        format!("{hours}:{minutes:02}:{:02}", rest.floor())
    } else {
        format!("{minutes}:{rest:04.1}")
    }
}

/// Bits a second as `78 kbit/s` or `4.1 Mbit/s`.
pub(crate) fn bit_rate(bits: f64) -> String {
    if bits >= 1e6 {
        format!("{} Mbit/s", short(bits / 1e6))
    } else {
        format!("{} kbit/s", short(bits / 1e3))
    }
}

/// At most two decimals, none that say nothing.
pub(crate) fn short(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let cases = [
            (3723.999, "1:02:03"),
            (83.25, "1:23.2"),
            (0.9, "0:00.9"),
            (-1.0, "0:00.0"),
        ];
        for (seconds, shown) in cases {
            assert_eq!(duration(seconds), shown);
        }
    }

    #[test]
    fn rates() {
        for (bits, shown) in [(78_000.0, "78 kbit/s"), (1_453_966.0, "1.45 Mbit/s")] {
            assert_eq!(bit_rate(bits), shown);
        }
    }
}
