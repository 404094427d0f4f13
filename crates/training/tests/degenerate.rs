//! Data that is hard to learn from gives a clear error or a correct model.
#![expect(clippy::unwrap_used, reason = "tests")]

use model::{Column, Field, Kind, MISSING_LEVEL, Table, UseCase};
use training::gates::ValidGatePolicy;
use training::quality::InputNoteKind;
use training::{
    Candidate, Dataset, Settings, Silent, Trained, TrainingError, ValidSettings, train,
};

fn field(name: &str, kind: Kind, levels: &[String]) -> Field {
    let mut field: Field = toml::from_str(&format!(
        "name = \"{name}\"\nlabel = \"{name}\"\nkind = \"real\""
    ))
    .unwrap();
    field.kind = kind;
    field.levels = levels.to_vec();
    field
}

fn use_case(fields: Vec<Field>) -> UseCase {
    let text = "id = \"t\"\ntitle = \"t\"\ndescription = \"t\"\nfield = []\n[words]\none = \"a\"\nmany = \"b\"\nevent_one = \"c\"\nevent_many = \"d\"\nverb = \"e\"\n\
        [target]\ncolumn = \"y\"\nlabel = \"y\"\npositive = [\"1\"]\nnegative = [\"0\"]\n\
        [policies]\ngates = \"sensible\"\ndrift = \"calibrated\"\ncutoff = 0.5\n[[bands]]\nname = \"low\"\nfrom = 0.0\n";
    UseCase {
        fields,
        ..toml::from_str(text).unwrap()
    }
}

