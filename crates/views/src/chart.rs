//! A chart with what makes it readable.

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
    pub rows: Vec<Vec<String>>,
}
