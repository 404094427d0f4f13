//! What the score would be if one field were different: response curves of one person (ICE,
//! Goldstein et al. 2015) and of many (partial dependence, Friedman 2001).

use serde::{Deserialize, Serialize};

use crate::compiled::Compiled;
use crate::explain::value_text;
use crate::field::{Field, Kind};
use crate::file::Model;
use crate::table::{Column, Table};

/// Values of one field to try, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// In the unit of the field.
    Numbers(Vec<f64>),
    /// Codes into the levels of the use case's field.
    Levels(Vec<u32>),
}

impl Values {
    /// How many values there are to try.
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Levels(codes) => codes.len(),
        }
    }

    /// Whether there is nothing to try.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values as a column.
    pub fn column(&self, field: &Field) -> Column {
        match self {
            Self::Numbers(values) => Column::Number(values.clone()),
            Self::Levels(codes) => Column::Level {
                codes: codes.clone(),
                levels: field.levels.clone(),
            },
        }
    }
}

/// One point of a response curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// The number, or the position of the level.
    pub x: f64,
    /// As people read it.
    pub text: String,
    /// Calibrated probability (partial dependence: its mean).
    pub probability: f64,
}

/// A response curve of one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// Name of the field.
    pub field: String,
    /// What people call the field.
    pub label: String,
    /// In the order of the values.
    pub points: Vec<CurvePoint>,
    /// Rows that the curve is the mean of; 1 for one person.
    pub rows: usize,
}

/// The smallest step in which people would change a field: 1 for counts and ordinals of a range up
/// to `steps`, otherwise the round number (1, 2 or 5 times a power of ten) that makes at most
/// `steps` steps of it.
///
/// ```
/// use model::{Kind, vary::round_step};
///
/// assert_eq!(round_step(Kind::Real, 0.0, 1.0, 20.0), 0.05);
/// assert_eq!(round_step(Kind::Integer, 1000.0, 20000.0, 20.0), 1000.0);
/// ```
pub fn round_step(kind: Kind, low: f64, high: f64, steps: f64) -> f64 {
    let raw = (high - low) / steps;
    if raw <= 0.0 || !raw.is_finite() {
        return 1.0;
    }
    let power = libm::exp10(libm::floor(libm::log10(raw)));
    let round = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= raw * (1.0 - 1e-9))
        .unwrap_or(raw);
    if kind == Kind::Real {
        round
    } else {
        round.max(1.0)
    }
}

/// Multiples of a step from `low` to `high`, both ends included.
///
/// ```
/// use model::vary::stepped;
///
/// assert_eq!(stepped(3.0, 21.0, 5.0), [3.0, 5.0, 10.0, 15.0, 20.0, 21.0]);
/// ```
pub fn stepped(low: f64, high: f64, step: f64) -> Vec<f64> {
    let (first, last) = (
        libm::ceil(low / step - 1e-9),
        libm::floor(high / step + 1e-9),
    );
    let mut values = vec![low];
    // Dividing by a whole number where the step is a fraction keeps 0.3 from becoming
    // 0.30000000000000004.
    let inverse = libm::round(1.0 / step);
    let multiple = |count: f64| {
        if step < 1.0 {
            count / inverse
        } else {
            count * step
        }
    };
    values.extend(
        (0..=((last - first).max(-1.0) as i64))
            .map(|count| multiple(first + count as f64))
            .filter(|value| *value > low && *value < high),
    );
    if high > low {
        values.push(high);
    }
    values
}

/// Smallest and largest value of a numeric field in training.
pub fn training_range(model: &Model, field: &str) -> Option<[f64; 2]> {
    let statistics = model
        .training
        .fields
        .iter()
        .find(|statistics| statistics.name == field)?;
    Some([
        *statistics.quantiles.first()?,
        *statistics.quantiles.last()?,
    ])
}

