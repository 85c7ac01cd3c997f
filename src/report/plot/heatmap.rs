//! `heatmap.png`: the steps to convergence as colors where two settings vary, such as learning rate and batch size.

use super::cells::{Cell, Cells, Varying, evenly};
use super::figure::{Figure, Key, Legend};
use super::marker::status_shape;
use super::panel::{Axes, BELOW, BESIDE, Panel};
use super::render;
use super::scale::{Scale, Tick, rounded};
use super::scene::{Align, Rect, Scene, Text};
use super::style::{BEST, Color, LINE, TEXT, THIN, TICK_SIZE, WHITE, status_color, viridis};
use crate::outcome::Status;

const MOST_COLUMNS: usize = 120;
const MOST_ROWS: usize = 32;
/// Sizes tried for the numbers in the cells, the largest that fits.
const NUMBER_SIZES: [f64; 4] = [22.0, 20.0, 18.0, 16.0];

/// The picture; none unless two settings vary and something converged.
pub(super) fn scene(cells: &Cells) -> Option<Scene> {
    let (columns_axis, rows_axis) = (cells.main?, row_axis(cells)?);
    let (columns_axis, rows_axis) = (&cells.axes[columns_axis], &cells.axes[rows_axis]);
    let table = Table::new(cells, columns_axis, rows_axis);
    let finite =
        || table.tiles.iter().flatten().flatten().map(|cell| cell.steps.median).filter(|steps| steps.is_finite());
    let low = finite().fold(f64::INFINITY, f64::min);
    let high = finite().fold(0.0, f64::max);
    if low.is_infinite() {
        return None;
    }
    let steps = Scale::log(low.max(1.0), high.max(1.0));

    let topic = format!("steps to convergence by {} and {}", columns_axis.name, rows_axis.name);
    let mut figure = Figure::new(cells.study, &topic, 1000.0);
    figure.notes(&notes(cells, &table, columns_axis, rows_axis));
    figure.legend(&legend(&table, steps));
    let body = figure.body;
    let labels: Vec<String> = table.rows.iter().map(|rank| rows_axis.label(*rank)).collect();
    let widest = labels.iter().map(|label| render::text_width(label, TICK_SIZE, false)).fold(0.0, f64::max);
    let beside = (widest + 70.0).max(BESIDE);
    let area = Rect { left: body.left + beside, top: body.top, right: body.right, bottom: body.bottom - BELOW };
    let (width, height) = (table.columns.len() as f64, table.rows.len() as f64);
    let panel = Panel { area, x: Scale::linear(0.0, width), y: Scale::linear(0.0, height) };
    let tick = |scale: Scale, index: usize, label: String| Tick { fraction: scale.fraction(index as f64 + 0.5), label };
    let column_labels =
        every_so_many(table.columns.iter().map(|rank| columns_axis.label(*rank)).collect(), area.width());
    let axes = Axes {
        x_ticks: column_labels.into_iter().map(|(index, label)| tick(panel.x, index, label)).collect(),
        y_ticks: labels.into_iter().enumerate().map(|(index, label)| tick(panel.y, index, label)).collect(),
        x_label: columns_axis.name.clone(),
        y_label: rows_axis.name.clone(),
        x_labeled: true,
        y_labeled: true,
    };
    draw_tiles(&panel, &table, steps, &mut figure.scene);
    panel.frame(&mut figure.scene, &axes);
    Some(figure.scene)
}

/// Median steps per column and row, the best over whatever else varies.
struct Table<'a> {
    /// Ranks of the values shown.
    columns: Vec<usize>,
    rows: Vec<usize>,
    /// By row, then column.
    tiles: Vec<Vec<Option<&'a Cell>>>,
}

