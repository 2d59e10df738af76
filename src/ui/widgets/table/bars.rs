//! Scroll bars whose thumbs are mapped in `f64`, so that every row of a million can be reached.

use egui::{Id, Rect, Response, Sense, Shape, Ui, pos2};

use super::state::Grab;
use super::style::TableStyle;

/// Space that a bar takes.
pub(super) const BAR: f32 = 12.0;
const THUMB: f32 = 6.0;
const SHORTEST: f32 = 28.0;

/// A direction of scrolling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    Horizontal,
    Vertical,
}

/// One bar, as numbers: where its track is and how far its content goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bar {
    pub axis: Axis,
    pub track: Rect,
    /// Points of content in view.
    pub view: f64,
    /// Points of content in all.
    pub content: f64,
}

impl Bar {
    /// Moves `offset` by what was done to the bar. Returns its thumb, to be painted over the rows.
    pub fn ui(
        &self,
        ui: &Ui,
        id: Id,
        style: &TableStyle,
        grab: &mut Option<Grab>,
        offset: &mut f64,
    ) -> Shape {
        let response = ui.interact(self.track, id, Sense::CLICK | Sense::DRAG);
        if let Some(pointer) = response.interact_pointer_pos() {
            self.handle(&response, self.along(pointer), grab, offset);
        }
        if !response.is_pointer_button_down_on() {
            *grab = None;
        }
        *offset = offset.clamp(0.0, self.travel());
        let strong = response.hovered() || grab.is_some();
        let color = if strong {
            style.thumb_strong
        } else {
            style.thumb
        };
        Shape::rect_filled(self.thumb_rect(*offset), THUMB / 2.0, color)
    }

    fn handle(&self, response: &Response, pointer: f32, grab: &mut Option<Grab>, offset: &mut f64) {
        let (start, end) = self.thumb(*offset);
        let on_thumb = (start..=end).contains(&pointer);
        if response.is_pointer_button_down_on() && grab.is_none() && on_thumb {
            *grab = Some(Grab {
                offset: *offset,
                pointer,
            });
        }
        match grab {
            Some(grab) if response.dragged() => *offset = self.dragged(*grab, pointer),
            None if response.clicked() && !on_thumb => {
                let page = if pointer < start {
                    -self.view
                } else {
                    self.view
                };
                *offset += page;
            }
            _ => {}
        }
    }

    /// The offset of a thumb in the hand.
    fn dragged(&self, grab: Grab, pointer: f32) -> f64 {
        let room = f64::from(self.length() - self.thumb_length());
        let moved = f64::from(pointer - grab.pointer);
        grab.offset + moved / room.max(1.0) * self.travel()
    }

    fn travel(&self) -> f64 {
        (self.content - self.view).max(0.0)
    }

    fn length(&self) -> f32 {
        self.along(self.track.max) - self.along(self.track.min)
    }

    fn along(&self, at: egui::Pos2) -> f32 {
        match self.axis {
            Axis::Horizontal => at.x,
            Axis::Vertical => at.y,
        }
    }

    fn thumb_length(&self) -> f32 {
        let share = self.view / self.content.max(1.0);
        let length = self.length();
        ((share * f64::from(length)) as f32)
            .max(SHORTEST)
            .min(length)
    }

    /// Where the thumb begins and ends.
    fn thumb(&self, offset: f64) -> (f32, f32) {
        let room = f64::from(self.length() - self.thumb_length());
        let share = (offset / self.travel().max(1.0)).clamp(0.0, 1.0);
        let start = self.along(self.track.min) + (share * room) as f32;
        (start, start + self.thumb_length())
    }

    fn thumb_rect(&self, offset: f64) -> Rect {
        let (start, end) = self.thumb(offset);
        let center = self.track.center();
        let half = THUMB / 2.0;
        match self.axis {
            Axis::Vertical => Rect::from_min_max(
                pos2(center.x - half, start + 2.0),
                pos2(center.x + half, end - 2.0),
            ),
            Axis::Horizontal => Rect::from_min_max(
                pos2(start + 2.0, center.y - half),
                pos2(end - 2.0, center.y + half),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(content: f64) -> Bar {
        Bar {
            axis: Axis::Vertical,
            track: Rect::from_min_max(pos2(0.0, 100.0), pos2(BAR, 600.0)),
            view: 500.0,
            content,
        }
    }

    #[test]
    fn the_thumb_runs_from_end_to_end() {
        let bar = bar(28_000_000.0);
        assert_eq!(bar.thumb(0.0), (100.0, 100.0 + SHORTEST));
        assert_eq!(bar.thumb(bar.travel()), (600.0 - SHORTEST, 600.0));
        let grab = Grab {
            offset: 0.0,
            pointer: 110.0,
        };
        assert_eq!(bar.dragged(grab, 110.0), 0.0);
        let whole = bar.dragged(grab, 110.0 + 500.0 - SHORTEST);
        assert_eq!(whole, bar.travel());
    }

    #[test]
    fn a_thumb_that_is_held_still_moves_nothing() {
        let bar = bar(28_000_000.0);
        let offset = 19_573_428.25;
        let grab = Grab {
            offset,
            pointer: 400.0,
        };
        assert_eq!(bar.dragged(grab, 400.0), offset);
    }
}