/// The values of a field over its training range: at most about `steps` round numbers, or the
/// levels seen in training.
pub fn training_values(model: &Model, field: &Field, steps: usize) -> Values {
    if field.is_level() {
        let counts = model
            .training
            .fields
            .iter()
            .find(|statistics| statistics.name == field.name)
            .map(|statistics| &statistics.level_counts);
        let seen = |code: &u32| {
            counts
                .and_then(|counts| counts.get(*code as usize))
                .is_none_or(|count| *count > 0)
        };
        return Values::Levels((0..field.levels.len() as u32).filter(seen).collect());
    }
    match training_range(model, &field.name) {
        None => Values::Numbers(Vec::new()),
        Some([low, high]) => Values::Numbers(stepped(
            low,
            high,
            round_step(field.kind, low, high, steps as f64),
        )),
    }
}

/// Row `row` of `table` once for each value of `field`.
pub fn with_values(table: &Table, row: usize, field: &Field, values: &Values) -> Table {
    let mut copies = table.take(&vec![row; values.len()]);
    replace(&mut copies, field, values.column(field));
    copies
}

/// Puts `column` in the place of a field's column, or adds it.
pub fn replace(table: &mut Table, field: &Field, column: Column) {
    match table.names.iter().position(|name| *name == field.name) {
        Some(index) => table.columns[index] = column,
        None => table.push(&field.name, column),
    }
}

/// The probability of one person over the values of one field, everything else kept. `None` for a
/// field that the use case does not have or that training has no range of.
pub fn ice(
    model: &Model,
    compiled: &Compiled,
    table: &Table,
    row: usize,
    field: &str,
    steps: usize,
) -> Option<Curve> {
    mean_curve(
        model,
        compiled,
        &table.take(&[row]),
        field,
        steps,
        &mut |_| (),
    )
}

/// What a score is on average when a field has a value, and how far people differ in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartialDependence {
    /// Mean probability over the sample.
    pub curve: Curve,
    /// For each point the probabilities between which the middle 80 % of the sample lie: a narrow
    /// band means that the field works alike for everybody's level of risk.
    pub middle: Vec<[f64; 2]>,
}

/// The mean probability of the rows of `sample` when all of them have the same value of a field,
/// over its values.
pub fn partial_dependence(
    model: &Model,
    compiled: &Compiled,
    sample: &Table,
    field: &str,
    steps: usize,
) -> Option<PartialDependence> {
    let mut columns: Vec<Vec<f64>> = Vec::new();
    let curve = mean_curve(
        model,
        compiled,
        sample,
        field,
        steps,
        &mut |probabilities| {
            columns.resize(probabilities.len(), Vec::new());
            columns
                .iter_mut()
                .zip(probabilities)
                .for_each(|(column, probability)| column.push(*probability));
        },
    )?;
    let middle = |mut column: Vec<f64>| {
        column.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| column[(share * (column.len() - 1) as f64).round() as usize];
        [at(0.1), at(0.9)]
    };
    Some(PartialDependence {
        curve,
        middle: columns.into_iter().map(middle).collect(),
    })
}

/// The mean over the rows of `sample`; `each` is told every row's probabilities.
fn mean_curve(
    model: &Model,
    compiled: &Compiled,
    sample: &Table,
    field: &str,
    steps: usize,
    each: &mut dyn FnMut(&[f64]),
) -> Option<Curve> {
    let field = model.use_case.field(field)?;
    let values = training_values(model, field, steps);
    let rows = sample.rows();
    if values.is_empty() || rows == 0 {
        return None;
    }
    let mut sums = vec![0.0; values.len()];
    for row in 0..rows {
        let matrix = model.encode(&with_values(sample, row, field, &values));
        let probabilities = compiled.probabilities(&matrix, 0..values.len());
        sums.iter_mut()
            .zip(&probabilities)
            .for_each(|(sum, probability)| *sum += probability);
        each(&probabilities);
    }
    let column = Table {
        names: vec![field.name.clone()],
        columns: vec![values.column(field)],
    };
    let points = sums.iter().enumerate().map(|(index, sum)| CurvePoint {
        x: match &values {
            Values::Numbers(values) => values[index],
            Values::Levels(codes) => f64::from(codes[index]),
        },
        text: value_text(model, &column, index, &field.name),
        probability: sum / rows as f64,
    });
    Some(Curve {
        field: field.name.clone(),
        label: field.label.clone(),
        points: points.collect(),
        rows,
    })
}
