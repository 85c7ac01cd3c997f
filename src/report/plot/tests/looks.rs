//! How scenes become bytes, whatever they show.

use super::*;
use rayon::ThreadPoolBuilder;

#[test]
fn the_number_of_threads_changes_no_byte() {
    let study = batches(4, &log_grid(0.001, 0.5, 6), 3);
    for format in [Format::Png, Format::Svg] {
        let on = |threads| {
            ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| plots(&study, format).unwrap())
        };
        assert_eq!(on(1), on(2));
    }
}

#[test]
fn a_title_can_be_left_out_and_the_rest_stays() {
    for (study_name, study) in everything() {
        for (name, whole) in scenes(&study) {
            let bare = whole.clone().without_title();
            let title = whole.height - bare.height;
            assert!(title > 50.0, "{study_name}, {name}");
            let texts: Vec<&str> = bare.texts().map(|text| text.text.as_str()).collect();
            let all: Vec<&str> = whole.texts().map(|text| text.text.as_str()).collect();
            assert!(all.ends_with(&texts) && texts.len() < all.len(), "{study_name}, {name}");
            for text in bare.texts().filter(|text| !text.text.is_empty()) {
                assert!(text.bounds().top >= 0.0, "{study_name}, {name}: {text:?}");
            }
        }
    }
}

#[test]
fn a_picture_is_as_wide_as_asked() {
    let study = parabola(&COURSE_RATES);
    let height = scenes(&study)[0].1.height;
    for width in [Look::MIN_WIDTH, 1234, 3200] {
        let look = |format| Look { width, ..Look::from(format) };
        let png = plot(&study, Plot::Loss, look(Format::Png)).unwrap().unwrap();
        let info = png::Decoder::new(std::io::Cursor::new(&png)).read_info().unwrap();
        let expected = (height * f64::from(width) / 1600.0).round() as u32;
        assert_eq!((info.info().width, info.info().height), (width, expected));
        let svg = String::from_utf8(plot(&study, Plot::Loss, look(Format::Svg)).unwrap().unwrap()).unwrap();
        let head = format!("<svg width=\"{width}\" height=\"{expected}\" viewBox=\"0 0 16000 ");
        assert!(svg.starts_with(&head), "{}", svg.lines().next().unwrap());
    }
}

#[test]
fn no_text_makes_an_svg_that_xml_forbids() {
    let every: String =
        ('\0'..='\u{2ff}').chain("\u{7ff}\u{d7ff}\u{e000}\u{fffd}\u{fffe}\u{ffff}\u{1f600}".chars()).collect();
    let mut scene = Scene::new(100.0, 100.0);
    scene.text(scene::Text::new(every, (10.0, 50.0), 20.0, style::TEXT));
    let document = String::from_utf8(render::svg(&scene, 100).unwrap()).unwrap();
    // The characters of XML 1.0, §2.2, without the controls from U+007F on, which it discourages.
    let allowed = |c: char| matches!(c, '\t' | '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert_eq!(document.chars().find(|c| !allowed(*c)), None);
    assert!(document.contains('\u{1f600}') && document.contains('\u{fffd}'));
    render::png(&scene, 100).unwrap();
}

/// What plotters' own pictures would not show: an edge between two pixels, a seam between two rectangles.
#[test]
fn edges_are_smooth_and_rectangles_leave_no_seam() {
    let pixels = |scene: &Scene| {
        let bytes = render::png(scene, scene.width as u32).unwrap();
        let mut decoder = png::Decoder::new(std::io::Cursor::new(&bytes));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        pixels
    };
    let mut scene = Scene::new(100.0, 100.0);
    scene.rect(Rect { left: 10.0, top: 10.0, right: 50.4, bottom: 90.0 }, style::TEXT);
    scene.rect(Rect { left: 50.4, top: 10.0, right: 90.0, bottom: 90.0 }, style::TEXT);
    let dark = pixels(&scene).chunks_exact(3).filter(|pixel| pixel[0] == 34).count();
    assert_eq!(dark, 80 * 80);

    let mut scene = Scene::new(100.0, 100.0);
    scene.disc((50.0, 50.0), 40.0, style::TEXT);
    let covered: f64 = pixels(&scene).chunks_exact(3).map(|pixel| f64::from(255 - pixel[0]) / 221.0).sum();
    assert!((covered - std::f64::consts::PI * 1600.0).abs() < 40.0, "{covered}");

    // A translucent line that goes back over itself is no darker there.
    let mut scene = Scene::new(100.0, 100.0);
    scene.line(vec![(10.0, 50.0), (90.0, 52.0), (10.0, 54.0)], 10.0, style::TEXT.faded(0.5));
    let darkest = pixels(&scene).into_iter().min().unwrap();
    assert!((143..=146).contains(&darkest), "{darkest}");
}
