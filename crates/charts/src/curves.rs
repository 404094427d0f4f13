//! Curves of an evaluation: receiver operating characteristic, precision and recall, calibration,
//! scores by outcome.

use domain::format;
use plotters::prelude::*;

use crate::{
    Chart, Curve, Curves, Drawing, FAINT, GRID, draw, percent_tick, series_color, text_style,
};

/// Every drawing that the curves have points for.
pub fn all(curves: &Curves) -> Vec<Chart> {
    named(curves).into_iter().map(|(_, chart)| chart).collect()
}

/// The same, each with the name of a file.
pub fn named(curves: &Curves) -> Vec<(&'static str, Chart)> {
    let outcome = curves
        .histogram
        .iter()
        .flatten()
        .any(|count| *count > 0)
        .then(|| crate::histogram::by_outcome(&curves.histogram));
    [
        ("roc.svg", roc(&curves.roc)),
        (
            "precision_recall.svg",
            precision_recall(&curves.precision_recall),
        ),
        ("calibration.svg", calibration(&curves.calibration)),
        ("lift.svg", lift(&curves.lift)),
        ("scores.svg", outcome),
    ]
    .into_iter()
    .filter_map(|(name, chart)| Some((name, chart?)))
    .collect()
}

/// How the curves of one kind are drawn.
struct Style {
    axes: [&'static str; 2],
    /// The dashed line that means chance, or perfection.
    line: Option<[[f64; 2]; 2]>,
    dots: bool,
    /// The vertical axis is a number of times, not a share.
    times: bool,
}

/// True positive rate against false positive rate, with the line of chance.
pub fn roc(curves: &[Curve]) -> Option<Chart> {
    let style = Style {
        axes: ["False positive rate", "True positive rate"],
        line: Some([[0.0, 0.0], [1.0, 1.0]]),
        dots: false,
        times: false,
    };
    let title = finding(curves, "ROC curve", |area| {
        format!("{:.0} of 100 pairs ranked correctly", 100.0 * area)
    });
    chart(
        curves,
        &style,
        title,
        "ROC curve. The dashed line is chance; the further above it, the better the ranking.",
    )
}

/// Precision against recall.
pub fn precision_recall(curves: &[Curve]) -> Option<Chart> {
    let style = Style {
        axes: ["Recall", "Precision"],
        line: None,
        dots: false,
        times: false,
    };
    let title = finding(curves, "Precision and recall", |mean| {
        format!("Average precision {}", format::number(mean, 2))
    });
    chart(curves, &style, title, "Precision at each level of recall.")
}

/// Observed rate against predicted probability.
pub fn calibration(curves: &[Curve]) -> Option<Chart> {
    let style = Style {
        axes: ["Predicted probability", "Observed rate"],
        line: Some([[0.0, 0.0], [1.0, 1.0]]),
        dots: true,
        times: false,
    };
    let title = finding(curves, "Calibration", |error| {
        format!(
            "Average calibration error {} points",
            format::number(100.0 * error, 1)
        )
    });
    chart(
        curves,
        &style,
        title,
        "Calibration in ten groups of equal size. On the dashed line, predicted and observed rates are equal.",
    )
}

/// Lift over random selection, by share of people selected.
pub fn lift(curves: &[Curve]) -> Option<Chart> {
    let style = Style {
        axes: ["Share of people selected", "Lift"],
        line: Some([[0.0, 1.0], [1.0, 1.0]]),
        dots: false,
        times: true,
    };
    let title = finding(curves, "Lift", |lift| {
        format!("Lift of {} in the top 10%", format::number(lift, 1))
    });
    chart(
        curves,
        &style,
        title,
        "Lift, highest scores first. The dashed line is random selection.",
    )
}

/// The title by the first curve's figure; curves of several runs have no figure and keep the plain
/// name.
fn finding(curves: &[Curve], name: &str, say: impl Fn(f64) -> String) -> String {
    curves
        .first()
        .and_then(|curve| curve.figure)
        .map_or_else(|| name.to_owned(), say)
}

fn chart(curves: &[Curve], style: &Style, title: String, sentence: &str) -> Option<Chart> {
    let curves: Vec<&Curve> = curves
        .iter()
        .filter(|curve| !curve.points.is_empty())
        .collect();
    if curves.is_empty() {
        return None;
    }
    let several = curves.len() > 1;
    let rows = curves.iter().flat_map(|curve| {
        let name = several.then(|| curve.label.clone());
        thinned(&curve.points).map(move |point| {
            name.clone()
                .into_iter()
                .chain(point.map(|end| format::number(end, 3)))
                .collect()
        })
    });
    let name_column = several.then_some("Curve");
    Some(Chart {
        title,
        sentence: sentence.to_owned(),
        svg: draw_curves(&curves, style),
        legend: curves.iter().map(|curve| curve.label.clone()).collect(),
        columns: name_column
            .into_iter()
            .chain(style.axes)
            .map(str::to_owned)
            .collect(),
        rows: rows.collect(),
    })
}

/// At most some twenty points: the table is to be read, the drawing has them all.
fn thinned(points: &[[f64; 2]]) -> impl Iterator<Item = [f64; 2]> {
    let step = points.len().div_ceil(20).max(1);
    let last = points.len().saturating_sub(1);
    points
        .iter()
        .enumerate()
        .filter(move |(index, _)| index % step == 0 || *index == last)
        .map(|(_, point)| *point)
}

fn draw_curves(curves: &[&Curve], style: &Style) -> String {
    let highest = curves
        .iter()
        .flat_map(|curve| &curve.points)
        .map(|[_, y]| *y)
        .fold(1.0, f64::max);
    let top = if style.times { 1.05 * highest } else { 1.0 };
    let times_tick = |value: &f64| format!("{value:.0}×");
    let y_tick: &dyn Fn(&f64) -> String = if style.times {
        &times_tick
    } else {
        &percent_tick
    };
    let [x_axis, y_axis] = style.axes;
    draw(|area| -> Drawing {
        let mut chart = ChartBuilder::on(area)
            .margin(12)
            .margin_right(44)
            .x_label_area_size(92)
            .y_label_area_size(136)
            .build_cartesian_2d(0.0..1.0, 0.0..top)?;
        chart
            .configure_mesh()
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .axis_style(FAINT)
            .label_style(text_style(FAINT))
            .axis_desc_style(text_style(FAINT))
            .x_desc(x_axis)
            .y_desc(y_axis)
            .x_labels(6)
            .y_labels(6)
            .x_label_formatter(&percent_tick)
            .y_label_formatter(y_tick)
            .draw()?;
        if let Some(ends) = style.line {
            chart.draw_series(DashedLineSeries::new(
                ends.map(|[x, y]| (x, y)),
                10,
                10,
                FAINT.stroke_width(2),
            ))?;
        }
        for (series, curve) in curves.iter().enumerate() {
            let points = || curve.points.iter().map(|[x, y]| (*x, *y));
            let color = series_color(series);
            chart.draw_series(LineSeries::new(points(), color.stroke_width(4)))?;
            if style.dots {
                chart.draw_series(points().map(|point| Circle::new(point, 8, color.filled())))?;
            }
        }
        Ok(())
    })
}
