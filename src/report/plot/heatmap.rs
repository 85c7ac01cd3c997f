//! `heatmap.png`: the steps to convergence as colors where two settings vary, such as learning rate and batch size.

use super::cells::{Cell, Cells, Series, Varying};
use super::figure::{Figure, Key, Legend};
use super::font;
use super::marker::{endings, status_shape};
use super::panel::{Axes, Facets, Panel, titles};
use super::scale::{Scale, Tick, rounded};
use super::scene::{Align, Rect, Scene, Text};
use super::shades::Shades;
use super::style::{Color, LINE, TEXT, THIN, TICK_SIZE, WHITE, status_color, stepped, viridis};
use crate::choice::evenly;
use crate::outcome::Status;
use crate::record::BATCH_SIZE;

/// More columns or rows than this are thinned.
const MOST_COLUMNS: usize = 400;
const MOST_ROWS: usize = 200;
const MOST_PANELS: usize = 6;
/// Sizes tried for the numbers in the cells, the largest that fits.
pub(super) const NUMBER_SIZES: [f64; 4] = [22.0, 20.0, 18.0, 16.0];

/// What the picture shows.
pub(super) struct Chart<'a> {
    columns: &'a Varying<'a>,
    rows: &'a Varying<'a>,
    /// The names of what tells panels apart.
    names: Vec<&'a str>,
    /// The names of what each tile has the best of.
    pub(super) tuned: Vec<&'a str>,
    pub(super) panels: Vec<Table>,
    /// The values that tell the panels apart which are left out.
    left_out: Vec<String>,
}

/// The tiles of one panel.
pub(super) struct Table {
    values: Vec<String>,
    /// Ranks of the values shown, and how many of them there are to one that is shown.
    columns: (Vec<usize>, usize),
    rows: (Vec<usize>, usize),
    /// Indices of cells by row, then column: the best by merit over whatever is tuned beside the columns.
    pub(super) tiles: Vec<Vec<Option<usize>>>,
    /// Of each row the column of its best, where there is one and it is shown.
    pub(super) best: Vec<Option<usize>>,
}

/// The picture; none unless two settings vary and something converged.
pub(super) fn scene(cells: &Cells) -> Option<Scene> {
    let chart = Chart::new(cells)?;
    let medians = chart.cells(cells).map(|cell| cell.summary.steps.median);
    let shades = Shades::new(medians.filter(|steps| steps.is_finite()))?;

    let topic = format!("steps to convergence by {} and {}", chart.columns.name, chart.rows.name);
    let mut figure = Figure::new(cells.study, &topic, if chart.panels.len() > 4 { 1250.0 } else { 1000.0 });
    figure.legend(&legend(cells, &chart, &shades));
    let row_labels = |table: &Table| table.rows.0.iter().map(|rank| chart.rows.label(*rank)).collect::<Vec<_>>();
    let widest = chart.panels.iter().flat_map(row_labels).map(|label| width_of(&label)).fold(0.0, f64::max);
    // Wide labels of rows need more room than panels usually leave.
    figure.body.left += (widest - 68.0).max(0.0);
    let values: Vec<&[String]> = chart.panels.iter().map(|table| table.values.as_slice()).collect();
    let count = chart.panels.len();
    let width = Facets::new(figure.body, count, true).width();
    let (titles, naming) = titles(&chart.names, &values, width);
    figure.notes(&notes(cells, &chart, naming));
    let facets = Facets::new(figure.body, count, titles.iter().any(|title| !title.is_empty()));
    for (index, table) in chart.panels.iter().enumerate() {
        let area = facets.area(index);
        let (width, height) = (table.columns.0.len() as f64, table.rows.0.len() as f64);
        let panel = Panel { area, x: Scale::linear(0.0, width), y: Scale::linear(0.0, height) };
        let ticks = |scale: Scale, labels: Vec<(usize, String)>| {
            let tick = |(index, label)| Tick { fraction: scale.fraction(index as f64 + 0.5), label };
            labels.into_iter().map(tick).collect::<Vec<Tick>>()
        };
        let column_labels: Vec<String> = table.columns.0.iter().map(|rank| chart.columns.label(*rank)).collect();
        let (across, down) = (|label: &str| width_of(label) + 18.0, |_: &str| TICK_SIZE + 2.0);
        let axes = Axes {
            x_ticks: ticks(panel.x, every_so_many(column_labels, across, area.width())),
            y_ticks: ticks(panel.y, every_so_many(row_labels(table), down, area.height())),
            x_labeled: facets.is_lowest(index),
            y_labeled: facets.is_first(index),
            ..Axes::default()
        };
        draw_tiles(cells, &panel, table, &shades, &mut figure.scene);
        panel.frame(&mut figure.scene, &axes);
        facets.title(index, &titles[index], &mut figure.scene);
    }
    facets.labels(&chart.columns.name, &chart.rows.name, &mut figure.scene);
    Some(figure.scene)
}

