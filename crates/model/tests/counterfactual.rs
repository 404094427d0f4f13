//! Counterfactuals against trying everything.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use common::model_of;
use model::counterfactual::{Counterfactuals, Found, counterfactuals};
use model::vary::{ice, partial_dependence};
use model::{Column, Compiled, Model, Table};

const TARGET_EPSILON: f64 = 1e-12;

fn search(model: &Model, table: &Table, row: usize, target: f64, effort: u64) -> Counterfactuals {
    counterfactuals(
        model,
        &Compiled::new(&model.scorer),
        table,
        row,
        target,
        3,
        effort,
    )
    .unwrap()
}

/// Cheapest cost of a change of exactly one field, by trying every value.
fn cheapest_single(model: &Model, table: &Table, row: usize, target: f64) -> Option<(f64, String)> {
    let person = table.take(&[row]);
    let mut best: Option<(f64, String)> = None;
    let mut offer = |cost: f64, name: &str, column: Column| {
        let mut changed = person.clone();
        let index = changed.names.iter().position(|own| own == name).unwrap();
        changed.columns[index] = column;
        if model.probabilities(&changed)[0] < target
            && best
                .as_ref()
                .is_none_or(|best| cost < best.0 - TARGET_EPSILON)
        {
            best = Some((cost, name.to_owned()));
        }
    };
    let quantiles = |name: &str| {
        &model
            .training
            .fields
            .iter()
            .find(|entry| entry.name == name)
            .unwrap()
            .quantiles
    };
    let own = |name: &str| match person.column(name).unwrap() {
        Column::Number(values) => values[0],
        _ => f64::NAN,
    };
    let spread = |name: &str| {
        let quantiles = quantiles(name);
        if quantiles[5] > quantiles[3] {
            quantiles[5] - quantiles[3]
        } else {
            (quantiles[8] - quantiles[0]) / 2.0
        }
    };
    for (name, step, both) in [
        ("pay", 500.0, false),
        ("years", 1.0, true),
        ("satisfaction", 1.0, false),
    ] {
        let (low, high) = (quantiles(name)[0], quantiles(name)[8]);
        let count = ((high - low) / step).round() as i64;
        for index in 0..=count {
            let value = low + index as f64 * step;
            let difference = value - own(name);
            if difference > TARGET_EPSILON || (both && difference < -TARGET_EPSILON) {
                offer(
                    difference.abs() / spread(name),
                    name,
                    Column::Number(vec![value]),
                );
            }
        }
    }
    if person.column("overtime").unwrap().text(0) == "Yes" {
        offer(
            1.0,
            "overtime",
            Column::Level {
                codes: vec![0],
                levels: vec!["No".into(), "Yes".into()],
            },
        );
    }
    for role in ["Clerk", "Nurse", "Sales"]
        .into_iter()
        .filter(|role| person.column("role").unwrap().text(0) != *role)
    {
        offer(
            1.0,
            "role",
            Column::Level {
                codes: vec![0],
                levels: vec![role.into()],
            },
        );
    }
    best
}

