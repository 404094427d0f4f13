//! A whole training: what it promises of its result.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::attrition;
use model::{Model, UseCase};
use stats::{Metric, Verdict};
use training::candidate::Candidate;
use training::explanation;
use training::gates::{CardPart, Evidence, Gate, GatePolicy, ValidGatePolicy};
use training::leakage::{Leak, LeakKind};
use training::prepared::Prepared;
use training::split::Split;
use training::{
    Dataset, Progress, Settings, Silent, Status, Trained, TrainingOutcome, candidate, train,
};

fn quick() -> Settings {
    Settings {
        trials: 9,
        repeats: Some(1),
        ..Settings::default()
    }
}

fn trained(dataset: &Dataset, use_case: &UseCase, settings: Settings) -> Trained {
    let settings = settings.check().unwrap();
    train(
        dataset,
        use_case,
        &ValidGatePolicy::sensible(),
        &settings,
        &Silent,
    )
    .unwrap()
    .completed()
    .unwrap()
}

fn metric(trained: &Trained, metric: Metric) -> f64 {
    trained.holdout.report.metrics[&metric].value.unwrap()
}

#[test]
fn attrition_trains_end_to_end() {
    let Some((use_case, dataset)) = attrition() else {
        return;
    };
    let trained = trained(&dataset, &use_case, quick());
    assert_eq!(trained.stages.len(), 8);
    assert_eq!(
        trained.training_rows.len() + trained.holdout_rows.len(),
        1470
    );
    assert!(metric(&trained, Metric::RocAuc) > 0.75);
    assert!(metric(&trained, Metric::Brier) < 0.12);
    assert!(trained.reproducible);
    // The strongest fields hardly depend on who was in the training rows.
    let stability = trained.stability.of_top(5);
    assert!(stability.interval.unwrap()[0] > 0.4, "{stability:?}");
    assert_eq!(
        (trained.stability.importances.len(), trained.stability.rows),
        (5, 100)
    );
    assert_eq!(trained.stability.ranks(5)[0].field, "Overtime");
    assert!(trained.leaks.is_empty(), "{:?}", trained.leaks);
    assert!(
        trained
            .candidates
            .iter()
            .any(|result| result.candidate == Candidate::LinfaTree),
        "the baseline is always shown"
    );
    assert_ne!(
        trained.chosen.candidate,
        Candidate::LinfaTree,
        "and never chosen"
    );
    assert!(trained.out_of_fold.iter().all(Option::is_some));
    let [low, high] = trained.judged.interval(0.3).unwrap();
    assert!(0.0 <= low && low <= high && high <= 1.0);
    // Protected fields are no inputs, and what they could be guessed from is said.
    assert!(
        trained
            .judged
            .encoder
            .fields
            .iter()
            .all(|field| !["Age", "Gender", "MaritalStatus"].contains(&field.name.as_str()))
    );
    assert!(
        trained
            .proxies
            .iter()
            .any(|proxy| proxy.attribute == "MaritalStatus" && proxy.roc_auc.value.unwrap() > 0.8)
    );
    assert!(trained.holdout.fairness.contains_key("Gender"));
    // The guide's fixed thresholds are beyond an honest model here.
    let feasibility = ValidGatePolicy::guide_strict();
    let labels = labels_of(&dataset, &trained.training_rows);
    let scores: Vec<f64> = trained
        .out_of_fold
        .iter()
        .map(|score| score.unwrap())
        .collect();
    let found =
        training::feasibility::feasibility(&feasibility, &labels, &scores, 0.5, 294, 200, 1);
    assert_eq!(found.passed, 0, "{}", found.sentence);
    let bytes = trained.judged.to_bytes().unwrap();
    assert_eq!(Model::from_bytes(&bytes).unwrap(), trained.judged);

    let (unseen, outcomes) = (
        dataset.table.take(&trained.holdout_rows),
        labels_of(&dataset, &trained.holdout_rows),
    );
    let explain =
        || explanation::explain(&Arc::new(trained.judged.clone()), &unseen, &outcomes, 42).unwrap();
    let found = explain();
    assert_eq!(found.rows, 294);
    assert_eq!(found.importance.len(), use_case.inputs().count());
    assert!(
        found
            .importance
            .iter()
            .all(|own| own.interval[0] <= own.points && own.points <= own.interval[1])
    );
    assert!(
        found
            .permutation
            .windows(2)
            .all(|pair| pair[0].mean >= pair[1].mean)
            && found.permutation[0].mean > 0.01
    );
    assert_eq!(
        (found.dependence.len(), found.partial_dependence.len()),
        (4, 4)
    );
    // Each field's points are in the order of its own values: rows of people cannot be put
    // together.
    assert!(
        found
            .swarms
            .iter()
            .all(|swarm| swarm.points.is_sorted_by(|a, b| a.x <= b.x))
    );
    assert_eq!(explain(), found);
}

fn labels_of(dataset: &training::Dataset, rows: &[usize]) -> Vec<bool> {
    rows.iter().map(|&row| dataset.labels[row]).collect()
}

