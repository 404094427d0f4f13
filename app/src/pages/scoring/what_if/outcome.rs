//! The result: probability, band, change vs the starting point, the drivers before and after.

use leptos::prelude::*;

use super::curve::Response;
use super::form::change_text;
use super::judge::Judgment;
use super::scenario::Scenario;
use crate::boxed::{IntoBoxed, live};
use crate::components::badge::RiskBadge;
use crate::components::gauge::Gauge;
use crate::components::waterfall::Waterfall;
use crate::format;

#[component]
pub fn Outcome(scenario: Scenario, subject: String) -> AnyView {
    // While a field is invalid, the last valid result stays and the field shows its error.
    let last = Memo::new(move |before: Option<&Option<Judgment>>| {
        let now = scenario.judged.with(|judged| judged.as_ref().ok().cloned());
        now.or_else(|| before.cloned().flatten())
    });
    let started = scenario
        .started
        .with_value(|started| started.as_ref().ok().cloned());
    let start = started.as_ref().map(|started| started.probability);
    let shown = move || {
        last.get()
            .map_or_else(|| ().boxed(), |judged| result(scenario, judged, start))
    };
    let after = move || {
        last.get()
            .map_or_else(|| ().boxed(), |judged| waterfall("This scenario", judged))
    };
    let unchanged = Memo::new(move |_| {
        scenario
            .start
            .with_value(|start| scenario.values.with(|values| values == start))
    });
    let before = move || {
        started
            .clone()
            .filter(|_| !unchanged.get())
            .map_or_else(|| ().boxed(), |judged| waterfall("Starting point", judged))
    };
    let wrong = Signal::derive(move || scenario.judged.with(Result::is_err).to_string());
    view! {
        <section id="result" class="outcome" aria-label="Result" aria-busy=wrong>
            <p class="aside">{subject}</p>
            {live(shown)}
            <div class="before-after">{live(after)}{live(before)}</div>
            <Response scenario />
        </section>
    }
    .boxed()
}

fn result(scenario: Scenario, judged: Judgment, start: Option<f64>) -> AnyView {
    let change = start
        .filter(|start| *start != judged.probability)
        .map(|start| change_text(start, judged.probability));
    let change = change.map_or_else(
        || "no change from the starting point".to_owned(),
        |change| format!("{change} vs starting point"),
    );
    let range = judged
        .interval
        .map(|interval| format!("calibration range {}", format::percent_range(interval)));
    let meaning = |interval| {
        scenario.words.with_value(|words| {
            model::sentence::calibration_range(judged.probability, interval, words)
        })
    };
    let meaning = judged.interval.map(meaning);
    view! {
        <p class="number">{format::number(judged.probability * 100.0, 1)}"%"</p>
        <p class="verdict"><RiskBadge band=judged.band probability=judged.probability /><b>{change}</b><span class="aside">{range}</span></p>
        <Gauge probability=judged.probability interval=judged.interval base=start.unwrap_or(judged.base) />
        <p class="sentence" role="status">{judged.sentence}</p>
        <p class="aside">{meaning}</p>
    }
    .boxed()
}

fn waterfall(title: &'static str, judged: Judgment) -> AnyView {
    view! { <div><h2>{title}</h2><Waterfall base=judged.base probability=judged.probability reasons=judged.reasons /></div> }.boxed()
}