fn width_of(label: &str) -> f64 {
    font::text_width(label, TICK_SIZE, false)
}

impl<'a> Chart<'a> {
    /// None unless two settings vary.
    pub(super) fn new(cells: &'a Cells<'a>) -> Option<Chart<'a>> {
        let (columns, rows) = (cells.main?, row_axis(cells)?);
        let rest = (0..cells.axes.len()).filter(|axis| ![columns, rows].contains(axis));
        let (tuned, apart): (Vec<usize>, Vec<usize>) = rest.partition(|axis| cells.axes[*axis].is_tuned());
        let groups = cells.grouped(&apart);
        let shown = evenly(groups.len(), MOST_PANELS);
        let left_out = (0..groups.len()).filter(|index| !shown.contains(index));
        Some(Chart {
            columns: &cells.axes[columns],
            rows: &cells.axes[rows],
            names: cells.names(&apart),
            tuned: cells.names(&tuned),
            left_out: left_out.map(|index| groups[index].label.clone()).collect(),
            panels: shown.iter().map(|index| Table::new(cells, rows, &groups[*index])).collect(),
        })
    }

    fn cells<'c>(&'c self, cells: &'c Cells) -> impl Iterator<Item = &'c Cell> {
        let tiles = self.panels.iter().flat_map(|table| table.tiles.iter().flatten().flatten());
        tiles.map(|cell| &cells.cells[*cell])
    }
}

impl Table {
    fn new(cells: &Cells, rows: usize, group: &Series) -> Table {
        let rows = &cells.axes[rows];
        let row_of = |cell: usize| rows.rank(cells.cells[cell].run);
        let shown = |ranks: &mut dyn Iterator<Item = usize>, most: usize| {
            let mut used: Vec<usize> = ranks.collect();
            used.sort_unstable();
            used.dedup();
            let every = used.len().div_ceil(most).max(1);
            (used.into_iter().step_by(every).collect::<Vec<_>>(), every)
        };
        let columns = shown(&mut group.cells.iter().map(|cell| cells.main_rank(*cell)), MOST_COLUMNS);
        let shown_rows = shown(&mut group.cells.iter().map(|cell| row_of(*cell)), MOST_ROWS);
        // What shares a tile, and what shares a row.
        let mut tiles = vec![vec![Vec::new(); columns.0.len()]; shown_rows.0.len()];
        let mut in_row = vec![Vec::new(); shown_rows.0.len()];
        for &cell in &group.cells {
            let Ok(row) = shown_rows.0.binary_search(&row_of(cell)) else { continue };
            in_row[row].push(cell);
            if let Ok(column) = columns.0.binary_search(&cells.main_rank(cell)) {
                tiles[row][column].push(cell);
            }
        }
        let best_of = |row: Vec<usize>| {
            let best = cells.best(row).filter(|_| cells.main_is_tuned())?;
            columns.0.binary_search(&cells.main_rank(best)).ok()
        };
        let best = in_row.into_iter().map(best_of).collect();
        let first = |tile: Vec<usize>| tile.into_iter().min_by(|a, b| cells.by_merit(*a, *b));
        let tiles = tiles.into_iter().map(|row| row.into_iter().map(first).collect()).collect();
        Table { values: group.values.clone(), columns, rows: shown_rows, tiles, best }
    }
}