impl<'a> Table<'a> {
    fn new(cells: &'a Cells, columns: &Varying, rows: &Varying) -> Table<'a> {
        let shown = |axis: &Varying, most: usize| {
            let mut used: Vec<usize> = cells.cells.iter().map(|cell| axis.rank(cell.run)).collect();
            used.sort_unstable();
            used.dedup();
            evenly(used.len(), most).into_iter().map(|index| used[index]).collect::<Vec<_>>()
        };
        let (column_ranks, row_ranks) = (shown(columns, MOST_COLUMNS), shown(rows, MOST_ROWS));
        let mut tiles: Vec<Vec<Option<&Cell>>> = vec![vec![None; column_ranks.len()]; row_ranks.len()];
        for cell in &cells.cells {
            let place =
                (row_ranks.binary_search(&rows.rank(cell.run)), column_ranks.binary_search(&columns.rank(cell.run)));
            let (Ok(row), Ok(column)) = place else { continue };
            let tile = &mut tiles[row][column];
            if tile.is_none_or(|other| is_better(cell, other)) {
                *tile = Some(cell);
            }
        }
        Table { columns: column_ranks, rows: row_ranks, tiles }
    }

    fn any(&self, wanted: impl Fn(&Cell) -> bool) -> bool {
        self.tiles.iter().flatten().flatten().any(|cell| wanted(cell))
    }
}

/// Fewer steps; among those that never converged, one that did not diverge.
fn is_better(cell: &Cell, other: &Cell) -> bool {
    let diverged = |cell: &Cell| cell.status() == Status::Diverged;
    match cell.steps.median.total_cmp(&other.steps.median) {
        std::cmp::Ordering::Equal => diverged(other) && !diverged(cell),
        order => order.is_lt(),
    }
}

/// The batch size, else the axis with the most values that is a number, else any.
fn row_axis(cells: &Cells) -> Option<usize> {
    let main = cells.main?;
    let others = || (0..cells.axes.len()).filter(|axis| *axis != main);
    let batch = cells.position("batch_size").filter(|axis| *axis != main);
    batch.or_else(|| others().max_by_key(|axis| (cells.axes[*axis].numbers.is_some(), cells.axes[*axis].len())))
}

/// Every label, or every second, third, …, so that all of them fit side by side.
fn every_so_many(labels: Vec<String>, width: f64) -> Vec<(usize, String)> {
    let widest = labels.iter().map(|label| render::text_width(label, TICK_SIZE, false)).fold(0.0, f64::max);
    let every = ((widest + 18.0) * labels.len() as f64 / width).ceil().max(1.0) as usize;
    labels.into_iter().enumerate().step_by(every).collect()
}

/// Few steps are bright, many are dark.
fn step_color(share: f64) -> Color {
    viridis(1.0 - share)
}

const NEVER: [(Status, Color, &str); 2] = [
    (Status::Exhausted, Color { red: 232, green: 232, blue: 232, opacity: 1.0 }, "budget spent"),
    (Status::Diverged, Color { red: 188, green: 188, blue: 188, opacity: 1.0 }, "diverged"),
];

fn tile_color(cell: &Cell, steps: Scale) -> Color {
    match NEVER.iter().find(|(status, _, _)| *status == cell.status()) {
        Some((_, color, _)) => *color,
        None => step_color(steps.fraction(cell.steps.median.max(1.0))),
    }
}

fn draw_tiles(panel: &Panel, table: &Table, steps: Scale, scene: &mut Scene) {
    let tile = |row: usize, column: usize| Rect {
        left: panel.x_at(column as f64).round(),
        right: panel.x_at(column as f64 + 1.0).round(),
        top: panel.y_at(row as f64 + 1.0).round(),
        bottom: panel.y_at(row as f64).round(),
    };
    let size = number_size(table, tile(0, 0));
    for (row, cells) in table.tiles.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            let Some(cell) = cell else { continue };
            let area = tile(row, column);
            let color = tile_color(cell, steps);
            scene.rect(area, color);
            if area.width() >= 16.0 && area.height() >= 16.0 {
                scene.outline(area, THIN, WHITE);
                draw_inside(cell, area, color, size, scene);
            }
        }
    }
    for (row, cells) in table.tiles.iter().enumerate() {
        let best = cells
            .iter()
            .enumerate()
            .filter_map(|(column, cell)| cell.map(|cell| (column, cell.steps.median)))
            .filter(|(_, steps)| steps.is_finite())
            .min_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((column, _)) = best {
            let Rect { left, top, right, bottom } = tile(row, column);
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
        let text = Text::new(number(cell.steps.median), area.center(), size, ink);
        scene.text(text.align(Align::Center));
    }
    if cell.is_partial() {
        let corner = 0.32 * area.width().min(area.height());
        let points = vec![(area.right - corner, area.top), (area.right, area.top), (area.right, area.top + corner)];
        scene.fill(points, WHITE);
    }
}

/// The largest size at which every number fits its tile.
fn number_size(table: &Table, tile: Rect) -> Option<f64> {
    let cells = || table.tiles.iter().flatten().flatten().filter(|cell| cell.steps.median.is_finite());
    let fits = |size: f64| {
        tile.height() >= 1.3 * size
            && cells().all(|cell| render::text_width(&number(cell.steps.median), size, false) + 8.0 <= tile.width())
    };
    NUMBER_SIZES.into_iter().find(|size| fits(*size))
}

/// Three digits at most, with a letter for thousands and millions.
fn number(steps: f64) -> String {
    match steps {
        steps if steps >= 999_500.0 => format!("{}M", rounded((steps / 1e4).round() / 100.0, 3)),
        steps if steps >= 99_950.0 => format!("{:.0}k", steps / 1e3),
        steps if steps >= 9_995.0 => format!("{}k", rounded((steps / 100.0).round() / 10.0, 3)),
        steps if steps >= 100.0 => format!("{steps:.0}"),
        steps => rounded(steps, 3),
    }
}

fn legend(table: &Table, steps: Scale) -> Legend {
    let mut legend = Legend::default();
    legend.colors("steps", steps, step_color);
    let mut entries: Vec<(Key, String)> = Vec::new();
    for (status, color, name) in NEVER {
        if table.any(|cell| cell.status() == status) {
            entries
                .push((Key::MarkedSwatch(color, status_shape(status, false), status_color(status)), name.to_owned()));
        }
    }
    let partial = |cell: &Cell| cell.is_partial() && cell.status() == Status::Converged;
    if table.any(partial) {
        entries.push((Key::Folded(BEST), "not all converged".to_owned()));
    }
    entries.push((Key::Outline, "best of its row".to_owned()));
    legend.entries("", entries);
    legend
}

fn notes(cells: &Cells, table: &Table, columns: &Varying, rows: &Varying) -> Vec<String> {
    let mut notes = Vec::new();
    if cells.replicates() > 1 {
        notes.push(format!("Median of {} seeds.", cells.replicates()));
    }
    let others: Vec<&str> = cells
        .axes
        .iter()
        .map(|axis| axis.name.as_str())
        .filter(|name| *name != columns.name && *name != rows.name)
        .collect();
    if !others.is_empty() {
        notes.push(format!("Each cell shows the best over {}.", others.join(" and ")));
    }
    for (axis, shown) in [(columns, table.columns.len()), (rows, table.rows.len())] {
        let most = if std::ptr::eq(axis, columns) { MOST_COLUMNS } else { MOST_ROWS };
        if axis.len() > most && shown == most {
            notes.push(format!("{shown} of {} values of {} shown, evenly chosen.", axis.len(), axis.name));
        }
    }
    notes
}
