//! Keyset paging as the real service does it: exclusive `from` and `to`, links instead of page numbers.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::model::Time;

use super::Visit;
use super::reply::Refusal;

const MOST: usize = 1000;
const USUAL: usize = 100;

/// What a link leaves as it is in a value.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Where a page lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Start,
    /// After this key, in the order of travel.
    From(i64),
    /// Just before this key, in the order of travel.
    To(i64),
}

/// Which page is asked for.
#[derive(Debug)]
pub(super) struct Wanted {
    pub limit: usize,
    descending: bool,
    place: Place,
    offset: usize,
    inclusive: bool,
}

impl Wanted {
    /// The same page where `from` includes its bound, or does not.
    pub fn inclusive(self, inclusive: bool) -> Self {
        Self { inclusive, ..self }
    }
}

/// Items in the order of their keys, which are all different.
pub(super) trait Shelf {
    fn len(&self) -> usize;
    fn key(&self, ix: usize) -> i64;
    fn shows(&self, ix: usize) -> bool;
}

/// One page: its items, and the keys that the links beside it name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub items: Vec<usize>,
    next: Option<i64>,
    previous: Option<i64>,
}

/// Reads the parameters of a list that is ordered by `field`.
pub(super) fn wanted(query: &[(String, String)], field: &str) -> Result<Wanted, Refusal> {
    let value = |name: &str| {
        let mut pairs = query.iter().rev();
        let pair = pairs.find(|(key, value)| key == name && !value.is_empty());
        pair.map(|(_, value)| value.as_str())
    };
    let limit = match value("limit") {
        None => USUAL,
        Some(text) => number(text)
            .filter(|limit| (1..=MOST).contains(limit))
            .ok_or_else(|| Refusal::bad(format!("`limit` should be from 1 to {MOST}.")))?,
    };
    let descending = match value("ordering") {
        None => false,
        Some(text) if text == field => false,
        Some(text) if text.strip_prefix('-') == Some(field) => true,
        Some(text) => return Err(Refusal::bad(format!("Unknown ordering `{text}`."))),
    };
    let place = match (value("to"), value("from")) {
        (Some(text), _) => Place::To(instant("to", text)?),
        (None, Some(text)) => Place::From(instant("from", text)?),
        (None, None) => Place::Start,
    };
    let offset = value("offset")
        .map(|text| number(text).ok_or_else(|| Refusal::bad("`offset` should be a whole number.")));
    Ok(Wanted {
        limit,
        descending,
        place,
        offset: offset.transpose()?.unwrap_or_default(),
        inclusive: false,
    })
}

fn number(text: &str) -> Option<usize> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn instant(name: &str, text: &str) -> Result<i64, Refusal> {
    let time = Time::parse(text).map(|time| time.0);
    time.ok_or_else(|| Refusal::bad(format!("`{name}` should be an ISO 8601 date-time.")))
}

/// Finds the page.
pub(super) fn page(shelf: &impl Shelf, wanted: &Wanted) -> Page {
    let length = shelf.len();
    let travel = |step: usize| {
        if wanted.descending {
            length - 1 - step
        } else {
            step
        }
    };
    let shown = |step: &usize| shelf.shows(travel(*step));
    let key = |step: usize| shelf.key(travel(step));
    let limit = wanted.limit;
    let (steps, next, previous) = match wanted.place {
        Place::To(to) => {
            let end = steps_before(shelf, wanted.descending, to);
            let mut steps: Vec<_> = (0..end).rev().filter(shown).take(limit + 1).collect();
            let earlier = steps.len() > limit;
            steps.truncate(limit);
            steps.reverse();
            let later = (end..length).any(|step| shown(&step));
            let next = steps.last().filter(|_| later).map(|last| key(*last));
            let previous = steps.first().filter(|_| earlier).map(|first| key(*first));
            (steps, next, previous)
        }
        Place::Start | Place::From(_) => {
            let start = match wanted.place {
                Place::From(from) if wanted.inclusive => {
                    steps_before(shelf, wanted.descending, from)
                }
                Place::From(from) => steps_through(shelf, wanted.descending, from),
                _ => 0,
            };
            let rest = (start..length).filter(shown).skip(wanted.offset);
            let mut steps: Vec<_> = rest.take(limit + 1).collect();
            let later = steps.len() > limit;
            steps.truncate(limit);
            let next = steps.last().filter(|_| later).map(|last| key(*last));
            let previous = match wanted.place {
                Place::From(from) => Some(steps.first().map_or(from, |first| key(*first))),
                _ => None,
            };
            (steps, next, previous)
        }
    };
    Page {
        items: steps.into_iter().map(travel).collect(),
        next,
        previous,
    }
}

/// How many steps of travel lie strictly before the key.
fn steps_before(shelf: &impl Shelf, descending: bool, key: i64) -> usize {
    if descending {
        shelf.len() - count_below(shelf, |other| other <= key)
    } else {
        count_below(shelf, |other| other < key)
    }
}

