//! What a filter means over columns: a segment at a time, a bit a row, the cheapest tests first.

use memchr::memmem::Finder;

use super::fold::fold;
use super::id::{Id, TEXT};
use super::mask::Mask;
use super::query::{Date, Expr, Problem, Test, When, type_is};
use super::segment::{NEVER, Segment};
use super::{Catalogue, Members, ProblemIndex, RowSet};
use crate::model::path::is_within;

/// A word this long is looked for in ids too. A shorter one would match random ids by chance, and what
/// matches a filter may be deleted; it has to be the whole id.
const ID_WORD: usize = 8;
/// With fewer rows left than one of this many, names are searched one by one.
const SPARSE: usize = 10;

/// A filter, made ready for one catalogue.
pub(super) enum Node {
    All,
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Word(Word),
    InName(Finder<'static>),
    Ends(Vec<String>),
    /// By the type's number.
    Types(Vec<bool>),
    /// By the folder's number.
    Folders(Vec<bool>),
    /// Sets of metadata keys, by number.
    Keys(Vec<bool>),
    Size(u64, u64),
    Date(Date, When),
    States([bool; 4]),
    Rows(RowSet),
    Odd(Option<String>),
    Id(String),
}

/// A word of names and ids.
pub(super) struct Word {
    text: String,
    finder: Finder<'static>,
    /// Whether it may be part of an id, and of one that is kept as bytes.
    in_ids: bool,
    in_packed: bool,
}

/// What a filter is held against.
#[derive(Clone, Copy)]
pub(super) struct Over<'a> {
    pub catalogue: &'a Catalogue,
    pub problems: &'a ProblemIndex,
    pub members: &'a Members,
}

impl Node {
    /// Makes a filter ready.
    pub fn of(expr: &Expr, over: Over<'_>) -> Self {
        let all = |parts: &[Expr]| -> Vec<Self> {
            let mut nodes: Vec<_> = parts.iter().map(|part| Self::of(part, over)).collect();
            nodes.sort_by_key(Self::cost);
            nodes
        };
        match expr {
            Expr::All => Self::All,
            Expr::And(parts) => Self::And(all(parts)),
            Expr::Or(parts) => Self::Or(all(parts)),
            Expr::Not(part) => Self::Not(Box::new(Self::of(part, over))),
            Expr::Test(test) => Self::test(test, over),
        }
    }

    fn test(test: &Test, over: Over<'_>) -> Self {
        match test {
            Test::Word(word) => Self::Word(Word::of(word)),
            Test::InName(word) => Self::InName(Finder::new(word).into_owned()),
            Test::Ext(exts) => Self::Ends(exts.clone()),
            Test::Type(words) => {
                let is = |mime: &str| words.iter().any(|word| type_is(mime, word));
                let names = over.catalogue.types().names().iter();
                Self::Types(names.map(|name| is(name)).collect())
            }
            Test::Path(path) => {
                let is = |folder: &str| in_folder(&fold(folder), path);
                let names = over.catalogue.folders().names().iter();
                Self::Folders(names.map(|name| is(name)).collect())
            }
            Test::Has(key) => {
                let is = |keys: &str| match key.is_empty() {
                    true => keys.is_empty(),
                    false => keys.lines().any(|own| fold(own) == *key),
                };
                let names = over.catalogue.keys().names().iter();
                Self::Keys(names.map(|name| is(name)).collect())
            }
            Test::Size(least, most) => Self::Size(*least, *most),
            Test::Date(date, when) => Self::Date(*date, *when),
            Test::State(states) => {
                let mut wanted = [false; 4];
                states.iter().for_each(|&s| wanted[s as usize] = true);
                Self::States(wanted)
            }
            Test::Group(group) => Self::Rows(over.members.rows(over.catalogue, group)),
            Test::Problem(problem) => Self::problem(problem, over.problems),
            Test::Id(start) => Self::Id(start.clone()),
        }
    }

    /// Files in a folder and, unless `flat`, below it.
    pub fn folder(catalogue: &Catalogue, wanted: &str, flat: bool) -> Self {
        let is_in = |name: &str| match flat {
            true => name == wanted,
            false => is_within(name, wanted),
        };
        let names = catalogue.folders().names().iter();
        Self::Folders(names.map(|name| is_in(name)).collect())
    }

    /// What a job's answer said, and what was wrong in the listing.
    fn problem(problem: &Problem, problems: &ProblemIndex) -> Self {
        let any = |words: Option<&str>| {
            let rows = match words {
                None => (*problems.rows()).clone(),
                Some(words) => problems.rows_where(|said| fold(said).contains(words)),
            };
            Self::Or(vec![Self::Rows(rows), Self::Odd(words.map(str::to_owned))])
        };
        match problem {
            Problem::Any => any(None),
            Problem::None => Self::Not(Box::new(any(None))),
            Problem::Words(words) => any(Some(words)),
        }
    }

    fn cost(&self) -> u32 {
        match self {
            Self::All | Self::Rows(_) | Self::Odd(_) => 0,
            Self::Types(_) | Self::Folders(_) | Self::Keys(_) | Self::Size(..) | Self::Date(..) => {
                1
            }
            Self::States(_) => 2,
            Self::Ends(_) => 3,
            Self::InName(_) => 4,
            Self::Word(word) => 5 + u32::from(word.in_packed),
            Self::Id(_) => 6,
            Self::Not(part) => part.cost(),
            Self::And(parts) | Self::Or(parts) => parts.iter().map(Self::cost).max().unwrap_or(0),
        }
    }

