//! Panels: people over time. Who is there now, what is known of them, and that the spelling of a
//! date changes nothing.

use std::sync::Arc;

use domain::Purpose;
use tempfile::TempDir;
use training::Candidate;
use workflow::{Actor, Error, Import, Imported, StoreSettings, Tenure, TrainOutcome};

struct Panel {
    tenure: Tenure,
    actor: Actor,
    _folder: TempDir,
}

impl Panel {
    /// An empty store that knows the use case of the shared panels; `None` without the shared
    /// folder.
    async fn open() -> Option<Self> {
        Self::open_with(|text| text).await
    }

    async fn open_with(change: impl Fn(String) -> String) -> Option<Self> {
        let text = change(testing::shared_text("cases/mini_time.toml")?);
        let folder = tempfile::tempdir().unwrap();
        let use_cases = folder.path().join("use_cases");
        std::fs::create_dir(&use_cases).unwrap();
        std::fs::write(use_cases.join("mini.toml"), text).unwrap();
        let settings = StoreSettings {
            database: None,
            data_dir: folder.path().join("data"),
            artifacts: None,
        };
        let tenure = Tenure::open(&settings, Some(&use_cases), "tenure test")
            .await
            .unwrap();
        Some(Self {
            tenure,
            actor: Actor::local(),
            _folder: folder,
        })
    }

    async fn import(&self, name: &str, text: &str) -> workflow::Result<Imported> {
        self.import_as(&[(name, text)], Import::default()).await
    }

    async fn import_as(
        &self,
        files: &[(&str, &str)],
        import: Import,
    ) -> workflow::Result<Imported> {
        let files = files
            .iter()
            .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
            .collect();
        let import = Import {
            use_case: "mini".into(),
            files,
            ..import
        };
        self.tenure.import(&self.actor.admin()?, import).await
    }

    async fn train(&self, imported: &Imported) -> workflow::Result<TrainOutcome> {
        let settings = training::Settings {
            trials: 2,
            candidates: vec![Candidate::LogisticRegressionL2],
            ..training::Settings::default()
        };
        self.tenure
            .train(
                &self.actor.admin()?,
                &imported.dataset,
                settings.check().unwrap(),
                Arc::new(training::Silent),
            )
            .await
    }
}

const HEADER: &str = "id,period,pay,dept,sex,left\n";

fn shared(case: &str) -> String {
    testing::shared_text(&format!("cases/{case}")).unwrap()
}

/// `rows` people in each period; every fifth of a period is known to have left, unless `outcome`
/// says otherwise.
fn panel(periods: &[&str], rows: usize, outcome: impl Fn(usize, usize) -> &'static str) -> String {
    let line = |period: usize, row: usize| {
        format!(
            "E{period}-{row},{},{},{},{},{}\n",
            periods[period],
            2000 + 7 * row,
            ["a", "b"][row % 2],
            ["f", "m"][row / 2 % 2],
            outcome(period, row)
        )
    };
    let lines = (0..periods.len()).flat_map(|period| (0..rows).map(move |row| (period, row)));
    HEADER.to_owned()
        + &lines
            .map(|(period, row)| line(period, row))
            .collect::<String>()
}

fn fifth_left(_: usize, row: usize) -> &'static str {
    if row.is_multiple_of(5) { "yes" } else { "no" }
}

#[tokio::test]
async fn the_people_who_are_there_now_are_those_of_the_newest_period_who_have_not_left() {
    let Some(app) = Panel::open().await else {
        return;
    };
    let imported = app
        .import("panel.csv", &shared("mini_iso.csv"))
        .await
        .unwrap();
    assert_eq!(
        (
            imported.dataset.row_count,
            imported.current_people,
            imported.unknown_outcomes
        ),
        (1577, 206, 0)
    );
    assert_eq!(
        imported.periods.unwrap().to_string(),
        "2025-10-31 to 2026-03-31 (6 periods)"
    );
}

