//! What has to be typed before a destructive plan begins. Pure: who shows it and reads the answer is not known here.

use super::notes::typed_above;
use crate::model::size::count;
use crate::model::text::visible;
use crate::model::{Plan, Verb};

/// The words that let a plan go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A small plan, that may be undone or is soon looked over.
    Yes,
    /// How many items it has. May be typed with its commas.
    Count(u64),
    /// The path of the one folder that goes.
    Path(String),
    /// The project's name.
    Project(String),
}

impl Wanted {
    /// A protected profile wants the project's name, one folder its path, and several folders, as every large plan,
    /// their number: `going` are the items that will be sent.
    pub fn of(plan: &Plan, going: u64, protected: bool) -> Self {
        if protected {
            return Self::Project(plan.source.account.label().to_owned());
        }
        let folders = plan.verb == Verb::DeleteFolders;
        let only = plan.items().iter().find(|item| item.guard.is_none());
        match only {
            Some(folder) if folders && going == 1 => Self::Path(folder.id.to_string()),
            _ if folders || going > typed_above(plan) => Self::Count(going),
            _ => Self::Yes,
        }
    }

    /// What is to be typed, as it is shown.
    pub fn shown(&self) -> String {
        match self {
            Self::Yes => "yes".to_owned(),
            Self::Count(going) => count(*going),
            Self::Path(words) | Self::Project(words) => visible(words).into_owned(),
        }
    }

    /// Whether the typed line is what was asked for. Names may be typed as they are or as they are shown: a hidden
    /// character is on no keyboard.
    pub fn is(&self, typed: &str) -> bool {
        let typed = typed.trim();
        match self {
            Self::Yes => typed == "yes",
            Self::Count(going) => typed.replace([',', ' '], "") == going.to_string(),
            Self::Path(path) => {
                let typed = typed.trim_end_matches('/');
                let path = path.trim().trim_end_matches('/');
                !typed.is_empty() && (typed == path || typed == visible(path))
            }
            Self::Project(name) => typed == name || typed == visible(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Account, PlanItem, ProfileId, ServiceKind, Source};

    fn plan(verb: Verb, ids: &[&str]) -> Plan {
        let source = Source {
            service: ServiceKind::ImageKit,
            profile: ProfileId("p".into()),
            profile_name: "Shop".into(),
            account: Account {
                name: "acme-prod".into(),
                key: "key".into(),
            },
            api_base: "https://api.imagekit.io".into(),
        };
        let item = |id: &&str| PlanItem::bare((*id).into());
        Plan::new(verb, source, ids.iter().map(item).collect())
    }

    #[test]
    fn one_folder_is_asked_for_by_its_path_and_several_by_their_number() {
        let many = ["x"; 11];
        let cases = [
            (Verb::DeleteFolders, &["/a/b"][..], false, "/a/b"),
            (Verb::DeleteFolders, &["/a", "/b"], false, "2"),
            (Verb::DeleteFolders, &["/a"], true, "acme-prod"),
            (Verb::Delete, &["x"], false, "yes"),
            (Verb::Delete, &many, false, "11"),
            (Verb::Delete, &["x"], true, "acme-prod"),
        ];
        for (verb, ids, protected, wanted) in cases {
            let found = Wanted::of(&plan(verb, ids), ids.len() as u64, protected);
            assert_eq!(found.shown(), wanted, "{verb} {ids:?} {protected}");
        }
        let mut held_back = plan(Verb::DeleteFolders, &["/kept", "/a"]).items().to_vec();
        held_back[0].guard = Some("it holds a kept file".into());
        let source = plan(Verb::Delete, &[]).source;
        let plan = Plan::new(Verb::DeleteFolders, source, held_back);
        assert_eq!(Wanted::of(&plan, 1, false), Wanted::Path("/a".into()));
    }

    #[test]
    fn only_the_very_words_are_an_answer() {
        let path = || Wanted::Path("/a/b".into());
        let name = || Wanted::Project("acme-prod".into());
        let hidden = || Wanted::Project("acme\u{202e}".into());
        let cases = [
            ("yes\n", Wanted::Yes, true),
            ("y\n", Wanted::Yes, false),
            ("\n", Wanted::Yes, false),
            ("", Wanted::Yes, false),
            ("5,000\n", Wanted::Count(5_000), true),
            ("5000 \n", Wanted::Count(5_000), true),
            ("5 000\n", Wanted::Count(5_000), true),
            ("500\n", Wanted::Count(5_000), false),
            ("yes\n", Wanted::Count(2), false),
            ("acme-prod\n", name(), true),
            ("Acme-Prod\n", name(), false),
            ("acme\u{202e}\n", hidden(), true),
            ("acme‹U+202E›\n", hidden(), true),
            ("acme\n", hidden(), false),
            ("/a/b\n", path(), true),
            ("/a/b/\n", path(), true),
            ("/a\n", path(), false),
            ("b\n", path(), false),
            ("yes\n", path(), false),
            ("\n", path(), false),
            ("/\n", path(), false),
        ];
        for (typed, wanted, right) in cases {
            assert_eq!(wanted.is(typed), right, "{typed:?} for {wanted:?}");
        }
    }
}
