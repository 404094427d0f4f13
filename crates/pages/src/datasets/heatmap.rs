//! Correlations of all pairs of columns as a heat map: one path for all cells of the same shade.

use std::collections::BTreeMap;
use std::fmt::Write;

use leptos::prelude::*;
use workflow::data_profile::Correlations;

use crate::charts::canvas::shortened;
use app::server_page::escaped;
use domain::format;

/// Size of a cell, of the names on the left, and of the names on top.
const CELL: f64 = 22.0;
const NAMES: f64 = 170.0;
const TOP: f64 = 150.0;
/// Shades on each side of zero.
const SHADES: i32 = 8;

/// The heat map: positive values in one hue, negative ones in the other, zero left blank.
pub fn map(correlations: &Correlations) -> String {
    let count = correlations.names.len();
    let side = CELL * count as f64;
    let (width, height) = (NAMES + side + 96.0, TOP + side + 4.0);
    let mut shades: BTreeMap<i32, String> = BTreeMap::new();
    for (at, value) in correlations.matrix.iter().enumerate() {
        let (row, column) = (at / count, at % count);
        let Some(value) = value.filter(|value| value.is_finite()) else {
            continue;
        };
        let shade = (value * f64::from(SHADES)).round() as i32;
        if shade != 0 {
            let (x, y) = (NAMES + CELL * column as f64, TOP + CELL * row as f64);
            // Writing to a string does not fail.
            _ = write!(
                shades.entry(shade).or_default(),
                "M{x} {y}h{0}v{0}h-{0}z",
                CELL - 1.0
            );
        }
    }
    let paths: String = shades
        .into_iter()
        .map(|(shade, path)| {
            let hue = if shade > 0 { "up" } else { "down" };
            format!(
                "<path d=\"{path}\" fill=\"var(--{hue})\" fill-opacity=\"{:.2}\"/>",
                f64::from(shade.abs()) / f64::from(SHADES)
            )
        })
        .collect();
    let names: String = correlations
        .names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let name = escaped(&shortened(name, 22));
            let middle = CELL * (at as f64 + 0.5);
            let (y, x) = (TOP + middle + 4.0, NAMES + middle + 4.0);
            format!(
                "<text x=\"{}\" y=\"{y:.0}\" text-anchor=\"end\">{name}</text><text transform=\"translate({x:.0} {})rotate(-60)\">{name}</text>",
                NAMES - 6.0,
                TOP - 6.0
            )
        })
        .collect();
    format!(
        "<svg aria-hidden=\"true\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\
         <path d=\"M{NAMES} {TOP}h{side}v{side}h-{side}z\" fill=\"var(--raised)\"/>{paths}<g font-size=\"12\" fill=\"var(--ink-soft)\">{names}</g></svg>"
    )
}

/// The legend of the shades.
pub fn key() -> AnyView {
    let step = |value: f64| {
        let hue = if value < 0.0 {
            "var(--down)"
        } else {
            "var(--up)"
        };
        let style = format!(
            "background:color-mix(in srgb, {hue} {:.0}%, var(--raised))",
            100.0 * value.abs()
        );
        view! { <li><span aria-hidden="true" style=style></span>{format::signed(value, 1)}</li> }
            .into_any()
    };
    let steps = [-1.0, -0.5, 0.0, 0.5, 1.0]
        .map(step)
        .into_iter()
        .collect::<Vec<_>>();
    view! { <ul class="heat-key">{steps}</ul> }.into_any()
}
