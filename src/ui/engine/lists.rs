//! Lists, orders and pictures off the window's thread.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::{Engine, Event, PAGES_AHEAD};
use crate::catalogue::{Arranger, Catalogue, Order, ProblemIndex, Query};
use crate::model::{FileRow, ItemId, ProfileId, Time};
use crate::service::{Listing, Page, Service, each_page};
use crate::ui::files::View;

impl Engine {
    /// Lists files; pages arrive as events. What was uploaded at `newer` or later comes first, if it is given.
    pub fn list(
        &self,
        profile: ProfileId,
        service: Arc<dyn Service>,
        (listing, newer): (Listing, Option<Time>),
        run: u64,
        stop: CancellationToken,
    ) {
        let tell = self.teller();
        self.runtime().spawn(async move {
            let list = async |pages| {
                if let Some(than) = newer {
                    list_newest(&*service, than, &pages).await;
                }
                service.list(listing, pages).await
            };
            let listed = each_page(PAGES_AHEAD, list, |page| {
                tell.say(Event::Files {
                    profile: profile.clone(),
                    listing,
                    run,
                    page,
                });
            });
            if let Some(result) = stop.run_until_cancelled(listed).await {
                tell.say(Event::FilesEnded {
                    profile: profile.clone(),
                    listing,
                    run,
                    result,
                });
            }
        });
    }

    /// Has the service search; pages arrive as events.
    pub fn search(
        &self,
        profile: ProfileId,
        service: Arc<dyn Service>,
        query: String,
        run: u64,
        stop: CancellationToken,
    ) {
        let tell = self.teller();
        self.runtime().spawn(async move {
            let search = |pages| service.search(&query, pages);
            let searched = each_page(PAGES_AHEAD, search, |page| {
                let profile = profile.clone();
                tell.say(Event::Found { profile, run, page });
            });
            if let Some(result) = stop.run_until_cancelled(searched).await {
                let profile = profile.clone();
                tell.say(Event::FoundEnded {
                    profile,
                    run,
                    result,
                });
            }
        });
    }

    /// Lists groups; pages arrive as events.
    pub fn list_groups(&self, profile: ProfileId, service: Arc<dyn Service>, run: u64) {
        let tell = self.teller();
        self.runtime().spawn(async move {
            let list = |pages| service.groups(pages);
            let result = each_page(PAGES_AHEAD, list, |page| {
                tell.say(Event::Groups {
                    profile: profile.clone(),
                    run,
                    page,
                });
            })
            .await;
            tell.say(Event::GroupsEnded {
                profile: profile.clone(),
                run,
                result,
            });
        });
    }

    /// Filters and sorts off the window's thread.
    pub fn arrange(
        &self,
        profile: ProfileId,
        (view, question): (View, u64),
        (catalogue, problems): (Catalogue, ProblemIndex),
        query: Query,
        (arranger, order): (Arc<Arranger>, Order),
    ) {
        let tell = self.teller();
        self.runtime().spawn_blocking(move || {
            let arrangement = arranger.arrange(&catalogue, &query, order, &problems);
            tell.say(Event::Arranged {
                profile,
                view,
                question,
                arrangement,
            });
        });
    }

    /// Fetches and decodes a picture; a picture that cannot be had is told too.
    pub fn picture(
        &self,
        profile: ProfileId,
        service: Arc<dyn Service>,
        id: ItemId,
        side: u32,
        stop: CancellationToken,
    ) {
        let tell = self.teller();
        self.runtime().spawn(async move {
            let fetch = stop.run_until_cancelled(service.thumbnail(&id, side)).await;
            let Some(bytes) = fetch else { return };
            let image = match bytes {
                Ok(bytes) => {
                    tokio::task::spawn_blocking(move || crate::ui::pictures::decode(&bytes, side))
                        .await
                        .unwrap_or(None)
                }
                Err(_) => None,
            };
            tell.say(Event::Picture {
                profile,
                id,
                side,
                image,
            });
        });
    }
}

/// Hands on the newest pages, until one has older files too. What goes wrong here, goes wrong again in the
/// whole listing and is told there.
async fn list_newest(
    service: &dyn Service,
    than: Time,
    pages: &tokio::sync::mpsc::Sender<Page<FileRow>>,
) {
    let (newest, mut arrived) = tokio::sync::mpsc::channel::<Page<FileRow>>(PAGES_AHEAD);
    let hand_on = async move {
        while let Some(mut page) = arrived.recv().await {
            let older = |row: &FileRow| row.uploaded.is_some_and(|at| at < than);
            let enough = page.rows.iter().any(older);
            page.total = None;
            if pages.send(page).await.is_err() || enough {
                return;
            }
        }
    };
    drop(tokio::join!(service.list_newer(than, newest), hand_on));
}
