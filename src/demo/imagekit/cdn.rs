//! Delivery: pictures drawn on demand, other content as a plain pattern of the right length. What was
//! deleted or moved is still served until it is purged.

use hyper::header::CONTENT_TYPE;
use hyper::{Method, StatusCode};

use crate::demo::exchange::{Answer, Content};
use crate::demo::pictures::{self, Coding};
use crate::model::Time;

use super::Visit;
use super::kinds::{self, Class};
use super::library::Version;
use super::purge;

/// What a video's still is asked for with, after its path.
const STILL: &str = "/ik-thumbnail.jpg";
/// The sides of a thumbnail fit into this.
const THUMBNAIL: f64 = 300.0;

/// Answers `/cdn/` and what follows: `ACCOUNT/[tr:STEPS/]PATH?tr=STEPS`.
pub(super) fn answer(visit: &Visit<'_>, rest: &str) -> Answer {
    if !matches!(visit.ask.method, Method::GET | Method::HEAD) {
        return Answer::page(StatusCode::METHOD_NOT_ALLOWED);
    }
    let base = visit.endpoint.trim_end_matches(super::ACCOUNT_ID);
    let Some(path) = purge::path_of(visit, &format!("{base}{rest}")) else {
        return Answer::page(StatusCode::NOT_FOUND);
    };
    let (path, still) = match path.strip_suffix(STILL) {
        Some(path) => (path, true),
        None => (&*path, false),
    };
    let Some(content) = served(visit, path) else {
        return Answer::page(StatusCode::NOT_FOUND);
    };
    match kinds::at(content.kind).class {
        Class::Image => picture(&content, &steps(visit, rest)),
        Class::Video if still => picture(&content, &steps(visit, rest)),
        _ => other(&content),
    }
}

/// The content at a path, or what the network still holds of it.
fn served(visit: &Visit<'_>, path: &str) -> Option<Version> {
    let library = visit.library();
    if let Some(ix) = library.at_path(path) {
        let file = &library.files[ix];
        return Some(version_asked_for(visit, file).clone());
    }
    let keeps = visit.shared.quirks.cdn_cache.as_micros() as i64;
    library.edge.copy(path, Time(visit.now.0 - keeps)).cloned()
}

/// The version whose token the address has, else the current one.
fn version_asked_for<'a>(visit: &Visit<'_>, file: &'a super::library::File) -> &'a Version {
    let query = visit.ask.query();
    let token = query.iter().find(|(name, _)| name == "ik-obj-version");
    let id: Option<String> = token.map(|(_, token)| token.chars().rev().collect());
    let mut versions = file.versions.iter();
    let found = versions.find(|version| Some(&version.id) == id.as_ref());
    found.unwrap_or_else(|| file.current())
}

/// The transformation steps of path and query, each a list of parameters.
fn steps(visit: &Visit<'_>, rest: &str) -> Vec<String> {
    let in_path = rest.split('/').find_map(|part| part.strip_prefix("tr:"));
    let query = visit.ask.query();
    let in_query = query.iter().filter(|(name, _)| name == "tr");
    let all = in_path
        .into_iter()
        .chain(in_query.map(|(_, value)| &**value));
    all.flat_map(|steps| steps.split([':', ',']))
        .filter(|step| !step.is_empty())
        .map(str::to_owned)
        .collect()
}

fn picture(content: &Version, steps: &[String]) -> Answer {
    let mut wish = Wish::new(content);
    if !steps.iter().all(|step| wish.apply(step)) {
        return Answer::new(
            StatusCode::BAD_REQUEST,
            "text/plain",
            "Invalid transformation",
        );
    }
    let (width, height) = wish.sides();
    let bytes = pictures::draw(content.bits, width, height, wish.coding);
    Answer::new(StatusCode::OK, wish.coding.media_type(), bytes)
}

fn other(content: &Version) -> Answer {
    let mut answer = Answer::empty(StatusCode::OK);
    let media_type = kinds::at(content.kind).mime;
    answer.set(
        CONTENT_TYPE,
        hyper::header::HeaderValue::from_static(media_type),
    );
    answer.content = Content::Pattern(content.size);
    answer
}

/// The picture that the steps add up to.
struct Wish {
    own: (f64, f64),
    width: Option<f64>,
    height: Option<f64>,
    force: bool,
    coding: Coding,
}

impl Wish {
    fn new(content: &Version) -> Self {
        let coding = match kinds::at(content.kind).format {
            "png" | "gif" | "svg" => Coding::Png,
            _ => Coding::Jpeg,
        };
        Self {
            own: (
                f64::from(content.sides.0.max(1)),
                f64::from(content.sides.1.max(1)),
            ),
            width: None,
            height: None,
            force: false,
            coding,
        }
    }

    /// Takes one step in; false if it is unknown.
    fn apply(&mut self, step: &str) -> bool {
        let Some((name, value)) = step.split_once(['-', '=']) else {
            return false;
        };
        match name {
            "w" => self.width = side(value, self.own.0),
            "h" => self.height = side(value, self.own.1),
            "n" if value.ends_with("ml_thumbnail") || value.ends_with("library_thumbnail") => {
                (self.width, self.height) = (Some(THUMBNAIL), Some(THUMBNAIL));
            }
            "c" => self.force = value == "force",
            "f" => match value {
                "png" => self.coding = Coding::Png,
                "jpg" | "jpeg" => self.coding = Coding::Jpeg,
                _ => return value == "auto" || value == "webp",
            },
            _ => return matches!(name, "orig" | "q" | "fo" | "cm" | "dpr" | "so" | "pr"),
        }
        true
    }

    /// Within what is asked for and what can be drawn, never larger than it is.
    fn sides(&self) -> (u32, u32) {
        let (width, height) = self.own;
        let (mut across, mut down) = (
            self.width.map_or(1.0, |side| side / width),
            self.height.map_or(1.0, |side| side / height),
        );
        if !self.force {
            across = across.min(down).min(1.0);
            down = across;
        }
        let most = f64::from(pictures::LONGEST_SIDE);
        let shrink = (most / (width * across).max(height * down)).min(1.0);
        let whole = |side: f64| (side.round() as u32).max(1);
        (
            whole(width * across * shrink),
            whole(height * down * shrink),
        )
    }
}

/// A side in pixels, or as a part of its own length.
fn side(text: &str, own: f64) -> Option<f64> {
    let side: f64 = text.parse().ok()?;
    match side > 0.0 && side < 1.0 {
        true => Some(side * own),
        false => Some(side.clamp(1.0, 10_000.0)),
    }
}
