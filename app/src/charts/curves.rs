//! Curves of an evaluation: receiver operating characteristic, precision and recall, calibration, scores by outcome.

use plotters::prelude::*;
use views::runs::{Curve, Curves};

use super::{Drawing, FAINT, GRID, draw, percent_tick, series_colour, text_style};
use crate::components::chart::Chart;
use crate::format;

/// Every drawing that the curves have points for.
pub fn all(curves: &Curves) -> Vec<Chart> {
    let outcome = curves.histogram.iter().flatten().any(|count| *count > 0).then(|| super::histogram::by_outcome(&curves.histogram));
    [roc(&curves.roc), precision_recall(&curves.precision_recall), calibration(&curves.calibration), outcome]
        .into_iter()
        .flatten()
        .collect()
}

/// True positive rate against false positive rate, with the line of a coin.
pub fn roc(curves: &[Curve]) -> Option<Chart> {
    let axes = ["False positive rate", "True positive rate"];
    chart(curves, axes, true, "ROC curve", "The further above the dashed line, the better the ranking; the line is chance.", false)
}

/// Precision against recall.
pub fn precision_recall(curves: &[Curve]) -> Option<Chart> {
    let axes = ["Recall", "Precision"];
    let sentence = "How many of those named did leave, as the list is made longer until it holds every leaver.";
    chart(curves, axes, false, "Precision and recall", sentence, false)
}

/// Observed share against the probability that was told.
pub fn calibration(curves: &[Curve]) -> Option<Chart> {
    let axes = ["Predicted probability", "Observed share"];
    chart(curves, axes, true, "Calibration", "On the dashed line, 30% means 30 in 100.", true)
}

fn chart(curves: &[Curve], axes: [&str; 2], diagonal: bool, title: &str, sentence: &str, dots: bool) -> Option<Chart> {
    let curves: Vec<&Curve> = curves.iter().filter(|curve| !curve.points.is_empty()).collect();
    if curves.is_empty() {
        return None;
    }
    let several = curves.len() > 1;
    let rows = curves.iter().flat_map(|curve| {
        let name = several.then(|| curve.label.clone());
        thinned(&curve.points).map(move |point| name.clone().into_iter().chain(point.map(|end| format::number(end, 3))).collect())
    });
    let name_column = several.then_some("Run");
    Some(Chart {
        title: title.to_owned(),
        sentence: sentence.to_owned(),
        svg: draw_curves(&curves, axes, diagonal, dots),
        legend: curves.iter().map(|curve| curve.label.clone()).collect(),
        columns: name_column.into_iter().chain(axes).map(str::to_owned).collect(),
        rows: rows.collect(),
    })
}

/// At most some twenty points: the table is to be read, the drawing has them all.
fn thinned(points: &[[f64; 2]]) -> impl Iterator<Item = [f64; 2]> {
    let step = points.len().div_ceil(20).max(1);
    let last = points.len().saturating_sub(1);
    points.iter().enumerate().filter(move |(index, _)| index % step == 0 || *index == last).map(|(_, point)| *point)
}

fn draw_curves(curves: &[&Curve], [x_axis, y_axis]: [&str; 2], diagonal: bool, dots: bool) -> String {
    draw(|area| -> Drawing {
        let mut chart = ChartBuilder::on(area)
            .margin(12)
            .margin_right(44)
            .x_label_area_size(92)
            .y_label_area_size(136)
            .build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
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
            .y_label_formatter(&percent_tick)
            .draw()?;
        if diagonal {
            chart.draw_series(DashedLineSeries::new([(0.0, 0.0), (1.0, 1.0)], 10, 10, FAINT.stroke_width(2)))?;
        }
        for (series, curve) in curves.iter().enumerate() {
            let points = || curve.points.iter().map(|[x, y]| (*x, *y));
            let colour = series_colour(series);
            chart.draw_series(LineSeries::new(points(), colour.stroke_width(4)))?;
            if dots {
                chart.draw_series(points().map(|point| Circle::new(point, 8, colour.filled())))?;
            }
        }
        Ok(())
    })
}
