//! SHAP summary: for each feature the contribution for every person, shaded by the value.

use model::global::{GlobalExplanation, Swarm, SwarmPoint};

use super::strip_plot::{Dot, Shade, Strip, draw};
use crate::components::chart::Chart;
use domain::format;

/// Features that are drawn.
const FIELDS: usize = 10;
/// Positions below and above which a value counts as low and high.
const THIRDS: [f64; 2] = [1.0 / 3.0, 2.0 / 3.0];

/// The summary of the most important features; `None` when there is none.
pub fn summary(explanation: &GlobalExplanation, people: &str) -> Option<Chart> {
    let swarms: Vec<&Swarm> = explanation.swarms.iter().take(FIELDS).collect();
    let strips: Vec<Strip> = swarms.iter().map(|swarm| strip(swarm)).collect();
    let title = swarms
        .iter()
        .filter_map(|swarm| finding(swarm))
        .take(2)
        .collect::<Vec<_>>()
        .join("; ");
    let mean = |value: Option<f64>| {
        value.map_or_else(|| "unordered".to_owned(), |value| format::signed(value, 3))
    };
    let row = |swarm: &Swarm| {
        let [low, high] = ends(swarm).map_or([None; 2], |ends| ends.map(|(mean, _)| Some(mean)));
        let size = average(swarm.points.iter().map(|point| point.log_odds.abs())).unwrap_or(0.0);
        vec![
            swarm.label.clone(),
            format::number(size, 3),
            mean(low),
            mean(high),
        ]
    };
    (!strips.is_empty()).then(|| Chart {
        title: if title.is_empty() { "Feature contributions".to_owned() } else { format::capitalized(&title) },
        sentence: format!(
            "{}: right of the line the feature raises the log-odds of the score, left of it the feature lowers them (exact TreeSHAP, \
             path-dependent). Contributions describe the model, not causes.",
            dots(explanation, people)
        ),
        svg: draw(&strips, "Contribution (log-odds)", Some("Feature value:")),
        legend: Vec::new(),
        columns: ["Feature", "Mean absolute contribution", "Mean at low values", "Mean at high values"].map(str::to_owned).to_vec(),
        rows: swarms.into_iter().map(row).collect(),
    })
}

/// The meaning of a dot.
fn dots(explanation: &GlobalExplanation, people: &str) -> String {
    let rows = format::count(explanation.rows);
    match explanation.people_per_point {
        None => format!("Each dot is one of {rows} held-out {people}"),
        Some(least) => {
            format!(
                "Each dot is a group of {least} or more of {rows} held-out {people} with similar values"
            )
        }
    }
}

fn strip(swarm: &Swarm) -> Strip {
    let shade = |point: &SwarmPoint| {
        if swarm.ordered {
            Shade::of(point.place)
        } else {
            Shade::Plain
        }
    };
    let dots = swarm.points.iter().map(|point| Dot {
        x: point.log_odds,
        shade: shade(point),
    });
    Strip {
        label: swarm.label.clone(),
        dots: dots.collect(),
    }
}

/// Mean contribution at low and at high values, with a value of each; `None` without an order.
pub fn ends(swarm: &Swarm) -> Option<[(f64, String); 2]> {
    let known = || {
        swarm
            .points
            .iter()
            .filter(|point| swarm.ordered && point.x.is_some())
    };
    let low = known().min_by(|a, b| a.x.partial_cmp(&b.x).unwrap_or(std::cmp::Ordering::Equal))?;
    let high = known().max_by(|a, b| a.x.partial_cmp(&b.x).unwrap_or(std::cmp::Ordering::Equal))?;
    let of = |end: &SwarmPoint, within: &dyn Fn(f64) -> bool| {
        let third = average(
            known()
                .filter(|point| point.place.is_some_and(within))
                .map(|point| point.log_odds),
        );
        // A level that more than a third of all people have leaves its third empty.
        let mean = third.or_else(|| {
            average(
                known()
                    .filter(|point| point.x == end.x)
                    .map(|point| point.log_odds),
            )
        })?;
        Some((mean, end.text.clone()))
    };
    (low.x < high.x).then_some(())?;
    Some([
        of(low, &|place| place <= THIRDS[0])?,
        of(high, &|place| place >= THIRDS[1])?,
    ])
}

/// "Higher Monthly income lowers the score", for features with a direction.
fn finding(swarm: &Swarm) -> Option<String> {
    let [(low, _), (high, text)] = ends(swarm)?;
    let verb = if high > low { "raises" } else { "lowers" };
    let mut values: Vec<&str> = swarm
        .points
        .iter()
        .map(|point| point.text.as_str())
        .collect();
    values.sort_unstable();
    values.dedup();
    let label = &swarm.label;
    Some(if values.len() == 2 {
        format!("{label} “{text}” {verb} the score")
    } else {
        format!("higher {label} {verb} the score")
    })
    .filter(|_| (high - low).abs() > 1e-3)
}

pub fn average(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}
