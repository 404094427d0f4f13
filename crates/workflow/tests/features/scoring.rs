//! Batches, the dashboard with its suppression, and who may see people.

use domain::{PeopleQuery, Purpose, RefusalCode, ScoreBasis, TableFormat};
use monitoring::simulation;
use workflow::{Error, Import, PredictOptions};

use crate::app::{TestApp, USE_CASE};

impl TestApp {
    async fn scored() -> Self {
        let app = Self::live().await;
        let oscar = app.actor("oscar").await;
        app.tenure
            .batch(&oscar.admin().unwrap(), USE_CASE, None)
            .await
            .unwrap();
        app
    }
}

#[tokio::test]
async fn only_analysts_see_people() {
    let app = TestApp::scored().await;
    for name in ["rita", "oscar"] {
        let actor = app.actor(name).await;
        assert_eq!(
            actor.analyst().map(|_| ()).unwrap_err().code(),
            Some(RefusalCode::RoleRequired),
            "{name}"
        );
    }
}

#[tokio::test]
async fn everybody_of_the_snapshot_is_scored_once() {
    let app = TestApp::scored().await;
    let ann = app.actor("ann").await;
    let page = app
        .tenure
        .people(&ann.analyst().unwrap(), USE_CASE, &PeopleQuery::default())
        .await
        .unwrap();
    let dashboard = app
        .tenure
        .dashboard(&ann.analyst().unwrap(), USE_CASE)
        .await
        .unwrap();
    let counted: u32 = dashboard.bands.iter().map(|band| band.count).sum();
    assert!(page.total > 0);
    assert_eq!(counted, page.total);
    assert_eq!(dashboard.histogram.iter().sum::<u32>(), page.total);
}

#[tokio::test]
async fn a_small_group_is_hidden_and_cannot_be_told_from_the_others() {
    let app = TestApp::scored().await;
    let ann = app.actor("ann").await;
    let dashboard = app
        .tenure
        .dashboard(&ann.analyst().unwrap(), USE_CASE)
        .await
        .unwrap();
    let mut hidden = 0;
    for segment in &dashboard.segments {
        for row in &segment.rows {
            assert!(
                row.people.is_none_or(|people| people >= 10),
                "{} {}",
                segment.field,
                row.value
            );
            assert_eq!(row.people.is_none(), row.mean_risk.value.is_none());
        }
        let gone = segment
            .rows
            .iter()
            .filter(|row| row.people.is_none())
            .count();
        assert_ne!(
            gone, 1,
            "{}: the total gives a single hidden group away",
            segment.field
        );
        hidden += gone;
    }
    assert!(
        hidden > 0,
        "no group of these people is small: the test shows nothing"
    );
}

#[tokio::test]
async fn a_person_who_was_not_scored_has_no_page() {
    let app = TestApp::scored().await;
    let ann = app.actor("ann").await;
    assert!(matches!(
        app.tenure
            .person(&ann.analyst().unwrap(), USE_CASE, "nobody", "")
            .await,
        Err(Error::NotFound(_))
    ));
}

#[tokio::test]
async fn opening_a_person_is_in_the_audit_log() {
    let app = TestApp::scored().await;
    let ann = app.actor("ann").await;
    let analyst = ann.analyst().unwrap();
    let first = app
        .tenure
        .people(&analyst, USE_CASE, &PeopleQuery::default())
        .await
        .unwrap()
        .rows
        .remove(0);
    app.tenure
        .person(&analyst, USE_CASE, &first.id, "")
        .await
        .unwrap();
    let again = app
        .tenure
        .person(&analyst, USE_CASE, &first.id, "")
        .await
        .unwrap();
    assert_eq!(
        (
            again.access_history[0].name.to_string().as_str(),
            again.access_history[0].times
        ),
        ("ann", 1)
    );
}

#[tokio::test]
async fn a_filter_that_the_use_case_does_not_have_is_refused() {
    let app = TestApp::scored().await;
    let ann = app.actor("ann").await;
    let filters = [("Shoe size".to_owned(), "44".to_owned())].into();
    let query = PeopleQuery {
        band: "Enormous".into(),
        filters,
        ..PeopleQuery::default()
    };
    let Err(Error::Fields(problems)) = app
        .tenure
        .people(&ann.analyst().unwrap(), USE_CASE, &query)
        .await
    else {
        panic!("let through")
    };
    assert_eq!(
        problems
            .iter()
            .map(|problem| problem.field.as_str())
            .collect::<Vec<_>>(),
        ["band", "f.Shoe size"]
    );
}

