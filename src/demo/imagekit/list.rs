//! `GET /v1/files`: files, versions and folders, filtered, sorted, and cut by `skip` and `limit`.

use std::cmp::Ordering;

use serde_json::Value;

use crate::demo::exchange::Answer;

use super::Visit;
use super::item::Item;
use super::json;
use super::library::{File, Library, normal};
use super::reply::{self, Refusal};
use super::search::Expr;

const MOST: i64 = 1000;

/// What is asked for.
struct Wish {
    kind: String,
    sort: Sort,
    path: Option<String>,
    expr: Option<Expr>,
    image: Option<bool>,
    tags: Vec<String>,
    name: Option<String>,
    skip: usize,
    limit: usize,
}

#[derive(Clone, Copy)]
struct Sort {
    by: By,
    descending: bool,
}

#[derive(Clone, Copy)]
enum By {
    Name,
    Created,
    Updated,
    Height,
    Width,
    Size,
    Relevance,
}

/// `GET /v1/files`
pub(super) fn run(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    let wish = Wish::read(visit)?;
    let library = visit.library();
    let mut items = candidates(visit, &library, &wish);
    items.retain(|item| wish.shows(item));
    wish.sort.apply(&mut items);
    let page = items.iter().skip(wish.skip).take(wish.limit);
    let rows: Vec<Value> = page.map(|item| item.json(visit)).collect();
    Ok(reply::json(rows))
}

/// Everything of the wanted kinds, oldest first.
fn candidates<'a>(visit: &Visit<'_>, library: &'a Library, wish: &Wish) -> Vec<Item<'a>> {
    let lag = visit.quirks().list_lag.as_micros() as i64;
    let listed = |file: &&File| file.removed.is_none_or(|at| visit.now.0 < at.0 + lag);
    let files = library.files.iter().filter(listed);
    let wants = |word: &str| wish.wants(word);
    let mut items: Vec<Item<'a>> = Vec::with_capacity(library.files.len());
    if wants("file") {
        items.extend(files.clone().map(Item::File));
    }
    if wants("file-version") {
        let older = |file: &'a File| file.older().iter().map(|old| Item::Version(file, old));
        items.extend(files.flat_map(older));
    }
    if wants("folder") {
        let folders = library.folders.iter();
        items.extend(folders.map(|(path, folder)| Item::Folder(path, folder)));
    }
    items.sort_by_key(Item::created);
    items
}

impl Wish {
    fn read(visit: &Visit<'_>) -> Result<Self, Refusal> {
        let query = visit.ask.query();
        let value = |name: &str| {
            let mut pairs = query.iter().rev();
            let found = pairs.find(|(key, value)| key == name && !value.is_empty());
            found.map(|(_, value)| value.as_str())
        };
        let kind = value("type").unwrap_or("file").to_owned();
        if !matches!(&*kind, "file" | "file-version" | "folder" | "all") {
            return Err(Refusal::bad(
                "Your request contains invalid value for type parameter. Please provide one of the \
                 following: file, file-version, folder, all.",
            ));
        }
        let (skip, limit) = window(value("skip"), value("limit"))?;
        let expr = value("searchQuery").map(|text| Expr::read(text, visit));
        Ok(Self {
            kind,
            sort: Sort::read(value("sort").unwrap_or("ASC_CREATED"))?,
            path: value("path").map(normal),
            expr: expr.transpose()?,
            image: match value("fileType") {
                Some("image") => Some(true),
                Some("non-image") => Some(false),
                _ => None,
            },
            tags: value("tags").map_or_else(Vec::new, comma_list),
            name: value("name").map(str::to_owned),
            skip,
            limit,
        })
    }

    /// Whether rows of this kind come into question. A search expression says so itself.
    fn wants(&self, word: &str) -> bool {
        match &self.expr {
            Some(expr) => word != "file-version" || expr.names_versions(),
            None => self.kind == word || (self.kind == "all" && word != "file-version"),
        }
    }

    fn shows(&self, item: &Item<'_>) -> bool {
        if self.path.as_ref().is_some_and(|path| item.place() != path) {
            return false;
        }
        let image = item
            .content()
            .map(|content| json::file_type(content) == "image");
        if self.image.is_some() && image != self.image {
            return false;
        }
        match &self.expr {
            Some(expr) => expr.holds(item),
            None => self.is_named(item) && self.is_tagged(item),
        }
    }

    fn is_named(&self, item: &Item<'_>) -> bool {
        self.name.as_ref().is_none_or(|name| item.name() == name)
    }

    fn is_tagged(&self, item: &Item<'_>) -> bool {
        let own = item.file().map_or(&[][..], |file| &file.tags);
        self.tags.is_empty() || own.iter().any(|tag| self.tags.contains(tag))
    }
}

fn comma_list(text: &str) -> Vec<String> {
    text.split(',').map(|tag| tag.trim().to_owned()).collect()
}

fn window(skip: Option<&str>, limit: Option<&str>) -> Result<(usize, usize), Refusal> {
    let skip = skip.unwrap_or("0");
    let limit = limit.unwrap_or("1000");
    let refused =
        |words: &str, sent: &str| Err(Refusal::bad(format!("{words} Value sent is {sent}.")));
    let start = match skip.parse::<i64>() {
        Ok(start) if start >= 0 => start,
        _ => {
            return refused(
                "The value of skip parameter should be greater than or equal to 0.",
                skip,
            );
        }
    };
    match limit.parse::<i64>() {
        Ok(count @ 1..=MOST) => Ok((start as usize, count as usize)),
        Ok(count) if count > MOST => refused("Maximum value of limit parameter is 1000.", limit),
        _ => refused("Minimum value of limit parameter is 1.", limit),
    }
}

impl Sort {
    fn read(text: &str) -> Result<Self, Refusal> {
        let refused = || Refusal::bad("Your request contains invalid value for sort parameters.");
        let (way, by) = text.split_once('_').ok_or_else(refused)?;
        let by = match by {
            "NAME" => By::Name,
            "CREATED" => By::Created,
            "UPDATED" => By::Updated,
            "HEIGHT" => By::Height,
            "WIDTH" => By::Width,
            "SIZE" => By::Size,
            "RELEVANCE" => By::Relevance,
            _ => return Err(refused()),
        };
        match way {
            "ASC" | "DESC" => Ok(Self {
                by,
                descending: way == "DESC",
            }),
            _ => Err(refused()),
        }
    }

    fn apply(self, items: &mut [Item<'_>]) {
        items.sort_by(|a, b| {
            let order = self.by.compare(a, b);
            if self.descending {
                order.reverse()
            } else {
                order
            }
        });
    }
}

impl By {
    fn compare(self, a: &Item<'_>, b: &Item<'_>) -> Ordering {
        let number =
            |of: fn(&super::library::Version) -> u64| a.content().map(of).cmp(&b.content().map(of));
        match self {
            Self::Name => a.name().cmp(b.name()),
            Self::Created => a.created().cmp(&b.created()),
            Self::Updated => a.updated().cmp(&b.updated()),
            Self::Height => number(|content| u64::from(content.sides.1)),
            Self::Width => number(|content| u64::from(content.sides.0)),
            Self::Size => number(|content| content.size),
            Self::Relevance => Ordering::Equal,
        }
    }
}
