//! The whole procedure, nested: what it honestly reaches, on scikit-learn's folds of the IBM data.
//! The full 5×5 protocol (`tenure tool evaluate --protocol 5x5`) takes minutes; here a few folds
//! with few trials must come near it.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use training::scikit_folds::protocol_splits;
use training::{Settings, Silent, nested_evaluation};

#[test]
fn a_few_folds_come_near_the_full_protocol() {
    let Some((use_case, dataset)) = common::attrition() else {
        return;
    };
    let splits = protocol_splits(&dataset, 5, 1, 42).unwrap();
    let settings = Settings {
        trials: 10,
        repeats: Some(1),
        ..Settings::default()
    };
    let reached = |include_protected| {
        let settings = Settings {
            include_protected: Some(include_protected),
            ..settings.clone()
        };
        let nested = nested_evaluation(
            &dataset,
            &use_case,
            &splits,
            &settings.check().unwrap(),
            &Silent,
        )
        .unwrap();
        assert_eq!(nested.folds.len(), 5);
        [nested.roc_auc, nested.average_precision, nested.brier].map(|figure| figure.value.unwrap())
    };
    for (include_protected, bars) in [(true, [0.835, 0.63, 0.094]), (false, [0.83, 0.62, 0.095])] {
        let [auc, precision, brier] = reached(include_protected);
        assert!(
            auc > bars[0] && precision > bars[1] && brier < bars[2],
            "{include_protected}: {auc} {precision} {brier}"
        );
        assert!(auc < 0.88, "above that something leaks: {auc}");
    }
}
