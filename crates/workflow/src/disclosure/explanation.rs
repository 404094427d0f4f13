//! What a model does over many people, without any of them.
//!
//! In an explanation as it was measured every dot is a person: the value of a field with its
//! contribution, in the same order for all fields, so that the dots of two charts join to rows.
//! What is released has groups of k people or more in place of dots: people with the same or
//! neighboring values, with the mean of their contributions. The order of the groups says nothing
//! about people.

use model::global::{
    Dependence, GlobalExplanation, Importance, Partner, PermutationImportance, Swarm, SwarmPoint,
};
use model::vary::{CurvePoint, PartialDependence};
use stats::groups::suppressed;

use super::Disclosure;
use super::numbers::{nice_up, to_grid};

/// A field with at most so many values is grouped value by value.
const VALUES: usize = 12;
/// Grids of contributions in log-odds, of percentage points, and of places from 0 to 1.
const LOG_ODDS: f64 = 0.01;
const POINTS: f64 = 0.01;
const PLACE: f64 = 0.05;
const PROBABILITY: f64 = 0.005;

/// The explanation with groups of people in place of people.
pub fn explanation(exact: &GlobalExplanation, rule: Disclosure) -> GlobalExplanation {
    let swarms: Vec<Swarm> = exact
        .swarms
        .iter()
        .map(|own| swarm(own, None, rule).0)
        .collect();
    GlobalExplanation {
        rows: exact.rows,
        importance: exact.importance.iter().map(importance).collect(),
        dependence: exact
            .dependence
            .iter()
            .map(|own| dependence(own, rule))
            .collect(),
        partial_dependence: exact
            .partial_dependence
            .iter()
            .filter_map(|own| partial(own, &swarms, rule))
            .collect(),
        permutation: exact.permutation.iter().map(permutation).collect(),
        swarms,
        people_per_point: Some(rule.least_people()),
    }
}

fn importance(exact: &Importance) -> Importance {
    Importance {
        log_odds: to_grid(exact.log_odds, LOG_ODDS),
        points: to_grid(exact.points, POINTS),
        interval: exact.interval.map(|end| to_grid(end, POINTS)),
        ..exact.clone()
    }
}

fn permutation(exact: &PermutationImportance) -> PermutationImportance {
    let rounded = |value: f64| to_grid(value, 0.001);
    PermutationImportance {
        drops: exact.drops.iter().map(|drop| rounded(*drop)).collect(),
        mean: rounded(exact.mean),
        ..exact.clone()
    }
}

fn dependence(exact: &Dependence, rule: Disclosure) -> Dependence {
    let places = exact
        .partner
        .as_ref()
        .map(|partner| partner.places.as_slice());
    let (swarm, groups) = swarm(&exact.swarm, places, rule);
    let partner = exact.partner.as_ref().map(|partner| Partner {
        strength: to_grid(partner.strength, LOG_ODDS),
        places: groups
            .iter()
            .map(|rows| {
                mean(rows, |row| partner.places.get(row).copied().flatten())
                    .map(|place| to_grid(place, PLACE))
            })
            .collect(),
        texts: vec![String::new(); groups.len()],
        ..partner.clone()
    });
    Dependence { swarm, partner }
}

