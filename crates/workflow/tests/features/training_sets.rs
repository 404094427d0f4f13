//! Training data from history: which rows, with which outcomes, and what it was built from.

use domain::{ParentKind, Purpose, RefusalCode};
use workflow::datasets::{NewTrainingSet, TrainingSetBuilt};
use workflow::{Error, Import, OutcomesImport};

use crate::app::TestApp;

/// 30 days, employees with their pay.
const MONTHLY: &str = r#"
id = "monthly"
title = "Monthly"
description = "people at the end of a month"
id_column = "id"
horizon_days = 30
words = { one = "employee", many = "employees", event_one = "leaver", event_many = "leavers", verb = "leave" }
target = { column = "left", label = "left", positive = ["yes"], negative = ["no"] }
policies = { gates = "sensible", drift = "calibrated", cutoff = 0.25 }
bands = [{ name = "low", from = 0.0 }]
[[field]]
name = "grade"
label = "Grade"
kind = "ordinal"
levels = ["junior", "senior"]
"#;

/// The same with a level below the others: positions of grades are other ones.
fn with_trainees() -> String {
    MONTHLY.replace(r#"["junior""#, r#"["trainee", "junior""#)
}

impl TestApp {
    async fn with_definition(text: &str) -> Self {
        let app = Self::empty().await;
        app.keep_definition(text).await;
        app
    }

    /// Stores a version of the use case.
    async fn keep_definition(&self, text: &str) {
        let oscar = self.actor("oscar").await;
        let admin = oscar.admin().unwrap();
        let stored = self.tenure.import_use_case(&admin, text.to_owned()).await;
        stored.unwrap();
    }

    async fn monthly() -> Self {
        let app = Self::with_definition(MONTHLY).await;
        let january = "id,grade\n1,junior\n2,senior\n3,junior\n4,senior\n";
        let february = "id,grade\n1,senior\n2,senior\n3,junior\n4,senior\n";
        app.snapshot(january, "2026-01-31").await;
        app.snapshot(february, "2026-02-28").await;
        // 3 left in February and is still in its snapshot; 2 left in March.
        app.leavers(
            "person,date\n3,2026-02-10\n2,2026-03-15\n",
            Some("2026-03-30"),
        )
        .await;
        app
    }

    async fn snapshot(&self, text: &str, as_of: &str) -> store::datasets::Dataset {
        let oscar = self.actor("oscar").await;
        let import = Import {
            use_case: "monthly".into(),
            files: vec![(format!("{as_of}.csv"), text.as_bytes().to_vec())],
            as_of: Some(as_of.into()),
            purpose: Some(Purpose::Scoring),
            ..Import::default()
        };
        let imported = self.tenure.import(&oscar.admin().unwrap(), import).await;
        imported.unwrap().dataset
    }

    async fn leavers(&self, text: &str, complete_until: Option<&str>) {
        let oscar = self.actor("oscar").await;
        let import = OutcomesImport {
            use_case: "monthly".into(),
            name: "left.csv".into(),
            bytes: text.as_bytes().to_vec(),
            columns: data::OutcomeColumns {
                leavers_only: true,
                ..Default::default()
            },
            complete_until: complete_until.map(Into::into),
            ..OutcomesImport::default()
        };
        let admin = oscar.admin().unwrap();
        self.tenure.import_outcomes(&admin, import).await.unwrap();
    }

    async fn build(&self, until: &str) -> workflow::Result<TrainingSetBuilt> {
        let oscar = self.actor("oscar").await;
        let new = NewTrainingSet {
            use_case: "monthly".into(),
            until: Some(until.into()),
        };
        self.tenure.build_training_set(&oscar.admin()?, &new).await
    }
}

#[tokio::test]
async fn rows_whose_horizon_has_passed_get_the_outcome_that_followed() {
    let app = TestApp::monthly().await;
    let built = app.build("2026-04-30").await.unwrap();
    // January: 3 left within 30 days. February: 3 had left by then, 2 left within 30 days.
    let plan = &built.plan;
    assert_eq!((plan.rows, plan.events), (7, 2));
    assert_eq!(
        (plan.gone_before, plan.not_over, plan.not_recorded),
        (1, 0, 0)
    );
    let (dataset, new) = (&built.dataset, built.new);
    assert!(new && dataset.purpose == Purpose::Training);
    assert_eq!(
        (
            dataset.row_count,
            dataset.positives,
            dataset.as_of.to_string()
        ),
        (7, Some(2), "2026-02-28".into())
    );
}

#[tokio::test]
async fn what_is_not_known_yet_is_counted_and_left_out() {
    let app = TestApp::monthly().await;
    // The 30 days from 28 February end on 30 March.
    let early = app.build("2026-03-29").await.unwrap().plan;
    assert_eq!((early.rows, early.events, early.not_over), (4, 1, 4));
    // Outcomes are recorded up to 30 March: nothing is known of what follows.
    app.snapshot("id,grade\n1,senior\n4,senior\n", "2026-03-31")
        .await;
    let late = app.build("2026-05-31").await.unwrap().plan;
    assert_eq!((late.rows, late.not_recorded), (7, 2));
}

#[tokio::test]
async fn a_later_import_of_the_same_day_tells_of_its_people() {
    let app = TestApp::monthly().await;
    app.snapshot(
        "id,grade\n1,junior\n2,junior\n3,junior\n4,junior\n",
        "2026-02-28",
    )
    .await;
    let built = app.build("2026-04-30").await.unwrap();
    assert_eq!((built.plan.rows, built.plan.replaced), (7, 4));
}

#[tokio::test]
async fn the_same_history_is_the_same_dataset_and_names_what_it_was_built_from() {
    let app = TestApp::monthly().await;
    let first = app.build("2026-04-30").await.unwrap();
    let again = app.build("2026-04-30").await.unwrap();
    assert_eq!(
        (again.new, again.dataset.dataset_id),
        (false, first.dataset.dataset_id.clone())
    );
    let ann = app.actor("ann").await;
    let shown = || async {
        let member = ann.member().unwrap();
        let found = app
            .tenure
            .data_profile(&member, Some("monthly"), &first.dataset.dataset_id)
            .await;
        found.unwrap().0.built_from
    };
    let parents: Vec<(ParentKind, u32, bool)> = shown()
        .await
        .iter()
        .map(|parent| (parent.kind, parent.rows, parent.withdrawn))
        .collect();
    assert_eq!(
        parents,
        [
            (ParentKind::Snapshot, 4, false),
            (ParentKind::Snapshot, 3, false),
            (ParentKind::Outcomes, 0, false)
        ]
    );
    let oscar = app.actor("oscar").await;
    let snapshot = shown().await[0].id.clone();
    app.tenure
        .withdraw_dataset(&oscar.admin().unwrap(), None, &snapshot, "wrong month")
        .await
        .unwrap();
    assert!(shown().await[0].withdrawn);
    let without = app.build("2026-04-30").await.unwrap();
    assert_eq!((without.new, without.plan.rows), (true, 3));
}

#[tokio::test]
async fn withdrawn_outcomes_count_no_more_and_training_sets_say_so() {
    let app = TestApp::monthly().await;
    // A later file has another word about 2, and one about 4.
    app.leavers("person,date\n2,2026-03-15\n4,2026-03-16\n", None)
        .await;
    let built = app.build("2026-04-30").await.unwrap();
    assert_eq!(built.plan.events, 3);
    let (ann, oscar) = (app.actor("ann").await, app.actor("oscar").await);
    let (member, admin) = (ann.member().unwrap(), oscar.admin().unwrap());
    let imports = || async {
        let coverage = app.tenure.outcomes_coverage(&member, "monthly").await;
        coverage.unwrap().imports
    };
    let newest = imports().await[0].import_id.clone();
    let withdraw = |reason: &'static str| {
        let (tenure, newest, admin) = (&app.tenure, &newest, &admin);
        async move {
            tenure
                .withdraw_outcomes(admin, Some("monthly"), newest, reason)
                .await
        }
    };
    assert!(withdraw(" ").await.is_err());
    let withdrawn = withdraw("another year").await.unwrap();
    assert_eq!(withdrawn.withdrawn_because.as_deref(), Some("another year"));
    assert_eq!(
        withdraw("again").await.unwrap_err().code(),
        Some(RefusalCode::Withdrawn)
    );
    assert!(imports().await[0].withdrawn_at.is_some(), "it stays listed");

    let after = app.build("2026-04-30").await.unwrap();
    assert_eq!((after.new, after.plan.events), (true, 2));
    let found = app
        .tenure
        .data_profile(&member, Some("monthly"), &built.dataset.dataset_id)
        .await;
    let parents = found.unwrap().0.built_from;
    let lost: Vec<ParentKind> = parents
        .iter()
        .filter(|parent| parent.withdrawn)
        .map(|parent| parent.kind)
        .collect();
    assert_eq!(lost, [ParentKind::Outcomes]);

    // The same file can be imported again.
    app.leavers("person,date\n2,2026-03-15\n4,2026-03-16\n", None)
        .await;
    assert_eq!(app.build("2026-04-30").await.unwrap().plan.events, 3);
}

