//! Small badges that always include their word.

use crate::boxed::IntoBoxed;
use leptos::prelude::*;

/// The band of a score. The swatch is darker for a higher probability; the word has the same
/// meaning.
#[component]
pub fn RiskBadge(#[prop(into)] band: String, probability: f64) -> AnyView {
    view! { <span class="risk" style=risk_style(probability)><span class="swatch" aria-hidden="true"></span>{band}</span> }.boxed()
}

/// The custom property from which the style sheet mixes the color of a risk: 0 to 100, stretched,
/// since most scores are well below 0.5.
pub fn risk_style(probability: f64) -> String {
    format!(
        "--risk: {:.0}",
        100.0 * (probability.clamp(0.0, 0.8) / 0.8).sqrt()
    )
}

/// The meaning of a state: decides sign and color of a [`StateBadge`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Good,
    Bad,
    Watch,
    Neutral,
}

/// A state in a word, after a sign.
#[component]
pub fn StateBadge(tone: Tone, #[prop(into)] word: String) -> AnyView {
    let (class, sign) = match tone {
        Tone::Good => ("state good", "✓"),
        Tone::Bad => ("state bad", "✕"),
        Tone::Watch => ("state watch", "!"),
        Tone::Neutral => ("state", "·"),
    };
    view! { <span class=class><span class="mark" aria-hidden="true">{sign}</span>{word}</span> }
        .boxed()
}

/// Tone and word of a verdict.
#[cfg(feature = "ssr")]
pub fn verdict(verdict: stats::Verdict) -> (Tone, &'static str) {
    match verdict {
        stats::Verdict::Pass => (Tone::Good, "Pass"),
        stats::Verdict::Fail => (Tone::Bad, "Fail"),
        stats::Verdict::Inconclusive => (Tone::Watch, "Inconclusive"),
        stats::Verdict::CouldNotCompute => (Tone::Watch, "Could not compute"),
    }
}

/// A verdict as a badge.
#[cfg(feature = "ssr")]
pub fn verdict_badge(of: stats::Verdict) -> AnyView {
    let (tone, word) = verdict(of);
    view! { <StateBadge tone word /> }.boxed()
}

/// Whether inputs that predict a protected group with this ROC AUC are a strong proxy for it.
#[cfg(feature = "ssr")]
pub fn proxy_badge(roc_auc: &domain::Estimate) -> AnyView {
    let (tone, word) = match stats::fairness::proxy_verdict(roc_auc) {
        stats::Verdict::Pass => (Tone::Neutral, "Below limit"),
        stats::Verdict::Fail => (Tone::Bad, "Strong proxy"),
        stats::Verdict::Inconclusive => (Tone::Watch, "Inconclusive"),
        stats::Verdict::CouldNotCompute => (Tone::Watch, "Could not compute"),
    };
    view! { <StateBadge tone word /> }.boxed()
}
