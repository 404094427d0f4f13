//! A check as a file.

use serde_json::json;

use super::history::{CheckPage, by_weight};
use crate::csv_text::csv_text;
use crate::{Error, Result};

/// What a check can be taken away as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// Everything.
    Json,
    /// The report that guide 004 describes.
    Guide,
    /// One line a column.
    Csv,
}

impl ExportFormat {
    /// The format of that name: `json`, `guide`, `csv`.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Json, Self::Guide, Self::Csv]
            .into_iter()
            .find(|format| format.name() == name)
    }

    /// Name in addresses and commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Guide => "guide",
            Self::Csv => "csv",
        }
    }

    /// Media type.
    pub fn media_type(self) -> &'static str {
        if self == Self::Csv {
            "text/csv; charset=utf-8"
        } else {
            "application/json"
        }
    }
}

const HEADINGS: [&str; 15] = [
    "column",
    "label",
    "kind",
    "verdict",
    "test",
    "statistic",
    "p_value",
    "p_adjusted",
    "effect_size",
    "n_reference",
    "n_current",
    "missing_reference",
    "missing_current",
    "importance",
    "why",
];

impl CheckPage {
    /// The check as the text of a file.
    ///
    /// # Errors
    /// Never in practice: when it has no JSON form.
    pub fn export(&self, format: ExportFormat) -> Result<String> {
        let text =
            |value: &serde_json::Value| serde_json::to_string_pretty(value).map_err(Error::caused);
        match format {
            ExportFormat::Json => text(
                &json!({ "check": self.check, "report": *self.report, "notes": self.notes, "simulated": self.simulated }),
            ),
            ExportFormat::Guide => text(&json!(self.report.guide_report(self.check.created_at))),
            ExportFormat::Csv => self.csv(),
        }
    }

    fn csv(&self) -> Result<String> {
        let columns = by_weight(&self.report)
            .into_iter()
            .chain([(&self.report.prediction, None), (&self.report.target, None)]);
        let rows = columns.map(|(column, importance)| {
            let number =
                |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
            let test = column.deciding_test();
            [
                column.name.clone(),
                self.use_case.label(&column.name),
                column.kind.to_string(),
                column.verdict.to_string(),
                column
                    .decided_by
                    .map(|statistic| statistic.to_string())
                    .unwrap_or_default(),
                number(test.map(|test| test.statistic)),
                number(test.and_then(|test| test.p_value)),
                number(test.and_then(|test| test.p_adjusted)),
                number(column.effect_size),
                column.n_reference.to_string(),
                column.n_current.to_string(),
                column.missing_reference.to_string(),
                column.missing_current.to_string(),
                number(importance),
                column.why.map(|why| why.to_string()).unwrap_or_default(),
            ]
        });
        csv_text(HEADINGS.map(str::to_owned), rows)
    }
}
