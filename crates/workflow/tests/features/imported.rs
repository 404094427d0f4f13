//! Models that another system has trained, and candidates of a training that were not chosen:
//! both become versions under the same rules.

use std::sync::Arc;

use domain::{Decision, Purpose, RefusalCode, ScoreBasis, Stage};
use stats::{Metric, Verdict};
use training::{Candidate, Settings, Silent};
use workflow::{Import, ModelFormat, ModelImport, ModelImported, PredictOptions, Waive};

use crate::app::{PASSWORD, TestApp, USE_CASE, number};

const XGBOOST: &[u8] = include_bytes!("../../../exchange/tests/golden/xgboost.json");

fn import(trained_on: Option<&str>) -> ModelImport {
    ModelImport {
        use_case: USE_CASE.into(),
        format: ModelFormat::Xgboost,
        file: "model.json".into(),
        bytes: XGBOOST.to_vec(),
        mapping: None,
        dataset: None,
        trained_on: trained_on.map(str::to_owned),
        name: String::new(),
    }
}

/// Other people than those of the filled store.
const LABELED: &str = "data/ibm_hr_attrition_1470.csv";

impl TestApp {
    async fn import_model(&self, import: ModelImport) -> workflow::Result<ModelImported> {
        let ada = self.actor("ada").await;
        self.tenure.import_model(&ada.admin()?, import).await
    }

    /// A labeled dataset of its own, of a later day; its id. `None` where the file is absent.
    async fn labeled_later(&self) -> Option<String> {
        let text = testing::shared_text(LABELED)?;
        let ada = self.actor("ada").await;
        let import = Import {
            use_case: USE_CASE.into(),
            files: vec![("ibm.csv".into(), text.into_bytes())],
            as_of: Some("2025-06-01".into()),
            purpose: Some(Purpose::Training),
            ..Import::default()
        };
        let imported = self
            .tenure
            .import(&ada.admin().unwrap(), import)
            .await
            .unwrap();
        Some(imported.dataset.dataset_id.into_string())
    }

    /// What the scores of people of the IBM data are based on: the first row, and somebody new.
    async fn bases(&self, version: i64) -> Vec<ScoreBasis> {
        let text = testing::shared_text(LABELED).unwrap();
        let use_case = self.tenure.use_case(USE_CASE).unwrap();
        let raw = data::read(text.as_bytes(), &data::ReadOptions::default()).unwrap();
        let checked = data::check(&raw, &use_case, data::CheckMode::Scoring, None).unwrap();
        let mut known = checked.table.record(0);
        known.insert("EmployeeNumber".into(), checked.ids[0].clone());
        let mut new = known.clone();
        new.insert("EmployeeNumber".into(), "999999".into());
        // An analyst may only use versions that were approved.
        let local = workflow::Actor::local();
        let (_, predictions) = self
            .tenure
            .predict_records(
                &local.analyst().unwrap(),
                USE_CASE,
                Some(number(version)),
                vec![known, new],
                PredictOptions::default(),
            )
            .await
            .unwrap();
        predictions.into_iter().map(|own| own.basis).collect()
    }
}

#[tokio::test]
async fn an_import_without_its_training_people_is_in_sample_and_not_in_staging() {
    let app = TestApp::filled().await;
    let imported = app.import_model(import(None)).await.unwrap();
    let version = &imported.version;
    assert_eq!((version.version, version.stage), (number(4), Stage::None));
    assert_eq!(version.candidate, "imported_xgboost");
    assert!(imported.evidence.imported.as_ref().unwrap().in_sample);
    let auc = imported
        .evidence
        .gates
        .results
        .iter()
        .find(|own| own.title.contains("ROC AUC"))
        .unwrap();
    assert_eq!(auc.verdict, Verdict::CouldNotCompute);
    let ada = app.actor("ada").await;
    let run = app
        .tenure
        .run(&ada.member().unwrap(), &imported.run_id)
        .await
        .unwrap();
    let names: Vec<&str> = run
        .run
        .metrics
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert!(
        names.contains(&"in_sample_roc_auc") && !names.contains(&"roc_auc"),
        "{names:?}"
    );
    let card = app
        .tenure
        .model_card(&ada.member().unwrap(), USE_CASE, number(4))
        .await
        .unwrap();
    let card = card.card.markdown();
    assert!(
        card.contains("Imported from model.json") && card.contains("in sample"),
        "{card}"
    );
}

#[tokio::test]
async fn an_imported_version_passes_the_gates_or_a_waiver_like_any_other() {
    let app = TestApp::filled().await;
    let imported = app.import_model(import(None)).await.unwrap();
    let ada = app.actor("ada").await;
    let request = async || {
        let contributor = ada.contributor().unwrap();
        app.tenure
            .request_review(&contributor, USE_CASE, number(4), "")
            .await
    };
    assert_eq!(
        request().await.unwrap_err().code(),
        Some(RefusalCode::GatesBlock)
    );
    let rita = app.actor("rita").await;
    let signed = app
        .tenure
        .sign(rita.reviewer().unwrap(), Some(PASSWORD))
        .await
        .unwrap();
    for gate in imported
        .evidence
        .gates
        .results
        .iter()
        .filter(|own| own.verdict != Verdict::Pass)
    {
        let waive = Waive {
            gate: gate.id(),
            owner: "hr",
            reason: "judged by hand",
            expires_on: "2099-01-01",
        };
        // Gates that do not block are not waived.
        _ = app.tenure.waive(&signed, USE_CASE, number(4), waive).await;
    }
    request().await.unwrap();
    app.decide(4, "rita", Decision::Approve, "tried beside the old system")
        .await
        .unwrap();
    let oscar = app.actor("oscar").await;
    let batch = app
        .tenure
        .batch(&oscar.admin().unwrap(), USE_CASE, None)
        .await
        .unwrap();
    let scores = store::scoring::of_batch(
        &mut app.tenure.store().read().await.unwrap(),
        &batch.batch_id,
    )
    .await
    .unwrap();
    assert!(!scores.is_empty());
    assert!(scores.iter().all(|own| own.basis == ScoreBasis::InSample));
}

