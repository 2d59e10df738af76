//! Names cut in the middle, so that beginning and extension stay.

use std::sync::Arc;

use egui::text::CCursor;
use egui::{Color32, FontId, Galley, Painter};

/// Characters kept before the extension.
const BEFORE_EXTENSION: usize = 4;
/// Longest thing after the last point that is taken for an extension.
const EXTENSION: usize = 8;

/// Where a name is cut: so many characters from its start, so many from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cut {
    head: usize,
    tail: usize,
}

/// The name in one line, cut in the middle if it is wider than `width`; and whether it was.
pub(super) fn middle(
    painter: &Painter,
    name: &str,
    font: &FontId,
    width: f32,
) -> (Arc<Galley>, bool) {
    let line = |text: String| painter.layout_no_wrap(text, font.clone(), Color32::PLACEHOLDER);
    let whole = line(name.to_owned());
    if whole.size().x <= width {
        return (whole, false);
    }
    let x = |at: usize| whole.pos_from_cursor(CCursor::new(at)).min.x;
    let room = width - line("…".to_owned()).size().x;
    let cut = cut(name, room, x);
    (line(apply(name, cut)), true)
}

/// `x` is where the character of that number begins in the whole line.
fn cut(name: &str, room: f32, x: impl Fn(usize) -> f32) -> Cut {
    let chars = name.chars().count();
    let end = x(chars);
    let fits = |tail: usize| end - x(chars - tail) <= room * 0.6;
    let extension = extension(name);
    let tail = [(extension + BEFORE_EXTENSION).min(chars), extension]
        .into_iter()
        .find(|&tail| fits(tail))
        .unwrap_or(0);
    let room = room - (end - x(chars - tail));
    let (mut low, mut high) = (0, chars - tail);
    while low < high {
        let middle = (low + high).div_ceil(2);
        if x(middle) <= room {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    Cut { head: low, tail }
}

/// Characters of the extension, its point included; 0 if there is none.
fn extension(name: &str) -> usize {
    match name.rsplit_once('.') {
        Some((stem, end)) if !stem.is_empty() && (1..=EXTENSION).contains(&end.chars().count()) => {
            1 + end.chars().count()
        }
        _ => 0,
    }
}

fn apply(name: &str, cut: Cut) -> String {
    let skipped = name.chars().count() - cut.tail;
    let head = name.chars().take(cut.head);
    let tail = name.chars().skip(skipped);
    head.chain(['…']).chain(tail).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cuts with every character 10 points wide, the ellipsis too.
    fn shown(name: &str, width: f32) -> String {
        apply(name, cut(name, width - 10.0, |at| 10.0 * at as f32))
    }

    #[test]
    fn beginning_and_extension_stay() {
        let cases = [
            (
                "very-long-name-of-a-file.jpeg",
                200.0,
                "very-long-…file.jpeg",
            ),
            ("very-long-name-of-a-file.jpeg", 120.0, "very-l….jpeg"),
            ("very-long-name-of-a-file.jpeg", 60.0, "very-…"),
            ("очень-длинное-имя.пдф", 120.0, "очень-д….пдф"),
            ("no extension here at all", 110.0, "no ext… all"),
            (".hidden-file-with-a-name", 110.0, ".hidde…name"),
            ("report.version-two-final", 110.0, "report…inal"),
        ];
        for (name, width, cut) in cases {
            assert_eq!(shown(name, width), cut, "{name} in {width}");
        }
    }

    #[test]
    fn no_room_leaves_the_ellipsis() {
        assert_eq!(shown("name.txt", 5.0), "…");
    }
}
