//! Labels of verdicts, recommendations, tests and events.

use domain::{DriftVerdict, Recommendation};
use leptos::prelude::*;
use monitoring::ColumnReport;
use monitoring::recommendation::Says;
use workflow::Mark;

use app::components::badge::{StateBadge, Tone};
use domain::format;

/// Only "no drift" is a good state; "could not compute" is not.
pub fn verdict(verdict: DriftVerdict) -> AnyView {
    let (tone, word) = match verdict {
        DriftVerdict::Drifted => (Tone::Bad, "Drifted"),
        DriftVerdict::Stable => (Tone::Good, "No drift"),
        DriftVerdict::TooFewRows => (Tone::Watch, "Too few rows"),
        DriftVerdict::CouldNotCompute => (Tone::Watch, "Could not compute"),
    };
    view! { <StateBadge tone word /> }.into_any()
}

/// The recommended action.
pub fn action(action: Recommendation) -> AnyView {
    let (tone, word) = match action {
        Recommendation::CheckFeed => (Tone::Bad, "Check the data feed"),
        Recommendation::Retrain => (Tone::Bad, "Retrain"),
        Recommendation::Wait => (Tone::Watch, "Wait"),
        Recommendation::Keep => (Tone::Good, "Keep"),
        Recommendation::Unclear => (Tone::Watch, "Inconclusive"),
    };
    view! { <StateBadge tone word /> }.into_any()
}

/// The result of one signal.
pub fn says(says: Says) -> AnyView {
    let (tone, word) = match says {
        Says::CheckFeed => (Tone::Bad, "Check the data feed"),
        Says::Retrain => (Tone::Bad, "Retrain"),
        Says::Keep => (Tone::Good, "Keep"),
        Says::Inconclusive => (Tone::Watch, "Inconclusive"),
        Says::Unknown => (Tone::Watch, "Not known"),
    };
    view! { <StateBadge tone word /> }.into_any()
}

/// The test that decided about a column, or the reason why none could.
pub fn decided_by(column: &ColumnReport) -> String {
    column
        .decided_by
        .map_or_else(|| why(column), |statistic| statistic.label().to_owned())
}

/// Why a column could not be compared; empty when it could.
pub fn why(column: &ColumnReport) -> String {
    column.why.map(|why| why.to_string()).unwrap_or_default()
}

/// A p-value for display.
pub fn p_value(p: Option<f64>) -> String {
    p.map_or_else(|| "–".into(), format::p_value)
}

/// An effect size with its unit.
pub fn effect(column: &ColumnReport) -> String {
    match column.effect_size {
        None => "–".into(),
        Some(effect) if column.kind.is_numeric() => format!("{} SD", format::number(effect, 2)),
        Some(effect) => format!("{}%", format::number(100.0 * effect, 1)),
    }
}

/// Share of missing rows.
pub fn missing(missing: u64, rows: u64) -> String {
    if rows == 0 {
        "–".into()
    } else {
        format!(
            "{}%",
            format::number(100.0 * missing as f64 / rows as f64, 1)
        )
    }
}

/// The letter that marks an event on a chart over time.
pub fn letter(mark: Mark) -> &'static str {
    match mark {
        Mark::Training => "T",
        Mark::Promotion => "P",
        Mark::Rollback => "R",
        Mark::Acknowledgement => "A",
    }
}
