//! Drift checks, their notes, and outcomes.

use domain::RefusalCode;
use workflow::{Error, Import, Matching, OutcomesImport};

use crate::app::{TestApp, USE_CASE};

impl TestApp {
    async fn check(&self) -> workflow::Result<String> {
        let ann = self.actor("ann").await;
        let (check, _) = self
            .tenure
            .check_drift(&ann.contributor()?, USE_CASE, None)
            .await?;
        Ok(check.check_id.to_string())
    }

    async fn score(&self) {
        let oscar = self.actor("oscar").await;
        self.tenure
            .batch(&oscar.admin().unwrap(), USE_CASE, None)
            .await
            .unwrap();
    }

    async fn outcomes(&self, text: &str) -> workflow::Result<workflow::OutcomesImported> {
        self.import_outcomes(text, Matching::default()).await
    }

    /// The identifier of somebody who was scored.
    async fn somebody(&self) -> String {
        let ann = self.actor("ann").await;
        let people = self
            .tenure
            .people(
                &ann.analyst().unwrap(),
                USE_CASE,
                &domain::PeopleQuery::default(),
            )
            .await
            .unwrap();
        people.rows[0].id.clone()
    }

    async fn outcomes_by(
        &self,
        text: &str,
        rule: &str,
    ) -> workflow::Result<workflow::OutcomesImported> {
        self.import_outcomes(
            text,
            Matching {
                rule: data::MatchRule::parse(rule),
                allow_unmatched: false,
            },
        )
        .await
    }

    async fn import_outcomes(
        &self,
        text: &str,
        matching: Matching,
    ) -> workflow::Result<workflow::OutcomesImported> {
        let oscar = self.actor("oscar").await;
        let import = OutcomesImport {
            use_case: USE_CASE.into(),
            name: "left.csv".into(),
            bytes: text.as_bytes().to_vec(),
            matching,
            ..OutcomesImport::default()
        };
        self.tenure.import_outcomes(&oscar.admin()?, import).await
    }

    async fn import_people(&self, bytes: Vec<u8>) {
        let oscar = self.actor("oscar").await;
        let files = vec![("people".to_owned(), bytes)];
        let import = Import {
            use_case: USE_CASE.into(),
            files,
            as_of: Some("2026-09-01".into()),
            ..Import::default()
        };
        self.tenure
            .import(&oscar.admin().unwrap(), import)
            .await
            .unwrap();
    }
}

/// The people of the IBM file, with identifiers of six digits.
fn padded_people() -> Option<Vec<u8>> {
    let text = testing::shared_text("data/ibm_hr_attrition_1470.csv")?;
    let mut lines = text.lines();
    let heading = lines.next().unwrap();
    let at = heading
        .split(',')
        .position(|name| name == "EmployeeNumber")
        .unwrap();
    let padded = lines.map(|line| {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        cells[at] = format!("{:0>6}", cells[at]);
        cells.join(",")
    });
    Some(
        [heading.to_owned()]
            .into_iter()
            .chain(padded)
            .collect::<Vec<_>>()
            .join("\n")
            .into_bytes(),
    )
}

#[tokio::test]
async fn nothing_is_checked_before_a_version_is_live() {
    let app = TestApp::filled().await;
    assert_eq!(
        app.check().await.unwrap_err().code(),
        Some(RefusalCode::NothingLive)
    );
}

#[tokio::test]
async fn a_check_is_kept_with_its_report() {
    let app = TestApp::live().await;
    app.score().await;
    let id = app.check().await.unwrap();
    let ann = app.actor("ann").await;
    let checks = app
        .tenure
        .checks(&ann.member().unwrap(), USE_CASE)
        .await
        .unwrap();
    assert_eq!(
        checks
            .iter()
            .map(|check| check.check_id.to_string())
            .collect::<Vec<_>>(),
        [id]
    );
}

