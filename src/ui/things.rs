//! Renders and templates as rows of a list, their pictures, and the questions that the window asks about them.

use std::cmp::Ordering;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::engine::{Engine, Event, PAGES_AHEAD};
use super::item_list::{ItemList, ListRow};
use super::pictures::{self, Pictures};
use super::widgets::table::TableColumn;
use crate::catalogue::compare_names;
use crate::model::{ItemId, ItemKind, PlanItem, ProfileId, ThingDetails, ThingRow};
use crate::service::{Service, each_page};

/// What things can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThingColumn {
    /// The name.
    Name,
    /// The template that it was made from.
    Template,
    /// The format.
    Format,
    /// Pixels in all.
    Size,
    /// The status.
    Status,
    /// When it was made.
    Created,
    /// The id.
    Id,
}

/// The renders or the templates of one profile.
#[derive(Default)]
pub struct Things {
    /// The list.
    pub list: ItemList<ThingRow>,
    /// Their thumbnails: ids of different kinds may be the same.
    pub pictures: Pictures,
}

impl Things {
    /// A list of this kind, with the columns that fit it.
    pub fn new(kind: ItemKind) -> Self {
        let mut things = Self::default();
        if kind == ItemKind::Template {
            for column in ["template", "format", "status"] {
                things.list.table.set_visible(column, false);
            }
        }
        things
    }
}

impl ListRow for ThingRow {
    type Column = ThingColumn;
    type Answer = ThingDetails;

    const COLUMNS: &'static [TableColumn] = &[
        TableColumn::new("name", "Name", 225.0).always().grows(),
        TableColumn::new("template", "Template", 130.0),
        TableColumn::new("format", "Format", 64.0).gives(1),
        TableColumn::new("size", "Pixels", 112.0).right(),
        TableColumn::new("status", "Status", 96.0),
        TableColumn::new("created", "Made", 140.0),
        TableColumn::new("id", "Id", 270.0).hidden(),
        TableColumn::new("problem", "Problem", 200.0)
            .unsortable()
            .hidden(),
    ];
    const BY: &'static [ThingColumn] = &[
        ThingColumn::Name,
        ThingColumn::Template,
        ThingColumn::Format,
        ThingColumn::Size,
        ThingColumn::Status,
        ThingColumn::Created,
        ThingColumn::Id,
    ];
    const FIRST: (ThingColumn, bool) = (ThingColumn::Created, true);

    fn id(&self) -> &ItemId {
        &self.id
    }

    fn has(&self, words: &str) -> bool {
        let own = [
            self.name.as_str(),
            &self.template,
            &self.format,
            &self.status,
            self.id.as_str(),
        ];
        let own = own.map(str::to_lowercase);
        words
            .split_whitespace()
            .all(|word| own.iter().any(|text| text.contains(word)))
    }

    fn compare(&self, other: &Self, by: ThingColumn) -> Ordering {
        let area = |row: &Self| {
            row.sides
                .map(|(width, height)| width.saturating_mul(height))
        };
        match by {
            ThingColumn::Name => compare_names(self.label(), other.label()),
            ThingColumn::Template => compare_names(&self.template, &other.template),
            ThingColumn::Format => self.format.cmp(&other.format),
            ThingColumn::Size => area(self).cmp(&area(other)),
            ThingColumn::Status => self.status.cmp(&other.status),
            ThingColumn::Created => self.created.cmp(&other.created),
            ThingColumn::Id => self.id.cmp(&other.id),
        }
    }

    fn item(&self) -> PlanItem {
        PlanItem::from_thing(self)
    }

    fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }
}

impl Engine {
    /// Lists renders or templates; pages arrive as events.
    pub fn list_things(
        &self,
        profile: ProfileId,
        service: Arc<dyn Service>,
        kind: ItemKind,
        run: u64,
    ) {
        let tell = self.teller();
        self.runtime().spawn(async move {
            let list = |pages| service.things(kind, pages);
            let result = each_page(PAGES_AHEAD, list, |page| {
                tell.say(Event::Things {
                    profile: profile.clone(),
                    kind,
                    run,
                    page,
                });
            })
            .await;
            tell.say(Event::ThingsEnded {
                profile: profile.clone(),
                kind,
                run,
                result,
            });
        });
    }

    /// Fetches and decodes a picture of a render or template.
    pub fn thing_picture(
        &self,
        profile: ProfileId,
        service: Arc<dyn Service>,
        (kind, id): (ItemKind, ItemId),
        side: u32,
        stop: CancellationToken,
    ) {
        let tell = self.teller();
        self.runtime().spawn(async move {
            let fetch = service.thing_picture(kind, &id, side);
            let Some(bytes) = stop.run_until_cancelled(fetch).await else {
                return;
            };
            let image = match bytes {
                Ok(bytes) => tokio::task::spawn_blocking(move || pictures::decode(&bytes, side))
                    .await
                    .unwrap_or(None),
                Err(_) => None,
            };
            tell.say(Event::ThingPicture {
                profile,
                kind,
                id,
                side,
                image,
            });
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Time;

    #[test]
    fn words_are_found_wherever_they_stand() {
        let row = ThingRow {
            name: "Gift card".into(),
            template: "Karta podarunkowa".into(),
            format: "png".into(),
            status: "completed".into(),
            ..ThingRow::unknown("21975c81".into())
        };
        for (words, has) in [
            ("", true),
            ("gift png", true),
            ("karta completed 2197", true),
            ("gift jpg", false),
        ] {
            assert_eq!(row.has(words), has, "{words}");
        }
    }

    #[test]
    fn every_column_sorts() {
        let row = |n: u64| ThingRow {
            name: format!("Card {n}"),
            template: format!("Template {n}"),
            format: format!("f{n}"),
            status: format!("s{n}"),
            sides: Some((n, n)),
            created: Some(Time(n as i64)),
            ..ThingRow::unknown(format!("{n}").as_str().into())
        };
        for by in ThingRow::BY {
            assert_eq!(row(2).compare(&row(3), *by), Ordering::Less, "{by:?}");
        }
        let by = ThingColumn::Name;
        assert_eq!(
            row(9).compare(&row(10), by),
            Ordering::Less,
            "as people count"
        );
    }
}
