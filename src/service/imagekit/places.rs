//! Where files are delivered: ImageKit gives each file an address of its own, which does not follow from its id.
//!
//! What listings and details told is kept, so that a picture or an address needs no call of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use url::Url;

use crate::model::ItemId;
use crate::service::ServiceError;
use crate::service::http::{is_loopback, parse_base};

use super::wire::account::endpoint;
use super::wire::rows::Listed;

/// Most files of a listing whose places are kept; of the others the details tell.
const MOST: usize = 200_000;

/// Where one file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The file itself.
    pub url: String,
    /// A small picture of it.
    pub thumbnail: Option<String>,
}

/// The places of an account's files.
#[derive(Debug)]
pub(super) struct Places {
    /// The profile's own delivery base, in place of the one that the service names.
    own: Option<Url>,
    /// Whether addresses of this computer are to be trusted.
    loopback: bool,
    known: Mutex<HashMap<ItemId, Kept>>,
}

/// A place as it is kept: a thumbnail that begins like the file's address is only its end.
#[derive(Debug)]
struct Kept {
    url: Box<str>,
    thumbnail: Option<Thumbnail>,
}

#[derive(Debug)]
enum Thumbnail {
    End(Arc<str>),
    Whole(Box<str>),
}

impl Places {
    /// No place is known yet. `api` is the base of the API.
    pub(super) fn new(cdn_base: Option<&str>, api: &Url) -> Result<Self, ServiceError> {
        Ok(Self {
            own: cdn_base.map(parse_base).transpose()?,
            loopback: is_loopback(api),
            known: Mutex::default(),
        })
    }

    /// Forgets all: a new listing begins.
    pub(super) fn clear(&self) {
        self.known().clear();
    }

    /// Keeps the places of a listing's files.
    pub(super) fn keep<'a>(&self, files: impl IntoIterator<Item = &'a Listed>) {
        let mut known = self.known();
        let mut end: Option<Arc<str>> = None;
        for file in files {
            let id = &file.row.id;
            let fits = known.len() < MOST || known.contains_key(id);
            let place = self.of(file);
            if let Some(place) = place.filter(|_| fits && !id.as_str().is_empty()) {
                known.insert(id.clone(), Kept::new(place, &mut end));
            }
        }
    }

    /// Forgets where a file is: it was put elsewhere.
    pub(super) fn forget(&self, id: &ItemId) {
        self.known().remove(id);
    }

    /// Where the file is, if that is known.
    pub(super) fn get(&self, id: &ItemId) -> Option<Place> {
        self.known().get(id).map(Kept::place)
    }

    /// Where a file is by what the service says of it.
    pub(super) fn of(&self, file: &Listed) -> Option<Place> {
        let given = self.trusted(file.url.as_deref()?)?;
        let thumbnail = file
            .thumbnail
            .as_deref()
            .and_then(|text| self.trusted(text));
        let small = || small(&given);
        let thumbnail = thumbnail.or_else(|| file.row.image.then(small));
        let place = |url: &Url| match &self.own {
            Some(own) => moved(url, &given, &file.path, own).into(),
            None => String::from(url.as_str()),
        };
        Some(Place {
            url: place(&given),
            thumbnail: thumbnail.as_ref().map(place),
        })
    }

    /// An address that may be fetched and handed on: https, or this computer while the API is there too.
    fn trusted(&self, text: &str) -> Option<Url> {
        let url = Url::parse(text).ok()?;
        let safe = url.scheme() == "https" || (self.loopback && is_loopback(&url));
        let bare = url.username().is_empty() && url.password().is_none();
        let web = matches!(url.scheme(), "https" | "http");
        (safe && bare && web && url.host().is_some()).then_some(url)
    }

    /// The map. A panic elsewhere leaves it usable: every change of it is whole.
    fn known(&self) -> MutexGuard<'_, HashMap<ItemId, Kept>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// `end` is the end of the last thumbnail, to be shared by all that have it.
    fn new(place: Place, end: &mut Option<Arc<str>>) -> Self {
        let thumbnail = place.thumbnail.map(|whole| {
            let Some(rest) = whole.strip_prefix(&place.url) else {
                return Thumbnail::Whole(whole.into());
            };
            match end {
                Some(end) if **end == *rest => Thumbnail::End(end.clone()),
                _ => Thumbnail::End(end.insert(rest.into()).clone()),
            }
        });
        Self {
            url: place.url.into(),
            thumbnail,
        }
    }

    fn place(&self) -> Place {
        let thumbnail = self.thumbnail.as_ref().map(|thumbnail| match thumbnail {
            Thumbnail::End(end) => format!("{}{end}", self.url),
            Thumbnail::Whole(whole) => whole.to_string(),
        });
        Place {
            url: self.url.to_string(),
            thumbnail,
        }
    }
}