#[tokio::test]
async fn checks_are_runs_with_the_figures_and_limits_of_the_guides() {
    let app = TestApp::live().await;
    let first = app.check().await.unwrap();
    app.check().await.unwrap();
    let ann = app.actor("ann").await;
    let member = ann.member().unwrap();
    let filter = "tags.kind = 'monitoring'";
    let found = app
        .tenure
        .runs(&member, USE_CASE, filter, 1, &[])
        .await
        .unwrap();
    assert_eq!(found.total, 1, "one for the version");
    let above = app.tenure.run(&member, &found.rows[0].id).await.unwrap();
    assert_eq!(above.children.len(), 2, "one for each check");
    let steps = |name: &str| {
        let own = above.steps.iter().find(|(own, _)| own == name).unwrap();
        own.1.len()
    };
    assert_eq!([steps("drift_detected"), steps("drift_score")], [2, 2]);
    let unfolded = [found.rows[0].id.clone()];
    let runs = app.tenure.runs(&member, USE_CASE, filter, 1, &unfolded);
    let nested = runs.await.unwrap().nested;
    let run = app.tenure.run(&member, &nested[0].id).await.unwrap();
    assert!(run.tags.contains(&("check".to_owned(), first)));
    let value = |name: &str| {
        let own = run.run.metrics.iter().find(|(own, _)| own == name);
        own.unwrap().1.value
    };
    assert_eq!(value("n_drifted_features"), Some(0.0));
    let parameter = |name: &str| {
        let own = run.run.parameters.iter().find(|(own, _)| own == name);
        own.unwrap().1.clone()
    };
    assert_eq!(parameter("threshold.retraining.share_drifted"), "0.3");
    assert_eq!(parameter("recommendation"), "keep");
}

