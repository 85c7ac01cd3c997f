//! Draws studies of every kind and looks at what was drawn.

mod studies;

use super::*;
use studies::{COURSE_RATES, batches, log_grid, parabola};

#[test]
#[ignore = "writes pictures to look at"]
fn gallery() {
    let folder = std::env::var_os("GALLERY").map(std::path::PathBuf::from).unwrap_or_else(std::env::temp_dir);
    let studies = [
        ("course", parabola(&COURSE_RATES)),
        ("dense", parabola(&log_grid(0.005, 5.0, 200))),
        ("forty", parabola(&log_grid(0.01, 5.0, 40))),
        ("batches", batches(8, &log_grid(0.0005, 0.5, 13), 10)),
        ("twelve", batches(12, &log_grid(0.0005, 0.5, 25), 3)),
    ];
    for (name, study) in studies {
        for format in [Format::Png, Format::Svg] {
            for (file, bytes) in plots(&study, format).unwrap() {
                std::fs::write(folder.join(format!("{name}-{file}")), bytes).unwrap();
            }
        }
    }
}
