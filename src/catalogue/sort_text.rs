//! Sorts rows by name or id: eight bytes at a time as numbers, the next eight only where those are equal.

use std::cmp::Ordering;

use super::id::TEXT;
use super::natural::{self, WORDS, put_bytes, put_words};
use super::sort::{WORTH_A_THREAD, age, merge};
use super::two::at_once;
use super::{Catalogue, Column, RowIx, Sort};

/// A row, the word of its text that is sorted by now, and where its words begin.
#[derive(Clone, Copy)]
struct Item {
    word: u64,
    start: u32,
    row: RowIx,
}

/// Rows in order, with the words of their texts.
struct Half {
    items: Vec<Item>,
    words: Vec<u64>,
}

/// The rows in the order of `sort`, by [`Column::Name`] or [`Column::Id`].
pub(super) fn sorted(catalogue: &Catalogue, rows: &[RowIx], sort: Sort) -> Vec<RowIx> {
    let texts = Texts { catalogue, sort };
    let (mut full, mut empty): (Vec<RowIx>, Vec<RowIx>) =
        rows.iter().partition(|&&row| !texts.is_empty(row));
    empty.sort_unstable_by_key(|&row| texts.tie(row));
    full = texts.sorted(&full);
    full.extend(empty);
    full
}

#[derive(Clone, Copy)]
struct Texts<'a> {
    catalogue: &'a Catalogue,
    sort: Sort,
}

impl Texts<'_> {
    fn sorted(&self, rows: &[RowIx]) -> Vec<RowIx> {
        if rows.len() < WORTH_A_THREAD {
            let half = self.half(rows);
            return half.items.into_iter().map(|item| item.row).collect();
        }
        let (left, right) = rows.split_at(rows.len() / 2);
        let (left, right) = at_once(|| self.half(left), || self.half(right));
        let tagged = |half: &Half| -> Vec<(u64, u32, RowIx)> {
            let first = |item: &Item| (half.words[item.start as usize], item.start, item.row);
            half.items.iter().map(first).collect()
        };
        let (l, r) = at_once(|| tagged(&left), || tagged(&right));
        let compare = |a: &(u64, u32, RowIx), b: &(u64, u32, RowIx)| {
            // `merge` compares left with right, never two of one half.
            let (x, y) = (&left.words[a.1 as usize..], &right.words[b.1 as usize..]);
            a.0.cmp(&b.0).then_with(|| self.compare(x, y, a.2, b.2))
        };
        merge(&l, &r, compare, |item| item.2)
    }

    fn half(&self, rows: &[RowIx]) -> Half {
        let mut words = Vec::with_capacity(4 * rows.len());
        let mut items = Vec::with_capacity(rows.len());
        for &row in rows {
            let start = words.len();
            self.put_words(row, &mut words);
            items.push(Item {
                word: words[start],
                start: start as u32,
                row,
            });
        }
        self.refine(&mut items, &words, 0);
        Half { items, words }
    }

    fn put_words(&self, row: RowIx, words: &mut Vec<u64>) {
        let (segment, at) = self.catalogue.at(row);
        let start = words.len();
        match self.sort.column {
            Column::Id => put_bytes(escaped(segment.id(at).text_in(&mut [0; TEXT])), words),
            _ => put_words(segment.folded().name(at), words),
        }
        if self.sort.descending {
            words[start..].iter_mut().for_each(|word| *word = !*word);
        }
    }

    /// Sorts items that are equal in all words before `depth`.
    fn refine(&self, items: &mut [Item], words: &[u64], depth: usize) {
        items.sort_unstable_by_key(|item| item.word);
        for run in items.chunk_by_mut(|a, b| a.word == b.word) {
            if run.len() == 1 {
                continue;
            }
            if self.is_end(run[0].word) {
                for item in run.iter_mut() {
                    item.word = self.tie(item.row).0;
                }
                run.sort_unstable_by_key(|item| (item.word, item.row));
            } else if depth + 1 == WORDS {
                run.sort_unstable_by(|a, b| self.compare_whole(a.row, b.row));
            } else {
                for item in run.iter_mut() {
                    item.word = words[item.start as usize + depth + 1];
                }
                self.refine(run, words, depth + 1);
            }
        }
    }

    fn compare(&self, a: &[u64], b: &[u64], left: RowIx, right: RowIx) -> Ordering {
        for (&x, &y) in a.iter().zip(b).take(WORDS) {
            if x != y {
                return x.cmp(&y);
            }
            if self.is_end(x) {
                return self.tie(left).cmp(&self.tie(right));
            }
        }
        self.compare_whole(left, right)
    }

    fn compare_whole(&self, a: RowIx, b: RowIx) -> Ordering {
        let (left, right) = (self.catalogue.row(a), self.catalogue.row(b));
        let order = match self.sort.column {
            Column::Id => left.id().cmp(&right.id()),
            _ => natural::compare(left.name(), right.name()),
        };
        let turned = match self.sort.descending {
            true => order.reverse(),
            false => order,
        };
        turned.then_with(|| self.tie(a).cmp(&self.tie(b)))
    }

    fn is_end(&self, word: u64) -> bool {
        let last = word as u8;
        last == if self.sort.descending { 0xff } else { 0 }
    }

    fn is_empty(&self, row: RowIx) -> bool {
        let (segment, at) = self.catalogue.at(row);
        match self.sort.column {
            Column::Id => !segment.has_id(at),
            _ => segment.name(at).is_empty(),
        }
    }

    /// The order of rows whose texts are equal.
    fn tie(&self, row: RowIx) -> (u64, RowIx) {
        let (segment, at) = self.catalogue.at(row);
        (age(segment.uploaded(at)), row)
    }
}

/// The bytes of an id without zero bytes, in the same order.
fn escaped(id: &str) -> impl Iterator<Item = u8> {
    id.bytes().flat_map(|byte| {
        let escape = (byte <= 1).then_some(1);
        escape.into_iter().chain([byte + u8::from(byte <= 1)])
    })
}