/// The batch size, else the axis with the most values that is a number, else any.
fn row_axis(cells: &Cells) -> Option<usize> {
    let main = cells.main?;
    let others = || (0..cells.axes.len()).filter(|axis| *axis != main);
    let batch = cells.position(BATCH_SIZE).filter(|axis| *axis != main);
    batch.or_else(|| others().max_by_key(|axis| (cells.axes[*axis].numbers.is_some(), cells.axes[*axis].len())))
}

/// Every label, or every second, third, …, so that all of them fit along a length; the shortest ones, which are round numbers.
fn every_so_many(labels: Vec<String>, room: impl Fn(&str) -> f64, length: f64) -> Vec<(usize, String)> {
    let rooms: Vec<f64> = labels.iter().map(|label| room(label)).collect();
    let each = length / labels.len() as f64;
    let fits =
        |first: usize, every: usize| rooms.iter().skip(first).step_by(every).all(|room| *room <= every as f64 * each);
    let length_of = |first: usize, every: usize| {
        let shown = labels.iter().skip(first).step_by(every);
        let (count, length) = shown.fold((0, 0), |(count, sum), label| (count + 1, sum + label.chars().count()));
        if count < 2 { f64::INFINITY } else { length as f64 / f64::from(count) }
    };
    let Some(densest) = (1..labels.len()).find(|every| (0..*every).any(|first| fits(first, *every))) else {
        return labels.into_iter().take(1).enumerate().collect();
    };
    let farthest = if densest == 1 { 1 } else { 3 * densest };
    let all = (densest..=farthest).flat_map(|every| (0..every).map(move |first| (first, every)));
    let fitting = all.filter(|(first, every)| fits(*first, *every));
    // Labels twice as far apart are worth it where they are half a character shorter.
    let cost = |(first, every): (usize, usize)| length_of(first, every) + 0.5 * every as f64 / densest as f64;
    let shortest = fitting.min_by(|a, b| cost(*a).total_cmp(&cost(*b)));
    let (first, every) = shortest.unwrap_or((0, densest));
    labels.into_iter().enumerate().skip(first).step_by(every).collect()
}

/// Few steps are bright, many are dark.
fn step_color(share: f64) -> Color {
    viridis(1.0 - stepped(share))
}

/// The background of a tile whose median is infinite.
fn never_color(status: Status) -> Color {
    let gray = |level| Color { red: level, green: level, blue: level, opacity: 1.0 };
    match status {
        Status::Converged | Status::Exhausted | Status::Unknown => gray(232),
        Status::Diverged => gray(188),
        Status::Failed => WHITE,
    }
}

fn tile_color(cell: &Cell, shades: &Shades) -> Color {
    match cell.status() {
        Status::Converged => step_color(shades.share(cell.summary.steps.median)),
        status => never_color(status),
    }
}

fn draw_tiles(cells: &Cells, panel: &Panel, table: &Table, shades: &Shades, scene: &mut Scene) {
    let tile = |row: usize, column: usize| Rect {
        left: panel.x_at(column as f64).round(),
        right: panel.x_at(column as f64 + 1.0).round(),
        top: panel.y_at(row as f64 + 1.0).round(),
        bottom: panel.y_at(row as f64).round(),
    };
    let size = number_size(cells, table, tile(0, 0));
    for (row, columns) in table.tiles.iter().enumerate() {
        for (column, cell) in columns.iter().enumerate() {
            let Some(cell) = cell.map(|cell| &cells.cells[cell]) else { continue };
            let area = tile(row, column);
            let color = tile_color(cell, shades);
            scene.rect(area, color);
            if area.width() >= 16.0 && area.height() >= 16.0 {
                scene.outline(area, THIN, WHITE);
                draw_inside(cell, area, color, size, scene);
            }
        }
    }
    for (row, best) in table.best.iter().enumerate() {
        if let Some(column) = best {
            let Rect { left, top, right, bottom } = tile(row, *column);
            let inner = Rect { left: left + 1.0, top: top + 1.0, right: right - 1.0, bottom: bottom - 1.0 };
            scene.outline(inner, LINE, TEXT);
        }
    }
}

