//! The pictures that uploads, renders and templates link to. They can be had without a key.

use hyper::StatusCode;

use crate::demo::exchange::{Answer, Content};
use crate::demo::pictures::{self, Coding};

use super::Visit;

/// What is drawn for an address.
struct Wish {
    id: String,
    sides: (u32, u32),
    coding: Coding,
    pdf: bool,
}

/// Answers `/cdn/` and what follows.
pub(super) fn answer(visit: &Visit<'_>, rest: &str) -> Answer {
    let Some(wish) = find(visit, rest) else {
        return Answer::page(StatusCode::NOT_FOUND);
    };
    if wish.pdf {
        let mut answer = Answer::new(StatusCode::OK, "application/pdf", "");
        answer.content = Content::Pattern(40_000);
        return answer;
    }
    let (width, height) = fitted(wish.sides);
    let bytes = pictures::draw(bits(&wish.id), width, height, wish.coding);
    Answer::new(StatusCode::OK, wish.coding.media_type(), bytes)
}

fn find(visit: &Visit<'_>, rest: &str) -> Option<Wish> {
    let (kind, rest) = rest.split_once('/')?;
    let account = visit.shared.templated.current();
    let (id, extension) = match rest.find(['.', '/']) {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => (rest, ""),
    };
    let (sides, png) = match kind {
        "uploads" => {
            let upload = account.find_any(id).filter(|one| one.removed.is_none())?;
            (upload.sides, upload.mime == "image/png")
        }
        "render" => {
            let render = account.renders.iter().find(|render| render.id == id)?;
            (render.template.2, render.format == "png")
        }
        "template" => {
            let template = account.templates.iter().find(|one| one.id == id)?;
            (template.sides, true)
        }
        _ => return None,
    };
    Some(Wish {
        id: id.to_owned(),
        sides,
        coding: if png { Coding::Png } else { Coding::Jpeg },
        pdf: kind == "render" && extension == "pdf",
    })
}

/// Small enough to be drawn.
fn fitted((width, height): (u32, u32)) -> (u32, u32) {
    let longest = width.max(height).max(1);
    let scale = (f64::from(pictures::LONGEST_SIDE) / f64::from(longest)).min(1.0);
    let scaled = |side: u32| ((f64::from(side) * scale) as u32).max(1);
    (scaled(width), scaled(height))
}

/// Well mixed bits out of an id.
fn bits(id: &str) -> u64 {
    let step = |bits: u64, byte: u8| (bits ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    id.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}
