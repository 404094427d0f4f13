//! Verdicts, recommendations and tests in words.

use domain::Recommendation;
use leptos::prelude::*;
use monitoring::recommendation::{Action, Says};
use monitoring::{ColumnReport, Verdict};

use crate::boxed::Erase;
use crate::components::badge::{StateBadge, Tone};
use crate::format;

/// Only "no drift" is good news; what could not be computed is none.
pub fn verdict(verdict: Verdict) -> AnyView {
    let (tone, word) = match verdict {
        Verdict::Drifted => (Tone::Bad, "Drifted"),
        Verdict::Stable => (Tone::Good, "No drift"),
        Verdict::TooFewRows => (Tone::Watch, "Too few rows"),
        Verdict::CouldNotCompute => (Tone::Watch, "Could not compute"),
    };
    view! { <StateBadge tone word /> }.erase()
}

/// A stored verdict.
pub fn named_verdict(stored: domain::DriftVerdict) -> AnyView {
    verdict(match stored {
        domain::DriftVerdict::Drifted => Verdict::Drifted,
        domain::DriftVerdict::Stable => Verdict::Stable,
        domain::DriftVerdict::TooFewRows => Verdict::TooFewRows,
        domain::DriftVerdict::CouldNotCompute => Verdict::CouldNotCompute,
    })
}

/// What to do.
pub fn action(action: Action) -> AnyView {
    let (tone, word) = match action {
        Action::Retrain => (Tone::Bad, "Retrain"),
        Action::Wait => (Tone::Watch, "Wait"),
        Action::Keep => (Tone::Good, "Keep"),
        Action::Unclear => (Tone::Watch, "Unclear"),
    };
    view! { <StateBadge tone word /> }.erase()
}

/// A stored recommendation.
pub fn named_action(stored: Recommendation) -> AnyView {
    action(match stored {
        Recommendation::Retrain => Action::Retrain,
        Recommendation::Wait => Action::Wait,
        Recommendation::Keep => Action::Keep,
        Recommendation::Unclear => Action::Unclear,
    })
}

/// What one signal says.
pub fn says(says: Says) -> AnyView {
    let (tone, word) = match says {
        Says::Retrain => (Tone::Bad, "Retrain"),
        Says::Keep => (Tone::Good, "Keep"),
        Says::Inconclusive => (Tone::Watch, "Inconclusive"),
        Says::Unknown => (Tone::Watch, "Not known"),
    };
    view! { <StateBadge tone word /> }.erase()
}

/// `Feature drift` of `feature_drift`.
pub fn signal(name: &str) -> String {
    format::capitalised(&name.replace('_', " "))
}

/// What people call a test.
pub fn test(name: &str) -> String {
    match name {
        "ks" => "Kolmogorov-Smirnov".into(),
        "chi2" => "Chi-square".into(),
        "chi2_pooled" => "Chi-square, rare levels put together".into(),
        "chi2_evidently" => "Chi-square, one-sample (Evidently)".into(),
        "z" | "z_evidently" => "Two-proportion z".into(),
        "psi" => "Population stability index".into(),
        "wasserstein_normed" => "Wasserstein distance / standard deviation".into(),
        "jensen_shannon" => "Jensen-Shannon distance".into(),
        other => format::capitalised(&other.replace('_', " ")),
    }
}

/// A p-value as people read it.
pub fn p_value(p: Option<f64>) -> String {
    match p {
        None => "–".into(),
        Some(p) if p < 0.0001 => "< 0.0001".into(),
        Some(p) => format::number(p, 4),
    }
}

/// What the effect size is measured in.
pub fn effect_unit(column: &ColumnReport) -> &'static str {
    if matches!(column.kind.as_str(), "level" | "target") { "of the people" } else { "SD" }
}

/// An effect size with its unit.
pub fn effect(column: &ColumnReport) -> String {
    match column.effect_size {
        None => "–".into(),
        Some(effect) if effect_unit(column) == "SD" => format!("{} SD", format::number(effect, 2)),
        Some(effect) => format!("{} %", format::number(100.0 * effect, 1)),
    }
}

/// Share of missing rows.
pub fn missing(missing: u64, rows: u64) -> String {
    if rows == 0 { "–".into() } else { format!("{} %", format::number(100.0 * missing as f64 / rows as f64, 1)) }
}
