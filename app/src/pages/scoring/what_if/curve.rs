//! The response curve (ICE) of the focused field: drawn in the browser and redrawn at each step.

use leptos::prelude::*;
use model::vary::Curve;

use super::scenario::Scenario;
use crate::boxed::{IntoBoxed, live};
use crate::format;

const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 160.0;
const EDGE: f64 = 6.0;

#[component]
pub fn Response(scenario: Scenario) -> AnyView {
    let drawing = move || {
        let value = scenario.values.with(|values| {
            scenario
                .focused
                .with(|field| values.get(field).cloned().unwrap_or_default())
        });
        scenario
            .response
            .get()
            .map_or_else(|| ().boxed(), |curve| figure(curve, &value))
    };
    view! { <div class="response">{live(drawing)}</div> }.boxed()
}

fn figure(curve: Curve, value: &str) -> AnyView {
    let top = curve
        .points
        .iter()
        .map(|point| point.probability)
        .fold(0.05, f64::max)
        * 1.08;
    let (Some(first), Some(last)) = (curve.points.first(), curve.points.last()) else {
        return ().boxed();
    };
    let x = |at: f64| {
        EDGE + (WIDTH - 2.0 * EDGE)
            * if last.x > first.x {
                (at - first.x) / (last.x - first.x)
            } else {
                0.5
            }
    };
    let y = |probability: f64| HEIGHT - EDGE - (HEIGHT - 2.0 * EDGE) * probability / top;
    // Levels without an order are dots: there is nothing between them.
    let level = value.parse::<f64>().is_err();
    let mut line = String::new();
    for point in &curve.points {
        let start = if level || line.is_empty() { 'M' } else { 'L' };
        line.push_str(&format!(
            "{start}{:.1} {:.1}{}",
            x(point.x),
            y(point.probability),
            if level { "h0" } else { "" }
        ));
    }
    // A number is its own position; a level is found by its text.
    let here = value.parse::<f64>().ok().or_else(|| {
        curve
            .points
            .iter()
            .find(|point| point.text == value)
            .map(|point| point.x)
    });
    let here = here.filter(|at| (first.x..=last.x).contains(at)).map(|at| {
        let line = format!("M{:.1} 0V{HEIGHT}", x(at));
        view! { <path class="here" d=line /> }
    });
    let extremes = |pick: fn(f64, f64) -> f64| {
        curve
            .points
            .iter()
            .map(|point| point.probability)
            .reduce(pick)
            .unwrap_or_default()
    };
    let (low, high) = (extremes(f64::min), extremes(f64::max));
    let sentence = format!(
        "{} to {} over the training range, with all other values unchanged.",
        format::percent(low),
        format::percent(high)
    );
    let ends = [first, last]
        .map(|point| view! { <span>{point.text.clone()}</span> }.boxed())
        .into_iter()
        .collect::<Vec<_>>();
    view! {
        <figure class="chart">
            <figcaption>
                <h2>{format!("Risk by {} (ICE curve)", curve.label)}</h2>
                <p>{sentence}</p>
            </figcaption>
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") aria-hidden="true">
                <path class="axis" d=format!("M1 0V{:.1}H{WIDTH}", HEIGHT - EDGE) />
                <text x="6" y="14">{format::percent(top)}</text>
                <text x="6" y=HEIGHT - 2.0 * EDGE>"0%"</text>
                {here}
                <path class=if level { "line dots" } else { "line" } d=line />
            </svg>
            <p class="curve-ends aside">{ends}</p>
        </figure>
    }
    .boxed()
}
