//! What a person would like to know about each column before using it.

use model::Kind;

use super::roles::Outcomes;
use super::shape::Shape;
use super::values::Values;

/// Levels from which rare ones are worth pooling.
const FEW_LEVELS: usize = 10;

/// Pearson's correlation of the numbers with the event (1 and 0); `None` for levels, and where it
/// does not exist.
pub(crate) fn correlation(values: &Values<'_>, shape: &Shape, outcomes: &Outcomes) -> Option<f64> {
    let position = |row: usize, numbers: &[f64], codes: &[u32]| match (
        shape.levels.as_slice(),
        values.distinct.get(codes[row] as usize),
    ) {
        ([], _) => numbers[row],
        (levels, Some(value)) => levels
            .iter()
            .position(|level| *level == value.text)
            .map_or(f64::NAN, |position| position as f64),
        (_, None) => f64::NAN,
    };
    match shape.kind? {
        Kind::Nominal => return None,
        Kind::Integer
        | Kind::Real
        | Kind::Ordinal
        | Kind::Boolean
        | Kind::YearsSince
        | Kind::MonthsSince
        | Kind::DaysSince => {}
    }
    let (numbers, codes) = (shape.numbers(values), values.codes());
    let pairs: Vec<(f64, f64)> = outcomes
        .rows
        .iter()
        .zip(&outcomes.events)
        .map(|(&row, &event)| (position(row, &numbers, &codes), f64::from(u8::from(event))))
        .filter(|(number, _)| number.is_finite())
        .collect();
    let n = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let sum = |of: &dyn Fn(f64, f64) -> f64| {
        pairs
            .iter()
            .map(|pair| of(pair.0 - x, pair.1 - y))
            .sum::<f64>()
    };
    let correlation =
        sum(&|dx, dy| dx * dy) / (sum(&|dx, _| dx * dx) * sum(&|_, dy| dy * dy)).sqrt();
    Some(correlation).filter(|correlation| correlation.is_finite())
}

/// How models usually read such a column.
pub(crate) fn encoding(values: &Values<'_>, shape: &Shape) -> Option<String> {
    let missing = if values.missing > 0 {
        ", with a mark for missing values"
    } else {
        ""
    };
    let how = match shape.kind? {
        Kind::Integer | Kind::Real | Kind::YearsSince | Kind::MonthsSince | Kind::DaysSince => {
            "a number, standardized".to_owned()
        }
        Kind::Ordinal => "ordered numbers".to_owned(),
        Kind::Boolean => "0 and 1".to_owned(),
        Kind::Nominal if shape.levels.len() <= FEW_LEVELS => "one-hot".to_owned(),
        Kind::Nominal => format!("one-hot, rare ones of {} levels pooled", shape.levels.len()),
    };
    Some(how + missing)
}