#[tokio::test]
async fn a_step_of_the_capacity_control_leads_to_as_many_people() {
    let app = TestApp::scored().await;
    let ann = app.actor("ann").await;
    let analyst = ann.analyst().unwrap();
    let dashboard = app.tenure.dashboard(&analyst, USE_CASE).await.unwrap();
    assert!(!dashboard.capacity.is_empty());
    for point in &dashboard.capacity {
        let query = PeopleQuery {
            min_risk: format!("{:.2}", point.cutoff),
            ..PeopleQuery::default()
        };
        let page = app.tenure.people(&analyst, USE_CASE, &query).await.unwrap();
        assert_eq!(page.total, point.people, "{}", point.cutoff);
        assert!(
            page.rows
                .iter()
                .all(|person| person.probability >= point.cutoff)
        );
    }
}

#[tokio::test]
async fn a_least_risk_that_is_no_risk_is_refused_at_its_field() {
    let app = TestApp::scored().await;
    let ann = app.actor("ann").await;
    let query = PeopleQuery {
        min_risk: "high".into(),
        ..PeopleQuery::default()
    };
    let Err(Error::Fields(problems)) = app
        .tenure
        .people(&ann.analyst().unwrap(), USE_CASE, &query)
        .await
    else {
        panic!("let through")
    };
    assert_eq!(
        problems
            .iter()
            .map(|problem| problem.field.as_str())
            .collect::<Vec<_>>(),
        ["min_risk"]
    );
}

#[tokio::test]
async fn a_probability_comes_with_its_period() {
    let app = TestApp::scored().await;
    let ann = app.actor("ann").await;
    let analyst = ann.analyst().unwrap();
    let people = app
        .tenure
        .people(&analyst, USE_CASE, &PeopleQuery::default())
        .await
        .unwrap();
    let person = app
        .tenure
        .person(&analyst, USE_CASE, &people.rows[0].id, "")
        .await
        .unwrap();
    let dashboard = app.tenure.dashboard(&analyst, USE_CASE).await.unwrap();
    assert_eq!(
        [people.horizon, person.horizon, dashboard.horizon],
        ["within 12 months"; 3]
    );
    let csv = app
        .tenure
        .people_file(
            &analyst,
            USE_CASE,
            &PeopleQuery::default(),
            "",
            TableFormat::Csv,
        )
        .await
        .unwrap();
    let csv = String::from_utf8(csv).unwrap();
    let column = csv
        .lines()
        .next()
        .unwrap()
        .split(',')
        .position(|name| name == "horizon")
        .unwrap();
    let mut rows = csv::Reader::from_reader(csv.as_bytes());
    assert!(
        rows.records()
            .all(|row| &row.unwrap()[column] == "within 12 months")
    );
}

#[tokio::test]
async fn nobody_is_exported_before_anybody_is_scored() {
    let app = TestApp::live().await;
    let ann = app.actor("ann").await;
    let exported = app
        .tenure
        .people_file(
            &ann.analyst().unwrap(),
            USE_CASE,
            &PeopleQuery::default(),
            "",
            TableFormat::Csv,
        )
        .await;
    assert_eq!(exported.unwrap_err().code(), Some(RefusalCode::NoScores));
    let dashboard = app
        .tenure
        .dashboard(&ann.analyst().unwrap(), USE_CASE)
        .await;
    assert_eq!(
        dashboard.unwrap_err().code(),
        Some(RefusalCode::NoScores),
        "a page can tell it from an address that leads nowhere"
    );
}

/// The people whom version 1 has learned from, as the people of today: those who stayed.
async fn known_people() -> (TestApp, model::Table) {
    let app = TestApp::live().await;
    let oscar = app.actor("oscar").await;
    let admin = oscar.admin().unwrap();
    let table = simulation::training_table(&simulation::Settings {
        people: 600,
        months: 1,
        seed: 3,
        ..simulation::Settings::default()
    });
    let bytes = data::write(&table, data::Format::Csv).unwrap();
    let import = Import {
        use_case: USE_CASE.into(),
        files: vec![("again.csv".to_owned(), bytes)],
        as_of: Some("2026-02-01".into()),
        purpose: Some(Purpose::Both),
        simulated: true,
        ..Import::default()
    };
    app.tenure.import(&admin, import).await.unwrap();
    app.tenure.batch(&admin, USE_CASE, None).await.unwrap();
    (app, table)
}

