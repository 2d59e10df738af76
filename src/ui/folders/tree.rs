//! The tree of folders as a flat list, parents before children: what is listed and what rows are in, joined.
//!
//! Pure values: made off the window's thread, shown line by line.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::catalogue::compare_names;
use crate::model::path::is_below;

/// One folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its full path; `/` is the root.
    pub path: Arc<str>,
    /// How deep it is; the root and the folders in it are at 0.
    pub depth: u16,
    /// Files in it.
    pub own: u64,
    /// Files in it and below.
    pub all: u64,
    /// The place behind the last folder below it.
    pub end: usize,
}

impl Node {
    /// Its own name.
    pub fn name(&self) -> &str {
        match self.path.rsplit('/').next() {
            Some("") | None => "/",
            Some(name) => name,
        }
    }
}

/// All folders, the root first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    /// Joins the folders that the service lists with those that files are in; those above them are there too.
    pub fn new<'a>(listed: impl IntoIterator<Item = &'a str>, counts: &[(Arc<str>, u64)]) -> Self {
        let mut own: HashMap<&str, u64> = HashMap::from([("/", 0)]);
        let counted = counts.iter().map(|(path, count)| (&**path, *count));
        for (path, count) in listed.into_iter().map(|path| (path, 0)).chain(counted) {
            let path = match path.trim_end_matches('/') {
                "" => "/",
                path => path,
            };
            *own.entry(path).or_default() += count;
            for above in above(path) {
                own.entry(above).or_default();
            }
        }
        let mut paths: Vec<(&str, u64)> = own.into_iter().collect();
        paths.sort_unstable_by(|(left, _), (right, _)| compare(left, right));
        Self::sum(paths)
    }

    /// Folders from their sorted paths, with sums from the leaves up.
    fn sum(paths: Vec<(&str, u64)>) -> Self {
        let mut nodes: Vec<Node> = Vec::with_capacity(paths.len());
        let mut open: Vec<usize> = Vec::new();
        for (path, own) in paths {
            let depth = path.matches('/').count().saturating_sub(1);
            while open
                .last()
                .is_some_and(|&at| !is_below(path, &nodes[at].path))
            {
                close(&mut nodes, &mut open);
            }
            open.push(nodes.len());
            nodes.push(Node {
                path: path.into(),
                depth: depth as u16,
                own,
                all: own,
                end: 0,
            });
        }
        while !open.is_empty() {
            close(&mut nodes, &mut open);
        }
        Self { nodes }
    }

    /// All folders, the root first.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Whether there is no folder but the root.
    pub fn is_empty(&self) -> bool {
        self.nodes.len() < 2
    }

    /// The folder of a path.
    pub fn find(&self, path: &str) -> Option<&Node> {
        let found = self
            .nodes
            .binary_search_by(|node| compare(&node.path, path));
        found.ok().map(|at| &self.nodes[at])
    }

    /// The places to show: the root if files are in it, and folders whose parents are all open.
    pub fn lines(&self, open: &HashSet<Arc<str>>) -> Vec<usize> {
        let mut lines = Vec::new();
        let mut at = 0;
        while let Some(node) = self.nodes.get(at) {
            let root = at == 0;
            if !root || node.own > 0 {
                lines.push(at);
            }
            at = if root || open.contains(&node.path) {
                at + 1
            } else {
                node.end
            };
        }
        lines
    }

    /// The places of folders whose path has the words in it, in any case.
    pub fn matching(&self, words: &str) -> Vec<usize> {
        let words = words.trim().to_lowercase();
        let has = |node: &Node| words.is_empty() || node.path.to_lowercase().contains(&words);
        let places = 0..self.nodes.len();
        places.filter(|&at| has(&self.nodes[at])).collect()
    }
}

/// The last open folder is over: its sum goes into the one above it.
fn close(nodes: &mut [Node], open: &mut Vec<usize>) {
    let Some(at) = open.pop() else { return };
    nodes[at].end = nodes.len();
    let all = nodes[at].all;
    if let Some(&parent) = open.last() {
        nodes[parent].all += all;
    }
}

