//! Deleting a list of uploads: the one address that names them all, and what the answer proves of each.
//!
//! Only an id's own place in `deleted`, `not_found` or `unauthorized` settles it. An answer that puts it into
//! two of them proves nothing of it.

use std::collections::HashSet;

use serde_json::value::RawValue;
use url::Url;

use crate::model::ItemId;
use crate::service::http::{Answer, escaped};
use crate::service::wire::{Fields, Said, plain};
use crate::service::{BatchAnswer, Fact};

/// Longest address that is sent, in bytes. What the service takes is not known; proxies commonly take eight
/// thousand for the whole head of a request.
pub(crate) const LONGEST: usize = 4_000;

/// The address that deletes these ids, each once: `?ids=A&ids=B`.
///
/// What must not be sent is refused here, before anything is: the ids that cannot be one value of the query
/// are named, and an address that is too long names none, so that whoever asked halves the list.
pub(crate) fn address(route: &Url, ids: &[ItemId]) -> Result<Url, BatchAnswer> {
    let refused = |id: &&ItemId| why_not(route, id.as_str()).is_some();
    let named: Vec<_> = ids
        .iter()
        .filter(refused)
        .map(|id| (id.clone(), refusal(route, id)))
        .collect();
    if !named.is_empty() {
        let words = "Tallyman: not sent, for some ids must not be".to_owned();
        return Err(BatchAnswer::RefusedWhole { named, words });
    }
    let url = with_ids(route, ids);
    if url.as_str().len() > LONGEST {
        let words =
            format!("Tallyman: not sent, for the address would be longer than {LONGEST} bytes");
        let named = Vec::new();
        return Err(BatchAnswer::RefusedWhole { named, words });
    }
    Ok(url)
}

fn with_ids(route: &Url, ids: &[ItemId]) -> Url {
    let mut once = HashSet::new();
    let pairs: Vec<String> = ids
        .iter()
        .map(ItemId::plain)
        .filter(|id| once.insert(id.clone()))
        .map(|id| format!("ids={}", escaped(&id)))
        .collect();
    let mut url = route.clone();
    url.set_query(Some(&pairs.join("&")));
    url
}

fn refusal(route: &Url, id: &ItemId) -> Fact {
    let why = why_not(route, id.as_str()).unwrap_or_default();
    Fact::Refused {
        words: format!("Tallyman: not sent, for {why}"),
    }
}

/// Why an id must not be sent. Servers of this kind split the values of a list at commas and trim what they
/// split: such an id could name other files than the one that it is.
fn why_not(route: &Url, id: &str) -> Option<&'static str> {
    if id.trim().is_empty() {
        Some("an empty id names nothing")
    } else if id.contains(',') {
        Some("an id with a comma could be read as several")
    } else if id.trim() != id {
        Some("an id with blanks around it could be read as another")
    } else if with_ids(route, &[id.into()]).as_str().len() > LONGEST {
        Some("the id is longer than any address may be")
    } else {
        None
    }
}

/// What an answer says of the ids of its call.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// Of each id that it names, as it was sent.
    pub facts: Vec<(ItemId, Fact)>,
    /// Whether it names any id as deleted, be it one of ours or not.
    pub deleted: bool,
}

/// Reads an answer. `None` if it holds none of the three lists.
pub(crate) fn said(ids: &[ItemId], answer: &Answer) -> Option<Named> {
    let text = answer.text();
    let fields = Fields::of(&text)?;
    let reason = fields.words("error").or_else(|| fields.words("message"));
    let refused = match reason {
        Some(reason) => format!("unauthorized ({reason})"),
        None => "unauthorized".to_owned(),
    };
    let lists = [
        ("deleted", Fact::Done { at: None }),
        (
            "not_found",
            Fact::Absent {
                words: "not_found".to_owned(),
            },
        ),
        ("unauthorized", Fact::Refused { words: refused }),
    ];
    let sent: Vec<_> = ids.iter().map(ItemId::plain).collect();
    let mut said = Said::new(sent.iter().map(|id| id.as_ref()));
    let mut lists_found = 0;
    for (key, fact) in &lists {
        let Some(list) = fields.array(key) else {
            continue;
        };
        lists_found += 1;
        for id in list {
            said.add(&plain(id), Some(fact.clone()));
        }
    }
    let deleted = |list: Vec<&RawValue>| !list.is_empty();
    (lists_found > 0).then(|| Named {
        facts: settled(ids, &said),
        deleted: fields.array("deleted").is_some_and(deleted),
    })
}

