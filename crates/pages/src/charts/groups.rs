//! Groups of people side by side: figures with their intervals, and the distribution of the scores
//! of each group.

use charts::Curve;
use domain::Estimate;

use super::canvas::{Anchor, Axis, Canvas, LABELS, WIDTH};
use crate::components::chart::Chart;
use domain::format;

/// A metric and its figure in each group.
pub struct Block {
    pub metric: String,
    /// Figure of all people, drawn across the groups.
    pub overall: Option<f64>,
    pub groups: Vec<(String, Estimate)>,
}

/// Height of a row of the chart.
const ROW: f64 = 46.0;
const RIGHT: f64 = WIDTH - 40.0;

/// A dot and an interval for each group of each block, on one scale of shares. Groups without a
/// figure keep their row, with "not computed". The numbers are in the table of the groups beside
/// it.
pub fn intervals(title: String, sentence: String, blocks: &[Block]) -> Option<Chart> {
    let rows: usize = blocks.iter().map(|block| block.groups.len() + 1).sum();
    if rows == 0 {
        return None;
    }
    let bottom = 8.0 + ROW * rows as f64;
    let mut canvas = Canvas::new(bottom + 56.0);
    let figures = || {
        blocks
            .iter()
            .flat_map(|block| block.groups.iter().map(|(_, figure)| figure))
    };
    let highest =
        figures().filter_map(|figure| figure.interval.map(|[_, high]| high).or(figure.value));
    let axis = Axis::from_zero(highest.map(|value| value.min(1.0)), [LABELS, RIGHT]);
    shares(&mut canvas, &axis, bottom);
    let mut y = 8.0;
    for block in blocks {
        canvas.text(
            [0.0, y + 0.5 * ROW],
            Anchor::Start,
            "ink-soft",
            &block.metric,
        );
        y += ROW;
        if let Some(overall) = block.overall {
            let x = axis.at(overall);
            canvas.line(
                [x, y],
                [x, y + ROW * block.groups.len() as f64],
                "ink-soft",
                2.0,
            );
        }
        for (group, figure) in &block.groups {
            let middle = y + 0.5 * ROW;
            canvas.label(middle, group);
            match figure.value {
                Some(value) => {
                    if let Some([low, high]) = figure.interval {
                        canvas.line(
                            [axis.at(low), middle],
                            [axis.at(high), middle],
                            "series-0",
                            5.0,
                        );
                    }
                    canvas.dots(std::iter::once([axis.at(value), middle]), "series-0", 18.0);
                }
                None => canvas.text([LABELS, middle], Anchor::Start, "ink-soft", "not computed"),
            }
            y += ROW;
        }
    }
    Some(Chart {
        title,
        sentence,
        svg: canvas.finish(),
        ..Chart::default()
    })
}

/// Grid lines across the rows with the shares below them.
fn shares(canvas: &mut Canvas, axis: &Axis, bottom: f64) {
    let (ticks, decimals) = axis.ticks();
    let decimals = decimals.saturating_sub(2);
    for tick in ticks.into_iter().filter(|tick| *tick >= 0.0) {
        let x = axis.at(tick);
        canvas.line([x, 0.0], [x, bottom], "line", 2.0);
        canvas.text(
            [x, bottom + 28.0],
            Anchor::Middle,
            "ink-soft",
            &format!("{}%", format::number(100.0 * tick, decimals)),
        );
    }
}

/// Height of the bars of a group.
const RIDGE: f64 = 96.0;