#[tokio::test]
async fn known_people_are_scored_out_of_fold_wherever_they_are_scored() {
    let (app, table) = known_people().await;
    let ann = app.actor("ann").await;
    let analyst = ann.analyst().unwrap();
    let page = app
        .tenure
        .people(&analyst, USE_CASE, &PeopleQuery::default())
        .await
        .unwrap();
    assert!(
        page.rows
            .iter()
            .all(|row| row.basis == ScoreBasis::OutOfFold)
    );
    let id_of = |row: usize| table.column("EmployeeNumber").unwrap().text(row);
    let mut folds = std::collections::BTreeSet::new();
    for shown in page.rows.iter().take(8) {
        let row = (0..table.rows())
            .find(|&row| id_of(row) == shown.id)
            .unwrap();
        let mut record = table.record(row);
        record.remove("Attrition");
        let (_, by_id) = app
            .tenure
            .predict_records(
                &analyst,
                USE_CASE,
                None,
                vec![record.clone()],
                PredictOptions {
                    reasons: 3,
                    ..PredictOptions::default()
                },
            )
            .await
            .unwrap();
        assert_eq!(by_id[0].basis, ScoreBasis::OutOfFold);
        assert_eq!(by_id[0].probability.to_bits(), shown.probability.to_bits());
        assert_eq!(by_id[0].reasons, shown.reasons);
        // The same values as somebody else's, and as nobody's: the final model.
        record.insert("EmployeeNumber".into(), "999999".into());
        let mut nobody = record.clone();
        nobody.remove("EmployeeNumber");
        let (_, others) = app
            .tenure
            .predict_records(
                &analyst,
                USE_CASE,
                None,
                vec![record, nobody],
                PredictOptions::default(),
            )
            .await
            .unwrap();
        assert_eq!(
            [others[0].basis, others[1].basis],
            [ScoreBasis::Final, ScoreBasis::Unknown]
        );
        assert_eq!(others[0].probability, others[1].probability);
        assert_ne!(others[0].probability, shown.probability);
        let person = app
            .tenure
            .person(&analyst, USE_CASE, &shown.id, "")
            .await
            .unwrap();
        let sum: f64 = person.reasons.iter().map(|reason| reason.points).sum();
        let explained = person.base + sum / 100.0;
        assert!((explained - shown.probability).abs() < 1e-9, "{explained}");
        let (_, fold) = app
            .tenure
            .what_if_start(&analyst, USE_CASE, &shown.id, "")
            .await
            .unwrap();
        folds.extend(fold);
    }
    assert!(folds.len() > 1, "{folds:?}");
}

#[tokio::test]
async fn the_baseline_has_the_scores_that_the_people_have_in_a_batch() {
    let (app, _) = known_people().await;
    let ann = app.actor("ann").await;
    let (_, report) = app
        .tenure
        .check_drift(&ann.contributor().unwrap(), USE_CASE, None)
        .await
        .unwrap();
    // The same people on both sides: the same scores.
    assert_eq!(report.prediction.verdict, domain::DriftVerdict::Stable);
    assert_eq!(report.prediction.effect_size, Some(0.0));
    assert_eq!(
        report.recommendation.action,
        domain::Recommendation::Keep,
        "{}",
        report.recommendation.sentence
    );
}

#[tokio::test]
async fn the_browser_gets_the_model_that_applies_to_the_person() {
    let (app, _) = known_people().await;
    let ann = app.actor("ann").await;
    let analyst = ann.analyst().unwrap();
    let live = app.tenure.live_model(&analyst, USE_CASE).await.unwrap();
    for fold in [None, Some(0), Some(4)] {
        let name = live.model_name(fold);
        let (sent, bytes) = app
            .tenure
            .live_file(&analyst, USE_CASE, &name, |_| false)
            .await
            .unwrap();
        assert_eq!(sent, name);
        let model = model::Model::from_bytes(&bytes.unwrap()).unwrap();
        assert_eq!(&model, &**live.scorer.explainer(fold).unwrap().model());
    }
    for other in ["", "0000-1"] {
        let asked = app
            .tenure
            .live_file(&analyst, USE_CASE, other, |_| false)
            .await;
        assert_eq!(asked.is_ok(), other.is_empty(), "{other}");
    }
}
