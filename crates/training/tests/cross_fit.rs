//! Nobody is scored by a model that has learned from that person.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::collections::HashMap;

use common::{attrition, churn};
use model::{Column, UseCase, VersionFile};
use training::candidate::Candidate;
use training::gates::ValidGatePolicy;
use training::{Dataset, Settings, Silent, Trained, train};

fn one_trial(candidate: Candidate) -> Settings {
    Settings {
        trials: 1,
        repeats: Some(1),
        candidates: vec![candidate],
        ..Settings::default()
    }
}

fn trained(dataset: &Dataset, use_case: &UseCase, settings: Settings) -> Trained {
    let policy = ValidGatePolicy::sensible();
    let settings = settings.check().unwrap();
    train(dataset, use_case, &policy, &settings, &Silent)
        .unwrap()
        .completed()
        .unwrap()
}

fn bits(scores: &[f64]) -> Vec<u64> {
    scores.iter().map(|score| score.to_bits()).collect()
}

/// The scores of all rows, each by the model of its fold in the file.
fn by_fold(file: &VersionFile, dataset: &Dataset) -> Vec<f64> {
    let mut scores = vec![f64::NAN; dataset.rows()];
    for fold in 0..file.cross_fit.folds.len() as u8 {
        let own = file.cross_fit.rows.iter().zip(&file.cross_fit.fold_of_row);
        let rows: Vec<usize> = own
            .filter(|(_, of)| **of == fold)
            .map(|(row, _)| *row as usize)
            .collect();
        let model = file.fold(fold).unwrap();
        for (row, score) in rows
            .iter()
            .zip(model.probabilities(&dataset.table.take(&rows)))
        {
            scores[*row] = score;
        }
    }
    scores
}

#[test]
fn a_known_row_has_the_same_score_wherever_it_is_scored() {
    let Some((use_case, dataset)) = attrition() else {
        return;
    };
    for candidate in [
        Candidate::LogisticRegressionL2,
        Candidate::RandomForest,
        Candidate::AdditiveBoosting,
    ] {
        let found = trained(&dataset, &use_case, one_trial(candidate));
        let bytes = found.served.to_bytes().unwrap();
        let file = VersionFile::from_bytes(&bytes).unwrap();
        assert_eq!(file, found.served);
        assert_eq!(
            bits(&by_fold(&file, &dataset)),
            bits(&found.cross_fitted),
            "{candidate:?}"
        );
        // What serves has learned from all rows, what was judged has not.
        assert_eq!(file.model.training.rows, 1470);
        assert_eq!(found.judged.training.rows, 1176);
        // The level is right: so many left.
        let expected: f64 = found.cross_fitted.iter().sum();
        assert!((expected - 237.0).abs() < 15.0, "{candidate:?}: {expected}");
    }
}

#[test]
fn scores_out_of_fold_are_not_those_of_a_model_that_knows_the_answers() {
    let Some((use_case, dataset)) = churn() else {
        return;
    };
    let found = trained(&dataset, &use_case, one_trial(Candidate::RandomForest));
    let auc = |scores: &[f64]| {
        let table = stats::ScoreTable::new(&dataset.labels, scores).unwrap();
        table.roc_auc().unwrap()
    };
    let in_sample = auc(&found.served.model.probabilities(&dataset.table));
    let honest = auc(&found.cross_fitted);
    let held_out = found.holdout.report.metrics[&stats::Metric::RocAuc]
        .interval
        .unwrap();
    assert!(in_sample > 0.97, "{in_sample}");
    assert!(
        (held_out[0] - 0.01..=held_out[1] + 0.01).contains(&honest),
        "{honest} {held_out:?}"
    );
}

#[test]
fn the_model_of_a_fold_does_not_depend_on_the_people_of_that_fold() {
    let Some((use_case, dataset)) = attrition() else {
        return;
    };
    let settings = || one_trial(Candidate::LogisticRegressionL2);
    let before = trained(&dataset, &use_case, settings()).served;
    let changed_row = 7;
    let mut other = dataset.clone();
    let place = other
        .table
        .names
        .iter()
        .position(|name| name == "MonthlyIncome")
        .unwrap();
    if let Column::Number(values) = &mut other.table.columns[place] {
        values[changed_row] = 19_999.0;
    }
    let after = trained(&other, &use_case, settings()).served;
    assert_eq!(before.cross_fit.fold_of_row, after.cross_fit.fold_of_row);
    let own = usize::from(before.cross_fit.fold_of_row[changed_row]);
    for (fold, (before, after)) in before
        .cross_fit
        .folds
        .iter()
        .zip(&after.cross_fit.folds)
        .enumerate()
    {
        let same = before.scorer.parts == after.scorer.parts && before.encoder == after.encoder;
        assert_eq!(same, fold == own, "fold {fold}");
    }
}

#[test]
fn all_rows_of_a_person_are_of_one_fold() {
    let Some((use_case, dataset)) = attrition() else {
        return;
    };
    // Three periods of the same people.
    let rows: Vec<usize> = (0..900).collect();
    let ids: Vec<String> = rows.iter().map(|row| (row % 300).to_string()).collect();
    let labels = rows.iter().map(|&row| dataset.labels[row]).collect();
    let panel = Dataset::new(dataset.table.take(&rows), labels)
        .unwrap()
        .with_persons(&ids)
        .with_times(rows.iter().map(|row| (row / 300) as i64).collect());
    let settings = one_trial(Candidate::LogisticRegressionL2);
    let found = trained(&panel, &use_case, settings).served.cross_fit;
    let mut folds: HashMap<&str, u8> = HashMap::new();
    for (row, fold) in found.rows.iter().zip(&found.fold_of_row) {
        let own = folds.entry(ids[*row as usize].as_str()).or_insert(*fold);
        assert_eq!(own, fold);
    }
    assert_eq!((found.folds.len(), folds.len()), (5, 300));
}

#[test]
fn the_same_seed_gives_the_same_file() {
    let Some((use_case, dataset)) = attrition() else {
        return;
    };
    let bytes = |threads| {
        let settings = Settings {
            threads: Some(threads),
            ..one_trial(Candidate::GradientBoosting)
        };
        let found = trained(&dataset, &use_case, settings);
        found.served.to_bytes().unwrap()
    };
    assert_eq!(bytes(1), bytes(2));
}