/// The folders above a path, without the root.
fn above(path: &str) -> impl Iterator<Item = &str> {
    let cuts = path.char_indices().filter(|(at, c)| *c == '/' && *at > 0);
    cuts.map(|(at, _)| &path[..at])
}

/// The order of the tree: name by name in natural order, parents first.
fn compare(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (names(left), names(right));
    loop {
        match (left.next(), right.next()) {
            (Some(one), Some(other)) if one == other => {}
            (Some(one), Some(other)) => {
                return compare_names(one, other).then_with(|| one.cmp(other));
            }
            (one, other) => return one.is_some().cmp(&other.is_some()),
        }
    }
}

fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(counts: &[(&str, u64)]) -> Vec<(Arc<str>, u64)> {
        let counts = counts.iter();
        counts
            .map(|(path, count)| ((*path).into(), *count))
            .collect()
    }

    fn shown(tree: &Tree, open: &[&str]) -> Vec<String> {
        let open = open.iter().map(|path| Arc::from(*path)).collect();
        let line = |at: usize| {
            let node = &tree.nodes()[at];
            format!(
                "{}{} {}",
                "  ".repeat(node.depth.into()),
                node.name(),
                node.all
            )
        };
        tree.lines(&open).into_iter().map(line).collect()
    }

    #[test]
    fn listed_and_seen_folders_are_joined() {
        let listed = ["/a", "/a/b 10", "/a/b 9", "/empty"];
        let tree = Tree::new(listed, &counts(&[("/", 2), ("/a/b 9/c", 3), ("/a", 1)]));
        assert_eq!(shown(&tree, &[]), ["/ 6", "a 4", "empty 0"]);
        assert_eq!(
            shown(&tree, &["/a", "/a/b 9"]),
            ["/ 6", "a 4", "  b 9 3", "    c 3", "  b 10 0", "empty 0"]
        );
        assert_eq!(shown(&tree, &["/a/b 9"]).len(), 3, "a closed parent hides");
        let found = tree.find("/a/b 9").map(|node| (node.own, node.all));
        assert_eq!(found, Some((0, 3)));
        assert_eq!(tree.find("/b"), None);
    }

    #[test]
    fn a_root_without_files_is_no_line() {
        let tree = Tree::new(["/a"], &[]);
        assert_eq!(shown(&tree, &[]), ["a 0"]);
        assert!(Tree::new([], &counts(&[("/", 5)])).is_empty());
    }

    #[test]
    fn names_that_begin_alike_are_no_parents() {
        let tree = Tree::new(
            [],
            &counts(&[("/ab", 1), ("/a", 1), ("/a-b/c", 1), ("/a/c", 1)]),
        );
        assert_eq!(shown(&tree, &["/a"]), ["a 2", "  c 1", "a-b 1", "ab 1"]);
        assert_eq!(tree.nodes()[0].all, 4);
    }

    #[test]
    fn words_find_folders() {
        let tree = Tree::new(["/Products/summer", "/press"], &[]);
        let found = |words| -> Vec<&str> {
            let places = tree.matching(words).into_iter();
            places.map(|at| &*tree.nodes()[at].path).collect()
        };
        assert_eq!(found("SUMM"), ["/Products/summer"]);
        assert_eq!(found("pr"), ["/press", "/Products", "/Products/summer"]);
        assert_eq!(found("").len(), 4);
    }

    #[test]
    fn thousands_of_folders_are_made_in_a_moment() {
        let paths: Vec<String> = (0..20_000)
            .map(|n| format!("/a{}/b{}/c{n}", n % 30, n % 700))
            .collect();
        let tree = Tree::new(paths.iter().map(String::as_str), &[]);
        assert!(tree.nodes().len() > 20_000);
        assert_eq!(tree.lines(&HashSet::new()).len(), 30);
    }
}