/// A cheap random number from 0 to 1.
fn noise(row: usize, salt: u64) -> f64 {
    let mut bits = (row as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ salt.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((bits ^ (bits >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// `x` decides most of the outcome; `extra` is the column under test.
fn dataset(rows: usize, extra: Column) -> (UseCase, Dataset) {
    let x: Vec<f64> = (0..rows).map(|row| noise(row, 1)).collect();
    let labels = x
        .iter()
        .enumerate()
        .map(|(row, x)| noise(row, 2) < 0.1 + 0.6 * x)
        .collect();
    let (kind, levels) = match &extra {
        Column::Level { levels, .. } => (Kind::Nominal, levels.clone()),
        _ => (Kind::Real, Vec::new()),
    };
    let mut table = Table::default();
    table.push("x", Column::Number(x));
    table.push("extra", extra);
    (
        use_case(vec![
            field("x", Kind::Real, &[]),
            field("extra", kind, &levels),
        ]),
        Dataset::new(table, labels).unwrap(),
    )
}

fn settings() -> ValidSettings {
    Settings {
        trials: 8,
        repeats: Some(1),
        ..Settings::default()
    }
    .check()
    .unwrap()
}

/// Trains, and checks that every score is a probability.
fn trained(use_case: &UseCase, dataset: &Dataset) -> Trained {
    let trained = train(
        dataset,
        use_case,
        &ValidGatePolicy::sensible(),
        &settings(),
        &Silent,
    )
    .unwrap()
    .completed()
    .unwrap();
    let scores = trained.judged.probabilities(&dataset.table);
    assert!(scores.iter().all(|score| (0.0..=1.0).contains(score)));
    model::Model::from_bytes(&trained.judged.to_bytes().unwrap()).unwrap();
    trained
}

fn auc(trained: &Trained) -> f64 {
    trained.cross_validated.report.metrics[&stats::Metric::RocAuc]
        .value
        .unwrap()
}

#[test]
fn one_class_only_is_refused() {
    let (use_case, mut dataset) = dataset(100, Column::Number(vec![0.0; 100]));
    dataset.labels.fill(true);
    let error = train(
        &dataset,
        &use_case,
        &ValidGatePolicy::sensible(),
        &settings(),
        &Silent,
    )
    .unwrap_err();
    assert!(matches!(error, TrainingError::TooFewRows { .. }));
    assert!(
        error
            .to_string()
            .contains("100 of 100 rows have the outcome"),
        "{error}"
    );
}

#[test]
fn ten_rows_are_refused() {
    let (use_case, dataset) = dataset(10, Column::Number(vec![0.0; 10]));
    assert!(matches!(
        train(
            &dataset,
            &use_case,
            &ValidGatePolicy::sensible(),
            &settings(),
            &Silent
        ),
        Err(TrainingError::TooFewRows { .. })
    ));
}

#[test]
fn a_constant_column_changes_nothing() {
    let (use_case, dataset) = dataset(300, Column::Number(vec![7.0; 300]));
    let trained = trained(&use_case, &dataset);
    assert!(auc(&trained) > 0.6);
    let mut other = dataset.table.clone();
    other.columns[1] = Column::Number(vec![-1e6; 300]);
    assert_eq!(
        trained.judged.probabilities(&dataset.table),
        trained.judged.probabilities(&other)
    );
}

#[test]
fn an_empty_column_changes_nothing() {
    let (use_case, dataset) = dataset(300, Column::Number(vec![f64::NAN; 300]));
    assert!(auc(&trained(&use_case, &dataset)) > 0.6);
    let missing = Column::Level {
        codes: vec![MISSING_LEVEL; 300],
        levels: vec!["a".into(), "b".into()],
    };
    let (use_case, dataset) = self::dataset(300, missing);
    assert!(auc(&trained(&use_case, &dataset)) > 0.6);
}

#[test]
fn missing_values_may_carry_the_signal() {
    let rows = 400;
    let x: Vec<f64> = (0..rows).map(|row| noise(row, 1)).collect();
    let values = (0..rows)
        .map(|row| {
            if x[row] > 0.5 {
                f64::NAN
            } else {
                noise(row, 9)
            }
        })
        .collect();
    let (use_case, mut dataset) = dataset(rows, Column::Number(values));
    dataset.table.columns[0] = Column::Number(vec![1.0; rows]);
    assert!(auc(&trained(&use_case, &dataset)) > 0.6);
}

/// A mark where x is high, and nothing else: the outcome can be told by it alone.
fn mark(rows: usize) -> Column {
    let codes = (0..rows)
        .map(|row| {
            if noise(row, 1) > 0.5 {
                1
            } else {
                MISSING_LEVEL
            }
        })
        .collect();
    Column::Level {
        codes,
        levels: vec!["0".into(), "1".into()],
    }
}

#[test]
fn a_mark_or_nothing_stays_a_field_of_trees_and_of_linear_parts() {
    for candidate in [
        Candidate::LogisticRegressionL2,
        Candidate::RandomForest,
        Candidate::GradientBoosting,
    ] {
        let (use_case, mut dataset) = dataset(400, mark(400));
        dataset.table.columns[0] = Column::Number((0..400).map(|row| noise(row, 9)).collect());
        let settings = Settings {
            trials: 3,
            repeats: Some(1),
            candidates: vec![candidate],
            ..Settings::default()
        }
        .check()
        .unwrap();
        let trained = train(
            &dataset,
            &use_case,
            &ValidGatePolicy::sensible(),
            &settings,
            &Silent,
        )
        .unwrap()
        .completed()
        .unwrap();
        assert!(auc(&trained) > 0.6, "{candidate:?}: {}", auc(&trained));
        let scores = trained.judged.probabilities(&dataset.table);
        let mean = |wanted: bool| {
            let own = (0..400)
                .filter(|row| (noise(*row, 1) > 0.5) == wanted)
                .map(|row| scores[row]);
            own.clone().sum::<f64>() / own.count() as f64
        };
        assert!(mean(true) > mean(false) + 0.1, "{candidate:?}");
        // "No", which training never saw, is read as nothing is.
        let mut no = dataset.table.clone();
        no.columns[1] = Column::Level {
            codes: vec![0; 400],
            levels: vec!["0".into(), "1".into()],
        };
        let mut nothing = dataset.table.clone();
        nothing.columns[1] = Column::Level {
            codes: vec![MISSING_LEVEL; 400],
            levels: vec!["0".into(), "1".into()],
        };
        assert_eq!(
            trained.judged.probabilities(&no),
            trained.judged.probabilities(&nothing)
        );
    }
}

#[test]
fn inputs_that_carry_nothing_are_named() {
    let kinds = |extra: Column| {
        let (use_case, dataset) = dataset(300, extra);
        let notes = training::quality::data_quality(&use_case, &dataset.table).notes;
        notes
            .into_iter()
            .map(|note| (note.field, note.kind))
            .collect::<Vec<_>>()
    };
    let noted = |kind| vec![("extra".to_owned(), kind)];
    let level = |codes: Vec<u32>| Column::Level {
        codes,
        levels: vec!["0".into(), "1".into()],
    };
    assert_eq!(
        kinds(Column::Number(vec![7.0; 300])),
        noted(InputNoteKind::Constant)
    );
    assert_eq!(
        kinds(Column::Number(vec![f64::NAN; 300])),
        noted(InputNoteKind::Empty)
    );
    assert_eq!(kinds(level(vec![1; 300])), noted(InputNoteKind::Constant));
    assert_eq!(
        kinds(level(vec![MISSING_LEVEL; 300])),
        noted(InputNoteKind::Empty)
    );
    assert_eq!(kinds(mark(300)), noted(InputNoteKind::Mark));
    assert_eq!(kinds(level((0..300).map(|row| row % 2).collect())), []);
    assert_eq!(kinds(Column::Number((0..300).map(f64::from).collect())), []);
    let (use_case, dataset) = dataset(300, Column::Number(vec![7.0; 300]));
    assert_eq!(trained(&use_case, &dataset).quality.notes[0].field, "extra");
}

#[test]
fn two_hundred_levels_do_not_fool_it() {
    let levels: Vec<String> = (0..200).map(|level| format!("level {level}")).collect();
    let codes = (0..600).map(|row| (noise(row, 3) * 200.0) as u32).collect();
    let (use_case, dataset) = dataset(600, Column::Level { codes, levels });
    let trained = trained(&use_case, &dataset);
    assert!(auc(&trained) > 0.6, "{}", auc(&trained));
    // A level that training never saw counts as missing.
    let mut unseen = dataset.table.clone();
    unseen.columns[1] = Column::Level {
        codes: vec![0; 600],
        levels: vec!["brand new".into()],
    };
    assert!(
        trained
            .judged
            .probabilities(&unseen)
            .iter()
            .all(|score| score.is_finite())
    );
}

#[test]
fn duplicated_rows_are_named() {
    let (use_case, dataset) = dataset(
        150,
        Column::Number((0..150).map(|row| noise(row, 4)).collect()),
    );
    let twice: Vec<usize> = (0..150).chain(0..150).collect();
    let doubled = Dataset::new(
        dataset.table.take(&twice),
        twice.iter().map(|&row| dataset.labels[row]).collect(),
    )
    .unwrap();
    let trained = trained(&use_case, &doubled);
    assert!(
        trained
            .leaks
            .iter()
            .any(|leak| leak.kind == training::leakage::LeakKind::Copies),
        "{:?}",
        trained.leaks
    );
}

#[test]
fn infinite_values_are_refused_by_place() {
    let mut values = vec![1.0; 100];
    values[41] = f64::INFINITY;
    let (use_case, dataset) = dataset(100, Column::Number(values));
    let error = train(
        &dataset,
        &use_case,
        &ValidGatePolicy::sensible(),
        &settings(),
        &Silent,
    )
    .unwrap_err();
    assert_eq!(
        error,
        TrainingError::Infinite {
            column: "extra".into(),
            row: 41
        }
    );
    assert!(error.to_string().contains("row 42"), "{error}");
}

#[test]
fn huge_and_tiny_values_stay_finite() {
    let values = (0..300)
        .map(|row| {
            if row % 2 == 0 {
                1e300 * noise(row, 5)
            } else {
                -1e-300
            }
        })
        .collect();
    let (use_case, dataset) = dataset(300, Column::Number(values));
    trained(&use_case, &dataset);
}

#[test]
fn a_copy_of_the_outcome_is_named() {
    let (use_case, mut dataset) = dataset(200, Column::Number(vec![0.0; 200]));
    dataset.table.columns[1] = Column::Number(
        dataset
            .labels
            .iter()
            .map(|label| if *label { 3.0 } else { 1.0 })
            .collect(),
    );
    let trained = trained(&use_case, &dataset);
    let kinds: Vec<_> = trained.leaks.iter().map(|leak| leak.kind).collect();
    assert!(
        kinds.contains(&training::leakage::LeakKind::DuplicateOfTarget),
        "{kinds:?}"
    );
    assert!(
        kinds.contains(&training::leakage::LeakKind::TooGoodToBeTrue),
        "{kinds:?}"
    );
}

#[test]
fn no_input_left_is_refused() {
    let (use_case, mut dataset) = dataset(100, Column::Number(vec![1.0; 100]));
    dataset.table.columns[0] = Column::Number(vec![1.0; 100]);
    assert_eq!(
        train(
            &dataset,
            &use_case,
            &ValidGatePolicy::sensible(),
            &settings(),
            &Silent
        )
        .unwrap_err(),
        TrainingError::NoInputs
    );
}