/// The distribution of the scores of each group: a row of bars per group, as shares of the group,
/// on one scale, with the cutoff.
pub fn distributions(title: String, groups: &[(String, &[u32])], cutoff: f64) -> Option<Chart> {
    let bins = groups
        .iter()
        .map(|(_, bins)| bins.len())
        .max()
        .filter(|bins| *bins > 0)?;
    let share = |counts: &[u32], bin: usize| {
        f64::from(counts[bin]) / f64::from(counts.iter().sum::<u32>().max(1))
    };
    let top = groups
        .iter()
        .flat_map(|(_, counts)| (0..counts.len()).map(|bin| share(counts, bin)))
        .fold(0.0, f64::max);
    if top == 0.0 {
        return None;
    }
    let step = RIDGE + 26.0;
    let bottom = step * groups.len() as f64;
    let mut canvas = Canvas::new(bottom + 100.0);
    let x = |share: f64| LABELS + (RIGHT - LABELS) * share;
    for (row, (group, counts)) in groups.iter().enumerate() {
        let base = step * (row as f64 + 1.0);
        canvas.label(base - 0.4 * RIDGE, group);
        let width = x(1.0 / counts.len() as f64) - x(0.0);
        for bin in (0..counts.len()).filter(|bin| counts[*bin] > 0) {
            let height = (RIDGE * share(counts, bin) / top).max(1.0);
            canvas.rectangle(
                [x(bin as f64 / counts.len() as f64) + 2.0, base - height],
                [width - 4.0, height],
                "series-0",
            );
        }
        canvas.line([LABELS, base], [RIGHT, base], "line-strong", 2.0);
    }
    canvas.line([x(cutoff), 10.0], [x(cutoff), bottom], "ink", 3.0);
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let anchor = if tick < 1.0 {
            Anchor::Middle
        } else {
            Anchor::End
        };
        canvas.text(
            [x(tick), bottom + 28.0],
            anchor,
            "ink-soft",
            &format::percent(tick),
        );
    }
    canvas.text([x(0.5), bottom + 76.0], Anchor::Middle, "ink-soft", "Score");
    let range = |bin: usize| {
        format::percent_interval([bin as f64 / bins as f64, (bin + 1) as f64 / bins as f64])
    };
    let row = |bin: usize| {
        let counts = groups.iter().map(|(_, counts)| {
            counts
                .get(bin)
                .copied()
                .map(format::count)
                .unwrap_or_default()
        });
        std::iter::once(range(bin)).chain(counts).collect()
    };
    Some(Chart {
        title,
        sentence: format!(
            "Bars: shares of each group, on one scale; the tallest is {}. Line: cutoff.",
            format::percent(top)
        ),
        svg: canvas.finish(),
        legend: Vec::new(),
        columns: std::iter::once("Score".to_owned())
            .chain(groups.iter().map(|(group, _)| group.clone()))
            .collect(),
        rows: (0..bins).map(row).collect(),
    })
}

/// Lines over two shares, one per group; `labels` are those of the axes. Lines without points are
/// left out.
pub fn lines(
    title: String,
    sentence: String,
    labels: [&str; 2],
    curves: &[Curve],
    dots: bool,
) -> Option<Chart> {
    const TOP: f64 = 20.0;
    const BOTTOM: f64 = 560.0;
    const LEFT: f64 = 120.0;
    curves
        .iter()
        .any(|curve| !curve.points.is_empty())
        .then_some(())?;
    let mut canvas = Canvas::new(BOTTOM + 100.0);
    let place = |[x, y]: [f64; 2]| [LEFT + (RIGHT - LEFT) * x, BOTTOM - (BOTTOM - TOP) * y];
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let ([x, _], [_, y]) = (place([tick, 0.0]), place([0.0, tick]));
        canvas.line([x, TOP], [x, BOTTOM], "line", 2.0);
        canvas.line([LEFT, y], [RIGHT, y], "line", 2.0);
        canvas.text(
            [x, BOTTOM + 28.0],
            Anchor::Middle,
            "ink-soft",
            &format::percent(tick),
        );
        canvas.text(
            [LEFT - 14.0, y],
            Anchor::End,
            "ink-soft",
            &format::percent(tick),
        );
    }
    canvas.line(place([0.0, 0.0]), place([1.0, 1.0]), "line-strong", 2.0);
    for (series, curve) in curves.iter().enumerate() {
        let color = format!("series-{series}");
        let points: Vec<[f64; 2]> = curve.points.iter().map(|point| place(*point)).collect();
        if !points.is_empty() {
            canvas.curve(&points, &color);
        }
        if dots {
            canvas.dots(points.iter().copied(), &color, 18.0);
        }
    }
    canvas.text(
        [0.5 * (LEFT + RIGHT), BOTTOM + 76.0],
        Anchor::Middle,
        "ink-soft",
        &format!("{} → · {} ↑", labels[0], labels[1]),
    );
    let row = |curve: &Curve| {
        let step = curve.points.len().div_ceil(10).max(1);
        let last = curve.points.len().saturating_sub(1);
        let kept = curve
            .points
            .iter()
            .enumerate()
            .filter(move |(at, _)| at % step == 0 || *at == last);
        kept.map(|(_, [x, y])| {
            vec![
                curve.label.clone(),
                format::number(*x, 3),
                format::number(*y, 3),
            ]
        })
        .collect::<Vec<_>>()
    };
    Some(Chart {
        title,
        sentence,
        svg: canvas.finish(),
        legend: curves.iter().map(|curve| curve.label.clone()).collect(),
        columns: ["Group", labels[0], labels[1]].map(str::to_owned).to_vec(),
        rows: curves.iter().flat_map(row).collect(),
    })
}

/// Number of distinct colors of a chart.
const SERIES: usize = 4;

