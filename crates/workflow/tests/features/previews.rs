//! What an import would do, looked at before anything is stored.

use domain::Purpose;
use workflow::datasets::AcceptedImport;
use workflow::{Import, PreviewOutcome, preview_import};

use crate::app::TestApp;

const PANEL: &str = r#"
id = "panel"
title = "Panel"
description = "people over months"
id_column = "id"
time_column = "month"
words = { one = "employee", many = "employees", event_one = "leaver", event_many = "leavers", verb = "leave" }
target = { column = "left", label = "left", positive = ["yes"], negative = ["no"] }
policies = { gates = "sensible", drift = "calibrated", cutoff = 0.25 }
bands = [{ name = "low", from = 0.0 }]
[[field]]
name = "pay"
label = "Pay"
kind = "real"
[[field]]
name = "grade"
label = "Grade"
kind = "nominal"
levels = ["junior", "senior"]
"#;

/// Two people over two months, as a German export.
const FILE: &str = "id;month;pay;grade;left;note\n\
                    1;31.01.2026;3.000,50;junior;no;x\n\
                    2;31.01.2026;k.A.;senior;no;\n\
                    1;28.02.2026;3.100,00;junior;no;\n\
                    2;28.02.2026;;senior;yes;\n";

fn import(text: &str) -> Import {
    Import {
        use_case: "panel".into(),
        files: vec![("panel.csv".to_owned(), text.as_bytes().to_vec())],
        purpose: Some(Purpose::Both),
        as_of: Some("2026-03-01".into()),
        ..Import::default()
    }
}

impl TestApp {
    async fn with_panel() -> Self {
        let app = Self::empty().await;
        let oscar = app.actor("oscar").await;
        let stored = app
            .tenure
            .import_use_case(&oscar.admin().unwrap(), PANEL.to_owned())
            .await;
        stored.unwrap();
        app
    }

    async fn hold(&self, import: Import) -> workflow::Result<()> {
        let oscar = self.actor("oscar").await;
        self.tenure.hold_import(&oscar.admin()?, import).await
    }

    async fn dataset_count(&self) -> usize {
        let ann = self.actor("ann").await;
        let all = self.tenure.datasets(&ann.member().unwrap(), None).await;
        all.unwrap().len()
    }
}

fn accepted(outcome: &PreviewOutcome) -> &AcceptedImport {
    match outcome {
        PreviewOutcome::Accepted(accepted) => accepted,
        PreviewOutcome::Refused(refused) => panic!("{refused:?}"),
    }
}

#[test]
fn a_preview_says_what_is_recognized_and_counts() {
    let use_case = data::parse_use_case(PANEL).unwrap();
    let preview = preview_import(&import(FILE), &use_case).unwrap();
    let file = &preview.files[0];
    assert_eq!(
        (file.rows, file.recognized.separator),
        (4, Some(';')),
        "{file:?}"
    );
    let pay = &file.columns[2];
    let format = pay.format.as_ref().unwrap();
    assert_eq!(
        (format.number.decimal, format.number.thousands),
        (',', Some('.'))
    );
    // One cell is blank, one has a word for "missing".
    assert_eq!((pay.blank, pay.missing(), pay.distinct), (1, 2, 3));
    let month = file.columns[1].example.as_ref().unwrap();
    assert_eq!(
        (month.text.as_str(), month.read_as.as_str()),
        ("31.01.2026", "2026-01-31")
    );
    let found = accepted(&preview.outcome);
    assert_eq!(
        (found.rows, found.people, found.current_people),
        (4, 2, 1),
        "2 left in the newest month"
    );
    assert_eq!(found.known_outcomes, Some([4, 1]));
    assert_eq!(found.periods.unwrap().count, 2);
    assert_eq!(found.unused_columns, ["note"]);
}

#[test]
fn what_would_be_refused_is_shown_with_what_was_recognized() {
    let use_case = data::parse_use_case(PANEL).unwrap();
    let text = FILE.replace("senior;yes", "boss;perhaps");
    let preview = preview_import(&import(&text), &use_case).unwrap();
    assert_eq!(preview.files[0].columns.len(), 6);
    let PreviewOutcome::Refused(refused) = &preview.outcome else {
        panic!("taken");
    };
    let cells: Vec<(u32, &str)> = refused
        .cells
        .iter()
        .map(|cell| (cell.row, cell.value.as_str()))
        .collect();
    assert!(cells.contains(&(5, "perhaps")), "{cells:?}");
    let future = Import {
        as_of: Some("2099-01-01".into()),
        ..import(FILE)
    };
    let preview = preview_import(&future, &use_case).unwrap();
    assert!(matches!(preview.outcome, PreviewOutcome::Refused(_)));
}

#[tokio::test]
async fn nothing_is_stored_before_somebody_says_so() {
    let app = TestApp::with_panel().await;
    app.hold(import(FILE)).await.unwrap();
    let (oscar, ada) = (app.actor("oscar").await, app.actor("ada").await);
    let held = |actor: &workflow::Actor| {
        app.tenure
            .held_import(&actor.admin().unwrap(), "panel")
            .is_some()
    };
    assert!(held(&oscar) && !held(&ada), "it is its owner's");
    assert_eq!(app.dataset_count().await, 0);

    // Read in another way, without sending the files again.
    let otherwise = Import {
        files: Vec::new(),
        purpose: Some(Purpose::Scoring),
        ..import(FILE)
    };
    app.hold(otherwise).await.unwrap();
    let admin = oscar.admin().unwrap();
    let own = app.tenure.held_import(&admin, "panel").unwrap();
    assert_eq!(accepted(&own.preview.outcome).purpose, Purpose::Scoring);
    assert_eq!(app.dataset_count().await, 0);

    let imported = app.tenure.import_held(&admin, "panel").await.unwrap();
    let imported = imported.unwrap();
    assert_eq!(
        (
            imported.new,
            imported.dataset.purpose,
            app.dataset_count().await
        ),
        (true, Purpose::Scoring, 1)
    );
    assert!(!held(&oscar));
    assert!(app.tenure.import_held(&admin, "panel").await.is_err());
}

#[tokio::test]
async fn what_is_discarded_is_gone() {
    let app = TestApp::with_panel().await;
    app.hold(import(FILE)).await.unwrap();
    let oscar = app.actor("oscar").await;
    app.tenure.discard_import(&oscar.admin().unwrap());
    let again = Import {
        files: Vec::new(),
        ..import(FILE)
    };
    assert!(app.hold(again).await.is_err());
}
