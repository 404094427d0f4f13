//! The contributions to a probability: from the base, factor by factor, to the result. A table
//! whose middle column is the chart.

use domain::Reason;
use leptos::prelude::*;

use super::table::{Cell, Heading, Mark, Row, Table};
use crate::boxed::IntoBoxed;
use crate::format;

/// Rows that are shown individually; the rest is summed in one row.
pub const SHOWN: usize = 9;

/// One row: where its bar starts and ends, in probability.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub label: String,
    pub value: String,
    pub from: f64,
    pub to: f64,
}

/// Reasons with the largest contribution first.
pub fn ordered(reasons: &[Reason]) -> Vec<&Reason> {
    let mut ordered: Vec<&Reason> = reasons.iter().collect();
    ordered.sort_by(|a, b| b.points.abs().total_cmp(&a.points.abs()));
    ordered
}

/// The steps from `base` to the result, largest first, the rest in one. Points are percentage
/// points of probability.
pub fn steps(base: f64, reasons: &[Reason]) -> Vec<Step> {
    let ordered = ordered(reasons);
    let (shown, rest) = ordered.split_at(ordered.len().min(SHOWN));
    let mut at = base;
    let mut step = |label: String, value: String, points: f64| {
        let from = at;
        at += points / 100.0;
        Step {
            label,
            value,
            from,
            to: at,
        }
    };
    let mut steps: Vec<Step> = shown
        .iter()
        .map(|reason| step(reason.label.clone(), reason.value.clone(), reason.points))
        .collect();
    if !rest.is_empty() {
        let label = if rest.len() == 1 {
            "1 other factor".to_owned()
        } else {
            format!("{} other factors", rest.len())
        };
        steps.push(step(
            label,
            String::new(),
            rest.iter().map(|reason| reason.points).sum(),
        ));
    }
    steps
}

/// The smallest and largest probability of the chart, with a margin.
pub fn extent(base: f64, steps: &[Step]) -> [f64; 2] {
    let ends = steps.iter().flat_map(|step| [step.from, step.to]);
    let [low, high] = ends.fold([base, base], |[low, high], end| {
        [low.min(end), high.max(end)]
    });
    let room = ((high - low) * 0.04).max(0.002);
    [low - room, high + room]
}

/// The waterfall of one score.
#[component]
pub fn Waterfall(base: f64, probability: f64, reasons: Vec<Reason>) -> AnyView {
    let steps = steps(base, &reasons);
    let [low, high] = extent(base, &steps);
    let place = |p: f64| 100.0 * (p - low) / (high - low);
    let end = |name: &str, at: f64| {
        let pin = Mark {
            class: "pin",
            from: place(at),
            width: 0.0,
        };
        Row::new(vec![
            Cell::text(name),
            Cell::track(vec![pin]),
            Cell::number(format::percent(at)),
        ])
    };
    let step = |step: &Step| {
        let points = (step.to - step.from) * 100.0;
        let (left, right) = (place(step.from.min(step.to)), place(step.from.max(step.to)));
        let bar = Mark {
            class: if points < 0.0 { "bar down" } else { "bar up" },
            from: left,
            width: right - left,
        };
        Row::new(vec![
            Cell::with_aside(&step.label, &step.value),
            Cell::track(vec![bar]),
            Cell::number(format::points(points)),
        ])
    };
    let mut rows = vec![end("Base value", base).class("end")];
    rows.extend(steps.iter().map(step));
    rows.push(end("This score", probability).class("end total"));
    let headings = vec![
        Heading::text("Factor"),
        Heading::hidden("Chart"),
        Heading::number("Points"),
    ];
    view! { <Table headings rows class="waterfall" /> }.boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(label: &str, points: f64) -> Reason {
        Reason {
            field: label.to_owned(),
            label: label.to_owned(),
            value: "x".to_owned(),
            points,
        }
    }

    #[test]
    fn steps_lead_from_the_base_to_the_result() {
        let reasons: Vec<Reason> = (0..12)
            .map(|index| reason(&index.to_string(), f64::from(index) - 4.0))
            .collect();
        let steps = steps(0.2, &reasons);
        assert_eq!(steps.len(), SHOWN + 1);
        assert_eq!(steps[0].from, 0.2);
        let total: f64 = reasons.iter().map(|reason| reason.points).sum();
        assert!((steps[SHOWN].to - 0.2 - total / 100.0).abs() < 1e-12);
        assert!(steps.windows(2).all(|pair| pair[0].to == pair[1].from));
    }

    #[test]
    fn no_reason_is_a_drawing_too() {
        let [low, high] = extent(0.2, &steps(0.2, &[]));
        assert!(low < 0.2 && high > 0.2);
    }
}
