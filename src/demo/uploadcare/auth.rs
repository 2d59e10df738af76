//! Who is asking: the version header, the keys, the clock. Computes signatures by itself, from the bytes
//! as they were received.

use hmac::{Hmac, KeyInit, Mac};
use hyper::StatusCode;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE};
use jiff::civil;
use jiff::tz::TimeZone;
use md5::{Digest, Md5};
use sha1::Sha1;

use crate::demo::exchange::Ask;

use super::reply::Refusal;
use super::{PUBLIC_KEY, SECRET_KEY, Visit};

const VERSION: &str = "application/vnd.uploadcare-v0.7+json";
const MISMATCH: &str = "Incorrect authentication credentials.";
const WINDOW_SECONDS: i64 = 15 * 60;

/// 406 unless the request names this version.
pub(super) fn check_version(ask: &Ask) -> Result<(), Refusal> {
    let accept = ask.header(ACCEPT).unwrap_or_default();
    let mut types = accept.split(',').map(|one| one.split(';').next());
    if types.any(|one| one.is_some_and(|name| name.trim().eq_ignore_ascii_case(VERSION))) {
        return Ok(());
    }
    Err(Refusal::detail(
        StatusCode::NOT_ACCEPTABLE,
        "Incorrect Accept header provided. Make sure to specify API version. \
         Refer to REST API docs for details",
    ))
}

/// 401, or 400 for a secret in the clear, unless the keys are right.
pub(super) fn check_keys(visit: &Visit<'_>) -> Result<(), Refusal> {
    let header = visit.ask.header(AUTHORIZATION).unwrap_or_default();
    let (scheme, parameter) = header.split_once(' ').unwrap_or((header, ""));
    let simple = match scheme {
        "Uploadcare" => false,
        "Uploadcare.Simple" => true,
        _ => {
            return Err(Refusal::keys(
                "Authentication credentials were not provided.",
            ));
        }
    };
    if simple && !visit.shared.quirks.allow_simple {
        return Err(Refusal::bad(
            "Simple authentication over HTTP is forbidden. Please, use HTTPS or signed requests instead.",
        ));
    }
    let (key, proof) = parameter
        .trim()
        .split_once(':')
        .filter(|(key, proof)| !key.is_empty() && !proof.is_empty())
        .ok_or_else(|| Refusal::keys(MISMATCH))?;
    if key != PUBLIC_KEY {
        return Err(Refusal::keys(format!("Public key {key} not found.")));
    }
    if simple {
        return check_secret(proof);
    }
    let date = check_date(visit)?;
    check_signature(visit.ask, date, proof)
}

fn check_secret(secret: &str) -> Result<(), Refusal> {
    if secret == SECRET_KEY {
        return Ok(());
    }
    Err(Refusal::keys("Secret key not found."))
}

/// The date that was signed, if it is near enough to the server's clock.
fn check_date<'a>(visit: &'a Visit<'_>) -> Result<&'a str, Refusal> {
    let ask = visit.ask;
    let date = ask.header("x-uploadcare-date").or_else(|| ask.header(DATE));
    let refused = || Refusal::keys(MISMATCH);
    let date = date.ok_or_else(refused)?;
    let seconds = parse_date(date).ok_or_else(refused)?;
    let off = (visit.now.0.div_euclid(1_000_000) - seconds).abs();
    if off > WINDOW_SECONDS && visit.shared.quirks.strict_clock {
        return Err(refused());
    }
    Ok(date)
}

fn check_signature(ask: &Ask, date: &str, signature: &str) -> Result<(), Refusal> {
    let content_type = ask.headers.get(CONTENT_TYPE);
    let parts: [&[u8]; 5] = [
        ask.method.as_str().as_bytes(),
        &hex_md5(&ask.body),
        content_type.map_or(b"", |value| value.as_bytes()),
        date.as_bytes(),
        ask.target().as_bytes(),
    ];
    let refused = || Refusal::keys("Invalid signature. Please check your Secret key.");
    if signature.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(refused());
    }
    let given = hex::decode(signature).map_err(|_| refused())?;
    sign(SECRET_KEY, &parts)
        .is_some_and(|mac| mac.verify_slice(&given).is_ok())
        .then_some(())
        .ok_or_else(refused)
}

fn hex_md5(body: &[u8]) -> Vec<u8> {
    hex::encode(Md5::digest(body)).into_bytes()
}

