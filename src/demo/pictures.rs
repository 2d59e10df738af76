//! Pictures for files that hold none: a sky, a sun and some hills in colours that the file's id decides.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageFormat, Rgb, RgbImage};

/// Longest side that is drawn.
pub(super) const LONGEST_SIDE: u32 = 1024;

/// How a picture is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Jpeg,
    Png,
}

impl Coding {
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// An encoded picture of this size. The same bits draw the same scene at every size.
pub(super) fn draw(bits: u64, width: u32, height: u32, coding: Coding) -> Vec<u8> {
    let scene = Scene::new(bits);
    let (width, height) = (width.clamp(1, LONGEST_SIDE), height.clamp(1, LONGEST_SIDE));
    let aspect = width as f32 / height as f32;
    let mut picture = RgbImage::new(width, height);
    for (x, column) in (0..width).map(|x| (x, (x as f32 + 0.5) / width as f32)) {
        let horizons = scene.horizons(column);
        for y in 0..height {
            let down = (y as f32 + 0.5) / height as f32;
            picture.put_pixel(x, y, scene.colour(column, down, aspect, horizons));
        }
    }
    encode(&picture, coding)
}

fn encode(picture: &RgbImage, coding: Coding) -> Vec<u8> {
    let mut out = Vec::new();
    let done = match coding {
        Coding::Jpeg => JpegEncoder::new_with_quality(&mut out, 82).write_image(
            picture,
            picture.width(),
            picture.height(),
            ExtendedColorType::Rgb8,
        ),
        Coding::Png => picture.write_to(&mut Cursor::new(&mut out), ImageFormat::Png),
    };
    debug_assert!(done.is_ok(), "a picture of 1 to 1024 pixels can be encoded");
    out
}

const HILLS: usize = 3;

/// What is drawn, in units of the picture's width and height.
struct Scene {
    top: [f32; 3],
    bottom: [f32; 3],
    sun: [f32; 3],
    sun_at: (f32, f32),
    sun_radius: f32,
    hills: [Hill; HILLS],
}

struct Hill {
    level: f32,
    swing: f32,
    waves: f32,
    phase: f32,
    colour: [f32; 3],
}

impl Scene {
    fn new(bits: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(bits);
        let hue = rng.f32();
        let land = hue + 0.25 + 0.4 * rng.f32();
        let hills = std::array::from_fn(|ix| {
            let depth = ix as f32 / HILLS as f32;
            Hill {
                level: 0.55 + 0.16 * ix as f32 + 0.05 * rng.f32(),
                swing: 0.03 + 0.07 * rng.f32(),
                waves: 3.0 + 6.0 * rng.f32(),
                phase: 6.3 * rng.f32(),
                colour: rgb(land + 0.04 * depth, 0.35 + 0.2 * depth, 0.62 - 0.4 * depth),
            }
        });
        Self {
            top: rgb(hue, 0.55, 0.78),
            bottom: rgb(hue + 0.08, 0.28, 0.96),
            sun: rgb(hue + 0.12 + 0.3 * rng.f32(), 0.25, 1.0),
            sun_at: (0.2 + 0.6 * rng.f32(), 0.18 + 0.25 * rng.f32()),
            sun_radius: 0.07 + 0.07 * rng.f32(),
            hills,
        }
    }

    /// How far down each hill begins in this column.
    fn horizons(&self, across: f32) -> [f32; HILLS] {
        std::array::from_fn(|ix| {
            let hill = &self.hills[ix];
            hill.level + hill.swing * (across * hill.waves + hill.phase).sin()
        })
    }

    fn colour(&self, across: f32, down: f32, aspect: f32, horizons: [f32; HILLS]) -> Rgb<u8> {
        let nearest = (0..HILLS).rev().find(|ix| down >= horizons[*ix]);
        let colour = match nearest {
            Some(ix) => self.hills[ix].colour,
            None => {
                let (dx, dy) = ((across - self.sun_at.0) * aspect, down - self.sun_at.1);
                let distance = (dx * dx + dy * dy).sqrt() / self.sun_radius;
                let sky = mix(self.top, self.bottom, down / 0.6);
                mix(self.sun, sky, (distance - 1.0) * 12.0)
            }
        };
        Rgb(colour.map(|part| (part * 255.0 + 0.5) as u8))
    }
}

fn mix(from: [f32; 3], to: [f32; 3], share: f32) -> [f32; 3] {
    let share = share.clamp(0.0, 1.0);
    std::array::from_fn(|ix| from[ix] + (to[ix] - from[ix]) * share)
}

/// Hue (of which the whole part is dropped), saturation and brightness as red, green and blue.
fn rgb(hue: f32, saturation: f32, brightness: f32) -> [f32; 3] {
    [5.0, 3.0, 1.0].map(|offset: f32| {
        let place = (offset + hue.fract() * 6.0) % 6.0;
        let fall = place.min(4.0 - place).clamp(0.0, 1.0);
        brightness * (1.0 - saturation * fall)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_have_their_size_and_are_not_plain() {
        for (coding, format) in [
            (Coding::Jpeg, ImageFormat::Jpeg),
            (Coding::Png, ImageFormat::Png),
        ] {
            let bytes = draw(99, 64, 40, coding);
            let picture = image::load_from_memory_with_format(&bytes, format).unwrap();
            assert_eq!((picture.width(), picture.height()), (64, 40));
            let picture = picture.to_rgb8();
            let corner = picture.get_pixel(0, 0);
            let others = picture.pixels().filter(|pixel| *pixel != corner).count();
            assert!(others > 500, "{others} pixels differ from the corner");
        }
    }

    #[test]
    fn the_same_bits_draw_the_same() {
        let picture = |bits| draw(bits, 32, 32, Coding::Png);
        assert_eq!(picture(4), picture(4));
        assert_ne!(picture(4), picture(5));
    }
}
