//! Badges of verdicts.

use app::components::badge::{StateBadge, Tone};
use leptos::prelude::*;

/// Tone and word of a verdict.
pub fn verdict(verdict: stats::Verdict) -> (Tone, &'static str) {
    match verdict {
        stats::Verdict::Pass => (Tone::Good, "Pass"),
        stats::Verdict::Fail => (Tone::Bad, "Fail"),
        stats::Verdict::Inconclusive => (Tone::Watch, "Inconclusive"),
        stats::Verdict::CouldNotCompute => (Tone::Watch, "Could not compute"),
    }
}

/// A verdict as a badge.
pub fn verdict_badge(of: stats::Verdict) -> AnyView {
    let (tone, word) = verdict(of);
    view! { <StateBadge tone word /> }.into_any()
}

/// Whether inputs that predict a protected group with this ROC AUC are a strong proxy for it.
pub fn proxy_badge(roc_auc: &domain::Estimate) -> AnyView {
    let (tone, word) = match stats::fairness::proxy_verdict(roc_auc) {
        stats::Verdict::Pass => (Tone::Neutral, "Below limit"),
        stats::Verdict::Fail => (Tone::Bad, "Strong proxy"),
        stats::Verdict::Inconclusive => (Tone::Watch, "Inconclusive"),
        stats::Verdict::CouldNotCompute => (Tone::Watch, "Could not compute"),
    };
    view! { <StateBadge tone word /> }.into_any()
}