/// A model on the frontier: the gap between groups, and the ROC AUC.
pub struct Spot {
    pub label: String,
    /// A gap between groups, 0..=1; smaller is better.
    pub x: Estimate,
    /// ROC AUC.
    pub y: Estimate,
}

/// Accuracy vs fairness: a dot per model with both intervals; top left is best. `None` with fewer
/// than two models.
pub fn frontier(title: String, spots: &[Spot]) -> Option<Chart> {
    const TOP: f64 = 20.0;
    const BOTTOM: f64 = 520.0;
    const LEFT: f64 = 130.0;
    let known: Vec<(&Spot, f64, f64)> = spots
        .iter()
        .filter_map(|spot| Some((spot, spot.x.value?, spot.y.value?)))
        .collect();
    // The version and the latest three: as many as there are distinct colors.
    let known: Vec<_> = known
        .iter()
        .take(1)
        .chain(known.iter().skip(1).rev().take(SERIES - 1))
        .copied()
        .collect();
    (known.len() > 1).then_some(())?;
    let ends = |figure: &Estimate| {
        figure
            .interval
            .into_iter()
            .flatten()
            .chain(figure.value)
            .collect::<Vec<_>>()
    };
    let x = Axis::over(
        known
            .iter()
            .flat_map(|(spot, ..)| ends(&spot.x))
            .chain([0.0]),
        [LEFT, RIGHT],
    );
    let y = Axis::over(
        known.iter().flat_map(|(spot, ..)| ends(&spot.y)),
        [BOTTOM, TOP],
    );
    let mut canvas = Canvas::new(BOTTOM + 100.0);
    let (ticks, decimals) = x.ticks();
    for tick in ticks.into_iter().filter(|tick| *tick >= 0.0) {
        canvas.line([x.at(tick), TOP], [x.at(tick), BOTTOM], "line", 2.0);
        canvas.text(
            [x.at(tick), BOTTOM + 28.0],
            Anchor::Middle,
            "ink-soft",
            &format::number(tick, decimals),
        );
    }
    let (ticks, decimals) = y.ticks();
    for tick in ticks {
        canvas.line([LEFT, y.at(tick)], [RIGHT, y.at(tick)], "line", 2.0);
        canvas.text(
            [LEFT - 14.0, y.at(tick)],
            Anchor::End,
            "ink-soft",
            &format::number(tick, decimals),
        );
    }
    for (series, (spot, across, up)) in known.iter().enumerate() {
        let color = format!("series-{series}");
        let at = [x.at(*across), y.at(*up)];
        if let Some([low, high]) = spot.x.interval {
            canvas.line([x.at(low), at[1]], [x.at(high), at[1]], &color, 2.0);
        }
        if let Some([low, high]) = spot.y.interval {
            canvas.line([at[0], y.at(low)], [at[0], y.at(high)], &color, 2.0);
        }
        canvas.dots(std::iter::once(at), &color, 24.0);
    }
    canvas.text(
        [0.5 * (LEFT + RIGHT), BOTTOM + 76.0],
        Anchor::Middle,
        "ink-soft",
        "Statistical parity difference → · ROC AUC ↑",
    );
    let text = |figure: &Estimate| match (figure.value, figure.interval) {
        (Some(value), Some([low, high])) => {
            format!(
                "{} ({} to {})",
                format::number(value, 3),
                format::number(low, 3),
                format::number(high, 3)
            )
        }
        (Some(value), None) => format::number(value, 3),
        (None, _) => figure.why.clone().unwrap_or_default(),
    };
    let row = |spot: &Spot| vec![spot.label.clone(), text(&spot.x), text(&spot.y)];
    Some(Chart {
        title,
        sentence: "Top left is best. Lines: 95% interval of each model; the tables below test the differences between models.".to_owned(),
        svg: canvas.finish(),
        legend: known.iter().map(|(spot, ..)| spot.label.clone()).collect(),
        columns: ["Model", "Statistical parity difference", "ROC AUC"].map(str::to_owned).to_vec(),
        rows: spots.iter().map(row).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_and_nothing_but_unknowns_are_drawn_without_a_number() {
        assert_eq!(intervals(String::new(), String::new(), &[]), None);
        assert_eq!(distributions(String::new(), &[], 0.25), None);
        assert_eq!(
            distributions(String::new(), &[("a".into(), &[0, 0])], 0.25),
            None
        );
        let block = Block {
            metric: "Precision".into(),
            overall: None,
            groups: vec![("a".into(), Estimate::unknown("nobody is listed"))],
        };
        let chart = intervals("t".into(), String::new(), &[block]).unwrap_or_default();
        assert!(
            chart.svg.contains("not computed")
                && !chart.svg.contains("NaN")
                && !chart.svg.contains("inf"),
            "{}",
            chart.svg
        );
    }
}
