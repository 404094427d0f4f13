//! Sentences, warnings outside the training data, and figures over many people.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::sync::Arc;

use common::model_of;
use model::explain::{Explanation, FieldContribution};
use model::global::{dependence, global, permutation_importance};
use model::outside::warnings;
use model::sentence::{calibration_range, join, percent_text, points_text, reason, summary};
use model::{Column, Compiled, ModelExplainer};

fn contribution(label: &str, value: &str, points: f64) -> FieldContribution {
    FieldContribution {
        field: label.into(),
        label: label.into(),
        value: value.into(),
        log_odds: points / 10.0,
        points,
    }
}

#[test]
fn reasons_read_well() {
    assert_eq!(
        reason(&contribution("Overtime", "Yes", 11.2)),
        "Overtime (Yes) adds 11 points"
    );
    assert_eq!(
        reason(&contribution("Age", "52 years", -0.9)),
        "Age (52 years) subtracts 1 point"
    );
    assert_eq!(points_text(-0.3), "less than 1 point");
    assert_eq!(
        [
            percent_text(0.374),
            percent_text(0.001),
            percent_text(0.999)
        ],
        ["37%", "less than 1%", "more than 99%"]
    );
    assert_eq!(join(&["a".into(), "b".into(), "c".into()]), "a, b and c");
    let (model, _) = model_of(1, 2, 10, 0.0);
    let explanation = Explanation {
        base_probability: 0.16,
        probability: 0.37,
        base_log_odds: 0.0,
        log_odds: 0.0,
        fields: vec![
            contribution("Overtime", "Yes", 14.0),
            contribution("Age", "24 years", 10.0),
            contribution("Pay", "9000", -3.0),
        ],
    };
    assert_eq!(
        summary(&explanation, &model.use_case.words),
        "The predicted probability that this employee will leave is 37%, above the base value of 16%. Overtime (Yes) adds 14 points and \
         Age (24 years) adds 10 points. However, Pay (9000) subtracts 3 points."
    );
}

#[test]
fn a_range_says_what_it_is_and_where_the_score_lies() {
    let (model, _) = model_of(1, 2, 10, 0.0);
    let words = &model.use_case.words;
    let inside = calibration_range(0.37, [0.3, 0.4], words);
    assert!(
        inside.contains("not how certain the score of this employee is")
            && !inside.contains("end of the range"),
        "{inside}"
    );
    assert!(calibration_range(0.9, [0.9, 1.0], words).contains("at the lower end"));
    assert!(calibration_range(0.65, [0.63, 0.65], words).contains("at the upper end"));
    assert!(!calibration_range(0.2, [0.2, 0.2], words).contains("end of the range"));
}

#[test]
fn values_read_as_people_write_them() {
    let (model, table) = model_of(2, 4, 10, 0.3);
    let explainer = ModelExplainer::new(Arc::new(model)).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for row in 0..50 {
        let explanation = explainer.explain(&table, row).unwrap();
        assert_eq!(
            explanation.fields.len(),
            6,
            "one line for each original field"
        );
        assert!(
            explanation
                .fields
                .windows(2)
                .all(|pair| pair[0].log_odds.abs() >= pair[1].log_odds.abs())
        );
        seen.extend(explanation.fields.into_iter().map(|field| field.value));
    }
    for wanted in ["Low", "Yes", "Nurse", "not given", "41 years", "1 year"] {
        assert!(seen.contains(wanted), "{wanted} is not in {seen:?}");
    }
}

#[test]
fn outside_the_training_data_is_said() {
    let (mut model, mut table) = model_of(3, 4, 10, 0.0);
    assert!(
        (0..table.rows()).all(|row| warnings(&model, &table, row).is_empty()),
        "a training row is inside"
    );
    model.training.fields[5].level_counts[2] = 0;
    table.columns[0] = Column::Number(vec![70.0; table.rows()]);
    table.columns[4] = Column::Level {
        codes: vec![model::MISSING_LEVEL; table.rows()],
        levels: vec!["No".into(), "Yes".into()],
    };
    let row = (0..table.rows())
        .find(|&row| table.column("role").unwrap().text(row) == "Sales")
        .unwrap();
    let sentences: Vec<String> = warnings(&model, &table, row)
        .into_iter()
        .map(|warning| warning.sentence)
        .collect();
    assert_eq!(
        sentences[0],
        "Age (70 years) is outside the training range from 18 to 60."
    );
    assert_eq!(
        sentences[1],
        "Overtime is missing, but was present in all 300 training rows."
    );
    assert_eq!(
        sentences[2],
        "Role (Sales) does not occur in the training data."
    );
}

#[test]
fn an_unseen_pair_is_said() {
    let (mut model, mut table) = model_of(3, 4, 10, 0.0);
    // Nobody over 40 works overtime.
    let Column::Number(ages) = table.column("age").unwrap().clone() else {
        panic!("age is a number")
    };
    let codes = ages
        .iter()
        .enumerate()
        .map(|(row, age)| u32::from(*age <= 40.0 && row % 2 == 0))
        .collect();
    table.columns[4] = Column::Level {
        codes,
        levels: vec!["No".into(), "Yes".into()],
    };
    model.training.pairs =
        model::outside::count_pairs(&model.use_case, &model.training.fields, &table);
    assert!((0..table.rows()).all(|row| warnings(&model, &table, row).is_empty()));
    let row = ages
        .iter()
        .position(|age| *age == 58.0 || *age == 57.0)
        .unwrap();
    table.columns[4] = Column::Level {
        codes: vec![1; table.rows()],
        levels: vec!["No".into(), "Yes".into()],
    };
    let found = warnings(&model, &table, row);
    assert!(
        found
            .iter()
            .any(|warning| warning.fields == ["age", "overtime"]),
        "{found:?}"
    );
}

#[test]
fn importance_over_many_people() {
    let (model, table) = model_of(8, 2, 20, 0.1);
    let explainer = ModelExplainer::new(Arc::new(model)).unwrap();
    let figures = global(&explainer, &table).unwrap();
    assert_eq!((figures.rows, figures.importance.len()), (300, 6));
    assert!(
        figures
            .importance
            .windows(2)
            .all(|pair| pair[0].log_odds >= pair[1].log_odds)
    );
    let swarm = &figures.swarms[0];
    assert_eq!(swarm.points.len(), 300);
    assert!(
        swarm
            .points
            .iter()
            .filter_map(|point| point.place)
            .all(|place| (0.0..=1.0).contains(&place))
    );
    let mean = swarm
        .points
        .iter()
        .map(|point| point.log_odds.abs())
        .sum::<f64>()
        / 300.0;
    assert!((mean - figures.importance[0].log_odds).abs() < 1e-12);
    let curve = dependence(&explainer, &table, swarm, 20).unwrap();
    assert!(curve.partner.unwrap().strength > 0.0);

    // Identity changes nothing; the metric here is how close the shuffled scores stay to the scores
    // as they are.
    let model = explainer.model();
    let scores = model.probabilities(&table);
    let closeness = |found: &[f64]| {
        -found
            .iter()
            .zip(&scores)
            .map(|(a, b)| (a - b).abs())
            .sum::<f64>()
    };
    let orders = [(0..300).collect::<Vec<_>>(), (0..300).rev().collect()];
    let importance = permutation_importance(
        model,
        &Compiled::new(&model.scorer),
        &table,
        &figures.importance[0].field,
        &closeness,
        &orders,
    );
    assert_eq!(importance.drops[0], 0.0);
    assert!(importance.drops[1] > 0.0);
}