#[tokio::test]
async fn under_another_definition_the_snapshots_are_read_again() {
    let app = TestApp::monthly().await;
    let before = app.build("2026-04-30").await.unwrap();
    app.keep_definition(&with_trainees()).await;
    let after = app.build("2026-04-30").await.unwrap();
    assert!(after.new && after.dataset.definition > before.dataset.definition);
    assert_ne!(after.dataset.hash, before.dataset.hash, "positions moved");
    assert_eq!(after.plan, before.plan);
}

#[tokio::test]
async fn who_left_by_the_file_itself_did_not_stay() {
    let app = TestApp::monthly().await;
    let oscar = app.actor("oscar").await;
    let import = Import {
        use_case: "monthly".into(),
        files: vec![(
            "both.csv".to_owned(),
            b"id,grade,left\n1,junior,no\n2,senior,no\n5,junior,yes\n6,junior,\n".to_vec(),
        )],
        as_of: Some("2026-02-28".into()),
        purpose: Some(Purpose::Both),
        ..Import::default()
    };
    app.tenure
        .import(&oscar.admin().unwrap(), import)
        .await
        .unwrap();
    // January as before; of February 2 by the outcomes, 5 by the file, 1, 4 and 6 stayed.
    let plan = app.build("2026-04-30").await.unwrap().plan;
    assert_eq!((plan.rows, plan.events, plan.replaced), (9, 3, 2));
}

#[tokio::test]
async fn without_outcomes_or_of_the_future_nothing_is_built() {
    let app = TestApp::with_definition(MONTHLY).await;
    app.snapshot("id,grade\n1,junior\n", "2026-01-31").await;
    let refused = app.build("2026-04-30").await;
    assert!(matches!(
        refused,
        Err(Error::Conflict {
            code: RefusalCode::NoOutcomes,
            ..
        })
    ));
    assert!(matches!(
        app.build("2999-01-01").await,
        Err(Error::Invalid(_))
    ));
}
