//! The data-quality figures of guide 002 as gates.

use serde::{Deserialize, Serialize};
use stats::outliers::OUTLIER_DEVIATIONS;

use super::columns::ColumnSummary;
use super::correlations::Correlations;

/// Limits: a figure must stay below.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GateLimits {
    /// Missing rate of the worst column, 0..1.
    pub missing_rate: f64,
    /// Share of a column's values that are outliers, worst column, 0..1.
    pub outlier_rate: f64,
    /// Strongest correlation between two columns, 0..1.
    pub correlation: f64,
}

impl Default for GateLimits {
    fn default() -> Self {
        Self {
            missing_rate: 0.05,
            outlier_rate: 0.01,
            correlation: 0.8,
        }
    }
}

/// What a gate is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateName {
    /// Share of missing values of a column.
    MissingRate,
    /// Share of outliers of a column of numbers.
    OutlierRate,
    /// Correlation of two columns.
    Correlation,
}

impl GateName {
    /// The figure, at the start of a sentence.
    fn figure(self) -> String {
        match self {
            Self::MissingRate => "Highest missing rate".to_owned(),
            Self::OutlierRate => {
                format!(
                    "Highest outlier rate (more than {OUTLIER_DEVIATIONS} standard deviations from the mean)"
                )
            }
            Self::Correlation => "Strongest correlation between two columns".to_owned(),
        }
    }
}

/// One gate. The figures are counts over the whole table, so there is no interval and no
/// "inconclusive".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// What it limits.
    pub name: GateName,
    /// The worst figure; `None` when nothing could be measured.
    pub value: Option<f64>,
    /// A figure at or beyond it has not passed.
    pub limit: f64,
    /// `None` when nothing could be measured: then the gate has not passed.
    pub passed: Option<bool>,
    /// Columns (or pairs) at or beyond the limit, worst first.
    pub offenders: Vec<String>,
    /// The result in words.
    pub sentence: String,
}

pub(super) fn gates(
    columns: &[ColumnSummary],
    correlations: &Correlations,
    limits: &GateLimits,
) -> Vec<Gate> {
    let missing = columns
        .iter()
        .map(|column| (column.name.clone(), column.missing_rate))
        .collect();
    let outliers = columns
        .iter()
        .filter_map(|column| Some((column.name.clone(), column.numbers.as_ref()?.outlier_rate_z)))
        .collect();
    let pairs = correlations
        .strongest
        .iter()
        .map(|pair| {
            (
                format!(
                    "{} and {}",
                    correlations.names[pair.first], correlations.names[pair.second]
                ),
                pair.value.abs(),
            )
        })
        .collect();
    vec![
        gate(GateName::MissingRate, missing, limits.missing_rate, true),
        gate(GateName::OutlierRate, outliers, limits.outlier_rate, true),
        gate(GateName::Correlation, pairs, limits.correlation, false),
    ]
}

impl Gate {
    /// The same gate with the verdict of `exact`, which was judged on figures as they were
    /// measured. A figure that was measured and is not released is said to be hidden, not to be
    /// missing.
    pub(super) fn judged_as(&mut self, exact: &Self) {
        (self.passed, self.offenders) = (exact.passed, exact.offenders.clone());
        if self.value.is_none() && self.passed.is_some() {
            self.sentence = format!("{}: not shown, to protect privacy.", self.name.figure());
        }
    }
}

fn gate(name: GateName, mut figures: Vec<(String, f64)>, limit: f64, percent: bool) -> Gate {
    figures.sort_by(|a, b| b.1.total_cmp(&a.1));
    let show = |value: f64| {
        if percent {
            format!("{:.1}%", 100.0 * value)
        } else {
            format!("{value:.2}")
        }
    };
    let (worst, what) = (figures.first().cloned(), name.figure());
    let offenders: Vec<String> = figures
        .into_iter()
        .filter(|(_, value)| *value >= limit)
        .map(|(name, _)| name)
        .collect();
    let sentence = match &worst {
        Some((column, value)) => format!(
            "{what}: {} ({column}), limit {}.",
            show(*value),
            show(limit)
        ),
        None => format!("{what}: not applicable."),
    };
    let value = worst.map(|(_, value)| value);
    Gate {
        name,
        passed: value.map(|value| value < limit),
        value,
        limit,
        offenders,
        sentence,
    }
}
