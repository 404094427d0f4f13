//! Feature importance: by mean absolute contribution, and by permutation.

use model::global::{GlobalExplanation, PermutationImportance};

use super::canvas::{Anchor, Axis, Canvas, LABELS, WIDTH};
use crate::components::chart::Chart;
use domain::format;

/// Features that are drawn; the table has all of them.
const FIELDS: usize = 12;
/// Height of a row.
const ROW: f64 = 52.0;

/// One bar.
struct Bar {
    label: String,
    value: f64,
    interval: [f64; 2],
}

/// Mean |SHAP| of each feature in percentage points; `None` when the model uses no feature.
pub fn shap(explanation: &GlobalExplanation, people: &str) -> Option<Chart> {
    let first = explanation.importance.first()?;
    let bars: Vec<Bar> = explanation
        .importance
        .iter()
        .map(|own| Bar {
            label: own.label.clone(),
            value: own.points,
            interval: own.interval,
        })
        .collect();
    let second = explanation.importance.get(1);
    let behind = second
        .map(|own| {
            format!(
                ", followed by {} with {}",
                own.label,
                format::number(own.points, 1)
            )
        })
        .unwrap_or_default();
    let row = |(bar, own): (&Bar, &model::global::Importance)| {
        vec![
            bar.label.clone(),
            format::number(bar.value, 2),
            interval(bar.interval, 2),
            format::number(own.log_odds, 3),
        ]
    };
    Some(Chart {
        title: format!(
            "{} is the strongest driver: {} points on average{behind}",
            first.label,
            format::number(first.points, 1)
        ),
        sentence: format!(
            "Mean absolute contribution of each feature in percentage points of probability (mean |SHAP|) over {} held-out {people}. Thin \
             line: 95% interval.",
            format::count(explanation.rows)
        ),
        svg: draw(&bars, 1),
        legend: Vec::new(),
        columns: ["Feature", "Points", "95% interval", "Log-odds"]
            .map(str::to_owned)
            .to_vec(),
        rows: bars.iter().zip(&explanation.importance).map(row).collect(),
    })
}

/// Loss of ROC AUC when a feature is shuffled among people; `None` when it was not measured.
pub fn permutation(explanation: &GlobalExplanation, people: &str) -> Option<Chart> {
    let first = explanation.permutation.first()?;
    let shuffles = first.drops.len();
    let range = |own: &PermutationImportance| {
        own.drops
            .iter()
            .fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], x| {
                [a.min(*x), b.max(*x)]
            })
    };
    let bars: Vec<Bar> = explanation
        .permutation
        .iter()
        .map(|own| Bar {
            label: own.label.clone(),
            value: own.mean,
            interval: range(own),
        })
        .collect();
    let title = if first.mean < 0.005 {
        "No single feature is essential: shuffling one costs less than 0.005 ROC AUC".to_owned()
    } else {
        format!(
            "Shuffling {} reduces ROC AUC most, by {}",
            first.label,
            format::number(first.mean, 3)
        )
    };
    let row = |bar: &Bar| {
        vec![
            bar.label.clone(),
            format::number(bar.value, 4),
            interval(bar.interval, 4),
        ]
    };
    Some(Chart {
        title,
        sentence: format!(
            "Permutation importance: loss of ROC AUC when one feature is shuffled among {} {people} (mean of {shuffles} shuffles; thin line: \
             smallest to largest). {}",
            format::count(explanation.rows),
            agreement(explanation)
        ),
        svg: draw(&bars, 3),
        legend: Vec::new(),
        columns: ["Feature", "Loss of ROC AUC", "Smallest to largest"]
            .map(str::to_owned)
            .to_vec(),
        rows: bars.iter().map(row).collect(),
    })
}

/// The overlap of the two rankings.
fn agreement(explanation: &GlobalExplanation) -> String {
    let top = explanation.importance.len().min(5);
    let by_size = &explanation.importance[..top];
    let shared = explanation
        .permutation
        .iter()
        .take(top)
        .filter(|own| by_size.iter().any(|other| other.field == own.field))
        .count();
    format!("{shared} of its top {top} features are also in the top {top} by contribution.")
}

fn interval(interval: [f64; 2], decimals: usize) -> String {
    interval
        .map(|end| format::number(end, decimals))
        .join(" to ")
}

fn draw(bars: &[Bar], decimals: usize) -> String {
    let shown = &bars[..bars.len().min(FIELDS)];
    let bottom = ROW * shown.len() as f64 + 8.0;
    let mut canvas = Canvas::new(bottom + 52.0);
    let ends = shown
        .iter()
        .flat_map(|bar| [bar.value, bar.interval[0], bar.interval[1]]);
    let lowest = ends.clone().fold(0.0, f64::min);
    let track = [LABELS, WIDTH - 120.0];
    let axis = if lowest < 0.0 {
        Axis::over(ends.chain([0.0]), track)
    } else {
        Axis::from_zero(ends, track)
    };
    let zero = axis.at(0.0);
    let (ticks, tick_decimals) = axis.ticks();
    for tick in ticks {
        let x = axis.at(tick);
        canvas.line([x, 0.0], [x, bottom], "line", 2.0);
        canvas.text(
            [x, bottom + 28.0],
            Anchor::Middle,
            "ink-soft",
            &format::number(tick, tick_decimals),
        );
    }
    for (row, bar) in shown.iter().enumerate() {
        let middle = ROW * (row as f64 + 0.5) + 4.0;
        let at = axis.at(bar.value);
        canvas.label(middle, &bar.label);
        canvas.rectangle(
            [zero.min(at), middle - 15.0],
            [(at - zero).abs(), 30.0],
            "series-0",
        );
        let [low, high] = bar.interval.map(|end| axis.at(end));
        canvas.line([low, middle], [high, middle], "ink", 3.0);
        canvas.text(
            [high.max(at).max(zero) + 14.0, middle],
            Anchor::Start,
            "ink-soft",
            &format::number(bar.value, decimals),
        );
    }
    canvas.line([zero, 0.0], [zero, bottom], "ink-soft", 2.0);
    canvas.finish()
}
