//! Batches: what is sent for a list of ids, and what the answer proves of each.
//!
//! Only a positive sign settles an id: its row with the date that the verb sets, or its own entry in
//! `problems`. An answer that contradicts itself about an id proves nothing of it.

use crate::model::{ItemId, Time, Verb};
use crate::service::Fact;
use crate::service::wire::{Fields, Said, plain};

/// The ids of one call as they go over the wire: each once, uuids in lower case, everything else as written.
pub(crate) struct Sent<'a> {
    ids: Vec<(&'a ItemId, String)>,
}

impl<'a> Sent<'a> {
    pub(crate) fn new(ids: &'a [ItemId]) -> Self {
        let ids = ids.iter().map(|id| (id, id.plain().into_owned())).collect();
        Self { ids }
    }

    /// The body: a bare JSON array of strings.
    pub(crate) fn body(&self) -> Vec<u8> {
        let mut once = std::collections::HashSet::new();
        let list: Vec<&str> = self.wires().filter(|wire| once.insert(*wire)).collect();
        serde_json::to_vec(&list).expect("a list of strings is always JSON")
    }

    /// What the answer proves. `None` if it is no answer to a batch at all.
    pub(crate) fn evidence(&self, verb: Verb, json: &str) -> Option<Vec<(ItemId, Fact)>> {
        let fields = Fields::of(json)?;
        let result = fields.array("result");
        let problems = fields.object("problems");
        if result.is_none() && problems.is_none() {
            return None;
        }
        let mut said = Said::new(self.wires());
        for row in result
            .iter()
            .flatten()
            .filter_map(|row| Fields::of(row.get()))
        {
            add_row(&mut said, verb, &row);
        }
        for (id, words) in problems.iter().flat_map(Fields::iter) {
            said.add(id, Some(problem(plain(words))));
        }
        Some(self.settled(&said))
    }

    fn settled(&self, said: &Said<'_>) -> Vec<(ItemId, Fact)> {
        let mut once = std::collections::HashSet::new();
        self.ids
            .iter()
            .filter(|(id, _)| once.insert(*id))
            .filter_map(|(id, wire)| Some(((*id).clone(), said.of(wire)?)))
            .collect()
    }

    fn wires(&self) -> impl Iterator<Item = &str> + Clone {
        self.ids.iter().map(|(_, wire)| wire.as_str())
    }
}

/// A row of `result`. It proves the verb if its date is there, or if the service left that field out.
fn add_row(said: &mut Said<'_>, verb: Verb, row: &Fields<'_>) {
    let Some(id) = row.words("uuid") else { return };
    let (key, must_be_null) = match verb {
        Verb::Store | Verb::Restore => ("datetime_stored", Some("datetime_removed")),
        _ => ("datetime_removed", None),
    };
    let undone = must_be_null.is_some_and(|key| row.get(key).is_some());
    let fact = match row.raw(key) {
        _ if undone => None,
        None => Some(Fact::Done { at: None }),
        Some(_) => row.words(key).map(|text| Fact::Done {
            at: Time::parse(&text),
        }),
    };
    said.add(&id, fact);
}