    /// Those of the rows in `from` that it means.
    pub fn find(&self, segment: &Segment, number: usize, from: &Mask) -> Mask {
        if from.is_empty() {
            return Mask::NONE;
        }
        let len = segment.len();
        match self {
            Self::All => *from,
            Self::And(parts) => parts
                .iter()
                .fold(*from, |left, part| part.find(segment, number, &left)),
            Self::Or(parts) => parts.iter().fold(Mask::NONE, |found, part| {
                found.or(&part.find(segment, number, &from.without(&found)))
            }),
            Self::Not(part) => from.without(&part.find(segment, number, from)),
            Self::Word(word) => word.find(segment, from),
            Self::InName(finder) => names_with(segment, finder, from),
            Self::Ends(exts) => from.keep(len, |at| ends(segment.folded().name(at), exts)),
            Self::Types(wanted) => {
                let types = segment.types();
                from.keep(len, |at| wanted[types[at] as usize])
            }
            Self::Folders(wanted) => {
                let folders = segment.folders();
                from.keep(len, |at| wanted[folders[at] as usize])
            }
            Self::Keys(wanted) => {
                let folders = segment.keys();
                from.keep(len, |at| wanted[folders[at] as usize])
            }
            Self::Size(least, most) => {
                let sizes = segment.sizes();
                from.keep(len, |at| (*least..=*most).contains(&sizes[at]))
            }
            Self::Date(date, when) => {
                let times = segment.times(*date);
                match *when {
                    When::Never => from.keep(len, |at| times[at] == NEVER),
                    When::Ever => from.keep(len, |at| times[at] != NEVER),
                    // What never happened has the least number of all.
                    When::Within(start, end) => {
                        let start = start.max(NEVER + 1);
                        from.keep(len, |at| (start..end).contains(&times[at]))
                    }
                }
            }
            Self::States(wanted) => from.keep(len, |at| wanted[segment.state(at) as usize]),
            Self::Rows(rows) => rows.mask(number).and(from),
            Self::Odd(words) => odd(segment, words.as_deref()).and(from),
            Self::Id(start) => from.keep(len, |at| id_begins(segment, at, start)),
        }
    }
}

impl Word {
    fn of(text: &str) -> Self {
        let in_ids = text.len() >= ID_WORD && text.chars().count() >= ID_WORD;
        let hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-');
        Self {
            text: text.to_owned(),
            finder: Finder::new(text).into_owned(),
            in_ids,
            in_packed: in_ids && text.len() <= TEXT && text.bytes().all(hex),
        }
    }

    fn find(&self, segment: &Segment, from: &Mask) -> Mask {
        let found = names_with(segment, &self.finder, from);
        if !self.in_packed && !segment.has_text_ids() {
            return found;
        }
        let rest = from.without(&found);
        found.or(&rest.keep(segment.len(), |at| self.is_in_id(segment, at)))
    }

    fn is_in_id(&self, segment: &Segment, at: usize) -> bool {
        match segment.id(at) {
            Id::Text("") => false,
            Id::Text(id) => {
                let id = fold(id);
                id == self.text || self.in_ids && id.contains(&self.text)
            }
            packed if self.in_packed => {
                let mut room = [0; TEXT];
                let id = packed.text_in(&mut room);
                self.finder.find(id.as_bytes()).is_some()
            }
            _ => false,
        }
    }
}

/// What `path:` means: a path from the top is that folder and all below it, anything else a part of one.
fn in_folder(folder: &str, path: &str) -> bool {
    if path.is_empty() {
        return folder.is_empty();
    }
    match path.starts_with('/') {
        true => is_within(folder, path),
        false => folder.contains(path),
    }
}

/// Rows whose name has the word in it.
fn names_with(segment: &Segment, finder: &Finder<'_>, from: &Mask) -> Mask {
    let folded = segment.folded();
    if (from.count() as usize) * SPARSE < segment.len() {
        let has = |at: usize| finder.find(folded.name(at).as_bytes()).is_some();
        return from.keep(segment.len(), has);
    }
    let mut found = Mask::NONE;
    folded.each_with(finder, |at| found.set(at));
    found.and(from)
}

fn ends(name: &str, exts: &[String]) -> bool {
    exts.iter().any(|ext| match ext.as_str() {
        "" => super::query::extension(name).is_none(),
        ext => {
            let before = name
                .strip_suffix(ext)
                .and_then(|name| name.strip_suffix('.'));
            before.is_some_and(|before| !before.is_empty())
        }
    })
}

fn odd(segment: &Segment, words: Option<&str>) -> Mask {
    let mut found = Mask::NONE;
    for (at, said) in segment.odd_rows() {
        if words.is_none_or(|words| fold(said).contains(words)) {
            found.set(at);
        }
    }
    found
}

fn id_begins(segment: &Segment, at: usize, start: &str) -> bool {
    match segment.id(at) {
        Id::Text(id) => fold(id).starts_with(start),
        packed => packed.text_in(&mut [0; TEXT]).starts_with(start),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_what_is_below() {
        assert!(in_folder("/products/summer", "/products") && in_folder("/products", "/"));
        assert!(!in_folder("/products2", "/products") && !in_folder("", "/"));
        assert!(in_folder("/products/summer", "summ") && !in_folder("/products", "summ"));
        assert!(in_folder("", "") && !in_folder("/", ""));
    }
}
