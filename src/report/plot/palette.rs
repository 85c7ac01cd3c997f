//! PNG with a palette: plots have few colors and many blends of them, so that 256 are enough and files stay small.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use super::PlotError;

const MOST_COLORS: usize = 256;
/// How many of the colors that things are drawn in, and of the most frequent others, are kept exactly when there are more.
const MOST_NAMED: usize = 160;
const PLAIN: usize = 32;

type Pixel = [u8; 3];

/// A PNG image of at most 256 colors; every other color becomes the nearest of these. Pixels have four bytes, of which the last counts
/// for nothing. `named` are the colors that mean something.
pub(super) fn encode(pixels: &[u8], width: u32, height: u32, named: &[Pixel]) -> Result<Vec<u8>, PlotError> {
    let stretches = Stretches::new(pixels);
    let counts = stretches.counts();
    let palette = chosen(&counts, named);
    let channels = channels(&palette);
    let nearest: Vec<u8> = stretches.colors.iter().map(|color| closest(&channels, *color)).collect();
    let mut indices = Vec::with_capacity(pixels.len() / 4);
    for (color, length) in &stretches.list {
        indices.resize(indices.len() + length, nearest[*color]);
    }

    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette.concat());
    // A fortieth larger than the best, in a sixth of its time.
    encoder.set_deflate_compression(png::DeflateCompression::Level(4));
    encoder.set_filter(png::Filter::NoFilter);
    encoder.write_header().and_then(|mut writer| writer.write_image_data(&indices)).map_err(PlotError::new)?;
    Ok(bytes)
}

/// A picture as stretches of equal pixels: most are like their left neighbor.
struct Stretches {
    /// Every color once.
    colors: Vec<Pixel>,
    /// The place of its color, and how many pixels long it is.
    list: Vec<(usize, usize)>,
}

impl Stretches {
    fn new(pixels: &[u8]) -> Stretches {
        let (mut colors, mut list) = (Vec::new(), Vec::new());
        let mut places: HashMap<Pixel, usize> = HashMap::new();
        // The last color in each slot and its place, because asking for a place takes longer.
        let mut recent: Vec<Option<(Pixel, usize)>> = vec![None; 1 << 10];
        for stretch in pixels.as_chunks::<4>().0.chunk_by(|a, b| a == b) {
            let [red, green, blue, _] = stretch[0];
            let color = [red, green, blue];
            let slot = (usize::from(red) ^ usize::from(green) << 2 ^ usize::from(blue) << 4) % recent.len();
            let place = match recent[slot] {
                Some((known, place)) if known == color => place,
                _ => *places.entry(color).or_insert_with(|| {
                    colors.push(color);
                    colors.len() - 1
                }),
            };
            recent[slot] = Some((color, place));
            list.push((place, stretch.len()));
        }
        Stretches { colors, list }
    }

    /// Every color and how often it occurs, the most frequent first.
    fn counts(&self) -> Vec<(Pixel, usize)> {
        let mut counts: Vec<(Pixel, usize)> = self.colors.iter().map(|color| (*color, 0)).collect();
        for (place, length) in &self.list {
            counts[*place].1 += length;
        }
        counts.sort_unstable_by_key(|(color, count)| (Reverse(*count), *color));
        counts
    }
}

/// The palette. Where there are too many colors, those that mean something are kept exactly, however small what is drawn in them, and
/// so are the most frequent others, those of translucent areas. What is left are blends at edges. They are put into boxes of four bits
/// per channel, and the boxes with the most pixels are represented by their most frequent color, so that no hue is crowded out by shades
/// of another.
fn chosen(counts: &[(Pixel, usize)], named: &[Pixel]) -> Vec<Pixel> {
    if counts.len() <= MOST_COLORS {
        return counts.iter().map(|(color, _)| *color).collect();
    }
    let known: HashMap<&Pixel, usize> = counts.iter().map(|(color, count)| (color, *count)).collect();
    // Also those that no pixel has in full, such as that of a thin cross: its blends are nearest to it.
    let mut named: Vec<Pixel> = named.to_vec();
    named.sort_by_key(|color| (Reverse(known.get(color)), *color));
    named.dedup();
    named.truncate(MOST_NAMED);
    let kept: HashSet<&Pixel> = named.iter().collect();
    let others: Vec<&(Pixel, usize)> = counts.iter().filter(|(color, _)| !kept.contains(color)).collect();
    let (plain, blends) = others.split_at(PLAIN.min(others.len()));
    let mut boxes: Vec<(usize, Pixel)> = vec![(0, [0; 3]); 1 << 12];
    for (color, count) in blends {
        let [red, green, blue] = color.map(|value| usize::from(value >> 4));
        let place = &mut boxes[red << 8 | green << 4 | blue];
        if place.0 == 0 {
            place.1 = *color;
        }
        place.0 += count;
    }
    boxes.retain(|(count, _)| *count > 0);
    boxes.sort_by_key(|(count, color)| (Reverse(*count), *color));
    let plain = plain.iter().map(|(color, _)| *color);
    named.iter().copied().chain(plain).chain(boxes.into_iter().map(|(_, color)| color)).take(MOST_COLORS).collect()
}

/// The palette, channel by channel; what is missing is far from every color.
fn channels(palette: &[Pixel]) -> [[i32; MOST_COLORS]; 3] {
    let mut channels = [[1000; MOST_COLORS]; 3];
    for (index, color) in palette.iter().enumerate().take(MOST_COLORS) {
        for (channel, value) in channels.iter_mut().zip(color) {
            channel[index] = i32::from(*value);
        }
    }
    channels
}

/// The place of the nearest color; of equally near ones the first.
fn closest([reds, greens, blues]: &[[i32; MOST_COLORS]; 3], color: Pixel) -> u8 {
    let [red, green, blue] = color.map(i32::from);
    let mut nearest = i32::MAX;
    for index in 0..MOST_COLORS {
        let (red, green, blue) = (reds[index] - red, greens[index] - green, blues[index] - blue);
        // The place stands in the low bits, so that the least number is that of the first.
        nearest = nearest.min((red * red + green * green + blue * blue) << 8 | index as i32);
    }
    (nearest & 0xff) as u8
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn few_colors_are_kept_exactly() {
        let pixels = [[255, 255, 255], [1, 2, 3], [255, 255, 255], [200, 0, 7]];
        let opaque = pixels.map(|[red, green, blue]| [red, green, blue, 255]);
        let bytes = encode(&opaque.concat(), 2, 2, &[]).unwrap();
        let mut decoder = png::Decoder::new(Cursor::new(&bytes));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut decoded = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut decoded).unwrap();
        assert_eq!(decoded, pixels.concat());
    }

    #[test]
    fn many_colors_become_at_most_256_near_ones() {
        let shades: Vec<Pixel> = (0..=255u8).flat_map(|a| [[a, 255 - a, 128], [a, a, a]]).collect();
        let pixels: Vec<u8> = shades.iter().flat_map(|[red, green, blue]| [*red, *green, *blue, 255]).collect();
        let counts = Stretches::new(&pixels).counts();
        let palette = chosen(&counts, &shades[100..150]);
        assert!(palette.len() <= MOST_COLORS);
        assert!(shades[100..150].iter().all(|shade| palette.contains(shade)), "what means something stays");
        for color in shades {
            let near = palette[usize::from(closest(&channels(&palette), color))];
            assert!(near.iter().zip(color).all(|(a, b)| a.abs_diff(b) <= 16), "{color:?} became {near:?}");
        }
    }
}
