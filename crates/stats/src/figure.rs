//! One measured figure, as it is stored, sent and shown.

use serde::{Deserialize, Serialize};

/// A measured figure with its interval and the number of rows behind it, or the reason why it could not be computed.
///
/// In JSON: `{"value": x, "interval": [lo, hi], "n": n}`, or `{"value": null, "why": "…"}`. A figure is never NaN.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// The point estimate; `None` when it could not be computed.
    pub value: Option<f64>,
    /// Lower and upper end of the 95 % interval, where one exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
    /// Rows (or positives, for figures over positives) that the figure rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// Why there is no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Figure {
    /// A figure without an interval. A value that is not finite becomes "could not be computed".
    pub fn point(value: f64, n: usize) -> Self {
        if value.is_finite() {
            Self { value: Some(value), interval: None, n: Some(n as u32), why: None }
        } else {
            Self::unknown("the figure is not a finite number on these rows")
        }
    }

    /// A figure with a 95 % interval. An interval that is not finite is left out.
    pub fn with_interval(value: f64, interval: [f64; 2], n: usize) -> Self {
        let mut figure = Self::point(value, n);
        if figure.value.is_some() && interval.iter().all(|end| end.is_finite()) {
            figure.interval = Some(interval);
        }
        figure
    }

    /// The figure could not be computed; `why` is a sentence for a person.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self { value: None, interval: None, n: None, why: Some(why.into()) }
    }
}
