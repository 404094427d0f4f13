//! The effect of one feature: contributions by value, shaded by its strongest interaction; and the
//! mean score if everyone had the same value.

use std::collections::BTreeMap;

use model::global::{Dependence, Partner, Swarm};
use model::vary::PartialDependence;

use super::beeswarm::{average, ends};
use super::canvas::{Anchor, Axis, Canvas, LABELS, TEXT, WIDTH};
use super::strip_plot::{self, Dot, Shade, Strip};
use crate::components::chart::Chart;
use domain::format;

/// A feature with at most so many values is drawn value by value.
const VALUES: usize = 12;
/// Plot area of a chart with two axes.
const TOP: f64 = 16.0;
const BOTTOM: f64 = 440.0;
const LEFT: f64 = 120.0;

/// Dependence of one feature, shaded by its partner. `people_per_point`: the fewest people per dot,
/// where a dot is a group.
pub fn dependence(dependence: &Dependence, people_per_point: Option<u32>) -> Chart {
    let swarm = &dependence.swarm;
    let partner = dependence.partner.as_ref();
    let shade = |row: usize| Shade::of(partner.and_then(|partner| partner.places[row]));
    let key = partner.map(|partner| format!("{}:", super::canvas::shortened(&partner.label, 26)));
    let values = by_value(swarm);
    let svg = if values.len() <= VALUES {
        let strip = |(text, rows): &(String, Vec<usize>)| Strip {
            label: text.clone(),
            dots: rows
                .iter()
                .map(|&row| Dot {
                    x: swarm.points[row].log_odds,
                    shade: shade(row),
                })
                .collect(),
        };
        strip_plot::draw(
            &values.iter().map(strip).collect::<Vec<_>>(),
            "Contribution (log-odds)",
            key.as_deref(),
        )
    } else {
        scatter(swarm, &shade, key.as_deref())
    };
    Chart {
        title: finding(swarm, &values),
        sentence: sentence(partner, people_per_point),
        svg,
        legend: Vec::new(),
        columns: [
            swarm.label.as_str(),
            if people_per_point.is_some() {
                "Groups of people"
            } else {
                "People"
            },
            "Mean contribution",
            "Range",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: groups(swarm, &values),
    }
}

fn sentence(partner: Option<&Partner>, people_per_point: Option<u32>) -> String {
    let method = match people_per_point {
        None => "Each dot is a person: contribution of this feature to the log-odds, by value."
            .to_owned(),
        Some(least) => {
            format!(
                "Each dot is a group of {least} or more people: mean contribution of this feature to the log-odds, by value."
            )
        }
    };
    match partner {
        Some(partner) => {
            format!(
                "{method} Shade: {}, the strongest interaction (mean size {}).",
                partner.label,
                format::number(partner.strength, 3)
            )
        }
        None => format!(
            "{method} No tree combines it with another feature: its effect is the same for everyone."
        ),
    }
}

/// Rows by the text of the value: in order, or largest mean first where values have no order.
fn by_value(swarm: &Swarm) -> Vec<(String, Vec<usize>)> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (row, point) in swarm.points.iter().enumerate() {
        groups.entry(&point.text).or_default().push(row);
    }
    let place = |rows: &[usize]| {
        if swarm.ordered {
            swarm.points[rows[0]].x.unwrap_or(f64::INFINITY)
        } else {
            -mean(swarm, rows)
        }
    };
    let mut values: Vec<(String, Vec<usize>)> = groups
        .into_iter()
        .map(|(text, rows)| (text.to_owned(), rows))
        .collect();
    values.sort_by(|a, b| place(&a.1).total_cmp(&place(&b.1)));
    values
}

fn mean(swarm: &Swarm, rows: &[usize]) -> f64 {
    average(rows.iter().map(|&row| swarm.points[row].log_odds)).unwrap_or(0.0)
}