#[test]
fn same_seed_gives_the_same_bytes_with_one_and_two_threads() {
    let Some((use_case, dataset)) = attrition() else {
        return;
    };
    let bytes = |threads| {
        let settings = Settings {
            threads: Some(threads),
            ..quick()
        };
        trained(&dataset, &use_case, settings)
            .judged
            .to_bytes()
            .unwrap()
    };
    let first = bytes(1);
    assert_eq!(first, bytes(2));
    assert_eq!(first, bytes(2));
}

#[test]
fn the_model_is_built_from_exactly_the_chosen_trial() {
    let Some((use_case, dataset)) = attrition() else {
        return;
    };
    for candidate in [
        Candidate::LogisticRegressionL2,
        Candidate::GradientBoosting,
        Candidate::Blend,
    ] {
        let mut candidates = vec![candidate];
        if candidate == Candidate::Blend {
            candidates.extend([
                Candidate::LogisticRegressionL2,
                Candidate::RandomForest,
                Candidate::AdditiveBoosting,
            ]);
        }
        let settings = Settings {
            candidates,
            one_standard_error: candidate != Candidate::Blend,
            trials: 6,
            repeats: Some(1),
            ..Settings::default()
        };
        let trained = trained(&dataset, &use_case, settings.clone());
        assert!(trained.trials.contains(&trained.chosen));
        assert_eq!(
            trained.judged.lineage.candidate,
            trained.chosen.candidate.name()
        );
        assert_eq!(
            trained.judged.lineage.parameters,
            trained.chosen.parameters.describe()
        );
        let split = Split::hold_out(&dataset, settings.holdout_share, settings.seed).unwrap();
        let prepared = Prepared::new(
            &dataset,
            &trained.judged.use_case,
            &split.train,
            &settings.inputs(),
        )
        .unwrap();
        let again = candidate::fit(&trained.chosen.parameters, &prepared, settings.seed).unwrap();
        // The model's inputs are renumbered, its scores are the same to the bit.
        let table = dataset.table.take(split.train.rows());
        assert_eq!(
            again.margins(&prepared.matrix),
            trained
                .judged
                .scorer
                .margins(&trained.judged.encode(&table))
        );
        assert_eq!(again.parts.len(), trained.judged.scorer.parts.len());
    }
}

/// Asks to stop after some reports.
struct Impatient(AtomicUsize);

impl Progress for Impatient {
    fn report(&self, _: &Status) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn canceled(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 8
    }
}

#[test]
fn stopping_keeps_what_is_done() {
    let Some((use_case, dataset)) = attrition() else {
        return;
    };
    let many = Settings {
        trials: 1000,
        ..quick()
    }
    .check()
    .unwrap();
    let stopped = train(
        &dataset,
        &use_case,
        &ValidGatePolicy::sensible(),
        &many,
        &Impatient(AtomicUsize::new(0)),
    )
    .unwrap();
    let TrainingOutcome::Stopped { trials } = stopped else {
        panic!("{stopped:?}")
    };
    assert!(!trials.is_empty() && trials.len() < 1000);
    let settings = Settings {
        trials: 1_000_000,
        timeout_seconds: Some(0.1),
        ..quick()
    };
    let trained = trained(&dataset, &use_case, settings);
    assert!(
        trained.trials.len() < 1000,
        "a timeout ends the search and still gives a model"
    );
}

#[test]
fn options_of_fairness_change_what_is_learned() {
    let Some((use_case, dataset)) = attrition() else {
        return;
    };
    let only = |settings: Settings| Settings {
        candidates: vec![Candidate::LogisticRegressionL2],
        trials: 3,
        ..settings
    };
    let fitted = |settings: Settings| trained(&dataset, &use_case, only(settings));
    let plain = fitted(quick());
    let reweighed = fitted(Settings {
        reweigh: Some("Gender".into()),
        ..quick()
    });
    assert_ne!(plain.judged.scorer, reweighed.judged.scorer);
    let dropped = fitted(Settings {
        exclude: vec!["OverTime".into()],
        ..quick()
    });
    assert!(
        dropped
            .judged
            .encoder
            .fields
            .iter()
            .all(|field| field.name != "OverTime")
    );
    assert!(metric(&dropped, Metric::RocAuc) < metric(&plain, Metric::RocAuc));
    let with_protected = fitted(Settings {
        include_protected: Some(true),
        ..quick()
    });
    assert!(
        with_protected
            .judged
            .encoder
            .fields
            .iter()
            .any(|field| field.name == "Age")
    );
    assert!(
        with_protected.judged.use_case.include_protected,
        "the model says so"
    );
}

