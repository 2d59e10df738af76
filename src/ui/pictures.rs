//! Thumbnails: asked for only where they are seen, decoded with limits, kept within a budget.

use std::collections::HashMap;
use std::io::Cursor;

use egui::{ColorImage, Context, TextureHandle, TextureOptions};
use tokio_util::sync::CancellationToken;

use crate::model::ItemId;

/// Pixels each way that a fetched picture may have at most before it is scaled down.
const MAX_SIDE: u32 = 4_096;

/// Bytes that decoding may take.
const MAX_DECODE: u64 = 128 * 1024 * 1024;

/// Bytes of pixels that are kept on the graphics card.
const BUDGET: usize = 64 * 1024 * 1024;

/// Fetches under way at once.
const AT_ONCE: usize = 6;

/// Decodes a picture and scales it down to `side`. `None` if it is none, or larger than is safe.
pub fn decode(bytes: &[u8], side: u32) -> Option<ColorImage> {
    let mut reader = image::ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .ok()?;
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODE);
    reader.limits(limits);
    let picture = reader.decode().ok()?;
    let picture = if picture.width().max(picture.height()) > side {
        picture.thumbnail(side, side)
    } else {
        picture
    };
    let pixels = picture.to_rgba8();
    let size = [pixels.width() as usize, pixels.height() as usize];
    Some(ColorImage::from_rgba_unmultiplied(size, pixels.as_raw()))
}

enum Entry {
    Asked(CancellationToken),
    Ready {
        texture: TextureHandle,
        bytes: usize,
        used: u64,
    },
    None,
}

/// The pictures of one profile.
#[derive(Default)]
pub struct Pictures {
    entries: HashMap<(ItemId, u32), Entry>,
    bytes: usize,
    asked: usize,
    clock: u64,
}

/// What can be drawn now.
pub enum Look<'a> {
    /// The picture.
    Ready(&'a TextureHandle),
    /// On its way, or there is none: draw the stand-in.
    StandIn,
}

impl Pictures {
    /// The picture, if it is here. If it is not and may be asked for now, `fetch` is called once.
    pub fn look(
        &mut self,
        id: &ItemId,
        side: u32,
        fetch: impl FnOnce(CancellationToken),
    ) -> Look<'_> {
        self.clock += 1;
        let key = (id.clone(), side);
        if !self.entries.contains_key(&key) {
            if self.asked < AT_ONCE {
                let stop = CancellationToken::new();
                self.entries.insert(key, Entry::Asked(stop.clone()));
                self.asked += 1;
                fetch(stop);
            }
            return Look::StandIn;
        }
        match self.entries.get_mut(&key) {
            Some(Entry::Ready { texture, used, .. }) => {
                *used = self.clock;
                Look::Ready(texture)
            }
            _ => Look::StandIn,
        }
    }

    /// Takes an answer in.
    pub fn arrived(&mut self, ctx: &Context, id: ItemId, side: u32, image: Option<ColorImage>) {
        let key = (id, side);
        if !matches!(self.entries.get(&key), Some(Entry::Asked(_))) {
            return;
        }
        self.asked = self.asked.saturating_sub(1);
        let entry = match image {
            Some(image) => {
                let bytes = image.pixels.len() * 4;
                self.bytes += bytes;
                let texture = ctx.load_texture(key.0.as_str(), image, TextureOptions::LINEAR);
                Entry::Ready {
                    texture,
                    bytes,
                    used: self.clock,
                }
            }
            None => Entry::None,
        };
        self.entries.insert(key, entry);
        self.shrink();
    }

    fn shrink(&mut self) {
        while self.bytes > BUDGET {
            let oldest = self
                .entries
                .iter()
                .filter_map(|(key, entry)| match entry {
                    Entry::Ready { used, bytes, .. } => Some((*used, key.clone(), *bytes)),
                    _ => None,
                })
                .min_by_key(|(used, _, _)| *used);
            let Some((_, key, bytes)) = oldest else {
                return;
            };
            self.entries.remove(&key);
            self.bytes -= bytes;
        }
    }
}

impl Drop for Pictures {
    fn drop(&mut self) {
        for entry in self.entries.values() {
            if let Entry::Asked(stop) = entry {
                stop.cancel();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(side: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image::RgbaImage::from_pixel(side, side, image::Rgba([200, 30, 30, 255]))
            .write_to(&mut bytes, image::ImageFormat::Png)
            .unwrap();
        bytes.into_inner()
    }

    #[test]
    fn pictures_are_scaled_down_and_never_trusted() {
        assert_eq!(decode(&png(400), 64).unwrap().size, [64, 64]);
        assert_eq!(decode(&png(16), 64).unwrap().size, [16, 16]);
        assert!(decode(b"<html>not found</html>", 64).is_none());
        assert!(decode(&png(MAX_SIDE + 1), 64).is_none());
    }

    #[test]
    fn a_picture_is_asked_for_once_and_few_at_a_time() {
        let mut pictures = Pictures::default();
        let mut asked = 0;
        for _ in 0..3 {
            for n in 0..10 {
                let id = ItemId::new(format!("file-{n}"));
                pictures.look(&id, 32, |_| asked += 1);
            }
        }
        assert_eq!(asked, AT_ONCE);
    }
}
