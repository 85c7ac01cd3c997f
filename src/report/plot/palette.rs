//! PNG with a palette: plots have few colors and many blends of them, so that 256 are enough and files stay small.

use super::PlotError;

const MOST_COLORS: usize = 256;
/// How many of them are kept exactly when there are more.
const PLAIN: usize = 128;

type Pixel = [u8; 3];

/// A PNG image of at most 256 colors; every other color becomes the nearest of these.
pub(super) fn encode(pixels: &[Pixel], width: u32, height: u32) -> Result<Vec<u8>, PlotError> {
    let counts = counted(pixels);
    let palette = chosen(&counts);
    let mut nearest: Vec<(Pixel, u8)> = counts.iter().map(|(color, _)| (*color, closest(&palette, *color))).collect();
    nearest.sort_unstable();
    let mut last = (pixels.first().copied().unwrap_or_default(), None);
    let indices: Vec<u8> = pixels
        .iter()
        .map(|pixel| {
            // Most pixels repeat their left neighbor.
            if last.0 != *pixel || last.1.is_none() {
                let found = nearest.binary_search_by_key(pixel, |(color, _)| *color);
                last = (*pixel, found.ok().map(|place| nearest[place].1));
            }
            last.1.unwrap_or(0)
        })
        .collect();

    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette.concat());
    encoder.set_compression(png::Compression::Best);
    encoder.set_filter(png::FilterType::NoFilter);
    encoder.write_header().and_then(|mut writer| writer.write_image_data(&indices)).map_err(PlotError::new)?;
    Ok(bytes)
}

/// Every color and how often it occurs, the most frequent first.
fn counted(pixels: &[Pixel]) -> Vec<(Pixel, usize)> {
    let mut sorted = pixels.to_vec();
    sorted.sort_unstable();
    let mut counts: Vec<(Pixel, usize)> = sorted.chunk_by(|a, b| a == b).map(|equal| (equal[0], equal.len())).collect();
    counts.sort_by_key(|(color, count)| (std::cmp::Reverse(*count), *color));
    counts
}

/// The palette. The most frequent colors, those of plain areas and grid lines, are kept exactly. The others are put into
/// boxes of four bits per channel, and the boxes with the most pixels are represented by their most frequent color, so that
/// no hue is crowded out by shades of another.
fn chosen(counts: &[(Pixel, usize)]) -> Vec<Pixel> {
    let (plain, blends) =
        counts.split_at(counts.len().min(if counts.len() > MOST_COLORS { PLAIN } else { MOST_COLORS }));
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
    boxes.sort_by_key(|(count, color)| (std::cmp::Reverse(*count), *color));
    let plain = plain.iter().map(|(color, _)| *color);
    plain.chain(boxes.into_iter().map(|(_, color)| color)).take(MOST_COLORS).collect()
}

fn closest(palette: &[Pixel], color: Pixel) -> u8 {
    let distance =
        |other: &Pixel| -> u32 { other.iter().zip(color).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum() };
    let nearest = palette.iter().enumerate().min_by_key(|(_, other)| distance(other));
    nearest.map_or(0, |(index, _)| index as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_colors_are_kept_exactly() {
        let pixels = [[255, 255, 255], [1, 2, 3], [255, 255, 255], [200, 0, 7]];
        let bytes = encode(&pixels, 2, 2).unwrap();
        let mut decoder = png::Decoder::new(&bytes[..]);
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut decoded = vec![0; reader.output_buffer_size()];
        reader.next_frame(&mut decoded).unwrap();
        assert_eq!(decoded, pixels.concat());
    }

    #[test]
    fn many_colors_become_at_most_256_near_ones() {
        let shades: Vec<Pixel> = (0..=255u8).flat_map(|a| [[a, 255 - a, 128], [a, a, a]]).collect();
        let palette = chosen(&counted(&shades));
        assert!(palette.len() <= MOST_COLORS);
        for color in shades {
            let near = palette[usize::from(closest(&palette, color))];
            assert!(near.iter().zip(color).all(|(a, b)| a.abs_diff(b) <= 16), "{color:?} became {near:?}");
        }
    }
}