fn draw_inside(cell: &Cell, area: Rect, color: Color, size: Option<f64>, scene: &mut Scene) {
    let status = cell.status();
    let radius = (0.2 * area.width().min(area.height())).min(9.0);
    if status != Status::Converged {
        scene.status_marker(status, cell.is_partial(), area.center(), radius);
        return;
    }
    if let Some(size) = size {
        let ink = if color.is_light() { TEXT } else { WHITE };
        let text = Text::new(number(cell.summary.steps.median), area.center(), size, ink);
        scene.text(text.align(Align::Center));
    }
    if cell.is_partial() {
        let corner = 0.32 * area.width().min(area.height());
        let points = vec![(area.right - corner, area.top), (area.right, area.top), (area.right, area.top + corner)];
        scene.fill(points, WHITE);
    }
}

/// The largest size at which every number fits its tile.
fn number_size(cells: &Cells, table: &Table, tile: Rect) -> Option<f64> {
    let medians = || table.tiles.iter().flatten().flatten().map(|cell| cells.cells[*cell].summary.steps.median);
    let texts: Vec<String> = medians().filter(|steps| steps.is_finite()).map(number).collect();
    let fits = |size: f64| {
        let narrow = |text: &String| font::text_width(text, size, false) + 8.0 <= tile.width();
        tile.height() >= 1.3 * size && texts.iter().all(narrow)
    };
    NUMBER_SIZES.into_iter().find(|size| fits(*size))
}

/// Three digits at most, with a letter for thousands and millions.
pub(super) fn number(steps: f64) -> String {
    match steps {
        steps if steps >= 999_500.0 => format!("{}M", rounded((steps / 1e4).round() / 100.0, 3)),
        steps if steps >= 99_950.0 => format!("{:.0}k", steps / 1e3),
        steps if steps >= 9_995.0 => format!("{}k", rounded((steps / 100.0).round() / 10.0, 3)),
        steps if steps >= 100.0 => format!("{steps:.0}"),
        steps => rounded(steps, 3),
    }
}

fn legend(cells: &Cells, chart: &Chart, shades: &Shades) -> Legend {
    let mut legend = Legend::default();
    legend.colors("steps", shades.ticks(), step_color);
    let any = |wanted: &dyn Fn(&Cell) -> bool| chart.cells(cells).any(wanted);
    let never = |status, partial| {
        status != Status::Converged && any(&|cell| (cell.status(), cell.is_partial()) == (status, partial))
    };
    let key =
        |status, partial| Key::MarkedSwatch(never_color(status), status_shape(status, partial), status_color(status));
    let mut entries: Vec<(Key, String)> =
        endings(never).into_iter().map(|(status, partial, name)| (key(status, partial), name)).collect();
    if any(&|cell| cell.status() == Status::Converged && cell.is_partial()) {
        entries.push((Key::Folded(step_color(0.5)), "converged, not all".to_owned()));
    }
    if chart.panels.iter().any(|table| table.tiles.iter().flatten().any(Option::is_none)) {
        entries.push((Key::Swatch(WHITE), "not in the grid".to_owned()));
    }
    if chart.panels.iter().any(|table| table.best.iter().any(Option::is_some)) {
        entries.push((Key::Outline, "best of its row".to_owned()));
    }
    legend.entries("", entries);
    legend
}

fn notes(cells: &Cells, chart: &Chart, naming: Option<String>) -> Vec<String> {
    let mut notes: Vec<String> = naming.into_iter().collect();
    if cells.replicates() > 1 {
        notes.push(format!("Median of {} seeds.", cells.replicates()));
    }
    notes.push("Colors: half by the logarithm of the steps, half by their rank.".to_owned());
    if !chart.tuned.is_empty() {
        notes.push(format!("Each tile has the best {}.", chart.tuned.join(" and ")));
    }
    let every = |of: fn(&Table) -> usize| chart.panels.iter().map(of).max().unwrap_or(1);
    for (axis, every) in [(chart.columns, every(|table| table.columns.1)), (chart.rows, every(|table| table.rows.1))] {
        if every > 1 {
            let name = &axis.name;
            notes.push(format!(
                "One in {every} of the {} values of {name} is shown; the best of a row may be another.",
                axis.len()
            ));
        }
    }
    if !chart.left_out.is_empty() {
        notes.push(format!("Left out: {} {}.", chart.names.join(" · "), chart.left_out.join(", ")));
    }
    notes
}
