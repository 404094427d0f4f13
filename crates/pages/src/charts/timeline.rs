//! Values over time, with named limits. A value that is missing is a gap.

use plotters::prelude::*;
use workflow::scoring::PastScore;

use super::{Drawing, FAINT, GRID, INK, draw, percent_tick, series_color, text_style};
use crate::components::chart::Chart;
use domain::format;

/// A line of values; `None` is a gap.
pub struct Line {
    pub name: String,
    pub values: Vec<Option<f64>>,
}

/// A person's scores of the past cycles; `None` with fewer than two.
pub fn past_scores(history: &[PastScore]) -> Option<Chart> {
    let (first, last) = (history.first()?, history.last()?);
    if history.len() < 2 {
        return None;
    }
    let change = (last.probability - first.probability) * 100.0;
    let title = match change {
        c if c.abs() < 1.0 => "Risk unchanged".to_owned(),
        c => format!(
            "Risk {} by {} {} since {}",
            if c > 0.0 { "up" } else { "down" },
            format::number(c.abs(), 0),
            if c.abs() < 1.5 { "point" } else { "points" },
            first.as_of.long()
        ),
    };
    let names: Vec<String> = history.iter().map(|score| score.as_of.long()).collect();
    let line = Line {
        name: "Risk".to_owned(),
        values: history
            .iter()
            .map(|score| Some(score.probability))
            .collect(),
    };
    Some(Chart {
        title,
        sentence: "Score of each cycle, from the model that was live at the time.".to_owned(),
        svg: draw_lines(&names, &[line], &[]),
        legend: Vec::new(),
        columns: ["Snapshot date", "Risk", "Model version"]
            .map(str::to_owned)
            .to_vec(),
        rows: history
            .iter()
            .map(|score| {
                vec![
                    score.as_of.long(),
                    format::percent(score.probability),
                    score.version.to_string(),
                ]
            })
            .collect(),
    })
}

/// Lines over named points in time, from zero; `limits` are horizontal lines with their names.
/// Values are shares.
pub fn draw_lines(names: &[String], lines: &[Line], limits: &[(String, f64)]) -> String {
    let values = lines
        .iter()
        .flat_map(|line| line.values.iter().flatten().copied());
    let top = values
        .chain(limits.iter().map(|(_, value)| *value))
        .fold(0.05, f64::max)
        * 1.1;
    let last = names.len().saturating_sub(1).max(1) as f64;
    let name_tick = |position: &f64| {
        let index = position.round();
        let near = (position - index).abs() < 1e-6 && index >= 0.0;
        near.then(|| names.get(index as usize).cloned())
            .flatten()
            .unwrap_or_default()
    };
    draw(|area| -> Drawing {
        let mut chart = ChartBuilder::on(area)
            .margin(12)
            .margin_right(140)
            .x_label_area_size(56)
            .y_label_area_size(104)
            .build_cartesian_2d(0.0..last, 0.0..top)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .axis_style(FAINT)
            .label_style(text_style(FAINT))
            .x_labels(names.len().clamp(2, 5))
            .y_labels(5)
            .x_label_formatter(&name_tick)
            .y_label_formatter(&percent_tick)
            .draw()?;
        for (name, value) in limits {
            chart.draw_series(DashedLineSeries::new(
                [(0.0, *value), (last, *value)],
                10,
                8,
                INK.stroke_width(2),
            ))?;
            chart.draw_series([Text::new(
                name.clone(),
                (0.0, *value + top * 0.06),
                text_style(INK),
            )])?;
        }
        for (series, line) in lines.iter().enumerate() {
            let color = series_color(series);
            let mut position = 0;
            for part in line.values.split(Option::is_none) {
                let points: Vec<(f64, f64)> = part
                    .iter()
                    .flatten()
                    .enumerate()
                    .map(|(index, value)| ((position + index) as f64, *value))
                    .collect();
                position += part.len() + 1;
                chart.draw_series(LineSeries::new(points.clone(), color.stroke_width(4)))?;
                chart.draw_series(
                    points
                        .into_iter()
                        .map(|point| Circle::new(point, 7, color.filled())),
                )?;
            }
        }
        Ok(())
    })
}