#[tokio::test]
async fn a_note_needs_a_text_and_a_check() {
    let app = TestApp::live().await;
    let id = app.check().await.unwrap();
    let ann = app.actor("ann").await;
    let contributor = ann.contributor().unwrap();
    assert!(
        app.tenure
            .acknowledge(&contributor, USE_CASE, &id.as_str().into(), " ")
            .await
            .is_err()
    );
    assert!(matches!(
        app.tenure
            .acknowledge(&contributor, USE_CASE, &"none".into(), "seen")
            .await,
        Err(Error::NotFound(_))
    ));
    assert!(
        app.tenure
            .acknowledge(&contributor, USE_CASE, &id.as_str().into(), "seen")
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn the_same_outcomes_are_imported_once() {
    let app = TestApp::live().await;
    app.score().await;
    let text = format!(
        "EmployeeNumber,date,Attrition,reason\n{},2026-02-01,Yes,pay\n",
        app.somebody().await
    );
    assert!(app.outcomes(&text).await.unwrap().new);
    assert!(!app.outcomes(&text).await.unwrap().new);
}

#[tokio::test]
async fn outcomes_of_people_who_were_never_scored_are_counted() {
    let app = TestApp::live().await;
    app.score().await;
    let text = format!(
        "EmployeeNumber,date,Attrition\n{},2026-02-01,Yes\nnobody-1,2026-02-01,Yes\n",
        app.somebody().await
    );
    let imported = app.outcomes(&text).await.unwrap();
    assert_eq!(
        (
            imported.never_scored,
            imported.report.unmatched,
            imported.report.unmatched_rows
        ),
        (1, 1, vec![3])
    );
    let oscar = app.actor("oscar").await;
    assert_eq!(
        app.tenure
            .outcomes_coverage(&oscar.member().unwrap(), USE_CASE)
            .await
            .unwrap()
            .imports
            .len(),
        1
    );
}

#[tokio::test]
async fn leavers_who_match_nobody_are_refused() {
    let app = TestApp::live().await;
    app.score().await;
    let refused = app
        .outcomes("EmployeeNumber,date,Attrition\nnobody-1,2026-02-01,Yes\n")
        .await;
    assert!(matches!(refused, Err(Error::Refused(refusal)) if refusal.total == 1));
    let oscar = app.actor("oscar").await;
    assert_eq!(
        app.tenure
            .outcomes_coverage(&oscar.member().unwrap(), USE_CASE)
            .await
            .unwrap()
            .imports
            .len(),
        0
    );
}

#[tokio::test]
async fn leavers_whose_zeros_were_lost_are_matched_by_the_rule_that_was_proposed() {
    let app = TestApp::empty().await;
    let (Some(leavers), Some(people)) = (
        testing::shared_text("cases/07_leavers_zeros_lost.csv"),
        padded_people(),
    ) else {
        return;
    };
    app.import_people(people).await;
    let Err(Error::Refused(refusal)) = app.outcomes(&leavers).await else {
        panic!("nobody matches")
    };
    assert_eq!(refusal.total, 60);
    assert!(
        refusal
            .advice
            .unwrap()
            .contains("? If so, use --match leading-zeros")
    );
    let imported = app.outcomes_by(&leavers, "leading-zeros").await.unwrap();
    assert_eq!(
        (
            imported.import.event_count,
            imported.report.leavers,
            imported.report.unmatched
        ),
        (60, 60, 0)
    );
}

#[tokio::test]
async fn leavers_match_people_whose_ids_became_floats() {
    let app = TestApp::empty().await;
    let (Some(leavers), Some(people)) = (
        testing::shared_text("cases/07_leavers_zeros_lost.csv"),
        testing::shared("cases/p2_float_id.parquet"),
    ) else {
        return;
    };
    app.import_people(std::fs::read(people).unwrap()).await;
    let imported = app.outcomes(&leavers).await.unwrap();
    assert_eq!(
        (imported.import.event_count, imported.report.unmatched),
        (60, 0)
    );
}

#[tokio::test]
async fn outcomes_of_a_day_to_come_are_refused() {
    let app = TestApp::live().await;
    assert!(
        app.outcomes("EmployeeNumber,date,Attrition\n1,2999-02-01,Yes\n")
            .await
            .is_err()
    );
}

/// Fairness of the newest cycle, as somebody sees it.
async fn fairness_of_newest(app: &TestApp, name: &str) -> workflow::fairness::CycleFairness {
    let actor = app.actor(name).await;
    let cycles = app
        .tenure
        .fairness_in_use(&actor.member().unwrap(), USE_CASE)
        .await
        .unwrap();
    cycles[0].clone()
}

#[tokio::test]
async fn fairness_of_a_cycle_is_told_of_the_list_at_once_and_of_outcomes_when_they_are_known() {
    let app = TestApp::live().await;
    app.import_month(
        &crate::cycles::drifted_people(),
        "2026-02-01",
        domain::Purpose::Scoring,
    )
    .await;
    app.score().await;
    let before = fairness_of_newest(&app, "ann").await;
    assert_eq!((before.has_outcomes, before.known), (false, 0));
    let gender = |own: &workflow::fairness::CycleFairness| {
        let found = own.attributes.iter().find(|own| own.name == "Gender");
        found.unwrap().clone()
    };
    assert_eq!(gender(&before).metrics.len(), 2, "of the list alone");
    assert_eq!(gender(&before).selection_rates.len(), 2);

    // Half of those listed, and a few others, leave.
    let ann = app.actor("ann").await;
    let query = domain::PeopleQuery::default();
    let people = app
        .tenure
        .people(&ann.analyst().unwrap(), USE_CASE, &query)
        .await
        .unwrap();
    let mut text = "EmployeeNumber,date,Attrition\n".to_owned();
    for person in people.rows.iter().step_by(2) {
        text.push_str(&format!("{},2026-02-15,Yes\n", person.id));
    }
    let oscar = app.actor("oscar").await;
    let import = OutcomesImport {
        use_case: USE_CASE.into(),
        name: "left.csv".into(),
        bytes: text.into_bytes(),
        complete_until: Some("2026-03-01".into()),
        ..OutcomesImport::default()
    };
    app.tenure
        .import_outcomes(&oscar.admin().unwrap(), import)
        .await
        .unwrap();
    let after = fairness_of_newest(&app, "ann").await;
    assert_eq!((after.has_outcomes, after.known), (true, after.people));
    assert_eq!(gender(&after).metrics.len(), 5);
    assert_eq!(
        gender(&after).selection_rates,
        gender(&before).selection_rates
    );
    // The card of the version has the cycle, once it is known.
    let card = app
        .tenure
        .model_card(&ann.member().unwrap(), USE_CASE, crate::app::number(1))
        .await
        .unwrap()
        .card;
    let in_use = card
        .sections
        .iter()
        .filter(|section| section.title == "Performance in use");
    assert_eq!(in_use.count(), 1);
    // Who does not see people gets multiples of ten.
    let released = fairness_of_newest(&app, "rita").await;
    assert_eq!((released.people % 10, released.known % 10), (0, 0));
}
