//! Numbers names and ids in their order: eight bytes at a time as one number, the next eight only where
//! those are equal. Rows with equal texts have equal numbers.

use std::cmp::Ordering;

use super::id::TEXT;
use super::natural::{self, WORDS, put_bytes, put_words};
use super::two::at_once;
use super::{Catalogue, Column, RowIx};

/// Below this many rows a second thread costs more than it brings.
const WORTH_A_THREAD: usize = 20_000;
/// Rows that are looked at to find the middle.
const SAMPLES: usize = 255;

/// A row, the word of its text that is sorted by now, and where its words begin.
#[derive(Clone, Copy, Default)]
struct Item {
    word: u64,
    start: u32,
    row: RowIx,
}

/// The bit of a start that tells words of the upper half of the rows.
const UPPER: u32 = 1 << 31;

/// The words of the texts, those of the lower and of the upper half of the rows.
struct Words([Vec<u64>; 2]);

impl Words {
    /// From the first word of an item on.
    fn of(&self, item: &Item) -> &[u64] {
        let half = &self.0[usize::from(item.start >= UPPER)];
        &half[(item.start & !UPPER) as usize..]
    }
}

/// The rank of each row by its number, from 1; 0 for rows without the text, and for rows not asked for.
pub(super) fn ranks(catalogue: &Catalogue, rows: &[RowIx], column: Column) -> Vec<u32> {
    let texts = Texts { catalogue, column };
    let mut ranks = vec![0; catalogue.slots()];
    let (left, right) = texts.ordered(rows);
    for (row, rank) in left.rows {
        ranks[row as usize] = rank;
    }
    for (row, rank) in right.rows {
        ranks[row as usize] = left.last + rank;
    }
    ranks
}

/// Rows in order with their ranks.
#[derive(Default)]
struct Ranked {
    rows: Vec<(RowIx, u32)>,
    last: u32,
}

#[derive(Clone, Copy)]
struct Texts<'a> {
    catalogue: &'a Catalogue,
    column: Column,
}

impl Texts<'_> {
    /// The lower and the upper part of the rows.
    fn ordered(&self, rows: &[RowIx]) -> (Ranked, Ranked) {
        let mut items = vec![Item::default(); rows.len()];
        if rows.len() < WORTH_A_THREAD {
            let (count, words) = self.items(rows, &mut items, 0);
            let words = Words([words, Vec::new()]);
            return (self.rank(&mut items[..count], &words), Ranked::default());
        }
        let middle = rows.len() / 2;
        let (first, second) = items.split_at_mut(middle);
        let ((low, left), (high, right)) = at_once(
            || self.items(&rows[..middle], first, 0),
            || self.items(&rows[middle..], second, UPPER),
        );
        items.copy_within(middle..middle + high, low);
        items.truncate(low + high);
        let words = Words([left, right]);
        let below = self.divide(&mut items, &words);
        let (low, high) = items.split_at_mut(below);
        at_once(|| self.rank(low, &words), || self.rank(high, &words))
    }

    /// Makes items of the rows that have a text; how many, and their words. `half` is part of each start.
    fn items(&self, rows: &[RowIx], items: &mut [Item], half: u32) -> (usize, Vec<u64>) {
        let mut words = Vec::with_capacity(4 * rows.len());
        let mut count = 0;
        for &row in rows {
            let start = words.len();
            if self.put_words(row, &mut words) {
                items[count] = Item {
                    word: words[start],
                    start: start as u32 | half,
                    row,
                };
                count += 1;
            }
        }
        (count, words)
    }

    /// Whether there is a text at all.
    fn put_words(&self, row: RowIx, words: &mut Vec<u64>) -> bool {
        let (segment, at) = self.catalogue.at(row);
        match self.column {
            Column::Id => {
                let has = segment.has_id(at);
                if has {
                    put_bytes(escaped(segment.id(at).text_in(&mut [0; TEXT])), words);
                }
                has
            }
            _ => {
                let name = segment.folded().name(at);
                if !name.is_empty() {
                    put_words(name, words);
                }
                !name.is_empty()
            }
        }
    }

    /// Puts the lower half of the texts first; equal ones stay together. Returns how many are below.
    fn divide(&self, items: &mut [Item], words: &Words) -> usize {
        let step = (items.len() / SAMPLES).max(1);
        let mut samples: Vec<Item> = items.iter().step_by(step).copied().collect();
        if samples.is_empty() {
            return 0;
        }
        samples.sort_by(|a, b| self.compare(a, b, words));
        let middle = samples[samples.len() / 2];
        let mut below = 0;
        for at in 0..items.len() {
            if self.compare(&items[at], &middle, words).is_lt() {
                items.swap(at, below);
                below += 1;
            }
        }
        below
    }

    fn rank(&self, items: &mut [Item], words: &Words) -> Ranked {
        let mut ranked = Ranked {
            rows: Vec::with_capacity(items.len()),
            last: 0,
        };
        self.refine(items, words, 0, &mut ranked);
        ranked
    }

    /// Sorts items that are equal in all words before `depth`, and ranks them.
    fn refine(&self, items: &mut [Item], words: &Words, depth: usize, ranked: &mut Ranked) {
        items.sort_unstable_by_key(|item| item.word);
        for run in items.chunk_by_mut(|a, b| a.word == b.word) {
            if run.len() == 1 || is_end(run[0].word) {
                ranked.add(run);
            } else if depth + 1 == WORDS {
                run.sort_unstable_by(|a, b| self.compare_whole(a.row, b.row));
                let same = |a: &Item, b: &Item| self.compare_whole(a.row, b.row).is_eq();
                run.chunk_by(same).for_each(|same| ranked.add(same));
            } else {
                for item in run.iter_mut() {
                    item.word = words.of(item)[depth + 1];
                }
                self.refine(run, words, depth + 1, ranked);
            }
        }
    }

    fn compare(&self, a: &Item, b: &Item, words: &Words) -> Ordering {
        if a.word != b.word {
            return a.word.cmp(&b.word);
        }
        for (&x, &y) in words.of(a).iter().zip(words.of(b)).take(WORDS) {
            if x != y || is_end(x) {
                return x.cmp(&y);
            }
        }
        self.compare_whole(a.row, b.row)
    }

    fn compare_whole(&self, a: RowIx, b: RowIx) -> Ordering {
        let (left, right) = (self.catalogue.row(a), self.catalogue.row(b));
        match self.column {
            Column::Id => left.id().cmp(&right.id()),
            _ => natural::compare(left.name(), right.name()),
        }
    }
}

impl Ranked {
    /// Adds rows of one text.
    fn add(&mut self, run: &[Item]) {
        self.last += 1;
        let rank = self.last;
        self.rows.extend(run.iter().map(|item| (item.row, rank)));
    }
}

/// Whether a text ends in this word.
fn is_end(word: u64) -> bool {
    word as u8 == 0
}

/// The bytes of an id without zero bytes, in the same order.
fn escaped(id: &str) -> impl Iterator<Item = u8> {
    id.bytes().flat_map(|byte| {
        let escape = (byte <= 1).then_some(1);
        escape.into_iter().chain([byte + u8::from(byte <= 1)])
    })
}
