//! A whole training: what it promises of its result.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use common::attrition;
use stats::Metric;
use training::{Settings, Silent, train};

#[test]
fn attrition_trains_end_to_end() {
    let Some((use_case, dataset)) = attrition() else { return };
    let settings = Settings { trials: 14, ..Settings::default() };
    let trained = train(&dataset, &use_case, &settings, &Silent).unwrap();
    for candidate in &trained.candidates {
        eprintln!(
            "{:24} {:.4} ± {:.4} behind {:.4} ± {:.4} {}",
            candidate.candidate.name(),
            candidate.score,
            candidate.standard_error,
            candidate.behind,
            candidate.behind_error,
            candidate.chosen
        );
    }
    for stage in &trained.stages {
        eprintln!("{:?} {:.3} s {}", stage.stage, stage.seconds, stage.detail);
    }
    eprintln!("{:?} {:?}", trained.holdout.metrics[&Metric::RocAuc], trained.cross_validated.metrics[&Metric::RocAuc]);
    let bytes = trained.model.to_bytes().unwrap();
    assert_eq!(model::Model::from_bytes(&bytes).unwrap(), trained.model);
    assert!(trained.holdout.metrics[&Metric::RocAuc].value.unwrap() > 0.7);
}
