//! A probability on a scale.

use leptos::prelude::*;

use super::badge::risk_style;
use super::table::Mark;
use crate::boxed::IntoBoxed;

/// The probability on a scale from 0% to 100%, with its interval and the average.
#[component]
pub fn Gauge(probability: f64, interval: Option<[f64; 2]>, base: f64) -> AnyView {
    let whisker = interval.map(|[low, high]| Mark {
        class: "whisker",
        from: low * 100.0,
        width: (high - low) * 100.0,
    });
    let at = |class, p: f64| Mark {
        class,
        from: p * 100.0,
        width: 0.0,
    };
    let marks = [at("pin", base)]
        .into_iter()
        .chain(whisker)
        .chain([at("dot", probability)]);
    let marks = marks
        .map(|mark| view! { <span class=mark.class style=mark.style()></span> }.boxed())
        .collect::<Vec<_>>();
    view! {
        <div class="gauge" aria-hidden="true" style=risk_style(probability)>{marks}</div>
        <p class="gauge-ends aside" aria-hidden="true"><span>"0%"</span><span>"100%"</span></p>
    }
    .boxed()
}