/// What an entry of `problems` means.
fn problem(words: String) -> Fact {
    let plain = words.trim().trim_end_matches('.');
    if plain.eq_ignore_ascii_case("missing in the project") {
        Fact::Absent { words }
    } else {
        Fact::Refused { words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "21975c81-7f57-4c7a-aef9-acfe28779f78";
    const B: &str = "cbaf2d73-5169-4b2b-a543-496cf2813dff";
    const AT: &str = "2022-09-28T15:53:36.082137Z";

    fn ids(list: &[&str]) -> Vec<ItemId> {
        list.iter().map(|id| ItemId::from(*id)).collect()
    }

    fn evidence(verb: Verb, sent: &[&str], json: &str) -> Option<Vec<(ItemId, Fact)>> {
        Sent::new(&ids(sent)).evidence(verb, json)
    }

    fn done() -> Fact {
        Fact::Done {
            at: Time::parse(AT),
        }
    }

    fn refused(words: &str) -> Fact {
        Fact::Refused {
            words: words.to_owned(),
        }
    }

    fn removed(id: &str) -> String {
        format!(r#"{{"uuid": "{id}", "datetime_removed": "{AT}", "datetime_stored": null}}"#)
    }

    fn answer(result: &str, problems: &str) -> String {
        format!(r#"{{"status": "ok", "result": [{result}], "problems": {{{problems}}}}}"#)
    }

    #[test]
    fn bodies() {
        let upper = A.to_uppercase();
        let cases: [(&[&str], String); 5] = [
            (&[A, B], format!(r#"["{A}","{B}"]"#)),
            (&[A, A, B], format!(r#"["{A}","{B}"]"#)),
            (&[&upper, A], format!(r#"["{A}"]"#)),
            (
                &["X\"\\\n", "../x", ""],
                r#"["X\"\\\n","../x",""]"#.to_owned(),
            ),
            (&["ABC", "abc"], r#"["ABC","abc"]"#.to_owned()),
        ];
        for (sent, body) in cases {
            assert_eq!(
                String::from_utf8(Sent::new(&ids(sent)).body()).unwrap(),
                body
            );
        }
    }

    #[test]
    fn every_kind_of_answer() {
        let missing = format!(r#""{B}": "missing in THE project""#);
        let json = answer(&removed(A), &format!(r#"{missing}, "nonsense": "Invalid""#));
        let absent = Fact::Absent {
            words: "missing in THE project".to_owned(),
        };
        let found = evidence(Verb::Delete, &["nonsense", B, A, "unnamed"], &json).unwrap();
        let expected = [("nonsense", refused("Invalid")), (B, absent), (A, done())];
        assert_eq!(found, expected.map(|(id, fact)| (ItemId::from(id), fact)));
    }

    #[test]
    fn ids_come_back_as_they_were_written() {
        let upper = A.to_uppercase();
        let json = answer(&removed(A), r#""Odd": "Invalid""#);
        let found = evidence(Verb::Delete, &[&upper, A, "odd", "ODD"], &json).unwrap();
        let expected = [
            (upper.as_str(), done()),
            (A, done()),
            ("odd", refused("Invalid")),
            ("ODD", refused("Invalid")),
        ];
        assert_eq!(found, expected.map(|(id, fact)| (ItemId::from(id), fact)));
    }

    #[test]
    fn an_exact_key_is_nobody_elses() {
        let json = answer("", r#""x": "Invalid", "X": "Locked""#);
        let found = evidence(Verb::Delete, &["X", "x"], &json).unwrap();
        assert_eq!(
            found,
            [
                (ItemId::from("X"), refused("Locked")),
                (ItemId::from("x"), refused("Invalid"))
            ]
        );
    }

    #[test]
    fn only_the_verbs_own_date_is_proof() {
        let at = format!("\"{AT}\"");
        let at = at.as_str();
        // verb, datetime_removed, datetime_stored ("-" leaves the field out), proven
        let cases = [
            (Verb::Delete, at, "null", true),
            (Verb::Delete, "null", at, false),
            (Verb::Delete, "-", "null", true),
            (Verb::Delete, "\"soon\"", "null", true),
            (Verb::Delete, "\"\"", "null", false),
            (Verb::Delete, "false", "null", false),
            (Verb::Store, "null", at, true),
            (Verb::Store, "null", "null", false),
            (Verb::Store, "-", "-", true),
            (Verb::Store, at, at, false),
            (Verb::Restore, "null", at, true),
            (Verb::Restore, at, "null", false),
            (Verb::Restore, at, at, false),
        ];
        for (verb, removed, stored, proven) in cases {
            let mut row = format!(r#"{{"uuid": "{A}""#);
            for (key, value) in [("datetime_removed", removed), ("datetime_stored", stored)] {
                if value != "-" {
                    row.push_str(&format!(r#", "{key}": {value}"#));
                }
            }
            let found = evidence(verb, &[A], &answer(&format!("{row}}}"), "")).unwrap();
            assert_eq!(found.len(), usize::from(proven), "{verb} {row}");
        }
    }

    #[test]
    fn contradictions_prove_nothing() {
        let unproven = format!(r#"{{"uuid": "{A}", "datetime_removed": null}}"#);
        let both = [removed(A), unproven].join(",");
        let cases = [
            answer(&removed(A), &format!(r#""{A}": "Invalid""#)),
            answer(&both, ""),
            answer(
                "",
                &format!(
                    r#""{A}": "Invalid", "{}": "Missing in the project""#,
                    A.to_uppercase()
                ),
            ),
        ];
        for json in cases {
            assert_eq!(
                evidence(Verb::Delete, &[A], &json),
                Some(Vec::new()),
                "{json}"
            );
        }
        let twice = answer(&[removed(A), removed(A)].join(","), "");
        assert_eq!(evidence(Verb::Delete, &[A], &twice).unwrap().len(), 1);
    }

    #[test]
    fn odd_answers() {
        let cases = [
            (r#"{"result": [], "problems": {}}"#, true),
            (
                r#"{"result": [null, 5, {}, {"uuid": null}], "problems": {}}"#,
                true,
            ),
            (r#"{"problems": {}}"#, true),
            (r#"{"result": []}"#, true),
            (r#"{"result": null, "problems": null}"#, false),
            (r#"{"status": "ok"}"#, false),
            (r#"{"result": {}, "problems": []}"#, false),
            ("[]", false),
            ("", false),
            ("<html>", false),
        ];
        for (json, is) in cases {
            let found = evidence(Verb::Delete, &[A], json);
            assert_eq!(found, is.then(Vec::new), "{json}");
        }
        let json = answer("", &format!(r#""{A}": {{"code": 5}}"#));
        assert_eq!(
            evidence(Verb::Delete, &[A], &json).unwrap(),
            [(ItemId::from(A), refused(r#"{"code": 5}"#))]
        );
        let foreign = answer(&removed(B), r#""other": "Invalid""#);
        assert_eq!(
            evidence(Verb::Delete, &[A], &foreign),
            Some(Vec::new()),
            "ids that were not sent"
        );
    }
}
