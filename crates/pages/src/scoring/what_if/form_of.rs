//! The form of a model and the typical person in it: built on the server, shown by server and
//! browser.

use model::vary::{round_step, training_range};
use model::{Direction, Field, Kind, Model, Record};

use app::pages::scoring::what_if::judge::{Control, Entry};

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
            unit: unit(field),
            help: field.help.clone(),
            control: control(field, trained),
            trained: trained.filter(|_| field.levels.is_empty() && field.labels.is_empty()),
            actionable: field.actionable != Direction::Fixed,
        }
    };
    model.use_case.inputs().map(entry).collect()
}

/// The unit, unless the label has it ("Years at the company").
fn unit(field: &Field) -> String {
    let in_label = field
        .label
        .to_lowercase()
        .split(' ')
        .any(|word| word == field.unit);
    if in_label {
        String::new()
    } else {
        field.unit.clone()
    }
}

fn control(field: &Field, trained: Option<[f64; 2]>) -> Control {
    let [low, high] = field.range.or(trained).unwrap_or([0.0, 100.0]);
    if !field.levels.is_empty() {
        return Control::Choice(
            field
                .levels
                .iter()
                .map(|level| (level.clone(), field.value_label(level)))
                .collect(),
        );
    }
    if field.kind == Kind::Ordinal && !field.labels.is_empty() {
        let numbers = (low as i64..=high as i64).map(|number| number.to_string());
        return Control::Choice(
            numbers
                .map(|number| (number.clone(), field.value_label(&number)))
                .collect(),
        );
    }
    let [from, to] = trained.unwrap_or([low, high]);
    Control::Number {
        low,
        high,
        step: round_step(field.kind, from, to, SLIDER_STEPS),
    }
}

/// The typical person of the training data: the median of each number, the most frequent level.
/// Where two of them never occur together in training, the later field takes its most frequent
/// level that occurs with the other.
pub fn typical(model: &Model) -> Record {
    let mut person: Record = model
        .use_case
        .inputs()
        .filter_map(|field| Some((field.name.clone(), usual(model, field)?.next()?)))
        .collect();
    let strange = |person: &Record| {
        let table = model.use_case.check_record(person).ok();
        table
            .map(|table| model::outside::warnings(model, &table, 0))
            .unwrap_or_default()
    };
    for field in model.use_case.inputs().filter(|field| field.is_level()) {
        let now = strange(&person);
        if !now
            .iter()
            .any(|warning| warning.fields.contains(&field.name))
        {
            continue;
        }
        let other = |level: String| {
            let mut other = person.clone();
            other.insert(field.name.clone(), level);
            other
        };
        let fewer = usual(model, field)
            .into_iter()
            .flatten()
            .map(other)
            .find(|other| strange(other).len() < now.len());
        person = fewer.unwrap_or(person);
    }
    person
}

/// Values of a field, most frequent first; for a number only its median.
fn usual(model: &Model, field: &Field) -> Option<std::vec::IntoIter<String>> {
    let seen = model
        .training
        .fields
        .iter()
        .find(|seen| seen.name == field.name)?;
    if field.is_level() {
        let mut codes: Vec<usize> = (0..seen.level_counts.len())
            .filter(|code| seen.level_counts[*code] > 0)
            .collect();
        codes.sort_by_key(|code| std::cmp::Reverse(seen.level_counts[*code]));
        return Some(
            codes
                .into_iter()
                .filter_map(|code| field.levels.get(code).cloned())
                .collect::<Vec<_>>()
                .into_iter(),
        );
    }
    let median = *seen.quantiles.get(4)?;
    let median = if field.kind == Kind::Real {
        median
    } else {
        median.round()
    };
    let level = (median as usize)
        .checked_sub(1)
        .and_then(|position| field.levels.get(position));
    Some(vec![level.cloned().unwrap_or_else(|| median.to_string())].into_iter())
}
