//! Profiles of parts add up to the profile of the whole, bit for bit, and the check on profiles
//! says what the check on rows says.
#![expect(clippy::unwrap_used, reason = "tests")]

use domain::DriftVerdict;
use model::{Column, MISSING_LEVEL, Table};
use monitoring::profile::{Layout, Profile, profile_drift, profile_prediction_drift};
use monitoring::simulation::{Kind, Settings, simulate};
use monitoring::{Detail, ValidPolicy, feature_drift};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn with_gaps(mut table: Table, rng: &mut ChaCha8Rng) -> Table {
    for column in &mut table.columns {
        match column {
            Column::Number(values) => values.iter_mut().for_each(|value| {
                *value = if rng.random_bool(0.03) {
                    f64::NAN
                } else {
                    *value
                }
            }),
            Column::Level { codes, .. } => codes.iter_mut().for_each(|code| {
                *code = if rng.random_bool(0.03) {
                    MISSING_LEVEL
                } else {
                    *code
                }
            }),
            Column::Text(_) => {}
        }
    }
    table
}

#[test]
fn parts_add_up_to_the_whole_bit_for_bit() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let settings = Settings {
        people: 700,
        months: 2,
        drift: Some((Kind::FeatureNoise, 1)),
        ..Settings::default()
    };
    let months: Vec<Table> = simulate(&settings)
        .into_iter()
        .map(|snapshot| with_gaps(snapshot.people, &mut rng))
        .collect();
    let layout = Layout::new(&months[0]);
    let scores = |rows: usize, rng: &mut ChaCha8Rng| {
        (0..rows).map(|_| rng.random::<f64>()).collect::<Vec<_>>()
    };
    let current_scores = scores(months[1].rows(), &mut rng);
    let reference = Profile::new(
        &layout,
        &months[0],
        Some(&scores(months[0].rows(), &mut rng)),
        &["Gender"],
    );
    let whole = Profile::new(&layout, &months[1], Some(&current_scores), &["Gender"]);
    let policy = ValidPolicy::default();
    let expected =
        serde_json::to_string(&profile_drift(&reference, &whole, &policy, Detail::All)).unwrap();
    for parts in [1, 2, 7, 50] {
        let owner: Vec<usize> = (0..months[1].rows())
            .map(|_| rng.random_range(0..parts))
            .collect();
        let mut merged: Option<Profile> = None;
        for part in (0..parts).rev() {
            let rows: Vec<usize> = (0..owner.len()).filter(|&row| owner[row] == part).collect();
            let scores: Vec<f64> = rows.iter().map(|&row| current_scores[row]).collect();
            let profile = Profile::new(&layout, &months[1].take(&rows), Some(&scores), &["Gender"]);
            match &mut merged {
                None => merged = Some(profile),
                Some(merged) => merged.merge(&profile).unwrap(),
            }
        }
        let merged = merged.unwrap();
        assert_eq!(merged, whole, "{parts} parts");
        assert_eq!(
            serde_json::to_string(&profile_drift(&reference, &merged, &policy, Detail::All))
                .unwrap(),
            expected
        );
    }
    let stored: Profile = serde_json::from_str(&serde_json::to_string(&whole).unwrap()).unwrap();
    assert_eq!(stored, whole);
    assert_eq!(
        profile_prediction_drift(&reference, &whole, &policy).verdict,
        DriftVerdict::Stable
    );
}

#[test]
fn cells_say_what_rows_say() {
    let settings = Settings {
        people: 800,
        months: 2,
        drift: Some((Kind::FeatureNoise, 1)),
        ..Settings::default()
    };
    let months = simulate(&settings);
    let layout = Layout::new(&months[0].people);
    let [reference, current] =
        [0, 1].map(|month| Profile::new(&layout, &months[month].people, None, &[]));
    let policy = ValidPolicy::default();
    let by_cells = profile_drift(&reference, &current, &policy, Detail::Usual);
    let by_rows = feature_drift(
        &months[0].people,
        &months[1].people,
        None,
        &policy,
        Detail::Usual,
    );
    assert_eq!(by_cells.drifted(), by_rows.drifted());
    assert_eq!(
        by_rows.drifted(),
        [
            "DistanceFromHome",
            "MonthlyIncome",
            "TotalWorkingYears",
            "YearsAtCompany"
        ]
    );
    let age = reference.column("Age").unwrap();
    let Some(Column::Number(ages)) = months[0].people.column("Age") else {
        panic!()
    };
    assert_eq!(
        age.quantile(0.5),
        stats::two_sample::Sorted::new(ages).quantile(0.5)
    );
    assert_eq!(
        reference
            .column("Gender")
            .unwrap()
            .level_counts()
            .unwrap()
            .values()
            .sum::<u64>(),
        800
    );
}

#[test]
fn a_column_that_is_gone_stays_unknown_and_other_layouts_do_not_merge() {
    let month = simulate(&Settings {
        people: 200,
        months: 1,
        ..Settings::default()
    })
    .remove(0)
    .people;
    let layout = Layout::new(&month);
    let reference = Profile::new(&layout, &month, None, &[]);
    let current = Profile::new(&layout, &month.select(&["Age", "Gender"]), None, &[]);
    let report = profile_drift(&reference, &current, &ValidPolicy::default(), Detail::Usual);
    let income = report
        .columns
        .iter()
        .find(|column| column.name == "MonthlyIncome")
        .unwrap();
    assert_eq!(income.verdict, DriftVerdict::CouldNotCompute);
    assert_eq!(report.verdict, DriftVerdict::CouldNotCompute);
    let other = Profile::new(&Layout::new(&month.take(&[0, 1, 2])), &month, None, &[]);
    assert!(reference.clone().merge(&other).is_err());
    assert_eq!(
        profile_prediction_drift(&reference, &current, &ValidPolicy::default()).verdict,
        DriftVerdict::CouldNotCompute
    );
}