#[tokio::test]
async fn a_panel_gives_the_same_rows_and_model_in_every_spelling() {
    let Some(app) = Panel::open().await else {
        return;
    };
    let iso = shared("mini_iso.csv");
    let respelled = |spell: &dyn Fn(&str, &str, &str) -> String| {
        let line = |line: &str| {
            let cells: Vec<&str> = line.split(',').collect();
            let parts: Vec<&str> = cells[1].split('-').collect();
            let period = if parts.len() == 3 {
                spell(parts[0], parts[1], parts[2])
            } else {
                cells[1].to_owned()
            };
            format!("{},{period},{}\n", cells[0], cells[2..].join(","))
        };
        iso.lines().map(line).collect::<String>()
    };
    let spellings = [
        ("iso.csv", iso.clone()),
        ("eu.csv", shared("mini_eu.csv")),
        (
            "us.csv",
            respelled(&|year, month, day| format!("{month}/{day}/{year}")),
        ),
        (
            "de.csv",
            respelled(&|year, month, day| format!("{day}.{month}.{year}")),
        ),
        (
            "compact.csv",
            respelled(&|year, month, day| format!("{year}{month}{day}")),
        ),
    ];
    let mut models = Vec::new();
    let mut contents = Vec::new();
    for (name, text) in &spellings {
        let imported = app.import(name, text).await.unwrap();
        assert!(imported.new, "{name}: its bytes are others");
        models.push(app.train(&imported).await.unwrap().version.model_hash);
        // The same name, so that the stored rows can be compared whole.
        let other = Panel::open().await.unwrap();
        contents.push(
            other
                .import("panel.csv", text)
                .await
                .unwrap()
                .dataset
                .content_hash,
        );
    }
    assert!(models.iter().all(|hash| *hash == models[0]), "{models:?}");
    assert!(
        contents.iter().all(|hash| *hash == contents[0]),
        "{contents:?}"
    );
}

#[tokio::test]
async fn a_newest_period_without_events_is_scored_and_not_trained_on() {
    let Some(app) = Panel::open().await else {
        return;
    };
    let imported = app
        .import("panel.csv", &shared("08_newest_period_without_outcome.csv"))
        .await
        .unwrap();
    assert_eq!(imported.unsettled.unwrap().to_string(), "2026-12-31");
    assert_eq!(
        (imported.unknown_outcomes, imported.current_people),
        (100, 100)
    );
    let used = app.train(&imported).await.unwrap().evidence.rows_used;
    assert_eq!(used.unknown_outcomes, 100);
    assert_eq!(
        [used.training_periods, used.holdout_periods].map(|own| own.unwrap().to_string()),
        ["2025-12-31", "2025-12-31"]
    );
}

#[tokio::test]
async fn blank_outcomes_are_scored_and_not_trained_on() {
    let Some(app) = Panel::open().await else {
        return;
    };
    let text = panel(
        &["2025-01", "2025-02", "2025-03", "2025-04"],
        100,
        |period, row| {
            if period == 3 {
                ""
            } else {
                fifth_left(period, row)
            }
        },
    );
    let imported = app.import("panel.csv", &text).await.unwrap();
    assert_eq!(
        (
            imported.dataset.positives,
            imported.dataset.known_outcomes,
            imported.current_people
        ),
        (Some(60), Some(300), 100)
    );
    let outcome = app.train(&imported).await.unwrap();
    let used = outcome.evidence.rows_used;
    assert_eq!(used.unknown_outcomes, 100);
    assert_eq!(
        used.training_periods.unwrap().to_string(),
        "2025-01 to 2025-02 (2 periods)"
    );
    assert_eq!(used.holdout_periods.unwrap().to_string(), "2025-03");
    assert!(
        outcome
            .evidence
            .holdout_rows
            .iter()
            .all(|row| (200..300).contains(row))
    );
}

#[tokio::test]
async fn positions_are_those_of_the_dataset_where_unknown_rows_lie_between() {
    let Some(app) = Panel::open().await else {
        return;
    };
    // The newest period comes first in the file.
    let text = panel(
        &["2025-04", "2025-03", "2025-02", "2025-01"],
        100,
        |period, row| {
            if period == 0 {
                ""
            } else {
                fifth_left(period, row)
            }
        },
    );
    let outcome = app
        .train(&app.import("panel.csv", &text).await.unwrap())
        .await
        .unwrap();
    let holdout = &outcome.evidence.holdout_rows;
    assert!(
        !holdout.is_empty() && holdout.iter().all(|row| (100..200).contains(row)),
        "{holdout:?}"
    );
    assert!(
        outcome
            .evidence
            .training_rows
            .iter()
            .all(|row| (200..400).contains(row))
    );
}

