//! Batches: what is sent for a list of ids, and what the answer proves of each.
//!
//! Only an id that the service itself names is settled. An answer that contradicts itself about an id proves
//! nothing of it.

use std::collections::HashSet;

use serde_json::value::RawValue;

use crate::model::ItemId;
use crate::service::Fact;
use crate::service::wire::{Fields, Said, plain, string};

use super::super::api::is_plain_id;

/// Where a delete's answer names what is gone.
pub(crate) const DELETED: &str = "successfullyDeletedFileIds";

/// Where an answer about tags names what was changed.
pub(crate) const UPDATED: &str = "successfullyUpdatedFileIds";

/// The ids of one call, each once, as they were written.
pub(crate) struct Sent<'a>(Vec<&'a ItemId>);

impl<'a> Sent<'a> {
    pub(crate) fn new(ids: &'a [ItemId]) -> Self {
        let mut once = HashSet::new();
        Self(ids.iter().filter(|id| once.insert(*id)).collect())
    }

    /// The id, if it is only one.
    pub(crate) fn only(&self) -> Option<&'a ItemId> {
        match self.0[..] {
            [id] => Some(id),
            _ => None,
        }
    }

    /// The body: an object with the list.
    pub(crate) fn body(&self) -> Vec<u8> {
        let ids: Vec<&str> = self.0.iter().map(|id| id.as_str()).collect();
        serde_json::to_vec(&serde_json::json!({ "fileIds": ids }))
            .expect("a list of strings is always JSON")
    }

    /// The body of a call about tags.
    pub(crate) fn body_with(&self, tags: &[String]) -> Vec<u8> {
        let ids: Vec<&str> = self.0.iter().map(|id| id.as_str()).collect();
        let body = serde_json::json!({ "fileIds": ids, "tags": tags });
        body.to_string().into_bytes()
    }

    /// What a good answer proves, which names what is done under `key`. `None` if it is no answer to a batch at
    /// all.
    pub(crate) fn evidence(&self, key: &str, json: &str) -> Option<Vec<(ItemId, Fact)>> {
        let fields = Fields::of(json)?;
        let done = fields.array(key);
        let errors = fields.array("errors");
        if done.is_none() && errors.is_none() {
            return None;
        }
        let mut said = self.nothing();
        for id in done.iter().flatten().filter_map(|id| string(id)) {
            said.add(&id, Some(Fact::Done { at: None }));
        }
        for (id, words) in errors.iter().flatten().filter_map(|error| failed(error)) {
            said.add(&id, Some(problem(words)));
        }
        Some(self.settled(&said))
    }

    /// The ids for whose sake nothing at all was deleted. Where the service names nobody, an only id that can
    /// be no file's is meant.
    pub(crate) fn missing(&self, json: &str, words: &str) -> Vec<(ItemId, Fact)> {
        let missing = Fields::of(json).and_then(|fields| fields.array("missingFileIds"));
        let mut said = self.nothing();
        let only = self.only().filter(|id| !is_plain_id(id.as_str()));
        if let (None, Some(id)) = (&missing, only) {
            let words = words.to_owned();
            said.add(id.as_str(), Some(Fact::Absent { words }));
        }
        for id in missing.iter().flatten().filter_map(|id| string(id)) {
            let words = words.to_owned();
            said.add(&id, Some(Fact::Absent { words }));
        }
        self.settled(&said)
    }

    fn nothing(&self) -> Said<'a> {
        Said::new(self.0.iter().map(|id| id.as_str()))
    }

    fn settled(&self, said: &Said<'_>) -> Vec<(ItemId, Fact)> {
        let fact = |id: &&ItemId| Some(((*id).clone(), said.of(id.as_str())?));
        self.0.iter().filter_map(fact).collect()
    }
}

/// An entry of `errors`: the id, and what went wrong.
fn failed(error: &RawValue) -> Option<(String, String)> {
    let fields = Fields::of(error.get())?;
    let id = fields.words("fileId")?;
    let words = fields.get("error").or_else(|| fields.get("message"));
    Some((id, words.map(plain).unwrap_or_default()))
}