/// Mean over the rows that have a value.
fn mean(rows: &[usize], of: impl Fn(usize) -> Option<f64>) -> Option<f64> {
    let known: Vec<f64> = rows.iter().filter_map(|row| of(*row)).collect();
    (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
}

/// People with the same or neighboring values, and the labels of the values.
struct Block {
    text: Option<String>,
    rows: Vec<usize>,
}

/// The swarm with a point for each group, and the rows of the groups. Inside a block of values
/// people are grouped by `second` (the place of another field), else by their contribution, so that
/// the spread stays visible.
fn swarm(
    exact: &Swarm,
    second: Option<&[Option<f64>]>,
    rule: Disclosure,
) -> (Swarm, Vec<Vec<usize>>) {
    let k = rule.least_people() as usize;
    let points = &exact.points;
    let order = |row: &usize| {
        second.map_or(points[*row].log_odds, |places| {
            places.get(*row).copied().flatten().unwrap_or(f64::INFINITY)
        })
    };
    let mut groups: Vec<(Option<String>, Vec<usize>)> = Vec::new();
    for Block { text, mut rows } in blocks(exact, rule) {
        rows.sort_by(|a, b| order(a).total_cmp(&order(b)));
        // As many groups as there are k people for, all of about the same size.
        let count = rows.len() / k;
        groups.extend((0..count).map(|at| {
            (
                text.clone(),
                rows[at * rows.len() / count..(at + 1) * rows.len() / count].to_vec(),
            )
        }));
    }
    let step = x_step(exact, rule);
    let point = |(text, rows): &(Option<String>, Vec<usize>)| {
        let x = mean(rows, |row| points[row].x).map(|x| to_grid(x, step));
        SwarmPoint {
            log_odds: to_grid(
                mean(rows, |row| Some(points[row].log_odds)).unwrap_or(0.0),
                LOG_ODDS,
            ),
            x,
            place: mean(rows, |row| points[row].place).map(|place| to_grid(place, PLACE)),
            text: text
                .clone()
                .or_else(|| x.map(|x| format!("about {x}")))
                .unwrap_or_default(),
        }
    };
    let released = Swarm {
        points: groups.iter().map(point).collect(),
        ..exact.clone()
    };
    (released, groups.into_iter().map(|(_, rows)| rows).collect())
}

/// The grid of values: a tenth of their standard deviation, and not finer than k people would move
/// a mean of the sample.
fn x_step(exact: &Swarm, rule: Disclosure) -> f64 {
    let known: Vec<f64> = exact.points.iter().filter_map(|point| point.x).collect();
    let n = known.len().max(1) as f64;
    let mean = known.iter().sum::<f64>() / n;
    let deviation = (known
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>()
        / n)
        .sqrt();
    nice_up(deviation / 10.0).max(rule.value_step(deviation, known.len() as u64))
}

fn blocks(exact: &Swarm, rule: Disclosure) -> Vec<Block> {
    let points = &exact.points;
    let mut values: Vec<Block> = Vec::new();
    let mut order: Vec<usize> = (0..points.len()).collect();
    let key = |row: usize| points[row].x.unwrap_or(f64::INFINITY);
    order.sort_by(|a, b| {
        key(*a)
            .total_cmp(&key(*b))
            .then_with(|| points[*a].text.cmp(&points[*b].text))
    });
    for row in order {
        match values.last_mut() {
            Some(last) if last.text.as_deref() == Some(points[row].text.as_str()) => {
                last.rows.push(row)
            }
            _ => values.push(Block {
                text: Some(points[row].text.clone()),
                rows: vec![row],
            }),
        }
    }
    match values.len() {
        count if count > VALUES => ranges(values, rule),
        _ if exact.ordered => neighbors(values, rule),
        _ => rare_together(values, rule),
    }
}

/// Many values: twice k people with neighboring values each, so that a block makes two groups.
fn ranges(values: Vec<Block>, rule: Disclosure) -> Vec<Block> {
    let rows: Vec<usize> = values.into_iter().flat_map(|value| value.rows).collect();
    let count = (rows.len() / (2 * rule.least_people() as usize)).max(1);
    let range = |at: usize| rows[at * rows.len() / count..(at + 1) * rows.len() / count].to_vec();
    (0..count)
        .map(|at| Block {
            text: None,
            rows: range(at),
        })
        .collect()
}

/// Few values with an order: rare ones go with their neighbor.
fn neighbors(values: Vec<Block>, rule: Disclosure) -> Vec<Block> {
    let small = |block: &Block| rule.is_small(block.rows.len() as u64);
    let mut joined: Vec<Block> = Vec::new();
    for value in values {
        match joined.last_mut() {
            Some(last) if small(last) || small(&value) => {
                last.text = last.text.take().zip(value.text).map(|(from, to)| {
                    match from.split_once(" to ") {
                        Some((first, _)) => format!("{first} to {to}"),
                        None => format!("{from} to {to}"),
                    }
                });
                last.rows.extend(value.rows);
            }
            _ => joined.push(value),
        }
    }
    joined
}

/// Values without an order: rare ones together, with the next one where they would be few even
/// then.
fn rare_together(values: Vec<Block>, rule: Disclosure) -> Vec<Block> {
    let sizes: Vec<u32> = values.iter().map(|value| value.rows.len() as u32).collect();
    let hidden = suppressed(&sizes, rule.least_people());
    let (mut shown, mut rest) = (
        Vec::new(),
        Block {
            text: Some("other values".to_owned()),
            rows: Vec::new(),
        },
    );
    for (value, hidden) in values.into_iter().zip(hidden) {
        if hidden {
            rest.rows.extend(value.rows)
        } else {
            shown.push(value)
        }
    }
    if !rest.rows.is_empty() {
        shown.push(rest);
    }
    shown
}

/// The curve without its ends, which are the smallest and the largest value in training; `None`
/// where nothing is left.
fn partial(
    exact: &PartialDependence,
    swarms: &[Swarm],
    rule: Disclosure,
) -> Option<PartialDependence> {
    let rows = exact.curve.rows as u64;
    if rule.is_small(rows) {
        return None;
    }
    let swarm = swarms
        .iter()
        .find(|swarm| swarm.field == exact.curve.field)?;
    let means = || swarm.points.iter().filter_map(|point| point.x);
    let (low, high) = (means().reduce(f64::min)?, means().reduce(f64::max)?);
    // An end stays only where it is the value of a group, as with a scale of five levels.
    let ends = [
        exact.curve.points.first().map(|point| point.x),
        exact.curve.points.last().map(|point| point.x),
    ];
    let is_bare_end = |x: f64| ends.contains(&Some(x)) && !means().any(|mean| mean == x);
    let inside = |point: &CurvePoint| {
        !swarm.ordered || ((low..=high).contains(&point.x) && !is_bare_end(point.x))
    };
    let kept = || {
        exact
            .curve
            .points
            .iter()
            .zip(&exact.middle)
            .filter(|(point, _)| inside(point))
    };
    let mut curve = exact.curve.clone();
    curve.points = kept()
        .map(|(point, _)| CurvePoint {
            probability: to_grid(point.probability, PROBABILITY),
            ..point.clone()
        })
        .collect();
    // The middle 80 % have a tenth of the people on either side.
    let tails = !rule.is_small(rows / 10);
    let middle = kept().map(|(point, middle)| {
        if tails {
            *middle
        } else {
            [point.probability; 2]
        }
    });
    let middle = middle
        .map(|ends| ends.map(|end| to_grid(end, PROBABILITY)))
        .collect();
    (!curve.points.is_empty()).then_some(PartialDependence { curve, middle })
}