/// The code over the parts, joined with line feeds.
fn sign(secret: &str, parts: &[&[u8]]) -> Option<Hmac<Sha1>> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(&parts.join(&b'\n'));
    Some(mac)
}

/// Seconds since 1970 of an RFC 2822 date, as lenient as the real service: the weekday is not looked at,
/// a comma may follow the year, and the zone may be a number.
fn parse_date(text: &str) -> Option<i64> {
    let (_, rest) = text.split_once(',')?;
    let rest = rest.replace(',', " ");
    let words: Vec<&str> = rest.split_whitespace().collect();
    let [day, month, year, clock, zone] = words[..] else {
        return None;
    };
    let months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let month = (0..12).find(|ix| months[ix * 3..ix * 3 + 3].eq_ignore_ascii_case(month))? + 1;
    let numbers: Vec<i8> = clock
        .split(':')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let [hour, minute, second] = numbers[..] else {
        return None;
    };
    let date = civil::Date::new(year.parse().ok()?, month as i8, day.parse().ok()?).ok()?;
    let time = civil::Time::new(hour, minute, second, 0).ok()?;
    let zoned = date.to_datetime(time).to_zoned(TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_second() - zone_seconds(zone)?)
}

fn zone_seconds(zone: &str) -> Option<i64> {
    if matches!(zone, "GMT" | "UTC" | "UT" | "Z") {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits = zone.get(1..).filter(|digits| digits.len() == 4)?;
    let number: i64 = digits.parse().ok()?;
    Some(sign * (number / 100 * 3600 + number % 100 * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(secret: &str, text: &str) -> String {
        let mac = sign(secret, &[text.as_bytes()]).unwrap();
        hex::encode(mac.finalize().into_bytes())
    }

    /// The vectors of the public contract.
    #[test]
    fn signs_as_the_service_does() {
        let empty = String::from_utf8(hex_md5(b"")).unwrap();
        let json = "application/json";
        let cases = [
            (
                "demosecretkey",
                format!(
                    "GET\n{empty}\n{json}\nWed, 28 Sep 2022 16:00:00 GMT\n/files/?limit=2&ordering=-datetime_uploaded\
                     &from=2022-09-28T15%3A53%3A36.082137%2B00%3A00&offset=0"
                ),
                "e20a68b9c4c3e41de804e2e6254c97ccadb0c00c",
            ),
            (
                "demosecretkey",
                format!(
                    "PUT\n{}\n{json}\nWed, 28 Sep 2022 16:00:02 GMT\n\
                     /files/21975c81-7f57-4c7a-aef9-acfe28779f78/metadata/pet/",
                    String::from_utf8(hex_md5("\"côte\"".as_bytes())).unwrap()
                ),
                "6e72d300017602799da79e96689de32401e9d102",
            ),
            (
                "demosecretkey",
                format!(
                    "PUT\n{empty}\n\nWed, 28 Sep 2022 16:00:03 GMT\n\
                     /files/21975c81-7f57-4c7a-aef9-acfe28779f78/storage/"
                ),
                "4d1717be7bb3ff12f6ea7db7e7e649830ccfe471",
            ),
            (
                "demoprivatekey",
                format!(
                    "GET\n{empty}\n{json}\nMon, 05 Nov 2018 13:14:41 GMT\n/files/?limit=1&stored=true"
                ),
                "3cbc4d2cf91f80c1ba162b926f8a975e8bec7995",
            ),
        ];
        for (secret, text, expected) in cases {
            assert_eq!(signature(secret, &text), expected, "{text}");
        }
    }

    #[test]
    fn dates_are_read_leniently() {
        let cases = [
            ("Mon, 05 Nov 2018 13:14:41 GMT", Some(1_541_423_681)),
            ("Mon, 05 Nov 2018, 13:14:41 GMT", Some(1_541_423_681)),
            ("Mon, 05 Nov 2018 13:14:41 -0000", Some(1_541_423_681)),
            ("Mon, 05 Nov 2018 15:14:41 +0200", Some(1_541_423_681)),
            ("2018-11-05T13:14:41Z", None),
            ("Mon, 32 Nov 2018 13:14:41 GMT", None),
            ("Mon, 05 Nov 2018 13:14 GMT", None),
            ("", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(parse_date(text), seconds, "{text}");
        }
    }
}