/// What an entry of `errors` means.
fn problem(words: String) -> Fact {
    if words.to_lowercase().contains("does not exist") {
        Fact::Absent { words }
    } else {
        Fact::Refused { words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "598821f949c0a938d57563bd";
    const B: &str = "6673f88237b244ef54d60180";

    fn ids(list: &[&str]) -> Vec<ItemId> {
        list.iter().map(|id| ItemId::from(*id)).collect()
    }

    fn evidence(sent: &[&str], json: &str) -> Option<Vec<(ItemId, Fact)>> {
        Sent::new(&ids(sent)).evidence(DELETED, json)
    }

    fn refused(words: &str) -> Fact {
        Fact::Refused {
            words: words.to_owned(),
        }
    }

    fn absent(words: &str) -> Fact {
        Fact::Absent {
            words: words.to_owned(),
        }
    }

    #[test]
    fn bodies() {
        let cases: [(&[&str], &str); 3] = [
            (&["a", "b", "a"], r#"{"fileIds":["a","b"]}"#),
            (
                &["X\"\\\n", "../x", ""],
                r#"{"fileIds":["X\"\\\n","../x",""]}"#,
            ),
            (&["ABC", "abc"], r#"{"fileIds":["ABC","abc"]}"#),
        ];
        for (sent, body) in cases {
            let sent = ids(sent);
            let found = String::from_utf8(Sent::new(&sent).body()).unwrap();
            assert_eq!(found, body);
        }
        assert_eq!(
            Sent::new(&ids(&["a", "a"])).only().map(ItemId::as_str),
            Some("a")
        );
        assert_eq!(Sent::new(&ids(&["a", "b"])).only(), None);
        assert_eq!(Sent::new(&[]).only(), None);
        let body = Sent::new(&ids(&["a"])).body_with(&["summer".to_owned()]);
        assert_eq!(body, br#"{"fileIds":["a"],"tags":["summer"]}"#);
    }

    #[test]
    fn a_partial_answer_settles_whom_it_names() {
        let json = format!(
            r#"{{"successfullyDeletedFileIds": ["{}", "foreign"], "errors": [
                {{"fileId": "{B}", "error": "Error in deleting tags"}}, {{"fileId": "gone", "error": "The file DOES not exist."}},
                {{"fileId": "bare"}}, {{"error": "nobody's"}}, null, 5]}}"#,
            A.to_uppercase()
        );
        let found = evidence(&["bare", "gone", B, A, "unnamed"], &json).unwrap();
        let expected = [
            ("bare", refused("")),
            ("gone", absent("The file DOES not exist.")),
            (B, refused("Error in deleting tags")),
            (A, Fact::Done { at: None }),
        ];
        assert_eq!(found, expected.map(|(id, fact)| (ItemId::from(id), fact)));
    }

    #[test]
    fn contradictions_prove_nothing() {
        let json = format!(
            r#"{{"successfullyDeletedFileIds": ["{A}"], "errors": [{{"fileId": "{A}", "error": "no"}}]}}"#
        );
        assert_eq!(evidence(&[A], &json), Some(Vec::new()));
        let twice = format!(r#"{{"successfullyDeletedFileIds": ["{A}", "{A}"]}}"#);
        assert_eq!(evidence(&[A], &twice).unwrap().len(), 1);
    }

    #[test]
    fn tags_are_told_under_another_name() {
        let sent = ids(&[A, B]);
        let json = format!(
            r#"{{"successfullyUpdatedFileIds": ["{A}"], "errors": [{{"fileId": "{B}", "error": "no"}}]}}"#
        );
        let found = Sent::new(&sent).evidence(UPDATED, &json).unwrap();
        let expected = [(A, Fact::Done { at: None }), (B, refused("no"))];
        assert_eq!(found, expected.map(|(id, fact)| (ItemId::from(id), fact)));
        assert_eq!(
            Sent::new(&sent).evidence(DELETED, r#"{"successfullyUpdatedFileIds": []}"#),
            None
        );
    }

    #[test]
    fn odd_answers() {
        let cases = [
            (r#"{"successfullyDeletedFileIds": []}"#, true),
            (
                r#"{"successfullyDeletedFileIds": [null, 5, {}], "errors": {}}"#,
                true,
            ),
            (r#"{"errors": []}"#, true),
            (
                r#"{"successfullyDeletedFileIds": null, "errors": null}"#,
                false,
            ),
            (
                r#"{"successfullyDeletedFileIds": "598821f949c0a938d57563bd"}"#,
                false,
            ),
            (r#"{"message": "ok"}"#, false),
            ("{}", false),
            ("[]", false),
            ("", false),
            ("<html>", false),
        ];
        for (json, is) in cases {
            assert_eq!(evidence(&[A], json), is.then(Vec::new), "{json}");
        }
    }

    #[test]
    fn whom_a_refusal_names() {
        let cases = [
            (
                format!(r#"{{"message": "m", "missingFileIds": ["{B}", "foreign", 5, null]}}"#),
                vec![B],
            ),
            (
                format!(r#"{{"missingFileIds": ["{}"]}}"#, A.to_uppercase()),
                vec![A],
            ),
            (
                r#"{"message": "The requested file(s) does not exist."}"#.to_owned(),
                vec![],
            ),
            (r#"{"missingFileIds": ["foreign"]}"#.to_owned(), vec![]),
            (r#"{"missingFileIds": "x"}"#.to_owned(), vec![]),
            ("<html>".to_owned(), vec![]),
        ];
        for (json, named) in cases {
            let sent = ids(&[A, B]);
            let found = Sent::new(&sent).missing(&json, "words");
            let expected: Vec<_> = named
                .into_iter()
                .map(|id| (ItemId::from(id), absent("words")))
                .collect();
            assert_eq!(found, expected, "{json}");
        }
    }
}