#[test]
fn gates_judge_by_the_interval() {
    let Some((use_case, dataset)) = attrition() else {
        return;
    };
    let trained = trained(&dataset, &use_case, quick());
    let table = dataset.table.take(&trained.holdout_rows);
    let labels: Vec<bool> = trained
        .holdout_rows
        .iter()
        .map(|&row| dataset.labels[row])
        .collect();
    let same =
        training::evaluate::against_live(&trained.judged, &trained.judged, &table, &labels, 1)
            .unwrap();
    let card = CardPart::ALL[..5].iter().copied().collect();
    let evidence = Evidence {
        report: &trained.holdout.report,
        against_live: Some(&same),
        fairness: &trained.holdout.fairness,
        quality: &trained.quality,
        reproducible: Some(trained.reproducible),
        leaks: &trained.leaks,
        stability: Some(&trained.stability),
        use_case: &use_case,
        card: &card,
    };
    let strict = ValidGatePolicy::guide_strict().judge(&evidence);
    assert!(!strict.passes);
    let sensible = ValidGatePolicy::sensible().judge(&evidence);
    let verdict = |gate: &dyn Fn(&Gate) -> bool| {
        sensible
            .results
            .iter()
            .find(|result| gate(&result.gate))
            .unwrap()
            .verdict
    };
    assert_eq!(
        verdict(&|gate| matches!(
            gate,
            Gate::Absolute {
                metric: Metric::RocAuc,
                ..
            }
        )),
        Verdict::Pass
    );
    assert_eq!(
        verdict(&|gate| matches!(
            gate,
            Gate::AgainstLive {
                metric: Metric::RocAuc,
                ..
            }
        )),
        Verdict::Pass,
        "not worse than itself"
    );
    assert_eq!(
        verdict(&|gate| matches!(gate, Gate::Reproducible)),
        Verdict::Pass
    );
    assert_eq!(
        verdict(&|gate| matches!(gate, Gate::ExplanationStability { .. })),
        Verdict::Pass
    );
    assert_eq!(
        verdict(&|gate| matches!(gate, Gate::Documentation { .. })),
        Verdict::Pass
    );
    // The guide asks for what people write, too, and says what is missing.
    let documentation = strict
        .results
        .iter()
        .find(|result| matches!(result.gate, Gate::Documentation { .. }))
        .unwrap();
    assert_eq!(
        (documentation.verdict, documentation.figure.value),
        (Verdict::Fail, Some(5.0 / 7.0))
    );
    assert!(
        documentation
            .note
            .contains("description, known limitations"),
        "{}",
        documentation.note
    );
    assert!(
        !documentation.gate.is_of_staging(),
        "it is written after the training"
    );
    let leak = |kind| Leak {
        kind,
        field: None,
        sentence: "Pay alone separates them.".into(),
    };
    let leaks = [
        leak(LeakKind::PostOutcome),
        leak(LeakKind::NearPerfectPredictor),
    ];
    let policy = ValidGatePolicy::sensible();
    let of_leakage = |leaks: &[Leak]| {
        let judged = policy.judge(&Evidence { leaks, ..evidence });
        let found = judged
            .results
            .iter()
            .find(|result| result.gate == Gate::Leakage);
        found.unwrap().clone()
    };
    let (alarm, none) = (of_leakage(&leaks), of_leakage(&leaks[..1]));
    assert_eq!(
        (alarm.verdict, alarm.note.as_str(), policy.blocks(&alarm)),
        (Verdict::Fail, "Pay alone separates them.", true)
    );
    assert!(alarm.gate.is_of_staging());
    assert_eq!((none.verdict, policy.blocks(&none)), (Verdict::Pass, false));
    // What nobody measured does not pass, and blocks even where rows that cannot tell do not.
    let unknown = Evidence {
        stability: None,
        reproducible: None,
        ..evidence
    };
    let sensible = ValidGatePolicy::sensible();
    let judged = sensible.judge(&unknown);
    let blocking: Vec<&Gate> = judged
        .results
        .iter()
        .filter(|result| sensible.blocks(result))
        .map(|result| &result.gate)
        .collect();
    assert!(
        matches!(
            blocking[..],
            [Gate::Reproducible, Gate::ExplanationStability { .. }]
        ),
        "{blocking:?}"
    );
    // A policy on fairness is not met by auditing nothing.
    let nothing = std::collections::BTreeMap::new();
    let strict = ValidGatePolicy::guide_strict();
    let judged = strict.judge(&Evidence {
        fairness: &nothing,
        ..evidence
    });
    let fairness: Vec<Verdict> = judged
        .results
        .iter()
        .filter(|result| matches!(result.gate, Gate::Fairness { .. }))
        .map(|result| result.verdict)
        .collect();
    assert_eq!(fairness, [Verdict::CouldNotCompute; 3]);
    let improves = GatePolicy {
        name: "retrain".into(),
        description: String::new(),
        fairness_blocks: true,
        approvals: 1,
        waivers: false,
        checklist_required: false,
        named_author: false,
        review_days: 365,
        inconclusive_blocks: true,
        gates: vec![Gate::AgainstLive {
            metric: Metric::RocAuc,
            improvement: 0.01,
            significant: true,
        }],
    };
    let improves = improves.check().unwrap();
    assert!(
        !improves.judge(&evidence).passes,
        "a model is no improvement on itself"
    );
}
