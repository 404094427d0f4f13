//! The model card, and the known limitations that people write on it.

use domain::RefusalCode;

use crate::app::{TestApp, USE_CASE, number};

impl TestApp {
    async fn write(&self, name: &str, from: Option<i64>, text: &str) -> workflow::Result<()> {
        let actor = self.actor(name).await;
        self.tenure
            .write_limitations(&actor.contributor()?, USE_CASE, number(1), from, text)
            .await
    }

    async fn limitations(&self) -> (String, u32) {
        let ann = self.actor("ann").await;
        let page = self
            .tenure
            .model_card(&ann.member().unwrap(), USE_CASE, number(1))
            .await
            .unwrap();
        (page.limitations, page.revision)
    }
}

#[tokio::test]
async fn a_card_is_complete_before_anybody_writes_on_it() {
    let app = TestApp::filled().await;
    let ann = app.actor("ann").await;
    let page = app
        .tenure
        .model_card(&ann.member().unwrap(), USE_CASE, number(1))
        .await
        .unwrap();
    assert!(page.card.sections.len() > 5, "{}", page.card.sections.len());
    assert_eq!((page.limitations.as_str(), page.revision), ("", 0));
}

#[tokio::test]
async fn each_text_is_a_revision() {
    let app = TestApp::filled().await;
    app.write("ann", Some(0), "not for the night shift")
        .await
        .unwrap();
    app.write("rita", Some(1), "nor for trainees")
        .await
        .unwrap();
    assert_eq!(app.limitations().await, ("nor for trainees".into(), 2));
}

#[tokio::test]
async fn who_has_not_read_the_newest_revision_does_not_overwrite_it() {
    let app = TestApp::filled().await;
    app.write("ann", Some(0), "not for the night shift")
        .await
        .unwrap();
    assert_eq!(
        app.write("rita", Some(0), "nothing known")
            .await
            .unwrap_err()
            .code(),
        Some(RefusalCode::Changed)
    );
    assert_eq!(app.limitations().await.1, 1);
}

#[tokio::test]
async fn an_empty_or_endless_text_is_refused() {
    let app = TestApp::filled().await;
    assert!(app.write("ann", None, "  \n").await.is_err());
    assert!(app.write("ann", None, &"x".repeat(5001)).await.is_err());
}

#[tokio::test]
async fn the_card_of_a_live_version_names_its_approval() {
    let app = TestApp::live().await;
    let ann = app.actor("ann").await;
    let card = app
        .tenure
        .model_card(&ann.member().unwrap(), USE_CASE, number(1))
        .await
        .unwrap()
        .card
        .markdown();
    assert!(
        card.contains("rita") && card.contains("ranks well"),
        "{card}"
    );
}

#[tokio::test]
async fn the_card_names_what_its_training_set_was_built_from() {
    let app = TestApp::filled().await;
    let ada = app.actor("ada").await;
    let admin = ada.admin().unwrap();
    let settings = monitoring::simulation::Settings {
        people: 600,
        months: 1,
        seed: 5,
        ..Default::default()
    };
    let people = monitoring::simulation::simulate(&settings).remove(0).people;
    let import = workflow::Import {
        use_case: USE_CASE.into(),
        files: vec![(
            "january.csv".into(),
            data::write(&people, data::Format::Csv).unwrap(),
        )],
        as_of: Some("2025-01-01".into()),
        purpose: Some(domain::Purpose::Scoring),
        simulated: true,
        ..workflow::Import::default()
    };
    app.tenure.import(&admin, import).await.unwrap();
    let ids = match people.column("EmployeeNumber") {
        Some(model::Column::Text(ids)) => ids.clone(),
        other => panic!("{other:?}"),
    };
    let leavers: String = ids
        .iter()
        .step_by(5)
        .map(|id| format!("{id},2025-06-30\n"))
        .collect();
    let outcomes = workflow::OutcomesImport {
        use_case: USE_CASE.into(),
        name: "leavers.csv".into(),
        bytes: format!("person,date\n{leavers}").into_bytes(),
        columns: data::OutcomeColumns {
            leavers_only: true,
            ..Default::default()
        },
        complete_until: Some("2026-06-30".into()),
        ..workflow::OutcomesImport::default()
    };
    let outcomes = app.tenure.import_outcomes(&admin, outcomes).await.unwrap();
    let new = workflow::datasets::NewTrainingSet {
        use_case: USE_CASE.into(),
        until: None,
    };
    let built = app.tenure.build_training_set(&admin, &new).await.unwrap();
    let settings = training::Settings {
        trials: 1,
        candidates: vec![training::Candidate::LogisticRegressionL2],
        ..training::Settings::default()
    };
    let trained = app
        .tenure
        .train(
            &admin,
            &built.dataset,
            settings.check().unwrap(),
            std::sync::Arc::new(training::Silent),
        )
        .await
        .unwrap();
    let card = || async {
        let page = app
            .tenure
            .model_card(&admin.member(), USE_CASE, trained.version.version)
            .await;
        page.unwrap().card.markdown()
    };
    let text = card().await;
    assert!(
        text.contains("january.csv") && text.contains(&outcomes.import.import_id),
        "{text}"
    );
    assert!(!text.contains("Withdrawn since"), "{text}");
    let (tenure, version) = (&app.tenure, trained.version.version);
    let before = tenure.review_page(&admin.member(), USE_CASE, version).await;
    tenure
        .withdraw_outcomes(&admin, None, &outcomes.import.import_id, "another year")
        .await
        .unwrap();
    assert!(card().await.contains("Withdrawn since: leavers.csv"));
    // Another process has made no evidence yet.
    let other = crate::app::open(app.folder()).await;
    let after = other.review_page(&admin.member(), USE_CASE, version).await;
    assert_eq!(
        after.unwrap().package,
        before.unwrap().package,
        "a withdrawal does not change what a review looks at"
    );
}