fn settled(ids: &[ItemId], said: &Said<'_>) -> Vec<(ItemId, Fact)> {
    let mut once = HashSet::new();
    ids.iter()
        .filter(|id| once.insert(id.as_str()))
        .filter_map(|id| Some((id.clone(), said.of(&id.plain())?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::CallMeta;

    const A: &str = "21975c81-7f57-4c7a-aef9-acfe28779f78";
    const B: &str = "cbaf2d73-5169-4b2b-a543-496cf2813dff";

    fn ids(list: &[&str]) -> Vec<ItemId> {
        list.iter().map(|id| ItemId::from(*id)).collect()
    }

    fn route() -> Url {
        Url::parse("https://api.templated.io/v1/uploads").unwrap()
    }

    fn uuids(count: usize) -> Vec<ItemId> {
        let id = |number| ItemId::new(format!("{number:08}-7f57-4c7a-aef9-acfe28779f78"));
        (0..count).map(id).collect()
    }

    #[test]
    fn addresses() {
        let cases: [(&[&str], &str); 6] = [
            (&["a", "b"], "ids=a&ids=b"),
            (&["a", "a", "b"], "ids=a&ids=b"),
            (&["A", "a"], "ids=A&ids=a"),
            (&[&A.to_uppercase()], &format!("ids={A}")),
            (&["a&ids=b", "c d+e#f"], "ids=a%26ids%3Db&ids=c%20d%2Be%23f"),
            (&["é/..\"%2C"], "ids=%C3%A9%2F..%22%252C"),
        ];
        for (list, query) in cases {
            let url = address(&route(), &ids(list)).unwrap();
            assert_eq!(url.query(), Some(query), "{list:?}");
            let read: Vec<_> = url
                .query_pairs()
                .map(|(_, value)| value.into_owned())
                .collect();
            let mut once: Vec<_> = ids(list).iter().map(|id| id.plain().into_owned()).collect();
            once.dedup();
            assert_eq!(read, once, "it reads back as it was meant");
        }
        // The sums of the contract.
        for (count, bytes) in [(1, 76), (50, 2_085), (96, 3_971)] {
            let url = address(&route(), &uuids(count)).unwrap();
            assert_eq!(url.as_str().len(), bytes, "{count}");
        }
    }

    #[test]
    fn a_long_address_is_halved_by_whoever_asked() {
        for (count, id) in [(97, 36), (50, 100), (2, 1_990)] {
            let list: Vec<ItemId> = (0..count)
                .map(|number| ItemId::new(format!("{number:0id$}")))
                .collect();
            let BatchAnswer::RefusedWhole { named, words } = address(&route(), &list).unwrap_err()
            else {
                panic!("an answer");
            };
            assert!(named.is_empty(), "nobody in particular is to blame");
            assert!(words.contains("4000 bytes"), "{words}");
            assert!(
                address(&route(), &list[..count / 2]).is_ok(),
                "{count} of {id}"
            );
        }
    }

    #[test]
    fn ids_that_must_not_be_sent_are_named() {
        let long = "x".repeat(3_961);
        let cases = [
            ("", true),
            ("  ", true),
            ("a,b", true),
            (" a", true),
            ("a\n", true),
            (&long, true),
            (&long[1..], false),
            ("a b", false),
            ("../x", false),
            ("not-a-uuid", false),
        ];
        for (id, refused) in cases {
            let asked = address(&route(), &ids(&["good", id]));
            let named = match &asked {
                Err(BatchAnswer::RefusedWhole { named, .. }) => named.clone(),
                _ => Vec::new(),
            };
            assert_eq!(named.len(), usize::from(refused), "{id:?}: {asked:?}");
            for (found, fact) in named {
                assert_eq!(found.as_str(), id);
                assert!(matches!(fact, Fact::Refused { words } if words.starts_with("Tallyman: ")));
            }
        }
    }

    fn read(sent: &[&str], body: &str) -> Option<Named> {
        let answer = Answer {
            status: 400,
            content_type: "application/json".to_owned(),
            body: body.to_owned().into(),
            meta: CallMeta::default(),
            server_time: None,
        };
        said(&ids(sent), &answer)
    }

    #[test]
    fn every_kind_of_answer() {
        let body = format!(
            r#"{{"deleted": ["x"], "not_found": ["{A}"], "unauthorized": ["{B}"], "error": "Cannot"}}"#
        );
        let found = read(&[B, "unnamed", A, "X", A], &body).unwrap();
        let expected = [
            (
                B,
                Fact::Refused {
                    words: "unauthorized (Cannot)".to_owned(),
                },
            ),
            (
                A,
                Fact::Absent {
                    words: "not_found".to_owned(),
                },
            ),
            ("X", Fact::Done { at: None }),
        ];
        assert_eq!(
            found.facts,
            expected.map(|(id, fact)| (ItemId::from(id), fact))
        );
        assert!(found.deleted);
        let upper = A.to_uppercase();
        let found = read(&[&upper], &body).unwrap();
        assert_eq!(found.facts[0].0.as_str(), upper, "as it was written");
    }

    #[test]
    fn odd_answers() {
        // Lists found, ids settled of a and b, whether it deleted anything.
        let cases = [
            (
                r#"{"deleted": ["a", "b"], "message": "Successfully"}"#,
                Some((2, true)),
            ),
            (r#"{"deleted": []}"#, Some((0, false))),
            (r#"{"deleted": ["c"]}"#, Some((0, true))),
            (
                r#"{"not_found": ["a"], "unauthorized": []}"#,
                Some((1, false)),
            ),
            (r#"{"not_found": ["a"]}"#, Some((1, false))),
            (r#"{"not_found": ["a", "a", null, 5]}"#, Some((1, false))),
            (
                r#"{"not_found": ["a"], "unauthorized": ["a", "b"]}"#,
                Some((1, false)),
            ),
            (r#"{"deleted": ["a"], "not_found": ["a"]}"#, Some((0, true))),
            (r#"{"not_found": [], "unauthorized": []}"#, Some((0, false))),
            (
                r#"{"error": "At least one upload ID must be provided"}"#,
                None,
            ),
            (r#"{"deleted": null, "not_found": {}}"#, None),
            (r#"{"deleted": 2}"#, None),
            ("[]", None),
            ("", None),
            ("<html>", None),
        ];
        for (body, expected) in cases {
            let found = read(&["a", "b"], body);
            let found = found.map(|named| (named.facts.len(), named.deleted));
            assert_eq!(found, expected, "{body}");
        }
    }
}
