//! What selection goes by. None of these hangs on the 0.5 cutoff, and more is always better.

use serde::{Deserialize, Serialize};
use stats::ScoreTable;

/// A selection metric.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SelectionMetric {
    /// Area under the ROC curve.
    #[default]
    RocAuc,
    /// Area under the precision-recall curve.
    AveragePrecision,
    /// Mean log-likelihood: log loss with its sign turned.
    LogLoss,
    /// Brier score with its sign turned.
    Brier,
    /// Best F-beta over all cutoffs.
    FBeta(f64),
}

impl SelectionMetric {
    /// The metric for probabilities, turned so that more is better; `None` with one class only.
    pub fn score(self, labels: &[bool], probabilities: &[f64]) -> Option<f64> {
        let table = ScoreTable::new(labels, probabilities)
            .ok()
            .filter(|table| table.negative_count() > 0)?;
        match self {
            Self::RocAuc => table.roc_auc(),
            Self::AveragePrecision => table.average_precision(),
            Self::LogLoss => table.log_loss().map(|loss| -loss),
            Self::Brier => table.brier().map(|score| -score),
            Self::FBeta(beta) => best_f_beta(&table, beta),
        }
    }
}

fn best_f_beta(table: &ScoreTable, beta: f64) -> Option<f64> {
    let positives = f64::from(table.positive_count());
    let weight = beta * beta;
    let (mut caught, mut flagged) = (0.0, 0.0);
    let f_beta = |(_, own, other): (f64, u32, u32)| {
        caught += f64::from(own);
        flagged += f64::from(own + other);
        (1.0 + weight) * caught / (weight * positives + flagged)
    };
    (positives > 0.0).then(|| table.iter().map(f_beta).fold(0.0, f64::max))
}
