//! Choice of a calibrator: none, Platt or isotonic, fitted on the other folds, judged on each by the Brier score.

use model::{Calibrator, Link, Scorer};
use serde::{Deserialize, Serialize};

use crate::logistic::{Design, fit_newton};

/// A margin out of fold, and what happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// Position in the training rows.
    pub row: usize,
    /// Number of its fold.
    pub fold: usize,
    pub margin: f64,
    pub label: bool,
}

/// A kind of calibrator and its cross-fitted Brier score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibrationTrial {
    /// `none`, `platt` or `isotonic`.
    pub name: String,
    pub brier: f64,
}

/// What calibration gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    pub calibrator: Calibrator,
    pub trials: Vec<CalibrationTrial>,
    /// Cross-fitted probability of each of the judged margins, by the kind that was chosen.
    pub probabilities: Vec<f64>,
}

const KINDS: [&str; 3] = ["none", "platt", "isotonic"];

/// Fits a calibrator for margins with `link`; the simpler kind wins ties.
pub fn calibrate(judged: &[Judged], link: Link) -> Calibration {
    let folds = judged.iter().map(|judged| judged.fold).max().map_or(0, |most| most + 1);
    let mut best: Option<(usize, f64, Vec<f64>)> = None;
    let mut trials = Vec::new();
    for (kind, name) in KINDS.iter().enumerate() {
        let mut probabilities = vec![0.0; judged.len()];
        for fold in 0..folds {
            let others: Vec<Judged> = judged.iter().filter(|judged| judged.fold != fold).copied().collect();
            let scorer = bare(link, fit_calibrator(kind, &others, link));
            for (judged, probability) in judged.iter().zip(&mut probabilities).filter(|(judged, _)| judged.fold == fold) {
                *probability = scorer.probability_of_margin(judged.margin);
            }
        }
        let squared = |(judged, probability): (&Judged, &f64)| (probability - f64::from(u8::from(judged.label))).powi(2);
        let brier = judged.iter().zip(&probabilities).map(squared).sum::<f64>() / judged.len().max(1) as f64;
        trials.push(CalibrationTrial { name: (*name).to_owned(), brier });
        if best.as_ref().is_none_or(|(_, least, _)| brier < *least) {
            best = Some((kind, brier, probabilities));
        }
    }
    let (kind, _, probabilities) = best.unwrap_or_default();
    Calibration { calibrator: fit_calibrator(kind, judged, link), trials, probabilities }
}

/// A scorer that only maps margins to probabilities.
fn bare(link: Link, calibrator: Calibrator) -> Scorer {
    Scorer { intercept: 0.0, parts: Vec::new(), link, calibrator }
}

fn fit_calibrator(kind: usize, judged: &[Judged], link: Link) -> Calibrator {
    let labels: Vec<bool> = judged.iter().map(|judged| judged.label).collect();
    match kind {
        1 => {
            let log_odds = |judged: &Judged| if link == Link::Logit { judged.margin } else { model::scorer::logit(judged.margin) };
            let design = Design { rows: judged.len(), columns: 1, values: judged.iter().map(log_odds).collect() };
            let fitted = fit_newton(&design, &labels, &vec![1.0; labels.len()], 1e6);
            Calibrator::Platt { slope: fitted.coefficients[0], offset: fitted.intercept }
        }
        _ => Calibrator::None,
    }
}
