//! Labels of verdicts and limits, and the ids of sections.

use leptos::prelude::*;
use stats::Verdict;
use stats::fairness::ParityMetric;

use crate::boxed::IntoBoxed;
use crate::components::badge::{StateBadge, Tone};
use crate::format;

/// A verdict as a badge.
pub fn badge(verdict: Verdict) -> AnyView {
    let (tone, word) = match verdict {
        Verdict::Pass => (Tone::Good, "Pass"),
        Verdict::Fail => (Tone::Bad, "Fail"),
        Verdict::Inconclusive => (Tone::Watch, "Inconclusive"),
        Verdict::CouldNotCompute => (Tone::Neutral, "Could not compute"),
    };
    view! { <StateBadge tone word /> }.boxed()
}

/// "at most 0.10"
pub fn limit_text(metric: ParityMetric, limit: f64) -> String {
    format!("{} {}", if metric.is_ratio() { "at least" } else { "at most" }, format::number(limit, 2))
}

/// The id of an attribute's section.
pub fn anchor(name: &str) -> String {
    let letters = name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' });
    format!("group-{}", letters.collect::<String>())
}
