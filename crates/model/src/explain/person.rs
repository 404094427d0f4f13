//! From contributions of inputs to reasons that a person can read: one line for each original
//! field, in log-odds and in points.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::explain::scale::Scale;
use crate::explain::{ExplainError, Explainer, check_sum};
use crate::field::Field;
use crate::file::Model;
use crate::scorer::{Calibrator, Link, logit};
use crate::table::Table;

/// What one field adds to a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldContribution {
    /// The field's name in the use case.
    pub field: String,
    /// Its label.
    pub label: String,
    /// The person's value as displayed, with its unit.
    pub value: String,
    /// Signed contribution to the log-odds.
    pub log_odds: f64,
    /// Percentage points of probability: 11.0 is "11 points".
    pub points: f64,
}

/// Why a score is what it is. `base + Σ fields = result`, in log-odds and in points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Calibrated probability at the expected margin over the training rows: where the waterfall
    /// starts.
    pub base_probability: f64,
    /// Calibrated probability of the person, from 0 to 1.
    pub probability: f64,
    /// Expected log-odds over the training rows.
    pub base_log_odds: f64,
    /// Log-odds of the person: base plus all contributions.
    pub log_odds: f64,
    /// Largest effect first.
    pub fields: Vec<FieldContribution>,
}

/// A model with its explainer.
#[derive(Debug, Clone)]
pub struct ModelExplainer {
    model: Arc<Model>,
    explainer: Explainer,
    /// Encoder fields under which at least one input is shown.
    shown: Vec<u32>,
}

impl ModelExplainer {
    /// Path-dependent explanations of a model.
    ///
    /// # Errors
    /// [`ExplainError::TooManyInputs`].
    pub fn new(model: Arc<Model>) -> Result<Self, ExplainError> {
        let explainer = Explainer::new(&model.scorer, model.encoder.inputs.len())?;
        let mut shown: Vec<u32> = model
            .encoder
            .inputs
            .iter()
            .map(|input| input.shown_as)
            .collect();
        shown.sort_unstable();
        shown.dedup();
        Ok(Self {
            model,
            explainer,
            shown,
        })
    }

    /// The model that is explained.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// The exact explainer that it uses.
    pub fn explainer(&self) -> &Explainer {
        &self.explainer
    }

    /// Names of the fields that explanations show, in the order of the encoder.
    pub fn shown_fields(&self) -> impl Iterator<Item = &str> {
        self.shown
            .iter()
            .map(|field| self.model.encoder.fields[*field as usize].name.as_str())
    }

    /// Explains row `row` of `table` (columns as for scoring).
    ///
    /// # Errors
    /// See [`ExplainError`].
    pub fn explain(&self, table: &Table, row: usize) -> Result<Explanation, ExplainError> {
        if row >= table.rows() {
            return Err(ExplainError::NoSuchRow(row));
        }
        let one = table.take(&[row]);
        let matrix = self.model.encode(&one);
        let mut encoded = Vec::new();
        matrix.copy_row(0, &mut encoded);
        let contributions = self.explainer.contributions(&encoded)?;
        self.explanation(
            &one,
            0,
            &contributions.values,
            contributions.margin,
            usize::MAX,
        )
    }

    /// Explains the rows `rows` of `table`, keeping the `top` largest fields of each: the same bits
    /// as one by one. Callers with threads give each its own range.
    ///
    /// # Errors
    /// See [`ExplainError`].
    pub fn explain_rows(
        &self,
        table: &Table,
        rows: Range<usize>,
        top: usize,
    ) -> Result<Vec<Explanation>, ExplainError> {
        if rows.end > table.rows() {
            return Err(ExplainError::NoSuchRow(rows.end - 1));
        }
        let part = if rows == (0..table.rows()) {
            Cow::Borrowed(table)
        } else {
            Cow::Owned(table.take(&rows.collect::<Vec<_>>()))
        };
        let matrix = self.model.encode(&part);
        let (values, margins) = self
            .explainer
            .contributions_and_margins(&matrix, 0..part.rows())?;
        let explain = |(row, margin): (usize, &f64)| {
            let width = self.explainer.inputs();
            let values = &values[row * width..(row + 1) * width];
            self.explanation(&part, row, values, *margin, top)
        };
        margins.iter().enumerate().map(explain).collect()
    }

