//! Filters and sorts for one view, and remembers what does not change from one keystroke to the next: the
//! order of all rows, and the ranks of names and ids.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::arrange::{Arrangement, Found, Query, find, rows_of, walk};
use super::sort::{self, Ranks};
use super::{Catalogue, Column, Order, ProblemIndex, RowIx, ranks};

/// With fewer matches than one of this many, only they are sorted.
const FEW: u64 = 8;

/// One view's filter and sort. Any thread may use it; one catalogue only.
#[derive(Debug, Default)]
pub struct Arranger {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    whole: Option<(Made, Arc<[RowIx]>)>,
    names: Option<(u64, Arc<Vec<u32>>)>,
    ids: Option<(u64, Arc<Vec<u32>>)>,
}

/// What an order of all rows was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Made {
    generation: u64,
    removed_view: bool,
    order: Order,
}

impl Arranger {
    /// Filters and sorts. Uses a second thread when there is enough to do.
    pub fn arrange(
        &self,
        catalogue: &Catalogue,
        query: &Query,
        order: impl Into<Order>,
        problems: &ProblemIndex,
    ) -> Arrangement {
        let order = order.into();
        let found = find(catalogue, query, problems);
        let made = Made {
            generation: catalogue.generation(),
            removed_view: query.removed_view,
            order,
        };
        let whole = self.whole(made).or_else(|| {
            let all = catalogue.totals();
            let all = match query.removed_view {
                true => all.of(crate::model::FileState::Removed).files,
                false => all.existing().files,
            };
            let files = found.totals.all().files;
            let many = files * FEW >= all;
            many.then(|| match files == all {
                true => self.sort_all(catalogue, made, problems, &found),
                false => self.sort_all(
                    catalogue,
                    made,
                    problems,
                    &all_of(catalogue, made, problems),
                ),
            })
        });
        let rows = match whole {
            Some(whole) if whole.len() as u64 == found.totals.all().files => whole,
            Some(whole) => walk(&whole, &found).into(),
            None => {
                let rows = rows_of(&found.words);
                sort::sorted(catalogue, &rows, order, problems, self).into()
            }
        };
        found.arrangement(rows, catalogue.generation())
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Whoever panicked left whole values behind.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn whole(&self, made: Made) -> Option<Arc<[RowIx]>> {
        let kept = self.kept();
        let whole = kept.whole.as_ref().filter(|(of, _)| *of == made);
        whole.map(|(_, order)| order.clone())
    }

    /// Sorts all rows of the view, which are those found, and keeps them. Problems change without the catalogue's knowledge, so an
    /// order by them is not kept.
    fn sort_all(
        &self,
        catalogue: &Catalogue,
        made: Made,
        problems: &ProblemIndex,
        found: &Found,
    ) -> Arc<[RowIx]> {
        let rows = rows_of(&found.words);
        let rows = sort::sorted(catalogue, &rows, made.order, problems, self);
        let rows: Arc<[RowIx]> = rows.into();
        if !made.order.has(Column::Problem) {
            self.kept().whole = Some((made, rows.clone()));
        }
        rows
    }
}

/// All rows of a view.
fn all_of(catalogue: &Catalogue, made: Made, problems: &ProblemIndex) -> Found {
    let all = Query {
        removed_view: made.removed_view,
        ..Query::default()
    };
    find(catalogue, &all, problems)
}

impl Ranks for Arranger {
    fn ranks(&self, catalogue: &Catalogue, rows: &[RowIx], column: Column) -> Arc<Vec<u32>> {
        let now = catalogue.texts();
        let kept = self.kept();
        let known = match column {
            Column::Id => kept.ids.clone(),
            _ => kept.names.clone(),
        };
        drop(kept);
        if let Some((then, ranks)) = known
            && then == now
        {
            return ranks;
        }
        let few = rows.len() * (FEW as usize) < catalogue.slots();
        let made = match few {
            true => ranks::ranks(catalogue, rows, column),
            false => {
                let all: Vec<RowIx> = (0..catalogue.slots() as RowIx).collect();
                ranks::ranks(catalogue, &all, column)
            }
        };
        let made = Arc::new(made);
        if !few {
            let mut kept = self.kept();
            let slot = match column {
                Column::Id => &mut kept.ids,
                _ => &mut kept.names,
            };
            *slot = Some((now, made.clone()));
        }
        made
    }
}