fn finding(swarm: &Swarm, values: &[(String, Vec<usize>)]) -> String {
    let label = &swarm.label;
    match ends(swarm) {
        Some([(low, _), (high, _)]) if values.len() > VALUES => {
            format!(
                "{label}: {} at low values, {} at high ones",
                format::signed(low, 2),
                format::signed(high, 2)
            )
        }
        _ => {
            let means = || values.iter().map(|(text, rows)| (text, mean(swarm, rows)));
            let least = means().min_by(|a, b| a.1.total_cmp(&b.1));
            let most = means().max_by(|a, b| a.1.total_cmp(&b.1));
            match (most, least) {
                (Some((most, up)), Some((least, down))) if most != least => {
                    format!(
                        "{label}: {} for {most}, {} for {least}",
                        format::signed(up, 2),
                        format::signed(down, 2)
                    )
                }
                _ => format!("{label} has a single value"),
            }
        }
    }
}

/// The table: by value, or by five groups of about the same size.
fn groups(swarm: &Swarm, values: &[(String, Vec<usize>)]) -> Vec<Vec<String>> {
    let row = |name: String, rows: &[usize]| {
        let sizes = || rows.iter().map(|&row| swarm.points[row].log_odds);
        let ends = [
            sizes().fold(f64::INFINITY, f64::min),
            sizes().fold(f64::NEG_INFINITY, f64::max),
        ];
        let range = ends.map(|end| format::signed(end, 2)).join(" to ");
        vec![
            name,
            format::count(rows.len() as u32),
            format::signed(mean(swarm, rows), 3),
            range,
        ]
    };
    if values.len() <= VALUES {
        return values
            .iter()
            .map(|(text, rows)| row(text.clone(), rows))
            .collect();
    }
    let mut order: Vec<usize> = (0..swarm.points.len())
        .filter(|&row| swarm.points[row].x.is_some())
        .collect();
    order.sort_by(|a, b| {
        swarm.points[*a]
            .x
            .partial_cmp(&swarm.points[*b].x)
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let fifth = order.len().div_ceil(5).max(1);
    order
        .chunks(fifth)
        .filter_map(|rows| {
            let [first, last] =
                [rows.first()?, rows.last()?].map(|&row| swarm.points[row].text.as_str());
            Some(row(format!("{first} to {last}"), rows))
        })
        .collect()
}

fn scatter(swarm: &Swarm, shade: &dyn Fn(usize) -> Shade, key: Option<&str>) -> String {
    let foot = if key.is_some() { 160.0 } else { 108.0 };
    let mut canvas = Canvas::new(BOTTOM + foot);
    let known = || {
        swarm
            .points
            .iter()
            .enumerate()
            .filter_map(|(row, point)| Some((row, point.x?, point.log_odds)))
    };
    let x = Axis::over(known().map(|(_, x, _)| x), [LEFT, WIDTH - 48.0]);
    let y = Axis::over(known().map(|(_, _, y)| y).chain([0.0]), [BOTTOM, TOP]);
    axes(&mut canvas, &x, &y, &swarm.label, &|value, decimals| {
        format::signed(value, decimals)
    });
    canvas.line(
        [LEFT, y.at(0.0)],
        [WIDTH - 48.0, y.at(0.0)],
        "ink-soft",
        3.0,
    );
    let dots: Vec<([f64; 2], Shade)> = known()
        .map(|(row, at, value)| ([x.at(at), y.at(value)], shade(row)))
        .collect();
    strip_plot::shaded(&mut canvas, &dots);
    if let Some(key) = key {
        strip_plot::shade_key(&mut canvas, BOTTOM + 130.0, key);
    }
    canvas.finish()
}

fn axes(
    canvas: &mut Canvas,
    x: &Axis,
    y: &Axis,
    name: &str,
    y_text: &dyn Fn(f64, usize) -> String,
) {
    let (ticks, decimals) = y.ticks();
    for tick in ticks {
        canvas.line([LEFT, y.at(tick)], [WIDTH - 48.0, y.at(tick)], "line", 2.0);
        canvas.text(
            [LEFT - 16.0, y.at(tick)],
            Anchor::End,
            "ink-soft",
            &y_text(tick, decimals),
        );
    }
    let (ticks, decimals) = x.ticks();
    for tick in ticks {
        let text = if tick.abs() >= 1000.0 {
            format::count(tick as u32)
        } else {
            format::number(tick, decimals)
        };
        canvas.text(
            [x.at(tick), BOTTOM + 28.0],
            Anchor::Middle,
            "ink-soft",
            &text,
        );
    }
    canvas.text(
        [LEFT + (WIDTH - LEFT) / 2.0, BOTTOM + 28.0 + 1.5 * TEXT],
        Anchor::Middle,
        "ink-soft",
        name,
    );
}

/// Partial dependence of one feature. `ordered`: its values have an order, so that a line may
/// connect them.
pub fn partial(found: &PartialDependence, ordered: bool, people: &str) -> Chart {
    let points = &found.curve.points;
    let extremes = |pick: fn(f64, f64) -> f64| {
        points
            .iter()
            .map(|point| point.probability)
            .reduce(pick)
            .unwrap_or_default()
    };
    let svg = if ordered && points.len() > VALUES {
        line(found)
    } else {
        levels(found)
    };
    let row = |(point, [low, high]): (&model::vary::CurvePoint, &[f64; 2])| {
        vec![
            point.text.clone(),
            format::percent(point.probability),
            format::percent_interval([*low, *high]),
        ]
    };
    Chart {
        title: format!(
            "Mean risk by {}: {} to {}",
            found.curve.label,
            format::percent(extremes(f64::min)),
            format::percent(extremes(f64::max))
        ),
        sentence: format!(
            "Mean score of {} {people} if all of them had the same value (partial dependence). Band: middle 80% of the scores.",
            format::count(found.curve.rows as u32)
        ),
        svg,
        legend: Vec::new(),
        columns: [found.curve.label.as_str(), "Mean risk", "Middle 80%"]
            .map(str::to_owned)
            .to_vec(),
        rows: points.iter().zip(&found.middle).map(row).collect(),
    }
}

fn line(found: &PartialDependence) -> String {
    let mut canvas = Canvas::new(BOTTOM + 108.0);
    let points = &found.curve.points;
    let x = Axis::over(points.iter().map(|point| point.x), [LEFT, WIDTH - 48.0]);
    let y = Axis::from_zero(found.middle.iter().map(|[_, high]| *high), [BOTTOM, TOP]);
    axes(&mut canvas, &x, &y, &found.curve.label, &|value, _| {
        format::percent(value)
    });
    let along = |of: &dyn Fn(usize) -> f64| -> Vec<[f64; 2]> {
        points
            .iter()
            .enumerate()
            .map(|(index, point)| [x.at(point.x), y.at(of(index))])
            .collect()
    };
    canvas.band(
        &along(&|index| found.middle[index][1]),
        &along(&|index| found.middle[index][0]),
        "series-0",
    );
    canvas.curve(&along(&|index| points[index].probability), "series-0");
    canvas.finish()
}

fn levels(found: &PartialDependence) -> String {
    const ROW: f64 = 56.0;
    let bottom = ROW * found.curve.points.len() as f64 + 12.0;
    let mut canvas = Canvas::new(bottom + 60.0);
    let x = Axis::from_zero(
        found.middle.iter().map(|[_, high]| *high),
        [LABELS, WIDTH - 48.0],
    );
    for tick in x.ticks().0 {
        canvas.line([x.at(tick), 0.0], [x.at(tick), bottom], "line", 2.0);
        canvas.text(
            [x.at(tick), bottom + 28.0],
            Anchor::Middle,
            "ink-soft",
            &format::percent(tick),
        );
    }
    for (row, (point, [low, high])) in found.curve.points.iter().zip(&found.middle).enumerate() {
        let middle = ROW * (row as f64 + 0.5) + 6.0;
        canvas.label(middle, &point.text);
        canvas.line([x.at(*low), middle], [x.at(*high), middle], "series-0", 5.0);
        canvas.dots(
            std::iter::once([x.at(point.probability), middle]),
            "series-0",
            24.0,
        );
    }
    canvas.finish()
}
