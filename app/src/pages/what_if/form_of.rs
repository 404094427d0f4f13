//! The form of a model and the typical person in it: made on the server, shown on both sides.

use model::vary::{round_step, training_range};
use model::{Direction, Field, Kind, Model, Record};

use super::judge::{Control, Entry};

/// Steps of a slider.
const SLIDER_STEPS: f64 = 200.0;

/// The form of a model: its inputs.
pub fn entries(model: &Model) -> Vec<Entry> {
    let entry = |field: &Field| {
        let trained = training_range(model, &field.name);
        Entry {
            name: field.name.clone(),
            label: field.label.clone(),
            group: field.group.clone(),
            unit: field.unit.clone(),
            help: field.help.clone(),
            control: control(field, trained),
            trained: trained.filter(|_| field.levels.is_empty() && field.labels.is_empty()),
            actionable: field.actionable != Direction::Fixed,
        }
    };
    model.use_case.inputs().map(entry).collect()
}

fn control(field: &Field, trained: Option<[f64; 2]>) -> Control {
    let [low, high] = field.range.or(trained).unwrap_or([0.0, 100.0]);
    if !field.levels.is_empty() {
        return Control::Choice(field.levels.iter().map(|level| (level.clone(), field.value_label(level))).collect());
    }
    if field.kind == Kind::Ordinal && !field.labels.is_empty() {
        let numbers = (low as i64..=high as i64).map(|number| number.to_string());
        return Control::Choice(numbers.map(|number| (number.clone(), field.value_label(&number))).collect());
    }
    Control::Number { low, high, step: round_step(field.kind, low, high, SLIDER_STEPS) }
}

/// The typical person of the training data: the median of each number, the most frequent level.
pub fn typical(model: &Model) -> Record {
    let value = |field: &Field| -> Option<String> {
        let seen = model.training.fields.iter().find(|seen| seen.name == field.name)?;
        if field.is_level() {
            let (code, _) = seen.level_counts.iter().enumerate().rev().max_by_key(|(_, count)| **count)?;
            return field.levels.get(code).cloned();
        }
        let median = *seen.quantiles.get(4)?;
        let median = if field.kind == Kind::Real { median } else { median.round() };
        let level = (median as usize).checked_sub(1).and_then(|position| field.levels.get(position));
        Some(level.cloned().unwrap_or_else(|| median.to_string()))
    };
    model.use_case.inputs().filter_map(|field| Some((field.name.clone(), value(field)?))).collect()
}
