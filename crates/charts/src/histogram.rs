//! How many people have which score.

use domain::format;
use plotters::prelude::*;

use crate::{Chart, Drawing, FAINT, GRID, draw, percent_tick, series_color, text_style};

/// The scores of today in equal bins from 0 to 1.
pub fn scores(bins: &[u32], people: &str) -> Chart {
    let total: u32 = bins.iter().sum();
    let below = |share: f64| -> Option<usize> {
        let mut sum = 0;
        bins.iter().position(|count| {
            sum += count;
            f64::from(sum) >= share * f64::from(total)
        })
    };
    let title = match below(0.5) {
        Some(bin) if total > 0 => {
            format!(
                "Half of the {people} have a risk below {}",
                format::percent((bin + 1) as f64 / bins.len() as f64)
            )
        }
        _ => "No scores yet".to_owned(),
    };
    Chart {
        title,
        sentence: format!("Number of {people} by risk."),
        svg: draw_with(&[bins], &percent_tick, 0.0),
        legend: Vec::new(),
        columns: vec!["Risk".to_owned(), format::capitalized(people)],
        rows: bins
            .iter()
            .enumerate()
            .map(|(bin, count)| vec![range(bin, bins.len()), format::count(*count)])
            .collect(),
    }
}

/// Names of the two groups; the drawing does not know what the use case calls its event.
const OUTCOMES: [&str; 2] = ["Without the event", "With the event"];

/// Scores of those without and those with the event, each as a share of its own group: the groups
/// differ much in size.
pub fn by_outcome(groups: &[Vec<u32>; 2]) -> Chart {
    outcomes(groups, 0.0)
}

/// The same for several models, on one scale, so that their drawings can be compared.
pub fn by_outcome_on_one_scale(models: &[[Vec<u32>; 2]]) -> Vec<Chart> {
    let top = models
        .iter()
        .map(|[stayed, left]| tallest(&heights(&[stayed, left])))
        .fold(0.0, f64::max);
    models.iter().map(|groups| outcomes(groups, top)).collect()
}

/// `top`: the least end of the vertical axis.
fn outcomes([stayed, left]: &[Vec<u32>; 2], top: f64) -> Chart {
    let rows = stayed.iter().zip(left).enumerate();
    Chart {
        title: "Scores by outcome".to_owned(),
        sentence: "The less the two distributions overlap, the better the model separates them. Each is a share of its own group."
            .to_owned(),
        svg: draw_with(&[stayed, left], &percent_tick, top),
        legend: OUTCOMES.map(str::to_owned).to_vec(),
        columns: std::iter::once("Risk").chain(OUTCOMES).map(str::to_owned).collect(),
        rows: rows.map(|(bin, (a, b))| vec![range(bin, stayed.len()), format::count(*a), format::count(*b)]).collect(),
    }
}

/// Shares of the baseline and of the current data over the same bins.
pub fn two_samples(title: String, names: &[String], reference: &[f64], current: &[f64]) -> Chart {
    // Bins of equal width in drawing: the table names them.
    let counts = |shares: &[f64]| {
        shares
            .iter()
            .map(|share| (share * 1e6).round() as u32)
            .collect::<Vec<_>>()
    };
    let share = |value: &f64| format!("{}%", format::number(100.0 * value, 1));
    let rows = names.iter().zip(reference).zip(current);
    Chart {
        title,
        sentence: match (names.first(), names.last()) {
            (Some(first), Some(last)) => format!(
                "Share of people in each of {} bins or categories, from {first} to {last}.",
                names.len()
            ),
            _ => String::new(),
        },
        svg: draw_named(&[&counts(reference), &counts(current)], names),
        legend: vec!["Baseline".to_owned(), "Current".to_owned()],
        columns: ["Value", "Baseline", "Current"].map(str::to_owned).to_vec(),
        rows: rows
            .map(|((name, before), now)| vec![name.clone(), share(before), share(now)])
            .collect(),
    }
}

fn range(bin: usize, bins: usize) -> String {
    format::percent_interval([bin as f64 / bins as f64, (bin + 1) as f64 / bins as f64])
}

/// Bins named below the axis, as many as fit.
fn draw_named(groups: &[&[u32]], names: &[String]) -> String {
    let count = names.len().max(1) as f64;
    let tick = |at: &f64| {
        names
            .get((at * count) as usize)
            .and_then(|name| name.split(" to ").next())
            .map(|name| name.chars().take(12).collect())
            .unwrap_or_default()
    };
    draw_with(groups, &tick, 0.0)
}

/// One group: counts. Several: shares of each group.
fn heights(groups: &[&[u32]]) -> Vec<Vec<f64>> {
    let bars = |bins: &&[u32]| {
        let whole = if groups.len() == 1 {
            1.0
        } else {
            f64::from(bins.iter().sum::<u32>().max(1))
        };
        bins.iter().map(|count| f64::from(*count) / whole).collect()
    };
    groups.iter().map(bars).collect()
}

fn tallest(heights: &[Vec<f64>]) -> f64 {
    heights.iter().flatten().copied().fold(0.0, f64::max)
}

/// The groups side by side in a bin, on an axis that ends at `least_top` or above it.
fn draw_with(groups: &[&[u32]], x_tick: &dyn Fn(&f64) -> String, least_top: f64) -> String {
    let alone = groups.len() == 1;
    let heights = heights(groups);
    let tallest = tallest(&heights);
    if tallest == 0.0 {
        return String::new();
    }
    let top = tallest.max(least_top);
    draw(|area| -> Drawing {
        let mut chart = ChartBuilder::on(area)
            .margin(8)
            .margin_right(44)
            .x_label_area_size(56)
            .y_label_area_size(104)
            .build_cartesian_2d(0.0..1.0, 0.0..top * 1.05)?;
        let count_tick = |value: &f64| format::count(value.round() as u32);
        let tick: &dyn Fn(&f64) -> String = if alone { &count_tick } else { &percent_tick };
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .axis_style(FAINT)
            .label_style(text_style(FAINT))
            .x_labels(6)
            .y_labels(5)
            .x_label_formatter(x_tick)
            .y_label_formatter(tick)
            .draw()?;
        for (series, bars) in heights.iter().enumerate() {
            let width = 1.0 / bars.len() as f64;
            let part = width * 0.86 / heights.len() as f64;
            chart.draw_series(
                bars.iter()
                    .enumerate()
                    .filter(|(_, height)| **height > 0.0)
                    .map(|(bin, height)| {
                        let left = bin as f64 * width + width * 0.07 + part * series as f64;
                        Rectangle::new(
                            [(left, 0.0), (left + part, *height)],
                            series_color(series).filled(),
                        )
                    }),
            )?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_drawn_on_one_scale() {
        let flat = [vec![1; 20], vec![1; 20]];
        let steep = [[vec![20], vec![0; 19]].concat(), vec![1; 20]];
        let charts = by_outcome_on_one_scale(&[flat.clone(), steep.clone()]);
        assert_eq!(charts.len(), 2);
        assert_ne!(
            charts.first().map(|chart| &chart.svg),
            Some(&by_outcome(&flat).svg),
            "the axis ends at the taller model"
        );
        assert_eq!(
            charts.last().map(|chart| &chart.svg),
            Some(&by_outcome(&steep).svg)
        );
        assert!(by_outcome_on_one_scale(&[]).is_empty());
    }
}
