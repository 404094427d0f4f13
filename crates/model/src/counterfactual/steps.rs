//! The values that a field may be changed to, one direction at a time.

use crate::field::{Direction, Field, Kind};
use crate::file::Model;
use crate::table::{Column, MISSING_LEVEL, Table};
use crate::vary::{Values, round_step, stepped, training_range, training_values};

/// Round steps across a field's training range, at most.
const STEPS: f64 = 50.0;

/// One direction in which one field may go: values with costs, cheapest first.
#[derive(Debug, Clone)]
pub(super) struct Arm<'a> {
    pub field: &'a Field,
    pub values: Values,
    pub costs: Vec<f64>,
}

/// All arms of a person. A field that may go both ways has two; a field without a value has none,
/// for there is nothing to change from.
pub(super) fn arms<'a>(model: &'a Model, person: &Table) -> Vec<Arm<'a>> {
    let mut arms = Vec::new();
    for field in model
        .use_case
        .inputs()
        .filter(|field| field.actionable != Direction::Fixed)
    {
        let (up, down) = (
            field.actionable != Direction::Down,
            field.actionable != Direction::Up,
        );
        match person.column(&field.name) {
            Some(Column::Number(values)) if !values[0].is_nan() => {
                let ways = [(up, 1.0), (down, -1.0)]
                    .into_iter()
                    .filter(|(allowed, _)| *allowed);
                arms.extend(ways.filter_map(|(_, sign)| number_arm(model, field, values[0], sign)));
            }
            Some(Column::Level { codes, levels }) if codes[0] != MISSING_LEVEL => {
                let own = levels
                    .get(codes[0] as usize)
                    .and_then(|level| field.level_code(level));
                arms.extend(own.and_then(|own| level_arm(model, field, own, up, down)));
            }
            _ => {}
        }
    }
    arms
}

fn number_arm<'a>(model: &Model, field: &'a Field, own: f64, sign: f64) -> Option<Arm<'a>> {
    let [mut low, mut high] = training_range(model, &field.name)?;
    if let Some([least, most]) = field.range {
        (low, high) = (low.max(least), high.min(most));
    }
    let mut values = stepped(low, high, round_step(field.kind, low, high, STEPS));
    if field.kind != Kind::Real {
        values.retain(|value| libm::rint(*value) == *value);
    }
    values.retain(|value| sign * (value - own) > 0.0);
    if sign < 0.0 {
        values.reverse();
    }
    let scale = spread(model, &field.name, high - low);
    let costs = values
        .iter()
        .map(|value| (value - own).abs() / scale)
        .collect();
    (!values.is_empty()).then_some(Arm {
        field,
        values: Values::Numbers(values),
        costs,
    })
}

/// The inter-quartile range in training; half the whole range where half of the people have the
/// same value.
fn spread(model: &Model, name: &str, range: f64) -> f64 {
    let quantiles = model
        .training
        .fields
        .iter()
        .find(|statistics| statistics.name == name)
        .map(|statistics| &statistics.quantiles);
    let quartiles = quantiles
        .and_then(|quantiles| Some(quantiles.get(5)? - quantiles.get(3)?))
        .unwrap_or(0.0);
    let spread = if quartiles > 0.0 {
        quartiles
    } else {
        range / 2.0
    };
    if spread > 0.0 { spread } else { 1.0 }
}

fn level_arm<'a>(
    model: &Model,
    field: &'a Field,
    own: u32,
    up: bool,
    down: bool,
) -> Option<Arm<'a>> {
    let Values::Levels(mut codes) = training_values(model, field, 0) else {
        return None;
    };
    codes.retain(|code| (up && *code > own) || (down && *code < own));
    let costs = vec![1.0; codes.len()];
    (!codes.is_empty()).then_some(Arm {
        field,
        values: Values::Levels(codes),
        costs,
    })
}