/// The library's own small picture of an image for which the service named none.
fn small(url: &Url) -> Url {
    let mut small = url.clone();
    small
        .query_pairs_mut()
        .append_pair("tr", "n-ik_ml_thumbnail");
    small
}

/// An address below the profile's own base. `file` is the file's address and `path` its path in the library:
/// they tell where the account's part of the address ends.
fn moved(url: &Url, file: &Url, path: &str, own: &Url) -> Url {
    let account = endpoint(file, path);
    let rest = url.path().trim_start_matches('/');
    let rest = rest.strip_prefix(account).unwrap_or(rest);
    let mut moved = own.clone();
    moved.set_path(&format!("{}{}", own.path(), rest.trim_start_matches('/')));
    moved.set_query(url.query());
    moved
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FileRow;

    const SHIRT: &str = "https://ik.imagekit.io/demo_id/products/shirt.jpg?updatedAt=15";

    fn places(own: Option<&str>, api: &str) -> Places {
        Places::new(own, &parse_base(api).unwrap()).unwrap()
    }

    fn listed(id: &str, url: &str, thumbnail: Option<&str>, image: bool) -> Listed {
        Listed {
            row: FileRow {
                image,
                ..FileRow::unknown(id.into())
            },
            path: "/products/shirt.jpg".to_owned(),
            url: Some(url.to_owned()),
            thumbnail: thumbnail.map(str::to_owned),
        }
    }

    #[test]
    fn thumbnails_are_as_given_or_the_librarys_own() {
        let places = places(None, "https://api.imagekit.io");
        let query = format!("{SHIRT}&tr=n-ik_ml_thumbnail");
        let path = "https://ik.imagekit.io/demo_id/tr:n-ik_ml_thumbnail/products/shirt.jpg";
        let cases = [
            (Some(query.as_str()), true, Some(query.as_str())),
            (Some(path), true, Some(path)),
            (Some(path), false, Some(path)),
            (None, true, Some(query.as_str())),
            (Some("http://plain.example/x"), true, Some(query.as_str())),
            (None, false, None),
        ];
        for (given, image, expected) in cases {
            places.keep([&listed("a", SHIRT, given, image)]);
            let place = places.get(&"a".into()).unwrap();
            assert_eq!(place.url, SHIRT);
            assert_eq!(place.thumbnail.as_deref(), expected, "{given:?} {image}");
        }
        places.clear();
        assert_eq!(places.get(&"a".into()), None);
    }

    #[test]
    fn only_addresses_that_may_be_fetched() {
        let cases = [
            ("https://media.example.com/a.jpg", true, true),
            ("http://media.example.com/a.jpg", false, false),
            ("http://127.0.0.1:99/a.jpg", false, true),
            ("ftp://127.0.0.1/a.jpg", false, false),
            ("https://user@media.example.com/a.jpg", false, false),
            ("file:///etc/passwd", false, false),
            ("/a.jpg", false, false),
            ("", false, false),
        ];
        for (url, outside, here) in cases {
            for (api, allowed) in [
                ("https://api.imagekit.io", outside),
                ("http://127.0.0.1:1", here),
            ] {
                let place = places(None, api).of(&listed("a", url, None, false));
                assert_eq!(place.is_some(), allowed, "{url} from {api}");
            }
        }
    }

    #[test]
    fn a_base_of_ones_own() {
        let query = format!("{SHIRT}&tr=n-ik_ml_thumbnail");
        let path = "https://ik.imagekit.io/demo_id/tr:n-ik_ml_thumbnail/products/shirt.jpg";
        let own = "https://media.example.com/shop";
        let cases = [
            (
                query.as_str(),
                "https://media.example.com/shop/products/shirt.jpg?updatedAt=15&tr=n-ik_ml_thumbnail",
            ),
            (
                path,
                "https://media.example.com/shop/tr:n-ik_ml_thumbnail/products/shirt.jpg",
            ),
        ];
        for (given, expected) in cases {
            let places = places(Some(own), "https://api.imagekit.io");
            let place = places.of(&listed("a", SHIRT, Some(given), true)).unwrap();
            assert_eq!(
                place.url,
                "https://media.example.com/shop/products/shirt.jpg?updatedAt=15"
            );
            assert_eq!(place.thumbnail.as_deref(), Some(expected));
        }
        let bad = Places::new(
            Some("http://media.example.com"),
            &Url::parse(SHIRT).unwrap(),
        );
        assert!(bad.is_err());
    }
}