#[tokio::test]
async fn people_that_it_was_trained_on_do_not_judge_it_and_are_in_sample() {
    let app = TestApp::filled().await;
    let Some(ibm) = app.labeled_later().await else {
        return;
    };
    let ada = app.actor("ada").await;
    let first = app
        .tenure
        .training_datasets(&ada.member().unwrap(), USE_CASE)
        .await
        .unwrap();
    let first = first
        .iter()
        .find(|own| own.dataset_id.as_str() != ibm)
        .unwrap();
    // Trained on the IBM people: those of the first dataset have other identifiers, or the same and
    // do not judge it.
    let other = ModelImport {
        dataset: Some(first.dataset_id.to_string()),
        ..import(Some(&ibm))
    };
    let imported = app.import_model(other).await.unwrap();
    assert!(imported.evidence.holdout_rows.len() <= 600);
    assert_eq!(
        app.bases(4).await,
        [ScoreBasis::InSample, ScoreBasis::Final]
    );
    // Judged by those that it was trained on, nobody is left.
    let same = ModelImport {
        dataset: Some(ibm.clone()),
        ..import(Some(&ibm))
    };
    let imported = app.import_model(same).await.unwrap();
    assert!(imported.evidence.imported.unwrap().in_sample);
    assert_eq!(
        app.bases(5).await,
        [ScoreBasis::InSample, ScoreBasis::Final]
    );
}

#[tokio::test]
async fn what_cannot_be_scored_is_refused_and_leaves_nothing() {
    let app = TestApp::filled().await;
    for (format, bytes) in [
        (ModelFormat::Xgboost, b"{L\0learner".as_slice()),
        (ModelFormat::Lightgbm, b"tree\nversion=v4\n"),
        (ModelFormat::Onnx, b"\x08\x0a"),
    ] {
        let wrong = ModelImport {
            format,
            bytes: bytes.to_vec(),
            ..import(None)
        };
        assert!(matches!(
            app.import_model(wrong).await,
            Err(workflow::Error::Invalid(_))
        ));
    }
    let ann = app.actor("ann").await;
    assert!(ann.admin().is_err());
    let ada = app.actor("ada").await;
    let versions = app
        .tenure
        .versions(&ada.member().unwrap(), USE_CASE)
        .await
        .unwrap();
    assert_eq!(versions.len(), 3);
}

#[tokio::test]
async fn any_candidate_of_a_training_becomes_a_version_with_the_figures_it_had() {
    let app = TestApp::filled().await;
    let ada = app.actor("ada").await;
    let admin = ada.admin().unwrap();
    let datasets = app
        .tenure
        .training_datasets(&admin.member(), USE_CASE)
        .await
        .unwrap();
    let settings = Settings {
        trials: 6,
        repeats: Some(1),
        candidates: vec![
            Candidate::LinfaTree,
            Candidate::LogisticRegressionL2,
            Candidate::DecisionTree,
        ],
        ..Settings::default()
    };
    let trained = app
        .tenure
        .train(
            &admin,
            &datasets[0],
            settings.check().unwrap(),
            Arc::new(Silent),
        )
        .await
        .unwrap();
    let run = app
        .tenure
        .run(&admin.member(), &trained.run_id)
        .await
        .unwrap();
    let other = if trained.version.candidate == "decision_tree" {
        "logistic_regression_l2"
    } else {
        "decision_tree"
    };
    assert_eq!(run.registrable, [other]);
    let registered = app
        .tenure
        .register_candidate(&admin, &trained.run_id, other, Arc::new(Silent))
        .await
        .unwrap();
    assert_eq!(
        (
            registered.version.version,
            registered.version.candidate.as_str()
        ),
        (number(5), other)
    );
    let nested = run.children.iter().find(|own| own.name == other).unwrap();
    let (_, shown) = nested
        .metrics
        .iter()
        .find(|(name, _)| name == "roc_auc")
        .unwrap();
    let own = &registered.evidence.holdout.report.metrics[&Metric::RocAuc];
    assert_eq!((shown.value, shown.interval), (own.value, own.interval));
    assert!(!registered.evidence.gates.results.is_empty());
    let code = async |candidate: &str| {
        let answer =
            app.tenure
                .register_candidate(&admin, &trained.run_id, candidate, Arc::new(Silent));
        answer.await.unwrap_err()
    };
    let chosen = trained.version.candidate.clone();
    assert_eq!(
        code(&chosen).await.code(),
        Some(RefusalCode::AlreadyDecided)
    );
    for wrong in ["linfa_tree", "none_such"] {
        assert!(
            matches!(code(wrong).await, workflow::Error::Invalid(_)),
            "{wrong}"
        );
    }
}