#[tokio::test]
async fn a_file_without_any_known_outcome_is_refused_for_training() {
    let Some(app) = Panel::open().await else {
        return;
    };
    let text = panel(&["2025-01", "2025-02"], 20, |_, _| "");
    assert!(
        matches!(app.import("panel.csv", &text).await, Err(Error::Invalid(sentence)) if sentence.contains("blank = \"negative\""))
    );
    let imported = app
        .import_as(
            &[("panel.csv", &text)],
            Import {
                purpose: Some(Purpose::Scoring),
                ..Import::default()
            },
        )
        .await
        .unwrap();
    assert_eq!(
        (imported.dataset.positives, imported.current_people),
        (None, 20)
    );
}

#[tokio::test]
async fn blank_is_stayed_where_the_use_case_says_so() {
    let text = panel(&["2025-01", "2025-02"], 50, |_, row| {
        if row % 5 == 0 { "yes" } else { "" }
    });
    let Some(app) = Panel::open().await else {
        return;
    };
    let imported = app.import("panel.csv", &text).await.unwrap();
    assert_eq!(imported.unknown_outcomes, 80);
    assert!(
        matches!(app.train(&imported).await, Err(Error::Invalid(sentence)) if sentence.contains("blank = \"negative\""))
    );
    let app = Panel::open_with(|text| text.replace("[target]", "[target]\nblank = \"negative\""))
        .await
        .unwrap();
    let imported = app.import("panel.csv", &text).await.unwrap();
    assert_eq!(
        (imported.unknown_outcomes, imported.dataset.known_outcomes),
        (0, Some(100))
    );
}

#[tokio::test]
async fn the_newest_month_of_several_files_may_be_blank() {
    let Some(app) = Panel::open().await else {
        return;
    };
    let [one, other] = [("2025-01", "a.csv"), ("2025-02", "b.csv")].map(|(period, name)| {
        let outcome = |_: usize, row: usize| {
            if name == "b.csv" {
                ""
            } else {
                fifth_left(0, row)
            }
        };
        (name, panel(&[period], 50, outcome))
    });
    let imported = app
        .import_as(&[(one.0, &one.1), (other.0, &other.1)], Import::default())
        .await
        .unwrap();
    assert_eq!(
        (imported.unknown_outcomes, imported.current_people),
        (50, 50)
    );
}

#[tokio::test]
async fn files_of_the_same_period_do_not_hold_the_same_person() {
    let Some(app) = Panel::open().await else {
        return;
    };
    let text = panel(&["2025-01"], 20, fifth_left);
    let days = panel(&["2025-01-31"], 20, fifth_left);
    assert!(
        app.import_as(&[("a.csv", &text), ("b.csv", &text)], Import::default())
            .await
            .is_err()
    );
    assert!(
        app.import_as(&[("a.csv", &text), ("b.csv", &days)], Import::default())
            .await
            .is_err(),
        "months and days do not compare"
    );
}

#[tokio::test]
async fn dates_that_can_be_read_in_two_ways_are_refused_until_somebody_decides() {
    let Some(app) = Panel::open().await else {
        return;
    };
    let text = panel(&["01/02/2025", "01/03/2025"], 20, fifth_left);
    assert!(
        matches!(app.import("panel.csv", &text).await, Err(Error::Refused(refusal)) if refusal.total == 1)
    );
    let options = data::ReadOptions {
        dates: Some(data::DateOrder::DayFirst),
        ..data::ReadOptions::default()
    };
    let imported = app
        .import_as(
            &[("panel.csv", &text)],
            Import {
                options,
                ..Import::default()
            },
        )
        .await
        .unwrap();
    assert_eq!(
        imported.periods.unwrap().to_string(),
        "2025-02-01 to 2025-03-01 (2 periods)"
    );
}

#[tokio::test]
async fn a_snapshot_date_in_the_future_is_refused() {
    let Some(app) = Panel::open().await else {
        return;
    };
    let text = panel(&["2025-01"], 20, fifth_left);
    let at = |day: &str| Import {
        as_of: Some(day.into()),
        ..Import::default()
    };
    assert!(matches!(
        app.import_as(&[("a.csv", &text)], at("2999-01-01")).await,
        Err(Error::Invalid(_))
    ));
    assert!(
        app.import_as(&[("a.csv", &text)], at("2025-01-31"))
            .await
            .is_ok()
    );
}