    /// Sums the contributions of inputs (in the unit of the margin) under the fields that they are
    /// shown as, in the order of
    /// [`Self::shown_fields`].
    pub fn sum_by_field(&self, values: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.model.encoder.fields.len()];
        for (input, value) in self.model.encoder.inputs.iter().zip(values) {
            sums[input.shown_as as usize] += value;
        }
        self.shown
            .iter()
            .map(|field| sums[*field as usize])
            .collect()
    }

    /// Log-odds for one unit of the margin around the base, for charts over many people. 1 for a
    /// model in log-odds without calibrator.
    fn log_odds_scale(&self, margin: f64) -> Scale {
        let (scorer, base) = (&self.model.scorer, self.explainer.base());
        match (scorer.link, &scorer.calibrator) {
            (Link::Logit, Calibrator::None) => Scale {
                base,
                result: margin,
                factor: 1.0,
            },
            (Link::Logit, Calibrator::Platt { slope, offset }) => Scale {
                base: slope * base + offset,
                result: slope * margin + offset,
                factor: *slope,
            },
            _ => Scale::secant(
                |margin| logit(scorer.probability_of_margin(margin)),
                base,
                margin,
            ),
        }
    }

    fn explanation(
        &self,
        table: &Table,
        row: usize,
        values: &[f64],
        margin: f64,
        top: usize,
    ) -> Result<Explanation, ExplainError> {
        let scorer = &self.model.scorer;
        let log_odds = self.log_odds_scale(margin);
        let probability = Scale::secant(
            |margin| scorer.probability_of_margin(margin),
            self.explainer.base(),
            margin,
        );
        let sums = self.sum_by_field(values);
        for scale in [&log_odds, &probability] {
            let sum = sums
                .iter()
                .fold(scale.base, |sum, value| sum + value * scale.factor);
            check_sum(sum, scale.result)?;
        }
        let mut largest: Vec<(&str, [f64; 2])> = self
            .shown_fields()
            .zip(&sums)
            .map(|(name, sum)| {
                (
                    name,
                    [sum * log_odds.factor, 100.0 * sum * probability.factor],
                )
            })
            .collect();
        // The order of the encoder among equals. Flat calibration makes all points 0, so log-odds
        // decide before them.
        largest.sort_by(|(_, a), (_, b)| {
            b.map(f64::abs)
                .partial_cmp(&a.map(f64::abs))
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        // Texts only for what is kept: of a batch three fields of thirty.
        largest.truncate(top);
        let fields = largest
            .into_iter()
            .map(|(name, [log_odds, points])| FieldContribution {
                field: name.to_owned(),
                label: self.model.use_case.label(name),
                value: value_text(&self.model, table, row, name),
                log_odds,
                points,
            })
            .collect();
        Ok(Explanation {
            base_probability: probability.base,
            probability: probability.result,
            base_log_odds: log_odds.base,
            log_odds: log_odds.result,
            fields,
        })
    }
}

/// A person's value of a field as displayed: label of the level, number with its unit, "not given"
/// when missing.
pub fn value_text(model: &Model, table: &Table, row: usize, name: &str) -> String {
    let text = table
        .column(name)
        .map(|column| column.text(row))
        .unwrap_or_default();
    match model.use_case.field(name) {
        _ if text.is_empty() => "not given".into(),
        None => text,
        Some(field) => display(field, &text),
    }
}

fn display(field: &Field, text: &str) -> String {
    // A text ordinal travels as its position from 1.
    let position = || {
        text.parse::<usize>()
            .ok()
            .and_then(|position| field.levels.get(position.checked_sub(1)?))
    };
    let text = if field.is_level() {
        text
    } else {
        position().map_or(text, String::as_str)
    };
    match field.labels.get(text) {
        Some(label) => label.clone(),
        None if field.unit.is_empty() || !field.levels.is_empty() => text.to_owned(),
        None if text == "1" => format!("1 {}", field.unit.strip_suffix('s').unwrap_or(&field.unit)),
        None => format!("{text} {}", field.unit),
    }
}
