//! Use cases made from files on the pages: in memory, for one person, until they are saved.

use domain::{DefinitionOrigin, Purpose};
use workflow::draft::{Answers, ColumnAnswer, DraftError};
use workflow::{Combine, DraftState, Error, Import, SavedDraft};

use crate::app::TestApp;

/// Whoever works long hours leaves more often; `grade` is a scale in words of its own.
fn staff() -> String {
    let row = |row: usize| {
        let left = (row * 7919) % 100 < [40, 10][row % 2];
        format!(
            "E{row:04},{},{},{}\n",
            [210, 150][row % 2] + (row * 13) % 25,
            ["wood", "iron", "gold"][row % 3],
            if left { "Yes" } else { "No" }
        )
    };
    format!(
        "staff_id,hours,grade,Attrition\n{}",
        (0..400).map(row).collect::<String>()
    )
}

fn files(files: &[(&str, &str)]) -> Import {
    Import {
        files: files
            .iter()
            .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
            .collect(),
        ..Import::default()
    }
}

fn target(column: &str) -> Answers {
    Answers {
        target: column.into(),
        horizon_days: Some(365),
        ..Answers::default()
    }
}

impl TestApp {
    async fn send(&self, name: &str, import: Import) -> workflow::Result<()> {
        let actor = self.actor(name).await;
        self.tenure.start_draft(&actor.admin()?, import).await
    }

    async fn save(
        &self,
        name: &str,
        answers: Answers,
        import: Option<Import>,
    ) -> workflow::Result<SavedDraft> {
        let actor = self.actor(name).await;
        self.tenure
            .save_draft(&actor.admin()?, answers, import)
            .await
    }
}

#[tokio::test]
async fn a_draft_is_its_owners_and_shows_people_to_analysts_only() {
    let app = TestApp::empty().await;
    app.send("ada", files(&[("staff.csv", &staff())]))
        .await
        .unwrap();
    let (ada, oscar) = (app.actor("ada").await, app.actor("oscar").await);
    let draft = app.tenure.held_draft(&ada.admin().unwrap()).unwrap();
    assert_eq!((draft.rows, draft.columns.len()), (400, 4));
    // Ada is an administrator, and no analyst.
    assert!(draft.columns.iter().all(|column| column.examples.is_none()));
    assert!(app.tenure.held_draft(&oscar.admin().unwrap()).is_none());
    assert!(matches!(
        app.save("oscar", target("Attrition"), None).await,
        Err(Error::Conflict { .. })
    ));
    assert!(app.actor("ann").await.admin().is_err());
}

#[tokio::test]
async fn what_is_not_clear_is_asked_and_nothing_is_stored() {
    let app = TestApp::empty().await;
    app.send("ada", files(&[("staff.csv", &staff())]))
        .await
        .unwrap();
    let before = app.tenure.use_cases().len();
    let saved = app.save("ada", target("grade"), None).await.unwrap();
    assert!(matches!(saved, SavedDraft::Problems));
    let ada = app.actor("ada").await;
    let draft = app.tenure.held_draft(&ada.admin().unwrap()).unwrap();
    assert!(matches!(
        draft.state,
        DraftState::Question(DraftError::WhichEvent { .. })
    ));
    assert_eq!(app.tenure.use_cases().len(), before);
}

#[tokio::test]
async fn a_saved_draft_is_version_one_with_what_was_chosen_and_its_file_is_imported() {
    let app = TestApp::empty().await;
    app.send("ada", files(&[("staff.csv", &staff())]))
        .await
        .unwrap();
    let grade = ColumnAnswer {
        kind: Some(model::Kind::Ordinal),
        label: Some("Grade of the job".into()),
        levels: ["wood", "iron", "gold", "platinum"]
            .map(str::to_owned)
            .to_vec(),
        ..ColumnAnswer::default()
    };
    let hours = ColumnAnswer {
        role: Some(model::Role::Protected),
        ..ColumnAnswer::default()
    };
    let answers = Answers {
        use_case_id: Some("our-staff".into()),
        columns: [("grade".to_owned(), grade), ("hours".to_owned(), hours)].into(),
        ..target("Attrition")
    };
    let import = Import {
        as_of: Some("2026-01-01".into()),
        purpose: Some(Purpose::Training),
        ..Import::default()
    };
    let saved = app
        .save("ada", answers.clone(), Some(import))
        .await
        .unwrap();
    let SavedDraft::Imported(id, imported) = saved else {
        panic!("{saved:?}")
    };
    assert_eq!((id.as_str(), imported.dataset.definition), ("our-staff", 1));
    let definition = app.tenure.definition("our-staff").unwrap();
    assert_eq!(definition.origin, DefinitionOrigin::Store);
    let grade = definition.use_case.field("grade").unwrap();
    assert_eq!(
        (grade.label.as_str(), grade.levels.join(" ")),
        ("Grade of the job", "wood iron gold platinum".to_owned())
    );
    let hours = definition.use_case.field("hours").unwrap();
    assert_eq!(hours.role, model::Role::Protected);

    // The draft is gone, and its id is taken.
    let ada = app.actor("ada").await;
    assert!(app.tenure.held_draft(&ada.admin().unwrap()).is_none());
    app.send("ada", files(&[("staff.csv", &staff())]))
        .await
        .unwrap();
    assert!(matches!(
        app.save("ada", answers, None).await,
        Err(Error::Conflict { .. })
    ));
    let versions = app
        .tenure
        .use_case_versions(&ada.member().unwrap(), "our-staff")
        .await;
    assert_eq!(versions.unwrap().len(), 1);
}

#[tokio::test]
async fn files_about_the_same_people_are_joined_and_a_repeated_column_is_not_read() {
    let app = TestApp::empty().await;
    let survey: String = (0..400)
        .map(|row| format!("E{row:04},{},x\n", 1 + row % 5))
        .collect();
    let survey = format!("staff_id,JobSatisfaction,grade\n{survey}");
    let import = Import {
        combine: Combine::Join(data::JoinOptions {
            key: "staff_id".into(),
            ..data::JoinOptions::default()
        }),
        ..files(&[("staff.csv", &staff()), ("survey.csv", &survey)])
    };
    app.send("ada", import).await.unwrap();
    let saved = app.save("ada", target("Attrition"), None).await.unwrap();
    // `grade` is in both files: whose it is has to be said.
    assert!(matches!(saved, SavedDraft::Problems));
    let grade = ColumnAnswer {
        role: Some(model::Role::Ignored),
        ..ColumnAnswer::default()
    };
    let answers = Answers {
        columns: [("grade".to_owned(), grade)].into(),
        ..target("Attrition")
    };
    let saved = app.save("ada", answers, None).await.unwrap();
    let SavedDraft::Saved(id) = saved else {
        panic!("{saved:?}")
    };
    let use_case = app.tenure.use_case(&id).unwrap();
    assert_eq!(use_case.id_column.as_deref(), Some("staff_id"));
    assert!(use_case.field("JobSatisfaction").is_some());
}

#[tokio::test]
async fn answers_are_kept_until_they_can_be_tried() {
    let app = TestApp::empty().await;
    app.send("ada", files(&[("staff.csv", &staff())]))
        .await
        .unwrap();
    let ada = app.actor("ada").await;
    let admin = ada.admin().unwrap();
    let answers = Answers {
        title: Some("Shop staff".into()),
        ..Answers::default()
    };
    app.tenure.keep_answers(&admin, answers);
    let draft = app.tenure.held_draft(&admin).unwrap();
    assert_eq!(draft.answers.title.as_deref(), Some("Shop staff"));
    assert!(matches!(draft.state, DraftState::New));
}
