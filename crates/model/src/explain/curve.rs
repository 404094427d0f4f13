//! Contributions to a curve of the margin.

use crate::explain::scale::Scale;
use crate::explain::{Contributions, ExplainError, Explainer, check_sum};
use crate::scorer::Scorer;

/// Interventional contributions to a curve of the margin (the probability, a loss), instead of to
/// the margin itself: for each background row the contributions to the margin, times the slope of
/// the secant from that row's margin to the explained row's, averaged (as shap's `model_output`).
/// `base + Σ values = margin`, all three on the curve. For single rows: it takes `background ×
/// leaves` steps.
///
/// # Errors
/// As [`Explainer::interventional`](super::Explainer::interventional).
pub fn contributions_to_curve(
    scorer: &Scorer,
    background: &[Vec<f64>],
    row: &[f64],
    curve: &dyn Fn(f64) -> f64,
) -> Result<Contributions, ExplainError> {
    if background.is_empty() {
        return Err(ExplainError::NoBackground);
    }
    let margin = scorer.margin(row);
    let mut result = Contributions {
        base: 0.0,
        values: vec![0.0; row.len()],
        margin: curve(margin),
    };
    let share = 1.0 / background.len() as f64;
    for other in background {
        let one = Explainer::build(scorer, row.len(), Some(std::slice::from_ref(other)), 0)?;
        let own = one.contributions(row)?;
        let scale = Scale::secant(curve, own.base, margin);
        result.base += share * scale.base;
        result
            .values
            .iter_mut()
            .zip(own.values)
            .for_each(|(sum, value)| *sum += share * scale.factor * value);
    }
    check_sum(
        result
            .values
            .iter()
            .fold(result.base, |sum, value| sum + value),
        result.margin,
    )?;
    Ok(result)
}