#[test]
fn no_single_change_is_cheaper_and_every_answer_holds() {
    let mut answered = 0;
    for seed in 0..12 {
        let kind = seed as usize % 6;
        let (model, table) = model_of(seed, kind, 12, 0.0);
        let probabilities = model.probabilities(&table);
        for (row, probability) in probabilities.iter().enumerate().take(6) {
            let target = probability * 0.85;
            let result = search(&model, &table, row, target, 1 << 30);
            assert_eq!(result.found, Found::Exact, "seed {seed} row {row}");
            let single = cheapest_single(&model, &table, row, target);
            if let Some((cost, name)) = &single {
                let best = result.answers.first().unwrap();
                assert!(
                    best.cost <= cost + 1e-9,
                    "seed {seed} row {row}: {} for {:?}, {cost} for {name}",
                    best.cost,
                    best.changes
                );
            }
            for answer in &result.answers {
                answered += 1;
                assert!(answer.probability < target);
                if answer.changes.len() == 1
                    && single
                        .as_ref()
                        .is_some_and(|single| single.1 == answer.changes[0].field)
                {
                    assert!((answer.cost - single.as_ref().unwrap().0).abs() < 1e-9);
                }
                let mut record = table.record(row);
                for change in &answer.changes {
                    assert!(
                        model.use_case.field(&change.field).unwrap().actionable
                            != model::Direction::Fixed
                    );
                    record.insert(change.field.clone(), change.to.clone());
                }
                let satisfaction = |text: &String| {
                    ["Low", "Medium", "High"][text.parse::<usize>().unwrap() - 1].to_owned()
                };
                record
                    .entry("satisfaction".into())
                    .and_modify(|text| *text = satisfaction(text));
                let checked = model.use_case.check_record(&record).unwrap();
                assert!((model.probabilities(&checked)[0] - answer.probability).abs() < 1e-15);
            }
            let sets: Vec<Vec<&String>> = result
                .answers
                .iter()
                .map(|answer| answer.changes.iter().map(|change| &change.field).collect())
                .collect();
            for (later, set) in sets.iter().enumerate() {
                assert!(
                    !sets[..later]
                        .iter()
                        .any(|earlier| earlier.iter().all(|field| set.contains(field))),
                    "one answer contains another"
                );
            }
        }
    }
    assert!(answered > 50, "{answered}");
}

#[test]
fn nothing_helps_is_an_answer() {
    let (mut model, table) = model_of(3, 2, 12, 0.0);
    let result = search(&model, &table, 0, 1e-12, 1000);
    assert!(result.answers.is_empty() && result.found == Found::Exact);
    assert!(
        result.sentence().starts_with("No allowed change"),
        "{}",
        result.sentence()
    );
    assert!(
        search(&model, &table, 0, 0.9999, 1000)
            .sentence()
            .contains("below")
    );
    model
        .use_case
        .fields
        .iter_mut()
        .for_each(|field| field.actionable = model::Direction::Fixed);
    assert!(
        search(&model, &table, 0, 1e-12, 1000)
            .sentence()
            .contains("no actionable fields")
    );
}

#[test]
fn little_effort_says_so() {
    let (model, table) = model_of(4, 5, 30, 0.0);
    let row = (0..table.rows())
        .find(|&row| model.probabilities(&table)[row] > 0.3)
        .unwrap();
    let result = search(&model, &table, row, 0.2, 0);
    assert_eq!(result.found, Found::Searched);
    assert!(
        result
            .answers
            .iter()
            .all(|answer| answer.found == Found::Searched && answer.probability < 0.2)
    );
}

#[test]
fn response_curves_pass_through_the_person() {
    let (model, table) = model_of(6, 4, 20, 0.0);
    let compiled = Compiled::new(&model.scorer);
    for row in 0..5 {
        let own = model.probabilities(&table)[row];
        for name in ["age", "satisfaction", "overtime", "role"] {
            let curve = ice(&model, &compiled, &table, row, name, 100).unwrap();
            let text = model::explain::value_text(&model, &table, row, name);
            let point = curve
                .points
                .iter()
                .find(|point| point.text == text)
                .unwrap();
            assert_eq!(point.probability.to_bits(), own.to_bits());
        }
    }
    let many =
        partial_dependence(&model, &compiled, &table.take(&[0, 1, 2]), "overtime", 100).unwrap();
    let curve = many.curve;
    assert!(
        many.middle
            .iter()
            .zip(&curve.points)
            .all(|([low, high], point)| *low <= point.probability && point.probability <= *high)
    );
    let single = |row: usize| {
        ice(&model, &compiled, &table, row, "overtime", 100)
            .unwrap()
            .points[1]
            .probability
    };
    assert!(
        (curve.points[1].probability - (single(0) + single(1) + single(2)) / 3.0).abs() < 1e-12
    );
    assert!(ice(&model, &compiled, &table, 0, "nothing", 100).is_none());
}