/// How many steps of travel lie before the key or at it.
fn steps_through(shelf: &impl Shelf, descending: bool, key: i64) -> usize {
    if descending {
        shelf.len() - count_below(shelf, |other| other < key)
    } else {
        count_below(shelf, |other| other <= key)
    }
}

/// How many keys from the left hold, where those that hold come first.
fn count_below(shelf: &impl Shelf, holds: impl Fn(i64) -> bool) -> usize {
    let (mut low, mut high) = (0, shelf.len());
    while low < high {
        let middle = (low + high) / 2;
        if holds(shelf.key(middle)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// The `next` and `previous` links of a page.
pub(super) fn links(visit: &Visit<'_>, page: &Page) -> (Option<String>, Option<String>) {
    let link = |name: &str, key: i64| link(visit, name, key);
    (
        page.next.map(|key| link("from", key)),
        page.previous.map(|key| link("to", key)),
    )
}

/// The request's own address, with its place put elsewhere.
fn link(visit: &Visit<'_>, place: &str, key: i64) -> String {
    let mut url = format!("{}{}?", visit.origin, visit.ask.path());
    for (name, value) in visit.ask.query() {
        if !matches!(name.as_str(), "from" | "to" | "offset") {
            url.extend(utf8_percent_encode(&name, PLAIN));
            url.push('=');
            url.extend(utf8_percent_encode(&value, PLAIN));
            url.push('&');
        }
    }
    let time = Time(key).to_string().replace('Z', "+00:00");
    let time = utf8_percent_encode(&time, PLAIN);
    url.push_str(&format!("{place}={time}&offset=0"));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten items with keys 0, 10, .. 90, of which 50 is not shown.
    struct Ten;

    impl Shelf for Ten {
        fn len(&self) -> usize {
            10
        }
        fn key(&self, ix: usize) -> i64 {
            ix as i64 * 10
        }
        fn shows(&self, ix: usize) -> bool {
            ix != 5
        }
    }

    fn found(
        descending: bool,
        place: Place,
        limit: usize,
    ) -> (Vec<usize>, Option<i64>, Option<i64>) {
        let wanted = Wanted {
            limit,
            descending,
            place,
            offset: 0,
            inclusive: false,
        };
        let page = page(&Ten, &wanted);
        (page.items, page.next, page.previous)
    }

    #[test]
    fn from_may_include_its_bound() {
        for (descending, items) in [(false, vec![2, 3, 4]), (true, vec![2, 1, 0])] {
            let wanted = Wanted {
                limit: 3,
                descending,
                place: Place::From(20),
                offset: 0,
                inclusive: true,
            };
            assert_eq!(page(&Ten, &wanted).items, items);
        }
    }

    #[test]
    fn pages_follow_each_other() {
        use Place::{From, Start, To};
        let cases = [
            (false, Start, 3, vec![0, 1, 2], Some(20), None),
            (false, From(20), 3, vec![3, 4, 6], Some(60), Some(30)),
            (false, From(60), 3, vec![7, 8, 9], None, Some(70)),
            (false, From(90), 3, vec![], None, Some(90)),
            (false, From(-5), 3, vec![0, 1, 2], Some(20), Some(0)),
            (false, To(70), 3, vec![3, 4, 6], Some(60), Some(30)),
            (false, To(30), 3, vec![0, 1, 2], Some(20), None),
            (false, To(30), 9, vec![0, 1, 2], Some(20), None),
            (false, To(0), 3, vec![], None, None),
            (true, Start, 3, vec![9, 8, 7], Some(70), None),
            (true, From(70), 3, vec![6, 4, 3], Some(30), Some(60)),
            (true, To(60), 3, vec![9, 8, 7], Some(70), None),
            (true, To(30), 2, vec![6, 4], Some(40), Some(60)),
            (false, Start, 9, vec![0, 1, 2, 3, 4, 6, 7, 8, 9], None, None),
        ];
        for (descending, place, limit, items, next, previous) in cases {
            assert_eq!(
                found(descending, place, limit),
                (items, next, previous),
                "{descending} {place:?} {limit}"
            );
        }
    }

    #[test]
    fn odd_parameters_are_refused() {
        let one = |name: &str, value: &str| {
            let query = [(name.to_owned(), value.to_owned())];
            wanted(&query, "datetime_uploaded").map(|wanted| wanted.place)
        };
        assert!(one("limit", "1000").is_ok());
        assert!(one("ordering", "-datetime_uploaded").is_ok());
        assert_eq!(
            one("from", "1970-01-01T00:00:01").ok(),
            Some(Place::From(1_000_000))
        );
        for (name, value) in [
            ("limit", "0"),
            ("limit", "1001"),
            ("limit", "abc"),
            ("limit", "-1"),
            ("ordering", "size"),
            ("ordering", "--datetime_uploaded"),
            ("from", "yesterday"),
            ("offset", "x"),
        ] {
            assert!(one(name, value).is_err(), "{name}={value}");
        }
    }
}
