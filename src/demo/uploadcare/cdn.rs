//! The CDN: pictures drawn on demand, and other content as a plain pattern of the right length.

use hyper::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use hyper::{Method, StatusCode};

use crate::demo::exchange::{Answer, Content};
use crate::demo::pictures::{self, Coding};

use super::ids::mixed;
use super::kinds;
use super::state::File;
use super::{Visit, facts};

/// Answers `/cdn/` and what follows: `{uuid}/-/{operation}/{parameters}/.../{name}`.
pub(super) fn answer(visit: &Visit<'_>, rest: &str) -> Answer {
    if !matches!(visit.ask.method, Method::GET | Method::HEAD) {
        return Answer::page(StatusCode::METHOD_NOT_ALLOWED);
    }
    let (uuid, tail) = rest.split_once('/').unwrap_or((rest, ""));
    let Some(file) = served(visit, uuid) else {
        return Answer::page(StatusCode::NOT_FOUND);
    };
    let mut answer = if facts::is_image(&file) {
        picture(&file, tail)
    } else {
        other(&file, tail)
    };
    if answer.status == StatusCode::OK {
        let lasting = HeaderValue::from_static("public, max-age=31536000");
        answer.set(CACHE_CONTROL, lasting);
    }
    answer
}

/// The file, if it is ready and there, or was removed so lately that the CDN still has it.
fn served(visit: &Visit<'_>, uuid: &str) -> Option<File> {
    let project = visit.shared.uploadcare.current(visit.now);
    let file = project.file(project.find_text(uuid)?);
    let keeps = visit.shared.quirks.cdn_cache.as_micros() as i64;
    let dropped = file.removed().is_some_and(|at| at.0 + keeps <= visit.now.0);
    (file.ready && !dropped).then(|| file.clone())
}

fn picture(file: &File, tail: &str) -> Answer {
    let Some(wish) = Wish::read(file, tail) else {
        let mut answer = Answer::page(StatusCode::BAD_REQUEST);
        answer.content = Content::Bytes("CDN Path error: unknown operation".into());
        return answer;
    };
    let bits = mixed(file.uuid, 11);
    let bytes = pictures::draw(bits, wish.width, wish.height, wish.coding);
    Answer::new(StatusCode::OK, wish.coding.media_type(), bytes)
}

/// Without operations the content is served for download; operations are for pictures.
fn other(file: &File, tail: &str) -> Answer {
    if tail.starts_with("-/") && !tail.starts_with("-/inline/") {
        let mut answer = Answer::page(StatusCode::BAD_REQUEST);
        answer.content = Content::Bytes("Source file is not an image".into());
        return answer;
    }
    let mut answer = Answer::empty(StatusCode::OK);
    let media_type = kinds::at(file.kind).mime;
    answer.set(CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer.set(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    answer.content = Content::Pattern(file.size);
    answer
}

/// The picture that the operations add up to.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    width: u32,
    height: u32,
    coding: Coding,
}

impl Wish {
    /// `None` if an operation or a parameter is unknown.
    fn read(file: &File, tail: &str) -> Option<Self> {
        let (width, height) = facts::dimensions(file);
        let coding = match kinds::at(file.kind).extension {
            "png" | "gif" | "svg" => Coding::Png,
            _ => Coding::Jpeg,
        };
        let mut wish = Self {
            width,
            height,
            coding,
        };
        let operations = tail.split("-/").skip(1);
        for operation in operations {
            wish.apply(operation)?;
        }
        let side = pictures::LONGEST_SIDE;
        wish.shrink(side, side);
        Some(wish)
    }

    fn apply(&mut self, operation: &str) -> Option<()> {
        let mut words = operation.split('/');
        let name = words.next()?;
        let parameter = words.next().unwrap_or_default();
        match name {
            "preview" => {
                let (width, height) = sides(parameter).unwrap_or((Some(2048), Some(2048)));
                self.shrink(width?, height?);
            }
            "resize" => self.resize(sides(parameter)?)?,
            "scale_crop" => {
                let (width, height) = sides(parameter)?;
                (self.width, self.height) = (width?, height?);
            }
            "format" => match parameter {
                "jpeg" => self.coding = Coding::Jpeg,
                "png" => self.coding = Coding::Png,
                "auto" => {}
                _ => return None,
            },
            "quality" | "inline" | "stretch" => {}
            _ => return None,
        }
        Some(())
    }

    /// Fits into the box, never growing.
    fn shrink(&mut self, width: u32, height: u32) {
        let across = f64::from(width) / f64::from(self.width);
        let down = f64::from(height) / f64::from(self.height);
        self.scale(across.min(down).min(1.0));
    }

    fn resize(&mut self, sides: (Option<u32>, Option<u32>)) -> Option<()> {
        match sides {
            (Some(width), Some(height)) => (self.width, self.height) = (width, height),
            (Some(width), None) => self.scale(f64::from(width) / f64::from(self.width)),
            (None, Some(height)) => self.scale(f64::from(height) / f64::from(self.height)),
            (None, None) => return None,
        }
        Some(())
    }

    fn scale(&mut self, factor: f64) {
        let scaled = |side: u32| ((f64::from(side) * factor).round() as u32).max(1);
        (self.width, self.height) = (scaled(self.width), scaled(self.height));
    }
}

/// `320x240`, `320x` or `x240`, each side from 1 to 5000.
fn sides(text: &str) -> Option<(Option<u32>, Option<u32>)> {
    let side = |text: &str| match text {
        "" => Some(None),
        _ => {
            let side: u32 = text.parse().ok()?;
            (1..=5000).contains(&side).then_some(Some(side))
        }
    };
    let (width, height) = text.split_once('x')?;
    Some((side(width)?, side(height)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Time;

    #[test]
    fn operations_add_up() {
        let image = (0..u128::MAX)
            .map(|uuid| File::new(uuid, Time(0), kinds::by_extension("jpg"), "".into(), 1))
            .find(|file| facts::dimensions(file) == (4032, 3024))
            .unwrap();
        let cases = [
            ("", Some((1024, 768))),
            ("name.jpg", Some((1024, 768))),
            ("-/preview/256x256/", Some((256, 192))),
            (
                "-/preview/256x256/-/format/auto/-/quality/smart/x.jpg",
                Some((256, 192)),
            ),
            ("-/preview/", Some((1024, 768))),
            ("-/scale_crop/64x64/center/", Some((64, 64))),
            ("-/resize/320x/", Some((320, 240))),
            ("-/resize/x240/", Some((320, 240))),
            ("-/resize/100x500/", Some((100, 500))),
            ("-/preview/9999x1/", Some((1024, 768))),
            ("-/sharpen/", None),
            ("-/resize/x/", None),
        ];
        for (tail, size) in cases {
            let wish = Wish::read(&image, tail).map(|wish| (wish.width, wish.height));
            assert_eq!(wish, size, "{tail}");
        }
    }
}
