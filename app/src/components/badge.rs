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
