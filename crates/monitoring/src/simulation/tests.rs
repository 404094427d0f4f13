#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use model::Column;

fn roc_auc(scores: &[f64], labels: &[bool]) -> f64 {
    let positives = stats::two_sample::Sorted::new(
        &scores
            .iter()
            .zip(labels)
            .filter(|(_, l)| **l)
            .map(|(s, _)| *s)
            .collect::<Vec<_>>(),
    );
    let negatives = stats::two_sample::Sorted::new(
        &scores
            .iter()
            .zip(labels)
            .filter(|(_, l)| !**l)
            .map(|(s, _)| *s)
            .collect::<Vec<_>>(),
    );
    let pair = stats::two_sample::Pair::new(&positives, &negatives);
    stats::two_sample::rank::mann_whitney(&pair)
        .unwrap()
        .statistic
        / (positives.n() * negatives.n()) as f64
}

/// Truth of the first snapshot against what happens in the year after it.
fn year(settings: &Settings) -> (f64, f64, f64) {
    let snapshots = simulate(settings);
    let left: std::collections::HashSet<&str> = snapshots
        .iter()
        .flat_map(|s| &s.left)
        .map(|o| o.id.as_str())
        .collect();
    let Some(Column::Text(ids)) = snapshots[0].people.column("EmployeeNumber") else {
        panic!()
    };
    let labels: Vec<bool> = ids.iter().map(|id| left.contains(id.as_str())).collect();
    let rate = labels.iter().filter(|l| **l).count() as f64 / labels.len() as f64;
    let expected = snapshots[0].true_risk.iter().sum::<f64>() / labels.len() as f64;
    (roc_auc(&snapshots[0].true_risk, &labels), rate, expected)
}

#[test]
fn the_known_risk_is_about_as_good_as_the_real_data_allows() {
    let (auc, rate, expected) = year(&Settings {
        people: 10_000,
        ..Settings::default()
    });
    eprintln!("true risk: ROC AUC {auc:.3}, {rate:.3} leave, expected {expected:.3}");
    assert!((0.83..0.87).contains(&auc), "{auc}");
    assert!((0.14..0.18).contains(&rate), "{rate}");
    assert!((expected - rate).abs() < 0.02, "{expected} for {rate}");
}

#[test]
fn same_seed_same_people_and_training_is_the_year_before() {
    let settings = Settings {
        people: 300,
        months: 3,
        ..Settings::default()
    };
    assert_eq!(simulate(&settings), simulate(&settings));
    assert_ne!(
        simulate(&settings)[0].people,
        simulate(&Settings {
            seed: 7,
            ..settings.clone()
        })[0]
            .people
    );
    let training = training_table(&settings);
    assert_eq!((training.names.len(), training.rows()), (35, 300));
    let Some(Column::Level { codes, .. }) = training.column("Attrition") else {
        panic!()
    };
    assert!(codes.contains(&1) && codes.contains(&0));
    let day = |text: &str| text.parse::<domain::Date>().unwrap();
    assert_eq!(months_later(day("2024-11-15"), 3), day("2025-02-01"));
}

#[test]
fn drift_begins_at_its_month_and_changes_what_it_should() {
    let calm = Settings {
        people: 400,
        months: 4,
        ..Settings::default()
    };
    let plain = simulate(&calm);
    for kind in [
        Kind::FeatureNoise,
        Kind::SegmentShift,
        Kind::LabelFlips,
        Kind::ConceptChange,
    ] {
        let drifted = simulate(&Settings {
            drift: Some((kind, 2)),
            ..calm.clone()
        });
        assert_eq!(plain[..2], drifted[..2], "{kind:?} before its month");
        let same_people = plain[2].people == drifted[2].people;
        assert_eq!(
            same_people,
            matches!(kind, Kind::LabelFlips | Kind::ConceptChange),
            "{kind:?}"
        );
        assert_eq!(Kind::parse(kind.name()), Some(kind));
    }
}

#[test]
fn concept_change_breaks_the_old_risk() {
    let settings = Settings {
        people: 6_000,
        drift: Some((Kind::ConceptChange, 0)),
        ..Settings::default()
    };
    let old_truth = simulate(&Settings {
        months: 1,
        drift: None,
        ..settings.clone()
    });
    let snapshots = simulate(&settings);
    let left: std::collections::HashSet<&str> = snapshots
        .iter()
        .flat_map(|s| &s.left)
        .map(|o| o.id.as_str())
        .collect();
    let Some(Column::Text(ids)) = snapshots[0].people.column("EmployeeNumber") else {
        panic!()
    };
    let labels: Vec<bool> = ids.iter().map(|id| left.contains(id.as_str())).collect();
    let (old, new) = (
        roc_auc(&old_truth[0].true_risk, &labels),
        roc_auc(&snapshots[0].true_risk, &labels),
    );
    let rate = labels.iter().filter(|l| **l).count() as f64 / labels.len() as f64;
    eprintln!("after the change: old risk {old:.3}, new risk {new:.3}, {rate:.3} leave");
    assert!(old < 0.68 && new > 0.8);
}

#[test]
fn people_look_like_the_real_data() {
    let training = training_table(&Settings {
        people: 5000,
        ..Settings::default()
    });
    // Mean and tolerance: IBM's means, loosely.
    for (name, mean, tolerance) in [
        ("Age", 36.9, 3.5),
        ("JobLevel", 2.06, 0.4),
        ("MonthlyIncome", 6500.0, 1500.0),
        ("YearsAtCompany", 7.0, 1.5),
        ("JobSatisfaction", 2.73, 0.2),
        ("NumCompaniesWorked", 2.69, 0.5),
        ("DistanceFromHome", 9.2, 1.5),
    ] {
        let Some(Column::Number(values)) = training.column(name) else {
            panic!()
        };
        let found = values.iter().sum::<f64>() / values.len() as f64;
        assert!(
            (found - mean).abs() < tolerance,
            "{name}: {found} for {mean}"
        );
    }
    let Some(Column::Level { codes, .. }) = training.column("OverTime") else {
        panic!()
    };
    let overtime = codes.iter().sum::<u32>() as f64 / codes.len() as f64;
    assert!((overtime - 0.28).abs() < 0.05, "{overtime}");
}
