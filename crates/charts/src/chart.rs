//! A chart with what makes it readable, and the curves of an evaluation that charts are drawn from.

use serde::{Deserialize, Serialize};

/// A chart: its finding, how to read it, the drawing, and its data.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Chart {
    /// The finding.
    pub title: String,
    /// How to read it.
    pub sentence: String,
    /// SVG text; empty when there is nothing to draw.
    pub svg: String,
    /// Names of lines and signs, in the order of the style sheet's series.
    pub legend: Vec<String>,
    /// The data.
    pub columns: Vec<String>,
    /// One row of texts for each row of the table; as many cells as `columns`.
    pub rows: Vec<Vec<String>>,
}

/// A curve for a chart: points and its direct label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// Which data or model the curve is of.
    pub label: String,
    /// `[x, y]` in the order in which they are joined.
    pub points: Vec<[f64; 2]>,
    /// The figure that sums it up: ROC AUC, average precision, calibration error, lift of the top
    /// tenth.
    #[serde(default)]
    pub figure: Option<f64>,
}

/// The curves of an evaluation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Curves {
    /// x: false-positive rate, y: true-positive rate, both 0 to 1.
    pub roc: Vec<Curve>,
    /// x: recall, y: precision, both 0 to 1.
    pub precision_recall: Vec<Curve>,
    /// x: mean predicted probability of a bin, y: observed share, both 0 to 1.
    pub calibration: Vec<Curve>,
    /// Share of the people looked at, highest scores first, and how many times more events they
    /// hold than as many drawn at random.
    #[serde(default)]
    pub lift: Vec<Curve>,
    /// Twenty bins from 0 to 1: people without the event, people with it.
    pub histogram: [Vec<u32>; 2],
    /// `[[tn, fp], [fn, tp]]`
    pub confusion: [[u32; 2]; 2],
    /// Probability at or above which somebody counts as flagged.
    pub cutoff: f64,
}
